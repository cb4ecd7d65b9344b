use std::collections::HashMap;
use std::sync::Arc;

use super::cleaning::Cleaning;
use super::filter::LastRecord;
use super::offset_map::{KeyHash, OffsetMap};
use super::source::{Checks, Source};
use super::transactions::PassingTransactions;
use super::{CleanLimits, Cleanable, Pace};
use crate::log::config::LogConfig;
use crate::log::error::Result;
use crate::log::index::AbortedTxn;
use crate::log::producer::marker_of;
use crate::log::segment::{Place, Segment};
use crate::names::{Offset, ProducerId};
use crate::record::validate::DECOMPRESSED_BYTES_MAX;
use crate::record::{Batch, RecordError};

/// Everything a cleaning needs of its log, which goes on meanwhile.
#[derive(Debug)]
pub struct CleanTask {
    /// Where new segments are written.
    pub(in crate::log) place: Place,
    pub(in crate::log) config: Arc<LogConfig>,
    /// The segments that cleaning may touch.
    pub(in crate::log) sources: Vec<Source>,
    /// The sealed segments after them, and what the active one knows of aborted transactions: their ends may lie
    /// behind what is cleaned.
    pub(in crate::log) later: Vec<Arc<Segment>>,
    pub(in crate::log) aborted_last: Vec<AbortedTxn>,
    pub(in crate::log) cleanable: Cleanable,
    pub(in crate::log) producers: HashMap<ProducerId, LastRecord>,
    pub(in crate::log) truncations: u64,
}

impl CleanTask {
    /// Notes the latest offset of every key among the dirty records, as far as there is memory. `None` if there is
    /// nothing to clean, or if `pace` says to stop.
    ///
    /// Errors: a file cannot be read, or holds what cannot be read; nothing has been changed.
    pub fn begin(self, limits: &CleanLimits, now_ms: i64, pace: &mut Pace<'_>) -> Result<Option<Cleaning>> {
        let Cleanable { first_dirty, first_uncleanable, .. } = self.cleanable;
        let offsets = u64::try_from(first_uncleanable.0 - first_dirty.0).unwrap_or(0);
        let mut map = OffsetMap::new(limits, offsets);
        let aborted = self.aborted()?;
        let goes_on = self.fill(&mut map, &aborted, pace)?;
        if !goes_on || map.latest_offset() < first_dirty {
            return Ok(None);
        }
        Cleaning::new(self, map, aborted, limits, now_ms).map(Some)
    }

    /// The aborted transactions with records among those that are cleaned.
    fn aborted(&self) -> Result<Vec<AbortedTxn>> {
        let mut aborted = Vec::new();
        for segment in self.sources.iter().map(|source| &source.segment).chain(&self.later) {
            if !segment.collect_aborted(Offset(0), self.cleanable.first_uncleanable, &mut aborted)? {
                return Ok(aborted);
            }
        }
        aborted.extend_from_slice(&self.aborted_last);
        Ok(aborted)
    }

    /// Reads the dirty segments into the map until it is full; says whether it was let finish.
    fn fill(&self, map: &mut OffsetMap, aborted: &[AbortedTxn], pace: &mut Pace<'_>) -> Result<bool> {
        let first_dirty = self.cleanable.first_dirty;
        let aborted = aborted.iter().filter(|aborted| aborted.last_offset >= first_dirty);
        let mut transactions = PassingTransactions::new(aborted.copied());
        let mut scratch = Scratch::default();
        for source in self.sources.iter().filter(|source| source.end_offset > first_dirty) {
            let mut batches = source.batches(first_dirty, Checks::All)?;
            while let Some((position, batch)) = batches.next()? {
                if !pace(batch.bytes().len()) {
                    return Ok(false);
                }
                let noted = note_batch(&batch, first_dirty, &mut transactions, map, &mut scratch);
                let has_room = noted
                    .map_err(|error| source.segment.corrupt(format!("batch at byte {position}: {error}")))?;
                if !has_room {
                    return Ok(true);
                }
            }
            // Gaps between segments hold nothing.
            map.seen_up_to(source.end_offset.plus(-1));
        }
        Ok(true)
    }
}

/// Memory that is used from batch to batch.
#[derive(Default)]
struct Scratch {
    inflated: Vec<u8>,
    keys: Vec<(KeyHash, Offset)>,
}

/// Notes the keys of a batch, unless it is of an aborted transaction; says whether there was room for all of them.
fn note_batch(
    batch: &Batch<'_>,
    first_dirty: Offset,
    transactions: &mut PassingTransactions,
    map: &mut OffsetMap,
    scratch: &mut Scratch,
) -> Result<bool, RecordError> {
    let header = batch.header();
    if header.is_control() {
        transactions.marker(header, marker_of(batch)?.map(|marker| marker.commit));
    } else if !transactions.data(header) {
        let Scratch { inflated, keys } = scratch;
        keys.clear();
        for record in batch.records_in(inflated, DECOMPRESSED_BYTES_MAX)? {
            let record = record?;
            let key = record.key.filter(|_| record.offset >= first_dirty);
            keys.extend(key.map(|key| (map.hash(key), record.offset)));
        }
        map.fetch(keys.iter().map(|(key, _)| *key));
        if !keys.iter().all(|&(key, offset)| map.put(key, offset)) {
            return Ok(false);
        }
    }
    map.seen_up_to(header.last_offset());
    Ok(true)
}
