//! DeleteRecords, v0–v2: moves the log start of partitions (E11).

use std::sync::Arc;

use kafkactl_core::names::{Offset, PartitionId};
use kafkactl_core::wire::messages::delete_records_response::{
    DeleteRecordsPartitionResult, DeleteRecordsTopicResult,
};
use kafkactl_core::wire::messages::{DeleteRecordsRequest, DeleteRecordsResponse, TopicName};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::cursor::TopicRef;
use super::{ApiSpec, Outcome, Request, find_partition};
use crate::broker::Broker;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DeleteRecords, versions: 0..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DeleteRecordsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let named = body.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|asked| (TopicRef::Name(&topic.name), asked.partition_index))
    });
    if let Err(outcome) = request.wait_for_logs(named) {
        return outcome;
    }
    let topics = body.topics.into_iter().map(|topic| {
        let results = topic.partitions.iter().map(|asked| {
            let result = DeleteRecordsPartitionResult::default().with_partition_index(asked.partition_index);
            let partition = PartitionId(asked.partition_index);
            match delete(request.broker, &topic.name, partition, Offset(asked.offset)) {
                Ok(low_watermark) => result.with_low_watermark(low_watermark.0),
                Err(error) => result.with_low_watermark(-1).with_error_code(error.code()),
            }
        });
        let results = results.collect();
        DeleteRecordsTopicResult::default().with_name(topic.name).with_partitions(results)
    });
    let response = DeleteRecordsResponse::default().with_topics(topics.collect());
    Outcome::reply(&response, request.version)
}

fn delete(
    broker: &Arc<Broker>,
    topic: &TopicName,
    partition: PartitionId,
    before: Offset,
) -> Result<Offset, ErrorCode> {
    let partition = find_partition(broker, TopicRef::Name(topic), partition)?;
    if partition.id.topic.is_internal() {
        return Err(ErrorCode::InvalidTopicException);
    }
    partition.delete_records(before).map_err(|error| error.code())
}
