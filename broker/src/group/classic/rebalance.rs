//! A rebalance from its start to the answers of its joins (G5–G7).

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use kafkactl_core::names::TopicName;
use kafkactl_core::wire::ErrorCode;

use super::{ClassicGroup, InitialDelay, Phase, SyncWait};
use crate::group::names::MemberId;
use crate::group::turn::{Effects, Now, Turn};

impl ClassicGroup {
    /// Starts a rebalance, or takes the one under way a step further.
    pub(super) fn rebalance(&mut self, turn: &mut Turn<'_>) {
        match self.phase {
            Phase::Preparing { .. } => self.complete_join_if_ready(turn),
            Phase::Empty | Phase::Completing(_) | Phase::Stable(_) => self.prepare_rebalance(turn),
        }
    }

    /// Asks all members to join again.
    pub fn prepare_rebalance(&mut self, turn: &mut Turn<'_>) {
        if matches!(self.phase, Phase::Completing(_)) {
            self.reset_assignments(ErrorCode::RebalanceInProgress, turn);
        }
        let rebalance_timeout_ms = self.rebalance_timeout_ms();
        let (wait_ms, initial) = if self.is_empty() {
            let delay_ms = turn.settings.initial_rebalance_delay_ms;
            let remaining_ms = (rebalance_timeout_ms - delay_ms).max(0);
            (delay_ms, Some(InitialDelay { delay_ms, remaining_ms, member_added: false }))
        } else {
            (rebalance_timeout_ms, None)
        };
        let until = turn.now.after_ms(wait_ms);
        self.enter(Phase::Preparing { until, initial }, turn.now);
        self.wake_by(until);
        self.complete_join_if_ready(turn);
    }

    /// Ends the join phase early, when nobody is missing. The first rebalance of a group always waits its delay.
    pub(super) fn complete_join_if_ready(&mut self, turn: &mut Turn<'_>) {
        if matches!(self.phase, Phase::Preparing { initial: None, .. }) && self.all_joined() {
            self.complete_join(turn);
        }
    }

    /// The initial delay is over: wait on if members came in meanwhile, up to the rebalance timeout.
    pub(super) fn extend_initial_delay(&mut self, delay: InitialDelay, turn: &mut Turn<'_>) {
        if !delay.member_added || delay.remaining_ms == 0 {
            return self.complete_join(turn);
        }
        let delay_ms = turn.settings.initial_rebalance_delay_ms.min(delay.remaining_ms);
        let remaining_ms = (delay.remaining_ms - delay.delay_ms).max(0);
        let until = turn.now.after_ms(delay_ms);
        let initial = Some(InitialDelay { delay_ms, remaining_ms, member_added: false });
        self.phase = Phase::Preparing { until, initial };
        self.wake_by(until);
    }

    /// Ends the join phase: who did not come back is out, the others learn the new generation.
    pub(super) fn complete_join(&mut self, turn: &mut Turn<'_>) {
        let is_late = |member: &super::member::Member| member.join.is_none() && member.instance.is_none();
        let late: Vec<MemberId> =
            self.members.iter().filter(|(_, member)| is_late(member)).map(|(id, _)| id.clone()).collect();
        late.iter().for_each(|id| self.remove(id, turn.effects));

        if self.members.is_empty() {
            return self.become_empty(turn);
        }
        let (true, Some(protocol)) = (self.elect_leader(), self.choose_protocol()) else {
            // Static members only, and none came back: wait until they do or their sessions end.
            let until = turn.now.after_ms(self.rebalance_timeout_ms().max(RETRY_MS_MIN));
            self.phase = Phase::Preparing { until, initial: None };
            self.wake_by(until);
            return;
        };
        self.generation = self.generation.wrapping_add(1);
        self.protocol = Some(protocol);
        self.subscribed_topics = self.subscriptions();
        let until = turn.now.after_ms(self.rebalance_timeout_ms());
        let missing = self.members.keys().cloned().collect();
        self.enter(Phase::Completing(SyncWait { until: Some(until), missing }), turn.now);
        self.wake_by(until);
        self.answer_joins(turn);
    }

    fn become_empty(&mut self, turn: &mut Turn<'_>) {
        self.generation = self.generation.wrapping_add(1);
        self.protocol = None;
        self.leader = None;
        self.subscribed_topics = self.subscriptions();
        self.enter(Phase::Empty, turn.now);
        turn.effects.records.push(self.record(self.snapshot()));
    }

    fn answer_joins(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<MemberId> = self.members.keys().cloned().collect();
        for id in ids {
            if let Some(ticket) = self.take_join(&id) {
                let reply = self.current_generation(&id, self.is_leader(&id), false);
                turn.effects.answer_join(ticket, reply);
            }
            let Some(member) = self.members.get_mut(&id) else { continue };
            member.is_new = false;
            member.refresh_session(turn.now);
            let session_ends = member.session_ends;
            self.wake_by(session_ends);
        }
    }

    /// The coordinator has just loaded the group: sessions begin anew. A group above the limit rebalances, so that
    /// members can commit before some of them are left out.
    pub fn loaded(&mut self, turn: &mut Turn<'_>) {
        for member in self.members.values_mut() {
            member.refresh_session(turn.now);
        }
        self.wake_at = self.earliest_deadline();
        if self.members.len() > turn.settings.members_max {
            self.prepare_rebalance(turn);
        }
    }

    /// Answers everything parked with `error`: this coordinator has nothing more to say.
    pub fn dissolve(&mut self, error: ErrorCode, effects: &mut Effects) {
        for (id, member) in std::mem::take(&mut self.members) {
            self.turn_away(&member, id, error, effects);
        }
        self.awaiting_join = 0;
    }

    /// Keeps the leader if it came back, else lets the first that did lead. False if nobody came back.
    fn elect_leader(&mut self) -> bool {
        let is_back = |id: &MemberId| self.members.get(id).is_some_and(|member| member.join.is_some());
        if self.leader.as_ref().is_some_and(is_back) {
            return true;
        }
        let Some((id, _)) = self.members.iter().find(|(_, member)| member.join.is_some()) else {
            return false;
        };
        self.leader = Some(id.clone());
        true
    }

    /// Forgets all assignments and sends members that wait for one away with `error`.
    pub(super) fn reset_assignments(&mut self, error: ErrorCode, turn: &mut Turn<'_>) {
        let mut earliest = None;
        for member in self.members.values_mut() {
            member.assignment = Bytes::new();
            if let Some(ticket) = member.sync.take() {
                turn.effects.answer_sync(ticket, Err(error));
                member.refresh_session(turn.now);
                earliest = earliest.into_iter().chain([member.session_ends]).min();
            }
        }
        if let Some(at) = earliest {
            self.wake_by(at);
        }
    }

    fn enter(&mut self, phase: Phase, now: Now) {
        self.phase = phase;
        self.phase_since_ms = Some(now.ms);
    }

    /// The topics the members read, if their metadata is Kafka's consumer protocol.
    pub(super) fn subscriptions(&self) -> Option<BTreeSet<TopicName>> {
        if !self.is_consumer_protocol() {
            return None;
        }
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            let protocol: &Arc<str> = self.protocol.as_ref()?;
            read_subscription(member.metadata_for(protocol), &mut topics)?;
        }
        Some(topics)
    }
}

/// Adds the topics of one `ConsumerProtocolSubscription`. Every version begins as version 0 does: int16 version,
/// int32 count, then strings; what follows does not matter here. `None` for anything else.
fn read_subscription(mut metadata: Bytes, topics: &mut BTreeSet<TopicName>) -> Option<()> {
    let version = metadata.try_get_i16().ok()?;
    let count = metadata.try_get_i32().ok()?;
    if version < 0 || count < 0 {
        return None;
    }
    for _ in 0..count {
        let length = usize::try_from(metadata.try_get_i16().ok()?).ok()?;
        if metadata.remaining() < length {
            return None;
        }
        let name = metadata.split_to(length);
        topics.insert(TopicName::new(std::str::from_utf8(&name).ok()?));
    }
    Some(())
}

/// A group whose members allow no time at all is not looked at again sooner than this.
const RETRY_MS_MIN: i32 = 1_000;
