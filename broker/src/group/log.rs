//! What a shard needs of the partition that keeps it.

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::wire::ErrorCode;

/// The log of one `__consumer_offsets` partition, led by this broker.
///
/// Errors are Kafka's codes as the partition gives them; [`client_code`] turns them into what clients of a
/// coordinator see.
pub trait ShardLog: Send + Sync {
    /// Appends one batch, with acks=all in mind, and returns the offset of its first record. Fails unless this
    /// broker still leads in `epoch`.
    fn append(&self, batch: Vec<u8>, epoch: LeaderEpoch, now_ms: i64) -> Result<Offset, ErrorCode>;

    /// Whole batches from `from` on, the first of them perhaps starting earlier; empty at the end of the log. Blocks.
    fn read(&self, from: Offset) -> Result<Vec<u8>, ErrorCode>;

    fn start_offset(&self) -> Offset;

    fn end_offset(&self) -> Offset;

    /// Records below it are committed.
    fn high_watermark(&self) -> Offset;

    /// Resolves once the high watermark has reached `offset`; fails when that cannot happen under this leader any
    /// more, and with REQUEST_TIMED_OUT after `deadline`.
    fn wait_committed(&self, offset: Offset, deadline: Instant) -> Waiting<'_>;

    /// Largest batch it takes (`max.message.bytes`).
    fn batch_bytes_max(&self) -> usize;
}

pub type Waiting<'a> = Pin<Box<dyn Future<Output = Result<(), ErrorCode>> + Send + 'a>>;

/// What clients hear of a failed append (G2, F2).
pub fn client_code(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch | ErrorCode::KafkaStorageError => {
            ErrorCode::NotCoordinator
        }
        ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge | ErrorCode::InvalidFetchSize => {
            ErrorCode::UnknownServerError
        }
        other => other,
    }
}
