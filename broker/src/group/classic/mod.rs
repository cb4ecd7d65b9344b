//! Classic groups: members join, one of them (the leader) assigns, all synchronise.
//!
//! ```text
//!          first join            delay over, or all rejoined, or timeout           leader's assignment stored
//! Empty ──────────────▶ Preparing ───────────────────────────────▶ Completing ──────────────────────▶ Stable
//!   ▲                     │   ▲                                        │                                │
//!   └──── nobody left ────┘   └────────────── join with news, leave, session over ──────────────────────┘
//! ```
//!
//! The log keeps only outcomes (`StoredGroup`): a rebalance under way is live state and ends with this coordinator
//! (G12). Kafka: `ClassicGroup`, `GroupMetadataManager`; rules G3–G12, J43–J47.

mod expire;
mod join;
mod member;
mod migrate;
mod rebalance;
mod sync;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use kafkactl_core::names::TopicName;
use kafkactl_core::wire::ErrorCode;

use super::names::{GroupId, InstanceId, MemberId};
use super::record::{GroupRecord, StoredGroup};
use super::turn::Now;

pub use join::{JoinReply, JoinRequest, Joined};
use member::Member;
pub use member::Protocol;
pub use migrate::Migrant;
pub use sync::{HeartbeatRequest, LeaveOutcome, Leaver, SyncReply, SyncRequest, Synced};

/// One classic group.
#[derive(Debug)]
pub struct ClassicGroup {
    id: GroupId,
    generation: i32,
    /// Set by the first member; `None` for a group that only stores offsets (a "simple" group).
    protocol_type: Option<Arc<str>>,
    protocol: Option<Arc<str>>,
    leader: Option<MemberId>,
    phase: Phase,
    /// Wall time of the last change of phase; `None` if the record did not say.
    phase_since_ms: Option<i64>,
    members: BTreeMap<MemberId, Member>,
    instances: HashMap<InstanceId, MemberId>,
    /// Ids handed out by MEMBER_ID_REQUIRED and not used yet (KIP-394), with their deadlines.
    pending: HashMap<MemberId, Instant>,
    /// How many members support each protocol.
    protocol_counts: HashMap<Arc<str>, usize>,
    /// Of all protocols of all members.
    metadata_bytes: usize,
    /// How many members have a parked join.
    awaiting_join: usize,
    /// Topics of all members' subscriptions; `None` when they cannot be known.
    subscribed_topics: Option<BTreeSet<TopicName>>,
    /// No deadline of this group is earlier.
    wake_at: Option<Instant>,
}

/// Where the group stands; each phase with what only it needs.
#[derive(Debug)]
enum Phase {
    Empty,
    /// Joins are parked until `until`.
    Preparing {
        until: Instant,
        initial: Option<InitialDelay>,
    },
    /// Joins are answered; waiting for the leader's assignment.
    Completing(SyncWait),
    Stable(SyncWait),
}

/// The first rebalance of an empty group waits a little for more members, longer while they keep coming (G6).
#[derive(Debug, Clone, Copy)]
struct InitialDelay {
    delay_ms: i32,
    remaining_ms: i32,
    member_added: bool,
}

/// Members whose SyncGroup has not arrived; who is still missing at `until` is removed (G8).
#[derive(Debug, Default)]
struct SyncWait {
    until: Option<Instant>,
    missing: HashSet<MemberId>,
}

impl ClassicGroup {
    pub fn new(id: GroupId, now: Now) -> Self {
        Self {
            id,
            generation: 0,
            protocol_type: None,
            protocol: None,
            leader: None,
            phase: Phase::Empty,
            phase_since_ms: Some(now.ms),
            members: BTreeMap::new(),
            instances: HashMap::new(),
            pending: HashMap::new(),
            protocol_counts: HashMap::new(),
            metadata_bytes: 0,
            awaiting_join: 0,
            subscribed_topics: None,
            wake_at: None,
        }
    }

    /// The group a record describes, with sessions that begin now (G12).
    pub fn from_stored(id: GroupId, stored: StoredGroup, now: Now) -> Self {
        let mut group = Self::new(id, now);
        let protocol_name = stored.protocol.clone().unwrap_or_else(|| Arc::from(""));
        group.generation = stored.generation;
        group.protocol_type = Some(stored.protocol_type).filter(|text| !text.is_empty());
        group.phase_since_ms = Some(stored.state_timestamp_ms).filter(|&ms| ms != -1);
        group.leader = stored.leader;
        for stored_member in stored.members {
            let id = stored_member.id.clone();
            let member = Member::from_stored(stored_member, &protocol_name, now);
            group.wake_by(member.session_ends);
            group.insert(id, member);
        }
        group.protocol = stored.protocol;
        if !group.members.is_empty() {
            group.protocol = Some(protocol_name);
            group.phase = Phase::Stable(SyncWait::default());
        }
        group.subscribed_topics = group.subscriptions();
        group
    }

    /// Takes in that the log now holds `stored`, a snapshot this group made.
    ///
    /// Members and phase may have moved on since the snapshot; what it decides is assignments, and which member id
    /// a static member goes by.
    pub fn confirm(&mut self, stored: StoredGroup, now: Now) {
        let is_current = stored.generation == self.generation;
        let has_members = !stored.members.is_empty();
        for stored_member in stored.members {
            if let Some(instance) = &stored_member.instance {
                self.rename_static(instance, &stored_member.id);
            }
            if let Some(member) = self.members.get_mut(&stored_member.id) {
                member.assignment = stored_member.assignment;
            }
        }
        if is_current && has_members && matches!(self.phase, Phase::Completing(_)) {
            let Phase::Completing(wait) = std::mem::replace(&mut self.phase, Phase::Empty) else { return };
            self.phase = Phase::Stable(wait);
            self.phase_since_ms = Some(now.ms);
        }
    }

    /// A record that restores the group as it is now.
    pub fn snapshot(&self) -> StoredGroup {
        self.snapshot_with(|_, member| member.assignment.clone())
    }

    fn snapshot_with(&self, assignment: impl Fn(&MemberId, &Member) -> Bytes) -> StoredGroup {
        let protocol = self.protocol.as_deref().unwrap_or("");
        StoredGroup {
            protocol_type: self.protocol_type.clone().unwrap_or_else(|| Arc::from("")),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            state_timestamp_ms: self.phase_since_ms.unwrap_or(-1),
            members: self
                .members
                .iter()
                .map(|(id, member)| member.to_stored(id, protocol, assignment(id, member)))
                .collect(),
        }
    }

    /// What a new group stores before anything is decided: it exists.
    pub fn first_record(&self) -> GroupRecord {
        let value = StoredGroup {
            protocol_type: Arc::from(""),
            generation: 0,
            protocol: None,
            leader: None,
            state_timestamp_ms: self.phase_since_ms.unwrap_or(-1),
            members: Vec::new(),
        };
        GroupRecord::Classic { group: self.id.clone(), value: Some(value) }
    }

    fn record(&self, stored: StoredGroup) -> GroupRecord {
        GroupRecord::Classic { group: self.id.clone(), value: Some(stored) }
    }

    pub fn id(&self) -> &GroupId {
        &self.id
    }

    pub fn generation(&self) -> i32 {
        self.generation
    }

    pub fn protocol_type(&self) -> Option<&Arc<str>> {
        self.protocol_type.as_ref()
    }

    /// Kafka's name of the phase (`ClassicGroupState`).
    pub fn state_name(&self) -> &'static str {
        match self.phase {
            Phase::Empty => "Empty",
            Phase::Preparing { .. } => "PreparingRebalance",
            Phase::Completing(_) => "CompletingRebalance",
            Phase::Stable(_) => "Stable",
        }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self.phase, Phase::Empty)
    }

    /// Whether nobody, not even a member on its way in, would miss the group.
    pub fn is_abandoned(&self) -> bool {
        self.is_empty() && self.pending.is_empty()
    }

    /// Whether the members' subscriptions may be read (`ConsumerProtocol`).
    pub fn is_consumer_protocol(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE)
    }

    /// Whether a member reads `topic`; a consumer group whose subscriptions cannot be read counts as reading
    /// everything (J49).
    pub fn is_subscribed_to(&self, topic: &TopicName) -> bool {
        match &self.subscribed_topics {
            Some(topics) => topics.contains(topic),
            None => self.is_consumer_protocol(),
        }
    }

    /// From when on committed offsets age (G22); `None` while they must not expire.
    pub fn offsets_age_from(&self) -> Option<AgeFrom> {
        if self.protocol_type.is_none() {
            return Some(AgeFrom::Commit);
        }
        match self.phase {
            Phase::Empty => Some(self.phase_since_ms.map_or(AgeFrom::Commit, AgeFrom::Moment)),
            Phase::Stable(_) if self.is_consumer_protocol() && self.subscribed_topics.is_some() => {
                Some(AgeFrom::Commit)
            }
            _ => None,
        }
    }

    /// Whether an offset may be committed by `member` of `generation` (G19, J47). Refreshes the member's session.
    pub fn admit_commit(
        &mut self,
        now: Now,
        member: &str,
        instance: Option<&str>,
        generation: i32,
        is_transactional: bool,
    ) -> Result<(), ErrorCode> {
        if generation < 0 && self.is_empty() {
            return Ok(());
        }
        if generation >= 0 || !member.is_empty() || instance.is_some() {
            self.validate(member, instance)?;
            if generation != self.generation {
                return Err(ErrorCode::IllegalGeneration);
            }
        } else if !is_transactional && !self.is_empty() {
            return Err(ErrorCode::UnknownMemberId);
        }
        if is_transactional {
            return Ok(());
        }
        if matches!(self.phase, Phase::Completing(_)) {
            return Err(ErrorCode::RebalanceInProgress);
        }
        if let Some(member) = self.members.get_mut(member) {
            member.refresh_session(now);
        }
        Ok(())
    }

    /// Whether offsets may be deleted at all (G23).
    pub fn admit_offset_delete(&self) -> Result<(), ErrorCode> {
        if self.is_empty() || self.is_consumer_protocol() { Ok(()) } else { Err(ErrorCode::NonEmptyGroup) }
    }

    pub fn describe(&self) -> Described {
        let is_stable = matches!(self.phase, Phase::Stable(_));
        let protocol = self.protocol.clone().filter(|_| is_stable).unwrap_or_else(|| Arc::from(""));
        let members = self.members.iter().map(|(id, member)| DescribedMember {
            id: id.clone(),
            instance: member.instance.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            metadata: if is_stable { member.metadata_for(&protocol) } else { Bytes::new() },
            assignment: member.assignment.clone(),
        });
        Described {
            state: self.state_name(),
            protocol_type: self.protocol_type.clone().unwrap_or_else(|| Arc::from("")),
            members: members.collect(),
            protocol,
        }
    }

    /// No earlier than this has the group anything to do by itself.
    pub fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }

    fn wake_by(&mut self, at: Instant) {
        self.wake_at = Some(self.wake_at.map_or(at, |earlier| earlier.min(at)));
    }

    /// Whether `member` may speak for itself and, if named, for `instance` (G9: the instance is checked first).
    fn validate(&self, member: &str, instance: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(instance) = instance {
            let holder = self.instances.get(instance).ok_or(ErrorCode::UnknownMemberId)?;
            if holder.as_str() != member {
                return Err(ErrorCode::FencedInstanceId);
            }
        }
        if self.members.contains_key(member) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    fn is_leader(&self, member: &MemberId) -> bool {
        self.leader.as_ref() == Some(member)
    }
}

/// From when on an offset's age counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeFrom {
    Commit,
    /// Wall time in milliseconds.
    Moment(i64),
}

/// A group as DescribeGroups shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    pub state: &'static str,
    pub protocol_type: Arc<str>,
    pub protocol: Arc<str>,
    pub members: Vec<DescribedMember>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DescribedMember {
    pub id: MemberId,
    pub instance: Option<InstanceId>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
    pub metadata: Bytes,
    pub assignment: Bytes,
}

/// `ConsumerProtocol.PROTOCOL_TYPE`
pub const CONSUMER_PROTOCOL_TYPE: &str = "consumer";
