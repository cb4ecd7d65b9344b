//! Reads of a partition: planned under its lock, carried out without it.

use std::sync::atomic::Ordering;

use kafkactl_core::log::{
    EpochEnd, LogError, ProducerEntry, ReadPlan, ReadSlice, SliceBytes, TimeQuery, TimeSearch,
    TimestampedOffset,
};
use kafkactl_core::names::{LeaderEpoch, Offset};
use tracing::error;

use super::error::PartitionError;
use super::partition::{Core, LogState, Partition};
use super::read::{Found, Isolation, OffsetQuery, Read, ReadAsk, Reader, TimedOffset};
use super::replica::Fenced;
use super::watch::Change;

impl Partition {
    /// Looks up what a reader may see from an offset on (B3–B9, B15). Reads no records but those of the tail in
    /// memory.
    pub fn read(&self, ask: &ReadAsk) -> Result<Read, PartitionError> {
        let mut core = self.lock();
        self.check_leader(&core, ask.current_leader_epoch)?;
        if let Reader::Follower(follower) = ask.reader
            && !core.replica.assignment().replicas.contains(&follower)
        {
            return Err(self.stranger(ask.current_leader_epoch));
        }
        let log_end = core.log(&self.id)?.end_offset();
        let bounds = core.bounds();
        if ask.offset < bounds.log_start_offset || ask.offset > log_end {
            return Err(PartitionError::OffsetOutOfRange {
                partition: self.id.clone(),
                requested: ask.offset,
                start: bounds.log_start_offset,
                end: log_end,
            });
        }
        if ask.last_fetched_epoch != LeaderEpoch::NONE
            && let Some(found) = self.divergence(&mut core, ask)?
        {
            return Ok(Read { bounds, found });
        }
        if let Reader::Follower(follower) = ask.reader {
            core.replica.note_follower(follower, ask.offset);
        }
        let bound = bounds.visible_end(ask.reader);
        let mut from = ask.offset;
        let slice = loop {
            let plan = core.log(&self.id)?.plan_read(from, ask.bytes_max, bound, ask.min_one_batch);
            match plan.map_err(|error| self.read_error(&error))? {
                ReadPlan::Ready(slice) => break slice,
                ReadPlan::Sealed(read) => {
                    drop(core);
                    let done = read.run().map_err(|error| self.read_error(&error))?;
                    core = self.lock();
                    match done {
                        Ok(slice) if core.log(&self.id)?.was_replaced(&slice) => {}
                        Ok(slice) => break slice,
                        Err(next) => from = next,
                    }
                }
            }
        };
        let found = self.found(&mut core, ask, slice)?;
        Ok(Read { bounds, found })
    }

    fn found(&self, core: &mut Core, ask: &ReadAsk, slice: ReadSlice) -> Result<Found, PartitionError> {
        if matches!(slice.bytes, SliceBytes::Empty) {
            return Ok(Found::Nothing);
        }
        let mut aborted = Vec::new();
        if ask.reader == Reader::Consumer(Isolation::ReadCommitted) {
            let found = core.log(&self.id)?.aborted_transactions(ask.offset, &slice);
            let found = found.map_err(|error| self.read_error(&error))?;
            aborted.extend(found.iter().map(|it| (it.producer_id, it.first_offset)));
            // Clients walk the list along with the records (J39).
            aborted.sort_unstable_by_key(|&(_, first_offset)| first_offset);
        }
        Ok(Found::Records { bytes: slice.bytes, aborted })
    }

    /// Whether the reader's log parts from this one before its offset (B15).
    fn divergence(&self, core: &mut Core, ask: &ReadAsk) -> Result<Option<Found>, PartitionError> {
        let log = core.log(&self.id)?;
        let end = log.epoch_end_offset(ask.last_fetched_epoch);
        let Some(EpochEnd { epoch, end_offset }) = end else {
            return Err(PartitionError::OffsetOutOfRange {
                partition: self.id.clone(),
                requested: ask.offset,
                start: log.start_offset(),
                end: log.end_offset(),
            });
        };
        let diverges = epoch < ask.last_fetched_epoch || end_offset < ask.offset;
        Ok(diverges.then_some(Found::Diverging { epoch, end_offset }))
    }

    /// Where an epoch, or the last one before it, ends in the leader's log; `None` when that is not known (B19).
    pub fn epoch_end(
        &self,
        current_leader_epoch: LeaderEpoch,
        epoch: LeaderEpoch,
    ) -> Result<Option<EpochEnd>, PartitionError> {
        let mut core = self.lock();
        self.check_leader(&core, current_leader_epoch)?;
        Ok(core.log(&self.id)?.epoch_end_offset(epoch))
    }

    /// Finds an offset by what is known about it (B20–B22). A search by time may read segments from disk.
    pub fn list_offset(
        &self,
        query: OffsetQuery,
        reader: Reader,
        current_leader_epoch: LeaderEpoch,
    ) -> Result<TimedOffset, PartitionError> {
        let mut core = self.lock();
        self.check_leader(&core, current_leader_epoch)?;
        let is_consumer = matches!(reader, Reader::Consumer(_));
        if is_consumer && query != OffsetQuery::Earliest && core.replica.may_lag_behind_former_leader() {
            return Err(PartitionError::OffsetNotAvailable(self.id.clone()));
        }
        let leader_epoch = core.replica.leader_epoch();
        let end = core.bounds().visible_end(reader);
        let log = core.log(&self.id)?;
        let query = match query {
            OffsetQuery::Latest => return Ok(TimedOffset { timestamp_ms: -1, offset: end, leader_epoch }),
            OffsetQuery::Earliest => {
                let offset = log.start_offset();
                let leader_epoch = log.epoch_at(offset).unwrap_or(LeaderEpoch::NONE);
                return Ok(TimedOffset { timestamp_ms: -1, offset, leader_epoch });
            }
            OffsetQuery::MaxTimestamp => TimeQuery::Latest,
            OffsetQuery::AtOrAfter(timestamp_ms) => TimeQuery::AtOrAfter(timestamp_ms),
        };
        drop(core);
        let found = self.find_by_time(query)?.filter(|found| found.offset < end);
        Ok(found.map_or(TimedOffset::NONE, |found| TimedOffset {
            timestamp_ms: found.timestamp_ms,
            offset: found.offset,
            leader_epoch: found.leader_epoch,
        }))
    }

    /// Reads batches, perhaps large ones, perhaps from a disk: other connections of the thread are served meanwhile,
    /// and others who use the partition unless the active segment is looked at.
    fn find_by_time(&self, query: TimeQuery) -> Result<Option<TimestampedOffset>, PartitionError> {
        tokio::task::block_in_place(|| {
            let mut search = TimeSearch::new(query);
            loop {
                let is_over = self.lock().log(&self.id)?.search(&mut search);
                if is_over.map_err(|error| self.read_error(&error))? {
                    return Ok(search.found());
                }
                search.run().map_err(|error| self.read_error(&error))?;
            }
        })
    }

    /// Moves the log start to `before`, or for -1 to the high watermark; returns where the log starts now (E11).
    pub fn delete_records(&self, before: Offset) -> Result<Offset, PartitionError> {
        let config = self.config();
        let mut core = self.lock();
        self.check_leader(&core, LeaderEpoch::NONE)?;
        if config.log.compact && !config.log.delete {
            return Err(PartitionError::CompactOnly(self.id.clone()));
        }
        let high_watermark = core.replica.high_watermark();
        let log = core.log(&self.id)?;
        let start = log.start_offset();
        let target = if before == Offset::NONE { high_watermark } else { before };
        if target < Offset(0) || target > high_watermark {
            let partition = self.id.clone();
            return Err(PartitionError::OffsetOutOfRange {
                partition,
                requested: before,
                start,
                end: high_watermark,
            });
        }
        let moved = log.advance_start(target).map_err(|error| self.storage_error(&error))?;
        let start = log.start_offset();
        drop(core);
        if moved {
            self.tell(Change::Other);
        }
        Ok(start)
    }

    /// The producers this leader remembers.
    pub fn producers(&self) -> Result<Vec<ProducerEntry>, PartitionError> {
        let mut core = self.lock();
        self.check_leader(&core, LeaderEpoch::NONE)?;
        Ok(core.log(&self.id)?.producers().cloned().collect())
    }

    /// Bytes of all segments; `None` when the log cannot be used.
    pub fn size_bytes(&self) -> Option<u64> {
        let mut core = self.lock();
        core.log(&self.id).ok().map(|log| log.size_bytes())
    }

    /// A log that cannot be used comes first (A7). The epoch comes before leadership, so that a client that is behind
    /// or ahead learns that (B3).
    pub(super) fn check_leader(
        &self,
        core: &Core,
        current_leader_epoch: LeaderEpoch,
    ) -> Result<(), PartitionError> {
        if let LogState::Offline(reason) = &core.log
            && !self.is_retired()
        {
            return Err(PartitionError::Storage { partition: self.id.clone(), reason: reason.clone() });
        }
        core.replica.check_epoch(current_leader_epoch).map_err(|fenced| match fenced {
            Fenced::ByNewerEpoch => PartitionError::FencedLeaderEpoch(self.id.clone()),
            Fenced::ByUnknownEpoch => PartitionError::UnknownLeaderEpoch(self.id.clone()),
        })?;
        if core.replica.is_leader() { Ok(()) } else { Err(PartitionError::NotLeader(self.id.clone())) }
    }

    /// Of a follower that is not assigned: one of the two does not know the latest assignment yet (C1).
    fn stranger(&self, current_leader_epoch: LeaderEpoch) -> PartitionError {
        match current_leader_epoch {
            LeaderEpoch::NONE => PartitionError::NotLeader(self.id.clone()),
            _ => PartitionError::UnknownLeaderEpoch(self.id.clone()),
        }
    }

    /// Says that records cannot be read: once, for readers ask again and again.
    fn tell_damage(&self, failure: &LogError) {
        if !self.is_unreadable.swap(true, Ordering::Relaxed) {
            error!(partition = %self.id, error = %failure, "records cannot be read");
        }
    }

    fn read_error(&self, error: &LogError) -> PartitionError {
        match *error {
            LogError::OffsetOutOfRange { requested, start, end } => {
                PartitionError::OffsetOutOfRange { partition: self.id.clone(), requested, start, end }
            }
            LogError::Corrupt { .. } => {
                self.tell_damage(error);
                PartitionError::Damaged { partition: self.id.clone(), reason: error.to_string() }
            }
            _ => {
                self.tell_damage(error);
                self.storage_error(error)
            }
        }
    }

    /// What is told of a log that failed, which may be the end of the whole directory.
    pub(super) fn storage_error(&self, error: &LogError) -> PartitionError {
        self.data_dir().note(error);
        PartitionError::storage(&self.id, error)
    }
}
