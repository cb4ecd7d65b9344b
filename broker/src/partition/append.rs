//! What an append asks for and what it gives.

use kafkactl_core::log::{TransactionVersion, Verified};
use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::record::Batch;
use kafkactl_core::record::validate::Origin;

use super::inflating::InflatingTurn;

/// Who must have a batch before it counts as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acks {
    /// Nobody waits for an answer.
    None,
    /// The leader.
    Leader,
    /// Every replica in sync.
    All,
}

impl Acks {
    /// The number in a produce request; `None` for one that means nothing (A5).
    pub fn of(number: i16) -> Option<Self> {
        match number {
            0 => Some(Self::None),
            1 => Some(Self::Leader),
            -1 => Some(Self::All),
            _ => None,
        }
    }
}

/// A client's batch.
#[derive(Debug)]
pub struct AppendAsk<'a> {
    pub batch: &'a Batch<'a>,
    pub now_ms: i64,
    pub acks: Acks,
    /// That the coordinator vouches for a transactional batch; of no account for others.
    pub verified: Verified,
    /// What the batch wants after [`PartitionError::InflatesFar`](super::PartitionError::InflatesFar).
    pub turn: Option<InflatingTurn>,
}

/// On what terms a checked batch is appended.
#[derive(Debug)]
pub(super) struct Terms {
    pub origin: Origin,
    /// The leader epoch in which the partition must be led; -1 for any.
    pub expected_epoch: LeaderEpoch,
    pub acks: Acks,
    pub now_ms: i64,
    pub verified: Verified,
    /// Of the transaction that a marker ends.
    pub transaction_version: TransactionVersion,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            origin: Origin::Client,
            expected_epoch: LeaderEpoch::NONE,
            acks: Acks::Leader,
            now_ms: 0,
            verified: Verified::NotNeeded,
            transaction_version: TransactionVersion::V0,
        }
    }
}

/// Where a batch lies. Of a batch that came twice these are the numbers of the first time (A16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub first_offset: Offset,
    pub last_offset: Offset,
    /// -1 with CreateTime (A14).
    pub log_append_time_ms: i64,
    pub log_start_offset: Offset,
    /// The leader epoch it was appended in: another epoch may have cut it off again.
    pub leader_epoch: LeaderEpoch,
}
