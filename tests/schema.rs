//! Every stored record that Apache Kafka wrote for `golden/wire/stored.jsonl.gz`, in all versions and variants:
//! it decodes, prints as Kafka prints it, and encodes to the same bytes.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

use flate2::read::GzDecoder;
use kafkactl_core::schema::consumer_protocol::*;
use kafkactl_core::schema::control::*;
use kafkactl_core::schema::group::GroupRecord;
use kafkactl_core::schema::metadata::MetadataRecord;
use kafkactl_core::schema::principal::DefaultPrincipalData;
use kafkactl_core::schema::producer_snapshot::ProducerSnapshot;
use kafkactl_core::schema::quorum_state::QuorumStateData;
use kafkactl_core::schema::remote_log::RemoteLogRecord;
use kafkactl_core::schema::share::ShareRecord;
use kafkactl_core::schema::transaction::TransactionRecord;
use kafkactl_core::schema::{self, Message};
use serde_json::Value;

/// One line of the golden data.
struct Case {
    line: Value,
    /// Unknown tagged fields are read and dropped, so such a body does not come back byte for byte.
    has_unknown_tags: bool,
}

impl Case {
    fn all(kinds: &[&str]) -> Vec<Case> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/wire/stored.jsonl.gz");
        let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
        let parse = |line: std::io::Result<String>| serde_json::from_str::<Value>(&line.unwrap()).unwrap();
        let cases = lines.map(parse).filter(|line| kinds.contains(&line["kind"].as_str().unwrap()));
        cases.map(|line| Case { has_unknown_tags: line.get("unknown_tags").is_some(), line }).collect()
    }

    fn version(&self) -> i16 {
        self.line["version"].as_i64().unwrap() as i16
    }

    fn bytes(&self, field: &str) -> Vec<u8> {
        let hex = self.line[field].as_str().unwrap_or_else(|| panic!("{field} is missing in {}", self.line));
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    fn expect_json(&self, json: &Value) {
        assert_eq!(*json, self.line["message"], "{}", self.line);
    }

    fn expect_bytes(&self, encoded: &[u8], field: &str) {
        if !self.has_unknown_tags {
            assert_eq!(encoded, self.bytes(field), "{}", self.line);
        }
    }

    /// Checks a body on its own.
    fn check_body<M: Message + PartialEq + std::fmt::Debug>(&self) {
        let version = self.version();
        let message: M = schema::decode(&self.bytes("body"), version).unwrap();
        self.expect_json(&schema::json(&message, version).unwrap());
        let mut encoded = Vec::new();
        schema::encode(&message, version, &mut encoded).unwrap();
        self.expect_bytes(&encoded, "body");
        assert_eq!(schema::decode::<M>(&encoded, version).unwrap(), message);
    }
}

macro_rules! check_framed {
    ($kind:literal, $set:ident) => {{
        let cases = Case::all(&[$kind]);
        assert!(cases.len() > 10);
        for case in cases {
            let value = case.bytes("record_value");
            let (record, version) = $set::decode_versioned(&value).unwrap();
            assert_eq!((record.name(), version), (case.line["name"].as_str().unwrap(), case.version()));
            case.expect_json(&record.json(version).unwrap());
            let mut encoded = Vec::new();
            record.encode(version, &mut encoded).unwrap();
            case.expect_bytes(&encoded, "record_value");
            assert_eq!($set::decode(&encoded).unwrap(), record);
            check_hostile(&value, |bytes| drop($set::decode(bytes)));
        }
    }};
}

macro_rules! check_keyed {
    ($key_kind:literal, $value_kind:literal, $set:ident) => {{
        let mut keys = HashMap::new();
        for case in Case::all(&[$key_kind]) {
            let key = case.bytes("record_key");
            let record = $set::decode(&key, None).unwrap();
            case.expect_json(&record.key_json().unwrap());
            assert_eq!(record.encode(0).unwrap(), (key.clone(), None));
            keys.insert(case.line["id"].clone(), key);
        }
        let mut compared = 0;
        for case in Case::all(&[$value_kind]) {
            let key = &keys[&case.line["id"]];
            let value = case.bytes("record_value");
            let record = $set::decode(key, Some(&value)).unwrap();
            case.expect_json(&record.value_json(case.version()).unwrap());
            let (_, encoded) = record.encode(case.version()).unwrap();
            case.expect_bytes(encoded.as_ref().unwrap(), "record_value");
            assert_eq!($set::decode(key, encoded.as_deref()).unwrap(), record);
            check_hostile(&value, |bytes| drop($set::decode(key, Some(bytes))));
            compared += 1;
        }
        assert!(compared > 3, "only {compared} values");
    }};
}

/// No cut and no change of a byte may make a decoder panic.
fn check_hostile(bytes: &[u8], decode: impl Fn(&[u8])) {
    for at in 0..bytes.len() {
        decode(&bytes[..at]);
        for value in [0x00, 0x7f, 0x80, 0xff] {
            let mut changed = bytes.to_vec();
            changed[at] = value;
            decode(&changed);
        }
    }
}

#[test]
fn metadata_records() {
    check_framed!("metadata", MetadataRecord);
}

#[test]
fn remote_log_records() {
    check_framed!("remote-log-metadata", RemoteLogRecord);
}

#[test]
fn group_records() {
    check_keyed!("group-key", "group-value", GroupRecord);
}

#[test]
fn transaction_records() {
    check_keyed!("transaction-key", "transaction-value", TransactionRecord);
}

#[test]
fn share_records() {
    check_keyed!("share-key", "share-value", ShareRecord);
}

#[test]
fn control_and_embedded_messages() {
    let cases = Case::all(&["control", "version-prefixed", "producer-snapshot"]);
    assert!(cases.len() > 80, "only {}", cases.len());
    for case in cases {
        match case.line["name"].as_str().unwrap() {
            "EndTxnMarker" => case.check_body::<EndTxnMarker>(),
            "LeaderChangeMessage" => case.check_body::<LeaderChangeMessage>(),
            "SnapshotHeaderRecord" => case.check_body::<SnapshotHeaderRecord>(),
            "SnapshotFooterRecord" => case.check_body::<SnapshotFooterRecord>(),
            "KRaftVersionRecord" => case.check_body::<KRaftVersionRecord>(),
            "VotersRecord" => case.check_body::<VotersRecord>(),
            "ConsumerProtocolSubscription" => case.check_body::<ConsumerProtocolSubscription>(),
            "ConsumerProtocolAssignment" => case.check_body::<ConsumerProtocolAssignment>(),
            "DefaultPrincipalData" => case.check_body::<DefaultPrincipalData>(),
            "ProducerSnapshot" => case.check_body::<ProducerSnapshot>(),
            name => panic!("{name} is not compared"),
        }
    }
}

#[test]
fn quorum_state_files() {
    let cases = Case::all(&["quorum-state"]);
    assert!(cases.len() > 10);
    for case in cases {
        case.check_body::<QuorumStateData>();
        let text = case.line["file_text"].as_str().unwrap();
        let (state, version) = QuorumStateData::parse(text).unwrap();
        assert_eq!(version, case.version());
        assert_eq!(state.text(version).unwrap(), text);
    }
}
