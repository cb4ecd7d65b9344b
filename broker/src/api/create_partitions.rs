//! CreatePartitions, v0–v3: more partitions for existing topics (D8, KIP-195). Every topic named is answered (J64).

use kafkactl_core::names::BrokerId;
use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::create_partitions_request::CreatePartitionsTopic;
use kafkactl_core::wire::messages::create_partitions_response::CreatePartitionsTopicResult;
use kafkactl_core::wire::messages::{CreatePartitionsRequest, CreatePartitionsResponse, TopicName};

use super::admin::{deadline, later, verdict};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{MorePartitions, Refusal};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::CreatePartitions, versions: 0..=3, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: CreatePartitionsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let names: Vec<String> = body.topics.iter().map(|topic| topic.name.to_string()).collect();
    let topics: Vec<MorePartitions> = body.topics.into_iter().map(wish).collect();
    let validate_only = body.validate_only;
    let submitted = request.broker.controller.submit(deadline(body.timeout_ms), move |machine, random, _| {
        machine.create_partitions(topics, validate_only, random)
    });
    later(request.version, async move {
        let results = submitted
            .await
            .unwrap_or_else(|refusal| names.into_iter().map(|name| (name, Err(refusal.clone()))).collect());
        CreatePartitionsResponse::default().with_results(results.into_iter().map(result).collect())
    })
}

fn wish(topic: CreatePartitionsTopic) -> MorePartitions {
    let assignments = topic.assignments.map(|assignments| {
        let brokers =
            assignments.into_iter().map(|it| it.broker_ids.iter().map(|id| BrokerId(id.0)).collect());
        brokers.collect()
    });
    MorePartitions { topic: topic.name.to_string(), count: topic.count, assignments }
}

fn result((name, outcome): (String, Result<(), Refusal>)) -> CreatePartitionsTopicResult {
    let (code, message) = verdict(&outcome);
    CreatePartitionsTopicResult::default()
        .with_name(TopicName(text(&name)))
        .with_error_code(code)
        .with_error_message(message)
}
