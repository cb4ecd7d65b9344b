//! OffsetForLeaderEpoch, v2–v4: where a leader epoch ends in the leader's log (B19).

use kafkactl_core::names::{LeaderEpoch, PartitionId};
use kafkactl_core::wire::messages::offset_for_leader_epoch_request::OffsetForLeaderPartition;
use kafkactl_core::wire::messages::offset_for_leader_epoch_response::{
    EpochEndOffset, OffsetForLeaderTopicResult,
};
use kafkactl_core::wire::messages::{OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, TopicName};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::cursor::TopicRef;
use super::{ApiSpec, Outcome, Request, find_partition};
use crate::broker::Broker;
use std::sync::Arc;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::OffsetForLeaderEpoch, versions: 2..=4, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: OffsetForLeaderEpochRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let named = body.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|asked| (TopicRef::Name(&topic.topic), asked.partition))
    });
    if let Err(outcome) = request.wait_for_logs(named) {
        return outcome;
    }
    let topics = body.topics.into_iter().map(|topic| {
        let ends = topic.partitions.iter().map(|asked| end_of(request.broker, &topic.topic, asked)).collect();
        OffsetForLeaderTopicResult::default().with_topic(topic.topic).with_partitions(ends)
    });
    let response = OffsetForLeaderEpochResponse::default().with_topics(topics.collect());
    Outcome::reply(&response, request.version)
}

fn end_of(broker: &Arc<Broker>, topic: &TopicName, asked: &OffsetForLeaderPartition) -> EpochEndOffset {
    let answer = EpochEndOffset::default().with_partition(asked.partition);
    let found =
        find_partition(broker, TopicRef::Name(topic), PartitionId(asked.partition)).and_then(|partition| {
            let current = LeaderEpoch(asked.current_leader_epoch);
            partition.epoch_end(current, LeaderEpoch(asked.leader_epoch)).map_err(|error| error.code())
        });
    match found {
        Ok(Some(end)) => answer.with_leader_epoch(end.epoch.0).with_end_offset(end.end_offset.0),
        // The epoch is unknown here: clients then skip their validation (J36).
        Ok(None) => answer.with_leader_epoch(-1).with_end_offset(-1),
        Err(error) => failed(answer, error),
    }
}

fn failed(answer: EpochEndOffset, error: ErrorCode) -> EpochEndOffset {
    answer.with_error_code(error.code()).with_leader_epoch(-1).with_end_offset(-1)
}
