//! Writes records: partitions them, gathers them into batches, sends them, in order and once.
//!
//! `send` copies a record into the open batch of its partition and returns a [`Receipt`]; all receipts of a batch
//! share one outcome, so a record costs no allocation. What goes out when, what is repeated and what is given up is
//! decided by a machine without clock or socket; so is what the coordinators of transactions are asked, and when.

mod batch;
mod config;
mod coordinator;
mod driver;
mod machine;
mod partitioner;
mod queue;
mod record;
mod refusal;
mod topic;
mod transaction;
mod transactional;
mod verdict;

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::timeout_at;

use super::{Backoff, Client, ClientError, Topics};
use crate::names::TopicName;
use crate::wire::ErrorCode;
use driver::Shared;
use machine::{Machine, NotTaken};
use record::Outcome;

pub use config::{Acks, ProducerConfig, TransactionConfig};
pub use machine::ProducerStats;
pub use partitioner::{StickyPartition, murmur2, partition_of_key};
pub use record::{Delivery, Receipt, Record};

/// Sends records to a cluster. Clones share buffer and connections; when the last is dropped, what was not sent is
/// given up: call [`flush`](Self::flush) or [`close`](Self::close) before.
#[derive(Debug, Clone)]
pub struct Producer {
    handle: Arc<Handle>,
}

/// Ends the tasks when the last producer is gone.
#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.machine.lock().close();
        self.shared.stop.notify_one();
        self.shared.client.close_lane(self.shared.lane);
    }
}

impl Producer {
    /// Errors: [`ClientError::Invalid`] for settings that contradict each other. Must be called within a runtime.
    pub fn new(client: &Client, config: ProducerConfig) -> Result<Self, ClientError> {
        config.check()?;
        let shared = Arc::new(Shared {
            client: client.clone(),
            lane: client.open_lane(),
            machine: Mutex::new(Machine::new(config.clone())),
            config,
            wake: Notify::new(),
            changed: Notify::new(),
            stop: Notify::new(),
        });
        tokio::spawn(driver::run(shared.clone()));
        Ok(Self { handle: Arc::new(Handle { shared }) })
    }

    /// Takes a record, waiting up to `block_max` for room in the buffer and for the topic to be known. Records of
    /// one partition are stored in the order of these calls.
    ///
    /// Errors are about records that can never be taken; failures on the way come with the receipt.
    pub async fn send(&self, record: &Record<'_>) -> Result<Receipt, ClientError> {
        match self.take(record) {
            Ok(receipt) => Ok(receipt),
            Err(NotTaken::Never(error)) => Err(error),
            Err(reason) => self.send_patiently(record, reason).await,
        }
    }

    /// As [`send`](Self::send), at once or not at all: `None` when it would have to wait.
    pub fn try_send(&self, record: &Record<'_>) -> Result<Option<Receipt>, ClientError> {
        match self.take(record) {
            Ok(receipt) => Ok(Some(receipt)),
            Err(NotTaken::Never(error)) => Err(error),
            Err(NotTaken::Full | NotTaken::UnknownTopic) => Ok(None),
        }
    }

    /// Waits until every record taken so far is acknowledged or given up. Returns the first failure found.
    pub async fn flush(&self) -> Result<(), ClientError> {
        let shared = &self.handle.shared;
        let _hurry = Hurry::new(shared);
        let mut pending = shared.machine.lock().incomplete();
        let mut failure = None;
        while let Some(batch) = pending.pop() {
            match batch.wait().await {
                Outcome::Stored(_) => {}
                Outcome::Failed(failed) => failure = failure.or_else(|| Some(failed.error.clone())),
                Outcome::Split { left, right, .. } => pending.extend([left.clone(), right.clone()]),
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Flushes and ends; other clones can send no more. A transaction that is open is aborted.
    pub async fn close(self) -> Result<(), ClientError> {
        let flushed = match self.is_in_transaction() {
            true => self.abort_transaction().await,
            false => self.flush().await,
        };
        self.handle.shared.machine.lock().close();
        self.handle.shared.stop.notify_one();
        flushed
    }

    pub fn stats(&self) -> ProducerStats {
        self.handle.shared.machine.lock().stats()
    }

    fn take(&self, record: &Record<'_>) -> Result<Receipt, NotTaken> {
        let shared = &self.handle.shared;
        let timestamp_ms = record.timestamp_ms.unwrap_or_else(now_ms);
        let (receipt, wake) =
            shared.machine.lock().append(record, timestamp_ms, Instant::now(), rand::random)?;
        if wake {
            shared.wake.notify_one();
        }
        Ok(receipt)
    }

    async fn send_patiently(&self, record: &Record<'_>, reason: NotTaken) -> Result<Receipt, ClientError> {
        let shared = &self.handle.shared;
        let until = Instant::now() + shared.config.block_max;
        if let NotTaken::UnknownTopic = reason {
            self.learn_topic(record.topic, until).await?;
        }
        let _hurry = Hurry::new(shared);
        loop {
            let changed = shared.changed.notified();
            match self.take(record) {
                Ok(receipt) => return Ok(receipt),
                Err(NotTaken::Never(error)) => return Err(error),
                Err(NotTaken::UnknownTopic) => self.learn_topic(record.topic, until).await?,
                Err(NotTaken::Full) => {
                    if timeout_at(until.into(), changed).await.is_err() {
                        return Err(ClientError::BufferFull {
                            size_bytes: record.size_bytes_max(),
                            buffer_bytes: shared.config.buffer_bytes,
                            timeout_ms: shared.config.block_max.as_millis() as u64,
                        });
                    }
                }
            }
        }
    }

    /// Asks for the topic, and for its creation if so configured, until it exists.
    async fn learn_topic(&self, topic: &TopicName, until: Instant) -> Result<(), ClientError> {
        let shared = &self.handle.shared;
        let what = format!("topic \"{topic}\"");
        let names = std::slice::from_ref(topic);
        let mut failures = 0;
        loop {
            let outcome =
                shared.client.refresh(Topics::Named { names, create: shared.config.create_topics }).await;
            let error = match outcome {
                Ok(refused) => match (shared.client.view().topic(topic.as_str()), refused.get(topic)) {
                    (Some(view), _) if !view.partitions.is_empty() => {
                        shared.machine.lock().learn(view);
                        return Ok(());
                    }
                    (_, Some(code)) => ClientError::refused(&what, *code, None),
                    (_, None) => ClientError::refused(&what, ErrorCode::LeaderNotAvailable, None),
                },
                Err(error) => error,
            };
            failures += 1;
            let again = Instant::now() + Backoff::RETRY.delay(failures, rand::random());
            if !error.is_retriable() {
                return Err(error);
            }
            if again >= until {
                let timeout_ms = shared.config.block_max.as_millis() as u64;
                return Err(ClientError::Deadline { what, timeout_ms, last: Box::new(error) });
            }
            tokio::time::sleep_until(again.into()).await;
        }
    }
}

/// While it lives nothing lingers.
struct Hurry<'a> {
    shared: &'a Shared,
}

impl<'a> Hurry<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.machine.lock().hurry();
        shared.wake.notify_one();
        Self { shared }
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.shared.machine.lock().relax();
    }
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
