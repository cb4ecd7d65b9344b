use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::shared::Common;
use super::values::{KeyValue, Rate, Separator};

#[derive(Debug, Args)]
#[command(after_long_help = INPUT_HELP)]
pub struct ProduceArgs {
    /// The topic to write to
    pub topic: String,
    /// Files to read; - is standard input, and the default
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How the input becomes records
    #[arg(long, value_name = "KIND", default_value = "lines")]
    pub input: Input,
    /// What ends a record, for lines; \t \n \0 \xNN are read
    #[arg(long, value_name = "BYTES", default_value = "\\n")]
    pub delim: Separator,
    /// Key of every record that brings none
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// What stands between key and value, for lines
    #[arg(long, value_name = "BYTES", conflicts_with = "key")]
    pub key_sep: Option<Separator>,
    /// A header added to every record; may repeat
    #[arg(long = "header", value_name = "KEY=VALUE")]
    pub headers: Vec<KeyValue>,
    /// The partition of every record [default: the input's, else by key]
    #[arg(short, long, value_name = "P", value_parser = clap::value_parser!(i32).range(0..))]
    pub partition: Option<i32>,
    /// Ignore partitions in the input, place by key
    #[arg(long, conflicts_with = "partition")]
    pub repartition: bool,
    /// Write one record of --key without a value, and read no input
    #[arg(long, requires = "key", conflicts_with_all = ["files", "input"])]
    pub tombstone: bool,
    /// Who must have a batch before it counts as written
    #[arg(long, value_name = "ACKS", default_value = "all")]
    pub acks: Acks,
    /// Write everything in one transaction under this transactional id: all of it counts, or nothing
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub txn: Option<String>,
    /// Codec of the batches
    #[arg(long, value_name = "CODEC", default_value = "none")]
    pub compress: Compress,
    /// Stop after N records
    #[arg(short = 'n', long = "max", value_name = "N")]
    pub max: Option<u64>,
    /// At most so many records a second, or bytes with a unit as in 1MB
    #[arg(long, value_name = "RATE")]
    pub rate: Option<Rate>,
    /// Print where each record was written
    #[arg(long)]
    pub report: bool,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Input {
    /// a record ends at --delim
    Lines,
    /// a JSON object a line, as consume -o jsonl prints
    Jsonl,
    /// a whole file is one record
    Raw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Acks {
    #[value(name = "0")]
    None,
    #[value(name = "1")]
    Leader,
    #[value(name = "all", alias = "-1")]
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compress {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

const INPUT_HELP: &str = "\
A JSON line may have: key, value, headers [{\"key\",\"value\"}], partition, timestamp_ms (or timestamp).
Keys and values are strings, null, or {\"base64\": \"…\"}; what else a line has is ignored, so the output of
`consume -o jsonl` goes in as it came out. An empty line is an empty value; only JSON null or --tombstone is null.

Examples:
  echo hello | kafkactl produce greetings
  kafkactl produce users --key-sep : users.txt
  kafkactl consume orders -o jsonl | kafkactl produce orders-copy --input jsonl";
