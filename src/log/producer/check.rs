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
        if header.is_transactional() && !is_open {
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
