//! Consumer groups (KIP-848) on the machine.

mod heartbeats;
mod members;
mod migration;
mod mixed;
mod random;
mod reader;
mod regexes;
mod settling;

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::names::Uuid;
use kafkactl_core::schema::metadata::{MetadataRecord, PartitionRecord, RemoveTopicRecord, TopicRecord};

use super::*;
use crate::cluster::MetadataDelta;
use crate::group::consumer::{
    Assignment, ConsumerHeartbeat, ConsumerHeartbeatReply, ConsumerRecord, DescribedConsumer,
    DescribedConsumerGroup, Refusal,
};

/// A heartbeat; what is `None` the member does not say.
#[derive(Debug, Clone)]
pub struct Beat {
    version: i16,
    group: &'static str,
    member: String,
    epoch: i32,
    instance: Option<String>,
    rack: Option<&'static str>,
    rebalance_ms: Option<i32>,
    topics: Option<Vec<&'static str>>,
    regex: Option<String>,
    assignor: Option<&'static str>,
    owned: Option<Assignment>,
}

impl Beat {
    /// As clients beat while nothing happens.
    pub fn of(member: &str, epoch: i32) -> Self {
        Self {
            version: 1,
            group: GROUP,
            member: member.to_owned(),
            epoch,
            instance: None,
            rack: None,
            rebalance_ms: None,
            topics: None,
            regex: None,
            assignor: None,
            owned: None,
        }
    }

    /// As clients join.
    pub fn join(member: &str, topics: &[&'static str]) -> Self {
        Self {
            rebalance_ms: Some(60_000),
            topics: Some(topics.to_vec()),
            owned: Some(Assignment::new()),
            ..Self::of(member, 0)
        }
    }

    fn instance(self, instance: &str) -> Self {
        Self { instance: Some(instance.to_owned()), ..self }
    }

    fn regex(self, regex: &str) -> Self {
        Self { regex: Some(regex.to_owned()), ..self }
    }

    fn topics(self, topics: &[&'static str]) -> Self {
        Self { topics: Some(topics.to_vec()), ..self }
    }

    fn owning(self, owned: &Assignment) -> Self {
        Self { owned: Some(owned.clone()), ..self }
    }
}

impl Bench {
    /// With topics `(name, partitions)`.
    pub fn with_topics(topics: &[(&str, i32)]) -> Self {
        Self::with_topics_and(defaults(), topics)
    }

    fn with_topics_and(settings: GroupSettings, topics: &[(&str, i32)]) -> Self {
        let mut bench = Self::with(settings);
        topics.iter().for_each(|(name, partitions)| bench.make_topic(name, *partitions));
        bench
    }

    /// Makes a topic, or adds the partitions that it lacks.
    fn make_topic(&mut self, name: &str, partitions: i32) {
        let known = self.metadata.image.topics.get(name).map_or(0, |topic| topic.partition_count());
        let topic = TopicRecord { name: name.to_owned(), topic_id: topic_id(name).0 };
        let topic = (known == 0).then_some(MetadataRecord::Topic(topic));
        let partitions = (known..partitions).map(|partition_id| {
            MetadataRecord::Partition(PartitionRecord {
                partition_id,
                topic_id: topic_id(name).0,
                replicas: vec![1],
                isr: vec![1],
                leader: 1,
                ..PartitionRecord::default()
            })
        });
        self.change_metadata(topic.into_iter().chain(partitions));
    }

    fn delete_topic(&mut self, name: &str) {
        let topic_id = topic_id(name).0;
        self.change_metadata([MetadataRecord::RemoveTopic(RemoveTopicRecord { topic_id })]);
    }

    fn change_metadata(&mut self, records: impl IntoIterator<Item = MetadataRecord>) {
        let mut image = (*self.metadata.image).clone();
        let mut delta = MetadataDelta::default();
        records.into_iter().for_each(|record| image.replay(record, &mut delta).unwrap());
        image.offset = Offset(image.offset.0 + 1);
        self.metadata = self.metadata.after(&delta, &Arc::new(image));
    }

    pub fn beat(&mut self, beat: Beat) -> Result<ConsumerHeartbeatReply, ErrorCode> {
        self.beat_in_words(beat).map_err(|refusal| refusal.code)
    }

    fn beat_in_words(&mut self, beat: Beat) -> Result<ConsumerHeartbeatReply, Refusal> {
        let request = ConsumerHeartbeat {
            group: beat.group.into(),
            member: beat.member.into(),
            fresh_member: format!("fresh-{}", self.ticket().0).into(),
            epoch: beat.epoch,
            instance: beat.instance.as_deref().map(InstanceId::from),
            rack: beat.rack.map(Arc::from),
            rebalance_timeout_ms: beat.rebalance_ms,
            topics: beat.topics.map(|names| names.into_iter().map(TopicName::new).collect()),
            regex_flaw: beat.regex.as_deref().and_then(|regex| self.regexes.compile(regex).err()),
            regex: beat.regex.map(Arc::from),
            assignor: beat.assignor.map(Arc::from),
            owned: beat.owned,
            client_id: Arc::from("client"),
            client_host: Arc::from("/127.0.0.1"),
        };
        request.check(beat.version, &self.settings)?;
        self.turn(|shard, turn| shard.consumer_heartbeat(&request, turn))
    }

    /// Looks at the expressions that groups have asked about.
    fn resolve_regexes(&mut self) {
        for job in std::mem::take(&mut self.regex_jobs) {
            let resolved =
                job.run(&self.metadata.image, self.now.ms, |text| self.regexes.compile(text), || false);
            self.turn(|shard, turn| shard.regexes_resolved(&job.group, resolved, turn));
        }
    }

    fn consumers(&self) -> DescribedConsumerGroup {
        self.shard.describe_consumer(GROUP, &self.settings).unwrap()
    }

    fn consumer(&self, id: &str) -> DescribedConsumer {
        self.consumers().members.into_iter().find(|member| member.id.as_str() == id).unwrap()
    }

    fn consumer_ids(&self) -> Vec<String> {
        self.consumers().members.iter().map(|member| member.id.to_string()).collect()
    }

    /// The state by Kafka's name, and the group's epoch.
    fn consumers_state(&self) -> (&'static str, i32) {
        let group = self.consumers();
        (group.state, group.epoch)
    }
}

fn topic_id(name: &str) -> TopicId {
    TopicId(Uuid::from_u128(name.bytes().fold(1, |id, byte| id << 8 | u128::from(byte))))
}

/// Partitions `0..count` of one topic.
fn all_of(topic: &str, count: i32) -> Assignment {
    some_of(topic, 0..count)
}

fn some_of(topic: &str, partitions: impl IntoIterator<Item = i32>) -> Assignment {
    let partitions: BTreeSet<PartitionId> = partitions.into_iter().map(PartitionId).collect();
    if partitions.is_empty() { Assignment::new() } else { Assignment::from([(topic_id(topic), partitions)]) }
}

fn count_of(assignment: &Assignment) -> usize {
    assignment.values().map(BTreeSet::len).sum()
}
