//! Members of a classic group, and the books kept about them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use kafkactl_core::wire::ErrorCode;

use super::{ClassicGroup, JoinReply, Phase};
use crate::group::names::{InstanceId, MemberId};
use crate::group::record::StoredMember;
use crate::group::turn::{Effects, Now, Ticket};

/// One assignment protocol a member offers, with its metadata for it (for consumers: the subscription).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protocol {
    pub name: Arc<str>,
    pub metadata: Bytes,
}

pub(super) fn metadata_bytes(protocols: &[Protocol]) -> usize {
    protocols.iter().map(|protocol| protocol.name.len() + protocol.metadata.len()).sum()
}

#[derive(Debug)]
pub(super) struct Member {
    pub instance: Option<InstanceId>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    /// In the member's order of preference.
    pub protocols: Vec<Protocol>,
    pub assignment: Bytes,
    /// Without a first answer to its join: its session runs although the join is parked, or clients that give up
    /// and come back under new ids would pile up.
    pub is_new: bool,
    pub session_ends: Instant,
    pub join: Option<Ticket>,
    pub sync: Option<Ticket>,
}

impl Member {
    pub fn from_stored(stored: StoredMember, protocol: &Arc<str>, now: Now) -> Self {
        let rebalance_timeout_ms = match stored.rebalance_timeout_ms {
            -1 => stored.session_timeout_ms,
            timeout_ms => timeout_ms,
        };
        Self {
            instance: stored.instance,
            client_id: stored.client_id,
            client_host: stored.client_host,
            rebalance_timeout_ms,
            session_timeout_ms: stored.session_timeout_ms,
            protocols: vec![Protocol { name: protocol.clone(), metadata: stored.subscription }],
            assignment: stored.assignment,
            is_new: false,
            session_ends: now.after_ms(stored.session_timeout_ms),
            join: None,
            sync: None,
        }
    }

    pub fn to_stored(&self, id: &MemberId, protocol: &str, assignment: Bytes) -> StoredMember {
        StoredMember {
            id: id.clone(),
            instance: self.instance.clone(),
            client_id: self.client_id.clone(),
            client_host: self.client_host.clone(),
            rebalance_timeout_ms: self.rebalance_timeout_ms,
            session_timeout_ms: self.session_timeout_ms,
            subscription: self.metadata_for(protocol),
            assignment,
        }
    }

    /// Empty for a protocol the member does not offer.
    pub fn metadata_for(&self, protocol: &str) -> Bytes {
        let offered = self.protocols.iter().find(|offered| &*offered.name == protocol);
        offered.map_or_else(Bytes::new, |offered| offered.metadata.clone())
    }

    pub fn refresh_session(&mut self, now: Now) {
        self.session_ends = now.after_ms(self.session_timeout_ms);
    }

    /// When the member is taken for dead; `None` while it waits for us rather than we for it (G9).
    pub fn deadline(&self) -> Option<Instant> {
        let is_waiting = self.join.is_some() || self.sync.is_some();
        (self.is_new || !is_waiting).then_some(self.session_ends)
    }

    pub fn metadata_bytes(&self) -> usize {
        metadata_bytes(&self.protocols)
    }

    fn protocol_names(&self) -> HashSet<&Arc<str>> {
        self.protocols.iter().map(|protocol| &protocol.name).collect()
    }
}

impl ClassicGroup {
    pub(super) fn insert(&mut self, id: MemberId, member: Member) {
        if let Some(instance) = &member.instance {
            self.instances.insert(instance.clone(), id.clone());
        }
        if self.leader.is_none() {
            self.leader = Some(id.clone());
        }
        self.pending.remove(&id);
        self.awaiting_join += usize::from(member.join.is_some());
        self.count_protocols(&member);
        self.members.insert(id, member);
    }

    /// Removes a member or a pending id. What it waits for is answered UNKNOWN_MEMBER_ID, so that a live client
    /// comes back (G11). If it led, another member does.
    pub(super) fn remove(&mut self, id: &MemberId, effects: &mut Effects) {
        self.pending.remove(id);
        let Some(member) = self.members.remove(id) else { return };
        self.awaiting_join -= usize::from(member.join.is_some());
        self.discount_protocols(&member);
        if let Some(instance) = &member.instance {
            self.instances.remove(instance);
        }
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
        if let Phase::Completing(wait) | Phase::Stable(wait) = &mut self.phase {
            wait.missing.remove(id);
        }
        self.turn_away(&member, MemberId::from(""), ErrorCode::UnknownMemberId, effects);
    }

    /// Answers what `member` has parked with an error. The caller keeps `awaiting_join` right.
    pub(super) fn turn_away(&self, member: &Member, id: MemberId, error: ErrorCode, effects: &mut Effects) {
        if let Some(ticket) = member.join {
            effects.answer_join(ticket, JoinReply::failed(id, error));
        }
        if let Some(ticket) = member.sync {
            effects.answer_sync(ticket, Err(error));
        }
    }

    /// Parks a join in the member's place. A client that asks twice gets its first answer at once: with one
    /// unanswered request in front, the connection could not carry the second.
    pub(super) fn park_join(&mut self, id: &MemberId, ticket: Ticket, effects: &mut Effects) {
        let Some(member) = self.members.get_mut(id) else { return };
        match member.join.replace(ticket) {
            Some(first) => {
                effects.answer_join(first, JoinReply::failed(id.clone(), ErrorCode::RebalanceInProgress));
            }
            None => self.awaiting_join += 1,
        }
    }

    pub(super) fn take_join(&mut self, id: &MemberId) -> Option<Ticket> {
        let ticket = self.members.get_mut(id)?.join.take()?;
        self.awaiting_join -= 1;
        Some(ticket)
    }

    pub(super) fn set_protocols(&mut self, id: &MemberId, protocols: Vec<Protocol>) {
        let Some(mut member) = self.members.remove(id) else { return };
        self.discount_protocols(&member);
        member.protocols = protocols;
        self.count_protocols(&member);
        self.members.insert(id.clone(), member);
    }

    /// Makes `new_id` the member that `instance` is (KIP-345). Nothing happens if it already is.
    pub(super) fn rename_static(&mut self, instance: &InstanceId, new_id: &MemberId) {
        let Some(old_id) = self.instances.get(instance).filter(|&old_id| old_id != new_id).cloned() else {
            return;
        };
        let Some(member) = self.members.remove(&old_id) else { return };
        self.members.insert(new_id.clone(), member);
        self.instances.insert(instance.clone(), new_id.clone());
        if self.is_leader(&old_id) {
            self.leader = Some(new_id.clone());
        }
        if let Phase::Completing(wait) | Phase::Stable(wait) = &mut self.phase
            && wait.missing.remove(&old_id)
        {
            wait.missing.insert(new_id.clone());
        }
    }

    pub(super) fn all_joined(&self) -> bool {
        self.awaiting_join == self.members.len() && self.pending.is_empty()
    }

    /// The longest rebalance timeout of the members; 0 without members.
    pub(super) fn rebalance_timeout_ms(&self) -> i32 {
        self.members
            .values()
            .map(|member| member.rebalance_timeout_ms)
            .max()
            .map_or(0, |timeout_ms| timeout_ms.max(0))
    }

    /// Whether a member offering `protocols` fits in (G3, J52).
    pub(super) fn supports(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.is_empty() {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let supported_by =
            |protocol: &Protocol| self.protocol_counts.get(&protocol.name).copied().unwrap_or(0);
        self.protocol_type.as_deref() == Some(protocol_type)
            && protocols.iter().any(|protocol| supported_by(protocol) == self.members.len())
    }

    /// The protocol of the next generation: of those all members support, the one most members like best (G7).
    /// A tie goes to the one the leader likes better. `None` if nothing is supported by all.
    pub(super) fn choose_protocol(&self) -> Option<Arc<str>> {
        let is_candidate = |name: &Arc<str>| self.protocol_counts.get(name) == Some(&self.members.len());
        let mut votes: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
        for member in self.members.values() {
            let favourite =
                member.protocols.iter().map(|protocol| &protocol.name).find(|name| is_candidate(name))?;
            *votes.entry(favourite).or_default() += 1;
        }
        let leader = self.leader.as_ref().and_then(|leader| self.members.get(leader));
        let place = |name: &Arc<str>| {
            leader.and_then(|member| member.protocols.iter().position(|protocol| protocol.name == *name))
        };
        let most = votes.values().copied().max()?;
        let winners = votes.into_iter().filter(|&(_, count)| count == most).map(|(name, _)| name);
        winners.min_by_key(|name| place(name).unwrap_or(usize::MAX)).cloned()
    }

    fn count_protocols(&mut self, member: &Member) {
        self.metadata_bytes += member.metadata_bytes();
        for name in member.protocol_names() {
            *self.protocol_counts.entry(name.clone()).or_default() += 1;
        }
    }

    fn discount_protocols(&mut self, member: &Member) {
        self.metadata_bytes -= member.metadata_bytes();
        for name in member.protocol_names() {
            if let Some(count) = self.protocol_counts.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    self.protocol_counts.remove(name);
                }
            }
        }
    }
}
