//! How the metadata log reaches the partitions: creates, configures, assigns and deletes them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kafkactl_core::log::checkpoint::{read_topic_id, write_topic_id};
use kafkactl_core::log::dir::Dir;
use kafkactl_core::log::{Log, LogError, OpenOptions, delete_dir_name, stray_dir_name};
use kafkactl_core::names::{Offset, PartitionId, TopicId, TopicPartition, Uuid};
use kafkactl_core::settings::{BrokerSettings, ResourceKind, TopicSettings};
use parking_lot::Mutex;
use tracing::{error, info, warn};

use super::config::PartitionConfig;
use super::data_dir::{DataDir, Offsets};
use super::hosted::{DoomedDir, HostedTopic, Partitions};
use super::partition::Partition;
use super::replica::Assignment;
use crate::cluster::image::{
    ConfigResource, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED, PartitionImage, TopicImage,
};
use crate::cluster::{MetadataDelta, MetadataImage, MetadataSubscriber};

/// Threads that open logs at once when there are many: most of the time goes to syncs of small files, which the
/// file system commits together.
const OPENERS_MAX: usize = 16;

impl MetadataSubscriber for Partitions {
    fn apply(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>) {
        self.apply_configs(delta, image);
        self.apply_deletions(delta, image);
        self.apply_assignments(delta, image);
        if delta.is_whole {
            self.put_strays_aside(image);
        }
    }

    fn chosen_directories(
        &self,
        delta: &MetadataDelta,
        image: &MetadataImage,
    ) -> Vec<(TopicId, PartitionId, Uuid)> {
        let mut chosen = Vec::new();
        for topic in changed_topics(delta, image) {
            for (number, partition) in &topic.partitions {
                let given = partition.directory_of(self.local);
                if given.is_some_and(|id| id == DIRECTORY_UNASSIGNED || id == DIRECTORY_MIGRATING)
                    && let Some(hosted) = self.get(topic.name.as_str(), *number)
                {
                    chosen.push((topic.id, *number, hosted.data_dir.id));
                }
            }
        }
        chosen
    }
}

/// A partition to be hosted.
struct Opening {
    id: TopicPartition,
    topic_id: TopicId,
    config: PartitionConfig,
    assignment: Assignment,
    data_dir: Arc<DataDir>,
}

impl Partitions {
    /// What a topic's settings are on this broker.
    fn config_of(&self, image: &MetadataImage, topic: &str) -> PartitionConfig {
        let settings = self.settings.load();
        PartitionConfig::of(&TopicSettings::of(&image.topic_configs(topic), &settings))
    }

    fn apply_broker_configs(&self, delta: &MetadataDelta, image: &MetadataImage) -> bool {
        let (cluster, broker) = (ConfigResource::cluster(), ConfigResource::broker(self.local));
        if !delta.configs.contains(&cluster) && !delta.configs.contains(&broker) {
            return false;
        }
        let of = |resource| image.configs(resource).cloned().unwrap_or_default();
        match self.settings.load().with_dynamic(of(&cluster), of(&broker)) {
            Ok(settings) => {
                self.settings.store(Arc::new(settings));
                true
            }
            Err(error) => {
                warn!(%error, "a broker setting in the metadata log is not used");
                false
            }
        }
    }

    /// Gives changed settings to the partitions they reach.
    fn apply_configs(&self, delta: &MetadataDelta, image: &MetadataImage) {
        let reaches_all = self.apply_broker_configs(delta, image);
        let hosted = self.hosted.read();
        for (name, topic) in &hosted.topics {
            let resource = ConfigResource::new(ResourceKind::Topic, name.as_str());
            if reaches_all || delta.configs.contains(&resource) {
                let config = self.config_of(image, name.as_str());
                for partition in topic.partitions.values() {
                    partition.configure(config.clone());
                }
            }
        }
    }

    /// Lets go of what the metadata no longer has, or has elsewhere.
    fn apply_deletions(&self, delta: &MetadataDelta, image: &MetadataImage) {
        let mut gone = Vec::new();
        {
            let mut hosted = self.hosted.write();
            let deleted = delta.topics.iter().filter(|(_, topic)| topic.deleted).map(|(id, _)| *id);
            let unknown =
                hosted.names.keys().copied().filter(|id| delta.is_whole && image.topics.by_id(id).is_none());
            let ids: Vec<TopicId> = deleted.chain(unknown).collect();
            for id in ids {
                let Some(name) = hosted.names.remove(&id) else { continue };
                if let Some(topic) = hosted.topics.remove(&name) {
                    gone.extend(topic.partitions.into_values());
                }
            }
            for topic in changed_topics(delta, image) {
                let Some(hosted) = hosted.topics.get_mut(&topic.name) else { continue };
                hosted.partitions.retain(|number, partition| {
                    let stays =
                        topic.partitions.get(number).is_some_and(|it| it.replicas.contains(&self.local));
                    if !stays {
                        gone.push(Arc::clone(partition));
                    }
                    stays
                });
            }
        }
        for partition in gone {
            self.let_go(&partition);
        }
    }

    /// Renames the partition's directory away; its files go later (E17).
    fn let_go(&self, partition: &Arc<Partition>) {
        partition.retire();
        let delay_ms = partition.config().log.file_delete_delay_ms;
        let name = delete_dir_name(&partition.id, Uuid::from_u128(rand::random()));
        match partition.data_dir.dir.rename(&partition.id.to_string(), &name) {
            Ok(()) => {
                info!(partition = %partition.id, directory = name, "deleting the partition");
                let at_ms = self.clock.now_ms().saturating_add_unsigned(delay_ms);
                let data_dir = Arc::clone(&partition.data_dir);
                self.doomed.lock().push(DoomedDir { data_dir, name, at_ms });
            }
            Err(error) => error!(partition = %partition.id, %error, "the directory cannot be renamed away"),
        }
    }

    /// Opens or updates what the metadata assigns to this broker.
    fn apply_assignments(&self, delta: &MetadataDelta, image: &MetadataImage) {
        let mut openings = Vec::new();
        for topic in changed_topics(delta, image) {
            let Some(changes) = delta.topics.get(&topic.id) else { continue };
            let config = self.config_of(image, topic.name.as_str());
            for number in &changes.partitions {
                let Some(partition) = topic.partitions.get(number) else { continue };
                if !partition.replicas.contains(&self.local) {
                    continue;
                }
                let assignment = assignment_of(partition);
                match self.get_by_id(&topic.id, *number) {
                    Some(known) => known.assign(assignment),
                    None => {
                        let id = TopicPartition { topic: topic.name.clone(), partition: *number };
                        let Some(data_dir) = self.choose_dir(&id, partition) else { continue };
                        let config = config.clone();
                        openings.push(Opening { id, topic_id: topic.id, config, assignment, data_dir });
                    }
                }
            }
        }
        let opened = self.open_all(&openings);
        let mut hosted = self.hosted.write();
        for partition in opened {
            let name = partition.id.topic.clone();
            hosted.names.insert(partition.topic_id, name.clone());
            let topic = hosted
                .topics
                .entry(name)
                .or_insert_with(|| HostedTopic { id: partition.topic_id, partitions: HashMap::new() });
            topic.id = partition.topic_id;
            topic.partitions.insert(partition.id.partition, partition);
        }
    }
}

impl Partitions {
    /// Opens logs, several at once when there are many.
    fn open_all(&self, openings: &[Opening]) -> Vec<Arc<Partition>> {
        let next = AtomicUsize::new(0);
        let opened = Mutex::new(Vec::with_capacity(openings.len()));
        let open_some = || {
            while let Some(opening) = openings.get(next.fetch_add(1, Ordering::Relaxed)) {
                let partition = self.open(opening);
                opened.lock().push(partition);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..openings.len().div_ceil(4).min(OPENERS_MAX) {
                scope.spawn(open_some);
            }
            open_some();
        });
        opened.into_inner()
    }

    /// A partition whose log cannot be opened is hosted all the same, offline.
    fn open(&self, opening: &Opening) -> Arc<Partition> {
        let config = opening.config.clone();
        let partition = Partition::new(
            opening.id.clone(),
            opening.topic_id,
            self.local,
            self.open_log(opening),
            config,
            Arc::clone(&opening.data_dir),
            Arc::clone(&self.flusher),
        );
        partition.assign(opening.assignment.clone());
        Arc::new(partition)
    }

    fn open_log(&self, opening: &Opening) -> Result<Log, LogError> {
        let Opening { id, data_dir, .. } = opening;
        let dir = self.prepare_dir(opening)?;
        let found = &data_dir.found;
        let offset_in = |offsets: &Offsets| offsets.get(id).copied().unwrap_or(Offset(0));
        let options = OpenOptions {
            is_clean: found.is_clean,
            recovery_point: offset_in(&found.checkpoints.recovery_points),
            start_offset: offset_in(&found.checkpoints.log_starts),
            now_ms: self.clock.now_ms(),
            producer_expiration_ms: producer_expiration_ms(&self.settings.load()),
            jitter_seed: rand::random(),
        };
        let config = Arc::new(opening.config.log.clone());
        let (log, report) = Log::open(dir, config, &self.shared, options)?;
        if report.cut_bytes > 0 || report.removed_segments > 0 {
            let (cut_bytes, removed_segments) = (report.cut_bytes, report.removed_segments);
            warn!(partition = %id, kept_until = %log.end_offset(), cut_bytes, removed_segments, "cut a damaged log");
        } else if report.recovered_segments > 0 {
            info!(partition = %id, segments = report.recovered_segments, "recovered a log");
        }
        Ok(log)
    }

    /// The partition's directory, saying whose records it holds before it holds any. One left by another topic of
    /// the same name is put aside.
    fn prepare_dir(&self, opening: &Opening) -> Result<Arc<dyn Dir>, LogError> {
        let parent = &*opening.data_dir.dir;
        let name = opening.id.to_string();
        let open = || {
            parent.child(&name).map_err(|source| LogError::Io {
                action: "open",
                file: name.clone(),
                dir: parent.path().display().to_string(),
                source,
            })
        };
        let dir = open()?;
        match read_topic_id(&*dir)? {
            Some(id) if id == opening.topic_id => Ok(dir),
            Some(other) => {
                warn!(partition = %opening.id, %other, "the directory holds another topic's records");
                self.put_aside(&opening.data_dir, &opening.id);
                let dir = open()?;
                write_topic_id(&*dir, opening.topic_id)?;
                Ok(dir)
            }
            None => {
                write_topic_id(&*dir, opening.topic_id)?;
                Ok(dir)
            }
        }
    }

    /// Where the metadata wants it, or where it lies, or where the fewest are.
    fn choose_dir(&self, id: &TopicPartition, partition: &PartitionImage) -> Option<Arc<DataDir>> {
        let wanted = partition.directory_of(self.local);
        let assigned = self.data_dirs.iter().find(|dir| Some(dir.id) == wanted);
        let present = || self.data_dirs.iter().find(|dir| dir.found.partitions.contains(id));
        let fewest = || {
            let all = self.all();
            let count_in =
                |dir: &Arc<DataDir>| all.iter().filter(|it| Arc::ptr_eq(&it.data_dir, dir)).count();
            self.data_dirs.iter().min_by_key(|dir| count_in(dir))
        };
        assigned.or_else(present).or_else(fewest).cloned()
    }

    /// Renames directories of partitions that the metadata does not know, and says so; nothing is deleted.
    fn put_strays_aside(&self, image: &MetadataImage) {
        for data_dir in &self.data_dirs {
            for id in &data_dir.found.partitions {
                let known = image.topics.partition(id.topic.as_str(), id.partition);
                if known.is_none_or(|partition| !partition.replicas.contains(&self.local)) {
                    warn!(partition = %id, "the metadata does not know this partition, its directory is put aside");
                    self.put_aside(data_dir, id);
                }
            }
        }
    }

    fn put_aside(&self, data_dir: &DataDir, id: &TopicPartition) {
        let name = stray_dir_name(id, Uuid::from_u128(rand::random()));
        if let Err(error) = data_dir.dir.rename(&id.to_string(), &name) {
            error!(partition = %id, %error, "the directory cannot be put aside");
        }
    }
}

fn producer_expiration_ms(settings: &BrokerSettings) -> u64 {
    u64::try_from(settings.log.producer_id_expiration_ms).unwrap_or(u64::MAX)
}

/// Topics that the delta names and that exist.
fn changed_topics<'a>(
    delta: &'a MetadataDelta,
    image: &'a MetadataImage,
) -> impl Iterator<Item = &'a Arc<TopicImage>> {
    delta.topics.keys().filter_map(|id| image.topics.by_id(id))
}

fn assignment_of(partition: &PartitionImage) -> Assignment {
    Assignment {
        leader: partition.has_leader().then_some(partition.leader),
        leader_epoch: partition.leader_epoch,
        partition_epoch: partition.partition_epoch,
        replicas: partition.replicas.clone(),
        isr: partition.isr.clone(),
    }
}
