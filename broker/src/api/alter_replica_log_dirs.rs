//! AlterReplicaLogDirs, v1–v2: replicas of this broker move to other data directories of it (KIP-113).

use std::collections::BTreeMap;
use std::path::Path;

use kafkactl_core::names::{PartitionId, TopicName, TopicPartition};
use kafkactl_core::wire::messages::alter_replica_log_dirs_response::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult,
};
use kafkactl_core::wire::messages::{self, AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::cursor::TopicRef;
use super::{ApiSpec, Outcome, Request};
use crate::broker::Broker;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::AlterReplicaLogDirs, versions: 1..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: AlterReplicaLogDirsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    // Of several directories for one partition the last counts. Names stay in the body: each may be as long as a
    // request lets it, and stand for a million partitions.
    let mut wanted: BTreeMap<&str, BTreeMap<i32, &Path>> = BTreeMap::new();
    for dir in &body.dirs {
        for topic in &dir.topics {
            let partitions = wanted.entry(topic.name.as_str()).or_default();
            partitions.extend(topic.partitions.iter().map(|number| (*number, Path::new(dir.path.as_str()))));
        }
    }
    wanted.retain(|_, partitions| !partitions.is_empty());
    let named = wanted
        .iter()
        .flat_map(|(topic, partitions)| partitions.keys().map(|number| (TopicRef::Name(topic), *number)));
    if let Err(outcome) = request.wait_for_logs(named) {
        return outcome;
    }
    let results = wanted.iter().map(|(topic, partitions)| {
        let answer = |(number, path): (&i32, &&Path)| {
            let code = alter(request.broker, topic, *number, path);
            AlterReplicaLogDirPartitionResult::default()
                .with_partition_index(*number)
                .with_error_code(code.code())
        };
        AlterReplicaLogDirTopicResult::default()
            .with_topic_name(messages::TopicName(StrBytes::from_string((*topic).to_owned())))
            .with_partitions(partitions.iter().map(answer).collect())
    });
    let response = AlterReplicaLogDirsResponse::default().with_results(results.collect());
    Outcome::reply(&response, request.version)
}

fn alter(broker: &Broker, topic: &str, partition: i32, path: &Path) -> ErrorCode {
    if TopicName::validate(topic).is_err() || partition < 0 {
        return ErrorCode::UnknownTopicOrPartition;
    }
    let id = TopicPartition { topic: TopicName::new(topic), partition: PartitionId(partition) };
    let is_known = broker.metadata.image().topics.partition(topic, id.partition).is_some();
    broker.partitions.move_replica(&id, path, is_known).err().unwrap_or(ErrorCode::None)
}
