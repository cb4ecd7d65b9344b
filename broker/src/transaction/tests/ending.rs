//! EndTxn in both versions of the protocol (F9, F10, J56, J58).

use TransactionState::*;

use super::*;

impl Bench {
    /// Somebody else's end is refused by what is known of them; by the transaction under way if it is prepared.
    #[track_caller]
    fn refuses_others(
        &mut self,
        other: Producer,
        is_commit: bool,
        version: TransactionVersion,
        code: ErrorCode,
    ) {
        let is_prepared = self.state().is_prepared();
        let expected = if is_prepared { ErrorCode::ConcurrentTransactions } else { code };
        assert_eq!(self.end(other, is_commit, version), Err(expected), "{:?}", self.state());
    }
}

/// F9: up to version 1 nothing tells a second request from a first.
#[test]
fn plain_ends() {
    // State, and what a commit and an abort come to.
    let (ok, wrong, busy) = (None, Some(ErrorCode::InvalidTxnState), Some(ErrorCode::ConcurrentTransactions));
    for (state, commit, abort) in [
        (Empty, wrong, wrong),
        (Ongoing, ok, ok),
        (PrepareCommit, busy, busy),
        (PrepareAbort, busy, busy),
        (CompleteCommit, ok, wrong),
        (CompleteAbort, wrong, ok),
    ] {
        for (is_commit, expected) in [(true, commit), (false, abort)] {
            let mut bench = Bench::new();
            let producer = bench.at(state);
            assert_eq!(bench.end(producer, is_commit, V0).err(), expected, "{state:?}, commit {is_commit}");
            assert_eq!(bench.known().producer, producer, "the epoch stays");
            let later = epoch_of(producer, 9);
            bench.refuses_others(later, is_commit, V0, ErrorCode::ProducerFenced);
            let stranger = Producer { id: ProducerId(5), ..producer };
            bench.refuses_others(stranger, is_commit, V0, ErrorCode::InvalidProducerIdMapping);
        }
    }
}

/// F10: every end raises the epoch, and so tells a second request from a first.
#[test]
fn bumping_ends() {
    let (bumped, fenced) = (None, Some(ErrorCode::ProducerFenced));
    let (wrong, busy) = (Some(ErrorCode::InvalidTxnState), Some(ErrorCode::ConcurrentTransactions));
    // State, whether the request shows the epoch before the current one, and what a commit and an abort come to.
    for (state, is_retry, commit, abort) in [
        (Empty, false, wrong, bumped),
        (Empty, true, fenced, fenced),
        (Ongoing, false, bumped, bumped),
        (Ongoing, true, fenced, fenced),
        (PrepareCommit, false, busy, busy),
        (PrepareCommit, true, busy, busy),
        (PrepareAbort, false, busy, busy),
        (PrepareAbort, true, busy, busy),
        (CompleteCommit, false, wrong, bumped),
        (CompleteCommit, true, None, wrong),
        (CompleteAbort, false, wrong, bumped),
        (CompleteAbort, true, wrong, None),
    ] {
        for (is_commit, expected) in [(true, commit), (false, abort)] {
            let mut bench = Bench::new();
            let current = bench.at(state);
            let current = if current.epoch == ProducerEpoch(0) { bench.set_epoch(1) } else { current };
            let shown = if is_retry { epoch_of(current, current.epoch.0 - 1) } else { current };
            let ended = bench.end(shown, is_commit, V2);
            let what = format!("{state:?}, retry {is_retry}, commit {is_commit}");
            assert_eq!(ended.err(), expected, "{what}");
            if let Ok(producer) = ended {
                let epoch = if is_retry { current.epoch } else { current.epoch.next() };
                assert_eq!(producer, Producer { epoch, ..current }, "{what}");
                assert_eq!(bench.state().is_prepared(), !is_retry, "{what}");
            }
            let stranger = Producer { id: ProducerId(5), ..current };
            bench.refuses_others(stranger, is_commit, V2, ErrorCode::InvalidProducerIdMapping);
        }
    }
}

/// F10, J58: at the last epoch the producer id is exchanged, and a second request shows the old one.
#[test]
fn the_last_epoch_exchanges_the_producer_id() {
    for is_commit in [true, false] {
        let mut bench = Bench::new();
        bench.at(Ongoing);
        let last = bench.set_epoch(32_766);
        let fresh = Producer { id: ProducerId(102), epoch: ProducerEpoch(0) };
        assert_eq!(bench.end(last, is_commit, V2), Ok(fresh));
        let prepared = bench.known();
        assert_eq!(prepared.producer, epoch_of(last, 32_767), "markers go out under the old id");
        assert_eq!(prepared.next_producer_id, fresh.id);
        // A client that has heard of its new id already is not a stranger.
        for shown in [last, fresh] {
            assert_eq!(bench.end(shown, is_commit, V2), Err(ErrorCode::ConcurrentTransactions));
            assert_eq!(bench.add(shown, &[0], V2), Err(ErrorCode::ConcurrentTransactions));
            assert_eq!(bench.init(Some(shown)), Err(ErrorCode::ConcurrentTransactions));
        }
        bench.complete();
        assert_eq!((bench.known().producer, bench.known().next_producer_id), (fresh, ProducerId::NONE));
        assert_eq!(bench.end(last, is_commit, V2), Ok(fresh), "asked again");
        assert_eq!(bench.end(last, !is_commit, V2), Err(ErrorCode::InvalidTxnState));
        bench.add(fresh, &[0], V2).unwrap();
        assert_eq!(bench.end(last, is_commit, V2), Err(ErrorCode::InvalidProducerIdMapping), "too late");
    }
}

/// An abort of a transaction without partitions goes the whole way.
#[test]
fn nothing_can_be_aborted() {
    let mut bench = Bench::new();
    let producer = bench.at(Empty);
    let next = bench.end(producer, false, V2).unwrap();
    assert_eq!((bench.state(), bench.known().start_timestamp_ms), (PrepareAbort, bench.now_ms));
    bench.complete();
    assert_eq!((bench.state(), bench.known().producer), (CompleteAbort, next));
}

/// F11: only the transaction whose markers were written is noted complete.
#[test]
fn a_completion_that_comes_late_changes_nothing() {
    let mut bench = Bench::new();
    bench.at(PrepareCommit);
    let prepared = bench.known().clone();
    bench.complete();
    let producer = bench.known().producer;
    bench.add(producer, &[3], V2).unwrap();
    bench.turn(|shard, turn| shard.complete(&ID.into(), &prepared, turn));
    assert_eq!(bench.state(), Ongoing);
    bench.end(producer, false, V2).unwrap();
    bench.turn(|shard, turn| shard.complete(&ID.into(), &prepared, turn));
    assert_eq!(bench.state(), PrepareAbort);
}

/// F15: what was decided is found again after a crash at any record.
#[test]
fn any_prefix_of_the_log_can_be_taken_over() {
    let mut bench = Bench::new();
    for state in [CompleteCommit, CompleteAbort, Ongoing] {
        bench.at(state);
    }
    let mut seen = Shard::default();
    for count in 0..=bench.log.len() {
        let shard = bench.reloaded(count);
        let in_log = bench.log[..count].last().and_then(|record| record.value.as_ref());
        let expected = in_log.map(|value| Transaction { last_epoch: ProducerEpoch::NONE, ..value.clone() });
        assert_eq!(shard.get(ID).cloned(), expected, "after {count} records");
        let is_prepared = expected.is_some_and(|value| value.state.is_prepared());
        assert_eq!(shard.prepared().len(), usize::from(is_prepared), "after {count} records");
        seen = shard;
    }
    assert_eq!(seen.get(ID).map(|value| value.state), Some(Ongoing));
}
