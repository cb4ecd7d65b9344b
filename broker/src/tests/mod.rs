//! A broker on a socket, with topics as the metadata log would make them, spoken to in raw frames.

mod cleaning;
mod client;
mod connections;
mod cordoned;
mod disks;
mod dynamic_configs;
mod failing_moves;
mod fetching;
mod groups;
mod hostile;
mod inflating;
pub mod meter;
mod moving;
mod page;
mod producing;
mod storage;
mod telemetry;
mod transactional;
mod transactions;
mod world;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kafkactl_core::log::Shared;
use kafkactl_core::log::dir::{Dir, RealDir};
use kafkactl_core::names::{BrokerId, PartitionId, TopicId, Uuid};
use kafkactl_core::record::{BatchBuilder, BatchFields, Codec};
use kafkactl_core::schema::metadata::{ConfigRecord, MetadataRecord, PartitionRecord, TopicRecord};
use kafkactl_core::settings::{BrokerSettings, Properties};
use tokio::runtime::Runtime;

use self::client::Client;
use self::meter::Meter;
use crate::api::FetchSessions;
use crate::broker::Broker;
use crate::cleaner::Cleaner;
use crate::clock::Clock;
use crate::cluster::{Controller, Events, MetadataCache, MetadataDelta, MetadataImage, MetadataSubscriber};
use crate::group::Groups;
use crate::metrics::Metrics;
use crate::partition::{DataDir, FlushThreads, OpenThreads, Partition, Partitions};
use crate::producer_ids::ProducerIds;
use crate::server::{BoundListener, Server, ServerLimits};
use crate::telemetry::Telemetry;
use crate::transaction::Transactions;

const NODE: i32 = 1;

/// Longer than anything here takes on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at what tells nobody when it changes.
const LOOK_PERIOD: Duration = Duration::from_millis(2);

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "still waiting until {what}");
        std::thread::sleep(LOOK_PERIOD);
    }
}

/// Few, so that a test notices when requests that wait hold threads.
const BLOCKING_THREADS: usize = 4;

/// A broker under test; stops when dropped, without a farewell.
struct TestBroker {
    address: SocketAddr,
    broker: Arc<Broker>,
    server: Server,
    runtime: Runtime,
    flushing: FlushThreads,
    opening: Option<OpenThreads>,
    /// Of the threads that serve requests.
    meter: &'static Meter,
}

/// A topic of a test: name, partitions, settings.
type Topic<'a> = (&'a str, i32, &'a [(&'a str, &'a str)]);

impl TestBroker {
    /// Starts on `directory`, with these topics.
    fn start(directory: &Path, topics: &[Topic<'_>]) -> Self {
        Self::start_with(directory, topics, &[])
    }

    fn start_with(directory: &Path, topics: &[Topic<'_>], settings: &[(&str, &str)]) -> Self {
        Self::start_on(Arc::new(RealDir::open(directory).unwrap()), topics, settings)
    }

    fn start_on(directory: Arc<dyn Dir>, topics: &[Topic<'_>], settings: &[(&str, &str)]) -> Self {
        Self::start_knowing(directory, image(topics), settings)
    }

    /// Starts with all that a metadata log says.
    fn start_knowing(
        directory: Arc<dyn Dir>,
        metadata: (MetadataImage, MetadataDelta),
        settings: &[(&str, &str)],
    ) -> Self {
        let mut broker = Self::start_unopened(directory, metadata, settings);
        broker.open_logs();
        broker
    }

    /// Starts as far as a broker serves before it has opened a log.
    fn start_unopened(
        directory: Arc<dyn Dir>,
        metadata: (MetadataImage, MetadataDelta),
        settings: &[(&str, &str)],
    ) -> Self {
        Self::start_unopened_on(vec![directory], metadata, settings)
    }

    /// Starts with several data directories.
    fn start_on_all(directories: Vec<Arc<dyn Dir>>, topics: &[Topic<'_>]) -> Self {
        let mut broker = Self::start_unopened_on(directories, image(topics), &[]);
        broker.open_logs();
        broker
    }

    fn start_unopened_on(
        directories: Vec<Arc<dyn Dir>>,
        metadata: (MetadataImage, MetadataDelta),
        settings: &[(&str, &str)],
    ) -> Self {
        let meter = Meter::started();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(BLOCKING_THREADS)
            .on_thread_start(|| meter.attach())
            .enable_all()
            .build()
            .unwrap();
        let settings: Vec<(String, String)> =
            settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let settings = BrokerSettings::load(&Properties::default(), &settings).unwrap().0;
        let limits = ServerLimits::of(&settings);
        let _inside = runtime.enter();
        let broker = Arc::new(broker(directories, settings));
        let flushing = broker.partitions.start_flushing().unwrap();
        let (groups, transactions) = (broker.groups.clone(), broker.transactions.clone());
        runtime.spawn(async move { groups.keep_time().await });
        runtime.spawn(async move { transactions.keep_time().await });
        let listener = BoundListener::bind("PLAINTEXT", ([127, 0, 0, 1], 0).into(), &limits).unwrap();
        let address = listener.address;
        let server = Server::start(&broker, vec![listener], limits);
        let started = Self { address, broker, server, runtime, flushing, opening: None, meter };
        started.apply_image(metadata);
        started
    }

    /// Opens the logs that the metadata has named so far.
    fn open_logs(&mut self) {
        self.opening = Some(self.broker.partitions.start_opening().unwrap());
    }

    /// Applies the metadata of these topics and no others.
    fn apply(&self, topics: &[Topic<'_>]) {
        self.apply_image(image(topics));
    }

    fn apply_image(&self, (image, delta): (MetadataImage, MetadataDelta)) {
        let image = Arc::new(image);
        self.broker.partitions.apply(&delta, &image);
        self.broker.groups.apply(&delta, &image);
        self.broker.metadata.publish(Arc::clone(&image));
        self.broker.transactions.apply(&delta, &image);
    }

    /// Stops as a broker does that is told to.
    fn stop(self) {
        let Self { broker, server, runtime, flushing, opening, .. } = self;
        runtime.block_on(server.shut_down());
        drop((opening, flushing));
        broker.partitions.close(-1);
    }

    fn client(&self) -> Client {
        Client::connect(self.address)
    }

    fn partition(&self, topic: &str, partition: i32) -> Arc<Partition> {
        self.broker.partitions.get(topic, PartitionId(partition)).unwrap()
    }
}

fn broker(dirs: Vec<Arc<dyn Dir>>, settings: BrokerSettings) -> Broker {
    let clock = Clock::start();
    let open = |(dir, id): (Arc<dyn Dir>, u128)| {
        let lock = dir.lock(".lock").unwrap().expect("nobody else uses the directory");
        Arc::new(DataDir::open(dir, Uuid::from_u128(id), lock).unwrap())
    };
    let data_dirs = dirs.into_iter().zip(500..).map(open).collect();
    let fetch_sessions = FetchSessions::new(settings.fetch.sessions_max);
    let (group_settings, transaction_settings) = (settings.group.clone(), settings.transaction.clone());
    let shared = Shared::new(100, 1 << 20);
    let partitions = Partitions::new(BrokerId(NODE), clock, settings, data_dirs, shared);
    let partitions = Arc::new(partitions);
    let groups = Groups::new(BrokerId(NODE), clock, group_settings, Arc::clone(&partitions));
    let metadata = MetadataCache::default();
    let transactions = Transactions::new(
        BrokerId(NODE),
        clock,
        transaction_settings,
        Arc::clone(&partitions),
        groups.clone(),
        metadata.clone(),
    );
    let cleaner = Cleaner::new(Arc::clone(&partitions), clock);
    Broker {
        node_id: BrokerId(NODE),
        cluster_id: "test".to_owned(),
        clock,
        metadata,
        controller: Controller::stopped(BrokerId(NODE)),
        partitions,
        cleaner,
        groups,
        transactions,
        fetch_sessions,
        producer_ids: ProducerIds::of_block(0..1_000),
        telemetry: Arc::new(Telemetry::new(clock, false, 0)),
        metrics: Metrics::default(),
        events: Arc::new(Events::new(clock)),
        loggers: None,
    }
}

fn topic_id(name: &str) -> TopicId {
    TopicId(Uuid::from_u128(name.bytes().fold(7u128, |id, byte| id.wrapping_mul(131) + u128::from(byte))))
}

/// The metadata of these topics, each partition led by this broker.
fn image(topics: &[Topic<'_>]) -> (MetadataImage, MetadataDelta) {
    let mut image = MetadataImage::default();
    let mut delta = MetadataDelta { is_whole: true, ..MetadataDelta::default() };
    for (name, partitions, configs) in topics {
        let id = topic_id(name).0;
        let mut records = vec![MetadataRecord::Topic(TopicRecord { name: (*name).to_owned(), topic_id: id })];
        records.extend((0..*partitions).map(|partition_id| {
            MetadataRecord::Partition(PartitionRecord {
                partition_id,
                topic_id: id,
                replicas: vec![NODE],
                isr: vec![NODE],
                leader: NODE,
                ..PartitionRecord::default()
            })
        }));
        records.extend(configs.iter().map(|(key, value)| {
            MetadataRecord::Config(ConfigRecord {
                resource_type: 2,
                resource_name: (*name).to_owned(),
                name: (*key).to_owned(),
                value: Some((*value).to_owned()),
            })
        }));
        for record in records {
            image.replay(record, &mut delta).unwrap();
        }
    }
    (image, delta)
}

/// A batch of these values, as a plain producer sends it.
fn batch(values: &[&str]) -> Bytes {
    batch_of(values, BatchFields::default())
}

fn compressed(values: &[&str], codec: Codec) -> Bytes {
    batch_of(values, BatchFields { compression: codec.into(), ..BatchFields::default() })
}

fn batch_of(values: &[&str], fields: BatchFields) -> Bytes {
    let mut builder = BatchBuilder::new(fields);
    for (index, value) in values.iter().enumerate() {
        builder.append(1_700_000_000_000 + index as i64, Some(b"key"), Some(value.as_bytes()), []);
    }
    builder.finish().unwrap().into()
}
