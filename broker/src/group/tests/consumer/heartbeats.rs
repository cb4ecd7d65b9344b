//! What a heartbeat may say, and what its answer tells (G13–G16, J51).

use super::*;
use ErrorCode::{
    FencedMemberEpoch, GroupIdNotFound, InvalidRegularExpression, InvalidRequest, NotEnoughReplicas,
    StaleMemberEpoch, UnknownMemberId, UnsupportedAssignor, UnsupportedVersion,
};

/// A stable group of the member `a`, which has all four partitions of `orders`.
fn alone() -> (Bench, i32) {
    let mut bench = Bench::with_topics(&[("orders", 4), ("users", 2)]);
    let reply = bench.beat(Beat::join("a", &["orders"])).unwrap();
    assert_eq!(reply.assignment, Some(all_of("orders", 4)));
    assert_eq!(bench.consumers_state(), ("Stable", reply.epoch));
    (bench, reply.epoch)
}

#[test]
fn g13_requests_that_make_no_sense() {
    let join = || Beat::join("a", &["orders"]);
    for (beat, code) in [
        (Beat { member: String::new(), ..join() }, InvalidRequest),
        (Beat { member: " ".into(), ..join() }, InvalidRequest),
        (Beat { version: 0, member: String::new(), epoch: 1, ..join() }, InvalidRequest),
        (Beat { version: 0, member: String::new(), epoch: -1, ..join() }, InvalidRequest),
        (Beat { group: "", ..join() }, InvalidRequest),
        (Beat { instance: Some(String::new()), ..join() }, InvalidRequest),
        (Beat { rack: Some(""), ..join() }, InvalidRequest),
        (Beat { rebalance_ms: None, ..join() }, InvalidRequest),
        (Beat { owned: None, ..join() }, InvalidRequest),
        (join().owning(&all_of("orders", 1)), InvalidRequest),
        (Beat { topics: None, ..join() }, InvalidRequest),
        (Beat { epoch: -2, ..join() }, InvalidRequest),
        (Beat { epoch: -3, ..join() }, InvalidRequest),
        (Beat { epoch: i32::MIN, ..join() }, InvalidRequest),
        (Beat { assignor: Some("sticky"), ..join() }, UnsupportedAssignor),
        (Beat { assignor: Some(""), ..join() }, UnsupportedAssignor),
        (Beat { topics: None, ..join() }.regex("("), InvalidRegularExpression),
    ] {
        let mut bench = Bench::with_topics(&[("orders", 4)]);
        assert_eq!(bench.beat(beat.clone()).map(drop), Err(code), "{beat:?}");
        assert!(bench.log.is_empty() && bench.shard.group_ids().is_empty(), "{beat:?} left something");
    }
}

#[test]
fn g14_a_member_shows_who_it_is() {
    for (beat, code) in [
        (Beat::of("a", 3), FencedMemberEpoch),
        (Beat::of("a", i32::MAX), FencedMemberEpoch),
        (Beat::of("a", 1), FencedMemberEpoch),
        (Beat::of("b", 2), UnknownMemberId),
        (Beat::of("b", -1), UnknownMemberId),
        (Beat::of("a", 2).instance("i"), UnknownMemberId),
        (Beat::of("a", -2).instance("i"), UnknownMemberId),
        (Beat { group: "other", ..Beat::of("a", 2) }, GroupIdNotFound),
        (Beat { group: "other", ..Beat::of("a", -1) }, GroupIdNotFound),
    ] {
        let (mut bench, epoch) = alone();
        assert_eq!(epoch, 2, "a group's first epoch with members");
        let before = bench.log.len();
        assert_eq!(bench.beat(beat.clone()).map(drop), Err(code), "{beat:?}");
        assert_eq!(bench.log.len(), before, "{beat:?} changed something");
    }
}

#[test]
fn g13_version_0_gets_its_id_from_the_coordinator() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    let join = Beat { version: 0, member: String::new(), ..Beat::join("", &["orders"]) };
    let reply = bench.beat(join).unwrap();
    assert!(!reply.member.is_empty());
    assert_eq!(bench.consumer_ids(), [reply.member.as_str()]);
    assert_eq!(bench.beat(Beat { version: 0, ..Beat::of(reply.member.as_str(), 2) }).unwrap().epoch, 2);
}

/// The answer with the new epoch was lost: the member comes with the one before, and has no more than it was given.
#[test]
fn j51_a_repeated_heartbeat_fences_nobody() {
    let join_of_two = || {
        let mut bench = Bench::with_topics(&[("orders", 4)]);
        bench.beat(Beat::join("a", &["orders"])).unwrap();
        bench.pass_ms(2_000);
        bench.beat(Beat::join("b", &["orders"])).unwrap();
        let kept = bench.beat(Beat::of("a", 2)).unwrap().assignment.unwrap();
        assert_eq!(bench.beat(Beat::of("a", 2).owning(&kept)).unwrap().epoch, 3);
        (bench, kept)
    };
    let (mut bench, kept) = join_of_two();
    let again = bench.beat(Beat::of("a", 2).owning(&kept)).unwrap();
    assert_eq!((again.epoch, again.assignment), (3, None));
    for beat in
        [Beat::of("a", 2), Beat::of("a", 1).owning(&kept), Beat::of("a", 2).owning(&all_of("orders", 4))]
    {
        let (mut bench, _) = join_of_two();
        assert_eq!(bench.beat(beat.clone()), Err(FencedMemberEpoch), "{beat:?}");
    }
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    let (first, second) =
        (bench.beat(Beat::join("a", &["orders"])), bench.beat(Beat::join("a", &["orders"])));
    assert_eq!(first, second, "a join that comes twice");
}

#[test]
fn g15_the_assignment_is_told_when_there_is_news_or_the_member_says_everything() {
    let (mut bench, epoch) = alone();
    let interval_ms = bench.settings.consumer_heartbeat_interval_ms;
    let all = all_of("orders", 4);
    let full = || Beat { epoch, ..Beat::join("a", &["orders"]) }.owning(&all);
    for (beat, assignment) in [
        (Beat::of("a", epoch), None),
        (Beat::of("a", epoch).owning(&all), None),
        (Beat::of("a", epoch).topics(&["orders"]), None),
        (full(), Some(all.clone())),
        (Beat { epoch: 0, owned: Some(Assignment::new()), ..full() }, Some(all.clone())),
    ] {
        let reply = bench.beat(beat.clone()).unwrap();
        assert_eq!(reply.assignment, assignment, "{beat:?}");
        assert_eq!((reply.epoch, reply.heartbeat_interval_ms), (epoch, interval_ms));
    }
    let reply = bench.beat(Beat::of("a", epoch).topics(&[])).unwrap();
    assert_eq!(
        reply.assignment,
        Some(Assignment::new()),
        "everything is taken away, which is not `unchanged`"
    );
}

#[test]
fn g16_partitions_are_given_up_before_they_are_given_away() {
    let (mut bench, _) = alone();
    bench.pass_ms(2_000);
    let b = bench.beat(Beat::join("b", &["orders"])).unwrap();
    assert_eq!((b.epoch, b.assignment), (3, Some(Assignment::new())), "nothing is free");
    assert_eq!(bench.consumers_state(), ("Reconciling", 3));

    let a = bench.beat(Beat::of("a", 2)).unwrap();
    let kept = a.assignment.unwrap();
    assert_eq!((a.epoch, count_of(&kept)), (2, 2), "the old epoch until what is revoked is given up");
    assert_eq!(bench.beat(Beat::of("b", 3)).unwrap().assignment, None);
    assert_eq!(bench.beat(Beat::of("a", 2)).unwrap().epoch, 2, "said nothing");
    assert_eq!(bench.beat(Beat::of("a", 2).owning(&all_of("orders", 4))).unwrap().epoch, 2, "has it still");

    assert_eq!(bench.beat(Beat::of("a", 2).owning(&kept)).unwrap().epoch, 3);
    let given = bench.beat(Beat::of("b", 3)).unwrap().assignment.unwrap();
    assert_eq!(count_of(&given), 2);
    let mut both = kept;
    given.into_iter().for_each(|(topic, partitions)| both.entry(topic).or_default().extend(partitions));
    assert_eq!(both, all_of("orders", 4));
    assert_eq!(bench.consumers_state(), ("Stable", 3));
}

#[test]
fn g16_the_group_moves_on_when_what_it_reads_changes() {
    let (mut bench, _) = alone();
    let steps: [(&str, &dyn Fn(&mut Bench), Assignment); 5] = [
        ("partitions are added", &|bench| bench.make_topic("orders", 6), all_of("orders", 6)),
        ("a topic nobody reads", &|bench| bench.make_topic("noise", 1), all_of("orders", 6)),
        ("the topic goes", &|bench| bench.delete_topic("orders"), Assignment::new()),
        ("and comes back", &|bench| bench.make_topic("orders", 3), all_of("orders", 3)),
        ("time passes", &|_| (), all_of("orders", 3)),
    ];
    let mut epoch = 2;
    let mut owned = all_of("orders", 4);
    for (what, change, expected) in steps {
        change(&mut bench);
        bench.pass_ms(2_000);
        // What is taken away is given up with the next heartbeat.
        for _ in 0..3 {
            let reply = bench.beat(Beat::of("a", epoch).owning(&owned)).unwrap();
            owned = reply.assignment.unwrap_or(owned);
            epoch = reply.epoch;
        }
        assert_eq!(owned, expected, "{what}");
        assert_eq!(bench.consumers_state(), ("Stable", epoch), "{what}");
    }
    assert_eq!(epoch, 5, "one epoch for each change of what is read");
}

#[test]
fn g16_a_member_changes_its_mind() {
    let (mut bench, epoch) = alone();
    bench.pass_ms(2_000);
    let reply = bench.beat(Beat::of("a", epoch).topics(&["users"])).unwrap();
    assert_eq!((reply.epoch, reply.assignment), (epoch, Some(Assignment::new())), "first it gives up");
    let reply = bench.beat(Beat::of("a", epoch).owning(&Assignment::new())).unwrap();
    assert_eq!((reply.epoch, reply.assignment), (epoch + 1, Some(all_of("users", 2))));
    assert_eq!(bench.consumer("a").subscription.topics, BTreeSet::from(["users".into()]));
}

#[test]
fn kip_1263_targets_are_made_no_oftener_than_the_interval() {
    let (mut bench, _) = alone();
    let reply = bench.beat(Beat::join("b", &["orders"])).unwrap();
    assert_eq!((reply.epoch, reply.assignment), (2, Some(Assignment::new())), "the target of before");
    assert_eq!(bench.consumers_state(), ("Assigning", 3));
    assert_eq!(bench.beat(Beat::of("b", 2)).unwrap().epoch, 2);
    bench.pass_ms(bench.settings.consumer_assignment_interval_ms as u64);
    assert_eq!(bench.beat(Beat::of("b", 2)).unwrap().epoch, 3, "any member's heartbeat makes the next");
    assert_eq!(bench.consumers_state(), ("Reconciling", 3));
}

#[test]
fn the_assignor_most_members_name_assigns() {
    let mut bench = Bench::with_topics(&[("orders", 4), ("users", 4)]);
    for (member, assignor) in
        [("a", Some("range")), ("b", None), ("c", Some("uniform")), ("d", Some("range"))]
    {
        bench.beat(Beat { assignor, ..Beat::join(member, &["orders", "users"]) }).unwrap();
    }
    assert_eq!(bench.consumers().assignor.name(), "range");
    bench.pass_ms(2_000);
    bench.beat(Beat { assignor: Some("uniform"), ..Beat::of("d", 2) }).unwrap();
    assert_eq!(bench.consumers().assignor.name(), "uniform");
}

/// The answer of a heartbeat whose records could not be stored never leaves; its member asks again. A target that
/// cannot be stored, perhaps because it is too large, is not made anew by every heartbeat.
#[test]
fn a_failed_append_changes_nothing() {
    let (mut bench, epoch) = alone();
    bench.pass_ms(2_000);
    bench.fails = Some(NotEnoughReplicas);
    bench.beat(Beat::join("b", &["orders"])).unwrap();
    assert_eq!(bench.consumer_ids(), ["a"]);
    assert_eq!(bench.consumers_state(), ("Stable", epoch));
    assert_eq!(bench.beat(Beat::of("b", 3)), Err(UnknownMemberId));
    assert_eq!(bench.beat(Beat::join("b", &["orders"])).unwrap().epoch, epoch);
    assert_eq!(bench.consumers_state(), ("Assigning", 3));
    bench.pass_ms(1_000);
    assert_eq!(bench.beat(Beat::of("b", epoch)).unwrap().epoch, 3);
    assert_eq!(bench.consumers_state(), ("Reconciling", 3));
}

#[test]
fn g20_commits_of_members() {
    let beats = |bench: &mut Bench| {
        bench.pass_ms(2_000);
        bench.beat(Beat::join("b", &["orders"])).unwrap();
        let kept = bench.beat(Beat::of("a", 2)).unwrap().assignment.unwrap();
        assert!(kept[&topic_id("orders")].contains(&PartitionId(0)), "the first partitions stay");
        assert_eq!(bench.beat(Beat::of("a", 2).owning(&kept)).unwrap().epoch, 3);
        bench.beat(Beat::of("b", 3)).unwrap();
    };
    let commit = |member: &str, epoch| Commit {
        topic: "orders",
        topic_id: topic_id("orders"),
        ..Commit::simple(7).by(member, epoch)
    };
    let ok = || Ok(vec![Ok(())]);
    for (what, commit, outcome) in [
        ("its epoch", commit("a", 3), ok()),
        ("an epoch behind, with what it has had since (KIP-1251)", commit("a", 2), ok()),
        ("before it had anything", commit("a", 1), Err(StaleMemberEpoch)),
        ("ahead", commit("a", 4), Err(StaleMemberEpoch)),
        ("what it never had", commit("b", 2), Err(StaleMemberEpoch)),
        ("nobody", commit("c", 3), Err(UnknownMemberId)),
        ("no member, in a group that has some", Commit::simple(7), Err(UnknownMemberId)),
        ("a client of before", Commit { version: 8, ..commit("a", 3) }, Err(UnsupportedVersion)),
    ] {
        let (mut bench, _) = alone();
        beats(&mut bench);
        assert_eq!(bench.commit(commit), outcome, "{what}");
    }
}
