//! [`ConsumerRecord`]s as the bytes of `__consumer_offsets`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkactl_core::names::{PartitionId, TopicId, TopicName};
use kafkactl_core::schema::SchemaError;
use kafkactl_core::schema::group::consumer_group_current_member_assignment_value::TopicPartitions;
use kafkactl_core::schema::group::consumer_group_member_metadata_value::{
    ClassicMemberMetadata, ClassicProtocol,
};
use kafkactl_core::schema::group::consumer_group_target_assignment_member_value::TopicPartition;
use kafkactl_core::schema::group::{
    ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue,
    ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue, ConsumerGroupMetadataKey,
    ConsumerGroupMetadataValue, ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue,
    ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue,
    ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue,
    ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataValue,
    GroupRecord as Schema,
};

use super::consumer::{
    Assignment, ClassicSide, ConsumerRecord, GroupEpoch, Held, MemberState, Progress, ResolvedRegex,
    Subscription, TargetEpoch,
};
use super::names::{GroupId, InstanceId};
use super::stored::KeyValue;

/// Errors: a text longer than its length field.
pub fn encode(group: &GroupId, record: &ConsumerRecord) -> Result<KeyValue, SchemaError> {
    let group_id = group.to_string();
    let record = match record {
        ConsumerRecord::Epoch(epoch) => {
            let value = epoch
                .map(|it| ConsumerGroupMetadataValue { epoch: it.epoch, metadata_hash: it.metadata_hash });
            Schema::ConsumerGroupMetadata(ConsumerGroupMetadataKey { group_id }, value)
        }
        ConsumerRecord::LegacyTopics(is_present) => {
            let value = is_present.then(ConsumerGroupPartitionMetadataValue::default);
            Schema::ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataKey { group_id }, value)
        }
        ConsumerRecord::Subscription(id, subscription) => {
            let key = ConsumerGroupMemberMetadataKey { group_id, member_id: id.to_string() };
            Schema::ConsumerGroupMemberMetadata(key, subscription.as_ref().map(subscription_value))
        }
        ConsumerRecord::TargetEpoch(epoch) => {
            let value = epoch.map(|it| ConsumerGroupTargetAssignmentMetadataValue {
                assignment_epoch: it.epoch,
                assignment_timestamp: it.timestamp_ms,
            });
            let key = ConsumerGroupTargetAssignmentMetadataKey { group_id };
            Schema::ConsumerGroupTargetAssignmentMetadata(key, value)
        }
        ConsumerRecord::Target(id, target) => {
            let key = ConsumerGroupTargetAssignmentMemberKey { group_id, member_id: id.to_string() };
            let value = target.as_ref().map(|target| ConsumerGroupTargetAssignmentMemberValue {
                topic_partitions: target.iter().map(target_topic).collect(),
            });
            Schema::ConsumerGroupTargetAssignmentMember(key, value)
        }
        ConsumerRecord::Progress(id, progress) => {
            let key = ConsumerGroupCurrentMemberAssignmentKey { group_id, member_id: id.to_string() };
            Schema::ConsumerGroupCurrentMemberAssignment(key, progress.as_ref().map(progress_value))
        }
        ConsumerRecord::Regex(text, resolved) => {
            let key = ConsumerGroupRegularExpressionKey { group_id, regular_expression: text.to_string() };
            let value = resolved.as_ref().map(|it| ConsumerGroupRegularExpressionValue {
                topics: it.topics.iter().map(TopicName::to_string).collect(),
                version: it.version,
                timestamp: it.timestamp_ms,
            });
            Schema::ConsumerGroupRegularExpression(key, value)
        }
    };
    record.encode(VALUE_VERSION)
}

/// Gives back what is no record of a consumer group.
#[allow(clippy::result_large_err)] // not a failure: the record goes on to the next reader
pub fn decode(record: Schema) -> Result<(GroupId, ConsumerRecord), Schema> {
    let (group, record) = match record {
        Schema::ConsumerGroupMetadata(key, value) => {
            let epoch = value.map(|it| GroupEpoch { epoch: it.epoch, metadata_hash: it.metadata_hash });
            (key.group_id, ConsumerRecord::Epoch(epoch))
        }
        Schema::ConsumerGroupPartitionMetadata(key, value) => {
            (key.group_id, ConsumerRecord::LegacyTopics(value.is_some()))
        }
        Schema::ConsumerGroupMemberMetadata(key, value) => {
            (key.group_id, ConsumerRecord::Subscription(key.member_id.into(), value.map(subscription)))
        }
        Schema::ConsumerGroupTargetAssignmentMetadata(key, value) => {
            let epoch = value
                .map(|it| TargetEpoch { epoch: it.assignment_epoch, timestamp_ms: it.assignment_timestamp });
            (key.group_id, ConsumerRecord::TargetEpoch(epoch))
        }
        Schema::ConsumerGroupTargetAssignmentMember(key, value) => {
            (key.group_id, ConsumerRecord::Target(key.member_id.into(), value.map(target)))
        }
        Schema::ConsumerGroupCurrentMemberAssignment(key, value) => {
            (key.group_id, ConsumerRecord::Progress(key.member_id.into(), value.map(progress)))
        }
        Schema::ConsumerGroupRegularExpression(key, value) => {
            let resolved = value.map(|it| ResolvedRegex {
                topics: it.topics.iter().map(|name| TopicName::new(name)).collect(),
                version: it.version,
                timestamp_ms: it.timestamp,
            });
            (key.group_id, ConsumerRecord::Regex(key.regular_expression.into(), resolved))
        }
        other => return Err(other),
    };
    Ok((group.into(), record))
}

fn subscription_value(subscription: &Subscription) -> ConsumerGroupMemberMetadataValue {
    let text = |text: &Option<Arc<str>>| text.as_ref().map(|text| text.to_string());
    ConsumerGroupMemberMetadataValue {
        instance_id: subscription.instance.as_ref().map(InstanceId::to_string),
        rack_id: text(&subscription.rack),
        client_id: subscription.client_id.to_string(),
        client_host: subscription.client_host.to_string(),
        subscribed_topic_names: subscription.topics.iter().map(TopicName::to_string).collect(),
        subscribed_topic_regex: text(&subscription.regex),
        rebalance_timeout_ms: subscription.rebalance_timeout_ms,
        server_assignor: text(&subscription.assignor),
        classic_member_metadata: subscription.classic.as_ref().map(|classic| ClassicMemberMetadata {
            session_timeout_ms: classic.session_timeout_ms,
            supported_protocols: classic
                .protocols
                .iter()
                .map(|(name, metadata)| ClassicProtocol {
                    name: name.to_string(),
                    metadata: metadata.to_vec(),
                })
                .collect(),
        }),
    }
}

fn subscription(value: ConsumerGroupMemberMetadataValue) -> Subscription {
    Subscription {
        instance: value.instance_id.map(InstanceId::from),
        rack: value.rack_id.map(Arc::from),
        client_id: value.client_id.into(),
        client_host: value.client_host.into(),
        topics: value.subscribed_topic_names.iter().map(|name| TopicName::new(name)).collect(),
        regex: value.subscribed_topic_regex.map(Arc::from),
        rebalance_timeout_ms: value.rebalance_timeout_ms,
        assignor: value.server_assignor.map(Arc::from),
        classic: value.classic_member_metadata.map(|classic| ClassicSide {
            session_timeout_ms: classic.session_timeout_ms,
            protocols: classic
                .supported_protocols
                .into_iter()
                .map(|protocol| (protocol.name.into(), protocol.metadata.into()))
                .collect(),
        }),
    }
}

fn target_topic((topic, partitions): (&TopicId, &BTreeSet<PartitionId>)) -> TopicPartition {
    TopicPartition { topic_id: topic.0, partitions: partitions.iter().map(|partition| partition.0).collect() }
}

fn target(value: ConsumerGroupTargetAssignmentMemberValue) -> Assignment {
    let topics = value.topic_partitions.into_iter();
    topics
        .filter(|topic| !topic.partitions.is_empty())
        .map(|topic| (TopicId(topic.topic_id), topic.partitions.into_iter().map(PartitionId).collect()))
        .collect()
}

fn progress_value(progress: &Progress) -> ConsumerGroupCurrentMemberAssignmentValue {
    ConsumerGroupCurrentMemberAssignmentValue {
        member_epoch: progress.epoch,
        previous_member_epoch: progress.previous_epoch,
        state: progress.state.number(),
        assigned_partitions: held_value(&progress.assigned),
        partitions_pending_revocation: held_value(&progress.revoking),
    }
}

fn progress(value: ConsumerGroupCurrentMemberAssignmentValue) -> Progress {
    let held = |topics: Vec<TopicPartitions>| held(topics, value.member_epoch);
    Progress {
        epoch: value.member_epoch,
        previous_epoch: value.previous_member_epoch,
        state: MemberState::of_number(value.state),
        assigned: held(value.assigned_partitions),
        revoking: held(value.partitions_pending_revocation),
    }
}

fn held_value(held: &Held) -> Vec<TopicPartitions> {
    let topics = held.iter().map(|(topic, partitions)| TopicPartitions {
        topic_id: topic.0,
        partitions: partitions.keys().map(|partition| partition.0).collect(),
        assignment_epochs: Some(partitions.values().copied().collect()),
    });
    topics.collect()
}

/// Brokers before 4.3 did not say when a partition was given: not after the member came to its epoch.
fn held(topics: Vec<TopicPartitions>, member_epoch: i32) -> Held {
    let topics = topics.into_iter().filter(|topic| !topic.partitions.is_empty()).map(|topic| {
        let epochs = topic.assignment_epochs.unwrap_or_default();
        let epochs = epochs.into_iter().chain(std::iter::repeat(member_epoch));
        let partitions: BTreeMap<PartitionId, i32> =
            topic.partitions.into_iter().map(PartitionId).zip(epochs).collect();
        (TopicId(topic.topic_id), partitions)
    });
    topics.collect()
}

/// Of all records of consumer groups.
const VALUE_VERSION: i16 = 0;
