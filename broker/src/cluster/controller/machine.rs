//! The controller's state: the image with every record written so far, and what it decides from.

use std::sync::Arc;

use kafkactl_core::names::{BrokerId, PartitionId, TopicId, Uuid, uuid_draw};
use kafkactl_core::schema::metadata::PartitionChangeRecord;
use kafkactl_core::settings::{BrokerSettings, Texts, TopicSettings};

use super::assignment::Assignment;
use super::partition_change::{Election, PartitionChange};
use super::placement::UsableBroker;
use crate::cluster::features::{ELIGIBLE_LEADER_REPLICAS, MetadataVersion};
use crate::cluster::image::{ConfigResource, DIRECTORY_UNASSIGNED, MetadataImage, PartitionImage};

/// Where ids and random places come from; a test gives a sequence.
pub type Random<'a> = &'a mut dyn FnMut() -> u128;

/// Decides what to write about topics, configs, features and nodes. Changes nothing itself: it reads the image,
/// and records change that when they are replayed.
#[derive(Clone, Copy)]
pub struct Machine<'a> {
    pub image: &'a MetadataImage,
    /// The settings this controller was started with; the metadata log's configs lie over them.
    pub settings: &'a BrokerSettings,
}

/// Who can lead and who leaves, for a change of many partitions.
pub(super) struct Upheaval<'a> {
    pub election: Election,
    pub can_lead: &'a dyn Fn(BrokerId) -> bool,
    pub leaving: Option<BrokerId>,
    pub stopped_uncleanly: Option<BrokerId>,
    /// The replicas to have, where it is not those of before.
    pub assignment: Option<&'a Assignment>,
}

impl<'a> Upheaval<'a> {
    /// An election, with all replicas staying.
    pub fn new(election: Election, can_lead: &'a dyn Fn(BrokerId) -> bool) -> Self {
        Self { election, can_lead, leaving: None, stopped_uncleanly: None, assignment: None }
    }
}

impl<'a> Machine<'a> {
    pub(super) fn version(&self) -> MetadataVersion {
        self.image.metadata_version()
    }

    pub(super) fn uses_elr(&self) -> bool {
        self.image.feature_level(ELIGIBLE_LEADER_REPLICAS) > 0
    }

    /// The settings of all brokers together: those of the metadata log over this node's own.
    pub(super) fn cluster_settings(&self) -> BrokerSettings {
        let cluster = self.image.configs(&ConfigResource::cluster()).cloned().unwrap_or_default();
        self.settings.with_dynamic(cluster, Default::default())
    }

    /// The settings in force on this node as they would be if `texts` were the configs of `resource`, a broker's id or
    /// empty for all; as they are without.
    pub(super) fn broker_settings(&self, resource: &str, texts: Option<&Texts>) -> BrokerSettings {
        let own = BrokerId(self.settings.node_id().unwrap_or(-1));
        let layer = |of: ConfigResource| match texts {
            Some(texts) if of.name == resource => Arc::new(texts.clone()),
            _ => self.image.configs(&of).cloned().unwrap_or_default(),
        };
        self.settings.with_dynamic(layer(ConfigResource::cluster()), layer(ConfigResource::broker(own)))
    }

    /// A topic's effective configuration as the controller sees it.
    pub(super) fn topic_settings(&self, topic: &str) -> TopicSettings {
        TopicSettings::of(&self.image.topic_configs(topic), &self.cluster_settings())
    }

    /// Brokers that new replicas may go to.
    pub(super) fn usable_brokers(&self) -> Vec<UsableBroker> {
        let usable = self.image.brokers.values().filter(|broker| {
            let is_cordoned = !broker.directories.is_empty()
                && broker.directories.iter().all(|id| broker.cordoned_directories.contains(id));
            !broker.in_controlled_shutdown && !is_cordoned
        });
        usable
            .map(|broker| UsableBroker {
                id: broker.id,
                rack: broker.rack.clone(),
                is_fenced: broker.is_fenced,
            })
            .collect()
    }

    /// The directory a new replica on a broker goes to: its only one, or the one it will choose.
    pub(super) fn default_directory(&self, broker: BrokerId) -> Uuid {
        match self.image.brokers.get(&broker).map(|broker| broker.directories.as_slice()) {
            Some([only]) => *only,
            _ => DIRECTORY_UNASSIGNED,
        }
    }

    /// The registration of a new partition with these replicas, or `None` when none of them can lead (D7).
    pub(super) fn new_partition(&self, replicas: Vec<BrokerId>) -> Option<PartitionImage> {
        let isr: Vec<BrokerId> =
            replicas.iter().copied().filter(|&broker| self.image.is_active(broker)).collect();
        let leader = *isr.first()?;
        let directories = replicas.iter().map(|&broker| self.default_directory(broker)).collect();
        Some(PartitionImage { replicas, directories, isr, leader, ..PartitionImage::default() })
    }

    /// The change of one partition, if it changes.
    pub(super) fn partition_change(
        &self,
        topic: TopicId,
        min_insync_replicas: usize,
        (partition, image): (PartitionId, &PartitionImage),
        upheaval: &Upheaval<'_>,
    ) -> Option<PartitionChangeRecord> {
        // A broker that is up does not lead what lies in a directory that has failed (`LeaderAcceptor`).
        let can_lead =
            |broker: BrokerId| (upheaval.can_lead)(broker) && !self.image.lies_offline(image, broker);
        let change = PartitionChange {
            topic,
            partition,
            image,
            version: self.version(),
            uses_elr: self.uses_elr(),
            min_insync_replicas,
            election: upheaval.election,
            can_lead: &can_lead,
            leaving: upheaval.leaving,
            stopped_uncleanly: upheaval.stopped_uncleanly,
            assignment: upheaval.assignment,
        };
        let mut record = change.record()?;
        if let Some(replicas) = record.replicas.as_ref().filter(|_| self.version().has_directories()) {
            let directory = |&id: &i32| {
                let broker = BrokerId(id);
                image.directory_of(broker).unwrap_or_else(|| self.default_directory(broker))
            };
            let directories: Vec<Uuid> = replicas.iter().map(directory).collect();
            record.directories = (directories != image.directories).then_some(directories);
        }
        Some(record)
    }

    /// The changes of every partition that `concerns` picks.
    pub(super) fn partition_changes(
        &self,
        concerns: impl Fn(&PartitionImage) -> bool,
        upheaval: &Upheaval<'_>,
    ) -> Vec<PartitionChangeRecord> {
        let cluster = self.cluster_settings();
        let mut changes = Vec::new();
        for topic in self.image.topics.sorted() {
            let mut partitions = topic.partitions.iter().filter(|(_, image)| concerns(image)).peekable();
            if partitions.peek().is_none() {
                continue;
            }
            let settings = TopicSettings::of(&self.image.topic_configs(topic.name.as_str()), &cluster);
            let election =
                if settings.unclean_leader_election { Election::Unclean } else { upheaval.election };
            let min_insync_replicas = usize::try_from(settings.min_insync_replicas).unwrap_or(1);
            let upheaval = Upheaval { election, ..*upheaval };
            changes.extend(partitions.filter_map(|(&id, image)| {
                self.partition_change(topic.id, min_insync_replicas, (id, image), &upheaval)
            }));
        }
        changes
    }
}

/// A new id in Kafka's manner.
pub(super) fn draw_id(random: Random<'_>) -> Uuid {
    uuid_draw(random)
}

impl Machine<'_> {
    pub(super) fn is_known(&self, broker: BrokerId) -> bool {
        self.image.brokers.contains_key(&broker)
    }
}
