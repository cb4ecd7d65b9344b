//! DescribeProducers, v0: who has lately written to a partition, and which transactions are open on it (KIP-664).

use std::sync::Arc;

use kafkactl_core::names::PartitionId;
use kafkactl_core::wire::messages::describe_producers_response::{
    PartitionResponse, ProducerState, TopicResponse,
};
use kafkactl_core::wire::messages::{
    DescribeProducersRequest, DescribeProducersResponse, ProducerId, TopicName,
};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::Named;
use super::cursor::TopicRef;
use super::room::{NO_ROOM, Room};
use super::{ApiSpec, Outcome, Request, find_partition};
use crate::broker::Broker;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeProducers, versions: 0..=0, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DescribeProducersRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let named = body
        .topics
        .iter()
        .flat_map(|topic| topic.partition_indexes.iter().map(|&index| (TopicRef::Name(&topic.name), index)));
    if let Err(outcome) = request.wait_for_logs(named) {
        return outcome;
    }
    let image = request.broker.metadata.image();
    let mut named = Named::new();
    let mut room = Room::new(request.version);
    let topics = body.topics.into_iter().map(|topic| {
        // As in Kafka, words come with an unknown topic alone.
        let is_known = image.topics.get(&topic.name).is_some();
        let partitions = topic.partition_indexes.iter().map(|&index| {
            let answer = PartitionResponse::default().with_partition_index(index);
            let first_time = named.first_time((topic.name.clone(), index));
            let described = match first_time
                .and_then(|()| producers_of(request.broker, &topic.name, PartitionId(index)))
            {
                Ok(producers) => answer.with_active_producers(producers),
                Err(error) => answer
                    .with_error_code(error.code())
                    .with_error_message((!is_known).then(|| error.message().into())),
            };
            room.admit(described, || {
                PartitionResponse::default().with_partition_index(index).with_error_code(NO_ROOM.code())
            })
        });
        let partitions = partitions.collect();
        TopicResponse::default().with_name(topic.name).with_partitions(partitions)
    });
    let response = DescribeProducersResponse::default().with_topics(topics.collect());
    Outcome::reply(&response, request.version)
}

fn producers_of(
    broker: &Arc<Broker>,
    topic: &TopicName,
    partition: PartitionId,
) -> Result<Vec<ProducerState>, ErrorCode> {
    let partition = find_partition(broker, TopicRef::Name(topic), partition)?;
    let producers = partition.producers().map_err(|error| error.code())?;
    let states = producers.into_iter().map(|producer| {
        ProducerState::default()
            .with_producer_id(ProducerId(producer.producer_id.0))
            .with_producer_epoch(producer.epoch.0.into())
            .with_last_sequence(producer.last_sequence())
            .with_last_timestamp(producer.last_timestamp_ms)
            .with_coordinator_epoch(producer.coordinator_epoch)
            .with_current_txn_start_offset(producer.transaction_first_offset.map_or(-1, |offset| offset.0))
    });
    Ok(states.collect())
}
