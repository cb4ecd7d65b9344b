//! The figures an operator watches, by Kafka's meanings under names with units.
//!
//! What requests move are plain atomics, found by the API's place in the table of APIs: no label is hashed and nothing
//! is allocated on their way. Everything else is read off the other rooms when somebody scrapes. A room with figures of
//! its own registers them once, with one line: [`Metrics::registry`].
//! Does not know: HTTP.

mod broker;
mod cleaner;
mod clients;
mod cluster;
mod connections;
mod controller;
mod errors;
mod histogram;
mod lag;
mod logs;
mod page;
mod process;
mod requests;
mod room;
mod runtime;
mod text;
mod traffic;

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use prometheus_client::metrics::counter::Counter;

pub use cluster::{ClusterFigures, PartitionState};
pub(crate) use connections::Refused;
pub(crate) use controller::{ControllerCounts, MetadataError};
pub(crate) use errors::ErrorCodes;
pub(crate) use histogram::Histogram;
pub use lag::{GroupRows, LagRow};
pub(crate) use logs::LogCounts;
pub use logs::{LogRow, write_logs};
pub use page::{Page, registry_of};
pub use process::write_process;
pub use prometheus_client::registry::Registry;
pub(crate) use requests::{Journey, RequestMetrics};
pub use room::Room;
pub use text::{Format, Written, expose};
pub use traffic::{OTHERS, TopicRoom};
pub(crate) use traffic::{Traffic, Traffics};

use self::connections::ConnectionMetrics;
use self::logs::Logs;
use crate::broker::Broker;

/// What one broker counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    pub requests: RequestMetrics,
    pub connections: ConnectionMetrics,
    scrapes: Counter,
    registry: Mutex<Registry>,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            requests: RequestMetrics::of(crate::api::SPECS.iter().map(|spec| spec.key)),
            connections: ConnectionMetrics::default(),
            scrapes: Counter::default(),
            registry: Mutex::default(),
        };
        metrics.registry().register(
            "kafka_scrapes",
            "Times these figures were asked for",
            metrics.scrapes.clone(),
        );
        metrics
    }
}

impl Metrics {
    /// Where rooms register figures of their own, such as a transaction coordinator's counters: name, help, and a
    /// clone of the metric that the room goes on to move. Names begin with `kafka_` and end with their unit.
    pub fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock()
    }

    /// Everything about `broker`, in a format that Prometheus reads. Takes milliseconds with thousands of partitions: not for a
    /// task that serves clients. Only who started the broker knows whether it `is_stopping`.
    pub fn scrape(
        broker: &Arc<Broker>,
        is_stopping: bool,
        format: Format,
    ) -> Result<String, std::fmt::Error> {
        broker.metrics.scrapes.inc();
        let mut written = Written::default();
        let logs = Arc::new(Logs::of(&broker.partitions));
        written.add(&broker::registry(broker, is_stopping, &logs))?;
        written.add(&broker.metrics.registry.lock())?;
        let room = written.room(broker.settings().network.metrics_bytes_max);
        written.add(&broker::rows(broker, &logs, room))?;
        written.finish(format)
    }
}
