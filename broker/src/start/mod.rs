//! A broker's life: start, serve, stop.

mod directories;
mod network;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use kafkactl_core::log::{LogError, Shared};
use kafkactl_core::names::{BrokerEpoch, BrokerId, Uuid};
use kafkactl_core::settings::BrokerSettings;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use self::directories::Directories;
use crate::api::FetchSessions;
use crate::broker::Broker;
use crate::cleaner::{Cleaner, CleanerFigures, CleanerThreads};
use crate::clock::Clock;
use crate::cluster::controller::Registration;
use crate::cluster::features::FEATURES;
use crate::cluster::format::FormatError;
use crate::cluster::image::{Endpoint, SupportedFeature};
use crate::cluster::quorum::{MetadataLogError, ReplicaKey};
use crate::cluster::{Controller, Events, Metadata, MetadataCache, MetadataSubscriber};
use crate::dir_health::DirHealth;
use crate::group::Groups;
use crate::loggers::Loggers;
use crate::metrics::Metrics;
use crate::ops::{self, OpsServer};
use crate::partition::{Assign, Chores, FlushThreads, MoveThreads, OpenThreads, Partitions};
use crate::producer_ids::ProducerIds;
use crate::server::{Server, ServerLimits};
use crate::telemetry::{Push, Telemetry};
use crate::transaction::Transactions;

/// Descriptors below which a broker does not start: segments, indexes, connections of a small installation.
const OPEN_FILES_MIN: u64 = 512;
/// Log files kept open at most, however many descriptors there may be.
const LOG_FILES_MAX: u64 = 10_000;
/// Memory of all logs together for readers that have caught up.
const TAIL_BYTES_MAX: usize = 16 << 20;

/// What a broker is started with.
#[derive(Clone)]
pub struct StartOptions {
    /// Node id, data directories, listeners and everything else.
    pub settings: BrokerSettings,
    /// For a directory that is to be formatted; drawn when absent. A formatted directory must agree with it.
    pub cluster_id: Option<String>,
    /// The data directories are removed once the broker has ended: nothing is forced to the disk.
    pub is_ephemeral: bool,
    /// The log levels of the program, for operators to see and change.
    pub loggers: Option<Arc<Loggers>>,
}

/// Why a broker does not start. Nothing is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("directory {directory} is in use by another process")]
    Locked { directory: String },
    #[error("directory {directory}: {source}")]
    Directory { directory: String, source: io::Error },
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Metadata(#[from] MetadataLogError),
    #[error("cannot listen on {listener}: {source}")]
    Listen { listener: String, source: io::Error },
    #[error("cannot serve operators on {address}: {source}")]
    Ops { address: String, source: io::Error },
    #[error("host {host} of listener {listener} has no address")]
    NoAddress { listener: String, host: String },
    #[error("{wanted} open files are needed, the limit is {limit}; raise it with `ulimit -n`")]
    FileLimit { wanted: u64, limit: u64 },
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

impl StartError {
    /// Whether a directory cannot be used for its disk's fault, not for what it holds.
    fn is_disk_failure(&self) -> bool {
        match self {
            Self::Directory { .. } => true,
            Self::Log(error) | Self::Format(FormatError::Log(error)) => error.is_disk_failure(),
            Self::Metadata(error) | Self::Format(FormatError::Metadata(error)) => error.is_disk_failure(),
            _ => false,
        }
    }
}

/// Why a broker stopped that nobody told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the directory of the metadata log, {directory}, has failed: {reason}")]
    MetadataDir { directory: String, reason: Arc<str> },
    #[error("the broker did not stop in order: {0}")]
    Panic(tokio::task::JoinError),
}

/// An address the broker listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenAddress {
    /// The listener's name, as in `listeners`.
    pub listener: String,
    pub address: SocketAddr,
}

/// A broker that serves. Dropped without [`RunningBroker::shutdown`] it goes down as in a crash.
pub struct RunningBroker {
    broker: Arc<Broker>,
    addresses: Vec<ListenAddress>,
    ops_address: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    ended: JoinHandle<Result<(), RunError>>,
}

impl RunningBroker {
    pub fn node_id(&self) -> BrokerId {
        self.broker.node_id
    }

    pub fn cluster_id(&self) -> &str {
        &self.broker.cluster_id
    }

    /// Where clients can connect, in the order of `listeners`.
    pub fn addresses(&self) -> &[ListenAddress] {
        &self.addresses
    }

    /// What the cleaner did so far, and which partitions it cannot clean.
    pub fn cleaner_figures(&self) -> CleanerFigures {
        self.broker.cleaner.figures()
    }

    /// What clients pushed of their own metrics last, by their instance ids (KIP-714).
    pub fn client_metrics(&self) -> Vec<(Uuid, Arc<Push>)> {
        self.broker.telemetry.latest()
    }

    #[cfg(test)]
    pub(crate) fn broker(&self) -> &Arc<Broker> {
        &self.broker
    }

    /// Where operators' HTTP is served.
    pub fn ops_address(&self) -> Option<SocketAddr> {
        self.ops_address
    }

    /// Begins to stop: hand over what this broker leads, close connections, close logs, leave the marker of a clean
    /// stop. [`RunningBroker::wait`] returns when it is done.
    pub fn shutdown(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until the broker has stopped, told to or not. Cancel safe; not to be called again after it has returned.
    pub async fn wait(&mut self) -> Result<(), RunError> {
        (&mut self.ended).await.unwrap_or_else(|error| Err(RunError::Panic(error)))
    }
}

/// Starts a broker and returns when it serves. Formats empty data directories.
///
/// Needs a tokio runtime with time and network; blocks one of its threads for as long as reading the metadata takes.
/// The logs are opened in the background.
pub async fn start(options: StartOptions) -> Result<RunningBroker, StartError> {
    let open_files = raise_file_limit()?;
    let StartOptions { settings, cluster_id, is_ephemeral, loggers } = options;
    let limits = ServerLimits::of(&settings);
    let clock = Clock::start();
    // Before anything is formatted: a start that fails for an address leaves no new directory behind.
    let listeners = network::bind_all(&settings.network.listeners, &limits)?;
    let ops = match &settings.network.ops_listen {
        Some(address) => Some(bind_ops(address).await?),
        None => None,
    };
    let directories = Directories::open(&settings, is_ephemeral, cluster_id.as_deref(), clock.now_ms())?;
    let endpoints = network::endpoints(&settings.network, &listeners);
    let addresses = listeners.iter().map(ListenAddress::from).collect();

    let log_files_max = (open_files / 2).min(LOG_FILES_MAX);
    let parts = Parts { clock, settings, directories, log_files_max, endpoints, loggers };
    let runtime = tokio::runtime::Handle::current();
    let opened = tokio::task::spawn_blocking(move || {
        let _inside = runtime.enter();
        parts.open()
    });
    let opened = opened.await.map_err(|error| StartError::Thread(io::Error::other(error)))??;

    let server = Server::start(&opened.broker, listeners, limits);
    let broker = Arc::clone(&opened.broker);
    let (stop, stopped) = watch::channel(false);
    let ops = ops.map(|listener| {
        let router = ops::broker_router(Arc::clone(&broker), stopped.clone());
        OpsServer::start(listener, router)
    });
    let ops = ops.transpose().map_err(StartError::Thread)?;
    let ops_address = ops.as_ref().map(OpsServer::address);
    let ended = tokio::spawn(async move {
        let ended = opened.run(server, stopped).await;
        // Until the end it tells that the broker is stopping.
        if let Some(ops) = ops {
            ops.close().await;
        }
        ended
    });
    Ok(RunningBroker { broker, addresses, ops_address, stop, ended })
}

async fn bind_ops(address: &str) -> Result<TcpListener, StartError> {
    let failed = |source| StartError::Ops { address: address.to_owned(), source };
    OpsServer::bind(address).await.map_err(failed)
}

/// What a broker is made of.
struct Parts {
    clock: Clock,
    settings: BrokerSettings,
    directories: Directories,
    log_files_max: u64,
    endpoints: Vec<Endpoint>,
    loggers: Option<Arc<Loggers>>,
}

/// A broker with everything but connections.
struct Opened {
    broker: Arc<Broker>,
    threads: Threads,
    /// Without this directory there is no broker.
    metadata_dir: Arc<DirHealth>,
}

/// The threads of a broker; dropped, they end with what they are at.
struct Threads {
    flushing: FlushThreads,
    opening: OpenThreads,
    cleaning: CleanerThreads,
    moving: MoveThreads,
    chores: Chores,
}

impl Threads {
    /// Starts those that act upon what the metadata says; `flushing` has to be there before.
    fn start(
        flushing: FlushThreads,
        partitions: &Arc<Partitions>,
        cleaner: &Cleaner,
        assign: Arc<Assign>,
    ) -> io::Result<Self> {
        Ok(Self {
            flushing,
            opening: partitions.start_opening()?,
            cleaning: cleaner.start()?,
            moving: partitions.start_moving(assign)?,
            chores: Chores::start(Arc::clone(partitions))?,
        })
    }

    fn stop(self) {
        self.chores.stop();
        drop((self.cleaning, self.moving, self.opening, self.flushing));
    }
}

impl Parts {
    /// Opens logs and metadata, and takes up what the metadata says. Blocks.
    fn open(self) -> Result<Opened, StartError> {
        let Self { clock, settings, directories, log_files_max, endpoints, loggers } = self;
        let node_id = directories.node_id;
        let settings = settings.with_node_id(node_id.0);
        let shared = Shared::new(log_files_max as usize, TAIL_BYTES_MAX);
        let local = ReplicaKey { id: node_id, directory: directories.metadata.id };
        let root = Arc::clone(&directories.metadata.dir);
        let metadata_dir = Arc::clone(&directories.metadata.health);
        let metadata =
            Metadata::open(root, local, settings.clone(), clock)?.noting(Arc::clone(&metadata_dir));
        let registration = registration(&directories, endpoints, settings.node.rack.clone());
        // Whoever reads the port for operators finds there what clients push.
        let is_received = settings.is_set("ops.listen");
        let telemetry = Arc::new(Telemetry::new(clock, is_received, settings.network.telemetry_bytes_max));
        let fetch_sessions = FetchSessions::new(settings.fetch.sessions_max);
        let (group_settings, transaction_settings) = (settings.group.clone(), settings.transaction.clone());
        let partitions = Arc::new(Partitions::new(node_id, clock, settings, directories.all, shared));
        let flushing = partitions.start_flushing().map_err(StartError::Thread)?;
        let groups = Groups::new(node_id, clock, group_settings, Arc::clone(&partitions));
        let cache = MetadataCache::default();
        let transactions = Transactions::new(
            node_id,
            clock,
            transaction_settings,
            Arc::clone(&partitions),
            groups.clone(),
            cache.clone(),
        );
        let cleaner = Cleaner::new(Arc::clone(&partitions), clock);
        let events = Arc::new(Events::new(clock));
        let followers: Vec<Arc<dyn MetadataSubscriber>> = vec![
            Arc::clone(&events) as _,
            Arc::clone(&partitions) as _,
            Arc::new(groups.clone()),
            Arc::new(transactions.clone()),
            Arc::new(cleaner.clone()),
            Arc::clone(&telemetry) as _,
        ];
        let controller = metadata.start(registration, Vec::new(), cache.clone(), followers)?;
        let threads = Threads::start(flushing, &partitions, &cleaner, assigning(node_id, &controller))
            .map_err(StartError::Thread)?;
        let broker = Broker {
            node_id,
            cluster_id: directories.cluster_id,
            clock,
            metadata: cache,
            controller,
            partitions,
            cleaner,
            groups,
            transactions,
            fetch_sessions,
            producer_ids: ProducerIds::default(),
            telemetry,
            metrics: Metrics::default(),
            events,
            loggers,
        };
        Ok(Opened { broker: Arc::new(broker), threads, metadata_dir })
    }
}

/// What this broker tells the controller of itself.
fn registration(directories: &Directories, endpoints: Vec<Endpoint>, rack: Option<String>) -> Registration {
    let online = directories.all.iter().filter(|dir| !dir.health.has_failed());
    Registration {
        id: directories.node_id,
        incarnation: Uuid::from_u128(rand::random()),
        endpoints,
        features: supported_features(),
        rack,
        directories: online.map(|dir| dir.id).collect(),
        previous_epoch: directories.clean_epoch.map(BrokerEpoch),
    }
}

impl Opened {
    /// Tells the controller of directories that fail. Runs until it is dropped.
    async fn report_failures(&self) {
        let mut failures = tokio::task::JoinSet::new();
        for dir in self.broker.partitions.data_dirs() {
            let health = Arc::clone(&dir.health);
            failures.spawn(async move { health.failed().await });
        }
        while failures.join_next().await.is_some() {
            let (node, online) = (self.broker.node_id, self.broker.partitions.online_ids());
            let noted = self
                .broker
                .controller
                .submit(None, move |machine, _, _| machine.online_directories(node, online));
            if let Err(refusal) = noted.await {
                warn!(%refusal, "the metadata does not say which directories are left");
            }
        }
        std::future::pending().await
    }

    /// Serves until told to stop, then stops in the order that loses nothing: no more requests, then no more
    /// leadership, then the logs. Without the directory of the metadata log it ends as in a crash.
    async fn run(self, server: Server, mut stopped: watch::Receiver<bool>) -> Result<(), RunError> {
        let told = tokio::select! {
            told = stopped.wait_for(|stop| *stop) => told.is_ok(),
            reason = self.metadata_dir.failed() => {
                let directory = self.metadata_dir.path().display().to_string();
                return Err(RunError::MetadataDir { directory, reason });
            }
            () = self.report_failures() => unreachable!("directories are watched until the broker stops"),
            () = self.broker.groups.keep_time() => unreachable!("deadlines are kept until the broker stops"),
            () = self.broker.transactions.keep_time() => unreachable!("time is kept until the broker stops"),
        };
        if !told {
            // Nobody waits for a clean end.
            return Ok(());
        }
        info!("stopping");
        self.broker.groups.close();
        self.broker.transactions.close();
        server.shut_down().await;
        let broker_epoch = self.broker.controller.shutdown().await.map_or(-1, |epoch| epoch.0);
        self.broker.groups.counts().tell_rest();
        self.broker.events.tell_rest();
        let closing = tokio::task::spawn_blocking(move || {
            self.threads.stop();
            self.broker.partitions.close(broker_epoch);
        });
        if let Err(error) = closing.await {
            warn!(%error, "the logs are not closed cleanly");
        }
        Ok(())
    }
}

/// The way for the threads that move replicas to have the metadata log say where those lie.
fn assigning(node: BrokerId, controller: &Controller) -> Arc<Assign> {
    let (controller, runtime) = (controller.clone(), Handle::current());
    Arc::new(move |topic, partition, directory| {
        let chosen = [(topic, partition, directory)];
        let assigned =
            controller.submit(None, move |machine, _, _| machine.assign_directories(node, &chosen));
        runtime.block_on(assigned).map_err(|refusal| refusal.to_string())
    })
}

/// Raises the soft limit of open files to the hard one, and returns it.
fn raise_file_limit() -> Result<u64, StartError> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // A limit that cannot be raised is judged as it is.
        if setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).is_ok() {
            limit = getrlimit(Resource::Nofile);
        }
    }
    match limit.current {
        Some(current) if current < OPEN_FILES_MIN => {
            Err(StartError::FileLimit { wanted: OPEN_FILES_MIN, limit: current })
        }
        current => Ok(current.unwrap_or(u64::MAX)),
    }
}

fn supported_features() -> Vec<SupportedFeature> {
    let of = |feature: &crate::cluster::features::FeatureRange| SupportedFeature {
        name: feature.name.to_owned(),
        min: feature.min,
        max: feature.served_max,
    };
    FEATURES.iter().map(of).collect()
}
