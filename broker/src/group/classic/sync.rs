//! SyncGroup, Heartbeat, LeaveGroup: what members do besides joining (G8–G11).

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::wire::ErrorCode;

use super::{ClassicGroup, Phase};
use crate::group::names::{GroupId, InstanceId, MemberId};
use crate::group::turn::{OnFailure, Ticket, Turn};

#[derive(Debug, Clone)]
pub struct SyncRequest {
    pub group: GroupId,
    pub generation: i32,
    pub member: MemberId,
    pub instance: Option<InstanceId>,
    /// Checked if given (version 5 and later).
    pub protocol_type: Option<Arc<str>>,
    pub protocol: Option<Arc<str>>,
    /// From the leader: what each member gets.
    pub assignments: HashMap<MemberId, Bytes>,
}

pub type SyncReply = Result<Synced, ErrorCode>;

#[derive(Debug, Clone, PartialEq)]
pub struct Synced {
    pub protocol_type: Option<Arc<str>>,
    pub protocol: Option<Arc<str>>,
    pub assignment: Bytes,
}

#[derive(Debug, Clone)]
pub struct HeartbeatRequest {
    pub group: GroupId,
    pub generation: i32,
    pub member: MemberId,
    pub instance: Option<InstanceId>,
}

/// One of those a LeaveGroup names. An empty member id with an instance: an operator removes the static member.
#[derive(Debug, Clone)]
pub struct Leaver {
    pub member: MemberId,
    pub instance: Option<InstanceId>,
}

pub type LeaveOutcome = Result<(), ErrorCode>;

impl ClassicGroup {
    /// Answers now, or parks the request until the leader's assignment is stored.
    pub fn sync(&mut self, request: SyncRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        if let Err(error) = self.admit_sync(&request) {
            return turn.effects.answer_sync(ticket, Err(error));
        }
        match &mut self.phase {
            Phase::Empty => turn.effects.answer_sync(ticket, Err(ErrorCode::UnknownMemberId)),
            Phase::Preparing { .. } => turn.effects.answer_sync(ticket, Err(ErrorCode::RebalanceInProgress)),
            Phase::Completing(wait) => {
                wait.missing.remove(&request.member);
                self.park_sync(&request.member, ticket, turn);
                if self.is_leader(&request.member) {
                    self.store_assignments(&request.assignments, turn);
                }
            }
            Phase::Stable(wait) => {
                wait.missing.remove(&request.member);
                let assignment = self.members.get(&request.member).map(|member| member.assignment.clone());
                let reply = self.synced(assignment.unwrap_or_default());
                turn.effects.answer_sync(ticket, Ok(reply));
            }
        }
    }

    fn admit_sync(&self, request: &SyncRequest) -> Result<(), ErrorCode> {
        self.validate(request.member.as_str(), request.instance.as_ref().map(InstanceId::as_str))?;
        if request.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |theirs: &Option<Arc<str>>, ours: &Option<Arc<str>>| matches!((theirs, ours), (Some(theirs), Some(ours)) if theirs != ours);
        if differs(&request.protocol_type, &self.protocol_type) || differs(&request.protocol, &self.protocol)
        {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn park_sync(&mut self, id: &MemberId, ticket: Ticket, turn: &mut Turn<'_>) {
        let Some(member) = self.members.get_mut(id) else { return };
        if let Some(first) = member.sync.replace(ticket) {
            turn.effects.answer_sync(first, Err(ErrorCode::RebalanceInProgress));
        }
    }

    /// The leader has assigned. The group is stable once the log has the record (`confirm`); members that the
    /// leader left out get nothing to read.
    fn store_assignments(&mut self, assignments: &HashMap<MemberId, Bytes>, turn: &mut Turn<'_>) {
        let assigned = |id: &MemberId| assignments.get(id).cloned().unwrap_or_default();
        let stored = self.snapshot_with(|id, _| assigned(id));
        turn.effects.records.push(self.record(stored));
        turn.effects.on_failure = OnFailure::Rebalance(self.id.clone());
        let ids: Vec<MemberId> = self.members.keys().cloned().collect();
        for id in ids {
            let reply = self.synced(assigned(&id));
            let Some(member) = self.members.get_mut(&id) else { continue };
            if let Some(ticket) = member.sync.take() {
                member.refresh_session(turn.now);
                let session_ends = member.session_ends;
                self.wake_by(session_ends);
                turn.effects.answer_sync(ticket, Ok(reply));
            }
        }
    }

    /// The assignment could not be stored; its members have been told so. They start over.
    pub fn assignment_not_stored(&mut self, turn: &mut Turn<'_>) {
        if matches!(self.phase, Phase::Completing(_)) {
            self.prepare_rebalance(turn);
        }
    }

    fn synced(&self, assignment: Bytes) -> Synced {
        Synced { protocol_type: self.protocol_type.clone(), protocol: self.protocol.clone(), assignment }
    }

    pub fn heartbeat(&mut self, request: &HeartbeatRequest, turn: &mut Turn<'_>) -> Result<(), ErrorCode> {
        self.validate(request.member.as_str(), request.instance.as_ref().map(InstanceId::as_str))?;
        if request.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        if let Some(member) = self.members.get_mut(&request.member) {
            member.refresh_session(turn.now);
        }
        match self.phase {
            Phase::Preparing { .. } => Err(ErrorCode::RebalanceInProgress),
            Phase::Empty => Err(ErrorCode::UnknownMemberId),
            Phase::Completing(_) | Phase::Stable(_) => Ok(()),
        }
    }

    /// Removes those who leave; each has its own outcome (G11).
    pub fn leave(&mut self, leavers: &[Leaver], turn: &mut Turn<'_>) -> Vec<LeaveOutcome> {
        let outcomes: Vec<LeaveOutcome> = leavers.iter().map(|leaver| self.leave_one(leaver, turn)).collect();
        if outcomes.iter().any(Result::is_ok) {
            self.members_left(turn);
        }
        outcomes
    }

    fn leave_one(&mut self, leaver: &Leaver, turn: &mut Turn<'_>) -> LeaveOutcome {
        let id = if leaver.member.is_empty() {
            let holder = leaver.instance.as_ref().and_then(|instance| self.instances.get(instance));
            holder.cloned().ok_or(ErrorCode::UnknownMemberId)?
        } else {
            if !self.pending.contains_key(&leaver.member) {
                self.validate(leaver.member.as_str(), leaver.instance.as_ref().map(InstanceId::as_str))?;
            }
            leaver.member.clone()
        };
        self.remove(&id, turn.effects);
        Ok(())
    }

    /// Members are gone: the others rebalance, or the rebalance under way need not wait for them any more.
    pub(super) fn members_left(&mut self, turn: &mut Turn<'_>) {
        if !self.is_empty() {
            self.rebalance(turn);
        }
    }
}
