//! AddPartitionsToTxn, v0–v5: makes partitions part of a transaction (F6). Up to v3 clients ask, for one transaction;
//! from v4 on brokers ask, for several, and may ask merely whether a partition is part of it. v2 knows PRODUCER_FENCED.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::TopicPartition;
use kafkactl_core::wire::messages::add_partitions_to_txn_request::{
    AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
};
use kafkactl_core::wire::messages::add_partitions_to_txn_response::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnResult, AddPartitionsToTxnTopicResult,
};
use kafkactl_core::wire::messages::{AddPartitionsToTxnRequest, AddPartitionsToTxnResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::when_all_committed;
use super::transactional::{fenced_code, producer};
use super::{ApiSpec, Outcome, Request};
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::coordinator::{Acted, Committed};
use crate::transaction::TransactionalId;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::AddPartitionsToTxn, versions: 0..=5, handle };

/// What became of the partitions of one transaction; NONE for those that are not mentioned.
type Refusals = BTreeMap<TopicPartition, ErrorCode>;

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: AddPartitionsToTxnRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let transactions = if version >= 4 { body.transactions } else { vec![only_transaction(body)] };
    let image = request.broker.metadata.image();
    let acted: Vec<_> =
        transactions.iter().map(|asked| act(request.broker, &image, asked, version)).collect();
    when_all_committed(acted, move |outcomes| {
        let mut results = Vec::with_capacity(transactions.len());
        for (asked, outcome) in transactions.into_iter().zip(outcomes) {
            let topic_results = topic_results(asked.topics, &outcome, version);
            results.push(
                AddPartitionsToTxnResult::default()
                    .with_transactional_id(asked.transactional_id)
                    .with_topic_results(topic_results),
            );
        }
        let mut response = AddPartitionsToTxnResponse::default();
        if version >= 4 {
            response.results_by_transaction = results;
        } else {
            let results = results.into_iter().flat_map(|result| result.topic_results);
            response.results_by_topic_v3_and_below = results.collect();
        }
        Outcome::reply(&response, version)
    })
}

fn only_transaction(body: AddPartitionsToTxnRequest) -> AddPartitionsToTxnTransaction {
    AddPartitionsToTxnTransaction::default()
        .with_transactional_id(body.v3_and_below_transactional_id)
        .with_producer_id(body.v3_and_below_producer_id)
        .with_producer_epoch(body.v3_and_below_producer_epoch)
        .with_topics(body.v3_and_below_topics)
}

fn act(
    broker: &Arc<Broker>,
    image: &MetadataImage,
    asked: &AddPartitionsToTxnTransaction,
    version: i16,
) -> Acted<Result<Refusals, ErrorCode>> {
    let partitions: BTreeSet<TopicPartition> = asked.topics.iter().flat_map(partitions_of).collect();
    let refusals = refuse(image, &partitions, version);
    if !refusals.is_empty() {
        return Ok(Committed::at_once(Ok(refusals)));
    }
    let id: TransactionalId = asked.transactional_id.as_str().into();
    let producer = producer(asked.producer_id, asked.producer_epoch);
    if asked.verify_only {
        let verified = broker.transactions.verify(&id, producer, &partitions)?;
        return Ok(verified.map(|verified| {
            let absent = partitions.into_iter().zip(verified?).filter(|(_, is_part)| !is_part);
            Ok(absent.map(|(partition, _)| (partition, ErrorCode::TransactionAbortable)).collect())
        }));
    }
    let client_version = if version >= 4 { TransactionVersion::V2 } else { TransactionVersion::V0 };
    let added = broker.transactions.add(&id, producer, partitions, client_version)?;
    Ok(added.map(|added| added.map(|()| Refusals::new())))
}

fn partitions_of(topic: &AddPartitionsToTxnTopic) -> impl Iterator<Item = TopicPartition> {
    let name = kafkactl_core::names::TopicName::new(&topic.name);
    topic.partitions.iter().map(move |&index| TopicPartition::new(name.clone(), index))
}

/// All or nothing: one bad partition, and the others are not attempted. Kafka's own topics are not for clients.
fn refuse(image: &MetadataImage, partitions: &BTreeSet<TopicPartition>, version: i16) -> Refusals {
    let error_of = |it: &TopicPartition| {
        if version < 4 && it.topic.is_internal() {
            return Some(ErrorCode::TopicAuthorizationFailed);
        }
        let topic = image.topics.get(it.topic.as_str());
        let exists = topic.is_some_and(|topic| topic.partitions.contains_key(&it.partition));
        (!exists).then_some(ErrorCode::UnknownTopicOrPartition)
    };
    if partitions.iter().all(|it| error_of(it).is_none()) {
        return Refusals::new();
    }
    let refused =
        |it: &TopicPartition| (it.clone(), error_of(it).unwrap_or(ErrorCode::OperationNotAttempted));
    partitions.iter().map(refused).collect()
}

fn topic_results(
    topics: Vec<AddPartitionsToTxnTopic>,
    outcome: &Result<Refusals, ErrorCode>,
    version: i16,
) -> Vec<AddPartitionsToTxnTopicResult> {
    let code_of = |partition: &TopicPartition| match outcome {
        Ok(refusals) => refusals.get(partition).copied().unwrap_or(ErrorCode::None),
        Err(error) => fenced_code(*error, version >= 2),
    };
    let result = |topic: AddPartitionsToTxnTopic| {
        let results = partitions_of(&topic).map(|partition| {
            AddPartitionsToTxnPartitionResult::default()
                .with_partition_index(partition.partition.0)
                .with_partition_error_code(code_of(&partition).code())
        });
        let results = results.collect();
        AddPartitionsToTxnTopicResult::default().with_name(topic.name).with_results_by_partition(results)
    };
    topics.into_iter().map(result).collect()
}
