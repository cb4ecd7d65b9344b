//! A copy of a log that takes its place is the log, whatever was cut, cleaned or left open in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use kafkactl_core::log::dir::MemoryDisk;
use kafkactl_core::log::{
    LeaderAppend, Log, LogConfig, OpenOptions, ProducerEntry, TransactionVersion, Verified,
};
use kafkactl_core::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};
use kafkactl_core::record::validate::{Origin, validate_produce};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, control};

use crate::golden::{NOW_MS, shared};

fn config() -> Arc<LogConfig> {
    Arc::new(LogConfig { segment_bytes: 600, ..LogConfig::default() })
}

fn open(disk: &MemoryDisk, start_offset: Offset) -> Log {
    let options = OpenOptions { now_ms: NOW_MS, start_offset, ..OpenOptions::default() };
    Log::open(disk.root(), config(), &shared(), options).unwrap().0
}

fn append_bytes(log: &mut Log, bytes: &[u8], epoch: i32, origin: Origin) {
    let batch = Batch::parse(bytes).unwrap();
    let rules = config().produce_rules(origin);
    let mut validated = validate_produce(&batch, &rules, NOW_MS).unwrap();
    let options = LeaderAppend {
        leader_epoch: LeaderEpoch(epoch),
        now_ms: NOW_MS,
        origin,
        verified: Verified::NotNeeded,
        transaction_version: TransactionVersion::V0,
    };
    log.append_as_leader(&mut validated, &options).unwrap();
}

/// Three records of a producer, or of none.
fn append(log: &mut Log, epoch: i32, producer: Option<(i64, i32)>, is_transactional: bool) {
    let (id, base_sequence) = producer.unwrap_or((-1, -1));
    let mut builder = BatchBuilder::new(BatchFields {
        producer_id: ProducerId(id),
        producer_epoch: ProducerEpoch(if id < 0 { -1 } else { 0 }),
        base_sequence,
        is_transactional,
        ..BatchFields::default()
    });
    for value in ["a", "b", "c"] {
        builder.append(NOW_MS, Some(b"key"), Some(value.as_bytes()), []);
    }
    append_bytes(log, &builder.finish().unwrap(), epoch, Origin::Client);
}

fn end_transaction(log: &mut Log, epoch: i32, id: i64, is_commit: bool) {
    let fields = BatchFields {
        producer_id: ProducerId(id),
        producer_epoch: ProducerEpoch(0),
        ..BatchFields::default()
    };
    let bytes = control::end_transaction_batch(fields, NOW_MS, is_commit, 0).unwrap();
    append_bytes(log, &bytes, epoch, Origin::Coordinator);
}

/// What is known of a log besides its records.
fn knowledge(log: &mut Log) -> (Vec<Offset>, Vec<Option<Offset>>, BTreeMap<ProducerId, ProducerEntry>) {
    let (start, end) = (log.start_offset(), log.end_offset());
    let offsets = vec![start, end, log.last_stable_offset(end)];
    let epochs = (0..6).map(|epoch| log.epoch_end_offset(LeaderEpoch(epoch)).map(|it| it.end_offset));
    let producers = log.producers().map(|entry| (entry.producer_id, entry.clone()));
    (offsets, epochs.collect(), producers.collect())
}

fn records(log: &mut Log) -> (Vec<u8>, Vec<i64>) {
    let (mut from, end) = (log.start_offset(), log.end_offset());
    let (mut bytes, mut aborted) = (Vec::new(), Vec::new());
    while from < end {
        let slice = log.read(from, 1, end, true).unwrap();
        let read = slice.bytes.read_all().unwrap();
        aborted.extend(log.aborted_transactions(from, &slice).unwrap().iter().map(|it| it.first_offset.0));
        let Ok(batch) = Batch::parse(&read) else { break };
        from = batch.header().next_offset();
        bytes.extend(read);
    }
    (bytes, aborted)
}

/// A log with idempotent and transactional records of two leaders, whose start lies inside a batch, after the records
/// of a producer that it still remembers.
fn original(disk: &MemoryDisk) -> Log {
    let mut log = open(disk, Offset(0));
    log.assign_epoch(LeaderEpoch(1), Offset(0)).unwrap();
    append(&mut log, 1, Some((70, 0)), false);
    append(&mut log, 1, None, false);
    append(&mut log, 1, Some((71, 0)), true);
    append(&mut log, 1, None, false);
    end_transaction(&mut log, 1, 71, false);
    append(&mut log, 3, Some((71, 3)), true);
    for _ in 0..8 {
        append(&mut log, 3, None, false);
    }
    log.advance_start(Offset(4)).unwrap();
    log.assign_epoch(LeaderEpoch(5), log.end_offset()).unwrap();
    log
}

fn copy_all(copy: &mut Log, from: &mut Log, bytes_max: usize) {
    while copy.copy_from(from, bytes_max, NOW_MS).unwrap() > 0 {}
}

#[test]
fn a_copy_is_the_log() {
    let (disk, copies) = (MemoryDisk::default(), MemoryDisk::default());
    let mut log = original(&disk);
    assert_eq!(log.copy_start().unwrap(), Offset(3));
    let mut copy = open(&copies, log.copy_start().unwrap());
    copy_all(&mut copy, &mut log, 200);
    assert!(copy.producers().all(|entry| entry.producer_id != ProducerId(70)), "its records are gone");
    copy.take_over(&log, NOW_MS).unwrap();
    assert_eq!(knowledge(&mut copy), knowledge(&mut log));
    let known = knowledge(&mut copy);
    assert_eq!(known.0, [Offset(4), log.end_offset(), Offset(13)]);
    assert!(known.2.contains_key(&ProducerId(70)));
    assert_eq!(records(&mut copy), records(&mut log));
    assert_eq!(records(&mut copy).1.first(), Some(&6));

    // A crash after that takes none of it.
    let end = log.end_offset();
    drop(copy);
    let options =
        OpenOptions { now_ms: NOW_MS, start_offset: Offset(4), recovery_point: end, ..Default::default() };
    let (mut copy, report) = Log::open(copies.root(), config(), &shared(), options).unwrap();
    assert_eq!(report.cut_bytes, 0);
    // Of the batches of a producer snapshots keep the last.
    let last = |producers: &BTreeMap<ProducerId, ProducerEntry>| -> Vec<_> {
        producers.values().map(|entry| (entry.producer_id, entry.batches().last().copied())).collect()
    };
    assert_eq!(last(&knowledge(&mut copy).2), last(&known.2));
    assert_eq!(records(&mut copy), records(&mut log));
}

#[test]
fn a_copy_that_is_not_whole_takes_nothing_over() {
    let mut log = original(&MemoryDisk::default());
    let mut copy = open(&MemoryDisk::default(), log.copy_start().unwrap());
    assert!(copy.copy_from(&mut log, 100, NOW_MS).unwrap() > 0);
    assert!(copy.take_over(&log, NOW_MS).is_err());
}

#[test]
fn a_copy_of_an_empty_log_ends_where_it_ends() {
    let mut log = open(&MemoryDisk::default(), Offset(4_000));
    let mut copy = open(&MemoryDisk::default(), log.copy_start().unwrap());
    copy_all(&mut copy, &mut log, 100);
    copy.take_over(&log, NOW_MS).unwrap();
    assert_eq!((copy.start_offset(), copy.end_offset()), (Offset(4_000), Offset(4_000)));
}

/// Cleaning may leave nothing before the end of the log.
#[test]
fn a_copy_ends_where_the_log_does_even_without_a_record_there() {
    let (disk, copies) = (MemoryDisk::default(), MemoryDisk::default());
    let mut log = open(&disk, Offset(0));
    append(&mut log, 0, None, false);
    log.append_copied(&[], Offset(9), NOW_MS).unwrap();
    assert_eq!(log.end_offset(), Offset(9));
    let mut copy = open(&copies, Offset(0));
    copy_all(&mut copy, &mut log, 100);
    copy.take_over(&log, NOW_MS).unwrap();
    append(&mut copy, 0, None, false);
    assert_eq!(copy.end_offset(), Offset(12));
    drop(copy);
    assert_eq!(open(&copies, Offset(0)).end_offset(), Offset(12));
}

#[test]
fn what_a_copy_has_in_common() {
    let mut log = original(&MemoryDisk::default());
    let start = log.copy_start().unwrap();
    let half = || {
        let mut copy = open(&MemoryDisk::default(), start);
        let mut log = original(&MemoryDisk::default());
        for _ in 0..6 {
            copy.copy_from(&mut log, 100, NOW_MS).unwrap();
        }
        copy
    };
    let whole_end = half().end_offset();
    assert_eq!(half().common_end(&log), Some(whole_end));
    // The log lost its end with the power, and has another leader since.
    let cut = Offset(13);
    log.truncate_to(cut, NOW_MS).unwrap();
    append(&mut log, 6, None, false);
    assert!(whole_end > cut);
    assert_eq!(half().common_end(&log), Some(cut));
    let mut copy = half();
    copy.truncate_to(cut, NOW_MS).unwrap();
    copy_all(&mut copy, &mut log, 100);
    assert_eq!(records(&mut copy).0, records(&mut log).0);
    // What the two do not have in common is gone from the log by now.
    log.advance_start(log.end_offset()).unwrap();
    assert_eq!(half().common_end(&log), Some(log.start_offset()));
    assert_eq!(open(&MemoryDisk::default(), start).common_end(&log), None, "nothing was copied yet");
}
