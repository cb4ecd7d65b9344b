//! What the partitions on this broker hold.

use std::cmp::Ordering as Weight;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::histogram::Histogram;
use super::page::{Page, PartitionLabels};
use super::room::{Chosen, Row, value_bytes};
use super::traffic::OTHERS;
use crate::partition::{Partition, PartitionFigures, Partitions};

/// What has happened to the logs of this broker since it started.
#[derive(Debug, Default)]
pub(crate) struct LogCounts {
    flushes: Histogram,
    failed_flushes: AtomicU64,
    failed_appends: AtomicU64,
    deleted_segments: AtomicU64,
    recovered: AtomicU64,
    cut_bytes: AtomicU64,
}

impl LogCounts {
    /// A log was forced to disk, or could not be.
    pub fn flushed(&self, took: Duration, is_done: bool) {
        self.flushes.record(took);
        self.failed_flushes.fetch_add(u64::from(!is_done), Ordering::Relaxed);
    }

    /// The disk did not take an append.
    pub fn append_failed(&self) {
        self.failed_appends.fetch_add(1, Ordering::Relaxed);
    }

    /// Retention deleted segments.
    pub fn deleted(&self, segments: usize) {
        self.deleted_segments.fetch_add(segments as u64, Ordering::Relaxed);
    }

    /// A log was read again because nobody had closed it.
    pub fn recovered(&self, cut_bytes: u64) {
        self.recovered.fetch_add(1, Ordering::Relaxed);
        self.cut_bytes.fetch_add(cut_bytes, Ordering::Relaxed);
    }

    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        let flushes = self.flushes.recorded();
        page.histogram("kafka_log_flush_seconds", "Time it took to force a log to disk", flushes)?;
        let counts = [
            (
                "kafka_log_flush_failures",
                "Syncs that failed: the log takes no more writes",
                &self.failed_flushes,
            ),
            ("kafka_log_append_failures", "Appends that the disk did not take", &self.failed_appends),
            ("kafka_log_deleted_segments", "Segments that retention deleted", &self.deleted_segments),
            ("kafka_log_recoveries", "Logs that were read again after an unclean stop", &self.recovered),
            ("kafka_log_cut_bytes", "Bytes cut off the ends of damaged logs", &self.cut_bytes),
        ];
        counts
            .into_iter()
            .try_for_each(|(name, help, count)| page.counter(name, help, count.load(Ordering::Relaxed)))
    }
}

/// The replicas of this broker at one moment, by topic and number.
pub(super) struct Logs {
    replicas: Vec<(Arc<Partition>, PartitionFigures)>,
}

/// One topic's sums.
#[derive(Debug, Default)]
struct OfTopic {
    partitions: i64,
    size_bytes: u64,
    segments: u64,
}

impl OfTopic {
    fn add(&mut self, figures: &PartitionFigures) {
        self.partitions += 1;
        self.size_bytes += figures.size_bytes;
        self.segments += figures.segments as u64;
    }
}

impl Logs {
    pub fn of(partitions: &Partitions) -> Self {
        let mut all = partitions.all();
        all.sort_unstable_by(|a, b| (&a.id.topic, a.id.partition).cmp(&(&b.id.topic, b.id.partition)));
        let replicas = all.into_iter().map(|partition| {
            let figures = partition.figures();
            (partition, figures)
        });
        Self { replicas: replicas.collect() }
    }

    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        let count = |is_counted: fn(&PartitionFigures) -> bool| {
            self.replicas.iter().filter(|(_, figures)| is_counted(figures)).count() as i64
        };
        page.gauge("kafka_broker_partitions", "Partitions with a replica here", self.replicas.len() as i64)?;
        page.gauge("kafka_broker_leaders", "Partitions led from here", count(|figures| figures.is_leader))?;
        page.gauge(
            "kafka_broker_failed_logs",
            "Replicas here whose log cannot be opened or takes no more writes",
            count(|figures| figures.has_failed),
        )?;
        let producers: usize = self.replicas.iter().map(|(_, figures)| figures.producers).sum();
        page.gauge(
            "kafka_broker_producer_states",
            "Producers whose sequences the logs here remember",
            producers as i64,
        )
    }

    /// Sums by topic, for the same topics that have traffic of their own.
    pub fn write_topics(&self, partitions: &Partitions, page: &mut Page<'_>) -> std::fmt::Result {
        let (mut topics, mut others): (Vec<(&str, OfTopic)>, _) = (Vec::new(), OfTopic::default());
        for (partition, figures) in &self.replicas {
            let topic = partition.id.topic.as_str();
            if partitions.traffics.are_shared(&partition.traffic) {
                others.add(figures);
                continue;
            }
            if topics.last().is_none_or(|(name, _)| *name != topic) {
                topics.push((topic, OfTopic::default()));
            }
            topics.last_mut().into_iter().for_each(|(_, sums)| sums.add(figures));
        }
        if others.partitions > 0 {
            topics.push((OTHERS, others));
        }
        let of = |value: fn(&OfTopic) -> i64| {
            topics.iter().map(move |(name, sums)| ([("topic", *name)], value(sums)))
        };
        page.gauges("kafka_topic_partitions", "Partitions of a topic here", of(|sums| sums.partitions))?;
        page.gauges(
            "kafka_topic_size_bytes",
            "Bytes of a topic's segments here",
            of(|sums| sums.size_bytes as i64),
        )?;
        page.gauges("kafka_topic_segments", "Segments of a topic here", of(|sums| sums.segments as i64))
    }

    /// Writes the partitions that find room.
    pub fn write_partitions(&self, room_bytes: usize, page: &mut Page<'_>) -> std::fmt::Result {
        let open = self.replicas.iter().filter(|(_, figures)| figures.is_open);
        let rows = open.map(|(partition, figures)| LogRow {
            topic: partition.id.topic.as_str(),
            partition: partition.id.partition.0,
            start: Some(figures.log_start_offset.0),
            end: Some(figures.log_end_offset.0),
            size_bytes: i64::try_from(figures.size_bytes).ok(),
            held_back: Some(figures.high_watermark.0 - figures.last_stable_offset.0),
        });
        write_logs(page, rows, room_bytes)
    }
}

/// One log; what is not known is left out.
#[derive(Debug, Clone, Copy)]
pub struct LogRow<'a> {
    pub topic: &'a str,
    pub partition: i32,
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub size_bytes: Option<i64>,
    /// Offsets from the last stable one to the high watermark.
    pub held_back: Option<i64>,
}

impl<'a> LogRow<'a> {
    fn labels(&self) -> PartitionLabels<'a> {
        PartitionLabels { group: None, topic: self.topic, partition: self.partition }
    }

    fn is_held_back(&self) -> bool {
        self.held_back.is_some_and(|held_back| held_back > 0)
    }

    fn key(&self) -> (&str, i32) {
        (self.topic, self.partition)
    }
}

/// What a transaction holds back matters most, then the larger log, then the earlier name.
impl Row for LogRow<'_> {
    fn weigh(&self, other: &Self) -> Weight {
        let weight = |row: &Self| (row.is_held_back(), row.size_bytes);
        weight(self).cmp(&weight(other)).then_with(|| other.key().cmp(&self.key()))
    }

    fn page_bytes(&self) -> usize {
        let labels = self.labels().bytes();
        let lines = LOG_FIGURES.iter().filter_map(|(name, _, figure)| Some((name, figure(self)?)));
        lines.map(|(name, value)| name.len() + labels + value_bytes(value)).sum()
    }
}

type LogFigure = fn(&LogRow<'_>) -> Option<i64>;

/// Most partitions have no start but 0 and nothing held back, so only the others get a row.
const LOG_FIGURES: [(&str, &str, LogFigure); 4] = [
    ("kafka_log_start_offset", "Oldest offset of a log, where that is not 0", |log| {
        log.start.filter(|start| *start > 0)
    }),
    ("kafka_log_end_offset", "Offset the next record gets", |log| log.end),
    ("kafka_log_size_bytes", "Bytes of a log's segments", |log| log.size_bytes),
    (
        "kafka_log_last_stable_offset_lag",
        "Committed offsets that open transactions hide from read_committed",
        |log| log.held_back.filter(|held_back| *held_back > 0),
    ),
];

/// Writes the logs that find room, here or elsewhere.
pub fn write_logs<'a>(
    page: &mut Page<'_>,
    logs: impl Iterator<Item = LogRow<'a>>,
    room_bytes: usize,
) -> std::fmt::Result {
    let mut chosen = Chosen::new(room_bytes);
    logs.for_each(|log| chosen.add(log));
    let mut rows: Vec<&LogRow<'_>> = chosen.rows().collect();
    rows.sort_unstable_by_key(|row| row.key());
    for (name, help, figure) in LOG_FIGURES {
        page.gauges(name, help, rows.iter().filter_map(|row| Some((row.labels(), figure(row)?))))?;
    }
    page.gauge("kafka_log_rows_left_out", "Partitions without room for rows", chosen.left_out() as i64)
}
