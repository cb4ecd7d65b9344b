use super::transactions::Completed;
use super::{ProducerEntry, Producers, RecentBatch, VerificationGuard};
use crate::log::error::ProducerError;
use crate::log::index::AbortedTxn;
use crate::names::{Offset, ProducerEpoch, ProducerId};
use crate::record::validate::Origin;
use crate::record::{Batch, BatchHeader, ControlType, EndTransactionMarker, RecordError};

/// The version of the transaction protocol under which a marker was written (`transaction.version`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TransactionVersion(pub i16);

impl TransactionVersion {
    /// Markers may repeat the producer's epoch.
    pub const V0: Self = Self(0);
    /// Every transaction raises the epoch (KIP-890, KIP-1228).
    pub const V2: Self = Self(2);
}

/// What a control batch says about a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    pub commit: bool,
    pub coordinator_epoch: i32,
    pub timestamp_ms: i64,
}

/// What is to become of a producer's batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Append(Change),
    /// It is in the log already, there.
    Duplicate(RecentBatch),
}

/// How an allowed batch changes the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub producer_id: ProducerId,
    pub is_transactional: bool,
    pub started: Option<Offset>,
    pub completed: Option<Completed>,
    epoch: ProducerEpoch,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Data(RecentBatch),
    Marker { coordinator_epoch: i32, timestamp_ms: i64 },
}

impl Change {
    pub(super) fn apply_to(self, entry: &mut ProducerEntry) {
        match self.kind {
            Kind::Data(batch) => {
                entry.set_epoch(self.epoch);
                entry.add_batch(batch);
                entry.last_timestamp_ms = batch.timestamp_ms;
                entry.transaction_first_offset = entry.transaction_first_offset.or(self.started);
            }
            Kind::Marker { coordinator_epoch, timestamp_ms } => {
                entry.set_epoch(self.epoch);
                entry.coordinator_epoch = coordinator_epoch;
                entry.last_timestamp_ms = timestamp_ms;
                entry.transaction_first_offset = None;
            }
        }
    }
}

/// The transaction marker in a control batch; `None` for other control records and for an emptied batch.
///
/// Errors: the record cannot be read. Markers are never compressed, so nothing is inflated.
pub(crate) fn marker_of(batch: &Batch<'_>) -> Result<Option<Marker>, RecordError> {
    let records = batch.records(batch.bytes().len())?;
    let Some(record) = records.iter().next() else { return Ok(None) };
    let record = record?;
    let commit = match ControlType::of_key(record.key)? {
        Some(ControlType::Commit) => true,
        Some(ControlType::Abort) => false,
        _ => return Ok(None),
    };
    let coordinator_epoch = EndTransactionMarker::read(record.value)?.coordinator_epoch;
    Ok(Some(Marker { commit, coordinator_epoch, timestamp_ms: record.timestamp_ms }))
}

impl Producers {
    /// Decides about a data batch that a client or coordinator offers. The header's offsets are those it would get.
    pub fn check_data(
        &self,
        header: &BatchHeader,
        origin: Origin,
        verified: Verified,
    ) -> Result<Verdict, ProducerError> {
        let producer_id = header.producer_id;
        let known = self.get(producer_id);
        if origin == Origin::Client
            && let Some(known) = known
            && let Some(batch) =
                known.find_duplicate(header.producer_epoch, header.base_sequence, header.last_sequence())
        {
            return Ok(Verdict::Duplicate(*batch));
        }
        check_epoch(header, known.map_or(ProducerEpoch::NONE, |entry| entry.epoch))?;
        let is_open = known.is_some_and(|entry| entry.transaction_first_offset.is_some());
        let continues = known.is_some_and(|entry| entry.has_open_transaction(header.producer_epoch));
        if header.is_transactional() && !continues {
            self.check_verified(producer_id, verified)?;
        }
        if origin == Origin::Client {
            self.check_sequence(header, known)?;
        }
        if is_open && !header.is_transactional() {
            return Err(ProducerError::OutsideTransaction { producer_id, offset: header.base_offset });
        }
        Ok(Verdict::Append(self.data_change(header)))
    }

    /// Decides about a transaction marker (F12).
    pub fn check_marker(
        &self,
        header: &BatchHeader,
        marker: Marker,
        version: TransactionVersion,
    ) -> Result<Change, ProducerError> {
        let known = self.get(header.producer_id);
        check_marker_epoch(header, known, version)?;
        let last = known.map_or(-1, |entry| entry.coordinator_epoch);
        let got = marker.coordinator_epoch;
        if got < last {
            let (producer_id, offset) = (header.producer_id, header.base_offset);
            return Err(ProducerError::CoordinatorFenced { producer_id, offset, got, last });
        }
        Ok(self.marker_change(header, marker))
    }

    /// Takes a batch over that lies in the log, or that the leader accepted: nothing is refused any more. Returns
    /// the transaction it aborted.
    ///
    /// Errors: it is a control batch that cannot be read.
    pub fn replay(&mut self, batch: &Batch<'_>) -> Result<Option<AbortedTxn>, RecordError> {
        let header = batch.header();
        if !header.is_control() || !header.has_producer_id() {
            self.replay_data(header);
            return Ok(None);
        }
        let change = marker_of(batch)?.map(|marker| self.marker_change(header, marker));
        let aborted = change.and_then(|change| self.apply(change));
        self.set_end_offset(header.next_offset());
        Ok(aborted)
    }

    /// As [`Producers::replay`], for a batch that is no transaction marker.
    pub fn replay_data(&mut self, header: &BatchHeader) {
        if header.has_producer_id() && !header.is_control() {
            let change = self.data_change(header);
            self.apply(change);
        }
        self.set_end_offset(header.next_offset());
    }

    fn open_transaction(&self, id: ProducerId) -> Option<Offset> {
        self.get(id).and_then(|entry| entry.transaction_first_offset)
    }

    fn data_change(&self, header: &BatchHeader) -> Change {
        let starts = header.is_transactional() && self.open_transaction(header.producer_id).is_none();
        Change {
            producer_id: header.producer_id,
            is_transactional: header.is_transactional(),
            started: starts.then_some(header.base_offset),
            completed: None,
            epoch: header.producer_epoch,
            kind: Kind::Data(RecentBatch {
                last_sequence: header.last_sequence(),
                last_offset: header.last_offset(),
                offset_delta: header.last_offset_delta,
                timestamp_ms: header.max_timestamp_ms,
            }),
        }
    }

    fn marker_change(&self, header: &BatchHeader, marker: Marker) -> Change {
        Change {
            producer_id: header.producer_id,
            is_transactional: header.is_transactional(),
            started: None,
            completed: self.open_transaction(header.producer_id).map(|first_offset| Completed {
                producer_id: header.producer_id,
                first_offset,
                last_offset: header.base_offset,
                is_aborted: !marker.commit,
            }),
            epoch: header.producer_epoch,
            kind: Kind::Marker {
                coordinator_epoch: marker.coordinator_epoch,
                timestamp_ms: marker.timestamp_ms,
            },
        }
    }

    /// A18, A19: the first batch of a transaction needs the coordinator's word.
    fn check_verified(&self, producer_id: ProducerId, verified: Verified) -> Result<(), ProducerError> {
        let waiting = self.verifications.get(&producer_id).map(|waiting| waiting.guard);
        match verified {
            Verified::NotNeeded => Ok(()),
            Verified::By(guard) if Some(guard) == waiting => Ok(()),
            _ => Err(ProducerError::Unverified { producer_id }),
        }
    }

    /// A17, A18.
    fn check_sequence(
        &self,
        header: &BatchHeader,
        known: Option<&ProducerEntry>,
    ) -> Result<(), ProducerError> {
        let first = header.base_sequence;
        let wrong = |last| ProducerError::OutOfOrderSequence {
            producer_id: header.producer_id,
            offset: header.base_offset,
            got: first,
            last,
        };
        if let Some(waiting) = self.verifications.get(&header.producer_id) {
            if first > waiting.lowest_sequence {
                return Err(wrong(waiting.lowest_sequence));
            }
            if waiting.is_implicit && known.is_none() && first != 0 {
                return Err(wrong(-1));
            }
        }
        let Some(known) = known.filter(|entry| entry.epoch != ProducerEpoch::NONE) else { return Ok(()) };
        let last = if known.epoch == header.producer_epoch { known.last_sequence() } else { -1 };
        let follows = i64::from(first) == i64::from(last) + 1 || (first == 0 && last == i32::MAX);
        if follows { Ok(()) } else { Err(wrong(last)) }
    }
}

/// Whether the coordinator vouches for a transactional batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// Verification is switched off, or the batch comes from the broker itself.
    NotNeeded,
    By(VerificationGuard),
    No,
}

fn check_epoch(header: &BatchHeader, last: ProducerEpoch) -> Result<(), ProducerError> {
    let got = header.producer_epoch;
    if got < last {
        let (producer_id, offset) = (header.producer_id, header.base_offset);
        return Err(ProducerError::StaleEpoch { producer_id, offset, got, last });
    }
    Ok(())
}

/// From version 2 on every transaction raises the epoch, so a marker that does not is a late one, unless it merely
/// repeats the marker that closed the transaction. The epoch cannot rise past its largest value.
fn check_marker_epoch(
    header: &BatchHeader,
    known: Option<&ProducerEntry>,
    version: TransactionVersion,
) -> Result<(), ProducerError> {
    let last = known.map_or(ProducerEpoch::NONE, |entry| entry.epoch);
    let got = header.producer_epoch;
    let is_open = known.is_some_and(|entry| entry.transaction_first_offset.is_some());
    let repeats = !is_open || got == ProducerEpoch(i16::MAX);
    if version >= TransactionVersion::V2 && got == last && !repeats {
        let (producer_id, offset) = (header.producer_id, header.base_offset);
        return Err(ProducerError::StaleEpoch { producer_id, offset, got, last });
    }
    check_epoch(header, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::LeaderEpoch;

    /// A producer batch of `count` records at `offset`.
    fn header(offset: i64, epoch: i16, sequence: i32, count: i32, is_transactional: bool) -> BatchHeader {
        BatchHeader {
            base_offset: Offset(offset),
            size_bytes: 100,
            partition_leader_epoch: LeaderEpoch(0),
            magic: 2,
            crc: 0,
            attributes: if is_transactional { 0x10 } else { 0 },
            last_offset_delta: count - 1,
            base_timestamp_ms: 0,
            max_timestamp_ms: 1000,
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(epoch),
            base_sequence: sequence,
            record_count: count,
        }
    }

    fn marker(commit: bool, coordinator_epoch: i32) -> Marker {
        Marker { commit, coordinator_epoch, timestamp_ms: 2000 }
    }

    fn producers() -> Producers {
        Producers::new(86_400_000)
    }

    fn append(producers: &mut Producers, header: &BatchHeader) -> Result<Verdict, ProducerError> {
        let verdict = producers.check_data(header, Origin::Client, Verified::NotNeeded)?;
        if let Verdict::Append(change) = verdict.clone() {
            producers.apply(change);
            producers.set_end_offset(header.next_offset());
        }
        Ok(verdict)
    }

    fn end(
        producers: &mut Producers,
        header: &BatchHeader,
        marker: Marker,
        version: TransactionVersion,
    ) -> Result<Option<AbortedTxn>, ProducerError> {
        let change = producers.check_marker(header, marker, version)?;
        Ok(producers.apply(change))
    }

    /// A19: while a transaction is open its producer writes nothing else.
    #[test]
    fn a_transaction_excludes_plain_batches() {
        let mut producers = producers();
        append(&mut producers, &header(0, 0, 0, 3, true)).unwrap();
        let plain = append(&mut producers, &header(3, 0, 3, 1, false));
        assert!(matches!(plain, Err(ProducerError::OutsideTransaction { .. })), "{plain:?}");
        append(&mut producers, &header(3, 0, 3, 1, true)).unwrap();
    }

    /// A18, A19, F7: the first transactional batch needs a guard, which serves once.
    #[test]
    fn the_first_batch_of_a_transaction_is_verified() {
        let mut producers = producers();
        let first = header(0, 0, 5, 1, true);
        let check = |producers: &Producers, header: &BatchHeader, verified| {
            producers.check_data(header, Origin::Client, verified)
        };
        let unverified = Err(ProducerError::Unverified { producer_id: ProducerId(7) });
        assert_eq!(check(&producers, &first, Verified::No), unverified);
        let guard = producers.start_verification(ProducerId(7), ProducerEpoch(0), 5, false, 0).unwrap();
        let again = producers.start_verification(ProducerId(7), ProducerEpoch(0), 6, false, 0).unwrap();
        assert_eq!(guard, again, "a pipelined batch waits with the first");
        let too_early = check(&producers, &header(0, 0, 6, 1, true), Verified::By(guard));
        assert!(matches!(too_early, Err(ProducerError::OutOfOrderSequence { .. })), "{too_early:?}");
        let Ok(Verdict::Append(change)) = check(&producers, &first, Verified::By(guard)) else { panic!() };
        producers.apply(change);
        assert_eq!(producers.start_verification(ProducerId(7), ProducerEpoch(0), 6, false, 0), None);
        check(&producers, &header(1, 0, 6, 1, true), Verified::No).unwrap();
        // The marker ends it, and a late batch with the old guard is not let in.
        end(&mut producers, &header(2, 1, -1, 1, true), marker(true, 0), TransactionVersion::V2).unwrap();
        assert_eq!(check(&producers, &header(3, 1, 0, 1, true), Verified::By(guard)), unverified);
        // A producer that adds partitions by producing, and of which nothing is known, starts at 0.
        let mut producers = self::producers();
        let guard = producers.start_verification(ProducerId(7), ProducerEpoch(0), 5, true, 0).unwrap();
        let not_zero = check(&producers, &header(0, 0, 5, 1, true), Verified::By(guard));
        assert!(matches!(not_zero, Err(ProducerError::OutOfOrderSequence { .. })), "{not_zero:?}");
    }

    /// F12, by transaction version.
    #[test]
    fn markers_are_fenced_by_epoch() {
        let (v0, v2) = (TransactionVersion::V0, TransactionVersion::V2);
        for (is_open, epoch, version, is_allowed) in [
            (true, 3, v0, true),
            (true, 4, v0, true),
            (true, 2, v0, false),
            (true, 3, v2, false),
            (true, 4, v2, true),
            (true, 2, v2, false),
            (false, 3, v2, true),
            (false, 2, v2, false),
        ] {
            let mut producers = producers();
            append(&mut producers, &header(0, 3, 0, 1, is_open)).unwrap();
            let ended = end(&mut producers, &header(1, epoch, -1, 1, true), marker(true, 0), version);
            assert_eq!(ended.is_ok(), is_allowed, "open {is_open}, epoch {epoch}, {version:?}: {ended:?}");
        }
        let mut producers = producers();
        append(&mut producers, &header(0, i16::MAX, 0, 1, true)).unwrap();
        end(&mut producers, &header(1, i16::MAX, -1, 1, true), marker(false, 0), v2).unwrap();
    }

    #[test]
    fn markers_are_fenced_by_coordinator_epoch() {
        let mut producers = producers();
        let v0 = TransactionVersion::V0;
        end(&mut producers, &header(0, 0, -1, 1, true), marker(true, 5), v0).unwrap();
        let fenced = end(&mut producers, &header(1, 0, -1, 1, true), marker(true, 4), v0);
        assert!(
            matches!(fenced, Err(ProducerError::CoordinatorFenced { got: 4, last: 5, .. })),
            "{fenced:?}"
        );
        end(&mut producers, &header(1, 0, -1, 1, true), marker(true, 6), v0).unwrap();
    }

    /// B5, F12: what is aborted enters the index; an empty transaction does not.
    #[test]
    fn transactions_hold_back_the_last_stable_offset() {
        let mut producers = producers();
        let other = |header: BatchHeader| BatchHeader { producer_id: ProducerId(8), ..header };
        append(&mut producers, &header(0, 0, 0, 5, false)).unwrap();
        append(&mut producers, &header(5, 1, 0, 5, true)).unwrap();
        append(&mut producers, &other(header(10, 0, 0, 5, true))).unwrap();
        assert_eq!(producers.transactions().first_unstable_offset(Offset(15)), Some(Offset(5)));
        let aborted =
            end(&mut producers, &header(15, 2, -1, 1, true), marker(false, 0), TransactionVersion::V2);
        let expected = AbortedTxn {
            producer_id: ProducerId(7),
            first_offset: Offset(5),
            last_offset: Offset(15),
            last_stable_offset: Offset(10),
        };
        assert_eq!(aborted, Ok(Some(expected)));
        // Until the marker is on every replica its transaction still counts.
        assert_eq!(producers.transactions().first_unstable_offset(Offset(15)), Some(Offset(5)));
        assert_eq!(producers.transactions().first_unstable_offset(Offset(16)), Some(Offset(10)));
        let committed =
            end(&mut producers, &other(header(16, 1, -1, 1, true)), marker(true, 0), TransactionVersion::V2);
        assert_eq!(committed, Ok(None));
        assert_eq!(producers.transactions().first_unstable_offset(Offset(17)), None);
        let empty =
            end(&mut producers, &header(17, 3, -1, 1, true), marker(false, 0), TransactionVersion::V2);
        assert_eq!(empty, Ok(None));
    }

    /// A18: who was silent for long may start anywhere; an open transaction keeps its producer.
    #[test]
    fn producers_expire() {
        let mut producers = producers();
        append(&mut producers, &header(0, 0, 0, 1, false)).unwrap();
        append(&mut producers, &BatchHeader { producer_id: ProducerId(8), ..header(1, 0, 0, 1, true) })
            .unwrap();
        producers.expire(1000 + 86_399_999, 86_400_000);
        assert_eq!(producers.iter().count(), 2);
        producers.expire(1000 + 86_400_000, 86_400_000);
        let left: Vec<_> = producers.iter().map(|entry| entry.producer_id).collect();
        assert_eq!(left, [ProducerId(8)]);
        append(&mut producers, &header(2, 0, 900, 1, false)).unwrap();
    }

    /// As a `HashMap` of Java iterates: by the low bits of the id, whatever the order of arrival.
    #[test]
    fn snapshots_list_producers_in_the_order_of_javas_map() {
        let ids = |count: i64| {
            let mut producers = producers();
            for id in (0..count).map(|at| at * 5 % 37) {
                append(
                    &mut producers,
                    &BatchHeader { producer_id: ProducerId(id), ..header(0, 0, 0, 1, false) },
                )
                .unwrap();
            }
            producers.in_snapshot_order().iter().map(|entry| entry.producer_id.0).collect::<Vec<_>>()
        };
        // 0 5 10 15 20 25 in a table of 16: 20 lies in bucket 4, 25 in bucket 9.
        assert_eq!(ids(6), [0, 20, 5, 25, 10, 15]);
        // The thirteenth lets it grow to 32. 35 came before 3, into the same bucket.
        assert_eq!(ids(13), [0, 35, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 30]);
    }
}
