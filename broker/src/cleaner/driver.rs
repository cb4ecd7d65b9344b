//! The threads that clean (`LogCleaner`).

use std::any::Any;
use std::collections::HashSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kafkactl_core::log::clean::{CleanLimits, Cleanable};
use kafkactl_core::settings::CleanerSettings;
use parking_lot::{Condvar, Mutex};
use tracing::{error, info, warn};

use super::figures::CleanerFigures;
use super::schedule::Schedule;
use crate::clock::Clock;
use crate::cluster::{MetadataDelta, MetadataImage, MetadataSubscriber};
use crate::partition::{Partition, Partitions};
use crate::threads::Threads;
use crate::throttle::Throttle;

/// A thread that waits for its turn at the disk looks this often whether it is still wanted.
const THROTTLE_WAIT_MAX_MS: u64 = 100;
/// What a thread writes at once at the least: smaller writes cost more, and the disk waits between them.
const WRITE_BYTES_MIN: usize = 1 << 20;

/// Cleans the logs of compacted topics. Clones share it.
#[derive(Clone)]
pub(crate) struct Cleaner {
    shared: Arc<Shared>,
}

struct Shared {
    partitions: Arc<Partitions>,
    clock: Clock,
    /// Held while the next log is chosen.
    schedule: Mutex<Schedule>,
    throttle: Mutex<Throttle>,
    figures: Mutex<CleanerFigures>,
    crew: Mutex<Crew>,
    wake: Condvar,
    is_stopped: AtomicBool,
}

/// The threads there are.
#[derive(Default)]
struct Crew {
    is_started: bool,
    running: usize,
    threads: Threads,
}

/// The running threads. Dropping it ends what they are at, at the next batch, and waits for that.
pub(crate) struct CleanerThreads(Cleaner);

impl Drop for CleanerThreads {
    fn drop(&mut self) {
        let shared = &self.0.shared;
        shared.is_stopped.store(true, Ordering::Release);
        let mut threads = {
            let mut crew = shared.crew.lock();
            shared.wake.notify_all();
            std::mem::take(&mut crew.threads)
        };
        threads.join();
    }
}

impl Cleaner {
    pub fn new(partitions: Arc<Partitions>, clock: Clock) -> Self {
        let shared = Shared {
            partitions,
            clock,
            schedule: Mutex::default(),
            throttle: Mutex::default(),
            figures: Mutex::default(),
            crew: Mutex::default(),
            wake: Condvar::new(),
            is_stopped: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Begins to clean; from now on the threads follow `log.cleaner.threads`.
    pub fn start(&self) -> io::Result<CleanerThreads> {
        let running = CleanerThreads(self.clone());
        self.shared.crew.lock().is_started = true;
        self.staff()?;
        Ok(running)
    }

    pub fn figures(&self) -> CleanerFigures {
        self.shared.figures.lock().clone()
    }

    /// Brings the number of threads up to what the settings say; surplus ones leave by themselves.
    fn staff(&self) -> io::Result<()> {
        let mut crew = self.shared.crew.lock();
        crew.threads.forget_ended();
        let wanted = self.shared.wanted_threads();
        while crew.is_started && crew.running < wanted {
            let shared = Arc::clone(&self.shared);
            let name = format!("cleaner-{}", crew.running);
            crew.threads.spawn(name, move || shared.work())?;
            crew.running += 1;
        }
        self.shared.wake.notify_all();
        Ok(())
    }
}

/// Altered settings act at once.
impl MetadataSubscriber for Cleaner {
    fn apply(&self, delta: &MetadataDelta, _image: &Arc<MetadataImage>) {
        if !delta.configs.is_empty()
            && let Err(error) = self.staff()
        {
            error!(%error, "a cleaner thread cannot be started");
        }
    }
}

impl Shared {
    fn wanted_threads(&self) -> usize {
        let settings = self.partitions.settings();
        let CleanerSettings { is_enabled, threads, .. } = settings.cleaner;
        if is_enabled && !self.is_stopped.load(Ordering::Acquire) { threads } else { 0 }
    }

    fn work(&self) {
        loop {
            // Nobody would miss a thread that ended before the disk is full. Locks are free after a panic, and what they
            // guard here is put right at the next look.
            let looked = catch_unwind(AssertUnwindSafe(|| {
                let has_cleaned = self.clean_next();
                self.delete_old_segments();
                has_cleaned
            }));
            let has_cleaned = looked.unwrap_or_else(|panic| {
                error!(panic = self.panicked(&*panic), "a cleaner thread has panicked and goes on");
                false
            });
            let mut crew = self.crew.lock();
            if crew.running > self.wanted_threads() {
                crew.running -= 1;
                return;
            }
            if !has_cleaned {
                let backoff_ms = self.partitions.settings().cleaner.backoff_ms;
                self.wake.wait_for(&mut crew, Duration::from_millis(backoff_ms));
            }
        }
    }

    /// Cleans the log that needs it most. Says whether that got anywhere, so that it is worth looking again.
    fn clean_next(&self) -> bool {
        let Some((partition, cleanable)) = self.choose() else { return false };
        let began_ms = self.clock.uptime_ms();
        let limits = limits(&self.partitions.settings().cleaner);
        let mut pace = |bytes| self.may_go_on(&partition, bytes);
        let cleaned = catch_unwind(AssertUnwindSafe(|| {
            self.partitions
                .clean(&partition, cleanable, &limits, &mut pace)
                .map_err(|error| error.to_string())
        }));
        let cleaned =
            cleaned.unwrap_or_else(|panic| Err(format!("the cleaner panicked: {}", self.panicked(&*panic))));
        let took_ms = self.clock.uptime_ms() - began_ms;
        let mut schedule = self.schedule.lock();
        match cleaned {
            Ok(Some(report)) => {
                schedule.end(&partition.id);
                let mut figures = self.figures.lock();
                figures.cleaned(&report, took_ms);
                figures.uncleanable = schedule.uncleanable();
                let (bytes_before, bytes_after) = (report.bytes_before, report.bytes_after);
                let cleaned_to = report.cleaned_to;
                info!(partition = %partition.id, %cleaned_to, bytes_before, bytes_after, took_ms, "cleaned a log");
                cleaned_to > cleanable.first_dirty
            }
            Ok(None) => {
                schedule.stopped(&partition.id);
                false
            }
            Err(reason) => {
                self.set_aside(&mut schedule, &partition, reason);
                // The others are worth a look.
                true
            }
        }
    }

    /// Counts a panic, and says what it said.
    fn panicked<'a>(&self, panic: &'a (dyn Any + Send)) -> &'a str {
        self.figures.lock().panics += 1;
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
    }

    /// The next log to clean, which counts as being cleaned from now on.
    fn choose(&self) -> Option<(Arc<Partition>, Cleanable)> {
        let mut compacted = self.partitions.all();
        compacted.retain(|partition| partition.is_compacted());
        let now_ms = self.clock.now_ms();
        let mut schedule = self.schedule.lock();
        let ids: HashSet<_> = compacted.iter().map(|partition| &partition.id).collect();
        schedule.keep(|partition| ids.contains(partition));
        drop(ids);
        let mut candidates = Vec::new();
        for partition in compacted {
            if !schedule.is_free(&partition.id, now_ms) {
                continue;
            }
            match partition.cleaning_candidate().map(|candidate| candidate.cleanable(now_ms)) {
                Some(Ok(cleanable)) => candidates.push((partition.id.clone(), cleanable, partition)),
                Some(Err(error)) => self.set_aside(&mut schedule, &partition, error.to_string()),
                None => {}
            }
        }
        let mut figures = self.figures.lock();
        figures.looked_ms = Some(now_ms);
        figures.dirty_ratio_max =
            candidates.iter().map(|(_, cleanable, _)| cleanable.dirty_ratio).fold(0.0, f64::max);
        figures.uncleanable = schedule.uncleanable();
        drop(figures);
        schedule.begin(candidates).map(|(_, cleanable, partition)| (partition, cleanable))
    }

    /// E16: the partition is left alone for a while, and the broker goes on.
    fn set_aside(&self, schedule: &mut Schedule, partition: &Partition, reason: String) {
        let retry_in_ms = schedule.fail(&partition.id, reason.clone(), self.clock.now_ms());
        warn!(partition = %partition.id, reason, retry_in_ms, "a partition cannot be cleaned");
        self.figures.lock().uncleanable = schedule.uncleanable();
    }

    /// E9: where topics are compacted and lose old segments as well, the cleaner does both.
    fn delete_old_segments(&self) {
        let now_ms = self.clock.now_ms();
        for partition in self.partitions.all() {
            if partition.is_compacted() && partition.loses_old_segments() {
                self.partitions.delete_old_segments(&partition, now_ms);
            }
        }
    }

    /// Waits as long as the rate of bytes asks. Says whether the cleaning is still wanted.
    fn may_go_on(&self, partition: &Partition, moved_bytes: usize) -> bool {
        let mut moved_bytes = moved_bytes;
        loop {
            if self.is_stopped.load(Ordering::Acquire)
                || partition.is_retired()
                || partition.is_moving()
                || !partition.is_compacted()
            {
                return false;
            }
            let rate = self.partitions.settings().cleaner.io_bytes_per_second_max;
            if rate == f64::MAX {
                return true;
            }
            let now_ms = self.clock.uptime_ms();
            let wait_ms = self.throttle.lock().wait_ms(std::mem::take(&mut moved_bytes), rate, now_ms);
            if wait_ms == 0 {
                return true;
            }
            std::thread::sleep(Duration::from_millis(wait_ms.min(THROTTLE_WAIT_MAX_MS)));
        }
    }
}

/// What one thread may use.
fn limits(settings: &CleanerSettings) -> CleanLimits {
    let threads = settings.threads.max(1);
    CleanLimits {
        map_bytes_max: settings.dedupe_buffer_bytes / threads,
        map_load_max: settings.dedupe_load_max,
        // Kafka uses the other half for reading.
        write_bytes: (settings.io_buffer_bytes / threads / 2).max(WRITE_BYTES_MIN),
    }
}
