use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::consume::Isolation;
use super::position::Positions;
use super::shared::{Common, DestroyArgs, ReadArgs};
use super::values::{self, PartitionList};

#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// Groups with their states
    #[command(visible_alias = "ls")]
    List(GroupListArgs),
    /// Members of groups and what is assigned to them
    Describe(GroupDescribeArgs),
    /// The members of groups, one a row
    Members(GroupMembersArgs),
    /// How far commits are behind the logs' ends, by partition, topic or group
    Lag(GroupLagArgs),
    /// Move a group's committed offsets; a preview without --yes
    Reset(GroupResetArgs),
    /// Commit for one group what another has committed; a preview without --yes
    Clone(GroupCloneArgs),
    /// Delete groups and their commits
    #[command(visible_alias = "rm")]
    Delete(GroupDeleteArgs),
    /// Committed offsets as files
    #[command(subcommand)]
    Offsets(GroupOffsetsCommand),
}

#[derive(Debug, Args)]
pub struct GroupListArgs {
    /// Only groups in these states, such as Stable,Empty
    #[arg(long, value_name = "STATE,…", value_delimiter = ',', value_parser = values::group_state)]
    pub state: Vec<String>,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct GroupDescribeArgs {
    /// The groups' names
    #[arg(required = true, value_name = "GROUP")]
    pub groups: Vec<String>,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct GroupMembersArgs {
    /// The groups' names
    #[arg(required = true, value_name = "GROUP")]
    pub groups: Vec<String>,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").args(["groups", "all"]).required(true)))]
pub struct GroupLagArgs {
    /// The groups' names
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,
    /// Every group
    #[arg(long)]
    pub all: bool,
    /// One row for each of these [default: partition; with --all: group]
    #[arg(long, value_name = "WHAT")]
    pub by: Option<LagBy>,
    /// Only these topics; may repeat
    #[arg(short, long, value_name = "TOPIC")]
    pub topic: Vec<String>,
    /// Only rows that lag
    #[arg(long)]
    pub only_lagging: bool,
    /// End with code 6 when the lag of a group is over N
    #[arg(long, value_name = "N")]
    pub fail_over: Option<u64>,
    /// Which end counts: of the log, or of committed transactions
    #[arg(long, value_name = "LEVEL", default_value = "uncommitted")]
    pub isolation: Isolation,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LagBy {
    Partition,
    Topic,
    Group,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").args(["topic", "all_topics"]).required(true)))]
pub struct GroupResetArgs {
    /// The group's name
    pub group: String,
    /// The new position, such as start, end, -100 or @-1h
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    pub to: Positions,
    /// Topics to move, with partitions as in orders:0,3-5; may repeat
    #[arg(short, long, value_name = "TOPIC[:LIST]")]
    pub topic: Vec<TopicSelection>,
    /// Every topic the group has committed
    #[arg(long)]
    pub all_topics: bool,
    #[command(flatten)]
    pub destroy: DestroyArgs,
}

/// A topic, whole or by partitions: `orders`, `orders:0,3-5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSelection {
    pub topic: String,
    pub partitions: Option<PartitionList>,
}

impl FromStr for TopicSelection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("", _)) | None if text.is_empty() || text.starts_with(':') => {
                Err("a topic is named before the partitions: orders:0,3-5".to_owned())
            }
            Some((topic, list)) => Ok(Self { topic: topic.to_owned(), partitions: Some(list.parse()?) }),
            None => Ok(Self { topic: text.to_owned(), partitions: None }),
        }
    }
}

#[derive(Debug, Args)]
pub struct GroupCloneArgs {
    /// The group that has committed
    pub group: String,
    /// The group that is to have the same commits; it may be new
    pub target: String,
    /// Only these topics, with partitions as in orders:0,3-5; may repeat
    #[arg(short, long, value_name = "TOPIC[:LIST]")]
    pub topic: Vec<TopicSelection>,
    #[command(flatten)]
    pub destroy: DestroyArgs,
}

#[derive(Debug, Args)]
pub struct GroupDeleteArgs {
    /// The groups' names
    #[arg(required = true, value_name = "GROUP")]
    pub groups: Vec<String>,
    #[command(flatten)]
    pub destroy: DestroyArgs,
}

#[derive(Debug, Subcommand)]
pub enum GroupOffsetsCommand {
    /// Print committed offsets as JSON lines
    Export(GroupOffsetsExportArgs),
    /// Commit the offsets of an export; a preview without --yes
    Import(GroupOffsetsImportArgs),
    /// Remove the commits of topics
    Delete(GroupOffsetsDeleteArgs),
}

#[derive(Debug, Args)]
pub struct GroupOffsetsExportArgs {
    /// The group's name
    pub group: String,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct GroupOffsetsImportArgs {
    /// The group's name
    pub group: String,
    /// An export; - is standard input, and the default
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub destroy: DestroyArgs,
}

#[derive(Debug, Args)]
pub struct GroupOffsetsDeleteArgs {
    /// The group's name
    pub group: String,
    /// Topics, with partitions as in orders:0,3-5; may repeat
    #[arg(short, long, value_name = "TOPIC[:LIST]", required = true)]
    pub topic: Vec<TopicSelection>,
    #[command(flatten)]
    pub destroy: DestroyArgs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_selections() {
        let selection = |topic: &str, list: Option<&[i32]>| {
            Some(TopicSelection {
                topic: topic.into(),
                partitions: list.map(|list| PartitionList(list.to_vec())),
            })
        };
        for (text, expected) in [
            ("orders", selection("orders", None)),
            ("orders:0,3-4", selection("orders", Some(&[0, 3, 4]))),
            ("", None),
            (":0", None),
            ("orders:", None),
            ("orders:x", None),
        ] {
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }
}
