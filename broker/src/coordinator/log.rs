//! What a shard needs of the partition that keeps it.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Instant;

use kafkactl_core::log::{SliceBytes, Verified};
use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::record::{Batch, batches};
use kafkactl_core::wire::ErrorCode;

use crate::partition::{Found, Partition, ReadAsk, Reader, TransactionEnd, Watch};

/// The log of one partition that keeps a shard, led by this broker in one leader epoch.
///
/// Errors are Kafka's codes as the partition gives them; [`client_code`] turns them into what clients of a
/// coordinator see.
pub trait ShardLog: Send + Sync {
    /// Appends one batch, with acks=all in mind, and returns the offset of its first record. Fails unless this
    /// broker still leads in that epoch. `verified` counts for transactional batches.
    fn append(&self, batch: Vec<u8>, verified: Verified, now_ms: i64) -> Result<Offset, ErrorCode>;

    /// Appends the marker that ends a transaction, under the same conditions.
    fn append_end(&self, end: &TransactionEnd, now_ms: i64) -> Result<Offset, ErrorCode>;

    /// Whole batches from `from` on, the first of them perhaps starting earlier; empty at the end of the log. Blocks.
    fn read(&self, from: Offset) -> Result<Vec<u8>, ErrorCode>;

    /// Whether the log is not open yet: everything else waits for that, and blocks.
    fn is_opening(&self) -> bool {
        false
    }

    /// [`Offset::NONE`] of an offline log.
    fn start_offset(&self) -> Offset;

    /// [`Offset::NONE`] of an offline log.
    fn end_offset(&self) -> Offset;

    /// Whether it is known that there is nothing to read; never blocks.
    fn is_known_empty(&self) -> bool {
        !self.is_opening() && self.end_offset() != Offset::NONE && self.start_offset() == self.end_offset()
    }

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

/// Gives every batch of the log to `take`, in order, and returns where the log ended. Blocks.
///
/// Errors: why the shard cannot be loaded, for the operator.
pub fn read_all<E: std::fmt::Display>(
    log: &dyn ShardLog,
    mut take: impl FnMut(&Batch<'_>) -> Result<(), E>,
) -> Result<Offset, String> {
    let mut next = log.start_offset();
    let end = log.end_offset();
    if end == Offset::NONE {
        return Err("the log is offline".to_owned());
    }
    while next < end {
        let bytes = log.read(next).map_err(|error| format!("reading at {next}: {}", error.name()))?;
        let before = next;
        for batch in batches(&bytes) {
            let batch = batch.map_err(|error| format!("at {next}: {error}"))?;
            if batch.header().next_offset() > next {
                take(&batch).map_err(|error| error.to_string())?;
                next = batch.header().next_offset();
            }
        }
        if next == before {
            // What stood at the end was compacted away.
            break;
        }
    }
    Ok(end)
}

/// A partition of this broker as a shard's log.
pub struct PartitionLog {
    partition: Arc<Partition>,
    epoch: LeaderEpoch,
}

impl PartitionLog {
    /// `epoch` is the one in which this broker leads.
    pub fn new(partition: Arc<Partition>, epoch: LeaderEpoch) -> Self {
        Self { partition, epoch }
    }
}

impl ShardLog for PartitionLog {
    fn append(&self, batch: Vec<u8>, verified: Verified, now_ms: i64) -> Result<Offset, ErrorCode> {
        let batch = Batch::parse(&batch).map_err(|_| ErrorCode::CorruptMessage)?;
        let appended = self.partition.append_internal(&batch, self.epoch, verified, now_ms);
        appended.map(|appended| appended.first_offset).map_err(|error| error.code())
    }

    fn append_end(&self, end: &TransactionEnd, now_ms: i64) -> Result<Offset, ErrorCode> {
        let appended = self.partition.append_end(end, self.epoch, now_ms);
        appended.map(|appended| appended.first_offset).map_err(|error| error.code())
    }

    fn read(&self, from: Offset) -> Result<Vec<u8>, ErrorCode> {
        let ask = ReadAsk {
            reader: Reader::Coordinator,
            offset: from,
            current_leader_epoch: self.epoch,
            last_fetched_epoch: LeaderEpoch::NONE,
            bytes_max: LOAD_BYTES,
            min_one_batch: true,
        };
        match self.partition.read(&ask).map_err(|error| error.code())?.found {
            Found::Nothing | Found::Diverging { .. } => Ok(Vec::new()),
            Found::Records { bytes: SliceBytes::Empty, .. } => Ok(Vec::new()),
            Found::Records { bytes: SliceBytes::Memory(batches), .. } => Ok(batches.concat()),
            Found::Records { bytes: SliceBytes::File { file, position, size_bytes }, .. } => {
                let mut bytes = vec![0; size_bytes];
                file.read_exact_at(&mut bytes, position).map_err(|_| ErrorCode::KafkaStorageError)?;
                Ok(bytes)
            }
        }
    }

    fn is_opening(&self) -> bool {
        self.partition.is_opening()
    }

    fn start_offset(&self) -> Offset {
        self.partition.bounds().log_start_offset
    }

    fn end_offset(&self) -> Offset {
        self.partition.bounds().log_end_offset
    }

    fn high_watermark(&self) -> Offset {
        self.partition.bounds().high_watermark
    }

    fn wait_committed(&self, offset: Offset, deadline: Instant) -> Waiting<'_> {
        Box::pin(async move {
            let watch: Arc<Watch> = Arc::default();
            self.partition.watch(&watch, 0);
            let mut timer = pin!(tokio::time::sleep_until(deadline.into()));
            let outcome = loop {
                watch.take_changed();
                if self.high_watermark() >= offset {
                    break Ok(());
                }
                if !self.partition.is_leader() || self.partition.leader_epoch() != self.epoch {
                    break Err(ErrorCode::NotLeaderOrFollower);
                }
                // Any move of the high watermark is worth a look.
                if watch.wait(1, timer.as_mut()).await {
                    break Err(ErrorCode::RequestTimedOut);
                }
            };
            self.partition.unwatch(&watch, 0);
            outcome
        })
    }

    fn batch_bytes_max(&self) -> usize {
        self.partition.batch_bytes_max()
    }
}

/// How much of a log is read at a time while a shard loads.
const LOAD_BYTES: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    /// The log of a partition whose directory is broken.
    struct Offline;

    impl ShardLog for Offline {
        fn append(&self, _batch: Vec<u8>, _verified: Verified, _now_ms: i64) -> Result<Offset, ErrorCode> {
            Err(ErrorCode::KafkaStorageError)
        }

        fn append_end(&self, _end: &TransactionEnd, _now_ms: i64) -> Result<Offset, ErrorCode> {
            Err(ErrorCode::KafkaStorageError)
        }

        fn read(&self, _from: Offset) -> Result<Vec<u8>, ErrorCode> {
            Err(ErrorCode::KafkaStorageError)
        }

        fn start_offset(&self) -> Offset {
            Offset::NONE
        }

        fn end_offset(&self) -> Offset {
            Offset::NONE
        }

        fn high_watermark(&self) -> Offset {
            Offset(0)
        }

        fn wait_committed(&self, _offset: Offset, _deadline: Instant) -> Waiting<'_> {
            Box::pin(std::future::ready(Err(ErrorCode::KafkaStorageError)))
        }

        fn batch_bytes_max(&self) -> usize {
            1024
        }
    }

    /// It may hold anything: to serve it as empty would tell every group that it has no commits.
    #[test]
    fn an_offline_log_is_not_an_empty_one() {
        assert!(!Offline.is_known_empty());
        let read = read_all(&Offline, |_| Ok::<(), String>(()));
        assert_eq!(read, Err("the log is offline".to_owned()));
    }
}
