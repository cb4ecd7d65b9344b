use kafkactl_core::log::clean::CleanReport;
use kafkactl_core::names::TopicPartition;

/// What the cleaner did since the start, and what it cannot do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CleanerFigures {
    /// Partitions that could not be cleaned. They are tried again.
    pub uncleanable: Vec<Uncleanable>,
    /// Of the bytes of a compacted log, those that were not cleaned yet: the largest share, when last looked.
    pub dirty_ratio_max: f64,
    /// When was last looked for something to clean.
    pub looked_ms: Option<i64>,
    pub cleanings: u64,
    /// Bytes of segments that were cleaned, and of those that took their place.
    pub bytes_before: u64,
    pub bytes_after: u64,
    /// Of threads that clean. They go on.
    pub panics: u64,
    /// Of the longest cleaning.
    pub clean_time_ms_max: u64,
}

/// A partition that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncleanable {
    pub partition: TopicPartition,
    pub reason: String,
    /// Since when every attempt has failed.
    pub since_ms: i64,
    pub retry_at_ms: i64,
}

impl CleanerFigures {
    pub(super) fn cleaned(&mut self, report: &CleanReport, took_ms: u64) {
        self.cleanings += 1;
        self.bytes_before += report.bytes_before;
        self.bytes_after += report.bytes_after;
        self.clean_time_ms_max = self.clean_time_ms_max.max(took_ms);
    }
}
