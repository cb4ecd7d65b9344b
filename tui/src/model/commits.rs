//! What was seen of a group's commits to one partition: how fast it reads, and what became of it.

use std::collections::BTreeSet;

use super::lag::Verdict;
use super::ring::{Ring, Sample};

/// Commits that a verdict looks back on, as in Burrow.
const WINDOW_MAX: usize = 15;
/// Fewer say nothing about whether a group falls behind.
const COMMITS_MIN: usize = 10;
/// Waits between commits that tell how often a group commits; fewer can all have been short by chance.
const WAITS_MIN: usize = 3;
/// A group may be silent for so many of its longest waits.
const WAITS_ALLOWED: i64 = 3;
/// However often it commits, a group may be behind in silence for so long.
const SILENCE_MS_MIN: i64 = 20_000;
/// The same for a group with members whose habits are not known yet.
const STALL_UNSEEN_MS: i64 = 120_000;
/// The same where nobody knows whether a reader is there at all.
const STOP_UNSEEN_MS: i64 = 600_000;
/// Readings without members and without a commit after which a group is called stopped.
const VACANT_MIN: u8 = 2;
/// Commits kept for rates: five minutes of them.
const PACE_MAX: usize = 62;
const PACE_SPACING_MS: i64 = 5_000;

/// Who could commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Members,
    /// The group has had members, and has none.
    Left,
    /// The group knows no members and never did: its readers assign partitions to themselves.
    Outside,
}

/// What one poll saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub at_ms: i64,
    pub commit: i64,
    pub lag: i64,
}

/// A commit that another one went before: its time is known to a poll.
#[derive(Debug, Clone, Copy)]
struct Made {
    lag: i64,
    is_back: bool,
    /// How long the group was behind before it; not known when that began before we looked.
    waited_ms: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
struct Silence {
    since_ms: i64,
    /// It began while we looked.
    is_whole: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Commits {
    made: Ring<Made, WINDOW_MAX>,
    /// What was committed when, without equal values; starts over when it goes back.
    pace: Ring<Sample, PACE_MAX>,
    /// How long it may be silent, by the longest of its last waits; not known before enough were seen.
    wait_allowed_ms: Option<i64>,
    last: Option<Reading>,
    /// When the last commit was seen to be made, or looking began.
    moved_ms: i64,
    /// For how long it has been behind and has not committed.
    silence: Option<Silence>,
    /// Readings in a row without members and without a commit.
    vacant_count: u8,
}

/// How fast a group reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    pub per_second: f64,
    /// From the first to the last commit it was told by: rates to compare with are taken over as long.
    pub span_ms: i64,
}

impl Commits {
    pub fn take(&mut self, reading: Reading, presence: Presence) {
        let Reading { at_ms, commit, lag } = reading;
        let Some(before) = self.last else {
            (self.last, self.moved_ms) = (Some(reading), at_ms);
            self.silence = (lag > 0).then_some(Silence { since_ms: at_ms, is_whole: false });
            return;
        };
        if at_ms <= before.at_ms {
            return;
        }
        self.last = Some(reading);
        self.vacant_count = if presence == Presence::Left { self.vacant_count.saturating_add(1) } else { 0 };
        if commit != before.commit {
            let waited_ms = match self.silence {
                Some(silence) => silence.is_whole.then(|| at_ms.saturating_sub(silence.since_ms)),
                None => Some(at_ms.saturating_sub(before.at_ms)),
            };
            let is_back = commit < before.commit;
            self.made.push(Made { lag, is_back, waited_ms });
            self.wait_allowed_ms = wait_allowed_ms(&self.made);
            self.keep_pace(Sample { at_ms, value: commit }, is_back);
            (self.moved_ms, self.vacant_count) = (at_ms, 0);
            self.silence = None;
        }
        if lag == 0 {
            self.silence = None;
        } else if self.silence.is_none() {
            self.silence = Some(Silence { since_ms: at_ms, is_whole: true });
        }
    }

    fn keep_pace(&mut self, sample: Sample, is_back: bool) {
        if is_back {
            self.pace.clear();
        }
        let before_last = self.pace.iter().rev().nth(1).map(|kept| kept.at_ms);
        let spacing_ms = before_last.and_then(|at_ms| Some(self.pace.last()?.at_ms.saturating_sub(at_ms)));
        if spacing_ms.is_some_and(|spacing_ms| spacing_ms < PACE_SPACING_MS) {
            self.pace.pop();
        }
        self.pace.push(sample);
    }

    /// Burrow's evaluation (`core/internal/evaluator/caching.go`), made at commits, of what polls can see. In this
    /// order:
    ///
    /// 1. Without lag all is well.
    /// 2. STOP: the group has had members, has none, and has not committed at two polls since.
    /// 3. STALL with members, STOP where readers assign themselves: behind, and silent for longer than three of the
    ///    longest waits between the group's own last commits, and than 20 s. Until three waits were seen it is two
    ///    minutes with members, ten without. Waits count from when there is something to commit. A poll cannot tell
    ///    a commit that repeats the offset from no commit; there that is what separates STALL from STOP.
    /// 4. A commit without lag among the last fifteen clears what follows.
    /// 5. REWIND: one of them went back.
    /// 6. WARN: the lag at the last ten to fifteen commits did not shrink once. Between commits it always grows.
    pub fn verdict(&self, presence: Presence) -> Verdict {
        let Some(last) = self.last else { return Verdict::Pending };
        if last.lag == 0 {
            return Verdict::Ok;
        }
        if self.vacant_count >= VACANT_MIN {
            return Verdict::Stop;
        }
        let (unseen_ms, silent) = match presence {
            Presence::Members | Presence::Left => (STALL_UNSEEN_MS, Verdict::Stall),
            Presence::Outside => (STOP_UNSEEN_MS, Verdict::Stop),
        };
        let allowed_ms = self.wait_allowed_ms.map_or(unseen_ms, |allowed| allowed.max(SILENCE_MS_MIN));
        if self.silence.is_some_and(|silence| last.at_ms.saturating_sub(silence.since_ms) > allowed_ms) {
            return silent;
        }
        let mut pairs = self.made.iter().zip(self.made.iter().skip(1));
        if self.made.iter().any(|made| made.lag == 0) {
            Verdict::Ok
        } else if self.made.iter().any(|made| made.is_back) {
            Verdict::Rewind
        } else if pairs.any(|(before, after)| after.lag < before.lag) {
            Verdict::Ok
        } else if self.made.count() >= COMMITS_MIN {
            Verdict::Warn
        } else {
            Verdict::Pending
        }
    }

    /// What was read per second, from commit to commit over at least `window_ms` where there are as many. Not known
    /// before two commits were seen; 0 once nothing is to be expected. Never negative: a reset is not reading.
    pub fn pace(&self, window_ms: i64) -> Option<Pace> {
        let quiet_ms = self.last?.at_ms.saturating_sub(self.moved_ms);
        let allowed_ms = match self.silence {
            None => 0,
            Some(_) => self.wait_allowed_ms.unwrap_or(STALL_UNSEEN_MS),
        };
        if self.vacant_count >= VACANT_MIN || quiet_ms > window_ms.max(allowed_ms) {
            return Some(Pace { per_second: 0.0, span_ms: window_ms });
        }
        let (base, last) = (self.pace_base(window_ms)?, self.pace.last()?);
        let span_ms = last.at_ms.saturating_sub(base.at_ms);
        (span_ms > 0).then(|| Pace {
            per_second: (last.value as f64 - base.value as f64) * 1000.0 / span_ms as f64,
            span_ms,
        })
    }

    /// The last commit that was made at least `window_ms` before the newest one, or the first that is known.
    fn pace_base(&self, window_ms: i64) -> Option<Sample> {
        let from_ms = self.pace.last()?.at_ms.saturating_sub(window_ms);
        self.pace.iter().rev().find(|made| made.at_ms <= from_ms).or(self.pace.first()).copied()
    }

    /// What tells the same paces over these windows, until the next reading, and no verdict.
    pub fn thinned(&self, windows_ms: &[i64]) -> Self {
        let bases = windows_ms.iter().filter_map(|window_ms| self.pace_base(*window_ms));
        let ends = [self.pace.first(), self.pace.last()].into_iter().flatten().copied();
        let kept: BTreeSet<Sample> = bases.chain(ends).collect();
        let Self { wait_allowed_ms, last, moved_ms, silence, vacant_count, .. } = *self;
        let (made, pace) = (Ring::default(), kept.into_iter().collect());
        Self { made, pace, wait_allowed_ms, last, moved_ms, silence, vacant_count }
    }
}

fn wait_allowed_ms(made: &Ring<Made, WINDOW_MAX>) -> Option<i64> {
    let waits = || made.iter().filter_map(|made| made.waited_ms);
    let longest_ms = waits().max().filter(|_| waits().count() >= WAITS_MIN)?;
    Some(longest_ms.saturating_mul(WAITS_ALLOWED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Presence::{Left, Members, Outside};

    const POLL_MS: i64 = 2_000;

    /// A group's partition that is written to at 100 a second from offset 10 000 on.
    fn end(at_ms: i64) -> i64 {
        10_000 + at_ms / 10
    }

    /// What polls see of a group that commits `at(time)` every `interval_ms`, not in step with them.
    fn watched(interval_ms: i64, polls: i64, presence: Presence, at: impl Fn(i64) -> i64) -> Commits {
        let mut commits = Commits::default();
        for at_ms in (0..polls).map(|poll| poll * POLL_MS) {
            let made_ms =
                (at_ms + interval_ms - 700).div_euclid(interval_ms) * interval_ms - interval_ms + 700;
            let commit = at(made_ms);
            commits.take(Reading { at_ms, commit, lag: (end(at_ms) - commit).max(0) }, presence);
        }
        commits
    }

    #[test]
    fn verdicts_come_of_commits_and_of_the_groups_own_habits() {
        let falls_behind = |at_ms: i64| 5_000 + at_ms / 50;
        let keeps_up = |at_ms: i64| end(at_ms) - 20;
        let catches_up = |at_ms: i64| 5_000 + at_ms / 5;
        let stuck = |_: i64| 5_000;
        type Reads<'a> = &'a dyn Fn(i64) -> i64;
        let cases: [(&str, i64, i64, Presence, Reads<'_>, Verdict); 20] = [
            ("never polled", 2_000, 0, Members, &stuck, Verdict::Pending),
            ("polled once", 2_000, 1, Members, &falls_behind, Verdict::Pending),
            // Java commits every five seconds.
            ("falls behind, 5 s", 5_000, 40, Members, &falls_behind, Verdict::Warn),
            ("falls behind, 5 s, for long", 5_000, 600, Members, &falls_behind, Verdict::Warn),
            ("falls behind, every poll", 2_000, 14, Members, &falls_behind, Verdict::Warn),
            ("falls behind, 60 s", 60_000, 330, Members, &falls_behind, Verdict::Warn),
            ("too little seen", 5_000, 15, Members, &falls_behind, Verdict::Pending),
            ("catches up, 5 s", 5_000, 20, Members, &catches_up, Verdict::Ok),
            ("stuck, just opened", 5_000, 10, Members, &stuck, Verdict::Pending),
            ("stuck for two minutes", 5_000, 62, Members, &stuck, Verdict::Stall),
            ("commits every minute, 20 s in", 60_000, 12, Members, &catches_up, Verdict::Pending),
            ("commits every minute", 60_000, 100, Members, &catches_up, Verdict::Ok),
            ("assigned by itself, two polls", 10_000, 2, Outside, &catches_up, Verdict::Pending),
            ("assigned by itself, 10 s", 10_000, 40, Outside, &catches_up, Verdict::Ok),
            ("assigned by itself, 5 min", 300_000, 140, Outside, &catches_up, Verdict::Pending),
            ("assigned by itself and gone", 5_000, 305, Outside, &stuck, Verdict::Stop),
            ("members have left", 2_000, 3, Left, &stuck, Verdict::Stop),
            ("members have left a moment ago", 2_000, 2, Left, &stuck, Verdict::Pending),
            (
                "rewound",
                2_000,
                10,
                Members,
                &|at| if at < 9_000 { 9_000 + at / 10 } else { at / 10 },
                Verdict::Rewind,
            ),
            ("no lag", 5_000, 100, Left, &|at| end(at) + 1_000, Verdict::Ok),
        ];
        for (name, interval_ms, polls, presence, at, expected) in cases {
            assert_eq!(watched(interval_ms, polls, presence, at).verdict(presence), expected, "{name}");
        }
        let steady = watched(60_000, 200, Members, keeps_up);
        assert!(!steady.verdict(Members).is_trouble(), "commits every minute and keeps up");
    }

    #[test]
    fn silence_is_measured_by_the_groups_own_interval_and_from_when_it_was_behind() {
        for (interval_ms, silent_polls, expected) in [
            (2_000, 9, Verdict::Ok),
            (2_000, 13, Verdict::Stall),
            (60_000, 85, Verdict::Ok),
            (60_000, 130, Verdict::Stall),
        ] {
            let mut commits = watched(interval_ms, 200, Members, |at_ms| 5_000 + at_ms / 5);
            let last = commits.last.unwrap();
            // From now on nothing is committed, and the log grows beyond what was.
            for poll in 1..=silent_polls {
                let at_ms = last.at_ms + poll * POLL_MS;
                commits.take(Reading { at_ms, commit: last.commit, lag: 500 + poll }, Members);
            }
            assert_eq!(
                commits.verdict(Members),
                expected,
                "{interval_ms} ms, silent for {silent_polls} polls"
            );
        }
        // An hour without anything to read is no silence.
        let mut commits = watched(2_000, 10, Members, |at_ms| end(at_ms) + 1_000);
        commits.take(Reading { at_ms: 3_600_000, commit: 20_000, lag: 0 }, Members);
        commits.take(Reading { at_ms: 3_602_000, commit: 20_000, lag: 7 }, Members);
        commits.take(Reading { at_ms: 3_604_000, commit: 20_000, lag: 7 }, Members);
        assert!(!commits.verdict(Members).is_trouble());
    }

    #[test]
    fn the_pace_is_told_from_commit_to_commit() {
        let reads = |at_ms: i64| 5_000 + at_ms / 50;
        for (interval_ms, polls, window_ms, expected) in [
            (60_000, 10, 10_000, None),
            (60_000, 30, 10_000, None),
            (60_000, 40, 10_000, Some(20.0)),
            (60_000, 80, 10_000, Some(20.0)),
            (60_000, 89, 10_000, Some(20.0)),
            (5_000, 30, 10_000, Some(20.0)),
            (2_000, 160, 300_000, Some(20.0)),
        ] {
            let commits = watched(interval_ms, polls, Members, reads);
            let (pace, thinned) = (commits.pace(window_ms), commits.thinned(&[window_ms]));
            assert_eq!(thinned.pace(window_ms), pace, "{interval_ms} ms, {polls} polls");
            assert!(thinned.pace.count() <= 3 && thinned.made.count() == 0, "{thinned:?}");
            let rounded = pace.map(|pace| pace.per_second.round());
            let is_near = match (rounded, expected) {
                (Some(one), Some(other)) => (one - other).abs() <= 5.0,
                (one, other) => one == other,
            };
            assert!(is_near, "{interval_ms} ms, {polls} polls: {pace:?}");
        }
        let idle = watched(2_000, 60, Members, |at_ms| 20_000 + at_ms.min(10_000));
        assert_eq!(idle.pace(10_000).map(|pace| pace.per_second), Some(0.0), "nothing to read");
        let stuck = watched(2_000, 70, Members, |_| 7);
        assert_eq!(stuck.pace(10_000).map(|pace| pace.per_second), Some(0.0), "stuck");
        let reset =
            watched(2_000, 30, Members, |at_ms| if at_ms < 50_000 { 5_000 + at_ms } else { at_ms / 50 });
        assert!(
            reset.pace(60_000).is_some_and(|pace| (0.0..50.0).contains(&pace.per_second)),
            "a reset is not reading"
        );
    }
}
