//! Crashes at every point of scripted histories: what was synced is there, what is there is whole and was written,
//! and a second recovery finds nothing to do.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kafkactl_core::log::checkpoint::OffsetCheckpoint;
use kafkactl_core::log::dir::{Loss, MemoryDisk};
use kafkactl_core::log::{
    ClosedOffsets, LeaderAppend, Log, LogConfig, LogDir, OpenOptions, RecoveryReport, Shared, TimeQuery,
    TransactionVersion, Verified,
};
use kafkactl_core::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, TopicPartition};
use kafkactl_core::record::control::end_transaction_batch;
use kafkactl_core::record::validate::{Origin, validate_produce};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, batches};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::read::{bytes_of, is_abort};

const HISTORIES: u64 = 4;
const ACTIONS: usize = 130;
const POINTS_MIN: usize = 5_000;

#[test]
fn recovery_after_a_crash_at_every_point() {
    of_histories(crash_everywhere);
}

/// Plays histories by chance, or the one of `CRASH_SEED`. `play` crashes everywhere in one and says at how many points.
pub fn of_histories(play: impl Fn(u64) -> usize) {
    let first_seed = std::env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds: Vec<u64> = match first_seed {
        Some(seed) => vec![seed],
        None => (0..HISTORIES).map(|index| rand::random::<u64>() ^ index).collect(),
    };
    let mut points = 0;
    for seed in &seeds {
        println!("CRASH_SEED={seed}");
        points += play(*seed);
    }
    println!("{points} crashes");
    assert!(first_seed.is_some() || points >= POINTS_MIN, "only {points} crashes");
}

/// Plays one history and crashes at each of its operations: once as a process, twice as a machine.
fn crash_everywhere(seed: u64) -> usize {
    let mut random = StdRng::seed_from_u64(seed);
    let mut player = Player::new();
    for _ in 0..ACTIONS {
        player.act(&mut random);
    }
    let operations = player.disk.operations();
    let mut before = 0;
    for at in 0..operations {
        while before + 2 < player.states.len() && player.states[before + 1].operations <= at {
            before += 1;
        }
        let around =
            Around { before: &player.states[before], after: &player.states[before + 1], ever: &player.ever };
        for loss in [Loss::Process, Loss::Power, Loss::Power] {
            let disk = player.disk.crash(at, loss, &mut |below| random.random_range(0..below));
            let what = format!("CRASH_SEED={seed} operation {at} of {operations}, {loss:?}");
            around.check(&what, &disk, loss);
        }
    }
    operations * 3
}

/// What the log holds at one time.
#[derive(Clone, Default)]
pub struct State {
    /// Operations of the disk so far.
    operations: usize,
    pub batches: Vec<Stored>,
    start: i64,
    /// Everything before is known to be synced.
    durable: i64,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Stored {
    pub base: i64,
    pub next: i64,
    epoch: i32,
    pub bytes: Arc<[u8]>,
}

/// Does things to a log, and writes down what must be true.
pub struct Player {
    pub disk: MemoryDisk,
    log_dir: Option<LogDir>,
    log: Option<Log>,
    pub state: State,
    states: Vec<State>,
    ever: HashMap<Stored, ()>,
    epoch: i32,
    now_ms: i64,
}

pub fn partition() -> TopicPartition {
    TopicPartition::new("crashed", 0)
}

pub fn config() -> Arc<LogConfig> {
    Arc::new(LogConfig {
        segment_bytes: 1500,
        index_interval_bytes: 200,
        timestamps: kafkactl_core::record::validate::TimestampRule::CreateTime {
            before_ms_max: i64::MAX,
            after_ms_max: i64::MAX,
        },
        retention_ms: None,
        retention_bytes: Some(6000),
        ..LogConfig::default()
    })
}

pub fn shared() -> Shared {
    Shared::new(8, 1 << 16)
}

fn open(disk: &MemoryDisk, now_ms: i64) -> (LogDir, Log, RecoveryReport) {
    let log_dir = LogDir::open(disk.root()).unwrap();
    let options: OpenOptions = log_dir.open_options(&partition(), now_ms);
    let dir = log_dir.partition(&partition()).unwrap();
    let (log, report) = Log::open(dir, config(), &shared(), options).unwrap();
    (log_dir, log, report)
}

impl Player {
    pub fn new() -> Self {
        let disk = MemoryDisk::recording();
        let now_ms = 1_000_000;
        let (log_dir, log, _) = open(&disk, now_ms);
        let state = State { operations: disk.operations(), ..State::default() };
        Self {
            disk,
            log_dir: Some(log_dir),
            log: Some(log),
            states: vec![State::default(), state.clone()],
            state,
            ever: HashMap::new(),
            epoch: 0,
            now_ms,
        }
    }

    fn log(&mut self) -> &mut Log {
        self.log.as_mut().unwrap()
    }

    pub fn act(&mut self, random: &mut StdRng) {
        self.now_ms += random.random_range(1..1000);
        match random.random_range(0..100) {
            0..30 => self.append_data(random, -1, false),
            30..55 => self.append_data(random, 1 + random.clone().random_range(0..3), false),
            55..75 => self.append_transactional(random),
            75..85 => self.flush(random),
            85..88 => self.roll(),
            88..91 => self.truncate(random),
            91..93 => self.advance_start(random),
            93..95 => self.retain(),
            95..98 => self.epoch += 1,
            _ => self.restart(),
        }
        self.state.operations = self.disk.operations();
        self.states.push(self.state.clone());
    }

    fn append_data(&mut self, random: &mut StdRng, producer: i64, is_transactional: bool) {
        let known = self.log().producer(ProducerId(producer)).cloned();
        let epoch = known.as_ref().map_or(0, |known| known.epoch.0);
        let sequence = known.map_or(0, |known| known.last_sequence() + 1);
        let mut builder = BatchBuilder::new(BatchFields {
            producer_id: ProducerId(producer),
            producer_epoch: ProducerEpoch(if producer < 0 { -1 } else { epoch }),
            base_sequence: if producer < 0 { -1 } else { sequence },
            is_transactional,
            ..BatchFields::default()
        });
        for _ in 0..random.random_range(1..5) {
            let value: Vec<u8> = (0..random.random_range(1..60)).map(|_| random.random()).collect();
            let at_ms = self.now_ms + random.random_range(-5000..5000);
            builder.append(at_ms, None, Some(&value), []);
        }
        self.append(&builder.finish().unwrap(), Origin::Client);
    }

    fn append_transactional(&mut self, random: &mut StdRng) {
        let producer = 10 + random.random_range(0..2);
        let open = self.log().producer(ProducerId(producer)).cloned();
        match open.filter(|known| known.transaction_first_offset.is_some()) {
            Some(known) if random.random_range(0..2) == 0 => {
                let fields = BatchFields {
                    producer_id: known.producer_id,
                    producer_epoch: ProducerEpoch(known.epoch.0 + 1),
                    ..BatchFields::default()
                };
                let commit = random.random_range(0..2) == 0;
                let marker = end_transaction_batch(fields, self.now_ms, commit, 1).unwrap();
                self.append(&marker, Origin::Coordinator);
            }
            _ => self.append_data(random, producer, true),
        }
    }

    fn append(&mut self, bytes: &[u8], origin: Origin) {
        let batch = Batch::parse(bytes).unwrap();
        let mut validated = validate_produce(&batch, &config().produce_rules(origin), self.now_ms).unwrap();
        let append = LeaderAppend {
            leader_epoch: LeaderEpoch(self.epoch),
            now_ms: self.now_ms,
            origin,
            verified: Verified::NotNeeded,
            transaction_version: TransactionVersion::V2,
        };
        let appended = self.log().append_as_leader(&mut validated, &append).unwrap();
        let stored = Stored {
            base: appended.first_offset.0,
            next: appended.last_offset.0 + 1,
            epoch: self.epoch,
            bytes: validated.parts().concat().into(),
        };
        self.ever.insert(stored.clone(), ());
        self.state.batches.push(stored);
    }

    fn flush(&mut self, random: &mut StdRng) {
        if let Some(task) = self.log().flush_task().unwrap() {
            task.run().unwrap();
            self.log().flushed(&task);
            self.state.durable = task.up_to().0;
        }
        if random.random_range(0..2) == 0 {
            self.checkpoint(OffsetCheckpoint::RecoveryPoint, self.log.as_ref().unwrap().recovery_point());
        }
    }

    fn checkpoint(&self, checkpoint: OffsetCheckpoint, offset: Offset) {
        let offsets = BTreeMap::from([(partition(), offset)]);
        self.log_dir.as_ref().unwrap().write_offsets(checkpoint, &offsets).unwrap();
    }

    fn roll(&mut self) {
        let now_ms = self.now_ms;
        self.log().roll(now_ms).unwrap();
    }

    fn truncate(&mut self, random: &mut StdRng) {
        let from = self.state.batches.len().saturating_sub(12);
        let ends = self.state.batches[from..].iter().map(|stored| stored.next);
        let ends: Vec<_> = ends.filter(|end| *end > self.state.start).collect();
        if ends.is_empty() {
            return;
        }
        let target = Offset(ends[random.random_range(0..ends.len())]);
        let recovery_point = self.log().recovery_point_before_truncation(target);
        self.checkpoint(OffsetCheckpoint::RecoveryPoint, recovery_point);
        let now_ms = self.now_ms;
        self.log().truncate_to(target, now_ms).unwrap();
        self.state.batches.retain(|stored| stored.next <= target.0);
        self.state.durable = self.state.durable.min(self.state.batches.last().map_or(0, |last| last.next));
        self.state.start = self.log().start_offset().0;
        self.epoch += 1;
        self.log().take_deleted().unlink().unwrap();
    }

    fn advance_start(&mut self, random: &mut StdRng) {
        let end = self.log().end_offset().0;
        let target = random.random_range(self.state.start..=(self.state.start + 30).min(end));
        self.log().advance_start(Offset(target)).unwrap();
        self.state.start = target;
        self.checkpoint(OffsetCheckpoint::LogStart, Offset(target));
    }

    fn retain(&mut self) {
        let (end, now_ms) = (self.log().end_offset(), self.now_ms);
        let plan = self.log().plan_retention(end, now_ms).unwrap();
        self.log().apply_retention(&plan, now_ms).unwrap();
        self.state.start = self.log().start_offset().0;
        self.log().take_deleted().unlink().unwrap();
    }

    pub fn restart(&mut self) {
        let log = self.log.take().unwrap();
        let log_dir = self.log_dir.take().unwrap();
        let (start, end) = (log.start_offset(), log.end_offset());
        log.close().unwrap();
        let offsets = ClosedOffsets {
            ends: BTreeMap::from([(partition(), end)]),
            starts: BTreeMap::from([(partition(), start)]),
            ..ClosedOffsets::default()
        };
        log_dir.close(1, &offsets).unwrap();
        let (log_dir, log, report) = open(&self.disk, self.now_ms);
        assert_eq!(report, RecoveryReport::default(), "a clean start recovers nothing");
        assert_eq!((log.start_offset(), log.end_offset()), (start, end));
        self.state.durable = self.state.batches.last().map_or(0, |last| last.next);
        self.log_dir = Some(log_dir);
        self.log = Some(log);
    }
}

/// The states before and after the action that a crash interrupted.
struct Around<'a> {
    before: &'a State,
    after: &'a State,
    ever: &'a HashMap<Stored, ()>,
}

impl Around<'_> {
    fn check(&self, what: &str, disk: &MemoryDisk, loss: Loss) {
        let now_ms = 2_000_000;
        let (log_dir, mut log, _) = open(disk, now_ms);
        let found = read_all(what, &mut log);
        self.check_batches(what, &log, &found, loss);
        check_epochs(what, &log, &found, self.start());
        check_producers(what, &log, &found);
        check_lookups(what, &mut log, &found);
        log.take_deleted().unlink().unwrap();
        let (end_offset, was_clean) = (log.end_offset(), log_dir.clean_shutdown().is_some());
        drop((log, log_dir));

        let left = disk.contents();
        let (_log_dir, again, report) = open(disk, now_ms);
        assert_eq!((report.cut_bytes, report.removed_segments), (0, 0), "{what}: the second recovery cuts");
        assert_eq!(again.end_offset(), end_offset, "{what}: the second recovery ends elsewhere");
        let now = disk.contents();
        // The snapshot at the log start goes when a log is opened, and with it producers and transactions that have
        // no records any more.
        let may_forget = |name: &str| {
            again.start_offset() > Offset(0) && (name.ends_with(".snapshot") || name.ends_with(".txnindex"))
        };
        let changed = |name: &&String| left.get(*name) != now.get(*name) && !may_forget(name);
        let changed: Vec<_> = left.keys().chain(now.keys()).filter(changed).collect();
        // After a clean stop there was no first recovery.
        assert!(was_clean || changed.is_empty(), "{what}: the second recovery changes {changed:?}");
    }

    /// What readers could be sure to find at least.
    fn start(&self) -> i64 {
        self.before.start.max(self.after.start)
    }

    fn check_batches(&self, what: &str, log: &Log, found: &[Stored], loss: Loss) {
        for pair in found.windows(2) {
            assert!(pair[0].next <= pair[1].base, "{what}: {} after {}", pair[1].base, pair[0].next);
        }
        for stored in found {
            assert!(self.ever.contains_key(stored), "{what}: nobody wrote the batch at {}", stored.base);
        }
        let start = self.start();
        assert!(log.start_offset().0 <= start, "{what}: starts at {}, not at {start}", log.start_offset());
        let common = self.before.batches.iter().zip(&self.after.batches).take_while(|(a, b)| a == b);
        let common: Vec<_> = common.map(|(stored, _)| stored).collect();
        let durable = match loss {
            Loss::Process => i64::MAX,
            Loss::Power => self.before.durable.min(self.after.durable.max(self.before.durable)),
        };
        for stored in common.into_iter().filter(|stored| stored.next <= durable && stored.next > start) {
            assert!(found.contains(stored), "{what}: the batch at {} is lost", stored.base);
        }
        if loss == Loss::Process {
            let is_run = |state: &State| {
                let from = state.batches.iter().position(|stored| Some(stored) == found.first());
                from.is_some_and(|from| state.batches[from..].starts_with(found))
            };
            assert!(
                found.is_empty() || is_run(self.before) || is_run(self.after),
                "{what}: not what was there"
            );
        }
    }
}

fn read_all(what: &str, log: &mut Log) -> Vec<Stored> {
    let mut found = Vec::new();
    let (mut from, end) = (log.start_offset(), log.end_offset());
    while from < end {
        let slice = log.read(from, 400, end, true).unwrap_or_else(|error| panic!("{what}: {error}"));
        let bytes = bytes_of(&slice.bytes);
        if bytes.is_empty() {
            break;
        }
        for batch in batches(&bytes) {
            let batch = batch.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(batch.crc_is_valid(), "{what}: checksum at {}", batch.header().base_offset);
            from = batch.header().next_offset();
            found.push(Stored {
                base: batch.header().base_offset.0,
                next: from.0,
                epoch: batch.header().partition_leader_epoch.0,
                bytes: batch.bytes().into(),
            });
        }
    }
    found
}

/// Older epochs may be forgotten already where the log start itself came back with the crash.
fn check_epochs(what: &str, log: &Log, found: &[Stored], start: i64) {
    for stored in found.iter().filter(|stored| stored.base >= start) {
        let epoch = log.epoch_at(Offset(stored.base));
        assert_eq!(epoch, Some(LeaderEpoch(stored.epoch)), "{what}: epoch at {}", stored.base);
    }
}

/// Whatever the records say about a producer, the state says too.
fn check_producers(what: &str, log: &Log, found: &[Stored]) {
    let mut expected: BTreeMap<i64, (i16, i32, Option<i64>)> = BTreeMap::new();
    for stored in found {
        let batch = Batch::parse(&stored.bytes).unwrap();
        let header = batch.header();
        if !header.has_producer_id() {
            continue;
        }
        let known = expected.entry(header.producer_id.0).or_insert((-1, -1, None));
        if known.0 != header.producer_epoch.0 {
            *known = (header.producer_epoch.0, -1, known.2);
        }
        if header.is_control() {
            known.2 = None;
        } else {
            known.1 = header.last_sequence();
            if header.is_transactional() {
                known.2 = known.2.or(Some(stored.base));
            }
        }
    }
    for (id, (epoch, sequence, first)) in expected {
        let known =
            log.producer(ProducerId(id)).unwrap_or_else(|| panic!("{what}: producer {id} is forgotten"));
        let first_known = known.transaction_first_offset.map(|offset| offset.0);
        assert_eq!((known.epoch.0, known.last_sequence()), (epoch, sequence), "{what}: producer {id}");
        // The transaction may have begun before the log start.
        assert_eq!(first_known.is_some(), first.is_some(), "{what}: transaction of producer {id}");
        assert!(first_known <= first, "{what}: transaction of producer {id}");
    }
}

/// Every batch is found by its offsets and by its time, and no aborted transaction is missed.
fn check_lookups(what: &str, log: &mut Log, found: &[Stored]) {
    let end = log.end_offset();
    let mut aborted = Vec::new();
    let mut open: HashMap<i64, i64> = HashMap::new();
    for stored in found {
        let batch = Batch::parse(&stored.bytes).unwrap();
        let id = batch.header().producer_id;
        if batch.header().is_control() {
            let first = open.remove(&id.0);
            if let Some(first) = first.filter(|_| is_abort(&batch)) {
                aborted.push((id, first, stored.base));
            }
        } else if batch.header().is_transactional() {
            open.entry(id.0).or_insert(stored.base);
        }
        for offset in [stored.base.max(log.start_offset().0), stored.next - 1] {
            let slice = log.read(Offset(offset), 1, end, true).unwrap();
            assert_eq!(bytes_of(&slice.bytes), &*stored.bytes, "{what}: read at {offset}");
        }
    }
    for (id, first, last) in aborted {
        let from = Offset(first.max(log.start_offset().0));
        let slice = log.read(from, 1 << 20, end, true).unwrap();
        let known = log.aborted_transactions(from, &slice).unwrap();
        let is_known = known.iter().any(|txn| txn.producer_id == id && txn.last_offset.0 == last);
        assert!(is_known, "{what}: the transaction {first}..={last} of {id} counts as committed");
    }
    let start = log.start_offset().0;
    let whole = found.iter().filter(|stored| stored.base >= start);
    let newest = whole.map(|stored| Batch::parse(&stored.bytes).unwrap().header().max_timestamp_ms).max();
    if let Some(newest) = newest {
        let at = log.find_by_time(TimeQuery::AtOrAfter(newest)).unwrap();
        assert!(at.is_some_and(|at| at.timestamp_ms >= newest), "{what}: no record of time {newest}");
    }
}
