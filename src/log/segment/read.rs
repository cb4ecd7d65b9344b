//! Finding batches in a segment by offset and by time.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tracing::warn;

use super::{Found, Headers, Segment, read_batch};
use crate::log::dir::LogFile;
use crate::log::error::{Context, Result};
use crate::log::index::{AbortedTxn, Entry, IndexError, OffsetEntry, TimeEntry};
use crate::names::{LeaderEpoch, Offset};
use crate::record::validate::DECOMPRESSED_BYTES_MAX;
use crate::record::{Batch, RecordError};

/// A stretch of a segment's file that starts with a whole batch's header and may end inside a batch.
#[derive(Debug)]
pub(crate) struct SegmentSlice {
    pub file: Arc<dyn LogFile>,
    pub position: u64,
    pub size_bytes: usize,
}

/// A record found by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampedOffset {
    pub timestamp_ms: i64,
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
}

impl Segment {
    /// Headers from `position` on, which must be a batch's.
    pub fn headers(&self, position: u64) -> Result<Headers> {
        Ok(Headers::new(self.file()?, position, self.size_bytes()))
    }

    /// The first batch whose last offset is `offset` or later (E3).
    pub fn locate(&self, offset: Offset) -> Result<Option<Found>> {
        let mut headers = self.headers(self.floor_position(offset)?)?;
        while let Some(found) = headers.next().map_err(|error| self.scan_error(error))? {
            if found.header.last_offset() >= offset {
                return Ok(Some(found));
            }
        }
        self.check_scanned(headers.position())?;
        Ok(None)
    }

    /// A scan that ends before the file does has met damage, not the end.
    fn check_scanned(&self, position: u64) -> Result<()> {
        if position == self.size_bytes() {
            return Ok(());
        }
        Err(self.corrupt(format!("the batch at byte {position} is cut short")))
    }

    /// Bytes to read for a fetch from `offset`: at most `max_bytes`, none at or past `end_position`; with
    /// `min_one_batch` the first batch in any case (B7, B9). `None` if no batch reaches `offset`.
    pub fn slice(
        &self,
        offset: Offset,
        max_bytes: usize,
        end_position: u64,
        min_one_batch: bool,
    ) -> Result<Option<SegmentSlice>> {
        let Some(found) = self.locate(offset)? else { return Ok(None) };
        let first_bytes = found.header.size_bytes;
        let wanted = if min_one_batch { max_bytes.max(first_bytes) } else { max_bytes };
        let size_bytes = end_position.saturating_sub(found.position).min(wanted as u64) as usize;
        let size_bytes = if size_bytes < first_bytes { 0 } else { size_bytes };
        Ok(Some(SegmentSlice { file: self.file()?, position: found.position, size_bytes }))
    }

    /// The offset right after the last batch.
    pub fn next_offset(&self) -> Result<Offset> {
        let start = self.floor_position(Offset(i64::MAX))?;
        let mut headers = self.headers(start)?;
        let mut next = self.base_offset;
        while let Some(found) = headers.next().map_err(|error| self.scan_error(error))? {
            next = found.header.next_offset();
        }
        self.check_scanned(headers.position())?;
        Ok(next)
    }

    /// Where to start looking for `offset`: the place of a batch at or before it.
    fn floor_position(&self, offset: Offset) -> Result<u64> {
        if self.needs_new_indexes() {
            return Ok(0);
        }
        let entry = match self.offset_index.get().map(|index| index.floor(|entry| entry.offset <= offset)) {
            Ok(found) => found.context("read", self.offset_index.file_name(), self.dir())?,
            Err(IndexError::Io(source)) => return Err(self.index_error(source.into(), OffsetEntry::SUFFIX)),
            Err(IndexError::Damaged(reason)) => {
                self.distrust_indexes(&reason);
                None
            }
        };
        match entry {
            Some(entry) if self.points_at_batch(entry)? => Ok(u64::from(entry.position)),
            Some(entry) => {
                self.distrust_indexes(&format!(
                    "no batch of offset {} at byte {}",
                    entry.offset, entry.position
                ));
                Ok(0)
            }
            None => Ok(0),
        }
    }

    /// Whether a batch lies where the entry says. Usually its last offset is the entry's; where an entry was made
    /// for several batches at once, as by older brokers and when segments are cleaned, the checksum decides.
    fn points_at_batch(&self, entry: OffsetEntry) -> Result<bool> {
        let position = u64::from(entry.position);
        if position >= self.size_bytes() {
            return Ok(false);
        }
        let mut headers = self.headers(position)?;
        let Ok(Some(found)) = headers.next() else { return Ok(false) };
        if found.header.last_offset() == entry.offset {
            return Ok(true);
        }
        if found.header.base_offset < self.base_offset || found.header.last_offset() > entry.offset {
            return Ok(false);
        }
        let bytes = read_batch(&*self.file()?, &found).context("read", self.log.name(), self.dir())?;
        Ok(Batch::parse(&bytes).is_ok_and(|batch| batch.crc_is_valid()))
    }

    fn distrust_indexes(&self, reason: &str) {
        if !self.index_is_damaged.swap(true, Ordering::Relaxed) {
            let (dir, segment) = (self.dir().path(), self.log.name());
            warn!(dir = %dir.display(), segment, reason, "an index contradicts the log and is not used");
        }
    }

    /// The first record at or after `start` whose timestamp is `timestamp_ms` or later (B21).
    pub fn find_timestamp(&self, timestamp_ms: i64, start: Offset) -> Result<Option<TimestampedOffset>> {
        let from = match self.time_floor(timestamp_ms)? {
            Some(entry) => entry.offset.max(start),
            None => start,
        };
        let mut headers = self.headers(self.floor_position(from)?)?;
        while let Some(found) = headers.next().map_err(|error| self.scan_error(error))? {
            if found.header.max_timestamp_ms < timestamp_ms || found.header.last_offset() < start {
                continue;
            }
            if let Some(record) =
                self.first_record(&found, |offset, at_ms| offset >= start && at_ms >= timestamp_ms)?
            {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// The last time entry at or before `timestamp_ms`, if it is true: no earlier batch then reaches that time.
    fn time_floor(&self, timestamp_ms: i64) -> Result<Option<TimeEntry>> {
        if self.needs_new_indexes() {
            return Ok(None);
        }
        let index = match self.time_index.get() {
            Ok(index) => index,
            Err(IndexError::Damaged(reason)) => {
                self.distrust_indexes(&reason);
                return Ok(None);
            }
            Err(error) => return Err(self.index_error(error, TimeEntry::SUFFIX)),
        };
        let entry = index.floor(|entry| entry.timestamp_ms <= timestamp_ms);
        let Some(entry) = entry.context("read", self.time_index.file_name(), self.dir())? else {
            return Ok(None);
        };
        let batch = self.locate(entry.offset)?;
        if batch.is_some_and(|found| found.header.max_timestamp_ms == entry.timestamp_ms) {
            return Ok(Some(entry));
        }
        self.distrust_indexes(&format!(
            "no batch with time {} at offset {}",
            entry.timestamp_ms, entry.offset
        ));
        Ok(None)
    }

    /// The record with the largest timestamp (KIP-734).
    pub fn find_max_timestamp(&self) -> Result<Option<TimestampedOffset>> {
        let Some(max) = self.max_timestamp()? else { return Ok(None) };
        let mut headers = self.headers(self.floor_position(max.offset)?)?;
        while let Some(found) = headers.next().map_err(|error| self.scan_error(error))? {
            if found.header.max_timestamp_ms == max.timestamp_ms {
                return self.first_record(&found, |_, at_ms| at_ms == max.timestamp_ms);
            }
        }
        Ok(None)
    }

    fn first_record(
        &self,
        found: &Found,
        is_it: impl Fn(Offset, i64) -> bool,
    ) -> Result<Option<TimestampedOffset>> {
        let bytes = read_batch(&*self.file()?, found).context("read", self.log.name(), self.dir())?;
        let damaged = |error: RecordError| self.corrupt(format!("batch at byte {}: {error}", found.position));
        let batch = Batch::parse(&bytes).map_err(damaged)?;
        let records = batch.records(DECOMPRESSED_BYTES_MAX).map_err(damaged)?;
        for record in records.iter() {
            let record = record.map_err(damaged)?;
            if is_it(record.offset, record.timestamp_ms) {
                let leader_epoch = found.header.partition_leader_epoch;
                return Ok(Some(TimestampedOffset {
                    timestamp_ms: record.timestamp_ms,
                    offset: record.offset,
                    leader_epoch,
                }));
            }
        }
        Ok(None)
    }

    /// The largest timestamp and where it is, after the indexes were cut: their last entry and what follows it.
    pub(super) fn largest_timestamp(&self) -> Result<TimeEntry> {
        let stored =
            self.time_index.get().map_err(|error| self.index_error(error, TimeEntry::SUFFIX))?.last();
        let mut largest = stored.unwrap_or(TimeEntry { timestamp_ms: -1, offset: self.base_offset });
        let mut headers = self.headers(self.floor_position(largest.offset)?)?;
        while let Some(found) = headers.next().map_err(|error| self.scan_error(error))? {
            if found.header.max_timestamp_ms > largest.timestamp_ms {
                largest = TimeEntry {
                    timestamp_ms: found.header.max_timestamp_ms,
                    offset: found.header.last_offset(),
                };
            }
        }
        Ok(largest)
    }

    /// The offset of the first index entry past the bytes of a read, which bounds what was read (B11).
    pub fn offset_past(&self, position: u64) -> Result<Option<Offset>> {
        let entry = match self.offset_index.get() {
            Ok(index) => index.ceiling(|entry| u64::from(entry.position) < position),
            Err(IndexError::Damaged(_)) => return Ok(None),
            Err(error) => return Err(self.index_error(error, OffsetEntry::SUFFIX)),
        };
        let entry = entry.context("read", self.offset_index.file_name(), self.dir())?;
        Ok(entry.filter(|_| !self.needs_new_indexes()).map(|entry| entry.offset))
    }

    /// Adds the aborted transactions that overlap `start..end`; says whether later segments can have more (B11).
    pub fn collect_aborted(&self, start: Offset, end: Offset, into: &mut Vec<AbortedTxn>) -> Result<bool> {
        let index = self.txn_index.get().map_err(|error| self.index_error(error, AbortedTxn::SUFFIX))?;
        let read_error = |error| self.index_error(IndexError::Io(error), AbortedTxn::SUFFIX);
        let mut number = index.partition_point(|aborted| aborted.last_offset < start).map_err(read_error)?;
        loop {
            let page = index.page(number).map_err(read_error)?;
            if page.is_empty() {
                return Ok(true);
            }
            for aborted in &page {
                if aborted.first_offset < end {
                    into.push(*aborted);
                }
                if aborted.last_stable_offset >= end {
                    return Ok(false);
                }
            }
            number += page.len() as u32;
        }
    }
}
