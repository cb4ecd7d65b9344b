//! The shards this broker coordinates: which transactional id is whose, who follows the metadata log, what is due.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{BrokerId, PartitionId, TopicPartition};
use kafkactl_core::settings::TransactionSettings;
use kafkactl_core::wire::ErrorCode;
use tokio::runtime::Handle;

use super::completion::Markers;
use super::driver::ShardDriver;
use super::end::EndRequest;
use super::figures::TransactionCounts;
use super::init::InitRequest;
use super::shard::{Decided, ListFilter};
use super::state::{Producer, Transaction, TransactionState, TransactionalId};
use crate::clock::Clock;
use crate::cluster::features::TRANSACTION_VERSION;
use crate::cluster::{MetadataCache, MetadataDelta, MetadataImage, MetadataSubscriber};
use crate::coordinator::{Acted, Moved, Shards, poll_once};
use crate::group::Groups;
use crate::partition::{Partitions, TransactionEnd};
use crate::threads::spawn_or_do;

/// Where transactional ids are kept.
pub const TRANSACTION_TOPIC: &str = "__transaction_state";

/// Partitions whose markers are written before EndTxn is answered; more are left to a task of their own.
const INLINE_PARTITIONS_MAX: usize = 64;

/// Every transactional id whose `__transaction_state` partition this broker leads. Follows the metadata log.
///
/// Markers go to partitions that this broker leads itself; others wait until it does.
#[derive(Clone)]
pub struct Transactions {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Arc<TransactionSettings>,
    shards: Shards<ShardDriver>,
    markers: Arc<Markers>,
    runtime: Handle,
}

/// A transactional id as ListTransactions shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: TransactionalId,
    pub producer: Producer,
    pub state: TransactionState,
}

/// The finalized `transaction.version`.
pub(super) fn version_of(image: &MetadataImage) -> TransactionVersion {
    TransactionVersion(image.feature_level(TRANSACTION_VERSION))
}

impl Transactions {
    /// Needs to be called inside the runtime that is to complete transactions.
    pub fn new(
        node_id: BrokerId,
        clock: Clock,
        settings: TransactionSettings,
        partitions: Arc<Partitions>,
        groups: Groups,
        metadata: MetadataCache,
    ) -> Self {
        let markers = Markers {
            clock,
            partitions: Arc::clone(&partitions),
            groups,
            metadata,
            request_timeout_ms: settings.request_timeout_ms,
            counts: TransactionCounts::default(),
        };
        let inner = Inner {
            settings: Arc::new(settings),
            shards: Shards::new(node_id, TRANSACTION_TOPIC, partitions),
            markers: Arc::new(markers),
            runtime: Handle::current(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// See [`super::shard::Shard::init`].
    pub fn init(&self, request: &InitRequest) -> Acted<Result<Decided, ErrorCode>> {
        request.check(&self.inner.settings)?;
        let shard = self.shard_of(&request.id)?;
        let acted =
            shard.act(self.inner.markers.now(), self.version(), |shard, turn| shard.init(request, turn));
        // An open transaction is being aborted.
        self.complete(&shard, &request.id);
        acted
    }

    /// Makes partitions part of a transaction; `version` is that of the client.
    pub fn add(
        &self,
        id: &TransactionalId,
        producer: Producer,
        partitions: BTreeSet<TopicPartition>,
        version: TransactionVersion,
    ) -> Acted<Result<(), ErrorCode>> {
        let shard = self.shard_of(id)?;
        shard.act(self.inner.markers.now(), self.version(), |shard, turn| {
            shard.add(id, producer, partitions, version, turn)
        })
    }

    /// Which of the partitions are part of a producer's transaction: one answer each, in order.
    pub fn verify(
        &self,
        id: &str,
        producer: Producer,
        partitions: &BTreeSet<TopicPartition>,
    ) -> Acted<Result<Vec<bool>, ErrorCode>> {
        let shard = self.shard_of(id)?;
        shard.act(self.inner.markers.now(), self.version(), |shard, _| shard.verify(id, producer, partitions))
    }

    /// Decides how a transaction ends; markers follow.
    pub fn end(&self, request: &EndRequest) -> Acted<Result<Decided, ErrorCode>> {
        let shard = self.shard_of(&request.id)?;
        let acted =
            shard.act(self.inner.markers.now(), self.version(), |shard, turn| shard.end(request, turn));
        self.complete(&shard, &request.id);
        acted
    }

    /// Appends the marker of a transaction's end to a partition that this broker leads.
    pub fn write_end(&self, partition: &TopicPartition, end: &TransactionEnd) -> Acted<()> {
        self.inner.markers.write(partition, end)
    }

    /// All of this broker; an error while one of its shards is loading.
    pub fn list(&self, filter: &ListFilter) -> Result<Vec<Listed>, ErrorCode> {
        let now_ms = self.inner.markers.now().ms;
        let mut listed = Vec::new();
        for shard in self.inner.shards.all() {
            let looked = shard.look(|shard| {
                listed.extend(shard.list(filter, now_ms).map(|(id, transaction)| Listed {
                    id: id.clone(),
                    producer: transaction.producer,
                    state: transaction.state,
                }));
            });
            match looked {
                Ok(()) | Err(ErrorCode::NotCoordinator) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(listed)
    }

    pub fn describe(&self, id: &str) -> Result<Transaction, ErrorCode> {
        self.shard_of(id)?.look(|shard| shard.describe(id))?
    }

    /// What has happened to them so far.
    pub fn counts(&self) -> &TransactionCounts {
        &self.inner.markers.counts
    }

    pub(super) fn shards(&self) -> Vec<Arc<ShardDriver>> {
        self.inner.shards.all()
    }

    /// Keeps time: transactions that are open for too long, ids that nobody uses. Runs until it is dropped.
    pub async fn keep_time(&self) {
        let interval = |ms: i64| {
            let mut interval = tokio::time::interval(Duration::from_millis(ms.max(1) as u64));
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            interval
        };
        let mut abort = interval(self.inner.settings.abort_interval_ms);
        let mut expire = interval(self.inner.settings.expire_interval_ms);
        loop {
            tokio::select! {
                _ = abort.tick() => self.abort_timed_out(),
                _ = expire.tick() => {
                    let now = self.inner.markers.now();
                    self.inner.shards.all().iter().for_each(|shard| shard.expire(now, self.version()));
                }
            }
        }
    }

    /// Gives up all transactional ids; what is under way is taken up again at the next start.
    pub fn close(&self) {
        self.inner.shards.drain().iter().for_each(|shard| shard.resign());
    }

    fn abort_timed_out(&self) {
        let (now, version) = (self.inner.markers.now(), self.version());
        for shard in self.inner.shards.all() {
            for id in shard.look(|shard| shard.timed_out(now.ms)).unwrap_or_default() {
                match shard.act(now, version, |shard, turn| shard.abort_timed_out(&id, turn)) {
                    Ok(acted) if !acted.reply => continue,
                    Ok(_) => {
                        self.counts().timed_out();
                        tracing::warn!(%id, "a transaction that was open for too long is aborted");
                    }
                    Err(error) => {
                        tracing::warn!(%id, error = error.name(), "a transaction cannot be aborted")
                    }
                }
                self.complete(&shard, &id);
            }
        }
    }

    /// Completes a transaction if it is prepared: at once as far as nothing has to be waited for, by a task from there
    /// on.
    fn complete(&self, shard: &Arc<ShardDriver>, id: &TransactionalId) {
        let Some(prepared) = shard.begin_completion(id, self.inner.markers.now()) else { return };
        let is_small = prepared.reply.partitions.len() <= INLINE_PARTITIONS_MAX;
        let markers = Arc::clone(&self.inner.markers);
        let mut completion = Box::pin(markers.complete(Arc::clone(shard), id.clone(), prepared));
        let _inside = self.inner.runtime.enter();
        if !is_small || poll_once(completion.as_mut()).is_pending() {
            self.inner.runtime.spawn(completion);
        }
    }

    fn shard_of(&self, id: &str) -> Result<Arc<ShardDriver>, ErrorCode> {
        if id.is_empty() { Err(ErrorCode::InvalidRequest) } else { self.inner.shards.of(id) }
    }

    fn version(&self) -> TransactionVersion {
        version_of(&self.inner.markers.metadata.image())
    }

    /// Leads what the image says this broker leads, and completes what other coordinators have decided.
    fn follow(&self, image: &MetadataImage) {
        let make = |partition: PartitionId, epoch, log| {
            ShardDriver::new(partition, epoch, log, Arc::clone(&self.inner.settings))
        };
        let Moved { lost, gained } = self.inner.shards.follow(image, make);
        lost.iter().for_each(|shard| shard.resign());
        // What takes no time is loaded at once: the first clients of a new cluster need not wait.
        let (empty, full): (Vec<_>, Vec<_>) = gained.into_iter().partition(|shard| shard.is_empty());
        empty.iter().for_each(|shard| drop(self.load(shard)));
        if full.is_empty() {
            return;
        }
        let transactions = self.clone();
        spawn_or_do("txn-loader", move || {
            for shard in full {
                for id in transactions.load(&shard) {
                    transactions.complete(&shard, &id);
                }
            }
        });
    }
}

impl Transactions {
    fn load(&self, shard: &ShardDriver) -> Vec<TransactionalId> {
        let started = Instant::now();
        let prepared = shard.load();
        self.counts().loads.record(started.elapsed());
        prepared
    }
}

impl MetadataSubscriber for Transactions {
    /// Comes after partitions and groups have taken in the same change.
    fn apply(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>) {
        if delta.is_whole || delta.topics.values().any(|topic| topic.name.as_str() == TRANSACTION_TOPIC) {
            self.follow(image);
        }
    }
}
