//! The batches of one partition, in the order in which they must be stored.
//!
//! Invariants of an idempotent producer (KIP-98, KIP-360):
//! - sequences are given when a batch is first sent and kept over retries, so a broker knows a repetition;
//! - a batch that is sent again goes out only when nothing before it is unanswered;
//! - sequences start over, under a new epoch, only when nothing of the partition is unanswered.

use std::collections::VecDeque;
use std::time::Instant;

use super::batch::{BatchSequence, PendingBatch, sequence_after};
use super::{Acks, ProducerConfig, Receipt, Record};
use crate::names::{ProducerEpoch, ProducerId, TopicPartition};

#[derive(Debug)]
pub(super) struct Queue {
    pub partition: TopicPartition,
    batches: VecDeque<PendingBatch>,
    /// Orders of the batches that are out.
    in_flight: Vec<u64>,
    next_order: u64,
    sequence: Option<NextSequence>,
    /// Whether sequences must start over once nothing is out.
    restart: bool,
}

#[derive(Debug, Clone, Copy)]
struct NextSequence {
    id: ProducerId,
    epoch: ProducerEpoch,
    next: i32,
    last_acked: Option<i32>,
}

/// Whether the first batch may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    Ready,
    /// Not before this, if nothing else happens.
    At(Instant),
    /// When an answer comes.
    Blocked,
    Empty,
}

impl Queue {
    pub fn new(partition: TopicPartition) -> Self {
        Self {
            partition,
            batches: VecDeque::new(),
            in_flight: Vec::new(),
            next_order: 0,
            sequence: None,
            restart: false,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Appends to the last batch, or to a new one. Says whether a batch was finished by that, and how many more
    /// bytes of the buffer are in use.
    pub fn append(
        &mut self,
        record: &Record<'_>,
        timestamp_ms: i64,
        now: Instant,
        config: &ProducerConfig,
    ) -> (Option<Receipt>, Appended) {
        let record_bytes = record.size_bytes_max();
        let has_room = self
            .batches
            .back()
            .is_some_and(|last| last.attempts == 0 && last.has_room(record_bytes, config.batch_bytes));
        let is_first = self.batches.is_empty();
        let mut charged_before = 0;
        if has_room {
            charged_before = self.batches.back().map_or(0, |last| last.charged_bytes);
        } else {
            self.batches.push_back(PendingBatch::new(
                &self.partition,
                config.batch_fields(),
                self.next_order,
                now,
            ));
        }
        let Some(last) = self.batches.back_mut() else { return (None, Appended::default()) };
        let receipt = last.append(record, timestamp_ms);
        self.next_order += 1;
        let appended = Appended {
            bytes: last.charged_bytes - charged_before,
            batch_finished: !is_first && !has_room || last.is_full(config.batch_bytes),
            batch_started: !has_room,
            batch_order: last.order,
        };
        (receipt, appended)
    }

    pub fn readiness(&self, now: Instant, hurry: bool, config: &ProducerConfig) -> Readiness {
        let Some(first) = self.batches.front() else { return Readiness::Empty };
        let ordered_alone = !config.idempotence && config.acks != Acks::None;
        if !self.in_flight.is_empty() && (self.restart || ordered_alone) {
            return Readiness::Blocked;
        }
        if first.attempts > 0 && self.in_flight.iter().any(|order| *order < first.order) {
            return Readiness::Blocked;
        }
        let lingers =
            first.attempts == 0 && self.batches.len() == 1 && !first.is_full(config.batch_bytes) && !hurry;
        let at = match first.not_before {
            Some(at) => at,
            None if lingers => first.created + config.linger,
            None => now,
        };
        if at <= now { Readiness::Ready } else { Readiness::At(at) }
    }

    pub fn first_bytes(&self) -> usize {
        self.batches.front().map_or(0, PendingBatch::size_bytes)
    }

    /// When the first batch is given up unless it is answered.
    pub fn first_created(&self) -> Option<Instant> {
        self.batches.front().map(|batch| batch.created)
    }

    /// Takes the first batch to be sent. `producer` is the id and epoch that new sequences are for.
    pub fn take_first(&mut self, producer: Option<(ProducerId, ProducerEpoch)>) -> Option<PendingBatch> {
        if self.in_flight.is_empty() {
            self.start_over(producer);
        }
        let mut batch = self.batches.pop_front()?;
        if let (Some(sequence), None) = (&mut self.sequence, batch.sequence) {
            batch.set_sequence(BatchSequence { id: sequence.id, epoch: sequence.epoch, base: sequence.next });
            sequence.next = sequence_after(sequence.next, batch.record_count);
        }
        batch.attempts += 1;
        batch.not_before = None;
        self.in_flight.push(batch.order);
        Some(batch)
    }

    /// With nothing out: adopts a new id or epoch from sequence 0, unless batches wait to be repeated under the old.
    fn start_over(&mut self, producer: Option<(ProducerId, ProducerEpoch)>) {
        let Some((id, epoch)) = producer else { return };
        let is_current = self.sequence.is_some_and(|sequence| (sequence.id, sequence.epoch) == (id, epoch));
        let is_repeating = self.batches.front().is_some_and(|first| first.sequence.is_some());
        if self.restart || (!is_current && !is_repeating) {
            self.sequence = Some(NextSequence { id, epoch, next: 0, last_acked: None });
            self.restart = false;
            for batch in &mut self.batches {
                batch.sequence = None;
            }
        }
    }

    /// An answer came, whichever.
    pub fn answered(&mut self, batch: &PendingBatch) {
        self.in_flight.retain(|order| *order != batch.order);
    }

    pub fn acked(&mut self, batch: &PendingBatch) {
        if let (Some(sequence), Some(last)) = (&mut self.sequence, batch.last_sequence()) {
            sequence.last_acked = Some(last);
        }
    }

    /// Whether `batch` is the one that the broker must accept next.
    pub fn is_next(&self, batch: &PendingBatch) -> bool {
        match (self.sequence, batch.sequence) {
            (Some(state), Some(of_batch)) => {
                of_batch.base == state.last_acked.map_or(0, |last| sequence_after(last, 1))
            }
            _ => true,
        }
    }

    /// Demands a new epoch for whatever is sent from now on.
    pub fn demand_restart(&mut self) {
        self.restart = true;
    }

    /// Puts a batch back to where it came from.
    pub fn put_back(&mut self, batch: PendingBatch) {
        let at = self.batches.partition_point(|waiting| waiting.order < batch.order);
        self.batches.insert(at, batch);
    }

    /// Takes out what waits since before `deadline`; in the end also whatever waits.
    pub fn take_older(&mut self, deadline: Instant) -> Vec<PendingBatch> {
        let count = self.batches.iter().take_while(|batch| batch.created <= deadline).count();
        let expired: Vec<PendingBatch> = self.batches.drain(..count).collect();
        // One that has been out may have been stored: its sequences cannot be used again.
        if expired.iter().any(|batch| batch.sequence.is_some()) {
            self.restart = true;
        }
        expired
    }

    pub fn take_all(&mut self) -> Vec<PendingBatch> {
        self.batches.drain(..).collect()
    }
}

/// What an append changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Appended {
    pub bytes: usize,
    pub batch_finished: bool,
    pub batch_started: bool,
    pub batch_order: u64,
}
