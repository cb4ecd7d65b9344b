//! Disks that fail: a full one is survived, any other failure of a write or sync ends the writing.

use std::io::ErrorKind;
use std::sync::Arc;

use kafkactl_core::log::dir::{FailingDir, Failures, MemoryDisk, Operation};
use kafkactl_core::log::{
    AppendError, Appended, LeaderAppend, Log, LogConfig, LogError, OpenOptions, TransactionVersion, Verified,
};
use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::record::validate::{Origin, validate_produce};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields};

use crate::golden::shared;
use crate::read::bytes_of;

fn open(disk: &MemoryDisk, failures: &Failures) -> Log {
    let config = LogConfig { segment_bytes: 1000, index_interval_bytes: 100, ..LogConfig::default() };
    let dir = Arc::new(FailingDir::new(disk.root(), failures.clone()));
    Log::open(dir, Arc::new(config), &shared(), OpenOptions::default()).unwrap().0
}

fn append(log: &mut Log, value: &[u8]) -> Result<Appended, AppendError> {
    let mut builder = BatchBuilder::new(BatchFields::default());
    builder.append(1000, None, Some(value), []);
    let bytes = builder.finish().unwrap();
    let batch = Batch::parse(&bytes).unwrap();
    let mut validated = validate_produce(&batch, &log.config().produce_rules(Origin::Client), 1000).unwrap();
    let append = LeaderAppend {
        leader_epoch: LeaderEpoch(0),
        now_ms: 1000,
        origin: Origin::Client,
        verified: Verified::NotNeeded,
        transaction_version: TransactionVersion::V0,
    };
    log.append_as_leader(&mut validated, &append)
}

fn is_disk_full(error: &AppendError) -> bool {
    matches!(error, AppendError::Log(error) if error.is_disk_full())
}

/// Whatever call finds the disk full, the append can be made again once there is room, and the files end up as if
/// nothing had happened.
#[test]
fn a_full_disk_is_survived() {
    let untroubled = MemoryDisk::default();
    let mut log = open(&untroubled, &Failures::default());
    for _ in 0..30 {
        append(&mut log, &[7; 100]).unwrap();
    }
    log.close().unwrap();
    let mut refused = 0;
    for operation in [Operation::Write, Operation::Open] {
        for passes in 0..40 {
            let (disk, failures) = (MemoryDisk::default(), Failures::default());
            let mut log = open(&disk, &failures);
            failures.add(operation, ErrorKind::StorageFull, passes, 1);
            for offset in 0..30 {
                if let Err(error) = append(&mut log, &[7; 100]) {
                    assert!(is_disk_full(&error), "{operation:?} {passes}: {error}");
                    assert_eq!(log.end_offset(), Offset(offset));
                    refused += 1;
                    append(&mut log, &[7; 100]).unwrap();
                }
            }
            failures.clear();
            log.close().unwrap();
            assert!(disk.contents() == untroubled.contents(), "{operation:?} after {passes}: other files");
        }
    }
    assert!(refused > 40, "only {refused} appends were refused");
}

/// Retention and DeleteRecords make room, so they need none; whatever is renamed is gone, and what is not stays.
#[test]
fn old_records_go_from_a_full_disk() {
    let (disk, failures) = (MemoryDisk::default(), Failures::default());
    let mut log = open(&disk, &failures);
    for _ in 0..30 {
        append(&mut log, &[7; 100]).unwrap();
    }
    let config = LogConfig { retention_bytes: Some(0), delete: true, ..(**log.config()).clone() };
    log.update_config(Arc::new(config));
    let retain = |log: &mut Log| {
        let plan = log.plan_retention(log.end_offset(), 1000).unwrap();
        log.apply_retention(&plan, 1000).map(|()| log.take_deleted().unlink().unwrap())
    };
    failures.add(Operation::Rename, ErrorKind::PermissionDenied, 5, 1);
    retain(&mut log).unwrap_err();
    let second = log.start_offset();
    assert!(second > Offset(0) && second < log.active_base_offset(), "{second}");
    for operation in [Operation::Write, Operation::Open] {
        failures.add(operation, ErrorKind::StorageFull, 0, usize::MAX);
    }
    assert!(log.advance_start(second.plus(1)).unwrap());
    retain(&mut log).unwrap();
    // All but the active segment, which can only go when there is room for the next.
    let start = log.start_offset();
    assert_eq!(start, log.active_base_offset());
    assert!(is_disk_full(&append(&mut log, &[7; 500]).unwrap_err()));
    failures.clear();
    append(&mut log, &[7; 100]).unwrap();
    log.close().unwrap();
    let log = open(&disk, &failures);
    assert_eq!((log.start_offset(), log.end_offset()), (start, Offset(31)));
}

/// Whether or not the file can be cut back: what a disk holds that fails writes is unknown.
#[test]
fn a_write_that_fails_poisons_the_log() {
    let (disk, failures) = (MemoryDisk::default(), Failures::default());
    let mut log = open(&disk, &failures);
    append(&mut log, b"kept").unwrap();
    failures.add(Operation::Write, ErrorKind::Other, 0, 1);
    append(&mut log, b"lost").unwrap_err();
    assert!(log.poisoned().is_some());
    assert!(matches!(append(&mut log, b"refused"), Err(AppendError::Log(LogError::Poisoned { .. }))));
    assert_eq!(open(&disk, &failures).end_offset(), Offset(1));
}

#[test]
fn a_write_that_cannot_be_undone_poisons_the_log() {
    let (disk, failures) = (MemoryDisk::default(), Failures::default());
    let mut log = open(&disk, &failures);
    append(&mut log, b"kept").unwrap();
    failures.add(Operation::Write, ErrorKind::Other, 0, 1);
    failures.add(Operation::Resize, ErrorKind::Other, 0, 1);
    assert!(!is_disk_full(&append(&mut log, b"lost").unwrap_err()));
    assert!(log.poisoned().is_some());
    failures.clear();
    let refused = append(&mut log, b"refused").unwrap_err();
    assert!(matches!(refused, AppendError::Log(LogError::Poisoned { .. })), "{refused}");
    assert!(matches!(log.truncate_to(Offset(0), 0), Err(LogError::Poisoned { .. })));
    assert!(log.flush_task().is_err());
    // What was acknowledged is still served, and comes back after a restart.
    let slice = log.read(Offset(0), 1000, Offset(1), true).unwrap();
    assert!(!bytes_of(&slice.bytes).is_empty());
    assert!(log.close().is_err());
    assert_eq!(open(&disk, &failures).end_offset(), Offset(1));
}

#[test]
fn a_sync_that_fails_is_reported_and_never_repeated() {
    let (disk, failures) = (MemoryDisk::default(), Failures::default());
    let mut log = open(&disk, &failures);
    append(&mut log, b"written").unwrap();
    let task = log.flush_task().unwrap().unwrap();
    failures.add(Operation::Sync, ErrorKind::Other, 0, 1);
    let error = task.run().unwrap_err();
    log.poison(error.to_string());
    assert_eq!(log.flushed_to(), Offset(0));
    assert!(matches!(append(&mut log, b"x"), Err(AppendError::Log(LogError::Poisoned { .. }))));
}

/// A file that cannot be opened for reading says so and harms nothing else.
#[test]
fn a_failed_read_is_only_that() {
    let (disk, failures) = (MemoryDisk::default(), Failures::default());
    let mut log = open(&disk, &failures);
    append(&mut log, b"a").unwrap();
    failures.add(Operation::Read, ErrorKind::Other, 0, 1);
    assert!(matches!(log.read(Offset(0), 1000, Offset(1), true), Err(LogError::Io { .. })));
    assert!(!bytes_of(&log.read(Offset(0), 1000, Offset(1), true).unwrap().bytes).is_empty());
    append(&mut log, b"b").unwrap();
}
