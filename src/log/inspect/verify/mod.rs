//! Whether the files of a partition agree with themselves and with each other.

mod indexes;
mod segment;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::files::PartitionFiles;
use super::read::read_snapshot;
use super::{InspectError, Result};
use crate::log::checkpoint::{EpochStart, OffsetCheckpoint, read_offsets};
use crate::log::dir::ReadOnlyDir;
use crate::log::names::PartitionDir;
use crate::names::{LeaderEpoch, Offset, ProducerId};

/// Something that is not as it should be, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub file: PathBuf,
    /// The byte of the file it is about.
    pub position: Option<u64>,
    pub offset: Option<Offset>,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Readers go on, but something is odd: a tail that is no whole batch, a gap that compaction does not explain.
    Warning,
    /// Records are damaged or cannot be found.
    Error,
}

/// Findings after which looking further teaches nothing.
pub const FINDINGS_MAX: usize = 1000;

/// Looks at every byte of a partition's segments, indexes and snapshots.
///
/// Findings come in the order of the files, at most [`FINDINGS_MAX`]. Gaps between offsets below the cleaner's
/// checkpoint are what compaction leaves, and no finding; neither are index slots that were preallocated and not used.
///
/// Errors: a file cannot be read at all.
pub fn verify(partition: &PartitionFiles) -> Result<Vec<Finding>> {
    let mut verifier = Verifier {
        partition,
        cleaned_until: Offset(0),
        findings: Vec::new(),
        last_offset: None,
        last_epoch: LeaderEpoch::NONE,
        open_transactions: HashMap::new(),
    };
    match cleaned_until(partition) {
        Ok(offset) => verifier.cleaned_until = offset,
        Err((file, reason)) => verifier.report(Severity::Error, &file, None, None, reason),
    }
    for (file, reason) in &partition.faults {
        verifier.report(Severity::Error, file, None, None, reason.as_str());
    }
    for number in 0..partition.segments.len() {
        verifier.segment(number)?;
    }
    let snapshots = partition.segments.iter().filter_map(|segment| segment.snapshot.as_ref());
    for path in snapshots.chain(&partition.other_snapshots) {
        match read_snapshot(path) {
            Ok(_) => {}
            Err(InspectError::Damaged { reason, .. }) => {
                verifier.report(Severity::Error, path, None, None, reason)
            }
            Err(error) => return Err(error),
        }
    }
    verifier.findings.truncate(FINDINGS_MAX);
    Ok(verifier.findings)
}

struct Verifier<'p> {
    partition: &'p PartitionFiles,
    /// Below this offset compaction may have left gaps.
    cleaned_until: Offset,
    findings: Vec<Finding>,
    /// Of the batch before.
    last_offset: Option<Offset>,
    last_epoch: LeaderEpoch,
    /// Where the open transaction of a producer began, as far as the log still shows it.
    open_transactions: HashMap<ProducerId, Offset>,
}

impl Verifier<'_> {
    fn report(
        &mut self,
        severity: Severity,
        file: &Path,
        position: Option<u64>,
        offset: Option<Offset>,
        reason: impl Into<String>,
    ) {
        if self.findings.len() < FINDINGS_MAX {
            let (file, reason) = (file.to_owned(), reason.into());
            self.findings.push(Finding { severity, file, position, offset, reason });
        }
    }

    /// The epoch that the partition's checkpoint has for `offset`.
    fn epoch_at(&self, offset: Offset) -> Option<LeaderEpoch> {
        let epochs: &[EpochStart] = &self.partition.epochs;
        let after = epochs.partition_point(|entry| entry.start_offset <= offset);
        Some(epochs[after.checked_sub(1)?].epoch)
    }
}

/// Up to where the cleaner has been, by the checkpoint of the log directory that the partition lies in.
fn cleaned_until(partition: &PartitionFiles) -> Result<Offset, (PathBuf, String)> {
    // A partition given as `.` has its parent only by its full name.
    let full = partition.path.canonicalize().unwrap_or_else(|_| partition.path.clone());
    let Some(parent) = full.parent() else { return Ok(Offset(0)) };
    let Some(PartitionDir::Current(id)) = PartitionDir::parse(&partition.name) else { return Ok(Offset(0)) };
    let offsets = read_offsets(&ReadOnlyDir::new(parent), OffsetCheckpoint::Cleaner)
        .map_err(|error| (parent.join(OffsetCheckpoint::Cleaner.file_name()), error.to_string()))?;
    Ok(offsets.get(&id).copied().unwrap_or(Offset(0)))
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}
