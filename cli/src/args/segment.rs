use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use jiff::tz::TimeZone;
use kafkactl_core::log::inspect::Decoder;

use super::position::{Position, PositionError, TimePoint, parse_time};
use super::shared::{LocalArgs, TableArgs};
use super::values;

#[derive(Debug, Subcommand)]
pub enum SegmentCommand {
    /// Print the batches and records of logs, or the entries of other files
    Dump(SegmentDumpArgs),
    /// Check checksums, offsets, indexes, time order and epochs; exit code 6 on any finding
    Verify(SegmentTableArgs),
    /// Count batches, records, keys, codecs and producers
    Stats(SegmentTableArgs),
    /// Segments with their offsets, sizes and times
    #[command(visible_alias = "ls")]
    List(SegmentTableArgs),
    /// Entries of offset, time and transaction indexes
    Index(SegmentIndexArgs),
    /// Find records by offset, time or key
    Find(SegmentFindArgs),
}

/// Files to look at. They are only read, also while a broker has them open.
#[derive(Debug, Clone, Args)]
pub struct TargetArgs {
    /// Files, directories of partitions, data directories, or partitions such as orders-0 of --data-dir
    #[arg(required = true, value_name = "PATH|TOPIC-P")]
    pub targets: Vec<PathBuf>,
    /// The data directory that partitions are named in
    #[arg(long, value_name = "DIR", env = "KAFKACTL_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(mut_arg("output", |output| output.help("text, wide, json, jsonl or tmpl=TEMPLATE")))]
pub struct SegmentDumpArgs {
    #[command(flatten)]
    pub target: TargetArgs,
    /// Where to start: start, start+N, end-N, an offset, @TIME or @-1h
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    pub from: Option<Position>,
    /// Where to stop; what is there is not printed
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    pub to: Option<Position>,
    /// Records alone, without lines for their batches
    #[arg(long, conflicts_with = "headers_only")]
    pub records: bool,
    /// Batches alone, without their records
    #[arg(long)]
    pub headers_only: bool,
    /// What keys and values mean: text, offsets, txn, metadata, share or remote [default: by the topic's name]
    #[arg(long, value_name = "DECODER")]
    pub decode: Option<Decoder>,
    /// Stop after so many records; with --headers-only after so many batches, of other files after so many entries
    #[arg(short = 'n', long, visible_alias = "limit", value_name = "N")]
    pub max: Option<u64>,
    /// Print exactly what kafka-dump-log prints
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with_all = ["from", "to", "records", "max"])]
    pub format: Option<DumpFormat>,
    #[command(flatten)]
    pub local: LocalArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DumpFormat {
    Kafka,
}

/// What commands take that make a table of whole files.
#[derive(Debug, Args)]
pub struct SegmentTableArgs {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub local: LocalArgs,
}

#[derive(Debug, Args)]
pub struct SegmentIndexArgs {
    #[command(flatten)]
    pub target: TargetArgs,
    /// Only indexes of this kind
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Option<IndexKind>,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub local: LocalArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IndexKind {
    Offset,
    Time,
    Txn,
}

#[derive(Debug, Args)]
pub struct SegmentFindArgs {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub wanted: WantedArgs,
    /// Stop after so many records of a partition
    #[arg(short = 'n', long, visible_alias = "limit", value_name = "N", default_value_t = 1000)]
    pub max: u64,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub local: LocalArgs,
}

/// What to find: one of these.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct WantedArgs {
    /// The record at this offset, or the first one after it
    #[arg(long, value_name = "N")]
    pub offset: Option<i64>,
    /// The first record at or after a time: 2026-01-15T10:00Z, -1h or milliseconds since 1970
    #[arg(long, value_name = "TIME", value_parser = time_point, allow_hyphen_values = true)]
    pub time: Option<TimePoint>,
    /// All records with this key; \xFF, \n and the like stand for bytes
    #[arg(long, value_name = "KEY")]
    pub key: Option<Key>,
}

/// A key's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(pub Vec<u8>);

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        values::unescape(text).map(Self)
    }
}

fn time_point(text: &str) -> Result<TimePoint, PositionError> {
    parse_time(text, &TimeZone::system())
}
