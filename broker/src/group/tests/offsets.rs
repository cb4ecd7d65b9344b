//! Offsets: who may commit, what is fetched, when they go.

use super::*;

const TOPIC_ID: TopicId = TopicId(kafkactl_core::names::Uuid::from_u128(7));
const OTHER_ID: TopicId = TopicId(kafkactl_core::names::Uuid::from_u128(8));

#[test]
fn g19_who_may_commit() {
    let mut bench = Bench::new();
    for (version, error) in [(8, ErrorCode::IllegalGeneration), (9, ErrorCode::GroupIdNotFound)] {
        assert_eq!(bench.commit(Commit { version, ..Commit::simple(1).by("nobody", 1) }), Err(error));
    }
    assert_eq!(bench.state(), "Dead");
    assert_eq!(bench.commit(Commit::simple(1)), Ok(vec![Ok(())]), "a simple group appears");
    assert_eq!((bench.state(), bench.committed("topic")), ("Empty", 1));

    let mut bench = Bench::new();
    let member = bench.stable_one();
    for (commit, error) in [
        (Commit::simple(1), ErrorCode::UnknownMemberId),
        (Commit::simple(1).by("nobody", 1), ErrorCode::UnknownMemberId),
        (Commit::simple(1).by(&member, 0), ErrorCode::IllegalGeneration),
        (Commit::simple(1).by(&member, -1), ErrorCode::IllegalGeneration),
    ] {
        assert_eq!(bench.commit(commit), Err(error));
    }
}

#[test]
fn g19_commits_keep_the_session() {
    let mut bench = Bench::new();
    let member = bench.stable_one();
    for offset in 0..5 {
        bench.pass_ms(9_000);
        assert_eq!(bench.commit(Commit::simple(offset).by(&member, 1)), Ok(vec![Ok(())]));
    }
    bench.pass_ms(10_000);
    assert_eq!(bench.state(), "Empty");
}

#[test]
fn g19_metadata_is_counted_in_utf16_units() {
    let mut bench = Bench::new();
    for (metadata, outcome) in [
        ("m".repeat(4_096), Ok(())),
        ("m".repeat(4_097), Err(ErrorCode::OffsetMetadataTooLarge)),
        ("ü".repeat(4_096), Ok(())),
        ("😀".repeat(2_049), Err(ErrorCode::OffsetMetadataTooLarge)),
        ("m".repeat(10 << 20), Err(ErrorCode::OffsetMetadataTooLarge)),
    ] {
        assert_eq!(bench.commit(Commit { metadata, ..Commit::simple(1) }), Ok(vec![outcome]));
    }
}

#[test]
fn g21_what_is_not_committed_is_minus_one() {
    let mut bench = Bench::new();
    assert_eq!(bench.committed("topic"), -1);
    bench.commit(Commit { topic_id: TOPIC_ID, ..Commit::simple(5) }).unwrap();
    assert_eq!(bench.fetch("topic", TOPIC_ID, true), Ok(5));
    assert_eq!(bench.fetch("topic", OTHER_ID, true), Ok(-1), "committed for a topic of the same name");
    assert_eq!(bench.fetch("another", TopicId::ZERO, true), Ok(-1));
}

#[test]
fn f16_j48_pending_offsets_wait_for_their_marker() {
    let producer = ProducerId(9);
    for is_commit in [true, false] {
        let mut bench = Bench::new();
        bench.commit(Commit::simple(1)).unwrap();
        bench.commit(Commit { producer: Some(producer), ..Commit::simple(2) }).unwrap();
        assert_eq!(bench.fetch("topic", TopicId::ZERO, false), Ok(1));
        assert_eq!(bench.fetch("topic", TopicId::ZERO, true), Err(ErrorCode::UnstableOffsetCommit));
        bench.pass_ms(8 * 24 * 60 * 60 * 1_000);
        bench.clean();
        assert_eq!(bench.committed("topic"), 1, "not expired under an open transaction");
        bench.shard.replay_marker(producer, is_commit);
        assert_eq!(bench.fetch("topic", TopicId::ZERO, true), Ok(if is_commit { 2 } else { 1 }));
    }
}

#[test]
fn j48_the_later_commit_stands() {
    let mut bench = Bench::new();
    bench.commit(Commit { producer: Some(ProducerId(9)), ..Commit::simple(2) }).unwrap();
    bench.commit(Commit::simple(3)).unwrap();
    bench.shard.replay_marker(ProducerId(9), true);
    assert_eq!(bench.committed("topic"), 3);
}

#[test]
fn f16_transactional_commits_do_not_mind_the_rebalance() {
    let mut bench = Bench::new();
    let transactional = |commit: Commit| Commit { producer: Some(ProducerId(9)), ..commit };
    assert_eq!(bench.commit(transactional(Commit::simple(1).by("x", 3))), Err(ErrorCode::IllegalGeneration));
    let (member, ticket) = bench.enter(Join::new());
    bench.pass_ms(3_000);
    bench.joined(ticket);
    assert_eq!(bench.commit(transactional(Commit::simple(1))), Ok(vec![Ok(())]));
    assert_eq!(bench.commit(transactional(Commit::simple(1).by(&member, 1))), Ok(vec![Ok(())]));
    assert_eq!(
        bench.commit(transactional(Commit::simple(1).by(&member, 2))),
        Err(ErrorCode::IllegalGeneration)
    );
}

#[test]
fn g22_offsets_of_an_empty_group_age_from_when_it_became_empty() {
    let mut bench = Bench::new();
    let member = bench.stable_one();
    bench.commit(Commit::simple(1).by(&member, 1)).unwrap();
    for _ in 0..WEEK_MS / 9_000 {
        bench.pass_ms(9_000);
        bench.heartbeat(&member, 1).unwrap();
    }
    bench.leave(&[(&member, None)]);
    bench.pass_ms(WEEK_MS - 1);
    bench.clean();
    assert_eq!(bench.committed("topic"), 1);
    bench.pass_ms(1);
    bench.clean();
    assert_eq!((bench.committed("topic"), bench.state()), (-1, "Dead"));
    bench.failover();
    assert_eq!(bench.state(), "Dead");
}

#[test]
fn g22_a_stable_group_keeps_what_it_reads() {
    let mut bench = Bench::new();
    let member = bench.stable_one();
    bench.commit(Commit::simple(1).by(&member, 1)).unwrap();
    bench.commit(Commit { topic: "another", ..Commit::simple(2).by(&member, 1) }).unwrap();
    for _ in 0..=WEEK_MS / 9_000 {
        bench.pass_ms(9_000);
        bench.heartbeat(&member, 1).unwrap();
    }
    bench.clean();
    assert_eq!((bench.committed("topic"), bench.committed("another")), (1, -1));
    assert_eq!(bench.state(), "Stable");
}

#[test]
fn g22_offsets_of_simple_groups_age_from_their_commit() {
    let mut bench = Bench::new();
    bench.commit(Commit::simple(1)).unwrap();
    bench.pass_ms(WEEK_MS - 1);
    bench.commit(Commit { topic: "another", ..Commit::simple(2) }).unwrap();
    bench.pass_ms(1);
    bench.clean();
    assert_eq!((bench.committed("topic"), bench.committed("another")), (-1, 2));
}

#[test]
fn g22_an_expiry_of_the_clients_own_wins() {
    let mut bench = Bench::new();
    bench.commit(Commit { retention_ms: Some(5_000), ..Commit::simple(1) }).unwrap();
    bench.pass_ms(4_999);
    bench.clean();
    assert_eq!(bench.committed("topic"), 1);
    bench.pass_ms(1);
    bench.clean();
    assert_eq!((bench.committed("topic"), bench.state()), (-1, "Dead"));
}

#[test]
fn g22_a_group_without_members_and_offsets_goes() {
    let mut bench = Bench::new();
    let member = bench.stable_one();
    bench.clean();
    assert_eq!(bench.state(), "Stable");
    bench.leave(&[(&member, None)]);
    bench.clean();
    assert_eq!(bench.state(), "Dead");
    bench.join(Join::new());
    bench.clean();
    assert_eq!(bench.state(), "Empty", "a member is on its way in");
}

#[test]
fn g22_a_deleted_topic_takes_its_offsets_along() {
    let mut bench = Bench::new();
    bench.commit(Commit { topic_id: TOPIC_ID, ..Commit::simple(1) }).unwrap();
    bench.commit(Commit { topic: "another", topic_id: OTHER_ID, ..Commit::simple(2) }).unwrap();
    bench.turn(|shard, turn| shard.topic_deleted(&TopicName::new("topic"), OTHER_ID, turn));
    assert_eq!(bench.committed("topic"), 1, "another topic had the name");
    bench.turn(|shard, turn| shard.topic_deleted(&TopicName::new("topic"), TOPIC_ID, turn));
    assert_eq!((bench.committed("topic"), bench.committed("another")), (-1, 2));
}

#[test]
fn g23_only_groups_without_members_are_deleted() {
    let mut bench = Bench::new();
    let delete = |bench: &mut Bench| bench.turn(|shard, turn| shard.delete(&GROUP.into(), turn));
    assert_eq!(delete(&mut bench), Err(ErrorCode::GroupIdNotFound));
    let member = bench.stable_one();
    bench.commit(Commit::simple(1).by(&member, 1)).unwrap();
    assert_eq!(delete(&mut bench), Err(ErrorCode::NonEmptyGroup));
    bench.leave(&[(&member, None)]);
    assert_eq!(delete(&mut bench), Ok(()));
    assert_eq!((bench.state(), bench.committed("topic")), ("Dead", -1));
    bench.failover();
    assert_eq!((bench.state(), bench.committed("topic")), ("Dead", -1), "J48: durable");
}

#[test]
fn g23_j49_offsets_of_topics_that_are_read_stay() {
    let mut bench = Bench::new();
    let delete = |bench: &mut Bench| {
        let partitions =
            [(TopicName::new("topic"), PartitionId(0)), (TopicName::new("another"), PartitionId(0))];
        bench.turn(|shard, turn| shard.delete_offsets(&GROUP.into(), &partitions, turn))
    };
    assert_eq!(delete(&mut bench), Err(ErrorCode::GroupIdNotFound));
    let member = bench.stable_one();
    bench.commit(Commit { topic: "another", ..Commit::simple(2).by(&member, 1) }).unwrap();
    assert_eq!(delete(&mut bench), Ok(vec![Err(ErrorCode::GroupSubscribedToTopic), Ok(())]));
    assert_eq!(bench.committed("another"), -1);
    bench.leave(&[(&member, None)]);
    assert_eq!(delete(&mut bench), Ok(vec![Ok(()), Ok(())]));
}

#[test]
fn j49_subscriptions_that_cannot_be_read_count_as_everything() {
    for (protocol_type, expected) in [
        ("consumer", Ok(vec![Err(ErrorCode::GroupSubscribedToTopic)])),
        ("connect", Err(ErrorCode::NonEmptyGroup)),
    ] {
        let mut bench = Bench::new();
        let join =
            Join { protocol_type, ..Join::new() }.metadata(Bytes::from_static(b"\0\0\x7f\xff\xff\xff"));
        bench.enter(join);
        bench.pass_ms(3_000);
        let partitions = [(TopicName::new("topic"), PartitionId(0))];
        let outcome = bench.turn(|shard, turn| shard.delete_offsets(&GROUP.into(), &partitions, turn));
        assert_eq!(outcome, expected, "{protocol_type}");
    }
}

const WEEK_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
