use std::path::Path;

use kafkactl_core::log::checkpoint::{EPOCHS_FILE, PARTITION_METADATA_FILE, read_epochs, read_topic_id};
use kafkactl_core::log::dir::ReadOnlyDir;
use kafkactl_core::log::inspect::{FileKind, read_snapshot};
use serde::Serialize;

use crate::commands::segment::index;
use crate::error::CommandError;
use crate::output::{Cell, Column, Report, Row, Section};
use crate::records::rfc3339;

#[derive(Debug, Serialize)]
struct ProducerRow {
    producer_id: i64,
    epoch: i16,
    last_sequence: i32,
    last_offset: Option<i64>,
    last_timestamp_ms: i64,
    last_timestamp: Option<String>,
    coordinator_epoch: i32,
    /// Where its open transaction began.
    transaction_first_offset: Option<i64>,
}

impl Row for ProducerRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("PRODUCER", |row| row.producer_id.into()),
        Column::new("EPOCH", |row| i32::from(row.epoch).into()),
        Column::new("LAST-SEQUENCE", |row| row.last_sequence.into()),
        Column::new("LAST-OFFSET", |row| Cell::option(row.last_offset)),
        Column::new("LAST-TIMESTAMP", |row| Cell::option(row.last_timestamp.as_ref())),
        Column::new("OPEN-SINCE", |row| Cell::option(row.transaction_first_offset)),
        Column::wide("COORDINATOR-EPOCH", |row| row.coordinator_epoch.into()),
    ];
}

#[derive(Debug, Serialize)]
struct EpochRow {
    epoch: i32,
    start_offset: i64,
}

impl Row for EpochRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("EPOCH", |row| row.epoch.into()),
        Column::new("START-OFFSET", |row| row.start_offset.into()),
    ];
}

#[derive(Debug, Serialize)]
struct MetadataItem {
    topic_id: Option<String>,
}

/// The content of a file that is no log: an index, a producer snapshot, or one of the small files beside them. `None`
/// for logs, and for what nothing here knows.
pub fn report(path: &Path) -> Result<Option<Report>, CommandError> {
    let dir = ReadOnlyDir::new(path.parent().unwrap_or(Path::new(".")));
    let damaged = |error: kafkactl_core::log::LogError| CommandError::check_failed(error.to_string());
    let report = match (FileKind::of_path(path), path.file_name().and_then(|name| name.to_str())) {
        (Some(FileKind::OffsetIndex | FileKind::TimeIndex | FileKind::TxnIndex), _) => index::report(path)?,
        (Some(FileKind::ProducerSnapshot), _) => producers(path)?,
        (_, Some(EPOCHS_FILE)) => {
            let epochs = read_epochs(&dir).map_err(damaged)?;
            let row = |entry: &kafkactl_core::log::EpochStart| EpochRow {
                epoch: entry.epoch.0,
                start_offset: entry.start_offset.0,
            };
            Report::list("LeaderEpochList", &epochs.iter().map(row).collect::<Vec<_>>())?
        }
        (_, Some(PARTITION_METADATA_FILE)) => {
            let topic_id = read_topic_id(&dir).map_err(damaged)?.map(|id| id.to_string());
            let facts = vec![("Topic id", Cell::option(topic_id.as_ref()))];
            let section = Section { facts, table: None };
            Report::details("PartitionMetadata", &[MetadataItem { topic_id }], vec![section])?
        }
        _ => return Ok(None),
    };
    Ok(Some(report))
}

fn producers(path: &Path) -> Result<Report, CommandError> {
    let rows: Vec<_> = read_snapshot(path)?
        .iter()
        .map(|producer| ProducerRow {
            producer_id: producer.producer_id.0,
            epoch: producer.epoch.0,
            last_sequence: producer.last_sequence(),
            last_offset: producer.batches().last().map(|batch| batch.last_offset.0),
            last_timestamp_ms: producer.last_timestamp_ms,
            last_timestamp: rfc3339(producer.last_timestamp_ms),
            coordinator_epoch: producer.coordinator_epoch,
            transaction_first_offset: producer.transaction_first_offset.map(|offset| offset.0),
        })
        .collect();
    Report::list("ProducerSnapshot", &rows)
}
