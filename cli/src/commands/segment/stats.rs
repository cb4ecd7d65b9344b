use kafkactl_core::log::ProducerEntry;
use kafkactl_core::log::inspect::{
    CleaningState, CodecStats, InspectError, PartitionFiles, ProducerState, Stats, cleaning_state,
    producer_state, stats,
};
use serde::Serialize;

use crate::args::segment::SegmentTableArgs;
use crate::commands::Outcome;
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row, Section, Table};
use crate::records::rfc3339;

#[derive(Debug, Serialize)]
struct StatsItem {
    name: String,
    segments: u64,
    bytes: u64,
    batches: u64,
    records: u64,
    control_records: u64,
    first_offset: Option<i64>,
    last_offset: Option<i64>,
    first_timestamp: Option<String>,
    last_timestamp: Option<String>,
    key_bytes: u64,
    value_bytes: u64,
    null_keys: u64,
    tombstones: u64,
    /// An estimate.
    distinct_keys: u64,
    transactional_records: u64,
    codecs: Vec<CodecRow>,
    largest_records: Vec<LargestItem>,
    producers: Vec<ProducerItem>,
    producers_left_out: bool,
    /// Absent for a log that was never cleaned.
    cleaning: Option<CleaningItem>,
    /// Absent without a snapshot.
    producer_state: Option<ProducerStateItem>,
}

/// How far the log was cleaned, and what a cleaning would cover now.
#[derive(Debug, Serialize)]
struct CleaningItem {
    cleaned_to: i64,
    first_dirty: i64,
    first_uncleanable: i64,
    dirty_bytes: u64,
    dirty_ratio: f64,
}

/// What a broker would know of producers after a restart, before it reads on from the offset.
#[derive(Debug, Serialize)]
struct ProducerStateItem {
    offset: i64,
    producers: Vec<KnownProducerItem>,
}

#[derive(Debug, Serialize)]
struct KnownProducerItem {
    producer_id: i64,
    epoch: i16,
    last_sequence: i32,
    last_offset: Option<i64>,
    last_timestamp: Option<String>,
    coordinator_epoch: i32,
    /// Where its open transaction began.
    transaction_first_offset: Option<i64>,
}

#[derive(Debug, Clone, Serialize)]
struct CodecRow {
    codec: &'static str,
    batches: u64,
    stored_bytes: u64,
    uncompressed_bytes: u64,
    ratio: f64,
}

#[derive(Debug, Serialize)]
struct LargestItem {
    offset: i64,
    bytes: usize,
}

#[derive(Debug, Serialize)]
struct ProducerItem {
    producer_id: i64,
    epoch: i16,
    batches: u64,
    records: u64,
    last_sequence: i32,
    transactional: bool,
}

impl Row for CodecRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("CODEC", |row| Cell::from(row.codec)),
        Column::new("BATCHES", |row| count(row.batches)),
        Column::new("STORED", |row| Cell::Bytes(row.stored_bytes as i64)),
        Column::new("UNCOMPRESSED", |row| Cell::Bytes(row.uncompressed_bytes as i64)),
        Column::new("RATIO", |row| Cell::text(format!("{:.2}", row.ratio))),
    ];
}

pub fn run(args: &SegmentTableArgs, out: &mut Output) -> Outcome {
    let mut items = Vec::new();
    let mut sections = Vec::new();
    let mut errors = Vec::new();
    for partition in args.target.partitions()? {
        match StatsItem::of(&partition) {
            Ok(item) => {
                sections.push(item.section()?);
                items.push(item);
            }
            Err(error) => errors.push(error.into()),
        }
    }
    out.print(Report::details("SegmentStats", &items, sections)?.with_errors(errors))
}

impl StatsItem {
    fn of(partition: &PartitionFiles) -> Result<Self, InspectError> {
        let cleaning = cleaning_state(partition)?.map(CleaningItem::from);
        let producer_state = producer_state(partition)?.map(ProducerStateItem::from);
        Ok(Self { cleaning, producer_state, ..Self::of_records(partition, stats(partition)?) })
    }

    fn of_records(partition: &PartitionFiles, stats: Stats) -> Self {
        let codec = |(codec, of_codec): (&&'static str, &CodecStats)| CodecRow {
            codec,
            batches: of_codec.batches,
            stored_bytes: of_codec.stored_bytes,
            uncompressed_bytes: of_codec.uncompressed_bytes,
            ratio: of_codec.ratio(),
        };
        let producers = stats.producers.iter().map(|(id, producer)| ProducerItem {
            producer_id: id.0,
            epoch: producer.epoch.0,
            batches: producer.batches,
            records: producer.records,
            last_sequence: producer.last_sequence,
            transactional: producer.is_transactional,
        });
        Self {
            name: partition.name.clone(),
            segments: stats.segments,
            bytes: stats.bytes,
            batches: stats.batches,
            records: stats.records,
            control_records: stats.control_records,
            first_offset: stats.first_offset.map(|offset| offset.0),
            last_offset: stats.last_offset.map(|offset| offset.0),
            first_timestamp: stats.timestamps_ms.and_then(|(first_ms, _)| rfc3339(first_ms)),
            last_timestamp: stats.timestamps_ms.and_then(|(_, last_ms)| rfc3339(last_ms)),
            key_bytes: stats.key_bytes,
            value_bytes: stats.value_bytes,
            null_keys: stats.null_keys,
            tombstones: stats.tombstones,
            distinct_keys: stats.distinct_keys,
            transactional_records: stats.transactional_records,
            codecs: stats.codecs.iter().map(codec).collect(),
            largest_records: stats
                .largest
                .iter()
                .map(|&(bytes, offset)| LargestItem { offset: offset.0, bytes })
                .collect(),
            producers: producers.collect(),
            producers_left_out: stats.producers_left_out,
            cleaning: None,
            producer_state: None,
        }
    }

    fn section(&self) -> Result<Section, CommandError> {
        let range = |first: Option<String>, last: Option<String>| match (first, last) {
            (Some(first), Some(last)) => Cell::text(format!("{first} to {last}")),
            _ => Cell::Absent,
        };
        let offset = |offset: Option<i64>| offset.map(|offset| offset.to_string());
        let largest = self.largest_records.iter();
        let producers = self.producers.iter().map(|producer| producer.producer_id);
        let facts = vec![
            ("Partition", Cell::from(&self.name)),
            ("Segments", count(self.segments)),
            ("Size", Cell::Bytes(self.bytes as i64)),
            ("Batches", count(self.batches)),
            ("Records", count(self.records)),
            ("Control records", count(self.control_records)),
            ("Transactional records", count(self.transactional_records)),
            ("Offsets", range(offset(self.first_offset), offset(self.last_offset))),
            ("Timestamps", range(self.first_timestamp.clone(), self.last_timestamp.clone())),
            ("Key bytes", Cell::Bytes(self.key_bytes as i64)),
            ("Value bytes", Cell::Bytes(self.value_bytes as i64)),
            ("Distinct keys", Cell::text(format!("about {}", self.distinct_keys))),
            ("Null keys", count(self.null_keys)),
            ("Tombstones", count(self.tombstones)),
            (
                "Largest records",
                Cell::list(largest.map(|largest| format!("{} ({} bytes)", largest.offset, largest.bytes))),
            ),
            ("Producers", Cell::list(producers.take(PRODUCERS_SHOWN))),
            ("Cleaned to", self.cleaning.as_ref().map_or(Cell::Absent, |it| Cell::Number(it.cleaned_to))),
            ("Dirty", self.cleaning.as_ref().map_or(Cell::Absent, CleaningItem::cell)),
            ("Producer state", self.producer_state.as_ref().map_or(Cell::Absent, ProducerStateItem::cell)),
        ];
        let table = (!self.codecs.is_empty()).then(|| Table::of(&self.codecs)).transpose()?;
        Ok(Section { facts, table })
    }
}

impl From<CleaningState> for CleaningItem {
    fn from(state: CleaningState) -> Self {
        let CleaningState { cleaned_to, cleanable } = state;
        Self {
            cleaned_to: cleaned_to.0,
            first_dirty: cleanable.first_dirty.0,
            first_uncleanable: cleanable.first_uncleanable.0,
            dirty_bytes: cleanable.dirty_bytes,
            dirty_ratio: cleanable.dirty_ratio,
        }
    }
}

impl CleaningItem {
    fn cell(&self) -> Cell {
        Cell::text(format!("{} bytes, {:.0} %", self.dirty_bytes, self.dirty_ratio * 100.0))
    }
}

impl From<ProducerState> for ProducerStateItem {
    fn from(state: ProducerState) -> Self {
        let producers = state.producers.iter().map(KnownProducerItem::from).collect();
        Self { offset: state.offset.0, producers }
    }
}

impl ProducerStateItem {
    fn cell(&self) -> Cell {
        let known = self.producers.iter().take(PRODUCERS_SHOWN).map(|producer| {
            let open = producer.transaction_first_offset;
            let open = open.map(|first| format!(", in a transaction since {first}")).unwrap_or_default();
            let KnownProducerItem { producer_id, epoch, last_sequence, .. } = producer;
            format!("{producer_id} (epoch {epoch}, sequence {last_sequence}{open})")
        });
        let parts: Vec<_> = std::iter::once(format!("as of {}", self.offset)).chain(known).collect();
        Cell::text(parts.join("; "))
    }
}

impl From<&ProducerEntry> for KnownProducerItem {
    fn from(entry: &ProducerEntry) -> Self {
        Self {
            producer_id: entry.producer_id.0,
            epoch: entry.epoch.0,
            last_sequence: entry.last_sequence(),
            last_offset: entry.batches().last().map(|batch| batch.last_offset.0),
            last_timestamp: rfc3339(entry.last_timestamp_ms),
            coordinator_epoch: entry.coordinator_epoch,
            transaction_first_offset: entry.transaction_first_offset.map(|offset| offset.0),
        }
    }
}

/// Producer ids in text; JSON has all that were told apart.
const PRODUCERS_SHOWN: usize = 20;

fn count(count: u64) -> Cell {
    // No count of ours is near 2^63.
    Cell::Number(i64::try_from(count).unwrap_or(i64::MAX))
}
