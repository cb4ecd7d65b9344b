use clap::{Args, Subcommand};

use super::shared::{ConfigGetArgs, ConfigSetArgs, ConfigUnsetArgs, ReadArgs};

#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// Id, controller and brokers
    Info(ClusterInfoArgs),
    /// Settings of all brokers that have none of their own
    #[command(subcommand)]
    Config(ClusterConfigCommand),
}

#[derive(Debug, Subcommand)]
pub enum ClusterConfigCommand {
    /// Settings with their values and sources
    Get(ConfigGetArgs),
    /// Set settings of all brokers; the others stay as they are
    Set(ConfigSetArgs),
    /// Return settings of all brokers to their defaults
    Unset(ConfigUnsetArgs),
}

#[derive(Debug, Args)]
pub struct ClusterInfoArgs {
    #[command(flatten)]
    pub read: ReadArgs,
}
