//! The groups of one `__consumer_offsets` partition: a pure machine.
//!
//! Requests decide and leave [`Effects`](super::turn::Effects); `replay` takes in what the log holds, at run time
//! and when a coordinator loads. Does not know: the log, the network, what time it is.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use kafkactl_core::names::{Offset, ProducerId, TopicId, TopicName};
use kafkactl_core::settings::GroupSettings;
use kafkactl_core::wire::ErrorCode;

use super::classic::{AgeFrom, ClassicGroup, Described};
use super::consumer::{ConsumerGroup, ConsumerRecord, DescribedConsumerGroup};
use super::names::GroupId;
use super::offsets::{Aging, OffsetStore};
use super::other::{GroupKind, OtherGroup, OtherRecord};
use super::record::GroupRecord;
use super::turn::{Now, OnFailure, OnSuccess, Turn};

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
    Consumer(ConsumerGroup),
    Other(OtherGroup),
}

impl Group {
    fn wake_at(&self) -> Option<Instant> {
        match self {
            Self::Classic(group) => group.wake_at(),
            Self::Consumer(group) => group.wake_at(),
            Self::Other(_) => None,
        }
    }

    /// The times of its members begin.
    fn start(&mut self, turn: &mut Turn<'_>) {
        match self {
            Self::Classic(group) => group.loaded(turn),
            Self::Consumer(group) => group.loaded(turn),
            Self::Other(_) => {}
        }
    }
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
                    self.insert(&group, Group::Classic(ClassicGroup::new(group.clone(), now)));
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
                    let loaded = ClassicGroup::from_stored(group.clone(), stored, now);
                    self.insert(&group, Group::Classic(loaded));
                }
            }
            GroupRecord::Consumer { group, record } => self.replay_consumer(&group, record),
            GroupRecord::Other(record) => self.replay_other(record),
        }
    }

    fn replay_consumer(&mut self, id: &GroupId, record: ConsumerRecord) {
        if !matches!(self.groups.get(id), Some(Slot { group: Group::Consumer(_), .. })) {
            if record.is_tombstone() {
                return;
            }
            self.insert(id, Group::Consumer(ConsumerGroup::new(id.clone())));
        }
        let Some(Slot { group: Group::Consumer(group), .. }) = self.groups.get_mut(id) else { return };
        if !group.replay(record) {
            self.forget(id);
        }
    }

    fn replay_other(&mut self, record: OtherRecord) {
        let id = record.group.clone();
        let is_known =
            |slot: &Slot| matches!(&slot.group, Group::Other(group) if group.kind() == record.kind);
        if !self.groups.get(&id).is_some_and(is_known) {
            // A tombstone of what is gone, or of what the group was before it became another kind.
            if record.change.is_tombstone() {
                return;
            }
            self.insert(&id, Group::Other(OtherGroup::new(id.clone(), record.kind)));
        }
        let Some(Slot { group: Group::Other(group), .. }) = self.groups.get_mut(&id) else { return };
        if !group.replay(record) {
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
            self.on_group(&id, turn, Group::start);
        }
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
            Group::Consumer(group) => Listed {
                id,
                kind: GroupKind::Consumer,
                protocol_type: GroupKind::Consumer.name(),
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
    pub fn describe(&self, id: &str) -> Result<Described, Missing> {
        match self.groups.get(id).map(|slot| &slot.group) {
            Some(Group::Classic(group)) => Ok(group.describe()),
            Some(Group::Consumer(_) | Group::Other(_)) => Err(Missing::OtherKind),
            None => Err(Missing::NotFound),
        }
    }

    /// A consumer group; the error tells what is there instead.
    pub fn describe_consumer(
        &self,
        id: &str,
        settings: &GroupSettings,
    ) -> Result<DescribedConsumerGroup, Missing> {
        match self.groups.get(id).map(|slot| &slot.group) {
            Some(Group::Consumer(group)) => Ok(group.describe(settings)),
            Some(Group::Classic(_) | Group::Other(_)) => Err(Missing::OtherKind),
            None => Err(Missing::NotFound),
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
            Group::Consumer(group) if group.is_empty() => group.tombstones(&mut records),
            Group::Classic(_) | Group::Consumer(_) => return Err(ErrorCode::NonEmptyGroup),
            Group::Other(group) => group.admit_delete()?,
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
        let expired = self.on_group(&id, turn, |group, turn| match group {
            Group::Classic(group) => {
                group.expire(turn);
                Vec::new()
            }
            Group::Consumer(group) => group.expired(turn),
            Group::Other(_) => Vec::new(),
        });
        if let Err(error) = self.fence(&id, &expired.unwrap_or_default(), turn) {
            tracing::error!(group = %id, error = error.name(), "members cannot be removed");
        }
        true
    }

    pub fn group_ids(&self) -> Vec<GroupId> {
        self.groups.keys().cloned().collect()
    }

    /// Drops offsets of `id` that are too old, and the group itself if that leaves nothing (G22).
    pub fn clean(&self, id: &GroupId, turn: &mut Turn<'_>) {
        let Some(slot) = self.groups.get(id) else { return };
        let is_read = |topic: &TopicName| match &slot.group {
            Group::Classic(group) => group.is_subscribed_to(topic),
            Group::Consumer(group) => group.is_subscribed_to(topic),
            Group::Other(_) => true,
        };
        let from = match &slot.group {
            Group::Classic(group) => group.offsets_age_from(),
            Group::Consumer(_) => Some(AgeFrom::Commit),
            Group::Other(_) => None,
        };
        let mut is_bare =
            self.offsets.of_group(id.as_str()).is_none() && !self.offsets.has_open_transaction(id.as_str());
        if let Some(from) = from {
            let retention_ms = turn.settings.offsets_retention_minutes.saturating_mul(60_000);
            let aging = Aging { from, now_ms: turn.now.ms, retention_ms };
            is_bare = self.offsets.expire(id, aging, is_read, &mut turn.effects.records);
        }
        match &slot.group {
            Group::Classic(group) if is_bare && group.is_abandoned() => {
                turn.effects.records.push(GroupRecord::Classic { group: id.clone(), value: None });
            }
            Group::Consumer(group) if is_bare && group.is_empty() => {
                group.tombstones(&mut turn.effects.records)
            }
            _ => {}
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

    /// The records of a decision have been appended and replayed.
    pub fn appended(&mut self, on_success: OnSuccess, turn: &mut Turn<'_>) {
        match on_success {
            OnSuccess::Nothing => {}
            OnSuccess::Start(id) => drop(self.on_group(&id, turn, Group::start)),
            OnSuccess::StartResolving(id) => {
                self.on_group(&id, turn, Group::start);
                self.on_consumer(&id, turn, |group, _| group.expect_regexes());
            }
            OnSuccess::Rebalance(id) => {
                self.on_classic(&id, turn, |group, turn| group.prepare_rebalance(turn));
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

    /// Lets a classic group act.
    pub(super) fn on_classic<R>(
        &mut self,
        id: &GroupId,
        turn: &mut Turn<'_>,
        act: impl FnOnce(&mut ClassicGroup, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let acted = self.on_group(id, turn, |group, turn| match group {
            Group::Classic(group) => Some(act(group, turn)),
            Group::Consumer(_) | Group::Other(_) => None,
        });
        acted.flatten()
    }

    /// Lets a consumer group act.
    pub(super) fn on_consumer<R>(
        &mut self,
        id: &GroupId,
        turn: &mut Turn<'_>,
        act: impl FnOnce(&mut ConsumerGroup, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let acted = self.on_group(id, turn, |group, turn| match group {
            Group::Consumer(group) => Some(act(group, turn)),
            Group::Classic(_) | Group::Other(_) => None,
        });
        acted.flatten()
    }

    /// Lets a group act, and notes when it wants to be woken next.
    pub(super) fn on_group<R>(
        &mut self,
        id: &GroupId,
        turn: &mut Turn<'_>,
        act: impl FnOnce(&mut Group, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let slot = self.groups.get_mut(id)?;
        let result = act(&mut slot.group, turn);
        let wake_at = slot.group.wake_at();
        if wake_at != slot.wake_at {
            if let Some(at) = std::mem::replace(&mut slot.wake_at, wake_at) {
                self.wakes.remove(&(at, id.clone()));
            }
            self.wakes.extend(wake_at.map(|at| (at, id.clone())));
        }
        Some(result)
    }

    pub(super) fn insert(&mut self, id: &GroupId, group: Group) {
        self.forget(id);
        self.groups.insert(id.clone(), Slot { group, wake_at: None });
    }

    pub(super) fn forget(&mut self, id: &GroupId) {
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

/// Why there is no group to describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    NotFound,
    OtherKind,
}
