//! What the cleaner does to a partition (E12 to E16).

use kafkactl_core::log::checkpoint::OffsetCheckpoint;
use kafkactl_core::log::clean::{CleanLimits, CleanReport, Cleanable, CleanedSegment, Cleaning, Pace, Step};
use kafkactl_core::log::{CleaningCandidate, Log, LogError};

use super::hosted::Partitions;
use super::partition::{LogState, Partition};
use crate::clock::Clock;

impl Partitions {
    /// Cleans a partition's log, which goes on meanwhile, and writes down how far that got. `None` if `pace` said to
    /// stop, or the log lost what was being cleaned: what is in place by then is good.
    ///
    /// Errors: a file cannot be read or written, or holds what cannot be read (E16). The log is as good as before.
    pub(crate) fn clean(
        &self,
        partition: &Partition,
        cleanable: Cleanable,
        limits: &CleanLimits,
        pace: &mut Pace<'_>,
    ) -> Result<Option<CleanReport>, LogError> {
        let done = partition.clean(cleanable, limits, self.clock, pace);
        let done = done.inspect_err(|error| partition.data_dir().note(error));
        if let Some(files) = partition.with_log(Log::take_deleted) {
            self.doom_files(partition, files);
        }
        self.checkpoint_cleaned();
        done
    }

    pub(super) fn checkpoint_cleaned(&self) {
        self.write_checkpoint(OffsetCheckpoint::Cleaner);
    }
}

impl Partition {
    /// Whether the topic is compacted (`cleanup.policy`).
    pub(crate) fn is_compacted(&self) -> bool {
        self.config().log.compact
    }

    /// Whether retention deletes old segments of the topic (`cleanup.policy`).
    pub(crate) fn loses_old_segments(&self) -> bool {
        self.config().log.delete
    }

    /// What must be known to tell whether the log should be cleaned; `None` for a log that
    /// takes no writes, or is on its way to another directory.
    pub(crate) fn cleaning_candidate(&self) -> Option<CleaningCandidate> {
        if self.is_moving() {
            return None;
        }
        let mut core = self.lock_as_is();
        let high_watermark = core.replica.high_watermark();
        match &mut core.log {
            LogState::Open(log) if log.poisoned().is_none() => Some(log.cleaning_candidate(high_watermark)),
            _ => None,
        }
    }

    fn clean(
        &self,
        cleanable: Cleanable,
        limits: &CleanLimits,
        clock: Clock,
        pace: &mut Pace<'_>,
    ) -> Result<Option<CleanReport>, LogError> {
        let _in_the_directory = self.cleaning.lock();
        if self.is_retired() || self.is_moving() {
            return Ok(None);
        }
        let Some(task) = self.with_log(|log| log.clean_task(cleanable)) else { return Ok(None) };
        let Some(cleaning) = task?.begin(limits, clock.now_ms(), pace)? else { return Ok(None) };
        let Some(report) = self.clean_segments(cleaning, clock, pace)? else { return Ok(None) };
        // A later cleaning drops tombstones because the older values are gone, names and all.
        let Some(dir) = self.with_log(|log| log.dir().clone()) else { return Ok(None) };
        dir.sync().map_err(|source| {
            let (file, dir) = ("names".to_owned(), dir.path().display().to_string());
            LogError::Io { action: "sync", file, dir, source }
        })?;
        Ok(self.with_log(|log| log.cleaned(report.cleaned_to)).map(|()| report))
    }

    fn clean_segments(
        &self,
        mut cleaning: Cleaning,
        clock: Clock,
        pace: &mut Pace<'_>,
    ) -> Result<Option<CleanReport>, LogError> {
        loop {
            match cleaning.step(pace)? {
                Step::Replace(segment) => {
                    if !self.put_in_place(segment, clock)? {
                        return Ok(None);
                    }
                }
                Step::Done(report) => return Ok(Some(report)),
                Step::Stopped => return Ok(None),
            }
        }
    }

    fn put_in_place(&self, segment: CleanedSegment, clock: Clock) -> Result<bool, LogError> {
        let replaced = self.with_log(|log| log.replace_segments(segment, clock.now_ms()));
        replaced.unwrap_or(Ok(false))
    }

    /// `None` if there is no log to use.
    fn with_log<T>(&self, work: impl FnOnce(&mut Log) -> T) -> Option<T> {
        match &mut self.lock_as_is().log {
            LogState::Open(log) => Some(work(log)),
            LogState::Offline(_) => None,
        }
    }
}
