//! How far groups lie behind, under one set of names for a broker's own figures and for those of other clusters.

use super::page::{Page, PartitionLabels};

/// Partitions of groups that get rows of their own; the rest is counted.
pub const LAG_ROWS_MAX: usize = 10_000;
/// A group with a longer id, in bytes, is among the rest: ids of tens of kilobytes would make the page one of megabytes.
pub const GROUP_ID_BYTES_MAX: usize = 255;

/// One partition that a group has committed an offset of.
#[derive(Debug, Clone, PartialEq)]
pub struct LagRow {
    pub group: String,
    pub topic: String,
    pub partition: i32,
    pub committed: i64,
    /// Offsets between what is committed and the high watermark. Never negative; compaction and transaction markers
    /// count.
    pub lag: i64,
    /// Offsets that retention deleted before they were read.
    pub expired: i64,
    /// How long the oldest unread record has been in the log; 0 without lag, `None` when it cannot be told.
    pub lag_s: Option<f64>,
}

impl LagRow {
    fn labels(&self) -> PartitionLabels<'_> {
        PartitionLabels { group: Some(&self.group), topic: &self.topic, partition: self.partition }
    }
}

/// Writes a row a partition, at most [`LAG_ROWS_MAX`], in their order; `left_out` are those beyond.
pub fn write_lag(page: &mut Page<'_>, rows: &[LagRow], left_out: usize) -> std::fmt::Result {
    let of = |value: fn(&LagRow) -> i64| rows.iter().map(move |row| (row.labels(), value(row)));
    page.gauges("kafka_group_committed_offset", "Offset a group has committed", of(|row| row.committed))?;
    page.gauges(
        "kafka_group_lag_records",
        "Offsets a group lies behind the high watermark",
        of(|row| row.lag),
    )?;
    let seconds = rows.iter().filter_map(|row| row.lag_s.map(|lag_s| (row.labels(), lag_s)));
    page.gauges("kafka_group_lag_seconds", "Age of the oldest record a group has not read", seconds)?;
    let expired = rows.iter().filter(|row| row.expired > 0).map(|row| (row.labels(), row.expired));
    page.gauges("kafka_group_expired_records", "Offsets deleted before a group had read them", expired)?;
    page.gauge("kafka_group_rows_left_out", "Partitions of groups beyond the bound", left_out as i64)
}
