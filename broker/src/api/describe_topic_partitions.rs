//! DescribeTopicPartitions, v0: topics page by page, with eligible leader replicas (KIP-966, I9).

use std::collections::BTreeSet;

use kafkactl_core::names::{BrokerId as Node, PartitionId, TopicName as Name, Uuid};
use kafkactl_core::wire::messages::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};
use kafkactl_core::wire::messages::{
    BrokerId, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, TopicName,
};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::admin::TOPIC_OPERATIONS;
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::MetadataImage;
use crate::cluster::image::{PartitionImage, TopicImage};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeTopicPartitions, versions: 0..=0, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DescribeTopicPartitionsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let image = request.broker.metadata.image();
    // A page never holds more than the broker's own limit.
    let limit_max = request.broker.settings().topics.describe_partitions_max;
    let limit = usize::try_from(body.response_partition_limit.min(limit_max)).unwrap_or(0).max(1);
    Outcome::reply(&page(&image, &body, limit), request.version)
}

/// The topics asked for, or all, by name from the cursor on, with at most `limit` partitions.
fn page(
    image: &MetadataImage,
    body: &DescribeTopicPartitionsRequest,
    limit: usize,
) -> DescribeTopicPartitionsResponse {
    let mut response = DescribeTopicPartitionsResponse::default();
    let names: BTreeSet<String> = if body.topics.is_empty() {
        image.topics.iter().map(|topic| topic.name.to_string()).collect()
    } else {
        body.topics.iter().map(|topic| topic.name.to_string()).collect()
    };
    let cursor = body.cursor.as_ref();
    // Kafka answers a cursor that points before a topic's first partition with nothing.
    if cursor.is_some_and(|cursor| cursor.partition_index < 0) {
        return response;
    }
    let start = cursor.map_or(String::new(), |cursor| cursor.topic_name.to_string());
    let mut unknown = Vec::new();
    let mut room = limit;
    for name in names.range(start.clone()..) {
        let Some(topic) = image.topics.get(name) else {
            unknown.push(unknown_topic(name));
            continue;
        };
        if room == 0 {
            response.next_cursor = Some(next(name, 0));
            break;
        }
        let first = cursor.filter(|_| *name == start).map_or(0, |cursor| cursor.partition_index);
        let mut rest = topic.partitions.range(PartitionId(first)..);
        let partitions: Vec<_> = rest.by_ref().take(room).map(|(id, it)| partition(image, *id, it)).collect();
        room -= partitions.len();
        response.topics.push(described(topic).with_partitions(partitions));
        if let Some((id, _)) = rest.next() {
            response.next_cursor = Some(next(name, id.0));
            break;
        }
    }
    // Topics that do not exist stand first, as the order by error of Kafka's answer has it.
    response.topics.splice(0..0, unknown);
    response
}

fn next(topic: &str, partition: i32) -> Cursor {
    Cursor::default().with_topic_name(TopicName(text(topic))).with_partition_index(partition)
}

fn unknown_topic(name: &str) -> DescribeTopicPartitionsResponseTopic {
    let error = match Name::validate(name) {
        Ok(()) => ErrorCode::UnknownTopicOrPartition,
        Err(_) => ErrorCode::InvalidTopicException,
    };
    DescribeTopicPartitionsResponseTopic::default()
        .with_error_code(error.code())
        .with_name(Some(TopicName(text(name))))
        .with_topic_id(Uuid::nil())
        .with_topic_authorized_operations(TOPIC_OPERATIONS)
}

fn described(topic: &TopicImage) -> DescribeTopicPartitionsResponseTopic {
    DescribeTopicPartitionsResponseTopic::default()
        .with_name(Some(TopicName(text(topic.name.as_str()))))
        .with_topic_id(topic.id.0)
        .with_is_internal(topic.name.is_internal())
        .with_topic_authorized_operations(TOPIC_OPERATIONS)
}

fn partition(
    image: &MetadataImage,
    id: PartitionId,
    partition: &PartitionImage,
) -> DescribeTopicPartitionsResponsePartition {
    let nodes = |nodes: &[Node]| nodes.iter().map(|node| BrokerId(node.0)).collect::<Vec<_>>();
    let leader_is_here = image.brokers.get(&partition.leader).is_some_and(|broker| !broker.is_fenced);
    let error = if leader_is_here { ErrorCode::None } else { ErrorCode::LeaderNotAvailable };
    DescribeTopicPartitionsResponsePartition::default()
        .with_error_code(error.code())
        .with_partition_index(id.0)
        .with_leader_id(BrokerId(if leader_is_here { partition.leader.0 } else { -1 }))
        .with_leader_epoch(partition.leader_epoch.0)
        .with_replica_nodes(nodes(&partition.replicas))
        .with_isr_nodes(nodes(&partition.isr))
        .with_eligible_leader_replicas(Some(nodes(&partition.elr)))
        .with_last_known_elr(Some(nodes(&partition.last_known_elr)))
        .with_offline_replicas(nodes(&image.offline_replicas(partition)))
}
