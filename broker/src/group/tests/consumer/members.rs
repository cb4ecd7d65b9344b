//! Members that come back, fall silent, or leave (G14, G16).

use super::*;
use ErrorCode::{
    FencedInstanceId, FencedMemberEpoch, GroupIdNotFound, GroupMaxSizeReached, NonEmptyGroup,
    UnknownMemberId, UnreleasedInstanceId,
};

/// Two members that share `orders`, settled in epoch 3.
fn two() -> Bench {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.beat(Beat::join("a", &["orders"])).unwrap();
    bench.pass_ms(2_000);
    bench.beat(Beat::join("b", &["orders"])).unwrap();
    let kept = bench.beat(Beat::of("a", 2)).unwrap().assignment.unwrap();
    bench.beat(Beat::of("a", 2).owning(&kept)).unwrap();
    bench.beat(Beat::of("b", 3)).unwrap();
    assert_eq!(bench.consumers_state(), ("Stable", 3));
    bench
}

#[test]
fn who_leaves_makes_room() {
    let mut bench = two();
    let reply = bench.beat(Beat::of("b", -1)).unwrap();
    assert_eq!((reply.epoch, reply.heartbeat_interval_ms, reply.assignment), (-1, 0, None));
    assert_eq!(bench.consumers_state(), ("Assigning", 4));
    assert_eq!(bench.beat(Beat::of("b", 3)), Err(UnknownMemberId));
    bench.pass_ms(1_000);
    let reply = bench.beat(Beat::of("a", 3)).unwrap();
    assert_eq!((reply.epoch, reply.assignment), (4, Some(all_of("orders", 4))));
    bench.beat(Beat::of("a", -1)).unwrap();
    assert_eq!(bench.consumers_state(), ("Empty", 5));
    bench.pass_ms(1_000);
    assert_eq!(bench.beat(Beat::join("a", &["orders"])).unwrap().epoch, 6, "epochs go on");
}

#[test]
fn g16_who_falls_silent_is_removed() {
    let mut bench = two();
    let session_ms = bench.settings.consumer_session_timeout_ms as u64;
    bench.pass_ms(session_ms - 1);
    bench.beat(Beat::of("a", 3)).unwrap();
    assert_eq!(bench.consumer_ids(), ["a", "b"]);
    bench.pass_ms(1);
    assert_eq!(bench.consumer_ids(), ["a"]);
    assert_eq!(bench.beat(Beat::of("b", 3)), Err(UnknownMemberId));
    assert_eq!(bench.beat(Beat::of("a", 3)).unwrap().assignment, Some(all_of("orders", 4)));
}

#[test]
fn g16_who_keeps_what_is_revoked_is_removed() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.beat(Beat { rebalance_ms: Some(10_000), ..Beat::join("a", &["orders"]) }).unwrap();
    bench.pass_ms(2_000);
    bench.beat(Beat::join("b", &["orders"])).unwrap();
    bench.beat(Beat::of("a", 2)).unwrap();
    for _ in 0..9 {
        bench.pass_ms(1_000);
        bench.beat(Beat::of("a", 2).owning(&all_of("orders", 4))).unwrap();
    }
    bench.pass_ms(999);
    assert_eq!(bench.consumer_ids(), ["a", "b"]);
    bench.pass_ms(1);
    assert_eq!(bench.consumer_ids(), ["b"], "its session lasts, its time to revoke does not");
    assert_eq!(bench.beat(Beat::of("a", 2)), Err(UnknownMemberId));
    bench.pass_ms(1_000);
    assert_eq!(bench.beat(Beat::of("b", 3)).unwrap().assignment, Some(all_of("orders", 4)));
}

#[test]
fn who_could_not_be_removed_is_removed_later() {
    let mut bench = two();
    bench.fails = Some(ErrorCode::NotEnoughReplicas);
    bench.pass_ms(bench.settings.consumer_session_timeout_ms as u64);
    assert_eq!((bench.fails, bench.consumer_ids().len()), (None, 2), "the log takes nothing");
    bench.pass_ms(1_000);
    assert!(bench.consumers().members.is_empty());
}

#[test]
fn g12_a_new_coordinator_gives_everybody_their_time() {
    let mut bench = two();
    let before = bench.consumers();
    bench.pass_ms(bench.settings.consumer_session_timeout_ms as u64 - 1);
    bench.failover();
    assert_eq!(bench.consumers(), before);
    bench.pass_ms(bench.settings.consumer_session_timeout_ms as u64 - 1);
    bench.beat(Beat::of("a", 3)).unwrap();
    bench.pass_ms(1);
    assert_eq!(bench.consumer_ids(), ["a"]);
}

#[test]
fn g14_an_instance_has_one_member() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.beat(Beat::join("a", &["orders"]).instance("i")).unwrap();
    for (beat, code) in [
        (Beat::join("b", &["orders"]).instance("i"), UnreleasedInstanceId),
        (Beat::of("b", 2).instance("i"), FencedInstanceId),
        (Beat::of("b", -1).instance("i"), FencedInstanceId),
        (Beat::of("b", -2).instance("i"), FencedInstanceId),
        (Beat::of("a", 2).instance("j"), UnknownMemberId),
        (Beat::of("a", 3).instance("i"), FencedMemberEpoch),
    ] {
        assert_eq!(bench.beat(beat.clone()), Err(code), "{beat:?}");
    }
    assert_eq!(bench.consumer_ids(), ["a"]);
}

#[test]
fn g14_a_static_member_finds_its_partitions_again() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.beat(Beat::join("a", &["orders"]).instance("i")).unwrap();
    let reply = bench.beat(Beat::of("a", -2).instance("i")).unwrap();
    assert_eq!((reply.epoch, reply.heartbeat_interval_ms), (-2, 0));
    assert_eq!(bench.consumer("a").epoch, -2);
    bench.pass_ms(2_000);
    let other = bench.beat(Beat::join("b", &["orders"])).unwrap();
    assert_eq!(other.assignment, Some(Assignment::new()), "what is the instance's stays its");

    let reply = bench.beat(Beat::join("c", &["orders"]).instance("i")).unwrap();
    assert_eq!(bench.consumer_ids(), ["b", "c"]);
    assert_eq!(reply.epoch, 3);
    let kept = reply.assignment.unwrap();
    assert_eq!(count_of(&kept), 2);
    assert_eq!(bench.beat(Beat::of("a", 2).instance("i")), Err(FencedInstanceId));
    assert_eq!(count_of(&bench.beat(Beat::of("b", 3)).unwrap().assignment.unwrap()), 2);
    assert_eq!(bench.consumers_state(), ("Stable", 3), "the instance was in the group all the time");
}

#[test]
fn g14_a_static_member_that_stays_away_is_removed() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.beat(Beat::join("a", &["orders"]).instance("i")).unwrap();
    bench.beat(Beat::of("a", -2).instance("i")).unwrap();
    bench.pass_ms(bench.settings.consumer_session_timeout_ms as u64);
    assert_eq!(bench.consumers_state().0, "Empty");
    bench.beat(Beat::join("b", &["orders"]).instance("i")).unwrap();
    bench.beat(Beat::of("b", -1).instance("i")).unwrap();
    assert_eq!(bench.consumers_state().0, "Empty", "a static member may leave for good");
}

#[test]
fn g14_a_full_group_takes_nobody() {
    let settings = GroupSettings { consumer_members_max: 2, ..defaults() };
    let mut bench = Bench::with_topics_and(settings, &[("orders", 4)]);
    bench.beat(Beat::join("a", &["orders"])).unwrap();
    bench.beat(Beat::join("b", &["orders"])).unwrap();
    let refusal = bench.beat_in_words(Beat::join("c", &["orders"])).unwrap_err();
    assert_eq!(refusal.code, GroupMaxSizeReached);
    assert!(refusal.message.contains("maximum capacity of 2 members"), "{}", refusal.message);
    bench.beat(Beat::join("a", &["orders"])).unwrap();
    bench.beat(Beat::of("b", -1)).unwrap();
    bench.beat(Beat::join("c", &["orders"])).unwrap();
}

#[test]
fn an_empty_group_is_deleted_and_one_with_members_is_not() {
    let mut bench = two();
    let delete = |bench: &mut Bench| bench.turn(|shard, turn| shard.delete(&GROUP.into(), turn));
    assert_eq!(delete(&mut bench), Err(NonEmptyGroup));
    bench.beat(Beat::of("a", -1)).unwrap();
    bench.beat(Beat::of("b", -1)).unwrap();
    assert_eq!(delete(&mut bench), Ok(()));
    assert_eq!(delete(&mut bench), Err(GroupIdNotFound));
    bench.failover();
    assert!(bench.shard.group_ids().is_empty(), "deleted in the log too");
}
