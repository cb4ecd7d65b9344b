use std::collections::BTreeMap;

use super::Admin;
use crate::client::route::{Ask, Coordinated};
use crate::client::text::{by_topic, text, topic_text};
use crate::client::{ClientError, PerItem};
use crate::names::{LeaderEpoch, Offset, TopicName, TopicPartition};
use crate::wire::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use crate::wire::messages::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use crate::wire::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use crate::wire::messages::offset_fetch_response::OffsetFetchResponseGroup;
use crate::wire::messages::{
    OffsetCommitRequest, OffsetDeleteRequest, OffsetFetchRequest, OffsetFetchResponse,
};
use crate::wire::{ErrorCode, StrBytes};

/// Where a group stands in a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next record to read.
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
    pub metadata: String,
}

/// Who commits: a member of the group in its generation, or somebody from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committer {
    pub generation: i32,
    pub member_id: String,
    pub instance_id: Option<String>,
}

impl Committer {
    /// Works only while the group has no members.
    pub fn outsider() -> Self {
        Self { generation: -1, member_id: String::new(), instance_id: None }
    }
}

/// A member of a group, for a producer that commits on its behalf (KIP-447).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMetadata {
    pub group_id: String,
    pub committer: Committer,
}

/// Versions without topic ids: a group may hold offsets of topics that no longer exist, which have none.
const VERSIONS_BY_NAME: std::ops::RangeInclusive<i16> = 1..=9;
const COMMIT_VERSIONS_BY_NAME: std::ops::RangeInclusive<i16> = 2..=9;
/// From here on one request asks for many groups (KIP-709).
const MANY_GROUPS_VERSION: i16 = 8;

type Offsets = PerItem<TopicPartition, CommittedOffset>;

impl Admin {
    /// What `group` has committed: all of it, or for `partitions`. Partitions without an offset are left out.
    /// With `require_stable` offsets that an open transaction is about to replace are waited for.
    pub async fn group_offsets(
        &self,
        group: &str,
        partitions: Option<&[TopicPartition]>,
        require_stable: bool,
    ) -> Result<Offsets, ClientError> {
        let what = format!("offsets of group \"{group}\"");
        let build = |version| offset_fetch(group, partitions, require_stable, version);
        let read = |response: OffsetFetchResponse| read_offsets(&what, response);
        let ask = Ask::new(&what).versions(VERSIONS_BY_NAME);
        self.client.ask_coordinator(ask, &Coordinated::group(group), build, read).await
    }

    /// All that each of `groups` has committed; one request per coordinator where it can (KIP-709).
    pub async fn groups_offsets(&self, groups: &[String]) -> PerItem<String, Offsets> {
        let items: BTreeMap<Coordinated, ()> =
            groups.iter().map(|group| (Coordinated::group(group), ())).collect();
        let build = |items: &[(Coordinated, ())], _| {
            let groups = items.iter().map(|(of, ())| {
                OffsetFetchRequestGroup::default()
                    .with_group_id(text(&of.key).into())
                    .with_member_epoch(-1)
                    .with_topics(None)
            });
            OffsetFetchRequest::default().with_groups(groups.collect())
        };
        let ask = Ask::new("offsets of groups").versions(MANY_GROUPS_VERSION..=*VERSIONS_BY_NAME.end());
        let answers = self
            .client
            .ask_owners(ask, items, build, |response| {
                let groups = response.groups.iter().map(|group| {
                    let of = Coordinated::group(&group.group_id);
                    let mut offsets = Offsets::new();
                    let outcome = read_group(&format!("offsets of {of}"), group, &mut offsets);
                    (of, outcome.map(|()| offsets))
                });
                groups.collect()
            })
            .await;
        let mut outcomes = PerItem::new();
        for (of, outcome) in answers {
            let outcome = match outcome {
                Err(ClientError::Unsupported { .. }) => self.group_offsets(&of.key, None, false).await,
                outcome => outcome,
            };
            outcomes.insert(of.key, outcome);
        }
        outcomes
    }

    /// Commits `offsets` for `group`. A group with members accepts them from these alone.
    pub async fn commit_group_offsets(
        &self,
        group: &str,
        committer: &Committer,
        offsets: &BTreeMap<TopicPartition, CommittedOffset>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let what = format!("offsets of group \"{group}\"");
        let build = |_| {
            let topics = by_topic(offsets).into_iter().map(|(topic, partitions)| {
                let partitions = partitions.into_iter().map(|(index, committed)| {
                    OffsetCommitRequestPartition::default()
                        .with_partition_index(index)
                        .with_committed_offset(committed.offset.0)
                        .with_committed_leader_epoch(committed.leader_epoch.0)
                        .with_committed_metadata(Some(text(&committed.metadata)))
                });
                OffsetCommitRequestTopic::default()
                    .with_name(topic_text(topic))
                    .with_partitions(partitions.collect())
            });
            OffsetCommitRequest::default()
                .with_group_id(text(group).into())
                .with_generation_id_or_member_epoch(committer.generation)
                .with_member_id(text(&committer.member_id))
                .with_group_instance_id(committer.instance_id.as_deref().map(text))
                .with_retention_time_ms(-1)
                .with_topics(topics.collect())
        };
        let ask = Ask::new(&what).versions(COMMIT_VERSIONS_BY_NAME);
        self.client
            .ask_coordinator(ask, &Coordinated::group(group), build, |response| {
                let answers = response.topics.into_iter().flat_map(|topic| {
                    let name = TopicName::new(&topic.name);
                    topic.partitions.into_iter().map(move |partition| {
                        (TopicPartition::new(name.clone(), partition.partition_index), partition.error_code)
                    })
                });
                per_partition(&what, answers)
            })
            .await
    }

    /// Forgets what `group` has committed for `partitions`.
    pub async fn delete_group_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let what = format!("offsets of group \"{group}\"");
        let build = |_| {
            let topics = by_topic(partitions.iter().map(|partition| (partition, ())));
            let topics = topics.into_iter().map(|(topic, partitions)| {
                let partitions = partitions
                    .into_iter()
                    .map(|(index, ())| OffsetDeleteRequestPartition::default().with_partition_index(index));
                OffsetDeleteRequestTopic::default()
                    .with_name(topic_text(topic))
                    .with_partitions(partitions.collect())
            });
            OffsetDeleteRequest::default().with_group_id(text(group).into()).with_topics(topics.collect())
        };
        self.client
            .ask_coordinator(Ask::new(&what), &Coordinated::group(group), build, |response| {
                ClientError::check(&what, response.error_code, None)?;
                let answers = response.topics.into_iter().flat_map(|topic| {
                    let name = TopicName::new(&topic.name);
                    topic.partitions.into_iter().map(move |partition| {
                        (TopicPartition::new(name.clone(), partition.partition_index), partition.error_code)
                    })
                });
                per_partition(&what, answers)
            })
            .await
    }
}

fn offset_fetch(
    group: &str,
    partitions: Option<&[TopicPartition]>,
    require_stable: bool,
    version: i16,
) -> OffsetFetchRequest {
    let topics = partitions.map(|partitions| by_topic(partitions.iter().map(|partition| (partition, ()))));
    let indexes = |partitions: Vec<(i32, ())>| partitions.into_iter().map(|(index, ())| index).collect();
    // Version 7 is the first that can ask for stable offsets.
    let request = OffsetFetchRequest::default().with_require_stable(require_stable && version >= 7);
    if version >= MANY_GROUPS_VERSION {
        let topic = |(topic, partitions)| {
            OffsetFetchRequestTopics::default()
                .with_name(topic_text(topic))
                .with_partition_indexes(indexes(partitions))
        };
        let of_group = OffsetFetchRequestGroup::default()
            .with_group_id(text(group).into())
            .with_member_epoch(-1)
            .with_topics(topics.map(|topics| topics.into_iter().map(topic).collect()));
        return request.with_groups(vec![of_group]);
    }
    let topic = |(topic, partitions)| {
        OffsetFetchRequestTopic::default()
            .with_name(topic_text(topic))
            .with_partition_indexes(indexes(partitions))
    };
    request
        .with_group_id(text(group).into())
        .with_topics(topics.map(|topics| topics.into_iter().map(topic).collect()))
}

fn read_offsets(what: &str, response: OffsetFetchResponse) -> Result<Offsets, ClientError> {
    ClientError::check(what, response.error_code, None)?;
    let mut offsets = Offsets::new();
    for group in &response.groups {
        read_group(what, group, &mut offsets)?;
    }
    for topic in &response.topics {
        for of in &topic.partitions {
            let partition = TopicPartition::new(&**topic.name, of.partition_index);
            let (offset, epoch) = (of.committed_offset, of.committed_leader_epoch);
            take(what, partition, committed(offset, epoch, &of.metadata), of.error_code, &mut offsets)?;
        }
    }
    Ok(offsets)
}

fn read_group(
    what: &str,
    group: &OffsetFetchResponseGroup,
    offsets: &mut Offsets,
) -> Result<(), ClientError> {
    ClientError::check(what, group.error_code, None)?;
    for topic in &group.topics {
        for of in &topic.partitions {
            let partition = TopicPartition::new(&**topic.name, of.partition_index);
            let (offset, epoch) = (of.committed_offset, of.committed_leader_epoch);
            take(what, partition, committed(offset, epoch, &of.metadata), of.error_code, offsets)?;
        }
    }
    Ok(())
}

fn committed(offset: i64, leader_epoch: i32, metadata: &Option<StrBytes>) -> Option<CommittedOffset> {
    let metadata = metadata.as_deref().unwrap_or("").to_owned();
    let offset = (offset >= 0).then_some(Offset(offset))?;
    Some(CommittedOffset { offset, leader_epoch: LeaderEpoch(leader_epoch), metadata })
}

/// Files one partition's answer. An offset that an open transaction is about to replace fails the whole: it passes.
fn take(
    what: &str,
    partition: TopicPartition,
    committed: Option<CommittedOffset>,
    code: i16,
    offsets: &mut Offsets,
) -> Result<(), ClientError> {
    match (ClientError::check(format!("{what} in {partition}"), code, None), committed) {
        (Err(error), _) if error.code() == Some(ErrorCode::UnstableOffsetCommit) => return Err(error),
        (Err(error), _) => drop(offsets.insert(partition, Err(error))),
        (Ok(()), Some(committed)) => drop(offsets.insert(partition, Ok(committed))),
        (Ok(()), None) => {}
    }
    Ok(())
}

/// A coordinator that has moved or still loads says so for every partition: then the whole is asked again.
pub(super) fn per_partition(
    what: &str,
    answers: impl Iterator<Item = (TopicPartition, i16)>,
) -> Result<PerItem<TopicPartition, ()>, ClientError> {
    let mut outcomes = PerItem::new();
    for (partition, code) in answers {
        let outcome = ClientError::check(format!("{what} in {partition}"), code, None);
        match outcome {
            Err(error) if error.is_stale_coordinator() => return Err(error),
            Err(error) if error.code() == Some(ErrorCode::CoordinatorLoadInProgress) => return Err(error),
            outcome => drop(outcomes.insert(partition, outcome)),
        }
    }
    Ok(outcomes)
}
