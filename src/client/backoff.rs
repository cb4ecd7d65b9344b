use std::time::{Duration, Instant};

/// Exponential waiting with jitter between attempts (KIP-580: `retry.backoff.ms`, `retry.backoff.max.ms`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    pub first_ms: u64,
    pub max_ms: u64,
}

impl Backoff {
    /// Between requests that failed for a reason that passes.
    pub const RETRY: Backoff = Backoff { first_ms: 100, max_ms: 1_000 };
    /// Between connection attempts to the same address (`reconnect.backoff.ms`, `reconnect.backoff.max.ms`).
    pub const RECONNECT: Backoff = Backoff { first_ms: 50, max_ms: 1_000 };

    /// Each wait is spread by this share both ways, so that many clients do not return in one wave.
    const JITTER: f64 = 0.2;

    /// How long to wait after `failures` failures (1 for the first). `random` lies in `0.0..1.0`.
    pub fn delay(&self, failures: u32, random: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(32);
        let base_ms = self.first_ms.saturating_mul(1 << doublings).min(self.max_ms) as f64;
        let spread = 1.0 + Self::JITTER * (2.0 * random - 1.0);
        Duration::from_micros((base_ms * spread * 1_000.0) as u64)
    }
}

/// Something that is asked of the cluster, once at a time, with pauses after failures.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attempt {
    pub is_out: bool,
    pub failures: u32,
    pub not_before: Option<Instant>,
}

impl Attempt {
    pub fn may_start(&self, now: Instant) -> bool {
        !self.is_out && self.not_before.is_none_or(|at| at <= now)
    }

    /// Ends the attempt; the next waits.
    pub fn failed(&mut self, now: Instant, random: f64) {
        self.failed_by(now, Backoff::RETRY, random);
    }

    /// As [`failed`](Self::failed), with pauses of another length.
    pub fn failed_by(&mut self, now: Instant, backoff: Backoff, random: f64) {
        self.is_out = false;
        self.failures += 1;
        self.not_before = Some(now + backoff.delay(self.failures, random));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_maximum_and_spread_by_a_fifth() {
        let backoff = Backoff { first_ms: 100, max_ms: 1_000 };
        for (failures, random, expected_ms) in [
            (0, 0.5, 100),
            (1, 0.5, 100),
            (2, 0.5, 200),
            (3, 0.5, 400),
            (4, 0.5, 800),
            (5, 0.5, 1_000),
            (u32::MAX, 0.5, 1_000),
            (1, 0.0, 80),
            (u32::MAX, 0.0, 800),
        ] {
            assert_eq!(
                backoff.delay(failures, random),
                Duration::from_millis(expected_ms),
                "{failures} {random}"
            );
        }
        assert!(backoff.delay(1, 0.999) < Duration::from_millis(120));
    }
}
