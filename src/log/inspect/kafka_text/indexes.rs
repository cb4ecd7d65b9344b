use std::path::Path;

use super::Dump;
use crate::log::inspect::read::{IndexFile, LogReader, RECORDS_BYTES_MAX};
use crate::log::inspect::{InspectError, OffsetEntry, Result, TimeEntry};
use crate::names::Offset;

impl Dump<'_> {
    pub(super) fn offset_index(&mut self) -> Result<()> {
        let index = IndexFile::<OffsetEntry>::read(self.path)?;
        let Some(last) = index.last_slot else {
            let file = self.shown;
            return self.line(format_args!("{file} is empty."));
        };
        if self.options.only_index_sanity {
            if last.offset < index.base_offset {
                return Err(self.corrupt_index(format!(
                    "Corrupt index found, index file ({}) has non-zero size but the last offset is {} which is less \
                     than the base offset {}.",
                    self.shown, last.offset, index.base_offset
                )));
            }
            return self.passed(&index, 8);
        }
        let log = self.path.with_extension("log");
        let mut mismatches = Vec::new();
        for entry in &index.entries {
            let last_offset = last_offset_at(&log, u64::from(entry.position))?;
            if last_offset != entry.offset {
                mismatches.push((entry.offset, last_offset));
            }
            self.line(format_args!("offset: {} position: {}", entry.offset, entry.position))?;
        }
        mismatches.sort_unstable_by(|a, b| b.cmp(a));
        let lines =
            mismatches.iter().map(|(index, log)| format!("  Index offset: {index}, log offset: {log}"));
        self.remark("Mismatches in :", lines.collect());
        Ok(())
    }

    pub(super) fn time_index(&mut self) -> Result<()> {
        let index = IndexFile::<TimeEntry>::read(self.path)?;
        if self.options.only_index_sanity {
            if let (Some(first), Some(last)) = (index.entries.first(), index.last_slot) {
                self.check_time_order(first, &last, index.base_offset)?;
            }
            return self.passed(&index, 12);
        }
        let log = self.path.with_extension("log");
        let offsets = IndexFile::<OffsetEntry>::read(&self.path.with_extension("index"))?;
        let [mut mismatches, mut out_of_order, mut not_found] = [Vec::new(), Vec::new(), Vec::new()];
        let mut previous_ms = -1;
        for entry in &index.entries {
            // Only the first look at the log reads all of it.
            let to_end = previous_ms == -1;
            match batch_of(entry, &offsets.entries, &log, to_end)? {
                Some((last_offset, timestamp_ms)) if last_offset == entry.offset => {
                    let indexed_ms = entry.timestamp_ms;
                    if timestamp_ms != indexed_ms {
                        mismatches
                            .push(format!("  Index timestamp: {indexed_ms}, log timestamp: {timestamp_ms}"));
                    }
                    if previous_ms >= indexed_ms {
                        out_of_order.push(format!(
                            "  Index timestamp: {indexed_ms}, Previously indexed timestamp: {previous_ms}"
                        ));
                    }
                }
                found => {
                    let found = found.map_or(Offset::NONE, |(last_offset, _)| last_offset);
                    not_found.push(format!("Indexed offset: {}, found log offset: {found}", entry.offset));
                }
            }
            previous_ms = entry.timestamp_ms;
            self.line(format_args!("timestamp: {} offset: {}", entry.timestamp_ms, entry.offset))?;
        }
        self.remark("Found timestamp mismatch in :", mismatches);
        self.remark("Found out of order timestamp in :", out_of_order);
        self.remark("The following indexed offsets are not found in :", not_found);
        Ok(())
    }

    fn check_time_order(&self, first: &TimeEntry, last: &TimeEntry, base_offset: Offset) -> Result<()> {
        let fault = if last.timestamp_ms < first.timestamp_ms {
            let [first_ms, last_ms] = [first.timestamp_ms, last.timestamp_ms];
            format!("the last timestamp is {last_ms} which is less than the first timestamp {first_ms}")
        } else if last.offset < base_offset {
            format!("the last offset is {} which is less than the first offset {base_offset}", last.offset)
        } else {
            return Ok(());
        };
        let file = self.shown;
        Err(self.corrupt_index(format!(
            "Corrupt time index found, time index file ({file}) has non-zero size but {fault}"
        )))
    }

    fn passed<E>(&mut self, index: &IndexFile<E>, entry_bytes: u64) -> Result<()> {
        let (file, size_bytes) = (self.shown, index.size_bytes);
        if size_bytes % entry_bytes != 0 {
            return Err(self.corrupt_index(format!(
                "Index file {file} is corrupt, found {size_bytes} bytes which is neither positive nor a multiple of \
                 {entry_bytes}."
            )));
        }
        self.line(format_args!("{file} passed sanity check."))
    }

    fn remark(&mut self, title: &str, lines: Vec<String>) {
        if !lines.is_empty() {
            self.remarks.push(format!("{title}{}", self.shown));
            self.remarks.extend(lines);
        }
    }

    fn corrupt_index(&self, reason: String) -> InspectError {
        InspectError::Index { path: self.path.to_owned(), reason }
    }
}

fn last_offset_at(log: &Path, position: u64) -> Result<Offset> {
    match LogReader::open_at(log, position)?.next_batch()? {
        Some((_, batch)) => Ok(batch.header().last_offset()),
        None => Err(InspectError::NoBatch { path: log.to_owned(), position }),
    }
}

/// Last offset and largest timestamp of the first batch that reaches the entry's offset, looked for from where the
/// offset index points. The tool reads on to the end each time, so damage behind the batch stops it; `to_end` does
/// the same.
fn batch_of(
    entry: &TimeEntry,
    offsets: &[OffsetEntry],
    log: &Path,
    to_end: bool,
) -> Result<Option<(Offset, i64)>> {
    let before = offsets.partition_point(|indexed| indexed.offset <= entry.offset);
    let position = before.checked_sub(1).map_or(0, |at| u64::from(offsets[at].position));
    let mut reader = LogReader::open_at(log, position)?;
    let mut found = None;
    while let Some((position, batch)) = reader.next_batch()? {
        let last_offset = batch.header().last_offset();
        if found.is_some() || last_offset < entry.offset {
            continue;
        }
        let damaged = |error: crate::record::RecordError| InspectError::Damaged {
            path: log.to_owned(),
            position,
            reason: error.to_string(),
        };
        let mut largest_ms = -1;
        for record in &batch.records(RECORDS_BYTES_MAX).map_err(damaged)? {
            largest_ms = largest_ms.max(record.map_err(damaged)?.timestamp_ms);
        }
        found = Some((last_offset, largest_ms));
        if !to_end {
            break;
        }
    }
    Ok(found)
}
