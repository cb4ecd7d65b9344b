use std::collections::BTreeMap;

use crate::names::{Offset, ProducerId};

/// The transactions that hold back the last stable offset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transactions {
    /// By first offset: whose open transaction starts there.
    open: BTreeMap<Offset, ProducerId>,
    /// By first offset: where the marker is that ended the transaction, as long as not every replica has it.
    unreplicated: BTreeMap<Offset, Offset>,
}

/// A transaction whose marker came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Completed {
    pub producer_id: ProducerId,
    pub first_offset: Offset,
    /// The marker's offset.
    pub last_offset: Offset,
    pub is_aborted: bool,
}

impl Transactions {
    pub fn start(&mut self, id: ProducerId, first_offset: Offset) {
        self.open.insert(first_offset, id);
    }

    /// Ends a transaction. Returns the last stable offset as of its marker, if nothing but open transactions counts.
    pub fn complete(&mut self, completed: &Completed) -> Offset {
        let others = self.open.iter().filter(|(_, id)| **id != completed.producer_id);
        let last_stable_offset =
            others.map(|(first, _)| *first).next().unwrap_or(completed.last_offset.plus(1));
        self.open.remove(&completed.first_offset);
        self.unreplicated.insert(completed.first_offset, completed.last_offset);
        last_stable_offset
    }

    /// Where the oldest transaction starts whose outcome readers must not see yet: it is open, or its marker lies
    /// at or above the high watermark (B5).
    pub fn first_unstable_offset(&mut self, high_watermark: Offset) -> Option<Offset> {
        self.unreplicated.retain(|_, marker| *marker >= high_watermark);
        let open = self.open.keys().next();
        let unreplicated = self.unreplicated.keys().next();
        open.into_iter().chain(unreplicated).min().copied()
    }

    /// The oldest open transaction: where it starts, and whose it is.
    pub fn oldest_open(&self) -> Option<(Offset, ProducerId)> {
        self.open.iter().next().map(|(first, id)| (*first, *id))
    }

    pub fn has_none_unreplicated(&self) -> bool {
        self.unreplicated.is_empty()
    }
}
