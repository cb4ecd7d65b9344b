//! Every header and body that Apache Kafka 4.3 wrote for `golden/wire`: it decodes, and encodes to the same bytes.

// Each of the binaries that share it uses a part.
#[allow(dead_code)]
#[path = "wire/bodies.rs"]
mod bodies;

use std::io::{BufRead, BufReader};

use bodies::{Case, round_trip};
use bytes::{Bytes, BytesMut};
use flate2::read::GzDecoder;
use kafkactl_core::schema::{self, Message};
use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, Direction, RequestHeader, ResponseHeader};
use serde_json::Value;

#[test]
fn requests_come_back_byte_for_byte() {
    check_bodies(Direction::Request);
}

#[test]
fn responses_come_back_byte_for_byte() {
    check_bodies(Direction::Response);
}

fn check_bodies(direction: Direction) {
    let cases = Case::all(direction);
    assert!(cases.len() > 1800, "only {}", cases.len());
    let mut failures = Vec::new();
    for case in cases {
        match round_trip(case.api, case.version, direction, case.body.clone()) {
            Ok(encoded) if encoded == case.body => {}
            Ok(encoded) if case.has_unknown_tags => {
                // Our own bodies drop the tagged fields they do not know; what is left must be stable.
                let again = round_trip(case.api, case.version, direction, encoded.clone().freeze());
                assert_eq!(again.unwrap(), encoded, "{}", case.name);
            }
            Ok(encoded) => failures.push(format!("{}:\n  {encoded:x}\n  {:x}", case.name, case.body)),
            Err(error) => failures.push(format!("{}: {error}", case.name)),
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// The fields of our own bodies have the values and names that Kafka prints.
#[test]
fn own_bodies_are_what_kafka_prints() {
    let mut compared = 0;
    for case in [Direction::Request, Direction::Response].into_iter().flat_map(Case::all) {
        let json: fn(&Case) -> Value = match (case.api, case.direction) {
            (ApiKey::OffsetCommit, Direction::Request) => json::<OffsetCommitRequest>,
            (ApiKey::OffsetCommit, Direction::Response) => json::<OffsetCommitResponse>,
            (ApiKey::OffsetFetch, Direction::Request) => json::<OffsetFetchRequest>,
            (ApiKey::OffsetFetch, Direction::Response) => json::<OffsetFetchResponse>,
            (ApiKey::ListOffsets, Direction::Request) => json::<ListOffsetsRequest>,
            (ApiKey::ListOffsets, Direction::Response) => json::<ListOffsetsResponse>,
            (ApiKey::DescribeLogDirs, Direction::Request) => json::<DescribeLogDirsRequest>,
            (ApiKey::DescribeLogDirs, Direction::Response) => json::<DescribeLogDirsResponse>,
            (ApiKey::WriteTxnMarkers, Direction::Request) => json::<WriteTxnMarkersRequest>,
            (ApiKey::WriteTxnMarkers, Direction::Response) => json::<WriteTxnMarkersResponse>,
            (ApiKey::ShareFetch, Direction::Request) => json::<ShareFetchRequest>,
            (ApiKey::ShareFetch, Direction::Response) => json::<ShareFetchResponse>,
            (ApiKey::StreamsGroupHeartbeat, Direction::Request) => json::<StreamsGroupHeartbeatRequest>,
            (ApiKey::StreamsGroupHeartbeat, Direction::Response) => json::<StreamsGroupHeartbeatResponse>,
            (ApiKey::StreamsGroupDescribe, Direction::Response) => json::<StreamsGroupDescribeResponse>,
            _ => continue,
        };
        assert_eq!(json(&case), case.message, "{}", case.name);
        compared += 1;
    }
    assert!(compared > 300, "only {compared}");
}

fn json<M: Message>(case: &Case) -> Value {
    let message: M = schema::decode(&case.body, case.version).unwrap();
    schema::json(&message, case.version).unwrap()
}

/// What clients and a running broker said to each other, frame by frame.
#[test]
fn live_frames_come_back_byte_for_byte() {
    let mut compared = 0;
    for case in ["plain", "groups", "config", "transactions"] {
        let path = format!("{}/tests/golden/live/{case}.jsonl.gz", env!("CARGO_MANIFEST_DIR"));
        for line in BufReader::new(GzDecoder::new(std::fs::File::open(path).unwrap())).lines() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            compared += usize::from(check_exchange(&line));
        }
    }
    assert!(compared > 1000, "only {compared}");
}

/// Whether the exchange is one of a known API in one of its versions with whole frames.
fn check_exchange(line: &Value) -> bool {
    let Some(mut response) = frame(line, "response_frame").filter(|_| line.get("request").is_some()) else {
        return false;
    };
    let mut request = frame(line, "request_frame").unwrap();
    let header = RequestHeader::decode(&mut request).unwrap();
    let api = ApiKey::from_key(header.api_key).unwrap();
    if !api.has_version(header.api_version) {
        return false;
    }
    let encoded = round_trip(api, header.api_version, Direction::Request, request.clone());
    assert_eq!(encoded.unwrap(), request, "{line}");
    let answer = ResponseHeader::decode(api, header.api_version, &mut response).unwrap();
    assert_eq!(answer.correlation_id, header.correlation_id);
    let encoded = round_trip(api, header.api_version, Direction::Response, response.clone());
    assert_eq!(encoded.unwrap(), response, "{line}");
    true
}

fn frame(line: &Value, field: &str) -> Option<Bytes> {
    let text = line.get(field)?.as_str()?;
    Some((0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect())
}

#[test]
fn request_headers_come_back() {
    for case in Case::all(Direction::Request) {
        let mut frame = Bytes::from([&case.header[..], b"body"].concat());
        let header = RequestHeader::decode(&mut frame).unwrap();
        assert_eq!(frame, &b"body"[..], "{}", case.name);
        let mut encoded = BytesMut::new();
        header.encode(&mut encoded).unwrap();
        assert_eq!(encoded, case.header, "{}", case.name);
        assert_eq!((header.api_key, header.api_version), (case.api.key(), case.version));
        assert_eq!(header.correlation_id, 1000 * i32::from(header.api_key) + i32::from(header.api_version));
    }
}

#[test]
fn response_headers_come_back() {
    for case in Case::all(Direction::Response) {
        let mut frame = case.header.clone();
        let header = ResponseHeader::decode(case.api, case.version, &mut frame).unwrap();
        assert!(frame.is_empty(), "{}", case.name);
        let mut encoded = BytesMut::new();
        header.encode(case.api, case.version, &mut encoded);
        assert_eq!(encoded, case.header, "{}", case.name);
    }
}
