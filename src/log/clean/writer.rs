use crate::log::config::LogConfig;
use crate::log::dir::BulkWriter;
use crate::log::error::Result;
use crate::log::index::AbortedTxn;
use crate::log::segment::Segment;
use crate::record::batches;

/// Appends batches to a cleaned segment, many at a time.
pub(super) struct Writer<'a> {
    segment: Segment,
    config: &'a LogConfig,
    write_bytes: usize,
    bulk: BulkWriter,
}

impl<'a> Writer<'a> {
    /// `segment` is empty.
    pub fn new(segment: Segment, config: &'a LogConfig, write_bytes: usize) -> Result<Self> {
        Ok(Self { bulk: segment.bulk_writer()?, segment, config, write_bytes })
    }

    /// Takes the whole batches that `put` appends; returns what that says, and how many bytes were written now.
    pub fn append<T>(&mut self, put: impl FnOnce(&mut Vec<u8>) -> Result<T>) -> Result<(T, usize)> {
        let pending = self.bulk.pending();
        let before = pending.len();
        let said = put(pending)?;
        for batch in batches(&pending[before..]) {
            let batch = batch.map_err(|error| self.segment.corrupt(error.to_string()))?;
            self.segment.note_bulk(batch.header(), self.config)?;
        }
        let is_due = self.bulk.pending_bytes() >= self.write_bytes;
        let written = if is_due { self.bulk.write() } else { Ok(0) };
        let written = written.map_err(|source| self.segment.write_error(source))?;
        Ok((said, written))
    }

    pub fn append_aborted(&mut self, aborted: AbortedTxn) {
        self.segment.append_aborted(aborted);
    }

    /// The segment, whose log file is complete.
    pub fn finish(mut self) -> Result<Segment> {
        self.bulk.finish().map_err(|source| self.segment.write_error(source))?;
        Ok(self.segment)
    }
}
