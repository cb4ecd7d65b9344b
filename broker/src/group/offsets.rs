//! How far groups of every kind have read: committed offsets, and those of transactions still open (F16).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kafkactl_core::names::{Offset, PartitionId, ProducerId, TopicId, TopicName};

use super::classic::AgeFrom;
use super::names::GroupId;
use super::record::{CommittedOffset, GroupRecord};

/// The offsets of all groups of one shard. Changes by replay alone.
#[derive(Debug, Default, PartialEq)]
pub struct OffsetStore {
    committed: HashMap<GroupId, GroupOffsets>,
    /// Commits of open transactions: they count when the marker says so.
    pending: HashMap<ProducerId, HashMap<GroupId, GroupOffsets>>,
    /// The producers with pending commits for a group.
    open: HashMap<GroupId, BTreeSet<ProducerId>>,
}

/// One group's offsets, by topic and partition.
pub type GroupOffsets = BTreeMap<TopicName, BTreeMap<PartitionId, StoredOffset>>;

#[derive(Debug, Clone, PartialEq)]
pub struct StoredOffset {
    pub value: CommittedOffset,
    /// Where the commit stands in the log: a transaction's commit does not undo a later plain one (J48).
    record_offset: Offset,
}

impl OffsetStore {
    pub fn get(&self, group: &str, topic: &TopicName, partition: PartitionId) -> Option<&CommittedOffset> {
        self.committed.get(group)?.get(topic)?.get(&partition).map(|stored| &stored.value)
    }

    pub fn of_group(&self, group: &str) -> Option<&GroupOffsets> {
        self.committed.get(group)
    }

    /// Whether an open transaction may still change this offset (UNSTABLE_OFFSET_COMMIT).
    pub fn is_unstable(&self, group: &str, topic: &TopicName, partition: PartitionId) -> bool {
        let pending = |producer| {
            let offsets: &GroupOffsets = self.pending.get(producer)?.get(group)?;
            offsets.get(topic)?.get(&partition)
        };
        self.open
            .get(group)
            .is_some_and(|producers| producers.iter().any(|producer| pending(producer).is_some()))
    }

    pub fn has_open_transaction(&self, group: &str) -> bool {
        self.open.contains_key(group)
    }

    /// Takes in one record. A tombstone also discards what open transactions hold for the partition.
    pub fn replay(
        &mut self,
        record_offset: Offset,
        producer: ProducerId,
        group: GroupId,
        topic: TopicName,
        partition: PartitionId,
        value: Option<CommittedOffset>,
    ) {
        let Some(value) = value else { return self.replay_tombstone(&group, &topic, partition) };
        let offsets = if producer == ProducerId::NONE {
            self.committed.entry(group).or_default()
        } else {
            self.open.entry(group.clone()).or_default().insert(producer);
            self.pending.entry(producer).or_default().entry(group).or_default()
        };
        offsets.entry(topic).or_default().insert(partition, StoredOffset { value, record_offset });
    }

    fn replay_tombstone(&mut self, group: &GroupId, topic: &TopicName, partition: PartitionId) {
        if let Some(offsets) = self.committed.get_mut(group) {
            forget(offsets, topic, partition);
            if offsets.is_empty() {
                self.committed.remove(group);
            }
        }
        for producer in self.open.get(group).into_iter().flatten() {
            let offsets = self.pending.get_mut(producer).and_then(|groups| groups.get_mut(group));
            if let Some(offsets) = offsets {
                forget(offsets, topic, partition);
            }
        }
    }

    /// Takes in the end of a producer's transaction.
    pub fn replay_marker(&mut self, producer: ProducerId, is_commit: bool) {
        for (group, topics) in self.pending.remove(&producer).into_iter().flatten() {
            if let Some(producers) = self.open.get_mut(&group) {
                producers.remove(&producer);
                if producers.is_empty() {
                    self.open.remove(&group);
                }
            }
            if !is_commit || topics.is_empty() {
                continue;
            }
            let committed = self.committed.entry(group).or_default();
            for (topic, partitions) in topics {
                let known = committed.entry(topic).or_default();
                for (partition, stored) in partitions {
                    let is_older = |other: &StoredOffset| other.record_offset > stored.record_offset;
                    if !known.get(&partition).is_some_and(is_older) {
                        known.insert(partition, stored);
                    }
                }
            }
        }
    }

    /// Tombstones for all a group has, pending commits included.
    pub fn tombstones(&self, group: &GroupId, records: &mut Vec<GroupRecord>) {
        let pending = self.open.get(group).into_iter().flatten();
        let pending = pending.filter_map(|producer| self.pending.get(producer)?.get(group));
        let stores = self.committed.get(group).into_iter().chain(pending);
        let keys: BTreeSet<(&TopicName, PartitionId)> = stores
            .flatten()
            .flat_map(|(topic, partitions)| partitions.keys().map(move |&partition| (topic, partition)))
            .collect();
        records.extend(keys.into_iter().map(|(topic, partition)| tombstone(group, topic, partition)));
    }

    /// Tombstones for the offsets of `group` that are out of date (G22). True if the group keeps none, not even in
    /// an open transaction.
    pub fn expire(
        &self,
        group: &GroupId,
        aging: Aging,
        is_subscribed_to: impl Fn(&TopicName) -> bool,
        records: &mut Vec<GroupRecord>,
    ) -> bool {
        let mut keeps_none = !self.has_open_transaction(group.as_str());
        for (topic, partitions) in self.committed.get(group).into_iter().flatten() {
            let is_read = is_subscribed_to(topic);
            for (&partition, stored) in partitions {
                if !is_read
                    && aging.is_over(&stored.value)
                    && !self.is_unstable(group.as_str(), topic, partition)
                {
                    records.push(tombstone(group, topic, partition));
                } else {
                    keeps_none = false;
                }
            }
        }
        keeps_none
    }

    /// Tombstones for what groups have committed for a topic that is gone. Commits for another topic that has taken
    /// its name since stay.
    pub fn forget_topic(&self, topic: &TopicName, id: TopicId, records: &mut Vec<GroupRecord>) {
        let is_meant =
            |stored: &StoredOffset| stored.value.topic_id == id || stored.value.topic_id == TopicId::ZERO;
        let pending = self.pending.values().flatten();
        let mut keys = BTreeSet::new();
        for (group, topics) in self.committed.iter().chain(pending) {
            let partitions = topics.get(topic).into_iter().flatten();
            keys.extend(
                partitions.filter(|(_, stored)| is_meant(stored)).map(|(&partition, _)| (group, partition)),
            );
        }
        records.extend(keys.into_iter().map(|(group, partition)| tombstone(group, topic, partition)));
    }
}

/// When an offset is too old.
#[derive(Debug, Clone, Copy)]
pub struct Aging {
    pub from: AgeFrom,
    pub now_ms: i64,
    pub retention_ms: i64,
}

impl Aging {
    /// An expiry the client asked for counts alone.
    fn is_over(&self, offset: &CommittedOffset) -> bool {
        let from_ms = match self.from {
            AgeFrom::Commit => offset.commit_timestamp_ms,
            AgeFrom::Moment(ms) => ms,
        };
        match offset.expire_timestamp_ms {
            Some(expire_ms) => self.now_ms >= expire_ms,
            None => self.now_ms.saturating_sub(from_ms) >= self.retention_ms,
        }
    }
}

fn forget(offsets: &mut GroupOffsets, topic: &TopicName, partition: PartitionId) {
    if let Some(partitions) = offsets.get_mut(topic) {
        partitions.remove(&partition);
        if partitions.is_empty() {
            offsets.remove(topic);
        }
    }
}

fn tombstone(group: &GroupId, topic: &TopicName, partition: PartitionId) -> GroupRecord {
    GroupRecord::Offset { group: group.clone(), topic: topic.clone(), partition, value: None }
}
