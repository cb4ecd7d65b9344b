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
    /// Nobody tells where the log ends, as without a leader.
    Unknown,
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
            Self::Unknown => "unknown",
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

/// What is known of a partition's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    Holds(Bounds),
    /// There is no such partition.
    Gone,
    /// It could not be asked, for this reason.
    Silent(String),
}

impl Log {
    pub fn bounds(&self) -> Option<Bounds> {
        match self {
            Self::Holds(bounds) => Some(*bounds),
            Self::Gone | Self::Silent(_) => None,
        }
    }
}

/// Where a group stands in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The next record to read.
    pub offset: i64,
    /// The lag as the coordinator tells it: that of a share group counts no records that are done with out of order.
    pub told_lag: Option<i64>,
}

impl Place {
    pub fn at(offset: i64) -> Self {
        Self { offset, told_lag: None }
    }
}

/// The place must have been read before the bounds: read the other way round, a group that keeps up would seem to
/// be ahead.
pub fn lag_of(place: Option<Place>, log: &Log) -> Lag {
    let lag = |state, offsets, lost| Lag { state, offsets, lost };
    let (place, Bounds { start, end }) = match (place, log) {
        (_, Log::Gone) => return lag(LagState::Missing, None, 0),
        (_, Log::Silent(_)) => return lag(LagState::Unknown, None, 0),
        (None, Log::Holds(_)) => return lag(LagState::NoCommit, None, 0),
        (Some(place), Log::Holds(bounds)) => (place, *bounds),
    };
    let committed = place.offset;
    match (place.told_lag, end - committed) {
        (_, ahead) if ahead < 0 => lag(LagState::Ahead, Some(0), 0),
        (told, behind) if committed < start => {
            lag(LagState::Expired, Some(told.unwrap_or(behind)), start - committed)
        }
        (Some(0), _) | (None, 0) => lag(LagState::Current, Some(0), 0),
        (told, behind) => lag(LagState::Lagging, Some(told.unwrap_or(behind)), 0),
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
    /// Partitions whose lag nobody tells: the sums are without them.
    pub unknown: usize,
    squares: f64,
    counted: usize,
}

impl LagSum {
    pub fn add(&mut self, lag: Lag) {
        self.partitions += 1;
        self.lost += lag.lost;
        self.no_commit += usize::from(lag.state == LagState::NoCommit);
        self.unknown += usize::from(lag.state == LagState::Unknown);
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

    fn log(start: i64, end: i64) -> Log {
        Log::Holds(Bounds { start, end })
    }

    #[test]
    fn lags() {
        use LagState::*;
        let silent = Log::Silent("no leader".to_owned());
        for (committed, log, state, offsets, lost) in [
            (Some(200), log(100, 200), Current, Some(0), 0),
            (Some(150), log(100, 200), Lagging, Some(50), 0),
            (Some(100), log(100, 200), Lagging, Some(100), 0),
            (Some(90), log(100, 200), Expired, Some(110), 10),
            (Some(250), log(100, 200), Ahead, Some(0), 0),
            (None, log(100, 200), NoCommit, None, 0),
            (Some(5), Log::Gone, Missing, None, 0),
            (Some(5), silent.clone(), Unknown, None, 0),
            (None, silent, Unknown, None, 0),
            (Some(7), log(7, 7), Current, Some(0), 0),
            (Some(3), log(7, 7), Expired, Some(4), 4),
        ] {
            assert_eq!(
                lag_of(committed.map(Place::at), &log),
                Lag { state, offsets, lost },
                "{committed:?} {log:?}"
            );
        }
    }

    /// Records behind the first that is not done with may be done with.
    #[test]
    fn a_share_groups_coordinator_knows_its_lag_better() {
        use LagState::*;
        for (offset, told_lag, state, offsets) in [
            (150, Some(20), Lagging, 20),
            (150, Some(0), Current, 0),
            (150, None, Lagging, 50),
            (200, Some(0), Current, 0),
            (90, Some(100), Expired, 100),
        ] {
            let lag = lag_of(Some(Place { offset, told_lag }), &log(100, 200));
            assert_eq!((lag.state, lag.offsets), (state, Some(offsets)), "{offset} {told_lag:?}");
        }
    }

    #[test]
    fn sums_leave_out_what_is_not_known() {
        let log = log(0, 100);
        let mut sum = LagSum::default();
        for committed in [Some(90), Some(70), None] {
            sum.add(lag_of(committed.map(Place::at), &log));
        }
        sum.add(lag_of(Some(Place::at(3)), &Log::Silent("no leader".to_owned())));
        assert_eq!((sum.partitions, sum.lag, sum.lag_max), (4, 40, 30));
        assert_eq!((sum.no_commit, sum.unknown), (1, 1));
        assert_eq!(sum.peak_ratio(), Some(1.5));
        assert_eq!(sum.variation(), Some(0.5));
        assert_eq!(LagSum::default().peak_ratio(), None);
    }
}
