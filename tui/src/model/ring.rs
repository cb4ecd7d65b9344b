//! Histories of fixed size.

use std::collections::VecDeque;

/// The last `N` values.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring<T, const N: usize> {
    values: VecDeque<T>,
}

impl<T, const N: usize> Default for Ring<T, N> {
    fn default() -> Self {
        Self { values: VecDeque::new() }
    }
}

impl<T, const N: usize> Ring<T, N> {
    pub fn push(&mut self, value: T) {
        let count = self.values.len();
        if count == N {
            self.values.pop_front();
        } else if count == self.values.capacity() {
            // Twice as many, and never more than it may hold: there are tens of thousands of histories.
            self.values.reserve_exact(count.max(1).min(N - count));
        }
        self.values.push_back(value);
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.values.iter()
    }

    pub fn last(&self) -> Option<&T> {
        self.values.back()
    }

    pub fn first(&self) -> Option<&T> {
        self.values.front()
    }

    /// Takes the newest back.
    pub fn pop(&mut self) -> Option<T> {
        self.values.pop_back()
    }

    pub fn clear(&mut self) {
        self.values.clear();
    }

    pub fn count(&self) -> usize {
        self.values.len()
    }
}

/// When a growing number was seen to have which value.
///
/// A run of equal values is kept as its first and its last sample: interpolation stays exact, and a quiet partition
/// costs two entries however long it is watched.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    samples: Ring<Sample, SAMPLES_MAX>,
}

/// Five minutes at the usual two seconds.
const SAMPLES_MAX: usize = 151;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    pub at_ms: i64,
    pub value: i64,
}

impl History {
    /// A value below the last one means that something else bears the name now: the history starts over. A sample
    /// older than the last one is ignored.
    pub fn push(&mut self, at_ms: i64, value: i64) {
        match self.samples.last().copied() {
            Some(last) if at_ms <= last.at_ms => return,
            Some(last) if value < last.value => self.samples.clear(),
            _ => {}
        }
        let sample = Sample { at_ms, value };
        let values = &mut self.samples.values;
        if let [.., before, last] = values.make_contiguous()
            && before.value == value
            && last.value == value
        {
            *last = sample;
        } else {
            self.samples.push(sample);
        }
    }

    pub fn first(&self) -> Option<Sample> {
        self.samples.first().copied()
    }

    pub fn last(&self) -> Option<Sample> {
        self.samples.last().copied()
    }

    /// Per second over the last `window_ms`, or over what is there; `None` before there are two samples.
    pub fn rate(&self, window_ms: i64) -> Option<f64> {
        let last = self.last()?;
        let first = self.samples.first()?;
        let from_ms = last.at_ms.saturating_sub(window_ms).max(first.at_ms);
        let elapsed_ms = last.at_ms.saturating_sub(from_ms);
        (elapsed_ms > 0)
            .then(|| (last.value as f64 - self.value_at(from_ms, first)) * 1000.0 / elapsed_ms as f64)
    }

    /// When the number grew past `value`, by interpolation; `None` when that was before the first sample or has
    /// not happened yet.
    pub fn passed_at(&self, value: i64) -> Option<i64> {
        let mut later: Option<Sample> = None;
        for sample in self.samples.iter().rev() {
            if sample.value <= value {
                let later = later?;
                let share = (value as f64 - sample.value as f64) / (later.value as f64 - sample.value as f64);
                let span_ms = later.at_ms.saturating_sub(sample.at_ms);
                return Some(sample.at_ms.saturating_add((span_ms as f64 * share) as i64));
            }
            later = Some(*sample);
        }
        None
    }

    fn value_at(&self, at_ms: i64, first: &Sample) -> f64 {
        let mut before = *first;
        for sample in self.samples.iter() {
            if sample.at_ms >= at_ms {
                let span_ms = sample.at_ms.saturating_sub(before.at_ms);
                if span_ms == 0 {
                    return sample.value as f64;
                }
                let share = at_ms.saturating_sub(before.at_ms) as f64 / span_ms as f64;
                return before.value as f64 + (sample.value as f64 - before.value as f64) * share;
            }
            before = *sample;
        }
        before.value as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(samples: &[(i64, i64)]) -> History {
        let mut history = History::default();
        for (at_ms, value) in samples {
            history.push(*at_ms, *value);
        }
        history
    }

    #[test]
    fn rates_need_two_samples_and_look_back_as_far_as_asked() {
        for (samples, window_ms, rate) in [
            (&[][..], 10_000, None),
            (&[(0, 5)][..], 10_000, None),
            (&[(0, 0), (2_000, 20)][..], 10_000, Some(10.0)),
            (&[(0, 0), (10_000, 1_000), (20_000, 1_100)][..], 10_000, Some(10.0)),
            (&[(0, 0), (10_000, 1_000), (20_000, 1_100)][..], 5_000, Some(10.0)),
            (&[(0, 0), (10_000, 1_000), (20_000, 1_100)][..], 15_000, Some(40.0)),
            (&[(0, 0), (10_000, 1_000), (20_000, 1_100)][..], 60_000, Some(55.0)),
            (&[(0, 7), (2_000, 7), (4_000, 7), (6_000, 7)][..], 10_000, Some(0.0)),
            // A topic made anew.
            (&[(0, 900), (2_000, 3)][..], 10_000, None),
        ] {
            assert_eq!(history(samples).rate(window_ms), rate, "{samples:?} over {window_ms} ms");
        }
    }

    #[test]
    fn passing_is_interpolated_between_samples_only() {
        let grown = history(&[(1_000, 10), (2_000, 10), (3_000, 10), (5_000, 30), (6_000, 30)]);
        for (value, at_ms) in
            [(9, None), (10, Some(3_000)), (20, Some(4_000)), (29, Some(4_900)), (30, None), (31, None)]
        {
            assert_eq!(grown.passed_at(value), at_ms, "{value}");
        }
    }

    #[test]
    fn quiet_numbers_cost_two_samples_and_the_clock_never_goes_back() {
        let mut quiet = History::default();
        for at_ms in 0..10_000 {
            quiet.push(at_ms, 4);
        }
        quiet.push(3, 5);
        assert_eq!(quiet.samples.count(), 2);
        assert_eq!(quiet.last(), Some(Sample { at_ms: 9_999, value: 4 }));
        for at_ms in 10_000..20_000 {
            quiet.push(at_ms, at_ms);
        }
        assert_eq!(quiet.samples.count(), SAMPLES_MAX);
        assert_eq!(quiet.samples.values.capacity(), SAMPLES_MAX);
    }
}
