//! Offset and time index beside the batches of their segment, in one pass: a log may have more batches than fit
//! memory, an index has few entries.

use std::path::{Path, PathBuf};

use super::{Finding, Severity};
use crate::log::inspect::read::IndexFile;
use crate::log::inspect::{OffsetEntry, Result, TimeEntry};
use crate::names::Offset;
use crate::record::BatchHeader;

pub(super) struct OffsetIndexCheck {
    index: Entries<OffsetEntry>,
}

impl OffsetIndexCheck {
    const ENTRY_BYTES: u64 = 8;

    pub fn open(path: &Path) -> Result<Self> {
        let is_empty_slot = |entry: &OffsetEntry, base| entry.offset == base && entry.position == 0;
        let is_ordered = |a: &OffsetEntry, b: &OffsetEntry| a.offset < b.offset && a.position < b.position;
        let file = IndexFile::<OffsetEntry>::read(path)?;
        Ok(Self { index: Entries::new(path, file, Self::ENTRY_BYTES, is_empty_slot, is_ordered) })
    }

    /// The next batch of the log.
    pub fn see(&mut self, position: u64, header: &BatchHeader) {
        while let Some(entry) = self.index.next_if(|entry| u64::from(entry.position) <= position) {
            let last_offset = header.last_offset();
            if u64::from(entry.position) < position {
                self.no_batch(&entry);
            } else if last_offset > entry.offset {
                // The other way round is fine: older releases indexed the end of an append of several batches.
                self.index.fault(
                    entry.offset,
                    format!("the batch at byte {position} ends at offset {last_offset}"),
                );
            }
        }
    }

    pub fn finish(mut self) -> Vec<Finding> {
        while let Some(entry) = self.index.next_if(|_| true) {
            self.no_batch(&entry);
        }
        self.index.findings
    }

    fn no_batch(&mut self, entry: &OffsetEntry) {
        self.index.fault(entry.offset, format!("no batch begins at byte {} of the log", entry.position));
    }
}

pub(super) struct TimeIndexCheck {
    index: Entries<TimeEntry>,
    largest_ms: i64,
    last_offset: Offset,
}

impl TimeIndexCheck {
    const ENTRY_BYTES: u64 = 12;

    pub fn open(path: &Path) -> Result<Self> {
        let is_empty_slot = |entry: &TimeEntry, base| entry.offset == base && entry.timestamp_ms == 0;
        let is_ordered =
            |a: &TimeEntry, b: &TimeEntry| a.offset < b.offset && a.timestamp_ms < b.timestamp_ms;
        let file = IndexFile::<TimeEntry>::read(path)?;
        let index = Entries::new(path, file, Self::ENTRY_BYTES, is_empty_slot, is_ordered);
        Ok(Self { index, largest_ms: -1, last_offset: Offset::NONE })
    }

    /// The next batch of the log: entries before it are about what came until now.
    pub fn see(&mut self, header: &BatchHeader) {
        while let Some(entry) = self.index.next_if(|entry| entry.offset < header.base_offset) {
            self.check(&entry);
        }
        self.largest_ms = self.largest_ms.max(header.max_timestamp_ms);
        self.last_offset = self.last_offset.max(header.last_offset());
    }

    pub fn finish(mut self) -> Vec<Finding> {
        while let Some(entry) = self.index.next_if(|_| true) {
            self.check(&entry);
        }
        self.index.findings
    }

    fn check(&mut self, entry: &TimeEntry) {
        if entry.offset > self.last_offset {
            self.index.fault(entry.offset, "the log does not reach that offset".to_owned());
        } else if entry.timestamp_ms != self.largest_ms {
            let (largest_ms, indexed_ms) = (self.largest_ms, entry.timestamp_ms);
            let reason =
                format!("the largest timestamp up to there is {largest_ms}, the index says {indexed_ms}");
            self.index.fault(entry.offset, reason);
        }
    }
}

/// The entries of an index in their order, and what is wrong with them.
struct Entries<E> {
    path: PathBuf,
    base_offset: Offset,
    entries: Vec<E>,
    entry_bytes: u64,
    next: usize,
    is_empty_slot: fn(&E, Offset) -> bool,
    is_ordered: fn(&E, &E) -> bool,
    findings: Vec<Finding>,
}

impl<E: Copy> Entries<E> {
    fn new(
        path: &Path,
        file: IndexFile<E>,
        entry_bytes: u64,
        is_empty_slot: fn(&E, Offset) -> bool,
        is_ordered: fn(&E, &E) -> bool,
    ) -> Self {
        let mut findings = Vec::new();
        let odd_bytes = file.size_bytes % entry_bytes;
        if odd_bytes > 0 {
            findings.push(Finding {
                severity: Severity::Error,
                file: path.to_owned(),
                position: Some(file.size_bytes - odd_bytes),
                offset: None,
                reason: format!("the last {odd_bytes} bytes are no whole entry"),
            });
        }
        let IndexFile { base_offset, entries, .. } = file;
        let path = path.to_owned();
        Self { path, base_offset, entries, entry_bytes, next: 0, is_empty_slot, is_ordered, findings }
    }

    /// The next entry, if `is_due`. Empty slots say nothing; an entry out of order is a fault of its own.
    fn next_if(&mut self, is_due: impl Fn(&E) -> bool) -> Option<E> {
        loop {
            let entry = *self.entries.get(self.next)?;
            if !(self.is_empty_slot)(&entry, self.base_offset) {
                let before = self.next.checked_sub(1).map(|before| self.entries[before]);
                let before = before.filter(|before| !(self.is_empty_slot)(before, self.base_offset));
                if before.is_none_or(|before| (self.is_ordered)(&before, &entry)) {
                    self.next += usize::from(is_due(&entry));
                    return is_due(&entry).then_some(entry);
                }
                self.next += 1;
                self.fault(None, "entry is out of order".to_owned());
                continue;
            }
            self.next += 1;
        }
    }

    /// Reports the entry that was taken last.
    fn fault(&mut self, offset: impl Into<Option<Offset>>, reason: String) {
        self.findings.push(Finding {
            severity: Severity::Error,
            file: self.path.clone(),
            position: Some((self.next as u64 - 1) * self.entry_bytes),
            offset: offset.into(),
            reason,
        });
    }
}
