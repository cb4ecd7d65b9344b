//! ListPartitionReassignments, v0: partitions on their way to other brokers (KIP-455).

use kafkactl_core::names::{self, BrokerId as Node, PartitionId};
use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::list_partition_reassignments_response::{
    OngoingPartitionReassignment, OngoingTopicReassignment,
};
use kafkactl_core::wire::messages::{
    BrokerId, ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse, TopicName,
};

use super::admin::{deadline, later, verdict};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{Assignment, Decision};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ListPartitionReassignments, versions: 0..=0, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: ListPartitionReassignmentsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let asked = body.topics.map(|topics| {
        let topics = topics.into_iter().map(|it| (names::TopicName::new(&it.name), it.partition_indexes));
        topics.collect::<Vec<_>>()
    });
    // The controller is asked, not the image: what it has just decided counts.
    let submitted = request.broker.controller.submit(deadline(body.timeout_ms), move |machine, _, _| {
        Decision::reply(machine.reassignments(asked.as_deref()))
    });
    later(request.version, async move {
        let outcome = submitted.await;
        let (error_code, error_message) = verdict(&outcome);
        let topics = outcome.unwrap_or_default().into_iter().map(|(topic, partitions)| {
            OngoingTopicReassignment::default()
                .with_name(TopicName(text(topic.as_str())))
                .with_partitions(partitions.into_iter().map(ongoing).collect())
        });
        ListPartitionReassignmentsResponse::default()
            .with_error_code(error_code)
            .with_error_message(error_message)
            .with_topics(topics.collect())
    })
}

fn ongoing((number, assignment): (PartitionId, Assignment)) -> OngoingPartitionReassignment {
    let nodes = |nodes: Vec<Node>| nodes.into_iter().map(|node| BrokerId(node.0)).collect();
    OngoingPartitionReassignment::default()
        .with_partition_index(number.0)
        .with_replicas(nodes(assignment.replicas))
        .with_adding_replicas(nodes(assignment.adding))
        .with_removing_replicas(nodes(assignment.removing))
}
