//! The `__transaction_state` logs that Apache Kafka 4.3 wrote: read as Kafka reads them, written as Kafka wrote them,
//! and decided as Kafka decided.

use std::path::{Path, PathBuf};

use kafkactl_core::record::batches;
use serde_json::{Value, json};

use super::*;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden")
}

/// Key and value of every record of a case.
fn records_of(case: &str) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut records = Vec::new();
    for index in 0..3 {
        let path = format!("dirs/{case}/__transaction_state-{index}/00000000000000000000.log");
        for batch in batches(&std::fs::read(golden().join(path)).unwrap()) {
            for record in &batch.unwrap().records(1 << 20).unwrap() {
                let record = record.unwrap();
                records.push((record.key.unwrap().to_vec(), record.value.map(<[u8]>::to_vec)));
            }
        }
    }
    assert!(records.len() > 20, "{case} holds transactions");
    records
}

const CASES: [(&str, TransactionVersion); 2] = [("transactions", V2), ("transactions-v0", V0)];

/// Bytes equal Kafka's but for the order of topics, which is that of a Java hash set there.
#[test]
fn records_are_written_as_kafka_writes_them() {
    for (case, version) in CASES {
        for (key, value) in records_of(case) {
            let decoded = stored::decode(&key, value.as_deref()).unwrap();
            let encoded = stored::encode(&decoded, version).unwrap();
            let again = stored::decode(&encoded.0, encoded.1.as_deref()).unwrap();
            assert_eq!(again, decoded);
            let topics = decoded.value.iter().flat_map(|value| &value.partitions).map(|it| &it.topic);
            if topics.collect::<BTreeSet<_>>().len() < 2 {
                assert_eq!(encoded, (key, value), "{case}: {decoded:?}");
            }
        }
    }
}

#[test]
fn the_log_says_what_kafkas_clients_saw() {
    for (case, _) in CASES {
        let mut shard = Shard::default();
        for (key, value) in records_of(case) {
            shard.replay(stored::decode(&key, value.as_deref()).unwrap());
        }
        let text = std::fs::read(golden().join(format!("expect/{case}/logical.json"))).unwrap();
        let logical: Value = serde_json::from_slice(&text).unwrap();
        let shown: serde_json::Map<String, Value> = shard
            .list(&ListFilter::default(), 0)
            .map(|(id, transaction)| {
                let partitions: Vec<_> = transaction.partitions.iter().map(ToString::to_string).collect();
                let shown = json!({
                    "producer_id": transaction.producer.id.0,
                    "producer_epoch": transaction.producer.epoch.0,
                    "state": transaction.state.name(),
                    "partitions": format!("[{}]", partitions.join(", ")),
                });
                (id.to_string(), shown)
            })
            .collect();
        assert_eq!(Value::Object(shown), logical["transactions"], "{case}");
    }
}

/// What Kafka decided step by step, the machine decides from the same requests.
#[test]
fn decisions_are_kafkas() {
    for (case, version) in CASES {
        let mut bench = Bench::new();
        bench.version = version;
        bench.settings.timeout_max_ms = i32::MAX;
        for (key, value) in records_of(case) {
            let record = stored::decode(&key, value.as_deref()).unwrap();
            let expected = record.value.unwrap();
            bench.now_ms = expected.last_update_timestamp_ms;
            let count = bench.log.len();
            decide(&mut bench, &record.id, &expected);
            let [decided] = &bench.log[count..] else { panic!("{case}: nothing for {expected:?}") };
            let encoded = |value: &Transaction| {
                let value = Some(value.clone());
                stored::encode(&TransactionRecord { id: record.id.clone(), value }, version).unwrap()
            };
            assert_eq!(encoded(decided.value.as_ref().unwrap()), encoded(&expected), "{case}: {}", record.id);
        }
    }
}

/// Plays the request that led from what is known to `next`.
fn decide(bench: &mut Bench, id: &TransactionalId, next: &Transaction) {
    let known = bench.shard.get(id).cloned();
    let producer = known.as_ref().map_or(next.producer, |known| known.producer);
    let version = next.client_version;
    match next.state {
        TransactionState::Empty => {
            let fresh = Some(next.producer.id);
            let request = InitRequest { id: id.clone(), timeout_ms: next.timeout_ms, expected: None, fresh };
            let decided = bench.turn(|shard, turn| shard.init(&request, turn));
            assert_eq!(decided, Ok(Decided::Producer(next.producer)));
        }
        TransactionState::Ongoing => {
            let added = next.partitions.clone();
            bench.turn(|shard, turn| shard.add(id, producer, added, version, turn)).unwrap();
        }
        state if state.is_prepared() => {
            let is_commit = state.is_commit() == Some(true);
            let was_fenced = version < V2 && next.producer.epoch > producer.epoch;
            if was_fenced {
                let request =
                    InitRequest { id: id.clone(), timeout_ms: next.timeout_ms, expected: None, fresh: None };
                let decided = bench.turn(|shard, turn| shard.init(&request, turn));
                return assert_eq!(decided, Err(ErrorCode::ConcurrentTransactions));
            }
            let request = EndRequest { id: id.clone(), producer, is_commit, version, fresh: None };
            let decided = bench.turn(|shard, turn| shard.end(&request, turn));
            assert_eq!(decided, Ok(Decided::Producer(next.producer_when_complete())));
        }
        _ => bench.turn(|shard, turn| shard.complete(id, &known.unwrap(), turn)),
    }
}
