//! The metadata log and what it says: image, controller.

pub mod client_match;
pub mod controller;
pub mod events;
pub mod features;
pub mod format;
#[cfg(test)]
mod golden_tests;
pub mod image;
mod loader;
mod metadata;
#[cfg(test)]
mod metadata_tests;
pub mod quorum;

use std::sync::Arc;

use arc_swap::ArcSwap;
use kafkactl_core::names::{PartitionId, TopicId, Uuid};

pub use controller::Controller;
pub use events::Events;
pub use image::{MetadataDelta, MetadataImage};
#[cfg(test)]
pub use loader::{LoadError, MetadataLoader};
pub use metadata::Metadata;

/// The newest image; readers never wait. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct MetadataCache {
    newest: Arc<ArcSwap<MetadataImage>>,
}

impl MetadataCache {
    /// The newest image. Whoever needs several facts about the same moment keeps it.
    pub fn image(&self) -> Arc<MetadataImage> {
        self.newest.load_full()
    }

    /// Makes an image the newest.
    pub fn publish(&self, image: Arc<MetadataImage>) {
        self.newest.store(image);
    }
}

/// A room that follows the metadata log. Called in log order, on the replaying thread, before the reply of the
/// request that wrote the records leaves (J18).
pub trait MetadataSubscriber: Send + Sync {
    fn apply(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>);

    /// Asked after `apply`: the log directories chosen for replicas on this broker that the metadata gives none. They
    /// are written down at once, as Kafka's brokers report them (AssignReplicasToDirs).
    fn chosen_directories(
        &self,
        _delta: &MetadataDelta,
        _image: &MetadataImage,
    ) -> Vec<(TopicId, PartitionId, Uuid)> {
        Vec::new()
    }

    /// Asked after `apply`: the log directories of this broker that get no new replicas, from whoever knows them. They
    /// are written down at once, as Kafka's brokers report them (BrokerHeartbeat, KIP-1066).
    fn cordoned_directories(&self) -> Option<Vec<Uuid>> {
        None
    }
}
