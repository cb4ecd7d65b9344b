//! A Produce response, v3–v13.

use kafkactl_core::names::Offset;
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::Target;
use crate::api::Reply;
use crate::api::encoder::Encoder;
use crate::api::leader::{CurrentLeader, NodeEndpoint, endpoints_field};
use crate::partition::{Appended, Partition, PartitionError};

/// What one partition's batch came to (A23).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub error: ErrorCode,
    pub base_offset: Offset,
    pub log_append_time_ms: i64,
    pub log_start_offset: Offset,
    /// Records at fault, by their place in the batch (KIP-467).
    pub record_errors: Vec<(i32, String)>,
    pub message: Option<String>,
    pub current_leader: Option<CurrentLeader>,
}

impl Answer {
    pub fn appended(appended: &Appended) -> Self {
        Self {
            base_offset: appended.first_offset,
            log_append_time_ms: appended.log_append_time_ms,
            log_start_offset: appended.log_start_offset,
            ..Self::failed(ErrorCode::None)
        }
    }

    /// Of an append that `partition` refused. As in Kafka, the reason is told in words when it lies with single
    /// records, and the log start offset unless the log was never asked (A23; `ReplicaManager.appendRecordsToLeader`).
    pub fn refused(error: &PartitionError, partition: &Partition) -> Self {
        let mut answer = Self::failed(error.code());
        let never_asked = [
            ErrorCode::NotLeaderOrFollower,
            ErrorCode::MessageTooLarge,
            ErrorCode::RecordListTooLarge,
            ErrorCode::CorruptMessage,
            ErrorCode::KafkaStorageError,
        ];
        if !never_asked.contains(&answer.error) {
            answer.log_start_offset = partition.bounds().log_start_offset;
        }
        if let PartitionError::Rejected { rejection, .. } = error
            && !rejection.record_faults().is_empty()
        {
            let faults = rejection.record_faults().iter();
            answer.record_errors = faults.map(|fault| (fault.index, fault.message(&partition.id))).collect();
            answer.message = Some(rejection.to_string());
        }
        answer
    }

    pub fn failed(error: ErrorCode) -> Self {
        Self {
            error,
            base_offset: Offset::NONE,
            log_append_time_ms: -1,
            log_start_offset: Offset::NONE,
            record_errors: Vec::new(),
            message: None,
            current_leader: None,
        }
    }
}

/// The whole response; answers stand in the order of the request.
pub(super) fn write(version: i16, answers: &[(Target, Answer)], endpoints: &[NodeEndpoint]) -> Reply {
    let mut out = Encoder::reply(ApiKey::Produce.is_flexible(version));
    let same_topic = |a: &(Target, Answer), b: &(Target, Answer)| a.0.topic == b.0.topic;
    out.count(answers.chunk_by(same_topic).count());
    for topic in answers.chunk_by(same_topic) {
        if version >= 13 {
            out.topic_id(topic[0].0.topic.id);
        } else {
            out.string(topic[0].0.topic.name.as_str());
        }
        out.count(topic.len());
        for (target, answer) in topic {
            partition(&mut out, version, target, answer);
        }
        out.tags(&[]);
    }
    // Nobody is throttled.
    out.i32(0);
    if version >= 10 && !endpoints.is_empty() {
        out.tags(&[(0, endpoints_field(endpoints))]);
    } else {
        out.tags(&[]);
    }
    let errors = answers.iter().map(|(_, answer)| answer.error).filter(|error| !error.is_none());
    Reply::new(out.take(), Vec::new()).with_errors(errors.map(ErrorCode::code).collect())
}

fn partition(out: &mut Encoder, version: i16, target: &Target, answer: &Answer) {
    out.i32(target.partition.0);
    out.i16(answer.error.code());
    out.i64(answer.base_offset.0);
    out.i64(answer.log_append_time_ms);
    if version >= 5 {
        out.i64(answer.log_start_offset.0);
    }
    if version >= 8 {
        out.count(answer.record_errors.len());
        for (index, message) in &answer.record_errors {
            out.i32(*index);
            out.nullable_string(Some(message));
            out.tags(&[]);
        }
        out.nullable_string(answer.message.as_deref());
    }
    match answer.current_leader {
        Some(leader) if version >= 10 => out.tags(&[(0, leader.field())]),
        _ => out.tags(&[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::produce::Topic;
    use bytes::Bytes;
    use kafkactl_core::names::{BrokerId, LeaderEpoch, PartitionId, TopicId, TopicName, Uuid};
    use kafkactl_core::wire::messages::{self, ProduceResponse};
    use kafkactl_core::wire::{self, StrBytes};

    #[test]
    fn the_general_decoder_reads_every_version() {
        let topic = Topic { name: TopicName::new("orders"), id: TopicId(Uuid::from_u128(9)) };
        let other = Topic { name: TopicName::new("other"), id: TopicId(Uuid::from_u128(10)) };
        let target =
            |topic: &Topic, partition| Target { topic: topic.clone(), partition: PartitionId(partition) };
        let leader = CurrentLeader { leader: BrokerId(4), epoch: LeaderEpoch(7) };
        let refused = Answer {
            record_errors: vec![(3, "bad".to_owned())],
            message: Some("one is bad".to_owned()),
            current_leader: Some(leader),
            ..Answer::failed(ErrorCode::InvalidRecord)
        };
        let stored = Answer {
            base_offset: Offset(12),
            log_start_offset: Offset(2),
            ..Answer::failed(ErrorCode::None)
        };
        let answers = [
            (target(&topic, 0), stored),
            (target(&topic, 5), refused),
            (target(&other, 1), Answer::failed(ErrorCode::UnknownTopicOrPartition)),
        ];
        let endpoint = NodeEndpoint { node: BrokerId(4), host: "h".to_owned(), port: 9092, rack: None };
        for version in ApiKey::Produce.versions() {
            let flexible = ApiKey::Produce.is_flexible(version);
            let reply = write(version, &answers, std::slice::from_ref(&endpoint));
            let (frame, tail) = reply.into_parts(1, flexible).unwrap();
            assert!(tail.is_empty());
            let mut body: Bytes = frame.slice(if flexible { 9 } else { 8 }..);
            let response: ProduceResponse = wire::decode_response(ApiKey::Produce, version, &mut body)
                .unwrap_or_else(|e| panic!("v{version}: {e}"));
            let [first, second] = &response.responses[..] else { panic!("{response:?}") };
            let [appended, refused] = &first.partition_responses[..] else { panic!("{first:?}") };
            if version >= 13 {
                assert_eq!((first.topic_id, second.topic_id), (topic.id.0, other.id.0));
            } else {
                assert_eq!(first.name, messages::TopicName(StrBytes::from_static_str("orders")));
            }
            assert_eq!((appended.error_code, appended.base_offset, appended.index), (0, 12, 0));
            assert_eq!(appended.log_start_offset, if version >= 5 { 2 } else { -1 });
            assert_eq!((refused.error_code, refused.base_offset, refused.index), (87, -1, 5));
            if version >= 8 {
                assert_eq!(refused.record_errors[0].batch_index, 3);
                assert_eq!(refused.error_message.as_deref(), Some("one is bad"));
            }
            if version >= 10 {
                assert_eq!(refused.current_leader.leader_epoch, 7);
                assert_eq!(response.node_endpoints[0].port, 9092);
            }
            assert_eq!(second.partition_responses[0].error_code, 3);
        }
    }
}
