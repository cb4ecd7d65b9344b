use std::io;

use crate::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};

use super::dir::{is_disk_failure, is_disk_full};

/// Why a log, or a file of a log directory, could not be opened, read or changed.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Reading or writing failed; for a write this is the disk's fault, not the caller's.
    #[error("{action} {file} in {dir}: {source}")]
    Io { action: &'static str, file: String, dir: String, source: io::Error },
    #[error("{file} in {dir} is damaged: {reason}")]
    Corrupt { file: String, dir: String, reason: String },
    #[error("offset {requested} is outside {start}..{end}")]
    OffsetOutOfRange { requested: Offset, start: Offset, end: Offset },
    /// An earlier write or sync failed; nothing more is written, what was acknowledged can still be read.
    #[error("log in {dir} takes no writes since an earlier one failed: {reason}")]
    Poisoned { dir: String, reason: String },
    #[error("{dir} is in use by another process")]
    Locked { dir: String },
    #[error("{dir} cannot be used: {reason}")]
    Foreign { dir: String, reason: String },
}

impl LogError {
    /// Whether the volume is full: the append was undone, and the same append may succeed later.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Io { source, .. } if is_disk_full(source))
    }

    /// Whether the disk itself has failed: nothing on it can be relied on any more.
    pub fn is_disk_failure(&self) -> bool {
        matches!(self, Self::Io { source, .. } if is_disk_failure(source))
    }
}

pub type Result<T, E = LogError> = std::result::Result<T, E>;

/// Why an append changed nothing. What a client is told is chosen where the protocol is spoken.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("batch is damaged: {0}")]
    Record(#[from] crate::record::RecordError),
    #[error("append holds no whole batch")]
    Empty,
    #[error("append of {size_bytes} bytes is larger than the segment limit of {max_bytes}")]
    LargerThanSegment { size_bytes: usize, max_bytes: u64 },
    #[error("offset {got} follows {end}, the log may only grow")]
    UnexpectedOffset { got: Offset, end: Offset },
    #[error(transparent)]
    Producer(#[from] ProducerError),
}

/// Why a producer's batch was refused (semantics A16-A19, F12).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProducerError {
    #[error("epoch of producer {producer_id} at offset {offset} is {got}, older than the last seen {last}")]
    StaleEpoch { producer_id: ProducerId, offset: Offset, got: ProducerEpoch, last: ProducerEpoch },
    #[error("sequence of producer {producer_id} at offset {offset} is {got}, the last one was {last}")]
    OutOfOrderSequence { producer_id: ProducerId, offset: Offset, got: i32, last: i32 },
    #[error("batch of producer {producer_id} at offset {offset} does not belong to its open transaction")]
    OutsideTransaction { producer_id: ProducerId, offset: Offset },
    #[error(
        "transactional batch of producer {producer_id} is part of no transaction the coordinator vouched for"
    )]
    Unverified { producer_id: ProducerId },
    #[error(
        "marker of producer {producer_id} at offset {offset} comes from coordinator epoch {got}, {last} is known"
    )]
    CoordinatorFenced { producer_id: ProducerId, offset: Offset, got: i32, last: i32 },
    #[error("end of transaction at offset {offset} for producer {producer_id}: {reason}")]
    Marker { producer_id: ProducerId, offset: Offset, reason: &'static str },
}

/// The epoch a reader asked about, with where it ends (semantics B19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    pub epoch: LeaderEpoch,
    pub end_offset: Offset,
}

/// Names the file and the deed in an I/O error.
pub(crate) trait Context<T> {
    fn context(self, action: &'static str, file: &str, dir: &dyn super::dir::Dir) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, action: &'static str, file: &str, dir: &dyn super::dir::Dir) -> Result<T> {
        self.map_err(|source| LogError::Io {
            action,
            file: file.to_owned(),
            dir: dir.path().display().to_string(),
            source,
        })
    }
}
