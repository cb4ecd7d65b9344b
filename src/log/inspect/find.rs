use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::files::{PartitionFiles, SegmentFiles};
use super::read::{IndexFile, LogReader, RECORDS_BYTES_MAX};
use super::{InspectError, OffsetEntry, Result, TimeEntry};
use crate::names::Offset;
use crate::record::{BatchHeader, RecordError, RecordView};

/// A record and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub file: PathBuf,
    /// Where its batch begins.
    pub position: u64,
    pub batch: BatchHeader,
    pub offset: Offset,
    pub timestamp_ms: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
}

/// The record at `offset`, or the first one after it; `None` past the end.
pub fn find_offset(partition: &PartitionFiles, offset: Offset) -> Result<Option<Found>> {
    let first = partition.segments.partition_point(|segment| segment.base_offset <= offset).saturating_sub(1);
    for segment in &partition.segments[first..] {
        let position = start_position(segment, offset)?;
        let found = first_record(
            &segment.log,
            position,
            |header| header.last_offset() >= offset,
            |record| record.offset >= offset,
        )?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The first record, in the order of the log, whose timestamp is `timestamp_ms` or later (B21).
pub fn find_timestamp(partition: &PartitionFiles, timestamp_ms: i64) -> Result<Option<Found>> {
    for (number, segment) in partition.segments.iter().enumerate() {
        let is_closed = number + 1 < partition.segments.len();
        // The last entry of a segment that was rolled has its largest timestamp.
        if is_closed && largest_timestamp(segment)?.is_some_and(|largest_ms| largest_ms < timestamp_ms) {
            continue;
        }
        let found = first_record(
            &segment.log,
            0,
            |header| header.max_timestamp_ms >= timestamp_ms,
            |record| record.timestamp_ms >= timestamp_ms,
        )?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Gives every data record whose key equals `key`, oldest first, until `found` breaks.
pub fn find_key(
    partition: &PartitionFiles,
    key: &[u8],
    mut found: impl FnMut(Found) -> ControlFlow<()>,
) -> Result<()> {
    for segment in &partition.segments {
        let flow = each_record(
            &segment.log,
            0,
            |header| !header.is_control(),
            |found_in, record| {
                if record.key == Some(key) { found(found_in(record)) } else { ControlFlow::Continue(()) }
            },
        )?;
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}

/// The byte of a segment's log from where to look for `offset`, by the offset index if there is one.
pub fn start_position(segment: &SegmentFiles, offset: Offset) -> Result<u64> {
    let Some(path) = &segment.offset_index else { return Ok(0) };
    let index = IndexFile::<OffsetEntry>::read(path)?;
    let entries = &index.entries;
    let before = entries.partition_point(|entry| entry.offset <= offset);
    Ok(before.checked_sub(1).map_or(0, |at| u64::from(entries[at].position)))
}

fn largest_timestamp(segment: &SegmentFiles) -> Result<Option<i64>> {
    let Some(path) = &segment.time_index else { return Ok(None) };
    Ok(IndexFile::<TimeEntry>::read(path)?.entries.last().map(|entry| entry.timestamp_ms))
}

fn first_record(
    log: &Path,
    position: u64,
    in_batch: impl Fn(&BatchHeader) -> bool,
    is_it: impl Fn(&RecordView<'_>) -> bool,
) -> Result<Option<Found>> {
    let mut result = None;
    let _flow = each_record(log, position, in_batch, |found_in, record| {
        if !is_it(record) {
            return ControlFlow::Continue(());
        }
        result = Some(found_in(record));
        ControlFlow::Break(())
    })?;
    Ok(result)
}

/// Calls `visit` for the records of the batches that `in_batch` picks by their header.
fn each_record(
    log: &Path,
    position: u64,
    in_batch: impl Fn(&BatchHeader) -> bool,
    mut visit: impl FnMut(&dyn Fn(&RecordView<'_>) -> Found, &RecordView<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>> {
    let mut reader = LogReader::open_at(log, position)?;
    let mut scratch = Vec::new();
    while let Some((position, batch)) = reader.next_batch()? {
        if !in_batch(batch.header()) {
            continue;
        }
        let damaged = |error: RecordError| InspectError::Damaged {
            path: log.to_owned(),
            position,
            reason: error.to_string(),
        };
        let found_in = |record: &RecordView<'_>| Found {
            file: log.to_owned(),
            position,
            batch: *batch.header(),
            offset: record.offset,
            timestamp_ms: record.timestamp_ms,
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
        };
        for record in batch.records_in(&mut scratch, RECORDS_BYTES_MAX).map_err(damaged)? {
            if visit(&found_in, &record.map_err(damaged)?).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}
