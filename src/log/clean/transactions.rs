use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::log::index::AbortedTxn;
use crate::names::{Offset, ProducerId};
use crate::record::BatchHeader;

/// Tells, while batches pass in order, which belong to aborted transactions and which markers have lost all their
/// data (`CleanedTransactionMetadata`).
#[derive(Debug, Default)]
pub(super) struct PassingTransactions {
    /// Aborted transactions that have not begun yet, the first to begin on top.
    to_come: BinaryHeap<Reverse<(Offset, Offset, ProducerId, Offset)>>,
    aborted: HashMap<ProducerId, OpenAborted>,
    committed: HashSet<ProducerId>,
}

#[derive(Debug)]
struct OpenAborted {
    txn: AbortedTxn,
    has_data: bool,
}

/// What a marker means for cleaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkerFate {
    /// Data of its transaction is, or was until now, in the log. An aborted one stays in the index.
    Kept(Option<AbortedTxn>),
    /// No data is left: the marker may go once its horizon has passed.
    MayGo,
}

impl PassingTransactions {
    /// Of the batches to come, those of `aborted` are to be told apart.
    pub fn new(aborted: impl IntoIterator<Item = AbortedTxn>) -> Self {
        let first_to_begin = |txn: AbortedTxn| {
            Reverse((txn.first_offset, txn.last_offset, txn.producer_id, txn.last_stable_offset))
        };
        Self { to_come: aborted.into_iter().map(first_to_begin).collect(), ..Self::default() }
    }

    /// A data batch passes; says whether it was aborted.
    pub fn data(&mut self, header: &BatchHeader) -> bool {
        self.begin_up_to(header.last_offset());
        if !header.is_transactional() {
            return false;
        }
        match self.aborted.get_mut(&header.producer_id) {
            Some(open) => open.has_data = true,
            None => drop(self.committed.insert(header.producer_id)),
        }
        self.aborted.contains_key(&header.producer_id)
    }

    /// A marker passes; `commit` is `None` for a batch that was emptied before.
    pub fn marker(&mut self, header: &BatchHeader, commit: Option<bool>) -> MarkerFate {
        self.begin_up_to(header.last_offset());
        match commit {
            None => MarkerFate::MayGo,
            Some(true) if self.committed.remove(&header.producer_id) => MarkerFate::Kept(None),
            Some(true) => MarkerFate::MayGo,
            Some(false) => match self.aborted.remove(&header.producer_id) {
                Some(open) if open.has_data => MarkerFate::Kept(Some(open.txn)),
                _ => MarkerFate::MayGo,
            },
        }
    }

    fn begin_up_to(&mut self, offset: Offset) {
        while let Some(Reverse((first_offset, last_offset, producer_id, last_stable_offset))) =
            self.to_come.peek().copied()
            && first_offset <= offset
        {
            self.to_come.pop();
            let txn = AbortedTxn { producer_id, first_offset, last_offset, last_stable_offset };
            self.aborted.entry(producer_id).or_insert(OpenAborted { txn, has_data: false });
        }
    }
}
