//! The driver on a log in memory whose high watermark tests move.

use std::sync::Arc;
use std::time::Instant;

use kafkactl_core::log::Verified;
use kafkactl_core::names::{LeaderEpoch, Offset, PartitionId};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, stamp};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::*;
use crate::coordinator::log::{ShardLog, Waiting};
use crate::coordinator::{Acted, Now};
use crate::partition::TransactionEnd;
use crate::transaction::driver::ShardDriver;

const EPOCH: LeaderEpoch = LeaderEpoch(3);

struct MemoryLog {
    batches: Mutex<Vec<Vec<u8>>>,
    committed: watch::Sender<Offset>,
    fails: Mutex<Option<ErrorCode>>,
}

impl MemoryLog {
    fn new() -> Arc<Self> {
        let committed = watch::Sender::new(Offset(0));
        Arc::new(Self { batches: Mutex::default(), committed, fails: Mutex::default() })
    }

    fn commit_all(&self) {
        self.committed.send_replace(self.end_offset());
    }
}

impl ShardLog for MemoryLog {
    fn append(&self, mut batch: Vec<u8>, _verified: Verified, _now_ms: i64) -> Result<Offset, ErrorCode> {
        if let Some(error) = *self.fails.lock() {
            return Err(error);
        }
        let first = self.end_offset();
        stamp::offset_and_epoch(&mut batch, first, EPOCH);
        Batch::parse(&batch).unwrap().check_crc().unwrap();
        self.batches.lock().push(batch);
        Ok(first)
    }

    fn append_end(&self, _end: &TransactionEnd, _now_ms: i64) -> Result<Offset, ErrorCode> {
        panic!("no transaction touches the log of transactions")
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
        let all = self.batches.lock();
        all.last().map_or(Offset(0), |batch| Batch::parse(batch).unwrap().header().next_offset())
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
        1 << 20
    }
}

fn now() -> Now {
    Now { at: Instant::now(), ms: 1_000_000 }
}

fn driver(log: &Arc<MemoryLog>) -> ShardDriver {
    let driver = ShardDriver::new(PartitionId(0), EPOCH, Arc::clone(log) as _, Arc::new(settings()));
    driver.load();
    driver
}

fn init(driver: &ShardDriver) -> Acted<Result<Decided, ErrorCode>> {
    let request =
        InitRequest { id: ID.into(), timeout_ms: 60_000, expected: None, fresh: Some(ProducerId(7)) };
    driver.act(now(), V2, |shard, turn| shard.init(&request, turn))
}

const FIRST: Producer = Producer { id: ProducerId(7), epoch: ProducerEpoch(0) };

/// Leaves a transaction that is to be committed.
fn prepare(driver: &ShardDriver) {
    init(driver).unwrap();
    let added =
        driver.act(now(), V2, |shard, turn| shard.add(&ID.into(), FIRST, partitions(&[0, 1]), V2, turn));
    added.unwrap().reply.unwrap();
    let request = EndRequest { id: ID.into(), producer: FIRST, is_commit: true, version: V2, fresh: None };
    driver.act(now(), V2, |shard, turn| shard.end(&request, turn)).unwrap().reply.unwrap();
}

/// F2.
#[tokio::test]
async fn nothing_is_answered_before_it_is_committed() {
    let log = MemoryLog::new();
    let driver = driver(&log);
    let decided = init(&driver).unwrap();
    assert!(!decided.is_committed());
    // What only looks waits too: it may show what the next leader does not have.
    let seen = driver.act(now(), V2, |shard, _| shard.verify(ID, FIRST, &partitions(&[0]))).unwrap();
    assert!(!seen.is_committed());
    log.commit_all();
    assert_eq!(decided.committed().await, Ok(Ok(Decided::Producer(FIRST))));
}

/// F2: the state stays as it was.
#[test]
fn a_failed_append_is_answered_in_the_coordinators_words() {
    for (failure, expected) in [
        (ErrorCode::NotEnoughReplicas, ErrorCode::CoordinatorNotAvailable),
        (ErrorCode::UnknownTopicOrPartition, ErrorCode::CoordinatorNotAvailable),
        (ErrorCode::NotLeaderOrFollower, ErrorCode::NotCoordinator),
        (ErrorCode::KafkaStorageError, ErrorCode::NotCoordinator),
        (ErrorCode::MessageTooLarge, ErrorCode::UnknownServerError),
    ] {
        let log = MemoryLog::new();
        let driver = driver(&log);
        *log.fails.lock() = Some(failure);
        assert_eq!(init(&driver).err(), Some(expected));
        *log.fails.lock() = None;
        assert_eq!(driver.look(|shard| shard.get(ID).is_none()), Ok(true));
        assert_eq!(init(&driver).unwrap().reply, Ok(Decided::Producer(FIRST)), "as if never asked");
    }
}

/// F15.
#[test]
fn a_prepared_transaction_is_found_by_the_next_coordinator() {
    let log = MemoryLog::new();
    let first = driver(&log);
    prepare(&first);
    first.resign();
    assert_eq!(init(&first).err(), Some(ErrorCode::NotCoordinator));
    assert!(first.begin_completion(&ID.into(), now()).is_none());
    let second =
        ShardDriver::new(PartitionId(0), LeaderEpoch(4), Arc::clone(&log) as _, Arc::new(settings()));
    assert_eq!(init(&second).err(), Some(ErrorCode::CoordinatorLoadInProgress));
    assert_eq!(second.load(), [TransactionalId::from(ID)]);
    assert!(second.begin_completion(&ID.into(), now()).is_some());
    assert!(second.begin_completion(&ID.into(), now()).is_none(), "one completes it, not two");
    second.give_up_completion(&ID.into());
    assert!(second.begin_completion(&ID.into(), now()).is_some());
}

#[test]
fn a_log_that_cannot_be_read_is_not_served() {
    // A value of a version that does not exist, and a state that does not.
    let mut value = vec![0; 39];
    value[16] = 9;
    for value in [b"\x7f\xff".to_vec(), value] {
        let log = MemoryLog::new();
        let mut builder = BatchBuilder::new(BatchFields::default());
        builder.append(0, Some(b"\0\0\0\x01i"), Some(&value), []);
        log.append(builder.finish().unwrap(), Verified::NotNeeded, 0).unwrap();
        assert_eq!(init(&driver(&log)).err(), Some(ErrorCode::NotCoordinator));
    }
}

#[test]
fn types_of_the_future_are_left_alone() {
    let log = MemoryLog::new();
    let mut builder = BatchBuilder::new(BatchFields::default());
    builder.append(0, Some(b"\x03\xe7whatever"), Some(b"\0\0"), []);
    log.append(builder.finish().unwrap(), Verified::NotNeeded, 0).unwrap();
    assert!(init(&driver(&log)).is_ok());
}

#[test]
fn idle_ids_leave_the_log() {
    let log = MemoryLog::new();
    let driver = driver(&log);
    init(&driver).unwrap();
    let later = Now { ms: now().ms + settings().id_expiration_ms, ..now() };
    driver.expire(later, V2);
    assert_eq!(driver.look(|shard| shard.get(ID).is_none()), Ok(true));
    assert_eq!(log.batches.lock().len(), 2);
}

/// F11: an id's next transaction is prepared before anybody hears that the last one is complete.
#[test]
fn the_next_transaction_is_completed_too() {
    let log = MemoryLog::new();
    let driver = driver(&log);
    prepare(&driver);
    let first = driver.begin_completion(&ID.into(), now()).expect("it is prepared").reply;
    assert!(driver.begin_completion(&ID.into(), now()).is_none(), "one at a time");
    driver.act(now(), V2, |shard, turn| shard.complete(&ID.into(), &first, turn)).unwrap();
    assert!(driver.begin_completion(&ID.into(), now()).is_none(), "it is complete");

    let producer = first.producer;
    let added =
        driver.act(now(), V2, |shard, turn| shard.add(&ID.into(), producer, partitions(&[0]), V2, turn));
    added.unwrap().reply.unwrap();
    let request = EndRequest { id: ID.into(), producer, is_commit: false, version: V2, fresh: None };
    driver.act(now(), V2, |shard, turn| shard.end(&request, turn)).unwrap().reply.unwrap();
    let second = driver.begin_completion(&ID.into(), now()).expect("nobody completes this one").reply;
    assert_ne!(second.producer, first.producer);
    driver.give_up_completion(&ID.into());
    assert!(driver.begin_completion(&ID.into(), now()).is_some(), "given back");
}
