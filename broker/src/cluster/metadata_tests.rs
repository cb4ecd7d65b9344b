//! The metadata log end to end: on an empty disk, on directories of Apache Kafka, on damaged ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kafkactl_core::log::checkpoint::CleanShutdown;
use kafkactl_core::log::dir::{
    Dir, EntryKind, FailingDir, Failures, MemoryDisk, OpenMode, Operation, RealDir, read_file,
};
use kafkactl_core::names::{BrokerEpoch, BrokerId, PartitionId, TopicId, Uuid, uuid_parse};
use kafkactl_core::settings::{BrokerSettings, Properties};
use parking_lot::Mutex;

use super::controller::{NewTopic, Registration};
use super::features::{ELIGIBLE_LEADER_REPLICAS, METADATA_VERSION};
use super::format::{DirectoryFacts, inspect, prepare};
use super::image::DIRECTORY_UNASSIGNED;
use super::quorum::{MetadataLogError, QuorumError, ReplicaKey};
use super::*;
use crate::clock::Clock;
use crate::metrics::MetadataError;

/// A version 4 id, as drawing makes them.
const DIRECTORY: Uuid = Uuid::from_u128(0x0123_4567_89AB_4DEF_8123_4567_89AB_CDEF);

fn settings(properties: &str) -> BrokerSettings {
    BrokerSettings::load(&Properties::parse(properties).unwrap(), &[]).unwrap().0
}

fn registration(node: i32, directory: Uuid, previous_epoch: Option<BrokerEpoch>) -> Registration {
    Registration {
        id: BrokerId(node),
        incarnation: Uuid::from_u128(rand::random()),
        endpoints: Vec::new(),
        features: Vec::new(),
        rack: None,
        directories: vec![directory],
        previous_epoch,
    }
}

/// Sees what subscribers see, and chooses one directory for every replica without one.
#[derive(Default)]
struct Witness {
    deltas: Mutex<Vec<MetadataDelta>>,
    chooses: Option<Uuid>,
}

impl MetadataSubscriber for Witness {
    fn apply(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>) {
        assert!(delta.is_whole || !delta.is_empty());
        assert!(image.offset.0 >= 0);
        self.deltas.lock().push(delta.clone());
    }

    fn chosen_directories(
        &self,
        delta: &MetadataDelta,
        image: &MetadataImage,
    ) -> Vec<(TopicId, PartitionId, Uuid)> {
        let Some(directory) = self.chooses else { return Vec::new() };
        let topics = delta.topics.keys().filter_map(|id| image.topics.by_id(id));
        let unassigned = topics.flat_map(|topic| {
            let partitions = topic.partitions.iter();
            partitions
                .filter(|(_, partition)| partition.directories == [DIRECTORY_UNASSIGNED])
                .map(|(number, _)| (topic.id, *number, directory))
        });
        unassigned.collect()
    }
}

/// A running controller with what it publishes.
struct Running {
    controller: Controller,
    cache: MetadataCache,
    witness: Arc<Witness>,
}

impl Running {
    fn create(&self, name: &str, partitions: i32) {
        let topic =
            NewTopic { name: name.to_owned(), partitions, replication_factor: 1, ..NewTopic::default() };
        let created = self
            .controller
            .submit(None, move |machine, random, _| machine.create_topics(vec![topic], false, random));
        let reply = wait(created).unwrap();
        assert!(reply[0].1.is_ok(), "{:?}", reply[0].1);
        let image = self.cache.image();
        let topic = image.topics.get(name).expect("known before the reply (J18)");
        assert_eq!(topic.partitions.len(), partitions as usize);
        let last = self.witness.deltas.lock().last().cloned().unwrap();
        assert!(last.topics[&topic.id].created);
    }

    fn producer_ids(&self) -> std::ops::Range<i64> {
        let (id, epoch) = (self.controller.broker_id(), self.controller.broker_epoch());
        wait(self.controller.submit(None, move |machine, _, _| machine.allocate_producer_ids(id, epoch)))
            .unwrap()
            .unwrap()
    }

    fn stop(self) -> BrokerEpoch {
        wait(async { self.controller.shutdown().await }).unwrap()
    }

    fn leader_epoch(&self, topic: &str, partition: i32) -> (i32, i32) {
        let image = self.cache.image();
        let partition = image.topics.partition(topic, PartitionId(partition)).unwrap();
        (partition.leader.0, partition.leader_epoch.0)
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn start_with(
    root: Arc<dyn Dir>,
    (node, directory): (i32, Uuid),
    settings: BrokerSettings,
    previous_epoch: Option<BrokerEpoch>,
) -> Result<Running, MetadataLogError> {
    if matches!(inspect(&*root).unwrap(), DirectoryFacts::Empty) {
        let mut ids = std::iter::repeat(directory.as_u128());
        let prepared = prepare(&[Arc::clone(&root)], 0, &settings, Some("c"), 0, &mut || ids.next().unwrap());
        assert_eq!(prepared.unwrap().directories, [directory]);
    }
    let local = ReplicaKey { id: BrokerId(node), directory };
    let metadata = Metadata::open(root, local, settings, Clock::start())?;
    let (cache, witness) = (MetadataCache::default(), Arc::new(Witness::default()));
    let subscribers: Vec<Arc<dyn MetadataSubscriber>> = vec![witness.clone()];
    let controller = metadata.start(
        registration(node, directory, previous_epoch),
        Vec::new(),
        cache.clone(),
        subscribers,
    )?;
    Ok(Running { controller, cache, witness })
}

fn start(disk: &MemoryDisk, previous_epoch: Option<BrokerEpoch>) -> Running {
    start_with(disk.root(), (1, DIRECTORY), settings(""), previous_epoch).unwrap()
}

/// Drops the handle as a crash would, and waits for the thread to let go of the log.
fn crash(running: Running) {
    let witness = Arc::downgrade(&running.witness);
    drop(running);
    while witness.upgrade().is_some() {
        std::thread::yield_now();
    }
}

#[test]
fn an_empty_directory_becomes_a_cluster_that_comes_back() {
    let disk = MemoryDisk::default();
    let running = start(&disk, None);
    let image = running.cache.image();
    assert_eq!(image.feature_level(METADATA_VERSION), 30);
    assert_eq!(image.feature_level(ELIGIBLE_LEADER_REPLICAS), 1);
    assert_eq!(image.feature_level("group.version"), 1);
    assert_eq!(image.feature_level("share.version"), 0, "nothing is finalized that is not served");
    assert!(!image.brokers[&BrokerId(1)].is_fenced);
    assert!(running.witness.deltas.lock()[0].is_whole);
    let view = running.controller.quorum();
    assert_eq!((view.leader, view.epoch.0), (BrokerId(1), 1));
    assert_eq!(view.high_watermark, view.log_end);
    running.create("orders", 3);
    assert_eq!(running.leader_epoch("orders", 0), (1, 0));
    assert_eq!(running.producer_ids(), 0..1000);
    let epoch = running.stop();

    let running = start(&disk, Some(epoch));
    assert_eq!(running.controller.quorum().epoch.0, 2);
    assert_eq!(running.leader_epoch("orders", 2), (1, 2), "fenced and unfenced once");
    assert_eq!(running.producer_ids(), 1000..2000);
    running.create("after", 1);
    crash(running);

    let running = start(&disk, None);
    assert_eq!(running.leader_epoch("orders", 2), (1, 4));
    assert!(!running.cache.image().topics.partition("orders", PartitionId(2)).unwrap().is_recovering);
    assert_eq!(running.leader_epoch("after", 0), (1, 2));
    assert_eq!(running.producer_ids(), 2000..3000);
    running.stop();
}

#[test]
fn snapshots_take_the_place_of_the_log() {
    let disk = MemoryDisk::default();
    let properties = "metadata.log.max.record.bytes.between.snapshots=2000\nmetadata.max.retention.bytes=4000\n\
                      internal.metadata.log.segment.bytes=2000";
    let running = start_with(disk.root(), (1, DIRECTORY), settings(properties), None).unwrap();
    for number in 0..40 {
        running.create(&format!("topic-{number}"), 4);
    }
    let epoch = running.stop();
    let dir = disk.root().child("__cluster_metadata-0").unwrap();
    let names: Vec<String> = dir.entries().unwrap().into_iter().map(|entry| entry.name).collect();
    assert!(names.iter().any(|name| name.ends_with(".checkpoint")), "{names:?}");
    assert!(!names.contains(&"00000000000000000000.log".to_owned()), "the beginning is gone: {names:?}");
    let running = start_with(disk.root(), (1, DIRECTORY), settings(properties), Some(epoch)).unwrap();
    let image = running.cache.image();
    assert_eq!(image.topics.iter().map(|topic| topic.partitions.len()).sum::<usize>(), 160);
    assert_eq!(running.leader_epoch("topic-0", 3), (1, 2));
    running.stop();
}

#[test]
fn a_thousand_partitions_are_one_record_batch() {
    let disk = MemoryDisk::default();
    let running = start(&disk, None);
    let before = running.controller.quorum().log_end;
    let started = std::time::Instant::now();
    running.create("wide", 1000);
    let elapsed = started.elapsed();
    assert!(elapsed < std::time::Duration::from_secs(3), "{elapsed:?}");
    assert!(running.controller.quorum().log_end.0 - before.0 >= 1001);
    running.stop();
}

#[test]
fn directories_that_brokers_choose_are_written_down() {
    let disk = MemoryDisk::default();
    crash(start(&disk, None));
    let local = ReplicaKey { id: BrokerId(1), directory: DIRECTORY };
    let metadata = Metadata::open(disk.root(), local, settings(""), Clock::start()).unwrap();
    let (cache, other) = (MetadataCache::default(), Uuid::from_u128(1 << 70));
    let witness = Arc::new(Witness { chooses: Some(other), ..Witness::default() });
    let two = Registration { directories: vec![DIRECTORY, other], ..registration(1, DIRECTORY, None) };
    let subscribers: Vec<Arc<dyn MetadataSubscriber>> = vec![witness.clone()];
    let controller = metadata.start(two, Vec::new(), cache.clone(), subscribers).unwrap();
    let running = Running { controller, cache, witness };
    let topic =
        NewTopic { name: "t".to_owned(), partitions: 2, replication_factor: 1, ..NewTopic::default() };
    let created = running
        .controller
        .submit(None, move |machine, random, _| machine.create_topics(vec![topic], false, random));
    assert!(wait(created).unwrap()[0].1.is_ok());
    let image = running.cache.image();
    assert_eq!(image.topics.partition("t", PartitionId(1)).unwrap().directories, [other]);
    running.stop();
}

#[test]
fn nothing_follows_a_change_that_was_written_in_part() {
    let (disk, failures) = (MemoryDisk::default(), Failures::default());
    let small = "internal.metadata.log.segment.bytes=4000\nmetadata.max.idle.interval.ms=0";
    let root = Arc::new(FailingDir::new(disk.root(), failures.clone()));
    let running = start_with(root, (1, DIRECTORY), settings(small), None).unwrap();
    let create = |name: &str, partitions: i32| {
        let topic =
            NewTopic { name: name.to_owned(), partitions, replication_factor: 1, ..NewTopic::default() };
        wait(
            running
                .controller
                .submit(None, move |machine, random, _| machine.create_topics(vec![topic], false, random)),
        )
    };
    let before = running.controller.quorum().log_end;
    // One of many batches is written, with its index entries.
    failures.add(Operation::Write, std::io::ErrorKind::StorageFull, 5, 1);
    let failed = || running.controller.counts().failures(MetadataError::Write);
    assert_eq!(failed(), 0);
    assert!(create("large", 500).is_err());
    assert_eq!(failed(), 1);
    // The disk has room again, but what is in the log now is in no image.
    let refused = create("small", 1).unwrap_err().message.unwrap_or_default();
    assert!(refused.contains("written in part"), "{refused}");
    crash(running);
    let again = start(&disk, None);
    assert!(again.controller.quorum().log_end > before);
    again.create("small", 1);
    again.stop();
}

#[test]
fn a_full_queue_and_a_stopped_controller_refuse() {
    let disk = MemoryDisk::default();
    let running = start(&disk, None);
    let controller = running.controller.clone();
    let past = std::time::Instant::now();
    let late = controller.submit(Some(past), |machine, _, _| machine.finish_recovery(BrokerId(1)));
    assert_eq!(wait(late).unwrap_err().code, kafkactl_core::wire::ErrorCode::RequestTimedOut);
    running.stop();
    let stopped = controller.submit(None, |machine, _, _| machine.finish_recovery(BrokerId(1)));
    assert_eq!(wait(stopped).unwrap_err().code, kafkactl_core::wire::ErrorCode::NotController);
}

/// A copy of the files of a golden directory that the metadata lives in.
fn golden_copy(case: &str) -> (tempfile::TempDir, Arc<dyn Dir>) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/dirs").join(case);
    let copy = tempfile::tempdir().unwrap();
    copy_files(&from, copy.path());
    copy_files(&from.join("__cluster_metadata-0"), &copy.path().join("__cluster_metadata-0"));
    let root: Arc<dyn Dir> = Arc::new(RealDir::open(copy.path()).unwrap());
    (copy, root)
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn golden_directory_id() -> Uuid {
    uuid_parse("Z29sZGVuLWRpci1ub2RlMQ").unwrap()
}

#[test]
fn directories_of_apache_kafka_go_on() {
    // (directory, a topic, quorum epoch and leader epoch after the start)
    let cases = [
        ("plain", "plain", 2, 2),
        ("config", "configured-0", 4, 6),
        ("metadata-upgrade", "made-at-3-3", 3, 4),
    ];
    for (case, topic, quorum_epoch, leader_epoch) in cases {
        let (_copy, root) = golden_copy(case);
        let node = (1, golden_directory_id());
        let previous = CleanShutdown::read(&*root).unwrap().unwrap().broker_epoch;
        let previous = Some(BrokerEpoch(previous));
        let running = start_with(Arc::clone(&root), node, settings(""), previous).unwrap();
        assert_eq!(running.controller.quorum().epoch.0, quorum_epoch, "{case}");
        assert_eq!(running.leader_epoch(topic, 0), (1, leader_epoch), "{case}");
        running.create("ours", 2);
        let epoch = running.stop();
        let running = start_with(root, node, settings(""), Some(epoch)).unwrap();
        assert_eq!(running.leader_epoch("ours", 1), (1, 2), "{case}");
        assert_eq!(running.leader_epoch(topic, 0), (1, leader_epoch + 2), "{case}");
        running.stop();
    }
}

#[test]
fn quorums_that_are_not_ours_alone_are_refused() {
    let (_copy, root) = golden_copy("three-nodes/node-1");
    let voters = Metadata::open(
        Arc::clone(&root),
        ReplicaKey { id: BrokerId(1), directory: golden_directory_id() },
        settings(""),
        Clock::start(),
    );
    assert_eq!(voters.unwrap().image().topics.count(), 4);
    let error = start_with(root, (1, golden_directory_id()), settings(""), None).err().unwrap();
    assert!(matches!(error, MetadataLogError::Quorum(QuorumError::SeveralVoters { .. })), "{error}");

    let (_copy, root) = golden_copy("plain");
    let error = start_with(root, (2, golden_directory_id()), settings(""), None).err().unwrap();
    assert!(matches!(error, MetadataLogError::Quorum(QuorumError::NotAVoter { .. })), "{error}");
    let (_copy, root) = golden_copy("plain");
    let error = start_with(root, (1, DIRECTORY), settings(""), None).err().unwrap();
    assert!(matches!(error, MetadataLogError::Quorum(QuorumError::OtherDirectory { .. })), "{error}");
}

/// Whoever removed it is told so at every start: an empty cluster would take the topics' directories for strays.
#[test]
fn a_metadata_log_that_was_removed_does_not_begin_anew() {
    let (copy, root) = golden_copy("plain");
    std::fs::remove_dir_all(copy.path().join("__cluster_metadata-0")).unwrap();
    for _ in 0..2 {
        let started = start_with(Arc::clone(&root), (1, golden_directory_id()), settings(""), None);
        let error = started.err().unwrap();
        assert!(matches!(error, MetadataLogError::Quorum(QuorumError::NoVoters)), "{error}");
        assert!(!copy.path().join("__cluster_metadata-0").exists(), "nothing is left that looks like one");
    }
}

/// The metadata directory of a golden case in memory, one file changed.
fn damaged(case: &str, file: &str, damage: impl Fn(&mut Vec<u8>)) -> Arc<dyn Dir> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/dirs").join(case);
    let from = RealDir::open(from.join("__cluster_metadata-0")).unwrap();
    let root = MemoryDisk::default().root();
    let to = root.child("__cluster_metadata-0").unwrap();
    for entry in from.entries().unwrap() {
        let EntryKind::File { .. } = entry.kind else { continue };
        let mut bytes = read_file(&from, &entry.name, 1 << 20).unwrap().unwrap();
        if entry.name == file {
            damage(&mut bytes);
        }
        to.open(&entry.name, OpenMode::Create).unwrap().write_all_at(&bytes, 0).unwrap();
    }
    root
}

fn open(root: Arc<dyn Dir>) -> Result<Metadata, MetadataLogError> {
    let local = ReplicaKey { id: BrokerId(1), directory: golden_directory_id() };
    Metadata::open(root, local, settings(""), Clock::start())
}

const LOG: &str = "00000000000000000000.log";
const NEWEST_SNAPSHOT: &str = "00000000000000000173-0000000003.checkpoint";

#[test]
fn a_torn_end_is_cut_and_a_damaged_middle_refused() {
    let whole = open(damaged("plain", LOG, |_| ())).unwrap();
    let topics = whole.image().topics.count();
    let cut = open(damaged("plain", LOG, |bytes| bytes.truncate(bytes.len() - 3))).unwrap();
    assert_eq!(cut.image().topics.count(), topics);
    assert!(cut.image().offset < whole.image().offset);
    let flipped = open(damaged("plain", LOG, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }));
    let error = flipped.err().unwrap().to_string();
    assert!(error.contains("00000000000000000000.log") && error.contains("damaged"), "{error}");
}

#[test]
fn a_damaged_snapshot_gives_way_to_an_older_one() {
    let whole = open(damaged("config", LOG, |_| ())).unwrap();
    let without = open(damaged("config", NEWEST_SNAPSHOT, |bytes| bytes.truncate(200))).unwrap();
    assert_eq!(without.image().records(), whole.image().records());
    assert_eq!(without.image().offset, whole.image().offset);
}

#[test]
fn no_damage_makes_it_panic() {
    let seed: u64 = 0x5EED_0001;
    let mut state = seed;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut refused = 0;
    for round in 0..400 {
        let file = [LOG, NEWEST_SNAPSHOT, "quorum-state", "leader-epoch-checkpoint"][round % 4];
        let (at, kind, value) = (random(1 << 20), random(4), random(256) as u8);
        let root = damaged("config", file, |bytes| {
            let at = at % bytes.len();
            match kind {
                0 => bytes[at] ^= 1 << (value % 8),
                1 => bytes.truncate(at),
                2 => bytes[at] = value,
                _ => bytes.extend(std::iter::repeat_n(value, 1 + at % 100)),
            }
        });
        // Opens with what is whole, or says what is not.
        if let Err(error) = open(root) {
            assert!(!error.to_string().is_empty(), "seed {seed}, round {round}");
            refused += 1;
        }
    }
    assert!(refused > 20, "seed {seed}: only {refused} were refused");
}
