//! Whether what a screen shows was ever told: a page without it is no answer.

use crate::model::snapshot::{Data, Failed, Sampler, Snapshot, Why};
use crate::screens::Screen;
use crate::source::Source;
use crate::{Options, TopError};

/// How long the last page waits for what its screen shows: longer than a poll may take.
const ANSWER_WAIT_MAX_MS: i64 = 6_000;

/// What the screen asks.
pub struct Question {
    /// Who tells; `None` where the first metadata says enough.
    of: Option<Sampler>,
    answer: Answer,
    waits_since_ms: Option<i64>,
    is_live: bool,
    /// It is read to its end: there may be an answer further on.
    is_recorded: bool,
    /// What is asked for, in words.
    what: String,
    needs_data_dir: bool,
}

enum Answer {
    Awaited,
    Failed(Failed),
    Given,
}

impl Question {
    pub fn of(options: &Options) -> Self {
        let is_live = matches!(options.source, Source::Cluster(_));
        let is_recorded = matches!(options.source, Source::Replay(_));
        let screen = options.setup.screen;
        let of = match screen {
            Screen::Records => Some(Sampler::Records),
            Screen::Disk => Some(Sampler::Segments),
            Screen::Groups if is_live => Some(Sampler::Groups),
            _ => None,
        };
        let what = match (screen, &options.setup.topic) {
            (Screen::Records, Some(topic)) => format!("records of {topic}"),
            _ => of.map_or_else(String::new, |sampler| sampler.name().to_owned()),
        };
        let needs_data_dir = is_live && screen == Screen::Disk && options.data_dir.is_none();
        Self { of, answer: Answer::Awaited, waits_since_ms: None, is_live, is_recorded, what, needs_data_dir }
    }

    /// An answer stays one when a later poll fails.
    pub fn hear(&mut self, snapshot: &Snapshot) {
        if self.of != Some(snapshot.data.sampler()) {
            return;
        }
        match (&snapshot.data, &self.answer) {
            (Data::Failed(failed), Answer::Awaited | Answer::Failed(_)) => {
                self.answer = Answer::Failed(failed.clone());
            }
            (Data::Failed(_), Answer::Given) => {}
            _ => self.answer = Answer::Given,
        }
    }

    /// False while it is worth waiting.
    pub fn is_answered(&mut self, now_ms: i64) -> Result<bool, TopError> {
        let since_ms = *self.waits_since_ms.get_or_insert(now_ms);
        match &self.answer {
            _ if self.of.is_none() => Ok(true),
            Answer::Given => Ok(true),
            // The next poll may bring it.
            _ if self.is_recorded => Ok(false),
            _ if !self.is_refused() && now_ms - since_ms < ANSWER_WAIT_MAX_MS => Ok(false),
            Answer::Awaited | Answer::Failed(_) => Err(self.unanswered()),
        }
    }

    /// Asking again would bring the same.
    fn is_refused(&self) -> bool {
        matches!(&self.answer, Answer::Failed(Failed { why, .. }) if *why != Why::Unreachable)
    }

    /// Nothing more will be told.
    pub fn end(&self) -> Result<(), TopError> {
        match self.answer {
            _ if self.of.is_none() => Ok(()),
            Answer::Given => Ok(()),
            Answer::Awaited | Answer::Failed(_) => Err(self.unanswered()),
        }
    }

    fn unanswered(&self) -> TopError {
        let what = &self.what;
        match &self.answer {
            Answer::Failed(Failed { error, why, .. }) => {
                TopError::Unanswered { why: *why, error: error.clone() }
            }
            _ if self.needs_data_dir => TopError::Usage(
                "--screen disk needs --data-dir: no data directory of the cluster is found on this machine"
                    .to_owned(),
            ),
            _ if self.is_live => {
                TopError::Unanswered { why: Why::Unreachable, error: format!("{what} were not told in time") }
            }
            _ => TopError::Unanswered { why: Why::Missing, error: format!("the recording has no {what}") },
        }
    }
}
