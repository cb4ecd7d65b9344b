//! Static members of classic groups that come back (G10).

use super::*;

#[test]
fn g10_a_static_member_comes_back_without_rebalance() {
    for version in [8, 9] {
        let mut bench = Bench::new();
        let (old_leader, _, follower) = stable_static_two(&mut bench);
        let ticket = bench.join(Join::new().version(version).instance("a"));
        let reply = bench.join_reply(ticket);
        let (member, joined) = (reply.member.to_string(), reply.outcome.unwrap());
        assert_eq!(joined.generation, 1);
        assert_eq!(joined.skip_assignment, version == 9);
        assert_eq!(joined.members.len(), if version == 9 { 2 } else { 0 });
        assert_eq!(joined.leader.as_str(), if version == 9 { &member } else { &old_leader });
        assert_eq!(bench.state(), "Stable");
        assert_eq!(bench.heartbeat_as(&old_leader, Some("a"), 1), Err(ErrorCode::FencedInstanceId));
        assert_eq!(bench.heartbeat_as(&member, Some("a"), 1), Ok(()));
        assert_eq!(bench.heartbeat(&follower, 1), Ok(()));
        let sync = bench.sync(&member, 1, &[]);
        assert_eq!(bench.synced(sync), Ok("for a".into()), "the assignment stays with the instance");
        bench.failover();
        assert_eq!(bench.heartbeat_as(&member, Some("a"), 1), Ok(()), "the new id is stored");
    }
}

#[test]
fn g10_a_static_member_is_itself_again_if_its_return_cannot_be_stored() {
    let mut bench = Bench::new();
    let (old_leader, ..) = stable_static_two(&mut bench);
    bench.fails = Some(ErrorCode::NotCoordinator);
    let ticket = bench.join(Join::new().instance("a"));
    assert_eq!(bench.join_error(ticket).1, ErrorCode::NotCoordinator);
    assert_eq!(bench.heartbeat_as(&old_leader, Some("a"), 1), Ok(()));
}

#[test]
fn g10_j44_a_static_return_while_completing_starts_over() {
    let mut bench = Bench::new();
    let ticket = bench.join(Join::new().instance("a"));
    bench.pass_ms(3_000);
    let old = bench.join_reply(ticket).member.to_string();
    let sync = bench.sync(&old, 9, &[]);
    assert_eq!(bench.synced(sync), Err(ErrorCode::IllegalGeneration));
    let ticket = bench.join(Join::new().instance("a"));
    assert_eq!(bench.joined(ticket).generation, 2);
}

#[test]
fn g10_a_static_return_that_changes_the_protocol_rebalances() {
    let mut bench = Bench::new();
    let ticket = bench.join(Join::new().instance("a").protocols(&["range", "sticky"]));
    bench.pass_ms(3_000);
    let old = bench.join_reply(ticket).member.to_string();
    let sync = bench.sync(&old, 1, &[]);
    assert_eq!(bench.synced(sync), Ok(String::new()));
    let ticket = bench.join(Join::new().instance("a").protocols(&["sticky", "range"]));
    let joined = bench.joined(ticket);
    assert_eq!((joined.generation, joined.protocol.as_deref()), (2, Some("sticky")));
}

#[test]
fn g10_the_former_self_is_fenced_at_once() {
    let mut bench = Bench::new();
    let first = bench.join(Join::new().instance("a"));
    let second = bench.join(Join::new().instance("a"));
    assert_eq!(bench.join_error(first).1, ErrorCode::FencedInstanceId);
    bench.pass_ms(3_000);
    assert_eq!(bench.joined(second).generation, 1);
}

/// The static leader "a" with its instance, and a dynamic follower.
pub(super) fn stable_static_two(bench: &mut Bench) -> (String, &'static str, String) {
    let first = bench.join(Join::new().instance("a"));
    let (follower, second) = bench.enter(Join::new());
    bench.pass_ms(6_000);
    let leader = bench.join_reply(first).member.to_string();
    bench.joined(second);
    let waiting = bench.sync(&follower, 1, &[]);
    let leading = bench.sync(&leader, 1, &[(&leader, "for a"), (&follower, "for follower")]);
    bench.synced(leading).unwrap();
    bench.synced(waiting).unwrap();
    (leader, "a", follower)
}
