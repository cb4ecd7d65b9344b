use std::path::Path;

use super::{Severity, Verifier};
use crate::log::inspect::read::IndexFile;
use crate::log::inspect::{OffsetEntry, Result, TimeEntry};
use crate::names::Offset;

/// A batch of a segment, as its indexes should know it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenBatch {
    pub position: u64,
    pub base_offset: Offset,
    pub last_offset: Offset,
    pub max_timestamp_ms: i64,
}

pub(super) fn check_offset_index(
    verifier: &mut Verifier<'_>,
    path: &Path,
    batches: &[SeenBatch],
) -> Result<()> {
    const ENTRY_BYTES: u64 = 8;
    let index = IndexFile::<OffsetEntry>::read(path)?;
    let mut before: Option<&OffsetEntry> = None;
    for (number, entry) in index.entries.iter().enumerate() {
        if entry.offset == index.base_offset && entry.position == 0 {
            // An empty slot: the first batch is found without an index.
            continue;
        }
        let at = number as u64 * ENTRY_BYTES;
        let mut error = |reason: String| {
            verifier.report(Severity::Error, path, Some(at), Some(entry.offset), reason);
        };
        if before.is_some_and(|before| before.offset >= entry.offset || before.position >= entry.position) {
            error("entry is out of order".to_owned());
        }
        before = Some(entry);
        match batches.binary_search_by_key(&u64::from(entry.position), |batch| batch.position) {
            Err(_) => error(format!("no batch begins at byte {} of the log", entry.position)),
            // Older releases indexed the last offset of an append of several batches.
            Ok(found) if batches[found].last_offset > entry.offset => {
                let last_offset = batches[found].last_offset;
                error(format!("the batch at byte {} ends at offset {last_offset}", entry.position));
            }
            Ok(_) => {}
        }
    }
    check_size(verifier, path, index.size_bytes, ENTRY_BYTES);
    Ok(())
}

pub(super) fn check_time_index(
    verifier: &mut Verifier<'_>,
    path: &Path,
    batches: &[SeenBatch],
) -> Result<()> {
    const ENTRY_BYTES: u64 = 12;
    let index = IndexFile::<TimeEntry>::read(path)?;
    let mut before: Option<&TimeEntry> = None;
    let mut passed = 0;
    let mut largest_ms = -1;
    for (number, entry) in index.entries.iter().enumerate() {
        if entry.offset == index.base_offset && entry.timestamp_ms == 0 {
            continue;
        }
        while let Some(batch) = batches.get(passed).filter(|batch| batch.base_offset <= entry.offset) {
            largest_ms = largest_ms.max(batch.max_timestamp_ms);
            passed += 1;
        }
        let reason = if before
            .is_some_and(|before| before.offset >= entry.offset || before.timestamp_ms >= entry.timestamp_ms)
        {
            "entry is out of order".to_owned()
        } else if batches.last().is_none_or(|last| entry.offset > last.last_offset) {
            "the log does not reach that offset".to_owned()
        } else if entry.timestamp_ms != largest_ms {
            format!(
                "the largest timestamp up to there is {largest_ms}, the index says {}",
                entry.timestamp_ms
            )
        } else {
            before = Some(entry);
            continue;
        };
        before = Some(entry);
        verifier.report(Severity::Error, path, Some(number as u64 * ENTRY_BYTES), Some(entry.offset), reason);
    }
    check_size(verifier, path, index.size_bytes, ENTRY_BYTES);
    Ok(())
}

fn check_size(verifier: &mut Verifier<'_>, path: &Path, size_bytes: u64, entry_bytes: u64) {
    let odd_bytes = size_bytes % entry_bytes;
    if odd_bytes > 0 {
        let reason = format!("the last {odd_bytes} bytes are no whole entry");
        verifier.report(Severity::Error, path, Some(size_bytes - odd_bytes), None, reason);
    }
}
