//! One segment: a log file from a base offset on, and its three indexes.
//!
//! Invariants:
//! - the log file is the truth; whatever the indexes say is checked against it before it is believed;
//! - a sealed segment is shared and read without a lock, only the active one changes;
//! - index files need not be whole before the segment is flushed, since recovery rebuilds them.

mod read;
mod recover;
mod scan;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

pub(crate) use read::SegmentSlice;
pub use read::TimestampedOffset;
pub(crate) use recover::Recovered;
pub(crate) use scan::{Found, Headers, ScanError, WholeBatches, read_batch};

use super::config::LogConfig;
use super::dir::{BulkWriter, Dir, LogFile, OpenMode, is_disk_full, remove_if_exists, rename_if_exists};
use super::error::{Context, LogError, Result};
use super::files::{CachedFile, FileCache};
use super::index::{AbortedTxn, Entry, Index, IndexError, LazyIndex, OffsetEntry, TimeEntry};
use super::names::{DELETED, LOG, offset_file};
use crate::names::Offset;
use crate::record::BatchHeader;

#[derive(Debug)]
pub(crate) struct Segment {
    base_offset: Offset,
    log: CachedFile,
    size_bytes: u64,
    offset_index: LazyIndex<OffsetEntry>,
    time_index: LazyIndex<TimeEntry>,
    txn_index: LazyIndex<AbortedTxn>,
    /// The largest timestamp and the last offset of the batch that has it; (-1, base) without records.
    max_timestamp: OnceLock<TimeEntry>,
    /// The first batch's largest timestamp, which time-based rolling counts from.
    first_timestamp_ms: OnceLock<i64>,
    bytes_since_index_entry: u64,
    created_ms: i64,
    /// An index was found to contradict the log: it is not used any more, and should be rebuilt.
    index_is_damaged: AtomicBool,
}

/// Where segments lie, and what their files' names end with.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub files: Arc<FileCache>,
    pub dir: Arc<dyn Dir>,
    pub suffix: &'static str,
}

impl Place {
    pub fn new(files: &Arc<FileCache>, dir: &Arc<dyn Dir>) -> Self {
        Self { files: files.clone(), dir: dir.clone(), suffix: "" }
    }

    /// The same, but for files that are not, or no longer, part of the log.
    pub fn with_suffix(&self, suffix: &'static str) -> Self {
        Self { suffix, ..self.clone() }
    }

    fn file_name(&self, base_offset: Offset, suffix: &str) -> String {
        offset_file(base_offset, suffix) + self.suffix
    }

    fn file(&self, base_offset: Offset, suffix: &str) -> CachedFile {
        CachedFile::new(&self.files, self.dir.clone(), &self.file_name(base_offset, suffix))
    }
}

/// The files of a segment. The log comes first: without it the others count for nothing.
const SUFFIXES: [&str; 4] = [LOG, OffsetEntry::SUFFIX, TimeEntry::SUFFIX, AbortedTxn::SUFFIX];

/// What the next append would add, for deciding whether it still fits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incoming {
    pub size_bytes: usize,
    pub max_timestamp_ms: i64,
    pub last_offset: Offset,
    pub now_ms: i64,
}

/// A failed write, and whether the file is known to be what it was.
#[derive(Debug)]
pub(crate) struct WriteFailure {
    pub source: io::Error,
    pub is_undone: bool,
}

impl Segment {
    /// Makes the files of an empty segment; files of the same names are emptied.
    pub fn create(place: &Place, base_offset: Offset, now_ms: i64) -> Result<Self> {
        let mut segment = Self::existing(place, base_offset, 0, now_ms);
        let name = segment.log.name();
        place.dir.open(name, OpenMode::Truncate).context("create", name, segment.dir())?;
        segment.reset_indexes()?;
        segment.first_timestamp_ms = OnceLock::new();
        segment.max_timestamp = OnceLock::from(TimeEntry { timestamp_ms: -1, offset: base_offset });
        Ok(segment)
    }

    /// A segment whose log file has `size_bytes`; nothing is opened yet.
    pub fn existing(place: &Place, base_offset: Offset, size_bytes: u64, now_ms: i64) -> Self {
        Self {
            base_offset,
            log: place.file(base_offset, LOG),
            size_bytes,
            offset_index: LazyIndex::new(place.file(base_offset, OffsetEntry::SUFFIX), base_offset),
            time_index: LazyIndex::new(place.file(base_offset, TimeEntry::SUFFIX), base_offset),
            txn_index: LazyIndex::new(place.file(base_offset, AbortedTxn::SUFFIX), base_offset),
            max_timestamp: OnceLock::new(),
            first_timestamp_ms: OnceLock::new(),
            bytes_since_index_entry: 0,
            created_ms: now_ms,
            index_is_damaged: AtomicBool::new(false),
        }
    }

    /// The offset after the last batch of a log file that waits to be renamed into place.
    pub fn swap_end(place: &Place, base_offset: Offset, size_bytes: u64) -> Result<Offset> {
        let mut segment = Self::existing(place, base_offset, size_bytes, 0);
        // Its indexes may have been renamed already.
        *segment.index_is_damaged.get_mut() = true;
        segment.next_offset()
    }

    /// Removes the files of a segment, as far as there are any.
    pub fn remove_files(place: &Place, base_offset: Offset) -> Result<()> {
        for suffix in SUFFIXES {
            let name = place.file_name(base_offset, suffix);
            remove_if_exists(&*place.dir, &name).context("remove", &name, &*place.dir)?;
        }
        Ok(())
    }

    /// Renames the files of a segment from one place to another, as far as there are any.
    pub fn move_files(from: &Place, to: &Place, base_offset: Offset) -> Result<()> {
        for suffix in SUFFIXES {
            let (name, new_name) = (from.file_name(base_offset, suffix), to.file_name(base_offset, suffix));
            rename_if_exists(&*from.dir, &name, &new_name).context("rename", &name, &*from.dir)?;
        }
        Ok(())
    }

    /// Errors: [`LogError::Corrupt`] if the transaction index is visibly damaged. Lookups notice damage of the other
    /// two by themselves.
    pub fn check_txn_index(&self) -> Result<()> {
        let checked = self.txn_index.get().and_then(Index::check);
        checked.map_err(|error| index_error(error, self.txn_index.file_name(), self.dir()))
    }

    /// Removes indexes that turned out to be damaged, so that the next start builds them anew.
    pub fn drop_damaged_indexes(&self) -> Result<()> {
        if !self.needs_new_indexes() {
            return Ok(());
        }
        let name = self.offset_index.file_name();
        remove_if_exists(self.dir(), name).context("remove", name, self.dir())
    }

    pub fn base_offset(&self) -> Offset {
        self.base_offset
    }

    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub fn file(&self) -> Result<Arc<dyn LogFile>> {
        self.log.get().context("open", self.log.name(), self.dir())
    }

    /// Whether an index was found to contradict the log.
    pub fn needs_new_indexes(&self) -> bool {
        self.index_is_damaged.load(Ordering::Relaxed)
    }

    /// The largest timestamp of its records; `None` if none of them has one.
    pub fn max_timestamp(&self) -> Result<Option<TimeEntry>> {
        let entry = self.max_entry()?;
        Ok((entry.timestamp_ms >= 0).then_some(entry))
    }

    fn max_entry(&self) -> Result<TimeEntry> {
        if let Some(entry) = self.max_timestamp.get() {
            return Ok(*entry);
        }
        let stored =
            self.time_index.get().map_err(|error| self.index_error(error, TimeEntry::SUFFIX))?.last();
        let entry = stored.unwrap_or(TimeEntry { timestamp_ms: -1, offset: self.base_offset });
        Ok(*self.max_timestamp.get_or_init(|| entry))
    }

    /// When retention counts it as written: its largest timestamp, or the file's last change.
    pub fn retention_timestamp_ms(&self) -> Result<i64> {
        match self.max_timestamp()? {
            Some(entry) => Ok(entry.timestamp_ms),
            None => self.modified_ms(),
        }
    }

    /// Whether a new segment must be rolled before this append (E1).
    pub fn must_roll(&mut self, incoming: &Incoming, config: &LogConfig, jitter_ms: u64) -> Result<bool> {
        let is_full = self.size_bytes + incoming.size_bytes as u64 > u64::from(config.segment_bytes);
        if is_full || self.indexes_are_full(config)? || !self.can_hold(incoming.last_offset) {
            return Ok(true);
        }
        if self.size_bytes == 0 {
            return Ok(false);
        }
        let waited_ms = match self.first_timestamp_ms()? {
            first if first >= 0 => incoming.max_timestamp_ms.saturating_sub(first),
            _ => incoming.now_ms.saturating_sub(self.created_ms),
        };
        Ok(waited_ms > config.roll_ms().saturating_sub(jitter_ms).min(i64::MAX as u64) as i64)
    }

    /// Index offsets are stored in 31 bits.
    fn can_hold(&self, offset: Offset) -> bool {
        i32::try_from(offset.0 - self.base_offset.0).is_ok_and(|relative| relative >= 0)
    }

    fn indexes_are_full(&mut self, config: &LogConfig) -> Result<bool> {
        let (offsets, times) = self.active_indexes()?;
        let entries_max = |bytes: usize| config.segment_index_bytes / bytes as u32;
        // One time entry is kept free for the one that sealing adds.
        Ok(offsets.count() >= entries_max(OffsetEntry::BYTES)
            || times.count() + 1 >= entries_max(TimeEntry::BYTES))
    }

    fn first_timestamp_ms(&self) -> Result<i64> {
        if let Some(first) = self.first_timestamp_ms.get() {
            return Ok(*first);
        }
        let first = self.headers(0)?.next().map_err(|error| self.scan_error(error))?;
        let first = first.map_or(-1, |found| found.header.max_timestamp_ms);
        Ok(*self.first_timestamp_ms.get_or_init(|| first))
    }

    /// The first batch's largest timestamp; `None` if it has none.
    pub fn first_batch_timestamp_ms(&self) -> Result<Option<i64>> {
        Ok(Some(self.first_timestamp_ms()?).filter(|timestamp_ms| *timestamp_ms >= 0))
    }

    /// Writes batches at the end: `parts` are their bytes, `headers` their headers with final offsets.
    pub fn append(
        &mut self,
        parts: [&[u8]; 2],
        headers: &[BatchHeader],
        config: &LogConfig,
    ) -> Result<(), WriteFailure> {
        let undone = |source| WriteFailure { source, is_undone: true };
        // What can fail without a trace goes first.
        self.write_indexes_if_many().map_err(undone)?;
        let file = self.log.get().map_err(undone)?;
        if let Err(source) = file.write_parts_at(parts, self.size_bytes) {
            let is_cut_back = file.set_size_bytes(self.size_bytes).is_ok();
            // After any other failure what the disk holds is unknown.
            let is_undone = is_cut_back && is_disk_full(&source);
            return Err(WriteFailure { source, is_undone });
        }
        for header in headers {
            self.note_batch(header, config);
        }
        Ok(())
    }

    /// Fills the log file of a new segment; every batch is to be noted by [`Segment::note_bulk`].
    pub fn bulk_writer(&self) -> Result<BulkWriter> {
        let writer = BulkWriter::new(self.dir(), self.log.name(), self.file()?);
        writer.context("open", self.log.name(), self.dir())
    }

    /// Takes a batch into account that waits in the [`BulkWriter`].
    pub fn note_bulk(&mut self, header: &BatchHeader, config: &LogConfig) -> Result<()> {
        self.write_indexes_if_many().map_err(|source| self.write_error(source))?;
        self.note_batch(header, config);
        Ok(())
    }

    /// Takes a batch that now ends the file into account (E2).
    fn note_batch(&mut self, header: &BatchHeader, config: &LogConfig) {
        let position = self.size_bytes;
        self.size_bytes += header.size_bytes as u64;
        if position == 0 {
            self.first_timestamp_ms = OnceLock::from(header.max_timestamp_ms);
        }
        let mut max = self.max_timestamp.get().copied();
        if max.is_none_or(|max| header.max_timestamp_ms > max.timestamp_ms) {
            let entry = TimeEntry { timestamp_ms: header.max_timestamp_ms, offset: header.last_offset() };
            max = Some(entry);
            self.max_timestamp = OnceLock::from(entry);
        }
        if self.bytes_since_index_entry > u64::from(config.index_interval_bytes) {
            if let Some(index) = self.offset_index.loaded_mut() {
                index.push(OffsetEntry { offset: header.last_offset(), position: position as u32 });
            }
            if let Some(max) = max {
                self.push_time_entry(max);
            }
            self.bytes_since_index_entry = 0;
        }
        self.bytes_since_index_entry += header.size_bytes as u64;
    }

    /// Adds a time entry if it says anything new.
    fn push_time_entry(&mut self, entry: TimeEntry) {
        if let Some(index) = self.time_index.loaded_mut()
            && entry.timestamp_ms > index.last().map_or(-1, |last| last.timestamp_ms)
        {
            index.push(entry);
        }
    }

    /// Loads all that appending needs, so that nothing can fail once the log is written.
    fn active_indexes(&mut self) -> Result<(&mut Index<OffsetEntry>, &mut Index<TimeEntry>)> {
        self.max_entry()?;
        let (log, base_offset) = (&self.log, self.base_offset);
        let error_of = |error, suffix| index_error(error, &offset_file(base_offset, suffix), &**log.dir());
        let offsets = self.offset_index.get_mut().map_err(|error| error_of(error, OffsetEntry::SUFFIX))?;
        let times = self.time_index.get_mut().map_err(|error| error_of(error, TimeEntry::SUFFIX))?;
        self.txn_index.get_mut().map_err(|error| error_of(error, AbortedTxn::SUFFIX))?;
        Ok((offsets, times))
    }

    /// Notes an aborted transaction whose marker was just appended.
    pub fn append_aborted(&mut self, aborted: AbortedTxn) {
        if let Some(index) = self.txn_index.loaded_mut() {
            index.push(aborted);
        }
    }

    fn write_indexes_if_many(&mut self) -> io::Result<()> {
        let many = self.offset_index.loaded_mut().is_some_and(|index| index.should_write())
            || self.time_index.loaded_mut().is_some_and(|index| index.should_write())
            || self.txn_index.loaded_mut().is_some_and(|index| index.should_write());
        if many { self.write_indexes() } else { Ok(()) }
    }

    fn write_indexes(&mut self) -> io::Result<()> {
        if let Some(index) = self.offset_index.loaded_mut() {
            index.write()?;
        }
        if let Some(index) = self.time_index.loaded_mut() {
            index.write()?;
        }
        if let Some(index) = self.txn_index.loaded_mut() {
            index.write()?;
        }
        Ok(())
    }

    /// Completes the index files, as at the end of a segment's life as the active one, or of the process. Does
    /// nothing to a segment nobody touched.
    pub fn seal(&mut self) -> Result<()> {
        if self.time_index.loaded_mut().is_some()
            && let Some(max) = self.max_timestamp.get().copied()
        {
            self.push_time_entry(max);
        }
        self.write_indexes().context("write the indexes of", self.log.name(), &**self.log.dir())
    }

    /// Drops the batch that holds `offset` and everything after it.
    pub fn truncate_to(&mut self, offset: Offset, now_ms: i64) -> Result<()> {
        let kept_bytes = self.locate(offset)?.map_or(self.size_bytes, |found| found.position);
        self.active_indexes()?;
        self.truncate_indexes(offset).context("cut the indexes of", self.log.name(), &**self.log.dir())?;
        if kept_bytes < self.size_bytes {
            self.file()?.set_size_bytes(kept_bytes).context("cut", self.log.name(), self.dir())?;
            self.size_bytes = kept_bytes;
        }
        if self.size_bytes == 0 {
            self.created_ms = now_ms;
            self.first_timestamp_ms = OnceLock::new();
        }
        self.bytes_since_index_entry = 0;
        self.max_timestamp = OnceLock::from(self.largest_timestamp()?);
        Ok(())
    }

    fn truncate_indexes(&mut self, offset: Offset) -> io::Result<()> {
        if let Some(index) = self.offset_index.loaded_mut() {
            index.truncate_to(offset)?;
        }
        if let Some(index) = self.time_index.loaded_mut() {
            index.truncate_to(offset)?;
        }
        if let Some(index) = self.txn_index.loaded_mut() {
            index.truncate_to(offset)?;
        }
        Ok(())
    }

    fn reset_indexes(&mut self) -> Result<()> {
        let dir = self.log.dir().clone();
        self.offset_index.reset().context("create", self.offset_index.file_name(), &*dir)?;
        self.time_index.reset().context("create", self.time_index.file_name(), &*dir)?;
        self.txn_index.remove().context("remove", self.txn_index.file_name(), &*dir)?;
        *self.index_is_damaged.get_mut() = false;
        Ok(())
    }

    /// The files that must reach the disk for the segment to count as flushed: a sealed segment's indexes are
    /// never rebuilt, so they too.
    pub fn files_to_sync(&self, is_sealed: bool) -> Result<Vec<Arc<dyn LogFile>>> {
        let mut files = vec![self.file()?];
        if is_sealed {
            let indexes = [self.offset_index.file(), self.time_index.file(), self.txn_index.file()];
            for file in indexes {
                files.extend(file.context("open an index of", self.log.name(), self.dir())?);
            }
        }
        Ok(files)
    }

    /// Renames the files so that they count as gone; returns their new names. What has no file is left out. Whoever
    /// is reading them goes on until they are unlinked.
    pub fn mark_deleted(&self) -> Result<Vec<String>> {
        let indexes =
            [self.offset_index.cached_file(), self.time_index.cached_file(), self.txn_index.cached_file()];
        let mut renamed = Vec::new();
        for file in [&self.log].into_iter().chain(indexes) {
            let new_name = format!("{}{DELETED}", file.name());
            if file.rename(&new_name).context("rename", file.name(), self.dir())? {
                renamed.push(new_name);
            }
        }
        Ok(renamed)
    }

    /// Bytes of the offset index and of the time index. A damaged one counts as full.
    pub fn index_bytes(&self) -> Result<[u64; 2]> {
        let bytes = |count: Result<u32, IndexError>, entry_bytes: usize, suffix| match count {
            Ok(count) => Ok(u64::from(count) * entry_bytes as u64),
            Err(IndexError::Damaged(_)) => Ok(u64::from(u32::MAX)),
            Err(error) => Err(self.index_error(error, suffix)),
        };
        let (offsets, times) = (self.offset_index.get(), self.time_index.get());
        Ok([
            bytes(offsets.map(Index::count), OffsetEntry::BYTES, OffsetEntry::SUFFIX)?,
            bytes(times.map(Index::count), TimeEntry::BYTES, TimeEntry::SUFFIX)?,
        ])
    }

    /// The log file's last change.
    pub fn modified_ms(&self) -> Result<i64> {
        self.file()?.modified_ms().context("ask for the age of", self.log.name(), self.dir())
    }

    /// Makes the segment durable, its log file as old as `modified_ms` says.
    pub fn sync_as_of(&self, modified_ms: i64) -> Result<()> {
        self.file()?.set_modified_ms(modified_ms).context("set the age of", self.log.name(), self.dir())?;
        let synced = self.files_to_sync(true)?.iter().try_for_each(|file| file.sync());
        synced.context("sync", self.log.name(), self.dir())
    }

    fn dir(&self) -> &dyn Dir {
        &**self.log.dir()
    }

    fn index_error(&self, error: IndexError, suffix: &str) -> LogError {
        index_error(error, &offset_file(self.base_offset, suffix), self.dir())
    }

    pub fn scan_error(&self, error: ScanError) -> LogError {
        match error {
            ScanError::Io(source) => {
                let (file, dir) = (self.log.name().to_owned(), self.dir().path().display().to_string());
                LogError::Io { action: "read", file, dir, source }
            }
            damaged => self.corrupt(damaged.to_string()),
        }
    }

    pub fn write_error(&self, source: io::Error) -> LogError {
        let (file, dir) = (self.log.name().to_owned(), self.dir().path().display().to_string());
        LogError::Io { action: "write", file, dir, source }
    }

    /// The log file is not what it must be.
    pub fn corrupt(&self, reason: String) -> LogError {
        LogError::Corrupt {
            file: self.log.name().to_owned(),
            dir: self.dir().path().display().to_string(),
            reason,
        }
    }
}

fn index_error(error: IndexError, file: &str, dir: &dyn Dir) -> LogError {
    let (file, dir) = (file.to_owned(), dir.path().display().to_string());
    match error {
        IndexError::Io(source) => LogError::Io { action: "read", file, dir, source },
        IndexError::Damaged(reason) => LogError::Corrupt { file, dir, reason },
    }
}
