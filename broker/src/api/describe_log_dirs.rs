//! DescribeLogDirs, v1–v5: the data directories, and how much of each topic lies in them.

use std::collections::{BTreeMap, HashMap, HashSet};

use kafkactl_core::names::TopicName;
use kafkactl_core::wire::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use kafkactl_core::wire::messages::{self, DescribeLogDirsRequest, DescribeLogDirsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::{ApiSpec, Outcome, Request};
use crate::partition::{DataDir, Partitions};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeLogDirs, versions: 1..=5, handle };

/// The partitions that are asked for, by topic; `None` is all.
type Wanted = Option<HashMap<String, HashSet<i32>>>;

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DescribeLogDirsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    if request.broker.partitions.are_opening()
        && let Err(outcome) = request.wait_for(request.broker.partitions.all())
    {
        return outcome;
    }
    let wanted: Wanted = body.topics.map(|topics| {
        let pairs =
            topics.into_iter().map(|topic| (topic.topic.to_string(), topic.partitions.into_iter().collect()));
        pairs.collect()
    });
    let partitions = &request.broker.partitions;
    let cordons = request.broker.metadata.image().metadata_version().has_cordoned_directories();
    let results = partitions.data_dirs().iter().map(|dir| DescribeLogDirsResult {
        is_cordoned: cordons && !dir.health.has_failed() && partitions.cordons(dir),
        ..describe(partitions, dir, &wanted)
    });
    let results = results.collect();
    Outcome::reply(&DescribeLogDirsResponse { results, ..Default::default() }, request.version)
}

fn describe(partitions: &Partitions, dir: &DataDir, wanted: &Wanted) -> DescribeLogDirsResult {
    let log_dir = StrBytes::from_string(dir.path_told().display().to_string());
    if dir.health.has_failed() {
        let error_code = ErrorCode::KafkaStorageError.code();
        return DescribeLogDirsResult { error_code, log_dir, ..Default::default() };
    }
    let mut topics: BTreeMap<TopicName, Vec<DescribeLogDirsPartition>> = BTreeMap::new();
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    for partition in partitions.all() {
        let (topic, number) = (&partition.id.topic, partition.id.partition.0);
        let is_wanted = wanted
            .as_ref()
            .is_none_or(|wanted| wanted.get(topic.as_str()).is_some_and(|numbers| numbers.contains(&number)));
        if !is_wanted {
            continue;
        }
        let current = partition.lies_in(dir).then(|| partition.size_bytes()).flatten().map(|size_bytes| {
            DescribeLogDirsPartition { partition_size: signed(size_bytes), ..Default::default() }
        });
        let future = partition.future_in(dir).map(|future| DescribeLogDirsPartition {
            partition_size: signed(future.size_bytes),
            offset_lag: future.lag,
            is_future_key: true,
            ..Default::default()
        });
        for described in current.into_iter().chain(future) {
            let described = DescribeLogDirsPartition { partition_index: number, ..described };
            topics.entry(topic.clone()).or_default().push(described);
        }
    }
    let space = dir.dir.space();
    DescribeLogDirsResult {
        error_code: if space.is_ok() { ErrorCode::None } else { ErrorCode::KafkaStorageError }.code(),
        log_dir,
        topics: topics
            .into_iter()
            .map(|(name, mut partitions)| {
                partitions.sort_unstable_by_key(|partition| partition.partition_index);
                let name = messages::TopicName(StrBytes::from_string(name.to_string()));
                DescribeLogDirsTopic { name, partitions }
            })
            .collect(),
        total_bytes: space.as_ref().map_or(-1, |space| signed(space.total_bytes)),
        usable_bytes: space.as_ref().map_or(-1, |space| signed(space.usable_bytes)),
        ..DescribeLogDirsResult::default()
    }
}
