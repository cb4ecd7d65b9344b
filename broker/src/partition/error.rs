//! Why a partition of this broker could not do what was asked, and Kafka's number for it.

use kafkactl_core::log::{LogError, ProducerError};
use kafkactl_core::names::{Offset, TopicPartition};
use kafkactl_core::record::validate::{Rejection, RejectionKind};
use kafkactl_core::wire::ErrorCode;

/// See the module's description. Kafka's code is chosen in [`PartitionError::code`].
#[derive(Debug, thiserror::Error)]
pub enum PartitionError {
    #[error("this broker does not lead {0}")]
    NotLeader(TopicPartition),
    #[error("the leader epoch of the request is older than that of {0}")]
    FencedLeaderEpoch(TopicPartition),
    #[error("the leader epoch of the request is newer than that of {0}")]
    UnknownLeaderEpoch(TopicPartition),
    #[error("offset {requested} is outside {start}..={end} of {partition}")]
    OffsetOutOfRange { partition: TopicPartition, requested: Offset, start: Offset, end: Offset },
    /// The high watermark lies before the leader's epoch: what is committed is not known yet (B22).
    #[error("the end of {0} is not known yet")]
    OffsetNotAvailable(TopicPartition),
    #[error("records of {0} go only by compaction")]
    CompactOnly(TopicPartition),
    #[error("{partition} has {in_sync} replicas in sync, {wanted} are wanted")]
    NotEnoughReplicas { partition: TopicPartition, in_sync: usize, wanted: usize },
    /// The batch is in the log all the same.
    #[error("{0} lost replicas in sync after the append")]
    NotEnoughReplicasAfterAppend(TopicPartition),
    #[error("the batch for {partition} is refused: {rejection}")]
    Rejected { partition: TopicPartition, rejection: Rejection },
    /// Not a fault yet: it may come again with a turn.
    #[error("the batch for {0} inflates to more than is looked at in passing")]
    InflatesFar(TopicPartition),
    #[error("{partition}: {error}")]
    Producer { partition: TopicPartition, error: ProducerError },
    #[error("the batch for {partition} has {size_bytes} bytes, a segment takes {max_bytes}")]
    LargerThanSegment { partition: TopicPartition, size_bytes: usize, max_bytes: u64 },
    /// Bytes that were acknowledged are not what they were: no reader gets past them.
    #[error("the log of {partition} is damaged: {reason}")]
    Damaged { partition: TopicPartition, reason: String },
    /// The disk has failed or is full: the operator hears of it, the client is told to go elsewhere or try again.
    #[error("the log of {partition} cannot be used: {reason}")]
    Storage { partition: TopicPartition, reason: String },
}

impl PartitionError {
    /// What the client is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotLeader(_) => ErrorCode::NotLeaderOrFollower,
            Self::FencedLeaderEpoch(_) => ErrorCode::FencedLeaderEpoch,
            Self::UnknownLeaderEpoch(_) => ErrorCode::UnknownLeaderEpoch,
            Self::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
            Self::OffsetNotAvailable(_) => ErrorCode::OffsetNotAvailable,
            Self::CompactOnly(_) => ErrorCode::PolicyViolation,
            Self::NotEnoughReplicas { .. } => ErrorCode::NotEnoughReplicas,
            Self::NotEnoughReplicasAfterAppend(_) => ErrorCode::NotEnoughReplicasAfterAppend,
            Self::Rejected { rejection, .. } => rejection_code(rejection.kind()),
            Self::InflatesFar(_) => ErrorCode::MessageTooLarge,
            Self::Producer { error, .. } => producer_code(error),
            Self::LargerThanSegment { .. } => ErrorCode::RecordListTooLarge,
            Self::Damaged { .. } => ErrorCode::CorruptMessage,
            Self::Storage { .. } => ErrorCode::KafkaStorageError,
        }
    }

    /// A failure of the log while it did `action`.
    pub(super) fn storage(partition: &TopicPartition, error: &LogError) -> Self {
        Self::Storage { partition: partition.clone(), reason: error.to_string() }
    }
}

/// Of a batch that breaks a rule.
pub fn rejection_code(kind: RejectionKind) -> ErrorCode {
    match kind {
        RejectionKind::CorruptMessage => ErrorCode::CorruptMessage,
        RejectionKind::InvalidRecord => ErrorCode::InvalidRecord,
        RejectionKind::InvalidTimestamp => ErrorCode::InvalidTimestamp,
        RejectionKind::MessageTooLarge => ErrorCode::MessageTooLarge,
        RejectionKind::UnsupportedCompressionType => ErrorCode::UnsupportedCompressionType,
    }
}

/// Of a batch that does not follow its producer's last one (A17–A19, F12).
fn producer_code(error: &ProducerError) -> ErrorCode {
    match error {
        ProducerError::StaleEpoch { .. } => ErrorCode::InvalidProducerEpoch,
        ProducerError::OutOfOrderSequence { .. } => ErrorCode::OutOfOrderSequenceNumber,
        ProducerError::OutsideTransaction { .. } | ProducerError::Unverified { .. } => {
            ErrorCode::InvalidTxnState
        }
        ProducerError::CoordinatorFenced { .. } => ErrorCode::TransactionCoordinatorFenced,
        ProducerError::Marker { .. } => ErrorCode::InvalidRecord,
    }
}
