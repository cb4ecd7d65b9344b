//! ListOffsets, v1–v11: where a partition starts and ends, and which record a time leads to (B20–B22).
//!
//! Without tiered storage the earliest local offset is the earliest, and nothing is tiered or waits to be.

use std::collections::HashMap;
use std::sync::Arc;

use kafkactl_core::names::{BrokerId, LeaderEpoch, PartitionId};
use kafkactl_core::wire::messages::list_offsets_request::ListOffsetsPartition;
use kafkactl_core::wire::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use kafkactl_core::wire::messages::{ListOffsetsRequest, ListOffsetsResponse, TopicName};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::cursor::TopicRef;
use super::{ApiSpec, Outcome, Request, find_partition};
use crate::broker::Broker;
use crate::partition::{Isolation, OffsetQuery, PartitionError, Reader, TimedOffset};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ListOffsets, versions: 1..=11, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: ListOffsetsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let named = body.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|asked| (TopicRef::Name(&topic.name), asked.partition_index))
    });
    if let Err(outcome) = request.wait_for_logs(named) {
        return outcome;
    }
    let reader = match (body.replica_id.0, Isolation::of_level(body.isolation_level)) {
        (_, None) => Err(ErrorCode::UnknownServerError),
        (follower @ 0.., _) => Ok(Reader::Follower(BrokerId(follower))),
        (_, Some(isolation)) => Ok(Reader::Consumer(isolation)),
    };
    let asks = Asks { broker: request.broker, version, reader };
    let mut times_asked: HashMap<(TopicName, i32), usize> = HashMap::new();
    for topic in &body.topics {
        for asked in &topic.partitions {
            *times_asked.entry((topic.name.clone(), asked.partition_index)).or_default() += 1;
        }
    }
    let topics = body.topics.into_iter().map(|topic| {
        // What is asked for twice is refused, and answered once.
        let answers = topic.partitions.iter().filter_map(|asked| {
            let times = times_asked.remove(&(topic.name.clone(), asked.partition_index))?;
            Some(asks.answer(&topic.name, asked, times > 1))
        });
        let partitions = answers.collect();
        ListOffsetsTopicResponse { name: topic.name, partitions }
    });
    let response = ListOffsetsResponse { throttle_time_ms: 0, topics: topics.collect() };
    Outcome::reply(&response, version)
}

/// What holds for every partition of a request.
struct Asks<'a> {
    broker: &'a Arc<Broker>,
    version: i16,
    /// An error for a level of isolation that means nothing.
    reader: Result<Reader, ErrorCode>,
}

impl Asks<'_> {
    fn answer(
        &self,
        topic: &TopicName,
        asked: &ListOffsetsPartition,
        is_repeated: bool,
    ) -> ListOffsetsPartitionResponse {
        let found = if is_repeated { Err(ErrorCode::InvalidRequest) } else { self.find(topic, asked) };
        let (error, found) = match found {
            Ok(found) => (ErrorCode::None, found),
            Err(error) => (error, TimedOffset::NONE),
        };
        ListOffsetsPartitionResponse {
            partition_index: asked.partition_index,
            error_code: error.code(),
            timestamp: found.timestamp_ms,
            offset: found.offset.0,
            // Version 3 and older have no field for it.
            leader_epoch: if self.version >= 4 { found.leader_epoch.0 } else { -1 },
        }
    }

    fn find(&self, topic: &TopicName, asked: &ListOffsetsPartition) -> Result<TimedOffset, ErrorCode> {
        let reader = self.reader?;
        let query = query_of(asked.timestamp, self.version)?;
        let partition = PartitionId(asked.partition_index);
        let partition = find_partition(self.broker, TopicRef::Name(topic), partition)?;
        let Some(query) = query else { return Ok(TimedOffset::NONE) };
        let current = LeaderEpoch(asked.current_leader_epoch);
        partition.list_offset(query, reader, current).map_err(|error| match error {
            PartitionError::OffsetNotAvailable(_) if self.version < 5 => ErrorCode::LeaderNotAvailable,
            error => error.code(),
        })
    }
}

/// What a timestamp asks for; `None` for what only tiered storage has. Numbers that the version does not know are
/// refused (B20).
fn query_of(timestamp_ms: i64, version: i16) -> Result<Option<OffsetQuery>, ErrorCode> {
    match timestamp_ms {
        0.. => Ok(Some(OffsetQuery::AtOrAfter(timestamp_ms))),
        -1 => Ok(Some(OffsetQuery::Latest)),
        -2 => Ok(Some(OffsetQuery::Earliest)),
        -3 if version >= 7 => Ok(Some(OffsetQuery::MaxTimestamp)),
        -4 if version >= 8 => Ok(Some(OffsetQuery::Earliest)),
        -5 if version >= 9 => Ok(None),
        -6 if version >= 11 => Ok(None),
        _ => Err(ErrorCode::UnsupportedVersion),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_timestamps_need_their_versions() {
        let cases = [
            (0, 1, Ok(Some(OffsetQuery::AtOrAfter(0)))),
            (-1, 1, Ok(Some(OffsetQuery::Latest))),
            (-2, 1, Ok(Some(OffsetQuery::Earliest))),
            (-3, 6, Err(ErrorCode::UnsupportedVersion)),
            (-3, 7, Ok(Some(OffsetQuery::MaxTimestamp))),
            (-4, 7, Err(ErrorCode::UnsupportedVersion)),
            (-4, 8, Ok(Some(OffsetQuery::Earliest))),
            (-5, 8, Err(ErrorCode::UnsupportedVersion)),
            (-5, 9, Ok(None)),
            (-6, 10, Err(ErrorCode::UnsupportedVersion)),
            (-6, 11, Ok(None)),
            (-7, 11, Err(ErrorCode::UnsupportedVersion)),
        ];
        for (timestamp_ms, version, expected) in cases {
            assert_eq!(query_of(timestamp_ms, version), expected, "{timestamp_ms} in v{version}");
        }
    }
}
