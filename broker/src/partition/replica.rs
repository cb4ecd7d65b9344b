//! What this broker knows of one partition's replicas: who leads, who is in sync, how far records are committed.
//! Pure: offsets and times are arguments.

use std::collections::BTreeMap;

use kafkactl_core::names::{BrokerId, LeaderEpoch, Offset, PartitionEpoch};

/// A partition as the metadata log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub partition_epoch: PartitionEpoch,
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
}

/// Why a request of one leader epoch cannot be served in another (B3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fenced {
    /// The client is behind this broker.
    ByNewerEpoch,
    /// The client is ahead of this broker.
    ByUnknownEpoch,
}

/// The replica of `local`. Idle ──assign──▶ Leading or Following ──assign──▶ …; one leader epoch has one leader.
#[derive(Debug)]
pub struct Replica {
    local: BrokerId,
    assignment: Assignment,
    /// Records below it are committed: on a leader it never goes back (C4).
    high_watermark: Offset,
    leading: Option<Leading>,
}

/// Only a leader knows its followers.
#[derive(Debug)]
struct Leading {
    /// Where this leader epoch began (C3, B22).
    epoch_start: Offset,
    followers: BTreeMap<BrokerId, Follower>,
}

#[derive(Debug, Clone, Copy)]
struct Follower {
    /// `None` until it fetched in this leader epoch.
    log_end: Option<Offset>,
}

impl Replica {
    /// A replica that nobody has told anything yet. `high_watermark` is the checkpointed one, already bounded by
    /// the log (C5).
    pub fn new(local: BrokerId, high_watermark: Offset) -> Self {
        let assignment = Assignment {
            leader: None,
            leader_epoch: LeaderEpoch::NONE,
            partition_epoch: PartitionEpoch(-1),
            replicas: Vec::new(),
            isr: Vec::new(),
        };
        Self { local, assignment, high_watermark, leading: None }
    }

    /// Takes in what the metadata log says; what is older than known is ignored (C6). Returns the leader epoch that
    /// begins at `log_end` on this broker: the caller notes it in the log before anything is written.
    #[must_use]
    pub fn assign(&mut self, assignment: Assignment, log_end: Offset) -> Option<LeaderEpoch> {
        if assignment.partition_epoch < self.assignment.partition_epoch
            || assignment.leader_epoch < self.assignment.leader_epoch
        {
            return None;
        }
        let leads = assignment.leader == Some(self.local);
        let is_new_epoch = assignment.leader_epoch > self.assignment.leader_epoch;
        self.assignment = assignment;
        match &mut self.leading {
            Some(leading) if leads && !is_new_epoch => {
                let replicas = &self.assignment.replicas;
                leading.followers.retain(|follower, _| replicas.contains(follower));
            }
            _ if leads => {
                self.leading = Some(Leading { epoch_start: log_end, followers: BTreeMap::new() });
            }
            _ => self.leading = None,
        }
        (leads && is_new_epoch).then_some(self.assignment.leader_epoch)
    }

    /// The broker no longer hosts the partition.
    pub fn resign(&mut self) {
        self.leading = None;
        self.assignment.leader = None;
    }

    pub fn is_leader(&self) -> bool {
        self.leading.is_some()
    }

    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.assignment.leader_epoch
    }

    pub fn high_watermark(&self) -> Offset {
        self.high_watermark
    }

    /// Whether a leader's high watermark lies before its epoch: it may still be behind what the former leader
    /// committed, so the latest offset cannot be told (B22, KIP-207).
    pub fn may_lag_behind_former_leader(&self) -> bool {
        self.leading.as_ref().is_some_and(|leading| self.high_watermark < leading.epoch_start)
    }

    /// Checks the leader epoch a request carries; -1 carries none (B3).
    pub fn check_epoch(&self, requested: LeaderEpoch) -> Result<(), Fenced> {
        match requested {
            LeaderEpoch::NONE => Ok(()),
            older if older < self.assignment.leader_epoch => Err(Fenced::ByNewerEpoch),
            newer if newer > self.assignment.leader_epoch => Err(Fenced::ByUnknownEpoch),
            _ => Ok(()),
        }
    }

    /// Whether enough replicas are in sync for acks=all (A8). A partition of fewer replicas asks for all of them.
    pub fn has_enough_in_sync(&self, min_insync_replicas: usize) -> bool {
        let in_sync = self.assignment.isr.len();
        in_sync >= min_insync_replicas.min(self.assignment.replicas.len())
    }

    /// Notes where a follower's log ends, as its fetch says.
    pub fn note_follower(&mut self, follower: BrokerId, log_end: Offset) {
        if let Some(leading) = &mut self.leading
            && self.assignment.replicas.contains(&follower)
        {
            leading.followers.insert(follower, Follower { log_end: Some(log_end) });
        }
    }

    /// Moves a leader's high watermark to where every replica in sync has the records, the leader itself up to
    /// `local_end` (C4). Returns it if it moved.
    #[must_use]
    pub fn advance(&mut self, local_end: Offset, min_insync_replicas: usize) -> Option<Offset> {
        let leading = self.leading.as_ref()?;
        if !self.has_enough_in_sync(min_insync_replicas) {
            return None;
        }
        let end_of = |replica: &BrokerId| match leading.followers.get(replica) {
            _ if *replica == self.local => Some(local_end),
            Some(follower) => follower.log_end,
            None => None,
        };
        // A member that has not fetched in this epoch holds the watermark where it is.
        let ends: Option<Vec<Offset>> = self.assignment.isr.iter().map(end_of).collect();
        let committed = ends?.into_iter().min()?.min(local_end);
        if committed <= self.high_watermark {
            return None;
        }
        self.high_watermark = committed;
        Some(committed)
    }

    /// Brings the high watermark back into a log that was cut or whose start has moved.
    #[cfg(test)]
    pub fn bound(&mut self, log_start: Offset, log_end: Offset) {
        self.high_watermark = self.high_watermark.max(log_start).min(log_end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: BrokerId = BrokerId(1);
    const OTHER: BrokerId = BrokerId(2);

    fn assignment(leader: i32, leader_epoch: i32, partition_epoch: i32, isr: &[i32]) -> Assignment {
        Assignment {
            leader: (leader >= 0).then_some(BrokerId(leader)),
            leader_epoch: LeaderEpoch(leader_epoch),
            partition_epoch: PartitionEpoch(partition_epoch),
            replicas: vec![ME, OTHER],
            isr: isr.iter().copied().map(BrokerId).collect(),
        }
    }

    #[test]
    fn a_leader_epoch_begins_once() {
        let mut replica = Replica::new(ME, Offset(0));
        assert_eq!(replica.assign(assignment(1, 3, 7, &[1, 2]), Offset(10)), Some(LeaderEpoch(3)));
        assert_eq!(replica.assign(assignment(1, 3, 8, &[1]), Offset(12)), None, "a change of the ISR");
        assert_eq!(replica.assign(assignment(1, 4, 6, &[1]), Offset(12)), None, "an older partition epoch");
        assert_eq!(replica.leader_epoch(), LeaderEpoch(3));
        assert_eq!(replica.assign(assignment(2, 4, 9, &[1, 2]), Offset(12)), None, "another leads");
        assert!(!replica.is_leader());
        assert_eq!(replica.assign(assignment(-1, 5, 10, &[1]), Offset(12)), None, "nobody leads");
        assert_eq!(replica.assign(assignment(1, 6, 11, &[1]), Offset(12)), Some(LeaderEpoch(6)));
    }

    #[test]
    fn the_high_watermark_is_the_least_end_in_sync() {
        let mut replica = Replica::new(ME, Offset(0));
        let _ = replica.assign(assignment(1, 1, 1, &[1]), Offset(0));
        assert_eq!(replica.advance(Offset(5), 1), Some(Offset(5)), "alone in sync");
        assert_eq!(replica.advance(Offset(5), 1), None);
        let _ = replica.assign(assignment(1, 1, 2, &[1, 2]), Offset(5));
        assert_eq!(replica.advance(Offset(9), 1), None, "the other has not fetched yet");
        replica.note_follower(OTHER, Offset(7));
        assert_eq!(replica.advance(Offset(9), 1), Some(Offset(7)));
        replica.note_follower(OTHER, Offset(4));
        assert_eq!(replica.advance(Offset(9), 1), None, "it never goes back");
        replica.note_follower(OTHER, Offset(50));
        assert_eq!(replica.advance(Offset(9), 1), Some(Offset(9)), "nor beyond the leader's log");
    }

    #[test]
    fn too_few_in_sync_hold_the_high_watermark() {
        let mut replica = Replica::new(ME, Offset(0));
        let _ = replica.assign(assignment(1, 1, 1, &[1]), Offset(0));
        assert!(!replica.has_enough_in_sync(2));
        assert_eq!(replica.advance(Offset(5), 2), None);
        assert!(replica.has_enough_in_sync(1));
        let _ = replica.assign(assignment(1, 1, 2, &[1, 2]), Offset(5));
        assert!(replica.has_enough_in_sync(3), "more than there are replicas cannot be asked for");
    }

    #[test]
    fn epochs_fence_both_ways() {
        let mut replica = Replica::new(ME, Offset(0));
        let _ = replica.assign(assignment(1, 3, 1, &[1]), Offset(0));
        let cases =
            [(-1, Ok(())), (3, Ok(())), (2, Err(Fenced::ByNewerEpoch)), (4, Err(Fenced::ByUnknownEpoch))];
        for (requested, expected) in cases {
            assert_eq!(replica.check_epoch(LeaderEpoch(requested)), expected, "{requested}");
        }
    }

    #[test]
    fn a_new_leader_may_lag_behind_the_former_one() {
        let mut replica = Replica::new(ME, Offset(4));
        let _ = replica.assign(assignment(1, 3, 1, &[1]), Offset(10));
        assert!(replica.may_lag_behind_former_leader());
        let _ = replica.advance(Offset(10), 1);
        assert!(!replica.may_lag_behind_former_leader());
        replica.bound(Offset(0), Offset(6));
        assert_eq!(replica.high_watermark(), Offset(6));
    }
}
