//! Counts what a broker under test allocates, and nobody else: its threads say whose they are.

#[path = "../../../tests/support/counting.rs"]
mod counting;

use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering};

use counting::Counting;

thread_local! {
    static METER: Cell<Option<&'static Meter>> = const { Cell::new(None) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

/// What its threads have allocated and not given back, and the most that was so far.
#[derive(Default)]
pub struct Meter {
    live_bytes: AtomicIsize,
    peak_bytes: AtomicIsize,
}

impl Meter {
    /// One for the rest of the program.
    pub fn started() -> &'static Self {
        Box::leak(Box::default())
    }

    /// Counts what the current thread does from now on.
    pub fn attach(&'static self) {
        METER.set(Some(self));
    }

    /// The most bytes that were live at once while `work` ran, beyond those that were before.
    pub fn peak_bytes<R>(&self, work: impl FnOnce() -> R) -> (R, usize) {
        let before = self.live_bytes();
        self.peak_bytes.store(before, Ordering::Relaxed);
        let result = work();
        let peak = self.peak_bytes.load(Ordering::Relaxed);
        (result, usize::try_from(peak - before).unwrap_or(0))
    }

    pub fn live_bytes(&self) -> isize {
        self.live_bytes.load(Ordering::Relaxed)
    }

    fn count(&self, change: isize) {
        let live = self.live_bytes.fetch_add(change, Ordering::Relaxed) + change;
        self.peak_bytes.fetch_max(live, Ordering::Relaxed);
    }
}

fn count(change: isize) {
    // Gone at thread exit, when nothing is measured any more.
    let _ = METER.try_with(|meter| meter.get().inspect(|meter| meter.count(change)));
}
