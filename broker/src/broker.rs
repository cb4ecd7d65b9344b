//! What every request can reach.

use std::sync::Arc;

use kafkactl_core::names::BrokerId;
use kafkactl_core::settings::BrokerSettings;

use crate::api::FetchSessions;
use crate::clock::Clock;
use crate::cluster::{Controller, MetadataCache};
use crate::group::Groups;
use crate::partition::Partitions;
use crate::producer_ids::ProducerIds;

/// One running broker: shared by all connections, immutable but for the rooms it holds.
pub struct Broker {
    pub node_id: BrokerId,
    /// 22 characters of base64url (I10).
    pub cluster_id: String,
    pub(crate) clock: Clock,
    pub(crate) metadata: MetadataCache,
    pub(crate) controller: Controller,
    pub(crate) partitions: Arc<Partitions>,
    pub(crate) groups: Groups,
    pub(crate) fetch_sessions: FetchSessions,
    pub(crate) producer_ids: ProducerIds,
}

impl Broker {
    /// The settings in force, those of the metadata log among them.
    pub fn settings(&self) -> Arc<BrokerSettings> {
        self.partitions.settings()
    }
}
