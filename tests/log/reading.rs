//! Reads: what a fetch gets, from memory and from disk (B6, B7, B9, B11, B19, B21), and moves of the log start.

use std::sync::Arc;

use kafkactl_core::log::dir::MemoryDisk;
use kafkactl_core::log::{
    LeaderAppend, Log, LogConfig, LogError, OpenOptions, ReadPlan, SliceBytes, TimeQuery, TimeSearch,
    TransactionVersion, Verified,
};
use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::record::validate::{Origin, TimestampRule, validate_produce};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, batches};

use crate::golden::shared;
use crate::read::bytes_of;

fn open(disk: &MemoryDisk, config: LogConfig) -> Log {
    let timestamps = TimestampRule::CreateTime { before_ms_max: i64::MAX, after_ms_max: i64::MAX };
    let config = Arc::new(LogConfig { timestamps, ..config });
    Log::open(disk.root(), config, &shared(), OpenOptions::default()).unwrap().0
}

fn small_segments() -> LogConfig {
    LogConfig { segment_bytes: 1000, index_interval_bytes: 100, ..LogConfig::default() }
}

/// Appends `count` records of one batch, the first at `at_ms`, each a millisecond after the one before.
fn append(log: &mut Log, epoch: i32, count: i64, at_ms: i64) -> usize {
    let mut builder = BatchBuilder::new(BatchFields::default());
    for index in 0..count {
        builder.append(at_ms + index, None, Some(&[b'v'; 20]), []);
    }
    let bytes = builder.finish().unwrap();
    let batch = Batch::parse(&bytes).unwrap();
    let mut validated = validate_produce(&batch, &log.config().produce_rules(Origin::Client), 0).unwrap();
    let append = LeaderAppend {
        leader_epoch: LeaderEpoch(epoch),
        now_ms: at_ms,
        origin: Origin::Client,
        verified: Verified::NotNeeded,
        transaction_version: TransactionVersion::V0,
    };
    log.append_as_leader(&mut validated, &append).unwrap();
    bytes.len()
}

fn offsets(bytes: &[u8]) -> Vec<i64> {
    batches(bytes).map(|batch| batch.unwrap().header().base_offset.0).collect()
}

/// B9: the first batch comes whole or not at all; what follows may be cut (B7).
#[test]
fn sizes_of_reads() {
    let disk = MemoryDisk::default();
    let mut log = open(&disk, LogConfig::default());
    let size = append(&mut log, 0, 3, 1000);
    for _ in 0..3 {
        append(&mut log, 0, 3, 1000);
    }
    let end = log.end_offset();
    for (offset, max_bytes, min_one_batch, expected_bytes, expected_first) in [
        (0, 10 * size, false, 4 * size, 0),
        (1, 10 * size, false, 4 * size, 0),
        (3, 10 * size, false, 3 * size, 3),
        (3, size, false, size, 3),
        (3, size + 10, false, size + 10, 3),
        (3, size - 1, false, 0, 0),
        (3, size - 1, true, size, 3),
        (3, 0, true, size, 3),
        (11, 10 * size, false, size, 9),
        (12, 10 * size, true, 0, 0),
    ] {
        let slice = log.read(Offset(offset), max_bytes, end, min_one_batch).unwrap();
        let bytes = bytes_of(&slice.bytes);
        assert_eq!(bytes.len(), expected_bytes, "{max_bytes} bytes from {offset}");
        if expected_bytes > 0 {
            assert_eq!(Batch::parse(&bytes).unwrap().header().base_offset, Offset(expected_first));
        }
    }
    // Nothing at or past the bound, which is no error (B6); outside the log it is one.
    assert_eq!(offsets(&bytes_of(&log.read(Offset(0), 10_000, Offset(6), true).unwrap().bytes)), [0, 3]);
    assert!(bytes_of(&log.read(Offset(7), 10_000, Offset(6), true).unwrap().bytes).is_empty());
    for outside in [-1, 13] {
        let error = log.read(Offset(outside), 10_000, end, true).unwrap_err();
        assert!(matches!(error, LogError::OffsetOutOfRange { .. }), "{error}");
    }
}

/// Readers at the end of the log are served from memory, with the same bytes as from disk.
#[test]
fn the_tail_gives_what_the_disk_gives() {
    let disk = MemoryDisk::default();
    let mut log = open(&disk, small_segments());
    let mut from = Offset(0);
    let mut from_memory = 0;
    for step in 0..200 {
        append(&mut log, 0, 1 + step % 4, 1000 + step);
        let end = log.end_offset();
        let slice = log.read(from, 4000, end, true).unwrap();
        from_memory += usize::from(matches!(slice.bytes, SliceBytes::Memory(_)));
        let bytes = bytes_of(&slice.bytes);
        let mut cold = open(&disk, small_segments());
        let on_disk = cold.read(from, 4000, end, true).unwrap();
        assert!(matches!(on_disk.bytes, SliceBytes::File { .. }));
        assert_eq!((slice.segment, slice.position), (on_disk.segment, on_disk.position));
        assert_eq!(bytes, bytes_of(&on_disk.bytes), "from {from}");
        from = end;
        // Being at the end is what asks for a tail.
        log.read(from, 4000, end, true).unwrap();
    }
    assert!(from_memory > 150, "only {from_memory} reads came from memory");
}

/// Reads of segments that do not change need the log for their plan only.
#[test]
fn sealed_segments_are_read_without_the_log() {
    let disk = MemoryDisk::default();
    let mut log = open(&disk, small_segments());
    for step in 0..50 {
        append(&mut log, 0, 2, step);
    }
    assert!(log.segment_count() > 4);
    let end = log.end_offset();
    let ReadPlan::Sealed(read) = log.plan_read(Offset(3), 10_000, end, true).unwrap() else {
        panic!("the first segment is sealed")
    };
    let plan = log.plan_retention(end, i64::MAX).unwrap();
    log.apply_retention(&plan, 0).unwrap();
    assert!(log.start_offset() > Offset(3));
    // Its files are renamed, but a reader on its way is still served.
    let slice = read.run();
    drop(log);
    assert!(slice.is_err() || bytes_of(&slice.unwrap().unwrap().bytes).len() > 100);
}

/// A search by time needs the log to learn which segments there are, and for the one that still grows.
#[test]
fn sealed_segments_are_searched_without_the_log() {
    let disk = MemoryDisk::default();
    let mut log = open(&disk, small_segments());
    for step in 0..50 {
        append(&mut log, 0, 2, step * 10);
    }
    let [mut first, mut latest] = [TimeQuery::AtOrAfter(255), TimeQuery::Latest].map(TimeSearch::new);
    assert!(!log.search(&mut first).unwrap() && !log.search(&mut latest).unwrap());
    first.run().unwrap();
    latest.run().unwrap();
    assert_eq!(first.found().map(|found| found.timestamp_ms), Some(260));
    assert!(latest.found().is_some_and(|found| found.timestamp_ms < 491));
    // Segments that were sealed meanwhile are not left out.
    let segments = log.segment_count();
    for step in 50..100 {
        append(&mut log, 0, 2, step * 10);
    }
    assert!(log.segment_count() > segments + 1);
    assert!(!log.search(&mut latest).unwrap());
    latest.run().unwrap();
    assert!(log.search(&mut latest).unwrap());
    assert_eq!(latest.found().map(|found| found.timestamp_ms), Some(991));
}

/// A partition's log is replaced while it is searched, by one with other segments.
#[test]
fn a_search_goes_on_in_a_log_with_other_segments() {
    let [disk, other_disk] = [MemoryDisk::default(), MemoryDisk::default()];
    let mut log = open(&disk, small_segments());
    let large = LogConfig { segment_bytes: 5 * small_segments().segment_bytes, ..small_segments() };
    let mut other = open(&other_disk, large);
    for step in 0..50 {
        append(&mut log, 0, 2, step * 10);
        append(&mut other, 0, 2, step * 10);
    }
    for step in 50..200 {
        append(&mut other, 0, 2, step * 10);
    }
    let mut search = TimeSearch::new(TimeQuery::AtOrAfter(495));
    assert!(!log.search(&mut search).unwrap());
    search.run().unwrap();
    assert_eq!(search.found(), None);
    while !other.search(&mut search).unwrap() {
        search.run().unwrap();
    }
    assert_eq!(search.found().map(|found| found.timestamp_ms), Some(500));
}

/// B21, over several segments and with times that go back.
#[test]
fn records_are_found_by_time() {
    let disk = MemoryDisk::default();
    let mut log = open(&disk, small_segments());
    let times: Vec<i64> =
        (0..60).map(|step| 1000 + if step % 7 == 3 { step * 5 - 100 } else { step * 10 }).collect();
    for at_ms in &times {
        append(&mut log, 0, 1, *at_ms);
    }
    assert!(log.segment_count() > 4);
    for wanted in (900..1700).step_by(3) {
        let expected = times.iter().position(|at_ms| *at_ms >= wanted).map(|at| (times[at], at as i64));
        let found = log.find_by_time(TimeQuery::AtOrAfter(wanted)).unwrap();
        assert_eq!(found.map(|found| (found.timestamp_ms, found.offset.0)), expected, "at {wanted}");
    }
    let newest = log.find_by_time(TimeQuery::Latest).unwrap().unwrap();
    assert_eq!(newest.timestamp_ms, *times.iter().max().unwrap());
    log.advance_start(Offset(30)).unwrap();
    let found = log.find_by_time(TimeQuery::AtOrAfter(1000)).unwrap().unwrap();
    assert!(found.offset >= Offset(30), "{found:?}");
}

/// B19, E11: epochs and the log start.
#[test]
fn epochs_end_where_the_next_begin() {
    let disk = MemoryDisk::default();
    let mut log = open(&disk, small_segments());
    for epoch in [0, 0, 2, 2, 5] {
        append(&mut log, epoch, 10, 1000);
    }
    let end = |log: &Log, epoch: i32| {
        log.epoch_end_offset(LeaderEpoch(epoch)).map(|end| (end.epoch.0, end.end_offset.0))
    };
    assert_eq!(
        [0, 1, 2, 5, 6].map(|epoch| end(&log, epoch)),
        [Some((0, 20)), Some((0, 20)), Some((2, 40)), Some((5, 50)), None]
    );
    assert!(log.advance_start(Offset(25)).unwrap());
    assert!(!log.advance_start(Offset(20)).unwrap());
    assert!(log.advance_start(Offset(51)).is_err());
    assert_eq!(end(&log, 0), Some((0, 25)));
    assert!(matches!(log.read(Offset(24), 100, Offset(50), true), Err(LogError::OffsetOutOfRange { .. })));
    log.truncate_to(Offset(35), 0).unwrap();
    assert_eq!((end(&log, 2), end(&log, 5)), (Some((2, 35)), None));
    assert_eq!(log.end_offset(), Offset(35));
    append(&mut log, 7, 1, 1000);
    assert_eq!(log.epoch_at(Offset(35)), Some(LeaderEpoch(7)));
}

/// A follower that is behind everything starts over where its leader's log starts.
#[test]
fn a_log_can_start_over() {
    let disk = MemoryDisk::default();
    let mut log = open(&disk, small_segments());
    for step in 0..30 {
        append(&mut log, 0, 2, step);
    }
    log.truncate_fully_and_start_at(Offset(500), 0).unwrap();
    assert_eq!((log.start_offset(), log.end_offset(), log.segment_count()), (Offset(500), Offset(500), 1));
    log.take_deleted().unlink().unwrap();
    append(&mut log, 3, 2, 1000);
    assert_eq!(log.end_offset(), Offset(502));
    log.close().unwrap();
    let log = open(&disk, small_segments());
    assert_eq!((log.start_offset(), log.end_offset()), (Offset(500), Offset(502)));
    assert_eq!(log.latest_epoch(), Some(LeaderEpoch(3)));
}
