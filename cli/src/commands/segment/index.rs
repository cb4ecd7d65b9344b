use std::path::Path;

use kafkactl_core::log::inspect::{AbortedTxn, FileKind, IndexFile, OffsetEntry, TimeEntry};
use serde::Serialize;

use super::target::Target;
use crate::args::segment::{IndexKind, SegmentIndexArgs};
use crate::commands::Outcome;
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};
use crate::records::rfc3339;

/// One entry of an index; what another kind has is absent.
#[derive(Debug, Default, Serialize)]
struct EntryRow {
    file: String,
    kind: &'static str,
    /// The last offset of a batch; of a transaction its marker's.
    offset: i64,
    /// Where in the log the batch begins.
    position: Option<u32>,
    timestamp_ms: Option<i64>,
    timestamp: Option<String>,
    producer_id: Option<i64>,
    first_offset: Option<i64>,
    last_stable_offset: Option<i64>,
}

impl Row for EntryRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("KIND", |row| Cell::from(row.kind)),
        Column::new("OFFSET", |row| row.offset.into()),
        Column::new("POSITION", |row| Cell::option(row.position.map(i64::from))),
        Column::new("TIMESTAMP", |row| Cell::option(row.timestamp.as_ref())),
        Column::new("PRODUCER", |row| Cell::option(row.producer_id)),
        Column::new("FIRST-OFFSET", |row| Cell::option(row.first_offset)),
        Column::wide("LAST-STABLE", |row| Cell::option(row.last_stable_offset)),
        Column::wide("FILE", |row| Cell::from(&row.file)),
    ];
}

pub fn run(args: &SegmentIndexArgs, out: &mut Output) -> Outcome {
    let mut rows = Vec::new();
    for target in args.target.resolve()? {
        match target {
            Target::File(path) => read(&path, args.kind, &mut rows)?,
            Target::Partition(files) => {
                for segment in &files.segments {
                    let indexes = [&segment.offset_index, &segment.time_index, &segment.txn_index];
                    for path in indexes.into_iter().flatten() {
                        read(path, args.kind, &mut rows)?;
                    }
                }
            }
        }
    }
    out.print(Report::list("SegmentIndexEntryList", &rows)?)
}

/// The entries of one index file.
pub fn report(path: &Path) -> Result<Report, CommandError> {
    let mut rows = Vec::new();
    read(path, None, &mut rows)?;
    Report::list("SegmentIndexEntryList", &rows)
}

fn read(path: &Path, only: Option<IndexKind>, rows: &mut Vec<EntryRow>) -> Result<(), CommandError> {
    let file = path.display().to_string();
    let (kind, name) = match FileKind::of_path(path) {
        Some(FileKind::OffsetIndex) => (IndexKind::Offset, "offset"),
        Some(FileKind::TimeIndex) => (IndexKind::Time, "time"),
        Some(FileKind::TxnIndex) => (IndexKind::Txn, "txn"),
        _ => return Err(CommandError::usage(format!("{file}: not an index"))),
    };
    if only.is_some_and(|only| only != kind) {
        return Ok(());
    }
    let row = || EntryRow { file: file.clone(), kind: name, ..EntryRow::default() };
    match kind {
        IndexKind::Offset => {
            rows.extend(IndexFile::<OffsetEntry>::read(path)?.written().iter().map(|entry| EntryRow {
                offset: entry.offset.0,
                position: Some(entry.position),
                ..row()
            }))
        }
        IndexKind::Time => {
            rows.extend(IndexFile::<TimeEntry>::read(path)?.written().iter().map(|entry| EntryRow {
                offset: entry.offset.0,
                timestamp_ms: Some(entry.timestamp_ms),
                timestamp: rfc3339(entry.timestamp_ms),
                ..row()
            }))
        }
        IndexKind::Txn => {
            rows.extend(IndexFile::<AbortedTxn>::read(path)?.written().iter().map(|txn| EntryRow {
                offset: txn.last_offset.0,
                producer_id: Some(txn.producer_id.0),
                first_offset: Some(txn.first_offset.0),
                last_stable_offset: Some(txn.last_stable_offset.0),
                ..row()
            }))
        }
    }
    Ok(())
}
