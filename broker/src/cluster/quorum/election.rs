//! Who leads the metadata log, and what of it is committed: a machine that touches nothing (D14 to D16).
//!
//! ```text
//! Unattached ──stand──▶ Candidate ──majority of votes──▶ Leader ──appended, fetched──▶ Leader (high watermark)
//! ```
//! A quorum of one wins with its own vote. The vote is stored before it counts, the epoch's first record is written
//! before anything of the epoch is committed.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::names::{BrokerId, LeaderEpoch, Offset, Uuid};

use super::VoterSet;

/// A voter: the same node with another metadata directory is another one. The directory is zero where voters stand in
/// the settings (`kraft.version` 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplicaKey {
    pub id: BrokerId,
    pub directory: Uuid,
}

/// What must survive a crash: the `quorum-state` file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElectionState {
    pub epoch: LeaderEpoch,
    pub leader: Option<BrokerId>,
    pub voted: Option<ReplicaKey>,
}

/// One node's part in the quorum.
#[derive(Debug, Clone)]
pub struct Quorum {
    local: ReplicaKey,
    voters: VoterSet,
    state: ElectionState,
    role: Role,
}

#[derive(Debug, Clone)]
enum Role {
    Unattached,
    Candidate {
        votes: BTreeSet<BrokerId>,
    },
    Leader {
        /// Where the epoch's own records begin: only with one of them anything is committed.
        epoch_start: Offset,
        /// How far each voter has the log on stable storage.
        ends: BTreeMap<BrokerId, Offset>,
        high_watermark: Option<Offset>,
    },
}

/// Why a node cannot take part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuorumError {
    #[error(
        "the metadata log names no voters, like one that was emptied or removed: put its directory, \
         __cluster_metadata-0, back from a copy, or begin a new cluster in another data directory"
    )]
    NoVoters,
    #[error("node {node} is not among the voters of the metadata log: {voters:?}")]
    NotAVoter { node: BrokerId, voters: Vec<BrokerId> },
    #[error("voters {voters:?} share the metadata log; only quorums of one controller are served")]
    SeveralVoters { voters: Vec<BrokerId> },
    #[error("the voter of node {node} lies in directory {expected}, not in {found}")]
    OtherDirectory { node: BrokerId, expected: String, found: String },
}

impl Quorum {
    /// A node that knows its log and what it stored. `last_epoch` is that of the last record in its log.
    pub fn new(
        local: ReplicaKey,
        voters: VoterSet,
        stored: Option<ElectionState>,
        last_epoch: LeaderEpoch,
    ) -> Result<Self, QuorumError> {
        if voters.voters.is_empty() {
            return Err(QuorumError::NoVoters);
        }
        let ids = || voters.voters.iter().map(|voter| voter.id).collect();
        let voter =
            voters.get(local.id).ok_or_else(|| QuorumError::NotAVoter { node: local.id, voters: ids() })?;
        if !voter.directory.is_nil() && voter.directory != local.directory {
            return Err(QuorumError::OtherDirectory {
                node: local.id,
                expected: kafkactl_core::names::uuid_text(&voter.directory),
                found: kafkactl_core::names::uuid_text(&local.directory),
            });
        }
        let none = ElectionState { epoch: last_epoch, leader: None, voted: None };
        let state = stored.filter(|stored| stored.epoch >= last_epoch).unwrap_or(none);
        Ok(Self { local, voters, state, role: Role::Unattached })
    }

    /// Stands for election in the next epoch, with its own vote. The state must be stored before the vote counts.
    pub fn stand(&mut self) -> ElectionState {
        self.state = ElectionState {
            epoch: LeaderEpoch(self.state.epoch.0.saturating_add(1)),
            leader: None,
            voted: Some(self.local),
        };
        self.role = Role::Candidate { votes: BTreeSet::from([self.local.id]) };
        self.state
    }

    /// The log of a candidate with a majority of votes is the one that counts: it leads, from the end of its log.
    ///
    /// `None` while votes are missing.
    pub fn lead(&mut self, log_end: Offset) -> Option<ElectionState> {
        let Role::Candidate { votes } = &self.role else { return None };
        if votes.len() <= self.voters.voters.len() / 2 {
            return None;
        }
        self.state.leader = Some(self.local.id);
        self.state.voted = None;
        self.role = Role::Leader { epoch_start: log_end, ends: BTreeMap::new(), high_watermark: None };
        Some(self.state)
    }

    /// A voter has the log up to `end` on stable storage. Says where the high watermark moves, if it does.
    pub fn persisted(&mut self, voter: BrokerId, end: Offset) -> Option<Offset> {
        let voters = &self.voters;
        let Role::Leader { epoch_start, ends, high_watermark } = &mut self.role else { return None };
        voters.get(voter)?;
        let known = ends.entry(voter).or_insert(end);
        *known = end.max(*known);
        let mut reached: Vec<Offset> =
            voters.voters.iter().map(|voter| ends.get(&voter.id).copied().unwrap_or(Offset(0))).collect();
        reached.sort_unstable_by(|a, b| b.cmp(a));
        let majority_end = reached[voters.voters.len() / 2];
        let advances = majority_end > *epoch_start && high_watermark.is_none_or(|known| majority_end > known);
        if advances {
            *high_watermark = Some(majority_end);
        }
        advances.then_some(majority_end)
    }

    pub fn voters(&self) -> &VoterSet {
        &self.voters
    }

    pub fn epoch(&self) -> LeaderEpoch {
        self.state.epoch
    }

    pub fn high_watermark(&self) -> Option<Offset> {
        match &self.role {
            Role::Leader { high_watermark, .. } => *high_watermark,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Voter;
    use super::*;

    fn voters(ids: &[i32]) -> VoterSet {
        let voter = |&id: &i32| Voter {
            id: BrokerId(id),
            directory: Uuid::from_u128(id as u128 + 100),
            endpoints: Vec::new(),
            kraft_versions: (0, 1),
        };
        VoterSet { voters: ids.iter().map(voter).collect() }
    }

    fn local(id: i32) -> ReplicaKey {
        ReplicaKey { id: BrokerId(id), directory: Uuid::from_u128(id as u128 + 100) }
    }

    #[test]
    fn one_voter_leads_in_the_next_epoch_of_log_and_file() {
        let stored =
            |epoch| Some(ElectionState { epoch: LeaderEpoch(epoch), leader: Some(BrokerId(1)), voted: None });
        for (stored, last_epoch, expected) in
            [(None, 0, 1), (stored(3), 3, 4), (stored(2), 5, 6), (stored(7), 5, 8)]
        {
            let mut quorum = Quorum::new(local(1), voters(&[1]), stored, LeaderEpoch(last_epoch)).unwrap();
            let vote = quorum.stand();
            assert_eq!((vote.epoch.0, vote.voted), (expected, Some(local(1))));
            let led = quorum.lead(Offset(10)).unwrap();
            assert_eq!((led.epoch.0, led.leader, led.voted), (expected, Some(BrokerId(1)), None));
            assert_eq!(quorum.persisted(BrokerId(1), Offset(10)), None, "nothing of this epoch yet");
            assert_eq!(quorum.persisted(BrokerId(1), Offset(11)), Some(Offset(11)));
            assert_eq!(quorum.persisted(BrokerId(1), Offset(11)), None);
            assert_eq!(quorum.high_watermark(), Some(Offset(11)));
        }
    }

    #[test]
    fn of_three_voters_two_must_agree() {
        let mut quorum = Quorum::new(local(1), voters(&[1, 2, 3]), None, LeaderEpoch(0)).unwrap();
        quorum.stand();
        assert_eq!(quorum.lead(Offset(0)), None, "one vote of three");
        quorum.role = Role::Candidate { votes: [BrokerId(1), BrokerId(3)].into() };
        assert!(quorum.lead(Offset(0)).is_some());
        assert_eq!(quorum.persisted(BrokerId(1), Offset(5)), None);
        assert_eq!(quorum.persisted(BrokerId(9), Offset(5)), None, "observers never count");
        assert_eq!(quorum.persisted(BrokerId(2), Offset(3)), Some(Offset(3)));
        assert_eq!(quorum.persisted(BrokerId(3), Offset(5)), Some(Offset(5)));
    }

    #[test]
    fn strangers_are_refused() {
        let refused = |key, ids: &[i32]| Quorum::new(key, voters(ids), None, LeaderEpoch(0)).unwrap_err();
        assert!(matches!(refused(local(4), &[1, 2]), QuorumError::NotAVoter { .. }));
        assert_eq!(refused(local(1), &[]), QuorumError::NoVoters);
        let moved = ReplicaKey { directory: Uuid::from_u128(7), ..local(1) };
        assert!(matches!(refused(moved, &[1]), QuorumError::OtherDirectory { .. }));
    }
}
