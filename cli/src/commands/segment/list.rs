use kafkactl_core::log::inspect::{PartitionFiles, SegmentFiles, summary};
use serde::Serialize;

use crate::args::segment::SegmentTableArgs;
use crate::commands::Outcome;
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};
use crate::records::rfc3339;

#[derive(Debug, Serialize)]
struct SegmentRow {
    partition: String,
    file: String,
    base_offset: i64,
    /// After the last whole batch.
    next_offset: i64,
    size_bytes: u64,
    /// Bytes at the end that are no whole batch: a write under way, or a crash.
    trailing_bytes: u64,
    largest_timestamp: Option<String>,
    indexes: Vec<&'static str>,
}

impl Row for SegmentRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("PARTITION", |row| Cell::from(&row.partition)),
        Column::new("BASE-OFFSET", |row| row.base_offset.into()),
        Column::new("NEXT-OFFSET", |row| row.next_offset.into()),
        Column::new("SIZE", |row| Cell::Bytes(row.size_bytes as i64)),
        Column::new("LARGEST-TIMESTAMP", |row| Cell::option(row.largest_timestamp.as_ref())),
        Column::wide("TRAILING", |row| Cell::Bytes(row.trailing_bytes as i64)),
        Column::wide("INDEXES", |row| Cell::list(&row.indexes)),
        Column::wide("FILE", |row| Cell::from(&row.file)),
    ];
}

pub fn run(args: &SegmentTableArgs, out: &mut Output) -> Outcome {
    let mut rows = Vec::new();
    let mut errors = Vec::new();
    for partition in args.target.partitions()? {
        for segment in &partition.segments {
            match row(&partition, segment) {
                Ok(row) => rows.push(row),
                Err(error) => errors.push(error),
            }
        }
    }
    out.print(Report::list("SegmentList", &rows)?.with_errors(errors))
}

fn row(partition: &PartitionFiles, segment: &SegmentFiles) -> Result<SegmentRow, CommandError> {
    let summary = summary(segment)?;
    let indexes = [
        ("offset", &segment.offset_index),
        ("time", &segment.time_index),
        ("txn", &segment.txn_index),
        ("snapshot", &segment.snapshot),
    ];
    Ok(SegmentRow {
        partition: partition.name.clone(),
        file: segment.log.display().to_string(),
        base_offset: segment.base_offset.0,
        next_offset: summary.next_offset.0,
        size_bytes: segment.log_bytes,
        trailing_bytes: summary.trailing_bytes,
        largest_timestamp: summary.largest_timestamp_ms.and_then(rfc3339),
        indexes: indexes.into_iter().filter_map(|(name, path)| path.as_ref().map(|_| name)).collect(),
    })
}
