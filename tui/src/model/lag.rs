//! How far a group is behind: the rules, as plain functions.
//!
//! Offset lag counts offsets, not records: compaction and transaction markers leave holes. It is never negative, and
//! it is unknown, rather than the size of the log, for a partition without a commit.

/// One partition's part of a group, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lag {
    /// Nothing was ever committed (or it has expired from the group).
    NoCommit,
    /// The end is not known: the partition has no leader, or has not answered yet.
    Unknown,
    /// The commit lies before the first offset that still exists: `lost` offsets were deleted unread, and `behind`
    /// can still be read.
    Expired {
        lost: i64,
        behind: i64,
    },
    Behind(i64),
}

impl Lag {
    /// The commit must have been read before the end; a commit that moved past it counts as no lag at all.
    pub fn of(commit: Option<i64>, start: Option<i64>, end: Option<i64>) -> Self {
        let Some(commit) = commit else { return Self::NoCommit };
        let Some(end) = end else { return Self::Unknown };
        match start {
            Some(start) if commit < start && start <= end => {
                Self::Expired { lost: start.saturating_sub(commit), behind: end.saturating_sub(start) }
            }
            _ => Self::Behind(end.saturating_sub(commit).max(0)),
        }
    }

    /// Offsets still to be read.
    pub fn offsets(self) -> Option<i64> {
        match self {
            Self::NoCommit | Self::Unknown => None,
            Self::Expired { behind, .. } | Self::Behind(behind) => Some(behind),
        }
    }

    /// The word for it, where a number does not say everything.
    pub fn state(self) -> &'static str {
        match self {
            Self::NoCommit => "no-commit",
            Self::Unknown => "unknown",
            Self::Expired { .. } => "expired",
            Self::Behind(_) => "",
        }
    }
}

/// The lag of several partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Total {
    /// The sum of what is known; `None` when nothing is.
    pub offsets: Option<i64>,
    /// Of some partition the lag is not known: it is at least `offsets`.
    pub is_partial: bool,
}

impl Total {
    pub fn of(lags: impl IntoIterator<Item = Lag>) -> Self {
        lags.into_iter().fold(Self::default(), |total, lag| {
            total.and(Self { offsets: lag.offsets(), is_partial: lag == Lag::Unknown })
        })
    }

    pub fn and(self, other: Self) -> Self {
        let offsets = match (self.offsets, other.offsets) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        Self { offsets, is_partial: self.is_partial || other.is_partial }
    }
}

/// What became of a group's partition lately, from good to bad: Burrow's words and Burrow's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Ok,
    /// Too little was seen to say.
    Pending,
    /// Commits move, and the lag did not shrink once.
    Warn,
    /// Nobody is there to commit, and there is lag.
    Stop,
    /// Members are there, and the commit does not move although there is lag.
    Stall,
    /// The commit went back.
    Rewind,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Pending => "…",
            Self::Warn => "WARN",
            Self::Stop => "STOP",
            Self::Stall => "STALL",
            Self::Rewind => "REWIND",
        }
    }

    pub fn is_trouble(self) -> bool {
        self >= Self::Warn
    }

    /// For those who meet the name for the first time.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "it keeps up",
            Self::Pending => "not enough was seen",
            Self::Warn => "it reads, and falls behind",
            Self::Stop => "nobody reads",
            Self::Stall => "it has members, and they commit nothing",
            Self::Rewind => "its commits went back",
        }
    }
}

/// When a group will have read everything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Eta {
    Seconds(f64),
    /// The lag does not shrink.
    Never,
}

/// Beyond this nobody waits for it.
const ETA_S_MAX: f64 = 99.0 * 86_400.0;
/// A gain below this part of what is written is how rates are measured, not progress.
const GAIN_SHARE_MIN: f64 = 0.01;
/// A group that is behind by no more than is written in this time keeps up: its lag is what waits for the next commit.
const KEEPS_UP_S: f64 = 10.0;

/// Whether a lag is no more than a reader has that commits now and then.
pub fn keeps_up(lag: i64, produce_rate: Option<f64>) -> bool {
    lag == 0 || produce_rate.is_some_and(|rate| lag as f64 <= rate * KEEPS_UP_S)
}

/// Lag over what is read beyond what is written; `None` before the rates are known.
pub fn eta(lag: i64, consume_rate: Option<f64>, produce_rate: Option<f64>) -> Option<Eta> {
    if lag == 0 {
        return Some(Eta::Seconds(0.0));
    }
    let (consumed, produced) = (consume_rate?, produce_rate?);
    let gain = consumed - produced;
    let seconds = lag as f64 / gain;
    let is_never = gain <= produced * GAIN_SHARE_MIN || seconds > ETA_S_MAX;
    Some(if is_never { Eta::Never } else { Eta::Seconds(seconds) })
}

/// The later of two.
pub fn slower(one: Option<Eta>, other: Option<Eta>) -> Option<Eta> {
    match (one, other) {
        (None, eta) | (eta, None) => eta,
        (Some(Eta::Never), _) | (_, Some(Eta::Never)) => Some(Eta::Never),
        (Some(Eta::Seconds(one)), Some(Eta::Seconds(other))) => Some(Eta::Seconds(one.max(other))),
    }
}

/// How unevenly lag or traffic lies on partitions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Skew {
    /// Peak to average ratio: 1 when all are alike.
    pub par: f64,
    /// Coefficient of variation: standard deviation over mean, 0 when all are alike.
    pub cv: f64,
}

/// `None` for fewer than two partitions, and when there is nothing on any of them.
pub fn skew(loads: &[f64]) -> Option<Skew> {
    let count = loads.len() as f64;
    let mean = loads.iter().sum::<f64>() / count;
    if loads.len() < 2 || mean <= 0.0 {
        return None;
    }
    let max = loads.iter().copied().fold(0.0, f64::max);
    let variance = loads.iter().map(|load| (load - mean).powi(2)).sum::<f64>() / count;
    Some(Skew { par: max / mean, cv: variance.sqrt() / mean })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_follows_the_rules() {
        for (commit, start, end, lag, offsets) in [
            (None, Some(0), Some(100), Lag::NoCommit, None),
            (Some(40), Some(0), None, Lag::Unknown, None),
            (Some(40), Some(0), Some(100), Lag::Behind(60), Some(60)),
            (Some(100), Some(0), Some(100), Lag::Behind(0), Some(0)),
            // The commit moved on before the end was read, or the log was cut.
            (Some(101), Some(0), Some(100), Lag::Behind(0), Some(0)),
            (Some(40), Some(70), Some(100), Lag::Expired { lost: 30, behind: 30 }, Some(30)),
            (Some(70), Some(70), Some(100), Lag::Behind(30), Some(30)),
            (Some(40), None, Some(100), Lag::Behind(60), Some(60)),
            (Some(0), Some(0), Some(0), Lag::Behind(0), Some(0)),
            // What no cluster says, and a recording may.
            (Some(i64::MIN), None, Some(i64::MAX), Lag::Behind(i64::MAX), Some(i64::MAX)),
            (Some(i64::MAX), Some(0), Some(i64::MIN), Lag::Behind(0), Some(0)),
            (
                Some(i64::MIN),
                Some(-9),
                Some(i64::MAX),
                Lag::Expired { lost: i64::MAX - 8, behind: i64::MAX },
                Some(i64::MAX),
            ),
        ] {
            let got = Lag::of(commit, start, end);
            assert_eq!((got, got.offsets()), (lag, offsets), "{commit:?} in {start:?}..{end:?}");
        }
    }

    #[test]
    fn a_sum_says_when_something_is_missing() {
        for (lags, offsets, is_partial) in [
            (&[][..], None, false),
            (&[Lag::NoCommit], None, false),
            (&[Lag::Unknown], None, true),
            (&[Lag::Behind(0), Lag::Unknown], Some(0), true),
            (&[Lag::Behind(3), Lag::NoCommit, Lag::Expired { lost: 5, behind: 4 }], Some(7), false),
            (&[Lag::Behind(i64::MAX), Lag::Behind(1)], Some(i64::MAX), false),
        ] {
            assert_eq!(Total::of(lags.iter().copied()), Total { offsets, is_partial }, "{lags:?}");
        }
        assert!(Verdict::Ok < Verdict::Warn && Verdict::Warn < Verdict::Stop);
        assert!(Verdict::Stop < Verdict::Stall && Verdict::Stall < Verdict::Rewind);
    }

    #[test]
    fn the_end_of_lag_is_told_from_what_is_gained() {
        for (lag, consume, produce, expected) in [
            (0, None, None, Some(Eta::Seconds(0.0))),
            (100, None, Some(1.0), None),
            (100, Some(30.0), Some(10.0), Some(Eta::Seconds(5.0))),
            (100, Some(10.0), Some(10.0), Some(Eta::Never)),
            (100, Some(0.0), Some(0.0), Some(Eta::Never)),
            (100, Some(1000.0 + 1e-13), Some(1000.0), Some(Eta::Never)),
            (100, Some(1005.0), Some(1000.0), Some(Eta::Never)),
            (100, Some(1e-9), Some(0.0), Some(Eta::Never)),
            (100, Some(1100.0), Some(1000.0), Some(Eta::Seconds(1.0))),
        ] {
            assert_eq!(eta(lag, consume, produce), expected, "{lag} {consume:?} {produce:?}");
        }
        assert_eq!(slower(Some(Eta::Seconds(3.0)), Some(Eta::Never)), Some(Eta::Never));
        assert_eq!(slower(Some(Eta::Seconds(3.0)), None), Some(Eta::Seconds(3.0)));
    }

    #[test]
    fn skew_is_about_lagging_partitions() {
        assert_eq!(skew(&[]), None);
        assert_eq!(skew(&[5.0]), None);
        assert_eq!(skew(&[0.0, 0.0]), None);
        assert_eq!(skew(&[10.0, 10.0]), Some(Skew { par: 1.0, cv: 0.0 }));
        assert_eq!(skew(&[0.0, 20.0]), Some(Skew { par: 2.0, cv: 1.0 }));
    }
}
