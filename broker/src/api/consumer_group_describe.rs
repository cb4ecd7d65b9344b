//! ConsumerGroupDescribe, v0–v1: consumer groups (KIP-848) with their members and assignments. v1 tells which protocol a
//! member speaks.

use kafkactl_core::wire::messages::consumer_group_describe_response::{
    self as response, DescribedGroup, Member, TopicPartitions,
};
use kafkactl_core::wire::messages::{ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, GroupId};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::coordinator::{GROUP_OPERATIONS_ALL, Named, serves_consumer_groups, wire_name};
use super::room::{NO_ROOM, Room};
use super::{ApiSpec, Outcome, Request};
use super::{optional_text, text};
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::group::{Assignment, DescribedConsumer, DescribedConsumerGroup, InstanceId, Missing};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ConsumerGroupDescribe, versions: 0..=1, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: ConsumerGroupDescribeRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let is_served = serves_consumer_groups(request.broker);
    let image = request.broker.metadata.image();
    let mut named = Named::new();
    let mut room = Room::new(version);
    let groups = body.group_ids.into_iter().map(|id| {
        let admitted =
            if is_served { named.first_time(id.clone()) } else { Err(ErrorCode::UnsupportedVersion) };
        let described = match admitted {
            Ok(()) => describe(&id, request.broker, &image),
            Err(error) => failed(error),
        };
        let shows_operations =
            body.include_authorized_operations && described.error_code == ErrorCode::None.code();
        let operations = if shows_operations { GROUP_OPERATIONS_ALL } else { i32::MIN };
        let described = described.with_group_id(id.clone()).with_authorized_operations(operations);
        room.admit(described, || failed(NO_ROOM).with_group_id(id))
    });
    Outcome::reply(&ConsumerGroupDescribeResponse::default().with_groups(groups.collect()), version)
}

fn describe(id: &GroupId, broker: &Broker, image: &MetadataImage) -> DescribedGroup {
    if id.is_empty() {
        return failed(ErrorCode::InvalidGroupId);
    }
    let message = match broker.groups.describe_consumer(id) {
        Ok(Ok(group)) => return found(group, image),
        Ok(Err(Missing::NotFound)) => format!("Group {} not found.", &**id),
        Ok(Err(Missing::OtherKind)) => format!("Group {} is not a consumer group.", &**id),
        Err(error) => return failed(error),
    };
    failed(ErrorCode::GroupIdNotFound).with_error_message(Some(text(&message)))
}

fn failed(error: ErrorCode) -> DescribedGroup {
    DescribedGroup::default().with_error_code(error.code())
}

fn found(group: DescribedConsumerGroup, image: &MetadataImage) -> DescribedGroup {
    DescribedGroup::default()
        .with_group_state(StrBytes::from_static_str(group.state))
        .with_group_epoch(group.epoch)
        .with_assignment_epoch(group.assignment_epoch)
        .with_assignor_name(StrBytes::from_static_str(group.assignor.name()))
        .with_members(group.members.into_iter().map(|it| member(it, image)).collect())
}

fn member(member: DescribedConsumer, image: &MetadataImage) -> Member {
    let subscription = &member.subscription;
    Member::default()
        .with_member_id(text(member.id.as_str()))
        .with_instance_id(subscription.instance.as_ref().map(InstanceId::as_str).map(text))
        .with_rack_id(optional_text(&subscription.rack))
        .with_member_epoch(member.epoch)
        .with_client_id(text(&subscription.client_id))
        .with_client_host(text(&subscription.client_host))
        .with_subscribed_topic_names(subscription.topics.iter().map(wire_name).collect())
        .with_subscribed_topic_regex(optional_text(&subscription.regex))
        .with_assignment(assignment(&member.assigned, image))
        .with_target_assignment(assignment(&member.target, image))
        .with_member_type(if subscription.is_classic() { CLASSIC_MEMBER } else { CONSUMER_MEMBER })
}

/// Topics that do not exist any more are left out: they have no name.
fn assignment(assignment: &Assignment, image: &MetadataImage) -> response::Assignment {
    let topics = assignment.iter().filter_map(|(id, partitions)| {
        let topic = image.topics.by_id(id)?;
        let partitions = partitions.iter().map(|partition| partition.0).collect();
        Some(
            TopicPartitions::default()
                .with_topic_id(id.0)
                .with_topic_name(wire_name(&topic.name))
                .with_partitions(partitions),
        )
    });
    response::Assignment::default().with_topic_partitions(topics.collect())
}

const CLASSIC_MEMBER: i8 = 0;
const CONSUMER_MEMBER: i8 = 1;
