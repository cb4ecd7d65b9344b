//! What becomes of one batch (`Cleaner.cleanInto`, `MemoryRecords.filterTo`).

use std::collections::HashMap;

use super::offset_map::{KeyHash, OffsetMap};
use super::transactions::{MarkerFate, PassingTransactions};
use crate::log::index::AbortedTxn;
use crate::log::producer::marker_of;
use crate::names::{Offset, ProducerEpoch, ProducerId};
use crate::record::validate::DECOMPRESSED_BYTES_MAX;
use crate::record::{
    Batch, BatchFields, BatchHeader, Compression, RecordError, RecordView, rebuild, standalone_message,
};

/// The last word of an active producer, which must stay for its sequence and epoch (E15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastRecord {
    /// Of its last data batch; `None` if a marker came later and cleared it.
    pub data_offset: Option<Offset>,
    pub epoch: ProducerEpoch,
}

pub(super) struct Filter<'a> {
    pub map: &'a OffsetMap,
    pub producers: &'a HashMap<ProducerId, LastRecord>,
    /// The batch before it stays, if only to hold its offset.
    pub first_uncleanable: Offset,
    pub now_ms: i64,
    pub delete_retention_ms: u64,
    /// Message sets of magic 0 and 1 have no horizon: the age of their segment decides for their tombstones.
    pub keeps_legacy_tombstones: bool,
}

/// Memory that is used from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    inflated: Vec<u8>,
    records: Vec<Seen>,
    stays: Vec<bool>,
}

/// What decides whether a record stays.
#[derive(Debug)]
struct Seen {
    offset: Offset,
    key: Option<KeyHash>,
    is_tombstone: bool,
}

impl Filter<'_> {
    /// Appends to `output` what is left of the next batch in order. Returns what its marker means for the
    /// transaction index.
    ///
    /// Errors: it cannot be read, so the log must not be cleaned; `output` may end in a part of a batch.
    pub fn pass(
        &self,
        batch: &Batch<'_>,
        transactions: &mut PassingTransactions,
        scratch: &mut Scratch,
        output: &mut Vec<u8>,
    ) -> Result<Option<AbortedTxn>, RecordError> {
        let header = batch.header();
        let before = output.len();
        let mut aborted = None;
        if header.is_control() {
            aborted = self.pass_marker(batch, transactions, output)?;
        } else if !transactions.data(header) {
            self.retain_records(batch, scratch, output)?;
        }
        if output.len() == before {
            self.put_emptied(header, output)?;
        }
        Ok(aborted)
    }

    /// E14: a marker whose data is gone gets a horizon, and goes once that has passed.
    fn pass_marker(
        &self,
        batch: &Batch<'_>,
        transactions: &mut PassingTransactions,
        output: &mut Vec<u8>,
    ) -> Result<Option<AbortedTxn>, RecordError> {
        let header = batch.header();
        if !header.has_producer_id() {
            output.extend_from_slice(batch.bytes());
            return Ok(None);
        }
        let commit = marker_of(batch)?.map(|marker| marker.commit);
        let mut aborted = None;
        match transactions.marker(header, commit) {
            MarkerFate::Kept(of) => {
                output.extend_from_slice(batch.bytes());
                aborted = of;
            }
            MarkerFate::MayGo if header.record_count == 0 || self.is_over(header) => {}
            MarkerFate::MayGo if header.delete_horizon_ms().is_some() => {
                output.extend_from_slice(batch.bytes());
            }
            MarkerFate::MayGo => {
                let records = batch.records(batch.bytes().len())?;
                rebuild(header, records.iter(), Some(self.horizon_ms()), output)?;
            }
        }
        Ok(aborted)
    }

    /// Appends the batch with the records that stay; nothing if there are none.
    fn retain_records(
        &self,
        batch: &Batch<'_>,
        scratch: &mut Scratch,
        output: &mut Vec<u8>,
    ) -> Result<(), RecordError> {
        let header = batch.header();
        let Scratch { inflated, records: seen, stays } = scratch;
        let records = batch.records_in(inflated, DECOMPRESSED_BYTES_MAX)?;
        seen.clear();
        for record in records.clone() {
            let RecordView { offset, key, value, .. } = record?;
            let key = key.map(|key| self.map.hash(key));
            seen.push(Seen { offset, key, is_tombstone: value.is_none() });
        }
        self.map.fetch(seen.iter().filter_map(|record| record.key));
        stays.clear();
        stays.extend(seen.iter().map(|record| self.stays(header, record)));
        let kept = stays.iter().filter(|stays| **stays).count();
        if kept == 0 {
            return Ok(());
        }
        let has_tombstones = seen.iter().zip(&*stays).any(|(record, stays)| record.is_tombstone && *stays);
        let new_horizon = has_tombstones && header.magic >= 2 && header.delete_horizon_ms().is_none();
        if kept == stays.len() && !new_horizon {
            output.extend_from_slice(batch.bytes());
            return Ok(());
        }
        let mut staying = records.zip(&*stays).filter(|(_, stays)| **stays).map(|(record, _)| record);
        if header.magic < 2 {
            // Messages of a compressed wrapper, each for itself: wrappers are not written any more.
            return staying.try_for_each(|message| standalone_message(header, &message?, output));
        }
        let horizon_ms = if new_horizon { Some(self.horizon_ms()) } else { header.delete_horizon_ms() };
        rebuild(header, staying, horizon_ms, output)
    }

    /// E13, E14.
    fn stays(&self, header: &BatchHeader, record: &Seen) -> bool {
        if record.offset > self.map.latest_offset() {
            return true;
        }
        let Some(key) = record.key else { return false };
        let keeps_tombstones =
            if header.magic < 2 { self.keeps_legacy_tombstones } else { !self.is_over(header) };
        (!record.is_tombstone || keeps_tombstones) && self.map.is_latest(key, record.offset)
    }

    /// Whether the batch's tombstones or marker have been there for long enough.
    fn is_over(&self, header: &BatchHeader) -> bool {
        header.delete_horizon_ms().is_some_and(|horizon_ms| horizon_ms <= self.now_ms)
    }

    fn horizon_ms(&self) -> i64 {
        self.now_ms.saturating_add_unsigned(self.delete_retention_ms)
    }

    /// Appends a batch without records, where what its header says must not be lost.
    fn put_emptied(&self, header: &BatchHeader, output: &mut Vec<u8>) -> Result<(), RecordError> {
        let is_last_of_producer = header.has_producer_id()
            && self.producers.get(&header.producer_id).is_some_and(|last| match last.data_offset {
                Some(offset) => header.last_offset() == offset,
                None => header.is_control() && header.producer_epoch == last.epoch,
            });
        let ends_the_range = header.next_offset() == self.first_uncleanable;
        if header.magic < 2 || !(is_last_of_producer || ends_the_range) {
            return Ok(());
        }
        let fields = BatchFields {
            compression: Compression::default(),
            delete_horizon_ms: None,
            ..BatchFields::of(header)?
        };
        output.extend(fields.empty_batch(header.last_offset_delta, header.max_timestamp_ms));
        Ok(())
    }
}
