//! Looking at the files of a partition without changing them, also while a broker writes them, be it this one or
//! Apache Kafka: reading, dumping as Kafka's own tool does, verifying, counting, finding.
//!
//! Functions here return values; how they are shown is for the command line to say. A tail that is not a whole batch
//! is no error: a live log may have one at any time, and so has every log after a crash.

mod decode;
mod files;
mod find;
mod kafka_text;
mod read;
mod state;
mod stats;
mod summary;
mod verify;

use std::io;
use std::path::PathBuf;

pub use super::index::{AbortedTxn, OffsetEntry, TimeEntry};
pub use decode::{Decoded, Decoder, UnknownDecoder, control_text};
pub use files::{FileKind, PartitionFiles, PartitionRoot, SegmentFiles, partition_roots};
pub use find::{Found, find_key, find_offset, find_timestamp, start_position};
pub use kafka_text::{DumpOptions, dump_as_kafka};
pub use read::{IndexFile, LogReader, RECORDS_BYTES_MAX, read_snapshot};
pub use state::{CleaningState, ProducerState, cleaning_state, producer_state};
pub use stats::{CodecStats, Stats, stats};
pub use summary::{SegmentSummary, summary};
pub use verify::{Finding, Severity, verify};

/// Why a file could not be looked at, or what stopped it half way.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: not a file of a partition: its name ends neither with .log, .checkpoint, .index, .timeindex, .txnindex nor .snapshot", .0.display())]
    UnknownKind(PathBuf),
    #[error("{}: no partition lies here", .0.display())]
    NoPartition(PathBuf),
    #[error("{}: byte {position}: {reason}", path.display())]
    Damaged { path: PathBuf, position: u64, reason: String },
    /// An index entry that points where no whole batch lies.
    #[error("{}: no batch at byte {position}", path.display())]
    NoBatch { path: PathBuf, position: u64 },
    #[error("{}: {reason}", path.display())]
    Index { path: PathBuf, reason: String },
}

pub type Result<T, E = InspectError> = std::result::Result<T, E>;

trait AtPath<T> {
    fn at_path(self, path: &std::path::Path) -> Result<T>;
}

impl<T> AtPath<T> for io::Result<T> {
    fn at_path(self, path: &std::path::Path) -> Result<T> {
        self.map_err(|source| InspectError::Io { path: path.to_owned(), source })
    }
}
