//! What a reader asks of a partition, and what it gets.

use kafkactl_core::log::SliceBytes;
use kafkactl_core::names::{BrokerId, LeaderEpoch, Offset, ProducerId};

/// Which records a consumer sees (B5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    ReadUncommitted,
    ReadCommitted,
}

impl Isolation {
    /// The level as requests carry it.
    pub fn of_level(level: i8) -> Option<Self> {
        match level {
            0 => Some(Self::ReadUncommitted),
            1 => Some(Self::ReadCommitted),
            _ => None,
        }
    }
}

/// Who reads: a follower and a coordinator see all there is, a consumer what is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Consumer(Isolation),
    Follower(BrokerId),
    /// The leader itself, to learn what its log holds.
    Coordinator,
}

/// One partition's part of a fetch.
#[derive(Debug, Clone, Copy)]
pub struct ReadAsk {
    pub reader: Reader,
    pub offset: Offset,
    /// -1 skips the check (B3).
    pub current_leader_epoch: LeaderEpoch,
    /// -1 skips the check (B15).
    pub last_fetched_epoch: LeaderEpoch,
    pub bytes_max: usize,
    /// Whether a first batch larger than `bytes_max` is returned all the same (B9).
    pub min_one_batch: bool,
}

/// What a reader is told besides the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub high_watermark: Offset,
    pub last_stable_offset: Offset,
    pub log_start_offset: Offset,
    pub log_end_offset: Offset,
}

impl Bounds {
    /// Where what `reader` may see ends (B5).
    pub fn visible_end(&self, reader: Reader) -> Offset {
        match reader {
            Reader::Follower(_) | Reader::Coordinator => self.log_end_offset,
            Reader::Consumer(Isolation::ReadUncommitted) => self.high_watermark,
            Reader::Consumer(Isolation::ReadCommitted) => self.last_stable_offset,
        }
    }
}

#[derive(Debug)]
pub struct Read {
    pub bounds: Bounds,
    pub found: Found,
}

#[derive(Debug)]
pub enum Found {
    /// Nothing to read yet, or nothing that fits.
    Nothing,
    /// Whole batches, and for read_committed the aborted transactions among them, by first offset (B11).
    Records { bytes: SliceBytes, aborted: Vec<(ProducerId, Offset)> },
    /// The reader's log has parted from this one: the last epoch both know, and where it ends here (B15).
    Diverging { epoch: LeaderEpoch, end_offset: Offset },
}

/// Which offset of a partition is asked for (B20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetQuery {
    Earliest,
    Latest,
    /// Of the record with the largest timestamp (KIP-734).
    MaxTimestamp,
    /// Of the first record with this timestamp, in milliseconds, or a later one.
    AtOrAfter(i64),
}

/// The answer to an [`OffsetQuery`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedOffset {
    /// -1 where the offset is not that of a record.
    pub timestamp_ms: i64,
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
}

impl TimedOffset {
    /// Nothing found.
    pub const NONE: Self = Self { timestamp_ms: -1, offset: Offset::NONE, leader_epoch: LeaderEpoch::NONE };
}
