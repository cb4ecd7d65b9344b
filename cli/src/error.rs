//! How commands fail: what to tell the operator, and which exit code that is.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::exit::ExitStatus;

/// A command, or one item of it, that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct CommandError {
    #[source]
    cause: Cause,
    hint: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Cause {
    #[error("{0}")]
    Usage(String),
    #[error("{noun} \"{name}\" does not exist")]
    NotFound { noun: &'static str, name: String },
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    CheckFailed(String),
    #[error("{0}")]
    Failed(String),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// Standard output is gone; when a reader closed it, that is no failure.
    #[error("standard output: {0}")]
    Output(io::Error),
    #[error("{0}")]
    Timeout(String),
}

impl CommandError {
    fn new(cause: Cause) -> Self {
        Self { cause, hint: None }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Cause::Usage(message.into()))
    }

    pub fn not_found(noun: &'static str, name: impl Into<String>) -> Self {
        Self::new(Cause::NotFound { noun, name: name.into() })
    }

    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Cause::Refused(message.into()))
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Cause::Failed(message.into()))
    }

    pub fn check_failed(message: impl Into<String>) -> Self {
        Self::new(Cause::CheckFailed(message.into()))
    }

    pub fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::new(Cause::Io { path: path.as_ref().to_path_buf(), source })
    }

    pub fn output(source: io::Error) -> Self {
        Self::new(Cause::Output(source))
    }

    pub fn timeout(message: impl Into<String>) -> Self {
        Self::new(Cause::Timeout(message.into()))
    }

    /// Adds what the operator can do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn status(&self) -> ExitStatus {
        match &self.cause {
            Cause::Usage(_) => ExitStatus::Usage,
            Cause::NotFound { .. } => ExitStatus::NotFound,
            Cause::Refused(_) => ExitStatus::Refused,
            Cause::CheckFailed(_) => ExitStatus::CheckFailed,
            Cause::Timeout(_) => ExitStatus::Unreachable,
            Cause::Failed(_) | Cause::Io { .. } => ExitStatus::Failed,
            Cause::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitStatus::Done,
            Cause::Output(_) => ExitStatus::Failed,
        }
    }

    /// Whether there is nothing to tell: the reader of our output has gone.
    pub fn is_quiet(&self) -> bool {
        self.status() == ExitStatus::Done
    }

    /// What `-o json` and `-o jsonl` say on standard error and in `errors`.
    pub fn object(&self) -> ErrorObject {
        let status = self.status();
        ErrorObject {
            code: status as u8,
            kind: status.kind(),
            kafka_error: None,
            message: self.to_string(),
            hint: self.hint.clone(),
        }
    }

    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// The error object of `kafkactl/v1`. `code` is the exit code that this error alone would give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorObject {
    pub code: u8,
    pub kind: &'static str,
    /// Kafka's name, such as `TOPIC_AUTHORIZATION_FAILED`; null when the error is not from a broker.
    pub kafka_error: Option<&'static str>,
    pub message: String,
    pub hint: Option<String>,
}
