//! Creating and deleting topics (D6, D7, D9; `ReplicationControlManager`).

use std::collections::{BTreeMap, HashMap, HashSet};

use kafkactl_core::names::{BrokerId, PartitionId, TopicId, TopicName};
use kafkactl_core::schema::metadata::{
    ClearElrRecord, ConfigRecord, MetadataRecord, RemoveTopicRecord, TopicRecord,
};
use kafkactl_core::settings::{ResourceKind, Texts};
use kafkactl_core::wire::ErrorCode;

use super::config_rules;
use super::decision::{Decision, Refusal};
use super::machine::{Machine, Random, draw_id};
use super::placement;

/// Most partitions that one request may create.
pub const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;

/// Kafka's own log of metadata, which is no ordinary topic.
const CLUSTER_METADATA: &str = "__cluster_metadata";

/// "As the brokers' settings say", for counts of partitions and replicas.
pub const DEFAULT_COUNT: i32 = -1;

/// A topic to be created.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewTopic {
    pub name: String,
    /// [`DEFAULT_COUNT`] when the assignments say it, or for `num.partitions`.
    pub partitions: i32,
    /// [`DEFAULT_COUNT`] when the assignments say it, or for `default.replication.factor`.
    pub replication_factor: i16,
    /// Partition and its replicas; empty lets the controller choose.
    pub assignments: Vec<(i32, Vec<BrokerId>)>,
    pub configs: Vec<(String, Option<String>)>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatedTopic {
    pub id: TopicId,
    pub partitions: i32,
    pub replication_factor: i16,
    /// The values that were set for it.
    pub configs: Texts,
}

/// The outcome for each topic, by name.
pub type CreateTopicsReply = Vec<(String, Result<CreatedTopic, Refusal>)>;

/// Which topic to delete.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TopicRef {
    Name(String),
    Id(TopicId),
}

/// A topic that was deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct DeletedTopic {
    pub name: TopicName,
    pub id: TopicId,
}

impl Machine<'_> {
    /// Decides which of these topics come to be. One topic's refusal does not touch the others.
    ///
    /// Names that stand twice and `__cluster_metadata` are refused; the outcome lists them last, once.
    pub fn create_topics(
        &self,
        topics: Vec<NewTopic>,
        validate_only: bool,
        random: Random<'_>,
    ) -> Decision<CreateTopicsReply> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        topics.iter().for_each(|topic| *counts.entry(&topic.name).or_default() += 1);
        let mut refused: BTreeMap<String, Refusal> = BTreeMap::new();
        for (&name, &count) in &counts {
            if count > 1 {
                let refusal = Refusal::new(ErrorCode::InvalidRequest, "the request names this topic twice");
                refused.insert(name.to_owned(), refusal);
            } else if name == CLUSTER_METADATA {
                let refusal = Refusal::new(ErrorCode::InvalidRequest, "this topic cannot be created");
                refused.insert(name.to_owned(), refusal);
            }
        }
        let topics: Vec<NewTopic> = topics.into_iter().filter(|it| !refused.contains_key(&it.name)).collect();
        let mut reply = self.create_valid_topics(topics, random);
        let records = match validate_only {
            true => Vec::new(),
            false => std::mem::take(&mut reply.records),
        };
        let mut reply = reply.reply;
        reply.extend(refused.into_iter().map(|(name, refusal)| (name, Err(refusal))));
        Decision::new(records, reply)
    }

    fn create_valid_topics(&self, topics: Vec<NewTopic>, random: Random<'_>) -> Decision<CreateTopicsReply> {
        let wanted: usize = topics.iter().map(|topic| self.partitions_wanted(topic)).sum();
        if wanted > PARTITIONS_PER_REQUEST_MAX {
            let refusal = Refusal::new(
                ErrorCode::PolicyViolation,
                format!("one request may create {PARTITIONS_PER_REQUEST_MAX} partitions, not {wanted}"),
            );
            return Decision::reply(topics.into_iter().map(|it| (it.name, Err(refusal.clone()))).collect());
        }
        let folded = self.folded_names();
        let mut records = Vec::new();
        let mut reply = Vec::with_capacity(topics.len());
        for topic in topics {
            let outcome = self.create_topic(&topic, &folded, random, &mut records);
            reply.push((topic.name, outcome));
        }
        Decision::new(records, reply)
    }

    fn partitions_wanted(&self, topic: &NewTopic) -> usize {
        let asked = match (topic.assignments.len(), topic.partitions) {
            (0, DEFAULT_COUNT) => self.settings.topics.partitions,
            (0, partitions) => partitions,
            (assigned, _) => return assigned,
        };
        usize::try_from(asked).unwrap_or(0)
    }

    /// Existing names as they are told apart in metrics, where `.` and `_` are one. The names of one request are not
    /// compared with each other, as in Apache Kafka (`ReplicationControlManager.validateNewTopicNames`).
    fn folded_names(&self) -> HashMap<String, String> {
        let mut folded = HashMap::with_capacity(self.image.topics.count());
        for topic in self.image.topics.iter() {
            if topic.name.as_str().contains(['.', '_']) {
                folded.insert(fold(topic.name.as_str()), topic.name.to_string());
            }
        }
        folded
    }

    fn create_topic(
        &self,
        topic: &NewTopic,
        folded: &HashMap<String, String>,
        random: Random<'_>,
        records: &mut Vec<MetadataRecord>,
    ) -> Result<CreatedTopic, Refusal> {
        TopicName::validate(&topic.name)
            .map_err(|error| Refusal::new(ErrorCode::InvalidTopicException, error.to_string()))?;
        if self.image.topics.get(&topic.name).is_some() {
            return Err(Refusal::new(
                ErrorCode::TopicAlreadyExists,
                format!("topic '{}' already exists", topic.name),
            ));
        }
        if let Some(other) = folded.get(&fold(&topic.name)).filter(|_| topic.name.contains(['.', '_'])) {
            let reason = format!("topic '{}' and '{other}' differ in '.' and '_' alone", topic.name);
            return Err(Refusal::new(ErrorCode::InvalidTopicException, reason));
        }
        let configs = config_rules::new_topic(self, &topic.configs)?;
        let placed = self.replicas_of(topic, random)?;
        let id = TopicId(draw_id(random));
        let first_replicas = placed.first().map_or(0, Vec::len);
        let partitions = self.partition_records(id, 0, placed, topic.assignments.is_empty())?;
        let created = CreatedTopic {
            id,
            partitions: i32::try_from(partitions.len()).unwrap_or(i32::MAX),
            replication_factor: i16::try_from(first_replicas).unwrap_or(i16::MAX),
            configs,
        };
        records.push(TopicRecord { name: topic.name.clone(), topic_id: id.0 }.into());
        records.extend(created.configs.iter().map(|(name, value)| {
            MetadataRecord::from(ConfigRecord {
                resource_type: ResourceKind::Topic.code(),
                resource_name: topic.name.clone(),
                name: name.clone(),
                value: Some(value.clone()),
            })
        }));
        if self.uses_elr() && created.configs.contains_key("min.insync.replicas") {
            records.push(ClearElrRecord { topic_name: topic.name.clone() }.into());
        }
        records.extend(partitions);
        Ok(created)
    }

    /// The replicas of each partition, as asked for or as the controller chooses.
    fn replicas_of(&self, topic: &NewTopic, random: Random<'_>) -> Result<Vec<Vec<BrokerId>>, Refusal> {
        if !topic.assignments.is_empty() {
            return self.assigned_replicas(topic);
        }
        if topic.replication_factor < -1 || topic.replication_factor == 0 {
            return Err(Refusal::new(
                ErrorCode::InvalidReplicationFactor,
                "the replication factor must be at least 1, or -1 for the default",
            ));
        }
        if topic.partitions < -1 || topic.partitions == 0 {
            return Err(Refusal::new(
                ErrorCode::InvalidPartitions,
                "the number of partitions must be at least 1, or -1 for the default",
            ));
        }
        let replication_factor = match topic.replication_factor {
            -1 => self.settings.topics.replication_factor,
            asked => asked,
        };
        let replication_factor = usize::try_from(replication_factor).unwrap_or(1);
        placement::place(
            self.partitions_wanted(topic),
            replication_factor,
            &self.usable_brokers(),
            random() as usize,
        )
    }

    fn assigned_replicas(&self, topic: &NewTopic) -> Result<Vec<Vec<BrokerId>>, Refusal> {
        if i32::from(topic.replication_factor) != DEFAULT_COUNT || topic.partitions != DEFAULT_COUNT {
            return Err(Refusal::new(
                ErrorCode::InvalidRequest,
                "assignments say how many partitions and replicas there are; both counts must be -1",
            ));
        }
        let by_partition: BTreeMap<i32, &Vec<BrokerId>> =
            topic.assignments.iter().map(|(partition, replicas)| (*partition, replicas)).collect();
        let wrong = |reason: &str| Refusal::new(ErrorCode::InvalidReplicaAssignment, reason);
        if by_partition.len() != topic.assignments.len() {
            return Err(wrong("a partition is assigned twice"));
        }
        if !by_partition.keys().copied().eq(0..by_partition.len() as i32) {
            return Err(wrong("partitions must be numbered from 0 without gaps"));
        }
        let mut replica_count = None;
        for replicas in by_partition.values() {
            self.check_assignment(replicas, replica_count)?;
            replica_count = Some(replicas.len());
        }
        Ok(by_partition.into_values().cloned().collect())
    }

    /// Whether replicas chosen by hand can be taken (`validateManualPartitionAssignment`).
    pub(super) fn check_assignment(
        &self,
        replicas: &[BrokerId],
        count: Option<usize>,
    ) -> Result<(), Refusal> {
        let refuse = |reason: String| Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, reason));
        if replicas.is_empty() {
            return refuse("a partition is assigned no replicas".to_owned());
        }
        if let Some(broker) = replicas.iter().find(|&&broker| !self.is_known(broker)) {
            return refuse(format!("a replica is assigned to broker {broker}, which is not registered"));
        }
        if let Some((_, broker)) =
            replicas.iter().enumerate().find(|(index, broker)| replicas[..*index].contains(broker))
        {
            return refuse(format!("a partition is assigned to broker {broker} twice"));
        }
        match count {
            Some(count) if count != replicas.len() => {
                refuse(format!("a partition is assigned {} replicas, others {count}", replicas.len()))
            }
            _ => Ok(()),
        }
    }

    /// The records of new partitions, numbered from `first`.
    pub(super) fn partition_records(
        &self,
        topic: TopicId,
        first: i32,
        placed: Vec<Vec<BrokerId>>,
        chosen_by_controller: bool,
    ) -> Result<Vec<MetadataRecord>, Refusal> {
        let code = match chosen_by_controller {
            true => ErrorCode::InvalidReplicationFactor,
            false => ErrorCode::InvalidReplicaAssignment,
        };
        placed
            .into_iter()
            .zip(first..)
            .map(|(replicas, number)| {
                let partition = self.new_partition(replicas).ok_or_else(|| {
                    let reason = format!("no broker that partition {number} is assigned to is up");
                    Refusal::new(code, reason)
                })?;
                Ok(partition.record(topic, PartitionId(number), self.version()).into())
            })
            .collect()
    }

    /// Decides which of these topics go. Whether deleting is allowed at all is looked at before.
    pub fn delete_topics(&self, topics: &[TopicRef]) -> Decision<Vec<Result<DeletedTopic, Refusal>>> {
        let mut deleted: HashSet<TopicId> = HashSet::new();
        let mut records = Vec::new();
        let reply = topics
            .iter()
            .map(|topic| {
                let (found, unknown) = match topic {
                    TopicRef::Name(name) => (self.image.topics.get(name), ErrorCode::UnknownTopicOrPartition),
                    TopicRef::Id(id) => (self.image.topics.by_id(id), ErrorCode::UnknownTopicId),
                };
                let found = found.ok_or_else(|| Refusal::new(unknown, unknown.message()))?;
                if deleted.insert(found.id) {
                    records.push(RemoveTopicRecord { topic_id: found.id.0 }.into());
                }
                Ok(DeletedTopic { name: found.name.clone(), id: found.id })
            })
            .collect();
        Decision::new(records, reply)
    }
}

/// `.` and `_` are the same in names of metrics, so two topics must not differ in them alone.
fn fold(name: &str) -> String {
    name.replace('.', "_")
}
