//! Which broker settings stand behind a topic or group setting (`ServerTopicConfigSynonyms`, `GroupConfig`).

/// A broker setting that gives another setting its value when that one is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synonym {
    pub name: &'static str,
    /// What one unit of this setting is in units of the other: 3,600,000 for hours behind milliseconds.
    pub factor: i64,
}

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

const fn same(name: &'static str) -> Synonym {
    Synonym { name, factor: 1 }
}

const fn times(name: &'static str, factor: i64) -> Synonym {
    Synonym { name, factor }
}

/// The broker settings behind a topic setting, the strongest first; empty when there is none.
pub fn topic_synonyms(topic_setting: &str) -> &'static [Synonym] {
    let found = TOPIC.iter().find(|(name, _)| *name == topic_setting);
    found.map_or(&[], |(_, synonyms)| synonyms)
}

/// The topic setting that a broker setting stands behind.
pub(super) fn topic_setting_behind(broker_setting: &str) -> Option<&'static str> {
    let stands_behind = |synonyms: &[Synonym]| synonyms.iter().any(|synonym| synonym.name == broker_setting);
    TOPIC.iter().find(|(_, synonyms)| stands_behind(synonyms)).map(|(topic_setting, _)| *topic_setting)
}

/// The broker settings that DescribeConfigs looks at for a broker setting, the strongest first, itself included.
pub fn broker_synonyms(broker_setting: &str) -> Vec<&str> {
    const CHAINS: [&[&str]; 4] = [
        &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
        &["log.roll.ms", "log.roll.hours"],
        &["log.roll.jitter.ms", "log.roll.jitter.hours"],
        &["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
    ];
    match CHAINS.into_iter().find(|chain| chain.contains(&broker_setting)) {
        // The scheduler's interval stands behind the flush interval, but not the other way round.
        Some(chain) if broker_setting != "log.flush.scheduler.interval.ms" => chain.to_vec(),
        _ => vec![broker_setting],
    }
}

/// The broker setting behind a group setting; a group setting without one stands for itself.
pub fn group_synonym(group_setting: &'static str) -> &'static str {
    let broker_name = |setting: &&'static super::Setting| {
        setting.name.strip_prefix("group.").is_some_and(|rest| rest == group_setting)
    };
    super::broker_table().find(broker_name).map_or(group_setting, |setting| setting.name)
}

const TOPIC: &[(&str, &[Synonym])] = &[
    ("cleanup.policy", &[same("log.cleanup.policy")]),
    ("compression.gzip.level", &[same("compression.gzip.level")]),
    ("compression.lz4.level", &[same("compression.lz4.level")]),
    ("compression.type", &[same("compression.type")]),
    ("compression.zstd.level", &[same("compression.zstd.level")]),
    ("delete.retention.ms", &[same("log.cleaner.delete.retention.ms")]),
    ("file.delete.delay.ms", &[same("log.segment.delete.delay.ms")]),
    ("flush.messages", &[same("log.flush.interval.messages")]),
    ("flush.ms", &[same("log.flush.interval.ms"), same("log.flush.scheduler.interval.ms")]),
    ("index.interval.bytes", &[same("log.index.interval.bytes")]),
    ("local.retention.bytes", &[same("log.local.retention.bytes")]),
    ("local.retention.ms", &[same("log.local.retention.ms")]),
    ("max.compaction.lag.ms", &[same("log.cleaner.max.compaction.lag.ms")]),
    ("max.message.bytes", &[same("message.max.bytes")]),
    ("message.timestamp.after.max.ms", &[same("log.message.timestamp.after.max.ms")]),
    ("message.timestamp.before.max.ms", &[same("log.message.timestamp.before.max.ms")]),
    ("message.timestamp.type", &[same("log.message.timestamp.type")]),
    ("min.cleanable.dirty.ratio", &[same("log.cleaner.min.cleanable.ratio")]),
    ("min.compaction.lag.ms", &[same("log.cleaner.min.compaction.lag.ms")]),
    ("min.insync.replicas", &[same("min.insync.replicas")]),
    ("preallocate", &[same("log.preallocate")]),
    ("retention.bytes", &[same("log.retention.bytes")]),
    (
        "retention.ms",
        &[
            same("log.retention.ms"),
            times("log.retention.minutes", MINUTE_MS),
            times("log.retention.hours", HOUR_MS),
        ],
    ),
    ("segment.bytes", &[same("log.segment.bytes")]),
    ("segment.index.bytes", &[same("log.index.size.max.bytes")]),
    ("segment.jitter.ms", &[same("log.roll.jitter.ms"), times("log.roll.jitter.hours", HOUR_MS)]),
    ("segment.ms", &[same("log.roll.ms"), times("log.roll.hours", HOUR_MS)]),
    ("unclean.leader.election.enable", &[same("unclean.leader.election.enable")]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{broker_setting, group_table, topic_setting};

    #[test]
    fn every_synonym_is_a_broker_setting_of_a_topic_setting() {
        for (topic, synonyms) in TOPIC {
            let topic = topic_setting(topic).unwrap();
            for synonym in *synonyms {
                let broker = broker_setting(synonym.name).unwrap();
                if let (1, Some(default)) = (synonym.factor, broker.default) {
                    assert_eq!(topic.default, Some(default), "{} and {}", topic.name, broker.name);
                }
            }
        }
    }

    #[test]
    fn group_settings_have_theirs() {
        assert_eq!(group_synonym("consumer.session.timeout.ms"), "group.consumer.session.timeout.ms");
        assert_eq!(group_synonym("share.isolation.level"), "share.isolation.level");
        let own = group_table().iter().filter(|it| group_synonym(it.name) == it.name).count();
        assert_eq!(own, 3);
    }
}
