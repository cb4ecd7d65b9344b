//! Markers that no coordinator writes, and looks at producers that nobody takes.

use kafkactl_core::names::Offset;
use kafkactl_core::wire::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::super::transactional::{Producer, Protocol, error, start, topic_name};
use super::*;

/// A marker that aborts a producer's transaction in these partitions.
fn marker(producer: &Producer, partitions: &[(&str, &[i32])]) -> WritableTxnMarker {
    WritableTxnMarker::default()
        .with_producer_id(producer.id.into())
        .with_producer_epoch(producer.epoch)
        .with_topics(marker_topics(partitions))
}

fn marker_topics(partitions: &[(&str, &[i32])]) -> Vec<WritableTxnMarkerTopic> {
    let topics = partitions.iter().map(|(topic, partitions)| {
        WritableTxnMarkerTopic::default()
            .with_name(topic_name(topic))
            .with_partition_indexes(partitions.to_vec())
    });
    topics.collect()
}

fn write(client: &mut Client, markers: Vec<WritableTxnMarker>) -> Vec<i16> {
    let request = WriteTxnMarkersRequest::default().with_markers(markers);
    let answer: WriteTxnMarkersResponse = client.ask(ApiKey::WriteTxnMarkers, 1, &request);
    let topics = answer.markers.iter().flat_map(|marker| &marker.topics);
    topics.flat_map(|topic| &topic.partitions).map(|it| it.error_code).collect()
}

#[test]
fn markers_that_nobody_means() {
    use ErrorCode::*;
    type Change = fn(&mut WritableTxnMarker);
    let cases: [(&str, Change, ErrorCode); 8] = [
        ("an epoch before", |it| it.producer_epoch -= 1, InvalidProducerEpoch),
        ("an epoch before all", |it| it.producer_epoch = i16::MIN, InvalidProducerEpoch),
        ("no epoch", |it| it.producer_epoch = -1, UnknownServerError),
        ("no producer", |it| it.producer_id = (-1).into(), UnknownServerError),
        ("an unknown partition", |it| it.topics[0].partition_indexes = vec![2], UnknownTopicOrPartition),
        ("a partition below zero", |it| it.topics[0].partition_indexes = vec![-1], UnknownTopicOrPartition),
        (
            "an unknown partition of the offsets",
            |it| it.topics = marker_topics(&[("__consumer_offsets", &[9])]),
            UnknownTopicOrPartition,
        ),
        ("an unknown topic", |it| it.topics[0].name = topic_name("nowhere"), UnknownTopicOrPartition),
    ];
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut producer = Producer::started(&broker, "copier", Protocol::Announcing);
    assert_eq!((producer.produce(0, "a"), producer.end(true)), (None, None));
    producer.start();
    assert_eq!(producer.produce(0, "b"), None);
    let end = broker.partition("orders", 0).bounds().log_end_offset;
    let mut client = broker.client();
    for (what, change, code) in cases {
        let mut marker = marker(&producer, &[("orders", &[0])]);
        change(&mut marker);
        let codes = soon(&broker, what, || write(&mut client, vec![marker]));
        assert_eq!(codes, [code.code()], "{what}");
        assert_eq!(broker.partition("orders", 0).bounds().log_end_offset, end, "{what}");
    }
    let unversioned = marker(&producer, &[("orders", &[0])]).with_transaction_version(-1);
    let request = WriteTxnMarkersRequest::default().with_markers(vec![unversioned]);
    let told: WriteTxnMarkersResponse = client.ask(ApiKey::WriteTxnMarkers, 2, &request);
    assert_eq!(error(told.markers[0].topics[0].partitions[0].error_code), UnknownServerError);
    // A coordinator that has been replaced by a newer one.
    let newer = marker(&producer, &[("orders", &[0])]).with_coordinator_epoch(7);
    assert_eq!(write(&mut client, vec![newer]), [None.code()]);
    let older = marker(&producer, &[("orders", &[0])]).with_coordinator_epoch(6);
    let told = soon(&broker, "a coordinator of before", || write(&mut client, vec![older]));
    assert_eq!(told, [TransactionCoordinatorFenced.code()]);
    assert_eq!(broker.partition("orders", 0).bounds().log_end_offset, Offset(end.0 + 1));
}

/// A name counts once, not for each partition.
#[test]
fn markers_for_many_partitions_of_a_long_name() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let producer = Producer::started(&broker, "copier", Protocol::Announcing);
    let mut client = broker.client();
    let many: Vec<i32> = (0..).take(MANY).collect();
    let markers = vec![marker(&producer, &[(&"n".repeat(TEXT_BYTES_MAX), &many)])];
    let codes = soon(&broker, "partitions of a long name", || write(&mut client, markers));
    all_are(codes, MANY, ErrorCode::UnknownTopicOrPartition);
}

#[test]
fn markers_for_a_hundred_thousand_partitions() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let producer = Producer::started(&broker, "copier", Protocol::Announcing);
    let mut client = broker.client();
    let many: Vec<i32> = (2..).take(MANY).collect();
    let markers = vec![marker(&producer, &[("orders", &many)])];
    let codes = soon(&broker, "partitions", || write(&mut client, markers));
    all_are(codes, MANY, ErrorCode::UnknownTopicOrPartition);
    let markers = vec![marker(&producer, &[("orders", &vec![0; MANY])])];
    let codes = soon(&broker, "one partition, often", || write(&mut client, markers));
    all_are(codes, MANY, ErrorCode::None);
    assert_eq!(broker.partition("orders", 0).bounds().log_end_offset, Offset(1), "one marker is enough");
    let markers = vec![marker(&producer, &[("nowhere", &[0])]); MANY];
    let codes = soon(&broker, "markers", || write(&mut client, markers));
    all_are(codes, MANY, ErrorCode::UnknownTopicOrPartition);
}

#[test]
fn producers_asked_for_a_hundred_thousand_times() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    for index in 0..20 {
        let mut producer = Producer::started(&broker, &format!("p{index}"), Protocol::Implicit);
        assert_eq!(producer.produce(0, "a"), ErrorCode::None);
    }
    let mut client = broker.client();
    let topic = describe_producers_request::TopicRequest::default()
        .with_name(topic_name("orders"))
        .with_partition_indexes(vec![0; MANY]);
    let request = DescribeProducersRequest::default().with_topics(vec![topic]);
    let answer: DescribeProducersResponse =
        soon(&broker, "producers", || client.ask(ApiKey::DescribeProducers, 0, &request));
    let partitions = &answer.topics[0].partitions;
    assert_eq!(
        (error(partitions[0].error_code), partitions[0].active_producers.len()),
        (ErrorCode::None, 20)
    );
    all_are(partitions[1..].iter().map(|it| it.error_code), MANY - 1, ErrorCode::InvalidRequest);
}
