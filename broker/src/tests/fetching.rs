use std::time::{Duration, Instant};

use bytes::Bytes;
use kafkactl_core::record::{Codec, batches};
use kafkactl_core::wire::messages::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic};
use kafkactl_core::wire::messages::fetch_response::PartitionData;
use kafkactl_core::wire::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafkactl_core::wire::messages::{
    FetchRequest, FetchResponse, ListOffsetsRequest, ListOffsetsResponse, TopicName,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::client::Client;
use super::producing::produce;
use super::{TestBroker, batch, compressed, topic_id};

/// What to fetch: topic, partition, offset.
type Want<'a> = (&'a str, i32, i64);

pub(super) fn request(wants: &[Want<'_>], version: i16) -> FetchRequest {
    let topics = wants.iter().map(|&(topic, partition, offset)| {
        let partition = FetchPartition::default()
            .with_partition(partition)
            .with_fetch_offset(offset)
            .with_partition_max_bytes(1 << 20);
        let mut wanted = FetchTopic::default().with_partitions(vec![partition]);
        if version >= 13 {
            wanted.topic_id = topic_id(topic).0;
        } else {
            wanted.topic = TopicName(StrBytes::from_string(topic.to_owned()));
        }
        wanted
    });
    FetchRequest::default()
        .with_max_wait_ms(0)
        .with_min_bytes(1)
        .with_max_bytes(50 << 20)
        .with_session_epoch(-1)
        .with_topics(topics.collect())
}

pub(super) fn fetch(client: &mut Client, wants: &[Want<'_>], version: i16) -> Vec<PartitionData> {
    let response: FetchResponse = client.ask(ApiKey::Fetch, version, &request(wants, version));
    assert_eq!(response.error_code, 0);
    response.responses.into_iter().flat_map(|topic| topic.partitions).collect()
}

/// The values of the records in a response.
pub(super) fn values(records: &Option<Bytes>) -> Vec<String> {
    let mut values = Vec::new();
    for batch in batches(records.as_deref().unwrap_or_default()) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        let mut scratch = Vec::new();
        for record in batch.records_in(&mut scratch, 1 << 20).unwrap() {
            values.push(String::from_utf8(record.unwrap().value.unwrap().to_vec()).unwrap());
        }
    }
    values
}

/// The values of all records of the topic's only partition.
pub(super) fn all_values(client: &mut Client, topic: &str) -> Vec<String> {
    values(&fetch(client, &[(topic, 0, 0)], 12)[0].records)
}

/// The error of a fetch from an offset of the topic's only partition.
pub(super) fn error_at(client: &mut Client, topic: &str, offset: i64) -> i16 {
    fetch(client, &[(topic, 0, offset)], 12)[0].error_code
}

#[test]
fn every_codec_comes_back_in_every_version() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    let mut expected = Vec::new();
    for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let value = format!("{codec} {}", "x".repeat(9_000));
        assert_eq!(produce(&mut client, "t", 0, compressed(&[&value, "b"], codec)).error_code, 0);
        expected.extend([value, "b".to_owned()]);
    }
    for version in ApiKey::Fetch.versions() {
        let [partition] = &fetch(&mut client, &[("t", 0, 0)], version)[..] else { panic!("one partition") };
        assert_eq!(values(&partition.records), expected, "v{version}");
        assert_eq!((partition.high_watermark, partition.last_stable_offset), (10, 10));
        assert_eq!(partition.aborted_transactions, None);
    }
}

#[test]
fn large_batches_go_out_whole_and_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("a", 1, &[]), ("b", 1, &[])]);
    let mut client = broker.client();
    let large: Vec<String> = (0..40).map(|index| format!("{index} {}", "y".repeat(20_000))).collect();
    for value in &large {
        produce(&mut client, "a", 0, batch(&[value]));
        produce(&mut client, "b", 0, batch(&["small"]));
    }
    let partitions = fetch(&mut client, &[("a", 0, 0), ("b", 0, 0), ("a", 0, 35)], 12);
    assert_eq!(values(&partitions[0].records), large);
    assert_eq!(values(&partitions[1].records).len(), 40);
    assert_eq!(values(&partitions[2].records), large[35..]);
}

#[test]
fn limits_cut_but_the_first_batch_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 2, &[])]);
    let mut client = broker.client();
    let value = "z".repeat(3_000);
    for partition in 0..2 {
        for _ in 0..3 {
            produce(&mut client, "t", partition, batch(&[&value]));
        }
    }
    let mut tight = request(&[("t", 0, 0), ("t", 1, 0)], 11);
    tight.max_bytes = 10;
    let response: FetchResponse = client.ask(ApiKey::Fetch, 11, &tight);
    assert_eq!(told(&response), [(0, 1), (1, 0)], "one whole batch, then nothing");
    let mut by_partition = request(&[("t", 0, 0), ("t", 1, 0)], 11);
    for topic in &mut by_partition.topics {
        topic.partitions[0].partition_max_bytes = 4_000;
    }
    let response: FetchResponse = client.ask(ApiKey::Fetch, 11, &by_partition);
    let partitions = &response.responses[0].partitions;
    let bytes: Vec<usize> = partitions.iter().map(|it| it.records.as_ref().map_or(0, Bytes::len)).collect();
    assert!(bytes.len() == 2 && bytes.iter().all(|&bytes| bytes > 3_000 && bytes <= 4_000), "{bytes:?}");
}

#[test]
fn offsets_out_of_range_and_unknown_partitions_are_errors() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    produce(&mut client, "t", 0, batch(&["a", "b"]));
    let cases: &[(Want<'_>, i16, ErrorCode)] = &[
        (("t", 0, 3), 11, ErrorCode::OffsetOutOfRange),
        (("t", 0, -1), 11, ErrorCode::OffsetOutOfRange),
        (("t", 0, 2), 11, ErrorCode::None),
        (("t", 7, 0), 11, ErrorCode::UnknownTopicOrPartition),
        (("nope", 0, 0), 12, ErrorCode::UnknownTopicOrPartition),
        (("nope", 0, 0), 13, ErrorCode::UnknownTopicId),
    ];
    for &(want, version, expected) in cases {
        let partition = fetch(&mut client, &[want], version).remove(0);
        assert_eq!(partition.error_code, expected.code(), "{want:?} in v{version}");
        if !expected.is_none() {
            assert_eq!((partition.high_watermark, partition.log_start_offset), (-1, -1));
        }
    }
    let mut fenced = request(&[("t", 0, 0)], 11);
    fenced.topics[0].partitions[0].current_leader_epoch = 5;
    let response: FetchResponse = client.ask(ApiKey::Fetch, 11, &fenced);
    assert_eq!(response.responses[0].partitions[0].error_code, ErrorCode::UnknownLeaderEpoch.code());
}

#[test]
fn a_fetch_waits_for_bytes_and_no_longer() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let (mut reader, mut writer) = (broker.client(), broker.client());
    let mut waiting = request(&[("t", 0, 0)], 11);
    waiting.max_wait_ms = 15_000;
    waiting.min_bytes = 300;
    let id = reader.send(ApiKey::Fetch, 11, &waiting);
    let began = Instant::now();
    produce(&mut writer, "t", 0, batch(&["too little"]));
    produce(&mut writer, "t", 0, batch(&[&"enough".repeat(50)]));
    let response: FetchResponse = reader.receive(ApiKey::Fetch, 11, id);
    assert_eq!(values(&response.responses[0].partitions[0].records).len(), 2);
    assert!(began.elapsed() < Duration::from_secs(10), "woken by the bytes");
    waiting.topics[0].partitions[0].fetch_offset = 2;
    waiting.max_wait_ms = 200;
    let began = Instant::now();
    let response: FetchResponse = reader.ask(ApiKey::Fetch, 11, &waiting);
    assert!(began.elapsed() >= Duration::from_millis(200), "the wait is over");
    assert_eq!(response.responses[0].partitions[0].high_watermark, 2);
}

#[test]
fn a_parked_fetch_does_not_hold_others_up_but_keeps_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    let mut waiting = request(&[("t", 0, 0)], 11);
    waiting.max_wait_ms = 15_000;
    let first = client.send(ApiKey::Fetch, 11, &waiting);
    let second = client.send(ApiKey::Produce, 9, &super::producing::request("t", 0, batch(&["a"]), 9, -1));
    // The produce behind the parked fetch is what ends its wait.
    let response: FetchResponse = client.receive(ApiKey::Fetch, 11, first);
    assert_eq!(values(&response.responses[0].partitions[0].records), ["a"]);
    let _: kafkactl_core::wire::messages::ProduceResponse = client.receive(ApiKey::Produce, 9, second);
}

/// An incremental request of a session.
fn incremental(session_id: i32, epoch: i32, wants: &[Want<'_>], forget: &[i32]) -> FetchRequest {
    let mut request = request(wants, 12).with_session_id(session_id).with_session_epoch(epoch);
    if !forget.is_empty() {
        let topic = TopicName(StrBytes::from_static_str("t"));
        request.forgotten_topics_data =
            vec![ForgottenTopic::default().with_topic(topic).with_partitions(forget.to_vec())];
    }
    request
}

fn told(response: &FetchResponse) -> Vec<(i32, usize)> {
    let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
    partitions.map(|it| (it.partition_index, values(&it.records).len())).collect()
}

#[test]
fn sessions_tell_what_changed() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 3, &[])]);
    let (mut reader, mut writer) = (broker.client(), broker.client());
    produce(&mut writer, "t", 1, batch(&["a"]));
    let full = request(&[("t", 0, 0), ("t", 1, 0), ("t", 2, 0)], 12).with_session_epoch(0);
    let response: FetchResponse = reader.ask(ApiKey::Fetch, 12, &full);
    let session = response.session_id;
    assert_ne!(session, 0);
    assert_eq!(told(&response), [(0, 0), (1, 1), (2, 0)]);
    let mut ask = |request: FetchRequest| -> FetchResponse { reader.ask(ApiKey::Fetch, 12, &request) };
    assert_eq!(told(&ask(incremental(session, 1, &[("t", 1, 1)], &[]))), []);
    produce(&mut writer, "t", 2, batch(&["b", "c"]));
    assert_eq!(told(&ask(incremental(session, 2, &[], &[]))), [(2, 2)]);
    // The offset did not move, so the same comes again.
    assert_eq!(told(&ask(incremental(session, 3, &[], &[]))), [(2, 2)]);
    assert_eq!(told(&ask(incremental(session, 4, &[("t", 2, 2)], &[0]))), []);
    produce(&mut writer, "t", 0, batch(&["forgotten"]));
    produce(&mut writer, "t", 1, batch(&["d"]));
    assert_eq!(told(&ask(incremental(session, 5, &[], &[]))), [(1, 1)]);
    let wrong_epoch = ask(incremental(session, 5, &[], &[]));
    assert_eq!(wrong_epoch.error_code, ErrorCode::InvalidFetchSessionEpoch.code());
    let unknown = ask(incremental(session ^ 1, 1, &[], &[]));
    assert_eq!(unknown.error_code, ErrorCode::FetchSessionIdNotFound.code());
    assert_eq!((unknown.session_id, told(&unknown)), (0, vec![]));
}

#[test]
fn a_session_waits_and_hears_of_each_partition() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 50, &[])]);
    let (mut reader, mut writer) = (broker.client(), broker.client());
    let wants: Vec<Want<'_>> = (0..50).map(|partition| ("t", partition, 0)).collect();
    let full = request(&wants, 12).with_session_epoch(0);
    let mut session: FetchResponse = reader.ask(ApiKey::Fetch, 12, &full);
    for (epoch, partition) in (1..).zip([7, 49, 0]) {
        let mut next = incremental(session.session_id, epoch, &[], &[]);
        if epoch > 1 {
            next.topics = request(&[("t", told(&session)[0].0, 1)], 12).topics;
        }
        next.max_wait_ms = 15_000;
        let id = reader.send(ApiKey::Fetch, 12, &next);
        produce(&mut writer, "t", partition, batch(&["x"]));
        session = reader.receive(ApiKey::Fetch, 12, id);
        assert_eq!(told(&session), [(partition, 1)]);
    }
}

#[test]
fn deleted_records_are_gone_for_sessions_too() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    produce(&mut client, "t", 0, batch(&["a", "b", "c"]));
    let full = request(&[("t", 0, 3)], 12).with_session_epoch(0);
    let session: FetchResponse = client.ask(ApiKey::Fetch, 12, &full);
    broker.partition("t", 0).delete_records(kafkactl_core::names::Offset(2)).unwrap();
    let response: FetchResponse =
        client.ask(ApiKey::Fetch, 12, &incremental(session.session_id, 1, &[], &[]));
    assert_eq!(response.responses[0].partitions[0].log_start_offset, 2);
    let partition = fetch(&mut client, &[("t", 0, 1)], 12).remove(0);
    assert_eq!(partition.error_code, ErrorCode::OffsetOutOfRange.code());
}

/// As Apache Kafka answers: in the words of the protocol, and the connection goes on.
#[test]
fn numbers_that_mean_nothing_are_answered() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    let wants = [("t", 0, 0)];
    let sessions = [(-5, -7), (0, -7), (0, 5), (12_345, 1)];
    for (id, epoch) in sessions {
        let request = request(&wants, 12).with_session_id(id).with_session_epoch(epoch);
        let response: FetchResponse = client.ask(ApiKey::Fetch, 12, &request);
        let code = ErrorCode::FetchSessionIdNotFound.code();
        assert_eq!((response.error_code, response.session_id), (code, 0), "{id} {epoch}");
        assert_eq!(response.responses, []);
    }
    let unknown = ErrorCode::UnknownServerError.code();
    for level in [2, 7, -1, i8::MAX] {
        for (version, listed) in [(4, 1), (12, 1), (13, 0)] {
            let mut request = request(&wants, version).with_isolation_level(level);
            if version >= 7 {
                request.session_id = 9;
            }
            let response: FetchResponse = client.ask(ApiKey::Fetch, version, &request);
            let expected = if version >= 7 { (unknown, 9) } else { (0, 0) };
            assert_eq!((response.error_code, response.session_id), expected, "{level} v{version}");
            let partitions: Vec<_> = response.responses.iter().flat_map(|topic| &topic.partitions).collect();
            assert_eq!(partitions.len(), listed, "{level} v{version}");
            for partition in partitions {
                assert_eq!((partition.error_code, partition.high_watermark), (unknown, -1));
                assert_eq!(partition.aborted_transactions.as_deref(), Some(&[][..]));
            }
        }
        let partition = ListOffsetsPartition::default().with_partition_index(0).with_timestamp(-1);
        let topic = ListOffsetsTopic::default()
            .with_name(TopicName(StrBytes::from_static_str("t")))
            .with_partitions(vec![partition]);
        let request = ListOffsetsRequest::default().with_isolation_level(level).with_topics(vec![topic]);
        let response: ListOffsetsResponse = client.ask(ApiKey::ListOffsets, 2, &request);
        let answer = &response.topics[0].partitions[0];
        assert_eq!((answer.error_code, answer.offset, answer.timestamp), (unknown, -1, -1), "{level}");
    }
    assert_eq!(all_values(&mut client, "t"), Vec::<String>::new());
}
