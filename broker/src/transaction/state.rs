//! What the coordinator knows of one transactional id, and how it changes (`TransactionMetadata`).

use std::collections::BTreeSet;
use std::sync::Arc;

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{ProducerEpoch, ProducerId, TopicPartition};
use kafkactl_core::wire::ErrorCode;

/// A producer's name for its transactions (`transactional.id`). Never a slice of a frame.
pub type TransactionalId = Arc<str>;

/// One life of a producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer {
    pub id: ProducerId,
    pub epoch: ProducerEpoch,
}

/// F2. Numbers are those of the log, names those that tools show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransactionState {
    Empty = 0,
    Ongoing = 1,
    PrepareCommit = 2,
    PrepareAbort = 3,
    CompleteCommit = 4,
    CompleteAbort = 5,
    /// On its way out of a coordinator's memory. Kafka's logs never hold it.
    Dead = 6,
    /// About to abort a transaction whose producer was fenced. Kafka's logs never hold it.
    PrepareEpochFence = 7,
}

impl TransactionState {
    const ALL: [Self; 8] = [
        Self::Empty,
        Self::Ongoing,
        Self::PrepareCommit,
        Self::PrepareAbort,
        Self::CompleteCommit,
        Self::CompleteAbort,
        Self::Dead,
        Self::PrepareEpochFence,
    ];

    pub fn of_number(number: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as i8 == number)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Ongoing => "Ongoing",
            Self::PrepareCommit => "PrepareCommit",
            Self::PrepareAbort => "PrepareAbort",
            Self::CompleteCommit => "CompleteCommit",
            Self::CompleteAbort => "CompleteAbort",
            Self::Dead => "Dead",
            Self::PrepareEpochFence => "PrepareEpochFence",
        }
    }

    /// Whether the outcome is decided and markers are being written.
    pub fn is_prepared(self) -> bool {
        matches!(self, Self::PrepareCommit | Self::PrepareAbort)
    }

    /// Whether no transaction is open.
    pub fn is_idle(self) -> bool {
        matches!(self, Self::Empty | Self::CompleteCommit | Self::CompleteAbort)
    }

    /// Of a transaction that is, or was, committed; `None` where nothing is decided.
    pub fn is_commit(self) -> Option<bool> {
        match self {
            Self::PrepareCommit | Self::CompleteCommit => Some(true),
            Self::PrepareAbort | Self::CompleteAbort => Some(false),
            _ => None,
        }
    }
}

/// The last transaction of a transactional id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub producer: Producer,
    /// The producer id before the last change of state; differs from the current one when ids were exchanged.
    pub previous_producer_id: ProducerId,
    /// Takes the place of the producer id once a transaction is complete that used the last epoch; else -1.
    pub next_producer_id: ProducerId,
    /// The epoch before the current one, for clients that ask again (KIP-360). The log does not keep it.
    pub last_epoch: ProducerEpoch,
    pub timeout_ms: i32,
    pub state: TransactionState,
    /// Where markers have to go.
    pub partitions: BTreeSet<TopicPartition>,
    /// When the first partition was added; -1 before.
    pub start_timestamp_ms: i64,
    pub last_update_timestamp_ms: i64,
    /// The version of the protocol that its client speaks.
    pub client_version: TransactionVersion,
}

/// The last epoch a client gets. The one above it is kept for fencing.
const EPOCH_MAX: ProducerEpoch = ProducerEpoch(i16::MAX - 1);

impl Transaction {
    /// Of a transactional id that is heard of for the first time.
    pub fn new(id: ProducerId, timeout_ms: i32, now_ms: i64) -> Self {
        Self {
            producer: Producer { id, epoch: ProducerEpoch(0) },
            previous_producer_id: id,
            next_producer_id: ProducerId::NONE,
            last_epoch: ProducerEpoch::NONE,
            timeout_ms,
            state: TransactionState::Empty,
            partitions: BTreeSet::new(),
            start_timestamp_ms: -1,
            last_update_timestamp_ms: now_ms,
            client_version: TransactionVersion::V0,
        }
    }

    /// Whether the current producer id has no epoch left for clients.
    pub fn is_exhausted(&self) -> bool {
        self.producer.epoch >= EPOCH_MAX
    }

    /// Whether a client that knows itself as `expected` may go on (F5).
    pub fn may_continue(&self, expected: Producer) -> bool {
        expected.id == self.producer.id
            || (expected.id == self.previous_producer_id && expected.epoch >= EPOCH_MAX)
    }

    /// For a producer that starts, or starts over after an error.
    ///
    /// Errors: PRODUCER_FENCED for an `expected` epoch that is neither the current one nor the last (F5).
    pub fn renewed(
        &self,
        expected: Option<Producer>,
        timeout_ms: i32,
        now_ms: i64,
    ) -> Result<Self, ErrorCode> {
        let current = self.producer.epoch;
        let (epoch, last_epoch) = match expected {
            None => (current.next(), ProducerEpoch::NONE),
            Some(expected) if expected.epoch == current => (current.next(), current),
            // It asks again: its first answer was lost.
            Some(expected) if expected.epoch == self.last_epoch => (current, self.last_epoch),
            Some(_) => return Err(ErrorCode::ProducerFenced),
        };
        let producer = Producer { epoch, ..self.producer };
        Ok(Self { producer, last_epoch, ..self.emptied(timeout_ms, now_ms) })
    }

    /// As [`Transaction::renewed`] under a fresh producer id, when the old one has no epochs left.
    pub fn rotated(&self, id: ProducerId, expected: Option<Producer>, timeout_ms: i32, now_ms: i64) -> Self {
        let last_epoch = if expected.is_some() { self.producer.epoch } else { ProducerEpoch::NONE };
        let producer = Producer { id, epoch: ProducerEpoch(0) };
        Self { producer, last_epoch, ..self.emptied(timeout_ms, now_ms) }
    }

    fn emptied(&self, timeout_ms: i32, now_ms: i64) -> Self {
        Self {
            timeout_ms,
            partitions: BTreeSet::new(),
            start_timestamp_ms: -1,
            ..self.moved(TransactionState::Empty, now_ms)
        }
    }

    /// With more partitions. The first ones start the transaction's clock.
    pub fn with(&self, added: BTreeSet<TopicPartition>, version: TransactionVersion, now_ms: i64) -> Self {
        let mut next = self.moved(TransactionState::Ongoing, now_ms);
        if self.state.is_idle() {
            next.start_timestamp_ms = now_ms;
        }
        next.partitions.extend(added);
        next.client_version = version;
        next
    }

    /// With its outcome decided. From version 2 on every end raises the epoch; `next_id` takes over when that was
    /// the last one, else -1. An abort without partitions starts as it ends.
    pub fn prepared(
        &self,
        is_commit: bool,
        version: TransactionVersion,
        next_id: ProducerId,
        now_ms: i64,
    ) -> Self {
        let state = if is_commit { TransactionState::PrepareCommit } else { TransactionState::PrepareAbort };
        let mut next = self.moved(state, now_ms);
        if version >= TransactionVersion::V2 {
            next.raise_epoch();
        }
        if self.state.is_idle() {
            next.start_timestamp_ms = now_ms;
        }
        next.client_version = version;
        next.next_producer_id = next_id;
        next
    }

    /// Aborted by the coordinator, its producer fenced by an epoch that no client ever gets.
    pub fn fenced(&self, version: TransactionVersion, now_ms: i64) -> Self {
        let mut next = self.moved(TransactionState::PrepareAbort, now_ms);
        next.raise_epoch();
        next.client_version = version;
        if version < TransactionVersion::V2 {
            next.last_epoch = ProducerEpoch::NONE;
            next.client_version = TransactionVersion::V0;
        }
        next
    }

    /// With all its markers written.
    pub fn completed(&self, now_ms: i64) -> Self {
        let is_commit = self.state == TransactionState::PrepareCommit;
        let state =
            if is_commit { TransactionState::CompleteCommit } else { TransactionState::CompleteAbort };
        let mut next = self.moved(state, now_ms);
        next.producer = self.producer_when_complete();
        next.next_producer_id = ProducerId::NONE;
        next.partitions = BTreeSet::new();
        next
    }

    /// Who the producer is once its prepared transaction is complete.
    pub fn producer_when_complete(&self) -> Producer {
        let exchanges =
            self.client_version >= TransactionVersion::V2 && self.next_producer_id != ProducerId::NONE;
        if exchanges {
            Producer { id: self.next_producer_id, epoch: ProducerEpoch(0) }
        } else {
            self.producer
        }
    }

    /// Whether it has been open for longer than its producer allowed. The longest timeout is none (KIP-939).
    pub fn has_timed_out(&self, now_ms: i64) -> bool {
        self.state == TransactionState::Ongoing
            && self.timeout_ms != i32::MAX
            && self.start_timestamp_ms.saturating_add(self.timeout_ms.into()) < now_ms
    }

    fn moved(&self, state: TransactionState, now_ms: i64) -> Self {
        Self {
            state,
            previous_producer_id: self.producer.id,
            last_update_timestamp_ms: now_ms,
            ..self.clone()
        }
    }

    fn raise_epoch(&mut self) {
        self.last_epoch = self.producer.epoch;
        self.producer.epoch = self.producer.epoch.next();
    }
}
