//! Transactions over a socket, as clients of both protocols lead them (F, J-f).

use std::collections::VecDeque;

use kafkactl_core::names::Offset;
use kafkactl_core::record::batches;
use kafkactl_core::schema::transaction::transaction_log_value::PartitionsSchema;
use kafkactl_core::schema::transaction::{TransactionLogKey, TransactionLogValue, TransactionRecord};
use kafkactl_core::wire::messages::fetch_response::PartitionData;
use kafkactl_core::wire::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::fetching::{request as fetch_request, values};
use super::transactional::{
    OffsetCommit, PROTOCOLS, Producer, Protocol, error, group_id, start, start_unopened, topic_name,
};
use super::*;

/// What a partition of `orders` shows from its start.
fn read(client: &mut Client, partition: i32, isolation_level: i8) -> PartitionData {
    let request = fetch_request(&[("orders", partition, 0)], 12).with_isolation_level(isolation_level);
    let mut answer: FetchResponse = client.ask(ApiKey::Fetch, 12, &request);
    answer.responses.remove(0).partitions.remove(0)
}

fn aborted(data: &PartitionData) -> Vec<(i64, i64)> {
    let listed = data.aborted_transactions.iter().flatten();
    listed.map(|aborted| (aborted.producer_id.0, aborted.first_offset)).collect()
}

/// What a reader of committed records makes of a partition, as clients do: with the list of what was aborted.
fn committed(client: &mut Client, partition: i32) -> Vec<String> {
    let data = read(client, partition, 1);
    let mut beginnings: VecDeque<(i64, i64)> = aborted(&data).into();
    let mut skipped = std::collections::BTreeSet::new();
    let mut shown = Vec::new();
    for batch in batches(data.records.as_deref().unwrap_or_default()) {
        let batch = batch.unwrap();
        let header = batch.header();
        while let Some((producer, _)) =
            beginnings.pop_front_if(|(_, first)| Offset(*first) <= header.last_offset())
        {
            skipped.insert(producer);
        }
        if header.is_control() {
            skipped.remove(&header.producer_id.0);
        } else if !skipped.contains(&header.producer_id.0) {
            shown.extend(values(&Some(Bytes::copy_from_slice(batch.bytes()))));
        }
    }
    shown
}

/// Every value of a partition, committed or not.
fn everything(client: &mut Client, partition: i32) -> Vec<String> {
    let data = read(client, partition, 0);
    let records = data.records.unwrap_or_default();
    let data = batches(&records).map(Result::unwrap).filter(|batch| !batch.header().is_control());
    data.flat_map(|batch| values(&Some(Bytes::copy_from_slice(batch.bytes())))).collect()
}

#[test]
fn what_is_committed_is_seen_and_what_is_aborted_is_not() {
    for protocol in PROTOCOLS {
        let directory = tempfile::tempdir().unwrap();
        let broker = start(directory.path(), &[]);
        let mut reader = broker.client();
        let mut producer = Producer::started(&broker, "copier", protocol);
        let mut aborted_producer = -1;
        for (at, (value, commits)) in [("a", true), ("b", false), ("c", true)].into_iter().enumerate() {
            assert_eq!(producer.produce(0, value), ErrorCode::None, "{protocol:?} {value}");
            let open = read(&mut reader, 0, 1);
            let begin = 2 * at as i64;
            assert_eq!((open.last_stable_offset, open.high_watermark), (begin, begin + 1), "{protocol:?}");
            if !commits {
                aborted_producer = producer.id;
            }
            assert_eq!(producer.end(commits), ErrorCode::None);
            until("its marker is written", || read(&mut reader, 0, 1).last_stable_offset == begin + 2);
        }
        let data = read(&mut reader, 0, 1);
        assert_eq!(aborted(&data), [(aborted_producer, 2)], "{protocol:?} {data:?}");
        assert_eq!(committed(&mut reader, 0), ["a", "c"], "{protocol:?}");
        assert_eq!(everything(&mut reader, 0), ["a", "b", "c"], "{protocol:?}");
        assert_eq!(aborted(&read(&mut reader, 0, 0)), [], "readers of everything need no list");
    }
}

/// A transaction over two partitions ends in both; what others write meanwhile waits behind it.
#[test]
fn the_first_open_transaction_holds_readers_back() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut reader = broker.client();
    let mut slow = Producer::started(&broker, "slow", Protocol::Announcing);
    let mut quick = Producer::started(&broker, "quick", Protocol::Implicit);
    assert_eq!(slow.produce(0, "s0"), ErrorCode::None);
    assert_eq!(slow.produce(1, "s1"), ErrorCode::None);
    assert_eq!(quick.produce(0, "q0"), ErrorCode::None);
    assert_eq!(quick.end(true), ErrorCode::None);
    assert_eq!((committed(&mut reader, 0), committed(&mut reader, 1)), (vec![], vec![]));
    assert_eq!(slow.end(false), ErrorCode::None);
    until("both partitions are stable", || {
        (0..2).all(|partition| {
            let data = read(&mut reader, partition, 1);
            data.last_stable_offset == data.high_watermark
        })
    });
    assert_eq!((committed(&mut reader, 0), committed(&mut reader, 1)), (vec!["q0".to_owned()], vec![]));
}

/// The committed offset of `orders-0`, as consumers ask that would rather wait (KIP-447).
fn stable_offset(client: &mut Client, group: &str) -> Result<i64, ErrorCode> {
    let topic = offset_fetch_request::OffsetFetchRequestTopics::default()
        .with_name(topic_name("orders"))
        .with_partition_indexes(vec![0]);
    let group = offset_fetch_request::OffsetFetchRequestGroup::default()
        .with_group_id(group_id(group))
        .with_topics(Some(vec![topic]));
    let request = OffsetFetchRequest::default().with_groups(vec![group]).with_require_stable(true);
    let answer: OffsetFetchResponse = client.ask(ApiKey::OffsetFetch, 8, &request);
    let partition = &answer.groups[0].topics[0].partitions[0];
    match error(partition.error_code) {
        ErrorCode::None => Ok(partition.committed_offset),
        refused => Err(refused),
    }
}

#[test]
fn offsets_count_with_their_transaction() {
    for protocol in PROTOCOLS {
        let directory = tempfile::tempdir().unwrap();
        let broker = start(directory.path(), &[]);
        let mut reader = broker.client();
        let mut producer = Producer::started(&broker, "copier", protocol);
        for (offset, commits, expected) in [(5, true, 5), (7, false, 5), (9, true, 9)] {
            assert_eq!(producer.commit_offset("copy", offset), ErrorCode::None, "{protocol:?}");
            assert_eq!(stable_offset(&mut reader, "copy"), Err(ErrorCode::UnstableOffsetCommit));
            assert_eq!(producer.end(commits), ErrorCode::None);
            until("the offset is stable", || stable_offset(&mut reader, "copy").is_ok());
            assert_eq!(stable_offset(&mut reader, "copy"), Ok(expected), "{protocol:?}");
        }
    }
}

/// F14: the coordinator aborts, and whoever was too slow is fenced.
#[test]
fn a_transaction_that_takes_too_long_is_aborted() {
    for (protocol, end) in [
        (Protocol::Announcing, ErrorCode::ProducerFenced),
        // The bumped epoch looks like that of a commit that comes again, and it was not committed (F10).
        (Protocol::Implicit, ErrorCode::InvalidTxnState),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let settings = [("transaction.abort.timed.out.transaction.cleanup.interval.ms", "20")];
        let broker = start(directory.path(), &settings);
        let mut reader = broker.client();
        let mut producer = Producer::new(&broker, "sleeper", protocol);
        producer.timeout_ms = 100;
        producer.start();
        assert_eq!(producer.produce(0, "late"), ErrorCode::None);
        until("it is aborted", || producer.state() == "CompleteAbort");
        assert_eq!(read(&mut reader, 0, 1).last_stable_offset, 2);
        assert_eq!(committed(&mut reader, 0), [""; 0]);
        let version = if protocol == Protocol::Implicit { 12 } else { 11 };
        assert_eq!(producer.produce_in(0, "later", version), ErrorCode::InvalidProducerEpoch);
        assert_eq!(producer.end(true), end, "{protocol:?}");
        producer.start();
        assert_eq!((producer.produce(0, "again"), producer.end(true)), (ErrorCode::None, ErrorCode::None));
        until("it is seen", || committed(&mut reader, 0) == ["again"]);
    }
}

/// F4, F5: the next producer of a transactional id ends what the one before it left open.
#[test]
fn the_next_producer_fences_the_one_before() {
    for protocol in PROTOCOLS {
        let directory = tempfile::tempdir().unwrap();
        let broker = start(directory.path(), &[]);
        let mut zombie = Producer::started(&broker, "copier", protocol);
        assert_eq!(zombie.produce(0, "half"), ErrorCode::None);
        let mut next = Producer::started(&broker, "copier", protocol);
        assert!(next.epoch > zombie.epoch, "{protocol:?}");
        let version = if protocol == Protocol::Implicit { 12 } else { 11 };
        assert_eq!(zombie.produce_in(0, "more", version), ErrorCode::InvalidProducerEpoch, "{protocol:?}");
        assert_eq!(zombie.add(&[("orders", 0)], 3), [ErrorCode::ProducerFenced]);
        assert_eq!(
            zombie.add(&[("orders", 0)], 1),
            [ErrorCode::InvalidProducerEpoch],
            "as old clients say it"
        );
        assert_eq!(zombie.end(true), ErrorCode::ProducerFenced, "{protocol:?}");
        assert_eq!((next.produce(0, "whole"), next.end(true)), (ErrorCode::None, ErrorCode::None));
        let mut reader = broker.client();
        until("it is seen", || read(&mut reader, 0, 1).last_stable_offset == 4);
        assert_eq!(committed(&mut reader, 0), ["whole"], "{:?}", read(&mut reader, 0, 1));
    }
}

/// F15: what was decided before a kill is carried out after it, what was open is open still.
#[test]
fn transactions_outlive_their_broker() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut prepared = Producer::started(&broker, "prepared", Protocol::Implicit);
    let mut open = Producer::started(&broker, "open", Protocol::Implicit);
    assert_eq!(prepared.produce(0, "decided"), ErrorCode::None);
    assert_eq!(open.produce(1, "undecided"), ErrorCode::None);
    assert_eq!(open.commit_offset("copy", 3), ErrorCode::None);
    // The kill comes between the decision and its markers.
    decide_behind_its_back(&broker, &prepared);
    drop(broker);

    let broker = start(directory.path(), &[]);
    let mut reader = broker.client();
    (prepared.client, open.client) = (broker.client(), broker.client());
    until("what was decided is done", || prepared.state() == "CompleteCommit");
    assert_eq!(committed(&mut reader, 0), ["decided"]);
    assert_eq!((open.state().as_str(), committed(&mut reader, 1).len()), ("Ongoing", 0));
    assert_eq!(stable_offset(&mut reader, "copy"), Err(ErrorCode::UnstableOffsetCommit));
    assert_eq!((open.produce(1, "more"), open.end(true)), (ErrorCode::None, ErrorCode::None));
    until("it is seen", || committed(&mut reader, 1) == ["undecided", "more"]);
    until("its offset too", || stable_offset(&mut reader, "copy") == Ok(3));
}

/// Markers and offsets of a transaction that come before the logs are open wait for them, and count.
#[test]
fn what_ends_a_transaction_waits_for_the_logs_it_is_written_to() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut written = Producer::started(&broker, "written", Protocol::Announcing);
    let mut committing = Producer::started(&broker, "committing", Protocol::Implicit);
    assert_eq!(written.produce(0, "in a transaction"), ErrorCode::None);
    assert_eq!(committing.produce(1, "with an offset"), ErrorCode::None);
    drop(broker);

    let mut broker = start_unopened(Arc::new(RealDir::open(directory.path()).unwrap()), &[]);
    (written.client, committing.client) = (broker.client(), broker.client());
    let topic =
        WritableTxnMarkerTopic::default().with_name(topic_name("orders")).with_partition_indexes(vec![0]);
    let marker = WritableTxnMarker::default()
        .with_producer_id(written.id.into())
        .with_producer_epoch(written.epoch)
        .with_transaction_result(true)
        .with_topics(vec![topic]);
    let markers = WriteTxnMarkersRequest::default().with_markers(vec![marker]);
    let marking = written.client.send(ApiKey::WriteTxnMarkers, 1, &markers);
    let commit = OffsetCommit { offset: 3, ..OffsetCommit::default() };
    let offset = committing.client.send(ApiKey::TxnOffsetCommit, 5, &committing.commit_request(&commit));
    let _: ApiVersionsResponse = broker.client().ask(ApiKey::ApiVersions, 0, &ApiVersionsRequest::default());
    assert!(
        broker.partition("orders", 0).is_opening() && broker.partition("__consumer_offsets", 0).is_opening()
    );
    broker.open_logs();

    let marked: WriteTxnMarkersResponse = written.client.receive(ApiKey::WriteTxnMarkers, 1, marking);
    assert_eq!(error(marked.markers[0].topics[0].partitions[0].error_code), ErrorCode::None);
    let mut reader = broker.client();
    assert_eq!(committed(&mut reader, 0), ["in a transaction"]);
    let first: TxnOffsetCommitResponse = committing.client.receive(ApiKey::TxnOffsetCommit, 5, offset);
    // The log is open by now; what coordinators keep in it may not have been read yet.
    let mut code = error(first.topics[0].partitions[0].error_code);
    until("the offset is taken", || match code {
        ErrorCode::CoordinatorLoadInProgress => {
            code = committing.commit_offset_as(&commit, 5);
            false
        }
        code => code == ErrorCode::None || panic!("{code:?}"),
    });
    assert_eq!(committing.end(true), ErrorCode::None);
    until("it counts", || stable_offset(&mut reader, "copy") == Ok(3));
    until("so does the record", || committed(&mut reader, 1) == ["with an offset"]);
}

/// The record of a decision to commit, as a coordinator writes it that has no time for more.
fn decide_behind_its_back(broker: &TestBroker, producer: &Producer) {
    let value = TransactionLogValue {
        producer_id: producer.id,
        previous_producer_id: producer.id,
        producer_epoch: producer.epoch + 1,
        transaction_timeout_ms: producer.timeout_ms,
        transaction_status: 2,
        transaction_partitions: Some(vec![PartitionsSchema {
            topic: "orders".to_owned(),
            partition_ids: vec![0],
        }]),
        client_transaction_version: 2,
        ..TransactionLogValue::default()
    };
    let key = TransactionLogKey { transactional_id: producer.name.clone() };
    let (key, value) = TransactionRecord::TransactionLog(key, Some(value)).encode(1).unwrap();
    let mut builder = BatchBuilder::new(BatchFields::default());
    builder.append(0, Some(&key), value.as_deref(), []);
    let bytes = builder.finish().unwrap();
    let batch = batches(&bytes).next().unwrap().unwrap();
    let index = crate::coordinator::partition_of(&producer.name, 3);
    let partition = broker.partition("__transaction_state", index);
    let epoch = partition.leader_epoch();
    partition.append_internal(&batch, epoch, kafkactl_core::log::Verified::NotNeeded, 0).unwrap();
}
