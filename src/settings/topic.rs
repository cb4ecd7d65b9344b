//! One topic's effective configuration.

use super::broker::{Texts, check};
use super::{
    BrokerSettings, Origin, Setting, SettingsError, Value, broker_setting, topic_setting, topic_synonyms,
};

/// The values that were set for one topic, by name (CONFIG records of the metadata log).
pub type TopicValues = Texts;

/// What is done with a topic's old segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CleanupPolicy {
    pub delete: bool,
    pub compact: bool,
}

/// Every setting of one topic as it applies on one broker: set for the topic, else the broker's, else default.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicSettings {
    pub cleanup_policy: CleanupPolicy,
    /// `producer`, `uncompressed`, or a codec's name.
    pub compression_type: String,
    pub compression_gzip_level: i32,
    pub compression_lz4_level: i32,
    pub compression_zstd_level: i32,
    pub delete_retention_ms: i64,
    pub file_delete_delay_ms: i64,
    pub flush_messages: i64,
    pub flush_ms: i64,
    pub index_interval_bytes: i32,
    pub max_compaction_lag_ms: i64,
    pub max_message_bytes: i32,
    pub message_timestamp_after_max_ms: i64,
    pub message_timestamp_before_max_ms: i64,
    /// Whether records get the time of the append instead of the producer's (`LogAppendTime`).
    pub log_append_time: bool,
    pub min_cleanable_dirty_ratio: f64,
    pub min_compaction_lag_ms: i64,
    pub min_insync_replicas: i32,
    /// -1: no limit.
    pub retention_bytes: i64,
    /// -1: no limit.
    pub retention_ms: i64,
    pub segment_bytes: i32,
    pub segment_index_bytes: i32,
    pub segment_jitter_ms: i64,
    pub segment_ms: i64,
    pub unclean_leader_election: bool,
}

impl TopicSettings {
    /// The configuration of a topic with these values on a broker with these settings.
    pub fn of(topic: &TopicValues, broker: &BrokerSettings) -> Self {
        let value = |name| effective(name, topic, broker);
        let number = |name| match value(name) {
            Some(Value::Number(number)) => number,
            other => unreachable!("{name} in the settings table is {other:?}"),
        };
        let int = |name| i32::try_from(number(name)).unwrap_or(i32::MAX);
        let flag = |name| value(name) == Some(Value::Bool(true));
        let text = |name| value(name).map_or_else(String::new, |value| value.to_string());
        let policy = match value("cleanup.policy") {
            Some(Value::List(items)) => items,
            _ => Vec::new(),
        };
        let has_policy = |name: &str| policy.iter().any(|item| item == name);
        Self {
            cleanup_policy: CleanupPolicy { delete: has_policy("delete"), compact: has_policy("compact") },
            compression_type: text("compression.type"),
            compression_gzip_level: int("compression.gzip.level"),
            compression_lz4_level: int("compression.lz4.level"),
            compression_zstd_level: int("compression.zstd.level"),
            delete_retention_ms: number("delete.retention.ms"),
            file_delete_delay_ms: number("file.delete.delay.ms"),
            flush_messages: number("flush.messages"),
            flush_ms: number("flush.ms"),
            index_interval_bytes: int("index.interval.bytes"),
            max_compaction_lag_ms: number("max.compaction.lag.ms"),
            max_message_bytes: int("max.message.bytes"),
            message_timestamp_after_max_ms: number("message.timestamp.after.max.ms"),
            message_timestamp_before_max_ms: number("message.timestamp.before.max.ms"),
            log_append_time: text("message.timestamp.type") == "LogAppendTime",
            min_cleanable_dirty_ratio: match value("min.cleanable.dirty.ratio") {
                Some(Value::Double(ratio)) => ratio,
                other => unreachable!("min.cleanable.dirty.ratio in the settings table is {other:?}"),
            },
            min_compaction_lag_ms: number("min.compaction.lag.ms"),
            min_insync_replicas: int("min.insync.replicas"),
            retention_bytes: number("retention.bytes"),
            retention_ms: number("retention.ms").max(-1),
            segment_bytes: match value("internal.segment.bytes") {
                Some(Value::Number(bytes)) => i32::try_from(bytes).unwrap_or(i32::MAX),
                _ => int("segment.bytes"),
            },
            segment_index_bytes: int("segment.index.bytes"),
            segment_jitter_ms: number("segment.jitter.ms"),
            segment_ms: number("segment.ms"),
            unclean_leader_election: flag("unclean.leader.election.enable"),
        }
    }
}

/// The value of one topic setting. A stored value that no longer parses counts as not set: the metadata log may
/// come from another version, and one bad value must not take the topic away.
pub fn effective(name: &str, topic: &TopicValues, broker: &BrokerSettings) -> Option<Value> {
    let setting = topic_setting(name)?;
    let own = topic.get(name).and_then(|text| setting.parse(text).ok());
    own.or_else(|| of_broker(setting, broker)).or_else(|| setting.default_value())
}

/// What was set for one topic and counts as not set, since it cannot be used.
pub fn unusable(topic: &TopicValues) -> impl Iterator<Item = SettingsError> {
    topic.iter().filter_map(|(name, text)| check(topic_setting(name)?, name, text, Origin::MetadataLog).err())
}

/// What the broker's settings say about a topic setting.
fn of_broker(setting: &Setting, broker: &BrokerSettings) -> Option<Value> {
    topic_synonyms(setting.name).iter().find_map(|synonym| {
        let value = broker_setting(synonym.name).and_then(|setting| broker.value(setting))?;
        match value {
            Value::Number(number) => Some(Value::Number(number.saturating_mul(synonym.factor))),
            other => Some(other),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Properties;

    fn broker(text: &str) -> BrokerSettings {
        BrokerSettings::load(&Properties::parse(text).unwrap(), &[]).unwrap().0
    }

    #[test]
    fn defaults_are_kafkas() {
        let settings = TopicSettings::of(&TopicValues::new(), &broker(""));
        assert_eq!(settings.cleanup_policy, CleanupPolicy { delete: true, compact: false });
        assert_eq!(settings.retention_ms, 604_800_000);
        assert_eq!(settings.segment_ms, 604_800_000);
        assert_eq!(settings.flush_ms, i64::MAX);
        assert_eq!(settings.max_message_bytes, 1_048_588);
        assert_eq!(settings.compression_type, "producer");
    }

    #[test]
    fn a_policy_that_is_named_twice_counts_once() {
        let topic = TopicValues::from([("cleanup.policy".to_owned(), "delete,compact,delete".to_owned())]);
        let value = effective("cleanup.policy", &topic, &broker("")).unwrap();
        assert_eq!(value.to_string(), "delete,compact");
    }

    #[test]
    fn the_nearest_value_wins() {
        let cases = [
            ("log.retention.hours=1", "", 3_600_000),
            ("log.retention.hours=1\nlog.retention.minutes=1", "", 60_000),
            ("log.retention.hours=1\nlog.retention.ms=5", "", 5),
            ("log.retention.hours=-1", "", -1),
            ("log.retention.ms=5", "7", 7),
            ("log.retention.ms=5", "not a number", 5),
        ];
        for (static_text, topic_text, expected) in cases {
            let mut topic = TopicValues::new();
            if !topic_text.is_empty() {
                topic.insert("retention.ms".to_owned(), topic_text.to_owned());
            }
            let settings = TopicSettings::of(&topic, &broker(static_text));
            assert_eq!(settings.retention_ms, expected, "{static_text} {topic_text}");
            assert_eq!(unusable(&topic).count(), usize::from(topic_text == "not a number"));
        }
    }

    #[test]
    fn dynamic_broker_configs_lie_between_topic_and_file() {
        let broker = broker("message.max.bytes=100");
        let texts =
            |value: &str| std::sync::Arc::new(Texts::from([("message.max.bytes".into(), value.into())]));
        let cluster = broker.with_dynamic(texts("200"), Default::default());
        let own = broker.with_dynamic(texts("200"), texts("300"));
        let topic = TopicValues::new();
        assert_eq!(TopicSettings::of(&topic, &broker).max_message_bytes, 100);
        assert_eq!(TopicSettings::of(&topic, &cluster).max_message_bytes, 200);
        assert_eq!(TopicSettings::of(&topic, &own).max_message_bytes, 300);
    }
}
