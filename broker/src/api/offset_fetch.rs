//! OffsetFetch, v1–v10: how far groups have read. v2 can ask for all topics, v5 replies with leader epochs, v7 can
//! insist on stable offsets (KIP-447), v8 asks for several groups at once, v9 as a member (KIP-848), v10 names topics
//! by id. Errors of a group stand at the top from v2 on, with every partition before (G21).

use kafkactl_core::names::{PartitionId, TopicId, TopicName};
use kafkactl_core::wire::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use kafkactl_core::wire::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};
use kafkactl_core::wire::messages::{OffsetFetchRequest, OffsetFetchResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::coordinator::{Named, find_topic, when_all_committed, wire_name};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::MetadataImage;
use crate::group::{FetchRequest, FetchedTopic, TopicToFetch};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::OffsetFetch, versions: 1..=10, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: OffsetFetchRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let require_stable = body.require_stable;
    let groups = if version < 8 { vec![only_group(body)] } else { body.groups };
    let image = request.broker.metadata.image();
    let mut named = Named::new();
    let mut acted = Vec::with_capacity(groups.len());
    for group in &groups {
        let fetched = named.first_time(group.group_id.clone()).and_then(|()| {
            request.broker.groups.fetch(&fetch_request(&image, group, version, require_stable))
        });
        acted.push(fetched);
    }
    when_all_committed(acted, move |results| {
        let fetched: Vec<_> = groups
            .iter()
            .zip(results)
            .map(|(group, result)| group_response(&image, group, version, result.map_err(old_code)))
            .collect();
        Outcome::reply(&response(groups, fetched, version), version)
    })
}

/// A request of before version 8 in the shape of later ones.
fn only_group(body: OffsetFetchRequest) -> OffsetFetchRequestGroup {
    let topics = body.topics.map(|topics| {
        let topics = topics.into_iter().map(|topic| OffsetFetchRequestTopics {
            name: topic.name,
            partition_indexes: topic.partition_indexes,
            ..OffsetFetchRequestTopics::default()
        });
        topics.collect()
    });
    OffsetFetchRequestGroup {
        group_id: body.group_id,
        member_id: None,
        topics,
        ..OffsetFetchRequestGroup::default()
    }
}

/// Topics with unknown ids are left out: nothing can be committed for them.
fn fetch_request(
    image: &MetadataImage,
    group: &OffsetFetchRequestGroup,
    version: i16,
    require_stable: bool,
) -> FetchRequest {
    let to_fetch = |asked: &OffsetFetchRequestTopics| {
        let (topic, topic_id) = if version < 10 {
            (TopicName::new(&asked.name), TopicId::ZERO)
        } else {
            let topic = find_topic(image, &asked.name, TopicId(asked.topic_id)).ok()?;
            (topic.name.clone(), topic.id)
        };
        let partitions = asked.partition_indexes.iter().copied().map(PartitionId).collect();
        Some(TopicToFetch { topic, topic_id, partitions })
    };
    FetchRequest {
        group: (&**group.group_id).into(),
        member: group.member_id.as_deref().map(Into::into),
        epoch: group.member_epoch,
        require_stable,
        topics: group.topics.as_ref().map(|topics| topics.iter().filter_map(to_fetch).collect()),
    }
}

/// Consumers of before 3.9 do not know what to do with COORDINATOR_NOT_AVAILABLE here (G2).
fn old_code(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::CoordinatorNotAvailable => ErrorCode::NotCoordinator,
        error => error,
    }
}

fn group_response(
    image: &MetadataImage,
    group: &OffsetFetchRequestGroup,
    version: i16,
    result: Result<Vec<FetchedTopic>, ErrorCode>,
) -> OffsetFetchResponseGroup {
    let response =
        OffsetFetchResponseGroup { group_id: group.group_id.clone(), ..OffsetFetchResponseGroup::default() };
    let fetched = match result {
        Ok(fetched) => fetched,
        Err(error) => return OffsetFetchResponseGroup { error_code: error.code(), ..response },
    };
    let mut told = Named::new();
    let mut topics: Vec<_> =
        fetched.iter().filter_map(|topic| topic_response(image, topic, &mut told, version)).collect();
    if version >= 10 {
        let is_unknown =
            |asked: &&OffsetFetchRequestTopics| image.topics.by_id(&TopicId(asked.topic_id)).is_none();
        topics.extend(group.topics.iter().flatten().filter(is_unknown).map(|asked| {
            OffsetFetchResponseTopics {
                topic_id: asked.topic_id,
                partitions: asked
                    .partition_indexes
                    .iter()
                    .map(|&index| failed_partition(index, ErrorCode::UnknownTopicId))
                    .collect(),
                ..OffsetFetchResponseTopics::default()
            }
        }));
    }
    OffsetFetchResponseGroup { topics, ..response }
}

/// `None` for a topic whose id is asked for and that is gone.
fn topic_response<'a>(
    image: &MetadataImage,
    topic: &'a FetchedTopic,
    told: &mut Named<(&'a TopicName, PartitionId)>,
    version: i16,
) -> Option<OffsetFetchResponseTopics> {
    let partitions = topic.partitions.iter().map(|(partition, result)| match result {
        Ok(Some(committed)) => OffsetFetchResponsePartitions {
            partition_index: partition.0,
            committed_offset: committed.offset,
            committed_leader_epoch: committed.leader_epoch.0,
            // Once is enough: it may be long.
            metadata: Some(match told.first_time((&topic.topic, *partition)) {
                Ok(()) => text(&committed.metadata),
                Err(_) => StrBytes::default(),
            }),
            error_code: ErrorCode::None.code(),
        },
        Ok(None) => failed_partition(partition.0, ErrorCode::None),
        Err(error) => failed_partition(partition.0, *error),
    });
    let response = OffsetFetchResponseTopics {
        partitions: partitions.collect(),
        ..OffsetFetchResponseTopics::default()
    };
    if version < 10 {
        Some(OffsetFetchResponseTopics { name: wire_name(&topic.topic), ..response })
    } else {
        let topic_id = image.topics.get(topic.topic.as_str())?.id.0;
        Some(OffsetFetchResponseTopics { topic_id, ..response })
    }
}

/// Nothing is committed, or nothing can be told.
fn failed_partition(partition_index: i32, error: ErrorCode) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index,
        committed_offset: -1,
        committed_leader_epoch: -1,
        metadata: Some(StrBytes::default()),
        error_code: error.code(),
    }
}

fn response(
    groups: Vec<OffsetFetchRequestGroup>,
    mut fetched: Vec<OffsetFetchResponseGroup>,
    version: i16,
) -> OffsetFetchResponse {
    if version >= 8 {
        return OffsetFetchResponse { groups: fetched, ..OffsetFetchResponse::default() };
    }
    let Some(mut only) = fetched.pop() else { return OffsetFetchResponse::default() };
    if version < 2 && only.error_code != ErrorCode::None.code() {
        only.topics = failed_topics(groups, only.error_code);
    }
    let topics = only.topics.into_iter().map(|topic| OffsetFetchResponseTopic {
        name: topic.name,
        partitions: topic
            .partitions
            .into_iter()
            .map(|partition| OffsetFetchResponsePartition {
                partition_index: partition.partition_index,
                committed_offset: partition.committed_offset,
                committed_leader_epoch: partition.committed_leader_epoch,
                metadata: partition.metadata,
                error_code: partition.error_code,
            })
            .collect(),
    });
    OffsetFetchResponse {
        topics: topics.collect(),
        error_code: only.error_code,
        ..OffsetFetchResponse::default()
    }
}

/// Version 1 has no place for a group's error but the partitions.
fn failed_topics(groups: Vec<OffsetFetchRequestGroup>, error_code: i16) -> Vec<OffsetFetchResponseTopics> {
    let asked = groups.into_iter().flat_map(|group| group.topics.into_iter().flatten());
    let topics = asked.map(|topic| OffsetFetchResponseTopics {
        partitions: topic
            .partition_indexes
            .iter()
            .map(|&index| OffsetFetchResponsePartitions {
                error_code,
                ..failed_partition(index, ErrorCode::None)
            })
            .collect(),
        name: topic.name,
        ..OffsetFetchResponseTopics::default()
    });
    topics.collect()
}
