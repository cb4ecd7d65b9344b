//! The same appends leave the same bytes: batches of golden logs go through a log of our own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use kafkactl_core::log::dir::{Dir, RealDir};
use kafkactl_core::log::{
    LeaderAppend, Log, LogConfig, OpenOptions, PartitionDir, TransactionVersion, Verified,
};
use kafkactl_core::names::{LeaderEpoch, Offset, TopicName};
use kafkactl_core::record::validate::{Origin, TimestampRule, validate_produce};
use kafkactl_core::record::{Batch, BatchHeader, TimestampType, batches, stamp};

use crate::golden::{Case, NOW_MS, files_in, golden, shared};

/// Cases of one broker that was never restarted, but for the one where that is known to have been.
const CASES: [&str; 8] = [
    "plain",
    "rolled",
    "logappendtime",
    "idempotent",
    "transactions",
    "transactions-v0",
    "groups",
    "compacted-before",
];

#[test]
fn the_same_produces_leave_the_same_bytes() {
    for name in CASES {
        let case = Case::copy(name);
        for entry in fs::read_dir(golden(&format!("dirs/{name}"))).unwrap() {
            let path = entry.unwrap().path();
            let directory = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(PartitionDir::Current(partition)) = PartitionDir::parse(&directory) else { continue };
            if partition.topic.as_str() != "__cluster_metadata" {
                replay(name, &path, &partition.topic, case.config(partition.topic.as_str()));
            }
        }
    }
}

fn replay(case: &str, from: &Path, topic: &TopicName, config: Arc<LogConfig>) {
    let mut expected = files_in(from);
    expected.remove("partition.metadata");
    let folder = tempfile::tempdir().unwrap();
    let mut log = open(folder.path(), &config, false);
    log.assign_epoch(LeaderEpoch(0), Offset(0)).unwrap();
    let mut was_restarted = false;
    for batch in all_batches(&expected) {
        let batch = Batch::parse(&batch).unwrap();
        if case == "idempotent" && !was_restarted && batch.header().max_timestamp_ms >= 4_102_444_810_000 {
            log.close().unwrap();
            log = open(folder.path(), &config, true);
            was_restarted = true;
        }
        append(case, topic, &mut log, &batch);
    }
    log.close().unwrap();
    let left = files_in(folder.path());
    let ours: Vec<_> = left.keys().collect();
    assert_eq!(ours, expected.keys().collect::<Vec<_>>(), "{case} {}", from.display());
    for (file, content) in left.iter().filter(|(file, _)| *file != "leader-epoch-checkpoint") {
        assert_eq!(content, &expected[file], "{case} {} {file}", from.display());
    }
}

fn open(folder: &Path, config: &Arc<LogConfig>, is_clean: bool) -> Log {
    let options = OpenOptions {
        is_clean,
        now_ms: NOW_MS,
        producer_expiration_ms: 2_147_483_647,
        ..OpenOptions::default()
    };
    let dir: Arc<dyn Dir> = Arc::new(RealDir::open(folder).unwrap());
    Log::open(dir, config.clone(), &shared(), options).unwrap().0
}

fn all_batches(files: &BTreeMap<String, Vec<u8>>) -> Vec<Vec<u8>> {
    let logs = files.iter().filter(|(name, _)| name.ends_with(".log"));
    let of_log = |(_, content): (_, &Vec<u8>)| -> Vec<Vec<u8>> {
        batches(content).map(|batch| batch.unwrap().bytes().to_vec()).collect()
    };
    logs.flat_map(of_log).collect()
}

/// As a producer sent it: base offset 0, timestamps its own.
fn append(case: &str, topic: &TopicName, log: &mut Log, stored: &Batch<'_>) {
    let header = stored.header();
    let mut bytes = stored.bytes().to_vec();
    bytes[..8].fill(0);
    if header.timestamp_type() == TimestampType::LogAppendTime {
        stamp::create_time(&mut bytes, header.base_timestamp_ms);
    }
    let batch = Batch::parse(&bytes).unwrap();
    let is_own = topic.is_internal() || header.is_control();
    let origin = if is_own { Origin::Coordinator } else { Origin::Client };
    let timestamps = match header.timestamp_type() {
        TimestampType::LogAppendTime => TimestampRule::LogAppendTime,
        _ => TimestampRule::CreateTime { before_ms_max: i64::MAX, after_ms_max: i64::MAX },
    };
    let config = LogConfig { timestamps, compression: None, ..(**log.config()).clone() };
    let now_ms = header.max_timestamp_ms;
    let mut validated = validate_produce(&batch, &config.produce_rules(origin), now_ms).unwrap();
    let append = LeaderAppend {
        leader_epoch: header.partition_leader_epoch,
        now_ms,
        origin,
        verified: Verified::NotNeeded,
        transaction_version: TransactionVersion(if case == "transactions-v0" { 0 } else { 2 }),
    };
    let appended = log.append_as_leader(&mut validated, &append).unwrap();
    assert_eq!(appended.first_offset, header.base_offset, "{case}");
    assert_eq!(appended.last_offset, header.last_offset(), "{case}");
    assert!(!appended.is_duplicate);
    assert_eq!(BatchHeader::read(stored.bytes()).unwrap(), *validated.header());
}

/// A follower that is given the same batches ends with the same bytes.
#[test]
fn a_follower_leaves_the_same_bytes() {
    for name in CASES.into_iter().filter(|name| *name != "idempotent") {
        let case = Case::copy(name);
        for entry in fs::read_dir(golden(&format!("dirs/{name}"))).unwrap() {
            let path = entry.unwrap().path();
            let directory = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(PartitionDir::Current(partition)) = PartitionDir::parse(&directory) else { continue };
            let mut expected = files_in(&path);
            expected.remove("partition.metadata");
            if partition.topic.as_str() == "__cluster_metadata"
                || expected["00000000000000000000.log"].is_empty()
            {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let mut log = open(folder.path(), &case.config(partition.topic.as_str()), false);
            for batch in all_batches(&expected) {
                log.append_as_follower(&batch, NOW_MS).unwrap();
            }
            log.close().unwrap();
            assert_eq!(files_in(folder.path()), expected, "{name} {partition}");
        }
    }
}
