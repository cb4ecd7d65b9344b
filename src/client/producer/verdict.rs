use crate::client::ClientError;
use crate::wire::ErrorCode;

/// What to do with a batch that a broker did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It had been stored before.
    Stored,
    /// Again, after a pause.
    Retry,
    /// Again, once those before it are through.
    RetryInTurn,
    RetryInNewEpoch,
    RetryWithNewId,
    Split,
    Fail,
}

impl Verdict {
    /// Follows Java's `TransactionManager.canRetry`.
    pub fn of(error: &ClientError, is_idempotent: bool, is_next: bool, record_count: u32) -> Self {
        match error.code() {
            Some(ErrorCode::DuplicateSequenceNumber) => Self::Stored,
            Some(ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge) if record_count > 1 => {
                Self::Split
            }
            Some(ErrorCode::OutOfOrderSequenceNumber) if is_idempotent && !is_next => Self::RetryInTurn,
            Some(ErrorCode::OutOfOrderSequenceNumber | ErrorCode::UnknownProducerId) if is_idempotent => {
                Self::RetryInNewEpoch
            }
            Some(ErrorCode::InvalidProducerEpoch | ErrorCode::InvalidProducerIdMapping) if is_idempotent => {
                Self::RetryWithNewId
            }
            _ if error.is_retriable() => Self::Retry,
            _ => Self::Fail,
        }
    }

    /// A transaction lives in one epoch.
    pub fn in_transaction(self) -> Self {
        match self {
            Self::RetryInNewEpoch | Self::RetryWithNewId => Self::Fail,
            verdict => verdict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        use ErrorCode::*;
        for (code, is_idempotent, is_next, count, expected) in [
            (DuplicateSequenceNumber, true, false, 1, Verdict::Stored),
            (MessageTooLarge, true, true, 2, Verdict::Split),
            (MessageTooLarge, true, true, 1, Verdict::Fail),
            (OutOfOrderSequenceNumber, true, false, 1, Verdict::RetryInTurn),
            (OutOfOrderSequenceNumber, true, true, 1, Verdict::RetryInNewEpoch),
            (OutOfOrderSequenceNumber, false, true, 1, Verdict::Fail),
            (UnknownProducerId, true, true, 1, Verdict::RetryInNewEpoch),
            (InvalidProducerEpoch, true, true, 1, Verdict::RetryWithNewId),
            (NotLeaderOrFollower, false, true, 1, Verdict::Retry),
            (CorruptMessage, true, true, 1, Verdict::Retry),
            (TopicAuthorizationFailed, true, true, 1, Verdict::Fail),
            (UnknownServerError, true, true, 1, Verdict::Fail),
        ] {
            let error = ClientError::refused("t", code, Option::None);
            assert_eq!(Verdict::of(&error, is_idempotent, is_next, count), expected, "{code:?}");
        }
    }
}
