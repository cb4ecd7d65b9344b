//! Random schedules of a group in which members of both protocols come and go: it changes from one kind to the other
//! and back under way, and what always holds in a group holds in all of it (G18).

use rand::rngs::StdRng;
use rand::seq::{IndexedMutRandom, IndexedRandom};
use rand::{Rng, SeedableRng};

use super::migration::{assignment, classic, partitions_of};
use super::random::{Epochs, check};
use super::reader::Reader;
use super::*;

const SEEDS: u64 = 300;
const STEPS: usize = 60;
const READERS: usize = 3;
const OLD_READERS: usize = 3;
const PARTITIONS: i32 = 6;
const ROUNDS_MAX: usize = 60;

/// A member of the classic protocol, as Kafka's client is one: it joins, syncs, beats, and joins again when told.
struct OldReader {
    id: String,
    generation: i32,
    owned: Assignment,
    join: Option<Ticket>,
    sync: Option<Ticket>,
    /// It has to join (again).
    must_join: bool,
}

impl OldReader {
    fn new() -> Self {
        Self {
            id: String::new(),
            generation: -1,
            owned: Assignment::new(),
            join: None,
            sync: None,
            must_join: true,
        }
    }

    fn is_settled(&self) -> bool {
        !self.must_join && self.join.is_none() && self.sync.is_none()
    }

    /// The next thing it has to say, or the answer it waits for.
    fn act(&mut self, bench: &mut Bench) {
        if let Some(ticket) = self.join.take_if(|ticket| !bench.is_parked(*ticket)) {
            return self.joined(bench, ticket);
        }
        if let Some(ticket) = self.sync.take_if(|ticket| !bench.is_parked(*ticket)) {
            return self.synced(bench.synced_bytes(ticket));
        }
        if self.join.is_some() || self.sync.is_some() {
            return;
        }
        if self.must_join {
            let join = Join { version: 3, ..Join::new() }.member(&self.id).metadata(classic(&self.owned));
            self.join = Some(bench.join(join));
            return;
        }
        match bench.heartbeat(&self.id, self.generation) {
            Ok(()) => {}
            Err(ErrorCode::RebalanceInProgress) => self.must_join = true,
            Err(error) => self.start_over(error),
        }
    }

    fn joined(&mut self, bench: &mut Bench, ticket: Ticket) {
        let reply = bench.join_reply(ticket);
        match reply.outcome {
            Ok(joined) => {
                (self.id, self.generation) = (reply.member.to_string(), joined.generation);
                // The leader of a classic group deals the partitions out in order.
                let count = joined.members.len() as i32;
                let shares: Vec<(String, Bytes)> = (0..)
                    .zip(&joined.members)
                    .map(|(index, member)| {
                        let share = PARTITIONS * index / count..PARTITIONS * (index + 1) / count;
                        (member.id.to_string(), assignment(share, None))
                    })
                    .collect();
                let shares: Vec<(&str, Bytes)> =
                    shares.iter().map(|(id, share)| (id.as_str(), share.clone())).collect();
                self.sync = Some(bench.sync_bytes(&self.id, self.generation, &shares));
                self.must_join = false;
            }
            Err(error) => self.start_over(error),
        }
    }

    fn synced(&mut self, answer: Result<Bytes, ErrorCode>) {
        match answer {
            Ok(assigned) => {
                let assigned = partitions_of(&assigned);
                // Who gives something up joins once more to say so.
                let gives_up = self.owned.iter().any(|(topic, owned)| {
                    assigned.get(topic).is_none_or(|assigned| !owned.is_subset(assigned))
                });
                self.owned = assigned;
                self.must_join = gives_up;
            }
            Err(ErrorCode::RebalanceInProgress) => self.must_join = true,
            Err(error) => self.start_over(error),
        }
    }

    fn start_over(&mut self, error: ErrorCode) {
        self.must_join = true;
        match error {
            ErrorCode::RebalanceInProgress | ErrorCode::NotCoordinator => {}
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => *self = Self::new(),
            other => panic!("{} is told {other:?}", self.id),
        }
    }

    fn leave(&mut self, bench: &mut Bench) {
        if !self.id.is_empty() {
            bench.leave(&[(&self.id, None)]);
        }
        *self = Self::new();
    }
}

#[test]
fn random_schedules_of_both_protocols() {
    for seed in 0..SEEDS {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "seed {seed}");
    }
}

fn run(seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let settings = GroupSettings {
        consumer_assignment_interval_ms: *[0, 1_000].choose(&mut random).unwrap(),
        ..defaults()
    };
    let mut bench = Bench::with_topics_and(settings, &[("orders", PARTITIONS)]);
    let mut readers: Vec<Reader> =
        (0..READERS).map(|index| Reader::new(&format!("m{index}"), &["orders"])).collect();
    let mut old_readers: Vec<OldReader> = (0..OLD_READERS).map(|_| OldReader::new()).collect();
    let mut lives = READERS;
    let mut seen = Epochs::default();
    for _ in 0..STEPS {
        step(&mut bench, &mut readers, &mut old_readers, &mut lives, &mut random);
        match bench.shard.describe_consumer(GROUP, &bench.settings) {
            Ok(_) => check(&bench, &readers, &mut seen),
            // A group that is classic in between may begin to count anew.
            Err(_) => seen = Epochs::default(),
        }
    }
    settle(&mut bench, &mut readers, &mut old_readers);
    let mut owners = BTreeMap::new();
    let owned = readers.iter().map(|it| &it.owned).chain(old_readers.iter().map(|it| &it.owned));
    for (topic, partition) in
        owned.flatten().flat_map(|(topic, partitions)| partitions.iter().map(move |it| (topic, it)))
    {
        *owners.entry((topic, partition)).or_insert(0) += 1;
    }
    assert_eq!(owners.len() as i32, PARTITIONS, "somebody reads each");
    assert!(owners.values().all(|count| *count == 1), "nobody else does: {owners:?}");
}

fn step(
    bench: &mut Bench,
    readers: &mut [Reader],
    old_readers: &mut [OldReader],
    lives: &mut usize,
    random: &mut StdRng,
) {
    match random.random_range(0..20) {
        0..5 => readers.choose_mut(random).unwrap().beat(bench, false),
        5..8 => readers.choose_mut(random).unwrap().take_in(),
        8..14 => old_readers.choose_mut(random).unwrap().act(bench),
        14 => {
            let reader = readers.choose_mut(random).unwrap();
            if reader.is_joined() {
                reader.leave(bench);
                *lives += 1;
                reader.id = format!("m{lives}");
            }
        }
        15 => {
            let reader = old_readers.choose_mut(random).unwrap();
            if reader.is_settled() {
                reader.leave(bench);
            }
        }
        16 => bench.failover(),
        _ => bench.pass_ms(*[10, 1_000, 5_000, 20_000].choose(random).unwrap()),
    }
}

fn settle(bench: &mut Bench, readers: &mut [Reader], old_readers: &mut [OldReader]) {
    for _ in 0..ROUNDS_MAX {
        bench.pass_ms(1_000);
        for reader in &mut *readers {
            reader.beat(bench, false);
            reader.take_in();
        }
        old_readers.iter_mut().for_each(|reader| reader.act(bench));
        let group = bench.shard.describe_consumer(GROUP, &bench.settings);
        let is_stable = group.is_ok_and(|group| group.state == "Stable");
        let all_settled =
            readers.iter().all(Reader::is_settled) && old_readers.iter().all(OldReader::is_settled);
        if is_stable && all_settled {
            return;
        }
    }
    panic!("not settled after {ROUNDS_MAX} rounds");
}
