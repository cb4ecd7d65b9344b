//! Cleaning: what stays is what Kafka's cleaner leaves, and what the rules say (E12 to E16).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use kafkactl_core::log::clean::{CleanLimits, CleanReport, Step};
use kafkactl_core::log::dir::RealDir;
use kafkactl_core::log::{LeaderAppend, Log, LogConfig, OpenOptions, TransactionVersion, Verified};
use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::record::validate::{Origin, TimestampRule, validate_produce};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, BatchHeader, batches};

use crate::golden::{Case, golden, shared};
use crate::read::bytes_of;

const NOW_MS: i64 = 4_102_445_000_000;
const DAY_MS: u64 = 86_400_000;

/// A record as it is compared: offset, timestamp, key, value.
pub type Record = (i64, i64, Option<Vec<u8>>, Option<Vec<u8>>);

struct Cleaned {
    case: Case,
    log: Log,
}

impl Cleaned {
    fn open(topic: &str, delete_retention_ms: u64) -> Self {
        let case = Case::copy("compacted-before");
        let log = open(
            &case.folder.path().join(format!("{topic}-0")),
            &case.config(topic),
            delete_retention_ms,
            true,
        );
        Self { case, log }
    }

    /// Cleans everything up to the active segment, as if nothing had ever been cleaned.
    fn clean(&mut self, now_ms: i64, keys_max: usize) -> Option<CleanReport> {
        clean(&mut self.log, now_ms, keys_max)
    }
}

fn open(folder: &Path, config: &LogConfig, delete_retention_ms: u64, is_clean: bool) -> Log {
    let config = LogConfig {
        compact: true,
        delete_retention_ms,
        timestamps: TimestampRule::CreateTime { before_ms_max: i64::MAX, after_ms_max: i64::MAX },
        ..config.clone()
    };
    let options = OpenOptions { is_clean, now_ms: NOW_MS, ..OpenOptions::default() };
    let dir = Arc::new(RealDir::open(folder).unwrap());
    Log::open(dir, Arc::new(config), &shared(), options).unwrap().0
}

/// Cleans all it may, with memory for so many keys. `None` if there is nothing to clean.
pub fn clean(log: &mut Log, now_ms: i64, keys_max: usize) -> Option<CleanReport> {
    let cleanable = log.cleaning_candidate(log.end_offset()).cleanable(now_ms).unwrap();
    let limits = CleanLimits { map_bytes_max: keys_max * 24, ..CleanLimits::default() };
    let task = log.clean_task(cleanable).unwrap();
    let mut cleaning = task.begin(&limits, now_ms, &mut |_| true).unwrap()?;
    loop {
        match cleaning.step(&mut |_| true).unwrap() {
            Step::Replace(segment) => assert!(log.replace_segments(segment, now_ms).unwrap()),
            Step::Done(report) => {
                log.take_deleted().unlink().unwrap();
                return Some(report);
            }
            Step::Stopped => unreachable!("nobody said so"),
        }
    }
}

pub fn read_batches(log: &mut Log) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let (mut from, end) = (log.start_offset(), log.end_offset());
    while from < end {
        let slice = log.read(from, 3000, end, true).unwrap();
        let bytes = bytes_of(&slice.bytes);
        if bytes.is_empty() {
            break;
        }
        for batch in batches(&bytes) {
            let batch = batch.unwrap();
            assert!(batch.crc_is_valid());
            from = batch.header().next_offset();
            found.push(batch.bytes().to_vec());
        }
    }
    found
}

pub fn records_of(batch: &[u8]) -> Vec<Record> {
    let batch = Batch::parse(batch).unwrap();
    let records = batch.records(1 << 20).unwrap();
    let record = |record: kafkactl_core::record::RecordView<'_>| {
        (
            record.offset.0,
            record.timestamp_ms,
            record.key.map(<[u8]>::to_vec),
            record.value.map(<[u8]>::to_vec),
        )
    };
    records.iter().map(|it| record(it.unwrap())).collect()
}

fn data_of(batches: &[Vec<u8>]) -> Vec<Record> {
    let is_data = |batch: &&Vec<u8>| !BatchHeader::read(batch).unwrap().is_control();
    batches.iter().filter(is_data).flat_map(|batch| records_of(batch)).collect()
}

/// What is left of records: the latest of each key before `end`, and all from there on.
fn latest(records: &[Record], end: i64) -> Vec<Record> {
    let dirty = records.iter().filter(|record| record.0 < end);
    let last: BTreeMap<_, _> = dirty.map(|record| (record.2.clone(), record.0)).collect();
    let stays = |record: &&Record| record.0 >= end || last.get(&record.2) == Some(&record.0);
    records.iter().filter(stays).cloned().collect()
}

#[test]
fn the_latest_record_of_every_key_stays() {
    for topic in ["compact", "compact-delete", "compact-idem"] {
        let mut cleaned = Cleaned::open(topic, DAY_MS);
        let before = read_batches(&mut cleaned.log);
        let (start, end) = (cleaned.log.start_offset(), cleaned.log.end_offset());
        let active = cleaned.log.active_base_offset();
        let producers = producers_of(&cleaned.log);
        let report = cleaned.clean(NOW_MS, 1000).unwrap();
        assert_eq!(report.cleaned_to, active, "{topic}");
        assert!(report.bytes_after < report.bytes_before, "{topic}");
        let after = read_batches(&mut cleaned.log);
        assert_eq!(data_of(&after), latest(&data_of(&before), active.0), "{topic}");
        assert_eq!((cleaned.log.start_offset(), cleaned.log.end_offset()), (start, end));
        // Another cleaning finds nothing more to drop.
        cleaned.clean(NOW_MS + 1, 1000).unwrap();
        assert_eq!(read_batches(&mut cleaned.log), after, "{topic}");
        // A restart finds the same, and every producer's last sequence.
        cleaned.log.close().unwrap();
        let folder = cleaned.case.folder.path().join(format!("{topic}-0"));
        for is_clean in [true, false] {
            let mut log = open(&folder, &cleaned.case.config(topic), DAY_MS, is_clean);
            assert_eq!(read_batches(&mut log), after, "{topic} clean {is_clean}");
            assert_eq!(producers_of(&log), producers, "{topic} clean {is_clean}");
            log.close().unwrap();
        }
    }
}

fn producers_of(log: &Log) -> BTreeMap<i64, (i16, i32)> {
    log.producers().map(|entry| (entry.producer_id.0, (entry.epoch.0, entry.last_sequence()))).collect()
}

/// E14: tombstones stay until their horizon, and so do markers without data; aborted records go at once.
#[test]
fn tombstones_and_markers_go_after_their_horizon() {
    for topic in ["compact-drop", "compact-txn"] {
        let mut cleaned = Cleaned::open(topic, 1000);
        let before = read_batches(&mut cleaned.log);
        let active = cleaned.log.active_base_offset().0;
        let expected = latest(&committed(&before), active);
        cleaned.clean(NOW_MS, 1000).unwrap();
        let first = read_batches(&mut cleaned.log);
        assert_eq!(committed(&first), expected, "{topic}");
        let aborted_before = expected.len() + committed(&before).len();
        assert!(aborted_before > 0);
        assert!(
            data_of(&first).iter().filter(|record| record.0 < active).all(|record| expected.contains(record))
        );
        cleaned.clean(NOW_MS + 999, 1000).unwrap();
        assert_eq!(committed(&read_batches(&mut cleaned.log)), expected, "{topic} before the horizon");
        cleaned.clean(NOW_MS + 1000, 1000).unwrap();
        let last = read_batches(&mut cleaned.log);
        let values: Vec<_> =
            expected.iter().filter(|record| record.0 >= active || record.3.is_some()).cloned().collect();
        assert_eq!(committed(&last), values, "{topic} past the horizon");
        if topic == "compact-txn" {
            let markers = |batches: &[Vec<u8>]| {
                let headers = batches.iter().map(|batch| BatchHeader::read(batch).unwrap());
                headers.filter(|header| header.is_control() && header.last_offset().0 < active).count()
            };
            cleaned.clean(NOW_MS + 3000, 1000).unwrap();
            cleaned.clean(NOW_MS + 6000, 1000).unwrap();
            let end = read_batches(&mut cleaned.log);
            assert!(markers(&end) < markers(&before), "{} markers of {}", markers(&end), markers(&before));
            assert_eq!(committed(&end), values);
        }
    }
}

/// The records of transactions that were committed, or of none.
fn committed(batches: &[Vec<u8>]) -> Vec<Record> {
    let mut open: BTreeMap<i64, Vec<Record>> = BTreeMap::new();
    let mut records = Vec::new();
    for bytes in batches {
        let batch = Batch::parse(bytes).unwrap();
        let header = batch.header();
        let id = header.producer_id.0;
        if header.is_control() {
            let ended = open.remove(&id).unwrap_or_default();
            if header.record_count > 0 && !crate::read::is_abort(&batch) {
                records.extend(ended);
            }
        } else if header.is_transactional() {
            open.entry(id).or_default().extend(records_of(bytes));
        } else {
            records.extend(records_of(bytes));
        }
    }
    // What is cleaned may have lost its marker; what is not ended would stand in the way of cleaning.
    records.extend(open.into_values().flatten());
    records.sort();
    records
}

/// E12: a key map that is full bounds what is cleaned, and the next round goes on from there.
#[test]
fn a_full_key_map_ends_the_round() {
    let mut cleaned = Cleaned::open("compact", DAY_MS);
    let before = data_of(&read_batches(&mut cleaned.log));
    let active = cleaned.log.active_base_offset();
    let report = cleaned.clean(NOW_MS, 5).unwrap();
    assert!(report.cleaned_to < active && report.cleaned_to > Offset(0), "{report:?}");
    let after = data_of(&read_batches(&mut cleaned.log));
    assert_eq!(after, latest(&before, report.cleaned_to.0));
}

/// Damage stops a cleaning before anything is replaced, in what is dirty and in what was cleaned before.
#[test]
fn damage_is_found_wherever_it_lies() {
    for (first_dirty, finds_at_once) in [(0, true), (20, false)] {
        let mut cleaned = Cleaned::open("compact", DAY_MS);
        let folder = cleaned.case.folder.path().join("compact-0");
        let file = folder.join("00000000000000000000.log");
        let mut bytes = std::fs::read(&file).unwrap();
        let first = batches(&bytes).next().unwrap().unwrap().header().size_bytes;
        bytes[first - 1] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        let mut cleanable =
            cleaned.log.cleaning_candidate(cleaned.log.end_offset()).cleanable(NOW_MS).unwrap();
        cleanable.first_dirty = Offset(first_dirty);
        let task = cleaned.log.clean_task(cleanable).unwrap();
        let error = match task.begin(&CleanLimits::default(), NOW_MS, &mut |_| true) {
            Ok(cleaning) => {
                assert!(!finds_at_once);
                cleaning.unwrap().step(&mut |_| true).unwrap_err()
            }
            Err(error) => {
                assert!(finds_at_once);
                error
            }
        };
        assert!(error.to_string().contains("batch at byte 0"), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), bytes);
        let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = names.filter(|name| name.to_string_lossy().ends_with(".cleaned")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Kafka's own cleaner, which ran again and again while the second half was written, leaves the same records.
#[test]
fn kafkas_cleaner_leaves_the_same() {
    for (topic, delete_retention_ms) in [("compact", DAY_MS), ("compact-delete", DAY_MS), ("compact-drop", 0)]
    {
        let mut cleaned = Cleaned::open(topic, delete_retention_ms);
        write_second_round(&mut cleaned.log);
        assert_eq!(cleaned.log.end_offset(), Offset(194));
        assert_eq!(cleaned.log.active_base_offset(), Offset(162), "{topic}");
        cleaned.clean(NOW_MS, 1000).unwrap();
        if delete_retention_ms == 0 {
            cleaned.clean(NOW_MS + 1, 1000).unwrap();
        }
        let ours = read_batches(&mut cleaned.log);
        let folder = golden(&format!("dirs/compacted-after/{topic}-0"));
        let mut theirs = Vec::new();
        for name in ["00000000000000000000.log", "00000000000000000162.log"] {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            theirs.extend(batches(&bytes).map(|batch| batch.unwrap().bytes().to_vec()));
        }
        let (our_records, their_records) = (data_of(&ours), data_of(&theirs));
        if delete_retention_ms == 0 {
            // Their last tombstones were still waiting for one more round.
            let more: Vec<_> = their_records.iter().filter(|record| !our_records.contains(record)).collect();
            assert!(more.iter().all(|record| record.3.is_none()), "{topic}: {more:?}");
            assert!(our_records.iter().all(|record| their_records.contains(record)), "{topic}");
            continue;
        }
        assert_eq!(our_records, their_records, "{topic}");
        let shapes = |batches: &[Vec<u8>]| -> Vec<_> {
            let headers = batches.iter().map(|batch| BatchHeader::read(batch).unwrap());
            let shape = |header: BatchHeader| {
                let horizon = header.delete_horizon_ms().is_some();
                (
                    header.base_offset,
                    header.last_offset(),
                    header.record_count,
                    header.max_timestamp_ms,
                    horizon,
                    header.size_bytes,
                )
            };
            headers.filter(|header| header.record_count > 0).map(shape).collect()
        };
        // Sizes differ by the varints of timestamps, which count from the horizon.
        let without_size = |shapes: Vec<(Offset, Offset, i32, i64, bool, usize)>| -> Vec<_> {
            shapes
                .into_iter()
                .map(|(a, b, c, d, horizon, size)| (a, b, c, d, horizon, if horizon { 0 } else { size }))
                .collect()
        };
        assert_eq!(without_size(shapes(&ours)), without_size(shapes(&theirs)), "{topic}");
    }
}

/// The writes of the golden generator between `compacted-before` and `compacted-after`.
fn write_second_round(log: &mut Log) {
    let base_ms = 4_102_444_800_000 + 100_000;
    for i in 0..15_i64 {
        let mut builder = BatchBuilder::new(BatchFields::default());
        let round: [(&[u8], Option<&[u8]>); 1] = [(b"round", Some(b"1"))];
        for k in 0..6 {
            let key = format!("key-{}", (i * k) % 17);
            let value = format!("value-1-{i}-{k}");
            let value = if i % 4 == 3 && k < 3 { None } else { Some(value.as_bytes()) };
            builder.append(base_ms + i * 250 + k, Some(key.as_bytes()), value, round);
        }
        if i % 4 == 1 {
            let key = format!("dead-1-{i}");
            builder.append(base_ms + i * 250 + 6, Some(key.as_bytes()), Some(b"soon gone"), []);
        }
        if i % 4 == 3 {
            let key = format!("dead-1-{}", i - 2);
            builder.append(base_ms + i * 250 + 6, Some(key.as_bytes()), None, []);
        }
        let bytes = builder.finish().unwrap();
        let batch = Batch::parse(&bytes).unwrap();
        let mut validated =
            validate_produce(&batch, &log.config().produce_rules(Origin::Client), NOW_MS).unwrap();
        let append = LeaderAppend {
            leader_epoch: LeaderEpoch(2),
            now_ms: NOW_MS,
            origin: Origin::Client,
            verified: Verified::NotNeeded,
            transaction_version: TransactionVersion::V2,
        };
        log.append_as_leader(&mut validated, &append).unwrap();
    }
}
