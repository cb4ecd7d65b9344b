//! What a topic's settings mean for its partitions on this broker.

use std::num::NonZeroU64;

use kafkactl_core::log::LogConfig;
use kafkactl_core::record::validate::TimestampRule;
use kafkactl_core::record::{Codec, Compression};
use kafkactl_core::settings::TopicSettings;

/// Replaced as a whole when a setting changes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PartitionConfig {
    pub log: LogConfig,
    /// `min.insync.replicas`.
    pub min_insync_replicas: usize,
}

impl PartitionConfig {
    pub fn of(topic: &TopicSettings) -> Self {
        Self {
            log: log_config(topic),
            min_insync_replicas: usize::try_from(topic.min_insync_replicas).unwrap_or(1),
        }
    }

    /// Whether nothing is acknowledged or shown before it is on stable storage (`flush.messages=1`).
    pub fn is_durable(&self) -> bool {
        self.log.flush_messages == NonZeroU64::new(1)
    }
}

fn log_config(topic: &TopicSettings) -> LogConfig {
    let positive = |value: i32| u32::try_from(value).unwrap_or(0);
    let long = |value: i64| u64::try_from(value).unwrap_or(0);
    // Negative limits, and Kafka's largest number, mean none.
    let limit = |value: i64| u64::try_from(value).ok().filter(|&value| value != i64::MAX as u64);
    LogConfig {
        segment_bytes: positive(topic.segment_bytes),
        segment_ms: long(topic.segment_ms),
        segment_jitter_ms: long(topic.segment_jitter_ms),
        index_interval_bytes: positive(topic.index_interval_bytes),
        segment_index_bytes: positive(topic.segment_index_bytes),
        max_message_bytes: positive(topic.max_message_bytes),
        delete: topic.cleanup_policy.delete,
        compact: topic.cleanup_policy.compact,
        retention_ms: limit(topic.retention_ms),
        retention_bytes: limit(topic.retention_bytes),
        file_delete_delay_ms: long(topic.file_delete_delay_ms),
        delete_retention_ms: long(topic.delete_retention_ms),
        min_compaction_lag_ms: long(topic.min_compaction_lag_ms),
        max_compaction_lag_ms: long(topic.max_compaction_lag_ms),
        min_cleanable_dirty_ratio: topic.min_cleanable_dirty_ratio,
        flush_messages: limit(topic.flush_messages).and_then(NonZeroU64::new),
        flush_ms: limit(topic.flush_ms),
        timestamps: timestamps(topic),
        compression: compression(topic),
    }
}

fn timestamps(topic: &TopicSettings) -> TimestampRule {
    if topic.log_append_time {
        return TimestampRule::LogAppendTime;
    }
    TimestampRule::CreateTime {
        before_ms_max: topic.message_timestamp_before_max_ms,
        after_ms_max: topic.message_timestamp_after_max_ms,
    }
}

/// `None` keeps the producer's codec; so does a name that is none of Kafka's, which the settings refuse anyway.
fn compression(topic: &TopicSettings) -> Option<Compression> {
    let (codec, level) = match topic.compression_type.as_str() {
        "uncompressed" => (Codec::None, None),
        "gzip" => (Codec::Gzip, Some(topic.compression_gzip_level)),
        "snappy" => (Codec::Snappy, None),
        "lz4" => (Codec::Lz4, Some(topic.compression_lz4_level)),
        "zstd" => (Codec::Zstd, Some(topic.compression_zstd_level)),
        _ => return None,
    };
    Some(Compression { codec, level })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::settings::{BrokerSettings, Properties, Texts};

    fn config(values: &[(&str, &str)]) -> PartitionConfig {
        let broker = BrokerSettings::load(&Properties::default(), &[]).unwrap().0;
        let texts: Texts =
            values.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        PartitionConfig::of(&TopicSettings::of(&texts, &broker))
    }

    #[test]
    fn defaults_are_kafkas() {
        let config = config(&[]);
        assert_eq!(config.log, LogConfig::default());
        assert_eq!(config.min_insync_replicas, 1);
        assert!(!config.is_durable());
    }

    #[test]
    fn settings_reach_the_log() {
        let config = config(&[
            ("flush.messages", "1"),
            ("retention.ms", "-1"),
            ("message.timestamp.type", "LogAppendTime"),
            ("compression.type", "zstd"),
            ("compression.zstd.level", "7"),
        ]);
        assert!(config.is_durable());
        assert_eq!(config.log.retention_ms, None);
        assert_eq!(config.log.timestamps, TimestampRule::LogAppendTime);
        assert_eq!(config.log.compression, Some(Compression { codec: Codec::Zstd, level: Some(7) }));
    }
}
