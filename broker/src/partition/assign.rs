//! How the metadata log reaches the partitions: creates, configures, assigns and deletes them.

use std::collections::HashMap;
use std::sync::Arc;

use kafkactl_core::log::{delete_dir_name, stray_dir_name};
use kafkactl_core::names::{PartitionId, TopicId, TopicPartition, Uuid};
use kafkactl_core::settings::{self, ResourceKind, TopicSettings};
use tracing::{error, info, warn};

use super::config::PartitionConfig;
use super::data_dir::DataDir;
use super::hosted::{HostedTopic, Partitions};
use super::partition::{Partition, Shared};
use super::replica::Assignment;
use super::unlinks::Doomed;
use crate::cluster::image::{
    ConfigResource, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED, PartitionImage, TopicImage,
};
use crate::cluster::{MetadataDelta, MetadataImage, MetadataSubscriber};

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
                if let Some(given) = partition.directory_of(self.local)
                    && let Some(hosted) = self.get(topic.name.as_str(), *number)
                    // Before it is asked where it lies: in between the move may end there.
                    && !hosted.is_moving_to(given)
                    && let data_dir = hosted.data_dir()
                    && given != data_dir.id
                    && !data_dir.health.has_failed()
                {
                    chosen.push((topic.id, *number, data_dir.id));
                }
            }
        }
        chosen
    }

    fn cordoned_directories(&self) -> Option<Vec<Uuid>> {
        Some(self.online_dirs().filter(|dir| self.cordons(dir)).map(|dir| dir.id).collect())
    }
}

impl Partitions {
    /// What a topic's settings are on this broker.
    fn config_of(&self, image: &MetadataImage, topic: &str) -> PartitionConfig {
        let settings = self.settings.load();
        PartitionConfig::of(&TopicSettings::of(&image.topic_configs(topic), &settings))
    }

    fn apply_broker_configs(&self, delta: &MetadataDelta, image: &MetadataImage) -> bool {
        if !delta.configures(self.local) {
            return false;
        }
        let of = |resource| image.configs(&resource).cloned().unwrap_or_default();
        let (cluster, broker) = (of(ConfigResource::cluster()), of(ConfigResource::broker(self.local)));
        let before = self.settings.load();
        let settings = before.with_dynamic(cluster, broker);
        // One that stays as it is has been told of.
        for error in settings.unusable.iter().filter(|error| !before.unusable.contains(error)) {
            warn!(%error, "a broker setting in the metadata log is not used");
        }
        self.settings.store(Arc::new(settings));
        true
    }

    /// Gives changed settings to the partitions they reach.
    fn apply_configs(&self, delta: &MetadataDelta, image: &MetadataImage) {
        let reaches_all = self.apply_broker_configs(delta, image);
        for ConfigResource { name, .. } in delta.configs.iter().filter(|it| it.kind == ResourceKind::Topic) {
            for error in settings::unusable(&image.topic_configs(name)) {
                warn!(topic = name, %error, "a topic setting is not used");
            }
        }
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
        for partition in &gone {
            self.let_go(partition);
        }
        if !gone.is_empty() {
            // What becomes of the same name later has not been cleaned.
            self.checkpoint_cleaned();
        }
    }

    /// Renames the partition's directory away; its files go later (E17).
    fn let_go(&self, partition: &Arc<Partition>) {
        partition.retire();
        let delay_ms = partition.config().log.file_delete_delay_ms;
        let name = delete_dir_name(&partition.id, Uuid::from_u128(rand::random()));
        let data_dir = partition.data_dir();
        match data_dir.dir.rename(&partition.id.to_string(), &name) {
            Ok(()) => {
                info!(partition = %partition.id, directory = name, "deleting the partition");
                let at_ms = self.clock.uptime_ms().saturating_add(delay_ms);
                self.unlinks.add(at_ms, Doomed::Dir { data_dir, name });
            }
            // The next start finds it, and puts it aside.
            Err(_) if data_dir.health.has_failed() => {}
            Err(error) => error!(partition = %partition.id, %error, "the directory cannot be renamed away"),
        }
    }

    /// Opens or updates what the metadata assigns to this broker.
    fn apply_assignments(&self, delta: &MetadataDelta, image: &MetadataImage) {
        let mut new = Vec::new();
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
                        let wanted = Wanted {
                            directory: partition.directory_of(self.local),
                            may_exist: delta.is_whole,
                        };
                        let Some(data_dir) = self.choose_dir(&id, topic.id, &wanted, &new) else { continue };
                        let replica = self.replica(id, topic.id, config.clone(), data_dir);
                        replica.assign(assignment);
                        if wanted.may_exist {
                            self.take_up_move(&replica, &wanted);
                        }
                        new.push(replica);
                    }
                }
            }
        }
        self.open_all(new.clone());
        let mut hosted = self.hosted.write();
        for partition in new {
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
    /// A replica whose log is yet to be opened.
    fn replica(
        &self,
        id: TopicPartition,
        topic_id: TopicId,
        config: PartitionConfig,
        data_dir: Arc<DataDir>,
    ) -> Arc<Partition> {
        let shared = Shared {
            flusher: Arc::clone(&self.flusher),
            openings: Arc::clone(&self.openings),
            traffic: self.traffics.of(&id.topic),
            counts: Arc::clone(&self.log_counts),
        };
        Arc::new(Partition::new(id, topic_id, self.local, config, data_dir, shared))
    }

    /// Where the replica lies, or where the metadata wants it, or where the fewest are, those of `new` counted too: of
    /// the directories that are not cordoned, if there are any. One that must lie in a directory that has failed stays
    /// there: elsewhere it would begin again without its records.
    fn choose_dir(
        &self,
        id: &TopicPartition,
        topic_id: TopicId,
        wanted: &Wanted,
        new: &[Arc<Partition>],
    ) -> Option<Arc<DataDir>> {
        if let [only] = &self.data_dirs[..]
            && only.found.futures.is_empty()
        {
            return Some(Arc::clone(only));
        }
        let present = self.present(id, topic_id, wanted);
        let assigned = || self.data_dirs.iter().find(|dir| Some(dir.id) == wanted.directory);
        let lost =
            || self.data_dirs.iter().find(|dir| wanted.may_exist_elsewhere() && dir.health.has_failed());
        let fewest = || {
            let mut hosted = self.all();
            hosted.extend_from_slice(new);
            let count = |dir| hosted.iter().filter(|it| Arc::ptr_eq(&it.data_dir(), dir)).count();
            self.online_dirs().min_by_key(|&dir| (self.cordons(dir), count(dir)))
        };
        // Told once, whether or not it is followed.
        let remembered = self.moves.recall(id).filter(|_| !wanted.may_exist_elsewhere());
        let found = present.cloned().or_else(|| self.promote(id, topic_id, wanted)).or(remembered);
        found.or_else(|| assigned().or_else(lost).or_else(fewest).cloned())
    }

    /// Where the replica lies. A crash may have left it in two directories while it moved from one to the other; in
    /// the one that the metadata names it has all its records.
    fn present(&self, id: &TopicPartition, topic_id: TopicId, wanted: &Wanted) -> Option<&Arc<DataDir>> {
        let mut holding: Vec<_> = self.online_dirs().filter(|dir| dir.holds(id, topic_id)).collect();
        holding.sort_by_key(|dir| Some(dir.id) != wanted.directory);
        for other in holding.get(1..).unwrap_or_default() {
            warn!(partition = %id, directory = %other.path.display(), "the replica lies in another directory too");
            self.put_aside(other, id, &id.to_string());
        }
        holding.first().copied()
    }

    /// Makes a copy the replica where there is none: a crash came between the two renames of a move, or the directory
    /// of the replica has failed after the metadata named that of the copy (`LogManager.recoverAbandonedFutureLogs`).
    fn promote(&self, id: &TopicPartition, topic_id: TopicId, wanted: &Wanted) -> Option<Arc<DataDir>> {
        let is_all_here = self.data_dirs.iter().all(|dir| !dir.health.has_failed());
        let may_hold_all = |dir: &&Arc<DataDir>| Some(dir.id) == wanted.directory || is_all_here;
        let candidates = self.online_dirs().filter(|_| wanted.may_exist).filter(may_hold_all);
        let (dir, name) = candidates
            .filter_map(|dir| Some((dir, dir.future_of(id, topic_id)?)))
            .min_by_key(|(dir, _)| Some(dir.id) != wanted.directory)?;
        match dir.dir.rename(name, &id.to_string()) {
            Ok(()) => {
                warn!(partition = %id, directory = %dir.path.display(), "a copy takes the place of its replica");
                Some(Arc::clone(dir))
            }
            Err(error) => {
                dir.health.fail(&error);
                None
            }
        }
    }

    /// Goes on with the move that an earlier process began, if there is one.
    fn take_up_move(&self, replica: &Arc<Partition>, wanted: &Wanted) {
        let from = replica.data_dir();
        let others = self.online_dirs().filter(|dir| !Arc::ptr_eq(dir, &from) && !from.health.has_failed());
        let found = others
            .filter_map(|dir| Some((dir, dir.future_of(&replica.id, replica.topic_id)?)))
            .min_by_key(|(dir, _)| Some(dir.id) != wanted.directory);
        if let Some((to, name)) = found {
            self.resume_move(replica, to, name.clone(), wanted.directory == Some(to.id));
        }
    }

    /// Renames directories of partitions that the metadata does not know, and says so; nothing is deleted.
    fn put_strays_aside(&self, image: &MetadataImage) {
        for data_dir in self.online_dirs() {
            self.put_copies_aside(data_dir);
            let is_stray = |id: &&TopicPartition| {
                let known = image.topics.partition(id.topic.as_str(), id.partition);
                known.is_none_or(|partition| !partition.replicas.contains(&self.local))
            };
            let strays: Vec<&TopicPartition> = data_dir.found.partitions.iter().filter(is_stray).collect();
            if strays.is_empty() {
                continue;
            }
            let directory = data_dir.path.display();
            let (count, named) = (strays.len(), named(&strays));
            if image.topics.iter().next().is_none() {
                warn!(
                    %directory, count, partitions = named,
                    "the metadata log knows no topic, but there are directories of partitions: has it been lost? they are \
                     put aside under names that end in -stray, and never deleted"
                );
            } else {
                warn!(
                    %directory, count, partitions = named,
                    "the metadata log does not know these partitions: their directories are put aside under names that \
                     end in -stray, and never deleted"
                );
            }
            for id in strays {
                self.put_aside(data_dir, id, &id.to_string());
            }
        }
    }

    /// Renames the directories of copies that no move goes on with.
    fn put_copies_aside(&self, data_dir: &Arc<DataDir>) {
        for (id, name) in &data_dir.found.futures {
            let hosted = self.get(id.topic.as_str(), id.partition);
            // Where the replica cannot be reached, the next start may need the copy.
            let is_in_use = hosted.is_some_and(|partition| {
                partition.data_dir().health.has_failed()
                    || partition.moving().is_some_and(|plan| plan.name == *name)
                    || Arc::ptr_eq(&partition.data_dir(), data_dir) && !data_dir.holds(id, partition.topic_id)
            });
            if !is_in_use {
                warn!(partition = %id, directory = name, "no replica moves here, the copy is put aside");
                self.put_aside(data_dir, id, name);
            }
        }
    }

    pub(super) fn put_aside(&self, data_dir: &DataDir, id: &TopicPartition, name: &str) {
        let stray = stray_dir_name(id, Uuid::from_u128(rand::random()));
        if let Err(error) = data_dir.dir.rename(name, &stray) {
            error!(partition = %id, directory = name, %error, "the directory cannot be put aside");
        }
    }
}

/// The first of them, for a line of the log.
fn named(partitions: &[&TopicPartition]) -> String {
    const NAMED_MAX: usize = 20;
    let mut named: Vec<String> = partitions.iter().map(ToString::to_string).collect();
    named.sort();
    if named.len() > NAMED_MAX {
        named.truncate(NAMED_MAX);
        named.push("…".to_owned());
    }
    named.join(", ")
}

/// What the metadata says of where a replica lies on this broker.
struct Wanted {
    directory: Option<Uuid>,
    /// The replica is not being created now.
    may_exist: bool,
}

impl Wanted {
    /// Whether records of the replica may lie in a directory that this broker does not know.
    fn may_exist_elsewhere(&self) -> bool {
        match self.directory {
            Some(id) if id != DIRECTORY_UNASSIGNED && id != DIRECTORY_MIGRATING => true,
            _ => self.may_exist,
        }
    }
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
