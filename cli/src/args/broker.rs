use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};

use super::shared::{ConfigGetArgs, ConfigSetArgs, ConfigUnsetArgs, LocalArgs};
use super::values::KeyValue;

#[derive(Debug, Subcommand)]
pub enum BrokerCommand {
    /// Run a broker until it is told to stop
    #[command(after_long_help = ACK_HELP)]
    Start(Box<BrokerStartArgs>),
    /// Settings of running brokers, and the levels of their loggers
    #[command(subcommand)]
    Config(BrokerConfigCommand),
}

#[derive(Debug, Subcommand)]
pub enum BrokerConfigCommand {
    /// Settings with their values and sources
    Get(BrokerConfigGetArgs),
    /// Set broker settings; the others stay as they are
    Set(BrokerConfigSetArgs),
    /// Return broker settings to their defaults
    Unset(BrokerConfigUnsetArgs),
}

/// Whose settings.
#[derive(Debug, Args)]
pub struct BrokerConfigTarget {
    /// The broker's number, or all for what holds for every broker, as `cluster config` does
    pub broker: BrokerChoice,
    /// The levels of its loggers instead of its settings
    #[arg(long)]
    pub loggers: bool,
}

/// One broker, or what applies to all that have nothing of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerChoice {
    One(i32),
    All,
}

impl FromStr for BrokerChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("all", _) => Ok(Self::All),
            (_, Ok(id @ 0..)) => Ok(Self::One(id)),
            _ => Err("a broker is named by its number, all of them by all".to_owned()),
        }
    }
}

impl fmt::Display for BrokerChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(id) => write!(f, "{id}"),
            Self::All => f.write_str("all"),
        }
    }
}

#[derive(Debug, Args)]
pub struct BrokerConfigGetArgs {
    #[command(flatten)]
    pub target: BrokerConfigTarget,
    #[command(flatten)]
    pub get: ConfigGetArgs,
}

#[derive(Debug, Args)]
pub struct BrokerConfigSetArgs {
    #[command(flatten)]
    pub target: BrokerConfigTarget,
    #[command(flatten)]
    pub set: ConfigSetArgs,
}

#[derive(Debug, Args)]
pub struct BrokerConfigUnsetArgs {
    #[command(flatten)]
    pub target: BrokerConfigTarget,
    #[command(flatten)]
    pub unset: ConfigUnsetArgs,
}

#[derive(Debug, Args)]
pub struct BrokerStartArgs {
    /// Where topics and metadata live; formatted when empty [default: log.dirs, else ./kafkactl-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Address to serve on; port 0 takes a free one [default: listeners, else 127.0.0.1:9092]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Address that clients are told to use [default: advertised.listeners, else the one of --listen]
    #[arg(long, value_name = "HOST:PORT")]
    pub advertise: Option<String>,
    /// Address of the HTTP port for operators: /metrics, /healthz, /readyz, /debug [default: none]
    #[arg(long, value_name = "HOST:PORT")]
    pub ops: Option<String>,
    /// This node's number [default: node.id, else that of the data directory, else 1]
    #[arg(long, value_name = "N")]
    pub node_id: Option<i32>,
    /// Id of the cluster when the directory gets formatted, 22 characters [default: drawn]
    #[arg(long, value_name = "ID")]
    pub cluster_id: Option<String>,
    /// Apache Kafka's server.properties
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A broker setting, wins over the file; may repeat
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<KeyValue>,
    /// For tests: temporary data that is removed at the end, and a free port unless --listen names one
    #[arg(long, conflicts_with = "data_dir")]
    pub ephemeral: bool,
    /// Written with the bootstrap address once the broker serves; removed at the end
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Print the settings with their values, sources and effects, or all about one, and end
    #[arg(long, value_name = "SETTING", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub explain: Option<String>,
    /// Log filter: error, warn, info, debug, trace, or per module [default: info]
    #[arg(long, value_name = "FILTER", env = "KAFKACTL_LOG")]
    pub log_level: Option<String>,
    /// How log lines are written to standard error
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    #[command(flatten)]
    pub local: LocalArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// The promise of an acknowledgement, as the README states it.
const ACK_HELP: &str = "\
What an acknowledgement means:
  acks=0    nothing: the producer does not wait
  acks=1    the leader has written the batch to its log: it survives a crash of the process, not of the machine
  acks=all  every in-sync replica has written it to its log; fewer than min.insync.replicas refuse the write
  With flush.messages=1 (broker or topic) an acknowledged batch is also on the disk: it survives a loss of power.

Signals:
  TERM, INT  stop cleanly: logs are closed and the next start needs no recovery; a second one ends at once";
