//! Options that several commands have, each defined once.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use super::values::{self, KeyValue};
use crate::output::Format;

/// What every command that talks to a cluster takes.
#[derive(Debug, Clone, Args, Default)]
pub struct Common {
    #[command(flatten)]
    pub connect: ConnectArgs,
    #[command(flatten)]
    pub local: LocalArgs,
}

impl Common {
    /// These options, and those of `outer` (nearer the root) where these say nothing.
    pub fn or(&self, outer: &Common) -> Common {
        Common { connect: self.connect.or(&outer.connect), local: self.local.or(&outer.local) }
    }
}

#[derive(Debug, Clone, Args, Default)]
#[command(next_help_heading = "Connection")]
pub struct ConnectArgs {
    /// Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]
    #[arg(short, long, value_name = "HOST:PORT,…")]
    pub bootstrap: Option<String>,
    /// Named context of kafkactl.toml
    #[arg(short, long, value_name = "NAME")]
    pub context: Option<String>,
    /// A client property, such as client.id=me; may repeat
    #[arg(short = 'X', value_name = "KEY=VALUE")]
    pub properties: Vec<KeyValue>,
    /// Context file to use in place of the user's
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Give up when the command takes longer; a streaming command: when nothing answers for so long
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub timeout: Option<Duration>,
}

impl ConnectArgs {
    fn or(&self, outer: &Self) -> Self {
        Self {
            bootstrap: self.bootstrap.clone().or_else(|| outer.bootstrap.clone()),
            context: self.context.clone().or_else(|| outer.context.clone()),
            // The later of two equal keys wins, so the deeper ones come last.
            properties: outer.properties.iter().chain(&self.properties).cloned().collect(),
            config: self.config.clone().or_else(|| outer.config.clone()),
            timeout: self.timeout.or(outer.timeout),
        }
    }
}

/// What every command takes, also without a cluster.
#[derive(Debug, Clone, Args, Default)]
#[command(next_help_heading = "Output")]
pub struct LocalArgs {
    /// text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<Format>,
    /// Colours: auto is a terminal without NO_COLOR
    #[arg(long, value_name = "WHEN")]
    pub color: Option<ColorChoice>,
    /// Say less on standard error
    #[arg(short, long)]
    pub quiet: bool,
    /// Say more on standard error; twice for every request
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
}

impl LocalArgs {
    /// Whether a terminal may get colours; a stream that is none gets them only with `--color always`.
    pub fn may_color(&self) -> bool {
        match self.color.unwrap_or(ColorChoice::Auto) {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    pub fn or(&self, outer: &Self) -> Self {
        Self {
            output: self.output.clone().or_else(|| outer.output.clone()),
            color: self.color.or(outer.color),
            quiet: self.quiet || outer.quiet,
            verbose: self.verbose.max(outer.verbose),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// How a table is cut, ordered and repeated.
#[derive(Debug, Clone, Args, Default)]
#[command(next_help_heading = "Table")]
pub struct TableArgs {
    /// Columns to show, in this order
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Order by a column; NAME:desc for the largest first
    #[arg(long, value_name = "NAME[:desc]")]
    pub sort: Option<crate::output::Sort>,
    /// Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat
    #[arg(long, value_name = "TEST", allow_hyphen_values = true)]
    pub filter: Vec<crate::output::Filter>,
    /// No header line
    #[arg(long)]
    pub no_headers: bool,
    /// Sizes in units or as plain bytes [default: human on a terminal, else raw]
    #[arg(long, value_name = "UNITS")]
    pub units: Option<Units>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Units {
    Human,
    Raw,
}

#[derive(Debug, Clone, Args, Default)]
pub struct WatchArgs {
    /// Repeat until interrupted
    #[arg(short, long, value_name = "TIME", num_args = 0..=1, require_equals = true,
          default_missing_value = "2s", value_parser = values::duration, help_heading = "Table")]
    pub watch: Option<Duration>,
}

/// For commands that read a cluster into a table.
#[derive(Debug, Clone, Args, Default)]
pub struct ReadArgs {
    #[command(flatten)]
    pub watch: WatchArgs,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub common: Common,
}

/// For commands that change a cluster without destroying.
#[derive(Debug, Clone, Args, Default)]
pub struct ChangeArgs {
    /// Let the cluster check it, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub common: Common,
}

/// For commands that destroy or overwrite something of a cluster.
#[derive(Debug, Clone, Args, Default)]
pub struct DestroyArgs {
    #[command(flatten)]
    pub confirm: ConfirmArgs,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub common: Common,
}

/// What `config get` takes, beside whose settings they are.
#[derive(Debug, Args)]
pub struct ConfigGetArgs {
    /// Settings to show [default: those set there]
    #[arg(value_name = "KEY")]
    pub keys: Vec<String>,
    /// Every setting, defaults included
    #[arg(long, conflicts_with = "keys")]
    pub all: bool,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Debug, Args)]
pub struct ConfigSetArgs {
    /// Settings and their values
    #[arg(required = true, value_name = "KEY=VALUE")]
    pub configs: Vec<KeyValue>,
    #[command(flatten)]
    pub change: ChangeArgs,
}

#[derive(Debug, Args)]
pub struct ConfigUnsetArgs {
    /// Settings to return to their defaults
    #[arg(required = true, value_name = "KEY")]
    pub keys: Vec<String>,
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Whether to ask first.
#[derive(Debug, Clone, Args, Default)]
pub struct ConfirmArgs {
    /// Do it without asking
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}
