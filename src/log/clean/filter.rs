//! What becomes of one batch (`Cleaner.cleanInto`, `MemoryRecords.filterTo`).

use std::borrow::Cow;
use std::collections::HashMap;

use super::offset_map::{KeyHash, OffsetMap};
use super::transactions::{MarkerFate, PassingTransactions};
use crate::log::index::AbortedTxn;
use crate::log::producer::marker_of;
use crate::names::{Offset, ProducerEpoch, ProducerId};
use crate::record::validate::DECOMPRESSED_BYTES_MAX;
use crate::record::{
    Batch, BatchBuilder, BatchFields, BatchHeader, Compression, RecordError, RecordView, standalone_message,
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

/// What is left of a batch, and what its marker means for the transaction index.
pub(super) struct Filtered<'b> {
    pub bytes: Option<Cow<'b, [u8]>>,
    pub aborted: Option<AbortedTxn>,
}

/// Memory that is used from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    inflated: Vec<u8>,
    keys: Vec<Option<KeyHash>>,
    stays: Vec<bool>,
}

impl Filter<'_> {
    /// Decides about the next batch in order.
    ///
    /// Errors: it cannot be read, so the log must not be cleaned.
    pub fn pass<'b>(
        &self,
        batch: &Batch<'b>,
        transactions: &mut PassingTransactions,
        scratch: &mut Scratch,
    ) -> Result<Filtered<'b>, RecordError> {
        let header = batch.header();
        let (left, aborted) = if header.is_control() {
            self.pass_marker(batch, transactions)?
        } else if transactions.data(header) {
            (None, None)
        } else {
            (self.retain_records(batch, scratch)?, None)
        };
        Ok(Filtered { bytes: left.or_else(|| self.emptied(header)), aborted })
    }

    /// E14: a marker whose data is gone gets a horizon, and goes once that has passed.
    fn pass_marker<'b>(
        &self,
        batch: &Batch<'b>,
        transactions: &mut PassingTransactions,
    ) -> Result<(Option<Cow<'b, [u8]>>, Option<AbortedTxn>), RecordError> {
        let header = batch.header();
        let whole = Some(Cow::Borrowed(batch.bytes()));
        if !header.has_producer_id() {
            return Ok((whole, None));
        }
        let commit = marker_of(batch)?.map(|marker| marker.commit);
        Ok(match transactions.marker(header, commit) {
            MarkerFate::Kept(aborted) => (whole, aborted),
            MarkerFate::MayGo if header.record_count == 0 || self.is_over(header) => (None, None),
            MarkerFate::MayGo if header.delete_horizon_ms().is_some() => (whole, None),
            MarkerFate::MayGo => {
                let records = batch.records(batch.bytes().len())?;
                let rebuilt = rebuild(header, records.iter(), Some(self.horizon_ms()))?;
                (Some(Cow::Owned(rebuilt)), None)
            }
        })
    }

    /// The batch with the records that stay; `None` if there are none.
    fn retain_records<'b>(
        &self,
        batch: &Batch<'b>,
        scratch: &mut Scratch,
    ) -> Result<Option<Cow<'b, [u8]>>, RecordError> {
        let header = batch.header();
        let Scratch { inflated, keys, stays } = scratch;
        let records = batch.records_in(inflated, DECOMPRESSED_BYTES_MAX)?;
        let (mut kept, mut has_tombstones) = (0, false);
        keys.clear();
        for record in records.clone() {
            keys.push(record?.key.map(|key| self.map.hash(key)));
        }
        self.map.fetch(keys.iter().flatten().copied());
        stays.clear();
        for (record, key) in records.clone().zip(&*keys) {
            let record = record?;
            let stay = self.stays(header, &record, *key);
            kept += usize::from(stay);
            has_tombstones |= stay && record.value.is_none();
            stays.push(stay);
        }
        if kept == 0 {
            return Ok(None);
        }
        let new_horizon = has_tombstones && header.magic >= 2 && header.delete_horizon_ms().is_none();
        if kept == stays.len() && !new_horizon {
            return Ok(Some(Cow::Borrowed(batch.bytes())));
        }
        let staying = records.zip(&*stays).filter(|(_, stays)| **stays).map(|(record, _)| record);
        let rebuilt = if header.magic < 2 {
            unwrap(header, staying)?
        } else {
            let horizon_ms = if new_horizon { Some(self.horizon_ms()) } else { header.delete_horizon_ms() };
            rebuild(header, staying, horizon_ms)?
        };
        Ok(Some(Cow::Owned(rebuilt)))
    }

    /// E13, E14.
    fn stays(&self, header: &BatchHeader, record: &RecordView<'_>, key: Option<KeyHash>) -> bool {
        if record.offset > self.map.latest_offset() {
            return true;
        }
        let Some(key) = key else { return false };
        let keeps_tombstones =
            if header.magic < 2 { self.keeps_legacy_tombstones } else { !self.is_over(header) };
        (record.value.is_some() || keeps_tombstones) && self.map.is_latest(key, record.offset)
    }

    /// Whether the batch's tombstones or marker have been there for long enough.
    fn is_over(&self, header: &BatchHeader) -> bool {
        header.delete_horizon_ms().is_some_and(|horizon_ms| horizon_ms <= self.now_ms)
    }

    fn horizon_ms(&self) -> i64 {
        self.now_ms.saturating_add_unsigned(self.delete_retention_ms)
    }

    /// A batch without records, where what its header says must not be lost.
    fn emptied(&self, header: &BatchHeader) -> Option<Cow<'static, [u8]>> {
        let is_last_of_producer = header.has_producer_id()
            && self.producers.get(&header.producer_id).is_some_and(|last| match last.data_offset {
                Some(offset) => header.last_offset() == offset,
                None => header.is_control() && header.producer_epoch == last.epoch,
            });
        let ends_the_range = header.next_offset() == self.first_uncleanable;
        if header.magic < 2 || !(is_last_of_producer || ends_the_range) {
            return None;
        }
        let fields = BatchFields {
            compression: Compression::default(),
            delete_horizon_ms: None,
            ..BatchFields::of(header).ok()?
        };
        Some(Cow::Owned(fields.empty_batch(header.last_offset_delta, header.max_timestamp_ms)))
    }
}

/// A batch of the same offsets and sequences with these records.
fn rebuild<'r>(
    header: &BatchHeader,
    records: impl Iterator<Item = Result<RecordView<'r>, RecordError>>,
    delete_horizon_ms: Option<i64>,
) -> Result<Vec<u8>, RecordError> {
    let mut builder = BatchBuilder::new(BatchFields { delete_horizon_ms, ..BatchFields::of(header)? });
    for record in records {
        builder.append_view(&record?)?;
    }
    builder.finish_spanning(header.last_offset_delta)
}

/// The messages of a compressed wrapper, each for itself: wrappers are not written any more.
fn unwrap<'r>(
    header: &BatchHeader,
    records: impl Iterator<Item = Result<RecordView<'r>, RecordError>>,
) -> Result<Vec<u8>, RecordError> {
    let mut messages = Vec::new();
    for record in records {
        standalone_message(header, &record?, &mut messages)?;
    }
    Ok(messages)
}
