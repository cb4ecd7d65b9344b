//! ConsumerGroupHeartbeat, v0–v1: a member of a consumer group joins, stays or leaves (KIP-848). v1 lets clients choose
//! their ids and subscribe by regular expression.

use std::sync::Arc;

use kafkactl_core::names::{PartitionId, TopicId, TopicName, uuid_text};
use kafkactl_core::wire::messages::consumer_group_heartbeat_response::{Assignment, TopicPartitions};
use kafkactl_core::wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};
use uuid::Uuid;

use super::coordinator::{at_once_or_later, instance, serves_consumer_groups};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::group::{self, ConsumerHeartbeat, ConsumerHeartbeatReply, Groups, Refusal};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ConsumerGroupHeartbeat, versions: 0..=1, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: ConsumerGroupHeartbeatRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    if !serves_consumer_groups(request.broker) {
        let code = ErrorCode::UnsupportedVersion.code();
        return Outcome::reply(&ConsumerGroupHeartbeatResponse::default().with_error_code(code), version);
    }
    let groups = request.broker.groups.clone();
    let heartbeat = heartbeat(&request, body);
    if let Err(refusal) = heartbeat.check(version, &groups.settings()) {
        return Outcome::reply(&refused(&refusal), version);
    }
    at_once_or_later(async move {
        let result = beat(&groups, heartbeat).await;
        let response = result.map_or_else(|refusal| refused(&refusal), accepted);
        Outcome::reply(&response, version)
    })
}

async fn beat(groups: &Groups, mut heartbeat: ConsumerHeartbeat) -> Result<ConsumerHeartbeatReply, Refusal> {
    if let Some(regex) = heartbeat.regex.clone().filter(|regex| !regex.is_empty()) {
        heartbeat.regex_flaw = groups.regexes().compile_aside(regex).await.err();
    }
    groups.consumer_heartbeat(&heartbeat)?.committed().await?
}

fn heartbeat(request: &Request<'_>, body: ConsumerGroupHeartbeatRequest) -> ConsumerHeartbeat {
    let optional = |text: Option<StrBytes>| text.map(|text| Arc::from(&*text));
    ConsumerHeartbeat {
        group: (&**body.group_id).into(),
        member: (&*body.member_id).into(),
        fresh_member: uuid_text(&Uuid::new_v4()).into(),
        epoch: body.member_epoch,
        instance: instance(&body.instance_id),
        rack: optional(body.rack_id),
        rebalance_timeout_ms: Some(body.rebalance_timeout_ms).filter(|&timeout_ms| timeout_ms != -1),
        topics: body
            .subscribed_topic_names
            .map(|names| names.iter().map(|name| TopicName::new(name)).collect()),
        regex: optional(body.subscribed_topic_regex),
        regex_flaw: None,
        assignor: optional(body.server_assignor),
        owned: body.topic_partitions.map(|topics| {
            let mut owned = group::Assignment::new();
            for topic in topics {
                let partitions = topic.partitions.into_iter().map(PartitionId);
                owned.entry(TopicId(topic.topic_id)).or_default().extend(partitions);
            }
            owned
        }),
        client_id: request.client_id.clone(),
        client_host: Arc::from(format!("/{}", request.connection.peer.ip().to_canonical())),
    }
}

fn accepted(reply: ConsumerHeartbeatReply) -> ConsumerGroupHeartbeatResponse {
    let assignment = reply.assignment.map(|assignment| {
        let topics = assignment.into_iter().map(|(topic, partitions)| {
            TopicPartitions::default()
                .with_topic_id(topic.0)
                .with_partitions(partitions.into_iter().map(|partition| partition.0).collect())
        });
        Assignment::default().with_topic_partitions(topics.collect())
    });
    ConsumerGroupHeartbeatResponse::default()
        .with_member_id(Some(text(reply.member.as_str())))
        .with_member_epoch(reply.epoch)
        .with_heartbeat_interval_ms(reply.heartbeat_interval_ms)
        .with_assignment(assignment)
}

fn refused(refusal: &Refusal) -> ConsumerGroupHeartbeatResponse {
    ConsumerGroupHeartbeatResponse::default()
        .with_error_code(refusal.code.code())
        .with_error_message(Some(text(&refusal.message)))
}
