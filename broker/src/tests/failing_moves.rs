//! Moves between data directories whose disks fail, or that a later process goes on with.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use kafkactl_core::log::dir::{Dir, EntryKind, FailingDir, Failures, MemoryDisk, Operation};
use kafkactl_core::names::{PartitionId, ProducerEpoch, ProducerId, TopicPartition, Uuid};
use kafkactl_core::record::{BatchFields, batches};
use kafkactl_core::schema::metadata::{ConfigRecord, MetadataRecord, PartitionRecord};
use kafkactl_core::wire::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use kafkactl_core::wire::messages::{
    FetchResponse, ProduceResponse, TransactionalId, WriteTxnMarkersRequest, WriteTxnMarkersResponse,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};
use parking_lot::Mutex;

use super::cleaning::{COMPACT, EAGER, read_all, write_rounds};
use super::client::Client;
use super::producing::{produce, request};
use super::transactional::{error, topic_name};
use super::{NODE, TestBroker, Topic, batch, batch_of, fetching, image, topic_id, until};
use crate::partition::MoveThreads;

const TOPIC: &[Topic<'static>] = &[("t", 1, &[("internal.segment.bytes", "300"), ("retention.ms", "-1")])];

/// Two data directories on disks that fail when told to.
#[derive(Default)]
struct Disks {
    disk: MemoryDisk,
    a: Failures,
    b: Failures,
}

impl Disks {
    fn a(&self) -> Arc<dyn Dir> {
        Arc::new(FailingDir::new(self.disk.root().child("a").unwrap(), self.a.clone()))
    }

    fn b(&self) -> Arc<dyn Dir> {
        Arc::new(FailingDir::new(self.disk.root().child("b").unwrap(), self.b.clone()))
    }

    /// A broker whose `t-0` lies in a, with three records.
    fn begin(&self) -> TestBroker {
        let broker = TestBroker::start_on_all(vec![self.a(), self.b()], TOPIC);
        append(&broker);
        broker
    }

    /// The directories of replicas: that of the disk, and what its name ends in.
    fn replicas(&self) -> Vec<String> {
        let mut found = Vec::new();
        for disk in ["a", "b"] {
            let entries = self.disk.root().child(disk).unwrap().entries().unwrap();
            let replicas = entries.into_iter().filter(|it| it.kind == EntryKind::Directory);
            found.extend(replicas.map(|it| match it.name.rsplit_once('-') {
                Some((_, end)) => format!("{disk}/{end}"),
                None => format!("{disk}/{}", it.name),
            }));
        }
        found.sort();
        found
    }
}

fn append(broker: &TestBroker) {
    let mut client = broker.client();
    for _ in 0..3 {
        assert_eq!(produce(&mut client, "t", 0, batch(&[&"x".repeat(150)])).error_code, 0);
    }
}

fn t_0() -> TopicPartition {
    TopicPartition::new("t", 0)
}

impl TestBroker {
    /// Has `t-0` moved to b.
    fn move_to_b(&self) {
        self.broker.partitions.move_replica(&t_0(), Path::new("/memory/b"), true).unwrap();
    }

    /// Starts to move replicas. Where the metadata log is to say that one lies in b, `named` says how that went.
    fn moving(&self, named: impl Fn() -> Result<(), String> + Send + Sync + 'static) -> (MoveThreads, Named) {
        let names = Named::default();
        let (b, noted) = (self.broker.partitions.data_dirs()[1].id, Arc::clone(&names));
        let assign = move |_, _: PartitionId, directory: Uuid| {
            let is_b = directory == b;
            noted.lock().push(if is_b { "b" } else { "a" });
            match noted.lock()[..] {
                // It cannot be written then.
                ["b", "a"] => Err("not now".to_owned()),
                _ if is_b => named(),
                _ => Ok(()),
            }
        };
        (self.broker.partitions.start_moving(Arc::new(assign)).unwrap(), names)
    }

    /// Which of the directories have failed.
    fn have_failed(&self) -> Vec<bool> {
        self.broker.partitions.data_dirs().iter().map(|dir| dir.health.has_failed()).collect()
    }
}

/// Where the metadata log said that the replica lies, one after the other.
type Named = Arc<Mutex<Vec<&'static str>>>;

#[test]
fn a_copy_that_the_metadata_names_outlives_the_disk_of_its_replica() {
    let disks = Disks::default();
    let broker = disks.begin();
    let a = disks.a.clone();
    // It leaves its name for the copy.
    let (threads, named) = broker.moving(move || {
        a.add(Operation::Rename, ErrorKind::Other, 0, 1);
        Ok(())
    });
    broker.move_to_b();
    until("the disk has failed", || broker.have_failed() == [true, false]);
    drop(threads);
    assert_eq!((disks.replicas(), &**named.lock()), (vec!["a/0".into(), "b/future".into()], &["b"][..]));
    // The copy was closed: its directory gets the mark of a clean stop.
    broker.stop();
    assert!(disks.disk.contents().contains_key("b/.kafka_cleanshutdown"));
}

/// What it is worth the next process finds out, and goes on with it.
#[test]
fn a_copy_that_cannot_be_closed_is_not_vouched_for() {
    let disks = Disks::default();
    let (mut known, mut delta) = image(TOPIC);
    let a_byte_a_second = ConfigRecord {
        resource_type: 4,
        resource_name: NODE.to_string(),
        name: "replica.alter.log.dirs.io.max.bytes.per.second".to_owned(),
        value: Some("1".to_owned()),
    };
    known.replay(MetadataRecord::Config(a_byte_a_second), &mut delta).unwrap();
    let mut broker = TestBroker::start_unopened_on(vec![disks.a(), disks.b()], (known, delta), &[]);
    broker.open_logs();
    append(&broker);
    let (threads, _) = broker.moving(|| Ok(()));
    broker.move_to_b();
    let b = &broker.broker.partitions.data_dirs()[1];
    let begun = || broker.partition("t", 0).future_in(b).is_some_and(|copy| copy.size_bytes > 0);
    until("the first records are copied", begun);
    // Until it is stopped it waits for its next byte.
    disks.b.add(Operation::Write, ErrorKind::Other, 0, usize::MAX);
    drop(threads);
    disks.b.clear();
    assert_eq!(broker.have_failed(), [false, false]);
    broker.stop();
    let contents = disks.disk.contents();
    let marks = ["a", "b"].map(|disk| contents.contains_key(&format!("{disk}/.kafka_cleanshutdown")));
    assert_eq!((marks, disks.replicas()), ([true, false], vec!["a/0".into(), "b/future".into()]));

    let broker = TestBroker::start_on_all(vec![disks.a(), disks.b()], TOPIC);
    let (_threads, _) = broker.moving(|| Ok(()));
    until("the replica has moved", || disks.replicas().contains(&"b/0".to_owned()));
    let offsets = read_all(&mut broker.client(), "t").into_iter().map(|(offset, ..)| offset);
    assert_eq!(offsets.collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_copy_whose_replica_cannot_get_its_name_back_stays() {
    let disks = Disks::default();
    let broker = disks.begin();
    let (a, b) = (disks.a.clone(), disks.b.clone());
    let (threads, _) = broker.moving(move || {
        a.add(Operation::Rename, ErrorKind::Other, 1, 1);
        // The leader epochs of the copy have been written by then.
        b.add(Operation::Rename, ErrorKind::NotFound, 1, 1);
        Ok(())
    });
    broker.move_to_b();
    until("the disk has failed", || broker.have_failed() == [true, false]);
    drop(threads);
    assert_eq!(disks.replicas(), ["a/delete", "b/future"]);
}

#[test]
fn a_read_error_is_that_of_the_disk_that_was_read() {
    let disks = Disks::default();
    let broker = Arc::new(disks.begin());
    let (a, appending) = (disks.a.clone(), Arc::downgrade(&broker));
    let (threads, _) = broker.moving(move || {
        append(&appending.upgrade().unwrap());
        a.add(Operation::Read, ErrorKind::Other, 0, usize::MAX);
        Ok(())
    });
    broker.move_to_b();
    until("a disk has failed", || broker.have_failed() != [false, false]);
    drop(threads);
    assert_eq!(broker.have_failed(), [true, false]);
    assert_eq!(disks.replicas(), ["a/0", "b/future"]);
}

#[test]
fn a_copy_goes_once_the_metadata_names_the_replica_again() {
    let disks = Disks::default();
    let broker = disks.begin();
    let b = disks.b.clone();
    let (_threads, named) = broker.moving(move || {
        // No failure of the disk.
        b.add(Operation::Rename, ErrorKind::NotFound, 0, 1);
        Ok(())
    });
    broker.move_to_b();
    until("the copy is gone", || disks.replicas() == ["a/0", "b/delete"]);
    assert_eq!((&**named.lock(), broker.have_failed()), (&["b", "a", "a"][..], vec![false, false]));
    append(&broker);
}

#[test]
fn what_was_cleaned_away_does_not_come_back_with_a_copy() {
    let disks = Disks::default();
    let start = |dirs| {
        // Copies are compared by leader epochs.
        let (mut image, mut delta) = image(&[("t", 0, COMPACT)]);
        let led = PartitionRecord {
            partition_id: 0,
            topic_id: topic_id("t").0,
            replicas: vec![NODE],
            isr: vec![NODE],
            leader: NODE,
            leader_epoch: 0,
            ..PartitionRecord::default()
        };
        image.replay(MetadataRecord::Partition(led), &mut delta).unwrap();
        let mut broker = TestBroker::start_unopened_on(dirs, (image, delta), EAGER);
        broker.open_logs();
        broker
    };
    let broker = start(vec![disks.a(), disks.b()]);
    write_rounds(&mut broker.client(), "t", 0..20, 10);
    let (threads, _) = broker.moving(|| Err("not yet".to_owned()));
    broker.move_to_b();
    let copy =
        |broker: &TestBroker| broker.partition("t", 0).future_in(&broker.broker.partitions.data_dirs()[1]);
    until("all is copied", || copy(&broker).is_some_and(|copy| copy.lag == 0));
    drop(threads);
    broker.stop();

    let broker = start(vec![disks.a()]);
    let cleaning = broker.broker.cleaner.start().unwrap();
    broker.wait_until_cleaned("t");
    drop(cleaning);
    let cleaned = read_all(&mut broker.client(), "t");
    broker.stop();

    let broker = start(vec![disks.a(), disks.b()]);
    let (_threads, _) = broker.moving(|| Ok(()));
    until("the replica has moved", || disks.replicas() == ["a/delete", "b/0"]);
    until("it is served from there", || !broker.partition("t", 0).is_moving());
    assert_eq!(read_all(&mut broker.client(), "t"), cleaned);
}

/// A move is redirected once its destination is named; that it is not any more cannot be written at first.
#[test]
fn the_metadata_names_the_replica_again_before_it_names_another_destination() {
    let names = ["a", "b", "c"];
    let disk = MemoryDisk::default();
    let dirs: Vec<Arc<dyn Dir>> = names.iter().map(|name| disk.root().child(name).unwrap()).collect();
    let broker = TestBroker::start_on_all(dirs, TOPIC);
    append(&broker);
    let partitions = &broker.broker.partitions;
    let ids: Vec<Uuid> = partitions.data_dirs().iter().map(|dir| dir.id).collect();
    let named = Named::default();
    let (noted, redirecting) = (Arc::clone(&named), Arc::downgrade(partitions));
    let assign = move |_, _: PartitionId, directory: Uuid| {
        let name = names[ids.iter().position(|id| *id == directory).unwrap()];
        noted.lock().push(name);
        let so_far = noted.lock().clone();
        match so_far[..] {
            ["b"] => {
                redirecting.upgrade().unwrap().move_replica(&t_0(), Path::new("/memory/c"), true).unwrap()
            }
            ["b", "a"] => return Err("not now".to_owned()),
            _ => {}
        }
        Ok(())
    };
    let _threads = partitions.start_moving(Arc::new(assign)).unwrap();
    broker.move_to_b();
    until("the replica has moved", || {
        disk.root().child("c").unwrap().entries().unwrap().iter().any(|entry| entry.name == "t-0")
    });
    assert_eq!(**named.lock(), ["b", "a", "a", "c"]);
}

/// Transactions of one producer in `t-0`, every other one aborted.
const TRANSACTIONS: i32 = 20;
const COPIER: i64 = 7;

/// Writes the first record of a transaction.
fn write_in_transaction(client: &mut Client, sequence: i32) -> ErrorCode {
    let fields = BatchFields {
        producer_id: ProducerId(COPIER),
        producer_epoch: ProducerEpoch(0),
        base_sequence: sequence,
        is_transactional: true,
        ..BatchFields::default()
    };
    let request = request("t", 0, batch_of(&[&"x".repeat(150)], fields), 11, -1)
        .with_transactional_id(Some(TransactionalId(StrBytes::from_static_str("copier"))));
    let answer: ProduceResponse = client.ask(ApiKey::Produce, 11, &request);
    error(answer.responses[0].partition_responses[0].error_code)
}

fn end_transaction(client: &mut Client, commits: bool) {
    let topic = WritableTxnMarkerTopic::default().with_name(topic_name("t")).with_partition_indexes(vec![0]);
    let marker = WritableTxnMarker::default()
        .with_producer_id(COPIER.into())
        .with_producer_epoch(0)
        .with_transaction_result(commits)
        .with_topics(vec![topic]);
    let request = WriteTxnMarkersRequest::default().with_markers(vec![marker]);
    let answer: WriteTxnMarkersResponse = client.ask(ApiKey::WriteTxnMarkers, 1, &request);
    assert_eq!(error(answer.markers[0].topics[0].partitions[0].error_code), ErrorCode::None);
}

/// What a reader of committed records is told of `t-0`: the batches' offsets, and what was aborted, by producer and offset.
fn told(client: &mut Client) -> (Vec<i64>, Vec<(i64, i64)>) {
    let (mut offsets, mut aborted) = (Vec::new(), Vec::new());
    // Each answer tells of one segment.
    loop {
        let from = offsets.last().map_or(0, |last| last + 1);
        let request = fetching::request(&[("t", 0, from)], 12).with_isolation_level(1);
        let mut answer: FetchResponse = client.ask(ApiKey::Fetch, 12, &request);
        let data = answer.responses.remove(0).partitions.remove(0);
        let records = data.records.unwrap_or_default();
        if records.is_empty() {
            return (offsets, aborted);
        }
        offsets.extend(batches(&records).map(|batch| batch.unwrap().header().last_offset().0));
        let listed = data.aborted_transactions.into_iter().flatten();
        aborted.extend(listed.map(|listed| (listed.producer_id.0, listed.first_offset)));
    }
}

/// With another disk in its place the next process copies it, and what is known of producers and aborts moves along.
#[test]
fn a_disk_that_fails_amid_a_copy_takes_nothing_of_a_log_with_transactions() {
    let (disk, failing) = (MemoryDisk::default(), Failures::default());
    let start = |failures: &Failures| {
        let b = FailingDir::new(disk.root().child("b").unwrap(), failures.clone());
        let dirs: Vec<Arc<dyn Dir>> = vec![disk.root().child("a").unwrap(), Arc::new(b)];
        let settings = [("transaction.partition.verification.enable", "false")];
        let mut broker = TestBroker::start_unopened_on(dirs, image(TOPIC), &settings);
        broker.open_logs();
        broker
    };
    let broker = start(&failing);
    let mut client = broker.client();
    for sequence in 0..TRANSACTIONS {
        assert_eq!(write_in_transaction(&mut client, sequence), ErrorCode::None);
        end_transaction(&mut client, sequence % 2 == 0);
    }
    let before = told(&mut client);
    assert_eq!(before.0, Vec::from_iter(0..i64::from(2 * TRANSACTIONS)));
    assert!(before.1.len() >= TRANSACTIONS as usize / 2, "{before:?}");
    failing.add(Operation::Write, ErrorKind::Other, TRANSACTIONS as usize / 2, usize::MAX);
    let (threads, named) = broker.moving(|| Ok(()));
    broker.move_to_b();
    until("the disk has failed", || broker.have_failed() == [false, true]);
    drop(threads);
    assert!(named.lock().is_empty(), "it was not copied yet");
    assert_eq!(told(&mut client), before);
    broker.stop();

    let broker = start(&Failures::default());
    let (_threads, _) = broker.moving(|| Ok(()));
    until("the replica has moved", || {
        disk.root().child("b").unwrap().entries().unwrap().iter().any(|entry| entry.name == "t-0")
    });
    let mut client = broker.client();
    assert_eq!(told(&mut client), before);
    assert_eq!(write_in_transaction(&mut client, TRANSACTIONS + 1), ErrorCode::OutOfOrderSequenceNumber);
    assert_eq!(write_in_transaction(&mut client, TRANSACTIONS), ErrorCode::None);
}
