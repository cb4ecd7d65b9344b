//! The threads that sync logs: group commit, for while one sync runs the appends that come meanwhile wait for the
//! next one together.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::{Condvar, Mutex};
use tracing::error;

use crate::threads::Threads;

use super::partition::{LogState, Partition};
use super::watch::Change;

/// Syncs that may run at once: the file system commits those of one moment together.
const THREAD_COUNT: usize = 4;

/// The partitions that wait for a sync, each at most once: [`Core::flush_is_due`](super::partition::Core) says so.
#[derive(Default)]
pub(super) struct Flusher {
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    partitions: VecDeque<Arc<Partition>>,
    is_stopped: bool,
}

impl Flusher {
    pub fn start(self: &Arc<Self>) -> std::io::Result<FlushThreads> {
        let mut running = FlushThreads { flusher: Arc::clone(self), threads: Threads::default() };
        for number in 0..THREAD_COUNT {
            let flusher = Arc::clone(self);
            running.threads.spawn(format!("flush-{number}"), move || flusher.run())?;
        }
        Ok(running)
    }

    pub fn push(&self, partition: &Arc<Partition>) {
        self.queue.lock().partitions.push_back(Arc::clone(partition));
        self.wake.notify_one();
    }

    fn run(&self) {
        while let Some(partition) = self.next() {
            partition.flush();
        }
    }

    fn next(&self) -> Option<Arc<Partition>> {
        let mut queue = self.queue.lock();
        loop {
            if let Some(partition) = queue.partitions.pop_front() {
                return Some(partition);
            }
            if queue.is_stopped {
                return None;
            }
            self.wake.wait(&mut queue);
        }
    }
}

impl Partition {
    /// Syncs what has been appended so far. Blocks; the lock is not held meanwhile.
    pub(super) fn flush(&self) {
        let _one_at_a_time = self.syncing.lock();
        let task = {
            let mut core = self.lock_as_is();
            core.flush_is_due = false;
            let LogState::Open(log) = &mut core.log else { return };
            match log.flush_task() {
                Ok(Some(task)) => task,
                Ok(None) => return,
                Err(error) => return error!(partition = %self.id, %error, "the log cannot be flushed"),
            }
        };
        let began = Instant::now();
        let done = task.run();
        self.counts.flushed(began.elapsed(), done.is_ok());
        let config = self.config.load();
        let mut core = self.lock_as_is();
        let LogState::Open(log) = &mut core.log else { return };
        if let Err(error) = done {
            // What the disk holds now is unknown: nothing more may be acknowledged on top of it.
            error!(partition = %self.id, %error, "a sync failed, the log takes no more writes");
            log.poison(error.to_string());
            self.data_dir().note(&error);
            drop(core);
            return self.tell(Change::Other);
        }
        log.flushed(&task);
        core.local_end = core.local_end.max(task.up_to());
        let local_end = core.local_end;
        let moved = core.replica.advance(local_end, config.min_insync_replicas);
        drop(core);
        if moved.is_some() || config.is_durable() {
            self.tell(Change::Other);
        }
    }

    /// Puts the partition on the flusher's list if `flush.ms` or `flush.messages` says so.
    pub(super) fn flush_if_due(self: &Arc<Self>, now_ms: i64) {
        let mut core = self.lock_as_is();
        let LogState::Open(log) = &core.log else { return };
        if log.flush_is_due(now_ms) && !std::mem::replace(&mut core.flush_is_due, true) {
            drop(core);
            self.flusher.push(self);
        }
    }
}

/// The running threads. Dropping it lets them finish the queue and waits for that.
pub(crate) struct FlushThreads {
    flusher: Arc<Flusher>,
    threads: Threads,
}

impl Drop for FlushThreads {
    fn drop(&mut self) {
        self.flusher.queue.lock().is_stopped = true;
        self.flusher.wake.notify_all();
        self.threads.join();
    }
}
