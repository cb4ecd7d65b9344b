use clap::{Args, Subcommand};

use super::shared::{Common, TableArgs, WatchArgs};

#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// Id, controller and brokers
    Info(ClusterInfoArgs),
}

#[derive(Debug, Args)]
pub struct ClusterInfoArgs {
    #[command(flatten)]
    pub watch: WatchArgs,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub common: Common,
}
