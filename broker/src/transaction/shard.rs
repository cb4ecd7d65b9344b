//! The transactional ids of one `__transaction_state` partition: a pure machine.
//!
//! Requests decide and leave records in their [`Turn`]; [`Shard::replay`] alone changes the shard, at run time and when
//! a coordinator loads. Does not know: the log, the network, what time it is.

use std::collections::{BTreeSet, HashMap, HashSet};

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{ProducerId, TopicPartition};
use kafkactl_core::settings::TransactionSettings;
use kafkactl_core::wire::ErrorCode;
use regex::Regex;

use super::state::{Producer, Transaction, TransactionState, TransactionalId};
use super::stored::TransactionRecord;

/// See the module's description.
#[derive(Debug, Default, PartialEq)]
pub struct Shard {
    transactions: HashMap<TransactionalId, Transaction>,
}

/// All a decision may use besides its request and the shard, and what it leaves.
pub struct Turn<'a> {
    pub now_ms: i64,
    pub settings: &'a TransactionSettings,
    /// The finalized `transaction.version`.
    pub version: TransactionVersion,
    pub records: Vec<TransactionRecord>,
}

impl Turn<'_> {
    pub fn push(&mut self, id: &TransactionalId, next: Transaction) {
        self.records.push(TransactionRecord { id: id.clone(), value: Some(next) });
    }
}

/// Who a client is from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Producer(Producer),
    /// Nothing was decided: the request has to come again with a fresh producer id.
    NeedsProducerId,
}

/// Which transactions to list (KIP-664, KIP-994, KIP-1152). What is empty or `None` filters nothing.
#[derive(Debug, Default)]
pub struct ListFilter {
    pub states: Option<BTreeSet<TransactionState>>,
    pub producer_ids: HashSet<ProducerId>,
    /// Only what has been running for longer.
    pub duration_ms: Option<i64>,
    /// Matches whole ids.
    pub pattern: Option<Regex>,
}

impl ListFilter {
    fn admits(&self, id: &str, transaction: &Transaction, now_ms: i64) -> bool {
        let running_ms = now_ms.saturating_sub(transaction.start_timestamp_ms);
        self.states.as_ref().is_none_or(|states| states.contains(&transaction.state))
            && (self.producer_ids.is_empty() || self.producer_ids.contains(&transaction.producer.id))
            && self.duration_ms.is_none_or(|longest_ms| running_ms > longest_ms)
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(id))
    }
}

impl Shard {
    /// Takes in one record of the log.
    pub fn replay(&mut self, record: TransactionRecord) {
        match record.value {
            Some(value) => drop(self.transactions.insert(record.id, value)),
            None => drop(self.transactions.remove(&record.id)),
        }
    }

    pub fn get(&self, id: &str) -> Option<&Transaction> {
        self.transactions.get(id)
    }

    /// Errors: CONCURRENT_TRANSACTIONS while the id's last transaction is prepared. This comes before any look at who
    /// the client is: it may know itself already by the producer id or epoch that the completion brings.
    pub(super) fn check_settled(&self, id: &str) -> Result<(), ErrorCode> {
        match self.get(id) {
            Some(known) if known.state.is_prepared() => Err(ErrorCode::ConcurrentTransactions),
            _ => Ok(()),
        }
    }

    /// The transaction of a client that shows its producer id and epoch (F6, F9).
    pub(super) fn of_producer(&self, id: &str, producer: Producer) -> Result<&Transaction, ErrorCode> {
        let known = self.get(id).filter(|known| known.producer.id == producer.id);
        let known = known.ok_or(ErrorCode::InvalidProducerIdMapping)?;
        if known.producer.epoch != producer.epoch {
            return Err(ErrorCode::ProducerFenced);
        }
        Ok(known)
    }

    /// Makes partitions part of a transaction, and opens it with the first ones (F6, F17). `version` is that of the
    /// client.
    pub fn add(
        &self,
        id: &TransactionalId,
        producer: Producer,
        partitions: BTreeSet<TopicPartition>,
        version: TransactionVersion,
        turn: &mut Turn<'_>,
    ) -> Result<(), ErrorCode> {
        self.check_settled(id)?;
        let known = self.of_producer(id, producer)?;
        let is_known = known.state == TransactionState::Ongoing && partitions.is_subset(&known.partitions);
        if !is_known {
            turn.push(id, known.with(partitions, version, turn.now_ms));
        }
        Ok(())
    }

    /// Which of the partitions are part of a producer's transaction: one answer each, in order (F7).
    pub fn verify(
        &self,
        id: &str,
        producer: Producer,
        partitions: &BTreeSet<TopicPartition>,
    ) -> Result<Vec<bool>, ErrorCode> {
        let known = self.of_producer(id, producer)?;
        if known.state.is_prepared() {
            return Err(ErrorCode::ConcurrentTransactions);
        }
        Ok(partitions.iter().map(|partition| known.partitions.contains(partition)).collect())
    }

    // ---- Looking ----------------------------------------------------------------------------------------------

    pub fn list(
        &self,
        filter: &ListFilter,
        now_ms: i64,
    ) -> impl Iterator<Item = (&TransactionalId, &Transaction)> {
        self.transactions.iter().filter(move |(id, transaction)| filter.admits(id, transaction, now_ms))
    }

    pub fn describe(&self, id: &str) -> Result<Transaction, ErrorCode> {
        self.get(id).cloned().ok_or(ErrorCode::TransactionalIdNotFound)
    }

    /// Ids whose transaction awaits markers: after a load these are to be finished (F15).
    pub fn prepared(&self) -> Vec<TransactionalId> {
        self.ids_where(|transaction| transaction.state.is_prepared())
    }

    // ---- By itself --------------------------------------------------------------------------------------------

    /// Ids whose transaction has been open for too long (F14).
    pub fn timed_out(&self, now_ms: i64) -> Vec<TransactionalId> {
        self.ids_where(|transaction| transaction.has_timed_out(now_ms))
    }

    /// Aborts a transaction that has been open for too long, and fences its producer. Says whether it did.
    pub fn abort_timed_out(&self, id: &TransactionalId, turn: &mut Turn<'_>) -> bool {
        let Some(known) = self.get(id).filter(|known| known.has_timed_out(turn.now_ms)) else { return false };
        turn.push(id, known.fenced(turn.version, turn.now_ms));
        true
    }

    /// Tombstones for ids that have been idle for `transactional.id.expiration.ms` (F14), as many as fit `bytes_max`.
    /// Says how many.
    pub fn expire(&self, bytes_max: usize, turn: &mut Turn<'_>) -> usize {
        let mut bytes = 0;
        for (id, transaction) in &self.transactions {
            let age_ms = turn.now_ms.saturating_sub(transaction.last_update_timestamp_ms);
            if !transaction.state.is_idle() || age_ms < turn.settings.id_expiration_ms {
                continue;
            }
            bytes += id.len() + TOMBSTONE_OVERHEAD_BYTES;
            if bytes > bytes_max && !turn.records.is_empty() {
                break;
            }
            turn.records.push(TransactionRecord { id: id.clone(), value: None });
        }
        turn.records.len()
    }

    /// Notes that all markers of a prepared transaction are written. Nothing to do if it is another transaction by
    /// now.
    pub fn complete(&self, id: &TransactionalId, prepared: &Transaction, turn: &mut Turn<'_>) {
        let is_the_same =
            |known: &&Transaction| known.state.is_prepared() && known.producer == prepared.producer;
        if let Some(known) = self.get(id).filter(is_the_same) {
            turn.push(id, known.completed(turn.now_ms));
        }
    }

    fn ids_where(&self, holds: impl Fn(&Transaction) -> bool) -> Vec<TransactionalId> {
        let chosen = self.transactions.iter().filter(|(_, transaction)| holds(transaction));
        chosen.map(|(id, _)| id.clone()).collect()
    }
}

/// What a tombstone takes in a batch besides its id, at most.
const TOMBSTONE_OVERHEAD_BYTES: usize = 32;
