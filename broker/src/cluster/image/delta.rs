//! What changed from one image to the next.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::names::{BrokerId, PartitionId, TopicId, TopicName};
use kafkactl_core::settings::ResourceKind;

/// What the records between two images touched. Says where to look, not what was there before: the image says what
/// is there now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetadataDelta {
    /// Topics that were created, changed or deleted, by id: a name may be deleted and created again.
    pub topics: BTreeMap<TopicId, TopicDelta>,
    /// Resources some of whose configs changed.
    pub configs: BTreeSet<ConfigResource>,
    pub brokers: BTreeSet<BrokerId>,
    pub features_changed: bool,
    pub acls_changed: bool,
    pub scram_changed: bool,
    pub quotas_changed: bool,
    pub tokens_changed: bool,
    /// The image was loaded, from the log at the start or from a snapshot: everything in it is listed, and what is
    /// not in it does not exist.
    pub is_whole: bool,
}

/// What happened to one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicDelta {
    pub name: TopicName,
    pub created: bool,
    pub deleted: bool,
    /// Partitions that were created or changed.
    pub partitions: BTreeSet<PartitionId>,
}

/// What a set of configs belongs to. A broker's name is its id; the empty one stands for all brokers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    pub kind: ResourceKind,
    pub name: String,
}

impl ConfigResource {
    pub fn new(kind: ResourceKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    pub fn topic(name: &str) -> Self {
        Self::new(ResourceKind::Topic, name)
    }

    /// One broker.
    pub fn broker(id: BrokerId) -> Self {
        Self::new(ResourceKind::Broker, id.to_string())
    }

    /// All brokers.
    pub fn cluster() -> Self {
        Self::new(ResourceKind::Broker, "")
    }
}

impl MetadataDelta {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether configs changed that hold for this broker.
    pub fn configures(&self, broker: BrokerId) -> bool {
        [ConfigResource::cluster(), ConfigResource::broker(broker)]
            .iter()
            .any(|resource| self.configs.contains(resource))
    }

    pub(super) fn topic(&mut self, id: TopicId, name: &TopicName) -> &mut TopicDelta {
        self.topics.entry(id).or_insert_with(|| TopicDelta {
            name: name.clone(),
            created: false,
            deleted: false,
            partitions: BTreeSet::new(),
        })
    }
}
