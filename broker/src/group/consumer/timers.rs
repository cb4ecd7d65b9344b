//! Until when the members of a group must be heard of. Not stored: a new coordinator gives everybody its full time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::group::names::MemberId;

/// What a member is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Any sign of life.
    Session,
    /// It gives up the partitions it was told to.
    Revocation,
    /// A member of the classic protocol joins again.
    Join,
    /// A member of the classic protocol fetches its assignment.
    Sync,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Timers {
    members: HashMap<MemberId, [Option<Instant>; 4]>,
    /// No deadline is earlier.
    first: Option<Instant>,
}

impl Timers {
    pub fn set(&mut self, member: &MemberId, wait: Wait, at: Instant) {
        self.members.entry(member.clone()).or_default()[wait as usize] = Some(at);
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
    }

    pub fn set_if_absent(&mut self, member: &MemberId, wait: Wait, at: Instant) {
        if self.members.get(member).is_none_or(|times| times[wait as usize].is_none()) {
            self.set(member, wait, at);
        }
    }

    pub fn cancel(&mut self, member: &MemberId, wait: Wait) {
        if let Some(times) = self.members.get_mut(member) {
            times[wait as usize] = None;
        }
    }

    pub fn forget(&mut self, member: &MemberId) {
        self.members.remove(member);
    }

    pub fn first(&self) -> Option<Instant> {
        self.first
    }

    /// Up to `count_max` members some time of whose is over. Until they are removed, which may fail, they come again
    /// after `retry`.
    pub fn over(&mut self, now: Instant, retry: Duration, count_max: usize) -> Vec<MemberId> {
        let is_over = |times: &[Option<Instant>; 4]| times.iter().flatten().any(|&at| at <= now);
        let over = self.members.iter_mut().filter(|(_, times)| is_over(times)).take(count_max);
        let mut over: Vec<MemberId> = over
            .map(|(id, times)| {
                *times = [Some(now + retry), None, None, None];
                id.clone()
            })
            .collect();
        over.sort_unstable();
        self.first = self.members.values().flatten().flatten().min().copied();
        over
    }
}
