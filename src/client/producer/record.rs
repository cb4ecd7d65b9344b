use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use crate::client::ClientError;
use crate::names::{Offset, PartitionId, TopicName, TopicPartition};
use crate::record::HeaderRef;

/// A record to be sent; it is copied into its batch at once.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    pub topic: &'a TopicName,
    /// `None`: by the key's hash, or without a key wherever batches fill best.
    pub partition: Option<PartitionId>,
    /// Milliseconds since 1970; `None` is now.
    pub timestamp_ms: Option<i64>,
    pub key: Option<&'a [u8]>,
    /// `None` is a tombstone: it deletes the key in compacted topics.
    pub value: Option<&'a [u8]>,
    pub headers: &'a [HeaderRef<'a>],
}

impl<'a> Record<'a> {
    pub fn new(topic: &'a TopicName, value: &'a [u8]) -> Self {
        Self { topic, partition: None, timestamp_ms: None, key: None, value: Some(value), headers: &[] }
    }

    /// Never less than the record takes in a batch: every length and delta at its largest.
    pub(super) fn size_bytes_max(&self) -> usize {
        const FIXED_BYTES_MAX: usize = 5 + 1 + 10 + 5 + 5 + 5 + 5;
        const HEADER_BYTES_MAX: usize = 5 + 5;
        let bytes = |part: Option<&[u8]>| part.map_or(0, <[u8]>::len);
        let headers: usize =
            self.headers.iter().map(|(key, value)| HEADER_BYTES_MAX + key.len() + bytes(*value)).sum();
        FIXED_BYTES_MAX + bytes(self.key) + bytes(self.value) + headers
    }
}

/// Where a record went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub partition: TopicPartition,
    /// `None` when the broker did not say: acks 0, or a batch that it had already.
    pub offset: Option<Offset>,
    /// The record's own time, or the broker's when the topic stamps records as they come.
    pub timestamp_ms: i64,
}

/// A claim on the outcome of one record. It costs a reference to its batch; dropping it loses nothing but the news.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub(super) batch: Arc<BatchOutcome>,
    pub(super) index: u32,
    pub(super) timestamp_ms: i64,
}

impl Receipt {
    /// Waits until the record is acknowledged as `acks` says, or given up.
    pub async fn wait(self) -> Result<Delivery, ClientError> {
        let (mut batch, mut index) = (self.batch.clone(), self.index);
        loop {
            let next = match batch.wait().await {
                Outcome::Stored(stored) => return Ok(self.delivery(&batch, index, stored)),
                Outcome::Failed(failure) => return Err(failure.of_record(index)),
                Outcome::Split { left_count, right, .. } if index >= *left_count => {
                    index -= left_count;
                    right.clone()
                }
                Outcome::Split { left, .. } => left.clone(),
            };
            batch = next;
        }
    }

    fn delivery(&self, batch: &BatchOutcome, index: u32, stored: &Stored) -> Delivery {
        Delivery {
            partition: batch.partition.clone(),
            offset: stored.base_offset.map(|base| base.plus(i64::from(index))),
            timestamp_ms: stored.log_append_time_ms.unwrap_or(self.timestamp_ms),
        }
    }
}

/// What became of a batch; set once, read by the receipts of its records.
#[derive(Debug)]
pub(super) struct BatchOutcome {
    pub partition: TopicPartition,
    outcome: OnceLock<Outcome>,
    set: Notify,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Stored(Stored),
    Failed(Failure),
    /// The broker found the batch too large: its records went on in two.
    Split {
        left_count: u32,
        left: Arc<BatchOutcome>,
        right: Arc<BatchOutcome>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stored {
    pub base_offset: Option<Offset>,
    pub log_append_time_ms: Option<i64>,
}

/// Why a batch failed, with what the broker said about single records of it (KIP-467).
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub error: ClientError,
    pub record_errors: Vec<(u32, Option<String>)>,
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self { error, record_errors: Vec::new() }
    }
}

impl Failure {
    fn of_record(&self, index: u32) -> ClientError {
        let ClientError::Refused { what, code, message } = &self.error else { return self.error.clone() };
        match self.record_errors.iter().find(|(at, _)| *at == index) {
            Some((_, said)) => ClientError::Refused {
                what: what.clone(),
                code: *code,
                message: said.clone().or(message.clone()),
            },
            None if self.record_errors.is_empty() => self.error.clone(),
            None => {
                let said = self.record_errors.iter().find_map(|(_, said)| said.as_deref());
                let cause = said.or(message.as_deref()).unwrap_or(code.message());
                let message = format!("another record of the same batch was refused: {cause}");
                ClientError::Refused { what: what.clone(), code: *code, message: Some(message) }
            }
        }
    }
}

impl BatchOutcome {
    pub fn new(partition: TopicPartition) -> Arc<Self> {
        Arc::new(Self { partition, outcome: OnceLock::new(), set: Notify::new() })
    }

    /// The first outcome counts.
    pub fn set(&self, outcome: Outcome) {
        if self.outcome.set(outcome).is_ok() {
            self.set.notify_waiters();
        }
    }

    pub async fn wait(&self) -> &Outcome {
        loop {
            let set = self.set.notified();
            if let Some(outcome) = self.outcome.get() {
                return outcome;
            }
            set.await;
        }
    }
}
