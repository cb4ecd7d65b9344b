//! What time it is, asked for at the drivers only: decisions get the time as an argument.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The wall clock in Kafka's milliseconds, and a monotonic one that starts with the broker.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// Starts the monotonic clock.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// Milliseconds since 1970; 0 while the machine's clock stands before that.
    pub fn now_ms(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
    }

    /// Milliseconds since the broker started; never goes back.
    pub fn uptime_ms(&self) -> u64 {
        self.uptime_ms_at(Instant::now())
    }

    /// The same at a moment that is known already.
    pub fn uptime_ms_at(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.started).as_millis() as u64
    }
}
