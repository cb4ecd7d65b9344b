//! A copy of a log, record for record, that takes its place.

use super::Log;
use crate::log::error::{AppendError, LogError, Result};
use crate::names::Offset;

impl Log {
    /// Where a copy of this log begins: with the batch that holds its first record, which may start earlier.
    pub fn copy_start(&self) -> Result<Offset> {
        let start = self.start_offset;
        let first = self.segments().find_map(|segment| segment.locate(start).transpose());
        Ok(first.transpose()?.map_or(start, |found| found.header.base_offset.min(start)))
    }

    /// Up to where this log, found as a copy of `original`, holds the same records, as far as leader epochs tell
    /// (KIP-101); `None` if it has to begin anew.
    pub fn common_end(&self, original: &Log) -> Option<Offset> {
        let end_in_original = original.epoch_end_offset(self.epochs.latest()?)?;
        let own_end = self.epoch_end_offset(end_in_original.epoch)?;
        let common = own_end.end_offset.min(end_in_original.end_offset);
        let continues = self.start_offset <= original.start_offset && common >= original.start_offset;
        continues.then_some(common)
    }

    /// Where to read what `copy` lacks. Before that it may have a gap: what was there has gone since.
    pub fn copied_from(&self, copy: &Log) -> Offset {
        copy.end_offset.max(self.start_offset)
    }

    /// Appends what `original` holds next: at most about `bytes_max`, one batch at least. Returns how many bytes that
    /// were; 0 once the copy ends where the original does.
    pub fn copy_from(
        &mut self,
        original: &mut Log,
        bytes_max: usize,
        now_ms: i64,
    ) -> Result<usize, AppendError> {
        let end = original.end_offset;
        if self.end_offset >= end {
            return Ok(0);
        }
        let from = original.copied_from(self);
        let bytes = original.read(from, bytes_max, end, true)?.bytes.read_all()?;
        self.append_copied(&bytes, end, now_ms)?;
        Ok(bytes.len())
    }

    /// Appends bytes of the original; none if it holds no more records before `end`, where it ends.
    pub fn append_copied(&mut self, bytes: &[u8], end: Offset, now_ms: i64) -> Result<(), AppendError> {
        if bytes.is_empty() {
            self.skip_to(end, now_ms)?;
        } else {
            self.append_as_follower(bytes, now_ms)?;
        }
        Ok(())
    }

    /// Lets the log end at `offset`: cleaning has taken the records before it.
    fn skip_to(&mut self, offset: Offset, now_ms: i64) -> Result<()> {
        self.check_writable()?;
        self.roll_at(offset, now_ms)?;
        self.end_offset = self.end_offset.max(offset);
        self.producers.set_end_offset(self.end_offset);
        Ok(())
    }

    /// Makes a copy that ends where `original` does the same in all else: where it starts, what it knows of producers
    /// (more than the records tell, once older ones are gone) and of leader epochs, how far it was cleaned. It goes on in
    /// a new segment: recovery begins with what is known of producers there, once the log is flushed.
    ///
    /// Errors: the copy ends elsewhere, or cannot be written; the original is as it was.
    pub fn take_over(&mut self, original: &Log, now_ms: i64) -> Result<()> {
        self.check_writable()?;
        if self.end_offset != original.end_offset {
            let (start, end) = (self.start_offset, self.end_offset);
            return Err(LogError::OffsetOutOfRange { requested: original.end_offset, start, end });
        }
        self.advance_start(original.start_offset)?;
        self.producers = original.producers.clone();
        self.roll_at(self.end_offset, now_ms)?;
        self.snapshots.take_anew(&self.producers)?;
        self.epochs = original.epochs.clone();
        self.epochs_changed(true)?;
        self.cleaned_to = original.cleaned_to;
        // Its directory gets another name.
        self.names_are_unsynced = true;
        Ok(())
    }
}
