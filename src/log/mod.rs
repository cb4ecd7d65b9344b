//! One partition's log: appends whole batches, reads them back, comes back whole after a crash.
//! Does not know: topics, clients, the network, what time it is.

pub mod checkpoint;
mod config;
pub mod dir;
mod epochs;
mod error;
mod files;
mod index;
mod names;

pub use config::LogConfig;
pub use error::{AppendError, EpochEnd, LogError, ProducerError};
pub use files::{CachedFile, FileCache};
pub use names::{PartitionDir, delete_dir_name, future_dir_name, stray_dir_name};
