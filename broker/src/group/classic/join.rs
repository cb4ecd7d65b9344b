//! JoinGroup: who may come in, under which id, and what it sets off (G3–G7, G10, J43–J46, J52, J53).

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::wire::ErrorCode;

use super::member::{Member, Protocol, metadata_bytes};
use super::{ClassicGroup, Phase};
use crate::group::names::{GroupId, InstanceId, MemberId};
use crate::group::record::StoredGroup;
use crate::group::turn::{Ticket, Turn};

#[derive(Debug, Clone)]
pub struct JoinRequest {
    pub group: GroupId,
    /// Empty: the client has no id yet.
    pub member: MemberId,
    /// The id the member gets if it needs one.
    pub fresh_member: MemberId,
    pub instance: Option<InstanceId>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
    pub session_timeout_ms: i32,
    pub rebalance_timeout_ms: i32,
    pub protocol_type: Arc<str>,
    pub protocols: Vec<Protocol>,
    /// Version 4 and later: a dynamic member must come back with the id it was given (KIP-394).
    pub must_know_its_id: bool,
    /// Version 9 and later: a static leader may come back without assigning (KIP-814).
    pub may_skip_assignment: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct JoinReply {
    pub member: MemberId,
    pub outcome: Result<Joined, ErrorCode>,
}

impl JoinReply {
    pub fn failed(member: MemberId, error: ErrorCode) -> Self {
        Self { member, outcome: Err(error) }
    }
}

/// The generation a member has joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    pub generation: i32,
    pub protocol_type: Option<Arc<str>>,
    pub protocol: Option<Arc<str>>,
    pub leader: MemberId,
    pub skip_assignment: bool,
    /// Everybody, for the leader; nobody, for the others.
    pub members: Vec<JoinedMember>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct JoinedMember {
    pub id: MemberId,
    pub instance: Option<InstanceId>,
    pub metadata: Bytes,
}

impl ClassicGroup {
    /// Answers now, or parks the join until the rebalance is through.
    pub fn join(&mut self, request: JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        let refused = |error| JoinReply::failed(request.member.clone(), error);
        if !self.has_room_for(&request, turn) {
            self.remove(&request.member, turn.effects);
            turn.effects
                .answer_join(ticket, JoinReply::failed(MemberId::from(""), ErrorCode::GroupMaxSizeReached));
            self.complete_join_if_ready(turn);
        } else if !self.supports(&request.protocol_type, &request.protocols)
            || request.protocols.len() > PROTOCOLS_MAX
        {
            turn.effects.answer_join(ticket, refused(ErrorCode::InconsistentGroupProtocol));
        } else if request.member.is_empty() {
            self.join_without_id(request, ticket, turn);
        } else if self.pending.contains_key(&request.member) && request.instance.is_none() {
            let id = request.member.clone();
            self.add_member(id, request, ticket, turn);
        } else {
            let instance = request.instance.as_ref().map(InstanceId::as_str);
            match self.validate(request.member.as_str(), instance) {
                Ok(()) => self.rejoin(request, ticket, turn),
                Err(error) => turn.effects.answer_join(ticket, refused(error)),
            }
        }
        self.expire(turn);
    }

    fn has_room_for(&self, request: &JoinRequest, turn: &Turn<'_>) -> bool {
        let members_max = turn.settings.members_max;
        let known = self.members.get(&request.member);
        let has_room = match self.phase {
            Phase::Empty => true,
            // Parked joins count, not members: after the limit was lowered the last to rejoin are left out.
            Phase::Preparing { .. } => {
                known.is_some_and(|member| member.join.is_some()) || self.awaiting_join < members_max
            }
            Phase::Completing(_) | Phase::Stable(_) => known.is_some() || self.members.len() < members_max,
        };
        let needs_pending = request.member.is_empty() && request.must_know_its_id;
        let given_up_bytes = known.map_or(0, Member::metadata_bytes);
        has_room
            && (!needs_pending || self.pending.len() < PENDING_MEMBERS_MAX)
            && self.metadata_bytes - given_up_bytes + metadata_bytes(&request.protocols) <= METADATA_BYTES_MAX
    }

    fn join_without_id(&mut self, request: JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        let id = request.fresh_member.clone();
        match &request.instance {
            Some(instance) => match self.instances.get(instance).cloned() {
                Some(old_id) => self.replace_static(old_id, request, ticket, turn),
                None => self.add_member(id, request, ticket, turn),
            },
            None if request.must_know_its_id => {
                let deadline = turn.now.after_ms(request.session_timeout_ms);
                self.pending.insert(id.clone(), deadline);
                self.wake_by(deadline);
                turn.effects.answer_join(ticket, JoinReply::failed(id, ErrorCode::MemberIdRequired));
            }
            None => self.add_member(id, request, ticket, turn),
        }
    }

    fn add_member(&mut self, id: MemberId, request: JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        if self.members.is_empty() {
            self.protocol_type = Some(request.protocol_type);
        }
        if let Phase::Preparing { initial: Some(initial), .. } = &mut self.phase {
            initial.member_added = true;
        }
        let session_ends = turn.now.after_ms(NEW_MEMBER_JOIN_TIMEOUT_MS);
        let member = Member {
            instance: request.instance,
            client_id: request.client_id,
            client_host: request.client_host,
            rebalance_timeout_ms: request.rebalance_timeout_ms,
            session_timeout_ms: request.session_timeout_ms,
            protocols: request.protocols,
            assignment: Bytes::new(),
            is_new: true,
            session_ends,
            join: Some(ticket),
            sync: None,
        };
        self.insert(id, member);
        self.wake_by(session_ends);
        self.rebalance(turn);
    }

    fn rejoin(&mut self, request: JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        let Some(member) = self.members.get(&request.member) else { return };
        let is_same = member.protocols == request.protocols;
        let is_leader = self.is_leader(&request.member);
        match self.phase {
            // The first answer may have been lost: give it again.
            Phase::Completing(_) if is_same => {
                let reply = self.current_generation(&request.member, is_leader, false);
                turn.effects.answer_join(ticket, reply);
            }
            // A leader that comes back wants to assign anew, even if its own metadata is the same.
            Phase::Stable(_) if is_same && !is_leader => {
                let reply = self.current_generation(&request.member, false, false);
                turn.effects.answer_join(ticket, reply);
            }
            Phase::Empty => {
                turn.effects
                    .answer_join(ticket, JoinReply::failed(request.member, ErrorCode::UnknownMemberId));
            }
            Phase::Preparing { .. } | Phase::Completing(_) | Phase::Stable(_) => {
                let id = request.member.clone();
                self.update_member(&id, request);
                self.park_join(&id, ticket, turn.effects);
                self.rebalance(turn);
            }
        }
    }

    fn update_member(&mut self, id: &MemberId, request: JoinRequest) {
        self.set_protocols(id, request.protocols);
        if let Some(member) = self.members.get_mut(id) {
            member.client_id = request.client_id;
            member.client_host = request.client_host;
            member.rebalance_timeout_ms = request.rebalance_timeout_ms;
            member.session_timeout_ms = request.session_timeout_ms;
        }
    }

    /// A static member came back without its id: it takes its own place under a new one (G10, J44).
    fn replace_static(
        &mut self,
        old_id: MemberId,
        request: JoinRequest,
        ticket: Ticket,
        turn: &mut Turn<'_>,
    ) {
        let Some(instance) = request.instance.clone() else { return };
        let new_id = request.fresh_member.clone();
        let may_skip = request.may_skip_assignment;
        self.fence(&old_id, turn);
        self.update_member(&old_id, request);

        if matches!(self.phase, Phase::Stable(_)) && self.protocol == self.choose_protocol() {
            // Nobody else needs to know. The new id counts once the log has it: `confirm` renames the member.
            let stored = self.snapshot_renamed(&old_id, &new_id);
            turn.effects.records.push(self.record(stored));
            let skips = self.is_leader(&old_id) && may_skip;
            let mut reply = self.current_generation(&new_id, skips, skips);
            if let Ok(joined) = &mut reply.outcome {
                // An old client must not learn that it leads, or it would assign: it is told of its former self.
                if skips {
                    joined.leader = new_id.clone();
                }
                let renamed = joined.members.iter_mut().filter(|member| member.id == old_id);
                renamed.for_each(|member| member.id = new_id.clone());
            }
            turn.effects.answer_join(ticket, reply);
            return;
        }
        self.rename_static(&instance, &new_id);
        self.park_join(&new_id, ticket, turn.effects);
        match self.phase {
            // While completing, the leader may already be assigning to the old id: everybody starts over (KAFKA-9801).
            Phase::Stable(_) | Phase::Completing(_) => self.prepare_rebalance(turn),
            Phase::Preparing { .. } | Phase::Empty => self.complete_join_if_ready(turn),
        }
    }

    /// Answers what the former self of a static member has parked, and starts its session anew.
    fn fence(&mut self, id: &MemberId, turn: &mut Turn<'_>) {
        let join = self.take_join(id);
        let Some(member) = self.members.get_mut(id) else { return };
        member.refresh_session(turn.now);
        let (sync, session_ends) = (member.sync.take(), member.session_ends);
        self.wake_by(session_ends);
        if let Some(ticket) = join {
            turn.effects.answer_join(ticket, JoinReply::failed(id.clone(), ErrorCode::FencedInstanceId));
        }
        if let Some(ticket) = sync {
            turn.effects.answer_sync(ticket, Err(ErrorCode::FencedInstanceId));
        }
    }

    fn snapshot_renamed(&self, old_id: &MemberId, new_id: &MemberId) -> StoredGroup {
        let mut stored = self.snapshot();
        if stored.leader.as_ref() == Some(old_id) {
            stored.leader = Some(new_id.clone());
        }
        let renamed = stored.members.iter_mut().filter(|member| member.id == *old_id);
        renamed.for_each(|member| member.id = new_id.clone());
        stored
    }

    pub(super) fn current_generation(
        &self,
        member: &MemberId,
        with_members: bool,
        skip_assignment: bool,
    ) -> JoinReply {
        let joined = Joined {
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_else(|| MemberId::from("")),
            skip_assignment,
            members: if with_members { self.joined_members() } else { Vec::new() },
        };
        JoinReply { member: member.clone(), outcome: Ok(joined) }
    }

    fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.as_deref().unwrap_or("");
        let joined = self.members.iter().map(|(id, member)| JoinedMember {
            id: id.clone(),
            instance: member.instance.clone(),
            metadata: member.metadata_for(protocol),
        });
        joined.collect()
    }
}

/// How long a member may take from its first join to its first answer (Kafka: five minutes, not configurable).
const NEW_MEMBER_JOIN_TIMEOUT_MS: i32 = 5 * 60 * 1_000;

/// Most ids a group hands out ahead of their use; clients that never come back cannot fill the memory.
const PENDING_MEMBERS_MAX: usize = 100_000;

/// Most protocols a member may offer; real clients offer one to five.
const PROTOCOLS_MAX: usize = 256;

/// Most protocol names and metadata a group keeps of its members together. A record that holds a tenth of it would
/// already be refused by `max.message.bytes`.
const METADATA_BYTES_MAX: usize = 64 << 20;
