//! AddOffsetsToTxn, v0–v4: makes a group's partition of `__consumer_offsets` part of a transaction (F17). v2 knows
//! PRODUCER_FENCED.

use std::collections::BTreeSet;

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::TopicPartition;
use kafkactl_core::wire::messages::{AddOffsetsToTxnRequest, AddOffsetsToTxnResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::{code, when_committed};
use super::transactional::{fenced_code, producer};
use super::{ApiSpec, Outcome, Request};
use crate::group::OFFSETS_TOPIC;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::AddOffsetsToTxn, versions: 0..=4, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: AddOffsetsToTxnRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let answer = move |added: Result<(), ErrorCode>| {
        let added = added.map_err(|error| fenced_code(error, version >= 2));
        Outcome::reply(&AddOffsetsToTxnResponse::default().with_error_code(code(added)), version)
    };
    let Some(partition) = request.broker.groups.partition_of(&body.group_id) else {
        return answer(Err(ErrorCode::CoordinatorNotAvailable));
    };
    let partitions = BTreeSet::from([TopicPartition::new(OFFSETS_TOPIC, partition.0)]);
    let id = body.transactional_id.as_str().into();
    let producer = producer(body.producer_id, body.producer_epoch);
    when_committed(request.broker.transactions.add(&id, producer, partitions, TransactionVersion::V0), answer)
}
