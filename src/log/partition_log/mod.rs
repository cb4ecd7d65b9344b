//! One partition's log on disk: its segments, producers and leader epochs.
//!
//! A `Log` is made to live behind a mutex that is held for microseconds: appends write straight to the page cache,
//! reads are planned under the lock and carried out without it ([`ReadPlan`]), and what may block (syncing,
//! unlinking) is handed to the caller as a task ([`FlushTask`], [`DeletedFiles`]).
//!
//! Invariants:
//! - offsets only grow, and a batch lies in exactly one segment;
//! - the state of producers covers exactly the records of the log;
//! - a write that failed is undone, or nothing is written ever after.

mod append;
mod by_time;
mod cleaning;
mod flush;
mod leftovers;
mod load;
mod read;
mod retention;
mod snapshots;
mod succession;
mod tail;
mod truncate;

use std::sync::Arc;

pub use append::{Appended, LeaderAppend};
pub use by_time::{TimeQuery, TimeSearch};
pub use cleaning::CleaningCandidate;
pub use flush::{DeletedFiles, FlushTask};
pub use load::{OpenOptions, RecoveryReport};
pub use read::{ReadPlan, ReadSlice, SealedRead, SliceBytes};
pub use retention::{RetentionPlan, RetentionReason, SegmentFacts, plan_retention};
pub use tail::TailBudget;

use super::config::LogConfig;
use super::dir::Dir;
use super::epochs::Epochs;
use super::error::{EpochEnd, LogError, Result};
use super::files::FileCache;
use super::producer::{ProducerEntry, Producers, VerificationGuard};
use super::segment::{Place, Segment};
use crate::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};
use snapshots::Snapshots;
use tail::Tail;

/// What all logs of a process share.
#[derive(Debug, Clone)]
pub struct Shared {
    pub files: Arc<FileCache>,
    pub tails: Arc<TailBudget>,
}

impl Shared {
    pub fn new(open_files_max: usize, tail_bytes_max: usize) -> Self {
        Self { files: FileCache::new(open_files_max), tails: TailBudget::new(tail_bytes_max) }
    }
}

#[derive(Debug)]
pub struct Log {
    place: Place,
    config: Arc<LogConfig>,
    sealed: Vec<Arc<Segment>>,
    active: Segment,
    start_offset: Offset,
    end_offset: Offset,
    /// The records before it are on stable storage.
    flushed_to: Offset,
    /// Segments before it are on stable storage with all their indexes.
    segments_synced_to: Offset,
    /// Counts truncations: what was flushed before one says nothing about what was appended after it.
    truncations: u64,
    cleaned_to: Option<Offset>,
    /// Since when something waits to be flushed.
    unflushed_since_ms: Option<i64>,
    producers: Producers,
    snapshots: Snapshots,
    epochs: Epochs,
    /// Files were made, renamed or removed since the directory was last synced.
    names_are_unsynced: bool,
    /// The epoch file says what [`Log::epochs`] says.
    epochs_are_written: bool,
    epochs_are_unsynced: bool,
    tail: Tail,
    deleted: Vec<String>,
    jitter_seed: u64,
    poisoned: Option<String>,
}

impl Log {
    pub fn start_offset(&self) -> Offset {
        self.start_offset
    }

    /// The offset the next record gets.
    pub fn end_offset(&self) -> Offset {
        self.end_offset
    }

    /// The records before it are on stable storage.
    pub fn flushed_to(&self) -> Offset {
        self.flushed_to
    }

    /// What to checkpoint: recovery starts with the segment this lies in. It stays within the first segment whose
    /// indexes are not on stable storage, even if all its records are.
    pub fn recovery_point(&self) -> Offset {
        let next = self.segments().map(Segment::base_offset).find(|base| *base > self.segments_synced_to);
        let end_offset = next.unwrap_or(self.end_offset);
        if self.flushed_to < end_offset {
            self.flushed_to
        } else {
            self.segments_synced_to.max(end_offset.plus(-1))
        }
    }

    pub fn dir(&self) -> &Arc<dyn Dir> {
        &self.place.dir
    }

    pub fn config(&self) -> &Arc<LogConfig> {
        &self.config
    }

    /// Holds from the next append on.
    pub fn update_config(&mut self, config: Arc<LogConfig>) {
        self.config = config;
    }

    /// Bytes of the log files of all segments.
    pub fn size_bytes(&self) -> u64 {
        self.sealed.iter().map(|segment| segment.size_bytes()).sum::<u64>() + self.active.size_bytes()
    }

    pub fn segment_count(&self) -> usize {
        self.sealed.len() + 1
    }

    /// Where the oldest segment starts; the log itself may start later.
    pub fn first_base_offset(&self) -> Offset {
        self.sealed.first().map_or(self.active.base_offset(), |segment| segment.base_offset())
    }

    pub fn active_base_offset(&self) -> Offset {
        self.active.base_offset()
    }

    /// Why nothing is written any more; `None` while all is well.
    pub fn poisoned(&self) -> Option<&str> {
        self.poisoned.as_deref()
    }

    /// Refuses all further writes. What was acknowledged can still be read.
    pub fn poison(&mut self, reason: impl Into<String>) {
        self.poisoned.get_or_insert_with(|| reason.into());
    }

    fn check_writable(&self) -> Result<()> {
        match &self.poisoned {
            None => Ok(()),
            Some(reason) => Err(LogError::Poisoned {
                dir: self.place.dir.path().display().to_string(),
                reason: reason.clone(),
            }),
        }
    }

    /// All segments, oldest first.
    fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.sealed.iter().map(|segment| &**segment).chain([&self.active])
    }

    /// The producers that are remembered, in no order.
    pub fn producers(&self) -> impl Iterator<Item = &ProducerEntry> {
        self.producers.iter()
    }

    pub fn producer(&self, id: ProducerId) -> Option<&ProducerEntry> {
        self.producers.get(id)
    }

    /// Forgets producers that have been silent for `expiration_ms` (`producer.id.expiration.ms`, which may have changed);
    /// to be called now and then.
    pub fn expire_producers(&mut self, now_ms: i64, expiration_ms: u64) {
        self.producers.expire(now_ms, expiration_ms);
    }

    /// See [`Producers::start_verification`]: the guard goes into [`LeaderAppend::verified`] once the coordinator
    /// has said yes; `None` if a transaction is open and nobody needs to be asked.
    pub fn start_verification(
        &mut self,
        id: ProducerId,
        epoch: ProducerEpoch,
        sequence: i32,
        is_implicit: bool,
        now_ms: i64,
    ) -> Option<VerificationGuard> {
        self.producers.start_verification(id, epoch, sequence, is_implicit, now_ms)
    }

    /// The offset up to which readers of committed records may read (B5).
    pub fn last_stable_offset(&mut self, high_watermark: Offset) -> Offset {
        let unstable = self.producers.transactions().first_unstable_offset(high_watermark);
        unstable.map_or(high_watermark, |first| first.max(self.start_offset).min(high_watermark))
    }

    /// The open transaction that holds back the last stable offset: where it starts and its producer.
    pub fn oldest_open_transaction(&mut self) -> Option<(Offset, ProducerId)> {
        self.producers.transactions().oldest_open()
    }

    pub fn latest_epoch(&self) -> Option<LeaderEpoch> {
        self.epochs.latest()
    }

    /// The epoch of the record at `offset`, as far as known.
    pub fn epoch_at(&self, offset: Offset) -> Option<LeaderEpoch> {
        self.epochs.epoch_at(offset)
    }

    /// Where `epoch`, or the last one before it, ends (B19); `None` if that cannot be told.
    pub fn epoch_end_offset(&self, epoch: LeaderEpoch) -> Option<EpochEnd> {
        self.epochs.end_of(epoch, self.end_offset)
    }

    /// Notes that this log's leader has a new epoch from here on.
    pub fn assign_epoch(&mut self, epoch: LeaderEpoch, start_offset: Offset) -> Result<()> {
        let changed = self.epochs.assign(epoch, start_offset);
        self.epochs_changed(changed)
    }
}
