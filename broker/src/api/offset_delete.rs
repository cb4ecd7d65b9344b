//! OffsetDelete, v0: a group forgets how far it has read topics that none of its members reads (G23).

use kafkactl_core::names::{PartitionId, TopicId, TopicName};
use kafkactl_core::wire::messages::offset_delete_response::{
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use kafkactl_core::wire::messages::{OffsetDeleteRequest, OffsetDeleteResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::{code, find_partition, find_topic, when_committed};
use super::{ApiSpec, Outcome, Request};
use crate::cluster::MetadataImage;
use crate::group::GroupId;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::OffsetDelete, versions: 0..=0, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: OffsetDeleteRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let found = existing_partitions(&request.broker.metadata.image(), &body);
    let partitions: Vec<_> = found.iter().flatten().flatten().cloned().collect();
    let acted = request.broker.groups.delete_offsets(&GroupId::from(&**body.group_id), &partitions);
    when_committed(acted, move |result| Outcome::reply(&response(&body, &found, result), version))
}

/// For every partition of the request, in order: what it is, or why it is not.
type Found = Vec<Vec<Result<(TopicName, PartitionId), ErrorCode>>>;

fn existing_partitions(image: &MetadataImage, body: &OffsetDeleteRequest) -> Found {
    let topics = body.topics.iter().map(|asked| {
        let topic = find_topic(image, &asked.name, TopicId::ZERO);
        let partitions = asked.partitions.iter().map(|partition| {
            let topic = topic.map_err(|_| ErrorCode::UnknownTopicOrPartition)?;
            Ok((topic.name.clone(), find_partition(topic, partition.partition_index)?))
        });
        partitions.collect()
    });
    topics.collect()
}

fn response(
    body: &OffsetDeleteRequest,
    found: &Found,
    result: Result<Vec<Result<(), ErrorCode>>, ErrorCode>,
) -> OffsetDeleteResponse {
    let mut outcomes = match result {
        Ok(outcomes) => outcomes.into_iter(),
        Err(error) => return OffsetDeleteResponse::default().with_error_code(error.code()),
    };
    let topics = body.topics.iter().zip(found).map(|(asked, found)| {
        let partitions = asked.partitions.iter().zip(found).map(|(partition, found)| {
            let outcome = match found {
                Ok(_) => outcomes.next().unwrap_or(Err(ErrorCode::UnknownServerError)),
                Err(error) => Err(*error),
            };
            OffsetDeleteResponsePartition::default()
                .with_partition_index(partition.partition_index)
                .with_error_code(code(outcome))
        });
        OffsetDeleteResponseTopic::default()
            .with_name(asked.name.clone())
            .with_partitions(partitions.collect())
    });
    OffsetDeleteResponse::default().with_topics(topics.collect())
}
