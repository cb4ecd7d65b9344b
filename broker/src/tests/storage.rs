use std::io::ErrorKind;
use std::sync::Arc;

use kafkactl_core::log::dir::{Dir, FailingDir, Failures, MemoryDisk, Operation, RealDir};
use kafkactl_core::names::Offset;
use kafkactl_core::wire::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use kafkactl_core::wire::messages::{
    ApiVersionsRequest, ApiVersionsResponse, DescribeLogDirsRequest, DescribeLogDirsResponse,
    ProduceResponse, WriteTxnMarkersRequest, WriteTxnMarkersResponse,
};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::client::Client;
use super::fetching::{all_values, fetch};
use super::producing::{produce, request};
use super::transactional::{self, Producer, Protocol};
use super::{TestBroker, Topic, batch, image, until};
use crate::metrics::{Format, Metrics};

const TOPIC: &[Topic<'static>] = &[("t", 1, &[])];

#[test]
fn what_was_acknowledged_survives_a_crash_of_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), TOPIC);
    let mut client = broker.client();
    for value in ["a", "b", "c"] {
        assert_eq!(produce(&mut client, "t", 0, batch(&[value])).error_code, 0);
    }
    drop(broker);
    let broker = TestBroker::start(directory.path(), TOPIC);
    assert_eq!(all_values(&mut broker.client(), "t"), ["a", "b", "c"]);
    assert_eq!(produce(&mut broker.client(), "t", 0, batch(&["d"])).base_offset, 3);
}

#[test]
fn a_clean_stop_leaves_a_marker_and_the_next_start_takes_it() {
    let directory = tempfile::tempdir().unwrap();
    let marker = directory.path().join(".kafka_cleanshutdown");
    for (count, value) in ["a", "b", "c"].into_iter().enumerate() {
        let broker = TestBroker::start(directory.path(), TOPIC);
        assert!(!marker.exists(), "a running broker is not a stopped one");
        assert_eq!(produce(&mut broker.client(), "t", 0, batch(&[value])).base_offset, count as i64);
        broker.stop();
        assert!(marker.exists());
        let recovery_points =
            std::fs::read_to_string(directory.path().join("recovery-point-offset-checkpoint"));
        assert_eq!(recovery_points.unwrap(), format!("0\n1\nt 0 {}\n", count + 1));
    }
}

/// An error that clients do not try again for ever, as they do KAFKA_STORAGE_ERROR.
#[test]
fn readers_of_a_damaged_segment_are_told_so() {
    let directory = tempfile::tempdir().unwrap();
    let topic: &[Topic<'_>] = &[("t", 1, &[("internal.segment.bytes", "200")])];
    let broker = TestBroker::start(directory.path(), topic);
    let mut client = broker.client();
    for value in ["a", "b", "c", "d", "e", "f"] {
        assert_eq!(produce(&mut client, "t", 0, batch(&[value])).error_code, 0);
    }
    broker.stop();
    let segment = directory.path().join("t-0/00000000000000000000.log");
    let zeros = vec![0; std::fs::metadata(&segment).unwrap().len() as usize];
    std::fs::write(&segment, zeros).unwrap();

    let broker = TestBroker::start(directory.path(), topic);
    let mut client = broker.client();
    assert_eq!(fetch(&mut client, &[("t", 0, 0)], 12)[0].error_code, ErrorCode::CorruptMessage.code());
    assert_eq!(fetch(&mut client, &[("t", 0, 5)], 12)[0].error_code, 0);
    assert_eq!(produce(&mut client, "t", 0, batch(&["g"])).base_offset, 6);
}

#[test]
fn a_full_disk_refuses_writes_serves_reads_and_recovers() {
    let directory = tempfile::tempdir().unwrap();
    let failures = Failures::default();
    let real: Arc<dyn Dir> = Arc::new(RealDir::open(directory.path()).unwrap());
    let broker = TestBroker::start_on(Arc::new(FailingDir::new(real, failures.clone())), TOPIC, &[]);
    let mut client = broker.client();
    produce(&mut client, "t", 0, batch(&["before"]));
    failures.add(Operation::Write, ErrorKind::StorageFull, 0, usize::MAX);
    for _ in 0..3 {
        let refused = produce(&mut client, "t", 0, batch(&["refused"]));
        assert_eq!(refused.error_code, ErrorCode::KafkaStorageError.code());
        assert_eq!(all_values(&mut client, "t"), ["before"]);
    }
    failures.clear();
    assert_eq!(produce(&mut client, "t", 0, batch(&["after"])).base_offset, 1);
    assert_eq!(all_values(&mut client, "t"), ["before", "after"]);
}

/// The codes of appends to each partition of `topic`.
fn appends(client: &mut Client, topic: &str, partitions: i32) -> Vec<i16> {
    (0..partitions).map(|partition| produce(client, topic, partition, batch(&["v"])).error_code).collect()
}

/// What alerts look at: directories that failed, and logs that take no more writes.
fn failed_on_page(broker: &TestBroker) -> [usize; 2] {
    let page = Metrics::scrape(&broker.broker, false, Format::Prometheus).unwrap();
    ["kafka_log_dirs_failed", "kafka_broker_failed_logs"].map(|name| {
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap().parse().unwrap()
    })
}

/// A directory that somebody takes away under a running broker.
#[test]
fn a_directory_that_is_gone_is_told() {
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let open = |directory: &tempfile::TempDir| -> Arc<dyn Dir> {
        Arc::new(RealDir::open(directory.path()).unwrap())
    };
    let broker = TestBroker::start_on_all(directories.iter().map(open).collect(), &[("t", 4, &[])]);
    assert_eq!(failed_on_page(&broker)[0], 0);
    // Moved, not removed: the broker may write a checkpoint while a tree is taken down file by file.
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::rename(directories[1].path(), elsewhere.path().join("moved")).unwrap();
    assert_eq!(failed_on_page(&broker)[0], 1);
}

const STORAGE: i16 = ErrorCode::KafkaStorageError as i16;
const UNKNOWN: i16 = ErrorCode::UnknownTopicOrPartition as i16;

/// The codes of a transaction's end in each partition of `topic`.
fn markers(client: &mut Client, topic: &str, partitions: i32) -> Vec<i16> {
    let topics = WritableTxnMarkerTopic::default()
        .with_name(transactional::topic_name(topic))
        .with_partition_indexes((0..partitions).collect());
    let marker = WritableTxnMarker::default().with_producer_id(4242.into()).with_topics(vec![topics]);
    let request = WriteTxnMarkersRequest::default().with_markers(vec![marker]);
    let answer: WriteTxnMarkersResponse = client.ask(ApiKey::WriteTxnMarkers, 1, &request);
    answer.markers[0].topics[0].partitions.iter().map(|it| it.error_code).collect()
}

#[test]
fn a_failed_sync_is_the_end_of_its_directory_alone() {
    let failures = Failures::default();
    let bad = Arc::new(FailingDir::new(MemoryDisk::default().root(), failures.clone()));
    let topics: &[Topic<'_>] = &[("t", 4, &[("flush.messages", "1")])];
    let broker = TestBroker::start_on_all(vec![MemoryDisk::default().root(), bad], topics);
    let mut client = broker.client();
    assert_eq!(appends(&mut client, "t", 4), [0; 4]);
    assert_eq!(failed_on_page(&broker), [0, 0]);
    failures.add(Operation::Sync, ErrorKind::Other, 0, 1);
    // What became of the first batch is unknown, so it is neither acknowledged nor shown, then or later.
    for _ in 0..2 {
        assert_eq!(appends(&mut client, "t", 4), [0, STORAGE, 0, STORAGE]);
    }
    assert_eq!(failed_on_page(&broker), [1, 2]);
    // To whoever ends transactions such a partition is not here.
    assert_eq!(markers(&mut client, "t", 4), [0, UNKNOWN, 0, UNKNOWN]);
    let describe = |client: &mut Client| -> DescribeLogDirsResponse {
        let all = DescribeLogDirsRequest::default().with_topics(None);
        client.ask(ApiKey::DescribeLogDirs, 4, &all)
    };
    let described = describe(&mut client).results;
    let of_dir = |index: usize| {
        let dir = &described[index];
        let partitions = dir.topics.iter().flat_map(|topic| &topic.partitions);
        let numbers: Vec<i32> = partitions.map(|partition| partition.partition_index).collect();
        (dir.error_code, numbers, dir.total_bytes >= 0)
    };
    assert_eq!(of_dir(0), (0, vec![0, 2], true));
    assert_eq!(of_dir(1), (STORAGE, Vec::new(), false));
    broker.stop();
}

/// The kernel tells of a failed write once: of two syncs at once one could be told that all is well.
#[test]
fn syncs_of_one_log_do_not_overlap() {
    let failures = Failures::default();
    let dir = Arc::new(FailingDir::new(MemoryDisk::default().root(), failures.clone()));
    let durable: &[(&str, &str)] = &[("flush.messages", "1")];
    let broker = TestBroker::start_on(dir, &[("t", 1, durable), ("u", 1, durable)], &[]);
    let (mut first, mut second) = (broker.client(), broker.client());
    for topic in ["t", "u"] {
        assert_eq!(produce(&mut first, topic, 0, batch(&["v"])).error_code, 0);
    }
    let gate = failures.hold(Operation::Sync, ErrorKind::Other);
    let parked = [&mut first, &mut second].map(|client| {
        let parked = client.send(ApiKey::Produce, 11, &request("t", 0, batch(&["v"]), 11, -1));
        gate.until_reached();
        parked
    });
    super::until("both are appended", || broker.partition("t", 0).bounds().log_end_offset == Offset(3));
    // It is synced after the second batch has had its turn.
    assert_eq!(produce(&mut broker.client(), "u", 0, batch(&["v"])).error_code, 0);
    gate.open();
    for (client, parked) in [&mut first, &mut second].into_iter().zip(parked) {
        let answer: ProduceResponse = client.receive(ApiKey::Produce, 11, parked);
        assert_eq!(answer.responses[0].partition_responses[0].error_code, STORAGE);
    }
}

#[test]
fn files_without_descriptors_are_served_too() {
    let broker = TestBroker::start_on(MemoryDisk::default().root(), TOPIC, &[]);
    let mut client = broker.client();
    let large: Vec<String> = (0..10).map(|index| format!("{index}{}", "x".repeat(100_000))).collect();
    for value in &large {
        produce(&mut client, "t", 0, batch(&[value]));
    }
    assert_eq!(all_values(&mut client, "t"), large);
}

#[test]
fn deleted_topics_leave_and_may_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 2, &[]), ("u", 1, &[])]);
    let mut client = broker.client();
    produce(&mut client, "t", 0, batch(&["old"]));
    broker.apply(&[("u", 1, &[])]);
    assert_eq!(
        produce(&mut client, "t", 0, batch(&["x"])).error_code,
        ErrorCode::UnknownTopicOrPartition.code()
    );
    assert_eq!(directories(directory.path(), "-delete"), 2);
    broker.apply(&[("t", 1, &[]), ("u", 1, &[])]);
    assert_eq!(produce(&mut client, "t", 0, batch(&["new"])).base_offset, 0);
    assert_eq!(all_values(&mut client, "t"), ["new"]);
}

#[test]
fn directories_nobody_knows_are_put_aside() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[]), ("lost", 1, &[])]);
    assert_eq!(produce(&mut broker.client(), "lost", 0, batch(&["a"])).error_code, 0);
    broker.stop();
    let broker = TestBroker::start(directory.path(), TOPIC);
    assert_eq!(directories(directory.path(), "-stray"), 1);
    produce(&mut broker.client(), "t", 0, batch(&["a"]));
}

#[test]
fn retention_deletes_old_segments_and_readers_go_on_from_the_new_start() {
    let directory = tempfile::tempdir().unwrap();
    let topics: &[Topic<'_>] =
        &[("t", 1, &[("retention.bytes", "1"), ("retention.ms", "-1"), ("internal.segment.bytes", "300")])];
    let broker = TestBroker::start(directory.path(), topics);
    let mut client = broker.client();
    for _ in 0..5 {
        produce(&mut client, "t", 0, batch(&[&"x".repeat(200)]));
    }
    let partition = broker.partition("t", 0);
    let files = partition.enforce_retention(broker.broker.clock.now_ms()).unwrap().expect("files to unlink");
    let bounds = partition.bounds();
    assert_eq!((bounds.log_start_offset, bounds.log_end_offset), (Offset(4), Offset(5)));
    assert_eq!(super::fetching::error_at(&mut client, "t", 0), ErrorCode::OffsetOutOfRange.code());
    assert_eq!(super::fetching::error_at(&mut client, "t", 4), 0);
    let logs = || {
        let names = std::fs::read_dir(directory.path().join("t-0")).unwrap();
        names
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".deleted"))
            .count()
    };
    assert!(logs() > 0, "renamed, not yet gone");
    files.unlink().unwrap();
    assert_eq!(logs(), 0);
}

fn directories(parent: &std::path::Path, suffix: &str) -> usize {
    let names =
        std::fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(suffix)).count()
}

#[test]
fn a_replica_that_cannot_be_made_is_the_end_of_its_directory_alone() {
    let failures = Failures::default();
    let bad = Arc::new(FailingDir::new(MemoryDisk::default().root(), failures.clone()));
    let broker = TestBroker::start_on_all(vec![MemoryDisk::default().root(), bad], &[("old", 2, &[])]);
    let mut client = broker.client();
    assert_eq!(appends(&mut client, "old", 2), [0, 0]);
    failures.add(Operation::Rename, ErrorKind::Other, 0, 1);
    broker.apply(&[("old", 2, &[]), ("new", 2, &[])]);
    assert_eq!(appends(&mut client, "new", 2), [0, STORAGE]);
    assert_eq!(appends(&mut client, "old", 2), [0, STORAGE]);
    assert_eq!(super::fetching::error_at(&mut client, "old", 0), 0);
}

#[test]
fn a_broker_serves_before_its_logs_are_open_and_who_asks_for_them_waits() {
    let directory = tempfile::tempdir().unwrap();
    let topics: &[Topic<'_>] = &[("t", 3, &[])];
    let broker = TestBroker::start(directory.path(), topics);
    assert_eq!(produce(&mut broker.client(), "t", 0, batch(&["before"])).base_offset, 0);
    broker.stop();

    let dir = Arc::new(RealDir::open(directory.path()).unwrap());
    let mut broker = TestBroker::start_unopened(dir, image(topics), &[]);
    let mut waiting = broker.client();
    let parked = waiting.send(ApiKey::Produce, 11, &request("t", 0, batch(&["after"]), 11, -1));
    let _: ApiVersionsResponse = broker.client().ask(ApiKey::ApiVersions, 0, &ApiVersionsRequest::default());
    assert!(broker.partition("t", 0).is_opening());
    broker.open_logs();
    let answer: ProduceResponse = waiting.receive(ApiKey::Produce, 11, parked);
    let answer = &answer.responses[0].partition_responses[0];
    assert_eq!((answer.error_code, answer.base_offset), (0, 1));
    assert_eq!(all_values(&mut broker.client(), "t"), ["before", "after"]);
}

#[test]
fn a_stop_before_the_logs_are_open_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), TOPIC);
    assert_eq!(produce(&mut broker.client(), "t", 0, batch(&["kept"])).base_offset, 0);
    broker.stop();
    let dir = Arc::new(RealDir::open(directory.path()).unwrap());
    TestBroker::start_unopened(dir, image(TOPIC), &[]).stop();

    let broker = TestBroker::start(directory.path(), TOPIC);
    assert_eq!(all_values(&mut broker.client(), "t"), ["kept"]);
    assert_eq!(produce(&mut broker.client(), "t", 0, batch(&["next"])).base_offset, 1);
}

/// Whichever of its writes finds the disk full: the transaction ends once there is room.
#[test]
fn a_full_disk_puts_off_the_end_of_a_transaction() {
    for passes in 0..6 {
        let (disk, failures) = (MemoryDisk::default(), Failures::default());
        let broker = transactional::start_on(Arc::new(FailingDir::new(disk.root(), failures.clone())), &[]);
        let mut producer = Producer::started(&broker, "p", Protocol::Implicit);
        assert_eq!(producer.produce(0, "a"), ErrorCode::None);
        failures.add(Operation::Write, ErrorKind::StorageFull, passes, 2);
        until("the transaction is committed", || producer.end(true) == ErrorCode::None);
        until("the next may begin", || producer.init() == ErrorCode::None);
        assert_eq!(producer.produce(0, "b"), ErrorCode::None, "after {passes} writes");
    }
}
