//! Idempotent producers, step by step, as Kafka answered them (`golden/records/sequences.jsonl`; A16 to A18).

use std::sync::Arc;

use kafkactl_core::log::dir::MemoryDisk;
use kafkactl_core::log::{
    AppendError, Appended, LeaderAppend, Log, LogConfig, OpenOptions, ProducerError, TransactionVersion,
    Verified,
};
use kafkactl_core::names::LeaderEpoch;
use kafkactl_core::record::Batch;
use kafkactl_core::record::validate::{Origin, validate_produce};
use serde_json::{Value, json};

use crate::golden::{golden, shared};

const NOW_MS: i64 = 1_700_000_000_000;

#[test]
fn sequences_are_judged_as_kafka_judges_them() {
    let text = std::fs::read_to_string(golden("records/sequences.jsonl")).unwrap();
    let mut steps = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let disk = MemoryDisk::default();
        let options = OpenOptions { now_ms: NOW_MS, ..OpenOptions::default() };
        let config = Arc::new(LogConfig::default());
        let (mut log, _) = Log::open(disk.root(), config, &shared(), options).unwrap();
        for (index, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let what = format!("{} step {index}", case["name"]);
            let mut expected = step["result"].clone();
            expected.as_object_mut().unwrap().remove("message");
            assert_eq!(answer(append(&mut log, &bytes_of(&step["bytes"]))), expected, "{what}");
            steps += 1;
        }
        assert_eq!(log.end_offset().0, case["log_end_offset"], "{}", case["name"]);
    }
    assert!(steps > 40, "only {steps} steps");
}

fn append(log: &mut Log, bytes: &[u8]) -> Result<Appended, AppendError> {
    let batch = Batch::parse(bytes).unwrap();
    let mut validated =
        validate_produce(&batch, &log.config().produce_rules(Origin::Client), NOW_MS).unwrap();
    let append = LeaderAppend {
        leader_epoch: LeaderEpoch(5),
        now_ms: NOW_MS,
        origin: Origin::Client,
        verified: Verified::NotNeeded,
        transaction_version: TransactionVersion(0),
    };
    log.append_as_leader(&mut validated, &append)
}

fn answer(result: Result<Appended, AppendError>) -> Value {
    match result {
        Ok(appended) => json!({
            "error": "NONE",
            "base_offset": appended.first_offset.0,
            "last_offset": appended.last_offset.0,
            "log_append_time": appended.log_append_time_ms,
            "duplicate": appended.is_duplicate,
        }),
        Err(AppendError::Producer(ProducerError::OutOfOrderSequence { .. })) => {
            json!({ "error": "OUT_OF_ORDER_SEQUENCE_NUMBER" })
        }
        Err(AppendError::Producer(ProducerError::StaleEpoch { .. })) => {
            json!({ "error": "INVALID_PRODUCER_EPOCH" })
        }
        Err(other) => panic!("{other}"),
    }
}

fn bytes_of(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
