//! The cleaner at work on logs that are written, read, deleted and damaged meanwhile.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::log::clean::Cleanable;
use kafkactl_core::log::dir::{FailingDir, Failures, MemoryDisk, Operation};
use kafkactl_core::names::Offset;
use kafkactl_core::record::{BatchBuilder, BatchFields, batches};
use kafkactl_core::schema::metadata::{ConfigRecord, MetadataRecord};

use super::client::Client;
use super::fetching::fetch;
use super::producing::produce;
use super::{TestBroker, Topic, image, until};
use crate::cleaner::CleanerFigures;
use crate::cluster::{MetadataDelta, MetadataSubscriber};
use crate::metrics::{Format, Metrics};

pub(super) const COMPACT: &[(&str, &str)] = &[
    ("cleanup.policy", "compact"),
    ("internal.segment.bytes", "4000"),
    ("min.cleanable.dirty.ratio", "0.01"),
    ("file.delete.delay.ms", "0"),
];
const TOPIC: &[Topic<'static>] = &[("t", 1, COMPACT)];
/// Clean at once whenever there is something to clean.
pub(super) const EAGER: &[(&str, &str)] = &[("log.cleaner.backoff.ms", "1")];
const CHECKPOINT: &str = "cleaner-offset-checkpoint";

fn keyed(records: &[(&str, &str)]) -> Bytes {
    let mut builder = BatchBuilder::new(BatchFields::default());
    for (key, value) in records {
        builder.append(1_700_000_000_000, Some(key.as_bytes()), Some(value.as_bytes()), []);
    }
    builder.finish().unwrap().into()
}

/// Round after round of the same keys, each record a batch of its own.
pub(super) fn write_rounds(client: &mut Client, topic: &str, rounds: std::ops::Range<usize>, keys: usize) {
    for round in rounds {
        for key in 0..keys {
            let (key, value) = (format!("key-{key}"), format!("value {round} {}", "x".repeat(50)));
            assert_eq!(produce(client, topic, 0, keyed(&[(&key, &value)])).error_code, 0);
        }
    }
}

/// Offset, key and value of every record of the topic's only partition.
pub(super) fn read_all(client: &mut Client, topic: &str) -> Vec<(i64, String, String)> {
    let text = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap().to_vec()).unwrap();
    let mut found = Vec::new();
    let mut next = 0;
    loop {
        let partition = fetch(client, &[(topic, 0, next)], 12).remove(0);
        assert_eq!(partition.error_code, 0);
        let records = partition.records.unwrap_or_default();
        for batch in batches(&records) {
            let batch = batch.unwrap();
            batch.check_crc().unwrap();
            assert!(batch.header().last_offset().0 >= next, "readers never go back");
            next = batch.header().next_offset().0;
            for record in batch.records(1 << 20).unwrap().iter() {
                let record = record.unwrap();
                found.push((record.offset.0, text(record.key), text(record.value)));
            }
        }
        if records.is_empty() || next >= partition.high_watermark {
            return found;
        }
    }
}

fn latest(records: &[(i64, String, String)]) -> BTreeMap<String, String> {
    records.iter().map(|(_, key, value)| (key.clone(), value.clone())).collect()
}

impl TestBroker {
    fn cleaner_figures(&self) -> CleanerFigures {
        self.broker.cleaner.figures()
    }

    /// Up to where a topic's only partition has been cleaned, as cleaning it now would go on from.
    fn first_dirty(&self, topic: &str) -> Offset {
        self.cleanable(topic).first_dirty
    }

    fn cleanable(&self, topic: &str) -> Cleanable {
        let partition = self.partition(topic, 0);
        // Waits until the log is open.
        partition.bounds();
        partition.cleaning_candidate().unwrap().cleanable(self.broker.clock.now_ms()).unwrap()
    }

    pub(super) fn wait_until_cleaned(&self, topic: &str) {
        until("the log is clean up to its active segment", || {
            let cleanable = self.cleanable(topic);
            cleanable.first_dirty.0 > 0 && cleanable.dirty_bytes == 0
        });
    }
}

/// Empty while there is nothing to say.
fn checkpointed(directory: &Path) -> String {
    std::fs::read_to_string(directory.join(CHECKPOINT)).unwrap_or_default()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A thread that ended would leave every compacted topic to grow.
#[test]
fn a_panic_costs_the_cleaner_one_attempt() {
    let failures = Failures::default();
    let dir = Arc::new(FailingDir::new(MemoryDisk::default().root(), failures.clone()));
    let broker = TestBroker::start_on(dir, &[("t", 1, COMPACT), ("u", 1, COMPACT)], EAGER);
    write_rounds(&mut broker.client(), "t", 0..40, 20);
    failures.panic(Operation::Read);
    let cleaning = broker.broker.cleaner.start().unwrap();
    until("the panic is counted and the log set aside", || !broker.cleaner_figures().uncleanable.is_empty());
    let figures = broker.cleaner_figures();
    assert_eq!(figures.panics, 1);
    let reason = &figures.uncleanable[0].reason;
    assert!(reason.contains("panicked") && reason.contains("Read was told to panic"), "{reason}");
    // The only thread there is goes on with the next log.
    write_rounds(&mut broker.client(), "u", 0..40, 20);
    broker.wait_until_cleaned("u");
    let page = Metrics::scrape(&broker.broker, false, Format::Prometheus).unwrap();
    assert!(page.contains("\nkafka_cleaner_panics_total 1\n"), "{page}");
    drop(cleaning);
}

#[test]
fn a_log_is_cleaned_while_it_is_written_and_read() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start_with(directory.path(), TOPIC, EAGER);
    let cleaning = broker.broker.cleaner.start().unwrap();
    let mut writer = broker.client();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| write_rounds(&mut writer, "t", 0..40, 20));
        let mut reader = broker.client();
        while !writing.is_finished() {
            let seen = read_all(&mut reader, "t");
            assert!(seen.is_sorted_by_key(|(offset, ..)| *offset));
        }
    });
    broker.wait_until_cleaned("t");
    let records = read_all(&mut broker.client(), "t");
    assert!(records.len() < 200, "{} of 800 records are left", records.len());
    let newest = format!("value 39 {}", "x".repeat(50));
    assert!(latest(&records).values().all(|value| *value == newest) && latest(&records).len() == 20);
    let figures = broker.cleaner_figures();
    assert!(figures.bytes_after < figures.bytes_before && figures.cleanings > 0, "{figures:?}");
    assert_eq!(figures.uncleanable, []);

    // The next process goes on from there.
    let first_dirty = broker.first_dirty("t");
    drop(cleaning);
    assert_eq!(checkpointed(directory.path()), format!("0\n1\nt 0 {first_dirty}\n"));
    broker.stop();
    let broker = TestBroker::start(directory.path(), TOPIC);
    assert_eq!(broker.first_dirty("t"), first_dirty);
    assert_eq!(read_all(&mut broker.client(), "t"), records);
}

#[test]
fn what_a_cleaning_replaced_is_unlinked() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start_with(directory.path(), TOPIC, EAGER);
    write_rounds(&mut broker.client(), "t", 0..10, 20);
    let _cleaning = broker.broker.cleaner.start().unwrap();
    broker.wait_until_cleaned("t");
    let chores = crate::partition::Chores::start(broker.broker.partitions.clone()).unwrap();
    let is_left = |name: &String| name.ends_with(".deleted") || name.ends_with(".cleaned");
    until("old segments are gone", || !names(&directory.path().join("t-0")).iter().any(is_left));
    chores.stop();
}

/// E16.
#[test]
fn a_damaged_log_is_set_aside_and_the_others_are_cleaned() {
    let directory = tempfile::tempdir().unwrap();
    let topics: &[Topic<'_>] = &[("bad", 1, COMPACT), ("good", 1, COMPACT)];
    let broker = TestBroker::start_with(directory.path(), topics, EAGER);
    let mut client = broker.client();
    for topic in ["bad", "good"] {
        write_rounds(&mut client, topic, 0..10, 20);
    }
    let segment = directory.path().join("bad-0/00000000000000000000.log");
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, bytes).unwrap();

    let _cleaning = broker.broker.cleaner.start().unwrap();
    broker.wait_until_cleaned("good");
    until("the damage is found", || !broker.cleaner_figures().uncleanable.is_empty());
    let uncleanable = &broker.cleaner_figures().uncleanable[0];
    assert_eq!(uncleanable.partition.to_string(), "bad-0");
    assert!(uncleanable.reason.contains("00000000000000000000.log"), "{}", uncleanable.reason);
    assert_eq!(produce(&mut client, "bad", 0, keyed(&[("key", "value")])).error_code, 0);
    assert!(!names(&directory.path().join("bad-0")).iter().any(|name| name.ends_with(".cleaned")));

    // It no longer is the cleaner's to clean.
    broker.apply(&[("bad", 1, &[("cleanup.policy", "delete")]), ("good", 1, COMPACT)]);
    until("the failure is forgotten", || broker.cleaner_figures().uncleanable.is_empty());
}

#[test]
fn a_topic_is_deleted_while_it_is_cleaned_and_its_successor_is_dirty() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("t-0");
    let slowly = [("log.cleaner.backoff.ms", "1"), ("log.cleaner.io.max.bytes.per.second", "20000")];
    let broker = TestBroker::start_with(directory.path(), &[("t", 1, COMPACT), ("u", 1, COMPACT)], &slowly);
    let mut client = broker.client();
    write_rounds(&mut client, "t", 0..20, 20);
    let cleaning = broker.broker.cleaner.start().unwrap();
    until("a segment is being written", || names(&folder).iter().any(|name| name.ends_with(".cleaned")));
    broker.apply(&[("u", 1, COMPACT)]);
    assert!(!folder.exists());
    broker.apply(&[("t", 1, COMPACT), ("u", 1, COMPACT)]);
    assert_eq!(broker.first_dirty("t"), Offset(0));
    assert_eq!(produce(&mut client, "t", 0, keyed(&[("key", "new")])).base_offset, 0);
    assert_eq!(latest(&read_all(&mut client, "t")).len(), 1);
    drop(cleaning);
    assert!(!names(&folder).iter().any(|name| name.ends_with(".cleaned")));
    assert!(!checkpointed(directory.path()).contains("t 0"));
}

#[test]
fn a_stop_ends_a_cleaning_and_the_next_start_finishes_it() {
    let directory = tempfile::tempdir().unwrap();
    let slowly = [("log.cleaner.backoff.ms", "1"), ("log.cleaner.io.max.bytes.per.second", "20000")];
    let broker = TestBroker::start_with(directory.path(), TOPIC, &slowly);
    write_rounds(&mut broker.client(), "t", 0..20, 20);
    let before = latest(&read_all(&mut broker.client(), "t"));
    let cleaning = broker.broker.cleaner.start().unwrap();
    let folder = directory.path().join("t-0");
    until("a segment is being written", || names(&folder).iter().any(|name| name.ends_with(".cleaned")));
    drop(cleaning);
    broker.stop();

    let broker = TestBroker::start_with(directory.path(), TOPIC, EAGER);
    let _cleaning = broker.broker.cleaner.start().unwrap();
    broker.wait_until_cleaned("t");
    assert_eq!(latest(&read_all(&mut broker.client(), "t")), before);
}

/// E9: the cleaner sees to both policies.
#[test]
fn old_segments_of_compacted_topics_go_too() {
    let directory = tempfile::tempdir().unwrap();
    let both: Vec<_> = [COMPACT, &[("cleanup.policy", "compact,delete"), ("retention.bytes", "1")]].concat();
    let broker = TestBroker::start_with(directory.path(), &[("t", 1, &both)], EAGER);
    let mut client = broker.client();
    for number in 0..200 {
        let (key, value) = (format!("key-{number}"), "x".repeat(50));
        assert_eq!(produce(&mut client, "t", 0, keyed(&[(&key, &value)])).error_code, 0);
    }
    let _cleaning = broker.broker.cleaner.start().unwrap();
    let partition = broker.partition("t", 0);
    until("old segments are deleted", || partition.bounds().log_start_offset > Offset(100));
}

#[test]
fn threads_come_when_the_settings_say_so() {
    let directory = tempfile::tempdir().unwrap();
    let settings = [("log.cleaner.threads", "0"), ("log.cleaner.backoff.ms", "3600000")];
    let broker = TestBroker::start_with(directory.path(), TOPIC, &settings);
    write_rounds(&mut broker.client(), "t", 0..10, 20);
    let _cleaning = broker.broker.cleaner.start().unwrap();
    assert_eq!(broker.cleaner_figures(), CleanerFigures::default());
    let (mut image, _) = image(TOPIC);
    let mut alter = |name: &str, value: &str| {
        let mut delta = MetadataDelta::default();
        let record = ConfigRecord {
            resource_type: 4,
            resource_name: String::new(),
            name: name.to_owned(),
            value: Some(value.to_owned()),
        };
        image.replay(MetadataRecord::Config(record), &mut delta).unwrap();
        let altered = std::sync::Arc::new(image.clone());
        broker.broker.partitions.apply(&delta, &altered);
        broker.broker.cleaner.apply(&delta, &altered);
    };
    alter("log.cleaner.threads", "2");
    broker.wait_until_cleaned("t");
    // The threads rest for an hour now, unless they are told of the new back-off.
    write_rounds(&mut broker.client(), "t", 10..20, 20);
    let dirty = broker.first_dirty("t");
    alter("log.cleaner.backoff.ms", "1");
    until("the new records are cleaned", || broker.first_dirty("t") > dirty);
}

/// What Kafka's cleaner checkpointed counts.
#[test]
fn cleaning_goes_on_where_kafkas_stopped() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/dirs/compacted-after");
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("compact-0");
    std::fs::create_dir(&folder).unwrap();
    for name in names(&golden.join("compact-0")) {
        // Of another cluster: its topic has another id.
        if name != "partition.metadata" {
            std::fs::copy(golden.join("compact-0").join(&name), folder.join(&name)).unwrap();
        }
    }
    for name in [CHECKPOINT, "recovery-point-offset-checkpoint", ".kafka_cleanshutdown"] {
        std::fs::copy(golden.join(name), directory.path().join(name)).unwrap();
    }
    let broker = TestBroker::start_with(directory.path(), &[("compact", 1, COMPACT)], EAGER);
    assert_eq!(broker.first_dirty("compact"), Offset(162));
    let mut client = broker.client();
    let end = fetch(&mut client, &[("compact", 0, 0)], 12)[0].high_watermark;
    write_rounds(&mut client, "compact", 0..10, 20);
    let _cleaning = broker.broker.cleaner.start().unwrap();
    broker.wait_until_cleaned("compact");
    assert!(broker.first_dirty("compact").0 > end);
}
