//! Replicas move between data directories while they are written and read, and whatever a crash leaves of that.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use kafkactl_core::names::{Offset, PartitionId, ProducerEpoch, ProducerId, Uuid};
use kafkactl_core::record::BatchFields;
use kafkactl_core::wire::messages::alter_replica_log_dirs_request::{
    AlterReplicaLogDir, AlterReplicaLogDirTopic,
};
use kafkactl_core::wire::messages::{
    AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, DescribeLogDirsRequest, DescribeLogDirsResponse,
    MetadataRequest, MetadataResponse, TopicName,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::client::Client;
use super::disks::Disks;
use super::fetching::{error_at, fetch, values};
use super::producing::produce_in;
use super::world::World;
use super::{batch, batch_of, until};

/// The records are of long ago.
const SMALL_SEGMENTS: &[(&str, &str)] = &[("internal.segment.bytes", "20000"), ("retention.ms", "-1")];
const RATE: &str = "replica.alter.log.dirs.io.max.bytes.per.second";

fn text(text: impl Into<String>) -> StrBytes {
    StrBytes::from_string(text.into())
}

/// The code of each partition.
fn alter(client: &mut Client, path: &Path, topic: &str, partitions: &[i32]) -> BTreeMap<i32, ErrorCode> {
    let topic = AlterReplicaLogDirTopic::default()
        .with_name(TopicName(text(topic)))
        .with_partitions(partitions.to_vec());
    let dir = AlterReplicaLogDir::default().with_path(text(path.to_str().unwrap())).with_topics(vec![topic]);
    let request = AlterReplicaLogDirsRequest::default().with_dirs(vec![dir]);
    let response: AlterReplicaLogDirsResponse = client.ask(ApiKey::AlterReplicaLogDirs, 2, &request);
    let answers = response.results.into_iter().flat_map(|topic| topic.partitions);
    answers.map(|it| (it.partition_index, ErrorCode::from_code(it.error_code).unwrap())).collect()
}

fn move_to(client: &mut Client, path: &Path) {
    assert_eq!(alter(client, path, "t", &[0]), BTreeMap::from([(0, ErrorCode::None)]));
}

fn lies(client: &mut Client) -> (String, Option<i64>) {
    lies_of(client, "t")
}

/// Where a topic's only partition lies, and the records that the copy of it lacks, if there is one.
fn lies_of(client: &mut Client, topic: &str) -> (String, Option<i64>) {
    let all = DescribeLogDirsRequest::default().with_topics(None);
    let described: DescribeLogDirsResponse = client.ask(ApiKey::DescribeLogDirs, 4, &all);
    let (mut current, mut lag) = (None, None);
    for dir in described.results {
        for partition in
            dir.topics.iter().filter(|it| it.name.as_str() == topic).flat_map(|it| &it.partitions)
        {
            match partition.is_future_key {
                true => lag = Some(partition.offset_lag),
                false => current = Some(dir.log_dir.rsplit_once('/').unwrap().1.to_owned()),
            }
        }
    }
    (current.unwrap_or_default(), lag)
}

fn until_moved(client: &mut Client, to: &str) {
    until("the replica has moved", || lies(client) == (to.to_owned(), None));
}

fn write(client: &mut Client, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let answer = produce_in(client, "t", 0, batch(&[&number.to_string()]), 11);
        assert_eq!((answer.error_code, answer.base_offset), (0, number as i64));
    }
}

/// All records from an offset on.
fn read(client: &mut Client, from: usize) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let answer = fetch(client, &[("t", 0, (from + found.len()) as i64)], 12).remove(0);
        assert_eq!(answer.error_code, 0);
        match values(&answer.records) {
            more if more.is_empty() => return found,
            more => found.extend(more),
        }
    }
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

/// The directory of `t-0` as the metadata log has it.
fn assigned(world: &World) -> Option<Uuid> {
    let image = world.broker().metadata.image();
    image.topics.partition("t", PartitionId(0)).and_then(|it| it.directory_of(world.broker().node_id))
}

/// A broker with `t-0` in directory a, of so many records.
fn begin(disks: &Disks, records: usize) -> World {
    let mut world = disks.start(&[]);
    // A replica to come is made where it is wanted.
    let remembered = alter(&mut world.client, &disks.path("a"), "t", &[0]);
    assert_eq!(remembered[&0], ErrorCode::UnknownTopicOrPartition);
    world.create("t", SMALL_SEGMENTS);
    assert_eq!(lies(&mut world.client), ("a".to_owned(), None));
    write(&mut world.client, 0..records);
    world
}

#[test]
fn a_replica_moves_to_and_fro_while_it_is_written_and_read() {
    const MOVES: usize = 4;
    const WRITES_MAX: usize = 5_000;
    let disks = Disks::new();
    let mut world = begin(&disks, 100);
    let is_over = AtomicBool::new(false);
    let (mut writer, mut reader) = (world.connect(), world.connect());
    let written = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut written = 100;
            while !is_over.load(Ordering::Relaxed) && written < WRITES_MAX {
                write(&mut writer, written..written + 1);
                written += 1;
            }
            written
        });
        let reading = scope.spawn(|| {
            let mut seen = 0;
            while !is_over.load(Ordering::Relaxed) {
                let more = read(&mut reader, seen);
                assert_eq!(more, numbers(seen..seen + more.len()));
                seen += more.len();
            }
        });
        for to in ["b", "a"].into_iter().cycle().take(MOVES) {
            move_to(&mut world.client, &disks.path(to));
            until_moved(&mut world.client, to);
        }
        is_over.store(true, Ordering::Relaxed);
        reading.join().unwrap();
        writing.join().unwrap()
    });
    assert_eq!(read(&mut world.client, 0), numbers(0..written));
    let there = world.broker().partitions.data_dirs()[0].id;
    assert_eq!(assigned(&world), Some(there));
    assert_eq!(
        disks.replicas().iter().filter(|name| !name.ends_with("-delete")).collect::<Vec<_>>(),
        ["a/t-0"]
    );
    world.stop();
    let mut world = disks.start(&[]);
    assert_eq!(lies(&mut world.client), ("a".to_owned(), None));
    assert_eq!(read(&mut world.client, 0), numbers(0..written));
    write(&mut world.client, written..written + 1);
}

#[test]
fn what_is_known_of_a_log_moves_along() {
    let disks = Disks::new();
    let mut world = begin(&disks, 90);
    let of_producer = |sequence| {
        let fields = BatchFields {
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(0),
            base_sequence: sequence,
            ..BatchFields::default()
        };
        batch_of(&[&(90 + sequence).to_string()], fields)
    };
    assert_eq!(produce_in(&mut world.client, "t", 0, of_producer(0), 11).error_code, 0);
    assert_eq!(produce_in(&mut world.client, "t", 0, of_producer(1), 11).base_offset, 91);
    let partition = world.broker().partitions.get("t", PartitionId(0)).unwrap();
    // The records of the producer are gone, what it sent last is remembered.
    partition.delete_records(Offset(92)).unwrap();
    write(&mut world.client, 92..93);
    partition.delete_records(Offset(92)).unwrap();
    let (bounds, epoch) = (partition.bounds(), partition.leader_epoch());
    move_to(&mut world.client, &disks.path("b"));
    until_moved(&mut world.client, "b");
    assert_eq!((partition.bounds(), partition.leader_epoch()), (bounds, epoch));
    let again = produce_in(&mut world.client, "t", 0, of_producer(1), 11);
    assert_eq!((again.error_code, again.base_offset), (0, 91), "a batch sent twice is still known");
    let gap = produce_in(&mut world.client, "t", 0, of_producer(5), 11);
    assert_eq!(gap.error_code, ErrorCode::OutOfOrderSequenceNumber.code());
    assert_eq!(error_at(&mut world.client, "t", 91), ErrorCode::OffsetOutOfRange.code());
    drop(partition);
    world.stop();
    let mut world = disks.start(&[]);
    assert_eq!(error_at(&mut world.client, "t", 91), ErrorCode::OffsetOutOfRange.code());
    assert_eq!(read(&mut world.client, 92), numbers(92..93));
    write(&mut world.client, 93..94);
}

#[test]
fn wishes_that_cannot_be_granted_get_kafkas_errors() {
    let disks = Disks::new();
    let mut world = begin(&disks, 1);
    let (a, b) = (disks.path("a"), disks.path("b"));
    let long = "l".repeat(230);
    for (path, topic, partition, expected) in [
        (Path::new("/nowhere"), "t", 0, ErrorCode::LogDirNotFound),
        (Path::new("/nowhere"), "nope", 0, ErrorCode::LogDirNotFound),
        (&a, "nope", 0, ErrorCode::UnknownTopicOrPartition),
        (&a, "t", 9, ErrorCode::UnknownTopicOrPartition),
        (&a, "t", -1, ErrorCode::UnknownTopicOrPartition),
        (&b, "__cluster_metadata", 0, ErrorCode::UnknownTopicOrPartition),
        (&a, &long, 0, ErrorCode::InvalidTopicException),
        (&a, "t", 0, ErrorCode::None),
    ] {
        let answers = alter(&mut world.client, path, topic, &[partition]);
        assert_eq!(
            answers,
            BTreeMap::from([(partition, expected)]),
            "{topic}-{partition} {}",
            path.display()
        );
    }
    assert_eq!(lies(&mut world.client), ("a".to_owned(), None));
}

/// A move whose rate is too low to get anywhere.
fn begin_slowly(disks: &Disks, records: usize) -> World {
    let mut world = begin(disks, records);
    world.set((4, "1"), RATE, "1");
    move_to(&mut world.client, &disks.path("b"));
    let is_under_way = |lag: Option<i64>| lag.is_some_and(|lag| lag > 0 && lag < records as i64);
    until("something is copied", || is_under_way(lies(&mut world.client).1));
    world
}

#[test]
fn a_move_that_is_called_off_leaves_nothing() {
    let disks = Disks::new();
    let mut world = begin_slowly(&disks, 300);
    assert_eq!(disks.replicas(), ["a/t-0", "b/t-0-future"]);
    let here = assigned(&world);
    write(&mut world.client, 300..310);
    move_to(&mut world.client, &disks.path("a"));
    assert_eq!(lies(&mut world.client), ("a".to_owned(), None));
    until("the copy is gone", || !disks.replicas().contains(&"b/t-0-future".to_owned()));
    assert_eq!(assigned(&world), here);
    world.delete((4, "1"), RATE);
    move_to(&mut world.client, &disks.path("b"));
    until_moved(&mut world.client, "b");
    assert_eq!(read(&mut world.client, 0), numbers(0..310));
}

#[test]
fn a_later_process_goes_on_with_a_move() {
    let disks = Disks::new();
    let world = begin_slowly(&disks, 300);
    world.stop();
    assert_eq!(disks.replicas(), ["a/t-0", "b/t-0-future"]);
    let mut world = disks.start(&[]);
    write(&mut world.client, 300..303);
    world.delete((4, "1"), RATE);
    until_moved(&mut world.client, "b");
    assert_eq!(read(&mut world.client, 0), numbers(0..303));
    assert_eq!(
        disks.replicas().into_iter().filter(|it| !it.ends_with("-delete")).collect::<Vec<_>>(),
        ["b/t-0"]
    );
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_all(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

#[test]
fn a_move_that_apache_kafka_began_is_finished() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/dirs/two-log-dirs");
    let disks = Disks::new();
    copy_all(&golden, &disks.path(""));
    let mut world = disks.start(&[]);
    world.set((2, "moving"), "retention.ms", "-1");
    // Its rate is a byte a second.
    world.delete((4, "1"), RATE);
    until("the replica has moved", || lies_of(&mut world.client, "moving") == ("b".to_owned(), None));
    let answer = fetch(&mut world.client, &[("moving", 0, 0)], 12).remove(0);
    assert_eq!((values(&answer.records).len(), answer.high_watermark), (200, 200));
    let log = "moving-0/00000000000000000000.log";
    assert_eq!(fs::read(disks.path("b").join(log)).unwrap(), fs::read(golden.join("a").join(log)).unwrap());
}

/// A stopped broker whose replica has moved from a to b, where the metadata has it.
fn moved(disks: &Disks) {
    let mut world = begin(disks, 40);
    move_to(&mut world.client, &disks.path("b"));
    until_moved(&mut world.client, "b");
    world.stop();
}

const FUTURE: &str = "t-0.42f7728b1fd541519929308f42411b60-future";

#[test]
fn a_crash_between_the_renames_of_a_move_loses_nothing() {
    let disks = Disks::new();
    moved(&disks);
    fs::rename(disks.path("b/t-0"), disks.path("b").join(FUTURE)).unwrap();
    let mut world = disks.start(&[]);
    assert_eq!(lies(&mut world.client), ("b".to_owned(), None));
    assert_eq!(read(&mut world.client, 0), numbers(0..40));
    write(&mut world.client, 40..41);
}

#[test]
fn of_two_directories_of_a_replica_the_one_the_metadata_names_is_taken() {
    let disks = Disks::new();
    moved(&disks);
    fs::create_dir(disks.path("a/t-0")).unwrap();
    fs::copy(disks.path("b/t-0/partition.metadata"), disks.path("a/t-0/partition.metadata")).unwrap();
    let mut world = disks.start(&[]);
    assert_eq!(lies(&mut world.client), ("b".to_owned(), None));
    assert_eq!(read(&mut world.client, 0), numbers(0..40));
    let left: Vec<_> = disks.replicas().into_iter().filter(|it| !it.ends_with("-delete")).collect();
    assert_eq!(left, ["a/t-0-stray", "b/t-0"]);
}

#[test]
fn copies_that_no_move_goes_on_with_are_put_aside() {
    let disks = Disks::new();
    moved(&disks);
    // One of another topic, and one that lies where the replica does.
    for (path, metadata) in [
        ("a", "version: 0\ntopic_id: Pii60LpDS-WGjiNxfQuPRQ\n".to_owned()),
        ("b", fs::read_to_string(disks.path("b/t-0/partition.metadata")).unwrap()),
    ] {
        fs::create_dir(disks.path(path).join(FUTURE)).unwrap();
        fs::write(disks.path(path).join(FUTURE).join("partition.metadata"), metadata).unwrap();
    }
    let mut world = disks.start(&[]);
    assert_eq!(lies(&mut world.client), ("b".to_owned(), None));
    assert_eq!(read(&mut world.client, 0), numbers(0..40));
    let left: Vec<_> = disks.replicas().into_iter().filter(|it| !it.ends_with("-delete")).collect();
    assert_eq!(left, ["a/t-0-stray", "b/t-0", "b/t-0-stray"]);
}

/// Error, leader and offline replicas of `t-0`.
fn leader(client: &mut Client) -> (ErrorCode, i32, usize) {
    let all = MetadataRequest::default().with_topics(None);
    let metadata: MetadataResponse = client.ask(ApiKey::Metadata, 9, &all);
    let partition = &metadata.topics[0].partitions[0];
    let error = ErrorCode::from_code(partition.error_code).unwrap();
    (error, partition.leader_id.0, partition.offline_replicas.len())
}

#[test]
fn what_lies_in_a_directory_that_fails_has_no_leader_until_it_is_back() {
    let disks = Disks::new();
    moved(&disks);
    let mut world = disks.start(&[]);
    assert_eq!(leader(&mut world.client), (ErrorCode::None, 1, 0));
    fs::rename(disks.path("b"), disks.path("unplugged")).unwrap();
    until("the failure is known", || leader(&mut world.client) == (ErrorCode::LeaderNotAvailable, -1, 1));
    assert_eq!(error_at(&mut world.client, "t", 0), ErrorCode::KafkaStorageError.code());
    let refused = produce_in(&mut world.client, "t", 0, batch(&["x"]), 11).error_code;
    assert_eq!(refused, ErrorCode::KafkaStorageError.code());
    for path in ["a", "b"] {
        let refused = alter(&mut world.client, &disks.path(path), "t", &[0]);
        assert_eq!(refused[&0], ErrorCode::KafkaStorageError, "{path}");
    }
    world.stop();
    fs::rename(disks.path("unplugged"), disks.path("b")).unwrap();
    let mut world = disks.start(&[]);
    assert_eq!(leader(&mut world.client), (ErrorCode::None, 1, 0));
    assert_eq!(read(&mut world.client, 0), numbers(0..40));
    write(&mut world.client, 40..41);
}
