//! Threads of the broker's own, beside those of the runtime.

use std::io;
use std::sync::mpsc::sync_channel;
use std::thread::{Builder, JoinHandle};

use tracing::{error, warn};

/// Threads of one kind, which end together. Whoever holds them tells them to end; then `join` waits for it.
#[derive(Default)]
pub(crate) struct Threads {
    running: Vec<JoinHandle<()>>,
}

impl Threads {
    /// # Errors
    /// When the system gives no more threads.
    pub fn spawn(&mut self, name: String, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.running.push(Builder::new().name(name).spawn(work)?);
        Ok(())
    }

    pub fn forget_ended(&mut self) {
        self.running.retain(|thread| !thread.is_finished());
    }

    /// Waits until all have ended, and says which of them did so by a panic.
    pub fn join(&mut self) {
        for thread in self.running.drain(..) {
            let name = thread.thread().name().unwrap_or("unnamed").to_owned();
            if thread.join().is_err() {
                error!(thread = name, "a thread has panicked");
            }
        }
    }
}

/// Does `work` on a thread of its own; here, and before this returns, if the system gives no more threads.
pub(crate) fn spawn_or_do(name: &str, work: impl FnOnce() + Send + 'static) {
    // A thread that could not be made would have taken the work with it.
    let (hand_over, taken) = sync_channel::<Box<dyn FnOnce() + Send>>(1);
    let spawned = Builder::new().name(name.to_owned()).spawn(move || taken.iter().for_each(|work| work()));
    match spawned {
        // The thread takes it: it waits for nothing else.
        Ok(_) => drop(hand_over.send(Box::new(work))),
        Err(error) => {
            warn!(%error, thread = name, "no thread to be had, other work waits for this");
            work();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_one_thread_hides_none_of_the_others() {
        let (told, heard) = sync_channel(2);
        let mut threads = Threads::default();
        threads.spawn("bad".to_owned(), || panic!("as the test wants")).unwrap();
        threads.spawn("good".to_owned(), move || told.send(1).unwrap()).unwrap();
        threads.join();
        assert_eq!(heard.recv(), Ok(1));
    }

    #[test]
    fn work_is_done_once_on_its_own_thread() {
        let (told, heard) = sync_channel(2);
        spawn_or_do("worker", {
            let told = told.clone();
            move || told.send(std::thread::current().name().map(str::to_owned)).unwrap()
        });
        assert_eq!(heard.recv().unwrap().as_deref(), Some("worker"));
        drop(told);
        assert!(heard.recv().is_err());
    }
}
