//! Groups that change between the classic and the consumer protocol, and members of both in one group (G18).

use kafkactl_core::schema::consumer_protocol::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, consumer_protocol_assignment,
    consumer_protocol_subscription,
};

use super::*;
use ErrorCode::{
    GroupIdNotFound, GroupMaxSizeReached, IllegalGeneration, InconsistentGroupProtocol, MemberIdRequired,
    RebalanceInProgress, UnknownMemberId, UnknownServerError,
};

/// What a consumer of the classic protocol says when it joins: `orders`, and what it has of it.
pub(super) fn classic(owned: &Assignment) -> Bytes {
    let owned_partitions = owned.values().map(|partitions| consumer_protocol_subscription::TopicPartition {
        topic: "orders".to_owned(),
        partitions: partitions.iter().map(|partition| partition.0).collect(),
    });
    let subscription = ConsumerProtocolSubscription {
        topics: vec!["orders".to_owned()],
        owned_partitions: owned_partitions.collect(),
        ..ConsumerProtocolSubscription::default()
    };
    subscription.encode(1).unwrap().into()
}

pub(super) fn assignment(partitions: std::ops::Range<i32>, user_data: Option<&[u8]>) -> Bytes {
    let assigned = consumer_protocol_assignment::TopicPartition {
        topic: "orders".to_owned(),
        partitions: partitions.collect(),
    };
    let assignment = ConsumerProtocolAssignment {
        assigned_partitions: vec![assigned],
        user_data: user_data.map(|data| data.to_vec()),
    };
    assignment.encode(1).unwrap().into()
}

pub(super) fn partitions_of(assignment: &Bytes) -> Assignment {
    let assignment = ConsumerProtocolAssignment::decode(assignment).unwrap();
    let partitions = assignment.assigned_partitions.iter().flat_map(|topic| topic.partitions.iter().copied());
    some_of("orders", partitions)
}

impl Bench {
    fn sync_to_end(
        &mut self,
        member: &str,
        generation: i32,
        assignments: &[(&str, Bytes)],
    ) -> Result<Bytes, ErrorCode> {
        let ticket = self.sync_bytes(member, generation, assignments);
        self.synced_bytes(ticket)
    }

    /// A member of the classic protocol joins a consumer group: its id and its epoch.
    fn join_old(&mut self, member: &str, owned: &Assignment) -> Result<(String, i32), ErrorCode> {
        let join = Join { version: 3, ..Join::new() }.member(member).metadata(classic(owned));
        let ticket = self.join(join);
        let reply = self.join_reply(ticket);
        reply.outcome.map(|joined| (reply.member.to_string(), joined.generation))
    }

    /// A stable classic group of one that has all four partitions of `orders`: its member, in generation 1.
    fn old_alone(&mut self) -> String {
        let (member, _) = self.enter(Join::new().metadata(classic(&Assignment::new())));
        self.pass_ms(3_000);
        let synced = self.sync_to_end(&member, 1, &[(&member, assignment(0..4, None))]);
        assert_eq!(partitions_of(&synced.unwrap()), all_of("orders", 4));
        member
    }
}

#[test]
fn g18_a_classic_group_goes_on_as_a_consumer_group() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    let old = bench.old_alone();
    bench.commit(Commit { topic: "orders", ..Commit::simple(7).by(&old, 1) }).unwrap();

    let new = bench.beat(Beat::join("new", &["orders"])).unwrap();
    assert_eq!(
        (new.epoch, new.assignment),
        (2, Some(Assignment::new())),
        "what the old member has it keeps yet"
    );
    assert_eq!(bench.consumer(&old).assigned, all_of("orders", 4));
    assert_eq!(bench.committed("orders"), 7);
    bench.failover();
    assert_eq!(bench.consumers_state(), ("Reconciling", 2), "the log tells of the new group only");

    assert_eq!(bench.heartbeat(&old, 1), Err(RebalanceInProgress));
    assert_eq!(
        bench.join_old(&old, &all_of("orders", 4)),
        Ok((old.clone(), 1)),
        "it has something to give up"
    );
    let kept = partitions_of(&bench.sync_to_end(&old, 1, &[]).unwrap());
    assert_eq!(count_of(&kept), 2);
    assert_eq!(bench.heartbeat(&old, 1), Err(RebalanceInProgress), "to say that it did");
    assert_eq!(bench.join_old(&old, &kept), Ok((old.clone(), 2)));
    assert_eq!(partitions_of(&bench.sync_to_end(&old, 2, &[]).unwrap()), kept);
    assert_eq!(bench.heartbeat(&old, 2), Ok(()));
    assert_eq!(count_of(&bench.beat(Beat::of("new", 2)).unwrap().assignment.unwrap()), 2);
    assert_eq!(bench.consumers_state(), ("Stable", 2));
    assert_eq!(bench.commit(Commit::simple(8).by(&old, 2)), Ok(vec![Ok(())]));
    assert_eq!(bench.commit(Commit::simple(8).by(&old, 3)), Err(IllegalGeneration));
}

#[test]
fn g18_who_may_not_become_a_consumer_group() {
    let upgrades = |policy: &str, prepare: &dyn Fn(&mut Bench)| {
        let settings = GroupSettings {
            migration_policy: Some(policy.to_owned()),
            consumer_members_max: 2,
            ..defaults()
        };
        let mut bench = Bench::with_topics_and(settings, &[("orders", 4)]);
        prepare(&mut bench);
        let before = bench.shard.describe(GROUP).unwrap();
        let outcome = bench.beat(Beat::join("new", &["orders"])).map(drop);
        if outcome.is_err() {
            assert_eq!(bench.shard.describe(GROUP).unwrap(), before, "refused, and as it was");
        }
        outcome
    };
    let stable = |bench: &mut Bench| drop(bench.old_alone());
    let of_connect = |bench: &mut Bench| {
        let (member, _) = bench.enter(Join { protocol_type: "connect", ..Join::new() });
        bench.pass_ms(3_000);
        let sync = bench.sync(&member, 1, &[(&member, "all")]);
        bench.synced(sync).unwrap();
    };
    let assigned = |bytes: Bytes| {
        move |bench: &mut Bench| {
            let (member, _) = bench.enter(Join::new().metadata(classic(&Assignment::new())));
            bench.pass_ms(3_000);
            bench.sync_to_end(&member, 1, &[(&member, bytes.clone())]).unwrap();
        }
    };
    for (what, policy, prepare, outcome) in [
        ("both ways", "bidirectional", &stable as &dyn Fn(&mut Bench), Ok(())),
        ("up", "UPGRADE", &stable, Ok(())),
        ("down only", "downgrade", &stable, Err(GroupIdNotFound)),
        ("never", "disabled", &stable, Err(GroupIdNotFound)),
        ("not a group of consumers", "bidirectional", &of_connect, Err(GroupIdNotFound)),
        (
            "an assignor's own data",
            "bidirectional",
            &assigned(assignment(0..4, Some(b"x"))),
            Err(GroupIdNotFound),
        ),
        ("no assignment at all", "bidirectional", &assigned(Bytes::from_static(b"?")), Err(GroupIdNotFound)),
    ] {
        assert_eq!(upgrades(policy, prepare), outcome, "{what}");
    }
}

#[test]
fn g18_joins_that_are_parked_come_again() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    let old = bench.old_alone();
    let rejoin = bench.join(Join::new().member(&old).metadata(classic(&all_of("orders", 4))));
    let (_, first) = bench.enter(Join::new().metadata(classic(&Assignment::new())));
    for ticket in [rejoin, first] {
        // Whichever completes the rebalance is answered already.
        if bench.is_parked(ticket) {
            bench.beat(Beat::join("new", &["orders"])).unwrap();
            assert_eq!(bench.join_error(ticket).1, RebalanceInProgress);
        }
    }
}

#[test]
fn g18_an_old_member_joins_a_consumer_group() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.beat(Beat::join("new", &["orders"])).unwrap();
    bench.pass_ms(2_000);
    let (old, epoch) = bench.join_old("", &Assignment::new()).unwrap();
    assert_eq!(epoch, 3);
    assert_eq!(partitions_of(&bench.sync_to_end(&old, 3, &[]).unwrap()), Assignment::new());
    assert_eq!(bench.heartbeat(&old, 3), Ok(()), "nothing is free yet");
    let kept = bench.beat(Beat::of("new", 2)).unwrap().assignment.unwrap();
    bench.beat(Beat::of("new", 2).owning(&kept)).unwrap();
    assert_eq!(bench.heartbeat(&old, 3), Err(RebalanceInProgress), "there is something to fetch");
    assert_eq!(bench.join_old(&old, &Assignment::new()), Ok((old.clone(), 3)));
    assert_eq!(count_of(&partitions_of(&bench.sync_to_end(&old, 3, &[]).unwrap())), 2);
    assert_eq!(bench.consumers_state(), ("Stable", 3));
    for (what, outcome, expected) in [
        ("another generation", bench.heartbeat(&old, 2), IllegalGeneration),
        ("nobody", bench.heartbeat("nobody", 3), UnknownMemberId),
        ("a member of the other protocol", bench.heartbeat("new", 3), UnknownMemberId),
        ("a sync of another generation", bench.sync_to_end(&old, 2, &[]).map(drop), IllegalGeneration),
    ] {
        assert_eq!(outcome, Err(expected), "{what}");
    }
    assert_eq!(bench.leave(&[(&old, None), ("nobody", None)]), [Ok(()), Err(UnknownMemberId)]);
    assert_eq!(bench.consumer_ids(), ["new"]);
}

#[test]
fn g18_who_may_not_join_a_consumer_group() {
    let join = || Join::new().metadata(classic(&Assignment::new()));
    for (what, policy, join, code) in [
        ("the policy", "disabled", join(), InconsistentGroupProtocol),
        (
            "not a consumer",
            "bidirectional",
            Join { protocol_type: "connect", ..join() },
            InconsistentGroupProtocol,
        ),
        ("no protocol", "bidirectional", Join { protocols: Vec::new(), ..join() }, InconsistentGroupProtocol),
        ("an id to be known first", "bidirectional", join(), MemberIdRequired),
        (
            "a subscription that says nothing",
            "bidirectional",
            Join { version: 3, ..join() }.metadata(Bytes::new()),
            UnknownServerError,
        ),
        ("nobody knows it", "bidirectional", join().instance("i").member("x"), UnknownMemberId),
        ("it is full", "full", join(), GroupMaxSizeReached),
    ] {
        let consumer_members_max = if policy == "full" { 1 } else { 100 };
        let policy = if policy == "full" { "bidirectional" } else { policy };
        let settings =
            GroupSettings { migration_policy: Some(policy.to_owned()), consumer_members_max, ..defaults() };
        let mut bench = Bench::with_topics_and(settings, &[("orders", 4)]);
        bench.beat(Beat::join("new", &["orders"])).unwrap();
        let before = bench.log.len();
        let ticket = bench.join(join);
        assert_eq!(bench.join_error(ticket).1, code, "{what}");
        assert_eq!(bench.log.len(), before, "{what} changed something");
    }
}

#[test]
fn g18_old_members_alone_are_a_classic_group_again() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.beat(Beat::join("new", &["orders"])).unwrap();
    bench.pass_ms(2_000);
    let (old, _) = bench.join_old("", &Assignment::new()).unwrap();
    bench.beat(Beat::of("new", -1)).unwrap();
    assert_eq!(bench.state(), "PreparingRebalance");
    assert_eq!(bench.heartbeat(&old, 3), Err(RebalanceInProgress));
    bench.failover();
    assert_eq!(bench.state(), "Stable", "the log tells of the classic group only");
    assert_eq!(bench.heartbeat(&old, 3), Ok(()));
    let rejoin = bench.join(Join::new().member(&old).metadata(classic(&Assignment::new())));
    assert_eq!(bench.joined(rejoin).generation, 4);
}

#[test]
fn g18_without_a_way_down_old_members_stay_in_the_consumer_group() {
    let settings = GroupSettings { migration_policy: Some("upgrade".to_owned()), ..defaults() };
    let mut bench = Bench::with_topics_and(settings, &[("orders", 4)]);
    bench.beat(Beat::join("new", &["orders"])).unwrap();
    bench.pass_ms(2_000);
    let (old, _) = bench.join_old("", &Assignment::new()).unwrap();
    bench.beat(Beat::of("new", -1)).unwrap();
    assert_eq!(bench.consumer_ids(), [old.as_str()]);
    assert_eq!(bench.consumers_state(), ("Assigning", 4));
}

#[test]
fn g18_empty_groups_are_whatever_comes_next() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.commit(Commit::simple(5)).unwrap();
    bench.beat(Beat::join("new", &["orders"])).unwrap();
    assert_eq!(bench.committed("topic"), 5);
    bench.beat(Beat::of("new", -1)).unwrap();
    let (old, _) = bench.enter(Join::new());
    assert_eq!((bench.state(), bench.committed("topic")), ("PreparingRebalance", 5));
    bench.leave(&[(&old, None)]);
    bench.pass_ms(60_000);
    assert_eq!(bench.state(), "Empty");
    bench.beat(Beat::join("new", &["orders"])).unwrap();
    assert_eq!((bench.consumers_state().0, bench.committed("topic")), ("Stable", 5));
}

#[test]
fn g18_a_silent_old_member_is_removed() {
    let mut bench = Bench::with_topics(&[("orders", 4)]);
    bench.beat(Beat::join("new", &["orders"])).unwrap();
    bench.pass_ms(2_000);
    bench.join_old("", &Assignment::new()).unwrap();
    for _ in 0..2 {
        assert_eq!(bench.consumer_ids().len(), 2);
        bench.beat(Beat::of("new", 2).owning(&all_of("orders", 4))).unwrap();
        bench.pass_ms(5_000);
    }
    assert_eq!(bench.consumer_ids(), ["new"], "its session was ten seconds");
}
