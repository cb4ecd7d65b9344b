use std::ops::ControlFlow;
use std::path::PathBuf;

use kafkactl_core::log::inspect::{Found, PartitionFiles, find_key, find_offset, find_timestamp, stats};
use kafkactl_core::names::Offset;
use serde_json::Value;

use super::Case;

/// A partition that starts at offset 0, and the data records clients read from it.
struct Served {
    name: String,
    files: PartitionFiles,
    records: Vec<Value>,
}

fn served() -> Vec<Served> {
    let mut served = Vec::new();
    for name in
        ["plain", "rolled", "logappendtime", "transactions", "compacted-after", "legacy-magic", "idempotent"]
    {
        let case = Case::open(name);
        let logical = std::fs::read_to_string(case.expected().join("logical.json")).unwrap();
        let logical: Value = serde_json::from_str(&logical).unwrap();
        for (topic, topic_state) in logical["topics"].as_object().unwrap() {
            for (partition, state) in topic_state["partitions"].as_object().unwrap() {
                let name = format!("{topic}-{partition}");
                let path: PathBuf = case.path().join(&name);
                if topic.starts_with("__") || state["log_start"] != 0 {
                    continue;
                }
                let files = PartitionFiles::read(&path).unwrap();
                let records = state["records"].as_array().unwrap().clone();
                served.push(Served { name: format!("{} {name}", case.name), files, records });
            }
        }
    }
    assert!(served.len() > 20, "only {} partitions", served.len());
    served
}

fn number(record: &Value, field: &str) -> i64 {
    record[field].as_i64().unwrap()
}

#[test]
fn what_is_found_is_what_clients_read() {
    for Served { name, files, records } in served() {
        for record in &records {
            let offset = Offset(number(record, "offset"));
            let found = find_offset(&files, offset).unwrap().unwrap();
            assert_eq!((found.offset, found.timestamp_ms), (offset, number(record, "timestamp")), "{name}");
            assert_same_key(&found, record, &name);
        }
        // Also between the timestamps that there are, and behind the last.
        let targets = records.iter().map(|record| number(record, "timestamp"));
        for target in targets.flat_map(|timestamp_ms| [timestamp_ms - 1, timestamp_ms, timestamp_ms + 1]) {
            let expected = records.iter().find(|record| number(record, "timestamp") >= target);
            let found = find_timestamp(&files, target).unwrap().filter(|found| !found.batch.is_control());
            if let (Some(found), Some(expected)) = (found, expected) {
                assert_eq!(found.offset.0, number(expected, "offset"), "{name} at {target}");
            }
        }
    }
}

fn assert_same_key(found: &Found, record: &Value, name: &str) {
    let key = found.key.as_ref().map(|key| String::from_utf8(key.clone()).unwrap());
    assert_eq!(key.as_deref(), record["key"].as_str(), "{name} at {}", found.offset);
}

#[test]
fn a_key_is_found_each_time() {
    for Served { name, files, records } in served() {
        let Some(key) = records.iter().find_map(|record| record["key"].as_str()) else { continue };
        let expected: Vec<_> = records.iter().filter(|record| record["key"] == key).collect();
        let mut offsets = Vec::new();
        let collect = |found: Found| {
            offsets.push(found.offset.0);
            ControlFlow::Continue(())
        };
        find_key(&files, key.as_bytes(), collect).unwrap();
        let expected: Vec<_> = expected.into_iter().map(|record| number(record, "offset")).collect();
        assert_eq!(offsets, expected, "{name}");
    }
}

#[test]
fn counts_are_those_of_the_records_clients_read() {
    for Served { name, files, records } in served() {
        let stats = stats(&files).unwrap();
        assert_eq!(stats.records, records.len() as u64, "{name}");
        let keys = records.iter().filter_map(|record| record["key"].as_str());
        let distinct = keys.collect::<std::collections::HashSet<_>>().len() as u64;
        assert!(stats.distinct_keys.abs_diff(distinct) * 20 <= distinct, "{name}: {}", stats.distinct_keys);
        let timestamps =
            || records.iter().map(|record| number(record, "timestamp")).filter(|time| *time >= 0);
        assert_eq!(stats.timestamps_ms, timestamps().min().zip(timestamps().max()), "{name}");
        assert_eq!(
            stats.codecs.values().map(|codec| codec.batches).sum::<u64>() > 0,
            !records.is_empty(),
            "{name}"
        );
        assert_eq!(
            stats.tombstones,
            records.iter().filter(|record| record["value"].is_null()).count() as u64
        );
    }
}
