use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use kafkactl_core::record::BytesAs;

use super::consume::Isolation;
use super::shared::Common;
use super::values;
use crate::output::Sort;

#[derive(Debug, Args)]
#[command(mut_arg("output", |output| output.help("text, wide, json or jsonl")))]
pub struct TopArgs {
    /// Time between polls [default: 2s]
    #[arg(short = 'd', long, value_name = "TIME", value_parser = values::duration)]
    pub interval: Option<Duration>,
    /// End after N refreshes
    #[arg(short = 'n', long, value_name = "N")]
    pub max: Option<u64>,
    /// Print one refresh, with rates, and end
    #[arg(long, conflicts_with_all = ["max", "batch"])]
    pub once: bool,
    /// Print refresh after refresh; the default when the output is no terminal
    #[arg(long)]
    pub batch: bool,
    /// The screen to start with
    #[arg(long, value_name = "SCREEN", default_value = "overview")]
    pub screen: ScreenChoice,
    /// The topic whose records the Records screen shows
    #[arg(short, long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Rows to show: text, !not, ~regex, lag>1000, state=empty
    #[arg(long, value_name = "TEST", default_value = "", allow_hyphen_values = true)]
    pub filter: String,
    /// Order by a column; NAME:desc for the largest first
    #[arg(long, value_name = "NAME[:desc]")]
    pub sort: Option<Sort>,
    /// Rows with a problem only
    #[arg(long)]
    pub only_problems: bool,
    /// Measure lag from the last record, or from the last committed one
    #[arg(long, value_name = "LEVEL", default_value = "uncommitted")]
    pub isolation: Isolation,
    /// Let the menu (x) change the cluster: elections, resets of idle groups, aborts; not on a protected context
    #[arg(long, conflicts_with_all = ["demo", "replay", "once", "batch", "anonymize"])]
    pub allow_actions: bool,
    #[command(flatten)]
    pub look: TopLook,
    #[command(flatten)]
    pub data: TopData,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Look")]
pub struct TopLook {
    /// Colours; auto asks the terminal and NO_COLOR
    #[arg(long, value_name = "THEME", default_value = "auto")]
    pub theme: ThemeName,
    /// No other characters than ASCII
    #[arg(long)]
    pub ascii: bool,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
    /// Keys and colours to change [default: top.toml beside kafkactl.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub overrides: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Data")]
pub struct TopData {
    /// A scripted cluster in place of a real one
    #[arg(long, conflicts_with = "replay")]
    pub demo: bool,
    /// Write what is seen to a new file
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Show what was recorded
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
    /// Replace names, hosts and records, on the screen and in recordings
    #[arg(long)]
    pub anonymize: bool,
    /// What keys are on the Records screen: auto, text, hex, short, int, long, float or double
    #[arg(long, value_name = "KIND", default_value = "auto", conflicts_with_all = ["demo", "replay"])]
    pub key_as: BytesAs,
    /// What values are, as --key-as
    #[arg(long, value_name = "KIND", default_value = "auto", conflicts_with_all = ["demo", "replay"])]
    pub value_as: BytesAs,
    /// A local data directory whose segments the Disk screen shows
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScreenChoice {
    Overview,
    Brokers,
    Topics,
    Partitions,
    Groups,
    Events,
    Records,
    Disk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeName {
    Auto,
    Dark,
    Light,
    Mono,
}
