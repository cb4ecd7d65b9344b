//! What has to be done to all partitions now and then, on a thread that may block: retention, checkpoints, forgetting
//! producers, unlinking what was renamed away.

use std::sync::Arc;
use std::time::Duration;

use kafkactl_core::log::checkpoint::OffsetCheckpoint;
use kafkactl_core::log::{DeletedFiles, Log};
use kafkactl_core::names::Offset;
use kafkactl_core::settings::LogSettings;
use parking_lot::{Condvar, Mutex};
use tracing::error;

use crate::threads::Threads;

use super::data_dir::{Checkpoints, DataDir, Offsets};
use super::hosted::Partitions;
use super::moving::Move;
use super::opening::producer_expiration_ms;
use super::partition::{Core, LogState, Partition};
use super::unlinks::Doomed;

/// Kafka gives a broker time to come up before the first retention check (E9).
const FIRST_RETENTION_CHECK_MS: i64 = 30_000;
/// How often due flushes (`flush.ms`) and unlinks are looked for.
const SWEEP_MS: i64 = 1_000;

/// One kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chore {
    Retention,
    HighWatermarks,
    RecoveryPoints,
    LogStarts,
    Producers,
    Sweep,
}

/// What is due when.
#[derive(Debug)]
struct Agenda {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    chore: Chore,
    next_ms: i64,
    interval_ms: i64,
}

impl Agenda {
    fn new(settings: &LogSettings, now_ms: i64) -> Self {
        let entry = |chore, first_ms: i64, interval_ms: i64| {
            let interval_ms = interval_ms.max(1);
            Entry { chore, next_ms: now_ms.saturating_add(first_ms), interval_ms }
        };
        let every = |chore, interval_ms| entry(chore, interval_ms, interval_ms);
        let retention_ms = settings.retention_check_interval_ms;
        Self {
            entries: vec![
                entry(Chore::Retention, retention_ms.min(FIRST_RETENTION_CHECK_MS), retention_ms),
                every(Chore::HighWatermarks, settings.high_watermark_checkpoint_interval_ms),
                every(Chore::RecoveryPoints, settings.recovery_point_checkpoint_interval_ms),
                every(Chore::LogStarts, settings.start_offset_checkpoint_interval_ms),
                every(Chore::Producers, settings.producer_check_interval_ms),
                every(Chore::Sweep, SWEEP_MS),
            ],
        }
    }

    /// What is due at `now_ms`; each comes again an interval later.
    fn take_due(&mut self, now_ms: i64) -> Vec<Chore> {
        let due = self.entries.iter_mut().filter(|entry| entry.next_ms <= now_ms);
        due.map(|entry| {
            entry.next_ms = now_ms.saturating_add(entry.interval_ms);
            entry.chore
        })
        .collect()
    }

    fn next_ms(&self) -> Option<i64> {
        self.entries.iter().map(|entry| entry.next_ms).min()
    }
}

/// The thread that does the chores; it ends when told to stop.
pub(crate) struct Chores {
    stop: Arc<(Mutex<bool>, Condvar)>,
    threads: Threads,
}

impl Chores {
    pub fn start(partitions: Arc<Partitions>) -> std::io::Result<Self> {
        let stop: Arc<(Mutex<bool>, Condvar)> = Arc::default();
        let stopped = Arc::clone(&stop);
        let mut threads = Threads::default();
        threads.spawn("chores".to_owned(), move || run(&partitions, &stopped))?;
        Ok(Self { stop, threads })
    }

    /// Returns when the chore under way is done.
    pub fn stop(mut self) {
        *self.stop.0.lock() = true;
        self.stop.1.notify_all();
        self.threads.join();
    }
}

fn run(partitions: &Partitions, (stopped, wake): &(Mutex<bool>, Condvar)) {
    // Not the wall clock: one that is set back would put everything off.
    let uptime_ms = || partitions.clock.uptime_ms() as i64;
    let mut agenda = Agenda::new(&partitions.settings().log, uptime_ms());
    partitions.doom_left_overs();
    loop {
        let began_ms = uptime_ms();
        for chore in agenda.take_due(began_ms) {
            partitions.do_chore(chore);
        }
        let mut stop = stopped.lock();
        if *stop {
            return;
        }
        let wait_ms = agenda.next_ms().map_or(SWEEP_MS, |next_ms| next_ms - began_ms).max(0);
        wake.wait_for(&mut stop, Duration::from_millis(wait_ms as u64));
        if *stop {
            return;
        }
    }
}

impl Partitions {
    fn do_chore(&self, chore: Chore) {
        let now_ms = self.clock.now_ms();
        match chore {
            Chore::Retention => {
                for partition in self.all() {
                    self.delete_old_segments(&partition, now_ms);
                }
            }
            Chore::HighWatermarks => self.write_checkpoint(OffsetCheckpoint::HighWatermark),
            Chore::RecoveryPoints => self.write_checkpoint(OffsetCheckpoint::RecoveryPoint),
            Chore::LogStarts => self.write_checkpoint(OffsetCheckpoint::LogStart),
            Chore::Producers => {
                let expiration_ms = producer_expiration_ms(&self.settings());
                self.each_log(|_, log| log.expire_producers(now_ms, expiration_ms));
            }
            Chore::Sweep => {
                for data_dir in self.online_dirs() {
                    data_dir.look();
                }
                for partition in self.all() {
                    partition.flush_if_due(now_ms);
                    if partition.data_dir().health.has_failed() {
                        partition.tell_of_failure();
                    }
                }
                self.unlinks.run(self.clock.uptime_ms());
            }
        }
    }

    /// Deletes what retention says; the files go later.
    pub(crate) fn delete_old_segments(&self, partition: &Partition, now_ms: i64) {
        match partition.enforce_retention(now_ms) {
            Ok(Some(files)) => self.doom_files(partition, files),
            Ok(None) => {}
            Err(error) => error!(partition = %partition.id, %error, "retention failed"),
        }
    }

    /// Unlinks files once no reader can be on its way to them (`file.delete.delay.ms`).
    pub(super) fn doom_files(&self, partition: &Partition, files: DeletedFiles) {
        let delay_ms = partition.config().log.file_delete_delay_ms;
        self.unlinks.add(self.clock.uptime_ms().saturating_add(delay_ms), Doomed::Files(files));
    }

    /// Writes one offset of every partition to the checkpoint of its directory, that of a copy to the one it lies in.
    pub(super) fn write_checkpoint(&self, checkpoint: OffsetCheckpoint) {
        for data_dir in &self.data_dirs {
            let offset_of = |partition: &Partition| {
                let core = partition.lock_as_is();
                match &core.log {
                    LogState::Open(log) => offset_to_keep(&core, log, checkpoint),
                    // As the last process left it.
                    LogState::Offline(_) => {
                        data_dir.found.checkpoints.of(checkpoint).get(&partition.id).copied()
                    }
                }
            };
            let offsets = || -> Offsets {
                let all = self.in_dir(data_dir).filter_map(|it| Some((it.id.clone(), offset_of(&it)?)));
                let copies = self.copies_in(data_dir);
                let of_copy = |(partition, plan): (Arc<Partition>, Arc<Move>)| {
                    Some((partition.id.clone(), plan.checkpointed(&partition.id, checkpoint)?))
                };
                all.chain(copies.filter_map(of_copy)).collect()
            };
            if let Err(error) = data_dir.write(checkpoint, offsets) {
                error!(directory = %data_dir.path.display(), %error, "a checkpoint cannot be written");
            }
        }
    }

    /// Writes every checkpoint of every directory.
    pub(super) fn write_checkpoints(&self) {
        OffsetCheckpoint::ALL.into_iter().for_each(|checkpoint| self.write_checkpoint(checkpoint));
    }

    /// The replicas that are to move to a directory.
    fn copies_in(&self, data_dir: &Arc<DataDir>) -> impl Iterator<Item = (Arc<Partition>, Arc<Move>)> {
        let copy = |partition: Arc<Partition>| {
            let plan = partition.moving().filter(|plan| Arc::ptr_eq(&plan.to, data_dir))?;
            Some((partition, plan))
        };
        self.all().into_iter().filter_map(copy)
    }

    fn each_log(&self, work: impl Fn(&Partition, &mut Log)) {
        for partition in self.all() {
            if let LogState::Open(log) = &mut partition.lock_as_is().log {
                work(&partition, log);
            }
        }
    }

    /// Removes what the last process did not get to remove.
    fn doom_left_overs(&self) {
        for data_dir in &self.data_dirs {
            for name in &data_dir.found.doomed {
                let doomed = Doomed::Dir { data_dir: Arc::clone(data_dir), name: name.clone() };
                self.unlinks.add(0, doomed);
            }
        }
    }

    /// Closes every log and vouches for it: the next start then recovers nothing (E4). A directory with a log that
    /// is not closed goes without the marker. Nothing must be appending or opening any more.
    pub(crate) fn close(&self, broker_epoch: i64) {
        self.openings.clear();
        let mut all = self.all();
        for data_dir in &self.data_dirs {
            let (mut checkpoints, mut is_clean) = (Checkpoints::default(), true);
            for (partition, plan) in self.copies_in(data_dir) {
                is_clean &= plan.is_clean();
                checkpoints.take_over_copy(&partition.id, &plan);
            }
            for partition in all.extract_if(.., |partition| Arc::ptr_eq(&partition.data_dir(), data_dir)) {
                is_clean &= partition.close(&mut checkpoints);
            }
            if let Err(error) = data_dir.close(checkpoints, is_clean.then_some(broker_epoch)) {
                error!(directory = %data_dir.path.display(), %error, "the directory is not closed cleanly");
            }
        }
    }
}

impl Partition {
    /// Closes the log and notes where it ended. Returns whether it now lies there as a clean stop leaves it.
    fn close(&self, checkpoints: &mut Checkpoints) -> bool {
        let data_dir = self.data_dir();
        let found = &data_dir.found;
        let mut core = self.lock_as_is();
        let is_untouched = core.opening.is_some();
        let LogState::Open(log) = self.end(&mut core, "the broker is stopping") else {
            checkpoints.take_over(&found.checkpoints, &self.id);
            return is_untouched && found.is_clean;
        };
        checkpoints.high_watermarks.insert(self.id.clone(), core.replica.high_watermark());
        checkpoints.cleaned.extend(log.cleaned_to().map(|cleaned_to| (self.id.clone(), cleaned_to)));
        if let Some(start) = start_inside_segment(&log) {
            checkpoints.log_starts.insert(self.id.clone(), start);
        }
        let (recovery_point, end) = (log.recovery_point(), log.end_offset());
        let closed = log.close();
        checkpoints
            .recovery_points
            .insert(self.id.clone(), if closed.is_ok() { end } else { recovery_point });
        if let Err(error) = &closed {
            error!(partition = %self.id, %error, "the log is not closed cleanly");
        }
        closed.is_ok()
    }
}

/// What a checkpoint says of an open log; `None` if nothing.
fn offset_to_keep(core: &Core, log: &Log, checkpoint: OffsetCheckpoint) -> Option<Offset> {
    match checkpoint {
        OffsetCheckpoint::HighWatermark => Some(core.replica.high_watermark()),
        OffsetCheckpoint::RecoveryPoint => Some(log.recovery_point()),
        OffsetCheckpoint::LogStart => start_inside_segment(log),
        OffsetCheckpoint::Cleaner => log.cleaned_to(),
    }
}

/// Where the log starts, if that is not simply the start of its first segment.
pub(super) fn start_inside_segment(log: &Log) -> Option<Offset> {
    (log.start_offset() > log.first_base_offset()).then_some(log.start_offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chores_come_when_they_are_due_and_again() {
        let settings = LogSettings {
            retention_check_interval_ms: 300_000,
            high_watermark_checkpoint_interval_ms: 5_000,
            recovery_point_checkpoint_interval_ms: 60_000,
            start_offset_checkpoint_interval_ms: 60_000,
            producer_check_interval_ms: 600_000,
            ..LogSettings::default()
        };
        let mut agenda = Agenda::new(&settings, 1_000_000);
        assert_eq!(agenda.take_due(1_000_000), []);
        assert_eq!(agenda.next_ms(), Some(1_001_000));
        assert_eq!(agenda.take_due(1_001_000), [Chore::Sweep]);
        assert_eq!(agenda.take_due(1_005_000), [Chore::HighWatermarks, Chore::Sweep]);
        assert_eq!(agenda.take_due(1_030_000), [Chore::Retention, Chore::HighWatermarks, Chore::Sweep]);
        assert!(!agenda.take_due(1_329_999).contains(&Chore::Retention));
        assert!(agenda.take_due(1_330_000).contains(&Chore::Retention));
    }
}
