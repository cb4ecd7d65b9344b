//! Moves to other brokers: what is refused, how they begin, end and are called off.

use kafkactl_core::schema::metadata::PartitionChangeRecord;

use super::*;
use crate::cluster::image::NO_LEADER_CHANGE;

/// The longest words a refusal may take, as a request can have thousands of them.
const WORDS_BYTES_MAX: usize = 64;

fn brokers(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().map(|&id| BrokerId(id)).collect()
}

impl World {
    fn reassign(&mut self, topic: &str, partition: i32, replicas: Option<&[i32]>) -> ErrorCode {
        self.reassign_within(topic, partition, replicas, true)
    }

    fn reassign_within(
        &mut self,
        topic: &str,
        partition: i32,
        replicas: Option<&[i32]>,
        may_change_count: bool,
    ) -> ErrorCode {
        let wanted = Reassignment { partition, replicas: replicas.map(brokers) };
        let decision = self.machine().reassign(&[(TopicName::new(topic), vec![wanted])], may_change_count);
        match self.carry_out(decision).remove(0).remove(0) {
            Ok(()) => ErrorCode::None,
            Err(Refusal { code, message }) => {
                assert!(message.is_none_or(|words| words.len() <= WORDS_BYTES_MAX), "{topic}-{partition}");
                code
            }
        }
    }

    fn assignment(&self, topic: &str, partition: i32) -> (Vec<i32>, Vec<i32>, Vec<i32>, Vec<i32>) {
        let ids = |brokers: &[BrokerId]| brokers.iter().map(|id| id.0).collect();
        let image = self.partition(topic, partition);
        (ids(&image.replicas), ids(&image.adding), ids(&image.removing), ids(&image.isr))
    }

    /// Topic and partition of what is under way.
    fn under_way(&self, asked: Option<&[(&str, &[i32])]>) -> Vec<(String, i32)> {
        let asked: Option<Vec<_>> =
            asked.map(|asked| asked.iter().map(|(topic, it)| (TopicName::new(topic), it.to_vec())).collect());
        let told = self.machine().reassignments(asked.as_deref()).into_iter();
        told.flat_map(|(topic, partitions)| {
            partitions.into_iter().map(move |(partition, _)| (topic.to_string(), partition.0))
        })
        .collect()
    }
}

#[test]
fn moves_that_cannot_be_are_refused() {
    let mut world = World::new("", &[1, 2]);
    world.create_one(assigned("t", &[(0, &[1, 2])])).unwrap();
    let long = "n".repeat(i16::MAX as usize);
    let cases: [(&str, i32, Option<&[i32]>, ErrorCode); 9] = [
        ("nope", 0, Some(&[1]), ErrorCode::UnknownTopicOrPartition),
        (&long, 0, None, ErrorCode::UnknownTopicOrPartition),
        ("t", 1, Some(&[1]), ErrorCode::UnknownTopicOrPartition),
        ("t", -1, None, ErrorCode::UnknownTopicOrPartition),
        ("t", 0, Some(&[]), ErrorCode::InvalidReplicaAssignment),
        ("t", 0, Some(&[1, 1]), ErrorCode::InvalidReplicaAssignment),
        ("t", 0, Some(&[1, 9]), ErrorCode::InvalidReplicaAssignment),
        ("t", 0, Some(&[-1]), ErrorCode::InvalidReplicaAssignment),
        ("t", 0, None, ErrorCode::NoReassignmentInProgress),
    ];
    for (topic, partition, replicas, expected) in cases {
        assert_eq!(world.reassign(topic, partition, replicas), expected, "{partition} {replicas:?}");
    }
    assert_eq!(world.reassign_within("t", 0, Some(&[1]), false), ErrorCode::InvalidReplicationFactor);
    assert_eq!(world.assignment("t", 0).0, [1, 2]);
}

/// A name is neither copied nor told for each partition.
#[test]
fn many_partitions_of_a_long_name_cost_its_length_once() {
    let world = World::new("", &[1]);
    let name = TopicName::new(&"n".repeat(i16::MAX as usize));
    let results =
        world.machine().elect_leaders(Election::Preferred, Some(vec![(name, vec![0; 1_000])])).reply;
    assert_eq!(results.len(), 1_000);
    assert!(results.iter().all(|(topic, ..)| std::ptr::eq(topic.as_str(), results[0].0.as_str())));
    let refusals = results.iter().map(|(.., outcome)| outcome.as_ref().unwrap_err());
    assert!(refusals.into_iter().all(|it| it.message.as_ref().unwrap().len() <= WORDS_BYTES_MAX));
}

#[test]
fn to_be_where_it_is_takes_no_record_and_another_order_no_move() {
    let mut world = World::new("", &[1, 2]);
    world.create_one(assigned("t", &[(0, &[1, 2])])).unwrap();
    let wanted = Reassignment { partition: 0, replicas: Some(brokers(&[1, 2])) };
    let decision = world.machine().reassign(&[(TopicName::new("t"), vec![wanted])], false);
    assert_eq!((decision.records, decision.reply), (vec![], vec![vec![Ok(())]]));

    let epoch = world.partition("t", 0).leader_epoch;
    assert_eq!(world.reassign("t", 0, Some(&[2, 1])), ErrorCode::None);
    assert_eq!(world.assignment("t", 0), (vec![2, 1], vec![], vec![], vec![1, 2]));
    let moved = world.partition("t", 0);
    assert_eq!((moved.leader, moved.leader_epoch), (BrokerId(1), epoch));
    assert_eq!(
        moved.directories,
        [Uuid::from_u128(1002), Uuid::from_u128(1001)],
        "each replica keeps its own"
    );
    assert!(world.under_way(None).is_empty());
}

#[test]
fn a_move_waits_for_who_comes_and_can_be_called_off() {
    let mut world = World::new("", &[1, 2]);
    world.create_one(assigned("t", &[(0, &[1]), (1, &[1])])).unwrap();
    world.stop(2);
    assert_eq!(world.reassign("t", 1, Some(&[2])), ErrorCode::None);
    assert_eq!(world.assignment("t", 1), (vec![2, 1], vec![2], vec![1], vec![1]));
    let moving = world.partition("t", 1);
    assert_eq!((moving.leader, moving.leader_epoch.0), (BrokerId(1), 0));
    assert_eq!(moving.directories, [Uuid::from_u128(1002), Uuid::from_u128(1001)]);

    let moving = vec![("t".to_owned(), 1)];
    assert_eq!(world.under_way(None), moving);
    let asked: &[(&str, &[i32])] = &[("nope", &[0]), ("t", &[7, 1, 0, 1]), ("t", &[1])];
    assert_eq!(world.under_way(Some(asked)), moving, "told once");
    assert!(world.under_way(Some(&[("t", &[0])])).is_empty());
    assert!(world.under_way(Some(&[])).is_empty());
    assert_eq!(world.reassign_within("t", 1, Some(&[1, 2]), false), ErrorCode::InvalidReplicationFactor);

    assert_eq!(world.reassign("t", 1, None), ErrorCode::None);
    assert_eq!(world.assignment("t", 1), (vec![1], vec![], vec![], vec![1]));
    let back = world.partition("t", 1);
    assert_eq!((back.leader, back.leader_epoch.0), (BrokerId(1), 1), "who held it meanwhile hears of it");
    assert!(world.under_way(None).is_empty());
}

/// What Apache Kafka 4.3.1 wrote when brokers 0 and 1 of three were left and it was asked for the same.
#[test]
fn records_are_those_that_kafka_writes() {
    let mut world = World::new("", &[0, 1, 2]);
    let topics: [(&str, &[i32]); 4] = [("a", &[2, 0]), ("b", &[0]), ("c", &[0, 1, 2]), ("d", &[0, 1])];
    for (name, replicas) in topics {
        world.create_one(assigned(name, &[(0, replicas)])).unwrap();
    }
    world.stop(2);
    /// Leader, replicas, those that come, those that go.
    type Expected<'a> = (Option<i32>, &'a [i32], Option<&'a [i32]>, Option<&'a [i32]>);
    let cases: [(&str, Option<&[i32]>, Expected<'_>); 6] = [
        ("a", Some(&[0]), (Some(0), &[0], None, None)),
        ("b", Some(&[2]), (None, &[2, 0], Some(&[2]), Some(&[0]))),
        ("c", Some(&[0, 1]), (Some(0), &[0, 1], None, None)),
        ("d", Some(&[1, 0]), (None, &[1, 0], None, None)),
        ("b", Some(&[0, 2]), (None, &[0, 2], None, None)),
        ("b", None, (Some(0), &[0], Some(&[]), Some(&[]))),
    ];
    for (topic, replicas, (leader, held_by, adding, removing)) in cases {
        let wanted = Reassignment { partition: 0, replicas: replicas.map(brokers) };
        let decision = world.machine().reassign(&[(TopicName::new(topic), vec![wanted])], true);
        let expected = PartitionChangeRecord {
            topic_id: world.image.topics.get(topic).unwrap().id.0,
            partition_id: 0,
            leader: leader.unwrap_or(NO_LEADER_CHANGE),
            replicas: Some(held_by.to_vec()),
            adding_replicas: adding.map(<[i32]>::to_vec),
            removing_replicas: removing.map(<[i32]>::to_vec),
            directories: Some(held_by.iter().map(|id| Uuid::from_u128(1000 + *id as u128)).collect()),
            leader_recovery_state: -1,
            ..PartitionChangeRecord::default()
        };
        assert_eq!(decision.records, [expected.into()], "{topic} to {replicas:?}");
        world.carry_out(decision);
    }
}

#[test]
fn a_broker_that_is_gone_for_good_is_taken_out_at_once() {
    let mut world = World::new("", &[1, 2]);
    world.create_one(assigned("t", &[(0, &[2, 1])])).unwrap();
    world.stop(2);
    assert_eq!(world.reassign("t", 0, Some(&[1])), ErrorCode::None);
    assert_eq!(world.assignment("t", 0), (vec![1], vec![], vec![], vec![1]));
    assert_eq!(world.partition("t", 0).directories, [Uuid::from_u128(1001)]);
    assert!(world.under_way(None).is_empty());
}

#[test]
fn calling_off_loses_no_records_unless_the_topic_says_so() {
    let mut world = World::new("", &[1, 2]);
    for (name, unclean) in [("careful", "false"), ("careless", "true")] {
        let configs = vec![("unclean.leader.election.enable".to_owned(), Some(unclean.to_owned()))];
        world.create_one(NewTopic { configs, ..assigned(name, &[(0, &[1])]) }).unwrap();
        // As a larger cluster may leave it: the one that came is the only one in sync.
        let topic_id = world.image.topics.get(name).unwrap().id.0;
        let change = PartitionChangeRecord {
            topic_id,
            partition_id: 0,
            replicas: Some(vec![2, 1]),
            adding_replicas: Some(vec![2]),
            removing_replicas: Some(vec![1]),
            isr: Some(vec![2]),
            leader: 2,
            leader_recovery_state: -1,
            ..Default::default()
        };
        world.replay(vec![change.into()]);
    }
    assert_eq!(world.reassign("careful", 0, None), ErrorCode::InvalidReplicaAssignment);
    assert_eq!(world.reassign("careless", 0, None), ErrorCode::None);
    assert_eq!(world.assignment("careless", 0), (vec![1], vec![], vec![], vec![1]));
    assert_eq!(world.partition("careless", 0).leader, BrokerId(1));
}

#[test]
fn one_request_changes_so_many_partitions_and_no_more() {
    let mut world = World::new("", &[1, 2]);
    world.create_one(assigned("t", &[(0, &[1, 2])])).unwrap();
    let wanted = |replicas: &[i32]| Reassignment { partition: 0, replicas: Some(brokers(replicas)) };
    let mut asked = vec![wanted(&[2, 1]); 10_001];
    asked.push(wanted(&[1, 2]));
    let decision = world.machine().reassign(&[(TopicName::new("t"), asked)], true);
    assert_eq!(decision.records.len(), 10_000);
    let codes: Vec<_> = decision.reply[0].iter().map(|it| it.as_ref().err().map(|it| it.code)).collect();
    assert_eq!(codes[9_999..], [None, Some(ErrorCode::UnknownServerError), None]);
}
