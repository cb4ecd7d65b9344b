//! How cleaning goes.

use super::page::Page;
use crate::cleaner::CleanerFigures;

pub(super) fn write(figures: &CleanerFigures, now_ms: i64, page: &mut Page<'_>) -> std::fmt::Result {
    page.counter("kafka_cleaner_cleanings", "Cleanings of compacted logs", figures.cleanings)?;
    page.counter("kafka_cleaner_bytes_before", "Bytes of segments that were cleaned", figures.bytes_before)?;
    page.counter("kafka_cleaner_bytes_after", "Bytes of the segments in their place", figures.bytes_after)?;
    page.gauge(
        "kafka_cleaner_longest_seconds",
        "Longest cleaning so far",
        figures.clean_time_ms_max as f64 / 1e3,
    )?;
    page.gauge(
        "kafka_cleaner_dirty_ratio_max",
        "Largest share of a compacted log that is not cleaned yet",
        figures.dirty_ratio_max,
    )?;
    page.gauge(
        "kafka_cleaner_uncleanable_partitions",
        "Partitions that could not be cleaned; they are tried again",
        figures.uncleanable.len() as i64,
    )?;
    page.counter("kafka_cleaner_panics", "Panics of cleaner threads; the threads go on", figures.panics)?;
    let idle_ms = figures.looked_ms.map(|looked_ms| (now_ms - looked_ms).max(0));
    let rows = idle_ms.map(|ms| ([] as [(&str, &str); 0], ms as f64 / 1e3));
    page.gauges("kafka_cleaner_idle_seconds", "Time since a thread last looked for work", rows)
}
