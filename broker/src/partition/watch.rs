//! How those who wait for a partition hear of it: a fetch that waits for bytes, a fetch session that wants to know
//! which of its partitions changed at all. Only the watches of the partition that changed are touched.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Poll, Waker};

use parking_lot::Mutex;
use tokio::time::Sleep;

/// One waiter's view of many partitions, each under a number of the waiter's choice.
///
/// Changes are collected whether or not somebody waits; [`Watch::park`] wakes its task when enough bytes arrived, or
/// something happened that cannot be counted in bytes.
#[derive(Debug, Default)]
pub struct Watch {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    changed: Vec<u32>,
    /// Whether a slot is in `changed`.
    is_changed: Vec<bool>,
    arrived_bytes: u64,
    /// Something happened that must be looked at whatever the bytes.
    urgent: bool,
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    missing_bytes: u64,
    waker: Waker,
}

/// What happened to a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// So many bytes can be read that could not before.
    Bytes(u64),
    /// Anything else: leadership, log start, an end of a transaction, deletion.
    Other,
}

impl Watch {
    /// Puts `slot` among the changed ones without waking anybody.
    pub fn mark(&self, slot: u32) {
        self.state.lock().mark(slot);
    }

    /// Makes the next [`Watch::park`] return at once.
    pub fn alert(&self) {
        self.state.lock().urgent = true;
    }

    /// The slots that changed since the last call, and a fresh start for what [`Watch::park`] counts.
    pub fn take_changed(&self) -> Vec<u32> {
        let mut state = self.state.lock();
        state.arrived_bytes = 0;
        state.urgent = false;
        let changed = std::mem::take(&mut state.changed);
        for &slot in &changed {
            state.is_changed[slot as usize] = false;
        }
        changed
    }

    /// Arranges a wake-up once `missing_bytes` have arrived since [`Watch::take_changed`]. Returns false, and
    /// arranges nothing, when that is already so.
    fn park(&self, missing_bytes: u64, waker: &Waker) -> bool {
        let mut state = self.state.lock();
        if state.urgent || state.arrived_bytes >= missing_bytes {
            state.waiting = None;
            return false;
        }
        match &mut state.waiting {
            Some(waiting) => {
                waiting.missing_bytes = missing_bytes;
                waiting.waker.clone_from(waker);
            }
            none => *none = Some(Waiting { missing_bytes, waker: waker.clone() }),
        }
        true
    }

    /// Takes the wake-up back.
    fn unpark(&self) {
        self.state.lock().waiting = None;
    }

    /// Waits until `missing_bytes` have arrived since [`Watch::take_changed`], or something that cannot be counted
    /// has happened; true when the time is up first.
    pub async fn wait(&self, missing_bytes: u64, mut timer: Pin<&mut Sleep>) -> bool {
        poll_fn(|cx| {
            if !self.park(missing_bytes, cx.waker()) {
                return Poll::Ready(false);
            }
            let expired = timer.as_mut().poll(cx).map(|()| true);
            if expired.is_ready() {
                self.unpark();
            }
            expired
        })
        .await
    }

    /// Waits for something that cannot be counted in bytes to happen after [`Watch::take_changed`].
    pub async fn wait_for_news(&self) {
        poll_fn(|cx| if self.park(u64::MAX, cx.waker()) { Poll::Pending } else { Poll::Ready(()) }).await;
    }

    fn notify(&self, slot: u32, change: Change) {
        let mut state = self.state.lock();
        state.mark(slot);
        match change {
            Change::Bytes(bytes) => state.arrived_bytes += bytes,
            Change::Other => state.urgent = true,
        }
        let (urgent, arrived_bytes) = (state.urgent, state.arrived_bytes);
        let woken = state.waiting.take_if(|waiting| urgent || arrived_bytes >= waiting.missing_bytes);
        drop(state);
        if let Some(waiting) = woken {
            waiting.waker.wake();
        }
    }
}

impl State {
    fn mark(&mut self, slot: u32) {
        let index = slot as usize;
        if self.is_changed.len() <= index {
            self.is_changed.resize(index + 1, false);
        }
        if !std::mem::replace(&mut self.is_changed[index], true) {
            self.changed.push(slot);
        }
    }
}

/// The watches of one partition.
#[derive(Debug, Default)]
pub(super) struct Watchers {
    list: Mutex<Vec<Watcher>>,
}

#[derive(Debug)]
struct Watcher {
    watch: Weak<Watch>,
    slot: u32,
}

impl Watchers {
    /// Tells `watch` of every change from now on, under `slot`.
    pub fn add(&self, watch: &Arc<Watch>, slot: u32) {
        let mut list = self.list.lock();
        if list.len() == list.capacity() {
            // Before it grows: those whose waiter is gone.
            list.retain(|watcher| watcher.watch.strong_count() > 0);
        }
        list.push(Watcher { watch: Arc::downgrade(watch), slot });
    }

    pub fn remove(&self, watch: &Arc<Watch>, slot: u32) {
        let gone = Arc::downgrade(watch);
        self.list.lock().retain(|watcher| watcher.slot != slot || !watcher.watch.ptr_eq(&gone));
    }

    pub fn notify(&self, change: Change) {
        self.list.lock().retain(|watcher| match watcher.watch.upgrade() {
            Some(watch) => {
                watch.notify(watcher.slot, change);
                true
            }
            None => false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Wakes(AtomicU32);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    struct Scene {
        watch: Arc<Watch>,
        watchers: Watchers,
        wakes: Arc<Wakes>,
    }

    impl Scene {
        fn new() -> Self {
            let scene = Self { watch: Arc::default(), watchers: Watchers::default(), wakes: Arc::default() };
            scene.watchers.add(&scene.watch, 4);
            scene
        }

        fn park(&self, missing_bytes: u64) -> bool {
            self.watch.park(missing_bytes, &Waker::from(Arc::clone(&self.wakes)))
        }

        fn wakes(&self) -> u32 {
            self.wakes.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_waiter_is_woken_once_its_bytes_are_there() {
        let scene = Scene::new();
        assert!(scene.park(100));
        scene.watchers.notify(Change::Bytes(60));
        assert_eq!(scene.wakes(), 0);
        scene.watchers.notify(Change::Bytes(40));
        assert_eq!(scene.wakes(), 1);
        scene.watchers.notify(Change::Bytes(100));
        assert_eq!(scene.wakes(), 1, "a wake-up is for one wait");
        assert_eq!(scene.watch.take_changed(), [4]);
        assert_eq!(scene.watch.take_changed(), [0u32; 0]);
    }

    #[test]
    fn what_is_not_bytes_wakes_at_once() {
        let scene = Scene::new();
        assert!(scene.park(u64::MAX));
        scene.watchers.notify(Change::Other);
        assert_eq!(scene.wakes(), 1);
    }

    #[test]
    fn what_happens_before_parking_is_not_missed() {
        for (change, missing_bytes) in [(Change::Bytes(10), 10), (Change::Other, 1000)] {
            let scene = Scene::new();
            scene.watch.take_changed();
            scene.watchers.notify(change);
            assert!(!scene.park(missing_bytes), "{change:?}");
        }
    }

    #[test]
    fn watches_come_and_go() {
        let scene = Scene::new();
        scene.watchers.remove(&scene.watch, 4);
        scene.watchers.notify(Change::Bytes(1));
        assert!(scene.watch.take_changed().is_empty());
        scene.watchers.add(&scene.watch, 1);
        let Scene { watch, watchers, .. } = scene;
        drop(watch);
        watchers.notify(Change::Other);
        assert!(watchers.list.lock().is_empty());
    }
}
