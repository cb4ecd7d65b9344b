//! What a log knows about idempotent and transactional producers (`ProducerStateManager`), as a pure machine:
//! [`Producers::check`] decides about a batch, [`Producers::apply`] is the only way the state changes, at run time
//! and when a log is replayed.

mod check;
mod entry;
mod snapshot;
mod transactions;

use std::collections::HashMap;

pub use check::{TransactionVersion, Verified};
pub(crate) use check::{Verdict, marker_of};
pub use entry::{ProducerEntry, RecentBatch};
pub(crate) use snapshot::{decode as decode_snapshot, encode as encode_snapshot};
use transactions::Transactions;

use super::index::AbortedTxn;
use crate::names::{Offset, ProducerEpoch, ProducerId};
use check::Change;

/// Allows one transactional append of a producer after its coordinator was asked (F7); never given out twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerificationGuard(u64);

/// The producers of one log.
#[derive(Debug, Clone)]
pub(crate) struct Producers {
    entries: HashMap<ProducerId, Known>,
    transactions: Transactions,
    verifications: HashMap<ProducerId, Verification>,
    guards_made: u64,
    /// The state covers every record before this offset.
    end_offset: Offset,
    expiration_ms: u64,
    /// Producers ever added, and the most there were at once: they give the order of a snapshot's entries.
    added: u64,
    count_max: usize,
}

#[derive(Debug, Clone)]
struct Known {
    entry: ProducerEntry,
    added: u64,
}

/// A transactional append that waits for the coordinator's word.
#[derive(Debug, Clone, Copy)]
struct Verification {
    guard: VerificationGuard,
    since_ms: i64,
    lowest_sequence: i32,
    epoch: ProducerEpoch,
    /// The client adds partitions by producing to them (TV2), so its first batch must have sequence 0.
    is_implicit: bool,
}

impl Producers {
    pub fn new(expiration_ms: u64) -> Self {
        Self {
            entries: HashMap::new(),
            transactions: Transactions::default(),
            verifications: HashMap::new(),
            guards_made: 0,
            end_offset: Offset(0),
            expiration_ms,
            added: 0,
            count_max: 0,
        }
    }

    pub fn end_offset(&self) -> Offset {
        self.end_offset
    }

    pub fn set_end_offset(&mut self, offset: Offset) {
        self.end_offset = offset;
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.transactions.has_none_unreplicated()
    }

    /// Forgets everything but what waits for verification.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.transactions = Transactions::default();
    }

    pub fn iter(&self) -> impl Iterator<Item = &ProducerEntry> {
        self.entries.values().map(|known| &known.entry)
    }

    pub fn get(&self, id: ProducerId) -> Option<&ProducerEntry> {
        self.entries.get(&id).map(|known| &known.entry)
    }

    pub fn transactions(&mut self) -> &mut Transactions {
        &mut self.transactions
    }

    /// Puts an allowed batch into effect. Returns the transaction it ended, if it was aborted, for the index.
    pub fn apply(&mut self, change: Change) -> Option<AbortedTxn> {
        let id = change.producer_id;
        if change.is_transactional {
            self.verifications.remove(&id);
        }
        let started = change.started;
        let completed = change.completed;
        self.insert_with(id, |entry| change.apply_to(entry));
        if let Some(first_offset) = started {
            self.transactions.start(id, first_offset);
        }
        let completed = completed?;
        let last_stable_offset = self.transactions.complete(&completed);
        completed.is_aborted.then_some(AbortedTxn {
            producer_id: id,
            first_offset: completed.first_offset,
            last_offset: completed.last_offset,
            last_stable_offset,
        })
    }

    /// Takes over an entry from a snapshot, unless it has expired.
    pub fn load(&mut self, entry: ProducerEntry, now_ms: i64) {
        if self.has_expired(&entry, now_ms) {
            return;
        }
        if let Some(first_offset) = entry.transaction_first_offset {
            self.transactions.start(entry.producer_id, first_offset);
        }
        self.insert_with(entry.producer_id, |known| *known = entry);
    }

    fn insert_with(&mut self, id: ProducerId, change: impl FnOnce(&mut ProducerEntry)) {
        let added = self.added;
        let known = self.entries.entry(id).or_insert_with(|| Known { entry: ProducerEntry::new(id), added });
        if known.added == added {
            self.added += 1;
        }
        change(&mut known.entry);
        self.count_max = self.count_max.max(self.entries.len());
    }

    /// Forgets producers that have been silent for `expiration_ms`; an open transaction keeps its producer. A producer
    /// that comes back may start with any sequence (A18).
    pub fn expire(&mut self, now_ms: i64, expiration_ms: u64) {
        self.expiration_ms = expiration_ms;
        let expired = |entry: &ProducerEntry| self.has_expired(entry, now_ms);
        let gone: Vec<_> =
            self.iter().filter(|entry| expired(entry)).map(|entry| entry.producer_id).collect();
        for id in gone {
            self.entries.remove(&id);
        }
        self.verifications.retain(|_, waiting| age_ms(now_ms, waiting.since_ms) < expiration_ms);
    }

    fn has_expired(&self, entry: &ProducerEntry, now_ms: i64) -> bool {
        entry.transaction_first_offset.is_none()
            && age_ms(now_ms, entry.last_timestamp_ms) >= self.expiration_ms
    }

    /// Begins to wait for the coordinator's word on a producer's first transactional batch; `None` if a transaction
    /// is open already in this epoch, so that nobody needs to be asked.
    pub fn start_verification(
        &mut self,
        id: ProducerId,
        epoch: ProducerEpoch,
        sequence: i32,
        is_implicit: bool,
        now_ms: i64,
    ) -> Option<VerificationGuard> {
        if self.get(id).is_some_and(|entry| entry.has_open_transaction(epoch)) {
            return None;
        }
        let guards_made = &mut self.guards_made;
        let waiting = self.verifications.entry(id).or_insert_with(|| {
            *guards_made += 1;
            let guard = VerificationGuard(*guards_made);
            Verification { guard, since_ms: now_ms, lowest_sequence: sequence, epoch, is_implicit }
        });
        if epoch > waiting.epoch {
            waiting.epoch = epoch;
            waiting.lowest_sequence = sequence;
        } else if epoch == waiting.epoch {
            waiting.lowest_sequence = waiting.lowest_sequence.min(sequence);
        }
        Some(waiting.guard)
    }

    /// The entries as a snapshot lists them: in the order of Java's `HashMap`, which Kafka iterates over. That is
    /// by bucket, then by age; the table has doubled whenever it was three quarters full.
    pub fn in_snapshot_order(&self) -> Vec<&ProducerEntry> {
        let mut buckets: u64 = 16;
        while self.count_max as u64 * 4 > buckets * 3 {
            buckets *= 2;
        }
        let bucket = |id: ProducerId| {
            let hash = (id.0 as u64 ^ (id.0 as u64 >> 32)) as u32;
            u64::from(hash ^ (hash >> 16)) & (buckets - 1)
        };
        let mut known: Vec<_> = self.entries.values().collect();
        known.sort_by_key(|known| (bucket(known.entry.producer_id), known.added));
        known.into_iter().map(|known| &known.entry).collect()
    }
}

fn age_ms(now_ms: i64, then_ms: i64) -> u64 {
    now_ms.saturating_sub(then_ms).max(0) as u64
}
