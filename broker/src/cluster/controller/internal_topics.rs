//! Kafka's own topics, made when they are first needed (`AutoTopicCreationManager`).

use kafkactl_core::settings::BrokerSettings;

use super::topics::{DEFAULT_COUNT, NewTopic};

/// Replicas of an internal topic whose factor nobody set: as many as there are brokers, up to this.
const REPLICATION_FACTOR_MAX: i16 = 3;

/// The topic to create for a name that a client or a coordinator asks for: one of Kafka's own with its own
/// settings, any other with the brokers' defaults.
pub fn auto_created(name: &str, settings: &BrokerSettings, live_brokers: usize) -> NewTopic {
    let topics = &settings.topics;
    let (partitions, factor, factor_setting, configs): (_, _, _, Vec<(&str, String)>) = match name {
        "__consumer_offsets" => (
            topics.offsets_partitions,
            topics.offsets_replication_factor,
            "offsets.topic.replication.factor",
            vec![
                ("cleanup.policy", "compact".to_owned()),
                ("compression.type", "producer".to_owned()),
                ("segment.bytes", topics.offsets_segment_bytes.to_string()),
            ],
        ),
        "__transaction_state" => (
            topics.transaction_partitions,
            topics.transaction_replication_factor,
            "transaction.state.log.replication.factor",
            vec![
                ("cleanup.policy", "compact".to_owned()),
                ("compression.type", "uncompressed".to_owned()),
                ("min.insync.replicas", topics.transaction_min_isr.to_string()),
                ("segment.bytes", topics.transaction_segment_bytes.to_string()),
                ("unclean.leader.election.enable", "false".to_owned()),
            ],
        ),
        "__share_group_state" => (
            topics.share_partitions,
            topics.share_replication_factor,
            "share.coordinator.state.topic.replication.factor",
            vec![
                ("cleanup.policy", "delete".to_owned()),
                ("compression.type", "producer".to_owned()),
                ("min.insync.replicas", topics.share_min_isr.to_string()),
                ("retention.ms", "-1".to_owned()),
                ("segment.bytes", topics.share_segment_bytes.to_string()),
            ],
        ),
        _ => {
            return NewTopic {
                name: name.to_owned(),
                partitions: DEFAULT_COUNT,
                replication_factor: -1,
                ..NewTopic::default()
            };
        }
    };
    let replication_factor = if settings.is_set(factor_setting) {
        factor
    } else {
        REPLICATION_FACTOR_MAX.min(i16::try_from(live_brokers).unwrap_or(REPLICATION_FACTOR_MAX)).max(1)
    };
    NewTopic {
        name: name.to_owned(),
        partitions,
        replication_factor,
        assignments: Vec::new(),
        configs: configs.into_iter().map(|(name, value)| (name.to_owned(), Some(value))).collect(),
    }
}
