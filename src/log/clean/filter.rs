//! What becomes of one batch (`Cleaner.cleanInto`, `MemoryRecords.filterTo`).

use std::borrow::Cow;
use std::collections::HashMap;

use super::key_map::KeyMap;
use super::transactions::{MarkerFate, PassingTransactions};
use crate::log::index::AbortedTxn;
use crate::log::producer::marker_of;
use crate::names::{Offset, ProducerEpoch, ProducerId};
use crate::record::validate::DECOMPRESSED_BYTES_MAX;
use crate::record::{Batch, BatchBuilder, BatchFields, BatchHeader, Compression, RecordError, RecordView};

/// The last word of an active producer, which must stay for its sequence and epoch (E15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastOfProducer {
    /// Of its last data batch; `None` if a marker came later and cleared it.
    pub last_offset: Option<Offset>,
    pub epoch: ProducerEpoch,
}

pub(super) struct Filter<'a> {
    pub keys: &'a KeyMap,
    pub producers: &'a HashMap<ProducerId, LastOfProducer>,
    /// Where this cleaning ends: the batch before it stays, if only to hold its offset.
    pub end_offset: Offset,
    pub now_ms: i64,
    pub delete_retention_ms: u64,
}

/// What is left of a batch, and what its marker means for the transaction index.
pub(super) struct Filtered<'b> {
    pub bytes: Option<Cow<'b, [u8]>>,
    pub aborted: Option<AbortedTxn>,
}

impl Filter<'_> {
    /// Decides about the next batch in order.
    ///
    /// Errors: it cannot be read, so the log must not be cleaned.
    pub fn pass<'b>(
        &self,
        batch: &Batch<'b>,
        transactions: &mut PassingTransactions,
    ) -> Result<Filtered<'b>, RecordError> {
        let header = batch.header();
        if header.is_control() {
            return self.pass_marker(batch, transactions);
        }
        let is_aborted = transactions.data(header);
        let bytes = if is_aborted { None } else { self.retain_records(batch)? };
        Ok(Filtered { bytes: bytes.or_else(|| self.emptied(header)), aborted: None })
    }

    fn pass_marker<'b>(
        &self,
        batch: &Batch<'b>,
        transactions: &mut PassingTransactions,
    ) -> Result<Filtered<'b>, RecordError> {
        let header = batch.header();
        if !header.has_producer_id() {
            return Ok(Filtered { bytes: Some(Cow::Borrowed(batch.bytes())), aborted: None });
        }
        let commit = marker_of(batch)?.map(|marker| marker.commit);
        let fate = transactions.marker(header, commit);
        let aborted = if let MarkerFate::Kept(aborted) = fate { aborted } else { None };
        let may_go = fate == MarkerFate::MayGo;
        let is_over = header.delete_horizon_ms().is_some_and(|horizon_ms| horizon_ms <= self.now_ms);
        let bytes = match (may_go, header.delete_horizon_ms()) {
            _ if header.record_count == 0 || (may_go && is_over) => None,
            (true, None) => Some(Cow::Owned(self.rebuild(batch, |_| true, Some(self.horizon_ms()))?)),
            _ => Some(Cow::Borrowed(batch.bytes())),
        };
        Ok(Filtered { bytes: bytes.or_else(|| self.emptied(header)), aborted })
    }

    /// The batch with the records that stay; `None` if there are none.
    fn retain_records<'b>(&self, batch: &Batch<'b>) -> Result<Option<Cow<'b, [u8]>>, RecordError> {
        let header = batch.header();
        let (mut kept, mut dropped, mut has_tombstones) = (0, 0, false);
        for record in batch.records(DECOMPRESSED_BYTES_MAX)?.iter() {
            let record = record?;
            if self.stays(header, &record) {
                kept += 1;
                has_tombstones |= record.value.is_none();
            } else {
                dropped += 1;
            }
        }
        if kept == 0 {
            return Ok(None);
        }
        // Message sets of old magics are not written any more, so they stay whole until all of them can go.
        let new_horizon = has_tombstones && header.delete_horizon_ms().is_none();
        if header.magic < 2 || (dropped == 0 && !new_horizon) {
            return Ok(Some(Cow::Borrowed(batch.bytes())));
        }
        let horizon_ms = if new_horizon { Some(self.horizon_ms()) } else { header.delete_horizon_ms() };
        Ok(Some(Cow::Owned(self.rebuild(batch, |record| self.stays(header, record), horizon_ms)?)))
    }

    /// E13, E14.
    fn stays(&self, header: &BatchHeader, record: &RecordView<'_>) -> bool {
        if record.offset > self.keys.last_offset() {
            return true;
        }
        let Some(key) = record.key else { return false };
        let is_over = header.delete_horizon_ms().is_some_and(|horizon_ms| horizon_ms <= self.now_ms);
        self.keys.is_latest(key, record.offset) && (record.value.is_some() || !is_over)
    }

    fn horizon_ms(&self) -> i64 {
        self.now_ms.saturating_add_unsigned(self.delete_retention_ms)
    }

    fn rebuild(
        &self,
        batch: &Batch<'_>,
        stays: impl Fn(&RecordView<'_>) -> bool,
        delete_horizon_ms: Option<i64>,
    ) -> Result<Vec<u8>, RecordError> {
        let header = batch.header();
        let mut builder = BatchBuilder::new(BatchFields { delete_horizon_ms, ..BatchFields::of(header)? });
        for record in batch.records(DECOMPRESSED_BYTES_MAX)?.iter() {
            let record = record?;
            if stays(&record) {
                builder.append_view(&record)?;
            }
        }
        builder.finish_spanning(header.last_offset_delta)
    }

    /// A batch without records, where what its header says must not be lost.
    fn emptied(&self, header: &BatchHeader) -> Option<Cow<'static, [u8]>> {
        let is_last_of_producer = header.has_producer_id()
            && self.producers.get(&header.producer_id).is_some_and(|last| match last.last_offset {
                Some(offset) => header.last_offset() == offset,
                None => header.is_control() && header.producer_epoch == last.epoch,
            });
        let ends_the_round = header.next_offset() == self.end_offset;
        if header.magic < 2 || !(is_last_of_producer || ends_the_round) {
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
