//! Groups of kinds this broker keeps but does not serve: their records stay as they are, and enough is known of
//! them to list them and to refuse what they would refuse.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use kafkactl_core::wire::ErrorCode;

use super::names::{GroupId, MemberId};

/// What a group is for (`Group.GroupType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKind {
    Classic,
    /// KIP-848
    Consumer,
    /// KIP-932
    Share,
    /// KIP-1071
    Streams,
}

impl GroupKind {
    /// Kafka's name, as ListGroups shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
            Self::Share => "share",
            Self::Streams => "streams",
        }
    }
}

/// One record of such a group.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherRecord {
    pub group: GroupId,
    pub kind: GroupKind,
    /// The record's key as stored.
    pub key: Bytes,
    pub change: OtherChange,
}

/// What the record says; `None` and `false` are tombstones.
#[derive(Debug, Clone, PartialEq)]
pub enum OtherChange {
    GroupEpoch(Option<i32>),
    Member(MemberId, bool),
    AssignmentEpoch(Option<i32>),
    MemberState(MemberId, Option<MemberState>),
    /// Anything else that is kept with the group.
    Detail(bool),
}

impl OtherChange {
    pub fn is_tombstone(&self) -> bool {
        match self {
            Self::GroupEpoch(epoch) | Self::AssignmentEpoch(epoch) => epoch.is_none(),
            Self::MemberState(_, state) => state.is_none(),
            Self::Member(_, is_present) | Self::Detail(is_present) => !is_present,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberState {
    pub epoch: i32,
    /// Neither revoking nor waiting for partitions.
    pub is_stable: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OtherGroup {
    id: GroupId,
    kind: GroupKind,
    epoch: Option<i32>,
    assignment_epoch: i32,
    members: BTreeMap<MemberId, Option<MemberState>>,
    /// Of all its records that are not tombstones.
    keys: BTreeSet<Bytes>,
}

impl OtherGroup {
    pub fn new(id: GroupId, kind: GroupKind) -> Self {
        Self { id, kind, epoch: None, assignment_epoch: -1, members: BTreeMap::new(), keys: BTreeSet::new() }
    }

    /// False once nothing is left of the group.
    pub fn replay(&mut self, record: OtherRecord) -> bool {
        if record.change.is_tombstone() {
            self.keys.remove(&record.key);
        } else {
            self.keys.insert(record.key);
        }
        match record.change {
            OtherChange::GroupEpoch(epoch) => self.epoch = epoch,
            OtherChange::Member(id, true) => drop(self.members.entry(id).or_default()),
            OtherChange::Member(id, false) => drop(self.members.remove(&id)),
            OtherChange::AssignmentEpoch(epoch) => self.assignment_epoch = epoch.unwrap_or(-1),
            OtherChange::MemberState(id, state) => {
                if let Some(known) = self.members.get_mut(&id) {
                    *known = state;
                }
            }
            OtherChange::Detail(_) => {}
        }
        !self.keys.is_empty()
    }

    pub fn kind(&self) -> GroupKind {
        self.kind
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Kafka's name of the state (`ConsumerGroupState`, `ShareGroupState`).
    pub fn state_name(&self) -> &'static str {
        let is_settled = |state: &Option<MemberState>| {
            state.is_some_and(|state| state.is_stable && state.epoch == self.assignment_epoch)
        };
        if self.is_empty() {
            "Empty"
        } else if self.kind == GroupKind::Share {
            "Stable"
        } else if self.epoch.is_some_and(|epoch| epoch > self.assignment_epoch) {
            "Assigning"
        } else if self.members.values().all(is_settled) {
            "Stable"
        } else {
            "Reconciling"
        }
    }

    /// Consumer and streams groups take commits of their members, and of anybody while they are empty (G20); share
    /// groups have no offsets.
    pub fn admit_commit(&self, member: &str, epoch: i32, knows_epochs: bool) -> Result<(), ErrorCode> {
        if self.kind == GroupKind::Share {
            return Err(ErrorCode::GroupIdNotFound);
        }
        if epoch < 0 && self.is_empty() {
            return Ok(());
        }
        let state = self.members.get(member).ok_or(ErrorCode::UnknownMemberId)?;
        if !knows_epochs {
            return Err(ErrorCode::UnsupportedVersion);
        }
        match state {
            Some(state) if state.epoch == epoch => Ok(()),
            _ => Err(ErrorCode::StaleMemberEpoch),
        }
    }

    pub fn admit_fetch(&self, member: Option<&str>, epoch: i32) -> Result<(), ErrorCode> {
        if self.kind == GroupKind::Share {
            return Err(ErrorCode::GroupIdNotFound);
        }
        if member.is_none() && epoch < 0 {
            return Ok(());
        }
        let state = member.and_then(|member| self.members.get(member)).ok_or(ErrorCode::UnknownMemberId)?;
        match state {
            Some(state) if state.epoch == epoch => Ok(()),
            _ => Err(ErrorCode::StaleMemberEpoch),
        }
    }

    pub fn admit_offset_delete(&self) -> Result<(), ErrorCode> {
        if self.kind == GroupKind::Share { Err(ErrorCode::GroupIdNotFound) } else { Ok(()) }
    }

    /// Share and streams groups own state outside this log, so only who serves them may delete them.
    pub fn admit_delete(&self) -> Result<(), ErrorCode> {
        Err(if self.is_empty() { ErrorCode::GroupIdNotFound } else { ErrorCode::NonEmptyGroup })
    }
}
