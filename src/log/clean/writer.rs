use crate::log::config::LogConfig;
use crate::log::error::Result;
use crate::log::index::AbortedTxn;
use crate::log::segment::Segment;
use crate::record::{BatchHeader, batches};

/// Appends batches to a cleaned segment, many at a time.
pub(super) struct Writer<'a> {
    pub segment: Segment,
    config: &'a LogConfig,
    write_bytes: usize,
    bytes: Vec<u8>,
    headers: Vec<BatchHeader>,
}

impl<'a> Writer<'a> {
    pub fn new(segment: Segment, config: &'a LogConfig, write_bytes: usize) -> Self {
        Self { segment, config, write_bytes, bytes: Vec::new(), headers: Vec::new() }
    }

    /// Takes whole batches; returns how many bytes were written now.
    pub fn append(&mut self, bytes: &[u8]) -> Result<usize> {
        for batch in batches(bytes) {
            let batch = batch.map_err(|error| self.segment.corrupt(error.to_string()))?;
            self.headers.push(*batch.header());
        }
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= self.write_bytes { self.flush() } else { Ok(0) }
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
        Ok(written)
    }
}
