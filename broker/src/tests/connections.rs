use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::BytesMut;
use kafkactl_core::wire::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, RequestHeader, StrBytes, frame};
use socket2::SockRef;

use super::client::Client;
use super::producing::{produce, request};
use super::{TestBroker, batch, fetching, until};
use crate::connection::{BufferPool, Connection, ConnectionState, Inbox};

fn api_versions(version: i16) -> ApiVersionsRequest {
    let request = ApiVersionsRequest::default();
    if version < 3 {
        return request;
    }
    request
        .with_client_software_name(StrBytes::from_static_str("test"))
        .with_client_software_version(StrBytes::from_static_str("1.0"))
}

#[test]
fn api_versions_answers_the_past_and_the_future() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[]);
    let mut client = broker.client();
    for version in ApiKey::ApiVersions.versions() {
        let response: ApiVersionsResponse = client.ask(ApiKey::ApiVersions, version, &api_versions(version));
        assert_eq!(response.error_code, 0);
        let produce = response.api_keys.iter().find(|range| range.api_key == 0).unwrap();
        assert_eq!((produce.min_version, produce.max_version), (0, 13));
    }
    // A header and a body of shapes unknown here.
    client.send_raw(&[0, 0, 0, 12, 0, 18, 0, 99, 0, 0, 0, 77, 0xde, 0xad, 0xbe, 0xef]);
    let response: ApiVersionsResponse = client.receive(ApiKey::ApiVersions, 0, 77);
    assert_eq!(response.error_code, ErrorCode::UnsupportedVersion.code());
    let only = &response.api_keys[..];
    assert_eq!((only.len(), only[0].api_key, only[0].max_version), (1, 18, 4));
    let bad_name = api_versions(3).with_client_software_name(StrBytes::from_static_str("no spaces!"));
    let response: ApiVersionsResponse = client.ask(ApiKey::ApiVersions, 3, &bad_name);
    assert_eq!((response.error_code, response.api_keys.len()), (ErrorCode::InvalidRequest.code(), 0));
}

#[test]
fn what_is_no_request_closes_its_connection_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut bystander = broker.client();
    let cases: &[(&str, &[u8])] = &[
        ("an HTTP request", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("a negative size", &[0xff, 0xff, 0xff, 0xff]),
        ("a huge size", &[0x7f, 0xff, 0xff, 0xff]),
        ("a frame of no bytes", &[0, 0, 0, 0]),
        ("an unknown key", &[0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff]),
        ("an unknown version", &[0, 0, 0, 10, 0, 1, 0, 99, 0, 0, 0, 1, 0xff, 0xff]),
        ("produce of version 2", &[0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff]),
        ("a truncated body", &[0, 0, 0, 12, 0, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff, 0, 0]),
        (
            "a count beyond the frame",
            &[
                0, 0, 0, 22, 0, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff,
                0x0f,
            ],
        ),
    ];
    for (what, bytes) in cases {
        let mut client = broker.client();
        client.send_raw(bytes);
        assert!(client.is_closed(), "{what}");
        assert_eq!(produce(&mut bystander, "t", 0, batch(&["a"])).error_code, 0, "after {what}");
    }
}

#[test]
fn nothing_behind_what_ends_a_connection_is_done() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut produce_frame = BytesMut::new();
    let header =
        RequestHeader { api_key: ApiKey::Produce.key(), api_version: 9, correlation_id: 1, client_id: None };
    frame::encode_request(&header, &request("t", 0, batch(&["a"]), 9, -1), &mut produce_frame).unwrap();
    let unknown_key = &[0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff][..];
    let mut client = broker.client();
    client.send_raw(&[unknown_key, &produce_frame].concat());
    assert!(client.is_closed());
    assert_eq!(produce(&mut broker.client(), "t", 0, batch(&["b"])).base_offset, 0);
}

/// librdkafka's request for the metadata of all topics is three bytes longer than the message; Kafka answers it.
#[test]
fn bytes_behind_a_message_are_ignored() {
    const PRODUCE_13: &[u8] = &[0, 0, 0, 13, 0, 0, 0, 7, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0, 16, 0, 1, 0];
    const FETCH_4: &[u8] = &[
        0, 1, 0, 4, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 16, 0, 0,
        0, 0, 0, 0,
    ];
    const METADATA_13: &[u8] = &[0, 3, 0, 13, 0, 0, 0, 7, 0, 1, b'c', 0, 0, 0, 0, 0];
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    for (what, request) in [("produce", PRODUCE_13), ("fetch", FETCH_4), ("metadata", METADATA_13)] {
        let size = (request.len() + 3) as u32;
        client.send_raw(&[&size.to_be_bytes(), request, &[1, 0, 0]].concat());
        let answer = client.receive_frame().unwrap_or_else(|| panic!("{what} is answered"));
        assert_eq!(answer[..4], [0, 0, 0, 7], "{what}");
    }
}

#[test]
fn half_a_frame_and_a_hang_up_harm_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    for bytes in [&[0, 0][..], &[0, 0, 4, 0, 0, 0][..]] {
        let mut stream = TcpStream::connect(broker.address).unwrap();
        std::io::Write::write_all(&mut stream, bytes).unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
    }
    assert_eq!(produce(&mut broker.client(), "t", 0, batch(&["a"])).error_code, 0);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let mut client = broker.client();
    let ids: Vec<i32> =
        (0..200).map(|_| client.send(ApiKey::Produce, 9, &request("t", 0, batch(&["a"]), 9, -1))).collect();
    for (offset, id) in ids.into_iter().enumerate() {
        let response: kafkactl_core::wire::messages::ProduceResponse = client.receive(ApiKey::Produce, 9, id);
        assert_eq!(response.responses[0].partition_responses[0].base_offset, offset as i64);
    }
}

#[test]
fn too_many_connections_of_one_address_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let limit: &[(&str, &str)] = &[("max.connections.per.ip", "2")];
    let broker = TestBroker::start_with(directory.path(), &[("t", 1, &[])], limit);
    let (mut first, mut second) = (broker.client(), broker.client());
    produce(&mut first, "t", 0, batch(&["a"]));
    produce(&mut second, "t", 0, batch(&["a"]));
    assert!(broker.client().is_closed());
    produce(&mut first, "t", 0, batch(&["a"]));
}

#[test]
fn idle_connections_are_closed() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start_with(directory.path(), &[], &[("connections.max.idle.ms", "300")]);
    assert!(broker.client().is_closed());
}

/// A client whose connection no sweep looks at, and the place where the connection notes that it is in use.
fn served_apart(broker: &TestBroker) -> (Client, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Client::connect(listener.local_addr().unwrap());
    let (stream, peer) = listener.accept().unwrap();
    SockRef::from(&stream).set_send_buffer_size(64 << 10).unwrap();
    stream.set_nonblocking(true).unwrap();
    let _inside = broker.runtime.enter();
    let state = ConnectionState { listener: "PLAINTEXT".into(), peer, client_software: None };
    let inbox = Inbox::new(Arc::new(BufferPool::default()), 1 << 20);
    let active_ms = Arc::new(AtomicU64::new(0));
    let stream = tokio::net::TcpStream::from_std(stream).unwrap();
    let connection =
        Connection::new(Arc::clone(&broker.broker), stream, state, inbox, Arc::clone(&active_ms));
    broker.runtime.spawn(connection.serve());
    (client, active_ms)
}

/// The answer is larger than all that sockets take in, so that bytes leave as the client takes others, and only then.
#[test]
fn a_client_that_takes_its_answer_slowly_is_not_idle() {
    const BATCHES: usize = 24;
    const PIECES: usize = 8;
    const PIECE_BYTES: usize = 1 << 20;
    const NOTHING: u64 = u64::MAX;
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 1, &[])]);
    let value = "x".repeat(1_000_000);
    for _ in 0..BATCHES {
        assert_eq!(produce(&mut broker.client(), "t", 0, batch(&[&value])).error_code, 0);
    }
    let (mut client, active_ms) = served_apart(&broker);
    let mut all = fetching::request(&[("t", 0, 0)], 12);
    all.topics[0].partitions[0].partition_max_bytes = 50 << 20;
    client.send(ApiKey::Fetch, 12, &all);
    for _ in 0..PIECES {
        active_ms.store(NOTHING, Ordering::Relaxed);
        client.receive_bytes(PIECE_BYTES);
        until("the bytes that left are noted", || active_ms.load(Ordering::Relaxed) != NOTHING);
    }
}
