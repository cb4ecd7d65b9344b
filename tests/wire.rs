//! Every header and body that Apache Kafka 4.3 wrote for `golden/wire`: it decodes, and encodes to the same bytes.

#[path = "wire/bodies.rs"]
mod bodies;

use bodies::{Case, round_trip};
use bytes::{Bytes, BytesMut};
use kafkactl_core::wire::{Direction, RequestHeader, ResponseHeader};

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
