//! What the log keeps of a consumer group.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::names::{PartitionId, TopicId, TopicName};

use super::assignor::Assignment;
use crate::group::names::{InstanceId, MemberId};

/// One record of a consumer group; no value is a tombstone.
#[derive(Debug, Clone, PartialEq)]
pub enum ConsumerRecord {
    Epoch(Option<GroupEpoch>),
    /// Kafka 4.0 kept the topics here that the group's hash stands for now.
    LegacyTopics(bool),
    Subscription(MemberId, Option<Subscription>),
    TargetEpoch(Option<TargetEpoch>),
    Target(MemberId, Option<Assignment>),
    Progress(MemberId, Option<Progress>),
    Regex(Arc<str>, Option<ResolvedRegex>),
}

impl ConsumerRecord {
    pub fn is_tombstone(&self) -> bool {
        match self {
            Self::Epoch(value) => value.is_none(),
            Self::LegacyTopics(is_present) => !is_present,
            Self::Subscription(_, value) => value.is_none(),
            Self::TargetEpoch(value) => value.is_none(),
            Self::Target(_, value) => value.is_none(),
            Self::Progress(_, value) => value.is_none(),
            Self::Regex(_, value) => value.is_none(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupEpoch {
    /// Grows with every change of members, subscriptions and topics.
    pub epoch: i32,
    /// Of the subscribed topics as they are (KIP-1101).
    pub metadata_hash: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetEpoch {
    /// The group epoch that the target assignment was made for.
    pub epoch: i32,
    /// When; 0 if unknown.
    pub timestamp_ms: i64,
}

impl Default for TargetEpoch {
    /// Of a group that was never assigned anything: a new group starts in epoch 1 with nothing to do.
    fn default() -> Self {
        Self { epoch: 1, timestamp_ms: 0 }
    }
}

/// Who a member is and what it wants to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    pub instance: Option<InstanceId>,
    pub rack: Option<Arc<str>>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
    pub topics: BTreeSet<TopicName>,
    /// Empty is as good as none; which of them was sent is kept.
    pub regex: Option<Arc<str>>,
    pub rebalance_timeout_ms: i32,
    pub assignor: Option<Arc<str>>,
    /// For a member that speaks the classic protocol.
    pub classic: Option<ClassicSide>,
}

impl Default for Subscription {
    /// Of a member that has not said anything yet; Kafka stores what it leaves unsaid like this.
    fn default() -> Self {
        let empty = || Arc::from("");
        Self {
            instance: None,
            rack: None,
            client_id: empty(),
            client_host: empty(),
            topics: BTreeSet::new(),
            regex: Some(empty()),
            rebalance_timeout_ms: -1,
            assignor: None,
            classic: None,
        }
    }
}

impl Subscription {
    /// The subscription of a member that speaks the classic protocol, if this is one.
    pub fn is_classic(&self) -> bool {
        self.classic.is_some()
    }

    pub fn regex(&self) -> Option<&Arc<str>> {
        self.regex.as_ref().filter(|regex| !regex.is_empty())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ClassicSide {
    pub session_timeout_ms: i32,
    pub protocols: Vec<(Arc<str>, Bytes)>,
}

/// Partitions of a member, each with the member epoch it was given in.
pub type Held = BTreeMap<TopicId, BTreeMap<PartitionId, i32>>;

/// How far a member has come towards its target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// [`LEFT_FOR_NOW`] for a static member that is away.
    pub epoch: i32,
    pub previous_epoch: i32,
    pub state: MemberState,
    pub assigned: Held,
    /// The member has been told to give these up and has not said yet that it did.
    pub revoking: Held,
}

impl Progress {
    /// All the member has, also what it is giving up.
    pub fn held(&self) -> Assignment {
        let mut held = Assignment::new();
        for (&topic, partitions) in self.assigned.iter().chain(&self.revoking) {
            held.entry(topic).or_default().extend(partitions.keys());
        }
        held
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemberState {
    #[default]
    Stable,
    /// Has partitions to give up.
    UnrevokedPartitions,
    /// Waits for partitions that others still have.
    UnreleasedPartitions,
    /// Written by a newer broker.
    Unknown(i8),
}

impl MemberState {
    pub fn number(self) -> i8 {
        match self {
            Self::Stable => 0,
            Self::UnrevokedPartitions => 1,
            Self::UnreleasedPartitions => 2,
            Self::Unknown(number) => number,
        }
    }

    pub fn of_number(number: i8) -> Self {
        match number {
            0 => Self::Stable,
            1 => Self::UnrevokedPartitions,
            2 => Self::UnreleasedPartitions,
            number => Self::Unknown(number),
        }
    }
}

/// The topics a regular expression stood for when it was last looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedRegex {
    pub topics: BTreeSet<TopicName>,
    /// The metadata offset it was looked at.
    pub version: i64,
    pub timestamp_ms: i64,
}

/// The epoch with which a member joins.
pub const JOINING: i32 = 0;
/// The epoch with which a member leaves.
pub const LEAVING: i32 = -1;
/// The epoch with which a static member leaves its partitions to its next self.
pub const LEFT_FOR_NOW: i32 = -2;
