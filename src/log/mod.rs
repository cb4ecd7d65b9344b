//! One partition's log: appends whole batches, reads them back, comes back whole after a crash.
//! Does not know: topics, clients, the network, what time it is.

pub mod checkpoint;
pub mod clean;
mod config;
pub mod dir;
mod epochs;
mod error;
mod files;
mod index;
pub mod inspect;
mod log_dir;
mod names;
mod partition_log;
mod producer;
mod segment;

pub use checkpoint::EpochStart;
pub use config::LogConfig;
pub use error::{AppendError, EpochEnd, LogError, ProducerError};
pub use files::{CachedFile, FileCache};
pub use index::AbortedTxn;
pub use log_dir::{ClosedOffsets, LogDir, PartitionEntry};
pub use names::{PartitionDir, delete_dir_name, future_dir_name, stray_dir_name};
pub use partition_log::{
    Appended, CleaningCandidate, DeletedFiles, FlushTask, LeaderAppend, Log, OpenOptions, ReadPlan,
    ReadSlice, RecoveryReport, RetentionPlan, RetentionReason, SealedRead, SegmentFacts, Shared, SliceBytes,
    TailBudget, TimeQuery, TimeSearch, plan_retention,
};
pub use producer::{ProducerEntry, RecentBatch, TransactionVersion, VerificationGuard, Verified};
pub use segment::TimestampedOffset;
