use std::fmt;

use crate::names::TopicPartition;
use crate::record::{Codec, RecordError};

/// Why a batch must not be appended. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("the request holds no whole record batch for the partition")]
    NoBatch,
    #[error("the request holds more than one record batch for the partition")]
    ManyBatches,
    #[error("message sets of magic {0} are not accepted, only record batches of magic 2")]
    OldMagic(i8),
    #[error("zstd needs version 7 of the produce request, this is version {0}")]
    ZstdTooNew(i16),
    #[error(transparent)]
    Damaged(RecordError),
    #[error("the base offset from a client must be 0, it is {0}")]
    BaseOffset(i64),
    #[error("the record batch has {size_bytes} bytes, max.message.bytes is {max_bytes}")]
    TooLarge { size_bytes: usize, max_bytes: usize },
    #[error("the {codec} records are larger than {max_bytes} bytes once decompressed")]
    InflatesTooLarge { codec: Codec, max_bytes: usize },
    #[error("the batch covers the offsets 0 to {last_offset_delta}, its record count is {record_count}")]
    RecordCount { last_offset_delta: i32, record_count: i32 },
    #[error("clients are not allowed to write control records")]
    ControlFromClient,
    #[error("base sequence {base_sequence} with producer id {producer_id}")]
    Sequence { base_sequence: i32, producer_id: i64 },
    #[error("record {index} has offset {offset_delta} within the batch")]
    InnerOffset { index: i32, offset_delta: i32 },
    /// Records that cannot be read. Kafka answers some of these UNKNOWN_SERVER_ERROR, tripping over itself.
    #[error(transparent)]
    Unreadable(RecordError),
    #[error("one or more records have been rejected{}", if has_timestamp_fault(.0) { " due to invalid timestamp" } else { "" })]
    Records(Vec<RecordFault>),
}

/// The protocol error a [`Rejection`] is answered with, by Kafka's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionKind {
    CorruptMessage,
    InvalidRecord,
    InvalidTimestamp,
    MessageTooLarge,
    UnsupportedCompressionType,
}

impl Rejection {
    pub fn kind(&self) -> RejectionKind {
        match self {
            Rejection::Damaged(_) => RejectionKind::CorruptMessage,
            Rejection::TooLarge { .. } | Rejection::InflatesTooLarge { .. } => RejectionKind::MessageTooLarge,
            Rejection::ZstdTooNew(_) => RejectionKind::UnsupportedCompressionType,
            Rejection::Records(faults) if has_timestamp_fault(faults) => RejectionKind::InvalidTimestamp,
            _ => RejectionKind::InvalidRecord,
        }
    }

    /// The records to name one by one in the answer (KIP-467), at most [`RECORD_FAULTS_MAX`].
    pub fn record_faults(&self) -> &[RecordFault] {
        match self {
            Rejection::Records(faults) => faults,
            _ => &[],
        }
    }
}

/// Faults kept of one batch; a batch of a million empty records must not cost more than that.
pub const RECORD_FAULTS_MAX: usize = 1000;

/// What is wrong with one record of a batch that is otherwise sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordFault {
    /// The record's place in its batch, from 0.
    pub index: i32,
    pub reason: FaultReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultReason {
    /// Compaction needs keys.
    NullKey,
    Timestamp {
        timestamp_ms: i64,
        offset: i64,
        min_ms: i64,
        max_ms: i64,
    },
    /// Only brokers may say that they stamped a batch.
    LogAppendTime(RecordShape),
}

/// A record as Kafka's message about it shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordShape {
    pub offset: i64,
    pub timestamp_ms: i64,
    pub key_bytes: Option<usize>,
    pub value_bytes: Option<usize>,
    pub is_compressed: bool,
}

impl RecordFault {
    /// Kafka's own sentence: clients show it to their users.
    pub fn message(&self, partition: &TopicPartition) -> String {
        match self.reason {
            FaultReason::NullKey => {
                format!("Compacted topic cannot accept message without key in topic partition {partition}")
            }
            FaultReason::Timestamp { timestamp_ms, offset, min_ms, max_ms } => format!(
                "Timestamp {timestamp_ms} of message with offset {offset} is out of range. \
                 The timestamp should be within [{min_ms}, {max_ms}]"
            ),
            FaultReason::LogAppendTime(record) => format!(
                "Invalid timestamp type in message {record}. Producer should not set timestamp type to LogAppendTime."
            ),
        }
    }
}

impl fmt::Display for RecordShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Kafka shows a null as 0 bytes where it read the record, and as -1 where it skipped through it.
        let (name, null) =
            if self.is_compressed { ("PartialDefaultRecord", -1) } else { ("DefaultRecord", 0) };
        let size = |bytes: Option<usize>| bytes.map_or(null, |bytes| bytes as i64);
        write!(
            f,
            "{name}(offset={}, timestamp={}, key={} bytes, value={} bytes)",
            self.offset,
            self.timestamp_ms,
            size(self.key_bytes),
            size(self.value_bytes)
        )
    }
}

fn has_timestamp_fault(faults: &[RecordFault]) -> bool {
    faults.iter().any(|fault| !matches!(fault.reason, FaultReason::NullKey))
}
