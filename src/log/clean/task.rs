use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::filter::{Filter, Filtered, LastOfProducer};
use super::key_map::KeyMap;
use super::plan::Cleanable;
use super::transactions::PassingTransactions;
use crate::log::config::LogConfig;
use crate::log::error::Result;
use crate::log::producer::marker_of;
use crate::log::segment::{Place, Segment, WholeBatches};
use crate::names::{Offset, ProducerId};
use crate::record::validate::DECOMPRESSED_BYTES_MAX;
use crate::record::{Batch, BatchHeader, RecordError};

/// Everything a cleaning needs of its log, which goes on meanwhile.
#[derive(Debug)]
pub struct CleanTask {
    pub(in crate::log) place: Place,
    pub(in crate::log) config: Arc<LogConfig>,
    /// The segments before the active one that cleaning may touch, and where the one after them begins.
    pub(in crate::log) segments: Vec<Arc<Segment>>,
    pub(in crate::log) segments_end: Offset,
    pub(in crate::log) cleanable: Cleanable,
    pub(in crate::log) producers: HashMap<ProducerId, LastOfProducer>,
    pub(in crate::log) truncations: u64,
}

/// New segments, complete and synced, that wait to take the place of old ones.
#[derive(Debug)]
pub struct CleanedSegments {
    pub(in crate::log) groups: Vec<CleanedGroup>,
    pub(in crate::log) truncations: u64,
    pub report: CleanReport,
}

/// One new segment and those it replaces, by base offset.
#[derive(Debug)]
pub(in crate::log) struct CleanedGroup {
    pub base_offset: Offset,
    pub size_bytes: u64,
    pub replaces: Vec<Offset>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CleanReport {
    /// To be checkpointed once the segments are in place.
    pub cleaned_to: Offset,
    pub bytes_before: u64,
    pub bytes_after: u64,
}

/// Batches written to a cleaned segment in one go.
const WRITE_BYTES: usize = 1 << 20;

impl CleanTask {
    /// Reads all it must and writes the new segments. `keys` is empty and bounds how far this cleaning gets.
    /// `Ok(None)` if `is_stopped` said so, or if there was nothing to do.
    ///
    /// Errors: a file cannot be read or written, or holds what cannot be read: the log must not be cleaned any more
    /// (E16). What was written is removed.
    pub fn run(
        &self,
        keys: &mut KeyMap,
        now_ms: i64,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Option<CleanedSegments>> {
        if !self.build_keys(keys, is_stopped)? || keys.last_offset() < self.cleanable.first_dirty {
            return Ok(None);
        }
        let cleaned_to = keys.last_offset().plus(1);
        let mut cleaned = CleanedSegments {
            groups: Vec::new(),
            truncations: self.truncations,
            report: CleanReport { cleaned_to, bytes_before: 0, bytes_after: 0 },
        };
        let mut transactions = PassingTransactions::default();
        let count = self.segments.partition_point(|segment| segment.base_offset() < cleaned_to);
        let filter = Filter {
            keys,
            producers: &self.producers,
            end_offset: cleaned_to,
            now_ms,
            delete_retention_ms: self.config.delete_retention_ms,
        };
        let mut from = 0;
        while from < count {
            let to = self.group_end(from, count);
            if is_stopped() {
                self.remove_cleaned(&cleaned)?;
                return Ok(None);
            }
            match self.clean_group(from..to, &filter, &mut transactions) {
                Ok(group) => {
                    let before: u64 =
                        self.segments[from..to].iter().map(|segment| segment.size_bytes()).sum();
                    cleaned.report.bytes_before += before;
                    cleaned.report.bytes_after += group.size_bytes;
                    cleaned.groups.push(group);
                }
                Err(error) => {
                    self.remove_cleaned(&cleaned)?;
                    Segment::remove_files(&self.place, self.segments[from].base_offset())?;
                    return Err(error);
                }
            }
            from = to;
        }
        Ok(Some(cleaned))
    }

    fn remove_cleaned(&self, cleaned: &CleanedSegments) -> Result<()> {
        cleaned.groups.iter().try_for_each(|group| Segment::remove_files(&self.place, group.base_offset))
    }

    /// Notes the latest offset of every key among the dirty records, until the map is full. Says whether it was
    /// let finish.
    fn build_keys(&self, keys: &mut KeyMap, is_stopped: &dyn Fn() -> bool) -> Result<bool> {
        let first_dirty = self.cleanable.first_dirty;
        let mut transactions = PassingTransactions::default();
        let mut scratch = Vec::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let end = self.segments.get(index + 1).map_or(self.segments_end, |next| next.base_offset());
            if end <= first_dirty {
                continue;
            }
            let mut aborted = Vec::new();
            segment.collect_aborted(first_dirty, end, &mut aborted)?;
            transactions.expect(aborted);
            let start = segment.locate(first_dirty)?.map_or(segment.size_bytes(), |found| found.position);
            let mut batches = WholeBatches::new(segment.file()?, start, segment.size_bytes());
            while let Some((position, batch)) = batches.next().map_err(|error| segment.scan_error(error))? {
                if is_stopped() {
                    return Ok(false);
                }
                let header = batch.header();
                if header.is_control() {
                    let commit = marker_of(&batch).ok().flatten().map(|marker| marker.commit);
                    transactions.marker(header, commit);
                } else if !transactions.data(header)
                    && !put_keys(&batch, first_dirty, keys, &mut scratch)
                        .map_err(|error| segment.corrupt(format!("batch at byte {position}: {error}")))?
                {
                    return Ok(true);
                }
                keys.seen_up_to(header.last_offset());
            }
            keys.seen_up_to(end.plus(-1));
        }
        Ok(true)
    }

    /// How many segments from `from` on become one: as many as fit the limits of a segment (E15).
    fn group_end(&self, from: usize, count: usize) -> usize {
        let first = &self.segments[from];
        let base_offset = first.base_offset();
        let mut bytes = first.size_bytes();
        let mut to = from + 1;
        while to < count {
            let next = &self.segments[to];
            bytes += next.size_bytes();
            let end = self.segments.get(to + 1).map_or(self.segments_end, |after| after.base_offset());
            let spans = i32::try_from(end.0 - 1 - base_offset.0).is_ok();
            // An index entry stands for at least an interval's bytes, or for one batch.
            let entries_max = u64::from(self.config.segment_index_bytes) / 12;
            let interval = u64::from(self.config.index_interval_bytes).max(BatchHeader::BYTES as u64);
            if bytes > u64::from(self.config.segment_bytes) || !spans || bytes / interval >= entries_max {
                break;
            }
            to += 1;
        }
        to
    }

    fn clean_group(
        &self,
        group: Range<usize>,
        filter: &Filter<'_>,
        transactions: &mut PassingTransactions,
    ) -> Result<CleanedGroup> {
        let base_offset = self.segments[group.start].base_offset();
        let mut writer = Writer {
            segment: Segment::create(&self.place, base_offset, filter.now_ms)?,
            config: &self.config,
            bytes: Vec::new(),
            headers: Vec::new(),
        };
        for index in group.clone() {
            let segment = &self.segments[index];
            let end = self.segments.get(index + 1).map_or(self.segments_end, |next| next.base_offset());
            let mut aborted = Vec::new();
            segment.collect_aborted(segment.base_offset(), end, &mut aborted)?;
            transactions.expect(aborted);
            let mut batches = WholeBatches::new(segment.file()?, 0, segment.size_bytes());
            while let Some((position, batch)) = batches.next().map_err(|error| segment.scan_error(error))? {
                let passed = batch.check_crc().and_then(|()| filter.pass(&batch, transactions));
                let Filtered { bytes, aborted } =
                    passed.map_err(|error| segment.corrupt(format!("batch at byte {position}: {error}")))?;
                if let Some(bytes) = bytes {
                    writer.append(&bytes)?;
                }
                if let Some(aborted) = aborted {
                    writer.segment.append_aborted(aborted);
                }
            }
        }
        writer.flush()?;
        let mut cleaned = writer.segment;
        cleaned.seal()?;
        let modified_ms = self.segments[group.end - 1].modified_ms()?;
        cleaned.sync_as_of(modified_ms)?;
        let replaces = self.segments[group].iter().map(|segment| segment.base_offset()).collect();
        Ok(CleanedGroup { base_offset, size_bytes: cleaned.size_bytes(), replaces })
    }
}

/// Notes the keys of a batch's records; says whether there was room for all of them.
fn put_keys(
    batch: &Batch<'_>,
    first_dirty: Offset,
    keys: &mut KeyMap,
    scratch: &mut Vec<u8>,
) -> Result<bool, RecordError> {
    for record in batch.records_in(scratch, DECOMPRESSED_BYTES_MAX)? {
        let record = record?;
        let Some(key) = record.key.filter(|_| record.offset >= first_dirty) else { continue };
        if keys.is_full() {
            return Ok(false);
        }
        keys.put(key, record.offset);
        keys.seen_up_to(record.offset);
    }
    Ok(true)
}

/// Appends batches to a cleaned segment, many at a time.
struct Writer<'a> {
    segment: Segment,
    config: &'a LogConfig,
    bytes: Vec<u8>,
    headers: Vec<BatchHeader>,
}

impl Writer<'_> {
    fn append(&mut self, batch: &[u8]) -> Result<()> {
        let header = BatchHeader::read(batch).map_err(|error| self.segment.corrupt(error.to_string()))?;
        self.headers.push(header);
        self.bytes.extend_from_slice(batch);
        if self.bytes.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if self.headers.is_empty() {
            return Ok(());
        }
        let written = self.segment.append([&self.bytes, &[]], &self.headers, self.config);
        written.map_err(|failure| self.segment.write_error(failure.source))?;
        self.bytes.clear();
        self.headers.clear();
        Ok(())
    }
}
