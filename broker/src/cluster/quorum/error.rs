use std::io;

use kafkactl_core::log::dir::{Dir, is_disk_failure};
use kafkactl_core::log::{AppendError, LogError};
use kafkactl_core::record::RecordError;
use kafkactl_core::schema::SchemaError;

use super::QuorumError;
use crate::cluster::loader::LoadError;

/// Why the metadata log cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum MetadataLogError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("metadata log: {0}")]
    Append(#[from] AppendError),
    #[error("metadata record: {0}")]
    Schema(#[from] SchemaError),
    #[error("metadata batch: {0}")]
    Record(#[from] RecordError),
    #[error(transparent)]
    Quorum(#[from] QuorumError),
    #[error("{action} {file} in {dir}: {source}")]
    Io { action: &'static str, file: String, dir: String, source: io::Error },
    #[error("{file} in {dir} is damaged: {reason}")]
    Damaged { file: String, dir: String, reason: String },
    #[error("{file} in {dir}: {source}")]
    Load { file: String, dir: String, source: LoadError },
    #[error(
        "the metadata log in {dir} begins at offset {start}, and there is no snapshot of what was before"
    )]
    SnapshotMissing { dir: String, start: i64 },
}

impl MetadataLogError {
    pub(crate) fn io(action: &'static str, dir: &dyn Dir, file: &str, source: io::Error) -> Self {
        Self::Io { action, file: file.to_owned(), dir: dir.path().display().to_string(), source }
    }

    pub(crate) fn damaged(dir: &dyn Dir, file: &str, reason: String) -> Self {
        Self::Damaged { file: file.to_owned(), dir: dir.path().display().to_string(), reason }
    }

    pub(crate) fn record(dir: &dyn Dir, file: &str, source: RecordError) -> Self {
        Self::damaged(dir, file, source.to_string())
    }

    pub(crate) fn load(dir: &dyn Dir, file: &str, source: LoadError) -> Self {
        Self::Load { file: file.to_owned(), dir: dir.path().display().to_string(), source }
    }

    /// Whether the volume is full: nothing was written, and the same may succeed later.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Log(error) | Self::Append(AppendError::Log(error)) if error.is_disk_full())
    }

    /// Whether the disk itself has failed.
    pub fn is_disk_failure(&self) -> bool {
        match self {
            Self::Io { source, .. } => is_disk_failure(source),
            Self::Log(error) | Self::Append(AppendError::Log(error)) => error.is_disk_failure(),
            _ => false,
        }
    }
}
