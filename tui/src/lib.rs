//! `kafkactl top`: the live dashboard. It sees a cluster through the client core alone, so it works on any Kafka.
//!
//! Samplers poll and send snapshots; [`model::update::update`] takes snapshots, keys and the clock and returns
//! effects; [`draw::draw`] shows the state. Recordings and the script feed the same model as a cluster does.
//! What an operator confirmed is changed in [`acting`], and only where the setup allows it.
//! Does not know: contexts, the command line.

mod acting;
mod anonymize;
mod answers;
mod batch;
pub mod demo;
pub mod draw;
pub mod model;
mod overrides;
mod question;
mod recording;
pub mod sample;
pub mod screens;
mod source;
mod terminal;
pub mod theme;

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;

use kafkactl_core::client::ClientConfig;
use model::snapshot::Why;
use theme::Color;

pub use batch::{Format, run as run_batch};
pub use model::app::Setup;
pub use overrides::Overrides;
pub use recording::{Recorder, Recording, RecordingError};
pub use source::Source;
pub use terminal::run as run_terminal;

/// Another cluster to look at.
#[derive(Debug)]
pub struct Context {
    pub config: ClientConfig,
    pub color: Option<Color>,
}

/// Looks up another context by name, for `:ctx`.
pub type Contexts = Box<dyn Fn(&str) -> Result<Context, String>>;

/// How the dashboard runs, apart from what it shows.
pub struct Options {
    pub source: Source,
    pub setup: Setup,
    pub overrides: Overrides,
    /// Refreshes before it ends; without end otherwise.
    pub count_max: Option<u64>,
    pub record: Option<PathBuf>,
    pub anonymize: bool,
    pub mouse: bool,
    pub data_dir: Option<PathBuf>,
    pub contexts: Contexts,
    /// What the terminal tells about its background.
    pub background_is_light: Option<bool>,
}

impl Options {
    /// What is recorded or shown of the cluster's own name and address says nothing when names are hidden.
    fn settled(mut self) -> Self {
        if self.anonymize {
            self.setup.hide_cluster();
        }
        self
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TopError {
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error("terminal: {0}")]
    Terminal(io::Error),
    #[error("output: {0}")]
    Output(io::Error),
    #[error("{0}")]
    Usage(String),
    #[error("the cluster does not answer: {0}")]
    NoData(String),
    #[error("the recording ends before its first refresh")]
    Empty,
    /// What the screen shows was asked for, and never told.
    #[error("{error}")]
    Unanswered { why: Why, error: String },
    /// What it was is on standard error.
    #[error("a part of the dashboard has panicked")]
    Panic,
}
