//! Sends what [`Transactions`](super::transaction::Transactions) asks, to the coordinator of the transactional id or
//! to that of a group. Repeating is the machine's to decide.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::TransactionConfig;
use super::driver::Shared;
use super::transaction::{Ask, End, GroupOffsets, Protocol, Request, Told};
use crate::client::text::{by_topic, text, topic_text};
use crate::client::{ClientError, Connection, CoordinatorKind, Lane};
use crate::names::{ProducerEpoch, ProducerId, TopicPartition};
use crate::wire::messages::add_partitions_to_txn_request::AddPartitionsToTxnTopic;
use crate::wire::messages::txn_offset_commit_request::{
    TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use crate::wire::messages::{
    self, AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, EndTxnRequest, InitProducerIdRequest,
    TxnOffsetCommitRequest,
};
use crate::wire::{ApiKey, ErrorCode};

/// The feature whose level 2 means [`Protocol::V2`].
const FEATURE: &str = "transaction.version";
const FEATURE_LEVEL_V2: i16 = 2;
/// The first versions of the new protocol.
const END_VERSION_V2: i16 = 5;
const COMMIT_VERSION_V2: i16 = 5;
/// Later versions are for brokers.
const ADD_PARTITIONS_VERSION_MAX: i16 = 3;
/// The first in which a producer tells who it is (KIP-360).
const INIT_AS_VERSION: i16 = 3;
/// The first in which a member of a group says so (KIP-447).
const MEMBER_VERSION: i16 = 3;

pub(super) async fn ask(shared: Arc<Shared>, ask: Ask) {
    let answer = match &shared.config.transactions {
        Some(config) => Coordinators { shared: &shared, config, ask: &ask }.send().await,
        None => Err(ClientError::Closed),
    };
    shared.machine.lock().transaction_answered(Instant::now(), ask.request, answer, rand::random());
    shared.changed.notify_waiters();
    shared.wake.notify_one();
}

struct Coordinators<'a> {
    shared: &'a Shared,
    config: &'a TransactionConfig,
    ask: &'a Ask,
}

impl Coordinators<'_> {
    async fn send(&self) -> Result<Told, ClientError> {
        let protocol = self.ask.protocol;
        let done = |outcome: Result<(), ClientError>| outcome.map(|()| Told { producer: None, protocol });
        match &self.ask.request {
            Request::Init => self.init().await,
            Request::AddPartitions(partitions) => done(self.add_partitions(partitions).await),
            Request::AddOffsets { group_id } => done(self.add_offsets(group_id).await),
            Request::CommitOffsets(offsets) => done(self.commit_offsets(offsets).await),
            Request::End(end) => self.end(*end).await,
        }
    }

    async fn init(&self) -> Result<Told, ClientError> {
        let timeout_ms = i32::try_from(self.config.timeout.as_millis()).unwrap_or(i32::MAX);
        let connection = self.connection().await?;
        let build = |version| {
            let (id, epoch) = match self.ask.producer {
                Some(producer) if version >= INIT_AS_VERSION => producer,
                _ => (ProducerId::NONE, ProducerEpoch::NONE),
            };
            InitProducerIdRequest::default()
                .with_transactional_id(Some(self.id()))
                .with_transaction_timeout_ms(timeout_ms)
                .with_producer_id(id.0.into())
                .with_producer_epoch(epoch.0)
        };
        let response = self.call(&connection, 0, i16::MAX, build).await?;
        self.check(response.error_code)?;
        Ok(Told {
            producer: Some((ProducerId(response.producer_id.0), ProducerEpoch(response.producer_epoch))),
            protocol: protocol_of(&connection),
        })
    }

    async fn add_partitions(&self, partitions: &[TopicPartition]) -> Result<(), ClientError> {
        let (id, epoch) = self.producer()?;
        let topics = by_topic(partitions.iter().map(|partition| (partition, ())));
        let topics = topics.into_iter().map(|(topic, partitions)| {
            AddPartitionsToTxnTopic::default()
                .with_name(topic_text(topic))
                .with_partitions(partitions.into_iter().map(|(index, ())| index).collect())
        });
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(self.id())
            .with_v3_and_below_producer_id(id.0.into())
            .with_v3_and_below_producer_epoch(epoch.0)
            .with_v3_and_below_topics(topics.collect());
        let connection = self.connection().await?;
        let response = self.call(&connection, 0, ADD_PARTITIONS_VERSION_MAX, |_| request.clone()).await?;
        let codes = response.results_by_topic_v3_and_below.iter().flat_map(|topic| {
            topic.results_by_partition.iter().map(|partition| partition.partition_error_code)
        });
        self.check(worst(codes))
    }

    async fn add_offsets(&self, group_id: &str) -> Result<(), ClientError> {
        let (id, epoch) = self.producer()?;
        let build = |_| {
            AddOffsetsToTxnRequest::default()
                .with_transactional_id(self.id())
                .with_producer_id(id.0.into())
                .with_producer_epoch(epoch.0)
                .with_group_id(text(group_id).into())
        };
        let connection = self.connection().await?;
        let response = self.call(&connection, 0, i16::MAX, build).await?;
        self.check(response.error_code)
    }

    /// Goes to the coordinator of the group.
    async fn commit_offsets(&self, offsets: &GroupOffsets) -> Result<(), ClientError> {
        let group = &offsets.group;
        let (version_min, version_max) = match self.ask.protocol {
            Protocol::V1 => (0, COMMIT_VERSION_V2 - 1),
            Protocol::V2 => (COMMIT_VERSION_V2, i16::MAX),
        };
        let (id, epoch) = self.producer()?;
        let topics = by_topic(&offsets.offsets).into_iter().map(|(topic, partitions)| {
            let partitions = partitions.into_iter().map(|(index, committed)| {
                TxnOffsetCommitRequestPartition::default()
                    .with_partition_index(index)
                    .with_committed_offset(committed.offset.0)
                    .with_committed_leader_epoch(committed.leader_epoch.0)
                    .with_committed_metadata(Some(text(&committed.metadata)))
            });
            TxnOffsetCommitRequestTopic::default()
                .with_name(topic_text(topic))
                .with_partitions(partitions.collect())
        });
        let request = TxnOffsetCommitRequest::default()
            .with_transactional_id(self.id())
            .with_group_id(text(&group.group_id).into())
            .with_producer_id(id.0.into())
            .with_producer_epoch(epoch.0)
            .with_topics(topics.collect());
        let build = |version| match version {
            ..MEMBER_VERSION => request.clone(),
            _ => request
                .clone()
                .with_generation_id(group.committer.generation)
                .with_member_id(text(&group.committer.member_id))
                .with_group_instance_id(group.committer.instance_id.as_deref().map(text)),
        };
        let answer = async {
            let connection = self.coordinator(CoordinatorKind::Group, &group.group_id).await?;
            let response = self.call(&connection, version_min, version_max, build).await?;
            let partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
            let code = worst(partitions.map(|partition| partition.error_code));
            ClientError::check(format!("offsets of group \"{}\"", group.group_id), code, None)
        };
        answer.await.inspect_err(|error| self.learn_from(CoordinatorKind::Group, &group.group_id, error))
    }

    async fn end(&self, end: End) -> Result<Told, ClientError> {
        let (version_min, version_max) = match self.ask.protocol {
            Protocol::V1 => (0, END_VERSION_V2 - 1),
            Protocol::V2 => (END_VERSION_V2, i16::MAX),
        };
        let (id, epoch) = self.producer()?;
        let build = |_| {
            EndTxnRequest::default()
                .with_transactional_id(self.id())
                .with_producer_id(id.0.into())
                .with_producer_epoch(epoch.0)
                .with_committed(end == End::Commit)
        };
        let connection = self.connection().await?;
        let response = self.call(&connection, version_min, version_max, build).await?;
        self.check(response.error_code)?;
        let told = (ProducerId(response.producer_id.0), ProducerEpoch(response.producer_epoch));
        Ok(Told {
            producer: (told.0 != ProducerId::NONE).then_some(told),
            protocol: protocol_of(&connection),
        })
    }

    async fn connection(&self) -> Result<Connection, ClientError> {
        let connection = self.coordinator(CoordinatorKind::Transaction, &self.config.id).await;
        connection.inspect_err(|error| self.learn(error))
    }

    async fn coordinator(&self, kind: CoordinatorKind, key: &str) -> Result<Connection, ClientError> {
        let client = &self.shared.client;
        client.broker(client.coordinator(kind, key).await?, Lane::SHARED).await
    }

    async fn call<R: messages::Request>(
        &self,
        connection: &Connection,
        version_min: i16,
        version_max: i16,
        build: impl Fn(i16) -> R,
    ) -> Result<R::Response, ClientError> {
        let version = connection.version_within::<R>(version_min, version_max)?;
        let answer = connection.call_version(&build(version), version, Duration::ZERO).await;
        answer.inspect_err(|error| self.learn(error))
    }

    fn check(&self, code: i16) -> Result<(), ClientError> {
        let what = format!("transactional id \"{}\"", self.config.id);
        ClientError::check(what, code, None).inspect_err(|error| self.learn(error))
    }

    fn learn(&self, error: &ClientError) {
        self.learn_from(CoordinatorKind::Transaction, &self.config.id, error);
    }

    fn learn_from(&self, kind: CoordinatorKind, key: &str, error: &ClientError) {
        if error.is_stale_coordinator() {
            self.shared.client.forget_coordinator(kind, key);
        }
    }

    fn producer(&self) -> Result<(ProducerId, ProducerEpoch), ClientError> {
        self.ask.producer.ok_or_else(|| ClientError::Invalid {
            what: format!("transactional id \"{}\"", self.config.id),
            reason: "it has no producer id yet".to_owned(),
        })
    }

    fn id(&self) -> messages::TransactionalId {
        text(&self.config.id).into()
    }
}

/// Both ends must know the versions, and the cluster must have switched the feature on.
fn protocol_of(connection: &Connection) -> Protocol {
    let versions = connection.versions();
    let level = versions.finalized_features.get(FEATURE).copied().unwrap_or(0);
    let knows = |api, version| versions.best(api, version..=i16::MAX).is_some();
    let is_v2 = level >= FEATURE_LEVEL_V2
        && knows(ApiKey::EndTxn, END_VERSION_V2)
        && knows(ApiKey::TxnOffsetCommit, COMMIT_VERSION_V2);
    if is_v2 { Protocol::V2 } else { Protocol::V1 }
}

/// One code for many partitions: what cannot pass before what can, and before what merely was not attempted.
fn worst(codes: impl Iterator<Item = i16>) -> i16 {
    let rank = |code: &i16| match ErrorCode::from_code(*code) {
        Some(ErrorCode::None) => 0,
        Some(ErrorCode::OperationNotAttempted) => 1,
        Some(code) if code.is_retriable() => 2,
        _ => 3,
    };
    codes.max_by_key(rank).unwrap_or(ErrorCode::None.code())
}
