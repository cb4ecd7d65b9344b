//! The driver on a log in memory whose high watermark tests move.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use arc_swap::ArcSwap;
use kafkactl_core::log::Verified;
use kafkactl_core::names::LeaderEpoch;
use kafkactl_core::record::{Batch, stamp};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::*;
use crate::coordinator::Committed;
use crate::coordinator::log::{ShardLog, Waiting};
use crate::group::driver::{Batching, ShardDriver};
use crate::partition::TransactionEnd;

struct MemoryLog {
    batches: Mutex<Vec<Vec<u8>>>,
    end: Mutex<Offset>,
    committed: watch::Sender<Offset>,
    /// Everything appended is committed at once.
    is_alone: bool,
    fails: Mutex<Option<ErrorCode>>,
    batch_bytes_max: usize,
}

impl MemoryLog {
    fn new(is_alone: bool) -> Arc<Self> {
        Self::with_batch_bytes_max(is_alone, 1 << 20)
    }

    fn with_batch_bytes_max(is_alone: bool, batch_bytes_max: usize) -> Arc<Self> {
        Arc::new(Self {
            batches: Mutex::default(),
            end: Mutex::new(Offset(0)),
            committed: watch::Sender::new(Offset(0)),
            is_alone,
            fails: Mutex::default(),
            batch_bytes_max,
        })
    }

    fn commit_all(&self) {
        self.committed.send_replace(*self.end.lock());
    }

    fn batch_count(&self) -> usize {
        self.batches.lock().len()
    }
}

impl ShardLog for MemoryLog {
    fn append(&self, mut batch: Vec<u8>, _verified: Verified, _now_ms: i64) -> Result<Offset, ErrorCode> {
        if let Some(error) = *self.fails.lock() {
            return Err(error);
        }
        assert!(batch.len() <= self.batch_bytes_max);
        let mut end = self.end.lock();
        let first = *end;
        stamp::offset_and_epoch(&mut batch, first, EPOCH);
        let parsed = Batch::parse(&batch).unwrap();
        parsed.check_crc().unwrap();
        *end = parsed.header().next_offset();
        drop(end);
        self.batches.lock().push(batch);
        if self.is_alone {
            self.commit_all();
        }
        Ok(first)
    }

    fn append_end(&self, end: &TransactionEnd, now_ms: i64) -> Result<Offset, ErrorCode> {
        self.append(end.batch(now_ms).unwrap(), Verified::NotNeeded, now_ms)
    }

    fn read(&self, from: Offset) -> Result<Vec<u8>, ErrorCode> {
        let all = self.batches.lock();
        let ends_behind = |batch: &&Vec<u8>| Batch::parse(batch).unwrap().header().next_offset() > from;
        Ok(all.iter().find(ends_behind).cloned().unwrap_or_default())
    }

    fn start_offset(&self) -> Offset {
        Offset(0)
    }

    fn end_offset(&self) -> Offset {
        *self.end.lock()
    }

    fn high_watermark(&self) -> Offset {
        *self.committed.borrow()
    }

    fn wait_committed(&self, offset: Offset, _deadline: Instant) -> Waiting<'_> {
        let mut committed = self.committed.subscribe();
        Box::pin(async move {
            let reached = committed.wait_for(|&committed| committed >= offset).await;
            reached.map(drop).map_err(|_| ErrorCode::NotLeaderOrFollower)
        })
    }

    fn batch_bytes_max(&self) -> usize {
        self.batch_bytes_max
    }
}

const EPOCH: LeaderEpoch = LeaderEpoch(3);

fn now() -> Now {
    Now { at: Instant::now(), ms: 1_000_000 }
}

fn driver(log: &Arc<MemoryLog>) -> ShardDriver {
    let driver = ShardDriver::new(
        PartitionId(0),
        EPOCH,
        log.clone(),
        shared(settings()),
        Arc::default(),
        Arc::default(),
    );
    driver.load(now);
    driver
}

fn shared(settings: GroupSettings) -> Arc<ArcSwap<GroupSettings>> {
    Arc::new(ArcSwap::from_pointee(settings))
}

fn settings() -> GroupSettings {
    GroupSettings { initial_rebalance_delay_ms: 0, ..defaults() }
}

type CommitOutcome = Result<Committed<Result<Vec<Result<(), ErrorCode>>, ErrorCode>>, ErrorCode>;

fn commit(driver: &ShardDriver, offset: i64) -> CommitOutcome {
    commit_many(driver, offset, 1)
}

fn commit_many(driver: &ShardDriver, offset: i64, count: i32) -> CommitOutcome {
    let one = |partition| OffsetToCommit {
        topic: "topic".into(),
        topic_id: TopicId::ZERO,
        partition: PartitionId(partition),
        offset,
        leader_epoch: LeaderEpoch::NONE,
        metadata: Arc::from(""),
    };
    let request = CommitRequest {
        group: GROUP.into(),
        epoch: -1,
        member: "".into(),
        instance: None,
        knows_epochs: true,
        is_transactional: false,
        retention_ms: None,
        offsets: (0..count).map(one).collect(),
    };
    driver.act(now(), Batching::Atomic, |shard, turn| shard.commit(request, turn))
}

fn join_request() -> JoinRequest {
    JoinRequest {
        group: GROUP.into(),
        member: "".into(),
        fresh_member: "fresh".into(),
        instance: None,
        client_id: Arc::from("client"),
        client_host: Arc::from("/127.0.0.1"),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        protocol_type: Arc::from("consumer"),
        protocols: protocols(&["range"]),
        must_know_its_id: false,
        may_skip_assignment: false,
    }
}

fn is_ready<F: Future>(future: &mut std::pin::Pin<Box<F>>) -> Option<F::Output> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn nothing_is_answered_before_it_is_committed() {
    let log = MemoryLog::new(false);
    let driver = driver(&log);
    let committed = commit(&driver, 5).unwrap();
    assert!(!committed.is_committed());
    let mut answer = Box::pin(committed.committed());
    assert!(is_ready(&mut answer).is_none());
    // What only looks waits too: it may show what the next leader does not have.
    let fetch =
        FetchRequest { group: GROUP.into(), member: None, epoch: -1, require_stable: false, topics: None };
    let seen = driver.act(now(), Batching::Atomic, |shard, _| shard.fetch(&fetch)).unwrap();
    assert!(!seen.is_committed());
    log.commit_all();
    assert_eq!(is_ready(&mut answer), Some(Ok(Ok(vec![Ok(())]))));
    assert!(commit(&driver, 6).is_ok_and(|committed| !committed.is_committed()));
}

#[test]
fn alone_in_sync_answers_are_ready_at_once() {
    let log = MemoryLog::new(true);
    let driver = driver(&log);
    assert!(commit(&driver, 5).unwrap().is_committed());
    let mut parked =
        Box::pin(driver.park(now(), |shard, ticket, turn| shard.join(join_request(), ticket, turn)).unwrap());
    let joined = is_ready(&mut parked).unwrap().unwrap();
    assert!(joined.is_committed());
    assert!(matches!(joined.reply, Answer::Join(JoinReply { outcome: Ok(_), .. })));
}

#[test]
fn a_failed_append_is_answered_in_the_coordinators_words() {
    for (failure, expected) in [
        (ErrorCode::NotEnoughReplicas, ErrorCode::CoordinatorNotAvailable),
        (ErrorCode::UnknownTopicOrPartition, ErrorCode::CoordinatorNotAvailable),
        (ErrorCode::NotLeaderOrFollower, ErrorCode::NotCoordinator),
        (ErrorCode::KafkaStorageError, ErrorCode::NotCoordinator),
        (ErrorCode::MessageTooLarge, ErrorCode::UnknownServerError),
    ] {
        let log = MemoryLog::new(true);
        let driver = driver(&log);
        *log.fails.lock() = Some(failure);
        assert_eq!(commit(&driver, 5).err(), Some(expected));
        let mut parked = Box::pin(
            driver.park(now(), |shard, ticket, turn| shard.join(join_request(), ticket, turn)).unwrap(),
        );
        let Some(Ok(Committed { reply: Answer::Join(reply), .. })) = is_ready(&mut parked) else {
            panic!("no answer")
        };
        assert_eq!(reply.outcome, Err(expected));
        *log.fails.lock() = None;
        assert_eq!(driver.look(|shard| shard.list().count()), Ok(0), "nothing is left of either");
    }
}

#[test]
fn a_shard_is_read_back_from_its_log() {
    let log = MemoryLog::new(true);
    let first = driver(&log);
    commit(&first, 5).unwrap();
    commit(&first, 6).unwrap();
    first.resign(now());
    assert_eq!(commit(&first, 7).err(), Some(ErrorCode::NotCoordinator));
    let second = ShardDriver::new(
        PartitionId(0),
        LeaderEpoch(4),
        log.clone(),
        shared(settings()),
        Arc::default(),
        Arc::default(),
    );
    assert_eq!(commit(&second, 7).err(), Some(ErrorCode::CoordinatorLoadInProgress));
    second.load(now);
    let offset =
        second.look(|shard| shard.offsets.get(GROUP, &"topic".into(), PartitionId(0)).map(|it| it.offset));
    assert_eq!(offset, Ok(Some(6)));
    assert_eq!(log.batch_count(), 2);
}

/// A topic is deleted while its offsets cannot be dropped: they go as soon as they can.
#[test]
fn g22_offsets_of_a_deleted_topic_go_later_if_not_now() {
    let log = MemoryLog::new(true);
    let first = driver(&log);
    commit(&first, 5).unwrap();
    let count = |driver: &ShardDriver| driver.look(|shard| shard.offsets.of_group(GROUP).map(|it| it.len()));
    for refusal in [ErrorCode::NotEnoughReplicas, ErrorCode::KafkaStorageError] {
        *log.fails.lock() = Some(refusal);
        first.topic_deleted(now(), &"topic".into(), TopicId::ZERO);
        assert_eq!(count(&first), Ok(Some(1)), "{refusal:?}");
        *log.fails.lock() = None;
        first.clean(now());
        assert_eq!(count(&first), Ok(None), "{refusal:?}");
        commit(&first, 6).unwrap();
    }

    let second = ShardDriver::new(
        PartitionId(0),
        LeaderEpoch(4),
        log.clone(),
        shared(settings()),
        Arc::default(),
        Arc::default(),
    );
    second.topic_deleted(now(), &"topic".into(), TopicId::ZERO);
    second.load(now);
    assert_eq!(count(&second), Ok(None));
}

#[test]
fn a_log_that_cannot_be_read_is_not_served() {
    let log = MemoryLog::new(true);
    commit(&driver(&log), 5).unwrap();
    // The value's version becomes one that does not exist.
    let mut builder = kafkactl_core::record::BatchBuilder::new(Default::default());
    builder.append(0, Some(b"\0\x01\0\x01g\0\x01t\0\0\0\0"), Some(b"\x7f\xff"), []);
    log.append(builder.finish().unwrap(), Verified::NotNeeded, 0).unwrap();
    assert_eq!(commit(&driver(&log), 6).err(), Some(ErrorCode::NotCoordinator));
}

#[test]
fn types_of_the_future_are_left_alone() {
    let log = MemoryLog::new(true);
    let mut builder = kafkactl_core::record::BatchBuilder::new(Default::default());
    builder.append(0, Some(b"\x03\xe7whatever"), Some(b"\0\0"), []);
    log.append(builder.finish().unwrap(), Verified::NotNeeded, 0).unwrap();
    assert!(commit(&driver(&log), 6).is_ok());
}

#[test]
fn resigning_answers_everything_parked() {
    let log = MemoryLog::new(true);
    let driver = ShardDriver::new(
        PartitionId(0),
        EPOCH,
        log.clone(),
        shared(defaults()),
        Arc::default(),
        Arc::default(),
    );
    driver.load(now);
    let mut parked =
        Box::pin(driver.park(now(), |shard, ticket, turn| shard.join(join_request(), ticket, turn)).unwrap());
    assert!(is_ready(&mut parked).is_none());
    driver.resign(now());
    let Some(Ok(Committed { reply: Answer::Join(reply), .. })) = is_ready(&mut parked) else {
        panic!("no answer")
    };
    assert_eq!(reply.outcome, Err(ErrorCode::NotCoordinator));
}

#[test]
fn decisions_are_atomic_but_clean_ups_are_not() {
    let log = MemoryLog::with_batch_bytes_max(true, 200 << 10);
    let driver = driver(&log);
    assert_eq!(commit_many(&driver, 1, 5_000).err(), Some(ErrorCode::UnknownServerError));
    assert_eq!(log.batch_count(), 0);
    for _ in 0..5 {
        commit_many(&driver, 1, 2_000).unwrap();
    }
    let before = log.batch_count();
    let group = GroupId::from(GROUP);
    let deleted = driver.act(now(), Batching::Split, |shard, turn| shard.delete(&group, turn)).unwrap();
    assert_eq!(deleted.reply, Ok(()));
    assert_eq!(log.batch_count() - before, 1, "2,000 tombstones fit one batch");
    for partition in 0..20 {
        let many = |shard: &mut Shard, turn: &mut Turn<'_>| {
            turn.effects.records.extend((0..1_000).map(|index| GroupRecord::Offset {
                group: GROUP.into(),
                topic: format!("a topic with a rather long name {index}").as_str().into(),
                partition: PartitionId(partition),
                value: None,
            }));
            shard.list().count()
        };
        driver.act(now(), Batching::Split, many).unwrap();
    }
    assert!(log.batch_count() - before > 1);
}

#[test]
fn deadlines_are_kept() {
    let log = MemoryLog::new(true);
    let driver = driver(&log);
    let _parked = driver.park(now(), |shard, ticket, turn| shard.join(join_request(), ticket, turn)).unwrap();
    let due = driver.next_deadline().unwrap();
    driver.expire(Now { at: due, ms: 2_000_000 });
    let state = driver.look(|shard| shard.describe(GROUP).map(|group| group.state)).unwrap();
    assert_eq!(state, Ok("Empty"), "the member never synchronised");
    assert_eq!(driver.next_deadline(), None);
}
