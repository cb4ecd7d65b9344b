//! Which partitions of an internal topic this broker leads, each with the driver of its shard.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use kafkactl_core::names::{BrokerId, LeaderEpoch, PartitionId};
use kafkactl_core::wire::ErrorCode;
use parking_lot::RwLock;

use super::log::{PartitionLog, ShardLog};
use super::partition_of;
use crate::cluster::MetadataImage;
use crate::partition::Partitions;

/// A shard at work for one leader epoch.
pub trait Led {
    fn epoch(&self) -> LeaderEpoch;
}

/// Follows the metadata of one topic.
pub struct Shards<D> {
    node_id: BrokerId,
    topic: &'static str,
    partitions: Arc<Partitions>,
    led: RwLock<HashMap<PartitionId, Arc<D>>>,
    /// 0 while the topic does not exist.
    partition_count: AtomicI32,
}

/// What a change of the metadata took away and brought.
pub struct Moved<D> {
    pub lost: Vec<Arc<D>>,
    /// To be loaded.
    pub gained: Vec<Arc<D>>,
}

impl<D: Led> Shards<D> {
    pub fn new(node_id: BrokerId, topic: &'static str, partitions: Arc<Partitions>) -> Self {
        let (led, partition_count) = (RwLock::default(), AtomicI32::new(0));
        Self { node_id, topic, partitions, led, partition_count }
    }

    /// Leads what the image says this broker leads, and nothing else. The partitions have taken in the same image.
    pub fn follow(
        &self,
        image: &MetadataImage,
        make: impl Fn(PartitionId, LeaderEpoch, Arc<dyn ShardLog>) -> D,
    ) -> Moved<D> {
        let topic = image.topics.get(self.topic);
        let count = topic.map_or(0, |topic| topic.partition_count());
        self.partition_count.store(count, Ordering::Relaxed);
        let epoch_of = |partition: PartitionId| {
            let image = topic?.partitions.get(&partition)?;
            (image.leader == self.node_id).then_some(image.leader_epoch)
        };
        let mut led = self.led.write();
        let lost = led.extract_if(|&partition, shard| epoch_of(partition) != Some(shard.epoch()));
        let lost = lost.map(|(_, shard)| shard).collect();
        let mut gained = Vec::new();
        for partition in topic.iter().flat_map(|topic| topic.partitions.keys().copied()) {
            let Some(epoch) = epoch_of(partition).filter(|_| !led.contains_key(&partition)) else { continue };
            let Some(replica) = self.partitions.get(self.topic, partition) else {
                tracing::error!(topic = self.topic, %partition, "the log of a led partition is not here");
                continue;
            };
            let shard = Arc::new(make(partition, epoch, Arc::new(PartitionLog::new(replica, epoch))));
            led.insert(partition, Arc::clone(&shard));
            gained.push(shard);
        }
        Moved { lost, gained }
    }

    /// The number of the partition that keeps `id`; `None` while there is no such topic.
    pub fn partition_of(&self, id: &str) -> Option<PartitionId> {
        let count = self.partition_count.load(Ordering::Relaxed);
        (count > 0).then(|| PartitionId(partition_of(id, count)))
    }

    /// The shard that keeps `id`.
    pub fn of(&self, id: &str) -> Result<Arc<D>, ErrorCode> {
        let partition = self.partition_of(id).ok_or(ErrorCode::NotCoordinator)?;
        self.get(partition).ok_or(ErrorCode::NotCoordinator)
    }

    pub fn get(&self, partition: PartitionId) -> Option<Arc<D>> {
        self.led.read().get(&partition).cloned()
    }

    /// All of them, in no order.
    pub fn all(&self) -> Vec<Arc<D>> {
        self.led.read().values().cloned().collect()
    }

    /// Gives all of them up.
    pub fn drain(&self) -> Vec<Arc<D>> {
        self.led.write().drain().map(|(_, shard)| shard).collect()
    }
}
