//! The threads that sync logs: group commit, for while one sync runs the appends that come meanwhile wait for the
//! next one together.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};
use tracing::error;

use super::partition::Partition;

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
        let mut running = FlushThreads { flusher: Arc::clone(self), threads: Vec::new() };
        for number in 0..THREAD_COUNT {
            let flusher = Arc::clone(self);
            let thread = std::thread::Builder::new().name(format!("flush-{number}"));
            running.threads.push(thread.spawn(move || flusher.run())?);
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

/// The running threads. Dropping it lets them finish the queue and waits for that.
pub(crate) struct FlushThreads {
    flusher: Arc<Flusher>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for FlushThreads {
    fn drop(&mut self) {
        self.flusher.queue.lock().is_stopped = true;
        self.flusher.wake.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                error!("a flush thread has panicked");
            }
        }
    }
}
