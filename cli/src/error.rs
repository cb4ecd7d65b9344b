//! How commands fail: what to tell the operator, and which exit code that is.

use std::io;
use std::path::{Path, PathBuf};

use kafkactl_core::client::ClientError;
use kafkactl_core::wire::ErrorCode;
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
    /// What somebody else has found out, with the status it stands for.
    #[error("{1}")]
    Told(ExitStatus, String),
    #[error("{}", client_text(.0))]
    Client(ClientError),
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

    pub fn told(status: ExitStatus, message: impl Into<String>) -> Self {
        Self::new(Cause::Told(status, message.into()))
    }

    /// What was not learned of one item, where the cluster as such answers: then the item failed, and no more.
    pub fn of_item(what: &str, error: &ClientError) -> Self {
        let root = error.root();
        match (client_status(root), root.hint()) {
            (ExitStatus::Unreachable, Some(hint)) => Self::failed(format!("{what}: {root}")).hint(hint),
            (ExitStatus::Unreachable, None) => Self::failed(format!("{what}: {root}")),
            _ => root.clone().into(),
        }
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
            Cause::Told(status, _) => *status,
            Cause::Io { source, .. } => io_status(source),
            Cause::Failed(_) => ExitStatus::Failed,
            Cause::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitStatus::Done,
            Cause::Output(_) => ExitStatus::Failed,
            Cause::Client(error) => client_status(error),
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
            kafka_error: self.code().map(ErrorCode::name),
            message: self.to_string(),
            hint: self.hint_text().map(str::to_owned),
        }
    }

    /// What the operator can do about it.
    pub fn hint_text(&self) -> Option<&str> {
        match (&self.hint, &self.cause) {
            (Some(hint), _) => Some(hint),
            (None, Cause::Client(error)) => error.hint(),
            (None, _) => None,
        }
    }

    /// The broker's error code, if a broker said no.
    pub fn code(&self) -> Option<ErrorCode> {
        match &self.cause {
            Cause::Client(error) => error.code(),
            _ => None,
        }
    }
}

/// Of a file that was named on the command line.
fn io_status(error: &io::Error) -> ExitStatus {
    match error.kind() {
        io::ErrorKind::NotFound => ExitStatus::NotFound,
        io::ErrorKind::IsADirectory => ExitStatus::Usage,
        _ => ExitStatus::Failed,
    }
}

impl From<ClientError> for CommandError {
    fn from(error: ClientError) -> Self {
        Self::new(Cause::Client(error))
    }
}

/// Kafka's own sentence for a missing thing speaks of servers that host partitions; ours of what was named.
fn client_text(error: &ClientError) -> String {
    match error {
        ClientError::Refused { what, code, .. } | ClientError::Missing { what, code }
            if code_status(*code) == ExitStatus::NotFound =>
        {
            format!("{what} does not exist ({})", code.name())
        }
        _ => error.to_string(),
    }
}

fn client_status(error: &ClientError) -> ExitStatus {
    match error {
        ClientError::Refused { code, .. } | ClientError::Missing { code, .. } => code_status(*code),
        ClientError::Connect { .. }
        | ClientError::Bootstrap { .. }
        | ClientError::Disconnected { .. }
        | ClientError::NotABroker { .. }
        | ClientError::RequestTimeout { .. }
        | ClientError::UnknownBroker { .. }
        | ClientError::NoLeader { .. }
        | ClientError::Deadline { .. } => ExitStatus::Unreachable,
        ClientError::BadEndpoint { .. } => ExitStatus::Usage,
        ClientError::BadResponse { .. }
        | ClientError::BadRequest { .. }
        | ClientError::Unsupported { .. }
        | ClientError::Invalid { .. }
        | ClientError::RecordTooLarge { .. }
        | ClientError::BufferFull { .. }
        | ClientError::NoResetPolicy { .. }
        | ClientError::CorruptRecords { .. }
        | ClientError::Aborted { .. }
        | ClientError::Closed => ExitStatus::Failed,
        ClientError::MustAbort { source, .. } => client_status(source),
    }
}

/// What a broker's refusal means to a script; whatever has no meaning of its own is a failure.
fn code_status(code: ErrorCode) -> ExitStatus {
    match code {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::UnknownTopicId
        | ErrorCode::GroupIdNotFound
        | ErrorCode::ResourceNotFound
        | ErrorCode::TransactionalIdNotFound => ExitStatus::NotFound,
        ErrorCode::TopicAuthorizationFailed
        | ErrorCode::GroupAuthorizationFailed
        | ErrorCode::ClusterAuthorizationFailed
        | ErrorCode::TransactionalIdAuthorizationFailed
        | ErrorCode::DelegationTokenAuthorizationFailed
        | ErrorCode::SaslAuthenticationFailed
        | ErrorCode::UnsupportedSaslMechanism
        | ErrorCode::IllegalSaslState
        | ErrorCode::SecurityDisabled => ExitStatus::Denied,
        // The group has members: offsets and the group itself are theirs.
        ErrorCode::NonEmptyGroup
        | ErrorCode::GroupSubscribedToTopic
        | ErrorCode::UnknownMemberId
        | ErrorCode::IllegalGeneration
        | ErrorCode::StaleMemberEpoch
        | ErrorCode::RebalanceInProgress => ExitStatus::Refused,
        ErrorCode::RequestTimedOut
        | ErrorCode::BrokerNotAvailable
        | ErrorCode::CoordinatorNotAvailable
        | ErrorCode::LeaderNotAvailable
        | ErrorCode::NetworkException => ExitStatus::Unreachable,
        // Words that no cluster would take.
        ErrorCode::InvalidConfig | ErrorCode::InvalidTopicException | ErrorCode::InvalidGroupId => {
            ExitStatus::Usage
        }
        _ => ExitStatus::Failed,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broker_refusals_have_exit_codes() {
        for (code, status) in [
            (ErrorCode::UnknownTopicOrPartition, ExitStatus::NotFound),
            (ErrorCode::GroupIdNotFound, ExitStatus::NotFound),
            (ErrorCode::TopicAuthorizationFailed, ExitStatus::Denied),
            (ErrorCode::NonEmptyGroup, ExitStatus::Refused),
            (ErrorCode::TopicAlreadyExists, ExitStatus::Failed),
            (ErrorCode::InvalidConfig, ExitStatus::Usage),
            (ErrorCode::InvalidTopicException, ExitStatus::Usage),
            (ErrorCode::CoordinatorNotAvailable, ExitStatus::Unreachable),
        ] {
            let error = ClientError::Refused { what: "x".to_owned(), code, message: None };
            let error = CommandError::from(error);
            assert_eq!(error.status(), status, "{}", code.name());
            assert_eq!(error.object().kafka_error, Some(code.name()));
        }
    }

    /// Exit code 3 would tell scripts that the cluster is gone.
    #[test]
    fn an_item_that_cannot_be_asked_is_a_failure_of_that_item() {
        let partition = kafkactl_core::names::TopicPartition::new("t", 1);
        let last = Box::new(ClientError::NoLeader { partition });
        let error = ClientError::Deadline { what: "listing".to_owned(), timeout_ms: 3000, last };
        let item = CommandError::of_item("lag unknown", &error);
        assert_eq!(item.to_string(), "lag unknown: t-1 has no leader at the moment");
        assert_eq!((item.status(), item.hint_text().is_some()), (ExitStatus::Failed, true));
        let denied = ClientError::Refused {
            what: "offset of t-1".to_owned(),
            code: ErrorCode::TopicAuthorizationFailed,
            message: None,
        };
        assert_eq!(CommandError::of_item("lag unknown", &denied).status(), ExitStatus::Denied);
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let error = CommandError::output(io::ErrorKind::BrokenPipe.into());
        assert!(error.is_quiet());
        assert_eq!(CommandError::output(io::ErrorKind::StorageFull.into()).status(), ExitStatus::Failed);
    }
}
