//! Directories that get no new replicas, as the controller sees them (KIP-1066).

use super::*;

/// The only directory of a broker.
fn directory(id: i32) -> Uuid {
    Uuid::from_u128(1000 + id as u128)
}

fn cordon(world: &mut World, id: i32, directories: &[Uuid]) -> usize {
    let decision = world.machine().cordon_directories(BrokerId(id), directories.to_vec());
    let written = decision.records.len();
    world.carry_out(decision);
    written
}

#[test]
fn a_cordon_is_written_when_it_changes() {
    let mut world = World::new("", &[1]);
    let other = Uuid::from_u128(5000);
    for (broker, directories, records) in [
        (1, vec![], 0),
        (1, vec![directory(1)], 1),
        (1, vec![directory(1)], 0),
        (1, vec![directory(1), other], 1),
        (2, vec![directory(2)], 0),
        (1, vec![], 1),
    ] {
        assert_eq!(cordon(&mut world, broker, &directories), records, "{broker} {directories:?}");
    }
    cordon(&mut world, 1, &[directory(1)]);
    // A broker that starts again tells anew.
    world.start(1, None);
    assert!(world.image.brokers[&BrokerId(1)].cordoned_directories.is_empty());
}

#[test]
fn new_replicas_go_to_brokers_with_a_directory_for_them() {
    let mut world = World::new("", &[1, 2]);
    cordon(&mut world, 1, &[directory(1)]);
    world.create_one(topic("alone", 4, 1)).unwrap();
    for partition in 0..4 {
        assert_eq!(world.partition("alone", partition).replicas, [BrokerId(2)], "{partition}");
    }
    let refused = |result: Result<CreatedTopic, Refusal>| result.unwrap_err().code;
    assert_eq!(refused(world.create_one(topic("both", 1, 2))), ErrorCode::InvalidReplicationFactor);
    // Whoever names the broker means it.
    world.create_one(assigned("named", &[(0, &[1])])).unwrap();
    cordon(&mut world, 2, &[directory(2)]);
    assert_eq!(refused(world.create_one(topic("none", 1, 1))), ErrorCode::InvalidReplicationFactor);
    cordon(&mut world, 1, &[]);
    world.create_one(topic("again", 1, 1)).unwrap();
    assert_eq!(world.partition("again", 0).replicas, [BrokerId(1)]);
}

#[test]
fn older_metadata_cannot_say_it() {
    let mut world = World::new("node.id=1\nlog.dirs=/a", &[1]);
    let set = |value: &str| {
        ConfigChange::Each(vec![("cordoned.log.dirs".to_owned(), ConfigOperation::Set(value.to_owned()))])
    };
    let own = || ConfigResource::broker(BrokerId(1));
    assert_eq!(world.alter(own(), set("/a")), Ok(()));
    assert_eq!(world.alter(own(), set("/b")).unwrap_err().code, ErrorCode::InvalidRequest);
    world.replay(vec![level(METADATA_VERSION, 29)]);
    assert_eq!(world.alter(own(), set("*")).unwrap_err().code, ErrorCode::InvalidConfig);
    assert_eq!(cordon(&mut world, 1, &[directory(1)]), 0);
    let delete = vec![("cordoned.log.dirs".to_owned(), ConfigOperation::Delete)];
    assert_eq!(world.alter(own(), ConfigChange::Each(delete)), Ok(()));
}
