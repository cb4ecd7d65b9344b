use std::collections::BTreeSet;

use bytes::Bytes;

use crate::client::ClientError;
use crate::names::{TopicName, TopicPartition};

/// What the driver shall do. One request is out at a time.
#[derive(Debug, Clone)]
pub enum Action {
    Join(Join),
    /// Find out partition counts, then call [`planned`](super::Membership::planned).
    Plan {
        topics: BTreeSet<TopicName>,
    },
    Sync(Sync),
    Heartbeat(Heartbeat),
    /// Tell the group that this member is gone; nobody waits for the answer.
    Leave {
        member_id: String,
    },
    /// Ask the reader to finish with these, then call [`gave_up`](super::Membership::gave_up).
    Revoke(Vec<TopicPartition>),
    /// These are somebody else's already.
    Lose(Vec<TopicPartition>),
    /// `all` is what this member reads from now on, `added` the new part of it.
    Assign {
        added: Vec<TopicPartition>,
        all: Vec<TopicPartition>,
    },
    /// Tell the reader; the membership is over.
    Fail(ClientError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    pub member_id: String,
    /// Metadata by name of assignor, the preferred first.
    pub protocols: Vec<(&'static str, Bytes)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    pub member_id: String,
    pub generation: i32,
    pub assignor: String,
    /// By member id; only a leader sends any.
    pub assignments: Vec<(String, Bytes)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    pub member_id: String,
    pub generation: i32,
}

/// The answer to a join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub member_id: String,
    pub generation: i32,
    pub assignor: String,
    pub leader: String,
    /// The assignment of a returning static leader stands (KIP-814).
    pub skip_assignment: bool,
    pub members: Vec<JoinedMember>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedMember {
    pub id: String,
    pub instance_id: Option<String>,
    pub metadata: Bytes,
}

/// The answer to a sync.
pub type Synced = Bytes;
