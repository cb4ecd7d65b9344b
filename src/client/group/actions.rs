use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

use super::reporting::Interest;
use crate::client::ClientError;
use crate::names::{TopicId, TopicName, TopicPartition};

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
    /// Of groups whose coordinator assigns.
    Report(Report),
    /// Find out the names of topics, then call [`resolved`](super::ReportingMembership::resolved).
    Resolve {
        topics: BTreeSet<TopicId>,
    },
    /// Tell the group that this member is gone; nobody waits for the answer. Where the coordinator assigns, it is
    /// told by a report with this epoch.
    Leave {
        member_id: String,
        epoch: Option<i32>,
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

/// A heartbeat of KIP-848. What is `None` is as the coordinator knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub member_id: String,
    pub epoch: i32,
    /// Whether everything must be told, also what never changes.
    pub is_full: bool,
    pub interest: Option<Interest>,
    pub owned: Option<BTreeMap<TopicId, Vec<i32>>>,
}

/// The answer to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The member's id, when the coordinator has chosen another.
    pub member_id: Option<String>,
    pub epoch: i32,
    pub interval: Duration,
    /// `None` when it has not changed.
    pub assignment: Option<BTreeSet<(TopicId, i32)>>,
}
