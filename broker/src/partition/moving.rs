//! Moving replicas to other data directories of this broker (AlterReplicaLogDirs, KIP-113): the wishes, the threads
//! that carry them out, and what can be seen of them. [`relocation`](super::relocation) decides.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kafkactl_core::log::checkpoint::OffsetCheckpoint;
use kafkactl_core::log::future_dir_name;
use kafkactl_core::names::{Offset, PartitionId, TopicId, TopicPartition, Uuid};
use kafkactl_core::wire::ErrorCode;
use parking_lot::{Condvar, Mutex};
use tracing::{error, info, warn};

use super::copying::{Extent, FutureLog, MoveError};
use super::data_dir::DataDir;
use super::hosted::Partitions;
use super::partition::Partition;
use super::relocation::{Destination, Progress, Ruling, Standing, Step, next_step, rule};
use crate::threads::Threads;
use crate::throttle::Throttle;

/// Most replicas to come whose directory is remembered.
const REMEMBERED_MAX: usize = 10_000;
/// How long a move waits when the metadata log cannot be written.
pub(super) const ASSIGN_PAUSE: Duration = Duration::from_secs(1);
/// What waits for its turn at the disk looks this often whether it is still wanted.
const THROTTLE_WAIT_MAX: Duration = Duration::from_millis(100);

/// Has the metadata log say in which directory a replica lies. Blocks until that is committed.
pub(crate) type Assign = dyn Fn(TopicId, PartitionId, Uuid) -> Result<(), String> + Send + Sync;

/// A replica on its way to another data directory.
pub(super) struct Move {
    pub to: Arc<DataDir>,
    /// Of the directory the copy lies in.
    pub name: String,
    /// An earlier process began it.
    pub is_found: bool,
    /// The metadata log may say already that the replica lies there.
    pub may_be_named: AtomicBool,
    extent: Mutex<Extent>,
    state: Mutex<CopyState>,
}

/// What a clean stop finds of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CopyState {
    Untouched,
    Open,
    Closed,
}

impl Move {
    fn new(to: Arc<DataDir>, name: String, is_found: bool) -> Arc<Self> {
        Arc::new(Self {
            to,
            name,
            is_found,
            may_be_named: AtomicBool::new(false),
            extent: Mutex::default(),
            state: Mutex::new(CopyState::Untouched),
        })
    }

    /// From here on the copy lies as its log does, not as the last process left it.
    pub fn opened(&self, extent: Extent) {
        self.show(extent);
        *self.state.lock() = CopyState::Open;
    }

    /// Tells how far the copy is.
    pub fn show(&self, extent: Extent) {
        *self.extent.lock() = extent;
    }

    /// What a checkpoint of its directory says of it.
    pub fn checkpointed(&self, partition: &TopicPartition, checkpoint: OffsetCheckpoint) -> Option<Offset> {
        match *self.state.lock() {
            CopyState::Untouched => {
                self.to.found.checkpoints.of(checkpoint).get(partition).copied().filter(|_| self.is_found)
            }
            CopyState::Open | CopyState::Closed => self.extent.lock().checkpointed(checkpoint),
        }
    }

    /// Whether the copy lies as a clean stop leaves it.
    pub fn is_clean(&self) -> bool {
        match *self.state.lock() {
            CopyState::Untouched => self.to.found.is_clean,
            CopyState::Open => false,
            CopyState::Closed => true,
        }
    }
}

/// A copy as DescribeLogDirs shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FutureReplica {
    pub size_bytes: u64,
    /// Records that the copy lacks.
    pub lag: i64,
}

/// What is to be moved, and where replicas to come are wanted.
#[derive(Default)]
pub(super) struct Moves {
    queue: Mutex<Queue>,
    wake: Condvar,
    throttle: Mutex<Throttle>,
    remembered: Mutex<HashMap<TopicPartition, Arc<DataDir>>>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    is_stopped: bool,
}

/// A move in the hands of a thread, or waiting for one.
pub(super) struct Job {
    pub partition: Arc<Partition>,
    pub plan: Arc<Move>,
    pub copy: Option<FutureLog>,
    pub is_caught_up: bool,
    /// The metadata log says that the replica lies in the destination.
    is_assigned: bool,
}

impl Job {
    pub fn progress(&self) -> Progress {
        Progress {
            is_wanted: self.partition.is_moving_by(&self.plan) && !self.partition.is_retired(),
            is_hosted: !self.partition.is_retired(),
            source_has_failed: self.partition.data_dir().health.has_failed(),
            destination_has_failed: self.plan.to.health.has_failed(),
            is_open: self.copy.is_some(),
            is_caught_up: self.is_caught_up,
            is_assigned: self.is_assigned,
            may_be_named: self.plan.may_be_named.load(Ordering::Relaxed),
        }
    }
}

impl Partition {
    pub(super) fn moving(&self) -> Option<Arc<Move>> {
        self.moving.lock().clone()
    }

    /// Whether a copy is to take the replica's place.
    pub(crate) fn is_moving(&self) -> bool {
        self.moving.lock().is_some()
    }

    pub(super) fn is_moving_by(&self, plan: &Arc<Move>) -> bool {
        self.moving.lock().as_ref().is_some_and(|current| Arc::ptr_eq(current, plan))
    }

    /// Whether it is to lie in this directory soon.
    pub(super) fn is_moving_to(&self, directory: Uuid) -> bool {
        self.moving.lock().as_ref().is_some_and(|plan| plan.to.id == directory)
    }

    /// Lets the move have its destination named, unless one called off before may still be named: whose word came last
    /// would be left to chance.
    fn begin_naming(&self, plan: &Arc<Move>) -> bool {
        let mut naming = self.naming.lock();
        let earlier = naming.upgrade().filter(|earlier| !Arc::ptr_eq(earlier, plan));
        if earlier.is_some_and(|earlier| earlier.may_be_named.load(Ordering::Relaxed)) {
            return false;
        }
        // Either way it may be written: whoever calls the move off has it written back.
        plan.may_be_named.store(true, Ordering::Relaxed);
        *naming = Arc::downgrade(plan);
        true
    }

    pub(super) fn end_move(&self, plan: &Arc<Move>) {
        self.moving.lock().take_if(|current| Arc::ptr_eq(current, plan));
    }

    /// The copy of it that grows in `dir`.
    pub fn future_in(&self, dir: &DataDir) -> Option<FutureReplica> {
        let plan = self.moving().filter(|plan| std::ptr::eq(&*plan.to, dir))?;
        let extent = *plan.extent.lock();
        let lag = self.lock_as_is().log_end().0.saturating_sub(extent.end.0).max(0);
        Some(FutureReplica { size_bytes: extent.size_bytes, lag })
    }
}

impl Partitions {
    /// Has a replica moved to the data directory at `path`, named as DescribeLogDirs names it. That is done in the
    /// background; the errors are Kafka's.
    /// `is_known` says whether there is such a partition at all.
    pub(crate) fn move_replica(
        &self,
        id: &TopicPartition,
        path: &Path,
        is_known: bool,
    ) -> Result<(), ErrorCode> {
        let to = self.data_dirs.iter().find(|dir| dir.path_told().as_os_str() == path.as_os_str());
        let destination = match to {
            None => Destination::Unknown,
            Some(dir) if dir.health.has_failed() => Destination::Failed,
            Some(dir) if self.cordons(dir) => Destination::Cordoned,
            Some(_) => Destination::Usable,
        };
        let hosted = self.get(id.topic.as_str(), id.partition);
        let standing = match (&hosted, to) {
            (None, _) if is_known => Standing::Absent,
            (None, _) => Standing::Unknown,
            (Some(partition), _) if partition.data_dir().health.has_failed() => Standing::Offline,
            (Some(partition), Some(to)) if Arc::ptr_eq(&partition.data_dir(), to) => {
                Standing::There { is_leaving: partition.is_moving() }
            }
            (Some(partition), to) => {
                Standing::Elsewhere { is_coming: to.is_some_and(|to| partition.is_moving_to(to.id)) }
            }
        };
        let has_failed_dirs = self.data_dirs.iter().any(|dir| dir.health.has_failed());
        match (rule(id, destination, standing, has_failed_dirs), hosted, to) {
            (Ruling::Begin, Some(partition), Some(to)) => {
                let name = future_dir_name(id, Uuid::from_u128(rand::random()));
                self.begin_move(partition, Move::new(Arc::clone(to), name, false));
            }
            (Ruling::Stay, Some(partition), _) => {
                info!(partition = %id, "the replica stays where it is");
                if partition.moving.lock().take().is_some() {
                    self.moves.forget(&partition);
                }
                self.moves.wake.notify_all();
            }
            (Ruling::Remember(code), _, Some(to)) => {
                self.moves.remember(id, to);
                return Err(code);
            }
            (Ruling::Refuse(code) | Ruling::Remember(code), ..) => return Err(code),
            (Ruling::Nothing | Ruling::Begin | Ruling::Stay, ..) => {}
        }
        Ok(())
    }

    fn begin_move(&self, partition: Arc<Partition>, plan: Arc<Move>) {
        info!(partition = %partition.id, to = %plan.to.path.display(), "a replica is moved");
        if partition.moving.lock().replace(Arc::clone(&plan)).is_some() {
            self.moves.forget(&partition);
        }
        let is_assigned = plan.may_be_named.load(Ordering::Relaxed);
        let job = Job { partition, plan, copy: None, is_caught_up: false, is_assigned };
        self.moves.queue.lock().jobs.push_back(job);
        self.moves.wake.notify_all();
    }

    /// Goes on with a move that an earlier process began.
    pub(super) fn resume_move(
        &self,
        partition: &Arc<Partition>,
        to: &Arc<DataDir>,
        name: String,
        is_assigned: bool,
    ) {
        let plan = Move::new(Arc::clone(to), name, true);
        if is_assigned {
            plan.may_be_named.store(true, Ordering::Relaxed);
            *partition.naming.lock() = Arc::downgrade(&plan);
        }
        self.begin_move(Arc::clone(partition), plan);
    }

    /// Starts the threads that move replicas; none where there is nowhere to move to. `assign` is called on them.
    pub(crate) fn start_moving(self: &Arc<Self>, assign: Arc<Assign>) -> std::io::Result<MoveThreads> {
        let wanted = self.settings.load().node.move_threads.unwrap_or(self.data_dirs.len()).max(1);
        let count = if self.data_dirs.len() > 1 { wanted } else { 0 };
        let mut running = MoveThreads { partitions: Arc::clone(self), threads: Threads::default() };
        for number in 0..count {
            let (partitions, assign) = (Arc::clone(self), Arc::clone(&assign));
            running.threads.spawn(format!("move-{number}"), move || partitions.carry_out_moves(&*assign))?;
        }
        Ok(running)
    }

    fn carry_out_moves(&self, assign: &Assign) {
        while let Some(mut job) = self.moves.next() {
            let mut goes_on = self.advance(&mut job, assign);
            // In the same turn, or there would be more to copy by the next.
            while goes_on && job.is_caught_up {
                goes_on = self.advance(&mut job, assign);
            }
            if goes_on {
                self.moves.queue.lock().jobs.push_back(job);
            }
        }
    }

    /// Does the next step of a move. Says whether there is another.
    fn advance(&self, job: &mut Job, assign: &Assign) -> bool {
        let done = match next_step(job.progress()) {
            Step::Leave => {
                self.leave(job, assign);
                return false;
            }
            Step::Discard => return self.discard(job, assign),
            Step::Open => self.open_copy(&job.partition, &job.plan).map(|copy| job.copy = Some(copy)),
            Step::Copy => self.copy_some(job),
            Step::Assign => self.assign(job, assign),
            Step::Swap => self.finish(job),
        };
        if let Some(copy) = &job.copy {
            job.plan.show(copy.extent());
        }
        match done {
            Ok(()) => job.copy.is_some(),
            Err(error) => self.give_up(job, &error, assign),
        }
    }

    fn copy_some(&self, job: &mut Job) -> Result<(), MoveError> {
        let Some(copy) = &mut job.copy else { return Ok(()) };
        let (bytes, is_all) = copy.copy(&job.partition)?;
        job.is_caught_up = is_all;
        job.plan.show(copy.extent());
        self.keep_rate(bytes, job);
        Ok(())
    }

    /// Waits as long as `replica.alter.log.dirs.io.max.bytes.per.second` asks.
    fn keep_rate(&self, copied_bytes: usize, job: &Job) {
        let mut copied_bytes = copied_bytes;
        while job.progress().is_wanted && !self.moves.queue.lock().is_stopped {
            let rate = self.settings().log.move_bytes_per_second_max;
            let now_ms = self.clock.uptime_ms();
            let copied_bytes = std::mem::take(&mut copied_bytes);
            let wait_ms = match rate {
                i64::MAX => 0,
                rate => self.moves.throttle.lock().wait_ms(copied_bytes, rate as f64, now_ms),
            };
            if wait_ms == 0 {
                return;
            }
            self.moves.pause(Duration::from_millis(wait_ms).min(THROTTLE_WAIT_MAX));
        }
    }

    fn assign(&self, job: &mut Job, assign: &Assign) -> Result<(), MoveError> {
        let Some(copy) = &mut job.copy else { return Ok(()) };
        copy.flush()?;
        job.plan.show(copy.extent());
        self.write_checkpoints();
        let Partition { topic_id, id, .. } = &*job.partition;
        if !job.partition.begin_naming(&job.plan) {
            job.is_caught_up = false;
            self.moves.pause(ASSIGN_PAUSE);
            return Ok(());
        }
        match assign(*topic_id, id.partition, job.plan.to.id) {
            Ok(()) => job.is_assigned = true,
            Err(reason) => {
                warn!(partition = %id, reason, "the metadata log does not say where the replica will lie yet");
                job.is_caught_up = false;
                self.moves.pause(ASSIGN_PAUSE);
            }
        }
        Ok(())
    }

    fn finish(&self, job: &mut Job) -> Result<(), MoveError> {
        if !self.swap(&job.partition, &job.plan, &mut job.copy)? {
            job.is_caught_up = false;
            return Ok(());
        }
        info!(partition = %job.partition.id, directory = %job.plan.to.path.display(), "the replica has moved");
        // Recovery then begins with what the log knows of producers now, and with its new name.
        job.partition.flush();
        self.write_checkpoints();
        Ok(())
    }
}

impl Moves {
    /// The next job; `None` once the threads are to end.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue.lock();
        loop {
            if queue.is_stopped {
                return None;
            }
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            self.wake.wait(&mut queue);
        }
    }

    /// Drops the moves of a replica that were called off before they began: they leave nothing behind.
    fn forget(&self, partition: &Arc<Partition>) {
        let left_something = |job: &Job| job.copy.is_some() || job.plan.is_found;
        self.queue.lock().jobs.retain(|job| left_something(job) || !Arc::ptr_eq(&job.partition, partition));
    }

    /// Waits, unless the threads are to end.
    pub fn pause(&self, how_long: Duration) {
        let mut queue = self.queue.lock();
        if !queue.is_stopped {
            self.wake.wait_for(&mut queue, how_long);
        }
    }

    /// Where a replica to come is wanted. Told once.
    pub fn recall(&self, partition: &TopicPartition) -> Option<Arc<DataDir>> {
        self.remembered.lock().remove(partition).filter(|dir| !dir.health.has_failed())
    }

    fn remember(&self, partition: &TopicPartition, dir: &Arc<DataDir>) {
        let mut remembered = self.remembered.lock();
        if remembered.len() < REMEMBERED_MAX || remembered.contains_key(partition) {
            remembered.insert(partition.clone(), Arc::clone(dir));
        } else {
            warn!(%partition, "where it is wanted is not remembered: too many are to come");
        }
    }
}

/// The threads that move replicas. Dropping it ends them after the step they are at, and closes the copies: the next
/// process goes on with them.
pub(crate) struct MoveThreads {
    partitions: Arc<Partitions>,
    threads: Threads,
}

impl Drop for MoveThreads {
    fn drop(&mut self) {
        let moves = &self.partitions.moves;
        moves.queue.lock().is_stopped = true;
        moves.wake.notify_all();
        self.threads.join();
        for mut job in moves.queue.lock().jobs.drain(..) {
            job.close();
        }
    }
}

impl Job {
    /// Leaves the copy as a clean stop does, or has its directory go without the mark of one.
    pub fn close(&mut self) {
        let Some(FutureLog { log, .. }) = self.copy.take() else { return };
        let end = log.end_offset();
        match log.close() {
            Ok(()) => {
                self.plan.extent.lock().close(end);
                *self.plan.state.lock() = CopyState::Closed;
            }
            Err(error) => {
                self.plan.to.doubt();
                error!(partition = %self.partition.id, %error, "a copy is not closed cleanly");
            }
        }
    }
}
