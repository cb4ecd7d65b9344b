use std::time::Duration;

use crate::client::admin::{Isolation, OffsetSpec};
use crate::client::assignor::Assignor;
use crate::names::{LeaderEpoch, Offset};

/// Where to start reading a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartAt {
    /// Where the group has got to; by the reset rule where it has not.
    Committed,
    Spec(OffsetSpec),
    Offset(Offset),
    /// As [`StartAt::Offset`], of a record that was written under this epoch: truncation since then is noticed.
    OffsetInEpoch(Offset, LeaderEpoch),
}

/// How a consumer reads. The defaults are those of Java's consumer unless said otherwise.
#[derive(Debug, Clone)]
pub struct ConsumerConfig {
    /// Needed to subscribe, to commit and to start where a group has got to.
    pub group: Option<GroupConfig>,
    pub isolation: Isolation,
    /// Where to go when there is no offset, or one that does not exist; `None` makes it an error.
    pub reset: Option<OffsetSpec>,
    /// A fetch waits for so many bytes, or for `wait_max`.
    pub fetch_bytes_min: i32,
    pub wait_max: Duration,
    /// The largest answer of one broker, but for one batch larger than this. Java's consumer takes 50 MiB.
    pub fetch_bytes_max: i32,
    pub partition_bytes_max: i32,
    /// Nothing more is fetched from a broker while so much of its records waits to be taken.
    pub prefetch_bytes: usize,
    /// Whether reaching the end of a partition is told ([`Event::End`](super::Event::End)).
    pub report_end: bool,
}

/// Who assigns partitions to the members of a group (`group.protocol`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupProtocol {
    /// One of the members.
    #[default]
    Classic,
    /// The coordinator (KIP-848).
    Consumer,
}

/// A member of a group.
#[derive(Debug, Clone)]
pub struct GroupConfig {
    pub group_id: String,
    pub protocol: GroupProtocol,
    /// The coordinator's assignor, by name; `None` leaves it to the coordinator.
    pub server_assignor: Option<String>,
    /// A static member (KIP-345) keeps its partitions over a restart shorter than the session timeout.
    pub instance_id: Option<String>,
    /// In the order of preference; all members must share one. Of classic groups, as is the interval.
    pub assignors: Vec<Assignor>,
    pub session_timeout: Duration,
    pub heartbeat_interval: Duration,
    /// The longest time between two calls of `next`, and thus for the work in a rebalance.
    pub poll_interval_max: Duration,
    /// Commits what was processed every so often, before partitions are given up and at the end. `None` leaves it
    /// to [`Consumer::commit`](super::Consumer::commit).
    pub auto_commit: Option<Duration>,
}

impl GroupConfig {
    pub fn new(group_id: &str) -> Self {
        Self {
            group_id: group_id.to_owned(),
            protocol: GroupProtocol::default(),
            server_assignor: None,
            instance_id: None,
            assignors: vec![Assignor::Range, Assignor::CooperativeSticky],
            session_timeout: Duration::from_secs(45),
            heartbeat_interval: Duration::from_secs(3),
            poll_interval_max: Duration::from_secs(300),
            auto_commit: Some(Duration::from_secs(5)),
        }
    }
}

impl Default for ConsumerConfig {
    fn default() -> Self {
        Self {
            group: None,
            isolation: Isolation::ReadUncommitted,
            reset: Some(OffsetSpec::Latest),
            fetch_bytes_min: 1,
            wait_max: Duration::from_millis(500),
            fetch_bytes_max: 16 << 20,
            partition_bytes_max: 1 << 20,
            prefetch_bytes: 32 << 20,
            report_end: false,
        }
    }
}
