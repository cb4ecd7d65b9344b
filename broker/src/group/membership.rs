//! Who is in a group: joins, syncs, heartbeats and leaves find their group here, or make it.

use kafkactl_core::wire::ErrorCode;

use super::classic::{
    ClassicGroup, HeartbeatRequest, JoinReply, JoinRequest, LeaveOutcome, Leaver, SyncRequest,
};
use super::consumer::{
    ConsumerGroup, ConsumerHeartbeat, ConsumerHeartbeatReply, JOINING, Rebalance, Refusal, ResolvedRegexes,
};
use super::names::{GroupId, MemberId};
use super::record::GroupRecord;
use super::shard::{Group, Shard, Slot};
use super::turn::{Effects, OnFailure, OnSuccess, Ticket, Turn};

impl Shard {
    pub fn join(&mut self, request: JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        if let Err(reply) = self.admit_join(&request, turn) {
            return turn.effects.answer_join(ticket, reply);
        }
        if let Some(Group::Consumer(_)) = self.groups.get(&request.group).map(|slot| &slot.group) {
            let reply = self.join_consumer_group(&request, turn);
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
                if !group.is_empty() {
                    return Ok(());
                }
                if !request.member.is_empty() {
                    return refused(ErrorCode::UnknownMemberId);
                }
                if request.protocol_type.is_empty() || request.protocols.is_empty() {
                    return refused(ErrorCode::InconsistentGroupProtocol);
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
        let found = self.on_group(&id, turn, |group, turn| match group {
            Group::Classic(group) => group.sync(request, ticket, turn),
            Group::Consumer(group) => {
                let reply = group.sync_classic(&request, turn);
                turn.effects.answer_sync(ticket, reply);
            }
            Group::Other(_) => turn.effects.answer_sync(ticket, Err(ErrorCode::UnknownMemberId)),
        });
        if found.is_none() {
            turn.effects.answer_sync(ticket, Err(ErrorCode::UnknownMemberId));
        }
    }

    pub fn heartbeat(&mut self, request: &HeartbeatRequest, turn: &mut Turn<'_>) -> Result<(), ErrorCode> {
        if request.group.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        let outcome = self.on_group(&request.group, turn, |group, turn| match group {
            Group::Classic(group) => group.heartbeat(request, turn),
            Group::Consumer(group) => group.heartbeat_classic(request, turn),
            Group::Other(_) => Err(ErrorCode::UnknownMemberId),
        });
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
        if let Some(Group::Consumer(consumers)) = self.groups.get(group).map(|slot| &slot.group) {
            let named = |leaver: &Leaver| consumers.classic_leaver(&leaver.member, leaver.instance.as_ref());
            let outcomes: Vec<Result<MemberId, ErrorCode>> = leavers.iter().map(named).collect();
            let mut found: Vec<MemberId> = outcomes.iter().flatten().cloned().collect();
            found.sort_unstable();
            found.dedup();
            self.fence(group, &found, turn)?;
            return Ok(outcomes.into_iter().map(|outcome| outcome.map(drop)).collect());
        }
        let outcomes = self.on_classic(group, turn, |group, turn| group.leave(leavers, turn));
        Ok(outcomes.unwrap_or_else(|| vec![Err(ErrorCode::UnknownMemberId); leavers.len()]))
    }

    /// A member of a consumer group joins, stays or leaves. A first member makes the group, also out of a classic one.
    pub fn consumer_heartbeat(
        &mut self,
        request: &ConsumerHeartbeat,
        turn: &mut Turn<'_>,
    ) -> Result<ConsumerHeartbeatReply, Refusal> {
        let id = &request.group;
        let refused = |message: String| Err(Refusal::new(ErrorCode::GroupIdNotFound, message));
        let is_joining = request.epoch == JOINING;
        match self.groups.get(id).map(|slot| &slot.group) {
            Some(Group::Consumer(_)) if request.epoch < JOINING => {
                return self.leave_consumer_group(request, turn);
            }
            Some(Group::Consumer(_)) => {
                let outcome = self.on_consumer(id, turn, |group, turn| group.heartbeat(request, turn));
                return outcome.unwrap_or(Err(Refusal::from(ErrorCode::UnknownServerError)));
            }
            Some(Group::Classic(_)) | None if is_joining => {}
            Some(_) => return refused(format!("Group {id} is not a consumer group.")),
            None if request.epoch < JOINING => return refused(format!("Group {id} not found.")),
            None => return refused(format!("Consumer group {id} not found.")),
        }
        // Not a consumer group yet: it becomes one when its records are replayed.
        let mut records = Vec::new();
        let mut group = self.begin_consumer_group(id, &mut records, turn)?;
        let mut effects = Effects { records, ..Effects::default() };
        let reply = group.heartbeat(request, &mut turn.with(&mut effects))?;
        let on_success = match effects.regexes {
            Some(_) => OnSuccess::StartResolving(id.clone()),
            None => OnSuccess::Start(id.clone()),
        };
        *turn.effects = Effects { on_success, ..effects };
        if let Some(Slot { group: Group::Classic(group), .. }) = self.groups.get_mut(id) {
            group.send_away(ErrorCode::RebalanceInProgress, turn.effects);
        }
        Ok(reply)
    }

    /// Expressions of a group have been looked at.
    pub fn regexes_resolved(&mut self, id: &GroupId, resolved: ResolvedRegexes, turn: &mut Turn<'_>) {
        self.on_consumer(id, turn, |group, turn| group.regexes_resolved(resolved, turn));
    }

    /// What a consumer group begins as in the place of nothing or of a classic group, and the records for it.
    fn begin_consumer_group(
        &self,
        id: &GroupId,
        records: &mut Vec<GroupRecord>,
        turn: &Turn<'_>,
    ) -> Result<ConsumerGroup, Refusal> {
        let Some(classic) = self.classic(id.as_str()) else { return Ok(ConsumerGroup::new(id.clone())) };
        records.push(GroupRecord::Classic { group: id.clone(), value: None });
        if classic.is_empty() {
            return Ok(ConsumerGroup::new(id.clone()));
        }
        let group = ConsumerGroup::upgraded(classic, turn)?;
        group.records(records);
        Ok(group)
    }

    fn leave_consumer_group(
        &mut self,
        request: &ConsumerHeartbeat,
        turn: &mut Turn<'_>,
    ) -> Result<ConsumerHeartbeatReply, Refusal> {
        let leaver = self.on_consumer(&request.group, turn, |group, turn| group.leaver(request, turn));
        if let Some(leaver) = leaver.transpose()?.flatten() {
            self.fence(&request.group, &[leaver], turn)?;
        }
        Ok(ConsumerHeartbeatReply {
            member: request.member.clone(),
            epoch: request.epoch,
            heartbeat_interval_ms: 0,
            assignment: None,
        })
    }

    /// A member of the classic protocol joins a consumer group that has members.
    fn join_consumer_group(&mut self, request: &JoinRequest, turn: &mut Turn<'_>) -> JoinReply {
        let id = &request.group;
        let joined = self.on_consumer(id, turn, |group, turn| group.join_classic(request, turn));
        let failed = |error| JoinReply::failed(MemberId::from(""), error);
        let join = match joined {
            Some(Ok(join)) => join,
            Some(Err(reply)) => return reply,
            None => return failed(ErrorCode::UnknownServerError),
        };
        let Some(rebalance) = join.downgrade else { return join.reply };
        let Some(Slot { group: Group::Consumer(group), .. }) = self.groups.get(id) else { return join.reply };
        let (generation, after) = (group.epoch(), group.after(&turn.effects.records));
        if let Err(error) = after.downgrade(&[], generation, turn) {
            turn.effects.records.clear();
            return failed(error);
        }
        turn.effects.on_success = match rebalance {
            Rebalance::Now => OnSuccess::Rebalance(id.clone()),
            Rebalance::NotYet => OnSuccess::Start(id.clone()),
        };
        join.reply
    }

    /// Removes members of a consumer group. If only members of the classic protocol stay, the group becomes classic.
    pub(super) fn fence(
        &mut self,
        id: &GroupId,
        members: &[MemberId],
        turn: &mut Turn<'_>,
    ) -> Result<(), ErrorCode> {
        let Some(Slot { group: Group::Consumer(group), .. }) = self.groups.get(id) else { return Ok(()) };
        if members.is_empty() {
            return Ok(());
        }
        if group.downgrades_without(members, turn) {
            group.downgrade(members, group.epoch(), turn)?;
            turn.effects.on_success = OnSuccess::Rebalance(id.clone());
        } else {
            self.on_consumer(id, turn, |group, turn| group.fence(members, turn));
        }
        Ok(())
    }
}
