//! [`GroupRecord`]s as the bytes of `__consumer_offsets`: Kafka's keys and values, in the versions Kafka 4.3 writes.

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::names::{LeaderEpoch, PartitionId, TopicId, TopicName};
use kafkactl_core::schema::SchemaError;
use kafkactl_core::schema::group::group_metadata_value::MemberMetadata;
use kafkactl_core::schema::group::{
    GroupMetadataKey, GroupMetadataValue, GroupRecord as Schema, OffsetCommitKey, OffsetCommitValue,
};

use super::consumer_stored;
use super::names::{GroupId, InstanceId, MemberId};
use super::other::{GroupKind, MemberState, OtherChange, OtherRecord};
use super::record::{CommittedOffset, GroupRecord, StoredGroup, StoredMember};

/// The bytes of a record's key and value; no value is a tombstone.
pub type KeyValue = (Vec<u8>, Option<Vec<u8>>);

/// Errors: a text longer than its length field.
pub fn encode(record: &GroupRecord) -> Result<KeyValue, SchemaError> {
    match record {
        GroupRecord::Offset { group, topic, partition, value } => {
            let key = OffsetCommitKey {
                group: group.to_string(),
                topic: topic.to_string(),
                partition: partition.0,
            };
            // Only version 1 has an expiry, and it lacks the leader epoch and the topic's id.
            let has_expiry = value.as_ref().is_some_and(|value| value.expire_timestamp_ms.is_some());
            let version = if has_expiry { 1 } else { OFFSET_COMMIT_VERSION };
            Schema::OffsetCommit(key, value.as_ref().map(offset_value)).encode(version)
        }
        GroupRecord::Classic { group, value } => {
            let key = GroupMetadataKey { group: group.to_string() };
            Schema::GroupMetadata(key, value.as_ref().map(group_value)).encode(GROUP_METADATA_VERSION)
        }
        GroupRecord::Consumer { group, record } => consumer_stored::encode(group, record),
        GroupRecord::Other(record) => Ok((record.key.to_vec(), None)),
    }
}

/// Errors: a damaged record, a value of an unknown version, a type unknown to Kafka 4.3
/// ([`SchemaError::UnknownType`]).
pub fn decode(key: &[u8], value: Option<&[u8]>) -> Result<GroupRecord, SchemaError> {
    let record = match Schema::decode(key, value)? {
        Schema::LegacyOffsetCommit(key, value) => GroupRecord::Offset {
            group: key.group.into(),
            topic: TopicName::new(&key.topic),
            partition: PartitionId(key.partition),
            value: value.map(|value| CommittedOffset {
                offset: value.offset,
                leader_epoch: LeaderEpoch::NONE,
                metadata: value.metadata.into(),
                commit_timestamp_ms: value.commit_timestamp,
                expire_timestamp_ms: None,
                topic_id: TopicId::ZERO,
            }),
        },
        Schema::OffsetCommit(key, value) => GroupRecord::Offset {
            group: key.group.into(),
            topic: TopicName::new(&key.topic),
            partition: PartitionId(key.partition),
            value: value.map(committed_offset),
        },
        Schema::GroupMetadata(key, value) => {
            GroupRecord::Classic { group: key.group.into(), value: value.map(stored_group) }
        }
        other => match consumer_stored::decode(other) {
            Ok((group, record)) => GroupRecord::Consumer { group, record },
            Err(other) => {
                let (group, kind, change) = kept(other, value.is_some());
                GroupRecord::Other(OtherRecord { group, kind, key: Bytes::copy_from_slice(key), change })
            }
        },
    };
    Ok(record)
}

/// What is known of a record of a kind that is not served.
fn kept(record: Schema, is_present: bool) -> (GroupId, GroupKind, OtherChange) {
    use GroupKind::{Share, Streams};
    use OtherChange::{AssignmentEpoch, Detail, GroupEpoch, Member, MemberState};
    let (group, kind, change) = match record {
        Schema::ShareGroupMetadata(key, value) => (key.group_id, Share, GroupEpoch(value.map(|it| it.epoch))),
        Schema::ShareGroupMemberMetadata(key, _) => {
            (key.group_id, Share, Member(key.member_id.into(), is_present))
        }
        Schema::ShareGroupTargetAssignmentMetadata(key, value) => {
            (key.group_id, Share, AssignmentEpoch(value.map(|it| it.assignment_epoch)))
        }
        Schema::ShareGroupCurrentMemberAssignment(key, value) => {
            let state = value.map(|it| member_state(it.member_epoch, it.state, 0));
            (key.group_id, Share, MemberState(key.member_id.into(), state))
        }
        Schema::ShareGroupTargetAssignmentMember(key, _) => (key.group_id, Share, Detail(is_present)),
        Schema::ShareGroupStatePartitionMetadata(key, _) => (key.group_id, Share, Detail(is_present)),
        Schema::StreamsGroupMetadata(key, value) => {
            (key.group_id, Streams, GroupEpoch(value.map(|it| it.epoch)))
        }
        Schema::StreamsGroupMemberMetadata(key, _) => {
            (key.group_id, Streams, Member(key.member_id.into(), is_present))
        }
        Schema::StreamsGroupTargetAssignmentMetadata(key, value) => {
            (key.group_id, Streams, AssignmentEpoch(value.map(|it| it.assignment_epoch)))
        }
        Schema::StreamsGroupCurrentMemberAssignment(key, value) => {
            let state = value.map(|it| member_state(it.member_epoch, it.state, 1));
            (key.group_id, Streams, MemberState(key.member_id.into(), state))
        }
        Schema::StreamsGroupTargetAssignmentMember(key, _) => (key.group_id, Streams, Detail(is_present)),
        Schema::StreamsGroupTopology(key, _) => (key.group_id, Streams, Detail(is_present)),
        // All others have been taken before.
        _ => (String::new(), Streams, Detail(false)),
    };
    (group.into(), kind, change)
}

fn offset_value(offset: &CommittedOffset) -> OffsetCommitValue {
    OffsetCommitValue {
        offset: offset.offset,
        leader_epoch: offset.leader_epoch.0,
        metadata: offset.metadata.to_string(),
        commit_timestamp: offset.commit_timestamp_ms,
        expire_timestamp: offset.expire_timestamp_ms.unwrap_or(NO_TIMESTAMP),
        topic_id: offset.topic_id.0,
    }
}

fn committed_offset(value: OffsetCommitValue) -> CommittedOffset {
    CommittedOffset {
        offset: value.offset,
        leader_epoch: LeaderEpoch(value.leader_epoch),
        metadata: value.metadata.into(),
        commit_timestamp_ms: value.commit_timestamp,
        expire_timestamp_ms: Some(value.expire_timestamp).filter(|&ms| ms != NO_TIMESTAMP),
        topic_id: TopicId(value.topic_id),
    }
}

fn group_value(group: &StoredGroup) -> GroupMetadataValue {
    let members = group.members.iter().map(|member| MemberMetadata {
        member_id: member.id.to_string(),
        group_instance_id: member.instance.as_ref().map(InstanceId::to_string),
        client_id: member.client_id.to_string(),
        client_host: member.client_host.to_string(),
        rebalance_timeout: member.rebalance_timeout_ms,
        session_timeout: member.session_timeout_ms,
        subscription: member.subscription.to_vec(),
        assignment: member.assignment.to_vec(),
    });
    GroupMetadataValue {
        protocol_type: group.protocol_type.to_string(),
        generation: group.generation,
        protocol: group.protocol.as_ref().map(|protocol| protocol.to_string()),
        leader: group.leader.as_ref().map(MemberId::to_string),
        current_state_timestamp: group.state_timestamp_ms,
        members: members.collect(),
    }
}

fn stored_group(value: GroupMetadataValue) -> StoredGroup {
    let members = value.members.into_iter().map(|member| StoredMember {
        id: member.member_id.into(),
        instance: member.group_instance_id.map(InstanceId::from),
        client_id: member.client_id.into(),
        client_host: member.client_host.into(),
        rebalance_timeout_ms: member.rebalance_timeout,
        session_timeout_ms: member.session_timeout,
        subscription: member.subscription.into(),
        assignment: member.assignment.into(),
    });
    StoredGroup {
        protocol_type: value.protocol_type.into(),
        generation: value.generation,
        protocol: value.protocol.map(Arc::from),
        leader: value.leader.map(MemberId::from),
        state_timestamp_ms: value.current_state_timestamp,
        members: members.collect(),
    }
}

fn member_state(epoch: i32, state: i8, stable: i8) -> MemberState {
    MemberState { epoch, is_stable: state == stable }
}

const OFFSET_COMMIT_VERSION: i16 = 4;
const GROUP_METADATA_VERSION: i16 = 3;
/// No timestamp, where a record has a field for one.
const NO_TIMESTAMP: i64 = -1;
