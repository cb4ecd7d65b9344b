//! Opening logs. A broker that starts serves at once and opens its logs meanwhile; who asks for a partition that is
//! not open yet waits for it, and that partition is opened next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kafkactl_core::log::checkpoint::{read_topic_id, write_topic_id};
use kafkactl_core::log::dir::{Dir, RenamableDir};
use kafkactl_core::log::{Log, LogError, OpenOptions};
use kafkactl_core::names::Offset;
use kafkactl_core::settings::BrokerSettings;
use parking_lot::{Mutex, MutexGuard};
use tracing::{error, info, warn};

use crate::threads::Threads;

use super::data_dir::{DataDir, Offsets};
use super::hosted::Partitions;
use super::partition::{Core, LogState, Partition};
use super::replica::{Assignment, Replica};
use super::watch::{Change, Watch};

/// Threads that open the logs of new partitions at once: most of the time goes to syncs of small files, which the
/// file system commits together.
const CREATORS_MAX: usize = 16;

/// A log that is not open yet.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// What the metadata has said of the partition meanwhile.
    assignment: Option<Assignment>,
    is_under_way: bool,
}

impl Opening {
    /// Keeps the latest for when the log is open.
    pub fn assign(&mut self, assignment: Assignment) {
        self.assignment = Some(assignment);
    }
}

/// The partitions whose logs are opened in the background.
#[derive(Default)]
pub(super) struct Openings {
    queue: Mutex<VecDeque<Arc<Partition>>>,
    /// Those in the queue and those under way.
    left: AtomicUsize,
    has_begun: AtomicBool,
}

impl Openings {
    /// Puts them in the queue, Kafka's own topics first: coordinators cannot serve without them. Returns them if the
    /// start of the broker is over, and nobody would come.
    fn put(&self, mut partitions: Vec<Arc<Partition>>) -> Vec<Arc<Partition>> {
        let mut queue = self.queue.lock();
        if self.has_begun.load(Ordering::Relaxed) {
            return partitions;
        }
        partitions.sort_by_key(|partition| !partition.id.topic.is_internal());
        self.left.fetch_add(partitions.len(), Ordering::Relaxed);
        queue.extend(partitions);
        Vec::new()
    }

    /// Leaves what has not begun as it is.
    pub fn clear(&self) {
        self.queue.lock().clear();
    }

    /// Opens this one next.
    fn hurry(&self, wanted: &Partition) {
        let mut queue = self.queue.lock();
        let place = queue.iter().position(|partition| std::ptr::eq(&**partition, wanted));
        if let Some(partition) = place.and_then(|place| queue.remove(place)) {
            queue.push_front(partition);
        }
    }
}

/// The threads that open logs; they end with the queue. Dropping it leaves what has not begun as it is, and waits for
/// what has.
pub(crate) struct OpenThreads {
    openings: Arc<Openings>,
    threads: Threads,
}

impl Drop for OpenThreads {
    fn drop(&mut self) {
        self.openings.clear();
        self.threads.join();
    }
}

impl Partitions {
    /// Begins to open the logs that the metadata has named so far.
    pub(crate) fn start_opening(self: &Arc<Self>) -> std::io::Result<OpenThreads> {
        let openings = Arc::clone(&self.openings);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let wanted =
            self.settings.load().node.recovery_threads.saturating_mul(self.data_dirs.len()).max(cores);
        let count = {
            let queue = openings.queue.lock();
            openings.has_begun.store(true, Ordering::Relaxed);
            wanted.min(queue.len())
        };
        let mut running = OpenThreads { openings, threads: Threads::default() };
        for number in 0..count {
            let partitions = Arc::clone(self);
            running.threads.spawn(format!("open-{number}"), move || partitions.open_queue())?;
        }
        Ok(running)
    }

    fn open_queue(&self) {
        loop {
            let Some(partition) = self.openings.queue.lock().pop_front() else { return };
            self.open(&partition);
            self.openings.left.fetch_sub(1, Ordering::Release);
        }
    }

    /// Whether a partition may not be open yet.
    pub(crate) fn are_opening(&self) -> bool {
        self.opening_count() > 0
    }

    /// How many logs are not open yet.
    pub fn opening_count(&self) -> usize {
        self.openings.left.load(Ordering::Acquire)
    }

    /// Opens logs in the background while the broker starts, later at once: whoever creates a partition hears of it
    /// when it is there.
    pub(super) fn open_all(&self, partitions: Vec<Arc<Partition>>) {
        let partitions = self.openings.put(partitions);
        let next = AtomicUsize::new(0);
        let open_some = || {
            while let Some(partition) = partitions.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.open(partition);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..partitions.len().div_ceil(4).min(CREATORS_MAX) {
                scope.spawn(open_some);
            }
            open_some();
        });
    }

    /// A partition whose log cannot be opened is hosted all the same, offline.
    fn open(&self, partition: &Partition) {
        if !partition.begin_opening() {
            return;
        }
        let data_dir = partition.data_dir();
        partition.end_opening(match data_dir.health.failure() {
            Some(reason) => Err(reason.to_string()),
            None => self.open_log(partition, &data_dir).map_err(|error| {
                error!(partition = %partition.id, %error, "the log cannot be opened, its partition is offline");
                data_dir.note(&error);
                error.to_string()
            }),
        });
    }

    fn open_log(
        &self,
        partition: &Partition,
        data_dir: &DataDir,
    ) -> Result<(Log, Arc<RenamableDir>), LogError> {
        let id = &partition.id;
        let (dir, is_known) = self.prepare_dir(partition, data_dir)?;
        let found = &data_dir.found;
        // Checkpoints speak of what lay there when the process started.
        let offset_in =
            |offsets: &Offsets| offsets.get(id).copied().filter(|_| is_known).unwrap_or(Offset(0));
        let options = OpenOptions {
            is_clean: found.is_clean,
            recovery_point: offset_in(&found.checkpoints.recovery_points),
            start_offset: offset_in(&found.checkpoints.log_starts),
            cleaned_to: found.checkpoints.cleaned.get(id).copied().filter(|_| is_known),
            now_ms: self.clock.now_ms(),
            producer_expiration_ms: producer_expiration_ms(&self.settings.load()),
            jitter_seed: rand::random(),
        };
        let config = Arc::new(partition.config().log.clone());
        let (log, report) = Log::open(Arc::clone(&dir) as Arc<dyn Dir>, config, &self.shared, options)?;
        if report.cut_bytes > 0 || report.removed_segments > 0 {
            let (cut_bytes, removed_segments) = (report.cut_bytes, report.removed_segments);
            self.log_counts.recovered(cut_bytes);
            warn!(partition = %id, kept_until = %log.end_offset(), cut_bytes, removed_segments, "cut a damaged log");
        } else if report.recovered_segments > 0 {
            self.log_counts.recovered(0);
            info!(partition = %id, segments = report.recovered_segments, "recovered a log");
        }
        Ok((log, dir))
    }

    /// The partition's directory, saying whose records it holds before it holds any, and whether it held them when
    /// the process started. One left by another topic of the same name is put aside.
    fn prepare_dir(
        &self,
        partition: &Partition,
        data_dir: &DataDir,
    ) -> Result<(Arc<RenamableDir>, bool), LogError> {
        let parent = &data_dir.dir;
        let name = partition.id.to_string();
        let failed = |action, source| {
            let (file, dir) = (name.clone(), parent.path().display().to_string());
            LogError::Io { action, file, dir, source }
        };
        let open = || match RenamableDir::open(Arc::clone(parent), name.clone()) {
            Ok(dir) => Ok(Arc::new(dir)),
            Err(source) => Err(failed("open", source)),
        };
        let dir = open()?;
        let is_known = match read_topic_id(&*dir)? {
            Some(id) if id == partition.topic_id => return Ok((dir, true)),
            Some(other) => {
                warn!(partition = %partition.id, %other, "the directory holds another topic's records");
                self.put_aside(data_dir, &partition.id, &name);
                let dir = open()?;
                write_topic_id(&*dir, partition.topic_id)?;
                return Ok((dir, false));
            }
            // Written by a Kafka that did not know topic ids, or just made.
            None => !dir.entries().map_err(|source| failed("list", source))?.is_empty(),
        };
        write_topic_id(&*dir, partition.topic_id)?;
        Ok((dir, is_known))
    }
}

impl Partition {
    /// Whether the log is not open yet.
    pub fn is_opening(&self) -> bool {
        self.lock_as_is().opening.is_some()
    }

    /// Resolves once all of them are open, or offline.
    pub(crate) async fn opened(partitions: Vec<Arc<Partition>>) {
        for partition in partitions.iter().rev() {
            partition.openings.hurry(partition);
        }
        let watch: Arc<Watch> = Arc::default();
        for partition in partitions {
            partition.watch(&watch, 0);
            loop {
                watch.take_changed();
                if !partition.is_opening() {
                    break;
                }
                watch.wait_for_news().await;
            }
            partition.unwatch(&watch, 0);
        }
    }

    /// Log and replica state, once the log is open or offline. This blocks: tasks ask [`Partition::is_opening`] first.
    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        let mut core = self.lock_as_is();
        if core.opening.is_some() {
            self.openings.hurry(self);
            self.is_opened.wait_while(&mut core, |core| core.opening.is_some());
        }
        core
    }

    /// Log and replica state while nobody is opening the log.
    pub(super) fn lock_idle(&self) -> MutexGuard<'_, Core> {
        let mut core = self.core.lock();
        let is_under_way = |core: &mut Core| core.opening.as_ref().is_some_and(|it| it.is_under_way);
        self.is_opened.wait_while(&mut core, is_under_way);
        core
    }

    /// Log and replica state, open or not. A log whose directory has failed is taken away here, whoever comes first.
    pub(super) fn lock_as_is(&self) -> MutexGuard<'_, Core> {
        let mut core = self.core.lock();
        let data_dir = self.data_dir.load();
        if data_dir.health.has_failed()
            && matches!(core.log, LogState::Open(_))
            && let Some(reason) = data_dir.health.failure()
        {
            drop(self.end(&mut core, &reason));
        }
        core
    }

    /// Tells everybody who waits if the directory has failed.
    pub(super) fn tell_of_failure(&self) {
        drop(self.lock_as_is());
        self.tell(Change::Other);
    }

    /// Returns false if somebody else opens the log, or it is no longer wanted.
    fn begin_opening(&self) -> bool {
        let mut core = self.lock_as_is();
        core.opening.as_mut().is_some_and(|opening| !std::mem::replace(&mut opening.is_under_way, true))
    }

    /// Takes the log into use, or the reason why there is none.
    fn end_opening(&self, opened: Result<(Log, Arc<RenamableDir>), String>) {
        let mut core = self.lock_as_is();
        core.log = match opened {
            Ok((mut log, dir)) => {
                core.dir = Some(dir);
                let data_dir = self.data_dir();
                let high_watermarks = &data_dir.found.checkpoints.high_watermarks;
                let checkpointed = high_watermarks.get(&self.id).copied().unwrap_or(Offset(0));
                let high_watermark = checkpointed.max(log.start_offset()).min(log.end_offset());
                core.replica = Replica::new(self.local, high_watermark);
                core.local_end = log.end_offset();
                core.active_base = log.active_base_offset();
                // It may have changed since the opening began.
                log.update_config(Arc::new(self.config().log.clone()));
                LogState::Open(log)
            }
            Err(reason) => LogState::Offline(reason),
        };
        if let Some(Opening { assignment: Some(assignment), .. }) = core.opening.take() {
            self.assign_opened(&mut core, assignment);
        }
        drop(core);
        self.is_opened.notify_all();
        self.tell(Change::Other);
    }

    /// Takes the log away: whoever waits for it learns why.
    pub(super) fn end(&self, core: &mut Core, reason: &str) -> LogState {
        core.opening = None;
        self.is_opened.notify_all();
        std::mem::replace(&mut core.log, LogState::Offline(reason.to_owned()))
    }
}

pub(super) fn producer_expiration_ms(settings: &BrokerSettings) -> u64 {
    u64::try_from(settings.log.producer_id_expiration_ms).unwrap_or(u64::MAX)
}
