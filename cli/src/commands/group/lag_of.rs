//! What a lag is: arithmetic on commits and bounds, and sums of it.

use serde::Serialize;

use crate::commands::positions::Bounds;

/// How a group stands in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LagState {
    /// Everything up to the end is committed.
    Current,
    Lagging,
    /// Assigned to a member, or asked for, but never committed. Its lag is not the size of the log.
    NoCommit,
    /// The commit is before the start of the log: records went unread.
    Expired,
    /// The commit is behind the end: the log was truncated, or the topic made anew.
    Ahead,
    /// The topic or partition is gone.
    Missing,
}

impl LagState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Lagging => "lagging",
            Self::NoCommit => "no-commit",
            Self::Expired => "expired",
            Self::Ahead => "ahead",
            Self::Missing => "missing",
        }
    }
}

/// Offsets between a commit and the end. Not a number of records: compaction and markers leave holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    pub state: LagState,
    /// `None` where there is no commit to count from, or no end to count to. Never negative.
    pub offsets: Option<i64>,
    /// Offsets that the group can no longer read.
    pub lost: i64,
}

/// The commit must have been read before the bounds: read the other way round, a group that keeps up would seem to
/// be ahead.
pub fn lag_of(committed: Option<i64>, bounds: Option<Bounds>) -> Lag {
    let lag = |state, offsets, lost| Lag { state, offsets, lost };
    match (committed, bounds) {
        (_, None) => lag(LagState::Missing, None, 0),
        (None, Some(_)) => lag(LagState::NoCommit, None, 0),
        (Some(committed), Some(Bounds { start, end })) => match end - committed {
            ahead if ahead < 0 => lag(LagState::Ahead, Some(0), 0),
            behind if committed < start => lag(LagState::Expired, Some(behind), start - committed),
            0 => lag(LagState::Current, Some(0), 0),
            behind => lag(LagState::Lagging, Some(behind), 0),
        },
    }
}

/// Lags of several partitions put together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LagSum {
    pub partitions: usize,
    pub lag: i64,
    pub lag_max: i64,
    pub lost: i64,
    pub no_commit: usize,
    squares: f64,
    counted: usize,
}

impl LagSum {
    pub fn add(&mut self, lag: Lag) {
        self.partitions += 1;
        self.lost += lag.lost;
        self.no_commit += usize::from(lag.state == LagState::NoCommit);
        if let Some(offsets) = lag.offsets {
            self.counted += 1;
            self.lag += offsets;
            self.lag_max = self.lag_max.max(offsets);
            self.squares += (offsets as f64).powi(2);
        }
    }

    /// The largest lag over the mean: 1 is even, the number of partitions is all in one.
    pub fn peak_ratio(&self) -> Option<f64> {
        self.mean().map(|mean| self.lag_max as f64 / mean)
    }

    /// The standard deviation over the mean.
    pub fn variation(&self) -> Option<f64> {
        self.mean().map(|mean| (self.squares / self.counted as f64 - mean * mean).max(0.0).sqrt() / mean)
    }

    /// `None` when nothing lags: there is no skew of nothing.
    fn mean(&self) -> Option<f64> {
        (self.lag > 0).then(|| self.lag as f64 / self.counted as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags() {
        use LagState::*;
        let log = Some(Bounds { start: 100, end: 200 });
        for (committed, bounds, state, offsets, lost) in [
            (Some(200), log, Current, Some(0), 0),
            (Some(150), log, Lagging, Some(50), 0),
            (Some(100), log, Lagging, Some(100), 0),
            (Some(90), log, Expired, Some(110), 10),
            (Some(250), log, Ahead, Some(0), 0),
            (None, log, NoCommit, None, 0),
            (Some(5), None, Missing, None, 0),
            (Some(7), Some(Bounds { start: 7, end: 7 }), Current, Some(0), 0),
            (Some(3), Some(Bounds { start: 7, end: 7 }), Expired, Some(4), 4),
        ] {
            assert_eq!(lag_of(committed, bounds), Lag { state, offsets, lost }, "{committed:?} {bounds:?}");
        }
    }

    #[test]
    fn sums_leave_out_what_is_not_known() {
        let log = Some(Bounds { start: 0, end: 100 });
        let mut sum = LagSum::default();
        for committed in [Some(90), Some(70), None] {
            sum.add(lag_of(committed, log));
        }
        assert_eq!((sum.partitions, sum.lag, sum.lag_max, sum.no_commit), (3, 40, 30, 1));
        assert_eq!(sum.peak_ratio(), Some(1.5));
        assert_eq!(sum.variation(), Some(0.5));
        assert_eq!(LagSum::default().peak_ratio(), None);
    }
}
