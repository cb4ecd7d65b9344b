//! Reading: planned under the lock, carried out without it wherever the disk may have to be waited for.

use std::sync::Arc;

use bytes::Bytes;

use super::Log;
use crate::log::dir::LogFile;
use crate::log::error::{LogError, Result};
use crate::log::index::AbortedTxn;
use crate::log::segment::{Segment, SegmentSlice};
use crate::names::Offset;

/// Bytes of a log for a reader: they start with the batch that holds the wanted offset and may end inside one (B7).
#[derive(Debug)]
pub struct ReadSlice {
    pub bytes: SliceBytes,
    /// The segment they are of, and where in its file they start.
    pub segment: Offset,
    pub position: u64,
    /// The segment itself if it is sealed: cleaning may have put another in its place since.
    sealed: Option<Arc<Segment>>,
}

#[derive(Debug)]
pub enum SliceBytes {
    /// Nothing to read, or the first batch is larger than allowed.
    Empty,
    /// To be sent from the file.
    File { file: Arc<dyn LogFile>, position: u64, size_bytes: usize },
    /// Whole batches, still in memory.
    Memory(Vec<Bytes>),
}

impl SliceBytes {
    pub fn size_bytes(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::File { size_bytes, .. } => *size_bytes,
            Self::Memory(batches) => batches.iter().map(Bytes::len).sum(),
        }
    }

    /// The bytes themselves.
    pub fn read_all(&self) -> Result<Vec<u8>> {
        match self {
            Self::Empty => Ok(Vec::new()),
            Self::File { file, position, size_bytes } => {
                let mut bytes = vec![0; *size_bytes];
                let read = file.read_exact_at(&mut bytes, *position);
                let (file, dir) = ("records".to_owned(), "the log".to_owned());
                read.map_err(|source| LogError::Io { action: "read", file, dir, source })?;
                Ok(bytes)
            }
            Self::Memory(batches) => Ok(batches.concat()),
        }
    }
}

/// A read as far as the lock was needed for it.
#[derive(Debug)]
pub enum ReadPlan {
    Ready(ReadSlice),
    /// The rest is up to [`SealedRead::run`], without the lock.
    Sealed(SealedRead),
}

/// A read from a segment that does not change any more.
#[derive(Debug)]
pub struct SealedRead {
    segment: Arc<Segment>,
    next_base_offset: Offset,
    offset: Offset,
    bound: Offset,
    max_bytes: usize,
    min_one_batch: bool,
}

impl SealedRead {
    /// The bytes; or, if compaction left nothing at or after the offset in this segment, the offset to go on from.
    pub fn run(&self) -> Result<Result<ReadSlice, Offset>> {
        let segment = &self.segment;
        let end_position = if self.bound >= self.next_base_offset {
            segment.size_bytes()
        } else {
            segment.locate(self.bound)?.map_or(segment.size_bytes(), |found| found.position)
        };
        let slice = segment.slice(self.offset, self.max_bytes, end_position, self.min_one_batch)?;
        let read = |slice: SegmentSlice| ReadSlice {
            sealed: Some(segment.clone()),
            ..slice.into_read(segment.base_offset())
        };
        Ok(slice.map(read).ok_or(self.next_base_offset))
    }
}

impl SegmentSlice {
    fn into_read(self, segment: Offset) -> ReadSlice {
        let (position, size_bytes) = (self.position, self.size_bytes);
        let bytes = match size_bytes {
            0 => SliceBytes::Empty,
            _ => SliceBytes::File { file: self.file, position, size_bytes },
        };
        ReadSlice { bytes, segment, position, sealed: None }
    }
}

impl Log {
    /// Reads from `offset` up to `bound`: at most `max_bytes`, but with `min_one_batch` the first batch whatever its
    /// size (B9). Nothing, without error, for an offset between `bound` and the end of the log (B6).
    ///
    /// Errors: [`LogError::OffsetOutOfRange`]; [`LogError::Corrupt`] where the files are not what they must be.
    pub fn read(
        &mut self,
        offset: Offset,
        max_bytes: usize,
        bound: Offset,
        min_one_batch: bool,
    ) -> Result<ReadSlice> {
        let mut from = offset;
        loop {
            match self.plan_read(from, max_bytes, bound, min_one_batch)? {
                ReadPlan::Ready(slice) => return Ok(slice),
                ReadPlan::Sealed(read) => match read.run()? {
                    Ok(slice) => return Ok(slice),
                    Err(next) => from = next,
                },
            }
        }
    }

    /// As [`Log::read`], as far as the lock is needed.
    pub fn plan_read(
        &mut self,
        offset: Offset,
        max_bytes: usize,
        bound: Offset,
        min_one_batch: bool,
    ) -> Result<ReadPlan> {
        if offset < self.start_offset || offset > self.end_offset {
            let (start, end) = (self.start_offset, self.end_offset);
            return Err(LogError::OffsetOutOfRange { requested: offset, start, end });
        }
        let bound = bound.min(self.end_offset);
        if offset >= bound {
            if offset == self.end_offset {
                self.tail.visited();
            }
            return Ok(ReadPlan::Ready(self.nothing()));
        }
        if let Some(tail) = self.tail.read(offset, max_bytes, bound, min_one_batch) {
            let bytes = SliceBytes::Memory(tail.batches);
            return Ok(ReadPlan::Ready(ReadSlice {
                bytes,
                segment: tail.segment,
                position: tail.position,
                sealed: None,
            }));
        }
        if offset < self.active.base_offset() {
            return Ok(ReadPlan::Sealed(self.sealed_read(offset, max_bytes, bound, min_one_batch)));
        }
        let slice = self.active.slice(offset, max_bytes, self.active_position_of(bound)?, min_one_batch)?;
        let segment = self.active.base_offset();
        Ok(ReadPlan::Ready(slice.map_or_else(|| self.nothing(), |slice| slice.into_read(segment))))
    }

    fn nothing(&self) -> ReadSlice {
        let (segment, position) = (self.active.base_offset(), self.active.size_bytes());
        ReadSlice { bytes: SliceBytes::Empty, segment, position, sealed: None }
    }

    /// Only for offsets before the active segment. An offset before the first segment reads the first.
    fn sealed_read(
        &self,
        offset: Offset,
        max_bytes: usize,
        bound: Offset,
        min_one_batch: bool,
    ) -> SealedRead {
        let next = self.sealed.partition_point(|segment| segment.base_offset() <= offset).max(1);
        SealedRead {
            segment: self.sealed[next - 1].clone(),
            next_base_offset: self.base_offset_after(next - 1),
            offset,
            bound,
            max_bytes,
            min_one_batch,
        }
    }

    fn base_offset_after(&self, index: usize) -> Offset {
        self.sealed.get(index + 1).map_or(self.active.base_offset(), |next| next.base_offset())
    }

    /// Where in the active segment the batches before `bound` end.
    fn active_position_of(&self, bound: Offset) -> Result<u64> {
        if bound >= self.end_offset {
            return Ok(self.active.size_bytes());
        }
        if let Some(position) = self.tail.position_of(bound, self.active.base_offset()) {
            return Ok(position);
        }
        Ok(self.active.locate(bound)?.map_or(self.active.size_bytes(), |found| found.position))
    }

    /// Whether what was read has been cleaned since: its records are as good as before, but the log no longer knows
    /// which of them were aborted.
    pub fn was_replaced(&self, slice: &ReadSlice) -> bool {
        slice.sealed.as_ref().is_some_and(|read| {
            let at = self.sealed.partition_point(|segment| segment.base_offset() < slice.segment);
            !self.sealed.get(at).is_some_and(|segment| Arc::ptr_eq(segment, read))
        })
    }

    /// The aborted transactions that a reader of committed records must know to read `slice`, which starts with
    /// `offset` (B11): all that overlap it, and perhaps some more.
    pub fn aborted_transactions(&self, offset: Offset, slice: &ReadSlice) -> Result<Vec<AbortedTxn>> {
        let mut aborted = Vec::new();
        let size_bytes = slice.bytes.size_bytes();
        if size_bytes == 0 {
            return Ok(aborted);
        }
        let segments: Vec<_> = self.segments().collect();
        let first = segments.partition_point(|segment| segment.base_offset() < slice.segment);
        let Some(segment) = segments.get(first) else { return Ok(aborted) };
        let end = match segment.offset_past(slice.position + size_bytes as u64)? {
            Some(end) => end,
            None => segments.get(first + 1).map_or(self.end_offset, |next| next.base_offset()),
        };
        for segment in &segments[first..] {
            if !segment.collect_aborted(offset, end, &mut aborted)? {
                break;
            }
        }
        Ok(aborted)
    }
}
