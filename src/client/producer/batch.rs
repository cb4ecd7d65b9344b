use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use super::Record;
use super::record::{BatchOutcome, Failure, Outcome, Receipt, Stored};
use crate::client::ClientError;
use crate::names::{ProducerEpoch, ProducerId, TopicPartition};
use crate::record::{Batch, BatchBuilder, BatchFields, stamp};

/// Records of one partition that travel together, from the first append to the final answer.
#[derive(Debug)]
pub(super) struct PendingBatch {
    content: Content,
    pub record_count: u32,
    /// What it holds of the producer's buffer.
    pub charged_bytes: usize,
    pub created: Instant,
    /// Not sent again before this.
    pub not_before: Option<Instant>,
    /// Why the last attempt failed.
    pub last_error: Option<ClientError>,
    pub attempts: u32,
    /// How many records of its partition came before it: its place in the order, also after a split.
    pub order: u64,
    pub sequence: Option<BatchSequence>,
    pub outcome: Arc<BatchOutcome>,
}

#[derive(Debug)]
enum Content {
    Open(BatchBuilder),
    Sealed(Bytes),
}

/// Where a batch of an idempotent producer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BatchSequence {
    pub id: ProducerId,
    pub epoch: ProducerEpoch,
    pub base: i32,
}

/// The sequence `count` records after `sequence`: it wraps from 2³¹-1 to 0 (`DefaultRecordBatch.incrementSequence`).
pub(super) fn sequence_after(sequence: i32, count: u32) -> i32 {
    ((i64::from(sequence) + i64::from(count)) & i64::from(i32::MAX)) as i32
}

impl PendingBatch {
    pub fn new(partition: &TopicPartition, fields: BatchFields, order: u64, now: Instant) -> Self {
        let builder = BatchBuilder::new(fields);
        Self {
            record_count: 0,
            charged_bytes: builder.size_bytes(),
            content: Content::Open(builder),
            created: now,
            not_before: None,
            last_error: None,
            attempts: 0,
            order,
            sequence: None,
            outcome: BatchOutcome::new(partition.clone()),
        }
    }

    /// That it was not stored in time, and what stood in the way last.
    pub fn expired(&self, partition: &TopicPartition, timeout: Duration) -> ClientError {
        let no_leader = || ClientError::NoLeader { partition: partition.clone() };
        ClientError::Deadline {
            what: format!("records for {partition}"),
            timeout_ms: timeout.as_millis() as u64,
            last: Box::new(self.last_error.clone().unwrap_or_else(no_leader)),
        }
    }

    /// Whether a record of at most `record_bytes` still belongs in here.
    pub fn has_room(&self, record_bytes: usize, batch_bytes: usize) -> bool {
        match &self.content {
            Content::Open(builder) => {
                builder.is_empty() || builder.size_bytes() + record_bytes <= batch_bytes
            }
            Content::Sealed(_) => false,
        }
    }

    /// Appends to an open batch; [`has_room`](Self::has_room) must have said yes.
    pub fn append(&mut self, record: &Record<'_>, timestamp_ms: i64) -> Option<Receipt> {
        let Content::Open(builder) = &mut self.content else { return None };
        builder.append(timestamp_ms, record.key, record.value, record.headers.iter().copied());
        self.charged_bytes = builder.size_bytes();
        let index = self.record_count;
        self.record_count += 1;
        Some(Receipt { batch: self.outcome.clone(), index, timestamp_ms })
    }

    /// Bytes before compression while open, on the wire once sealed.
    pub fn size_bytes(&self) -> usize {
        match &self.content {
            Content::Open(builder) => builder.size_bytes(),
            Content::Sealed(bytes) => bytes.len(),
        }
    }

    pub fn is_full(&self, batch_bytes: usize) -> bool {
        self.size_bytes() >= batch_bytes || matches!(self.content, Content::Sealed(_))
    }

    pub fn set_sequence(&mut self, sequence: BatchSequence) {
        let BatchSequence { id, epoch, base } = sequence;
        self.sequence = Some(sequence);
        match &mut self.content {
            Content::Open(builder) => builder.set_producer(id, epoch, base),
            Content::Sealed(bytes) => {
                let mut batch = BytesMut::from(std::mem::take(bytes));
                stamp::producer(&mut batch, id, epoch, base);
                *bytes = batch.freeze();
            }
        }
    }

    /// The sequence of the last record; `None` without idempotence.
    pub fn last_sequence(&self) -> Option<i32> {
        self.sequence.map(|sequence| sequence_after(sequence.base, self.record_count.saturating_sub(1)))
    }

    /// Compresses what is open and returns the bytes to send.
    pub fn seal(&mut self) -> Result<Bytes, ClientError> {
        let bytes = match std::mem::replace(&mut self.content, Content::Sealed(Bytes::new())) {
            Content::Open(builder) => {
                Bytes::from(builder.finish().map_err(|error| ClientError::Invalid {
                    what: format!("a batch for {}", self.outcome.partition),
                    reason: error.to_string(),
                })?)
            }
            Content::Sealed(bytes) => bytes,
        };
        self.content = Content::Sealed(bytes.clone());
        Ok(bytes)
    }

    /// Two batches with the same records, for a broker that found this one too large. `None` when it cannot be
    /// divided.
    pub fn split(&self, fields: BatchFields) -> Option<[PendingBatch; 2]> {
        let Content::Sealed(bytes) = &self.content else { return None };
        let left_count = self.record_count / 2;
        if left_count == 0 {
            return None;
        }
        // Our own bytes: their size bounds nothing that we did not build.
        let records = Batch::parse(bytes).ok()?.records(usize::MAX).ok()?;
        let mut halves = [0, left_count].map(|first| {
            let order = self.order + u64::from(first);
            let half = PendingBatch::new(&self.outcome.partition, fields, order, self.created);
            let sequence = self
                .sequence
                .map(|sequence| BatchSequence { base: sequence_after(sequence.base, first), ..sequence });
            PendingBatch { attempts: self.attempts, sequence, ..half }
        });
        for (index, record) in (0..).zip(&records) {
            let record = record.ok()?;
            let half = &mut halves[usize::from(index >= left_count)];
            let Content::Open(builder) = &mut half.content else { return None };
            builder.append(record.timestamp_ms, record.key, record.value, record.headers);
            half.record_count += 1;
        }
        for half in &mut halves {
            if let Some(sequence) = half.sequence {
                half.set_sequence(sequence);
            }
            half.charged_bytes = half.size_bytes();
        }
        let [left, right] = &halves;
        self.outcome.set(Outcome::Split {
            left_count,
            left: left.outcome.clone(),
            right: right.outcome.clone(),
        });
        Some(halves)
    }

    pub fn succeed(&self, stored: Stored) {
        self.outcome.set(Outcome::Stored(stored));
    }

    pub fn fail(&self, failure: impl Into<Failure>) {
        self.outcome.set(Outcome::Failed(failure.into()));
    }
}
