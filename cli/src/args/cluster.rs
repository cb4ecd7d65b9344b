use clap::{Args, Subcommand};

use super::shared::ReadArgs;

#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// Id, controller and brokers
    Info(ClusterInfoArgs),
}

#[derive(Debug, Args)]
pub struct ClusterInfoArgs {
    #[command(flatten)]
    pub read: ReadArgs,
}
