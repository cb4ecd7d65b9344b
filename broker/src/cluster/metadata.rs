//! Brings the metadata of this node to life: opens and replays its log, leads it, registers the broker.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use arc_swap::ArcSwap;
use kafkactl_core::log::dir::Dir;
use kafkactl_core::names::{BrokerEpoch, Offset};
use kafkactl_core::schema::metadata::{
    AbortTransactionRecord, BeginTransactionRecord, EndTransactionRecord, FeatureLevelRecord, MetadataRecord,
};
use kafkactl_core::settings::BrokerSettings;

#[cfg(test)]
use super::MetadataImage;
use super::controller::{Controller, Driver, Machine, ORDERS_MAX, QuorumView, Registration};
use super::features::{ELIGIBLE_LEADER_REPLICAS, FEATURES, METADATA_VERSION, MetadataVersion};
use super::image::{ControllerImage, Endpoint};
use super::loader::MetadataLoader;
use super::quorum::{
    METADATA_LOG_DIR, MetadataLog, MetadataLogError, QuorumError, ReplicaKey, VoterSet, checkpoint,
};
use super::{MetadataCache, MetadataSubscriber};
use crate::clock::Clock;
use crate::dir_health::DirHealth;
use crate::metrics::ControllerCounts;

/// The file that formatting leaves for the first controller.
pub const BOOTSTRAP_FILE: &str = "bootstrap.checkpoint";

/// The name of the transaction that bootstrap records stand in.
const BOOTSTRAP_TRANSACTION: &str = "Bootstrap records";

/// The metadata of this node, read but not led yet.
pub struct Metadata {
    root: Arc<dyn Dir>,
    log: MetadataLog,
    loader: MetadataLoader,
    settings: BrokerSettings,
    local: ReplicaKey,
    clock: Clock,
    health: Arc<DirHealth>,
}

impl Metadata {
    /// Opens and replays the metadata log in a formatted log directory. `local` is this node and the directory's id.
    ///
    /// Errors: the log or its snapshots are damaged, newer than this program, or belong to a quorum of several voters.
    pub fn open(
        root: Arc<dyn Dir>,
        local: ReplicaKey,
        settings: BrokerSettings,
        clock: Clock,
    ) -> Result<Self, MetadataLogError> {
        let failed = |error| MetadataLogError::io("open", &*root, METADATA_LOG_DIR, error);
        let static_voters = VoterSet::of_settings(&settings.node.quorum_voters);
        // Before anything is made that would look like a metadata log to the next start.
        if static_voters.voters.is_empty() && !has_log(&*root).map_err(failed)? {
            return Err(QuorumError::NoVoters.into());
        }
        let dir = root.child(METADATA_LOG_DIR).map_err(failed)?;
        let (log, loader) =
            MetadataLog::open(dir, local, static_voters, settings.metadata_log.clone(), clock.now_ms())?;
        let health = Arc::new(DirHealth::good(root.path()));
        Ok(Self { root, log, loader, settings, local, clock, health })
    }

    /// Lets `health` know when the log's directory fails.
    pub fn noting(self, health: Arc<DirHealth>) -> Self {
        Self { health, ..self }
    }

    /// What the log says.
    #[cfg(test)]
    pub fn image(&self) -> &MetadataImage {
        self.loader.newest()
    }

    /// Leads the log, registers this broker and lets it serve, and goes on in a thread of its own.
    ///
    /// Subscribers get the whole image before this returns, with this broker as the leader of what it can lead.
    /// `controller_endpoints` is where controllers reach this one.
    pub fn start(
        mut self,
        registration: Registration,
        controller_endpoints: Vec<Endpoint>,
        cache: MetadataCache,
        subscribers: Vec<Arc<dyn MetadataSubscriber>>,
    ) -> Result<Controller, MetadataLogError> {
        let now_ms = self.clock.now_ms();
        self.log.lead(&mut self.loader, now_ms)?;
        self.log.start_clock(now_ms);
        let node = self.local.id;
        let quorum = Arc::new(ArcSwap::from_pointee(QuorumView {
            leader: node,
            epoch: self.log.epoch(),
            high_watermark: Offset::NONE,
            log_end: self.log.end_offset(),
            applied: Offset::NONE,
            voters: self.log.voters().to_vec(),
            snapshot: self.log.newest_snapshot(),
        }));
        let root = self.root;
        let counts: Arc<ControllerCounts> = Arc::default();
        let mut driver = Driver {
            log: self.log,
            loader: self.loader,
            settings: self.settings,
            node,
            clock: self.clock,
            cache,
            subscribers: Vec::new(),
            quorum: Arc::clone(&quorum),
            no_ops: 0,
            broker_epoch: BrokerEpoch(-1),
            health: self.health,
            counts: Arc::clone(&counts),
        };
        bootstrap(&mut driver, &*root)?;
        let controller = ControllerImage {
            id: node,
            incarnation: registration.incarnation,
            endpoints: controller_endpoints,
            features: registration.features.clone(),
        };
        driver.decide(|machine, _| machine.register_controller(controller))?;
        driver.broker_epoch = driver.decide(|machine, next| machine.register_broker(registration, next.0))?;
        // The broker was registered a line ago, so it cannot be refused.
        let _ = driver.decide(|machine, _| machine.unfence_broker(node))?;
        driver.decide(|machine, _| machine.finish_recovery(node))?;
        driver.log.flush()?;
        driver.subscribers = subscribers;
        driver.publish_whole();
        let (orders, received) = sync_channel(ORDERS_MAX);
        let handle = Controller::new(orders, quorum, (node, driver.broker_epoch), counts);
        thread::Builder::new().name("controller".to_owned()).spawn(move || driver.run(received)).map_err(
            |error| MetadataLogError::io("start the controller of", &*root, METADATA_LOG_DIR, error),
        )?;
        Ok(handle)
    }
}

/// Whether there is anything that could name the voters.
fn has_log(root: &dyn Dir) -> io::Result<bool> {
    let is_there = root.entries()?.iter().any(|entry| entry.name == METADATA_LOG_DIR);
    Ok(is_there && !root.child(METADATA_LOG_DIR)?.entries()?.is_empty())
}

/// Ends what an earlier controller left unfinished, and writes the first records of a new cluster.
fn bootstrap(driver: &mut Driver, root: &dyn Dir) -> Result<(), MetadataLogError> {
    if driver.loader.is_in_transaction() {
        let reason = Some("the controller that began it has gone".to_owned());
        driver.write(vec![AbortTransactionRecord { reason }.into()])?;
    }
    if driver.loader.newest().features.contains_key(METADATA_VERSION) {
        return Ok(());
    }
    let stored = checkpoint::read_records(root, BOOTSTRAP_FILE)?;
    let mut records = stored.unwrap_or_else(|| bootstrap_records(MetadataVersion::LATEST, &[]));
    let version = feature_in(&records, METADATA_VERSION).map_or(MetadataVersion::LATEST, MetadataVersion);
    if feature_in(&records, ELIGIBLE_LEADER_REPLICAS).is_some_and(|level| level > 0) {
        driver.decide(|machine: &Machine<'_>, _| {
            records.extend(machine.min_insync_records());
            super::controller::Decision::reply(())
        })?;
    }
    if version.has_transactions() {
        let name = Some(BOOTSTRAP_TRANSACTION.to_owned());
        records.insert(0, BeginTransactionRecord { name }.into());
        records.push(EndTransactionRecord::default().into());
    }
    driver.write(records)?;
    Ok(())
}

fn feature_in(records: &[MetadataRecord], name: &str) -> Option<i16> {
    records.iter().rev().find_map(|record| match record {
        MetadataRecord::FeatureLevel(feature) if feature.name == name => Some(feature.feature_level),
        _ => None,
    })
}

/// The first records of a new cluster: `metadata.version`, and what is finalized with it. `levels` win over defaults.
pub fn bootstrap_records(version: MetadataVersion, levels: &[(&str, i16)]) -> Vec<MetadataRecord> {
    let record = |name: &str, feature_level: i16| {
        MetadataRecord::from(FeatureLevelRecord { name: name.to_owned(), feature_level })
    };
    let mut records = vec![record(METADATA_VERSION, version.0)];
    for feature in FEATURES.iter().filter(|feature| feature.name != METADATA_VERSION) {
        let asked = levels.iter().find(|(name, _)| *name == feature.name).map(|(_, level)| *level);
        let level = asked.unwrap_or_else(|| feature.format_level(version.0));
        if level > 0 {
            records.push(record(feature.name, level));
        }
    }
    records
}
