//! Histories of fixed size.

use std::collections::{BTreeSet, VecDeque};

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

impl<T, const N: usize> FromIterator<T> for Ring<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let values = values.into_iter();
        let mut ring = Self { values: VecDeque::with_capacity(values.size_hint().0.min(N)) };
        values.for_each(|value| ring.push(value));
        ring
    }
}

impl<T, const N: usize> Ring<T, N> {
    pub fn push(&mut self, value: T) {
        let count = self.values.len();
        if count == N {
            self.values.pop_front();
        } else if count == self.values.capacity() {
            // Room grows by the half, quarter … of what it may hold: there are tens of thousands of histories, and the
            // last step, in which old and new room are there at once, is not for a few values more.
            let rooms = std::iter::successors(Some(N), |room| Some(room / 2));
            let room = rooms.take_while(|room| *room > count).last().unwrap_or(N);
            self.values.reserve_exact(room - count);
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

/// Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

    pub fn count(&self) -> usize {
        self.samples.count()
    }

    /// Per second over the last `window_ms`, or over what is there; `None` before there are two samples.
    pub fn rate(&self, window_ms: i64) -> Option<f64> {
        let (first, last) = (self.first()?, self.last()?);
        let from_ms = self.window_start(window_ms)?;
        let elapsed_ms = last.at_ms.saturating_sub(from_ms);
        let from = self.around_time(from_ms).map_or(first.value as f64, |(before, after)| {
            let span_ms = after.at_ms.saturating_sub(before.at_ms);
            let share = from_ms.saturating_sub(before.at_ms) as f64 / span_ms as f64;
            before.value as f64 + (after.value as f64 - before.value as f64) * share
        });
        (elapsed_ms > 0).then(|| (last.value as f64 - from) * 1000.0 / elapsed_ms as f64)
    }

    /// When the number grew past `value`, by interpolation; `None` when that was before the first sample or has
    /// not happened yet.
    pub fn passed_at(&self, value: i64) -> Option<i64> {
        let (sample, later) = self.around_value(value)?;
        let share = (value as f64 - sample.value as f64) / (later.value as f64 - sample.value as f64);
        let span_ms = later.at_ms.saturating_sub(sample.at_ms);
        Some(sample.at_ms.saturating_add((span_ms as f64 * share) as i64))
    }

    /// The samples of which rates over these windows and the passing of these values are told. A history of them
    /// answers as this one does, until something is pushed.
    pub fn thinned(
        &self,
        windows_ms: impl IntoIterator<Item = i64>,
        values: impl IntoIterator<Item = i64>,
    ) -> Self {
        let starts = windows_ms.into_iter().filter_map(|window_ms| self.window_start(window_ms));
        let starts = starts.filter_map(|at_ms| self.around_time(at_ms));
        let passes = values.into_iter().filter_map(|value| self.around_value(value));
        let pairs = starts.chain(passes).flat_map(|(before, after)| [before, after]);
        let kept: BTreeSet<Sample> = pairs.chain(self.first()).chain(self.last()).collect();
        Self { samples: kept.into_iter().collect() }
    }

    fn window_start(&self, window_ms: i64) -> Option<i64> {
        Some(self.last()?.at_ms.saturating_sub(window_ms).max(self.first()?.at_ms))
    }

    /// The last sample before a time, and the one behind it.
    fn around_time(&self, at_ms: i64) -> Option<(Sample, Sample)> {
        self.around(|sample| sample.at_ms < at_ms)
    }

    /// The last sample not above a value, and the one behind it.
    fn around_value(&self, value: i64) -> Option<(Sample, Sample)> {
        self.around(|sample| sample.value <= value)
    }

    /// Times and values only grow: what is true of a sample is true of those before it.
    fn around(&self, is_before: impl FnMut(&Sample) -> bool) -> Option<(Sample, Sample)> {
        let samples = &self.samples.values;
        let after = samples.partition_point(is_before);
        Some((*samples.get(after.checked_sub(1)?)?, *samples.get(after)?))
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
    fn room_grows_in_few_steps_and_the_last_is_the_largest() {
        let mut ring: Ring<u8, 151> = Ring::default();
        let mut rooms = Vec::new();
        for _ in 0..400 {
            ring.push(0);
            rooms.push(ring.values.capacity());
        }
        rooms.dedup();
        assert_eq!(rooms, [1, 2, 4, 9, 18, 37, 75, 151]);
    }

    #[test]
    fn a_thinned_history_answers_what_it_was_thinned_for() {
        let mut grown = History::default();
        for poll in 0..400 {
            grown.push(poll * 2_000, poll * poll / 3);
        }
        for (windows_ms, values, count) in [
            (&[][..], &[][..], 2),
            (&[10_000, 60_000], &[], 6),
            // A window in the middle between two samples, and one from before the first.
            (&[11_000, 900_000], &[], 5),
            (&[10_000], &[50_000, i64::MIN, i64::MAX], 6),
        ] {
            let thinned = grown.thinned(windows_ms.iter().copied(), values.iter().copied());
            assert!(thinned.count() <= count, "{thinned:?}");
            for window_ms in windows_ms {
                assert_eq!(thinned.rate(*window_ms), grown.rate(*window_ms), "{window_ms} ms");
            }
            for value in values {
                assert_eq!(thinned.passed_at(*value), grown.passed_at(*value), "{value}");
            }
        }
        assert_eq!(History::default().thinned([10_000], [7]), History::default());
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
