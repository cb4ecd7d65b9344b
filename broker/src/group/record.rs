//! The records of `__consumer_offsets`, as far as this coordinator understands them.

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::names::{LeaderEpoch, PartitionId, TopicId, TopicName};

use super::consumer::ConsumerRecord;
use super::names::{GroupId, InstanceId, MemberId};
use super::other::OtherRecord;

/// One record: a key and its new value, `None` for a tombstone.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupRecord {
    Offset { group: GroupId, topic: TopicName, partition: PartitionId, value: Option<CommittedOffset> },
    Classic { group: GroupId, value: Option<StoredGroup> },
    Consumer { group: GroupId, record: ConsumerRecord },
    Other(OtherRecord),
}

/// How far a group has read one partition.
#[derive(Debug, Clone, PartialEq)]
pub struct CommittedOffset {
    pub offset: i64,
    /// Of the last record read; -1 when the client did not say (G24).
    pub leader_epoch: LeaderEpoch,
    pub metadata: Arc<str>,
    pub commit_timestamp_ms: i64,
    /// Only clients of OffsetCommit 2 to 4 ask for one.
    pub expire_timestamp_ms: Option<i64>,
    /// Zero when unknown: commits stored before Kafka 4.1.
    pub topic_id: TopicId,
}

/// What the log keeps of a classic group: the outcome of its last rebalance.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredGroup {
    /// Empty for a group that never had a member.
    pub protocol_type: Arc<str>,
    pub generation: i32,
    pub protocol: Option<Arc<str>>,
    pub leader: Option<MemberId>,
    /// Since when the group has been in its state; -1 in records of old brokers.
    pub state_timestamp_ms: i64,
    pub members: Vec<StoredMember>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StoredMember {
    pub id: MemberId,
    pub instance: Option<InstanceId>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    /// The member's metadata for the chosen protocol.
    pub subscription: Bytes,
    pub assignment: Bytes,
}
