use kafkactl_core::log::inspect::{Finding, verify};
use serde::Serialize;

use crate::args::segment::SegmentTableArgs;
use crate::commands::Outcome;
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
    let segments: usize = partitions.iter().map(|partition| partition.segments.len()).sum();
    let [partitions, findings] = [partitions.len(), rows.len()];
    out.note(&format!("partitions: {partitions}, segments: {segments}, findings: {findings}"));
    // A table of nothing would look like an answer.
    if !rows.is_empty() || !matches!(out.format, Format::Text | Format::Wide) {
        out.print(Report::list("SegmentFindingList", &rows)?)?;
    }
    Ok(if rows.is_empty() { ExitStatus::Done } else { ExitStatus::CheckFailed })
}

fn row(partition: &str, finding: Finding) -> FindingRow {
    FindingRow {
        partition: partition.to_owned(),
        severity: finding.severity.to_string(),
        file: finding.file.display().to_string(),
        position: finding.position,
        offset: finding.offset.map(|offset| offset.0),
        reason: finding.reason,
    }
}
