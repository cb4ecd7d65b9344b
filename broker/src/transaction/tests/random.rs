//! Random schedules: whatever clients, clocks and crashes do, some things hold.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

const SEEDS: u64 = 2_000;
const STEPS: usize = 80;

#[test]
fn random_schedules_keep_the_invariants() {
    let mut commits = 0;
    for seed in 0..SEEDS {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "seed {seed}");
        commits += result.unwrap_or_default();
    }
    assert!(commits > SEEDS as usize / 4, "only {commits} transactions were committed");
}

/// What a client believes.
#[derive(Clone, Copy, Default)]
struct Client {
    producer: Option<Producer>,
}

/// Whose data lies in a partition, and how it ended.
#[derive(Default)]
struct Partitions {
    /// Open transactions: with which epoch the data was written.
    open: BTreeMap<(i32, ProducerId), ProducerEpoch>,
    /// Outcomes by partition, producer id and epoch of the data.
    ended: BTreeMap<(i32, ProducerId, ProducerEpoch), bool>,
}

impl Partitions {
    fn write(&mut self, index: i32, producer: Producer) {
        let open = self.open.entry((index, producer.id)).or_insert(producer.epoch);
        assert_eq!(*open, producer.epoch, "data of two epochs in one transaction");
    }

    fn mark(&mut self, index: i32, prepared: &Transaction) {
        let Some(epoch) = self.open.remove(&(index, prepared.producer.id)) else { return };
        let is_commit = prepared.state.is_commit().unwrap();
        let before = self.ended.insert((index, prepared.producer.id, epoch), is_commit);
        // Before version 2 an epoch may have many transactions.
        let is_its_own = prepared.client_version >= V2;
        assert!(!is_its_own || before.is_none_or(|before| before == is_commit), "one epoch ended both ways");
    }
}

struct World {
    bench: Bench,
    clients: Vec<Client>,
    partitions: Partitions,
    /// Partitions of the prepared transaction that have their marker.
    marked: usize,
    /// Epochs by producer id, as far as the log has gone.
    epochs: BTreeMap<ProducerId, ProducerEpoch>,
    commits: Vec<(Producer, BTreeSet<TopicPartition>)>,
    checked: usize,
}

/// Plays one schedule; returns how many transactions were committed.
fn run(seed: u64) -> usize {
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = World {
        bench: Bench::new(),
        clients: vec![Client::default(); 3],
        partitions: Partitions::default(),
        marked: 0,
        epochs: BTreeMap::new(),
        commits: Vec::new(),
        checked: 0,
    };
    if random.random_bool(0.3) {
        world.bench.version = V0;
    }
    for _ in 0..STEPS {
        world.step(&mut random);
        world.check();
    }
    // Nothing is stuck once clients fall silent.
    world.write_markers(usize::MAX);
    world.pass(61_000);
    world.write_markers(usize::MAX);
    world.check();
    assert!(world.bench.shard.get(ID).is_none_or(|known| known.state.is_idle()));
    assert!(world.partitions.open.is_empty(), "every transaction has ended everywhere");
    for (producer, partitions) in &world.commits {
        for partition in partitions {
            let key = (partition.partition.0, producer.id, producer.epoch);
            // An epoch without bumps may have several transactions, which may not all have written.
            assert_ne!(world.partitions.ended.get(&key), Some(&false), "a committed transaction is torn");
        }
    }
    world.commits.len()
}

impl World {
    fn step(&mut self, random: &mut StdRng) {
        let index = random.random_range(0..self.clients.len());
        let Client { producer } = self.clients[index];
        match random.random_range(0..20) {
            0 | 1 => {
                let expected = producer.filter(|_| random.random_bool(0.5));
                if let Ok(producer) = self.bench.init(expected) {
                    self.clients[index].producer = Some(producer);
                }
            }
            2..=9 => self.produce(producer, random.random_range(0..4)),
            10..=14 => self.end(index, random.random_bool(0.6)),
            15 | 16 => self.write_markers(random.random_range(0..4)),
            17 => self.pass(random.random_range(0..40_000)),
            18 if random.random_bool(0.1) => self.pass(self.bench.settings.id_expiration_ms),
            18 => {}
            _ => self.crash(),
        }
    }

    /// The way of version 2: the partition joins by the records themselves.
    fn produce(&mut self, producer: Option<Producer>, index: i32) {
        let Some(producer) = producer else { return };
        if self.bench.add(producer, &[index], self.bench.version).is_ok() {
            self.partitions.write(index, producer);
        }
    }

    fn end(&mut self, index: usize, is_commit: bool) {
        let Some(producer) = self.clients[index].producer else { return };
        let before = self.bench.shard.get(ID).cloned();
        let version = self.bench.version;
        let Ok(next) = self.bench.end(producer, is_commit, version) else { return };
        self.clients[index].producer = Some(next);
        // Clients of version 0 keep their epoch, so their transactions cannot be told apart below.
        if let Some(before) =
            before.filter(|it| it.state == TransactionState::Ongoing && is_commit && version == V2)
        {
            self.commits.push((producer, before.partitions));
        }
    }

    fn write_markers(&mut self, count_max: usize) {
        let Some(prepared) = self.bench.shard.get(ID).filter(|it| it.state.is_prepared()).cloned() else {
            return;
        };
        let left = prepared.partitions.iter().skip(self.marked).take(count_max);
        for partition in left {
            self.partitions.mark(partition.partition.0, &prepared);
            self.marked += 1;
        }
        if self.marked >= prepared.partitions.len() {
            self.bench.complete();
            self.marked = 0;
        }
    }

    fn pass(&mut self, ms: i64) {
        self.bench.now_ms += ms;
        for id in self.bench.shard.timed_out(self.bench.now_ms) {
            self.bench.turn(|shard, turn| shard.abort_timed_out(&id, turn));
        }
        self.bench.turn(|shard, turn| shard.expire(1 << 20, turn));
    }

    /// Another coordinator takes over: markers are written again from the first.
    fn crash(&mut self) {
        self.bench.shard = self.bench.reloaded(self.bench.log.len());
        self.marked = 0;
    }

    /// Epochs only grow, a producer id is that of one transactional id, and what is read back is what was there.
    fn check(&mut self) {
        for record in &self.bench.log[self.checked..] {
            let Some(value) = &record.value else { continue };
            let Producer { id, epoch } = value.producer;
            let last = self.epochs.entry(id).or_insert(epoch);
            assert!(epoch >= *last, "epoch {epoch} of {id} after {last}");
            *last = epoch;
            assert!(value.state != TransactionState::Ongoing || epoch < ProducerEpoch(32_767));
        }
        self.checked = self.bench.log.len();
        let without_last = |shard: &Shard| {
            let known = shard.get(ID).cloned();
            known.map(|known| Transaction { last_epoch: ProducerEpoch::NONE, ..known })
        };
        let reloaded = self.bench.reloaded(self.checked);
        assert_eq!(without_last(&reloaded), without_last(&self.bench.shard));
    }
}
