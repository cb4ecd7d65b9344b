//! What the transactions of this broker come to in numbers, for those who watch it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::coordinator::Transactions;
use super::shard::{ListFilter, Shard};
use super::state::TransactionState;
use crate::metrics::Histogram;

/// What has happened to transactions since this broker started.
#[derive(Debug, Default)]
pub struct TransactionCounts {
    pub committed: AtomicU64,
    pub aborted: AtomicU64,
    /// Of those aborted, by the coordinator because they were open for too long.
    pub timed_out: AtomicU64,
    /// Of partitions of the transactions topic, how long it took.
    pub(crate) loads: Histogram,
}

impl TransactionCounts {
    /// All markers of a transaction are written.
    pub(super) fn completed(&self, is_commit: bool) {
        let count = if is_commit { &self.committed } else { &self.aborted };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn timed_out(&self) {
        self.timed_out.fetch_add(1, Ordering::Relaxed);
    }
}

/// The transactional ids of this broker at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionFigures {
    /// How many are in each state, by Kafka's names.
    pub by_state: BTreeMap<&'static str, usize>,
    /// When the oldest open transaction began, in milliseconds since 1970.
    pub oldest_open_ms: Option<i64>,
}

impl Transactions {
    /// Of every transactional id this broker coordinates, but for those of shards that are still loading.
    pub fn figures(&self) -> TransactionFigures {
        let mut figures = TransactionFigures::default();
        for shard in self.shards() {
            // A shard that loads, or is given up, has nothing to tell yet.
            let _ = shard.look(|shard| figures.add(shard));
        }
        figures
    }
}

impl TransactionFigures {
    fn add(&mut self, shard: &Shard) {
        for (_, transaction) in shard.list(&ListFilter::default(), 0) {
            *self.by_state.entry(transaction.state.name()).or_default() += 1;
            if transaction.state == TransactionState::Ongoing {
                let began_ms = transaction.start_timestamp_ms;
                self.oldest_open_ms = Some(self.oldest_open_ms.map_or(began_ms, |ms| ms.min(began_ms)));
            }
        }
    }
}
