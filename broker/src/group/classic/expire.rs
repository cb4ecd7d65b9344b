//! What happens when a time is up: sessions, pending ids, the join phase, missing syncs (G6, G8, G9, J45).

use std::time::Instant;

use super::{ClassicGroup, Phase};
use crate::group::names::MemberId;
use crate::group::turn::Turn;

impl ClassicGroup {
    /// Does all that is due, and sets `wake_at` anew if anything was.
    pub fn expire(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now.at;
        if self.wake_at.is_none_or(|at| at > now) {
            return;
        }
        self.expire_pending(turn);
        self.expire_sessions(turn);
        self.expire_phase(turn);
        self.wake_at = self.earliest_deadline();
    }

    fn expire_pending(&mut self, turn: &mut Turn<'_>) {
        let count = self.pending.len();
        self.pending.retain(|_, deadline| *deadline > turn.now.at);
        if self.pending.len() < count {
            self.complete_join_if_ready(turn);
        }
    }

    fn expire_sessions(&mut self, turn: &mut Turn<'_>) {
        let is_over = |deadline: Option<Instant>| deadline.is_some_and(|at| at <= turn.now.at);
        let over: Vec<MemberId> = self
            .members
            .iter()
            .filter(|(_, member)| is_over(member.deadline()))
            .map(|(id, _)| id.clone())
            .collect();
        if over.is_empty() {
            return;
        }
        for id in &over {
            tracing::info!(group = %self.id, member = %id, "session over, member removed");
            self.remove(id, turn.effects);
        }
        self.members_left(turn);
    }

    fn expire_phase(&mut self, turn: &mut Turn<'_>) {
        match &mut self.phase {
            Phase::Preparing { until, initial } if *until <= turn.now.at => match *initial {
                Some(delay) => self.extend_initial_delay(delay, turn),
                None => self.complete_join(turn),
            },
            Phase::Completing(wait) | Phase::Stable(wait)
                if wait.until.is_some_and(|at| at <= turn.now.at) =>
            {
                wait.until = None;
                let missing: Vec<MemberId> = wait.missing.drain().collect();
                if missing.is_empty() {
                    return;
                }
                missing.iter().for_each(|id| self.remove(id, turn.effects));
                self.prepare_rebalance(turn);
            }
            _ => {}
        }
    }

    /// The deadline that comes first; looks at every member, so it is asked for only when one has passed.
    pub(super) fn earliest_deadline(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Empty => None,
            Phase::Preparing { until, .. } => Some(*until),
            Phase::Completing(wait) | Phase::Stable(wait) => wait.until.filter(|_| !wait.missing.is_empty()),
        };
        let sessions = self.members.values().filter_map(|member| member.deadline());
        self.pending.values().copied().chain(sessions).chain(phase).min()
    }
}
