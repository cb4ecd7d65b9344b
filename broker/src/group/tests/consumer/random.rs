//! Random schedules: members come and go, answers get lost, topics change, coordinators fail; some things always hold.

use rand::rngs::StdRng;
use rand::seq::{IndexedMutRandom, IndexedRandom};
use rand::{Rng, SeedableRng};

use super::reader::{Reader, settle};
use super::*;

const SEEDS: u64 = 400;
const STEPS: usize = 80;
const READERS: usize = 5;
const TOPICS: [&str; 3] = ["orders", "orders-eu", "users"];
/// Rounds of heartbeats, a second apart, after which a group that is left alone has settled: a static member that was
/// fenced, as one is after two lost answers, waits until the session of its former self is over.
const ROUNDS_MAX: usize = 60;

#[test]
fn random_schedules_keep_the_invariants() {
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
    let mut bench = Bench::with_topics_and(settings, &[("orders", 3)]);
    let mut readers: Vec<Reader> = (0..READERS)
        .map(|index| {
            let mut reader = Reader::new(&format!("m{index}"), &["orders"]);
            reader.instance = (index % 2 == 0).then(|| format!("i{index}"));
            reader
        })
        .collect();
    let mut lives = READERS;
    let mut seen = Epochs::default();
    for _ in 0..STEPS {
        step(&mut bench, &mut readers, &mut lives, &mut random);
        check(&bench, &readers, &mut seen);
        if random.random_bool(0.03) {
            bench.failover();
            check(&bench, &readers, &mut seen);
        }
    }
    settle(&mut bench, &mut readers, 1_000, ROUNDS_MAX);
    // Topics that are new to an expression are found by the first heartbeat more than ten seconds after the last look.
    settle(&mut bench, &mut readers, 11_000, ROUNDS_MAX);
    check(&bench, &readers, &mut seen);
    check_complete(&bench, &readers);
    bench.pass_ms(10 * 60 * 1_000);
    assert_eq!(bench.consumers().state, "Empty", "who falls silent is removed");
    assert_eq!(bench.shard.next_deadline(), None);
}

fn step(bench: &mut Bench, readers: &mut [Reader], lives: &mut usize, random: &mut StdRng) {
    let reader = readers.choose_mut(random).unwrap();
    match random.random_range(0..20) {
        0..8 => {
            // The answer of a static member's join had better not be lost: its instance would be taken until the
            // session is over.
            let may_be_lost = reader.is_joined() || reader.instance.is_none();
            reader.beat(bench, may_be_lost && random.random_bool(0.15));
        }
        8..12 => reader.take_in(),
        12 if reader.is_joined() => {
            reader.leave(bench);
            // The next life of an instance, or of a client, has an id of its own.
            *lives += 1;
            reader.id = format!("m{lives}");
        }
        13 => {
            let topics: Vec<&str> = TOPICS.iter().copied().filter(|_| random.random_bool(0.6)).collect();
            reader.subscribe(&topics, random.random_bool(0.3).then_some("orders.*"));
        }
        14 => bench.make_topic(TOPICS.choose(random).unwrap(), random.random_range(1..8)),
        15 if random.random_bool(0.3) => {
            let name = *TOPICS.choose(random).unwrap();
            if bench.metadata.image.topics.get(name).is_some() {
                bench.delete_topic(name);
            }
        }
        16 => bench.resolve_regexes(),
        17 => bench.fails = random.random_bool(0.3).then_some(ErrorCode::NotEnoughReplicas),
        _ => bench.pass_ms(*[10, 1_000, 5_000, 20_000].choose(random).unwrap()),
    }
    // A failure meets one step only, or its client would take a refusal for an answer.
    if bench.fails.is_some() {
        bench.beat_unheard(&readers[0]);
        bench.fails = None;
    }
}

impl Bench {
    /// A heartbeat whose records may not be stored; its member hears nothing of it.
    fn beat_unheard(&mut self, reader: &Reader) {
        let _ = self.beat(reader.request());
    }
}

/// The highest epochs so far.
#[derive(Default)]
pub(super) struct Epochs {
    group: i32,
    members: BTreeMap<String, i32>,
}

pub(super) fn check(bench: &Bench, readers: &[Reader], seen: &mut Epochs) {
    let Ok(group) = bench.shard.describe_consumer(GROUP, &bench.settings) else { return };
    assert!(group.epoch >= seen.group, "the group's epoch went back");
    seen.group = group.epoch;
    assert!(group.assignment_epoch <= group.epoch, "a target for an epoch to come");
    let mut owners = BTreeMap::new();
    for member in &group.members {
        assert!(member.epoch <= group.assignment_epoch, "{} is ahead of the target", member.id);
        let last = seen.members.entry(member.id.to_string()).or_default();
        assert!(member.epoch >= *last || member.epoch == -2, "{} went back", member.id);
        *last = member.epoch;
        for (topic, partitions) in &member.assigned {
            for partition in partitions {
                let other = owners.insert((*topic, *partition), &member.id);
                assert_eq!(other, None, "{topic}-{partition} has two owners, one is {}", member.id);
            }
        }
    }
    for reader in readers.iter().filter(|reader| reader.is_joined()) {
        let Some(member) = group.members.iter().find(|member| member.id.as_str() == reader.id) else {
            continue;
        };
        let unknown = reader.owned.iter().find(|(topic, partitions)| {
            !member.assigned.get(topic).is_some_and(|assigned| partitions.is_subset(assigned))
        });
        assert_eq!(unknown, None, "{} has what others may get", reader.id);
    }
    let mut replayed = Shard::new();
    for (index, (producer, record)) in bench.log.iter().enumerate() {
        replayed.replay(bench.now, Offset(index as i64), *producer, record.clone());
    }
    assert_eq!(replayed.describe_consumer(GROUP, &bench.settings).unwrap(), group, "the log tells all");
}

/// Every partition that somebody subscribes to has an owner, and owners know it.
fn check_complete(bench: &Bench, readers: &[Reader]) {
    let mut subscribed = Assignment::new();
    for topic in bench.metadata.image.topics.iter() {
        let name = topic.name.as_str();
        let is_read = |reader: &Reader| {
            let matches = reader.regex == Some("orders.*") && name.starts_with("orders");
            reader.topics.contains(&name) || matches
        };
        if readers.iter().any(is_read) {
            subscribed.extend(all_of(name, topic.partition_count()));
        }
    }
    let mut owned = Assignment::new();
    for reader in readers {
        assert_eq!(bench.consumer(&reader.id).target, reader.owned, "{}", reader.id);
        for (topic, partitions) in &reader.owned {
            owned.entry(*topic).or_default().extend(partitions);
        }
    }
    assert_eq!(owned, subscribed);
}
