//! TxnOffsetCommit, v0–v5: offsets that count when their transaction is committed (F16). v3 knows members of groups
//! (KIP-447), v4 TRANSACTION_ABORTABLE; v5 makes the group part of the transaction by itself (KIP-890).

use std::collections::BTreeSet;
use std::sync::Arc;

use kafkactl_core::log::Verified;
use kafkactl_core::names::TopicId;
use kafkactl_core::wire::messages::txn_offset_commit_response::{
    TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
};
use kafkactl_core::wire::messages::{TxnOffsetCommitRequest, TxnOffsetCommitResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::{
    PENDING, at_once_or_later, fill_in, find_partition, find_topic, instance, to_commit,
};
use super::transactional::{Joining, Question, producer};
use super::{ApiSpec, Outcome, Request};
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::coordinator::log;
use crate::group::{CommitRequest, OFFSETS_TOPIC, OffsetToCommit, TransactionalProducer};
use crate::transaction::Producer;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::TxnOffsetCommit, versions: 0..=5, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: TxnOffsetCommitRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let (mut response, offsets) = sort_out(&request.broker.metadata.image(), &body);
    if offsets.is_empty() {
        return Outcome::reply(&response, version);
    }
    // The first commit of a transaction looks into the log.
    let groups = &request.broker.groups;
    let partition = groups.partition_of(&body.group_id);
    let log = partition.and_then(|partition| request.broker.partitions.get(OFFSETS_TOPIC, partition));
    if let Err(outcome) = request.wait_for(log) {
        return outcome;
    }
    let joining = match version {
        5.. => Joining::Implicit,
        _ => Joining::Announced { knows_abortable: version >= 4 },
    };
    let question = Question {
        id: body.transactional_id.as_str().into(),
        producer: producer(body.producer_id, body.producer_epoch),
        partitions: BTreeSet::new(),
        joining,
    };
    let commit = CommitRequest {
        group: (&**body.group_id).into(),
        epoch: body.generation_id,
        member: (&*body.member_id).into(),
        instance: instance(&body.group_instance_id),
        knows_epochs: false,
        is_transactional: true,
        retention_ms: None,
        offsets,
    };
    let broker = Arc::clone(request.broker);
    at_once_or_later(async move {
        let result = commit_offsets(&broker, commit, question).await;
        let codes = response.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
        let codes = codes.map(|partition| &mut partition.error_code);
        fill_in(codes, result.map_err(|error| client_code(error, version)));
        Outcome::reply(&response, version)
    })
}

/// The response with the errors of what does not exist, and the offsets that can be committed, in order of
/// [`PENDING`] in the response.
fn sort_out(
    image: &MetadataImage,
    body: &TxnOffsetCommitRequest,
) -> (TxnOffsetCommitResponse, Vec<OffsetToCommit>) {
    let mut offsets = Vec::new();
    let mut topics = Vec::with_capacity(body.topics.len());
    for asked in &body.topics {
        let topic = find_topic(image, &asked.name, TopicId::ZERO);
        let partitions = asked.partitions.iter().map(|commit| {
            let found = topic.and_then(|topic| Ok((topic, find_partition(topic, commit.partition_index)?)));
            let (offset, epoch) = (commit.committed_offset, commit.committed_leader_epoch);
            let error_code = match found {
                Ok((topic, partition)) => {
                    offsets.push(to_commit(topic, partition, offset, epoch, &commit.committed_metadata));
                    PENDING
                }
                // Whatever cannot be found is unknown by name.
                Err(_) => ErrorCode::UnknownTopicOrPartition.code(),
            };
            TxnOffsetCommitResponsePartition::default()
                .with_partition_index(commit.partition_index)
                .with_error_code(error_code)
        });
        let partitions = partitions.collect();
        topics.push(
            TxnOffsetCommitResponseTopic::default().with_name(asked.name.clone()).with_partitions(partitions),
        );
    }
    (TxnOffsetCommitResponse::default().with_topics(topics), offsets)
}

/// One outcome per offset, once the commit is in the log of the group's coordinator, which is this broker.
async fn commit_offsets(
    broker: &Broker,
    commit: CommitRequest,
    mut question: Question,
) -> Result<Vec<Result<(), ErrorCode>>, ErrorCode> {
    if commit.group.is_empty() {
        return Err(ErrorCode::InvalidGroupId);
    }
    let Producer { id, epoch } = question.producer;
    let is_implicit = question.joining == Joining::Implicit;
    let is_verified = is_implicit || broker.settings().transaction.verifies;
    // Without the topic there is no log to look into, and where nobody looks, no coordinator.
    let no_topic = if is_verified { ErrorCode::CoordinatorNotAvailable } else { ErrorCode::NotCoordinator };
    let partition = broker.groups.partition_of(commit.group.as_str()).ok_or(no_topic)?;
    let partition = broker.partitions.get(OFFSETS_TOPIC, partition).ok_or(ErrorCode::NotCoordinator)?;
    let verified = if !is_verified {
        Verified::NotNeeded
    } else {
        let now_ms = broker.clock.now_ms();
        let guard = partition.start_verification(id, epoch, NO_SEQUENCE, is_implicit, now_ms);
        match guard.map_err(|error| log::client_code(error.code()))? {
            None => Verified::No,
            Some(guard) => {
                question.partitions = BTreeSet::from([partition.id.clone()]);
                question.ask(broker).await?.into_iter().collect::<Result<(), _>>()?;
                Verified::By(guard)
            }
        }
    };
    broker
        .groups
        .commit_in_transaction(commit, TransactionalProducer { id, epoch, verified })?
        .committed()
        .await?
}

/// Clients of a transaction know no member epochs, and those before v2 crash when told that a coordinator is loading.
fn client_code(error: ErrorCode, version: i16) -> ErrorCode {
    match error {
        ErrorCode::StaleMemberEpoch => ErrorCode::IllegalGeneration,
        ErrorCode::CoordinatorLoadInProgress if version < 2 => ErrorCode::CoordinatorNotAvailable,
        other => other,
    }
}

/// Offsets are not counted.
const NO_SEQUENCE: i32 = -1;
