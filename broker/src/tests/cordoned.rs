//! `cordoned.log.dirs`: directories that get no new replicas, and keep those they have (KIP-1066).

use kafkactl_core::wire::messages::alter_replica_log_dirs_request::{
    AlterReplicaLogDir, AlterReplicaLogDirTopic,
};
use kafkactl_core::wire::messages::create_topics_request::CreatableTopic;
use kafkactl_core::wire::messages::{
    AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, CreateTopicsRequest, CreateTopicsResponse,
    DescribeLogDirsRequest, DescribeLogDirsResponse, TopicName,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::batch;
use super::disks::Disks;
use super::producing::produce;
use super::world::{Resource, World};

const THIS_BROKER: Resource<'_> = (4, "1");
const CORDONED: &str = "cordoned.log.dirs";

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

/// The code and the message.
fn create(world: &mut World, topic: &str) -> (ErrorCode, String) {
    let new = CreatableTopic::default()
        .with_name(TopicName(text(topic)))
        .with_num_partitions(1)
        .with_replication_factor(1);
    let request = CreateTopicsRequest::default().with_topics(vec![new]).with_timeout_ms(10_000);
    let response: CreateTopicsResponse = world.client.ask(ApiKey::CreateTopics, 7, &request);
    let message = response.topics[0].error_message.as_deref().unwrap_or_default().to_owned();
    (ErrorCode::from_code(response.topics[0].error_code).unwrap(), message)
}

/// Whether DescribeLogDirs calls `a` and `b` cordoned.
fn cordoned(world: &mut World) -> [bool; 2] {
    let request = DescribeLogDirsRequest::default().with_topics(None);
    let response: DescribeLogDirsResponse = world.client.ask(ApiKey::DescribeLogDirs, 5, &request);
    ["a", "b"].map(|name| {
        let is_it = |path: &str| path.rsplit_once('/').is_some_and(|(_, last)| last == name);
        response.results.iter().find(|dir| is_it(&dir.log_dir)).unwrap().is_cordoned
    })
}

fn move_to(world: &mut World, topic: &str, path: &str) -> ErrorCode {
    let topic = AlterReplicaLogDirTopic::default().with_name(TopicName(text(topic))).with_partitions(vec![0]);
    let dir = AlterReplicaLogDir::default().with_path(text(path)).with_topics(vec![topic]);
    let request = AlterReplicaLogDirsRequest::default().with_dirs(vec![dir]);
    let response: AlterReplicaLogDirsResponse = world.client.ask(ApiKey::AlterReplicaLogDirs, 2, &request);
    ErrorCode::from_code(response.results[0].partitions[0].error_code).unwrap()
}

#[test]
fn new_replicas_keep_out_of_cordoned_directories() {
    let disks = Disks::new();
    let mut world = disks.start(&[]);
    assert_eq!((disks.of_new(&mut world, "old"), cordoned(&mut world)), (vec!["a"], [false, false]));
    world.set(THIS_BROKER, CORDONED, &disks.name("a"));
    assert_eq!(cordoned(&mut world), [true, false]);
    assert_eq!(["t", "u", "v"].map(|topic| disks.of_new(&mut world, topic)), [["b"], ["b"], ["b"]]);
    assert_eq!(move_to(&mut world, "t", &disks.name("a")), ErrorCode::InvalidReplicaAssignment);
    // What lies there goes on.
    assert_eq!(produce(&mut world.client, "old", 0, batch(&["x"])).error_code, 0);

    world.set(THIS_BROKER, CORDONED, "*");
    assert_eq!(cordoned(&mut world), [true, true]);
    let (code, message) = create(&mut world, "none");
    assert_eq!(code, ErrorCode::InvalidReplicationFactor);
    assert!(message.contains("all their log directories cordoned"), "{message}");

    world.delete(THIS_BROKER, CORDONED);
    assert_eq!((disks.of_new(&mut world, "new"), cordoned(&mut world)), (vec!["a"], [false, false]));
}

#[test]
fn a_cordon_outlives_the_process_and_may_stand_in_the_file() {
    let disks = Disks::new();
    let mut world = disks.start(&[(CORDONED, "*")]);
    assert_eq!(create(&mut world, "none").0, ErrorCode::InvalidReplicationFactor);
    world.set(THIS_BROKER, CORDONED, &disks.name("a"));
    assert_eq!((disks.of_new(&mut world, "t"), cordoned(&mut world)), (vec!["b"], [true, false]));
    world.stop();
    let mut world = disks.start(&[]);
    assert_eq!((disks.of_new(&mut world, "u"), cordoned(&mut world)), (vec!["b"], [true, false]));
    let image = world.broker().metadata.image();
    let broker = image.brokers.values().next().unwrap();
    assert_eq!(broker.cordoned_directories, [broker.directories[0]]);
}

/// As Apache Kafka 4.3.1 answers them.
#[test]
fn what_is_no_data_directory_cannot_be_cordoned() {
    let disks = Disks::new();
    let mut world = disks.start(&[]);
    let (a, slash) = (disks.name("a"), format!("{}/", disks.name("a")));
    for (resource, value, expected) in [
        (THIS_BROKER, "/nowhere", ErrorCode::InvalidRequest),
        (THIS_BROKER, &slash, ErrorCode::InvalidRequest),
        (THIS_BROKER, &format!("*,{a}"), ErrorCode::InvalidRequest),
        (THIS_BROKER, &format!("{a},{a}"), ErrorCode::None),
        ((4, ""), &a, ErrorCode::InvalidRequest),
    ] {
        assert_eq!(world.alter(resource, CORDONED, Some(value)), expected, "{resource:?} {value}");
    }
    assert_eq!(cordoned(&mut world), [true, false]);
}
