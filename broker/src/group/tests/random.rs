//! Random schedules on the machine: whatever clients and clocks do, some things hold.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

/// What a client believes and waits for.
#[derive(Default, Clone)]
struct Client {
    member: String,
    instance: Option<String>,
    generation: i32,
    leads: bool,
    members: Vec<String>,
    join: Option<Ticket>,
    sync: Option<Ticket>,
}

const SEEDS: u64 = 3_000;
const STEPS: usize = 60;

#[test]
fn random_schedules_keep_the_invariants() {
    let mut stable_count = 0;
    for seed in 0..SEEDS {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "seed {seed}");
        stable_count += u64::from(result.is_ok_and(|was_stable| was_stable));
    }
    assert!(stable_count > SEEDS / 2, "only {stable_count} of {SEEDS} schedules had a stable group");
}

/// Plays one schedule; true if the group was stable at some time.
fn run(seed: u64) -> bool {
    let mut random = StdRng::seed_from_u64(seed);
    let initial_rebalance_delay_ms = if random.random_bool(0.5) { 0 } else { 3_000 };
    let mut bench = Bench::with(GroupSettings { initial_rebalance_delay_ms, members_max: 4, ..defaults() });
    let mut clients: Vec<Client> = (0..5)
        .map(|index| Client {
            instance: (index % 2 == 0).then(|| format!("i{}", index / 2)),
            ..Client::default()
        })
        .collect();
    let mut generation = 0;
    let mut was_stable = false;
    for _ in 0..STEPS {
        step(&mut bench, &mut clients, &mut random);
        take_answers(&mut bench, &mut clients);
        if let Some(group) = bench.shard.classic(GROUP) {
            assert!(group.generation() >= generation, "generation went back");
            generation = group.generation();
            was_stable |= group.state_name() == "Stable";
        } else {
            // Generations of a group that is gone mean nothing to the next of its name.
            generation = 0;
            clients.iter_mut().for_each(|client| client.leads = false);
        }
        let leaders =
            clients.iter().filter(|client| client.leads && client.generation == generation && generation > 0);
        let mut ids: Vec<&str> = leaders.map(|client| client.member.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert!(ids.len() <= 1, "two leaders of generation {generation}: {ids:?}");
        if random.random_bool(0.05) {
            check_replay(&bench);
        }
        if random.random_bool(0.02) {
            bench.failover();
            take_answers(&mut bench, &mut clients);
            generation = bench.shard.classic(GROUP).map_or(0, ClassicGroup::generation);
            // What was assigned in a generation that is forgotten does not count as leading.
            clients.iter_mut().for_each(|client| client.leads = false);
        }
    }
    // Everything parked is answered once clients fall silent.
    bench.pass_ms(20 * 60 * 1_000);
    take_answers(&mut bench, &mut clients);
    for client in &clients {
        assert!(client.join.is_none() && client.sync.is_none(), "a request was never answered");
    }
    assert!(bench.shard.next_deadline().is_none(), "an empty group wants to be woken");
    check_replay(&bench);
    was_stable
}

fn step(bench: &mut Bench, clients: &mut [Client], random: &mut StdRng) {
    let index = random.random_range(0..clients.len());
    let client = &mut clients[index];
    match random.random_range(0..12) {
        0..4 if client.join.is_none() && client.sync.is_none() => {
            let names: &[&str] =
                [&["range"][..], &["sticky", "range"], &["range", "sticky"]][random.random_range(0..3)];
            let join = Join {
                version: random.random_range(0..10),
                member: if random.random_bool(0.1) { String::new() } else { client.member.clone() },
                instance: client.instance.clone(),
                rebalance_ms: random.random_range(0..20_000),
                ..Join::new().protocols(names)
            };
            client.join = Some(bench.join(join));
        }
        4..7 if client.join.is_none() && client.sync.is_none() && client.generation > 0 => {
            let members = if client.leads { client.members.clone() } else { Vec::new() };
            let assignments: Vec<(&str, &str)> =
                members.iter().map(|id| (id.as_str(), id.as_str())).collect();
            client.sync = Some(bench.sync(&client.member, client.generation, &assignments));
        }
        7 => drop(bench.heartbeat(&client.member, client.generation)),
        8 => {
            let commit = Commit::simple(random.random_range(0..100)).by(&client.member, client.generation);
            let _ = bench.commit(commit);
        }
        9 if client.join.is_none() && client.sync.is_none() && random.random_bool(0.3) => {
            bench.leave(&[(&client.member, None)]);
            *client = Client { instance: client.instance.clone(), ..Client::default() };
        }
        10 => bench.clean(),
        _ => bench.pass_ms(random.random_range(0..8_000)),
    }
}

fn take_answers(bench: &mut Bench, clients: &mut [Client]) {
    for client in clients.iter_mut() {
        if let Some(ticket) = client.join.filter(|&ticket| !bench.is_parked(ticket)) {
            client.join = None;
            let reply = bench.join_reply(ticket);
            match reply.outcome {
                Ok(joined) => {
                    client.member = reply.member.to_string();
                    client.generation = joined.generation;
                    client.leads = joined.leader == reply.member;
                    client.members = joined.members.iter().map(|member| member.id.to_string()).collect();
                    assert!(
                        !client.leads
                            || joined.members.iter().any(|member| member.id == reply.member)
                            || joined.members.is_empty()
                    );
                }
                Err(ErrorCode::MemberIdRequired) => client.member = reply.member.to_string(),
                Err(ErrorCode::UnknownMemberId | ErrorCode::FencedInstanceId) => client.member.clear(),
                Err(_) => {}
            }
        }
        if let Some(ticket) = client.sync.filter(|&ticket| !bench.is_parked(ticket)) {
            client.sync = None;
            if let Ok(assignment) = bench.synced(ticket) {
                let is_own =
                    assignment.is_empty() || client.instance.is_some() || assignment == client.member;
                assert!(is_own, "{} got {assignment}", client.member);
            }
        }
    }
}

/// The log alone gives the same offsets, and the same group while no rebalance is under way.
fn check_replay(bench: &Bench) {
    let mut replayed = Shard::new();
    for (index, (producer, record)) in bench.log.iter().enumerate() {
        replayed.replay(bench.now, Offset(index as i64), *producer, record.clone());
    }
    assert_eq!(replayed.offsets, bench.shard.offsets);
    let names = |shard: &Shard| -> BTreeMap<GroupId, &'static str> {
        shard.list().map(|group| (group.id.clone(), group.state)).collect()
    };
    let (ours, theirs) = (names(&bench.shard), names(&replayed));
    assert!(ours.keys().eq(theirs.keys()), "{ours:?} {theirs:?}");
    let Some((live, stored)) = bench.shard.classic(GROUP).zip(replayed.classic(GROUP)) else { return };
    let is_settled = matches!(live.state_name(), "Stable") || live.is_abandoned() && live.generation() > 0;
    if is_settled {
        let without_time = |group: &ClassicGroup| StoredView {
            generation: group.generation(),
            described: group.describe(),
            leader: group.snapshot().leader,
        };
        assert_eq!(without_time(live), without_time(stored));
    }
}

#[derive(Debug, PartialEq)]
struct StoredView {
    generation: i32,
    described: Described,
    leader: Option<MemberId>,
}
