//! Questions and orders to a cluster, as plain async functions with one outcome per thing asked about.
//!
//! Every call retries what passes (a leader that moved, a coordinator that loads) until `api_timeout`. A call as a
//! whole fails only when nobody could be asked; a topic, partition or group that the cluster says no about fails
//! alone, in its entry of the result.

mod cluster;
mod configs;
mod described;
mod group_offsets;
mod groups;
mod offsets;
mod replicas;
mod share_offsets;
mod topics;
mod transactions;

use super::Client;

pub use cluster::{
    BrokerDescription, ClusterDescription, FeatureUpgrade, Features, LogDir, LogDirReplica,
    QuorumDescription, QuorumReplica,
};
pub use configs::{
    ConfigChange, ConfigDetail, ConfigEntry, ConfigResource, ConfigResourceKind, ConfigSource, ConfigSynonym,
};
pub use group_offsets::{CommittedOffset, Committer, GroupMetadata};
pub use groups::{GroupDescription, GroupListing, GroupListings, GroupMember, MemberToRemove};
pub use offsets::{EpochEnd, Isolation, ListedOffset, OffsetSpec};
pub use replicas::{Election, ElectionKind};
pub use share_offsets::ShareStart;
pub use topics::{
    CreatedTopic, NewPartitions, NewTopic, PartitionDescription, TopicDescription, TopicListing,
};
pub use transactions::{ProducerDescription, TransactionDescription, TransactionListing};

/// Administers the cluster of a [`Client`].
#[derive(Debug, Clone)]
pub struct Admin {
    client: Client,
}

impl Admin {
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// How long the cluster may take over an order, as the requests state it.
    fn timeout_ms(&self) -> i32 {
        i32::try_from(self.client.config().request_timeout.as_millis()).unwrap_or(i32::MAX)
    }
}
