//! What time it is, asked for at the drivers only: decisions get the time as an argument.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The wall clock in Kafka's milliseconds, and the monotonic clock deadlines are made of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock;

impl Clock {
    /// Milliseconds since 1970; 0 while the machine's clock stands before that.
    pub fn now_ms(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
    }

    pub fn now(&self) -> Instant {
        Instant::now()
    }
}
