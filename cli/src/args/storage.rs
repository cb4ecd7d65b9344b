use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::shared::{LocalArgs, TableArgs};
use super::values::KeyValue;

#[derive(Debug, Subcommand)]
pub enum StorageCommand {
    /// Format data directories ahead of the first start; broker start does it by itself
    Format(StorageFormatArgs),
    /// What data directories hold: cluster, node and directory ids
    Info(StorageInfoArgs),
    /// Draw a cluster id
    RandomUuid(StorageRandomUuidArgs),
}

#[derive(Debug, Args)]
pub struct StorageFormatArgs {
    #[command(flatten)]
    pub dirs: StorageDirArgs,
    /// Id of the cluster, 22 characters: see random-uuid [default: drawn]
    #[arg(long, value_name = "ID")]
    pub cluster_id: Option<String>,
    /// Metadata version to start with, such as 4.3 [default: the newest]
    #[arg(long, value_name = "VERSION")]
    pub release_version: Option<String>,
    /// A feature's level, such as group.version=1; may repeat
    #[arg(long = "feature", value_name = "NAME=LEVEL")]
    pub features: Vec<String>,
    /// This node is the only voter of the controller quorum; the default without controller.quorum.voters
    #[arg(long, conflicts_with_all = ["initial_controllers", "no_initial_controllers"])]
    pub standalone: bool,
    /// The first voters, as id@host:port:directory-id with commas
    #[arg(long, value_name = "LIST", conflicts_with = "no_initial_controllers")]
    pub initial_controllers: Option<String>,
    /// No voters yet: this node joins a quorum later
    #[arg(long)]
    pub no_initial_controllers: bool,
    /// Leave formatted directories as they are
    #[arg(long)]
    pub ignore_formatted: bool,
    #[command(flatten)]
    pub local: LocalArgs,
}

/// Which directories, and whose.
#[derive(Debug, Args)]
pub struct StorageDirArgs {
    /// Apache Kafka's server.properties, for log.dirs, node.id and the controllers
    #[arg(long, value_name = "FILE", required_unless_present = "data_dir")]
    pub config: Option<PathBuf>,
    /// The data directory; wins over log.dirs
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The node's number; wins over node.id [default: 1 without --config]
    #[arg(long, value_name = "N")]
    pub node_id: Option<i32>,
    /// A broker setting, wins over the file; may repeat
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<KeyValue>,
}

#[derive(Debug, Args)]
pub struct StorageInfoArgs {
    #[command(flatten)]
    pub dirs: StorageDirArgs,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub local: LocalArgs,
}

#[derive(Debug, Args)]
pub struct StorageRandomUuidArgs {
    #[command(flatten)]
    pub local: LocalArgs,
}
