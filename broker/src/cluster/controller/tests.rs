//! The controller's decisions, replayed into the image that the next one is made on.

mod cordoned;
mod reassignments;

use kafkactl_core::names::{BrokerEpoch, BrokerId, PartitionId, TopicId, TopicName, Uuid};
use kafkactl_core::schema::metadata::MetadataRecord;
use kafkactl_core::settings::{BrokerSettings, Properties, ResourceKind};
use kafkactl_core::wire::ErrorCode;

use super::*;
use crate::cluster::features::{ELIGIBLE_LEADER_REPLICAS, METADATA_VERSION};
use crate::cluster::image::{ConfigResource, MetadataDelta, MetadataImage, PartitionImage};

/// A cluster of nothing but its metadata.
struct World {
    image: MetadataImage,
    settings: BrokerSettings,
    next_offset: i64,
    draws: u128,
}

impl World {
    fn new(properties: &str, brokers: &[i32]) -> Self {
        let (settings, _) = BrokerSettings::load(&Properties::parse(properties).unwrap(), &[]).unwrap();
        let mut world = Self { image: MetadataImage::default(), settings, next_offset: 0, draws: 1 << 64 };
        world.replay(vec![level(METADATA_VERSION, 30), level(ELIGIBLE_LEADER_REPLICAS, 1)]);
        let records = world.machine().min_insync_records();
        world.replay(records);
        for &id in brokers {
            world.start(id, None);
        }
        world
    }

    fn machine(&self) -> Machine<'_> {
        Machine { image: &self.image, settings: &self.settings }
    }

    fn replay(&mut self, records: Vec<MetadataRecord>) {
        let mut delta = MetadataDelta::default();
        for record in records {
            self.image.replay(record, &mut delta).unwrap();
            self.next_offset += 1;
        }
    }

    fn carry_out<R>(&mut self, decision: Decision<R>) -> R {
        self.replay(decision.records);
        decision.reply
    }

    fn start(&mut self, id: i32, previous_epoch: Option<i64>) -> BrokerEpoch {
        let registration = Registration {
            id: BrokerId(id),
            incarnation: Uuid::from_u128(self.next_offset as u128 + 1),
            endpoints: Vec::new(),
            features: Vec::new(),
            rack: None,
            directories: vec![Uuid::from_u128(1000 + id as u128)],
            previous_epoch: previous_epoch.map(BrokerEpoch),
        };
        let decision = self.machine().register_broker(registration, self.next_offset);
        let epoch = self.carry_out(decision);
        assert_eq!(self.image.brokers[&BrokerId(id)].epoch, epoch);
        let decision = self.machine().unfence_broker(BrokerId(id));
        self.carry_out(decision).unwrap();
        epoch
    }

    fn stop(&mut self, id: i32) {
        let decision = self.machine().begin_shutdown(BrokerId(id));
        self.carry_out(decision).unwrap();
        let decision = self.machine().fence_broker(BrokerId(id));
        self.carry_out(decision).unwrap();
    }

    fn create(&mut self, topics: Vec<NewTopic>, validate_only: bool) -> CreateTopicsReply {
        let mut draws = self.draws;
        let decision = self.machine().create_topics(topics, validate_only, &mut || {
            draws = draws.wrapping_add(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
            draws
        });
        self.draws = draws;
        self.carry_out(decision)
    }

    fn create_one(&mut self, topic: NewTopic) -> Result<CreatedTopic, Refusal> {
        self.create(vec![topic], false).remove(0).1
    }

    fn alter(&mut self, resource: ConfigResource, change: ConfigChange) -> Result<(), Refusal> {
        let decision = self.machine().alter_configs(vec![(resource, change)], false);
        self.carry_out(decision).remove(0).1
    }

    fn partition(&self, topic: &str, partition: i32) -> &PartitionImage {
        self.image.topics.partition(topic, PartitionId(partition)).unwrap()
    }
}

fn level(name: &str, feature_level: i16) -> MetadataRecord {
    kafkactl_core::schema::metadata::FeatureLevelRecord { name: name.to_owned(), feature_level }.into()
}

fn topic(name: &str, partitions: i32, replication_factor: i16) -> NewTopic {
    NewTopic { name: name.to_owned(), partitions, replication_factor, ..NewTopic::default() }
}

fn with_config(name: &str, config: &str, value: Option<&str>) -> NewTopic {
    let configs = vec![(config.to_owned(), value.map(str::to_owned))];
    NewTopic { configs, ..topic(name, 1, 1) }
}

fn assigned(name: &str, assignments: &[(i32, &[i32])]) -> NewTopic {
    let assignments = assignments
        .iter()
        .map(|(partition, replicas)| (*partition, replicas.iter().map(|&id| BrokerId(id)).collect()))
        .collect();
    NewTopic { assignments, ..topic(name, -1, -1) }
}

#[test]
fn wrong_topics_are_refused_and_the_others_created() {
    let mut world = World::new("num.partitions=4", &[1, 2]);
    world.create_one(topic("there.is", 1, 1)).unwrap();
    let cases = [
        (topic("there.is", 1, 1), ErrorCode::TopicAlreadyExists),
        (topic("there_is", 1, 1), ErrorCode::InvalidTopicException),
        (topic("", 1, 1), ErrorCode::InvalidTopicException),
        (topic("..", 1, 1), ErrorCode::InvalidTopicException),
        (topic("a/b", 1, 1), ErrorCode::InvalidTopicException),
        (topic(&"x".repeat(250), 1, 1), ErrorCode::InvalidTopicException),
        (topic("none", 0, 1), ErrorCode::InvalidPartitions),
        (topic("negative", -2, 1), ErrorCode::InvalidPartitions),
        (topic("no-replicas", 1, 0), ErrorCode::InvalidReplicationFactor),
        (topic("many-replicas", 1, 3), ErrorCode::InvalidReplicationFactor),
        (topic("__cluster_metadata", 1, 1), ErrorCode::InvalidRequest),
        (with_config("name", "no.such", Some("1")), ErrorCode::InvalidConfig),
        (with_config("value", "retention.ms", Some("soon")), ErrorCode::InvalidConfig),
        (with_config("null", "retention.ms", None), ErrorCode::InvalidConfig),
        (with_config("long", "retention.ms", Some(&"1".repeat(40_000))), ErrorCode::InvalidConfig),
        (with_config("lag", "min.compaction.lag.ms", Some("9223372036854775807")), ErrorCode::None),
        (with_config("tiered", "remote.storage.enable", Some("true")), ErrorCode::InvalidConfig),
        (assigned("gap", &[(1, &[1])]), ErrorCode::InvalidReplicaAssignment),
        (assigned("unknown", &[(0, &[8])]), ErrorCode::InvalidReplicaAssignment),
        (assigned("same", &[(0, &[1, 1])]), ErrorCode::InvalidReplicaAssignment),
        (assigned("uneven", &[(0, &[1, 2]), (1, &[1])]), ErrorCode::InvalidReplicaAssignment),
        (assigned("empty", &[(0, &[])]), ErrorCode::InvalidReplicaAssignment),
        (NewTopic { partitions: 1, ..assigned("both", &[(0, &[1])]) }, ErrorCode::InvalidRequest),
        (assigned("by-hand", &[(1, &[2, 1]), (0, &[1, 2])]), ErrorCode::None),
        (topic("defaults", -1, -1), ErrorCode::None),
    ];
    let expected: Vec<(String, ErrorCode)> =
        cases.iter().map(|(it, code)| (it.name.clone(), *code)).collect();
    let reply = world.create(cases.iter().map(|(topic, _)| topic.clone()).collect(), true);
    assert_eq!(world.image.topics.count(), 1, "nothing is created when only validating");
    let mut codes: Vec<(String, ErrorCode)> = reply
        .into_iter()
        .map(|(name, it)| (name, it.map_or_else(|it| it.code, |_| ErrorCode::None)))
        .collect();
    let sorted = |mut codes: Vec<(String, ErrorCode)>| {
        codes.sort();
        codes
    };
    assert_eq!(sorted(std::mem::take(&mut codes)), sorted(expected));

    world.create(cases.into_iter().map(|(topic, _)| topic).collect(), false);
    assert_eq!(world.image.topics.get("defaults").unwrap().partitions.len(), 4);
    assert_eq!(world.partition("by-hand", 1).replicas, [BrokerId(2), BrokerId(1)]);
    assert_eq!(world.partition("by-hand", 1).leader, BrokerId(2));
}

#[test]
fn a_request_is_one_name_one_topic_and_at_most_ten_thousand_partitions() {
    let mut world = World::new("", &[1]);
    let reply = world.create(vec![topic("twice", 1, 1), topic("once", 1, 1), topic("twice", 2, 1)], false);
    let names: Vec<(&str, bool)> = reply.iter().map(|(name, it)| (name.as_str(), it.is_ok())).collect();
    assert_eq!(names, [("once", true), ("twice", false)]);
    let reply = world.create(vec![topic("a", 9_999, 1), topic("b", 2, 1)], false);
    assert!(reply.iter().all(|(_, it)| it.as_ref().unwrap_err().code == ErrorCode::PolicyViolation));
}

/// Names that metrics cannot tell apart are refused where one exists already, and not within a request.
#[test]
fn colliding_names_are_judged_by_the_topics_that_exist() {
    let mut world = World::new("", &[1]);
    let pair = world.create(vec![topic("new.topic", 1, 1), topic("new_topic", 1, 1)], false);
    assert!(pair.iter().all(|(_, it)| it.is_ok()), "{pair:?}");
    world.create_one(topic("old.topic", 1, 1)).unwrap();
    let late = world.create_one(topic("old_topic", 1, 1)).unwrap_err();
    assert_eq!(late.code, ErrorCode::InvalidTopicException);
}

#[test]
fn deleted_topics_take_their_configs_along_and_come_back_as_others() {
    let mut world = World::new("", &[1]);
    let first = world.create_one(with_config("t", "retention.ms", Some("5"))).unwrap();
    let asked = [
        TopicRef::Name("t".to_owned()),
        TopicRef::Id(first.id),
        TopicRef::Name("nope".to_owned()),
        TopicRef::Id(TopicId::METADATA),
    ];
    let decision = world.machine().delete_topics(&asked);
    assert_eq!(decision.records.len(), 1, "the same topic is removed once");
    let reply = world.carry_out(decision);
    assert_eq!(reply[0].as_ref().unwrap().id, first.id);
    assert_eq!(reply[2].as_ref().unwrap_err().code, ErrorCode::UnknownTopicOrPartition);
    assert_eq!(reply[3].as_ref().unwrap_err().code, ErrorCode::UnknownTopicId);
    let second = world.create_one(topic("t", 1, 1)).unwrap();
    assert_ne!(first.id, second.id);
    assert!(world.image.topic_configs("t").is_empty());
}

#[test]
fn topics_grow() {
    let mut world = World::new("", &[1, 2]);
    world.create_one(topic("t", 2, 2)).unwrap();
    world.create_one(topic("u", 1, 1)).unwrap();
    let more = |topic: &str, count, assignments: Option<&[&[i32]]>| MorePartitions {
        topic: topic.to_owned(),
        count,
        assignments: assignments
            .map(|all| all.iter().map(|ids| ids.iter().map(|&id| BrokerId(id)).collect()).collect()),
    };
    let cases = [
        (more("nope", 2, None), ErrorCode::UnknownTopicOrPartition),
        (more("t", 2, None), ErrorCode::InvalidPartitions),
        (more("t", 1, None), ErrorCode::InvalidPartitions),
        (more("t", 4, Some(&[&[1, 2]])), ErrorCode::InvalidReplicaAssignment),
        (more("t", 3, Some(&[&[1]])), ErrorCode::InvalidReplicaAssignment),
        (more("t", 3, Some(&[&[1, 9]])), ErrorCode::InvalidReplicaAssignment),
        (more("t", 20_000, None), ErrorCode::PolicyViolation),
        (more("t", 3, Some(&[&[2, 1]])), ErrorCode::None),
        (more("t", 5, None), ErrorCode::None),
    ];
    for (asked, expected) in cases {
        let name = format!("{asked:?}");
        let decision = world.machine().create_partitions(vec![asked], false, &mut || 7);
        let reply = world.carry_out(decision);
        assert_eq!(reply[0].1.as_ref().map_or_else(|it| it.code, |()| ErrorCode::None), expected, "{name}");
    }
    assert_eq!(world.image.topics.get("t").unwrap().partitions.len(), 5);
    assert_eq!(world.partition("t", 2).leader, BrokerId(2));
    let twice = vec![more("u", 2, None), more("u", 3, None)];
    let reply = world.machine().create_partitions(twice, false, &mut || 7).reply;
    assert_eq!((reply.len(), reply[0].1.as_ref().unwrap_err().code), (1, ErrorCode::InvalidRequest));
}

#[test]
fn a_restart_raises_the_leader_epoch_by_two() {
    let mut world = World::new("", &[]);
    let mut epoch = world.start(1, None);
    world.create_one(topic("t", 1, 1)).unwrap();
    assert_eq!(world.partition("t", 0).leader_epoch.0, 0);

    world.stop(1);
    let stopped = world.partition("t", 0);
    assert_eq!((stopped.leader_epoch.0, stopped.has_leader()), (1, false));
    assert_eq!((&*stopped.elr, &*stopped.isr), (&[BrokerId(1)][..], &[][..]));
    assert!(world.image.brokers[&BrokerId(1)].is_fenced);
    epoch = world.start(1, Some(epoch.0));
    let started = world.partition("t", 0);
    assert_eq!((started.leader_epoch.0, started.leader, started.is_recovering), (2, BrokerId(1), false));
    assert_eq!((&*started.isr, started.elr.len(), started.last_known_elr.len()), (&[BrokerId(1)][..], 0, 0));

    // Killed: the broker is still unfenced when it registers again, and cannot name its last epoch.
    assert!(world.start(1, None) > epoch);
    let recovered = world.partition("t", 0);
    assert_eq!((recovered.leader_epoch.0, recovered.leader, recovered.is_recovering), (4, BrokerId(1), true));
    let decision = world.machine().finish_recovery(BrokerId(1));
    world.carry_out(decision);
    assert!(!world.partition("t", 0).is_recovering);
    assert_eq!(world.partition("t", 0).leader_epoch.0, 4);
}

#[test]
fn leaders_move_when_a_broker_stops_and_come_back_when_asked() {
    let mut world = World::new("", &[1, 2]);
    world.create_one(assigned("t", &[(0, &[1, 2]), (1, &[2, 1])])).unwrap();
    world.stop(1);
    assert_eq!(world.partition("t", 0).leader, BrokerId(2));
    assert_eq!(world.partition("t", 0).isr, [BrokerId(2)]);
    let elect = |world: &World, topic: &str, partition| {
        let asked = Some(vec![(TopicName::new(topic), vec![partition])]);
        world.machine().elect_leaders(Election::Preferred, asked).reply.remove(0).2.map_err(|it| it.code)
    };
    assert_eq!(elect(&world, "t", 0), Err(ErrorCode::PreferredLeaderNotAvailable));
    assert_eq!(elect(&world, "t", 1), Err(ErrorCode::ElectionNotNeeded));
    assert_eq!(elect(&world, "t", 9), Err(ErrorCode::UnknownTopicOrPartition));
    assert_eq!(elect(&world, "nope", 0), Err(ErrorCode::UnknownTopicOrPartition));
    world.stop(2);
    let unclean = world.machine().elect_leaders(Election::Unclean, None);
    assert_eq!(unclean.reply.len(), 2);
    assert!(
        unclean
            .reply
            .iter()
            .all(|it| it.2.as_ref().unwrap_err().code == ErrorCode::EligibleLeadersNotAvailable)
    );
    world.start(2, None);
    assert_eq!(world.partition("t", 0).leader, BrokerId(2), "the eligible one, though it had crashed before");
    assert!(world.machine().elect_leaders(Election::Unclean, None).reply.is_empty());
}

#[test]
fn configs_change_value_by_value_or_all_at_once() {
    let mut world = World::new("", &[1]);
    world.create_one(topic("t", 1, 1)).unwrap();
    let each = |name: &str, operation| ConfigChange::Each(vec![(name.to_owned(), operation)]);
    let set = |name: &str, value: &str| each(name, ConfigOperation::Set(value.to_owned()));
    let resource = |kind, name: &str| ConfigResource::new(kind, name);
    use ConfigOperation::{Append, Delete, Subtract};
    use ResourceKind::{Broker, BrokerLogger, ClientMetrics, Group, Topic};
    let cases = [
        (resource(Topic, "t"), set("retention.ms", "5"), ErrorCode::None),
        (resource(Topic, "t"), set("retention.ms", "soon"), ErrorCode::InvalidConfig),
        (resource(Topic, "t"), set("no.such", "5"), ErrorCode::InvalidConfig),
        (resource(Topic, "nope"), set("retention.ms", "5"), ErrorCode::UnknownTopicOrPartition),
        (resource(Topic, "t"), each("retention.ms", Append("5".to_owned())), ErrorCode::InvalidConfig),
        (resource(Topic, "t"), each("cleanup.policy", Append("compact".to_owned())), ErrorCode::None),
        (resource(Topic, "t"), each("cleanup.policy", Append("compact".to_owned())), ErrorCode::None),
        (resource(Topic, "t"), each("cleanup.policy", Subtract("delete".to_owned())), ErrorCode::None),
        (resource(Topic, "t"), each("flush.ms", Delete), ErrorCode::None),
        (resource(Broker, "1"), set("log.dirs", "/x"), ErrorCode::InvalidRequest),
        (resource(Broker, "1"), set("log.cleaner.threads", "2"), ErrorCode::None),
        (resource(Broker, "1"), set("min.insync.replicas", "1"), ErrorCode::InvalidConfig),
        (resource(Broker, ""), set("message.max.bytes", "5000"), ErrorCode::None),
        (resource(Broker, ""), set("listeners", "PLAINTEXT://:1"), ErrorCode::InvalidRequest),
        (resource(Broker, ""), each("min.insync.replicas", Delete), ErrorCode::InvalidConfig),
        (resource(Broker, "9"), set("message.max.bytes", "5000"), ErrorCode::BrokerIdNotRegistered),
        (resource(Broker, "x"), set("message.max.bytes", "5000"), ErrorCode::InvalidRequest),
        (resource(BrokerLogger, "1"), set("root", "INFO"), ErrorCode::InvalidRequest),
        (resource(Group, "g"), set("consumer.session.timeout.ms", "1"), ErrorCode::InvalidConfig),
        (resource(Group, "g"), set("consumer.session.timeout.ms", "50000"), ErrorCode::None),
        (resource(Group, "g"), set("streams.num.standby.replicas", "3"), ErrorCode::InvalidConfig),
        (resource(Group, ""), set("consumer.session.timeout.ms", "50000"), ErrorCode::InvalidRequest),
        (resource(ClientMetrics, "m"), set("interval.ms", "1"), ErrorCode::InvalidRequest),
        (resource(ClientMetrics, "m"), set("match", "client_id=a.*"), ErrorCode::None),
        (resource(ClientMetrics, "m"), set("match", "color=red"), ErrorCode::InvalidConfig),
    ];
    for (resource, change, expected) in cases {
        let name = format!("{resource:?} {change:?}");
        let outcome = world.alter(resource, change);
        assert_eq!(outcome.map_or_else(|it| it.code, |()| ErrorCode::None), expected, "{name}");
    }
    let texts = world.image.topic_configs("t");
    let pairs: Vec<(&str, &str)> =
        texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("cleanup.policy", "compact"), ("retention.ms", "5")]);

    let whole = ConfigChange::Whole([("flush.ms".to_owned(), "9".to_owned())].into());
    world.alter(ConfigResource::topic("t"), whole).unwrap();
    let texts = world.image.topic_configs("t");
    assert_eq!(texts.keys().collect::<Vec<_>>(), ["flush.ms"], "what is not named is reset (J63)");
}

#[test]
fn feature_levels_move_within_what_is_served() {
    let mut world = World::new("", &[1]);
    let update = |feature: &str, level, upgrade_type| FeatureUpdate {
        feature: feature.to_owned(),
        level,
        upgrade_type,
    };
    use UpgradeType::{SafeDowngrade, UnsafeDowngrade, Upgrade};
    let cases = [
        (update(METADATA_VERSION, 99, Upgrade), ErrorCode::InvalidUpdateVersion),
        (update(METADATA_VERSION, 29, Upgrade), ErrorCode::InvalidUpdateVersion),
        (update(METADATA_VERSION, 29, UnsafeDowngrade), ErrorCode::InvalidUpdateVersion),
        (update("kraft.version", 1, Upgrade), ErrorCode::InvalidUpdateVersion),
        (update("no.such", 1, Upgrade), ErrorCode::InvalidUpdateVersion),
        (update(ELIGIBLE_LEADER_REPLICAS, 0, Upgrade), ErrorCode::InvalidUpdateVersion),
        (update(ELIGIBLE_LEADER_REPLICAS, 0, SafeDowngrade), ErrorCode::None),
        (update(ELIGIBLE_LEADER_REPLICAS, 1, Upgrade), ErrorCode::None),
    ];
    for (asked, expected) in cases {
        let decision = world.machine().update_features(std::slice::from_ref(&asked), false);
        let outcome = world.carry_out(decision);
        assert_eq!(outcome.map_or_else(|it| it.code, |()| ErrorCode::None), expected, "{asked:?}");
    }
    // A level that a directory brought along stays, and may be lowered.
    world.replay(vec![level("transaction.version", 2)]);
    let lower = update("transaction.version", 1, SafeDowngrade);
    let decision = world.machine().update_features(&[lower], false);
    world.carry_out(decision).unwrap();
    assert_eq!(world.image.feature_level("transaction.version"), 1);
}

#[test]
fn producer_ids_are_given_out_once() {
    let mut world = World::new("", &[]);
    let epoch = world.start(1, None);
    let mut next = || {
        let decision = world.machine().allocate_producer_ids(BrokerId(1), epoch);
        world.carry_out(decision).unwrap()
    };
    assert_eq!((next(), next()), (0..1000, 1000..2000));
    let stale = world.machine().allocate_producer_ids(BrokerId(1), BrokerEpoch(epoch.0 - 1)).reply;
    assert_eq!(stale.unwrap_err().code, ErrorCode::StaleBrokerEpoch);
}

#[test]
fn internal_topics_fit_the_cluster() {
    let cases = [
        ("", 1, "__consumer_offsets", 50, 1),
        ("", 5, "__consumer_offsets", 50, 3),
        ("offsets.topic.replication.factor=2", 1, "__consumer_offsets", 50, 2),
        ("transaction.state.log.num.partitions=7", 2, "__transaction_state", 7, 2),
        ("num.partitions=9", 2, "orders", -1, -1),
    ];
    for (properties, live, name, partitions, replicas) in cases {
        let world = World::new(properties, &[]);
        let topic = auto_created(name, &world.settings, live);
        assert_eq!(
            (topic.partitions, topic.replication_factor),
            (partitions, replicas),
            "{properties} {name}"
        );
    }
    let mut world = World::new("", &[1]);
    let settings = world.settings.clone();
    world.create_one(auto_created("__consumer_offsets", &settings, 1)).unwrap();
    assert_eq!(world.image.topic_configs("__consumer_offsets")["cleanup.policy"], "compact");
}

#[test]
fn a_wrong_value_that_was_stored_can_be_taken_away() {
    let mut world = World::new("node.id=1", &[1]);
    let record = kafkactl_core::schema::metadata::ConfigRecord {
        resource_type: ResourceKind::Broker.code(),
        resource_name: "1".to_owned(),
        name: "log.cleaner.threads".to_owned(),
        value: Some("1500".to_owned()),
    };
    world.replay(vec![record.into()]);
    let own = || ConfigResource::broker(BrokerId(1));
    let change = |operation| ConfigChange::Each(vec![("log.cleaner.threads".to_owned(), operation)]);
    assert!(world.alter(own(), change(ConfigOperation::Set("1".to_owned()))).is_err());
    assert_eq!(world.alter(own(), change(ConfigOperation::Delete)), Ok(()));
    assert_eq!(world.alter(own(), change(ConfigOperation::Set("2".to_owned()))), Ok(()));
}

#[test]
fn what_lies_in_a_failed_directory_is_led_by_others_or_by_nobody() {
    let mut world = World::new("", &[1, 2]);
    world.create_one(assigned("both", &[(0, &[1, 2])])).unwrap();
    world.create_one(assigned("alone", &[(0, &[1])])).unwrap();
    let (failed, other) = (Uuid::from_u128(1001), Uuid::from_u128(5000));
    let online = |world: &mut World, directories: &[Uuid]| {
        let decision = world.machine().online_directories(BrokerId(1), directories.to_vec());
        world.carry_out(decision);
    };
    online(&mut world, &[failed, other]);
    assert_eq!(world.partition("both", 0).leader, BrokerId(1));
    online(&mut world, &[other]);
    let led_by_others = world.partition("both", 0);
    assert_eq!((led_by_others.leader, &*led_by_others.isr), (BrokerId(2), &[BrokerId(2)][..]));
    let alone = world.partition("alone", 0);
    assert_eq!((alone.has_leader(), &*alone.elr), (false, &[BrokerId(1)][..]));
    assert_eq!(world.image.offline_replicas(alone), [BrokerId(1)]);
    // The broker is up, but that helps nobody.
    let unclean = world.machine().elect_leaders(Election::Unclean, None);
    assert!(unclean.records.is_empty());

    // It lay elsewhere after all.
    let topic = world.image.topics.get("alone").unwrap().id;
    let decision = world.machine().assign_directories(BrokerId(1), &[(topic, PartitionId(0), other)]);
    world.carry_out(decision);
    let alone = world.partition("alone", 0);
    assert_eq!(
        (alone.leader, &*alone.isr, &*alone.directories),
        (BrokerId(1), &[BrokerId(1)][..], &[other][..])
    );
}
