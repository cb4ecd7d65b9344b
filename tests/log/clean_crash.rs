//! Crashes at every write, sync, rename and removal of cleanings: what readers of committed records know of every key
//! is the same before, after, and once the next process has cleaned on.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use kafkactl_core::log::checkpoint::OffsetCheckpoint;
use kafkactl_core::log::clean::{CleanLimits, Step};
use kafkactl_core::log::dir::{Loss, MemoryDisk};
use kafkactl_core::log::{LeaderAppend, Log, LogConfig, LogDir, TransactionVersion, Verified};
use kafkactl_core::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};
use kafkactl_core::record::control::end_transaction_batch;
use kafkactl_core::record::validate::{Origin, TimestampRule, validate_produce};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, Codec, batches};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::crash::{of_histories, partition, shared};
use crate::read::bytes_of;

const ROUNDS: usize = 5;
const DELETE_RETENTION_MS: u64 = 5_000;

#[test]
fn a_crash_anywhere_in_a_cleaning_changes_no_key() {
    of_histories(crash_everywhere);
}

fn crash_everywhere(seed: u64) -> usize {
    let mut player = Player::new(StdRng::seed_from_u64(seed));
    let mut cleanings = Vec::new();
    for _ in 0..ROUNDS {
        player.write();
        let known = Known::of(&mut player.log);
        let from = player.disk.operations();
        player.clean();
        cleanings.push((from..player.disk.operations(), known));
        assert_eq!(Known::of(&mut player.log), cleanings.last().unwrap().1, "CRASH_SEED={seed}");
        player.now_ms += 2 * DELETE_RETENTION_MS as i64;
    }
    let mut points = 0;
    for (operations, known) in cleanings {
        points += crash_within(seed, &mut player, operations, &known);
    }
    points
}

fn crash_within(seed: u64, player: &mut Player, operations: Range<usize>, known: &Known) -> usize {
    let mut points = 0;
    for at in operations.start..=operations.end {
        for loss in [Loss::Process, Loss::Power, Loss::Power] {
            let random = &mut player.random;
            let disk = player.disk.crash(at, loss, &mut |below| random.random_range(0..below));
            let what = format!("CRASH_SEED={seed} operation {at}, {loss:?}");
            let (log_dir, mut log) = open(&disk, player.now_ms);
            assert_eq!(Known::of(&mut log), *known, "{what}");
            let unfinished = |name: &&String| name.ends_with(".cleaned") || name.ends_with(".swap");
            let left = disk.contents();
            assert_eq!(left.keys().find(unfinished), None, "{what}");
            points += 1;
            if points % 5 == 0 {
                for later_ms in [0, 1, 2].map(|times| times * 2 * DELETE_RETENTION_MS as i64) {
                    clean(&mut log, &log_dir, 1000, player.now_ms + later_ms);
                    assert_eq!(Known::of(&mut log), *known, "{what}, cleaned {later_ms} ms later");
                }
            }
        }
    }
    points
}

/// What outlives cleaning.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    end_offset: Offset,
    /// By key, as readers of committed records build it.
    values: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Epoch and last sequence of producers that have one.
    sequences: BTreeMap<i64, (i16, i32)>,
}

impl Known {
    fn of(log: &mut Log) -> Self {
        let with_sequence = log.producers().filter(|entry| entry.last_sequence() >= 0);
        let sequences =
            with_sequence.map(|it| (it.producer_id.0, (it.epoch.0, it.last_sequence()))).collect();
        Self { end_offset: log.end_offset(), values: committed_values(log), sequences }
    }
}

fn committed_values(log: &mut Log) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut values = BTreeMap::new();
    let end = log.end_offset();
    let (mut from, stable) = (log.start_offset(), log.last_stable_offset(end));
    while from < stable {
        let slice = log.read(from, 1000, stable, true).unwrap();
        let aborted = log.aborted_transactions(from, &slice).unwrap();
        let bytes = bytes_of(&slice.bytes);
        if bytes.is_empty() {
            break;
        }
        for batch in batches(&bytes) {
            let batch = batch.unwrap();
            let header = *batch.header();
            assert!(batch.crc_is_valid() && header.last_offset() >= from);
            from = header.next_offset();
            let is_aborted = header.is_transactional()
                && aborted.iter().any(|txn| {
                    txn.producer_id == header.producer_id
                        && (txn.first_offset..=txn.last_offset).contains(&header.base_offset)
                });
            if header.is_control() || is_aborted {
                continue;
            }
            for record in batch.records(1 << 20).unwrap().iter() {
                let record = record.unwrap();
                let key = record.key.unwrap().to_vec();
                match record.value {
                    Some(value) => drop(values.insert(key, value.to_vec())),
                    None => drop(values.remove(&key)),
                }
            }
        }
    }
    values
}

fn config() -> Arc<LogConfig> {
    Arc::new(LogConfig {
        segment_bytes: 1200,
        index_interval_bytes: 200,
        compact: true,
        delete: false,
        delete_retention_ms: DELETE_RETENTION_MS,
        timestamps: TimestampRule::CreateTime { before_ms_max: i64::MAX, after_ms_max: i64::MAX },
        ..LogConfig::default()
    })
}

fn open(disk: &MemoryDisk, now_ms: i64) -> (LogDir, Log) {
    let log_dir = LogDir::open(disk.root()).unwrap();
    let options = log_dir.open_options(&partition(), now_ms);
    let dir = log_dir.partition(&partition()).unwrap();
    let (log, _) = Log::open(dir, config(), &shared(), options).unwrap();
    (log_dir, log)
}

fn checkpoint(log_dir: &LogDir, checkpoint: OffsetCheckpoint, offset: Offset) {
    log_dir.write_offsets(checkpoint, &BTreeMap::from([(partition(), offset)])).unwrap();
}

/// Cleans as the broker does: segment by segment, then the names are synced, then the checkpoint is written.
fn clean(log: &mut Log, log_dir: &LogDir, keys_max: usize, now_ms: i64) {
    let cleanable = log.cleaning_candidate(log.end_offset()).cleanable(now_ms).unwrap();
    let limits = CleanLimits { map_bytes_max: keys_max * 24, write_bytes: 300, ..CleanLimits::default() };
    let task = log.clean_task(cleanable).unwrap();
    let Some(mut cleaning) = task.begin(&limits, now_ms, &mut |_| true).unwrap() else { return };
    loop {
        match cleaning.step(&mut |_| true).unwrap() {
            Step::Replace(segment) => assert!(log.replace_segments(segment, now_ms).unwrap()),
            Step::Done(report) => {
                log.dir().sync().unwrap();
                log.cleaned(report.cleaned_to);
                checkpoint(log_dir, OffsetCheckpoint::Cleaner, report.cleaned_to);
                return log.take_deleted().unlink().unwrap();
            }
            Step::Stopped => unreachable!("nobody said so"),
        }
    }
}

struct Player {
    disk: MemoryDisk,
    log_dir: LogDir,
    log: Log,
    random: StdRng,
    now_ms: i64,
    in_transaction: BTreeSet<i64>,
}

impl Player {
    fn new(random: StdRng) -> Self {
        let disk = MemoryDisk::recording();
        let now_ms = 1_000_000;
        let (log_dir, log) = open(&disk, now_ms);
        Self { disk, log_dir, log, random, now_ms, in_transaction: BTreeSet::new() }
    }

    /// Writes for a while, and sees to it that all of it would survive.
    fn write(&mut self) {
        for _ in 0..45 {
            match self.random.random_range(0..10) {
                0..4 => self.append_data(-1),
                4..6 => self.append_data(1 + self.random.clone().random_range(0..3)),
                _ => self.go_on_with_transaction(),
            }
        }
        if let Some(task) = self.log.flush_task().unwrap() {
            task.run().unwrap();
            self.log.flushed(&task);
        }
        checkpoint(&self.log_dir, OffsetCheckpoint::RecoveryPoint, self.log.recovery_point());
    }

    fn clean(&mut self) {
        let keys_max = self.random.random_range(4..40);
        clean(&mut self.log, &self.log_dir, keys_max, self.now_ms);
    }

    fn append_data(&mut self, producer: i64) {
        self.now_ms += 7;
        let known = self.log.producer(ProducerId(producer)).cloned();
        let codec = [Codec::None, Codec::Lz4][self.random.random_range(0..2)];
        let mut fields = BatchFields { compression: codec.into(), ..BatchFields::default() };
        if producer >= 0 {
            fields.producer_id = ProducerId(producer);
            fields.producer_epoch = ProducerEpoch(known.as_ref().map_or(0, |known| known.epoch.0));
            fields.base_sequence = known.map_or(0, |known| known.last_sequence() + 1);
            fields.is_transactional = producer >= 10;
        }
        let mut builder = BatchBuilder::new(fields);
        for _ in 0..self.random.random_range(1..5) {
            let key = format!("key-{}", self.random.random_range(0..25));
            let value: Vec<u8> = (0..self.random.random_range(1..40)).map(|_| self.random.random()).collect();
            let is_tombstone = self.random.random_range(0..4) == 0;
            let value = (!is_tombstone).then_some(&value[..]);
            builder.append(self.now_ms, Some(key.as_bytes()), value, []);
        }
        self.append(&builder.finish().unwrap(), Origin::Client);
    }

    fn go_on_with_transaction(&mut self) {
        let producer = 10 + self.random.random_range(0..3);
        if !self.in_transaction.contains(&producer) || self.random.random_range(0..3) == 0 {
            self.in_transaction.insert(producer);
            return self.append_data(producer);
        }
        self.in_transaction.remove(&producer);
        let known = self.log.producer(ProducerId(producer)).cloned().unwrap();
        let fields = BatchFields {
            producer_id: known.producer_id,
            producer_epoch: ProducerEpoch(known.epoch.0 + 1),
            ..BatchFields::default()
        };
        let commit = self.random.random_range(0..2) == 0;
        let marker = end_transaction_batch(fields, self.now_ms, commit, 1).unwrap();
        self.append(&marker, Origin::Coordinator);
    }

    fn append(&mut self, bytes: &[u8], origin: Origin) {
        let batch = Batch::parse(bytes).unwrap();
        let mut validated = validate_produce(&batch, &config().produce_rules(origin), self.now_ms).unwrap();
        let append = LeaderAppend {
            leader_epoch: LeaderEpoch(0),
            now_ms: self.now_ms,
            origin,
            verified: Verified::NotNeeded,
            transaction_version: TransactionVersion::V2,
        };
        self.log.append_as_leader(&mut validated, &append).unwrap();
    }
}
