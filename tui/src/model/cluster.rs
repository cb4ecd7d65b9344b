//! The cluster as the samplers have shown it so far. Pure: a snapshot goes in, what was noticed comes out.
//!
//! Invariants:
//! - what was not answered stays as it was; how old it is can be told by sampler ([`Health`]);
//! - commits of a poll are applied before the end offsets of that poll, which were read later.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::event::{Happening, Noticed};
use super::lag::{self, Skew, Total};
use super::ring::{History, Ring};
use super::snapshot::{
    Config, Data, Failed, LogDir, LogDirs, PartitionOffsets, Place, Record, Sampler, Segments, Snapshot,
    Stamp,
};

pub use super::group::{Group, GroupPartition, GroupSummary};

pub type Name = Arc<str>;

/// Group lags kept for the trend.
pub(super) const TREND_MAX: usize = 60;
/// Happenings kept for the timeline.
const EVENTS_MAX: usize = 1_000;
/// Places whose records are asked for, in turn.
const PLACES_MAX: usize = 10_000;
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
    pub refused: Refused,
    /// Topics of which only the logs were known at the last poll of log directories.
    pub unlisted: BTreeSet<String>,
    pub isolation: Isolation,
    /// Records in per second of the whole cluster, offsets read by groups per second, and lag of all groups, for sparklines.
    pub rate_trend: Ring<u64, TREND_MAX>,
    pub read_trend: Ring<u64, TREND_MAX>,
    pub lag_trend: Ring<u64, TREND_MAX>,
    /// The time of the last snapshot.
    pub seen_ms: i64,
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
    /// When it last failed.
    pub failed_ms: Option<i64>,
}

#[derive(Debug, Clone, Default)]
pub struct Broker {
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    pub is_up: bool,
    pub latency_ms: Option<u32>,
    pub log_dirs: Vec<Dir>,
    /// When it last answered.
    pub answered_ms: Option<i64>,
    /// It coordinates groups and still reads what it knows of them.
    pub is_loading: bool,
    /// Samplers that it did not answer the last time, although it is in the cluster.
    pub(super) unanswered: BTreeSet<Sampler>,
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
    /// Since when the last stable offset has stood still behind the end: a transaction is open there.
    pub held_ms: Option<i64>,
    pub ends: History,
    /// Bytes on the fullest replica.
    pub size_bytes: Option<i64>,
}

/// What the principal has no right to see, by the cluster's last word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refused {
    pub cluster: bool,
    pub log_dirs: bool,
    /// Topics of which brokers have logs, and of which the metadata has said nothing since.
    pub topics: BTreeSet<String>,
    /// Topics whose settings it may not read.
    pub configs: BTreeSet<String>,
    /// Groups that it may not describe, or whose commits it may not read.
    pub groups: BTreeSet<String>,
    pub commits: BTreeSet<String>,
}

impl Refused {
    pub(super) fn forget_groups(&mut self, is_known: impl Fn(&str) -> bool) {
        self.groups.retain(|group| is_known(group));
        self.commits.retain(|group| is_known(group));
    }
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
        self.seen_ms = at_ms;
        health.took_ms = took_ms;
        if let Data::Failed(Failed { of, error, .. }) = data {
            let is_news = health.error.is_none();
            (health.error, health.failed_ms) = (Some(error.clone()), Some(at_ms));
            if is_news && of == Sampler::Metadata {
                self.notice(at_ms, Happening::Disconnected { error });
            }
            self.apply_failure(at_ms, of);
            self.recall_groups();
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
            Data::LogDirs(dirs) => self.apply_log_dirs(at_ms, dirs),
            Data::Configs(configs) => {
                self.refused.configs = configs.refused.into_iter().collect();
                self.apply_configs(configs.topics);
            }
            Data::Records(records) => self.records.apply(records.topic, records.records),
            Data::Segments(segments) => self.segments = segments,
            Data::Stamps(stamps) => self.apply_stamps(&stamps.stamps),
            Data::Failed(_) => {}
        }
    }

    pub(super) fn notice(&mut self, at_ms: i64, what: Happening) {
        self.events.push(Noticed { at_ms, what });
    }

    fn apply_log_dirs(&mut self, at_ms: i64, LogDirs { brokers, silent, is_refused }: LogDirs) {
        self.apply_silence(at_ms, Sampler::LogDirs, &silent);
        self.refused.log_dirs = is_refused;
        let mut sizes: BTreeMap<(String, i32), i64> = BTreeMap::new();
        for (id, dirs) in brokers {
            let mut kept = Vec::new();
            for LogDir { path, error, total_bytes, usable_bytes, topics } in dirs {
                let mut used_bytes = 0;
                for (topic, partitions) in topics {
                    for (partition, bytes) in partitions {
                        used_bytes = bytes.saturating_add(used_bytes);
                        let size = sizes.entry((topic.clone(), partition)).or_default();
                        *size = bytes.max(*size);
                    }
                }
                kept.push(Dir { path, error, total_bytes, usable_bytes, used_bytes });
            }
            self.brokers.entry(id).or_default().log_dirs = kept;
        }
        self.find_hidden(sizes.keys().map(|(topic, _)| topic));
        for (name, topic) in &mut self.topics {
            for (id, partition) in &mut topic.partitions {
                if let Some(size) = sizes.get(&(name.to_string(), *id)) {
                    partition.size_bytes = Some(*size);
                }
            }
        }
    }

    /// The metadata leaves out what the principal may not describe, and log directories do not: topics that have logs at
    /// two polls in a row and no metadata are hidden. At one poll they may as well be new, or just deleted.
    fn find_hidden<'a>(&mut self, in_logs: impl Iterator<Item = &'a String>) {
        let is_unlisted = |topic: &&String| !self.topics.contains_key(topic.as_str());
        let unlisted: BTreeSet<String> = in_logs.filter(is_unlisted).cloned().collect();
        self.refused.topics = unlisted.intersection(&self.unlisted).cloned().collect();
        self.unlisted = unlisted;
    }

    fn apply_stamps(&mut self, stamps: &[Stamp]) {
        for Stamp { place, timestamp_ms } in stamps {
            let key = (Name::from(place.topic.as_str()), place.partition);
            for partition in self.groups.values_mut().filter_map(|group| group.partitions.get_mut(&key)) {
                partition.stamp(place.offset, *timestamp_ms);
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

    /// The directory of a broker that listens on this machine's loopback, as the broker tells.
    pub fn local_dir(&self) -> Option<&str> {
        let is_local = |host: &str| {
            host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        };
        let brokers = self.brokers.values().filter(|broker| broker.is_up && is_local(&broker.host));
        let dirs = brokers.flat_map(|broker| &broker.log_dirs);
        dirs.filter(|dir| dir.error.is_none()).map(|dir| dir.path.as_str()).next()
    }

    /// No broker answers: what is known is what was last seen.
    pub fn is_cut_off(&self) -> bool {
        self.health.get(&Sampler::Metadata).is_some_and(|health| health.error.is_some())
    }

    /// Brokers that are in the cluster, and of which some answers.
    pub fn brokers_up(&self) -> usize {
        let up = self.brokers.values().filter(|broker| broker.is_up && !self.is_cut_off());
        up.count()
    }

    /// Groups of which too little was seen to say whether they are well.
    pub fn unjudged_count(&self) -> usize {
        let has_commits = self.health.get(&Sampler::Commits).is_some_and(|health| health.good_ms.is_some());
        self.groups.values().filter(|group| !has_commits || !group.is_judged()).count()
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
            let is_told = partition.lag?.offsets()? == 0 || partition.has_time(known);
            (!is_told).then(|| Place { topic: topic.to_string(), partition: *id, offset })
        });
        places.take(PLACES_MAX).collect()
    }

    /// Records written per second, by the sampled end offsets; `None` before two samples.
    pub fn rate(&self, window_ms: i64) -> Option<f64> {
        sum_known(self.topics.values().map(|topic| topic.rate(window_ms)))
    }

    /// Offsets that groups commit per second, where it is known.
    pub fn read_rate(&self, window_ms: i64) -> Option<f64> {
        let partitions = self.groups.values().flat_map(|group| group.partitions.values());
        sum_known(partitions.map(|partition| partition.rates(None, window_ms).0))
    }

    /// Lag of all groups. Groups of coordinators that do not answer, or still load theirs, are not all known.
    pub fn lag(&self) -> Total {
        let is_partial = self.brokers.values().any(|broker| broker.is_silent() || broker.is_loading);
        let groups = self.groups.values().map(Group::lag);
        groups.fold(Total { offsets: None, is_partial }, Total::and)
    }
}

/// `None` of nothing.
fn sum_bytes(sizes: impl Iterator<Item = i64>) -> Option<i64> {
    sizes.fold(None, |sum, size| Some(size.saturating_add(sum.unwrap_or(0))))
}

/// The sum of what is known; `None` when nothing is.
pub(super) fn sum_known(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
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
    /// It is in the cluster, and does not answer.
    pub fn is_silent(&self) -> bool {
        self.is_up && !self.unanswered.is_empty()
    }

    pub fn log_bytes(&self) -> Option<i64> {
        sum_bytes(self.log_dirs.iter().map(|dir| dir.used_bytes))
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
        sum_bytes(self.partitions.values().filter_map(|partition| partition.size_bytes))
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
    pub fn is_wrong(self) -> bool {
        self < Self::NotPreferred
    }

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

    /// Takes in what its leader told; what it did not tell stays.
    pub(super) fn read(&mut self, at_ms: i64, found: &PartitionOffsets) {
        let before = self.stable;
        self.start = found.start.or(self.start);
        self.stable = found.stable.or(self.stable);
        if let Some(end) = found.end {
            self.end = Some(end);
            self.ends.push(at_ms, end);
        }
        let is_held = self.gap().is_some_and(|gap| gap > 0);
        let since_ms = self.held_ms.filter(|_| self.stable == before).unwrap_or(at_ms);
        self.held_ms = is_held.then_some(since_ms);
    }

    /// Offsets that readers of committed records do not see yet.
    pub fn gap(&self) -> Option<i64> {
        Some(self.end?.saturating_sub(self.stable?).max(0))
    }

    /// The end that consumers of this isolation see.
    pub fn end_for(&self, isolation: Isolation) -> Option<i64> {
        match isolation {
            Isolation::Uncommitted => self.end,
            Isolation::Committed => self.stable.or(self.end),
        }
    }

    /// The same as it is now: what was read before the partition lost its leader is old news.
    pub fn known_end(&self, isolation: Isolation) -> Option<i64> {
        self.leader.and(self.end_for(isolation))
    }

    /// How long ago the end offset was where the commit is: 0 without lag, `None` when that was before we looked.
    pub(super) fn time_lag_ms(&self, commit: i64, lag: i64) -> Option<i64> {
        if lag == 0 {
            return Some(0);
        }
        Some(self.ends.last()?.at_ms.saturating_sub(self.ends.passed_at(commit)?).max(0))
    }
}
