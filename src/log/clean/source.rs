//! Reading what is to be cleaned: nothing is believed that the log could not have written.

use std::sync::Arc;

use crate::log::error::Result;
use crate::log::segment::{Segment, WholeBatches};
use crate::names::Offset;
use crate::record::Batch;

/// A sealed segment, and where the one after it begins.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub segment: Arc<Segment>,
    pub end_offset: Offset,
}

/// What is looked at in every batch before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checks {
    /// It is true to its checksum, in order, and within the segment's offsets.
    All,
    /// The same without the checksum.
    Order,
}

/// The batches of a segment, checked.
pub(super) struct SourceBatches<'s> {
    source: &'s Source,
    checks: Checks,
    batches: WholeBatches,
    next_offset: Offset,
}

impl Source {
    /// From the batch on that holds `from`, or follows it.
    pub(super) fn batches(&self, from: Offset, checks: Checks) -> Result<SourceBatches<'_>> {
        let segment = &self.segment;
        let start = match from <= segment.base_offset() {
            true => 0,
            false => segment.locate(from)?.map_or(segment.size_bytes(), |found| found.position),
        };
        Ok(SourceBatches {
            source: self,
            checks,
            batches: WholeBatches::new(segment.file()?, start, segment.size_bytes()),
            next_offset: segment.base_offset(),
        })
    }
}

impl SourceBatches<'_> {
    /// The next batch and where it lies; `None` at the end of the segment.
    ///
    /// Errors: the segment is damaged. Whatever was found in it so far must not be used.
    pub fn next(&mut self) -> Result<Option<(u64, Batch<'_>)>> {
        let Source { segment, end_offset } = self.source;
        let position = self.batches.position();
        let corrupt = |reason: String| segment.corrupt(format!("batch at byte {position}: {reason}"));
        let Some((_, batch)) = self.batches.next().map_err(|error| segment.scan_error(error))? else {
            if position == segment.size_bytes() {
                return Ok(None);
            }
            return Err(corrupt("it is cut short".to_owned()));
        };
        if self.checks == Checks::All {
            batch.check_crc().map_err(|error| corrupt(error.to_string()))?;
        }
        // The checksum does not cover the base offset.
        let header = batch.header();
        let is_in_place = header.last_offset_delta >= 0
            && header.base_offset >= self.next_offset
            && header.next_offset() <= *end_offset;
        if !is_in_place {
            let (first, last) = (header.base_offset, header.last_offset());
            return Err(corrupt(format!(
                "offsets {first}..={last} are not within {}..{end_offset}",
                self.next_offset
            )));
        }
        self.next_offset = header.next_offset();
        Ok(Some((position, batch)))
    }
}
