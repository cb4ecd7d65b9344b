//! Members that are gone: who leaves, who falls silent, who does not give up its partitions in time (G16).

use std::time::Instant;

use super::record::{ConsumerRecord, GroupEpoch, MemberState};
use super::subscription::topics_of;
use super::{ConsumerGroup, metadata_hash};
use crate::group::names::MemberId;
use crate::group::turn::Turn;

impl ConsumerGroup {
    /// Removes members and lets the others have what they had. One new epoch for all of them.
    pub(super) fn fence(&mut self, ids: &[MemberId], turn: &mut Turn<'_>) {
        let mut records = Vec::new();
        for id in ids {
            records.extend([
                ConsumerRecord::Progress(id.clone(), None),
                ConsumerRecord::Target(id.clone(), None),
                ConsumerRecord::Subscription(id.clone(), None),
            ]);
            self.sessions.remove(id);
            self.revocations.remove(id);
        }
        let others = || {
            self.members.iter().filter(|(id, _)| !ids.contains(id)).map(|(_, member)| &member.subscription)
        };
        let unused = self.regexes.keys().filter(|text| !others().any(|other| other.regex() == Some(*text)));
        records.extend(unused.map(|text| ConsumerRecord::Regex(text.clone(), None)));
        let metadata_hash =
            metadata_hash::of_topics(&topics_of(others(), &self.regexes), &turn.metadata.image);
        let epoch = self.epoch.epoch.wrapping_add(1);
        records.push(ConsumerRecord::Epoch(Some(GroupEpoch { epoch, metadata_hash })));
        turn.effects.records.extend(records.into_iter().map(|record| self.record(record)));
    }

    /// Removes the members whose time is up, and sets `wake_at` anew.
    pub fn expire(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now.at;
        if self.wake_at.is_none_or(|at| at > now) {
            return;
        }
        let silent = self.sessions.iter().filter(|(_, ends)| **ends <= now);
        let late = self.revocations.iter().filter(|(_, until)| **until <= now);
        let mut over: Vec<MemberId> = silent.chain(late).map(|(id, _)| id.clone()).collect();
        over.sort_unstable();
        over.dedup();
        // Deadlines of members that were never stored, or are gone, mean nothing.
        for id in &over {
            self.sessions.remove(id);
            self.revocations.remove(id);
        }
        over.retain(|id| self.members.contains_key(id));
        if !over.is_empty() {
            tracing::info!(group = %self.id, members = ?over, "session or revocation over, members removed");
            self.fence(&over, turn);
        }
        self.wake_at = self.earliest_deadline();
    }

    /// The coordinator has just loaded the group: all times begin anew.
    pub fn loaded(&mut self, turn: &mut Turn<'_>) {
        let session_ends = turn.now.after_ms(turn.settings.consumer_session_timeout_ms);
        for (id, member) in &self.members {
            self.sessions.insert(id.clone(), session_ends);
            if member.progress.state == MemberState::UnrevokedPartitions {
                self.revocations
                    .insert(id.clone(), turn.now.after_ms(member.subscription.rebalance_timeout_ms));
            }
        }
        self.wake_at = self.earliest_deadline();
    }

    fn earliest_deadline(&self) -> Option<Instant> {
        self.sessions.values().chain(self.revocations.values()).min().copied()
    }
}
