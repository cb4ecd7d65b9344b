use bytes::{Bytes, BytesMut};
use kafkactl_core::names::{ProducerEpoch, ProducerId};
use kafkactl_core::record::{BatchFields, Codec};
use kafkactl_core::wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafkactl_core::wire::messages::produce_response::PartitionProduceResponse;
use kafkactl_core::wire::messages::{ProduceRequest, ProduceResponse, TopicName};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::client::Client;
use super::{TestBroker, batch, batch_of, compressed, topic_id};

pub(super) fn request(
    topic: &str,
    partition: i32,
    records: Bytes,
    version: i16,
    acks: i16,
) -> ProduceRequest {
    let partition = PartitionProduceData::default().with_index(partition).with_records(Some(records));
    let mut data = TopicProduceData::default().with_partition_data(vec![partition]);
    if version >= 13 {
        data.topic_id = topic_id(topic).0;
    } else {
        data.name = TopicName(StrBytes::from_string(topic.to_owned()));
    }
    ProduceRequest::default().with_acks(acks).with_timeout_ms(5_000).with_topic_data(vec![data])
}

pub(super) fn produce_in(
    client: &mut Client,
    topic: &str,
    partition: i32,
    records: Bytes,
    version: i16,
) -> PartitionProduceResponse {
    let request = request(topic, partition, records, version, -1);
    let mut response: ProduceResponse = client.ask(ApiKey::Produce, version, &request);
    response.responses[0].partition_responses.remove(0)
}

pub(super) fn produce(
    client: &mut Client,
    topic: &str,
    partition: i32,
    records: Bytes,
) -> PartitionProduceResponse {
    produce_in(client, topic, partition, records, 11)
}

fn error_of(response: &PartitionProduceResponse) -> ErrorCode {
    ErrorCode::from_code(response.error_code).unwrap()
}

#[test]
fn every_version_appends() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    for (count, version) in ApiKey::Produce.versions().enumerate() {
        let answer = produce_in(&mut client, "t", 0, batch(&["a", "b"]), version);
        assert_eq!((answer.error_code, answer.base_offset), (0, 2 * count as i64), "v{version}");
        assert_eq!(answer.log_append_time_ms, -1);
        if version >= 5 {
            assert_eq!(answer.log_start_offset, 0);
        }
    }
}

#[test]
fn what_is_wrong_is_said_in_kafkas_words() {
    let directory = tempfile::tempdir().unwrap();
    let topics: &[super::Topic<'_>] = &[
        ("t", 1, &[("max.message.bytes", "500")]),
        ("compacted", 1, &[("cleanup.policy", "compact")]),
        ("__consumer_offsets", 1, &[]),
        ("two", 1, &[("min.insync.replicas", "2")]),
    ];
    let broker = TestBroker::start(directory.path(), topics);
    let mut client = broker.client();
    let mut wrong_crc = BytesMut::from(&batch(&["a"])[..]);
    *wrong_crc.last_mut().unwrap() ^= 1;
    let two_batches = [batch(&["a"]), batch(&["b"])].concat();
    let keyless = {
        let mut builder = kafkactl_core::record::BatchBuilder::new(BatchFields::default());
        builder.append(1_700_000_000_000, None, Some(b"v"), []);
        builder.finish().unwrap()
    };
    let large = "x".repeat(600);
    let transactional = BatchFields {
        is_transactional: true,
        producer_id: ProducerId(1),
        producer_epoch: ProducerEpoch(0),
        base_sequence: 0,
        ..BatchFields::default()
    };
    let cases: Vec<(&str, i32, Bytes, ErrorCode)> = vec![
        ("unknown", 0, batch(&["a"]), ErrorCode::UnknownTopicOrPartition),
        ("t", 1, batch(&["a"]), ErrorCode::UnknownTopicOrPartition),
        ("t", 0, Bytes::new(), ErrorCode::InvalidRecord),
        ("t", 0, two_batches.into(), ErrorCode::InvalidRecord),
        ("t", 0, wrong_crc.freeze(), ErrorCode::CorruptMessage),
        ("t", 0, batch(&[&large]), ErrorCode::MessageTooLarge),
        ("compacted", 0, keyless.into(), ErrorCode::InvalidRecord),
        ("__consumer_offsets", 0, batch(&["a"]), ErrorCode::InvalidTopicException),
        ("t", 0, batch_of(&["a"], transactional), ErrorCode::TransactionalIdAuthorizationFailed),
    ];
    for (topic, partition, records, expected) in cases {
        let answer = produce(&mut client, topic, partition, records);
        assert_eq!(error_of(&answer), expected, "{topic}-{partition}");
        assert_eq!(answer.base_offset, -1);
    }
    // One replica cannot have two in sync: all of them are asked for, no more.
    assert_eq!(error_of(&produce(&mut client, "two", 0, batch(&["a"]))), ErrorCode::None);
    let bad_acks = request("t", 0, batch(&["a"]), 11, 2);
    let response: ProduceResponse = client.ask(ApiKey::Produce, 11, &bad_acks);
    assert_eq!(error_of(&response.responses[0].partition_responses[0]), ErrorCode::InvalidRequiredAcks);
    let answer = produce_in(&mut client, "t", 0, compressed(&["a"], Codec::Zstd), 6);
    assert_eq!(error_of(&answer), ErrorCode::UnsupportedCompressionType);
    let answer = produce_in(&mut client, "unknown", 0, batch(&["a"]), 13);
    assert_eq!(error_of(&answer), ErrorCode::UnknownTopicId);
    assert_eq!(broker.partition("t", 0).bounds().log_end_offset.0, 0, "nothing was appended");
}

#[test]
fn record_errors_name_the_records() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("c", 1, &[("cleanup.policy", "compact")])]);
    let mut builder = kafkactl_core::record::BatchBuilder::new(BatchFields::default());
    for key in [Some(&b"k"[..]), None, Some(b"k"), None] {
        builder.append(1_700_000_000_000, key, Some(b"v"), []);
    }
    let answer = produce(&mut broker.client(), "c", 0, builder.finish().unwrap().into());
    assert_eq!(error_of(&answer), ErrorCode::InvalidRecord);
    assert_eq!(answer.record_errors.iter().map(|error| error.batch_index).collect::<Vec<_>>(), [1, 3]);
    assert!(answer.error_message.is_some_and(|message| !message.is_empty()));
}

#[test]
fn a_batch_sent_twice_is_stored_once() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    let sequence = |base_sequence| BatchFields {
        producer_id: ProducerId(9),
        producer_epoch: ProducerEpoch(0),
        base_sequence,
        ..BatchFields::default()
    };
    let steps = [
        (0, ErrorCode::None, 0),
        (2, ErrorCode::None, 2),
        (0, ErrorCode::None, 0),
        (6, ErrorCode::OutOfOrderSequenceNumber, -1),
        (4, ErrorCode::None, 4),
    ];
    for (base_sequence, error, base_offset) in steps {
        let answer = produce(&mut client, "t", 0, batch_of(&["a", "b"], sequence(base_sequence)));
        assert_eq!((error_of(&answer), answer.base_offset), (error, base_offset), "sequence {base_sequence}");
    }
    let older = BatchFields { producer_epoch: ProducerEpoch(-1), ..sequence(6) };
    assert_eq!(
        error_of(&produce(&mut client, "t", 0, batch_of(&["a"], older))),
        ErrorCode::InvalidProducerEpoch
    );
}

#[test]
fn no_acks_no_answer_and_a_failure_closes() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    client.send(ApiKey::Produce, 9, &request("t", 0, batch(&["a"]), 9, 0));
    // The next answer is that of the next request: the first got none.
    assert_eq!(produce(&mut client, "t", 0, batch(&["b"])).base_offset, 1);
    client.send(ApiKey::Produce, 9, &request("unknown", 0, batch(&["a"]), 9, 0));
    assert!(client.is_closed());
}

#[test]
fn durable_topics_answer_after_the_sync() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[("flush.messages", "1")])]);
    let mut client = broker.client();
    for acks in [-1, 1] {
        let response: ProduceResponse =
            client.ask(ApiKey::Produce, 9, &request("t", 0, batch(&["a"]), 9, acks));
        assert_eq!(response.responses[0].partition_responses[0].error_code, 0);
        let bounds = broker.partition("t", 0).bounds();
        assert_eq!(bounds.high_watermark, bounds.log_end_offset, "what is acknowledged is on the disk");
    }
}

#[test]
fn log_append_time_is_the_brokers() {
    let directory = tempfile::tempdir().unwrap();
    let topics: &[super::Topic<'_>] = &[("t", 1, &[("message.timestamp.type", "LogAppendTime")])];
    let broker = TestBroker::start(directory.path(), topics);
    let answer = produce(&mut broker.client(), "t", 0, batch(&["a"]));
    let now_ms = broker.broker.clock.now_ms();
    assert!((now_ms - 10_000..=now_ms).contains(&answer.log_append_time_ms), "{}", answer.log_append_time_ms);
}

/// Without a producer id there is nobody whose transaction could be meant, and Kafka takes the batch.
#[test]
fn a_transactional_batch_of_no_producer_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    let records = batch_of(&["a"], BatchFields { is_transactional: true, ..BatchFields::default() });
    let request = request("t", 0, records, 11, -1)
        .with_transactional_id(Some(StrBytes::from_static_str("nobody").into()));
    let response: ProduceResponse = client.ask(ApiKey::Produce, 11, &request);
    assert_eq!(response.responses[0].partition_responses[0].error_code, 0);
}
