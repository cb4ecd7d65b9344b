use std::collections::BTreeSet;

use kafkactl_core::log::inspect::{FileKind, Finding, PartitionFiles, Severity, verify};
use serde::Serialize;

use super::SEGMENT_NAMES;
use crate::args::segment::SegmentTableArgs;
use crate::commands::Outcome;
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Cell, Column, Format, Output, Report, Row};

#[derive(Debug, Serialize)]
struct FindingRow {
    partition: String,
    severity: String,
    file: String,
    /// The byte of the file.
    position: Option<u64>,
    offset: Option<i64>,
    reason: String,
    /// What the operator can do about it.
    hint: &'static str,
}

impl Row for FindingRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("SEVERITY", |row| Cell::from(&row.severity)),
        Column::new("FILE", |row| Cell::from(&row.file)),
        Column::new("POSITION", |row| row.position.map_or(Cell::Absent, |position| (position as i64).into())),
        Column::new("OFFSET", |row| Cell::option(row.offset)),
        Column::new("REASON", |row| Cell::from(&row.reason)),
        Column::wide("PARTITION", |row| Cell::from(&row.partition)),
    ];
}

pub fn run(args: &SegmentTableArgs, out: &mut Output) -> Outcome {
    let partitions = args.target.partitions()?;
    let mut rows = Vec::new();
    for partition in &partitions {
        let findings = verify(partition)?;
        rows.extend(findings.into_iter().map(|finding| row(&partition.name, finding)));
    }
    let is_empty = |files: &PartitionFiles| files.segments.is_empty() && files.checkpoints.is_empty();
    if rows.is_empty() && partitions.iter().all(is_empty) {
        let names: Vec<&str> = partitions.iter().map(|files| &*files.name).collect();
        return Err(CommandError::not_found("segment of partition", names.join(", ")).hint(SEGMENT_NAMES));
    }
    let segments: usize = partitions.iter().map(|partition| partition.segments.len()).sum();
    let [partitions, findings] = [partitions.len(), rows.len()];
    out.note(&format!("partitions: {partitions}, segments: {segments}, findings: {findings}"));
    // A table of nothing would look like an answer.
    if !rows.is_empty() || !matches!(out.format, Format::Text | Format::Wide) {
        out.print(Report::list("SegmentFindingList", &rows)?)?;
    }
    let hints: BTreeSet<&str> = rows.iter().map(|row| row.hint).collect();
    hints.into_iter().for_each(|hint| out.note(&format!("  hint: {hint}")));
    Ok(if rows.is_empty() { ExitStatus::Done } else { ExitStatus::CheckFailed })
}

fn row(partition: &str, finding: Finding) -> FindingRow {
    FindingRow {
        partition: partition.to_owned(),
        severity: finding.severity.to_string(),
        file: finding.file.display().to_string(),
        position: finding.position,
        offset: finding.offset.map(|offset| offset.0),
        hint: hint(FileKind::of_path(&finding.file), finding.severity),
        reason: finding.reason,
    }
}

/// What is derived from the log can be made anew from it; the log itself has to come from elsewhere.
fn hint(kind: Option<FileKind>, severity: Severity) -> &'static str {
    match (kind, severity) {
        (Some(FileKind::OffsetIndex | FileKind::TimeIndex | FileKind::TxnIndex), _) => {
            "index: stop the broker and remove the .index, .timeindex and .txnindex of that segment; its next start \
             makes them anew from the log"
        }
        (Some(FileKind::ProducerSnapshot), _) => {
            "snapshot: stop the broker and remove the file; its next start makes it anew from the log"
        }
        (Some(FileKind::Log), Severity::Warning) => {
            "log, warning: beside a running broker look again, it may have been writing; what a crash left at the \
             end is cut off by the next start"
        }
        (Some(FileKind::Log), Severity::Error) => {
            "log, error: copy the directory away first; where another replica is in sync, stop this broker and \
             remove the partition's directory, to have it copied again; where none is, `segment dump --to OFFSET` \
             shows what can be read before the damage"
        }
        _ => "other files: stop the broker and compare them with those of another replica",
    }
}
