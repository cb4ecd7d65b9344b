//! Whether the broker works, and whether it serves. Orchestrators restart what is not healthy and send no clients to
//! what is not ready.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use super::Operated;
use crate::broker::Broker;
use crate::metrics::{Format, Metrics};

/// A broker as operators see it.
pub(super) struct Ops {
    pub broker: Arc<Broker>,
    pub stopping: watch::Receiver<bool>,
}

impl Operated for Ops {
    fn scrape(&self, format: Format) -> Result<String, fmt::Error> {
        Metrics::scrape(&self.broker, *self.stopping.borrow(), format)
    }

    /// Healthy is who can store. One data directory is enough: a restart would not bring a dead disk back, and take
    /// the partitions on the others away. Figures and alerts tell of those that failed.
    fn check_health(&self) -> Result<(), String> {
        let dirs = self.broker.partitions.data_dirs();
        let failed =
            dirs.iter().filter_map(|dir| Some(format!("{}: {}", dir.path.display(), dir.space().err()?)));
        let failed: Vec<String> = failed.collect();
        if failed.len() < dirs.len() { Ok(()) } else { Err(failed.join("; ")) }
    }

    /// Ready is who is registered and not on its way out.
    fn check_readiness(&self) -> Result<(), String> {
        if *self.stopping.borrow() {
            return Err("the broker is stopping".to_owned());
        }
        let image = self.broker.metadata.image();
        match image.brokers.get(&self.broker.node_id) {
            None => Err("the broker is not registered".to_owned()),
            Some(registration) if registration.is_fenced => Err("the broker is fenced".to_owned()),
            Some(_) => Ok(()),
        }
    }
}
