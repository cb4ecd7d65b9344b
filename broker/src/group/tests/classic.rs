//! Classic groups: one test per rule, named by what the rule says.

use super::static_members::stable_static_two;
use super::*;

#[test]
fn g3_joins_that_cannot_be() {
    let mut bench = Bench::new();
    bench.stable_one();
    let cases = [
        (Join { session_ms: 5_999, ..Join::new() }, "", ErrorCode::InvalidSessionTimeout),
        (Join { session_ms: 1_800_001, ..Join::new() }, "", ErrorCode::InvalidSessionTimeout),
        (Join { protocol_type: "connect", ..Join::new() }, "", ErrorCode::InconsistentGroupProtocol),
        (Join::new().protocols(&["no-such-assignor"]), "", ErrorCode::InconsistentGroupProtocol),
        (Join::new().protocols(&[]), "", ErrorCode::InconsistentGroupProtocol),
        (Join::new().member("nobody"), "nobody", ErrorCode::UnknownMemberId),
    ];
    for (join, member, error) in cases {
        let ticket = bench.join(join);
        assert_eq!(bench.join_error(ticket), (member.to_owned(), error));
    }
    assert_eq!(bench.state(), "Stable");
}

#[test]
fn g3_a_member_of_an_unknown_group_is_unknown() {
    let mut bench = Bench::new();
    let ticket = bench.join(Join::new().member("nobody"));
    assert_eq!(bench.join_error(ticket), ("nobody".into(), ErrorCode::UnknownMemberId));
    assert_eq!(bench.state(), "Dead");
}

#[test]
fn g3_a_refused_first_join_leaves_no_group() {
    let mut bench = Bench::new();
    let ticket = bench.join(Join { protocol_type: "", ..Join::new() });
    assert_eq!(bench.join_error(ticket).1, ErrorCode::InconsistentGroupProtocol);
    assert_eq!((bench.state(), bench.log.len()), ("Dead", 0));
}

#[test]
fn g3_a_full_group_turns_new_members_away() {
    let mut bench = Bench::with(GroupSettings { members_max: 1, ..defaults() });
    let member = bench.stable_one();
    let ticket = bench.join(Join::new());
    assert_eq!(bench.join_error(ticket), (String::new(), ErrorCode::GroupMaxSizeReached));
    assert_eq!(bench.heartbeat(&member, 1), Ok(()));
}

#[test]
fn g3_metadata_beyond_the_bound_is_turned_away() {
    let mut bench = Bench::new();
    let huge = Bytes::from(vec![0; 10 << 20]);
    let mut refused = 0;
    for _ in 0..8 {
        let ticket = bench.join(Join::new().version(3).metadata(huge.clone()));
        if !bench.is_parked(ticket) {
            assert_eq!(bench.join_error(ticket).1, ErrorCode::GroupMaxSizeReached);
            refused += 1;
        }
    }
    assert_eq!(refused, 2, "six members of 10 MiB fit in 64 MiB");
    let names: Vec<String> = (0..100_000).map(|index| format!("protocol-{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let ticket = bench.join(Join::new().protocols(&names));
    assert_eq!(bench.join_error(ticket).1, ErrorCode::InconsistentGroupProtocol);
}

#[test]
fn g4_new_members_are_named_first() {
    let mut bench = Bench::new();
    let ticket = bench.join(Join::new());
    let (member, error) = bench.join_error(ticket);
    assert_eq!(error, ErrorCode::MemberIdRequired);
    assert!(member.starts_with("client-"), "{member}");
    // Old clients come in at once, static ones too.
    for join in [Join::new().version(3), Join::new().instance("i")] {
        let ticket = bench.join(join);
        assert!(bench.is_parked(ticket));
    }
    bench.join(Join::new().member(&member));
    assert_eq!(bench.shard.describe(GROUP).unwrap().members.len(), 3);
}

#[test]
fn g4_a_pending_id_holds_the_rebalance_until_its_time_is_up() {
    let mut bench = Bench::new();
    let member = bench.stable_one();
    bench.join(Join::new());
    let rejoin = bench.join(Join::new().member(&member));
    bench.pass_ms(9_000);
    assert!(bench.is_parked(rejoin));
    bench.pass_ms(1_000);
    assert_eq!(bench.joined(rejoin).generation, 2);
}

#[test]
fn g5_a_follower_with_nothing_new_does_not_rebalance() {
    let mut bench = Bench::new();
    let (leader, follower) = stable_two(&mut bench);
    let ticket = bench.join(Join::new().member(&follower));
    let joined = bench.joined(ticket);
    assert_eq!((joined.generation, joined.leader.as_str(), joined.members.len()), (1, leader.as_str(), 0));
    assert_eq!(bench.state(), "Stable");
}

#[test]
fn g5_j46_news_or_the_leader_rebalance() {
    let changed = Join::new().metadata(subscription(&["topic", "another"]));
    for (by_leader, join) in [(true, Join::new()), (false, changed)] {
        let mut bench = Bench::new();
        let (leader, follower) = stable_two(&mut bench);
        let ticket = bench.join(join.member(if by_leader { &leader } else { &follower }));
        assert!(bench.is_parked(ticket));
        assert_eq!(bench.state(), "PreparingRebalance");
    }
}

#[test]
fn g5_while_completing_a_lost_answer_is_given_again() {
    let mut bench = Bench::new();
    let (member, ticket) = bench.enter(Join::new());
    bench.pass_ms(3_000);
    let first = bench.joined(ticket);
    let again = bench.join(Join::new().member(&member));
    assert_eq!(bench.joined(again), first);
    // With other metadata it is a new rebalance.
    let ticket = bench.join(Join::new().member(&member).metadata(subscription(&["another"])));
    assert_eq!(bench.joined(ticket).generation, 2);
}

#[test]
fn g6_the_first_rebalance_waits_for_more_members() {
    let mut bench = Bench::new();
    let (_, first) = bench.enter(Join { rebalance_ms: 5_000, ..Join::new() });
    bench.pass_ms(2_999);
    let (_, second) = bench.enter(Join { rebalance_ms: 5_000, ..Join::new() });
    bench.pass_ms(1);
    assert!(bench.is_parked(first), "extended by the second member");
    // Up to the rebalance timeout: 3 s, then the remaining 2 s.
    bench.pass_ms(2_000);
    assert_eq!(bench.joined(first).generation, 1);
    assert_eq!(bench.joined(second).generation, 1);
}

#[test]
fn g6_without_delay_the_first_join_is_answered_at_once() {
    let mut bench = Bench::with(GroupSettings { initial_rebalance_delay_ms: 0, ..defaults() });
    let ticket = bench.join(Join::new().version(3));
    assert_eq!(bench.joined(ticket).generation, 1);
}

#[test]
fn g6_only_the_leader_learns_the_members() {
    let mut bench = Bench::new();
    let (leader, first) = bench.enter(Join::new());
    let (follower, second) = bench.enter(Join::new());
    bench.pass_ms(6_000);
    let joined = bench.joined(first);
    assert_eq!(joined.leader.as_str(), leader);
    let ids: Vec<&str> = joined.members.iter().map(|member| member.id.as_str()).collect();
    assert_eq!(ids, [leader.as_str(), follower.as_str()]);
    assert_eq!(joined.members[0].metadata, subscription(&["topic"]));
    assert!(bench.joined(second).members.is_empty());
}

#[test]
fn g6_late_members_are_out_and_another_leads() {
    let mut bench = Bench::new();
    let (leader, follower) = stable_two(&mut bench);
    let ticket = bench.join(Join::new().member(&follower).metadata(subscription(&["another"])));
    for _ in 0..6 {
        bench.pass_ms(9_000);
        assert_eq!(bench.heartbeat(&leader, 1), Err(ErrorCode::RebalanceInProgress));
    }
    bench.pass_ms(6_000);
    let joined = bench.joined(ticket);
    assert_eq!((joined.generation, joined.leader.as_str()), (2, follower.as_str()));
    assert_eq!(bench.heartbeat(&leader, 2), Err(ErrorCode::UnknownMemberId));
}

#[test]
fn g6_static_members_stay_until_their_session_ends() {
    let mut bench = Bench::new();
    let first = bench.join(Join { session_ms: 200_000, ..Join::new().instance("a") });
    bench.pass_ms(3_000);
    let leader = bench.join_reply(first).member.to_string();
    let sync = bench.sync(&leader, 1, &[]);
    assert_eq!(bench.synced(sync), Ok(String::new()));
    let (_, second) = bench.enter(Join::new());
    bench.pass_ms(60_000);
    assert_eq!(bench.joined(second).members.len(), 2, "the new leader hears of the static member");
}

#[test]
fn g6_if_nobody_comes_back_the_join_phase_goes_on() {
    let mut bench = Bench::new();
    let tickets: Vec<Ticket> = ["a", "b"]
        .iter()
        .map(|instance| bench.join(Join { session_ms: 200_000, ..Join::new().instance(instance) }))
        .collect();
    bench.pass_ms(6_000);
    let ids: Vec<String> =
        tickets.iter().map(|&ticket| bench.join_reply(ticket).member.to_string()).collect();
    // Neither synchronises, so both are out after the rebalance timeout: the group is empty.
    bench.pass_ms(60_000);
    assert_eq!(bench.state(), "Empty");
    assert_eq!(bench.heartbeat(&ids[0], 1), Err(ErrorCode::UnknownMemberId));
}

#[test]
fn g6_members_that_never_get_their_first_answer_are_dropped_after_five_minutes() {
    let mut bench = Bench::new();
    let member = bench.stable_one();
    let (_, ticket) = bench.enter(Join { rebalance_ms: 400_000, ..Join::new() });
    for _ in 0..34 {
        bench.pass_ms(9_000);
        let _ = bench.heartbeat(&member, 1);
    }
    assert_eq!(bench.join_error(ticket).1, ErrorCode::UnknownMemberId);
}

#[test]
fn g7_most_votes_win() {
    let mut bench = Bench::new();
    let votes: [&[&str]; 3] =
        [&["only-mine", "range", "sticky"], &["sticky", "range"], &["sticky", "range", "roundrobin"]];
    let tickets: Vec<Ticket> =
        votes.iter().map(|names| bench.join(Join::new().version(3).protocols(names))).collect();
    bench.pass_ms(6_000);
    for ticket in tickets {
        assert_eq!(bench.joined(ticket).protocol.as_deref(), Some("sticky"));
    }
}

#[test]
fn g8_syncs_that_cannot_be() {
    let mut bench = Bench::new();
    let member = bench.stable_one();
    for (id, generation, error) in [
        ("nobody", 1, ErrorCode::UnknownMemberId),
        (member.as_str(), 2, ErrorCode::IllegalGeneration),
        (member.as_str(), 0, ErrorCode::IllegalGeneration),
    ] {
        let ticket = bench.sync(id, generation, &[]);
        assert_eq!(bench.synced(ticket), Err(error));
    }
    bench.join(Join::new());
    bench.join(Join::new().member(&member));
    let ticket = bench.sync(&member, 1, &[]);
    assert_eq!(bench.synced(ticket), Err(ErrorCode::RebalanceInProgress));
}

#[test]
fn g8_the_protocol_must_be_the_groups() {
    let mut bench = Bench::new();
    let member = bench.stable_one();
    for (protocol_type, protocol, expected) in [
        (Some("consumer"), Some("range"), None),
        (Some("connect"), Some("range"), Some(ErrorCode::InconsistentGroupProtocol)),
        (Some("consumer"), Some("sticky"), Some(ErrorCode::InconsistentGroupProtocol)),
        (None, None, None),
    ] {
        let ticket = bench.ticket();
        let request = SyncRequest {
            group: GROUP.into(),
            generation: 1,
            member: member.as_str().into(),
            instance: None,
            protocol_type: protocol_type.map(Arc::from),
            protocol: protocol.map(Arc::from),
            assignments: HashMap::new(),
        };
        bench.turn(|shard, turn| shard.sync(request, ticket, turn));
        assert_eq!(bench.synced(ticket).err(), expected);
    }
}

#[test]
fn g8_followers_wait_for_the_leader_and_who_is_left_out_gets_nothing() {
    let mut bench = Bench::new();
    let (leader, first) = bench.enter(Join::new());
    let (follower, second) = bench.enter(Join::new());
    bench.pass_ms(6_000);
    bench.joined(first);
    bench.joined(second);
    let waiting = bench.sync(&follower, 1, &[]);
    assert!(bench.is_parked(waiting));
    let leading = bench.sync(&leader, 1, &[(&leader, "all"), ("stranger", "none")]);
    assert_eq!(bench.synced(leading), Ok("all".into()));
    assert_eq!(bench.synced(waiting), Ok(String::new()));
    assert_eq!(bench.state(), "Stable");
}

#[test]
fn g8_who_does_not_synchronise_is_out() {
    let mut bench = Bench::new();
    let (leader, first) = bench.enter(Join::new());
    let (silent, _) = bench.enter(Join { session_ms: 100_000, ..Join::new() });
    bench.pass_ms(6_000);
    bench.joined(first);
    let sync = bench.sync(&leader, 1, &[(&leader, "all")]);
    assert_eq!(bench.synced(sync), Ok("all".into()));
    for _ in 0..12 {
        assert_eq!(bench.heartbeat(&leader, 1), Ok(()));
        bench.pass_ms(5_000);
    }
    assert_eq!(bench.heartbeat(&leader, 1), Err(ErrorCode::RebalanceInProgress));
    assert_eq!(bench.heartbeat(&silent, 1), Err(ErrorCode::UnknownMemberId));
}

#[test]
fn g8_an_assignment_that_cannot_be_stored_starts_a_new_rebalance() {
    let mut bench = Bench::new();
    let (leader, first) = bench.enter(Join::new());
    let (follower, _) = bench.enter(Join::new());
    bench.pass_ms(6_000);
    bench.joined(first);
    let waiting = bench.sync(&follower, 1, &[]);
    bench.fails = Some(ErrorCode::CoordinatorNotAvailable);
    let leading = bench.sync(&leader, 1, &[(&leader, "all")]);
    assert_eq!(bench.synced(leading), Err(ErrorCode::CoordinatorNotAvailable));
    assert_eq!(bench.synced(waiting), Err(ErrorCode::CoordinatorNotAvailable));
    assert_eq!(bench.state(), "PreparingRebalance");
}

#[test]
fn g9_heartbeats() {
    let mut bench = Bench::new();
    let ticket = bench.join(Join::new().instance("a"));
    bench.pass_ms(3_000);
    let member = bench.join_reply(ticket).member.to_string();
    assert_eq!(bench.heartbeat(&member, 1), Ok(()), "also while completing");
    for (id, instance, generation, error) in [
        ("nobody", None, 1, ErrorCode::UnknownMemberId),
        ("nobody", Some("a"), 7, ErrorCode::FencedInstanceId),
        (member.as_str(), Some("b"), 7, ErrorCode::UnknownMemberId),
        (member.as_str(), Some("a"), 7, ErrorCode::IllegalGeneration),
    ] {
        assert_eq!(bench.heartbeat_as(id, instance, generation), Err(error));
    }
}

#[test]
fn g9_silence_ends_the_session_but_not_of_those_who_wait() {
    let mut bench = Bench::new();
    let (leader, follower) = stable_two(&mut bench);
    let ticket = bench.join(Join::new().member(&follower).metadata(subscription(&["another"])));
    bench.pass_ms(10_000);
    let joined = bench.joined(ticket);
    assert_eq!((joined.generation, joined.members.len()), (2, 1));
    assert_eq!(bench.heartbeat(&leader, 1), Err(ErrorCode::UnknownMemberId));
}

#[test]
fn g11_leaving() {
    let mut bench = Bench::new();
    let (leader, follower) = stable_two(&mut bench);
    assert_eq!(
        bench.leave(&[("nobody", None), ("", Some("no-instance"))]),
        [Err(ErrorCode::UnknownMemberId); 2]
    );
    assert_eq!(bench.state(), "Stable");
    assert_eq!(bench.leave(&[(&follower, None)]), [Ok(())]);
    assert_eq!(bench.heartbeat(&leader, 1), Err(ErrorCode::RebalanceInProgress));
    assert_eq!(bench.leave(&[(&leader, None)]), [Ok(())]);
    assert_eq!(bench.state(), "Empty");
    let unknown = bench.turn(|shard, turn| {
        let leavers = [Leaver { member: "x".into(), instance: None }];
        shard.leave(&"no-group".into(), &leavers, turn)
    });
    assert_eq!(unknown, Ok(vec![Err(ErrorCode::UnknownMemberId)]));
}

#[test]
fn g11_an_operator_removes_a_static_member_by_its_name() {
    let mut bench = Bench::new();
    let (leader, _, follower) = stable_static_two(&mut bench);
    assert_eq!(bench.leave(&[("nobody", Some("a"))]), [Err(ErrorCode::FencedInstanceId)]);
    assert_eq!(bench.leave(&[("", Some("a"))]), [Ok(())]);
    assert_eq!(bench.heartbeat(&leader, 1), Err(ErrorCode::UnknownMemberId));
    assert_eq!(bench.heartbeat(&follower, 1), Err(ErrorCode::RebalanceInProgress));
}

#[test]
fn g11_what_a_leaver_has_parked_is_answered() {
    let mut bench = Bench::new();
    let (member, join) = bench.enter(Join::new());
    assert_eq!(bench.leave(&[(&member, None)]), [Ok(())]);
    assert_eq!(bench.join_error(join).1, ErrorCode::UnknownMemberId);
    let (pending, error) = {
        let ticket = bench.join(Join::new());
        bench.join_error(ticket)
    };
    assert_eq!(error, ErrorCode::MemberIdRequired);
    assert_eq!(bench.leave(&[(&pending, None)]), [Ok(())]);
}

#[test]
fn g12_a_stable_group_survives_its_coordinator() {
    let mut bench = Bench::new();
    let (leader, follower) = stable_two(&mut bench);
    bench.pass_ms(9_000);
    bench.failover();
    assert_eq!(bench.state(), "Stable");
    bench.pass_ms(9_000);
    assert_eq!(bench.heartbeat(&leader, 1), Ok(()), "sessions begin anew");
    let sync = bench.sync(&follower, 1, &[]);
    assert_eq!(bench.synced(sync), Ok("for follower".into()));
}

#[test]
fn g12_a_rebalance_under_way_is_forgotten() {
    let mut bench = Bench::new();
    let (leader, _) = stable_two(&mut bench);
    let (newcomer, join) = bench.enter(Join::new());
    bench.failover();
    assert_eq!(bench.join_error(join).1, ErrorCode::NotCoordinator);
    assert_eq!(bench.state(), "Stable");
    assert_eq!(bench.heartbeat(&leader, 1), Ok(()));
    let ticket = bench.join(Join::new().member(&newcomer));
    assert_eq!(bench.join_error(ticket).1, ErrorCode::UnknownMemberId);
}

#[test]
fn j43_a_second_join_answers_the_first() {
    let mut bench = Bench::new();
    let (member, first) = bench.enter(Join::new());
    let second = bench.join(Join::new().member(&member));
    assert_eq!(bench.join_error(first).1, ErrorCode::RebalanceInProgress);
    bench.pass_ms(6_000);
    assert_eq!(bench.joined(second).generation, 1);
}

#[test]
fn j47_commits_around_a_rebalance() {
    let mut bench = Bench::new();
    let (member, ticket) = bench.enter(Join::new());
    bench.pass_ms(3_000);
    bench.joined(ticket);
    assert_eq!(bench.commit(Commit::simple(1).by(&member, 1)), Err(ErrorCode::RebalanceInProgress));
    let sync = bench.sync(&member, 1, &[]);
    bench.synced(sync).unwrap();
    assert_eq!(bench.commit(Commit::simple(1).by(&member, 1)), Ok(vec![Ok(())]));
    let (_, newcomer) = bench.enter(Join::new());
    assert_eq!(bench.commit(Commit::simple(2).by(&member, 1)), Ok(vec![Ok(())]), "while preparing");
    let rejoin = bench.join(Join::new().member(&member));
    bench.joined(rejoin);
    bench.joined(newcomer);
    assert_eq!(bench.commit(Commit::simple(3).by(&member, 1)), Err(ErrorCode::IllegalGeneration));
    assert_eq!(bench.committed("topic"), 2);
}

#[test]
fn a_new_group_is_stored_before_anything_is_decided() {
    let mut bench = Bench::new();
    bench.join(Join::new());
    let [(_, GroupRecord::Classic { value: Some(stored), .. })] = bench.log.as_slice() else {
        panic!("{:?}", bench.log)
    };
    assert_eq!((&*stored.protocol_type, stored.generation, stored.state_timestamp_ms), ("", 0, 1_000_000));
    assert_eq!((&stored.protocol, &stored.leader, stored.members.len()), (&None, &None, 0));
}

#[test]
fn a_new_group_that_cannot_be_stored_does_not_exist() {
    let mut bench = Bench::new();
    bench.fails = Some(ErrorCode::CoordinatorNotAvailable);
    let ticket = bench.join(Join::new().version(3));
    assert_eq!(bench.join_error(ticket).1, ErrorCode::CoordinatorNotAvailable);
    assert_eq!(bench.state(), "Dead");
    assert_eq!(bench.shard.next_deadline(), None);
}

/// A stable group of two, sessions of 10 s: the leader and a follower.
fn stable_two(bench: &mut Bench) -> (String, String) {
    let (leader, first) = bench.enter(Join::new());
    let (follower, second) = bench.enter(Join::new());
    bench.pass_ms(6_000);
    bench.joined(first);
    bench.joined(second);
    let waiting = bench.sync(&follower, 1, &[]);
    let leading = bench.sync(&leader, 1, &[(&leader, "for leader"), (&follower, "for follower")]);
    assert_eq!(bench.synced(leading), Ok("for leader".into()));
    assert_eq!(bench.synced(waiting), Ok("for follower".into()));
    (leader, follower)
}
