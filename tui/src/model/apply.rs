//! Takes snapshots into the [`Cluster`] and notices what changed.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::{Cluster, Group, Name, Partition, Topic};
use super::event::{Happening, condense};
use super::lag::Verdict;
use super::snapshot::{self, Commits, Groups, Metadata, Offsets, Sampler};

/// So many things to which the same happens at one poll are told of one by one. More are one event: what brought it
/// about, and what else happens, stays in the timeline.
const ALIKE_MAX: usize = 100;

impl Cluster {
    pub(super) fn apply_metadata(&mut self, at_ms: i64, metadata: Metadata) {
        let is_first = self.topics.is_empty() && self.brokers.values().all(|broker| !broker.is_up);
        if metadata.cluster_id.is_some() {
            self.id = metadata.cluster_id;
        }
        if !is_first && self.controller != metadata.controller {
            let (from, to) = (self.controller, metadata.controller);
            self.notice(at_ms, Happening::ControllerChange { from, to });
        }
        self.controller = metadata.controller;
        self.refused.cluster = metadata.is_refused;
        if !metadata.voters.is_empty() {
            self.voters = metadata.voters;
        }
        self.apply_brokers(at_ms, metadata.brokers, &metadata.topics, is_first);
        self.apply_topics(at_ms, metadata.topics, is_first);
    }

    /// Brokers are known by the cluster's word, or because a replica is theirs: those may have been gone before.
    fn apply_brokers(
        &mut self,
        at_ms: i64,
        brokers: Vec<snapshot::Broker>,
        topics: &[snapshot::Topic],
        is_first: bool,
    ) {
        let up: BTreeSet<i32> =
            brokers.iter().filter(|broker| !broker.fenced).map(|broker| broker.id).collect();
        for id in topics.iter().flat_map(|topic| &topic.partitions).flat_map(|partition| &partition.replicas)
        {
            self.brokers.entry(*id).or_default();
        }
        let gone: Vec<i32> = self
            .brokers
            .iter_mut()
            .filter(|(id, broker)| broker.is_up && !up.contains(id))
            .map(|(id, broker)| {
                (broker.is_up, broker.latency_ms, broker.is_loading) = (false, None, false);
                broker.unanswered.clear();
                *id
            })
            .collect();
        for broker in gone {
            self.notice(at_ms, Happening::BrokerGone { broker });
        }
        for found in brokers {
            let broker = self.brokers.entry(found.id).or_default();
            let was_up = std::mem::replace(&mut broker.is_up, !found.fenced);
            (broker.host, broker.port, broker.rack) = (found.host, found.port, found.rack);
            if !was_up && !found.fenced && !is_first {
                self.notice(at_ms, Happening::BrokerBack { broker: found.id });
            }
        }
    }

    /// Which of the brokers did not answer a sampler this time.
    pub(super) fn apply_silence(&mut self, at_ms: i64, sampler: Sampler, silent: &[i32]) {
        let mut happened = Vec::new();
        for (id, broker) in self.brokers.iter_mut().filter(|(_, broker)| broker.is_up) {
            let was_silent = broker.is_silent();
            if silent.contains(id) {
                broker.unanswered.insert(sampler);
            } else {
                broker.unanswered.remove(&sampler);
            }
            match (was_silent, broker.is_silent()) {
                (false, true) => happened.push(Happening::BrokerSilent { broker: *id }),
                (true, false) => happened.push(Happening::BrokerAnswers { broker: *id }),
                _ => {}
            }
        }
        self.notice_all(at_ms, happened);
    }

    /// What every broker is asked at every poll, none answered.
    pub(super) fn apply_failure(&mut self, at_ms: i64, of: Sampler) {
        if of == Sampler::Groups {
            let all: Vec<i32> = self.brokers.keys().copied().collect();
            self.apply_silence(at_ms, of, &all);
        }
    }

    /// While no broker answers, groups stay as they were last seen.
    pub(super) fn recall_groups(&mut self) {
        if self.is_cut_off()
            && let Some(seen_ms) = self.health.get(&Sampler::Metadata).and_then(|health| health.good_ms)
        {
            let partitions = self.groups.values_mut().flat_map(|group| group.partitions.values_mut());
            partitions.for_each(|partition| partition.recall(seen_ms));
        }
    }

    fn notice_all(&mut self, at_ms: i64, happened: Vec<Happening>) {
        for what in condense(happened, ALIKE_MAX) {
            self.notice(at_ms, what);
        }
    }

    fn apply_topics(&mut self, at_ms: i64, topics: Vec<snapshot::Topic>, is_first: bool) {
        let mut before = std::mem::take(&mut self.topics);
        let mut happened = Vec::new();
        for found in topics {
            let known = before.remove_entry(found.name.as_str());
            let (name, known) = match known {
                Some((name, known)) if known.id == found.id => (name, Some(known)),
                Some((name, _)) => {
                    happened.push(Happening::TopicReplaced { topic: name.to_string() });
                    (name, None)
                }
                None => {
                    if !is_first {
                        happened.push(Happening::TopicCreated { topic: found.name.clone() });
                    }
                    (Name::from(found.name.as_str()), None)
                }
            };
            self.refused.topics.remove(&*name);
            self.topics.insert(name.clone(), merge_topic(&name, found, known, &mut happened));
        }
        happened.extend(before.into_keys().map(|topic| Happening::TopicDeleted { topic: topic.to_string() }));
        self.notice_all(at_ms, happened);
    }

    pub(super) fn apply_offsets(&mut self, at_ms: i64, offsets: Offsets) {
        self.apply_silence(at_ms, Sampler::Offsets, &offsets.silent);
        for (name, partitions) in offsets.topics {
            let Some(topic) = self.topics.get_mut(name.as_str()) else { continue };
            for found in partitions {
                if let Some(partition) = topic.partitions.get_mut(&found.id) {
                    partition.read(at_ms, &found);
                }
            }
        }
        self.measure_groups(at_ms);
        self.recall_groups();
        if let Some(rate) = self.rate(10_000) {
            self.rate_trend.push(rate.round() as u64);
        }
        if let Some(rate) = self.read_rate(10_000) {
            self.read_trend.push(rate.round() as u64);
        }
        if let Some(lag) = self.lag().offsets {
            self.lag_trend.push(lag.unsigned_abs());
        }
    }

    fn measure_groups(&mut self, at_ms: i64) {
        let mut happened = Vec::new();
        for (name, group) in &mut self.groups {
            let before = group.last_verdict();
            let presence = group.presence();
            for ((topic, id), partition) in &mut group.partitions {
                let known = self.topics.get(topic).and_then(|topic| topic.partitions.get(id));
                partition.measure(at_ms, known, self.isolation, presence);
            }
            if let Some(lag) = group.lag().offsets {
                group.trend.push(lag.unsigned_abs());
            }
            let Some(to) = group.last_verdict() else { continue };
            let from = before.unwrap_or(Verdict::Pending);
            if from != to && (from.is_trouble() || to.is_trouble()) {
                happened.push(Happening::VerdictChange { group: name.to_string(), from, to });
            }
        }
        self.notice_all(at_ms, happened);
    }

    pub(super) fn apply_groups(&mut self, at_ms: i64, groups: Groups) {
        let is_first = self.groups.is_empty();
        let were_loading: BTreeSet<i32> =
            self.brokers.iter().filter(|(_, broker)| broker.is_loading).map(|(id, _)| *id).collect();
        for (id, latency_ms) in groups.latency_ms {
            let broker = self.brokers.entry(id).or_default();
            (broker.latency_ms, broker.answered_ms) = (Some(latency_ms), Some(at_ms));
            broker.is_loading = groups.loading.contains(&id);
        }
        self.apply_silence(at_ms, Sampler::Groups, &groups.silent);
        let mut before = std::mem::take(&mut self.groups);
        let mut happened = Vec::new();
        for found in groups.groups {
            let known = before.remove_entry(found.id.as_str());
            // What a coordinator finds in its log was there before.
            if known.is_none() && !is_first && !were_loading.contains(&found.coordinator) {
                happened.push(Happening::GroupAppeared { group: found.id.clone() });
            }
            let (name, mut group) =
                known.unwrap_or_else(|| (Name::from(found.id.as_str()), Group::default()));
            if found.detail.is_some() {
                self.refused.groups.remove(&found.id);
            }
            merge_group(&mut group, found, &mut happened);
            self.groups.insert(name, group);
        }
        for (name, group) in before {
            // Whoever loads may be about to find it: groups change their coordinator when brokers come and go.
            if groups.silent.contains(&group.coordinator) || !groups.loading.is_empty() {
                self.groups.insert(name, group);
            } else {
                happened.push(Happening::GroupGone { group: name.to_string() });
            }
        }
        self.refused.groups.extend(groups.refused);
        self.refused.forget_groups(|group| self.groups.contains_key(group));
        self.notice_all(at_ms, happened);
    }

    pub(super) fn apply_commits(&mut self, at_ms: i64, commits: Commits) {
        self.apply_silence(at_ms, Sampler::Commits, &commits.silent);
        let mut happened = Vec::new();
        self.refused.commits.extend(commits.refused);
        for (id, topics) in commits.groups {
            self.refused.commits.remove(&id);
            let Some(group) = self.groups.get_mut(id.as_str()) else { continue };
            let mut found: BTreeMap<(Name, i32), i64> = BTreeMap::new();
            for (topic, partitions) in topics {
                let topic = self
                    .topics
                    .get_key_value(topic.as_str())
                    .map_or_else(|| Name::from(topic), |known| known.0.clone());
                found.extend(
                    partitions.into_iter().map(|(partition, offset)| ((topic.clone(), partition), offset)),
                );
            }
            notice_commits(&id, group, &found, &mut happened);
            // Partitions that members hold are the group's too, although nothing was committed there yet.
            group.partitions.retain(|key, partition| found.contains_key(key) || partition.member.is_some());
            for (key, partition) in &mut group.partitions {
                partition.read(at_ms, found.remove(key));
            }
            for (key, commit) in found {
                group.partitions.entry(key).or_default().read(at_ms, Some(commit));
            }
        }
        self.notice_all(at_ms, happened);
    }
}

/// One event a group for all commits that went back. Forward is no news even without members: whoever joins, reads,
/// commits and leaves between two polls is never seen.
fn notice_commits(
    name: &str,
    group: &Group,
    found: &BTreeMap<(Name, i32), i64>,
    happened: &mut Vec<Happening>,
) {
    let mut back = group.partitions.iter().filter_map(|(key, partition)| {
        let (from, to) = (partition.commit?, *found.get(key)?);
        (to < from).then_some((key, from, to))
    });
    let Some(((topic, partition), from, to)) = back.next() else { return };
    let (group_name, topic, partition, others) =
        (name.to_owned(), topic.to_string(), *partition, back.count());
    happened.push(if group.members.is_empty() && group.is_described {
        Happening::OffsetReset { group: group_name, topic, partition, from, to, others }
    } else {
        Happening::Rewind { group: group_name, topic, partition, from, to, others }
    });
}

fn merge_topic(
    name: &Name,
    found: snapshot::Topic,
    known: Option<Topic>,
    happened: &mut Vec<Happening>,
) -> Topic {
    let mut topic = known.unwrap_or_else(|| Topic { id: found.id, ..Topic::default() });
    topic.is_internal = found.internal;
    if !topic.partitions.is_empty() && topic.partitions.len() < found.partitions.len() {
        happened.push(Happening::PartitionsAdded { topic: name.to_string(), count: found.partitions.len() });
    }
    let mut before = std::mem::take(&mut topic.partitions);
    let merged = found.partitions.into_iter().map(|found| {
        let known = before.remove(&found.id);
        (found.id, merge_partition(name, found, known, happened))
    });
    topic.partitions = merged.collect();
    topic
}

fn merge_partition(
    name: &Name,
    found: snapshot::Partition,
    known: Option<Partition>,
    happened: &mut Vec<Happening>,
) -> Partition {
    let Some(mut partition) = known else {
        let snapshot::Partition { leader, epoch, replicas, isr, .. } = found;
        return Partition { leader, epoch, replicas, isr, ..Partition::default() };
    };
    // Brokers learn of changes one after another: an older epoch is old news.
    if found.epoch >= 0 && found.epoch < partition.epoch {
        return partition;
    }
    let topic = || name.to_string();
    if partition.leader != found.leader {
        let (from, to) = (partition.leader, found.leader);
        happened.push(Happening::LeaderChange { topic: topic(), partition: found.id, from, to });
    }
    let missing = |these: &[i32], from: &[i32]| -> Vec<i32> {
        these.iter().filter(|id| !from.contains(id)).copied().collect()
    };
    let (lost, joined) = (missing(&partition.isr, &found.isr), missing(&found.isr, &partition.isr));
    let isr = found.isr.clone();
    if !lost.is_empty() {
        happened.push(Happening::IsrShrink { topic: topic(), partition: found.id, lost, isr: isr.clone() });
    }
    if !joined.is_empty() {
        happened.push(Happening::IsrGrow { topic: topic(), partition: found.id, joined, isr });
    }
    (partition.leader, partition.epoch) = (found.leader, found.epoch);
    (partition.replicas, partition.isr) = (found.replicas, found.isr);
    partition
}

fn merge_group(group: &mut Group, found: snapshot::Group, happened: &mut Vec<Happening>) {
    let is_new = group.state.is_empty();
    if !is_new && group.state != found.state {
        let (from, to) = (group.state.clone(), found.state.clone());
        happened.push(Happening::GroupState { group: found.id.clone(), from, to });
    }
    (group.state, group.kind, group.coordinator) = (found.state, found.kind, found.coordinator);
    // Whoever had members once is not simple any more.
    group.is_simple = found.simple && (is_new || group.is_simple);
    let Some(detail) = found.detail else { return };
    let ids = |members: &[snapshot::Member]| -> BTreeSet<String> {
        members.iter().map(|member| member.id.clone()).collect()
    };
    let changed = ids(&group.members) != ids(&detail.members) || group.epoch != detail.epoch;
    if group.is_described && changed {
        happened.push(Happening::Rebalance { group: found.id, members: detail.members.len() });
    }
    group.is_described = true;
    (group.epoch, group.assignor, group.members) = (detail.epoch, detail.assignor, detail.members);
    for partition in group.partitions.values_mut() {
        partition.member = None;
    }
    for (index, member) in group.members.iter().enumerate() {
        for (topic, partitions) in &member.partitions {
            let topic = Name::from(topic.as_str());
            for id in partitions {
                group.partitions.entry((topic.clone(), *id)).or_default().member = Some(index);
            }
        }
    }
}
