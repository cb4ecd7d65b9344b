//! What a decision gets and what it leaves behind.
//!
//! A decision reads the state, changes at most what dies with this coordinator (parked requests, session deadlines,
//! a rebalance under way), and leaves [`Effects`]. What survives a restart changes only when the records of the
//! effects, appended to the log, are replayed.

use std::sync::Arc;

use kafkactl_core::settings::GroupSettings;
use kafkactl_core::wire::ErrorCode;

use super::classic::{JoinReply, SyncReply};
use super::names::GroupId;
use super::record::GroupRecord;
use crate::cluster::MetadataImage;
pub use crate::coordinator::Now;

/// A parked request; the driver knows whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// The answer of a request that was parked.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Join(JoinReply),
    Sync(SyncReply),
}

impl Answer {
    /// The same answer had the append failed.
    pub fn failed(self, error: ErrorCode) -> Self {
        match self {
            Self::Join(reply) => Self::Join(JoinReply::failed(reply.member, error)),
            Self::Sync(_) => Self::Sync(Err(error)),
        }
    }
}

/// What a decision wants done: append the records as one batch, replay them, then answer once they are committed.
#[derive(Debug, Default)]
pub struct Effects {
    pub records: Vec<GroupRecord>,
    pub answers: Vec<(Ticket, Answer)>,
    /// What becomes of live state if the records cannot be appended.
    pub on_failure: OnFailure,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum OnFailure {
    #[default]
    Nothing,
    /// The group exists in memory only: forget it.
    Forget(GroupId),
    /// The leader's assignment was not stored: the members must start over.
    Rebalance(GroupId),
}

impl Effects {
    pub fn answer_join(&mut self, ticket: Ticket, reply: JoinReply) {
        self.answers.push((ticket, Answer::Join(reply)));
    }

    pub fn answer_sync(&mut self, ticket: Ticket, reply: SyncReply) {
        self.answers.push((ticket, Answer::Sync(reply)));
    }
}

/// All a decision may use besides its request and the state.
pub struct Turn<'a> {
    pub now: Now,
    pub settings: &'a GroupSettings,
    pub metadata: &'a Metadata,
    pub effects: &'a mut Effects,
}

/// What groups know of the cluster.
#[derive(Debug, Default)]
pub struct Metadata {
    pub image: Arc<MetadataImage>,
    /// The metadata offset of the last change of any topic.
    pub topics_version: i64,
}
