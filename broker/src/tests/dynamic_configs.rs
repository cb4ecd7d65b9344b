//! Settings that are altered while the broker runs, and what they do at once.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafkactl_core::names::{PartitionId, ProducerEpoch, ProducerId};
use kafkactl_core::record::{BatchBuilder, BatchFields};
use kafkactl_core::settings::{BrokerSettings, Properties, Used, broker_table};
use kafkactl_core::wire::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use kafkactl_core::wire::messages::describe_configs_request::DescribeConfigsResource;
use kafkactl_core::wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use kafkactl_core::wire::messages::{
    CreateTopicsRequest, CreateTopicsResponse, DescribeConfigsRequest, DescribeConfigsResponse,
    IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, TopicName,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::batch;
use super::client::Client;
use super::producing::produce;
use crate::broker::Broker;
use crate::partition::Partition;
use crate::start::{RunningBroker, StartOptions, start};

/// Longer than any chore takes to come round.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a config belongs to: `ConfigResource.Type` and name.
type Resource<'a> = (i8, &'a str);

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

/// Settings that act elsewhere, each in a test of its own below.
const ELSEWHERE: [&str; 7] = [
    "group.consumer.assignment.interval.ms",
    "max.connections",
    "max.connections.per.ip",
    "max.connections.per.ip.overrides",
    "min.insync.replicas",
    "producer.id.expiration.ms",
    "transaction.partition.verification.enable",
];

/// Settings that do nothing while one node runs: changes of the first two are refused, the third is for the next start,
/// the last for replicas on other nodes.
const NOT_SEEN: [&str; 4] = [
    "listeners",
    "listener.security.protocol.map",
    "num.recovery.threads.per.data.dir",
    "unclean.leader.election.enable",
];

struct World {
    broker: RunningBroker,
    client: Client,
    /// Behind the broker, which is dropped before them.
    _runtime: Runtime,
    _directory: TempDir,
}

impl World {
    fn start(settings: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_str().unwrap();
        let own = [("node.id", "1"), ("log.dirs", path), ("listeners", "PLAINTEXT://127.0.0.1:0")];
        let given: Vec<(String, String)> =
            own.iter().chain(settings).map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let settings = BrokerSettings::load(&Properties::default(), &given).unwrap().0;
        let runtime = Runtime::new().unwrap();
        let broker = runtime.block_on(start(StartOptions { settings, cluster_id: None })).unwrap();
        let client = Client::connect(address(&broker));
        Self { broker, client, _runtime: runtime, _directory: directory }
    }

    fn broker(&self) -> &Broker {
        self.broker.broker()
    }

    fn connect(&self) -> Client {
        Client::connect(address(&self.broker))
    }

    fn create(&mut self, topic: &str, configs: &[(&str, &str)]) -> Arc<Partition> {
        let config = |&(name, value): &(&str, &str)| {
            CreatableTopicConfig::default().with_name(text(name)).with_value(Some(text(value)))
        };
        let new = CreatableTopic::default()
            .with_name(TopicName(text(topic)))
            .with_num_partitions(1)
            .with_replication_factor(1)
            .with_configs(configs.iter().map(config).collect());
        let request = CreateTopicsRequest::default().with_topics(vec![new]).with_timeout_ms(10_000);
        let response: CreateTopicsResponse = self.client.ask(ApiKey::CreateTopics, 7, &request);
        assert_eq!(response.topics[0].error_code, 0, "{topic}");
        self.broker().partitions.get(topic, PartitionId(0)).unwrap()
    }

    /// Sets a value, or deletes it.
    fn alter(&mut self, (kind, resource): Resource<'_>, name: &str, value: Option<&str>) -> ErrorCode {
        let config = AlterableConfig::default()
            .with_name(text(name))
            .with_config_operation(i8::from(value.is_none()))
            .with_value(value.map(text));
        let resource = AlterConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(text(resource))
            .with_configs(vec![config]);
        let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
        let response: IncrementalAlterConfigsResponse =
            self.client.ask(ApiKey::IncrementalAlterConfigs, 1, &request);
        ErrorCode::from_code(response.responses[0].error_code).unwrap()
    }

    fn set(&mut self, resource: Resource<'_>, name: &str, value: &str) {
        assert_eq!(self.alter(resource, name, Some(value)), ErrorCode::None, "{resource:?} {name}={value}");
    }

    fn delete(&mut self, resource: Resource<'_>, name: &str) {
        assert_eq!(self.alter(resource, name, None), ErrorCode::None, "{resource:?} {name}");
    }

    /// A topic's value and where it comes from (`ConfigSource`).
    fn described(&mut self, topic: &str, name: &str) -> (String, i8) {
        let resource = DescribeConfigsResource::default()
            .with_resource_type(2)
            .with_resource_name(text(topic))
            .with_configuration_keys(Some(vec![text(name)]));
        let request = DescribeConfigsRequest::default().with_resources(vec![resource]);
        let response: DescribeConfigsResponse = self.client.ask(ApiKey::DescribeConfigs, 4, &request);
        let config = &response.results[0].configs[0];
        (config.value.as_ref().unwrap().to_string(), config.config_source)
    }
}

fn address(broker: &RunningBroker) -> SocketAddr {
    broker.addresses()[0].address
}

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn every_dynamic_setting_is_looked_at() {
    let tested = OF_LOGS.iter().map(|(name, ..)| name).chain(&ELSEWHERE).chain(&NOT_SEEN);
    let tested: BTreeSet<&str> = tested.copied().collect();
    let dynamic = broker_table().filter(|it| it.is_dynamic() && it.used == Used::Honoured);
    assert_eq!(tested, dynamic.map(|setting| setting.name).collect());
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
    eventually("old segments are deleted", || partition.bounds().log_start_offset.0 == 2);
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
    assert!(second.is_closed() && third.is_closed(), "the longest silent make room");
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
    eventually("the producer is forgotten", || partition.producers().unwrap().is_empty());
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
        (ALL_BROKERS, "log.cleaner.threads", "3", ErrorCode::InvalidRequest),
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
