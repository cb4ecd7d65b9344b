//! What a partition's replica comes to in numbers, for those who watch the broker.

use kafkactl_core::log::SliceBytes;
use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::record::BatchHeader;

use super::partition::{LogState, Partition};
use super::read::{Found, ReadAsk, Reader};

/// One replica at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionFigures {
    pub is_leader: bool,
    /// Without its log nothing below is known.
    pub is_open: bool,
    pub log_start_offset: Offset,
    pub high_watermark: Offset,
    pub log_end_offset: Offset,
    pub last_stable_offset: Offset,
    pub size_bytes: u64,
    pub segments: usize,
    /// Whose sequence numbers are remembered.
    pub producers: usize,
    /// The log cannot be opened, or takes no more writes.
    pub has_failed: bool,
}

impl Partition {
    pub fn figures(&self) -> PartitionFigures {
        // Who watches does not wait for logs that are being opened.
        let mut core = self.lock_as_is();
        let bounds = core.bounds();
        let (size_bytes, segments, producers, has_failed) = match &core.log {
            LogState::Open(log) => {
                let producers = log.producers().count();
                (log.size_bytes(), log.segment_count(), producers, log.poisoned().is_some())
            }
            LogState::Offline(_) => (0, 0, 0, core.opening.is_none()),
        };
        PartitionFigures {
            is_leader: core.replica.is_leader(),
            is_open: matches!(core.log, LogState::Open(_)),
            log_start_offset: bounds.log_start_offset,
            high_watermark: bounds.high_watermark,
            log_end_offset: bounds.log_end_offset,
            last_stable_offset: bounds.last_stable_offset,
            size_bytes,
            segments,
            producers,
            has_failed,
        }
    }

    /// How many replicas must be in sync for acks=all (`min.insync.replicas`).
    pub fn min_insync_replicas(&self) -> usize {
        self.config().min_insync_replicas
    }

    /// About when the record at `offset` was written, in milliseconds since 1970: by its batch's timestamps, spread
    /// evenly. Reads one batch header. `None` where there is no such record, or on another broker than the leader.
    pub fn timestamp_ms_at(&self, offset: Offset) -> Option<i64> {
        let ask = ReadAsk {
            reader: Reader::Coordinator,
            offset,
            current_leader_epoch: LeaderEpoch::NONE,
            last_fetched_epoch: LeaderEpoch::NONE,
            bytes_max: BatchHeader::BYTES,
            min_one_batch: true,
        };
        let Ok(Found::Records { bytes, .. }) = self.read(&ask).map(|read| read.found) else { return None };
        let header = match bytes {
            SliceBytes::Empty => return None,
            SliceBytes::Memory(batches) => BatchHeader::read(batches.first()?),
            SliceBytes::File { file, position, .. } => {
                let mut head = [0; BatchHeader::BYTES];
                file.read_exact_at(&mut head, position).ok()?;
                BatchHeader::read(&head)
            }
        };
        Some(spread(&header.ok()?, offset))
    }
}

fn spread(header: &BatchHeader, offset: Offset) -> i64 {
    let (first_ms, last_ms) = (header.base_timestamp_ms, header.max_timestamp_ms);
    let steps = i64::from(header.last_offset_delta).max(1);
    let step = (offset.0 - header.base_offset.0).clamp(0, steps);
    let span_ms = last_ms.saturating_sub(first_ms).max(0);
    first_ms.saturating_add((span_ms as f64 * step as f64 / steps as f64) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::record::{BatchBuilder, BatchFields};

    #[test]
    fn timestamps_are_spread_over_the_offsets_of_a_batch() {
        let mut builder = BatchBuilder::new(BatchFields::default());
        for timestamp_ms in [1_000, 1_500, 9_000] {
            builder.append(timestamp_ms, None, Some(b"v"), []);
        }
        let header = BatchHeader::read(&builder.finish().unwrap()).unwrap();
        for (offset, expected_ms) in [(0, 1_000), (1, 5_000), (2, 9_000), (7, 9_000)] {
            assert_eq!(spread(&header, Offset(offset)), expected_ms, "offset {offset}");
        }
    }
}
