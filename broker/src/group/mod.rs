//! The group coordinators: who is in a group, who reads what, how far they have read.
//!
//! [`Groups`] is the door. Behind it a pure machine per `__consumer_offsets` partition ([`shard`]), which decides on
//! values alone, and a driver around it ([`driver`]), which appends what was decided, replays it, and lets answers go
//! once their records are committed. Does not know: requests and responses as bytes.

mod alarm;
mod classic;
mod commits;
mod consumer;
mod consumer_stored;
mod coordinator;
mod driver;
mod figures;
mod load;
mod membership;
mod names;
mod offsets;
mod other;
mod record;
mod shard;
mod stored;
#[cfg(test)]
mod tests;
mod turn;

pub use classic::{
    Described, HeartbeatRequest, JoinReply, JoinRequest, Joined, LeaveOutcome, Leaver, Protocol, SyncReply,
    SyncRequest,
};
pub use commits::{CommitRequest, FetchRequest, FetchedTopic, OffsetToCommit, TopicToFetch};
pub use consumer::{
    Assignment, ConsumerHeartbeat, ConsumerHeartbeatReply, DescribedConsumer, DescribedConsumerGroup, Refusal,
};
pub use coordinator::{Groups, ListedGroup, OFFSETS_TOPIC};
pub use driver::TransactionalProducer;
pub use names::{GroupId, InstanceId};
pub use shard::Missing;
