//! The machine, driven by hand: one door for all tests.

mod driver;
mod ending;
mod golden;
mod initialising;
mod random;

use std::collections::BTreeSet;

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{ProducerEpoch, ProducerId, TopicPartition};
use kafkactl_core::settings::{BrokerSettings, Properties, TransactionSettings};
use kafkactl_core::wire::ErrorCode;

use super::end::EndRequest;
use super::init::InitRequest;
use super::shard::{Decided, ListFilter, Shard, Turn};
use super::state::{Producer, Transaction, TransactionState, TransactionalId};
use super::stored::{self, TransactionRecord};

const V0: TransactionVersion = TransactionVersion::V0;
const V2: TransactionVersion = TransactionVersion::V2;

/// A shard with its log in memory and a clock that tests move.
struct Bench {
    shard: Shard,
    settings: TransactionSettings,
    now_ms: i64,
    /// The finalized `transaction.version`.
    version: TransactionVersion,
    log: Vec<TransactionRecord>,
    next_producer_id: i64,
}

impl Bench {
    fn new() -> Self {
        Self {
            shard: Shard::default(),
            settings: settings(),
            now_ms: 1_000_000,
            version: V2,
            log: Vec::new(),
            next_producer_id: 100,
        }
    }

    /// One decision as the driver carries it out.
    fn turn<R>(&mut self, act: impl FnOnce(&Shard, &mut Turn<'_>) -> R) -> R {
        let mut turn = Turn {
            now_ms: self.now_ms,
            settings: &self.settings,
            version: self.version,
            records: Vec::new(),
        };
        let result = act(&self.shard, &mut turn);
        for record in turn.records {
            self.replay(record);
        }
        result
    }

    fn replay(&mut self, record: TransactionRecord) {
        self.shard.replay(record.clone());
        self.log.push(record);
    }

    /// A coordinator that reads what the log holds up to a record.
    fn reloaded(&self, count: usize) -> Shard {
        let mut shard = Shard::default();
        for record in &self.log[..count] {
            let (key, value) = stored::encode(record, V2).unwrap();
            shard.replay(stored::decode(&key, value.as_deref()).unwrap());
        }
        shard
    }

    fn fresh(&mut self) -> ProducerId {
        self.next_producer_id += 1;
        ProducerId(self.next_producer_id)
    }

    fn init(&mut self, expected: Option<Producer>) -> Result<Producer, ErrorCode> {
        let request = InitRequest { id: ID.into(), timeout_ms: 60_000, expected, fresh: None };
        match self.turn(|shard, turn| shard.init(&request, turn))? {
            Decided::Producer(producer) => Ok(producer),
            Decided::NeedsProducerId => {
                let request = InitRequest { fresh: Some(self.fresh()), ..request };
                match self.turn(|shard, turn| shard.init(&request, turn))? {
                    Decided::Producer(producer) => Ok(producer),
                    Decided::NeedsProducerId => panic!("it has an id"),
                }
            }
        }
    }

    fn add(
        &mut self,
        producer: Producer,
        partitions: &[i32],
        version: TransactionVersion,
    ) -> Result<(), ErrorCode> {
        let partitions = partitions.iter().map(|&index| partition(index)).collect();
        self.turn(|shard, turn| shard.add(&ID.into(), producer, partitions, version, turn))
    }

    fn end(
        &mut self,
        producer: Producer,
        is_commit: bool,
        version: TransactionVersion,
    ) -> Result<Producer, ErrorCode> {
        let request = EndRequest { id: ID.into(), producer, is_commit, version, fresh: None };
        match self.turn(|shard, turn| shard.end(&request, turn))? {
            Decided::Producer(producer) => Ok(producer),
            Decided::NeedsProducerId => {
                let request = EndRequest { fresh: Some(self.fresh()), ..request };
                match self.turn(|shard, turn| shard.end(&request, turn))? {
                    Decided::Producer(producer) => Ok(producer),
                    Decided::NeedsProducerId => panic!("it has an id"),
                }
            }
        }
    }

    /// As if all markers were written.
    fn complete(&mut self) {
        let prepared = self.known().clone();
        self.turn(|shard, turn| shard.complete(&ID.into(), &prepared, turn));
    }

    fn known(&self) -> &Transaction {
        self.shard.get(ID).unwrap()
    }

    fn state(&self) -> TransactionState {
        self.known().state
    }

    /// A producer with a transaction over partition 0 that it brought to `state`. Version 2 clients end it.
    fn at(&mut self, state: TransactionState) -> Producer {
        let mut producer = self.init(None).unwrap();
        if state == TransactionState::Empty {
            return producer;
        }
        self.add(producer, &[0], V2).unwrap();
        if let Some(is_commit) = state.is_commit() {
            producer = self.end(producer, is_commit, V2).unwrap();
            if state.is_idle() {
                self.complete();
            }
        }
        assert_eq!(self.state(), state);
        producer
    }

    fn set_epoch(&mut self, epoch: i16) -> Producer {
        let mut value = self.known().clone();
        value.producer.epoch = ProducerEpoch(epoch);
        let producer = value.producer;
        self.replay(TransactionRecord { id: ID.into(), value: Some(value) });
        producer
    }
}

fn settings() -> TransactionSettings {
    BrokerSettings::load(&Properties::default(), &[]).unwrap().0.transaction
}

fn partition(index: i32) -> TopicPartition {
    TopicPartition::new("topic", index)
}

fn partitions(indexes: &[i32]) -> BTreeSet<TopicPartition> {
    indexes.iter().map(|&index| partition(index)).collect()
}

fn epoch_of(producer: Producer, epoch: i16) -> Producer {
    Producer { epoch: ProducerEpoch(epoch), ..producer }
}

const ID: &str = "transactional-id";
