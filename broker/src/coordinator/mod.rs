//! What the coordinators of groups and of transactions share: the log that keeps a shard, and replies that wait until
//! their records are committed. Does not know: what a shard keeps.

mod committed;
mod life;
pub mod log;
mod shards;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

pub use committed::{Acted, Committed};
pub use life::Life;
pub use shards::{Led, Moved, Shards};

/// One moment on both clocks: deadlines are monotonic, stored timestamps are wall time.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub at: Instant,
    pub ms: i64,
}

impl Now {
    /// `duration_ms` from now; a negative duration is over at once.
    pub fn after_ms(self, duration_ms: i32) -> Instant {
        self.at + Duration::from_millis(u64::from(duration_ms.max(0) as u32))
    }
}

/// The number of the partition that keeps a group or a transactional id (G1, F1): Java's `String.hashCode` over UTF-16
/// units, made positive as Kafka's `Utils.abs` does (the smallest int becomes 0), modulo the partition count.
pub fn partition_of(id: &str, partition_count: i32) -> i32 {
    let hash = id.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    let positive = if hash == i32::MIN { 0 } else { hash.abs() };
    positive % partition_count.max(1)
}

/// Carries a future out as far as nothing has to be waited for. Whoever polls it next is the one who is woken.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
