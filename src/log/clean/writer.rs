use crate::log::config::LogConfig;
use crate::log::error::Result;
use crate::log::index::AbortedTxn;
use crate::log::segment::Segment;
use crate::record::{BatchHeader, batches};

/// How much of what was written may lie in the page cache.
const CACHED_BYTES_MAX: u64 = 16 << 20;

/// Appends batches to a cleaned segment, many at a time.
///
/// What is written leaves the page cache again, but for the last of it: a cleaning goes over whole logs, and must not
/// push out what readers need.
pub(super) struct Writer<'a> {
    pub segment: Segment,
    config: &'a LogConfig,
    write_bytes: usize,
    bytes: Vec<u8>,
    headers: Vec<BatchHeader>,
    /// How much of the segment has left the page cache.
    uncached_bytes: u64,
}

impl<'a> Writer<'a> {
    pub fn new(segment: Segment, config: &'a LogConfig, write_bytes: usize) -> Self {
        Self { segment, config, write_bytes, bytes: Vec::new(), headers: Vec::new(), uncached_bytes: 0 }
    }

    /// Takes the whole batches that `put` appends; returns what that says, and how many bytes were written now.
    pub fn append<T>(&mut self, put: impl FnOnce(&mut Vec<u8>) -> Result<T>) -> Result<(T, usize)> {
        let before = self.bytes.len();
        let said = put(&mut self.bytes)?;
        for batch in batches(&self.bytes[before..]) {
            let batch = batch.map_err(|error| self.segment.corrupt(error.to_string()))?;
            self.headers.push(*batch.header());
        }
        let written = if self.bytes.len() >= self.write_bytes { self.flush()? } else { 0 };
        Ok((said, written))
    }

    pub fn append_aborted(&mut self, aborted: AbortedTxn) {
        self.segment.append_aborted(aborted);
    }

    pub fn flush(&mut self) -> Result<usize> {
        let written = self.bytes.len();
        if written > 0 {
            let appended = self.segment.append([&self.bytes, &[]], &self.headers, self.config);
            appended.map_err(|failure| self.segment.write_error(failure.source))?;
            self.bytes.clear();
            self.headers.clear();
        }
        let size_bytes = self.segment.size_bytes();
        if size_bytes - self.uncached_bytes >= CACHED_BYTES_MAX {
            self.segment.sync_uncached(self.uncached_bytes..size_bytes)?;
            self.uncached_bytes = size_bytes;
        }
        Ok(written)
    }
}
