//! Log compaction (E12 to E16, KIP-534): of every key the latest record stays, tombstones and markers stay for a
//! while, aborted records go at once. Offsets never change.
//!
//! [`cleanable`] decides from values alone what a log's cleaning would cover. [`CleanTask`] reads the dirty part and
//! notes the latest offset of every key; [`Cleaning`] then writes one new segment after the other, without the log's
//! lock, and [`Log::replace_segments`](super::Log::replace_segments) puts each in place, in a way that a crash at any
//! point leaves either the old segments or the new one (E5).

mod cleaning;
mod filter;
mod offset_map;
mod plan;
mod source;
mod task;
mod transactions;
mod writer;

pub use cleaning::{CleanReport, CleanedSegment, Cleaning, Step};
pub(crate) use filter::LastRecord;
pub use plan::{Cleanable, LogBounds, SegmentAge, cleanable};
pub(crate) use source::Source;
pub use task::CleanTask;

/// What a cleaning may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CleanLimits {
    /// Memory for the latest offsets of keys (`log.cleaner.dedupe.buffer.size`): bounds how far a cleaning gets.
    pub map_bytes_max: usize,
    /// How full it may become (`log.cleaner.io.buffer.load.factor`).
    pub map_load_max: f64,
    /// Bytes written at once.
    pub write_bytes: usize,
}

/// Kafka's defaults, and writes that are large enough to cost little.
impl Default for CleanLimits {
    fn default() -> Self {
        Self { map_bytes_max: 128 << 20, map_load_max: 0.9, write_bytes: 1 << 20 }
    }
}

/// Is told how many bytes were read or written, and may wait; says whether to go on.
pub type Pace<'p> = dyn FnMut(usize) -> bool + 'p;
