//! AlterPartitionReassignments, v0–v1: partitions move to other brokers, or stop moving (KIP-455, KIP-860).

use kafkactl_core::names::{self, BrokerId};
use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::alter_partition_reassignments_request::ReassignableTopic;
use kafkactl_core::wire::messages::alter_partition_reassignments_response::{
    ReassignablePartitionResponse, ReassignableTopicResponse,
};
use kafkactl_core::wire::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, TopicName,
};

use super::admin::{deadline, later, verdict};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{Reassignment, Refusal};

pub(super) const SPEC: ApiSpec =
    ApiSpec { key: ApiKey::AlterPartitionReassignments, versions: 0..=1, handle };

/// A topic with what is wanted of its partitions.
type Wanted = (names::TopicName, Vec<Reassignment>);

fn handle(mut request: Request<'_>) -> Outcome {
    let body: AlterPartitionReassignmentsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let may_change_count = body.allow_replication_factor_change;
    let topics: Vec<Wanted> = body.topics.into_iter().map(wanted).collect();
    let named: Vec<_> =
        topics.iter().map(|(topic, partitions)| (topic.clone(), numbers(partitions))).collect();
    let submitted = request
        .broker
        .controller
        .submit(deadline(body.timeout_ms), move |machine, _, _| machine.reassign(&topics, may_change_count));
    later(request.version, async move {
        let outcome = submitted.await;
        let (error_code, error_message) = verdict(&outcome);
        let responses = match outcome {
            Ok(outcomes) => named.into_iter().zip(outcomes).map(topic_response).collect(),
            // Nothing was decided about any of them.
            Err(Refusal { code, .. }) => {
                let refuse = |(topic, numbers): (names::TopicName, Vec<i32>)| {
                    let outcomes = numbers.iter().map(|_| Err(Refusal::plain(code))).collect();
                    topic_response(((topic, numbers), outcomes))
                };
                named.into_iter().map(refuse).collect()
            }
        };
        AlterPartitionReassignmentsResponse::default()
            .with_allow_replication_factor_change(may_change_count)
            .with_error_code(error_code)
            .with_error_message(error_message)
            .with_responses(responses)
    })
}

fn wanted(topic: ReassignableTopic) -> Wanted {
    let partitions = topic.partitions.into_iter().map(|partition| {
        let replicas = partition.replicas.map(|ids| ids.into_iter().map(|id| BrokerId(id.0)).collect());
        Reassignment { partition: partition.partition_index, replicas }
    });
    (names::TopicName::new(&topic.name), partitions.collect())
}

fn numbers(partitions: &[Reassignment]) -> Vec<i32> {
    partitions.iter().map(|wanted| wanted.partition).collect()
}

fn topic_response(
    ((topic, numbers), outcomes): ((names::TopicName, Vec<i32>), Vec<Result<(), Refusal>>),
) -> ReassignableTopicResponse {
    let partitions = numbers.into_iter().zip(outcomes).map(|(number, outcome)| {
        let (code, message) = verdict(&outcome);
        ReassignablePartitionResponse::default()
            .with_partition_index(number)
            .with_error_code(code)
            .with_error_message(message)
    });
    ReassignableTopicResponse::default()
        .with_name(TopicName(text(topic.as_str())))
        .with_partitions(partitions.collect())
}
