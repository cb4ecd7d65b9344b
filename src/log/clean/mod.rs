//! Log compaction (E12 to E16, KIP-534): of every key the latest record stays, tombstones and markers stay for a
//! while, aborted records go at once. Offsets never change.
//!
//! [`cleanable`] decides from values alone what a log's cleaning would cover; [`CleanTask`] reads and writes
//! without the log's lock; [`Log::finish_cleaning`](super::Log::finish_cleaning) puts the result in place, in a way
//! that a crash at any point leaves either the old segments or the new ones (E5).

mod filter;
mod key_map;
mod plan;
mod task;
mod transactions;

pub(crate) use filter::LastOfProducer;
pub use key_map::KeyMap;
pub use plan::{Cleanable, LogBounds, SegmentAge, cleanable};
pub use task::{CleanReport, CleanTask, CleanedSegments};
