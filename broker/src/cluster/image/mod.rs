//! All that the metadata log says up to one offset, as a value.
//!
//! Only [`MetadataImage::replay`] changes an image, at run time and at the start alike; what it touched goes into a
//! [`MetadataDelta`]. Parts that do not change are shared between images, so keeping an old one costs little.
//! Does not know: the log, the disk, the clock, requests.

mod brokers;
mod delta;
mod security;
mod shards;
mod topics;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use kafkactl_core::names::{
    BrokerEpoch, BrokerId, LeaderEpoch, Offset, PartitionId, ProducerId, TopicId, TopicName,
};
use kafkactl_core::schema::metadata::{
    BrokerRegistrationChangeRecord, ClearElrRecord, ConfigRecord, FeatureLevelRecord, MetadataRecord,
    PartitionChangeRecord, PartitionRecord, RemoveTopicRecord, TopicRecord, UnregisterBrokerRecord,
};
use kafkactl_core::settings::{ResourceKind, Texts};

pub use brokers::{BrokerImage, ControllerImage, Endpoint, SupportedFeature};
pub use delta::{ConfigResource, MetadataDelta};
pub use security::Security;
pub use shards::Shards;
pub use topics::{
    DIRECTORY_LOST, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED, NO_LEADER, NO_LEADER_CHANGE, PartitionImage,
    TopicImage, Topics,
};
pub use write::encode_record;

use super::features::{METADATA_VERSION, METADATA_VERSION_MAX, METADATA_VERSION_MIN, MetadataVersion};

/// The state of the cluster at one offset of the metadata log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MetadataImage {
    /// The last record in it; -1 when there is none.
    pub offset: Offset,
    /// The leader epoch that record was written in.
    pub epoch: LeaderEpoch,
    pub topics: Topics,
    pub brokers: Arc<BTreeMap<BrokerId, BrokerImage>>,
    pub controllers: Arc<BTreeMap<BrokerId, ControllerImage>>,
    /// Finalized levels by feature; `metadata.version` among them, `kraft.version` not.
    pub features: Arc<BTreeMap<String, i16>>,
    /// The first producer id that was not handed out yet.
    pub next_producer_id: ProducerId,
    pub security: Security,
    configs: Shards<ConfigResource, Arc<Texts>>,
}

impl Default for MetadataImage {
    fn default() -> Self {
        Self {
            offset: Offset::NONE,
            epoch: LeaderEpoch(0),
            topics: Topics::default(),
            brokers: Arc::default(),
            controllers: Arc::default(),
            features: Arc::default(),
            next_producer_id: ProducerId(0),
            security: Security::default(),
            configs: Shards::default(),
        }
    }
}

/// Why a metadata log makes no sense. The log is damaged, or its writer knows records that we do not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    #[error("{record} names topic {id}, which does not exist")]
    UnknownTopic { record: &'static str, id: TopicId },
    #[error("{record} names partition {partition} of topic {topic}, which does not exist")]
    UnknownPartition { record: &'static str, topic: TopicName, partition: PartitionId },
    #[error("TopicRecord creates {name}, which exists")]
    TopicExists { name: TopicName },
    #[error("{record} names broker {id} with epoch {epoch}, which is not registered")]
    UnknownBroker { record: &'static str, id: BrokerId, epoch: BrokerEpoch },
    #[error("ConfigRecord names resource type {code}, which does not exist")]
    UnknownResourceType { code: i8 },
    #[error(
        "metadata.version {level} is outside {METADATA_VERSION_MIN} to {METADATA_VERSION_MAX}, the ones this \
         version reads"
    )]
    MetadataVersion { level: i16 },
    #[error("{record} belongs to clusters that use ZooKeeper")]
    ZooKeeper { record: &'static str },
    #[error("{record} stands outside a transaction of records, or inside another")]
    Transaction { record: &'static str },
}

impl MetadataImage {
    /// The level of `metadata.version`; the oldest while the log has not said.
    pub fn metadata_version(&self) -> MetadataVersion {
        MetadataVersion(self.features.get(METADATA_VERSION).copied().unwrap_or(METADATA_VERSION_MIN))
    }

    /// The finalized level of a feature; 0 when it is not finalized.
    pub fn feature_level(&self, name: &str) -> i16 {
        self.features.get(name).copied().unwrap_or(0)
    }

    /// What was set for a resource; `None` when nothing was.
    pub fn configs(&self, resource: &ConfigResource) -> Option<&Arc<Texts>> {
        self.configs.get(resource)
    }

    /// What was set for a topic.
    pub fn topic_configs(&self, topic: &str) -> Arc<Texts> {
        self.configs(&ConfigResource::topic(topic)).cloned().unwrap_or_default()
    }

    /// Every resource that something was set for, in no order.
    pub fn config_resources(&self) -> impl Iterator<Item = (&ConfigResource, &Arc<Texts>)> {
        self.configs.iter()
    }

    /// Brokers that serve clients, by id.
    pub fn live_brokers(&self) -> impl Iterator<Item = &BrokerImage> {
        self.brokers.values().filter(|broker| !broker.is_fenced)
    }

    pub fn is_active(&self, broker: BrokerId) -> bool {
        self.brokers.get(&broker).is_some_and(BrokerImage::is_active)
    }

    /// The replicas that nobody can use: their broker is fenced or gone, or their directory has failed.
    pub fn offline_replicas(&self, partition: &PartitionImage) -> Vec<BrokerId> {
        let is_up = |broker: &BrokerId| self.brokers.get(broker).is_some_and(|broker| !broker.is_fenced);
        let is_offline = |replica: &BrokerId| !is_up(replica) || self.lies_offline(partition, *replica);
        partition.replicas.iter().copied().filter(is_offline).collect()
    }

    /// Whether a replica lies in a directory that its broker cannot use.
    pub fn lies_offline(&self, partition: &PartitionImage, replica: BrokerId) -> bool {
        let directory = partition.directory_of(replica).unwrap_or(DIRECTORY_UNASSIGNED);
        self.brokers.get(&replica).is_some_and(|broker| !broker.has_online(directory))
    }

    /// Takes one record in. Offsets and transactions of records are the caller's business.
    pub fn replay(&mut self, record: MetadataRecord, delta: &mut MetadataDelta) -> Result<(), ReplayError> {
        let name = record.name();
        match record {
            MetadataRecord::Topic(record) => self.replay_topic(&record, delta)?,
            MetadataRecord::Partition(record) => self.replay_partition(name, &record, delta)?,
            MetadataRecord::PartitionChange(record) => self.replay_partition_change(name, &record, delta)?,
            MetadataRecord::RemoveTopic(record) => self.replay_remove_topic(name, &record, delta)?,
            MetadataRecord::ClearElr(record) => self.replay_clear_elr(&record, delta),
            MetadataRecord::Config(record) => self.replay_config(record, delta)?,
            MetadataRecord::FeatureLevel(record) => self.replay_feature(record, delta)?,
            MetadataRecord::RegisterBroker(record) => {
                let broker = BrokerImage::of_record(record);
                delta.brokers.insert(broker.id);
                Arc::make_mut(&mut self.brokers).insert(broker.id, broker);
            }
            MetadataRecord::BrokerRegistrationChange(record) => {
                self.replay_registration_change(name, record, delta)?;
            }
            MetadataRecord::FenceBroker(record) => {
                let change = registration_change(record.id, record.epoch, 1);
                self.replay_registration_change(name, change, delta)?;
            }
            MetadataRecord::UnfenceBroker(record) => {
                let change = registration_change(record.id, record.epoch, -1);
                self.replay_registration_change(name, change, delta)?;
            }
            MetadataRecord::UnregisterBroker(record) => self.replay_unregister(name, &record, delta)?,
            MetadataRecord::RegisterController(record) => {
                let controller = ControllerImage::of_record(record);
                Arc::make_mut(&mut self.controllers).insert(controller.id, controller);
            }
            MetadataRecord::ProducerIds(record) => {
                self.next_producer_id = ProducerId(record.next_producer_id)
            }
            MetadataRecord::NoOp(_) => {}
            // Clusters migrated from ZooKeeper wrote that they were done (1) or never began (0).
            MetadataRecord::ZkMigrationState(record) if record.zk_migration_state > 1 => {
                return Err(ReplayError::ZooKeeper { record: name });
            }
            MetadataRecord::ZkMigrationState(_) => {}
            MetadataRecord::BeginTransaction(_)
            | MetadataRecord::EndTransaction(_)
            | MetadataRecord::AbortTransaction(_) => return Err(ReplayError::Transaction { record: name }),
            security => self.replay_security(security, delta),
        }
        Ok(())
    }

    fn replay_topic(&mut self, record: &TopicRecord, delta: &mut MetadataDelta) -> Result<(), ReplayError> {
        let topic = TopicName::from(record.name.as_str());
        if self.topics.get(topic.as_str()).is_some() {
            return Err(ReplayError::TopicExists { name: topic });
        }
        delta.topic(TopicId(record.topic_id), &topic).created = true;
        self.topics.create(topic, TopicId(record.topic_id));
        Ok(())
    }

    fn replay_unregister(
        &mut self,
        name: &'static str,
        record: &UnregisterBrokerRecord,
        delta: &mut MetadataDelta,
    ) -> Result<(), ReplayError> {
        let id = BrokerId(record.broker_id);
        let epoch = BrokerEpoch(record.broker_epoch);
        if self.brokers.get(&id).is_none_or(|broker| broker.epoch != epoch) {
            return Err(ReplayError::UnknownBroker { record: name, id, epoch });
        }
        delta.brokers.insert(id);
        Arc::make_mut(&mut self.brokers).remove(&id);
        Ok(())
    }

    fn replay_partition(
        &mut self,
        name: &'static str,
        record: &PartitionRecord,
        delta: &mut MetadataDelta,
    ) -> Result<(), ReplayError> {
        let id = TopicId(record.topic_id);
        let partition = PartitionId(record.partition_id);
        let topic = self
            .topics
            .by_id(&id)
            .map(|topic| topic.name.clone())
            .ok_or(ReplayError::UnknownTopic { record: name, id })?;
        self.topics.put_partition(&id, partition, PartitionImage::of_record(record));
        delta.topic(id, &topic).partitions.insert(partition);
        Ok(())
    }

    fn replay_partition_change(
        &mut self,
        name: &'static str,
        record: &PartitionChangeRecord,
        delta: &mut MetadataDelta,
    ) -> Result<(), ReplayError> {
        let id = TopicId(record.topic_id);
        let partition = PartitionId(record.partition_id);
        let topic = self.topics.topic_mut(&id).ok_or(ReplayError::UnknownTopic { record: name, id })?;
        let Some(old) = topic.partitions.get_mut(&partition) else {
            return Err(ReplayError::UnknownPartition { record: name, topic: topic.name.clone(), partition });
        };
        *old = old.merge(record);
        delta.topic(id, &topic.name).partitions.insert(partition);
        Ok(())
    }

    fn replay_remove_topic(
        &mut self,
        name: &'static str,
        record: &RemoveTopicRecord,
        delta: &mut MetadataDelta,
    ) -> Result<(), ReplayError> {
        let id = TopicId(record.topic_id);
        let topic = self.topics.remove(&id).ok_or(ReplayError::UnknownTopic { record: name, id })?;
        let removed = delta.topic(id, &topic.name);
        removed.deleted = true;
        removed.partitions.clear();
        // A topic created again under this name starts without configs.
        let resource = ConfigResource::topic(topic.name.as_ref());
        if self.configs.remove(&resource).is_some() {
            delta.configs.insert(resource);
        }
        Ok(())
    }

    /// Forgets eligible leader replicas of one topic, or of all when the name is empty.
    fn replay_clear_elr(&mut self, record: &ClearElrRecord, delta: &mut MetadataDelta) {
        let ids: Vec<TopicId> = if record.topic_name.is_empty() {
            self.topics.iter().map(|topic| topic.id).collect()
        } else {
            self.topics.get(&record.topic_name).map(|topic| topic.id).into_iter().collect()
        };
        for id in ids {
            let has_elr = |partition: &PartitionImage| {
                !partition.elr.is_empty() || !partition.last_known_elr.is_empty()
            };
            if !self.topics.by_id(&id).is_some_and(|topic| topic.partitions.values().any(has_elr)) {
                continue;
            }
            let Some(topic) = self.topics.topic_mut(&id) else { continue };
            for (number, partition) in topic.partitions.iter_mut().filter(|(_, it)| has_elr(it)) {
                partition.elr.clear();
                partition.last_known_elr.clear();
                delta.topic(id, &topic.name).partitions.insert(*number);
            }
        }
    }

    fn replay_config(&mut self, record: ConfigRecord, delta: &mut MetadataDelta) -> Result<(), ReplayError> {
        let kind = ResourceKind::from_code(record.resource_type)
            .ok_or(ReplayError::UnknownResourceType { code: record.resource_type })?;
        let resource = ConfigResource::new(kind, record.resource_name);
        let mut values = self.configs.get(&resource).cloned().unwrap_or_default();
        let texts = Arc::make_mut(&mut values);
        match record.value {
            Some(value) => texts.insert(record.name, value),
            None => texts.remove(&record.name),
        };
        if texts.is_empty() {
            self.configs.remove(&resource);
        } else {
            self.configs.insert(resource.clone(), values);
        }
        delta.configs.insert(resource);
        Ok(())
    }

    fn replay_feature(
        &mut self,
        record: FeatureLevelRecord,
        delta: &mut MetadataDelta,
    ) -> Result<(), ReplayError> {
        let level = record.feature_level;
        if record.name == METADATA_VERSION && !(METADATA_VERSION_MIN..=METADATA_VERSION_MAX).contains(&level)
        {
            return Err(ReplayError::MetadataVersion { level });
        }
        let features = Arc::make_mut(&mut self.features);
        if level == 0 {
            features.remove(&record.name);
        } else {
            features.insert(record.name, level);
        }
        delta.features_changed = true;
        Ok(())
    }

    fn replay_registration_change(
        &mut self,
        name: &'static str,
        change: BrokerRegistrationChangeRecord,
        delta: &mut MetadataDelta,
    ) -> Result<(), ReplayError> {
        let (id, epoch) = (BrokerId(change.broker_id), BrokerEpoch(change.broker_epoch));
        let broker = Arc::make_mut(&mut self.brokers)
            .get_mut(&id)
            .filter(|broker| broker.epoch == epoch)
            .ok_or(ReplayError::UnknownBroker { record: name, id, epoch })?;
        broker.merge(change);
        delta.brokers.insert(id);
        Ok(())
    }

    /// Records about access, logins, quotas and tokens; `replay` handles all others.
    fn replay_security(&mut self, record: MetadataRecord, delta: &mut MetadataDelta) {
        let security = &mut self.security;
        match record {
            MetadataRecord::AccessControlEntry(record) => {
                delta.acls_changed = true;
                Arc::make_mut(&mut security.acls).insert(record.id, record);
            }
            MetadataRecord::RemoveAccessControlEntry(record) => {
                delta.acls_changed = true;
                Arc::make_mut(&mut security.acls).remove(&record.id);
            }
            MetadataRecord::UserScramCredential(record) => {
                delta.scram_changed = true;
                let key = (record.name.clone(), record.mechanism);
                Arc::make_mut(&mut security.scram).insert(key, record);
            }
            MetadataRecord::RemoveUserScramCredential(record) => {
                delta.scram_changed = true;
                Arc::make_mut(&mut security.scram).remove(&(record.name, record.mechanism));
            }
            MetadataRecord::ClientQuota(record) => {
                delta.quotas_changed = true;
                security.put_quota(record);
            }
            MetadataRecord::DelegationToken(record) => {
                delta.tokens_changed = true;
                Arc::make_mut(&mut security.tokens).insert(record.token_id.clone(), record);
            }
            MetadataRecord::RemoveDelegationToken(record) => {
                delta.tokens_changed = true;
                Arc::make_mut(&mut security.tokens).remove(&record.token_id);
            }
            other => unreachable!("{} is replayed elsewhere", other.name()),
        }
    }

    /// A delta that lists everything, for those who see their first image.
    pub fn whole(&self) -> MetadataDelta {
        let mut delta = MetadataDelta {
            is_whole: true,
            features_changed: true,
            acls_changed: true,
            scram_changed: true,
            quotas_changed: true,
            tokens_changed: true,
            brokers: self.brokers.keys().copied().collect(),
            configs: self.configs.iter().map(|(resource, _)| resource.clone()).collect(),
            ..MetadataDelta::default()
        };
        for topic in self.topics.iter() {
            let entry = delta.topic(topic.id, &topic.name);
            entry.created = true;
            entry.partitions = topic.partitions.keys().copied().collect();
        }
        delta
    }
}

/// Old fence records as the change records that took their place.
fn registration_change(id: i32, epoch: i64, fenced: i8) -> BrokerRegistrationChangeRecord {
    BrokerRegistrationChangeRecord { broker_id: id, broker_epoch: epoch, fenced, ..Default::default() }
}
