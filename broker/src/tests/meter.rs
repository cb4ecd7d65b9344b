//! Counts what a broker under test allocates, and nobody else: its threads say whose they are.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering};

thread_local! {
    static METER: Cell<Option<&'static Meter>> = const { Cell::new(None) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

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

// SAFETY: every call goes to `System` unchanged; counting touches no memory of the allocation.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size as isize - layout.size() as isize);
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}
