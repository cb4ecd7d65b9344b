use std::time::Duration;

use clap::{Args, Subcommand};

use super::shared::{Common, DestroyArgs, ReadArgs, TableArgs};
use super::values::{self, PartitionList};

#[derive(Debug, Subcommand)]
pub enum TxnCommand {
    /// Transactional ids with their states
    #[command(visible_alias = "ls")]
    List(TxnListArgs),
    /// Producer, age and partitions of transactional ids
    Describe(TxnDescribeArgs),
    /// Producers that partitions remember, with their open transactions
    Producers(TxnProducersArgs),
    /// Open transactions that no coordinator will end; readers of committed records wait for them for ever
    FindHanging(TxnFindHangingArgs),
    /// End a hanging transaction in one partition
    Abort(TxnAbortArgs),
}

#[derive(Debug, Args)]
pub struct TxnListArgs {
    /// Only ids in these states, such as Ongoing,PrepareCommit
    #[arg(long, value_name = "STATE,…", value_delimiter = ',', value_parser = values::transaction_state)]
    pub state: Vec<String>,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct TxnDescribeArgs {
    /// Transactional ids
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct TxnProducersArgs {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Only these partitions, such as 0,3-5
    #[arg(short, long, value_name = "LIST")]
    pub partition: Option<PartitionList>,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct TxnFindHangingArgs {
    /// Where to look [default: every topic]
    #[arg(value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Only transactions that wrote nothing for so long; coordinators end their own after transaction.max.timeout.ms
    #[arg(long, value_name = "TIME", value_parser = values::duration, default_value = "15m")]
    pub older_than: Duration,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct TxnAbortArgs {
    /// The topic's name
    pub topic: String,
    /// The partition
    #[arg(short, long, value_name = "P", value_parser = clap::value_parser!(i32).range(0..))]
    pub partition: i32,
    /// Where the transaction begins, as `txn find-hanging` and `txn producers` tell
    #[arg(long, value_name = "OFFSET", value_parser = clap::value_parser!(i64).range(0..))]
    pub start_offset: i64,
    /// Abort it even if a coordinator knows it and is going to end it
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub destroy: DestroyArgs,
}
