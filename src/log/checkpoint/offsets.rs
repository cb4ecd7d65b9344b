//! The four offset checkpoints of a log directory (`OffsetCheckpointFile`).

use std::collections::BTreeMap;
use std::fmt;

use tracing::warn;

use super::super::dir::Dir;
use super::super::error::{LogError, Result};
use super::{number, read_lines, write_lines};
use crate::names::{Offset, TopicName, TopicPartition};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetCheckpoint {
    /// Up to where a log is known to be on stable storage.
    RecoveryPoint,
    /// Where a log starts, if that is past its first segment's first offset.
    LogStart,
    HighWatermark,
    /// Up to where a compacted log has been cleaned.
    Cleaner,
}

impl OffsetCheckpoint {
    pub const ALL: [Self; 4] = [Self::RecoveryPoint, Self::LogStart, Self::HighWatermark, Self::Cleaner];

    pub fn file_name(self) -> &'static str {
        match self {
            Self::RecoveryPoint => "recovery-point-offset-checkpoint",
            Self::LogStart => "log-start-offset-checkpoint",
            Self::HighWatermark => "replication-offset-checkpoint",
            Self::Cleaner => "cleaner-offset-checkpoint",
        }
    }
}

struct Line<'a>(&'a TopicPartition, Offset);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.0.topic, self.0.partition, self.1)
    }
}

pub fn read_offsets(dir: &dyn Dir, checkpoint: OffsetCheckpoint) -> Result<BTreeMap<TopicPartition, Offset>> {
    let entries = read_lines(dir, checkpoint.file_name(), |line| {
        let mut words = line.split(' ');
        let topic = words.next().filter(|topic| TopicName::validate(topic).is_ok())?;
        let (partition, offset) = (number::<i32>(words.next())?, number::<i64>(words.next())?);
        (partition >= 0 && offset >= 0 && words.next().is_none())
            .then(|| (TopicPartition::new(topic, partition), Offset(offset)))
    })?;
    Ok(entries.into_iter().collect())
}

/// As [`read_offsets`], but a damaged file is as good as none: recovery and cleaning then look at more.
pub fn read_offsets_or_none(
    dir: &dyn Dir,
    checkpoint: OffsetCheckpoint,
) -> Result<BTreeMap<TopicPartition, Offset>> {
    match read_offsets(dir, checkpoint) {
        Err(LogError::Corrupt { file, reason, .. }) => {
            warn!(dir = %dir.path().display(), file, reason, "a damaged checkpoint is not used");
            Ok(BTreeMap::new())
        }
        offsets => offsets,
    }
}

pub fn write_offsets(
    dir: &dyn Dir,
    checkpoint: OffsetCheckpoint,
    offsets: &BTreeMap<TopicPartition, Offset>,
) -> Result<()> {
    let lines: Vec<_> = offsets.iter().map(|(partition, offset)| Line(partition, *offset)).collect();
    write_lines(dir, checkpoint.file_name(), &lines)
}
