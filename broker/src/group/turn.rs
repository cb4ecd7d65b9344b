//! What a decision gets and what it leaves behind.
//!
//! A decision reads the state, changes at most what dies with this coordinator (parked requests, session deadlines,
//! a rebalance under way), and leaves [`Effects`]. What survives a restart changes only when the records of the
//! effects, appended to the log, are replayed.

use std::sync::Arc;

use kafkactl_core::settings::{GroupSettings, ResourceKind};
use kafkactl_core::wire::ErrorCode;

use super::classic::{JoinReply, SyncReply};
use super::consumer::RegexJob;
use super::names::GroupId;
use super::record::GroupRecord;
use crate::cluster::image::ConfigResource;
use crate::cluster::{MetadataDelta, MetadataImage};
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
    /// What follows once they are.
    pub on_success: OnSuccess,
    /// Expressions to be looked at beside the requests.
    pub regexes: Option<RegexJob>,
}

/// A group that replay has made out of another begins its life.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum OnSuccess {
    #[default]
    Nothing,
    /// Its members' times begin.
    Start(GroupId),
    /// The same, and its expressions are being looked at already.
    StartResolving(GroupId),
    /// It has become classic, and its members join again.
    Rebalance(GroupId),
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

impl Turn<'_> {
    /// The same moment, with effects that may come to nothing.
    pub fn with<'a>(&'a self, effects: &'a mut Effects) -> Turn<'a> {
        Turn { now: self.now, settings: self.settings, metadata: self.metadata, effects }
    }

    /// What holds for the members of consumer group `id`: its own configs within the broker's bounds, or the broker's.
    pub fn consumer_limits(&self, id: &GroupId) -> ConsumerLimits {
        let own = self.metadata.image.configs(&ConfigResource::new(ResourceKind::Group, id.as_str()));
        let limit = |name: &str, default_ms: i32, min_ms: i32, max_ms: i32| {
            let own_ms = own.and_then(|texts| texts.get(name)?.trim().parse::<i32>().ok());
            own_ms.map_or(default_ms, |own_ms| own_ms.min(max_ms).max(min_ms))
        };
        let settings = self.settings;
        ConsumerLimits {
            session_timeout_ms: limit(
                "consumer.session.timeout.ms",
                settings.consumer_session_timeout_ms,
                settings.consumer_session_timeout_min_ms,
                settings.consumer_session_timeout_max_ms,
            ),
            heartbeat_interval_ms: limit(
                "consumer.heartbeat.interval.ms",
                settings.consumer_heartbeat_interval_ms,
                settings.consumer_heartbeat_interval_min_ms,
                settings.consumer_heartbeat_interval_max_ms,
            ),
            assignment_interval_ms: limit(
                "consumer.assignment.interval.ms",
                settings.consumer_assignment_interval_ms,
                settings.consumer_assignment_interval_min_ms,
                settings.consumer_assignment_interval_max_ms,
            ),
        }
    }

    /// `group.consumer.migration.policy`
    pub fn migration(&self) -> Migration {
        let policy = self.settings.migration_policy.as_deref().unwrap_or("");
        let is = |name: &str| policy.eq_ignore_ascii_case(name);
        match () {
            () if is("bidirectional") => Migration::Both,
            () if is("upgrade") => Migration::Upgrade,
            () if is("downgrade") => Migration::Downgrade,
            () => Migration::Disabled,
        }
    }
}

/// Times of the members of one consumer group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerLimits {
    pub session_timeout_ms: i32,
    pub heartbeat_interval_ms: i32,
    pub assignment_interval_ms: i32,
}

/// Which ways groups may change between the classic and the consumer protocol while they have members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migration {
    Both,
    Upgrade,
    Downgrade,
    Disabled,
}

impl Migration {
    pub fn is_disabled(self) -> bool {
        self == Self::Disabled
    }

    pub fn upgrades(self) -> bool {
        matches!(self, Self::Both | Self::Upgrade)
    }

    pub fn downgrades(self) -> bool {
        matches!(self, Self::Both | Self::Downgrade)
    }
}

/// What groups know of the cluster.
#[derive(Debug, Default)]
pub struct Metadata {
    pub image: Arc<MetadataImage>,
    /// The metadata offset of the last change of any topic.
    pub topics_version: i64,
    /// The metadata offset at which the last topic was created.
    pub created_version: i64,
}

impl Metadata {
    /// What is known once `delta` has led to `image`.
    pub fn after(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>) -> Self {
        let version = image.offset.0;
        let has_created = delta.is_whole || delta.topics.values().any(|topic| topic.created);
        let has_changed = delta.is_whole || !delta.topics.is_empty();
        Self {
            image: Arc::clone(image),
            topics_version: if has_changed { version } else { self.topics_version },
            created_version: if has_created { version } else { self.created_version },
        }
    }
}
