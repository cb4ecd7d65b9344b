//! Counts what a thread allocates, to hold decoders to a budget. Include with `#[path]` in one place of a test binary.

#[path = "counting.rs"]
mod counting;

use std::cell::Cell;

use counting::Counting;

thread_local! {
    static LIVE_BYTES: Cell<isize> = const { Cell::new(0) };
    static PEAK_BYTES: Cell<isize> = const { Cell::new(0) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

/// The most bytes that were live at once in this thread while `work` ran, beyond those that were before.
pub fn peak_bytes<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE_BYTES.get();
    PEAK_BYTES.set(before);
    let result = work();
    (result, (PEAK_BYTES.get() - before).max(0) as usize)
}

fn count(change: isize) {
    // Gone at thread exit, when nothing is measured any more.
    let _ = LIVE_BYTES.try_with(|live| {
        live.set(live.get() + change);
        let _ = PEAK_BYTES.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}
