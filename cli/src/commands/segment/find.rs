use std::ops::ControlFlow;

use kafkactl_core::log::inspect::{Found, PartitionFiles, find_key, find_offset, find_timestamp};
use kafkactl_core::names::Offset;
use serde::Serialize;

use super::item::{Shown, text};
use crate::args::segment::SegmentFindArgs;
use crate::commands::Outcome;
use crate::commands::positions::now_ms;
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};
use crate::records::rfc3339;

#[derive(Debug, Serialize)]
struct FoundRow {
    partition: String,
    offset: i64,
    timestamp_ms: i64,
    timestamp: Option<String>,
    key: Shown,
    value: Shown,
    file: String,
    /// Where the record's batch begins.
    position: u64,
    base_offset: i64,
    leader_epoch: i32,
}

impl Row for FoundRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("PARTITION", |row| Cell::from(&row.partition)),
        Column::new("OFFSET", |row| row.offset.into()),
        Column::new("TIMESTAMP", |row| Cell::option(row.timestamp.as_ref())),
        Column::new("KEY", |row| Cell::text(text(row.key.bytes()))),
        Column::new("VALUE", |row| Cell::text(text(row.value.bytes()))),
        Column::wide("POSITION", |row| (row.position as i64).into()),
        Column::wide("BASE-OFFSET", |row| row.base_offset.into()),
        Column::wide("EPOCH", |row| row.leader_epoch.into()),
        Column::wide("FILE", |row| Cell::from(&row.file)),
    ];
}

pub fn run(args: &SegmentFindArgs, out: &mut Output) -> Outcome {
    let mut rows = Vec::new();
    for partition in args.target.partitions()? {
        let found = find(args, &partition)?;
        rows.extend(found.into_iter().map(|found| row(&partition.name, found)));
    }
    if rows.is_empty() {
        return Err(CommandError::not_found("record", wanted(args)));
    }
    out.print(Report::list("SegmentRecordList", &rows)?)
}

fn find(args: &SegmentFindArgs, partition: &PartitionFiles) -> Result<Vec<Found>, CommandError> {
    if let Some(offset) = args.wanted.offset {
        return Ok(find_offset(partition, Offset(offset))?.into_iter().collect());
    }
    if let Some(time) = args.wanted.time {
        return Ok(find_timestamp(partition, time.timestamp_ms(now_ms()))?.into_iter().collect());
    }
    let mut all = Vec::new();
    if let Some(key) = &args.wanted.key {
        find_key(partition, &key.0, |found| {
            all.push(found);
            if all.len() as u64 >= args.max { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
    }
    Ok(all)
}

fn row(partition: &str, found: Found) -> FoundRow {
    FoundRow {
        partition: partition.to_owned(),
        offset: found.offset.0,
        timestamp_ms: found.timestamp_ms,
        timestamp: rfc3339(found.timestamp_ms),
        key: Shown::of(found.key.as_deref()),
        value: Shown::of(found.value.as_deref()),
        file: found.file.display().to_string(),
        position: found.position,
        base_offset: found.batch.base_offset.0,
        leader_epoch: found.batch.partition_leader_epoch.0,
    }
}

fn wanted(args: &SegmentFindArgs) -> String {
    match (args.wanted.offset, &args.wanted.time, &args.wanted.key) {
        (Some(offset), ..) => format!("offset {offset} or later"),
        (_, Some(time), _) => format!("timestamp {} or later", time.timestamp_ms(now_ms())),
        (_, _, key) => format!("key {}", text(key.as_ref().map(|key| &key.0[..]))),
    }
}
