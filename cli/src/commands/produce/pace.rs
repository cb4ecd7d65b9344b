//! `--rate`: when the next record may go.

use std::time::{Duration, Instant};

use crate::args::values::Rate;

/// Spreads records evenly from its start. Time that was lost waiting for the broker is not made up for in one burst.
#[derive(Debug)]
pub struct Pacer {
    rate: Rate,
    next: Instant,
}

/// How much may be caught up with at once.
const BURST: Duration = Duration::from_millis(100);

impl Pacer {
    pub fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, next: now }
    }

    /// The moment for a record of so many bytes.
    pub fn next(&mut self, bytes: u64, now: Instant) -> Instant {
        let moment = self.next.max(now.checked_sub(BURST).unwrap_or(now));
        let cost = match self.rate {
            Rate::RecordsPerSecond(rate) => 1.0 / rate as f64,
            Rate::BytesPerSecond(rate) => bytes as f64 / rate as f64,
        };
        self.next = moment + Duration::from_secs_f64(cost);
        moment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_spread_evenly() {
        let start = Instant::now();
        let mut pacer = Pacer::new(Rate::RecordsPerSecond(100), start);
        for index in 0..20 {
            let moment = pacer.next(1, start);
            let due = start + Duration::from_millis(10) * index;
            assert!(moment.max(due) - moment.min(due) < Duration::from_micros(10), "{index}");
        }
    }

    #[test]
    fn bytes_cost_by_size() {
        let start = Instant::now();
        let mut pacer = Pacer::new(Rate::BytesPerSecond(1000), start);
        pacer.next(500, start);
        assert_eq!(pacer.next(0, start), start + Duration::from_millis(500));
    }

    #[test]
    fn lost_time_is_not_made_up_for() {
        let start = Instant::now();
        let mut pacer = Pacer::new(Rate::RecordsPerSecond(10), start);
        let later = start + Duration::from_secs(60);
        assert_eq!(pacer.next(1, later), later - BURST);
        assert_eq!(pacer.next(1, later), later);
    }
}
