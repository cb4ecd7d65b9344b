use super::transaction::Request;
use crate::client::ClientError;
use crate::wire::ErrorCode;

/// What a refusal does to a transactional producer, as Java's `TransactionManager` and KIP-890 have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The same request again, perhaps of another coordinator.
    Retry,
    /// The transaction can only be aborted; the producer goes on.
    Abort,
    /// The producer cannot go on: it was fenced, or may not do what it wants to.
    Fatal,
}

impl Refusal {
    /// Of a request to a coordinator.
    pub fn of_request(request: &Request, error: &ClientError) -> Self {
        use ErrorCode as E;
        match (request, error.code()) {
            (_, Some(E::ProducerFenced | E::InvalidProducerEpoch)) => Self::Fatal,
            (_, Some(E::TransactionalIdAuthorizationFailed | E::InvalidTxnState)) => Self::Fatal,
            (_, Some(E::InvalidProducerIdMapping | E::ClusterAuthorizationFailed)) => Self::Fatal,
            _ if error.is_retriable() => Self::Retry,
            (Request::Init, _) => Self::Fatal,
            (_, Some(E::TransactionAbortable | E::UnknownProducerId | E::GroupAuthorizationFailed)) => {
                Self::Abort
            }
            (Request::AddPartitions(_), _) => Self::Abort,
            (Request::CommitOffsets(_), Some(code)) if is_about_offsets(code) => Self::Abort,
            _ => Self::Fatal,
        }
    }

    /// Of a batch that is not sent again. An epoch that is too old may be that of a transaction which ran into its
    /// timeout: ending it tells.
    pub fn of_batch(error: &ClientError) -> Self {
        use ErrorCode as E;
        match error.code() {
            Some(E::ProducerFenced | E::InvalidProducerIdMapping | E::UnsupportedVersion) => Self::Fatal,
            Some(E::TransactionalIdAuthorizationFailed | E::ClusterAuthorizationFailed) => Self::Fatal,
            _ => Self::Abort,
        }
    }
}

/// The consumer has lost its partitions or may not commit these: other offsets may still be taken.
fn is_about_offsets(code: ErrorCode) -> bool {
    use ErrorCode as E;
    let lost = [E::UnknownMemberId, E::IllegalGeneration, E::FencedInstanceId, E::StaleMemberEpoch];
    let unwanted = [E::TopicAuthorizationFailed, E::OffsetMetadataTooLarge, E::InvalidCommitOffsetSize];
    lost.contains(&code) || unwanted.contains(&code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::transaction::{End, GroupOffsets};
    use super::*;
    use crate::client::admin::{Committer, GroupMetadata};

    fn requests() -> [Request; 5] {
        let group = GroupMetadata { group_id: "g".to_owned(), committer: Committer::outsider() };
        [
            Request::Init,
            Request::AddPartitions(Vec::new()),
            Request::AddOffsets { group_id: "g".to_owned() },
            Request::CommitOffsets(GroupOffsets { group, offsets: BTreeMap::new() }),
            Request::End(End::Commit),
        ]
    }

    /// For Init, AddPartitions, AddOffsets, CommitOffsets, End: r for retry, a for abort, f for fatal.
    #[test]
    fn refusals_of_coordinators() {
        use ErrorCode::*;
        for (code, expected) in [
            (NotCoordinator, "rrrrr"),
            (CoordinatorNotAvailable, "rrrrr"),
            (CoordinatorLoadInProgress, "rrrrr"),
            (ConcurrentTransactions, "rrrrr"),
            (RequestTimedOut, "rrrrr"),
            (UnknownTopicOrPartition, "rrrrr"),
            (ProducerFenced, "fffff"),
            (InvalidProducerEpoch, "fffff"),
            (TransactionalIdAuthorizationFailed, "fffff"),
            (InvalidTxnState, "fffff"),
            (InvalidProducerIdMapping, "fffff"),
            (TransactionAbortable, "faaaa"),
            (UnknownProducerId, "faaaa"),
            (GroupAuthorizationFailed, "faaaa"),
            (TopicAuthorizationFailed, "fafaf"),
            (OperationNotAttempted, "fafff"),
            (UnknownMemberId, "fafaf"),
            (IllegalGeneration, "fafaf"),
            (FencedInstanceId, "fafaf"),
            (InvalidTransactionTimeout, "fafff"),
            (UnknownServerError, "fafff"),
        ] {
            let error = ClientError::refused("x", code, Option::None);
            let letter = |request: &Request| match Refusal::of_request(request, &error) {
                Refusal::Retry => 'r',
                Refusal::Abort => 'a',
                Refusal::Fatal => 'f',
            };
            let got: String = requests().iter().map(letter).collect();
            assert_eq!(got, expected, "{code:?}");
        }
    }

    #[test]
    fn lost_batches() {
        use ErrorCode::*;
        for (code, expected) in [
            (InvalidProducerEpoch, Refusal::Abort),
            (OutOfOrderSequenceNumber, Refusal::Abort),
            (InvalidTxnState, Refusal::Abort),
            (TransactionAbortable, Refusal::Abort),
            (MessageTooLarge, Refusal::Abort),
            (TopicAuthorizationFailed, Refusal::Abort),
            (ProducerFenced, Refusal::Fatal),
            (InvalidProducerIdMapping, Refusal::Fatal),
            (TransactionalIdAuthorizationFailed, Refusal::Fatal),
        ] {
            assert_eq!(
                Refusal::of_batch(&ClientError::refused("x", code, Option::None)),
                expected,
                "{code:?}"
            );
        }
    }
}
