//! What each kind of group tells of itself, in one form.

use std::collections::BTreeMap;

use super::groups::{GroupDescription, GroupMember};
use crate::client::text::some_text;
use crate::names::TopicPartition;
use crate::schema::consumer_protocol::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use crate::wire::StrBytes;
use crate::wire::messages::consumer_group_describe_response as consumer;
use crate::wire::messages::describe_groups_response as classic;
use crate::wire::messages::share_group_describe_response as share;
use crate::wire::messages::streams_group_describe_response as streams;

macro_rules! partitions_of {
    ($assignment:expr) => {
        $assignment.topic_partitions.iter().flat_map(|topic| {
            topic.partitions.iter().map(|partition| TopicPartition::new(&**topic.topic_name, *partition))
        })
    };
}

pub(super) fn consumer_group(group: consumer::DescribedGroup) -> GroupDescription {
    GroupDescription {
        group_id: group.group_id.to_string(),
        group_type: "consumer",
        state: group.group_state.to_string(),
        protocol_type: "consumer".to_owned(),
        assignor: group.assignor_name.to_string(),
        epoch: Some(group.group_epoch),
        coordinator: None,
        members: group.members.into_iter().map(consumer_member).collect(),
    }
}

fn consumer_member(member: consumer::Member) -> GroupMember {
    let assignment: Vec<_> = partitions_of!(member.assignment).collect();
    let target: Vec<_> = partitions_of!(member.target_assignment).collect();
    GroupMember {
        id: member.member_id.to_string(),
        instance_id: some_text(&member.instance_id),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: some_text(&member.rack_id),
        epoch: Some(member.member_epoch),
        topics: member.subscribed_topic_names.iter().map(|topic| topic.to_string()).collect(),
        topic_pattern: some_text(&member.subscribed_topic_regex),
        target: (target != assignment).then_some(target),
        assignment,
    }
}

pub(super) fn share_group(group: share::DescribedGroup) -> GroupDescription {
    let members = group.members.into_iter().map(|member| GroupMember {
        id: member.member_id.to_string(),
        instance_id: None,
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: some_text(&member.rack_id),
        epoch: Some(member.member_epoch),
        topics: member.subscribed_topic_names.iter().map(|topic| topic.to_string()).collect(),
        topic_pattern: None,
        assignment: partitions_of!(member.assignment).collect(),
        target: None,
    });
    GroupDescription {
        group_id: group.group_id.to_string(),
        group_type: "share",
        state: group.group_state.to_string(),
        protocol_type: "share".to_owned(),
        assignor: group.assignor_name.to_string(),
        epoch: Some(group.group_epoch),
        coordinator: None,
        members: members.collect(),
    }
}

/// The topics that each part of a streams application reads.
type Sources<'a> = BTreeMap<&'a StrBytes, Vec<&'a str>>;

/// Tasks are shown as the partitions that they read.
pub(super) fn streams_group(group: streams::DescribedGroup) -> GroupDescription {
    let subtopologies = group.topology.iter().flat_map(|topology| topology.subtopologies.iter().flatten());
    let sources: Sources<'_> = subtopologies
        .map(|part| {
            let repartitioned = part.repartition_source_topics.iter().map(|topic| &**topic.name);
            let topics = part.source_topics.iter().map(|topic| &***topic).chain(repartitioned);
            (&part.subtopology_id, topics.collect())
        })
        .collect();
    GroupDescription {
        group_id: group.group_id.to_string(),
        group_type: "streams",
        state: group.group_state.to_string(),
        protocol_type: "streams".to_owned(),
        assignor: String::new(),
        epoch: Some(group.group_epoch),
        coordinator: None,
        members: group.members.iter().map(|member| streams_member(member, &sources)).collect(),
    }
}

fn streams_member(member: &streams::Member, sources: &Sources<'_>) -> GroupMember {
    let partitions = |assignment: &streams::Assignment| -> Vec<TopicPartition> {
        let mut read = Vec::new();
        for tasks in &assignment.active_tasks {
            for topic in sources.get(&tasks.subtopology_id).into_iter().flatten() {
                read.extend(tasks.partitions.iter().map(|index| TopicPartition::new(*topic, *index)));
            }
        }
        read
    };
    let (assignment, target) = (partitions(&member.assignment), partitions(&member.target_assignment));
    let mut topics: Vec<String> = sources.values().flatten().map(|topic| (*topic).to_owned()).collect();
    topics.sort_unstable();
    topics.dedup();
    GroupMember {
        id: member.member_id.to_string(),
        instance_id: some_text(&member.instance_id),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: some_text(&member.rack_id),
        epoch: Some(member.member_epoch),
        topics,
        topic_pattern: None,
        target: (target != assignment).then_some(target),
        assignment,
    }
}

pub(super) fn classic_group(group: classic::DescribedGroup) -> GroupDescription {
    let is_consumer = &*group.protocol_type == "consumer";
    GroupDescription {
        group_id: group.group_id.to_string(),
        group_type: "classic",
        state: group.group_state.to_string(),
        protocol_type: group.protocol_type.to_string(),
        assignor: group.protocol_data.to_string(),
        epoch: None,
        coordinator: None,
        members: group.members.into_iter().map(|member| classic_member(member, is_consumer)).collect(),
    }
}

/// What members of other protocols than the consumers' tell each other is theirs alone.
fn classic_member(member: classic::DescribedGroupMember, is_consumer: bool) -> GroupMember {
    let assignment = match is_consumer {
        true => ConsumerProtocolAssignment::decode(&member.member_assignment).ok(),
        false => None,
    };
    let subscription = match is_consumer {
        true => ConsumerProtocolSubscription::decode(&member.member_metadata).ok(),
        false => None,
    };
    let partitions =
        assignment.iter().flat_map(|assignment| &assignment.assigned_partitions).flat_map(|topic| {
            topic.partitions.iter().map(|partition| TopicPartition::new(topic.topic.as_str(), *partition))
        });
    GroupMember {
        id: member.member_id.to_string(),
        instance_id: some_text(&member.group_instance_id),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: subscription.as_ref().and_then(|subscription| subscription.rack_id.clone()),
        epoch: None,
        topics: subscription.map_or_else(Vec::new, |subscription| subscription.topics),
        topic_pattern: None,
        assignment: partitions.collect(),
        target: None,
    }
}
