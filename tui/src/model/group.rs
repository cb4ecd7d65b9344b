//! A consumer group: where it stands, how fast it reads, and what became of it.

use std::collections::BTreeMap;

use super::cluster::{Cluster, Isolation, Name, Partition, TREND_MAX, sum_known};
use super::commits::{Commits, Pace, Presence, Reading};
use super::lag::{self, Eta, Lag, Skew, Total, Verdict};
use super::ring::{Ring, Sample};
use super::snapshot::Member;

#[derive(Debug, Clone, Default)]
pub struct Group {
    pub state: String,
    pub kind: String,
    pub coordinator: i32,
    pub epoch: Option<i32>,
    pub assignor: String,
    pub members: Vec<Member>,
    pub partitions: BTreeMap<(Name, i32), GroupPartition>,
    pub trend: Ring<u64, TREND_MAX>,
    pub is_described: bool,
    /// Readers that assign partitions to themselves may commit to it; members it does not know.
    pub is_simple: bool,
}

#[derive(Debug, Clone, Default)]
pub struct GroupPartition {
    pub commit: Option<i64>,
    commits: Commits,
    pub lag: Option<Lag>,
    pub verdict: Option<Verdict>,
    /// Place in the group's members.
    pub member: Option<usize>,
    /// When the record at the commit, or at one before it, was written, where that was asked for.
    stamp: Option<Sample>,
    /// When the commit was read, 0 for not yet: a lag is told once for each reading.
    read_ms: i64,
    /// What was told of it while its end was known.
    known: Option<Known>,
    /// The last verdict that enough was seen for.
    judged: Option<Verdict>,
}

/// The last good figures, and when they were.
#[derive(Debug, Clone, Copy)]
struct Known {
    at_ms: i64,
    lag: Lag,
    verdict: Option<Verdict>,
}

/// A cluster that is stopped in order takes its leaders away for so long before it is silent.
const FAREWELL_MS_MAX: i64 = 60_000;

impl GroupPartition {
    /// How long ago the end offset was where the commit is, or, when that was before we looked, how old the record
    /// there is; `None` while neither is known. A group that moves on is told by the last record that was asked for
    /// and the first end that was seen, until the record at its commit comes.
    pub fn time_lag_ms(&self, known: &Partition) -> Option<i64> {
        let (commit, behind) = (self.commit?, self.lag?.offsets()?);
        let by_record = || {
            let (first, last) = (known.ends.first()?, known.ends.last()?);
            Some(last.at_ms.saturating_sub(between(self.stamp?, first, commit)).max(0))
        };
        known.time_lag_ms(commit, behind).or_else(by_record)
    }

    /// Whether the record at the commit need not be asked for.
    pub(super) fn has_time(&self, known: &Partition) -> bool {
        let (Some(commit), Some(behind)) = (self.commit, self.lag.and_then(Lag::offsets)) else {
            return false;
        };
        known.time_lag_ms(commit, behind).is_some() || self.stamp.is_some_and(|stamp| stamp.value == commit)
    }

    /// When the record at an offset was written; it tells of what is committed there or behind it.
    pub(super) fn stamp(&mut self, offset: i64, at_ms: i64) {
        let is_newer = self.stamp.is_none_or(|stamp| stamp.value <= offset);
        if is_newer && self.commit.is_some_and(|commit| offset <= commit) {
            self.stamp = Some(Sample { at_ms, value: offset });
        }
    }

    /// How fast it is read, and how fast it is written to over the same time.
    pub fn rates(&self, known: Option<&Partition>, window_ms: i64) -> (Option<f64>, Option<f64>) {
        let pace = self.commits.pace(window_ms);
        let span_ms = span_ms(pace, window_ms);
        (pace.map(|pace| pace.per_second), known.and_then(|known| known.ends.rate(span_ms)))
    }

    /// The windows over which [`Self::rates`] looks back on the ends, for each of these.
    pub(super) fn spans_ms(&self, windows_ms: &[i64]) -> impl Iterator<Item = i64> {
        windows_ms.iter().map(|window_ms| span_ms(self.commits.pace(*window_ms), *window_ms))
    }

    /// It tells the same rates over these windows, of as few commits as that takes; for a partition that reads nothing
    /// any more.
    pub(super) fn thinned(&self, windows_ms: &[i64]) -> Self {
        Self { commits: self.commits.thinned(windows_ms), ..self.clone() }
    }

    /// When the commit was read, 0 for not yet.
    pub fn read_ms(&self) -> i64 {
        self.read_ms
    }

    /// Takes in the end offset that was read after the commit; each reading of the commit counts once.
    pub(super) fn measure(
        &mut self,
        at_ms: i64,
        known: Option<&Partition>,
        isolation: Isolation,
        presence: Presence,
    ) {
        if self.read_ms == 0 {
            return;
        }
        let end = known.and_then(|known| known.known_end(isolation));
        let lag = Lag::of(self.commit, known.and_then(|known| known.start), end);
        self.lag = Some(lag);
        if let (Some(commit), Some(lag)) = (self.commit, lag.offsets()) {
            self.commits.take(Reading { at_ms: self.read_ms, commit, lag }, presence);
        }
        self.verdict = match lag {
            Lag::NoCommit => None,
            Lag::Unknown => Some(Verdict::Pending),
            Lag::Expired { .. } | Lag::Behind(_) => Some(self.commits.verdict(presence)),
        };
        self.judged = match self.verdict {
            Some(Verdict::Pending) => self.judged,
            verdict => verdict,
        };
        if lag != Lag::Unknown {
            self.known = Some(Known { at_ms, lag, verdict: self.verdict });
        }
    }

    /// Of a cluster that is silent since `seen_ms`, what was known shortly before that is what was last seen, and not
    /// that the leader had gone.
    pub(super) fn recall(&mut self, seen_ms: i64) {
        if self.lag == Some(Lag::Unknown)
            && let Some(Known { at_ms, lag, verdict }) = self.known
            && seen_ms.saturating_sub(at_ms) <= FAREWELL_MS_MAX
        {
            (self.lag, self.verdict) = (Some(lag), verdict);
        }
    }

    pub(super) fn read(&mut self, at_ms: i64, commit: Option<i64>) {
        self.stamp = self.stamp.filter(|stamp| commit.is_some_and(|commit| stamp.value <= commit));
        self.commit = commit;
        self.read_ms = at_ms;
        if commit.is_none() {
            self.commits = Commits::default();
        }
    }
}

/// What is written is compared with what is read over no less time than that was read in.
fn span_ms(pace: Option<Pace>, window_ms: i64) -> i64 {
    pace.map_or(window_ms, |pace| pace.span_ms.max(window_ms))
}

/// When the log was at `value`, which is not before one sample and not behind the other.
fn between(from: Sample, to: Sample, value: i64) -> i64 {
    let (done, all) = (value as f64 - from.value as f64, to.value as f64 - from.value as f64);
    let share = if all > 0.0 { (done / all).clamp(0.0, 1.0) } else { 0.0 };
    let span_ms = to.at_ms.saturating_sub(from.at_ms).max(0);
    from.at_ms.saturating_add((span_ms as f64 * share) as i64)
}

/// A group as one line.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSummary {
    pub lag: Total,
    /// The worst of its partitions.
    pub time_lag_ms: Option<i64>,
    /// Of some partition it is not known.
    pub time_lag_is_partial: bool,
    pub consume_rate: Option<f64>,
    pub produce_rate: Option<f64>,
    /// It is well, and what it is behind by is read with the next commits: when that is said nothing.
    pub keeps_up: bool,
    pub eta: Option<Eta>,
    pub slowest_eta: Option<Eta>,
    pub skew: Option<Skew>,
    pub verdict: Option<Verdict>,
    pub partition_count: usize,
    pub no_commit_count: usize,
    pub expired_count: usize,
    pub topic_count: usize,
}

/// The largest, unless that is 0 and others are not known: a group that is behind must not look as if it were not.
fn worst_known(time_lags_ms: &[Option<i64>]) -> Option<i64> {
    let worst_ms = time_lags_ms.iter().copied().max().flatten();
    worst_ms.filter(|&worst_ms| worst_ms > 0 || !time_lags_ms.contains(&None))
}

impl Group {
    pub fn lag(&self) -> Total {
        Total::of(self.partitions.values().filter_map(|partition| partition.lag))
    }

    /// The worst of its partitions.
    pub fn verdict(&self) -> Option<Verdict> {
        self.partitions.values().filter_map(|partition| partition.verdict).max()
    }

    /// It does not read, falls behind, or lost data that it had not read.
    pub fn is_in_trouble(&self) -> bool {
        self.verdict().is_some_and(Verdict::is_trouble) || self.lost() > 0
    }

    /// Offsets that were deleted unread.
    pub fn lost(&self) -> i64 {
        let lost = self.partitions.values().filter_map(|partition| match partition.lag {
            Some(Lag::Expired { lost, .. }) => Some(lost),
            _ => None,
        });
        lost.fold(0, i64::saturating_add)
    }

    /// The worst of what was last said of its partitions: of those that cannot be judged now, that before.
    pub(super) fn last_verdict(&self) -> Option<Verdict> {
        self.partitions.values().filter_map(|partition| partition.judged).max()
    }

    /// Enough was seen of it to say whether it is well, or it has nothing to be judged by.
    pub fn is_judged(&self) -> bool {
        match self.verdict() {
            Some(verdict) => verdict != Verdict::Pending,
            None => self.partitions.values().all(|partition| partition.commit.is_none()),
        }
    }

    /// Brokers tell the state of every group, and the members of those that were described.
    pub(super) fn presence(&self) -> Presence {
        let is_vacant = match self.state.as_str() {
            "" => self.is_described && self.members.is_empty(),
            state => matches!(state, "Empty" | "Dead"),
        };
        match (is_vacant, self.is_simple) {
            (false, _) => Presence::Members,
            (true, false) => Presence::Left,
            (true, true) => Presence::Outside,
        }
    }

    pub fn summary(&self, cluster: &Cluster, window_ms: i64) -> GroupSummary {
        self.summary_of(cluster, window_ms, |_| true)
    }

    /// Of some of its topics alone.
    pub fn summary_of(
        &self,
        cluster: &Cluster,
        window_ms: i64,
        is_wanted: impl Fn(&Name) -> bool,
    ) -> GroupSummary {
        let mine: Vec<_> = self.partitions.iter().filter(|((topic, _), _)| is_wanted(topic)).collect();
        let lag = Total::of(mine.iter().filter_map(|(_, partition)| partition.lag));
        let (mut traffic, mut lags, mut time_lags_ms) = (Traffic::default(), Vec::new(), Vec::new());
        for ((topic, id), partition) in &mine {
            let Some(behind) = partition.lag.and_then(Lag::offsets) else { continue };
            lags.push(behind as f64);
            let Some(known) = cluster.partition(topic, *id) else { continue };
            traffic.add(behind, partition.rates(Some(known), window_ms));
            time_lags_ms.push(partition.time_lag_ms(known));
        }
        let of_state =
            |state| mine.iter().filter(|(_, one)| one.lag.is_some_and(|lag| lag.state() == state)).count();
        let mut topics: Vec<&Name> = mine.iter().map(|((topic, _), _)| topic).collect();
        topics.dedup();
        let verdict = mine.iter().filter_map(|(_, partition)| partition.verdict).max();
        let is_close = lag.offsets.is_some_and(|lag| lag::keeps_up(lag, traffic.produced));
        GroupSummary {
            lag,
            keeps_up: verdict == Some(Verdict::Ok) && is_close,
            time_lag_ms: worst_known(&time_lags_ms),
            time_lag_is_partial: lag.is_partial || time_lags_ms.contains(&None),
            eta: lag.offsets.and_then(|lag| traffic.eta(lag)),
            slowest_eta: traffic.slowest_eta,
            consume_rate: traffic.consumed,
            produce_rate: traffic.produced,
            skew: lag::skew(&lags),
            verdict,
            partition_count: mine.len(),
            no_commit_count: of_state("no-commit"),
            expired_count: of_state("expired"),
            topic_count: topics.len(),
        }
    }
}

/// What is read and written in a group's partitions.
#[derive(Debug, Default)]
struct Traffic {
    consumed: Option<f64>,
    produced: Option<f64>,
    slowest_eta: Option<Eta>,
    /// Some partition is behind, and how fast is not known.
    is_partial: bool,
}

impl Traffic {
    fn add(&mut self, behind: i64, (consumed, produced): (Option<f64>, Option<f64>)) {
        self.consumed = sum_known([self.consumed, consumed].into_iter());
        self.produced = sum_known([self.produced, produced].into_iter());
        self.slowest_eta = lag::slower(self.slowest_eta, lag::eta(behind, consumed, produced));
        self.is_partial |= behind > 0 && consumed.and(produced).is_none();
    }

    fn eta(&self, lag: i64) -> Option<Eta> {
        if self.is_partial { None } else { lag::eta(lag, self.consumed, self.produced) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_is_behind_does_not_look_current() {
        assert_eq!(worst_known(&[]), None);
        assert_eq!(worst_known(&[Some(0), Some(0)]), Some(0));
        assert_eq!(worst_known(&[Some(0), None]), None);
        assert_eq!(worst_known(&[Some(7), None, Some(0)]), Some(7));
    }
}
