//! A histogram of durations that many threads record into at once: two atomic adds a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The first bucket holds what took no longer, in microseconds; each further one holds up to twice as long.
const FIRST_BOUND_US: u64 = 16;
/// The last bound is 16.8 s; what took longer has no bound.
const BOUND_COUNT: usize = 21;

#[derive(Debug, Default)]
pub(crate) struct Histogram {
    buckets: [AtomicU64; BOUND_COUNT + 1],
    sum_ns: AtomicU64,
}

/// What a histogram held at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recorded {
    pub sum_s: f64,
    pub count: u64,
    /// Upper bounds in seconds, and how many lie between each and the one before.
    pub buckets: Vec<(f64, u64)>,
}

impl Histogram {
    pub fn record(&self, duration: Duration) {
        let ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[bucket_of(ns / 1000)].fetch_add(1, Ordering::Relaxed);
        self.sum_ns.fetch_add(ns, Ordering::Relaxed);
    }

    pub fn recorded(&self) -> Recorded {
        let bound_s = |index: usize| match index {
            BOUND_COUNT => f64::INFINITY,
            _ => (FIRST_BOUND_US << index) as f64 / 1e6,
        };
        let counts = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> =
            counts.enumerate().map(|(index, count)| (bound_s(index), count)).collect();
        Recorded {
            sum_s: self.sum_ns.load(Ordering::Relaxed) as f64 / 1e9,
            // The sum of the buckets, so that the two agree whatever is recorded meanwhile.
            count: buckets.iter().map(|(_, count)| count).sum(),
            buckets,
        }
    }
}

fn bucket_of(us: u64) -> usize {
    let doublings = u64::BITS - (us.saturating_sub(1) / FIRST_BOUND_US).leading_zeros();
    (doublings as usize).min(BOUND_COUNT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let cases = [
            (0, 0),
            (16, 0),
            (17, 1),
            (32, 1),
            (33, 2),
            (16 << 20, 20),
            ((16 << 20) + 1, 21),
            (u64::MAX, 21),
        ];
        for (us, bucket) in cases {
            assert_eq!(bucket_of(us), bucket, "{us} µs");
        }
    }

    #[test]
    fn sum_and_count_agree_with_the_buckets() {
        let histogram = Histogram::default();
        for us in [10, 20, 20, 5_000] {
            histogram.record(Duration::from_micros(us));
        }
        let recorded = histogram.recorded();
        assert_eq!((recorded.count, recorded.sum_s), (4, 0.00505));
        let full: Vec<(f64, u64)> = recorded.buckets.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(full, [(0.000_016, 1), (0.000_032, 2), (0.008_192, 1)]);
    }
}
