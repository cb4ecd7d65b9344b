//! Cleaning logs whose transactions end behind what is cleaned (E14).

use std::sync::Arc;

use kafkactl_core::log::dir::MemoryDisk;
use kafkactl_core::log::{LeaderAppend, Log, LogConfig, OpenOptions, TransactionVersion, Verified};
use kafkactl_core::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};
use kafkactl_core::record::control::end_transaction_batch;
use kafkactl_core::record::validate::{Origin, validate_produce};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, BatchHeader};

use crate::compaction::{clean, read_batches, records_of};
use crate::golden::shared;

const NOW_MS: i64 = 1_700_000_000_000;
const DELETE_RETENTION_MS: i64 = 1_000;
/// No producer.
const NOBODY: i64 = -1;

struct Written {
    log: Log,
    filled: usize,
}

impl Written {
    fn new() -> Self {
        let config = LogConfig {
            segment_bytes: 1_000,
            compact: true,
            delete_retention_ms: DELETE_RETENTION_MS as u64,
            ..LogConfig::default()
        };
        let options = OpenOptions { is_clean: true, now_ms: NOW_MS, ..OpenOptions::default() };
        let log = Log::open(MemoryDisk::default().root(), Arc::new(config), &shared(), options).unwrap().0;
        Self { log, filled: 0 }
    }

    fn data(&mut self, producer: i64, key: &str, value: &str) {
        let mut fields = BatchFields::default();
        if producer != NOBODY {
            let known = self.log.producer(ProducerId(producer));
            fields.producer_id = ProducerId(producer);
            fields.producer_epoch = known.map_or(ProducerEpoch(0), |known| known.epoch);
            fields.base_sequence = known.map_or(0, |known| known.last_sequence() + 1);
            fields.is_transactional = true;
        }
        let mut builder = BatchBuilder::new(fields);
        builder.append(NOW_MS, Some(key.as_bytes()), Some(value.as_bytes()), []);
        self.append(&builder.finish().unwrap(), Origin::Client);
    }

    fn end_transaction(&mut self, producer: i64, commit: bool) {
        let epoch = self.log.producer(ProducerId(producer)).unwrap().epoch;
        let fields = BatchFields {
            producer_id: ProducerId(producer),
            producer_epoch: ProducerEpoch(epoch.0 + 1),
            ..BatchFields::default()
        };
        let marker = end_transaction_batch(fields, NOW_MS, commit, 1).unwrap();
        self.append(&marker, Origin::Coordinator);
    }

    fn append(&mut self, bytes: &[u8], origin: Origin) {
        let batch = Batch::parse(bytes).unwrap();
        let rules = self.log.config().produce_rules(origin);
        let mut validated = validate_produce(&batch, &rules, NOW_MS).unwrap();
        let append = LeaderAppend {
            leader_epoch: LeaderEpoch(0),
            now_ms: NOW_MS,
            origin,
            verified: Verified::NotNeeded,
            transaction_version: TransactionVersion::V2,
        };
        self.log.append_as_leader(&mut validated, &append).unwrap();
    }

    /// Writes records of no importance until another segment takes the appends.
    fn roll(&mut self) {
        let before = self.log.active_base_offset();
        while self.log.active_base_offset() == before {
            self.filled += 1;
            let key = format!("filler-{}", self.filled);
            self.data(NOBODY, &key, &"x".repeat(100));
        }
    }

    fn clean(&mut self, now_ms: i64) -> Offset {
        clean(&mut self.log, now_ms, 1_000).unwrap().cleaned_to
    }

    /// What is left of `key`, whatever became of its transactions.
    fn values(&mut self, key: &str) -> Vec<String> {
        let data = read_batches(&mut self.log);
        let data = data.iter().filter(|batch| !BatchHeader::read(batch).unwrap().is_control());
        let records = data.flat_map(|batch| records_of(batch));
        let of_key = records.filter(|record| record.2.as_deref() == Some(key.as_bytes()));
        of_key.map(|record| String::from_utf8(record.3.unwrap()).unwrap()).collect()
    }

    fn markers(&mut self) -> usize {
        let headers = read_batches(&mut self.log);
        let headers = headers.iter().map(|batch| BatchHeader::read(batch).unwrap());
        headers.filter(|header| header.is_control() && header.record_count > 0).count()
    }
}

/// The records go, and never count as the latest of their keys, although the marker that says so is not cleaned.
#[test]
fn an_abort_marker_in_a_later_segment_counts() {
    for marker_is_in_active in [true, false] {
        let mut written = Written::new();
        written.data(NOBODY, "a", "kept");
        written.data(10, "a", "aborted");
        written.roll();
        let data_ends = written.log.active_base_offset();
        written.roll();
        written.end_transaction(10, false);
        if !marker_is_in_active {
            written.roll();
        }
        let cleaned_to = written.clean(NOW_MS);
        assert!(cleaned_to >= data_ends);
        assert_eq!(written.values("a"), ["kept"]);
        assert_eq!(written.markers(), 1, "it may still tell readers of the old records");
    }
}

#[test]
fn a_commit_marker_in_a_later_segment_counts() {
    let mut written = Written::new();
    written.data(NOBODY, "a", "old");
    written.data(10, "a", "new");
    written.roll();
    written.end_transaction(10, true);
    written.clean(NOW_MS);
    assert_eq!(written.values("a"), ["new"]);
}

/// While it is open, nothing from its segment on may be cleaned.
#[test]
fn an_open_transaction_holds_cleaning_back() {
    let mut written = Written::new();
    written.data(NOBODY, "a", "old");
    written.roll();
    written.data(NOBODY, "a", "new");
    written.data(10, "a", "undecided");
    let held = written.log.active_base_offset();
    written.roll();
    assert_eq!(written.clean(NOW_MS), held);
    assert_eq!(written.values("a"), ["old", "new", "undecided"]);
}

/// The first cleaning ends between the records and their marker, the second begins there.
#[test]
fn a_marker_outlives_its_records_until_its_horizon() {
    let mut written = Written::new();
    written.data(NOBODY, "a", "kept");
    written.data(10, "a", "aborted");
    written.roll();
    written.end_transaction(10, false);
    let cleaned_to = written.clean(NOW_MS);
    written.log.cleaned(cleaned_to);
    assert_eq!((written.values("a"), written.markers()), (vec!["kept".to_owned()], 1));
    written.roll();
    for (now_ms, markers) in
        [(NOW_MS, 1), (NOW_MS + DELETE_RETENTION_MS - 1, 1), (NOW_MS + DELETE_RETENTION_MS, 0)]
    {
        written.clean(now_ms);
        assert_eq!(
            (written.values("a"), written.markers()),
            (vec!["kept".to_owned()], markers),
            "at {now_ms}"
        );
        // The next cleaning has something to begin with.
        written.roll();
    }
}
