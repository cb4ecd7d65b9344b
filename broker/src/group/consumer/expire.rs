//! Members that are gone: who leaves, who falls silent, who does not give up its partitions in time (G16).

use std::time::Duration;

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

    /// Members whose time is up; the caller removes them. There may be more.
    pub fn expired(&mut self, turn: &Turn<'_>) -> Vec<MemberId> {
        let mut over = self.timers.over(turn.now.at, REMOVAL_RETRY, REMOVED_AT_ONCE_MAX);
        over.retain(|id| {
            let is_member = self.members.contains_key(id);
            if !is_member {
                // It was never stored, or is gone.
                self.timers.forget(id);
            }
            is_member
        });
        let longest = over.iter().map(|id| id.as_str().len()).max().unwrap_or(0);
        let tombstones_bytes = 3 * (self.id.as_str().len() + longest + TOMBSTONE_OVERHEAD_BYTES);
        over.truncate((REMOVAL_BYTES_MAX / tombstones_bytes).max(1));
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

/// Members looked at together.
const REMOVED_AT_ONCE_MAX: usize = 500;
/// Of the tombstones of members that are removed together: a quarter of what a batch holds by default.
const REMOVAL_BYTES_MAX: usize = 256 << 10;
/// What a tombstone takes besides the names in its key, at most.
const TOMBSTONE_OVERHEAD_BYTES: usize = 64;
/// When to try again to remove members whose removal could not be stored.
const REMOVAL_RETRY: Duration = Duration::from_secs(1);
