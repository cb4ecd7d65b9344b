use clap::{Args, Subcommand};

use super::shared::LocalArgs;

#[derive(Debug, Subcommand)]
pub enum StorageCommand {
    /// Draw a cluster id
    RandomUuid(StorageRandomUuidArgs),
}

#[derive(Debug, Args)]
pub struct StorageRandomUuidArgs {
    #[command(flatten)]
    pub local: LocalArgs,
}
