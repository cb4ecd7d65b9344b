//! Topics and partitions, as the metadata log has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use kafkactl_core::names::{BrokerId, LeaderEpoch, PartitionEpoch, PartitionId, TopicId, TopicName, Uuid};
use kafkactl_core::schema::metadata::{PartitionChangeRecord, PartitionRecord};

use super::shards::Shards;
use crate::cluster::features::MetadataVersion;

/// A directory of a log written before directories had ids (`DirectoryId.MIGRATING`).
pub const DIRECTORY_MIGRATING: Uuid = Uuid::nil();
/// A directory that its broker has not chosen yet (`DirectoryId.UNASSIGNED`).
pub const DIRECTORY_UNASSIGNED: Uuid = Uuid::from_u128(1);
/// A directory that has failed or is gone, whichever it was.
pub const DIRECTORY_LOST: Uuid = Uuid::from_u128(2);

/// "No leader" in partition records.
pub const NO_LEADER: BrokerId = BrokerId(-1);
/// "Leader unchanged" in partition change records.
pub const NO_LEADER_CHANGE: i32 = -2;

/// All topics, by id and by name.
#[derive(Debug, Clone, Default)]
pub struct Topics {
    by_id: Shards<TopicId, Arc<TopicImage>>,
    ids: Shards<TopicName, TopicId>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicImage {
    pub name: TopicName,
    pub id: TopicId,
    pub partitions: BTreeMap<PartitionId, PartitionImage>,
}

/// One partition's registration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionImage {
    pub replicas: Vec<BrokerId>,
    /// The log directory of each replica, in the order of `replicas`.
    pub directories: Vec<Uuid>,
    pub isr: Vec<BrokerId>,
    pub adding: Vec<BrokerId>,
    pub removing: Vec<BrokerId>,
    /// Eligible leader replicas (KIP-966).
    pub elr: Vec<BrokerId>,
    pub last_known_elr: Vec<BrokerId>,
    /// [`NO_LEADER`] when there is none.
    pub leader: BrokerId,
    /// Whether the leader came from outside the in-sync replicas and has not finished its recovery.
    pub is_recovering: bool,
    pub leader_epoch: LeaderEpoch,
    pub partition_epoch: PartitionEpoch,
}

impl Topics {
    pub fn get(&self, name: &str) -> Option<&Arc<TopicImage>> {
        self.ids.get(name).and_then(|id| self.by_id.get(id))
    }

    pub fn by_id(&self, id: &TopicId) -> Option<&Arc<TopicImage>> {
        self.by_id.get(id)
    }

    pub fn partition(&self, name: &str, partition: PartitionId) -> Option<&PartitionImage> {
        self.get(name)?.partitions.get(&partition)
    }

    /// All topics, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<TopicImage>> {
        self.by_id.iter().map(|(_, topic)| topic)
    }

    /// All topics, by name.
    pub fn sorted(&self) -> Vec<&Arc<TopicImage>> {
        let mut topics: Vec<&Arc<TopicImage>> = self.iter().collect();
        topics.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        topics
    }

    pub fn count(&self) -> usize {
        self.by_id.count()
    }

    pub(super) fn create(&mut self, name: TopicName, id: TopicId) {
        self.ids.insert(name.clone(), id);
        self.by_id.insert(id, Arc::new(TopicImage { name, id, partitions: BTreeMap::new() }));
    }

    pub(super) fn remove(&mut self, id: &TopicId) -> Option<Arc<TopicImage>> {
        let topic = self.by_id.remove(id)?;
        self.ids.remove(&topic.name);
        Some(topic)
    }

    /// The topic to be changed; other images keep the old one.
    pub(super) fn topic_mut(&mut self, id: &TopicId) -> Option<&mut TopicImage> {
        self.by_id.get_mut(id).map(Arc::make_mut)
    }

    pub(super) fn put_partition(
        &mut self,
        id: &TopicId,
        partition: PartitionId,
        image: PartitionImage,
    ) -> bool {
        let Some(topic) = self.topic_mut(id) else { return false };
        topic.partitions.insert(partition, image);
        true
    }
}

impl TopicImage {
    /// The partition count as clients see it.
    pub fn partition_count(&self) -> i32 {
        i32::try_from(self.partitions.len()).unwrap_or(i32::MAX)
    }
}

impl PartitionImage {
    pub fn has_leader(&self) -> bool {
        self.leader != NO_LEADER
    }

    /// The first replica of the assignment, which leads when it can (C12).
    pub fn preferred_leader(&self) -> Option<BrokerId> {
        self.replicas.first().copied()
    }

    /// The log directory of a replica on a broker.
    pub fn directory_of(&self, broker: BrokerId) -> Option<Uuid> {
        let index = self.replicas.iter().position(|&replica| replica == broker)?;
        self.directories.get(index).copied()
    }

    pub(super) fn of_record(record: &PartitionRecord) -> Self {
        let brokers = |ids: &[i32]| ids.iter().map(|&id| BrokerId(id)).collect();
        Self {
            replicas: brokers(&record.replicas),
            directories: fit_directories(&record.directories, record.replicas.len()),
            isr: brokers(&record.isr),
            adding: brokers(&record.adding_replicas),
            removing: brokers(&record.removing_replicas),
            elr: brokers(record.eligible_leader_replicas.as_deref().unwrap_or_default()),
            last_known_elr: brokers(record.last_known_elr.as_deref().unwrap_or_default()),
            leader: BrokerId(record.leader),
            is_recovering: record.leader_recovery_state == 1,
            leader_epoch: LeaderEpoch(record.leader_epoch),
            partition_epoch: PartitionEpoch(record.partition_epoch),
        }
    }

    /// What a change record makes of this partition (`PartitionRegistration.merge`): null fields stay, a written
    /// leader raises the leader epoch, every change raises the partition epoch (C11).
    pub fn merge(&self, change: &PartitionChangeRecord) -> Self {
        let changed = |ids: &Option<Vec<i32>>, old: &[BrokerId]| match ids {
            Some(ids) => ids.iter().map(|&id| BrokerId(id)).collect(),
            None => old.to_vec(),
        };
        let replicas: Vec<BrokerId> = changed(&change.replicas, &self.replicas);
        let directories = match &change.directories {
            Some(directories) => fit_directories(directories, replicas.len()),
            None => replicas
                .iter()
                .map(|&replica| self.directory_of(replica).unwrap_or(DIRECTORY_UNASSIGNED))
                .collect(),
        };
        let leader_written = change.leader != NO_LEADER_CHANGE;
        Self {
            directories,
            isr: changed(&change.isr, &self.isr),
            adding: changed(&change.adding_replicas, &self.adding),
            removing: changed(&change.removing_replicas, &self.removing),
            elr: changed(&change.eligible_leader_replicas, &self.elr),
            last_known_elr: changed(&change.last_known_elr, &self.last_known_elr),
            leader: if leader_written { BrokerId(change.leader) } else { self.leader },
            is_recovering: match change.leader_recovery_state {
                0 => false,
                1 => true,
                _ => self.is_recovering,
            },
            leader_epoch: LeaderEpoch(self.leader_epoch.0.wrapping_add(i32::from(leader_written))),
            partition_epoch: PartitionEpoch(self.partition_epoch.0.wrapping_add(1)),
            replicas,
        }
    }

    /// The record that says all of this.
    pub fn record(
        &self,
        topic: TopicId,
        partition: PartitionId,
        version: MetadataVersion,
    ) -> PartitionRecord {
        let ids = |brokers: &[BrokerId]| brokers.iter().map(|broker| broker.0).collect::<Vec<i32>>();
        let elr = |brokers: &[BrokerId]| {
            (version.has_eligible_leader_replicas() && !brokers.is_empty()).then(|| ids(brokers))
        };
        PartitionRecord {
            partition_id: partition.0,
            topic_id: topic.0,
            replicas: ids(&self.replicas),
            isr: ids(&self.isr),
            removing_replicas: ids(&self.removing),
            adding_replicas: ids(&self.adding),
            leader: self.leader.0,
            leader_recovery_state: i8::from(self.is_recovering),
            leader_epoch: self.leader_epoch.0,
            partition_epoch: self.partition_epoch.0,
            directories: if version.has_directories() { self.directories.clone() } else { Vec::new() },
            eligible_leader_replicas: elr(&self.elr),
            last_known_elr: elr(&self.last_known_elr),
        }
    }
}

/// Records of before 3.7-IV2 say nothing about directories.
fn fit_directories(directories: &[Uuid], replica_count: usize) -> Vec<Uuid> {
    if directories.len() == replica_count {
        directories.to_vec()
    } else {
        vec![DIRECTORY_MIGRATING; replica_count]
    }
}
