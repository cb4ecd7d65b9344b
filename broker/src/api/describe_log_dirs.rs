//! DescribeLogDirs, v1–v5: the data directories, and how much of each topic lies in them.

use std::collections::{BTreeMap, HashMap, HashSet};

use kafkactl_core::names::TopicName;
use kafkactl_core::wire::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use kafkactl_core::wire::messages::{DescribeLogDirsRequest, DescribeLogDirsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::{ApiSpec, Outcome, Request};
use crate::partition::Partitions;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeLogDirs, versions: 1..=5, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DescribeLogDirsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let wanted: Option<HashMap<String, HashSet<i32>>> = body.topics.map(|topics| {
        let topic = |topic: kafkactl_core::wire::messages::describe_log_dirs_request::DescribableLogDirTopic| {
            (topic.topic.to_string(), topic.partitions.into_iter().collect())
        };
        topics.into_iter().map(topic).collect()
    });
    let results = results(&request.broker.partitions, wanted.as_ref());
    Outcome::reply(&DescribeLogDirsResponse::default().with_results(results), request.version)
}
