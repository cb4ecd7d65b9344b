//! Settings that are altered while the broker runs, and what they do at once.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::num::NonZeroU64;
use std::sync::Arc;

use kafkactl_core::names::{PartitionId, ProducerEpoch, ProducerId};
use kafkactl_core::record::{BatchBuilder, BatchFields};
use kafkactl_core::schema::metadata::ConfigRecord;
use kafkactl_core::settings::{Used, broker_table, client_metrics_table, group_table, topic_table};
use kafkactl_core::wire::messages::describe_configs_request::DescribeConfigsResource;
use kafkactl_core::wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use kafkactl_core::wire::messages::{
    DescribeConfigsRequest, DescribeConfigsResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::client::Client;
use super::producing::produce;
use super::world::{Resource, World};
use super::{batch, until};
use crate::cluster::{MetadataDelta, MetadataSubscriber};
use crate::metrics::{Format, Metrics};

const ALL_BROKERS: Resource<'_> = (4, "");
const THIS_BROKER: Resource<'_> = (4, "1");

/// Settings of a topic's logs: the broker's, the topic's, a value that is not the default, and the topic that shows it.
const OF_LOGS: [(&str, &str, &str, &str); 23] = [
    ("compression.gzip.level", "compression.gzip.level", "3", "gzip"),
    ("compression.lz4.level", "compression.lz4.level", "3", "lz4"),
    ("compression.type", "compression.type", "snappy", "plain"),
    ("compression.zstd.level", "compression.zstd.level", "9", "zstd"),
    ("log.cleaner.delete.retention.ms", "delete.retention.ms", "7", "plain"),
    ("log.cleaner.max.compaction.lag.ms", "max.compaction.lag.ms", "7", "plain"),
    ("log.cleaner.min.cleanable.ratio", "min.cleanable.dirty.ratio", "0.7", "plain"),
    ("log.cleaner.min.compaction.lag.ms", "min.compaction.lag.ms", "7", "plain"),
    ("log.cleanup.policy", "cleanup.policy", "compact", "plain"),
    ("log.flush.interval.messages", "flush.messages", "7", "plain"),
    ("log.flush.interval.ms", "flush.ms", "7", "plain"),
    ("log.index.interval.bytes", "index.interval.bytes", "7", "plain"),
    ("log.index.size.max.bytes", "segment.index.bytes", "7000", "plain"),
    ("log.message.timestamp.after.max.ms", "message.timestamp.after.max.ms", "7", "plain"),
    ("log.message.timestamp.before.max.ms", "message.timestamp.before.max.ms", "7", "plain"),
    ("log.message.timestamp.type", "message.timestamp.type", "LogAppendTime", "plain"),
    ("log.retention.bytes", "retention.bytes", "7", "plain"),
    ("log.retention.ms", "retention.ms", "7", "plain"),
    ("log.roll.jitter.ms", "segment.jitter.ms", "7", "plain"),
    ("log.roll.ms", "segment.ms", "7", "plain"),
    ("log.segment.bytes", "segment.bytes", "2000000", "plain"),
    ("log.segment.delete.delay.ms", "file.delete.delay.ms", "7", "plain"),
    ("message.max.bytes", "max.message.bytes", "700", "plain"),
];

/// Settings that act elsewhere, each in a test of its own below, or in those of moves and cordons.
const ELSEWHERE: [&str; 9] = [
    "cordoned.log.dirs",
    "group.consumer.assignment.interval.ms",
    "max.connections",
    "max.connections.per.ip",
    "max.connections.per.ip.overrides",
    "min.insync.replicas",
    "producer.id.expiration.ms",
    "replica.alter.log.dirs.io.max.bytes.per.second",
    "transaction.partition.verification.enable",
];

/// Settings that the cleaner reads before every round and every step.
const OF_THE_CLEANER: [&str; 6] = [
    "log.cleaner.backoff.ms",
    "log.cleaner.dedupe.buffer.size",
    "log.cleaner.io.buffer.load.factor",
    "log.cleaner.io.buffer.size",
    "log.cleaner.io.max.bytes.per.second",
    "log.cleaner.threads",
];

/// Settings that do nothing while one node runs: changes of the first two are refused, the third is for the next start,
/// the last for replicas on other nodes.
const NOT_SEEN: [&str; 4] = [
    "listeners",
    "listener.security.protocol.map",
    "num.recovery.threads.per.data.dir",
    "unclean.leader.election.enable",
];

/// Settings that may be altered while the broker runs and are not acted upon, by the reason why.
const IGNORED: [(&str, &[&str]); 8] = [
    (
        "there are no pools of threads as Kafka has them",
        &["background.threads", "num.io.threads", "num.network.threads"],
    ),
    (
        "Kafka's coordinators keep such buffers, these do not",
        &["group.coordinator.cached.buffer.max.bytes", "share.coordinator.cached.buffer.max.bytes"],
    ),
    (
        "share and streams groups are not served",
        &[
            "group.share.assignment.interval.ms",
            "group.streams.assignment.interval.ms",
            "share.assignment.interval.ms",
            "share.auto.offset.reset",
            "share.delivery.count.limit",
            "share.heartbeat.interval.ms",
            "share.isolation.level",
            "share.partition.max.record.locks",
            "share.record.lock.duration.ms",
            "share.renew.acknowledge.enable",
            "share.session.timeout.ms",
            "streams.assignment.interval.ms",
            "streams.heartbeat.interval.ms",
            "streams.initial.rebalance.delay.ms",
            "streams.num.standby.replicas",
            "streams.session.timeout.ms",
        ],
    ),
    (
        "there is no tiered storage",
        &[
            "follower.fetch.last.tiered.offset.enable",
            "local.retention.bytes",
            "local.retention.ms",
            "log.local.retention.bytes",
            "log.local.retention.ms",
            "remote.fetch.max.wait.ms",
            "remote.list.offsets.request.timeout.ms",
            "remote.log.copy.disable",
            "remote.log.delete.on.disable",
            "remote.log.index.file.cache.total.size.bytes",
            "remote.log.manager.copier.thread.pool.size",
            "remote.log.manager.copy.max.bytes.per.second",
            "remote.log.manager.expiration.thread.pool.size",
            "remote.log.manager.fetch.max.bytes.per.second",
            "remote.log.manager.follower.thread.pool.size",
            "remote.log.reader.threads",
            "remote.storage.enable",
        ],
    ),
    (
        "nothing is replicated between brokers",
        &[
            "follower.replication.throttled.rate",
            "follower.replication.throttled.replicas",
            "leader.replication.throttled.rate",
            "leader.replication.throttled.replicas",
            "num.replica.fetchers",
        ],
    ),
    ("Java classes cannot be loaded", &["config.providers", "metric.reporters", "principal.builder.class"]),
    ("segment files grow with their records", &["log.preallocate", "preallocate"]),
    ("connections are limited in number, not in rate", &["max.connection.creation.rate"]),
];

/// Only PLAINTEXT listeners are served.
const OF_SECURITY: [&str; 2] = ["sasl.", "ssl."];

fn dynamic(used: Used) -> impl Iterator<Item = &'static str> {
    let others = [topic_table(), group_table(), client_metrics_table()].into_iter().flatten();
    let of_brokers = broker_table().filter(|it| it.is_dynamic());
    // The other tables repeat what is honoured of the broker's, under names of their own.
    let others = others.filter(|it| it.used == Used::Ignored);
    of_brokers.chain(others).filter(move |it| it.used == used).map(|setting| setting.name)
}

#[test]
fn every_dynamic_setting_is_looked_at() {
    let elsewhere = ELSEWHERE.iter().chain(&OF_THE_CLEANER).chain(&NOT_SEEN);
    let tested: BTreeSet<&str> = OF_LOGS.iter().map(|(name, ..)| name).chain(elsewhere).copied().collect();
    assert_eq!(tested, dynamic(Used::Honoured).collect());
    let reasoned: BTreeSet<&str> = IGNORED.iter().flat_map(|(_, names)| *names).copied().collect();
    let is_of_security = |name: &&str| OF_SECURITY.iter().any(|prefix| name.starts_with(prefix));
    assert_eq!(reasoned, dynamic(Used::Ignored).filter(|name| !is_of_security(name)).collect());
}

#[test]
fn what_is_set_in_vain_is_told() {
    let mut world = World::start(&[]);
    world.create("t", &[]);
    let told = |world: &World| {
        world.broker().events.counts().find(|(kind, _)| *kind == "setting_ignored").unwrap().1
    };
    for (resource, name, value, times) in [
        ((2, "t"), "preallocate", "true", 1),
        ((2, "t"), "retention.ms", "7", 1),
        (THIS_BROKER, "max.connection.creation.rate", "9", 2),
        (ALL_BROKERS, "max.connections", "9", 2),
    ] {
        world.set(resource, name, value);
        assert_eq!(told(&world), times, "{resource:?} {name}={value}");
    }
}

#[test]
fn settings_of_logs_reach_them_from_every_layer_and_are_shown() {
    let mut world = World::start(&[]);
    for topic in ["gzip", "lz4", "zstd"] {
        world.create(topic, &[("compression.type", topic)]);
    }
    world.create("plain", &[]);
    for (of_broker, of_topic, value, topic) in OF_LOGS {
        let partition = world.broker().partitions.get(topic, PartitionId(0)).unwrap();
        let before = partition.config();
        // Its own source number for every layer.
        let layers = [(ALL_BROKERS, of_broker, 3), (THIS_BROKER, of_broker, 2), ((2, topic), of_topic, 1)];
        for (resource, name, source) in layers {
            world.set(resource, name, value);
            assert_ne!(partition.config(), before, "{resource:?} {name}={value}");
            assert_eq!(world.described(topic, of_topic), (value.to_owned(), source), "{resource:?} {name}");
            world.delete(resource, name);
            assert_eq!(partition.config(), before, "{resource:?} {name}");
        }
    }
    world.set(ALL_BROKERS, "min.insync.replicas", "2");
    assert_eq!(
        world.broker().partitions.get("plain", PartitionId(0)).unwrap().config().min_insync_replicas,
        2
    );
}

#[test]
fn logs_act_on_what_they_were_told_last() {
    let keep_all = [("log.retention.ms", "-1"), ("log.retention.check.interval.ms", "20")];
    let mut world = World::start(&keep_all);
    let partition = world.create("t", &[]);
    let large = batch(&[&"x".repeat(1000)]);
    assert_eq!(produce(&mut world.client, "t", 0, large.clone()).log_append_time_ms, -1);
    world.set(ALL_BROKERS, "log.message.timestamp.type", "LogAppendTime");
    assert_ne!(produce(&mut world.client, "t", 0, large.clone()).log_append_time_ms, -1);
    world.set(THIS_BROKER, "message.max.bytes", "500");
    let refused = produce(&mut world.client, "t", 0, large);
    assert_eq!(refused.error_code, ErrorCode::MessageTooLarge.code());
    assert_eq!(partition.bounds().log_start_offset.0, 0);
    world.set(ALL_BROKERS, "log.retention.ms", "1");
    until("old segments are deleted", || partition.bounds().log_start_offset.0 == 2);
}

#[test]
fn limits_of_connections_hold_for_the_next_one() {
    let mut world = World::start(&[]);
    world.create("t", &[]);
    let is_served = |client: &mut Client| produce(client, "t", 0, batch(&["a"])).error_code == 0;
    let mut second = world.connect();
    assert!(is_served(&mut second));
    world.set(ALL_BROKERS, "max.connections.per.ip", "2");
    assert!(world.connect().is_closed());
    world.set(ALL_BROKERS, "max.connections.per.ip.overrides", &format!("{}:3", Ipv4Addr::LOCALHOST));
    let mut third = world.connect();
    assert!(is_served(&mut third));
    assert!(world.connect().is_closed());
    world.delete(ALL_BROKERS, "max.connections.per.ip");
    world.delete(ALL_BROKERS, "max.connections.per.ip.overrides");
    world.set(THIS_BROKER, "max.connections", "2");
    assert!(is_served(&mut world.connect()));
    // The longest silent make room: two of the three there were. Which of them is for a test beside the door: an answer
    // may be read before the connection's thread has noted when it was sent.
    let page = Metrics::scrape(world.broker(), false, Format::Prometheus).unwrap();
    let ended =
        page.lines().find_map(|line| line.strip_prefix("kafka_connections_refused_total{limit=\"total\"} "));
    assert_eq!(ended, Some("2"), "{page}");
}

#[test]
fn silent_producers_are_forgotten_by_the_time_that_holds_now() {
    let mut world = World::start(&[("producer.id.expiration.check.interval.ms", "20")]);
    let partition = world.create("t", &[]);
    let fields = BatchFields {
        producer_id: ProducerId(1),
        producer_epoch: ProducerEpoch(0),
        base_sequence: 0,
        ..BatchFields::default()
    };
    let mut builder = BatchBuilder::new(fields);
    builder.append(world.broker().clock.now_ms(), None, Some(b"a"), []);
    let records = builder.finish().unwrap();
    assert_eq!(produce(&mut world.client, "t", 0, records.into()).error_code, 0);
    assert_eq!(partition.producers().unwrap().len(), 1);
    world.set(ALL_BROKERS, "producer.id.expiration.ms", "1");
    until("the producer is forgotten", || partition.producers().unwrap().is_empty());
}

#[test]
fn groups_and_transactions_see_their_settings() {
    let mut world = World::start(&[]);
    let interval_ms = |world: &World| world.broker().groups.settings().consumer_assignment_interval_ms;
    assert_eq!(interval_ms(&world), 1_000);
    world.set(ALL_BROKERS, "group.consumer.assignment.interval.ms", "7");
    assert_eq!(interval_ms(&world), 7);
    world.set(ALL_BROKERS, "transaction.partition.verification.enable", "false");
    assert!(!world.broker().settings().transaction.verifies);
}

/// A metadata log that another version has written may hold any of this.
#[test]
fn a_bad_value_in_the_metadata_log_takes_no_other_away() {
    let mut world = World::start(&[]);
    let partition = world.create("t", &[]);
    let mut image = (*world.broker().metadata.image()).clone();
    let mut delta = MetadataDelta::default();
    let configs = [
        ((4, ""), "log.retention.ms", "soon"),
        ((4, ""), "log.segment.bytes", "2000000"),
        ((4, "1"), "message.max.bytes", "700"),
        ((4, "1"), "num.partitions", "7"),
        ((2, "t"), "flush.ms", "never"),
        ((2, "t"), "flush.messages", "7"),
    ];
    for ((resource_type, resource_name), name, value) in configs {
        let record = ConfigRecord {
            resource_type,
            resource_name: resource_name.to_owned(),
            name: name.to_owned(),
            value: Some(value.to_owned()),
        };
        image.replay(record.into(), &mut delta).unwrap();
    }
    let before = partition.config().log.clone();
    world.broker().partitions.apply(&delta, &Arc::new(image));
    let config = partition.config();
    assert_eq!((config.log.segment_bytes, config.log.max_message_bytes), (2_000_000, 700));
    assert_eq!(config.log.flush_messages, NonZeroU64::new(7));
    assert_eq!((config.log.retention_ms, config.log.flush_ms), (before.retention_ms, before.flush_ms));
    assert_eq!(world.broker().settings().unusable.len(), 2);
}

/// As Apache Kafka refuses and takes them.
#[test]
fn what_a_running_broker_cannot_take_is_refused() {
    let mut world = World::start(&[]);
    let cases = [
        (ALL_BROKERS, "num.partitions", "4", ErrorCode::InvalidRequest),
        (THIS_BROKER, "num.partitions", "4", ErrorCode::InvalidRequest),
        (ALL_BROKERS, "listeners", "PLAINTEXT://127.0.0.1:1", ErrorCode::InvalidRequest),
        (THIS_BROKER, "listeners", "PLAINTEXT://127.0.0.1:1", ErrorCode::InvalidRequest),
        (ALL_BROKERS, "message.max.bytes", "x", ErrorCode::InvalidRequest),
        (THIS_BROKER, "num.io.threads", "17", ErrorCode::InvalidRequest),
        (ALL_BROKERS, "num.io.threads", "3", ErrorCode::InvalidRequest),
        (ALL_BROKERS, "num.io.threads", "4", ErrorCode::None),
        (ALL_BROKERS, "num.io.threads", "9", ErrorCode::InvalidRequest),
        (ALL_BROKERS, "num.io.threads", "8", ErrorCode::None),
        (ALL_BROKERS, "log.cleaner.threads", "0", ErrorCode::InvalidRequest),
        (ALL_BROKERS, "log.cleaner.threads", "3", ErrorCode::InvalidRequest),
        (THIS_BROKER, "log.cleaner.threads", "1500", ErrorCode::InvalidRequest),
        (ALL_BROKERS, "log.cleaner.threads", "2", ErrorCode::None),
        (THIS_BROKER, "log.cleaner.dedupe.buffer.size", "2097151", ErrorCode::InvalidRequest),
        (THIS_BROKER, "log.cleaner.dedupe.buffer.size", "2097152", ErrorCode::None),
        (THIS_BROKER, "log.retention.ms", "-5", ErrorCode::None),
        (THIS_BROKER, "what.nobody.knows", "x", ErrorCode::None),
    ];
    for (resource, name, value, expected) in cases {
        assert_eq!(world.alter(resource, name, Some(value)), expected, "{resource:?} {name}={value}");
    }
}

#[test]
fn a_resource_that_is_asked_for_again_is_answered_once() {
    let mut world = World::start(&[]);
    let resource = |kind, name| {
        DescribeConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(StrBytes::from_static_str(name))
            .with_configuration_keys(None)
    };
    let resources = [vec![resource(4, "1"); 500], vec![resource(2, "1")]].concat();
    let request = DescribeConfigsRequest::default().with_resources(resources);
    let response: DescribeConfigsResponse = world.client.ask(ApiKey::DescribeConfigs, 4, &request);
    let told: Vec<_> = response.results.iter().map(|it| (it.resource_type, it.configs.is_empty())).collect();
    assert_eq!(told, [(4, false), (2, true)]);
}

/// As Apache Kafka answers them.
#[test]
fn alterations_that_mean_nothing() {
    let mut world = World::start(&[]);
    assert_eq!(world.alter((2, ""), "retention.ms", Some("1")), ErrorCode::InvalidRequest);
    let config = AlterableConfig::default()
        .with_name(StrBytes::from_static_str("retention.ms"))
        .with_config_operation(9)
        .with_value(Some(StrBytes::from_static_str("1")));
    let resource = AlterConfigsResource::default()
        .with_resource_type(2)
        .with_resource_name(StrBytes::from_static_str("t"))
        .with_configs(vec![config]);
    world.create("t", &[]);
    let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
    let response: IncrementalAlterConfigsResponse =
        world.client.ask(ApiKey::IncrementalAlterConfigs, 1, &request);
    assert_eq!(response.responses[0].error_code, ErrorCode::UnknownServerError.code());
}

/// The message quotes the value, and must fit the wire all the same.
#[test]
fn a_wrong_value_of_any_length_is_answered() {
    let mut world = World::start(&[]);
    world.create("t", &[]);
    let config = AlterableConfig::default()
        .with_name(StrBytes::from_static_str("retention.ms"))
        .with_value(Some(StrBytes::from_string("x".repeat(i16::MAX as usize))));
    let resource = AlterConfigsResource::default()
        .with_resource_type(2)
        .with_resource_name(StrBytes::from_static_str("t"))
        .with_configs(vec![config]);
    let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
    for version in [0, 1] {
        let response: IncrementalAlterConfigsResponse =
            world.client.ask(ApiKey::IncrementalAlterConfigs, version, &request);
        assert_eq!(response.responses[0].error_code, ErrorCode::InvalidConfig.code());
        let message = response.responses[0].error_message.as_deref().unwrap();
        assert_eq!(message.len(), i16::MAX as usize);
    }
}
