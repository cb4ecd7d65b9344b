use super::files::SegmentFiles;
use super::read::{IndexFile, LogReader};
use super::{InspectError, OffsetEntry, Result, TimeEntry};
use crate::names::Offset;

/// What can be told of a segment without reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentSummary {
    /// After the last whole batch; the base offset in an empty segment.
    pub next_offset: Offset,
    /// The largest timestamp; `None` without one.
    pub largest_timestamp_ms: Option<i64>,
    /// Bytes at the end that are no whole batch.
    pub trailing_bytes: u64,
}

/// Reads a segment from where its offset index points last, or from its start when that is not where a batch begins.
pub fn summary(segment: &SegmentFiles) -> Result<SegmentSummary> {
    let position = match &segment.offset_index {
        Some(path) => {
            let index = IndexFile::<OffsetEntry>::read(path)?;
            index.entries.last().map_or(0, |entry| u64::from(entry.position))
        }
        None => 0,
    };
    match read_from(segment, position) {
        Ok(Some(summary)) => Ok(summary),
        Ok(None) | Err(InspectError::Damaged { .. }) if position > 0 => {
            read_from(segment, 0).map(|summary| summary.unwrap_or_else(|| empty(segment)))
        }
        Ok(None) => Ok(empty(segment)),
        Err(error) => Err(error),
    }
}

/// `None` when no batch begins at `position`.
fn read_from(segment: &SegmentFiles, position: u64) -> Result<Option<SegmentSummary>> {
    let mut reader = LogReader::open_at(&segment.log, position)?;
    let mut next_offset = None;
    let mut largest_ms = match &segment.time_index {
        Some(path) if position > 0 => {
            IndexFile::<TimeEntry>::read(path)?.entries.last().map_or(-1, |entry| entry.timestamp_ms)
        }
        _ => -1,
    };
    while let Some((_, batch)) = reader.next_batch()? {
        next_offset = Some(batch.header().next_offset());
        largest_ms = largest_ms.max(batch.header().max_timestamp_ms);
    }
    Ok(next_offset.map(|next_offset| SegmentSummary {
        next_offset,
        largest_timestamp_ms: (largest_ms >= 0).then_some(largest_ms),
        trailing_bytes: reader.trailing_bytes(),
    }))
}

fn empty(segment: &SegmentFiles) -> SegmentSummary {
    SegmentSummary {
        next_offset: segment.base_offset,
        largest_timestamp_ms: None,
        trailing_bytes: segment.log_bytes,
    }
}
