//! The last few small batches of a log, in memory, for readers that have caught up.
//!
//! Large batches are better sent from the page cache, and a log nobody follows needs no tail: batches are kept only
//! while readers ask for them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use crate::names::Offset;
use crate::record::BatchHeader;

/// Memory that all tails of a process share.
#[derive(Debug)]
pub struct TailBudget {
    bytes_max: usize,
    used_bytes: AtomicUsize,
}

impl TailBudget {
    pub fn new(bytes_max: usize) -> Arc<Self> {
        Arc::new(Self { bytes_max, used_bytes: AtomicUsize::new(0) })
    }

    fn take(&self, bytes: usize) -> bool {
        let fits = self.used_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.bytes_max;
        if !fits {
            self.give_back(bytes);
        }
        fits
    }

    fn give_back(&self, bytes: usize) {
        self.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[derive(Debug)]
pub(super) struct Tail {
    budget: Arc<TailBudget>,
    batches: VecDeque<Kept>,
    bytes: usize,
    /// Appends that are still kept before another reader must come.
    appends_left: u32,
}

#[derive(Debug)]
struct Kept {
    base_offset: Offset,
    last_offset: Offset,
    segment: Offset,
    position: u64,
    bytes: Bytes,
}

/// Whole batches from a tail, and where they lie on disk.
#[derive(Debug)]
pub(super) struct TailSlice {
    pub batches: Vec<Bytes>,
    pub segment: Offset,
    pub position: u64,
}

/// Batches from here on are sent by `sendfile`.
const BATCH_BYTES_MAX: usize = 16 << 10;
const TAIL_BYTES_MAX: usize = 1 << 20;
/// Appends that one visit of a reader pays for.
const APPENDS_PER_VISIT: u32 = 64;

impl Tail {
    pub fn new(budget: Arc<TailBudget>) -> Self {
        Self { budget, batches: VecDeque::new(), bytes: 0, appends_left: 0 }
    }

    /// A reader is at the end of the log, or close to it.
    pub fn visited(&mut self) {
        self.appends_left = APPENDS_PER_VISIT;
    }

    /// Keeps a batch that was just written to `position` of the segment, or forgets all if it cannot.
    pub fn push(&mut self, header: &BatchHeader, segment: Offset, position: u64, parts: [&[u8]; 2]) {
        let bytes = header.size_bytes;
        if self.appends_left == 0 || bytes > BATCH_BYTES_MAX {
            return self.clear();
        }
        self.appends_left -= 1;
        while self.bytes + bytes > TAIL_BYTES_MAX {
            self.pop();
        }
        if !self.budget.take(bytes) {
            return self.clear();
        }
        self.bytes += bytes;
        self.batches.push_back(Kept {
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            segment,
            position,
            bytes: parts.concat().into(),
        });
    }

    /// Whole batches from the one with `offset` on: at most `max_bytes`, none at or past `bound`, of one segment;
    /// with `min_one_batch` the first in any case. `None` if the first is not here or does not fit.
    pub fn read(
        &mut self,
        offset: Offset,
        max_bytes: usize,
        bound: Offset,
        min_one_batch: bool,
    ) -> Option<TailSlice> {
        if self.batches.front()?.base_offset > offset {
            return None;
        }
        self.visited();
        let from = self.batches.partition_point(|kept| kept.last_offset < offset);
        let first = self.batches.get(from)?;
        let mut bytes = 0;
        let fits = |kept: &&Kept| {
            let is_first = bytes == 0 && min_one_batch;
            bytes += kept.bytes.len();
            kept.last_offset < bound && kept.segment == first.segment && (is_first || bytes <= max_bytes)
        };
        let batches: Vec<_> =
            self.batches.range(from..).take_while(fits).map(|kept| kept.bytes.clone()).collect();
        (!batches.is_empty()).then_some(TailSlice {
            batches,
            segment: first.segment,
            position: first.position,
        })
    }

    /// Where the batch that starts at `offset` lies in `segment`, if it is here.
    pub fn position_of(&self, offset: Offset, segment: Offset) -> Option<u64> {
        let at = self.batches.binary_search_by_key(&offset, |kept| kept.base_offset).ok()?;
        self.batches.get(at).filter(|kept| kept.segment == segment).map(|kept| kept.position)
    }

    pub fn clear(&mut self) {
        while !self.batches.is_empty() {
            self.pop();
        }
    }

    /// Forgets the batches of segments before the one that begins at `base_offset`.
    pub fn forget_before(&mut self, base_offset: Offset) {
        while self.batches.front().is_some_and(|kept| kept.segment < base_offset) {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if let Some(kept) = self.batches.pop_front() {
            self.bytes -= kept.bytes.len();
            self.budget.give_back(kept.bytes.len());
        }
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::LeaderEpoch;
    use crate::record::stamp;
    use crate::record::{Batch, BatchBuilder, BatchFields};

    #[test]
    fn sealed_segments_are_forgotten_when_they_are_cleaned() {
        let mut tail = Tail::new(TailBudget::new(1 << 20));
        tail.visited();
        for (offset, segment) in [(0, 0), (1, 0), (2, 2)] {
            let mut builder = BatchBuilder::new(BatchFields::default());
            builder.append(0, None, Some(b"value"), []);
            let mut bytes = builder.finish().unwrap();
            stamp::offset_and_epoch(&mut bytes, Offset(offset), LeaderEpoch(0));
            let header = *Batch::parse(&bytes).unwrap().header();
            tail.push(&header, Offset(segment), 0, [&bytes, &[]]);
        }
        assert!(tail.read(Offset(0), 1 << 20, Offset(3), true).is_some());
        tail.forget_before(Offset(2));
        assert!(tail.read(Offset(1), 1 << 20, Offset(3), true).is_none());
        assert!(tail.read(Offset(2), 1 << 20, Offset(3), true).is_some());
    }
}
