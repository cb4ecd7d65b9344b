//! InitProducerId, AddPartitionsToTxn and what the coordinator does by itself (F2–F8, F14).

use super::*;

/// F3.
#[test]
fn what_is_wrong_with_a_request_is_said_before_anybody_looks() {
    let settings = settings();
    let check = |id: &str, timeout_ms| {
        let request = InitRequest { id: id.into(), timeout_ms, expected: None, fresh: None };
        request.check(&settings)
    };
    assert_eq!(check("", 60_000), Err(ErrorCode::InvalidRequest));
    for timeout_ms in [0, -1, i32::MIN, 900_001, i32::MAX] {
        assert_eq!(check(ID, timeout_ms), Err(ErrorCode::InvalidTransactionTimeout), "{timeout_ms}");
    }
    assert_eq!(check(ID, 1), Ok(()));
    assert_eq!(check(ID, 900_000), Ok(()));
}

/// F4: whoever comes without an epoch fences whoever was there.
#[test]
fn every_start_raises_the_epoch() {
    let mut bench = Bench::new();
    let first = bench.init(None).unwrap();
    assert_eq!(first, Producer { id: ProducerId(101), epoch: ProducerEpoch(0) });
    assert_eq!(bench.init(None), Ok(epoch_of(first, 1)));
    for state in [TransactionState::CompleteCommit, TransactionState::CompleteAbort] {
        let before = bench.at(state);
        assert_eq!(bench.init(None), Ok(epoch_of(before, before.epoch.0 + 1)), "{state:?}");
        assert_eq!(bench.state(), TransactionState::Empty);
    }
}

/// F4: an open transaction is aborted and its producer fenced; the answer is to come again.
#[test]
fn a_start_aborts_what_was_open() {
    for (version, last_epoch) in [(V0, ProducerEpoch::NONE), (V2, ProducerEpoch(0))] {
        let mut bench = Bench::new();
        bench.version = version;
        let old = bench.at(TransactionState::Ongoing);
        assert_eq!(bench.init(None), Err(ErrorCode::ConcurrentTransactions));
        assert_eq!(bench.state(), TransactionState::PrepareAbort);
        assert_eq!(bench.known().producer, epoch_of(old, 1));
        assert_eq!((bench.known().last_epoch, bench.known().client_version), (last_epoch, version));
        assert_eq!(bench.add(old, &[1], V2), Err(ErrorCode::ConcurrentTransactions));
        assert_eq!(bench.init(None), Err(ErrorCode::ConcurrentTransactions), "markers are not written yet");
        bench.complete();
        assert_eq!(bench.add(old, &[1], V2), Err(ErrorCode::ProducerFenced));
        assert_eq!(bench.init(None), Ok(epoch_of(old, 2)));
    }
}

/// F5, KIP-360.
#[test]
fn a_producer_goes_on_after_an_error_unless_another_came() {
    let mut bench = Bench::new();
    let first = bench.at(TransactionState::Empty);
    let second = bench.init(Some(first)).unwrap();
    assert_eq!(second, epoch_of(first, 1));
    assert_eq!(bench.init(Some(first)), Ok(second), "the first answer was lost");
    assert_eq!(bench.init(Some(epoch_of(first, 7))), Err(ErrorCode::ProducerFenced));
    let stranger = Producer { id: ProducerId(5), epoch: first.epoch };
    assert_eq!(bench.init(Some(stranger)), Err(ErrorCode::ProducerFenced));
    bench.init(None).unwrap();
    assert_eq!(bench.init(Some(second)), Err(ErrorCode::ProducerFenced), "another producer came");
    // An id that has expired is made anew, whoever the client was (J55).
    let mut bench = Bench::new();
    assert_eq!(bench.init(Some(stranger)), Ok(Producer { id: ProducerId(101), epoch: ProducerEpoch(0) }));
}

/// F4, F5: epoch 32767 is never handed out.
#[test]
fn used_up_epochs_take_another_producer_id() {
    let mut bench = Bench::new();
    bench.at(TransactionState::Empty);
    let last = bench.set_epoch(32_765);
    assert_eq!(bench.init(None), Ok(epoch_of(last, 32_766)));
    let fresh = Producer { id: ProducerId(102), epoch: ProducerEpoch(0) };
    assert_eq!(bench.init(None), Ok(fresh));
    let mut bench = Bench::new();
    bench.at(TransactionState::Empty);
    let last = bench.set_epoch(32_766);
    assert_eq!(bench.init(Some(last)), Ok(fresh));
    assert_eq!(bench.init(Some(last)), Ok(fresh), "the first answer was lost");
    assert_eq!(bench.init(Some(epoch_of(last, 5))), Err(ErrorCode::ProducerFenced));
    // A producer that is fenced at its last epoch takes the one that is kept for that.
    let mut bench = Bench::new();
    bench.at(TransactionState::Ongoing);
    bench.set_epoch(32_766);
    assert_eq!(bench.init(None), Err(ErrorCode::ConcurrentTransactions));
    assert_eq!(bench.known().producer.epoch, ProducerEpoch(32_767));
    bench.complete();
    assert_eq!(bench.init(None), Ok(fresh));
}

/// F6, F17.
#[test]
fn partitions_are_added_to_the_producers_own_transaction() {
    let mut bench = Bench::new();
    let stranger = Producer { id: ProducerId(5), epoch: ProducerEpoch(0) };
    assert_eq!(bench.add(stranger, &[0], V0), Err(ErrorCode::InvalidProducerIdMapping), "no such id");
    let producer = bench.at(TransactionState::Empty);
    assert_eq!(bench.add(stranger, &[0], V0), Err(ErrorCode::InvalidProducerIdMapping));
    assert_eq!(bench.add(epoch_of(producer, 1), &[0], V0), Err(ErrorCode::ProducerFenced));
    bench.add(producer, &[0, 2], V0).unwrap();
    assert_eq!(bench.known().start_timestamp_ms, bench.now_ms, "the clock starts");
    let (started_ms, records) = (bench.now_ms, bench.log.len());
    bench.now_ms += 10;
    bench.add(producer, &[2], V0).unwrap();
    assert_eq!(bench.log.len(), records, "what is known needs no record");
    bench.add(producer, &[1], V2).unwrap();
    let known = bench.known();
    assert_eq!(known.partitions, partitions(&[0, 1, 2]));
    assert_eq!((known.start_timestamp_ms, known.last_update_timestamp_ms), (started_ms, bench.now_ms));
    assert_eq!(known.client_version, V2);
    for state in [TransactionState::PrepareCommit, TransactionState::PrepareAbort] {
        let mut bench = Bench::new();
        let producer = bench.at(state);
        assert_eq!(bench.add(producer, &[1], V2), Err(ErrorCode::ConcurrentTransactions), "{state:?}");
    }
}

/// F7.
#[test]
fn partitions_are_verified_without_a_change() {
    let mut bench = Bench::new();
    let producer = bench.at(TransactionState::Ongoing);
    let verify = |bench: &Bench, producer| bench.shard.verify(ID, producer, &partitions(&[0, 1]));
    assert_eq!(verify(&bench, producer), Ok(vec![true, false]));
    assert_eq!(verify(&bench, epoch_of(producer, 3)), Err(ErrorCode::ProducerFenced));
    let stranger = Producer { id: ProducerId(5), ..producer };
    assert_eq!(verify(&bench, stranger), Err(ErrorCode::InvalidProducerIdMapping));
    let producer = bench.end(producer, true, V2).unwrap();
    assert_eq!(verify(&bench, producer), Err(ErrorCode::ConcurrentTransactions));
    bench.complete();
    assert_eq!(verify(&bench, producer), Ok(vec![false, false]));
}

/// F14.
#[test]
fn a_transaction_that_is_open_for_too_long_is_aborted() {
    let mut bench = Bench::new();
    let producer = bench.at(TransactionState::Ongoing);
    bench.now_ms += 60_000;
    assert!(bench.shard.timed_out(bench.now_ms).is_empty(), "not yet");
    bench.now_ms += 1;
    assert_eq!(bench.shard.timed_out(bench.now_ms), [TransactionalId::from(ID)]);
    assert!(bench.turn(|shard, turn| shard.abort_timed_out(&ID.into(), turn)));
    assert_eq!(bench.state(), TransactionState::PrepareAbort);
    assert!(!bench.turn(|shard, turn| shard.abort_timed_out(&ID.into(), turn)), "once is enough");
    bench.complete();
    assert_eq!(bench.end(producer, true, V0), Err(ErrorCode::ProducerFenced));
    // Two-phase transactions have no timeout.
    let mut bench = Bench::new();
    bench.at(TransactionState::Ongoing);
    let endless = Transaction { timeout_ms: i32::MAX, ..bench.known().clone() };
    bench.replay(TransactionRecord { id: ID.into(), value: Some(endless) });
    assert!(bench.shard.timed_out(i64::MAX).is_empty());
}

/// F14: only idle ids expire.
#[test]
fn ids_that_nobody_uses_expire() {
    use TransactionState::*;
    for (state, expires) in [
        (Empty, true),
        (Ongoing, false),
        (PrepareCommit, false),
        (PrepareAbort, false),
        (CompleteCommit, true),
        (CompleteAbort, true),
    ] {
        let mut bench = Bench::new();
        let producer = bench.at(state);
        bench.now_ms += bench.settings.id_expiration_ms - 1;
        assert_eq!(bench.turn(|shard, turn| shard.expire(1 << 20, turn)), 0, "{state:?}");
        bench.now_ms += 1;
        assert_eq!(bench.turn(|shard, turn| shard.expire(1 << 20, turn)), usize::from(expires), "{state:?}");
        if expires {
            assert_eq!(bench.shard.describe(ID), Err(ErrorCode::TransactionalIdNotFound));
            assert_eq!(bench.end(producer, true, V2), Err(ErrorCode::InvalidProducerIdMapping));
        }
    }
}

#[test]
fn tombstones_come_in_batches() {
    let mut bench = Bench::new();
    for index in 0..10 {
        let id = format!("{index}{}", "x".repeat(30_000));
        let value = Transaction::new(ProducerId(index), 1, 0);
        bench.replay(TransactionRecord { id: id.into(), value: Some(value) });
    }
    bench.now_ms += bench.settings.id_expiration_ms;
    let mut rounds = 0;
    while bench.turn(|shard, turn| shard.expire(100_000, turn)) > 0 {
        rounds += 1;
    }
    assert_eq!(rounds, 4, "three fit at a time");
    assert_eq!(bench.shard, Shard::default());
}

/// F18, KIP-664, KIP-994, KIP-1152.
#[test]
fn listing_filters() {
    let mut bench = Bench::new();
    let producer = bench.at(TransactionState::Ongoing);
    let shows = |bench: &Bench, filter: ListFilter| bench.shard.list(&filter, bench.now_ms).count() == 1;
    bench.now_ms += 500;
    let states = |states: &[TransactionState]| ListFilter {
        states: Some(states.iter().copied().collect()),
        ..Default::default()
    };
    assert!(shows(&bench, ListFilter::default()));
    assert!(shows(&bench, states(&[TransactionState::Empty, TransactionState::Ongoing])));
    assert!(!shows(&bench, states(&[TransactionState::Empty])));
    assert!(!shows(&bench, states(&[])), "none of the states asked for exists");
    let ids =
        |ids: &[ProducerId]| ListFilter { producer_ids: ids.iter().copied().collect(), ..Default::default() };
    assert!(shows(&bench, ids(&[ProducerId(0), producer.id])));
    assert!(!shows(&bench, ids(&[ProducerId(0)])));
    let longer_than = |ms| ListFilter { duration_ms: Some(ms), ..Default::default() };
    assert!(shows(&bench, longer_than(499)));
    assert!(!shows(&bench, longer_than(500)));
}

#[test]
fn states_have_kafkas_names_and_numbers() {
    for number in 0..8 {
        let state = TransactionState::of_number(number).unwrap();
        assert_eq!(TransactionState::named(state.name()), Some(state));
    }
    assert_eq!((TransactionState::of_number(8), TransactionState::named("ongoing")), (None, None));
}
