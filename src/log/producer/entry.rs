use crate::names::{Offset, ProducerEpoch, ProducerId};

/// What is known of one producer (`ProducerStateEntry`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerEntry {
    pub producer_id: ProducerId,
    pub epoch: ProducerEpoch,
    /// Of the last transaction marker; -1 without one.
    pub coordinator_epoch: i32,
    pub last_timestamp_ms: i64,
    /// Where its open transaction began.
    pub transaction_first_offset: Option<Offset>,
    batches: Vec<RecentBatch>,
}

/// A batch that may come again (`BatchMetadata`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecentBatch {
    pub last_sequence: i32,
    pub last_offset: Offset,
    pub offset_delta: i32,
    pub timestamp_ms: i64,
}

impl RecentBatch {
    /// Sequences run from 0 to 2^31-1 and start over.
    pub fn first_sequence(&self) -> i32 {
        self.last_sequence.wrapping_sub(self.offset_delta) & i32::MAX
    }

    pub fn first_offset(&self) -> Offset {
        self.last_offset.plus(-i64::from(self.offset_delta))
    }
}

impl ProducerEntry {
    /// Batches remembered to recognise duplicates (A16).
    pub const BATCHES_MAX: usize = 5;

    /// A producer of which nothing is known.
    pub fn new(producer_id: ProducerId) -> Self {
        Self {
            producer_id,
            epoch: ProducerEpoch::NONE,
            coordinator_epoch: -1,
            last_timestamp_ms: -1,
            transaction_first_offset: None,
            batches: Vec::new(),
        }
    }

    /// The batches of the current epoch, oldest first, at most [`Self::BATCHES_MAX`].
    pub fn batches(&self) -> &[RecentBatch] {
        &self.batches
    }

    /// -1 if no batch of the current epoch is known.
    pub fn last_sequence(&self) -> i32 {
        self.batches.last().map_or(-1, |batch| batch.last_sequence)
    }

    /// Whether a transaction of this epoch is open.
    pub fn has_open_transaction(&self, epoch: ProducerEpoch) -> bool {
        self.transaction_first_offset.is_some() && self.epoch == epoch
    }

    /// The remembered batch with exactly these sequences.
    pub fn find_duplicate(&self, epoch: ProducerEpoch, first: i32, last: i32) -> Option<&RecentBatch> {
        if epoch != self.epoch {
            return None;
        }
        self.batches.iter().find(|batch| batch.last_sequence == last && batch.first_sequence() == first)
    }

    /// A new epoch starts without batches.
    pub(super) fn set_epoch(&mut self, epoch: ProducerEpoch) {
        if self.epoch != epoch {
            self.batches.clear();
            self.epoch = epoch;
        }
    }

    pub(super) fn add_batch(&mut self, batch: RecentBatch) {
        if self.batches.len() == Self::BATCHES_MAX {
            self.batches.remove(0);
        }
        self.batches.push(batch);
    }
}
