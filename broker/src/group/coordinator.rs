//! The shards this broker coordinates: which group is whose, who follows the metadata log, one timer for all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use kafkactl_core::names::{BrokerId, PartitionId, TopicName};
use kafkactl_core::settings::GroupSettings;
use kafkactl_core::wire::ErrorCode;
use tokio::runtime::Handle;

use super::alarm::Alarm;
use super::classic::{
    Described, HeartbeatRequest, JoinReply, JoinRequest, LeaveOutcome, Leaver, SyncReply, SyncRequest,
};
use super::commits::{CommitRequest, FetchRequest, FetchedTopic};
use super::consumer::{ConsumerHeartbeat, ConsumerHeartbeatReply, DescribedConsumerGroup, Refusal, RegexJob};
use super::driver::{Batching, Parked, ShardDriver, TransactionalProducer};
use super::figures::GroupCounts;
use super::names::GroupId;
use super::other::GroupKind;
use super::shard::{Missing, Shard};
use super::turn::{Answer, Metadata, Now, Ticket, Turn};
use crate::clock::Clock;
use crate::cluster::{MetadataDelta, MetadataImage, MetadataSubscriber};
use crate::coordinator::{Acted, Moved, Shards};
use crate::partition::{Partitions, TransactionEnd};
use crate::regexes::Regexes;
use crate::threads::spawn_or_do;

/// Where groups and their offsets are kept.
pub const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// Every group whose `__consumer_offsets` partition this broker leads. Follows the metadata log.
#[derive(Clone)]
pub struct Groups {
    inner: Arc<Inner>,
}

struct Inner {
    node_id: BrokerId,
    clock: Clock,
    settings: Arc<ArcSwap<GroupSettings>>,
    partitions: Arc<Partitions>,
    metadata: Arc<ArcSwap<Metadata>>,
    shards: Shards<ShardDriver>,
    alarm: Alarm,
    counts: Arc<GroupCounts>,
    regexes: Regexes,
    runtime: Handle,
}

/// A group as ListGroups shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    pub id: GroupId,
    pub kind: GroupKind,
    pub protocol_type: Arc<str>,
    pub state: &'static str,
}

impl Groups {
    /// Needs to be called inside the runtime that is to look at expressions.
    pub fn new(
        node_id: BrokerId,
        clock: Clock,
        settings: GroupSettings,
        partitions: Arc<Partitions>,
    ) -> Self {
        let inner = Inner {
            regexes: Regexes::new(settings.background_threads),
            runtime: Handle::current(),
            node_id,
            clock,
            settings: Arc::new(ArcSwap::from_pointee(settings)),
            metadata: Arc::default(),
            shards: Shards::new(node_id, OFFSETS_TOPIC, Arc::clone(&partitions)),
            partitions,
            alarm: Alarm::default(),
            counts: Arc::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Decides now; the future is the answer, which comes when the rebalance is through.
    pub fn join(&self, request: JoinRequest) -> impl Future<Output = JoinReply> + Send + use<> {
        let (group, member) = (request.group.clone(), request.member.clone());
        let parked = self.park(&group, |shard, ticket, turn| shard.join(request, ticket, turn));
        async move {
            match answer(parked).await {
                Ok(Answer::Join(reply)) => reply,
                Ok(Answer::Sync(_)) => JoinReply::failed(member, ErrorCode::UnknownServerError),
                Err(error) => JoinReply::failed(member, error),
            }
        }
    }

    /// Decides now; the future is the answer, which comes when the assignment is stored.
    pub fn sync(&self, request: SyncRequest) -> impl Future<Output = SyncReply> + Send + use<> {
        let group = request.group.clone();
        let parked = self.park(&group, |shard, ticket, turn| shard.sync(request, ticket, turn));
        async move {
            match answer(parked).await? {
                Answer::Sync(reply) => reply,
                Answer::Join(_) => Err(ErrorCode::UnknownServerError),
            }
        }
    }

    pub fn heartbeat(&self, request: &HeartbeatRequest) -> Acted<Result<(), ErrorCode>> {
        self.act(&request.group, Batching::Atomic, |shard, turn| shard.heartbeat(request, turn))
    }

    pub fn leave(&self, group: &GroupId, leavers: &[Leaver]) -> Acted<Result<Vec<LeaveOutcome>, ErrorCode>> {
        self.act(group, Batching::Atomic, |shard, turn| shard.leave(group, leavers, turn))
    }

    /// A member of a consumer group joins, stays or leaves. The request has passed its check.
    pub fn consumer_heartbeat(
        &self,
        request: &ConsumerHeartbeat,
    ) -> Acted<Result<ConsumerHeartbeatReply, Refusal>> {
        self.act(&request.group, Batching::Atomic, |shard, turn| shard.consumer_heartbeat(request, turn))
    }

    pub fn describe_consumer(
        &self,
        group: &str,
    ) -> Result<Result<DescribedConsumerGroup, Missing>, ErrorCode> {
        let settings = self.settings();
        self.shard_of(group)?.look(|shard| shard.describe_consumer(group, &settings))
    }

    /// The settings of groups in force.
    pub fn settings(&self) -> Arc<GroupSettings> {
        self.inner.settings.load_full()
    }

    /// One outcome per offset.
    pub fn commit(&self, request: CommitRequest) -> Acted<Result<Vec<Result<(), ErrorCode>>, ErrorCode>> {
        let group = request.group.clone();
        self.act(&group, Batching::Atomic, |shard, turn| shard.commit(request, turn))
    }

    /// As [`Groups::commit`], for offsets that count when the transaction of `producer` is committed (F16).
    pub fn commit_in_transaction(
        &self,
        request: CommitRequest,
        producer: TransactionalProducer,
    ) -> Acted<Result<Vec<Result<(), ErrorCode>>, ErrorCode>> {
        let group = request.group.clone();
        self.act(&group, Batching::Transactional(producer), |shard, turn| shard.commit(request, turn))
    }

    /// Ends a transaction in one partition of `__consumer_offsets`. A coordinator that is not ready is
    /// NOT_LEADER_OR_FOLLOWER to whoever writes markers (F13).
    pub fn end_transaction(&self, partition: PartitionId, end: &TransactionEnd) -> Acted<()> {
        let ended = self
            .inner
            .shards
            .get(partition)
            .ok_or(ErrorCode::NotCoordinator)
            .and_then(|it| it.end_transaction(self.now(), end));
        ended.map_err(|error| match error {
            ErrorCode::CoordinatorLoadInProgress | ErrorCode::NotCoordinator => {
                ErrorCode::NotLeaderOrFollower
            }
            other => other,
        })
    }

    pub fn fetch(&self, request: &FetchRequest) -> Acted<Result<Vec<FetchedTopic>, ErrorCode>> {
        self.act(&request.group, Batching::Atomic, |shard, _| shard.fetch(request))
    }

    /// One outcome per partition.
    pub fn delete_offsets(
        &self,
        group: &GroupId,
        partitions: &[(TopicName, PartitionId)],
    ) -> Acted<Result<Vec<Result<(), ErrorCode>>, ErrorCode>> {
        self.act(group, Batching::Split, |shard, turn| shard.delete_offsets(group, partitions, turn))
    }

    pub fn delete(&self, group: &GroupId) -> Acted<Result<(), ErrorCode>> {
        self.act(group, Batching::Split, |shard, turn| shard.delete(group, turn))
    }

    pub fn describe(&self, group: &str) -> Result<Result<Described, Missing>, ErrorCode> {
        self.shard_of(group)?.look(|shard| shard.describe(group))
    }

    /// All groups of this broker; an error while one of its shards is loading.
    pub fn list(&self) -> Result<Vec<ListedGroup>, ErrorCode> {
        let mut groups = Vec::new();
        for shard in self.shards() {
            let listed = shard.look(|shard| {
                groups.extend(shard.list().map(|group| ListedGroup {
                    id: group.id.clone(),
                    kind: group.kind,
                    protocol_type: Arc::from(group.protocol_type),
                    state: group.state,
                }));
            });
            match listed {
                Ok(()) | Err(ErrorCode::NotCoordinator) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(groups)
    }

    /// The number of the partition that keeps `group`; `None` while there is no such topic.
    pub fn partition_of(&self, group: &str) -> Option<PartitionId> {
        self.inner.shards.partition_of(group)
    }

    /// Keeps deadlines: sessions, rebalances, offsets that age. Runs until it is dropped.
    pub async fn keep_time(&self) {
        let interval_ms = self.settings().offsets_retention_check_interval_ms.max(1);
        let interval = Duration::from_millis(interval_ms as u64);
        let mut clean_at = Instant::now() + interval;
        loop {
            self.inner.alarm.clear();
            let deadline = self.shards().iter().filter_map(|shard| shard.next_deadline()).min();
            self.inner.alarm.arm(deadline.map_or(clean_at, |at| at.min(clean_at)));
            self.inner.alarm.sleep().await;
            let now = self.now();
            for shard in self.shards() {
                if shard.next_deadline().is_some_and(|at| at <= now.at) {
                    shard.expire(now);
                }
            }
            if now.at >= clean_at {
                clean_at = now.at + interval;
                let groups = self.clone();
                let cleaned = tokio::task::spawn_blocking(move || {
                    groups.shards().iter().for_each(|shard| shard.clean(groups.now()));
                });
                if let Err(error) = cleaned.await {
                    tracing::error!(%error, "cleaning old offsets failed");
                }
            }
        }
    }

    /// Gives up all groups: whoever waits is answered.
    pub fn close(&self) {
        let now = self.now();
        self.inner.shards.drain().iter().for_each(|shard| shard.resign(now));
    }

    fn park(
        &self,
        group: &GroupId,
        act: impl FnOnce(&mut Shard, Ticket, &mut Turn<'_>),
    ) -> Result<Parked, ErrorCode> {
        let shard = self.shard_of(group.as_str())?;
        let parked = shard.park(self.now(), act);
        self.watch(&shard);
        parked
    }

    fn act<R>(
        &self,
        group: &GroupId,
        batching: Batching,
        act: impl FnOnce(&mut Shard, &mut Turn<'_>) -> R,
    ) -> Acted<R> {
        let shard = self.shard_of(group.as_str())?;
        let acted = shard.act(self.now(), batching, act);
        self.watch(&shard);
        acted
    }

    /// Keeps the shard's next deadline, and does what it has asked for.
    fn watch(&self, shard: &Arc<ShardDriver>) {
        if let Some(at) = shard.next_deadline() {
            self.inner.alarm.set(at);
        }
        for job in shard.take_regex_jobs() {
            self.resolve(shard.clone(), job);
        }
    }

    /// Looks at regular expressions beside the requests, a few groups at a time. A group asks for one look at a time,
    /// so no more than one waits for each.
    fn resolve(&self, shard: Arc<ShardDriver>, job: RegexJob) {
        let groups = self.clone();
        self.inner.runtime.spawn(async move {
            let regexes = groups.regexes().clone();
            let looked = regexes.aside(move |regexes| {
                let until = Instant::now() + REGEX_JOB_MAX;
                let metadata = groups.inner.metadata.load_full();
                let resolved = job.run(
                    &metadata.image,
                    groups.now().ms,
                    |text| regexes.compile(text),
                    || Instant::now() >= until,
                );
                let taken = shard.act(groups.now(), Batching::Atomic, |shard, turn| {
                    shard.regexes_resolved(&job.group, resolved, turn);
                });
                if let Err(error) = taken {
                    tracing::warn!(group = %job.group, error = error.name(), "resolved expressions are lost");
                }
                groups.watch(&shard);
            });
            looked.await;
        });
    }

    fn shard_of(&self, group: &str) -> Result<Arc<ShardDriver>, ErrorCode> {
        self.inner.shards.of(group)
    }

    /// The expressions that clients send.
    pub fn regexes(&self) -> &Regexes {
        &self.inner.regexes
    }

    /// What they have stored so far.
    pub fn counts(&self) -> &GroupCounts {
        &self.inner.counts
    }

    pub(super) fn shards(&self) -> Vec<Arc<ShardDriver>> {
        self.inner.shards.all()
    }

    fn now(&self) -> Now {
        Now { at: Instant::now(), ms: self.inner.clock.now_ms() }
    }

    /// Leads what the image says this broker leads, and nothing else.
    fn follow(&self, image: &MetadataImage) {
        let Inner { settings, metadata, counts, .. } = &*self.inner;
        let make = |partition, epoch, log| {
            ShardDriver::new(partition, epoch, log, settings.clone(), metadata.clone(), counts.clone())
        };
        let Moved { lost, gained } = self.inner.shards.follow(image, make);
        lost.iter().for_each(|shard| shard.resign(self.now()));
        self.load(gained);
    }

    /// What takes no time is loaded at once: the first clients of a new cluster need not wait.
    fn load(&self, mut shards: Vec<Arc<ShardDriver>>) {
        shards.retain(|shard| !shard.load_if_empty(self.now()));
        if shards.is_empty() {
            return;
        }
        let groups = self.clone();
        spawn_or_do("group-loader", move || {
            for shard in shards {
                shard.load(|| groups.now());
                groups.watch(&shard);
            }
        });
    }
}

/// Longest look at the regular expressions of one group.
const REGEX_JOB_MAX: Duration = Duration::from_secs(5);

async fn answer(parked: Result<Parked, ErrorCode>) -> Result<Answer, ErrorCode> {
    // A coordinator that is gone has nothing more to say.
    parked?.await.map_err(|_| ErrorCode::NotCoordinator)?.committed().await
}

impl MetadataSubscriber for Groups {
    /// Comes after the partitions have taken in the same change.
    fn apply(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>) {
        let after = self.inner.metadata.load().after(delta, image);
        self.inner.metadata.store(Arc::new(after));
        if delta.configures(self.inner.node_id) {
            self.inner.settings.store(Arc::new(self.inner.partitions.settings().group.clone()));
        }
        let touches_offsets = delta.topics.values().any(|topic| topic.name.as_str() == OFFSETS_TOPIC);
        if delta.is_whole || touches_offsets {
            self.follow(image);
        }
        for (id, topic) in delta.topics.iter().filter(|(_, topic)| topic.deleted) {
            self.shards().iter().for_each(|shard| shard.topic_deleted(self.now(), &topic.name, *id));
        }
    }
}
