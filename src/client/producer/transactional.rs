//! A producer's transactions as its callers see them, and what they do to the batches.

use std::collections::BTreeMap;
use std::time::Instant;

use tokio::time::timeout_at;

use super::Producer;
use super::machine::{Machine, ProducerState};
use super::transaction::{End, GroupOffsets, Request, Told, Transactions};
use crate::client::ClientError;
use crate::client::admin::{CommittedOffset, GroupMetadata};
use crate::names::TopicPartition;
use crate::wire::ErrorCode;

/// Every call waits up to `block_max`. After [`ClientError::Deadline`] the step is still under way: the same call
/// again goes on waiting for it. After [`ClientError::MustAbort`] only
/// [`abort_transaction`](Producer::abort_transaction) helps; after any other error of these calls and of `send` that
/// is not [`ClientError::Invalid`], the producer is of no more use.
impl Producer {
    /// Takes over the transactional id: whoever used it before is fenced, and its open transaction is aborted. Once,
    /// before the first transaction.
    pub async fn init_transactions(&self) -> Result<(), ClientError> {
        self.transact(Transactions::init)?;
        self.settle(Transactions::settled).await
    }

    /// From here on records and offsets belong to a new transaction.
    pub fn begin_transaction(&self) -> Result<(), ClientError> {
        self.transact(Transactions::begin)
    }

    /// Commits offsets of a consumer with the transaction: they count if it is committed. The next records to read
    /// are named, as in [`Consumer::commit_offsets`](crate::client::consumer::Consumer::commit_offsets).
    pub async fn send_offsets(
        &self,
        offsets: &BTreeMap<TopicPartition, CommittedOffset>,
        group: &GroupMetadata,
    ) -> Result<(), ClientError> {
        if offsets.is_empty() {
            return Ok(());
        }
        let offsets = GroupOffsets { group: group.clone(), offsets: offsets.clone() };
        let number = self.transact(|transactions| transactions.send_offsets(offsets))?;
        self.settle(|transactions| transactions.offsets_settled(number)).await
    }

    /// Sends what waits and makes everything in the transaction count, at once and for good.
    pub async fn commit_transaction(&self) -> Result<(), ClientError> {
        self.end(End::Commit).await
    }

    /// Drops what waits; readers of committed records will see nothing of the transaction.
    pub async fn abort_transaction(&self) -> Result<(), ClientError> {
        self.end(End::Abort).await
    }

    async fn end(&self, end: End) -> Result<(), ClientError> {
        self.transact(|transactions| transactions.end(end))?;
        if end == End::Abort {
            self.handle.shared.machine.lock().drop_waiting();
        }
        self.settle(Transactions::settled).await
    }

    /// Whether a transaction was begun that has not ended.
    pub(super) fn is_in_transaction(&self) -> bool {
        self.handle.shared.machine.lock().transactions.as_ref().is_some_and(Transactions::is_unfinished)
    }

    fn transact<T>(
        &self,
        order: impl FnOnce(&mut Transactions) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let shared = &self.handle.shared;
        let done = match &mut shared.machine.lock().transactions {
            Some(transactions) => order(transactions),
            None => Err(ClientError::Invalid {
                what: "producer".to_owned(),
                reason: "it has no transactional id".to_owned(),
            }),
        };
        shared.wake.notify_one();
        done
    }

    async fn settle(
        &self,
        outcome: impl Fn(&mut Transactions) -> Option<Result<(), ClientError>>,
    ) -> Result<(), ClientError> {
        let shared = &self.handle.shared;
        let until = Instant::now() + shared.config.block_max;
        loop {
            let changed = shared.changed.notified();
            let settled = shared.machine.lock().transactions.as_mut().map(&outcome);
            match settled {
                Some(Some(outcome)) => return outcome,
                Some(None) if timeout_at(until.into(), changed).await.is_ok() => {}
                _ => return Err(self.too_late()),
            }
        }
    }

    fn too_late(&self) -> ClientError {
        let shared = &self.handle.shared;
        let timeout_ms = shared.config.block_max.as_millis() as u64;
        let machine = shared.machine.lock();
        let (what, last) = match &machine.transactions {
            Some(transactions) => (transactions.what(), transactions.last_failure().cloned()),
            None => ("producer".to_owned(), None),
        };
        let last = last.unwrap_or_else(|| ClientError::refused(&what, ErrorCode::RequestTimedOut, None));
        ClientError::Deadline { what, timeout_ms, last: Box::new(last) }
    }
}

impl Machine {
    /// A request to a coordinator is over.
    pub fn transaction_answered(
        &mut self,
        now: Instant,
        request: Request,
        answer: Result<Told, ClientError>,
        random: f64,
    ) {
        let Some(transactions) = &mut self.transactions else { return };
        transactions.answered(now, request, answer, random);
        if let Some((id, epoch)) = transactions.producer() {
            self.producer = ProducerState::Ready { id, epoch };
        }
        self.after_failure();
    }

    /// A batch is given up.
    pub fn lost_in_transaction(&mut self, error: &ClientError) {
        if let Some(transactions) = &mut self.transactions {
            transactions.batch_failed(error);
            self.after_failure();
        }
    }

    /// Nothing more is sent of a transaction that will not be committed.
    fn after_failure(&mut self) {
        let Some(transactions) = &self.transactions else { return };
        if let Some(error) = transactions.fatal() {
            let error = error.clone();
            self.fail_all(&error);
            self.producer = ProducerState::Refused(error);
        } else if let Some(error) = transactions.failed() {
            self.fail_all(&error);
        }
    }

    /// The transaction is aborted: batches that are not out never leave.
    pub fn drop_waiting(&mut self) {
        let error = self.transactions.as_ref().map(Transactions::aborted);
        if let Some(error) = error {
            self.fail_all(&error);
        }
    }

    pub fn is_aborting(&self) -> bool {
        self.transactions.as_ref().is_some_and(|transactions| !transactions.is_writing())
    }
}
