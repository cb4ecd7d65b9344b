//! The cluster as the samplers have shown it so far. Pure: a snapshot goes in, what was noticed comes out.
//!
//! Invariants:
//! - what was not answered stays as it was; how old it is can be told by sampler ([`Health`]);
//! - commits of a poll are applied before the end offsets of that poll, which were read later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{Happening, Noticed};
use super::lag::{self, Eta, Lag, Seen, Skew, Verdict, WINDOW_MAX};
use super::ring::{History, Ring};
use super::snapshot::{
    Config, Data, Failed, LogDir, Member, Place, Record, Sampler, Segments, Snapshot, Stamp,
};

pub type Name = Arc<str>;

/// Group lags kept for the trend.
const TREND_MAX: usize = 60;
/// Happenings kept for the timeline.
const EVENTS_MAX: usize = 1_000;
/// Places whose records are looked at in one poll.
const PLACES_MAX: usize = 100;
/// Records kept of the topic under watch.
pub const RECORDS_MAX: usize = 500;

#[derive(Debug, Clone, Default)]
pub struct Cluster {
    pub id: Option<String>,
    pub controller: Option<i32>,
    pub voters: Vec<i32>,
    pub brokers: BTreeMap<i32, Broker>,
    pub topics: BTreeMap<Name, Topic>,
    pub groups: BTreeMap<Name, Group>,
    pub health: BTreeMap<Sampler, Health>,
    pub events: Ring<Noticed, EVENTS_MAX>,
    pub records: Tail,
    pub segments: Segments,
    pub isolation: Isolation,
    /// Records in per second of the whole cluster, and lag of all groups, for sparklines.
    pub rate_trend: Ring<u64, TREND_MAX>,
    pub lag_trend: Ring<u64, TREND_MAX>,
}

/// Which end lag is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Isolation {
    /// The high watermark.
    #[default]
    Uncommitted,
    /// The last stable offset.
    Committed,
}

/// How a sampler fares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    /// When it last brought something.
    pub good_ms: Option<i64>,
    pub took_ms: u32,
    /// Why it brings nothing now.
    pub error: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Broker {
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    pub is_up: bool,
    pub latency_ms: Option<u32>,
    pub log_dirs: Vec<Dir>,
}

/// A log directory of a broker.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dir {
    pub path: String,
    pub error: Option<String>,
    pub total_bytes: Option<i64>,
    pub usable_bytes: Option<i64>,
    /// Of all partitions in it.
    pub used_bytes: i64,
}

#[derive(Debug, Clone, Default)]
pub struct Topic {
    pub id: String,
    pub is_internal: bool,
    pub partitions: BTreeMap<i32, Partition>,
    pub configs: BTreeMap<String, Config>,
}

#[derive(Debug, Clone, Default)]
pub struct Partition {
    pub leader: Option<i32>,
    pub epoch: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub stable: Option<i64>,
    pub ends: History,
    /// Bytes on the fullest replica.
    pub size_bytes: Option<i64>,
}

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
}

#[derive(Debug, Clone, Default)]
pub struct GroupPartition {
    pub commit: Option<i64>,
    pub commits: Ring<Seen, WINDOW_MAX>,
    pub lag: Option<Lag>,
    pub verdict: Option<Verdict>,
    /// Place in the group's members.
    pub member: Option<usize>,
    /// When the record at the commit was written, where that was asked for.
    stamp_ms: Option<i64>,
    /// When the commit was read, 0 for not yet: a lag is told once for each reading.
    read_ms: i64,
}

/// The records of the topic under watch.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    pub topic: String,
    pub records: Ring<Record, RECORDS_MAX>,
}

impl Cluster {
    pub fn apply(&mut self, snapshot: Snapshot) {
        let Snapshot { at_ms, took_ms, data } = snapshot;
        let sampler = data.sampler();
        let health = self.health.entry(sampler).or_default();
        health.took_ms = took_ms;
        if let Data::Failed(Failed { of, error }) = data {
            let is_news = health.error.is_none();
            health.error = Some(error.clone());
            if is_news && of == Sampler::Metadata {
                self.notice(at_ms, Happening::Disconnected { error });
            }
            return;
        }
        health.good_ms = Some(at_ms);
        let was_failing = health.error.take().is_some();
        if was_failing && sampler == Sampler::Metadata {
            self.notice(at_ms, Happening::Reconnected);
        }
        match data {
            Data::Metadata(metadata) => self.apply_metadata(at_ms, metadata),
            Data::Offsets(offsets) => self.apply_offsets(at_ms, offsets),
            Data::Groups(groups) => self.apply_groups(at_ms, groups),
            Data::Commits(commits) => self.apply_commits(at_ms, commits),
            Data::LogDirs(dirs) => self.apply_log_dirs(dirs.brokers),
            Data::Configs(configs) => self.apply_configs(configs.topics),
            Data::Records(records) => self.records.apply(records.topic, records.records),
            Data::Segments(segments) => self.segments = segments,
            Data::Stamps(stamps) => self.apply_stamps(&stamps.stamps),
            Data::Failed(_) => {}
        }
    }

    pub(super) fn notice(&mut self, at_ms: i64, what: Happening) {
        self.events.push(Noticed { at_ms, what });
    }

    fn apply_log_dirs(&mut self, brokers: BTreeMap<i32, Vec<LogDir>>) {
        let mut sizes: BTreeMap<(String, i32), i64> = BTreeMap::new();
        for (id, dirs) in brokers {
            let mut kept = Vec::new();
            for LogDir { path, error, total_bytes, usable_bytes, topics } in dirs {
                let mut used_bytes = 0;
                for (topic, partitions) in topics {
                    for (partition, bytes) in partitions {
                        used_bytes += bytes;
                        let size = sizes.entry((topic.clone(), partition)).or_default();
                        *size = bytes.max(*size);
                    }
                }
                kept.push(Dir { path, error, total_bytes, usable_bytes, used_bytes });
            }
            self.brokers.entry(id).or_default().log_dirs = kept;
        }
        for (name, topic) in &mut self.topics {
            for (id, partition) in &mut topic.partitions {
                if let Some(size) = sizes.get(&(name.to_string(), *id)) {
                    partition.size_bytes = Some(*size);
                }
            }
        }
    }

    fn apply_stamps(&mut self, stamps: &[Stamp]) {
        for Stamp { place, timestamp_ms } in stamps {
            let key = (Name::from(place.topic.as_str()), place.partition);
            for partition in self.groups.values_mut().filter_map(|group| group.partitions.get_mut(&key)) {
                if partition.commit == Some(place.offset) {
                    partition.stamp_ms = Some(*timestamp_ms);
                }
            }
        }
    }

    fn apply_configs(&mut self, topics: BTreeMap<String, BTreeMap<String, Config>>) {
        for (name, configs) in topics {
            if let Some(topic) = self.topics.get_mut(name.as_str()) {
                topic.configs = configs;
            }
        }
    }

    pub fn partitions(&self) -> impl Iterator<Item = (&Name, &Topic, i32, &Partition)> {
        self.topics.iter().flat_map(|(name, topic)| {
            topic.partitions.iter().map(move |(id, partition)| (name, topic, *id, partition))
        })
    }

    pub fn partition(&self, topic: &str, partition: i32) -> Option<&Partition> {
        self.topics.get(topic)?.partitions.get(&partition)
    }

    /// Where groups stand for so long that the sampled ends do not reach back: the records there tell.
    pub fn places_without_time<'a>(&self, groups: impl Iterator<Item = &'a Group>) -> BTreeSet<Place> {
        let places = groups.flat_map(|group| &group.partitions).filter_map(|((topic, id), partition)| {
            let known = self.partition(topic, *id)?;
            let offset = partition.commit?;
            let is_told = partition.lag?.offsets()? == 0 || partition.time_lag_ms(known).is_some();
            (!is_told).then(|| Place { topic: topic.to_string(), partition: *id, offset })
        });
        places.take(PLACES_MAX).collect()
    }

    /// Records written per second, by the sampled end offsets; `None` before two samples.
    pub fn rate(&self, window_ms: i64) -> Option<f64> {
        sum_known(self.topics.values().map(|topic| topic.rate(window_ms)))
    }

    /// Lag of all groups, where it is known.
    pub fn lag(&self) -> Option<i64> {
        let mut lags = self.groups.values().filter_map(Group::lag).peekable();
        lags.peek()?;
        Some(lags.sum())
    }
}

/// The sum of what is known; `None` when nothing is.
fn sum_known(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

impl Tail {
    fn apply(&mut self, topic: String, records: Vec<Record>) {
        if self.topic != topic {
            *self = Self { topic, ..Self::default() };
        }
        for record in records {
            self.records.push(record);
        }
    }
}

impl Broker {
    pub fn log_bytes(&self) -> Option<i64> {
        (!self.log_dirs.is_empty()).then(|| self.log_dirs.iter().map(|dir| dir.used_bytes).sum())
    }
}

impl Topic {
    pub fn rate(&self, window_ms: i64) -> Option<f64> {
        sum_known(self.partitions.values().map(|partition| partition.ends.rate(window_ms)))
    }

    /// How evenly producers write to its partitions.
    pub fn skew(&self, window_ms: i64) -> Option<Skew> {
        let rates = self.partitions.values().map(|partition| partition.ends.rate(window_ms));
        lag::skew(&rates.collect::<Option<Vec<f64>>>()?)
    }

    pub fn size_bytes(&self) -> Option<i64> {
        let sizes: Vec<i64> = self.partitions.values().filter_map(|partition| partition.size_bytes).collect();
        (!sizes.is_empty()).then(|| sizes.iter().sum())
    }

    pub fn config(&self, key: &str) -> Option<&str> {
        self.configs.get(key)?.value.as_deref()
    }

    pub fn min_isr(&self) -> Option<usize> {
        self.config("min.insync.replicas")?.parse().ok()
    }
}

/// What can be wrong with a partition, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    Offline,
    UnderMinIsr,
    UnderReplicated,
    /// Not wrong, but not where it should be: another replica than the preferred leads.
    NotPreferred,
}

impl Trouble {
    pub fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::UnderMinIsr => "under min ISR",
            Self::UnderReplicated => "under-replicated",
            Self::NotPreferred => "not preferred leader",
        }
    }
}

impl Partition {
    pub fn trouble(&self, min_isr: Option<usize>) -> Option<Trouble> {
        if self.leader.is_none() {
            Some(Trouble::Offline)
        } else if min_isr.is_some_and(|min| self.isr.len() < min.min(self.replicas.len())) {
            Some(Trouble::UnderMinIsr)
        } else if self.isr.len() < self.replicas.len() {
            Some(Trouble::UnderReplicated)
        } else if self.leader != self.replicas.first().copied() {
            Some(Trouble::NotPreferred)
        } else {
            None
        }
    }

    /// The end that consumers of this isolation see.
    pub fn end_for(&self, isolation: Isolation) -> Option<i64> {
        match isolation {
            Isolation::Uncommitted => self.end,
            Isolation::Committed => self.stable.or(self.end),
        }
    }

    /// How long ago the end offset was where the commit is: 0 without lag, `None` when that was before we looked.
    fn time_lag_ms(&self, commit: i64, lag: i64) -> Option<i64> {
        if lag == 0 {
            return Some(0);
        }
        Some((self.ends.last()?.at_ms - self.ends.passed_at(commit)?).max(0))
    }
}

impl GroupPartition {
    /// How long ago the end offset was where the commit is, or, when that was before we looked, how old the record
    /// there is; `None` while neither is known.
    pub fn time_lag_ms(&self, known: &Partition) -> Option<i64> {
        let (commit, behind) = (self.commit?, self.lag?.offsets()?);
        let by_record = || Some((known.ends.last()?.at_ms - self.stamp_ms?).max(0));
        known.time_lag_ms(commit, behind).or_else(by_record)
    }

    /// Commits per second, as far as the window reaches.
    pub fn rate(&self) -> Option<f64> {
        let (first, last) = (self.commits.first()?, self.commits.last()?);
        let elapsed_ms = last.at_ms - first.at_ms;
        (elapsed_ms > 0).then(|| (last.commit - first.commit) as f64 * 1000.0 / elapsed_ms as f64)
    }

    /// Takes in the end offset that was read after the commit; each reading of the commit counts once.
    pub(super) fn measure(&mut self, start: Option<i64>, end: Option<i64>, has_members: bool) {
        if self.read_ms == 0 {
            return;
        }
        let lag = Lag::of(self.commit, start, end);
        self.lag = Some(lag);
        let is_new = self.commits.last().is_none_or(|seen| seen.at_ms < self.read_ms);
        if let (Some(commit), Some(offsets), true) = (self.commit, lag.offsets(), is_new) {
            self.commits.push(Seen { at_ms: self.read_ms, commit, lag: offsets, has_members });
        }
        self.verdict = self.commit.map(|_| lag::verdict(&self.commits));
    }

    pub(super) fn read(&mut self, at_ms: i64, commit: Option<i64>) {
        if self.commit != commit {
            self.stamp_ms = None;
        }
        self.commit = commit;
        self.read_ms = at_ms;
        if commit.is_none() {
            self.commits.clear();
        }
    }
}

/// A group as one line.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSummary {
    pub lag: Option<i64>,
    pub time_lag_ms: Option<i64>,
    pub consume_rate: Option<f64>,
    pub produce_rate: Option<f64>,
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
    pub fn lag(&self) -> Option<i64> {
        let mut lags = self.partitions.values().filter_map(|partition| partition.lag?.offsets()).peekable();
        lags.peek()?;
        Some(lags.sum())
    }

    /// The worst of its partitions.
    pub fn verdict(&self) -> Option<Verdict> {
        self.partitions.values().filter_map(|partition| partition.verdict).max()
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
        let lags: Vec<i64> = mine.iter().filter_map(|(_, partition)| partition.lag?.offsets()).collect();
        let lag = (!lags.is_empty()).then(|| lags.iter().sum());
        let mut slowest_eta = None;
        let (mut consume, mut produce, mut time_lags_ms) = (Vec::new(), Vec::new(), Vec::new());
        for ((topic, id), partition) in &mine {
            let Some(behind) = partition.lag.and_then(Lag::offsets) else { continue };
            let Some(known) = cluster.partition(topic, *id) else { continue };
            let rates = (partition.rate(), known.ends.rate(window_ms));
            consume.push(rates.0);
            produce.push(rates.1);
            slowest_eta = lag::slower(slowest_eta, lag::eta(behind, rates.0, rates.1));
            time_lags_ms.push(partition.time_lag_ms(known));
        }
        let (consume_rate, produce_rate) = (sum_known(consume.into_iter()), sum_known(produce.into_iter()));
        let of_state =
            |state| mine.iter().filter(|(_, one)| one.lag.is_some_and(|lag| lag.state() == state)).count();
        let mut topics: Vec<&Name> = mine.iter().map(|((topic, _), _)| topic).collect();
        topics.dedup();
        GroupSummary {
            lag,
            time_lag_ms: worst_known(&time_lags_ms),
            eta: lag.and_then(|lag| lag::eta(lag, consume_rate, produce_rate)),
            slowest_eta,
            consume_rate,
            produce_rate,
            skew: lag::skew(&lags.iter().map(|lag| *lag as f64).collect::<Vec<_>>()),
            verdict: mine.iter().filter_map(|(_, partition)| partition.verdict).max(),
            partition_count: mine.len(),
            no_commit_count: of_state("no-commit"),
            expired_count: of_state("expired"),
            topic_count: topics.len(),
        }
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
