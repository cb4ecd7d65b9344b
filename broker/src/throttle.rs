/// Keeps a rate of bytes on average (Kafka's `Throttler`).
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// Moved, and not worked off by the rate yet.
    debt_bytes: f64,
    as_of_ms: u64,
}

/// Shorter waits than this are saved up.
const WAIT_MIN_MS: f64 = 20.0;
/// Slower than a byte a second is no rate.
const RATE_MIN: f64 = 1.0;

impl Throttle {
    /// Notes that bytes were moved, and says for how long nothing more should be. Asked again after that, or after a
    /// part of it, with no bytes, it says what is left.
    pub fn wait_ms(&mut self, moved_bytes: usize, bytes_per_second: f64, now_ms: u64) -> u64 {
        let bytes_per_ms = bytes_per_second.max(RATE_MIN) / 1000.0;
        let worked_off = now_ms.saturating_sub(self.as_of_ms) as f64 * bytes_per_ms;
        self.debt_bytes = (self.debt_bytes - worked_off).max(0.0) + moved_bytes as f64;
        self.as_of_ms = now_ms;
        let wait_ms = self.debt_bytes / bytes_per_ms;
        if wait_ms < WAIT_MIN_MS { 0 } else { wait_ms.ceil() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_kept_on_average() {
        let mut throttle = Throttle::default();
        let mut now_ms = 5_000;
        for _ in 0..1_000 {
            now_ms += throttle.wait_ms(1_000, 100_000.0, now_ms);
        }
        // A megabyte, at 100 kB a second.
        assert!((14_950..=15_000).contains(&now_ms), "{now_ms}");
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.wait_ms(1_000, 1_000.0, 60_000), 1_000);
        assert_eq!(throttle.wait_ms(0, 1_000.0, 60_400), 600);
        // The rest of the wait goes by the new rate.
        assert_eq!(throttle.wait_ms(0, 6_000.0, 60_400), 100);
        assert_eq!(throttle.wait_ms(0, 6_000.0, 60_500), 0);
        assert_eq!(throttle.wait_ms(1_000, 1_000.0, 90_000), 1_000);
    }

    #[test]
    fn any_rate_is_a_rate() {
        for (rate, waits) in [(f64::MAX, false), (0.0, true), (-1.0, true)] {
            assert_eq!(Throttle::default().wait_ms(1 << 30, rate, 0) > 0, waits, "{rate}");
        }
    }
}
