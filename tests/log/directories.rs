//! Every golden directory opens, reads as Kafka's clients read it, and is left as Kafka leaves it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kafkactl_core::log::{Log, TimeQuery};
use kafkactl_core::names::{Offset, TopicPartition};
use kafkactl_core::record::{Batch, batches};
use serde_json::{Value, json};

use crate::golden::{Case, files_in, golden, open_logs};
use crate::logical::{ranges_of, record_json};
use crate::read::{bytes_of, is_abort};

const CASES: [&str; 20] = [
    "compacted-after",
    "compacted-before",
    "config",
    "deleted",
    "groups",
    "idempotent",
    "legacy-magic",
    "logappendtime",
    "metadata-upgrade",
    "plain",
    "retention",
    "rolled",
    "three-nodes",
    "torn-cut",
    "torn-flip",
    "torn-middle",
    "torn-zeros",
    "transactions",
    "transactions-v0",
    "two-log-dirs",
];

#[test]
fn every_directory_reads_as_kafka_reads_it() {
    for name in CASES.into_iter().chain(["unclean"]) {
        let case = Case::copy(name);
        let mut seen = BTreeSet::new();
        for path in case.log_dirs() {
            for (partition, mut log, _) in open_logs(&case, &path) {
                let Some(topic) = case.topic(partition.topic.as_str()) else { continue };
                let expected = &topic["partitions"][partition.partition.to_string()];
                if is_behind(name, &path, &partition) {
                    continue;
                }
                check_log(&format!("{name} {partition}"), &mut log, expected);
                seen.insert(partition);
            }
        }
        let expected: usize = case.logical["topics"]
            .as_object()
            .unwrap()
            .values()
            .map(|topic| topic["partitions"].as_object().unwrap().len())
            .sum();
        assert_eq!(seen.len(), expected, "{name}: {seen:?}");
    }
}

/// The one replica that was down while the last records came, and fetched them when it was started again.
fn is_behind(case: &str, log_dir: &Path, partition: &TopicPartition) -> bool {
    case == "three-nodes" && log_dir.ends_with("node-2") && partition.topic.as_str() == "replicated"
}

fn check_log(what: &str, log: &mut Log, expected: &Value) {
    let end = log.end_offset();
    assert_eq!(log.start_offset().0, expected["log_start"], "{what}: log start");
    assert_eq!(end.0, expected["high_watermark"], "{what}: end");
    assert_eq!(log.last_stable_offset(end).0, expected["last_stable_offset"], "{what}: last stable offset");
    let max = log.find_by_time(TimeQuery::Latest).unwrap();
    let max = max.map_or(json!([-1, -1]), |max| json!([max.timestamp_ms, max.offset.0]));
    assert_eq!(max, expected["max_timestamp"], "{what}: largest timestamp");
    if let Some(producers) = expected.get("producers") {
        assert_eq!(&producers_of(log), producers, "{what}: producers");
    }
    if let Some(records) = expected.get("records") {
        let read = read_all(log, Isolation::Uncommitted);
        assert_eq!(read.len(), records.as_array().unwrap().len(), "{what}: count of records");
        for (read, record) in read.iter().zip(records.as_array().unwrap()) {
            assert_eq!(read, record, "{what}");
        }
        check_timestamps(what, log, records);
    }
    if let Some(ranges) = expected.get("read_committed") {
        assert_eq!(&ranges_of(&read_all(log, Isolation::Committed)), ranges, "{what}: committed records");
    }
}

fn producers_of(log: &Log) -> Value {
    let producer = |entry: &kafkactl_core::log::ProducerEntry| {
        let value = json!({
            "id": entry.producer_id.0,
            "epoch": entry.epoch.0,
            "last_sequence": entry.last_sequence(),
            "last_timestamp": entry.last_timestamp_ms,
            "coordinator_epoch": entry.coordinator_epoch,
            "open_transaction_start": entry.transaction_first_offset.map_or(-1, |offset| offset.0),
        });
        (entry.producer_id, value)
    };
    let producers: BTreeMap<_, _> = log.producers().map(producer).collect();
    producers.into_values().collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Isolation {
    Uncommitted,
    Committed,
}

/// Reads a log as a consumer does, a few hundred bytes at a time.
fn read_all(log: &mut Log, isolation: Isolation) -> Vec<Value> {
    let end = log.end_offset();
    let bound = if isolation == Isolation::Committed { log.last_stable_offset(end) } else { end };
    let mut records = Vec::new();
    let mut from = log.start_offset();
    let mut aborted_now = BTreeSet::new();
    while from < bound {
        let slice = log.read(from, 500, bound, true).unwrap();
        let bytes = bytes_of(&slice.bytes);
        let mut aborted = log.aborted_transactions(from, &slice).unwrap();
        aborted.sort_by_key(|aborted| std::cmp::Reverse(aborted.first_offset));
        let before = from;
        for batch in batches(&bytes) {
            let batch = batch.unwrap();
            assert!(batch.crc_is_valid());
            if batch.header().last_offset() < from {
                continue;
            }
            while aborted.last().is_some_and(|aborted| aborted.first_offset <= batch.header().last_offset()) {
                aborted_now.insert(aborted.pop().unwrap().producer_id);
            }
            if batch.header().is_control() {
                if is_abort(&batch) {
                    aborted_now.remove(&batch.header().producer_id);
                }
            } else if isolation == Isolation::Uncommitted
                || !batch.header().is_transactional()
                || !aborted_now.contains(&batch.header().producer_id)
            {
                records.extend(records_of(&batch, from));
            }
            from = batch.header().next_offset();
        }
        if from == before {
            // What is left before the bound was compacted away.
            assert!(bytes.is_empty(), "a read at {from} gave no whole batch");
            break;
        }
    }
    records
}

fn records_of(batch: &Batch<'_>, from: Offset) -> Vec<Value> {
    let records = batch.records(1 << 20).unwrap();
    let records = records.iter().map(Result::unwrap).filter(|record| record.offset >= from);
    records.map(|record| record_json(batch.header(), record)).collect()
}

/// Every timestamp that occurs, and those around it, leads to the first record that has it or a later one (B21).
fn check_timestamps(what: &str, log: &Log, records: &Value) {
    let records: Vec<(i64, i64)> = records
        .as_array()
        .unwrap()
        .iter()
        .map(|record| (record["timestamp"].as_i64().unwrap(), record["offset"].as_i64().unwrap()))
        .collect();
    for wanted in records.iter().flat_map(|(at_ms, _)| [at_ms - 1, *at_ms, at_ms + 1]).filter(|at| *at >= 0) {
        let found = log.find_by_time(TimeQuery::AtOrAfter(wanted)).unwrap();
        let expected = records.iter().find(|(at_ms, _)| *at_ms >= wanted);
        let found = found.map(|found| (found.timestamp_ms, found.offset.0));
        assert_eq!(found, expected.copied(), "{what}: first record at or after {wanted}");
    }
}

/// Opening and closing changes nothing but what Kafka changes, too: snapshots that are of no use go.
#[test]
fn a_clean_close_leaves_the_bytes_kafka_leaves() {
    for name in CASES.into_iter().filter(|name| !name.starts_with("torn")) {
        let case = Case::copy(name);
        let written = case.listing("files.tsv");
        let after = case.listing("files-after.tsv");
        let originals = files_in(&golden(&format!("dirs/{name}")));
        let originals: BTreeMap<&String, &Vec<u8>> =
            written.iter().filter_map(|(path, hash)| Some((hash, originals.get(path)?))).collect();
        for path in case.log_dirs() {
            for (partition, log, _) in open_logs(&case, &path) {
                log.close().unwrap();
                let folder = path.join(partition.to_string());
                let prefix =
                    folder.strip_prefix(case.folder.path()).unwrap().to_str().unwrap().to_owned() + "/";
                if !is_compared(&partition) || is_behind(name, &path, &partition) {
                    continue;
                }
                let left = files_in(&folder);
                let ours: BTreeSet<String> = left.keys().map(|file| format!("{prefix}{file}")).collect();
                let theirs: BTreeSet<String> =
                    after.keys().filter(|path| path.starts_with(&prefix)).cloned().collect();
                assert_eq!(ours, theirs, "{name} {partition}: files");
                for (file, content) in left.iter().filter(|(file, _)| *file != "leader-epoch-checkpoint") {
                    let expected = originals.get(&after[&format!("{prefix}{file}")]);
                    let expected =
                        expected.unwrap_or_else(|| panic!("{name} {prefix}{file} changed in Kafka"));
                    assert_eq!(&content, expected, "{name} {prefix}{file}");
                }
            }
        }
    }
}

/// Topics of the broker itself grow on their own.
fn is_compared(partition: &TopicPartition) -> bool {
    !partition.topic.as_str().starts_with("__")
}

#[test]
fn recovery_leaves_the_bytes_kafka_leaves() {
    for name in ["unclean", "torn-cut", "torn-flip", "torn-middle", "torn-zeros"] {
        let case = Case::copy(name);
        let recovered = files_in(&golden(&format!("dirs/{name}-recovered")));
        for (partition, mut log, report) in open_logs(&case, case.folder.path()) {
            assert!(report.recovered_segments > 0, "{name} {partition}");
            log.take_deleted().unlink().unwrap();
            log.close().unwrap();
            if !is_compared(&partition) {
                continue;
            }
            let prefix = format!("{partition}/");
            let left = files_in(&case.folder.path().join(partition.to_string()));
            let ours: BTreeSet<_> = left.keys().map(|file| format!("{prefix}{file}")).collect();
            let theirs: BTreeSet<_> =
                recovered.keys().filter(|path| path.starts_with(&prefix)).cloned().collect();
            assert_eq!(ours, theirs, "{name} {partition}: files");
            for (file, content) in &left {
                let expected = &recovered[&format!("{prefix}{file}")];
                if file == "leader-epoch-checkpoint" {
                    // The broker, once it was up, added its own epoch.
                    assert!(entries_of(expected).starts_with(&entries_of(content)), "{name} {prefix}{file}");
                } else {
                    assert_eq!(content, expected, "{name} {prefix}{file}");
                }
            }
        }
    }
}

fn entries_of(checkpoint: &[u8]) -> Vec<&str> {
    std::str::from_utf8(checkpoint).unwrap().lines().skip(2).collect()
}
