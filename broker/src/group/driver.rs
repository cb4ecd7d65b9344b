//! One shard at work: decides under its lock, appends, replays, and lets answers go once their records are committed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use kafkactl_core::log::Verified;
use kafkactl_core::names::{LeaderEpoch, Offset, PartitionId, ProducerEpoch, ProducerId, TopicId, TopicName};
use kafkactl_core::record::{BatchBuilder, BatchFields, Codec};
use kafkactl_core::settings::GroupSettings;
use kafkactl_core::wire::ErrorCode;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::consumer::RegexJob;
use super::figures::GroupCounts;
use super::load::Loader;
use super::record::GroupRecord;
use super::shard::Shard;
use super::stored;
use super::turn::{Answer, Effects, Metadata, Now, OnSuccess, Ticket, Turn};
use crate::coordinator::log::{ShardLog, client_code, read_all};
use crate::coordinator::{Acted, Committed, Led, Life};
use crate::partition::TransactionEnd;

/// The coordinator of one `__consumer_offsets` partition, for one leader epoch.
pub(super) struct ShardDriver {
    partition: PartitionId,
    epoch: LeaderEpoch,
    log: Arc<dyn ShardLog>,
    settings: Arc<ArcSwap<GroupSettings>>,
    metadata: Arc<ArcSwap<Metadata>>,
    counts: Arc<GroupCounts>,
    /// Topics whose offsets are still to be dropped: held before `state`.
    deleted_topics: Mutex<Vec<(TopicName, TopicId)>>,
    state: Mutex<Life<Active>>,
}

struct Active {
    shard: Shard,
    /// Who waits for the answer of a parked request.
    parked: HashMap<Ticket, oneshot::Sender<Committed<Answer>>>,
    tickets: u64,
    /// Not begun yet.
    regex_jobs: Vec<RegexJob>,
    /// Behind the last record read or appended.
    end: Offset,
}

/// Where the answer of a parked request comes out.
pub(super) type Parked = oneshot::Receiver<Committed<Answer>>;

/// Whether the records of a decision must stand in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Batching {
    /// All or nothing.
    Atomic,
    /// Tombstones of a clean-up: as many batches as it takes.
    Split,
    /// All or nothing, and only if this producer's transaction is committed.
    Transactional(TransactionalProducer),
}

/// Whose transaction a commit belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionalProducer {
    pub id: ProducerId,
    pub epoch: ProducerEpoch,
    /// That the transaction's coordinator knows of the commit.
    pub verified: Verified,
}

impl Batching {
    fn fields(self) -> BatchFields {
        // Kafka's coordinators set a sequence although they count none.
        let plain = BatchFields { base_sequence: 0, ..BatchFields::default() };
        match self {
            Self::Transactional(TransactionalProducer { id: producer_id, epoch: producer_epoch, .. }) => {
                BatchFields { producer_id, producer_epoch, is_transactional: true, ..plain }
            }
            Self::Atomic | Self::Split => plain,
        }
    }

    fn producer_id(self) -> ProducerId {
        self.fields().producer_id
    }

    fn verified(self) -> Verified {
        match self {
            Self::Transactional(producer) => producer.verified,
            Self::Atomic | Self::Split => Verified::NotNeeded,
        }
    }
}

impl Led for ShardDriver {
    fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }
}

impl ShardDriver {
    pub fn new(
        partition: PartitionId,
        epoch: LeaderEpoch,
        log: Arc<dyn ShardLog>,
        settings: Arc<ArcSwap<GroupSettings>>,
        metadata: Arc<ArcSwap<Metadata>>,
        counts: Arc<GroupCounts>,
    ) -> Self {
        let state = Mutex::new(Life::Loading);
        Self { partition, epoch, log, settings, metadata, counts, deleted_topics: Mutex::default(), state }
    }

    /// Begins to serve at once if the log holds nothing; says whether it does.
    pub fn load_if_empty(&self, now: Now) -> bool {
        let is_empty = self.log.is_known_empty();
        if is_empty {
            self.load(|| now);
        }
        is_empty
    }

    /// Reads the log and begins to serve. Blocks.
    pub fn load(&self, now: impl Fn() -> Now) {
        let started = Instant::now();
        match self.read_log(now()) {
            Ok((loaded, end)) => {
                let mut state = self.state.lock();
                if !matches!(*state, Life::Loading) {
                    return;
                }
                let mut active = Active {
                    shard: loaded.shard,
                    parked: HashMap::new(),
                    tickets: 0,
                    regex_jobs: Vec::new(),
                    end,
                };
                self.decide(&mut active, now(), Batching::Atomic, |active, turn| active.shard.loaded(turn))
                    .ok();
                *state = Life::Active(active);
                drop(state);
                self.forget_deleted_topics(now());
                self.counts.loads.record(started.elapsed());
                if loaded.record_count > 0 {
                    tracing::info!(
                        partition = %self.partition,
                        epoch = %self.epoch,
                        records = loaded.record_count,
                        unknown_types = ?loaded.unknown_types,
                        ms = started.elapsed().as_millis() as u64,
                        "groups loaded"
                    );
                }
            }
            Err(reason) => {
                tracing::error!(partition = %self.partition, %reason, "groups cannot be loaded");
                *self.state.lock() = Life::Gone;
            }
        }
    }

    fn read_log(&self, now: Now) -> Result<(super::load::Loaded, Offset), String> {
        let mut loader = Loader::new(now);
        let end = read_all(&*self.log, |batch| loader.batch(batch))?;
        Ok((loader.finish(), end))
    }

    /// Takes part in the shard's life: `act` decides, and what it decides is carried out.
    pub fn act<R>(
        &self,
        now: Now,
        batching: Batching,
        act: impl FnOnce(&mut Shard, &mut Turn<'_>) -> R,
    ) -> Acted<R> {
        let mut state = self.state.lock();
        let active = state.active()?;
        let reply = self.decide(active, now, batching, |active, turn| act(&mut active.shard, turn))?;
        Ok(self.after(reply, active.end, now))
    }

    /// Ends a transaction: its offsets count, or are forgotten, once the marker is in the log.
    pub fn end_transaction(&self, now: Now, end: &TransactionEnd) -> Acted<()> {
        let mut state = self.state.lock();
        let active = state.active()?;
        active.end = self.log.append_end(end, now.ms)?.plus(1);
        active.shard.replay_marker(end.producer_id, end.is_commit);
        Ok(self.after((), active.end, now))
    }

    /// Like [`act`](Self::act) for a request that may be parked: its answer comes through the receiver.
    pub fn park(
        &self,
        now: Now,
        act: impl FnOnce(&mut Shard, Ticket, &mut Turn<'_>),
    ) -> Result<Parked, ErrorCode> {
        let mut state = self.state.lock();
        let active = state.active()?;
        active.tickets += 1;
        let ticket = Ticket(active.tickets);
        let (sender, receiver) = oneshot::channel();
        active.parked.insert(ticket, sender);
        // A failure has been answered through the ticket.
        let _ =
            self.decide(active, now, Batching::Atomic, |active, turn| act(&mut active.shard, ticket, turn));
        Ok(receiver)
    }

    /// Expressions that groups want looked at; the caller sees to it.
    pub fn take_regex_jobs(&self) -> Vec<RegexJob> {
        self.state.lock().active().map(|active| std::mem::take(&mut active.regex_jobs)).unwrap_or_default()
    }

    /// Looks at the shard without waiting for what is not committed yet.
    pub fn look<R>(&self, look: impl FnOnce(&Shard) -> R) -> Result<R, ErrorCode> {
        self.state.lock().active().map(|active| look(&active.shard))
    }

    /// Does what is due, group by group, each in a batch of its own.
    pub fn expire(&self, now: Now) {
        while matches!(self.act(now, Batching::Atomic, Shard::expire), Ok(Committed { reply: true, .. })) {}
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        match &*self.state.lock() {
            Life::Active(active) => active.shard.next_deadline(),
            Life::Loading | Life::Gone => None,
        }
    }

    /// Drops what was committed for a deleted topic: now, or once the shard is loaded or can be written again (G22).
    pub fn topic_deleted(&self, now: Now, topic: &TopicName, id: TopicId) {
        self.deleted_topics.lock().push((topic.clone(), id));
        self.forget_deleted_topics(now);
    }

    fn forget_deleted_topics(&self, now: Now) {
        self.deleted_topics.lock().retain(|(topic, id)| {
            let forgotten =
                self.act(now, Batching::Split, |shard, turn| shard.topic_deleted(topic, *id, turn));
            match forgotten {
                Ok(_) => false,
                // A log that cannot be written now, on a full disk, may say the same.
                Err(ErrorCode::NotCoordinator) if matches!(*self.state.lock(), Life::Gone) => false,
                Err(error) => {
                    tracing::info!(%topic, error = error.name(), "offsets of a deleted topic go later");
                    true
                }
            }
        });
    }

    /// Drops offsets and groups that are out of date.
    pub fn clean(&self, now: Now) {
        self.forget_deleted_topics(now);
        for id in self.look(Shard::group_ids).unwrap_or_default() {
            if self.act(now, Batching::Split, |shard, turn| shard.clean(&id, turn)).is_err() {
                return;
            }
        }
    }

    /// Another broker coordinates from now on: whoever waits is sent there.
    pub fn resign(&self, now: Now) {
        let mut state = self.state.lock();
        if let Life::Active(mut active) = std::mem::replace(&mut *state, Life::Gone) {
            let mut effects = Effects::default();
            active.shard.resign(&mut self.surroundings().turn(now, &mut effects));
            self.answer(&mut active.parked, effects.answers, None);
        }
    }

    /// Decide, append, replay, answer.
    fn decide<R>(
        &self,
        active: &mut Active,
        now: Now,
        batching: Batching,
        act: impl FnOnce(&mut Active, &mut Turn<'_>) -> R,
    ) -> Result<R, ErrorCode> {
        let mut effects = Effects::default();
        let surroundings = self.surroundings();
        let reply = act(active, &mut surroundings.turn(now, &mut effects));
        let Effects { records, answers, on_failure, on_success, regexes } = effects;
        active.regex_jobs.extend(regexes);
        let outcome = self.append(active, now, batching, records).map_err(client_code);
        let answers = match outcome {
            Ok(()) => answers,
            Err(error) => {
                let failed = answers.into_iter().map(|(ticket, answer)| (ticket, answer.failed(error)));
                let mut after = Effects { answers: failed.collect(), ..Effects::default() };
                active.shard.append_failed(on_failure, error, &mut surroundings.turn(now, &mut after));
                after.answers
            }
        };
        let end = active.end;
        self.answer(&mut active.parked, answers, Some((end, now)));
        if outcome.is_ok() && on_success != OnSuccess::Nothing {
            let mut after = Effects::default();
            active.shard.appended(on_success, &mut surroundings.turn(now, &mut after));
            self.answer(&mut active.parked, after.answers, Some((end, now)));
        }
        outcome.map(|()| reply)
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings { settings: self.settings.load_full(), metadata: self.metadata.load_full() }
    }

    fn append(
        &self,
        active: &mut Active,
        now: Now,
        batching: Batching,
        records: Vec<GroupRecord>,
    ) -> Result<(), ErrorCode> {
        if records.is_empty() {
            return Ok(());
        }
        let bytes_max = self.log.batch_bytes_max();
        let mut records = records.into_iter().peekable();
        while records.peek().is_some() {
            let fields = BatchFields { compression: self.codec().into(), ..batching.fields() };
            let mut builder = BatchBuilder::new(fields);
            let mut batched = Vec::new();
            for record in records.by_ref() {
                push(&mut builder, now.ms, &record)?;
                batched.push(record);
                if batching == Batching::Split && builder.size_bytes() + TOMBSTONE_BYTES_MAX > bytes_max {
                    break;
                }
            }
            let batch = builder.finish().map_err(|error| unwritable(&error))?;
            if batch.len() > bytes_max {
                let (partition, bytes) = (self.partition.0, batch.len());
                tracing::warn!(partition, bytes, bytes_max, "a group's records exceed max.message.bytes");
                return Err(ErrorCode::MessageTooLarge);
            }
            let first = self.log.append(batch, batching.verified(), now.ms)?;
            active.end = first.plus(batched.len() as i64);
            self.counts.stored(&batched, now.ms);
            for (index, record) in batched.into_iter().enumerate() {
                active.shard.replay(now, first.plus(index as i64), batching.producer_id(), record);
            }
        }
        Ok(())
    }

    /// `offsets.topic.compression.codec`, a number in Kafka's order.
    fn codec(&self) -> Codec {
        let id = u8::try_from(self.settings.load().offsets_compression_codec).ok();
        id.and_then(|id| Codec::from_id(id).ok()).unwrap_or(Codec::None)
    }

    fn answer(
        &self,
        parked: &mut HashMap<Ticket, oneshot::Sender<Committed<Answer>>>,
        answers: Vec<(Ticket, Answer)>,
        after: Option<(Offset, Now)>,
    ) {
        for (ticket, reply) in answers {
            let committed = match after {
                Some((end, now)) => self.after(reply, end, now),
                None => Committed::at_once(reply),
            };
            if let Some(sender) = parked.remove(&ticket) {
                // The client may have gone.
                let _ = sender.send(committed);
            }
        }
    }

    fn after<R>(&self, reply: R, end: Offset, now: Now) -> Committed<R> {
        Committed::after(reply, &self.log, end, now, self.settings.load().offsets_commit_timeout_ms)
    }
}

/// What a decision looks at besides the state: the same from its beginning to its end.
struct Surroundings {
    settings: Arc<GroupSettings>,
    metadata: Arc<Metadata>,
}

impl Surroundings {
    fn turn<'a>(&'a self, now: Now, effects: &'a mut Effects) -> Turn<'a> {
        Turn { now, settings: &self.settings, metadata: &self.metadata, effects }
    }
}

fn push(builder: &mut BatchBuilder, timestamp_ms: i64, record: &GroupRecord) -> Result<(), ErrorCode> {
    let (key, value) = stored::encode(record).map_err(|error| unwritable(&error))?;
    builder.append(timestamp_ms, Some(&key), value.as_deref(), []);
    Ok(())
}

fn unwritable(error: &dyn std::fmt::Display) -> ErrorCode {
    tracing::error!(%error, "a group's records cannot be written");
    ErrorCode::UnknownServerError
}

/// Most bytes of a tombstone: the two longest texts of a key and its numbers.
const TOMBSTONE_BYTES_MAX: usize = 2 * i16::MAX as usize + 64;
