//! OffsetCommit, OffsetFetch, OffsetDelete: the offsets of groups of every kind (G19–G24, F16).

use std::collections::HashSet;
use std::sync::Arc;

use kafkactl_core::names::{LeaderEpoch, PartitionId, TopicId, TopicName};
use kafkactl_core::wire::ErrorCode;

use super::consumer::{CommitAttempt, CommitRule};
use super::names::{GroupId, InstanceId, MemberId};
use super::record::{CommittedOffset, GroupRecord};
use super::shard::{Group, Shard};
use super::turn::Turn;

#[derive(Debug, Clone)]
pub struct CommitRequest {
    pub group: GroupId,
    /// The generation of a classic member, the epoch of a newer one; -1 from whoever is no member.
    pub epoch: i32,
    pub member: MemberId,
    pub instance: Option<InstanceId>,
    /// Version 9 and later: the client knows member epochs and GROUP_ID_NOT_FOUND.
    pub knows_epochs: bool,
    pub is_transactional: bool,
    /// Versions 2 to 4 may ask for an expiry of their own.
    pub retention_ms: Option<i64>,
    pub offsets: Vec<OffsetToCommit>,
}

#[derive(Debug, Clone)]
pub struct OffsetToCommit {
    pub topic: TopicName,
    pub topic_id: TopicId,
    pub partition: PartitionId,
    pub offset: i64,
    pub leader_epoch: LeaderEpoch,
    pub metadata: Arc<str>,
}

#[derive(Debug, Clone)]
pub struct FetchRequest {
    pub group: GroupId,
    pub member: Option<MemberId>,
    /// -1 from whoever is no member.
    pub epoch: i32,
    /// Hold back offsets that an open transaction may change (KIP-447).
    pub require_stable: bool,
    /// `None`: all there are.
    pub topics: Option<Vec<TopicToFetch>>,
}

#[derive(Debug, Clone)]
pub struct TopicToFetch {
    pub topic: TopicName,
    /// Zero: whatever topic has the name.
    pub topic_id: TopicId,
    pub partitions: Vec<PartitionId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FetchedTopic {
    pub topic: TopicName,
    /// `None`: nothing is committed.
    pub partitions: Vec<(PartitionId, Result<Option<CommittedOffset>, ErrorCode>)>,
}

impl Shard {
    /// Commits all offsets or none, but for those whose metadata is too long: one outcome each, in order.
    pub fn commit(
        &mut self,
        request: CommitRequest,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<Result<(), ErrorCode>>, ErrorCode> {
        self.admit_commit(&request, turn)?;
        let rule = self.commit_rule(&request)?;
        // One partition that the member may not commit fails them all.
        request.offsets.iter().try_for_each(|commit| rule.check(commit.topic_id, commit.partition))?;
        let now_ms = turn.now.ms;
        let expire_timestamp_ms =
            request.retention_ms.map(|retention_ms| now_ms.saturating_add(retention_ms));
        let units_max = turn.settings.offset_metadata_bytes_max;
        let mut outcomes = Vec::with_capacity(request.offsets.len());
        turn.effects.records.reserve(request.offsets.len());
        for commit in request.offsets {
            if exceeds_units(&commit.metadata, units_max) {
                outcomes.push(Err(ErrorCode::OffsetMetadataTooLarge));
                continue;
            }
            let value = CommittedOffset {
                offset: commit.offset,
                leader_epoch: commit.leader_epoch,
                metadata: commit.metadata,
                commit_timestamp_ms: now_ms,
                expire_timestamp_ms,
                topic_id: commit.topic_id,
            };
            turn.effects.records.push(GroupRecord::Offset {
                group: request.group.clone(),
                topic: commit.topic,
                partition: commit.partition,
                value: Some(value),
            });
            outcomes.push(Ok(()));
        }
        Ok(outcomes)
    }

    fn admit_commit(&mut self, request: &CommitRequest, turn: &mut Turn<'_>) -> Result<(), ErrorCode> {
        let member = request.member.as_str();
        match self.groups.get(&request.group).map(|slot| &slot.group) {
            Some(Group::Classic(_)) => {}
            Some(Group::Consumer(_)) => return Ok(()),
            Some(Group::Other(group)) => {
                return group.admit_commit(member, request.epoch, request.knows_epochs);
            }
            None if request.epoch < 0 => return Ok(()),
            None if request.knows_epochs && !request.is_transactional => {
                return Err(ErrorCode::GroupIdNotFound);
            }
            None => return Err(ErrorCode::IllegalGeneration),
        }
        let instance = request.instance.as_ref().map(InstanceId::as_str);
        let admitted = self.on_classic(&request.group, turn, |group, turn| {
            group.admit_commit(turn.now, member, instance, request.epoch, request.is_transactional)
        });
        admitted.unwrap_or(Err(ErrorCode::UnknownServerError))
    }

    /// What a consumer group lets a member commit; classic groups have been asked before.
    fn commit_rule(&self, request: &CommitRequest) -> Result<CommitRule<'_>, ErrorCode> {
        let Some(Group::Consumer(group)) = self.groups.get(&request.group).map(|slot| &slot.group) else {
            return Ok(CommitRule::Any);
        };
        group.admit_commit(&CommitAttempt {
            member: request.member.as_str(),
            instance: request.instance.as_ref().map(InstanceId::as_str),
            epoch: request.epoch,
            knows_epochs: request.knows_epochs,
            is_transactional: request.is_transactional,
        })
    }

    /// What is committed. A group that does not exist has committed nothing; that is no error.
    pub fn fetch(&self, request: &FetchRequest) -> Result<Vec<FetchedTopic>, ErrorCode> {
        let group = request.group.as_str();
        let is_known = match self.groups.get(group).map(|slot| &slot.group) {
            Some(Group::Classic(_)) => true,
            Some(Group::Consumer(group)) => {
                group.admit_fetch(request.member.as_ref().map(MemberId::as_str), request.epoch)?;
                true
            }
            Some(Group::Other(other)) => {
                match other.admit_fetch(request.member.as_ref().map(MemberId::as_str), request.epoch) {
                    Ok(()) => true,
                    Err(ErrorCode::GroupIdNotFound) => false,
                    Err(error) => return Err(error),
                }
            }
            None => false,
        };
        let fetch = |topic: &TopicName, topic_id: TopicId, partition: PartitionId| {
            if request.require_stable && self.offsets.is_unstable(group, topic, partition) {
                return (partition, Err(ErrorCode::UnstableOffsetCommit));
            }
            let committed = self.offsets.get(group, topic, partition).filter(|_| is_known);
            (partition, Ok(committed.filter(|committed| is_of(committed, topic_id)).cloned()))
        };
        let Some(topics) = &request.topics else {
            let known = self.offsets.of_group(group).filter(|_| is_known).into_iter().flatten();
            let all = known.map(|(topic, partitions)| FetchedTopic {
                topic: topic.clone(),
                partitions: partitions
                    .keys()
                    .map(|&partition| fetch(topic, TopicId::ZERO, partition))
                    .collect(),
            });
            return Ok(all.collect());
        };
        let asked = topics.iter().map(|asked| FetchedTopic {
            topic: asked.topic.clone(),
            partitions: asked
                .partitions
                .iter()
                .map(|&partition| fetch(&asked.topic, asked.topic_id, partition))
                .collect(),
        });
        Ok(asked.collect())
    }

    /// Deletes committed offsets of topics that no member reads: one outcome each, in order (G23, J49).
    pub fn delete_offsets(
        &self,
        id: &GroupId,
        partitions: &[(TopicName, PartitionId)],
        turn: &mut Turn<'_>,
    ) -> Result<Vec<Result<(), ErrorCode>>, ErrorCode> {
        if id.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        let slot = self.groups.get(id).ok_or(ErrorCode::GroupIdNotFound)?;
        match &slot.group {
            Group::Classic(group) => group.admit_offset_delete()?,
            Group::Consumer(_) => {}
            Group::Other(group) => group.admit_offset_delete()?,
        }
        let is_read = |topic: &TopicName| match &slot.group {
            Group::Classic(group) => group.is_subscribed_to(topic),
            Group::Consumer(group) => group.is_subscribed_to(topic),
            Group::Other(group) => !group.is_empty(),
        };
        let mut named = HashSet::new();
        let outcomes = partitions.iter().map(|(topic, partition)| {
            if is_read(topic) {
                return Err(ErrorCode::GroupSubscribedToTopic);
            }
            let is_kept = self.offsets.get(id.as_str(), topic, *partition).is_some();
            let is_first = named.insert((topic, *partition));
            if is_first && (is_kept || self.offsets.is_unstable(id.as_str(), topic, *partition)) {
                turn.effects.records.push(GroupRecord::Offset {
                    group: id.clone(),
                    topic: topic.clone(),
                    partition: *partition,
                    value: None,
                });
            }
            Ok(())
        });
        Ok(outcomes.collect())
    }
}

/// Whether an offset was committed for the topic with this id, as far as either id is known.
fn is_of(committed: &CommittedOffset, topic_id: TopicId) -> bool {
    topic_id == TopicId::ZERO || committed.topic_id == TopicId::ZERO || committed.topic_id == topic_id
}

/// Whether `text` has more UTF-16 units than allowed; Kafka counts Java chars.
fn exceeds_units(text: &str, units_max: usize) -> bool {
    text.len() > units_max && text.encode_utf16().nth(units_max).is_some()
}
