//! Walking over the batches of a log file.

use std::io;
use std::sync::Arc;

use crate::log::dir::LogFile;
use crate::names::Offset;
use crate::record::{Batch, BatchHeader, RecordError};

/// A batch's header and where the batch starts in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub position: u64,
    pub header: BatchHeader,
}

impl Found {
    /// Where the next batch starts.
    pub fn end_position(&self) -> u64 {
        self.position + self.header.size_bytes as u64
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("at byte {position}: {reason}")]
    Damaged { position: u64, reason: String },
}

/// The headers from one position of a file on. Ends at the first batch that is not all there.
pub(crate) struct Headers {
    file: Arc<dyn LogFile>,
    position: u64,
    end: u64,
    last_offset: Offset,
    window: Vec<u8>,
    window_start: u64,
}

/// Bytes read ahead: small batches come many to a read, large ones are skipped.
const WINDOW_BYTES: usize = 4096;

impl Headers {
    pub fn new(file: Arc<dyn LogFile>, position: u64, end: u64) -> Self {
        Self { file, position, end, last_offset: Offset::NONE, window: Vec::new(), window_start: 0 }
    }

    /// Where the next batch starts, or where the last one ended.
    pub fn position(&self) -> u64 {
        self.position
    }

    pub fn next(&mut self) -> Result<Option<Found>, ScanError> {
        let position = self.position;
        let header = match BatchHeader::read(self.header_bytes()?) {
            Ok(header) => header,
            Err(RecordError::Truncated { .. }) => return Ok(None),
            Err(error) => return Err(ScanError::Damaged { position, reason: error.to_string() }),
        };
        let found = Found { position, header };
        if found.end_position() > self.end {
            return Ok(None);
        }
        if header.last_offset_delta < 0 || header.base_offset <= self.last_offset {
            let reason = format!("offset {} follows {}", header.base_offset, self.last_offset);
            return Err(ScanError::Damaged { position, reason });
        }
        self.last_offset = header.last_offset();
        self.position = found.end_position();
        Ok(Some(found))
    }

    /// The bytes at the position: a header's worth unless the file ends.
    fn header_bytes(&mut self) -> io::Result<&[u8]> {
        let needed = (BatchHeader::BYTES as u64).min(self.end.saturating_sub(self.position));
        let window_end = self.window_start + self.window.len() as u64;
        if self.position < self.window_start || self.position + needed > window_end {
            // A jump past the window means large batches: nothing is gained by reading ahead.
            let is_far = self.position > window_end && !self.window.is_empty();
            let ahead = if is_far { BatchHeader::BYTES } else { WINDOW_BYTES };
            let bytes = (ahead as u64).min(self.end.saturating_sub(self.position)) as usize;
            self.window.resize(bytes, 0);
            let read = self.file.read_at(&mut self.window, self.position)?;
            self.window.truncate(read);
            self.window_start = self.position;
        }
        Ok(&self.window[(self.position - self.window_start) as usize..])
    }
}

/// The bytes of a batch whose header was read. Allocates what the file was seen to hold.
pub(crate) fn read_batch(file: &dyn LogFile, found: &Found) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; found.header.size_bytes];
    file.read_exact_at(&mut bytes, found.position)?;
    Ok(bytes)
}

/// Reads whole batches one after the other, many to a read, for those who look at every byte.
pub(crate) struct WholeBatches {
    file: Arc<dyn LogFile>,
    position: u64,
    end: u64,
    buffer: Vec<u8>,
    consumed: usize,
}

/// What is read at once, unless a batch is larger.
const BUFFER_BYTES: usize = 256 << 10;

impl WholeBatches {
    pub fn new(file: Arc<dyn LogFile>, position: u64, end: u64) -> Self {
        Self { file, position, end, buffer: Vec::new(), consumed: 0 }
    }

    /// Where the next batch starts, or where the last one ended.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next batch and where it starts; `None` at the end, or at a batch that is not all there.
    pub fn next(&mut self) -> Result<Option<(u64, Batch<'_>)>, ScanError> {
        let position = self.position;
        let damaged = |error: RecordError| ScanError::Damaged { position, reason: error.to_string() };
        // Each round asks for more: the prefix, the header, the batch.
        let size_bytes = loop {
            match Batch::parse(&self.buffer[self.consumed..]) {
                Ok(batch) => break batch.bytes().len(),
                Err(RecordError::Truncated { needed_bytes, .. }) => {
                    if !self.fill(needed_bytes)? {
                        return Ok(None);
                    }
                }
                Err(error) => return Err(damaged(error)),
            }
        };
        let start = self.consumed;
        self.consumed += size_bytes;
        self.position += size_bytes as u64;
        let batch = Batch::parse(&self.buffer[start..]).map_err(damaged)?;
        Ok(Some((position, batch)))
    }

    /// Reads on until `needed_bytes` are there; says whether the file has as many.
    fn fill(&mut self, needed_bytes: usize) -> io::Result<bool> {
        let left = self.end.saturating_sub(self.position);
        if needed_bytes as u64 > left {
            return Ok(false);
        }
        let bytes = (needed_bytes.max(BUFFER_BYTES) as u64).min(left) as usize;
        self.buffer.resize(bytes, 0);
        let read = self.file.read_at(&mut self.buffer, self.position)?;
        self.buffer.truncate(read);
        self.consumed = 0;
        Ok(read >= needed_bytes)
    }
}
