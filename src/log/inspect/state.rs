use std::path::PathBuf;

use super::files::base_offset_of;
use super::read::read_snapshot;
use super::{AtPath, InspectError, PartitionFiles, Result};
use crate::log::LogConfig;
use crate::log::checkpoint::{OffsetCheckpoint, read_offsets};
use crate::log::clean::{Cleanable, LogBounds, SegmentAge, cleanable};
use crate::log::dir::ReadOnlyDir;
use crate::log::names::PartitionDir;
use crate::log::producer::ProducerEntry;
use crate::names::Offset;

/// How far a log was cleaned, as the checkpoint beside its directory says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CleaningState {
    pub cleaned_to: Offset,
    /// What cleaning it now would cover. Lags and open transactions, which may put that off, are not looked at.
    pub cleanable: Cleanable,
}

/// The producers as of an offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerState {
    pub offset: Offset,
    pub producers: Vec<ProducerEntry>,
}

/// `None` if the log was never cleaned.
///
/// Errors: the checkpoint cannot be read.
pub fn cleaning_state(partition: &PartitionFiles) -> Result<Option<CleaningState>> {
    let Some(PartitionDir::Current(id)) = PartitionDir::parse(&partition.name) else { return Ok(None) };
    let full = partition.path.canonicalize().at_path(&partition.path)?;
    let Some(log_dir) = full.parent() else { return Ok(None) };
    let offsets = read_offsets(&ReadOnlyDir::new(log_dir), OffsetCheckpoint::Cleaner).map_err(|error| {
        let path = log_dir.join(OffsetCheckpoint::Cleaner.file_name());
        InspectError::Damaged { path, position: 0, reason: error.to_string() }
    })?;
    let Some(&cleaned_to) = offsets.get(&id) else { return Ok(None) };
    let Some((active, sealed)) = partition.segments.split_last() else { return Ok(None) };
    let ages: Vec<_> = sealed
        .iter()
        .map(|segment| SegmentAge {
            base_offset: segment.base_offset,
            size_bytes: segment.log_bytes,
            max_timestamp_ms: 0,
            first_timestamp_ms: None,
        })
        .collect();
    let end = Offset(i64::MAX);
    let bounds = LogBounds {
        start_offset: partition.segments[0].base_offset,
        last_stable_offset: end,
        end_offset: end,
        active_base_offset: active.base_offset,
        cleaned_to: Some(cleaned_to),
    };
    let cleanable = cleanable(&ages, &bounds, 0, &LogConfig::default());
    Ok(Some(CleaningState { cleaned_to, cleanable }))
}

/// What the newest snapshot says of producers; `None` if there is no snapshot.
///
/// Errors: the snapshot cannot be read, or is damaged.
pub fn producer_state(partition: &PartitionFiles) -> Result<Option<ProducerState>> {
    let of_segments = partition.segments.iter().filter_map(|segment| segment.snapshot.as_ref());
    let snapshots = of_segments.chain(&partition.other_snapshots);
    let newest = snapshots.filter_map(|path| Some((base_offset_of(path)?, path))).max();
    let read =
        |(offset, path): (Offset, &PathBuf)| Ok(ProducerState { offset, producers: read_snapshot(path)? });
    newest.map(read).transpose()
}
