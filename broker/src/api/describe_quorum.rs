//! DescribeQuorum, v0–v2: how the metadata quorum stands (D17, KIP-836).

use kafkactl_core::names::Uuid;
use kafkactl_core::wire::messages::describe_quorum_response::{
    Listener, Node, PartitionData, ReplicaState, TopicData,
};
use kafkactl_core::wire::messages::{BrokerId, DescribeQuorumRequest, DescribeQuorumResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::QuorumView;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeQuorum, versions: 0..=2, handle };

const METADATA_TOPIC: &str = "__cluster_metadata";

/// The first version that knows directories, addresses and messages.
const DIRECTORIES_FROM: i16 = 2;

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DescribeQuorumRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let version = request.version;
    let quorum = request.broker.controller.quorum();
    let now_ms = request.broker.clock.now_ms();
    let is_metadata = |topic: &str, partitions: &[i32]| topic == METADATA_TOPIC && partitions == [0];
    let mut named_metadata_alone = body.topics.len() == 1;
    let topics = body.topics.into_iter().map(|topic| {
        let asked: Vec<i32> = topic.partitions.iter().map(|partition| partition.partition_index).collect();
        let known = is_metadata(&topic.topic_name, &asked);
        named_metadata_alone &= known;
        let partitions = asked.iter().map(|&index| match known {
            true => described(&quorum, now_ms, version),
            false => unknown(index),
        });
        TopicData::default().with_topic_name(topic.topic_name.clone()).with_partitions(partitions.collect())
    });
    let topics = topics.collect();
    let nodes = if named_metadata_alone { quorum.voters.iter().map(node).collect() } else { Vec::new() };
    let response = DescribeQuorumResponse::default()
        .with_error_message((version >= DIRECTORIES_FROM).then(StrBytes::default))
        .with_topics(topics)
        .with_nodes(if version >= DIRECTORIES_FROM { nodes } else { Vec::new() });
    Outcome::reply(&response, version)
}

fn unknown(index: i32) -> PartitionData {
    let code = ErrorCode::UnknownTopicOrPartition;
    PartitionData::default()
        .with_partition_index(index)
        .with_error_code(code.code())
        .with_error_message(Some(text(code.message())))
}

fn described(quorum: &QuorumView, now_ms: i64, version: i16) -> PartitionData {
    let voters = quorum.voters.iter().map(|voter| {
        // The leader is always caught up with itself.
        let seen_ms = if voter.id == quorum.leader { now_ms } else { -1 };
        ReplicaState::default()
            .with_replica_id(BrokerId(voter.id.0))
            .with_replica_directory_id(if version >= DIRECTORIES_FROM {
                voter.directory
            } else {
                Uuid::nil()
            })
            .with_log_end_offset(if voter.id == quorum.leader { quorum.log_end.0 } else { -1 })
            .with_last_fetch_timestamp(seen_ms)
            .with_last_caught_up_timestamp(seen_ms)
    });
    PartitionData::default()
        .with_error_message(Some(StrBytes::default()))
        .with_leader_id(BrokerId(quorum.leader.0))
        .with_leader_epoch(quorum.epoch.0)
        .with_high_watermark(quorum.high_watermark.0)
        .with_current_voters(voters.collect())
}

fn node(voter: &crate::cluster::quorum::Voter) -> Node {
    let listeners = voter.endpoints.iter().map(|endpoint| {
        Listener::default()
            .with_name(text(&endpoint.listener))
            .with_host(text(&endpoint.host))
            .with_port(endpoint.port)
    });
    Node::default().with_node_id(BrokerId(voter.id.0)).with_listeners(listeners.collect())
}
