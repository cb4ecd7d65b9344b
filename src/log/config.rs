use std::num::NonZeroU64;

use crate::record::Compression;
use crate::record::validate::{DECOMPRESSED_BYTES_MAX, Origin, ProduceRules, TimestampRule};

/// What the topic's settings mean for its logs. Negative limits of Kafka's settings are `None` here.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// `segment.bytes`.
    pub segment_bytes: u32,
    /// `segment.ms`.
    pub segment_ms: u64,
    /// `segment.jitter.ms`: each segment rolls up to so much earlier.
    pub segment_jitter_ms: u64,
    /// `index.interval.bytes`.
    pub index_interval_bytes: u32,
    /// `segment.index.bytes`.
    pub segment_index_bytes: u32,
    /// `max.message.bytes`: the largest batch a client may send.
    pub max_message_bytes: u32,
    /// `cleanup.policy` names `delete`.
    pub delete: bool,
    /// `cleanup.policy` names `compact`.
    pub compact: bool,
    /// `retention.ms`.
    pub retention_ms: Option<u64>,
    /// `retention.bytes`.
    pub retention_bytes: Option<u64>,
    /// `file.delete.delay.ms`: how long a `.deleted` file stays for readers that are on their way.
    pub file_delete_delay_ms: u64,
    /// `delete.retention.ms`.
    pub delete_retention_ms: u64,
    /// `min.compaction.lag.ms`.
    pub min_compaction_lag_ms: u64,
    /// `max.compaction.lag.ms`.
    pub max_compaction_lag_ms: u64,
    /// `min.cleanable.dirty.ratio`.
    pub min_cleanable_dirty_ratio: f64,
    /// `flush.messages`; `None` leaves it to replication and the operating system.
    pub flush_messages: Option<NonZeroU64>,
    /// `flush.ms`.
    pub flush_ms: Option<u64>,
    /// `message.timestamp.type`, `.before.max.ms`, `.after.max.ms`.
    pub timestamps: TimestampRule,
    /// `compression.type` with its level; `None` keeps the producer's.
    pub compression: Option<Compression>,
}

/// Kafka 4.3's defaults.
impl Default for LogConfig {
    fn default() -> Self {
        const DAY_MS: u64 = 24 * 60 * 60 * 1000;
        Self {
            segment_bytes: 1 << 30,
            segment_ms: 7 * DAY_MS,
            segment_jitter_ms: 0,
            index_interval_bytes: 4096,
            segment_index_bytes: 10 << 20,
            max_message_bytes: 1_048_588,
            delete: true,
            compact: false,
            retention_ms: Some(7 * DAY_MS),
            retention_bytes: None,
            file_delete_delay_ms: 60_000,
            delete_retention_ms: DAY_MS,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX as u64,
            min_cleanable_dirty_ratio: 0.5,
            flush_messages: None,
            flush_ms: None,
            timestamps: TimestampRule::CreateTime { before_ms_max: i64::MAX, after_ms_max: 3_600_000 },
            compression: None,
        }
    }
}

impl LogConfig {
    /// How long a segment may take appends: compacted topics roll early enough to be cleaned in time.
    pub fn roll_ms(&self) -> u64 {
        if self.compact { self.segment_ms.min(self.max_compaction_lag_ms) } else { self.segment_ms }
    }

    /// What a batch must keep to be appended by a client, or by a coordinator of this broker.
    pub fn produce_rules(&self, origin: Origin) -> ProduceRules {
        ProduceRules {
            message_bytes_max: self.max_message_bytes as usize,
            is_compacted: self.compact,
            timestamps: self.timestamps,
            compression: self.compression,
            origin,
            decompressed_bytes_max: DECOMPRESSED_BYTES_MAX,
        }
    }
}
