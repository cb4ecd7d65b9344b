//! What every request can reach.

use std::sync::Arc;

use kafkactl_core::names::{BrokerId, ProducerId};
use kafkactl_core::settings::BrokerSettings;
use kafkactl_core::wire::ErrorCode;

use crate::api::FetchSessions;
use crate::cleaner::Cleaner;
use crate::clock::Clock;
use crate::cluster::{Controller, Events, MetadataCache};
use crate::group::Groups;
use crate::loggers::Loggers;
use crate::metrics::Metrics;
use crate::partition::Partitions;
use crate::producer_ids::ProducerIds;
use crate::telemetry::Telemetry;
use crate::transaction::Transactions;

/// One running broker: shared by all connections, immutable but for the rooms it holds.
pub struct Broker {
    pub node_id: BrokerId,
    /// 22 characters of base64url (I10).
    pub cluster_id: String,
    pub(crate) clock: Clock,
    pub(crate) metadata: MetadataCache,
    pub(crate) controller: Controller,
    pub(crate) partitions: Arc<Partitions>,
    pub(crate) cleaner: Cleaner,
    pub(crate) groups: Groups,
    pub(crate) transactions: Transactions,
    pub(crate) fetch_sessions: FetchSessions,
    pub(crate) producer_ids: ProducerIds,
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) metrics: Metrics,
    pub(crate) events: Arc<Events>,
    /// `None` in a program that does not let its log levels be changed.
    pub(crate) loggers: Option<Arc<Loggers>>,
}

impl Broker {
    /// The settings in force, those of the metadata log among them.
    pub fn settings(&self) -> Arc<BrokerSettings> {
        self.partitions.settings()
    }

    /// An id that no producer has had; COORDINATOR_NOT_AVAILABLE, for which clients come again, while the controller
    /// gives none out (J57).
    pub(crate) async fn next_producer_id(&self) -> Result<ProducerId, ErrorCode> {
        let this = (self.node_id, self.controller.broker_epoch());
        let next = self.producer_ids.next(&self.controller, this).await;
        next.map_err(|_| ErrorCode::CoordinatorNotAvailable)
    }
}
