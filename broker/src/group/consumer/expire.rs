//! Members that are gone: who leaves, who falls silent, who does not give up its partitions in time (G16).

use super::change::removal_of;
use super::record::{ConsumerRecord, GroupEpoch, MemberState};
use super::timers::Wait;
use super::{ConsumerGroup, metadata_hash};
use crate::group::names::MemberId;
use crate::group::turn::Turn;

impl ConsumerGroup {
    /// Removes members and lets the others have what they had. One new epoch for all of them.
    pub fn fence(&mut self, ids: &[MemberId], turn: &mut Turn<'_>) {
        let mut records = Vec::new();
        let mut readers = self.readers.clone();
        for id in ids {
            records.extend(removal_of(id));
            self.timers.forget(id);
            if let Some(member) = self.members.get(id) {
                readers.remove(&member.subscription);
            }
        }
        let unused = self.readers.regexes().filter(|text| readers.of_regex(text) == 0);
        records.extend(unused.map(|text| ConsumerRecord::Regex(text.clone(), None)));
        let metadata_hash = metadata_hash::of_topics(&readers.topics(&self.regexes), &turn.metadata.image);
        let epoch = self.epoch.epoch.wrapping_add(1);
        records.push(ConsumerRecord::Epoch(Some(GroupEpoch { epoch, metadata_hash })));
        turn.effects.records.extend(records.into_iter().map(|record| self.record(record)));
    }

    /// Takes out the members whose time is up; the caller removes them.
    pub fn take_expired(&mut self, turn: &Turn<'_>) -> Vec<MemberId> {
        let mut over = self.timers.take_over(turn.now.at);
        // Deadlines of members that were never stored, or are gone, mean nothing.
        over.retain(|id| self.members.contains_key(id));
        if !over.is_empty() {
            tracing::info!(group = %self.id, members = ?over, "session or rebalance over, members removed");
        }
        over
    }

    /// The coordinator has just got the group: all times begin anew.
    pub fn loaded(&mut self, turn: &mut Turn<'_>) {
        let session_timeout_ms = turn.consumer_limits(&self.id).session_timeout_ms;
        for (id, member) in &self.members {
            let classic = member.subscription.classic.as_ref();
            let timeout_ms = classic.map_or(session_timeout_ms, |side| side.session_timeout_ms);
            self.timers.set(id, Wait::Session, turn.now.after_ms(timeout_ms));
            if member.progress.state == MemberState::UnrevokedPartitions && classic.is_none() {
                let until = turn.now.after_ms(member.subscription.rebalance_timeout_ms);
                self.timers.set(id, Wait::Revocation, until);
            }
        }
    }
}
