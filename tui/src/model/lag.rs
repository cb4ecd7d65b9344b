//! How far a group is behind: the rules, as plain functions.
//!
//! Offset lag counts offsets, not records: compaction and transaction markers leave holes. It is never negative, and
//! it is unknown, rather than the size of the log, for a partition without a commit.

use super::ring::Ring;

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
                Self::Expired { lost: start - commit, behind: end - start }
            }
            _ => Self::Behind((end - commit).max(0)),
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
}

/// What one poll saw of a group's partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub at_ms: i64,
    pub commit: i64,
    pub lag: i64,
    /// Whether the group had members then.
    pub has_members: bool,
}

/// Polls that a verdict looks back on; Burrow takes ten commits.
pub const WINDOW_MAX: usize = 15;
/// Fewer say nothing about whether a group is slow or stuck.
pub const WINDOW_MIN: usize = 10;

/// Burrow's evaluation (`core/internal/evaluator/caching.go`) of polls instead of commits.
///
/// A poll cannot tell a commit that repeats the offset from no commit, which is what separates STALL from STOP
/// there. Whether the group has members separates them here: when they have left and the commit stands, it will go on
/// standing. Only where somebody commits without being a member must the whole window have passed. A lag of zero
/// anywhere in the window clears it.
pub fn verdict(window: &Ring<Seen, WINDOW_MAX>) -> Verdict {
    if window.iter().any(|seen| seen.lag == 0) {
        return Verdict::Ok;
    }
    let (Some(first), Some(last)) = (window.first(), window.last()) else { return Verdict::Pending };
    let pairs = || window.iter().zip(window.iter().skip(1));
    if pairs().any(|(before, after)| after.commit < before.commit) {
        return Verdict::Rewind;
    }
    let moved = first.commit != last.commit;
    let stands = pairs().next_back().is_some_and(|(before, after)| before.commit == after.commit);
    let moved_without_members = pairs()
        .any(|(before, after)| !before.has_members && !after.has_members && before.commit != after.commit);
    if stands && !last.has_members && !moved_without_members {
        return Verdict::Stop;
    }
    if window.count() < WINDOW_MIN {
        return Verdict::Pending;
    }
    if !moved {
        return Verdict::Stall;
    }
    if pairs().all(|(before, after)| after.lag >= before.lag) { Verdict::Warn } else { Verdict::Ok }
}

/// When a group will have read everything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Eta {
    Seconds(f64),
    /// The lag does not shrink.
    Never,
}

/// Lag over what is read beyond what is written; `None` before the rates are known.
pub fn eta(lag: i64, consume_rate: Option<f64>, produce_rate: Option<f64>) -> Option<Eta> {
    if lag == 0 {
        return Some(Eta::Seconds(0.0));
    }
    let gain = consume_rate? - produce_rate?;
    Some(if gain > 0.0 { Eta::Seconds(lag as f64 / gain) } else { Eta::Never })
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
        ] {
            let got = Lag::of(commit, start, end);
            assert_eq!((got, got.offsets()), (lag, offsets), "{commit:?} in {start:?}..{end:?}");
        }
    }

    fn window(seen: impl IntoIterator<Item = (i64, i64, bool)>) -> Ring<Seen, WINDOW_MAX> {
        let mut window = Ring::default();
        for (at, (commit, lag, has_members)) in seen.into_iter().enumerate() {
            window.push(Seen { at_ms: at as i64 * 2_000, commit, lag, has_members });
        }
        window
    }

    #[test]
    fn verdicts_are_burrows() {
        let cases: [(&str, Vec<(i64, i64)>, bool, Verdict); 12] = [
            ("never seen", vec![], true, Verdict::Pending),
            ("fresh", vec![(5, 10), (5, 12)], true, Verdict::Pending),
            ("caught up", (0..15).map(|n| (n, 0)).collect(), true, Verdict::Ok),
            ("shrinking", (0..15).map(|n| (n * 10, 500 - n)).collect(), true, Verdict::Ok),
            ("falling behind", (0..15).map(|n| (n * 10, 500 + n)).collect(), true, Verdict::Warn),
            ("same lag", (0..15).map(|n| (n * 10, 500)).collect(), true, Verdict::Warn),
            (
                "shrank once",
                (0..15).map(|n| (n * 10, if n == 7 { 3 } else { 500 + n })).collect(),
                true,
                Verdict::Ok,
            ),
            ("stuck", (0..15).map(|n| (7, 500 + n)).collect(), true, Verdict::Stall),
            ("gone", (0..15).map(|n| (7, 500 + n)).collect(), false, Verdict::Stop),
            ("gone, seen twice", vec![(7, 500), (7, 500)], false, Verdict::Stop),
            ("rewound", vec![(90, 10), (20, 80)], true, Verdict::Rewind),
            ("zero clears", (0..15).map(|n| (7, n)).collect(), false, Verdict::Ok),
        ];
        for (name, seen, has_members, expected) in cases {
            let seen = seen.into_iter().map(|(commit, lag)| (commit, lag, has_members));
            assert_eq!(verdict(&window(seen)), expected, "{name}");
        }
        assert!(Verdict::Ok < Verdict::Warn && Verdict::Warn < Verdict::Stop);
        assert!(Verdict::Stop < Verdict::Stall && Verdict::Stall < Verdict::Rewind);
    }

    #[test]
    fn a_group_whose_members_have_left_has_stopped_at_once() {
        let fell_behind = |polls: i64| (0..polls).map(|n| (n * 10, 500 + n, true));
        let then = |polls: i64, rest: &[(i64, i64, bool)]| {
            verdict(&window(fell_behind(polls).chain(rest.iter().copied())))
        };
        // The last commit came with the leaving: the next poll tells that there is none after it.
        assert_eq!(then(12, &[(120, 520, false)]), Verdict::Warn);
        assert_eq!(then(12, &[(120, 520, false), (120, 530, false)]), Verdict::Stop);
        assert_eq!(then(3, &[(20, 520, false)]), Verdict::Stop);
        // They are back.
        assert_eq!(then(12, &[(120, 520, false), (120, 530, true)]), Verdict::Warn);
        // Somebody commits every other poll who is no member.
        let outside = (0..15).map(|n| (n / 2 * 10, 500 + n, false));
        assert_eq!(verdict(&window(outside)), Verdict::Warn);
    }

    #[test]
    fn the_end_of_lag_is_told_from_what_is_gained() {
        for (lag, consume, produce, expected) in [
            (0, None, None, Some(Eta::Seconds(0.0))),
            (100, None, Some(1.0), None),
            (100, Some(30.0), Some(10.0), Some(Eta::Seconds(5.0))),
            (100, Some(10.0), Some(10.0), Some(Eta::Never)),
            (100, Some(0.0), Some(0.0), Some(Eta::Never)),
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
