//! The copy of a replica in another data directory: made, kept up, and put in the replica's place.

use std::sync::Arc;

use kafkactl_core::log::checkpoint::{OffsetCheckpoint, read_topic_id, write_topic_id};
use kafkactl_core::log::dir::{Dir, RenamableDir};
use kafkactl_core::log::{AppendError, Log, LogConfig, LogError, OpenOptions, ReadPlan, delete_dir_name};
use kafkactl_core::names::{Offset, Uuid};

use super::chores::start_inside_segment;
use super::data_dir::DataDir;
use super::hosted::Partitions;
use super::moving::Move;
use super::opening::producer_expiration_ms;
use super::partition::{LogState, Partition};
use super::unlinks::Doomed;
use super::watch::Change;
use crate::clock::Clock;

/// Most bytes copied at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Of a segment: so that small segments are filled too.
const CHUNKS_PER_SEGMENT: usize = 8;
const CHUNK_BYTES_MIN: usize = 4096;
/// Of what is missing at the end: copied under the replica's lock.
const SWAP_BYTES: usize = CHUNK_BYTES / 4;
/// Copied before it is put on stable storage: what is left to do at the end is bounded, and so is what a recovery reads.
const FLUSH_BYTES: usize = 64 << 20;

/// Why a move cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum MoveError {
    #[error("the replica cannot be read: {0}")]
    Source(LogError),
    #[error("the copy cannot be written: {0}")]
    Copy(#[from] LogError),
    #[error("the replica holds what no copy takes: {0}")]
    Records(AppendError),
    #[error("the replica takes no writes: {0}")]
    Refusing(String),
}

impl From<AppendError> for MoveError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Log(error) => Self::Copy(error),
            other => Self::Records(other),
        }
    }
}

/// A copy that is open.
pub(super) struct FutureLog {
    pub log: Log,
    dir: Arc<RenamableDir>,
    clock: Clock,
    unflushed_bytes: usize,
}

/// How far a copy got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub end: Offset,
    pub size_bytes: u64,
    recovery_point: Offset,
    start: Option<Offset>,
}

impl Extent {
    /// The log was closed where it ends.
    pub fn close(&mut self, end: Offset) {
        self.recovery_point = end;
    }

    /// What the checkpoint of the directory it lies in says of it.
    pub fn checkpointed(&self, checkpoint: OffsetCheckpoint) -> Option<Offset> {
        match checkpoint {
            OffsetCheckpoint::RecoveryPoint => Some(self.recovery_point),
            OffsetCheckpoint::LogStart => self.start,
            OffsetCheckpoint::HighWatermark | OffsetCheckpoint::Cleaner => None,
        }
    }
}

impl FutureLog {
    pub fn extent(&self) -> Extent {
        let Self { log, .. } = self;
        Extent {
            end: log.end_offset(),
            size_bytes: log.size_bytes(),
            recovery_point: log.recovery_point(),
            start: start_inside_segment(log),
        }
    }

    /// Appends what the replica has next. Returns how many bytes that were, and whether the copy has all there was.
    pub fn copy(&mut self, partition: &Partition) -> Result<(usize, bool), MoveError> {
        let mut config = partition.config().log.clone();
        let segment_bytes = config.segment_bytes as usize;
        let chunk_bytes = (segment_bytes / CHUNKS_PER_SEGMENT).clamp(CHUNK_BYTES_MIN, CHUNK_BYTES);
        let Some((bytes, end)) = self.read_next(partition, chunk_bytes)? else { return Ok((0, true)) };
        // A batch may be larger than what segments are allowed by now.
        config.segment_bytes = config.segment_bytes.max(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.log.update_config(Arc::new(config));
        self.log.append_copied(&bytes, end, self.clock.now_ms())?;
        self.unflushed_bytes += bytes.len();
        if self.unflushed_bytes >= FLUSH_BYTES {
            self.flush()?;
        }
        Ok((bytes.len(), self.log.end_offset() >= end))
    }

    /// The bytes after the end of the copy, and where the replica ends; `None` if it ends here.
    fn read_next(
        &self,
        partition: &Partition,
        bytes_max: usize,
    ) -> Result<Option<(Vec<u8>, Offset)>, MoveError> {
        let mut next = Offset(0);
        loop {
            let (plan, end) = {
                let mut core = partition.lock();
                let log = usable(&mut core.log)?;
                let end = log.end_offset();
                if self.log.end_offset() >= end {
                    return Ok(None);
                }
                let from = log.copied_from(&self.log).max(next);
                (log.plan_read(from, bytes_max, end, true).map_err(MoveError::Source)?, end)
            };
            let slice = match plan {
                ReadPlan::Ready(slice) => slice,
                ReadPlan::Sealed(read) => match read.run().map_err(MoveError::Source)? {
                    Ok(slice) => slice,
                    Err(behind) => {
                        next = behind;
                        continue;
                    }
                },
            };
            return Ok(Some((slice.bytes.read_all().map_err(MoveError::Source)?, end)));
        }
    }

    /// Puts all that was copied on stable storage.
    pub fn flush(&mut self) -> Result<(), LogError> {
        if let Some(task) = self.log.flush_task()? {
            task.run()?;
            self.log.flushed(&task);
        }
        self.unflushed_bytes = 0;
        Ok(())
    }
}

/// A log that is open and takes writes.
fn usable(state: &mut LogState) -> Result<&mut Log, MoveError> {
    match state {
        LogState::Open(log) => match log.poisoned() {
            None => Ok(log),
            Some(reason) => Err(MoveError::Refusing(reason.to_owned())),
        },
        LogState::Offline(reason) => Err(MoveError::Refusing(reason.clone())),
    }
}

impl Partitions {
    /// Opens the copy of a move, which may have been begun by an earlier process. The cleaner has left the replica by
    /// then and stays away: a tombstone that the copy lacks must not go before what it deletes is gone.
    pub(super) fn open_copy(&self, partition: &Partition, plan: &Move) -> Result<FutureLog, MoveError> {
        drop(partition.cleaning.lock());
        let copy_start = usable(&mut partition.lock().log)?.copy_start().map_err(MoveError::Source)?;
        let failed = |source| {
            let (file, dir) = (plan.name.clone(), plan.to.path.display().to_string());
            LogError::Io { action: "open", file, dir, source }
        };
        let dir = RenamableDir::open(Arc::clone(&plan.to.dir), plan.name.clone()).map_err(failed)?;
        let is_known = plan.is_found && read_topic_id(&dir)?.is_some();
        if !is_known {
            write_topic_id(&dir, partition.topic_id)?;
        }
        let found = &plan.to.found;
        let offset_in = |checkpoint| found.checkpoints.of(checkpoint).get(&partition.id).copied();
        let known = |checkpoint| offset_in(checkpoint).filter(|_| is_known);
        let options = OpenOptions {
            is_clean: found.is_clean && is_known,
            recovery_point: known(OffsetCheckpoint::RecoveryPoint).unwrap_or(Offset(0)),
            start_offset: match is_known {
                true => known(OffsetCheckpoint::LogStart).unwrap_or(Offset(0)),
                false => copy_start,
            },
            cleaned_to: None,
            now_ms: self.clock.now_ms(),
            producer_expiration_ms: producer_expiration_ms(&self.settings.load()),
            jitter_seed: rand::random(),
        };
        let dir = Arc::new(dir);
        let config: Arc<LogConfig> = Arc::new(partition.config().log.clone());
        let (log, _) = Log::open(Arc::clone(&dir) as Arc<dyn Dir>, config, &self.shared, options)?;
        let mut copy = FutureLog { log, dir, clock: self.clock, unflushed_bytes: 0 };
        plan.opened(copy.extent());
        if is_known {
            self.align(partition, plan, &mut copy)?;
        }
        Ok(copy)
    }

    /// Cuts off what the replica no longer has, or begins anew. Anew if the replica may have been cleaned since: what
    /// the copy still had would come back with it, and count as clean.
    fn align(&self, partition: &Partition, plan: &Move, copy: &mut FutureLog) -> Result<(), MoveError> {
        let (common, copy_start) = {
            let mut core = partition.lock();
            let log = usable(&mut core.log)?;
            let may_be_cleaned = partition.is_compacted() || log.cleaned_to().is_some();
            let common = if may_be_cleaned { None } else { copy.log.common_end(log) };
            (common, log.copy_start().map_err(MoveError::Source)?)
        };
        let cut = common.unwrap_or(copy_start);
        // A crash must not find the recovery point past the cut.
        plan.show(Extent {
            recovery_point: copy.log.recovery_point_before_truncation(cut).min(cut),
            ..copy.extent()
        });
        self.write_checkpoint(OffsetCheckpoint::RecoveryPoint);
        let now_ms = self.clock.now_ms();
        match common {
            Some(common) => copy.log.truncate_to(common, now_ms)?,
            None => copy.log.truncate_fully_and_start_at(copy_start, now_ms)?,
        }
        copy.log.take_deleted().unlink()?;
        Ok(())
    }

    /// Puts the copy in the replica's place, with what is missing of it, unless that is too much to do under the lock
    /// or the move was called off. Says whether it was done; `copy` is gone then.
    pub(super) fn swap(
        &self,
        partition: &Arc<Partition>,
        plan: &Arc<Move>,
        copy: &mut Option<FutureLog>,
    ) -> Result<bool, MoveError> {
        // From here on nobody works in the old directory, or syncs it and tells the new log.
        let _cleaning = partition.cleaning.lock();
        let _syncing = partition.syncing.lock();
        let (from, name) =
            (partition.data_dir(), delete_dir_name(&partition.id, Uuid::from_u128(rand::random())));
        let mut core = partition.lock();
        let (Some(future), Some(old_dir)) = (copy.as_mut(), core.dir.clone()) else { return Ok(false) };
        if partition.is_retired()
            || !partition.is_moving_by(plan)
            || !future.finish(&mut core.log, partition)?
        {
            return Ok(false);
        }
        rename_both(&old_dir, &name, &future.dir, &partition.id.to_string(), &from, plan)?;
        let Some(FutureLog { mut log, dir, .. }) = copy.take() else { return Ok(false) };
        log.update_config(Arc::new(partition.config().log.clone()));
        core.active_base = log.active_base_offset();
        core.dir = Some(dir);
        let old = std::mem::replace(&mut core.log, LogState::Open(log));
        partition.data_dir.store(Arc::clone(&plan.to));
        partition.end_move(plan);
        drop(core);
        drop(old);
        let delay_ms = partition.config().log.file_delete_delay_ms;
        let at_ms = self.clock.uptime_ms().saturating_add(delay_ms);
        self.unlinks.add(at_ms, Doomed::Dir { data_dir: from, name });
        partition.tell(Change::Other);
        Ok(true)
    }
}

impl FutureLog {
    /// Makes the copy equal to the replica, whose lock is held. Says whether that was possible in a moment.
    fn finish(&mut self, original: &mut LogState, partition: &Partition) -> Result<bool, MoveError> {
        let original = usable(original)?;
        let end = original.end_offset();
        if self.log.end_offset() < end {
            let read = original.read(original.copied_from(&self.log), SWAP_BYTES, end, true);
            let bytes = read.and_then(|slice| slice.bytes.read_all()).map_err(MoveError::Source)?;
            self.log.append_copied(&bytes, end, self.clock.now_ms())?;
        }
        if self.log.end_offset() != end {
            return Ok(false);
        }
        self.log.take_over(original, self.clock.now_ms())?;
        // What was acknowledged as being on stable storage must be there.
        if partition.config().is_durable() {
            self.flush()?;
        }
        Ok(true)
    }
}

/// The replica leaves its name before the copy takes it: Kafka does not start where two directories hold one replica,
/// and takes a copy that the metadata names for the replica where there is none.
fn rename_both(
    old: &RenamableDir,
    deleted: &str,
    new: &RenamableDir,
    current: &str,
    from: &DataDir,
    plan: &Move,
) -> Result<(), MoveError> {
    let failed = |dir: &DataDir, source| {
        let (file, dir) = (current.to_owned(), dir.path.display().to_string());
        LogError::Io { action: "rename", file, dir, source }
    };
    old.rename_to(deleted).map_err(|error| MoveError::Source(failed(from, error)))?;
    if let Err(error) = new.rename_to(current) {
        if let Err(undoing) = old.rename_to(current) {
            // Under that name the next start removes it, so nothing more may be acknowledged in it: the copy is whole.
            from.health.fail(&failed(from, undoing));
        }
        return Err(failed(&plan.to, error).into());
    }
    Ok(())
}
