//! Who is in a group: joins, syncs, heartbeats and leaves find their group here, or make it.

use kafkactl_core::wire::ErrorCode;

use super::classic::{
    ClassicGroup, HeartbeatRequest, JoinReply, JoinRequest, LeaveOutcome, Leaver, SyncRequest,
};
use super::consumer::{ConsumerGroup, ConsumerHeartbeat, ConsumerHeartbeatReply, JOINING, Refusal};
use super::names::{GroupId, MemberId};
use super::record::GroupRecord;
use super::shard::{Group, Shard, Slot};
use super::turn::{OnFailure, Ticket, Turn};

impl Shard {
    pub fn join(&mut self, request: JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        if let Err(reply) = self.admit_join(&request, turn) {
            return turn.effects.answer_join(ticket, reply);
        }
        let id = request.group.clone();
        let is_new = !matches!(self.groups.get(&id), Some(Slot { group: Group::Classic(_), .. }));
        if is_new {
            self.insert(&id, Group::Classic(ClassicGroup::new(id.clone(), turn.now)));
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
            Some(Group::Consumer(group)) => {
                let is_sound = !request.protocol_type.is_empty() && !request.protocols.is_empty();
                if !group.is_empty() || !request.member.is_empty() || !is_sound {
                    return Err(JoinReply::failed(MemberId::from(""), ErrorCode::InconsistentGroupProtocol));
                }
                group.tombstones(&mut turn.effects.records);
                self.forget(&request.group);
                Ok(())
            }
            Some(Group::Other(_)) => {
                Err(JoinReply::failed(MemberId::from(""), ErrorCode::InconsistentGroupProtocol))
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

    /// A member of a consumer group joins, stays or leaves. A first member makes the group, also out of a classic one
    /// without members.
    #[allow(dead_code)] // not served yet
    pub fn consumer_heartbeat(
        &mut self,
        request: &ConsumerHeartbeat,
        turn: &mut Turn<'_>,
    ) -> Result<ConsumerHeartbeatReply, Refusal> {
        let id = &request.group;
        let mut is_new = false;
        match self.groups.get(id).map(|slot| &slot.group) {
            Some(Group::Consumer(_)) => {}
            Some(Group::Classic(group)) if request.epoch == JOINING && group.is_abandoned() => is_new = true,
            None if request.epoch == JOINING => is_new = true,
            None => return Err(Refusal::new(ErrorCode::GroupIdNotFound, format!("Group {id} not found."))),
            Some(_) => {
                let message = format!("Group {id} is not a consumer group.");
                return Err(Refusal::new(ErrorCode::GroupIdNotFound, message));
            }
        }
        if !is_new {
            let outcome = self.on_consumer(id, turn, |group, turn| group.heartbeat(request, turn));
            return outcome.unwrap_or(Err(Refusal::from(ErrorCode::UnknownServerError)));
        }
        // Not a group yet: it becomes one when its records are replayed.
        let mut group = ConsumerGroup::new(id.clone());
        let was_classic = self.groups.contains_key(id);
        if was_classic {
            turn.effects.records.push(GroupRecord::Classic { group: id.clone(), value: None });
        }
        match group.heartbeat(request, turn) {
            Ok(reply) => {
                self.forget(id);
                self.insert(id, Group::Consumer(group));
                self.on_consumer(id, turn, |_, _| ());
                turn.effects.on_failure = OnFailure::Forget(id.clone());
                Ok(reply)
            }
            Err(refusal) => {
                turn.effects.records.clear();
                Err(refusal)
            }
        }
    }
}
