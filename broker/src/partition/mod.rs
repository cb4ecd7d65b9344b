//! The partitions this broker hosts.

use std::collections::HashMap;
use std::sync::Arc;

use kafkactl_core::names::{LeaderEpoch, Offset, TopicId, TopicPartition};
use parking_lot::RwLock;

use crate::cluster::{MetadataDelta, MetadataImage, MetadataSubscriber};

/// Every partition with a replica on this broker. Follows the metadata log.
#[derive(Default)]
pub struct Partitions {
    by_name: RwLock<HashMap<TopicPartition, Arc<Partition>>>,
}

impl Partitions {
    pub fn get(&self, partition: &TopicPartition) -> Option<Arc<Partition>> {
        self.by_name.read().get(partition).cloned()
    }
}

impl MetadataSubscriber for Partitions {
    fn apply(&self, _delta: &MetadataDelta, _image: &Arc<MetadataImage>) {}
}

/// One partition's replica on this broker.
pub struct Partition {
    pub id: TopicPartition,
    pub topic_id: TopicId,
}

/// Who made a batch: clients' batches are checked, the broker's own are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Client,
    Coordinator,
}

/// What an append did.
#[derive(Debug, Clone, Copy)]
pub struct Appended {
    pub first_offset: Offset,
    pub last_offset: Offset,
    pub leader_epoch: LeaderEpoch,
}
