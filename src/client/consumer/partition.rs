use std::time::Instant;

use super::StartAt;
use super::chunk::Marks;
use crate::client::admin::OffsetSpec;
use crate::client::{Attempt, ClusterView};
use crate::names::{BrokerId, LeaderEpoch, Offset, TopicId, TopicPartition};

/// Where a consumer stands in one partition.
#[derive(Debug)]
pub(super) struct Partition {
    pub phase: Phase,
    pub fetch_at: Offset,
    /// Under which the record before `fetch_at` was written; -1 when unknown.
    pub fetch_epoch: LeaderEpoch,
    /// The leader epoch under which `fetch_at` is known to be right.
    pub valid_under: LeaderEpoch,
    pub taken: Position,
    pub processed: Position,
    pub paused: bool,
    pub marks: Option<Marks>,
    pub preferred: Option<(BrokerId, Instant)>,
    pub attempt: Attempt,
    /// Changes whenever the reader moves the partition: answers to older questions are void.
    pub token: u64,
    pub end_told: Option<Offset>,
}

/// An offset and the epoch of the record before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// `None` until it is known where the partition starts.
    pub offset: Option<Offset>,
    pub leader_epoch: LeaderEpoch,
}

/// AwaitCommitted ──none──▶ AwaitReset ──▶ Fetching ◀──▶ Validating
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    AwaitCommitted,
    AwaitReset(OffsetSpec),
    /// The leader has changed: are the records before `fetch_at` still there? (KIP-320)
    Validating,
    Fetching,
    /// Until the reader moves it.
    Failed,
}

/// What a partition needs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Rest,
    FindCommitted,
    Find(OffsetSpec),
    Validate(LeaderEpoch),
    FindLeader,
    Fetch { from: BrokerId, topic_id: TopicId, leader_epoch: LeaderEpoch },
}

impl Step {
    /// Whether nothing more happens to the partition until an answer comes. Fetches are counted per broker.
    pub fn is_question(self) -> bool {
        matches!(self, Self::FindCommitted | Self::Find(_) | Self::Validate(_))
    }
}

impl Partition {
    pub fn next_step(&mut self, partition: &TopicPartition, now: Instant, view: &ClusterView) -> Step {
        match self.phase {
            Phase::AwaitCommitted => return Step::FindCommitted,
            Phase::AwaitReset(spec) => return Step::Find(spec),
            Phase::Validating => return Step::Validate(self.fetch_epoch),
            Phase::Failed => return Step::Rest,
            Phase::Fetching => {}
        }
        let Ok((leader, leader_epoch)) = view.leader(partition) else { return Step::FindLeader };
        if self.fetch_epoch.0 >= 0 && leader_epoch > self.valid_under {
            self.phase = Phase::Validating;
            return Step::Validate(self.fetch_epoch);
        }
        if self.paused {
            return Step::Rest;
        }
        let topic_id = view.topic(partition.topic.as_str()).map_or(TopicId::ZERO, |topic| topic.id);
        Step::Fetch { from: self.source(now, leader, view), topic_id, leader_epoch }
    }

    pub fn starting_at(start: StartAt, token: u64) -> Self {
        let unknown = Position { offset: None, leader_epoch: LeaderEpoch::NONE };
        let mut state = Self {
            phase: Phase::AwaitCommitted,
            fetch_at: Offset(0),
            fetch_epoch: LeaderEpoch::NONE,
            valid_under: LeaderEpoch::NONE,
            taken: unknown,
            processed: unknown,
            paused: false,
            marks: None,
            preferred: None,
            attempt: Attempt::default(),
            token,
            end_told: None,
        };
        match start {
            StartAt::Committed => {}
            StartAt::Spec(spec) => state.phase = Phase::AwaitReset(spec),
            StartAt::Offset(offset) => state.move_to(offset, LeaderEpoch::NONE),
            StartAt::OffsetInEpoch(offset, epoch) => state.move_to(offset, epoch),
        }
        state
    }

    pub fn move_to(&mut self, offset: Offset, leader_epoch: LeaderEpoch) {
        self.phase = Phase::Fetching;
        self.fetch_at = offset;
        self.fetch_epoch = leader_epoch;
        self.valid_under = LeaderEpoch::NONE;
        self.taken = Position { offset: Some(offset), leader_epoch };
        self.processed = self.taken;
        self.attempt = Attempt::default();
        self.end_told = None;
    }

    /// Forgets what was fetched and not taken.
    pub fn rewind(&mut self) {
        if let Some(offset) = self.taken.offset {
            self.fetch_at = offset;
            self.fetch_epoch = self.taken.leader_epoch;
        }
    }

    pub fn validate(&mut self, asked_under: LeaderEpoch) {
        self.phase = Phase::Fetching;
        self.valid_under = asked_under;
        self.attempt = Attempt::default();
    }

    /// The replica to read from: a preferred one while it is known and fresh, else the leader.
    fn source(&mut self, now: Instant, leader: BrokerId, view: &ClusterView) -> BrokerId {
        self.preferred = self.preferred.filter(|(id, until)| now < *until && view.brokers.contains_key(id));
        self.preferred.map_or(leader, |(id, _)| id)
    }
}
