use std::time::Duration;

use clap::{Args, ValueEnum};

use super::position::Positions;
use super::shared::Common;
use super::values::{self, PartitionList};
use crate::records::format::RecordTemplate;

#[derive(Debug, Args)]
#[command(after_long_help = POSITION_HELP, mut_arg("output", |output| output.help("text, wide, json or jsonl")))]
pub struct ConsumeArgs {
    /// The topics to read
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Where to start [default: start; with --group: committed]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    pub from: Option<Positions>,
    /// Where to stop, itself not included [default: end, as it is now]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true, conflicts_with = "follow")]
    pub to: Option<Positions>,
    /// The last N records over all partitions, in time order; with --follow: and what comes after
    #[arg(long, value_name = "N", conflicts_with_all = ["from", "to", "max"])]
    pub tail: Option<usize>,
    /// Stop after N records
    #[arg(short = 'n', long, value_name = "N")]
    pub max: Option<u64>,
    /// Keep reading at the end
    #[arg(short, long)]
    pub follow: bool,
    /// End a --follow when nothing came for so long
    #[arg(long, value_name = "TIME", value_parser = values::duration, requires = "follow")]
    pub exit_idle: Option<Duration>,
    /// Start at the offsets this group committed
    #[arg(short, long, value_name = "GROUP")]
    pub group: Option<String>,
    /// Read as a member of the group, and commit what was printed
    #[arg(long, requires = "group", conflicts_with_all = ["from", "to", "tail", "partition"])]
    pub commit: bool,
    /// Who assigns partitions to the group's members: one of them, or the coordinator
    #[arg(long, value_name = "PROTOCOL", default_value = "classic", requires = "commit")]
    pub group_protocol: GroupProtocol,
    /// Records of open and aborted transactions too, or only of committed ones; Kafka's words are taken too
    #[arg(long, value_name = "LEVEL", default_value = "uncommitted")]
    pub isolation: Isolation,
    /// Partitions to read, such as 0,3-5
    #[arg(short, long, value_name = "LIST")]
    pub partition: Option<PartitionList>,
    /// Print each record by a template, with kcat's letters: %t %p %o %k %s %h %T %K %S \n \t; see below
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "output")]
    pub format: Option<RecordTemplate>,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Isolation {
    #[value(alias = "read_uncommitted")]
    Uncommitted,
    #[value(alias = "read_committed")]
    Committed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GroupProtocol {
    Classic,
    Consumer,
}

const POSITION_HELP: &str = "\
Positions:
  start, end, start+N, end-N   the ends of the log, and N offsets in from them
  N                            an offset
  committed, +N, -N            the commit of --group, and N offsets after or before it
  @TIME                        the first record at or after 2026-01-15T10:00Z, 2026-01-15 or milliseconds since 1970
  @-1h, @now                   a time before now, and now
  P:POSITION,…                 one for a partition; one without a number is for all others

Output: text prints values, one a line; jsonl one object a record, which `produce --input jsonl` takes back.

Template letters:
  %t topic   %p partition   %o offset   %T timestamp in ms   %T{rfc3339}
  %k key     %s or %v value %h headers  %K and %S length of key and value, -1 for null
  %k{hex} %v{base64}        bytes as text   %R length of the value in four bytes   %% a percent sign

Examples:
  kafkactl consume orders --tail 10
  kafkactl consume orders --from @-30m -o jsonl
  kafkactl consume orders -f -p 0 --from 0:end-5 --format '%p@%o %k=%v\\n'";
