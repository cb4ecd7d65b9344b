//! More partitions, other leaders (D8, C14).

use std::collections::{BTreeMap, HashMap};

use kafkactl_core::names::{BrokerId, PartitionId, TopicName};
use kafkactl_core::schema::metadata::MetadataRecord;
use kafkactl_core::wire::ErrorCode;

use super::decision::{Decision, Refusal};
use super::machine::{Machine, Random, Upheaval};
use super::partition_change::Election;
use super::placement;
use super::topics::PARTITIONS_PER_REQUEST_MAX;
use crate::cluster::image::{PartitionImage, TopicImage};

/// A topic that is to have more partitions.
#[derive(Debug, Clone, PartialEq)]
pub struct MorePartitions {
    pub topic: String,
    /// The count after it, not the number to add.
    pub count: i32,
    /// The replicas of each new partition; `None` lets the controller choose.
    pub assignments: Option<Vec<Vec<BrokerId>>>,
}

/// The outcome of an election for each partition: topic, partition, result.
pub type ElectionResults = Vec<(TopicName, i32, Result<(), Refusal>)>;

impl Machine<'_> {
    /// Decides which topics grow. Every topic named is in the outcome (J64), twice-named ones once.
    pub fn create_partitions(
        &self,
        topics: Vec<MorePartitions>,
        validate_only: bool,
        random: Random<'_>,
    ) -> Decision<Vec<(String, Result<(), Refusal>)>> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        topics.iter().for_each(|topic| *counts.entry(&topic.topic).or_default() += 1);
        let twice: BTreeMap<String, ()> = counts
            .iter()
            .filter(|(_, count)| **count > 1)
            .map(|(name, _)| ((*name).to_owned(), ()))
            .collect();
        let mut room = PARTITIONS_PER_REQUEST_MAX;
        let mut records = Vec::new();
        let mut reply = Vec::with_capacity(topics.len());
        for topic in topics.into_iter().filter(|topic| !twice.contains_key(&topic.topic)) {
            let outcome = self.grow(&topic, &mut room, random).map(|grown| records.extend(grown));
            reply.push((topic.topic, outcome));
        }
        reply.extend(twice.into_keys().map(|name| {
            (name, Err(Refusal::new(ErrorCode::InvalidRequest, "the request names this topic twice")))
        }));
        Decision::new(if validate_only { Vec::new() } else { records }, reply)
    }

    fn grow(
        &self,
        topic: &MorePartitions,
        room: &mut usize,
        random: Random<'_>,
    ) -> Result<Vec<MetadataRecord>, Refusal> {
        let image = self
            .image
            .topics
            .get(&topic.topic)
            .ok_or_else(|| Refusal::plain(ErrorCode::UnknownTopicOrPartition))?;
        let existing = image.partition_count();
        if topic.count <= existing {
            let reason = format!(
                "topic '{}' has {existing} partition(s); {} would not be an increase",
                image.name, topic.count
            );
            return Err(Refusal::new(ErrorCode::InvalidPartitions, reason));
        }
        let added = usize::try_from(topic.count - existing).unwrap_or(0);
        *room = room.checked_sub(added).ok_or_else(|| {
            let reason = format!("one request may create {PARTITIONS_PER_REQUEST_MAX} partitions");
            Refusal::new(ErrorCode::PolicyViolation, reason)
        })?;
        let replica_count = image.partitions.values().next().map_or(1, |it| it.replicas.len());
        let placed = match &topic.assignments {
            None => placement::place(added, replica_count, &self.usable_brokers(), random() as usize)?,
            Some(assignments) => {
                if assignments.len() != added {
                    let reason = format!("{added} partitions are new, {} are assigned", assignments.len());
                    return Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, reason));
                }
                for replicas in assignments {
                    self.check_assignment(replicas, Some(replica_count))?;
                }
                assignments.clone()
            }
        };
        self.partition_records(image.id, existing, placed, topic.assignments.is_none())
    }

    /// Decides new leaders. `None` stands for every partition and leaves out those that need no election.
    pub fn elect_leaders(
        &self,
        election: Election,
        partitions: Option<Vec<(TopicName, Vec<i32>)>>,
    ) -> Decision<ElectionResults> {
        let mut records = Vec::new();
        let mut reply = Vec::new();
        match partitions {
            Some(asked) => {
                for (topic, numbers) in asked {
                    for number in numbers {
                        let outcome = self.elect_one(election, &topic, number, &mut records);
                        reply.push((topic.clone(), number, outcome));
                    }
                }
            }
            None => {
                for topic in self.image.topics.sorted() {
                    for (&number, partition) in &topic.partitions {
                        let outcome = self.elect(election, topic, number, partition, &mut records);
                        let is_needed =
                            !matches!(&outcome, Err(it) if it.code == ErrorCode::ElectionNotNeeded);
                        if is_needed {
                            reply.push((topic.name.clone(), number.0, outcome));
                        }
                    }
                }
            }
        }
        Decision::new(records, reply)
    }

    fn elect_one(
        &self,
        election: Election,
        topic: &TopicName,
        number: i32,
        records: &mut Vec<MetadataRecord>,
    ) -> Result<(), Refusal> {
        let number = PartitionId(number);
        let (topic, partition) = self.named_partition(topic, number)?;
        self.elect(election, topic, number, partition, records)
    }

    /// The partition that a request names. Requests may name a topic of 32 KiB with thousands of partitions: the words
    /// for each do without the name.
    pub(super) fn named_partition(
        &self,
        topic: &TopicName,
        number: PartitionId,
    ) -> Result<(&TopicImage, &PartitionImage), Refusal> {
        let unknown = |reason: &str| Refusal::new(ErrorCode::UnknownTopicOrPartition, reason);
        let topic = self.image.topics.get(topic.as_str()).ok_or_else(|| unknown("there is no such topic"))?;
        let partition =
            topic.partitions.get(&number).ok_or_else(|| unknown("the topic has no such partition"))?;
        Ok((topic, partition))
    }

    fn elect(
        &self,
        election: Election,
        topic: &TopicImage,
        number: PartitionId,
        partition: &PartitionImage,
        records: &mut Vec<MetadataRecord>,
    ) -> Result<(), Refusal> {
        let not_needed = match election {
            Election::Preferred => partition.preferred_leader() == Some(partition.leader),
            Election::Online | Election::Unclean => partition.has_leader(),
        };
        let refuse = |code: ErrorCode| Err(Refusal::new(code, code.message()));
        if not_needed {
            return refuse(ErrorCode::ElectionNotNeeded);
        }
        let can_lead = |broker: BrokerId| self.image.is_active(broker);
        let upheaval = Upheaval::new(election, &can_lead);
        let min_insync = self.topic_settings(topic.name.as_str()).min_insync_replicas;
        let min_insync = usize::try_from(min_insync).unwrap_or(1);
        let change = self.partition_change(topic.id, min_insync, (number, partition), &upheaval);
        let leader = change.as_ref().map(|change| BrokerId(change.leader));
        match (election, leader) {
            (Election::Preferred, Some(leader)) if partition.preferred_leader() == Some(leader) => {}
            (Election::Preferred, _) => return refuse(ErrorCode::PreferredLeaderNotAvailable),
            (_, Some(leader)) if leader >= BrokerId(0) => {}
            _ => return refuse(ErrorCode::EligibleLeadersNotAvailable),
        }
        records.extend(change.map(MetadataRecord::from));
        Ok(())
    }
}

/// Topic and partition of an election, for those who group results by topic.
pub fn by_topic(results: ElectionResults) -> BTreeMap<TopicName, Vec<(i32, Result<(), Refusal>)>> {
    let mut topics: BTreeMap<TopicName, Vec<(i32, Result<(), Refusal>)>> = BTreeMap::new();
    for (topic, partition, outcome) in results {
        topics.entry(topic).or_default().push((partition, outcome));
    }
    topics
}
