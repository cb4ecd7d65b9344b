//! Decides what is sent to whom and when, and what becomes of each answer. Knows no clock, socket or task.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use super::batch::PendingBatch;
use super::queue::{Queue, Readiness};
use super::record::{BatchOutcome, Failure, Stored};
use super::topic::Topic;
use super::transaction::{Ask, Protocol, Transactions};
use super::verdict::Verdict;
use super::{ProducerConfig, Receipt, Record};
use crate::client::{Attempt, Backoff, ClientError, ClusterView, TopicView};
use crate::names::{BrokerId, ProducerEpoch, ProducerId, TopicName, TopicPartition};
use crate::record::BatchHeader;

#[derive(Debug)]
pub(super) struct Machine {
    config: ProducerConfig,
    topics: HashMap<TopicName, Topic>,
    queues: Vec<Queue>,
    /// Indexes of queues that hold something.
    active: BTreeSet<usize>,
    /// Where the next round begins, so that no partition is always last.
    turn: usize,
    in_flight: HashMap<BrokerId, usize>,
    buffered_bytes: usize,
    /// Outcomes not yet known, for those who wait for all of them.
    incomplete: HashMap<(usize, u64), Arc<BatchOutcome>>,
    /// Flushes and senders that wait: nothing lingers for their sake.
    hurries: usize,
    pub(super) producer: ProducerState,
    pub(super) transactions: Option<Transactions>,
    stale: BTreeSet<TopicName>,
    refresh: Attempt,
    stats: ProducerStats,
    closed: bool,
}

/// What has become of the records so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProducerStats {
    pub records: u64,
    pub acknowledged: u64,
    pub failed: u64,
    /// Batches sent again.
    pub retries: u64,
}

/// The id that makes repetitions recognisable.
#[derive(Debug)]
pub(super) enum ProducerState {
    /// Not used, or not given yet by the coordinator of transactions.
    None,
    Wanted(Attempt),
    Ready {
        id: ProducerId,
        epoch: ProducerEpoch,
    },
    Refused(ClientError),
}

/// Why a record could not be taken.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// Nothing is known of the topic; see [`Machine::learn`].
    UnknownTopic,
    Full,
    Never(ClientError),
}

/// One Produce request: at most one batch per partition.
#[derive(Debug)]
pub(super) struct SendOut {
    pub leader: BrokerId,
    /// That of the transaction, if there is one.
    pub protocol: Option<Protocol>,
    pub batches: Vec<(QueueId, PendingBatch)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QueueId(usize);

/// What the driver shall do now.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub sends: Vec<SendOut>,
    pub ask_producer_id: bool,
    pub transaction: Option<Ask>,
    /// Topics to ask metadata for; empty for none.
    pub refresh: Vec<TopicName>,
    pub next_deadline: Option<Instant>,
}

impl Machine {
    pub fn new(config: ProducerConfig) -> Self {
        let transactions = config.transactions.as_ref().map(|of| Transactions::new(of.id.clone()));
        let producer = match config.idempotence && transactions.is_none() {
            true => ProducerState::Wanted(Attempt::default()),
            false => ProducerState::None,
        };
        Self {
            config,
            topics: HashMap::new(),
            queues: Vec::new(),
            active: BTreeSet::new(),
            turn: 0,
            in_flight: HashMap::new(),
            buffered_bytes: 0,
            incomplete: HashMap::new(),
            hurries: 0,
            producer,
            transactions,
            stale: BTreeSet::new(),
            refresh: Attempt::default(),
            stats: ProducerStats::default(),
            closed: false,
        }
    }

    pub fn stats(&self) -> ProducerStats {
        self.stats
    }

    /// The topics that records have been sent to.
    pub fn topic_names(&self) -> Vec<TopicName> {
        self.topics.keys().cloned().collect()
    }

    /// Takes in how many partitions a topic has and which of them have a leader.
    pub fn learn(&mut self, view: &TopicView) {
        if !view.partitions.is_empty() {
            self.topics.entry(view.name.clone()).or_default().learn(view);
        }
    }

    /// Puts a record into the batch of its partition. The flag says whether the driver has something to do.
    pub fn append(
        &mut self,
        record: &Record<'_>,
        timestamp_ms: i64,
        now: Instant,
        random: impl FnMut() -> u32,
    ) -> Result<(Receipt, bool), NotTaken> {
        if self.closed {
            return Err(NotTaken::Never(ClientError::Closed));
        }
        if let ProducerState::Refused(error) = &self.producer {
            return Err(NotTaken::Never(error.clone()));
        }
        if let Some(transactions) = &self.transactions {
            transactions.check_open().map_err(NotTaken::Never)?;
        }
        let record_bytes = record.size_bytes_max();
        let size_bytes = BatchHeader::BYTES + record_bytes;
        let max_bytes = self.config.request_bytes_max.min(self.config.buffer_bytes);
        if size_bytes > max_bytes {
            let what = format!("topic \"{}\"", record.topic);
            return Err(NotTaken::Never(ClientError::RecordTooLarge { what, size_bytes, max_bytes }));
        }
        if self.buffered_bytes + size_bytes > self.config.buffer_bytes {
            return Err(NotTaken::Full);
        }
        let topic = self.topics.get_mut(record.topic).ok_or(NotTaken::UnknownTopic)?;
        let (partition, is_sticky) = topic.choose(record, random).map_err(NotTaken::Never)?;
        let index = *topic.queue_of(partition).get_or_insert_with(|| {
            self.queues.push(Queue::new(TopicPartition { topic: record.topic.clone(), partition }));
            self.queues.len() - 1
        });
        let (receipt, appended) = self.queues[index].append(record, timestamp_ms, now, &self.config);
        let receipt = receipt.ok_or(NotTaken::Never(ClientError::Closed))?;
        if is_sticky {
            topic.sticky.sent(record_bytes, self.config.batch_bytes, appended.batch_finished);
        }
        self.buffered_bytes += appended.bytes;
        self.stats.records += 1;
        let was_idle = self.active.insert(index);
        if appended.batch_started {
            self.incomplete.insert((index, appended.batch_order), receipt.batch.clone());
            if let Some(transactions) = &mut self.transactions {
                transactions.write_to(&self.queues[index].partition);
            }
        }
        Ok((receipt, was_idle || appended.batch_finished))
    }

    /// What to do at `now`, given where leaders are.
    pub fn poll(&mut self, now: Instant, view: &ClusterView) -> Plan {
        let mut plan = Plan::default();
        self.expire(now);
        if let Some(transactions) = &mut self.transactions {
            plan.transaction = transactions.poll(now, !self.incomplete.is_empty());
        }
        let producer = match &mut self.producer {
            ProducerState::None => None,
            ProducerState::Ready { id, epoch } => Some((*id, *epoch)),
            ProducerState::Refused(error) => {
                let error = error.clone();
                self.fail_all(&error);
                return plan;
            }
            ProducerState::Wanted(attempt) => {
                if !self.active.is_empty() && attempt.may_start(now) {
                    attempt.is_out = true;
                    plan.ask_producer_id = true;
                }
                plan.next_deadline = self.next_deadline(now);
                return plan;
            }
        };
        loop {
            let sends = self.round(now, view, producer);
            if sends.is_empty() {
                break;
            }
            plan.sends.extend(sends);
        }
        if !self.stale.is_empty() && self.refresh.may_start(now) {
            self.refresh.is_out = true;
            plan.refresh = self.stale.iter().cloned().collect();
        }
        plan.next_deadline = self.next_deadline(now);
        plan
    }

    /// At most one request to each leader.
    fn round(
        &mut self,
        now: Instant,
        view: &ClusterView,
        producer: Option<(ProducerId, ProducerEpoch)>,
    ) -> Vec<SendOut> {
        let mut requests: BTreeMap<BrokerId, (usize, SendOut)> = BTreeMap::new();
        let protocol = self.transactions.as_ref().map(Transactions::protocol);
        let hurry = self.is_hurried();
        let turn = self.turn;
        self.turn += 1;
        let start = self.active.iter().nth(turn % self.active.len().max(1)).copied().unwrap_or(0);
        let order: Vec<usize> =
            self.active.range(start..).chain(self.active.range(..start)).copied().collect();
        for index in order {
            let queue = &mut self.queues[index];
            let is_allowed = self.transactions.as_ref().is_none_or(|of| of.may_send(&queue.partition));
            if !is_allowed || queue.readiness(now, hurry, &self.config) != Readiness::Ready {
                continue;
            }
            let Ok((leader, _)) = view.leader(&queue.partition) else {
                self.stale.insert(queue.partition.topic.clone());
                continue;
            };
            let out = self.in_flight.get(&leader).copied().unwrap_or(0);
            if out >= self.config.in_flight_max {
                continue;
            }
            let (bytes, request) = requests
                .entry(leader)
                .or_insert_with(|| (0, SendOut { leader, protocol, batches: Vec::new() }));
            if *bytes > 0 && *bytes + queue.first_bytes() > self.config.request_bytes_max {
                continue;
            }
            *bytes += queue.first_bytes();
            if let Some(batch) = queue.take_first(producer) {
                self.stats.retries += u64::from(batch.attempts > 1);
                request.batches.push((QueueId(index), batch));
            }
            if queue.is_empty() {
                self.active.remove(&index);
            }
        }
        let sends: Vec<SendOut> = requests.into_values().map(|(_, request)| request).collect();
        for send in &sends {
            *self.in_flight.entry(send.leader).or_default() += 1;
        }
        sends
    }

    /// When to poll again though nothing happens.
    fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let hurry = self.is_hurried();
        let mut deadlines: Vec<Instant> = Vec::new();
        for &index in &self.active {
            let queue = &self.queues[index];
            if let Readiness::At(at) = queue.readiness(now, hurry, &self.config) {
                deadlines.push(at);
            }
            deadlines.extend(queue.first_created().map(|created| created + self.config.delivery_timeout));
        }
        if let ProducerState::Wanted(Attempt { is_out: false, not_before, .. }) = self.producer {
            deadlines.extend(not_before.filter(|_| !self.active.is_empty()));
        }
        if !self.stale.is_empty() && !self.refresh.is_out {
            deadlines.extend(self.refresh.not_before);
        }
        deadlines.extend(self.transactions.as_ref().and_then(Transactions::next_deadline));
        deadlines.into_iter().min()
    }

    /// The request to `leader` is over: each batch comes back with its answer.
    pub fn answered(
        &mut self,
        now: Instant,
        leader: BrokerId,
        answers: Vec<(QueueId, PendingBatch, Result<Stored, Failure>)>,
        random: f64,
    ) {
        if let Some(out) = self.in_flight.get_mut(&leader) {
            *out = out.saturating_sub(1);
        }
        for (queue, batch, answer) in answers {
            self.queues[queue.0].answered(&batch);
            match answer {
                Ok(stored) => self.stored(queue, &batch, stored),
                Err(failure) => self.failed(now, queue, batch, failure, random),
            }
        }
    }

    fn stored(&mut self, queue: QueueId, batch: &PendingBatch, stored: Stored) {
        self.queues[queue.0].acked(batch);
        self.stats.acknowledged += u64::from(batch.record_count);
        self.complete(queue, batch);
        batch.succeed(stored);
    }

    fn failed(&mut self, now: Instant, id: QueueId, mut batch: PendingBatch, failure: Failure, random: f64) {
        let is_over = self.closed || self.is_aborting();
        let queue = &mut self.queues[id.0];
        if failure.error.is_stale_metadata() {
            self.stale.insert(queue.partition.topic.clone());
        }
        let expired = now >= batch.created + self.config.delivery_timeout;
        let verdict =
            Verdict::of(&failure.error, batch.sequence.is_some(), queue.is_next(&batch), batch.record_count);
        match if self.transactions.is_some() { verdict.in_transaction() } else { verdict } {
            Verdict::Stored => {
                self.stored(id, &batch, Stored { base_offset: None, log_append_time_ms: None })
            }
            _ if expired || is_over => self.give_up(id, batch, failure),
            Verdict::Fail => self.give_up(id, batch, failure),
            Verdict::Split => match batch.split(self.config.batch_fields()) {
                Some(halves) => self.put_halves(id, &batch, halves),
                None => self.give_up(id, batch, failure),
            },
            Verdict::Retry | Verdict::RetryInTurn | Verdict::RetryInNewEpoch | Verdict::RetryWithNewId => {
                if verdict == Verdict::Retry {
                    batch.not_before = Some(now + Backoff::RETRY.delay(batch.attempts, random));
                }
                batch.last_error = Some(failure.error);
                queue.put_back(batch);
                self.active.insert(id.0);
                match verdict {
                    Verdict::RetryInNewEpoch => self.new_epoch(id, false),
                    Verdict::RetryWithNewId => self.new_epoch(id, true),
                    _ => {}
                }
            }
        }
    }

    fn put_halves(&mut self, id: QueueId, whole: &PendingBatch, halves: [PendingBatch; 2]) {
        self.complete(id, whole);
        for half in halves {
            self.buffered_bytes += half.charged_bytes;
            self.incomplete.insert((id.0, half.order), half.outcome.clone());
            self.queues[id.0].put_back(half);
        }
        self.active.insert(id.0);
    }

    /// The batch will not be stored, or nobody will know: the sequences after it must not be used.
    fn give_up(&mut self, id: QueueId, batch: PendingBatch, failure: Failure) {
        if batch.sequence.is_some() {
            self.new_epoch(id, false);
        }
        self.stats.failed += u64::from(batch.record_count);
        self.complete(id, &batch);
        self.lost_in_transaction(&failure.error);
        batch.fail(failure);
    }

    /// Sequences of the partition start over: in the next epoch, which a producer may take by itself (KIP-360), or
    /// when those are used up or the broker insists under another id.
    fn new_epoch(&mut self, id: QueueId, new_id: bool) {
        self.queues[id.0].demand_restart();
        if self.transactions.is_some() {
            return;
        }
        if let ProducerState::Ready { epoch, .. } = &mut self.producer {
            match epoch.0.checked_add(1) {
                Some(next) if !new_id => *epoch = ProducerEpoch(next),
                _ => self.producer = ProducerState::Wanted(Attempt::default()),
            }
        }
    }

    fn complete(&mut self, id: QueueId, batch: &PendingBatch) {
        self.buffered_bytes = self.buffered_bytes.saturating_sub(batch.charged_bytes);
        self.incomplete.remove(&(id.0, batch.order));
    }

    fn expire(&mut self, now: Instant) {
        let Some(deadline) = now.checked_sub(self.config.delivery_timeout) else { return };
        for index in self.active.clone() {
            let expired = self.queues[index].take_older(deadline);
            let demands_epoch = expired.iter().any(|batch| batch.sequence.is_some());
            for batch in expired {
                let error = batch.expired(&self.queues[index].partition, self.config.delivery_timeout);
                self.stats.failed += u64::from(batch.record_count);
                self.complete(QueueId(index), &batch);
                self.lost_in_transaction(&error);
                batch.fail(error);
            }
            if demands_epoch {
                self.new_epoch(QueueId(index), false);
            }
            if self.queues[index].is_empty() {
                self.active.remove(&index);
            }
        }
    }

    pub fn producer_id_answered(
        &mut self,
        now: Instant,
        answer: Result<(ProducerId, ProducerEpoch), ClientError>,
        random: f64,
    ) {
        let ProducerState::Wanted(attempt) = &mut self.producer else { return };
        match answer {
            Ok((id, epoch)) => self.producer = ProducerState::Ready { id, epoch },
            Err(error) if error.is_retriable() => attempt.failed(now, random),
            Err(error) => self.producer = ProducerState::Refused(error),
        }
    }

    pub fn refreshed(&mut self, now: Instant, view: &ClusterView, learned: bool, random: f64) {
        for name in self.topic_names() {
            if let Some(topic) = view.topic(name.as_str()) {
                self.learn(topic);
            }
        }
        if learned {
            self.refresh.failures = 0;
            self.stale.clear();
        }
        // Also after success the next refresh waits: what is still without a leader would ask at once.
        self.refresh.failed(now, random);
        if learned {
            self.refresh.failures = 0;
        }
    }

    /// Until the matching [`relax`](Self::relax) nothing lingers.
    pub fn hurry(&mut self) {
        self.hurries += 1;
    }

    pub fn relax(&mut self) {
        self.hurries -= 1;
    }

    fn is_hurried(&self) -> bool {
        self.hurries > 0 || self.transactions.as_ref().is_some_and(Transactions::is_ending)
    }

    /// Outcomes that are not known yet.
    pub fn incomplete(&self) -> Vec<Arc<BatchOutcome>> {
        self.incomplete.values().cloned().collect()
    }

    /// Takes no more records and gives up those that wait; what is out may still be answered.
    pub fn close(&mut self) {
        self.closed = true;
        self.fail_all(&ClientError::Closed);
    }

    pub(super) fn fail_all(&mut self, error: &ClientError) {
        for index in std::mem::take(&mut self.active) {
            for batch in self.queues[index].take_all() {
                if let (Some(_), Some(transactions)) = (batch.sequence, &mut self.transactions) {
                    self.queues[index].demand_restart();
                    transactions.lost_sequences();
                }
                self.stats.failed += u64::from(batch.record_count);
                self.complete(QueueId(index), &batch);
                batch.fail(error.clone());
            }
        }
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
