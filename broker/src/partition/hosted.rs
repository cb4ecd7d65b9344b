//! Every partition with a replica on this broker, by name and by topic id.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use kafkactl_core::log::Shared;
use kafkactl_core::names::{BrokerId, PartitionId, TopicId, TopicName, Uuid};
use kafkactl_core::settings::BrokerSettings;
use parking_lot::RwLock;

use super::data_dir::DataDir;
use super::flusher::{FlushThreads, Flusher};
use super::moving::Moves;
use super::opening::Openings;
use super::partition::Partition;
use super::unlinks::Unlinks;
use crate::clock::Clock;
use crate::metrics::{LogCounts, TopicRoom, Traffics};

/// See the module's description. Follows the metadata log: [`assign`](super::assign).
pub struct Partitions {
    pub(super) local: BrokerId,
    pub(super) clock: Clock,
    /// With what the metadata log sets for brokers.
    pub(super) settings: ArcSwap<BrokerSettings>,
    pub(super) data_dirs: Vec<Arc<DataDir>>,
    pub(super) shared: Shared,
    pub(crate) traffics: Traffics,
    pub(crate) log_counts: Arc<LogCounts>,
    pub(super) flusher: Arc<Flusher>,
    pub(super) openings: Arc<Openings>,
    pub(super) moves: Moves,
    pub(super) hosted: RwLock<Hosted>,
    pub(super) unlinks: Unlinks,
}

#[derive(Default)]
pub(super) struct Hosted {
    pub topics: HashMap<TopicName, HostedTopic>,
    pub names: HashMap<TopicId, TopicName>,
}

pub(super) struct HostedTopic {
    pub id: TopicId,
    pub partitions: HashMap<PartitionId, Arc<Partition>>,
}

impl Partitions {
    pub fn new(
        local: BrokerId,
        clock: Clock,
        settings: BrokerSettings,
        data_dirs: Vec<Arc<DataDir>>,
        shared: Shared,
    ) -> Self {
        Self {
            local,
            clock,
            traffics: Traffics::new(TopicRoom::of_page(settings.network.metrics_bytes_max)),
            settings: ArcSwap::from_pointee(settings),
            data_dirs,
            shared,
            log_counts: Arc::default(),
            flusher: Arc::default(),
            openings: Arc::default(),
            moves: Moves::default(),
            hosted: RwLock::default(),
            unlinks: Unlinks::default(),
        }
    }

    /// Starts the threads that sync logs.
    pub(crate) fn start_flushing(&self) -> std::io::Result<FlushThreads> {
        Flusher::start(&self.flusher)
    }

    pub fn get(&self, topic: &str, partition: PartitionId) -> Option<Arc<Partition>> {
        self.hosted.read().topics.get(topic)?.partitions.get(&partition).cloned()
    }

    pub fn get_by_id(&self, topic: &TopicId, partition: PartitionId) -> Option<Arc<Partition>> {
        let hosted = self.hosted.read();
        let name = hosted.names.get(topic)?;
        hosted.topics.get(name)?.partitions.get(&partition).cloned()
    }

    /// All of them, in no order.
    pub fn all(&self) -> Vec<Arc<Partition>> {
        let hosted = self.hosted.read();
        hosted.topics.values().flat_map(|topic| topic.partitions.values().cloned()).collect()
    }

    /// Those that have failed among them.
    pub fn data_dirs(&self) -> &[Arc<DataDir>] {
        &self.data_dirs
    }

    /// The ids of those that have not failed.
    pub fn online_ids(&self) -> Vec<Uuid> {
        self.online_dirs().map(|dir| dir.id).collect()
    }

    pub(super) fn online_dirs(&self) -> impl Iterator<Item = &Arc<DataDir>> {
        self.data_dirs.iter().filter(|dir| !dir.health.has_failed())
    }

    /// Whether a data directory gets no new replicas.
    pub fn cordons(&self, dir: &DataDir) -> bool {
        self.settings.load().node.cordons(&dir.path)
    }

    /// Those that lie in a data directory, in no order.
    pub fn in_dir(&self, dir: &DataDir) -> impl Iterator<Item = Arc<Partition>> {
        self.all().into_iter().filter(move |partition| partition.lies_in(dir))
    }

    /// The settings in force, those of the metadata log among them.
    pub fn settings(&self) -> Arc<BrokerSettings> {
        self.settings.load_full()
    }
}
