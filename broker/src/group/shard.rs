//! The groups of one `__consumer_offsets` partition: a pure machine.
//!
//! Requests decide and leave [`Effects`](super::turn::Effects); `replay` takes in what the log holds, at run time
//! and when a coordinator loads. Does not know: the log, the network, what time it is.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use kafkactl_core::names::{Offset, ProducerId, TopicId, TopicName};
use kafkactl_core::wire::ErrorCode;

use super::classic::{
    ClassicGroup, Described, HeartbeatRequest, JoinReply, JoinRequest, LeaveOutcome, Leaver, SyncRequest,
};
use super::names::{GroupId, MemberId};
use super::offsets::{Aging, OffsetStore};
use super::other::{GroupKind, OtherGroup, OtherRecord};
use super::record::GroupRecord;
use super::turn::{Now, OnFailure, Ticket, Turn};

/// See the module's description.
#[derive(Debug)]
pub struct Shard {
    pub(super) groups: HashMap<GroupId, Slot>,
    pub(super) offsets: OffsetStore,
    /// When groups have something to do by themselves; each group at most once.
    wakes: BTreeSet<(Instant, GroupId)>,
    /// False while the log is read: then a group's record replaces the group, later it confirms it.
    is_loaded: bool,
}

/// A group and what the shard notes about it.
#[derive(Debug)]
pub(super) struct Slot {
    pub group: Group,
    /// Its entry in `wakes`.
    wake_at: Option<Instant>,
}

#[derive(Debug)]
pub(super) enum Group {
    Classic(ClassicGroup),
    Other(OtherGroup),
}

impl Shard {
    /// A shard that has to be loaded: replay the log, then call [`Shard::loaded`].
    pub fn new() -> Self {
        Self {
            groups: HashMap::new(),
            offsets: OffsetStore::default(),
            wakes: BTreeSet::new(),
            is_loaded: false,
        }
    }

    // ---- Replay -----------------------------------------------------------------------------------------------

    /// Takes in one record of the log. `producer` is [`ProducerId::NONE`] outside transactions.
    pub fn replay(&mut self, now: Now, offset: Offset, producer: ProducerId, record: GroupRecord) {
        match record {
            GroupRecord::Offset { group, topic, partition, value } => {
                if value.is_some() && !self.groups.contains_key(&group) {
                    // Offsets without members: a "simple" group.
                    self.insert(ClassicGroup::new(group.clone(), now));
                }
                self.offsets.replay(offset, producer, group, topic, partition, value);
            }
            GroupRecord::Classic { group, value: None } => self.forget(&group),
            GroupRecord::Classic { group, value: Some(stored) } => {
                if self.is_loaded
                    && let Some(Slot { group: Group::Classic(known), .. }) = self.groups.get_mut(&group)
                {
                    known.confirm(stored, now);
                } else {
                    self.insert(ClassicGroup::from_stored(group, stored, now));
                }
            }
            GroupRecord::Other(record) => self.replay_other(record),
        }
    }

    fn replay_other(&mut self, record: OtherRecord) {
        let id = record.group.clone();
        let known = match self.groups.get_mut(&id) {
            Some(Slot { group: Group::Other(known), .. }) if known.kind() == record.kind => known,
            // A tombstone of what is gone, or of what the group was before it became another kind.
            _ if record.change.is_tombstone() => return,
            _ => {
                let fresh = Group::Other(OtherGroup::new(id.clone(), record.kind));
                self.forget(&id);
                let slot = self.groups.entry(id.clone()).or_insert(Slot { group: fresh, wake_at: None });
                let Group::Other(fresh) = &mut slot.group else { return };
                fresh
            }
        };
        if !known.replay(record) {
            self.forget(&id);
        }
    }

    /// Takes in the end of a transaction.
    pub fn replay_marker(&mut self, producer: ProducerId, is_commit: bool) {
        self.offsets.replay_marker(producer, is_commit);
    }

    /// The whole log is read: sessions begin now (G12).
    pub fn loaded(&mut self, turn: &mut Turn<'_>) {
        self.is_loaded = true;
        let ids: Vec<GroupId> = self.groups.keys().cloned().collect();
        for id in ids {
            self.on_classic(&id, turn, |group, turn| group.loaded(turn));
        }
    }

    // ---- Membership -------------------------------------------------------------------------------------------

    pub fn join(&mut self, request: JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        if let Err(reply) = self.admit_join(&request, turn) {
            return turn.effects.answer_join(ticket, reply);
        }
        let id = request.group.clone();
        let is_new = !matches!(self.groups.get(&id), Some(Slot { group: Group::Classic(_), .. }));
        if is_new {
            self.insert(ClassicGroup::new(id.clone(), turn.now));
        }
        self.on_classic(&id, turn, |group, turn| {
            let first_record = group.first_record();
            let record_count = turn.effects.records.len();
            group.join(request, ticket, turn);
            if is_new && !group.is_abandoned() && turn.effects.records.len() == record_count {
                turn.effects.records.push(first_record);
                turn.effects.on_failure = OnFailure::Forget(group.id().clone());
            }
        });
        if is_new
            && self.classic(id.as_str()).is_some_and(|group| group.is_abandoned() && group.generation() == 0)
        {
            self.forget(&id);
        }
    }

    /// What stops a join before it reaches its group. An empty consumer group makes way for a classic one.
    fn admit_join(&mut self, request: &JoinRequest, turn: &mut Turn<'_>) -> Result<(), JoinReply> {
        let refused = |error| Err(JoinReply::failed(request.member.clone(), error));
        if request.group.is_empty() {
            return refused(ErrorCode::InvalidGroupId);
        }
        let timeouts_ms = turn.settings.session_timeout_min_ms..=turn.settings.session_timeout_max_ms;
        if !timeouts_ms.contains(&request.session_timeout_ms) {
            return refused(ErrorCode::InvalidSessionTimeout);
        }
        match self.groups.get(&request.group).map(|slot| &slot.group) {
            Some(Group::Classic(_)) => Ok(()),
            Some(Group::Other(group)) => {
                let is_sound = !request.protocol_type.is_empty() && !request.protocols.is_empty();
                let makes_way = group.kind() == GroupKind::Consumer && request.member.is_empty() && is_sound;
                if !makes_way || group.tombstones(&mut turn.effects.records).is_err() {
                    return Err(JoinReply::failed(MemberId::from(""), ErrorCode::InconsistentGroupProtocol));
                }
                self.forget(&request.group);
                Ok(())
            }
            None if request.member.is_empty() => Ok(()),
            None => refused(ErrorCode::UnknownMemberId),
        }
    }

    pub fn sync(&mut self, request: SyncRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        if request.group.is_empty() {
            return turn.effects.answer_sync(ticket, Err(ErrorCode::InvalidGroupId));
        }
        let id = request.group.clone();
        if self.on_classic(&id, turn, |group, turn| group.sync(request, ticket, turn)).is_none() {
            turn.effects.answer_sync(ticket, Err(ErrorCode::UnknownMemberId));
        }
    }

    pub fn heartbeat(&mut self, request: &HeartbeatRequest, turn: &mut Turn<'_>) -> Result<(), ErrorCode> {
        if request.group.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        let outcome = self.on_classic(&request.group, turn, |group, turn| group.heartbeat(request, turn));
        outcome.unwrap_or(Err(ErrorCode::UnknownMemberId))
    }

    /// One outcome per leaver; the error is that of the whole request.
    pub fn leave(
        &mut self,
        group: &GroupId,
        leavers: &[Leaver],
        turn: &mut Turn<'_>,
    ) -> Result<Vec<LeaveOutcome>, ErrorCode> {
        if group.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        let outcomes = self.on_classic(group, turn, |group, turn| group.leave(leavers, turn));
        Ok(outcomes.unwrap_or_else(|| vec![Err(ErrorCode::UnknownMemberId); leavers.len()]))
    }

    // ---- Looking and deleting ---------------------------------------------------------------------------------

    pub fn list(&self) -> impl Iterator<Item = Listed<'_>> {
        self.groups.iter().map(|(id, slot)| match &slot.group {
            Group::Classic(group) => Listed {
                id,
                kind: GroupKind::Classic,
                protocol_type: group.protocol_type().map_or("", |text| text),
                state: group.state_name(),
            },
            Group::Other(group) => Listed {
                id,
                kind: group.kind(),
                protocol_type: group.kind().name(),
                state: group.state_name(),
            },
        })
    }

    /// A classic group; the error tells what is there instead.
    pub fn describe(&self, id: &str) -> Result<Described, NotClassic> {
        match self.groups.get(id).map(|slot| &slot.group) {
            Some(Group::Classic(group)) => Ok(group.describe()),
            Some(Group::Other(_)) => Err(NotClassic::OtherKind),
            None => Err(NotClassic::NotFound),
        }
    }

    /// Deletes a group with its offsets, if it has no members (G23).
    pub fn delete(&self, id: &GroupId, turn: &mut Turn<'_>) -> Result<(), ErrorCode> {
        let slot = self.groups.get(id).ok_or(ErrorCode::GroupIdNotFound)?;
        let mut records = Vec::new();
        self.offsets.tombstones(id, &mut records);
        match &slot.group {
            Group::Classic(group) if group.is_empty() => {
                records.push(GroupRecord::Classic { group: id.clone(), value: None });
            }
            Group::Classic(_) => return Err(ErrorCode::NonEmptyGroup),
            Group::Other(group) => group.tombstones(&mut records)?,
        }
        turn.effects.records.append(&mut records);
        Ok(())
    }

    // ---- By itself --------------------------------------------------------------------------------------------

    /// No earlier than this has any group something to do.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.wakes.first().map(|(at, _)| *at)
    }

    /// Does what is due for the group that has waited longest. False if nothing is due.
    pub fn expire(&mut self, turn: &mut Turn<'_>) -> bool {
        let Some((at, id)) = self.wakes.first().cloned() else { return false };
        if at > turn.now.at {
            return false;
        }
        self.on_classic(&id, turn, |group, turn| group.expire(turn));
        true
    }

    pub fn group_ids(&self) -> Vec<GroupId> {
        self.groups.keys().cloned().collect()
    }

    /// Drops offsets of `id` that are too old, and the group itself if that leaves nothing (G22).
    pub fn clean(&self, id: &GroupId, turn: &mut Turn<'_>) {
        let Some(Slot { group: Group::Classic(group), .. }) = self.groups.get(id) else { return };
        let mut is_bare =
            self.offsets.of_group(id.as_str()).is_none() && !self.offsets.has_open_transaction(id.as_str());
        if let Some(from) = group.offsets_age_from() {
            let retention_ms = turn.settings.offsets_retention_minutes.saturating_mul(60_000);
            let aging = Aging { from, now_ms: turn.now.ms, retention_ms };
            let is_read = |topic: &TopicName| group.is_subscribed_to(topic);
            is_bare = self.offsets.expire(id, aging, is_read, &mut turn.effects.records);
        }
        if is_bare && group.is_abandoned() {
            turn.effects.records.push(GroupRecord::Classic { group: id.clone(), value: None });
        }
    }

    /// Drops what was committed for a deleted topic (G22).
    pub fn topic_deleted(&self, topic: &TopicName, id: TopicId, turn: &mut Turn<'_>) {
        self.offsets.forget_topic(topic, id, &mut turn.effects.records);
    }

    /// The records of a decision could not be appended; the answers in its effects have been made failures.
    pub fn append_failed(&mut self, on_failure: OnFailure, error: ErrorCode, turn: &mut Turn<'_>) {
        match on_failure {
            OnFailure::Nothing => {}
            OnFailure::Forget(id) => {
                self.on_classic(&id, turn, |group, turn| group.dissolve(error, turn.effects));
                self.forget(&id);
            }
            OnFailure::Rebalance(id) => {
                self.on_classic(&id, turn, |group, turn| group.assignment_not_stored(turn));
            }
        }
    }

    /// This broker is no longer the coordinator: answers everything parked.
    pub fn resign(mut self, turn: &mut Turn<'_>) {
        for slot in self.groups.values_mut() {
            if let Group::Classic(group) = &mut slot.group {
                group.dissolve(ErrorCode::NotCoordinator, turn.effects);
            }
        }
    }

    pub(super) fn classic(&self, id: &str) -> Option<&ClassicGroup> {
        match self.groups.get(id).map(|slot| &slot.group) {
            Some(Group::Classic(group)) => Some(group),
            _ => None,
        }
    }

    /// Lets a classic group act, and notes when it wants to be woken next.
    pub(super) fn on_classic<R>(
        &mut self,
        id: &GroupId,
        turn: &mut Turn<'_>,
        act: impl FnOnce(&mut ClassicGroup, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let slot = self.groups.get_mut(id)?;
        let Group::Classic(group) = &mut slot.group else { return None };
        let result = act(group, turn);
        let wake_at = group.wake_at();
        if wake_at != slot.wake_at {
            if let Some(at) = std::mem::replace(&mut slot.wake_at, wake_at) {
                self.wakes.remove(&(at, id.clone()));
            }
            self.wakes.extend(wake_at.map(|at| (at, id.clone())));
        }
        Some(result)
    }

    fn insert(&mut self, group: ClassicGroup) {
        self.forget(&group.id().clone());
        self.groups.insert(group.id().clone(), Slot { group: Group::Classic(group), wake_at: None });
    }

    fn forget(&mut self, id: &GroupId) {
        if let Some(Slot { wake_at: Some(at), .. }) = self.groups.remove(id) {
            self.wakes.remove(&(at, id.clone()));
        }
    }
}

/// A group as ListGroups shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed<'a> {
    pub id: &'a GroupId,
    pub kind: GroupKind,
    pub protocol_type: &'a str,
    pub state: &'static str,
}

/// Why DescribeGroups has nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotClassic {
    NotFound,
    OtherKind,
}
