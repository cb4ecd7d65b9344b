use clap::{Args, Subcommand};

use super::position::Positions;
use super::shared::{ChangeArgs, ConfigGetArgs, ConfigSetArgs, ConfigUnsetArgs, DestroyArgs, ReadArgs};
use super::values::KeyValue;

#[derive(Debug, Subcommand)]
pub enum TopicCommand {
    /// Topics with their partition and replica counts
    #[command(visible_alias = "ls")]
    List(TopicListArgs),
    /// Partitions, replicas and changed settings of topics
    Describe(TopicDescribeArgs),
    /// Create topics
    Create(TopicCreateArgs),
    /// Delete topics and all their records
    #[command(visible_alias = "rm")]
    Delete(TopicDeleteArgs),
    /// Settings of a topic
    #[command(subcommand)]
    Config(TopicConfigCommand),
    /// Raise a topic's number of partitions
    AddPartitions(TopicAddPartitionsArgs),
    /// Offsets of each partition: the log's ends, or any position
    Offsets(TopicOffsetsArgs),
    /// Delete the records before a position
    #[command(visible_alias = "delete-records")]
    Trim(TopicTrimArgs),
}

#[derive(Debug, Args)]
pub struct TopicListArgs {
    /// Only names that match this regular expression
    #[arg(long, value_name = "REGEX")]
    pub regex: Option<String>,
    /// Kafka's own topics too
    #[arg(long)]
    pub internal: bool,
    /// Only topics with a partition that has fewer in-sync replicas than replicas
    #[arg(long, visible_alias = "under-replicated")]
    pub urp: bool,
    /// Only topics with a partition that has no leader
    #[arg(long)]
    pub offline: bool,
    /// Only topics with a partition below min.insync.replicas
    #[arg(long)]
    pub under_min_isr: bool,
    /// Only topics with a partition at min.insync.replicas
    #[arg(long)]
    pub at_min_isr: bool,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct TopicDescribeArgs {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct TopicCreateArgs {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Number of partitions [default: the broker's num.partitions]
    #[arg(short = 'P', long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub partitions: Option<i32>,
    /// Replicas of each partition [default: the broker's default.replication.factor]
    #[arg(short = 'R', long, visible_alias = "replication-factor", value_name = "N",
          value_parser = clap::value_parser!(i16).range(1..))]
    pub replicas: Option<i16>,
    /// A topic setting, such as retention.ms=60000; may repeat
    #[arg(short = 'C', long = "set", value_name = "KEY=VALUE")]
    pub configs: Vec<KeyValue>,
    /// Not an error when the topic exists
    #[arg(long)]
    pub if_not_exists: bool,
    #[command(flatten)]
    pub change: ChangeArgs,
}

#[derive(Debug, Args)]
pub struct TopicDeleteArgs {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Not an error when a topic does not exist
    #[arg(long)]
    pub if_exists: bool,
    #[command(flatten)]
    pub destroy: DestroyArgs,
}

#[derive(Debug, Subcommand)]
pub enum TopicConfigCommand {
    /// Settings with their values and sources
    Get(TopicConfigGetArgs),
    /// Set topic settings; the others stay as they are
    Set(TopicConfigSetArgs),
    /// Return topic settings to their defaults
    Unset(TopicConfigUnsetArgs),
}

#[derive(Debug, Args)]
pub struct TopicConfigGetArgs {
    /// The topic's name
    pub topic: String,
    #[command(flatten)]
    pub get: ConfigGetArgs,
}

#[derive(Debug, Args)]
pub struct TopicConfigSetArgs {
    /// The topic's name
    pub topic: String,
    #[command(flatten)]
    pub set: ConfigSetArgs,
}

#[derive(Debug, Args)]
pub struct TopicConfigUnsetArgs {
    /// The topic's name
    pub topic: String,
    #[command(flatten)]
    pub unset: ConfigUnsetArgs,
}

#[derive(Debug, Args)]
pub struct TopicAddPartitionsArgs {
    /// The topic's name
    pub topic: String,
    /// The number of partitions afterwards
    #[arg(short = 'P', long, value_name = "TOTAL", value_parser = clap::value_parser!(i32).range(1..))]
    pub partitions: i32,
    #[command(flatten)]
    pub change: ChangeArgs,
}

#[derive(Debug, Args)]
pub struct TopicOffsetsArgs {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Also the offset at a position, such as @-1h or end-100
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    pub at: Option<Positions>,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct TopicTrimArgs {
    /// The topic's name
    pub topic: String,
    /// The first record that stays, such as end, end-100, @-7d or 0:500
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    pub to: Positions,
    #[command(flatten)]
    pub destroy: DestroyArgs,
}
