//! ElectLeaders, v0–v2: preferred or unclean elections on demand (C14, KIP-183, KIP-460).

use kafkactl_core::names;
use kafkactl_core::wire::messages::elect_leaders_response::{PartitionResult, ReplicaElectionResult};
use kafkactl_core::wire::messages::{ElectLeadersRequest, ElectLeadersResponse, TopicName};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::admin::{deadline, later, verdict};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{Election, ElectionResults, Refusal, by_topic};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ElectLeaders, versions: 0..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: ElectLeadersRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let election = match body.election_type {
        0 => Election::Preferred,
        1 => Election::Unclean,
        other => return request.malformed(format!("election type {other} is neither 0 nor 1")),
    };
    let partitions = body.topic_partitions.map(|topics| {
        let topics = topics.into_iter().map(|it| (names::TopicName::new(&it.topic), it.partitions));
        topics.collect::<Vec<_>>()
    });
    let submitted = request
        .broker
        .controller
        .submit(deadline(body.timeout_ms), move |machine, _, _| machine.elect_leaders(election, partitions));
    later(request.version, async move { answer(submitted.await) })
}

fn answer(outcome: Result<ElectionResults, Refusal>) -> ElectLeadersResponse {
    let results = match outcome {
        Ok(results) => results,
        Err(refusal) => return ElectLeadersResponse::default().with_error_code(refusal.code.code()),
    };
    let topics = by_topic(results).into_iter().map(|(topic, partitions)| {
        let results = partitions.into_iter().map(|(partition, outcome)| {
            let (code, message) = verdict(&outcome);
            PartitionResult::default()
                .with_partition_id(partition)
                .with_error_code(code)
                .with_error_message(message)
        });
        ReplicaElectionResult::default()
            .with_topic(TopicName(text(topic.as_str())))
            .with_partition_result(results.collect())
    });
    ElectLeadersResponse::default()
        .with_error_code(ErrorCode::None.code())
        .with_replica_election_results(topics.collect())
}
