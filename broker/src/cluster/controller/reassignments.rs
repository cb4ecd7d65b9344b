//! Partitions that move to other brokers: asked for, called off and told (KIP-455).

use std::collections::HashSet;

use kafkactl_core::names::{BrokerId, PartitionId, TopicId, TopicName};
use kafkactl_core::schema::metadata::{MetadataRecord, PartitionChangeRecord};
use kafkactl_core::wire::ErrorCode;

use super::assignment::Assignment;
use super::decision::{Decision, Refusal};
use super::machine::{Machine, Upheaval};
use super::partition_change::Election;
use crate::cluster::image::{PartitionImage, TopicImage};

/// Most partitions that one request changes (`MAX_RECORDS_PER_USER_OP`).
const CHANGES_MAX: usize = 10_000;

/// Where a partition is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Reassignment {
    pub partition: i32,
    /// The brokers to hold it, the preferred leader first; `None` calls off the move that is under way.
    pub replicas: Option<Vec<BrokerId>>,
}

/// Partitions on their way, by topic.
pub type Reassignments = Vec<(TopicName, Vec<(PartitionId, Assignment)>)>;

impl Machine<'_> {
    /// Decides which partitions move. Every partition named is in the outcome, in the order of the request. To be where
    /// it is already takes no record.
    pub fn reassign(
        &self,
        topics: &[(TopicName, Vec<Reassignment>)],
        may_change_count: bool,
    ) -> Decision<Vec<Vec<Result<(), Refusal>>>> {
        let mut records: Vec<MetadataRecord> = Vec::new();
        let mut reassign = |topic: &TopicName, wanted: &Reassignment| {
            let change = self.reassign_one(topic, wanted, may_change_count)?;
            if change.is_some() && records.len() == CHANGES_MAX {
                return Err(Refusal::plain(ErrorCode::UnknownServerError));
            }
            records.extend(change.map(MetadataRecord::from));
            Ok(())
        };
        let reply = topics
            .iter()
            .map(|(topic, partitions)| partitions.iter().map(|wanted| reassign(topic, wanted)).collect())
            .collect();
        Decision::new(records, reply)
    }

    fn reassign_one(
        &self,
        topic: &TopicName,
        wanted: &Reassignment,
        may_change_count: bool,
    ) -> Result<Option<PartitionChangeRecord>, Refusal> {
        let partition = PartitionId(wanted.partition);
        let (topic, image) = self.named_partition(topic, partition)?;
        let (assignment, election) = match &wanted.replicas {
            Some(replicas) => {
                self.check_assignment(replicas, None)?;
                if !may_change_count {
                    check_count(image, replicas.len())?;
                }
                (Assignment::towards(image, replicas), Election::Online)
            }
            None => self.call_off(topic, image)?,
        };
        let can_lead = |broker: BrokerId| self.image.is_active(broker);
        let upheaval = Upheaval { assignment: Some(&assignment), ..Upheaval::new(election, &can_lead) };
        let min_insync = self.topic_settings(topic.name.as_str()).min_insync_replicas;
        let min_insync = usize::try_from(min_insync).unwrap_or(1);
        Ok(self.partition_change(topic.id, min_insync, (partition, image), &upheaval))
    }

    /// The assignment before the move, and how a leader is found among it. Refused if records could be lost by that
    /// and the topic does not allow it.
    fn call_off(
        &self,
        topic: &TopicImage,
        image: &PartitionImage,
    ) -> Result<(Assignment, Election), Refusal> {
        let under_way = Assignment::of(image);
        if !under_way.is_under_way() {
            return Err(Refusal::plain(ErrorCode::NoReassignmentInProgress));
        }
        let refuse = |reason: &str| Refusal::new(ErrorCode::InvalidReplicaAssignment, reason);
        let before = Assignment::reverted(image).ok_or_else(|| refuse("all replicas are being added"))?;
        let is_clean = before.isr.iter().all(|broker| image.isr.contains(broker));
        match self.topic_settings(topic.name.as_str()).unclean_leader_election {
            true => Ok((before, Election::Unclean)),
            false if is_clean => Ok((before, Election::Online)),
            false => Err(refuse("no replica from before the move is in sync")),
        }
    }

    /// What is under way of the partitions asked for, or of all. What is named again is told once.
    pub fn reassignments(&self, asked: Option<&[(TopicName, Vec<i32>)]>) -> Reassignments {
        let topics = &self.image.topics;
        let told = match asked {
            None => topics
                .sorted()
                .into_iter()
                .map(|topic| ongoing(topic, topic.partitions.keys().copied()))
                .collect(),
            Some(asked) => {
                let mut told: HashSet<(TopicId, PartitionId)> = HashSet::new();
                let known =
                    asked.iter().filter_map(|(name, numbers)| Some((topics.get(name.as_str())?, numbers)));
                let told = known.map(|(topic, numbers)| {
                    let numbers = numbers.iter().map(|&number| PartitionId(number));
                    ongoing(topic, numbers.filter(|&number| told.insert((topic.id, number))))
                });
                told.collect::<Vec<_>>()
            }
        };
        told.into_iter().filter(|(_, partitions)| !partitions.is_empty()).collect()
    }
}

fn ongoing(
    topic: &TopicImage,
    numbers: impl Iterator<Item = PartitionId>,
) -> (TopicName, Vec<(PartitionId, Assignment)>) {
    let known = numbers.filter_map(|number| Some((number, Assignment::of(topic.partitions.get(&number)?))));
    (topic.name.clone(), known.filter(|(_, assignment)| assignment.is_under_way()).collect())
}

/// Whether a partition is to keep as many replicas as it has, or had before what is under way.
fn check_count(image: &PartitionImage, wanted: usize) -> Result<(), Refusal> {
    let present = image.replicas.iter().filter(|broker| !image.removing.contains(broker)).count();
    if present == wanted {
        return Ok(());
    }
    let reason = format!("{wanted} replicas instead of {present} change the replication factor");
    Err(Refusal::new(ErrorCode::InvalidReplicationFactor, reason))
}
