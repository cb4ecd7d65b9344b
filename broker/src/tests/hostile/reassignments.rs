//! Moves of partitions that nobody has, to brokers that nobody knows.

use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::alter_partition_reassignments_request::{
    ReassignablePartition, ReassignableTopic,
};
use kafkactl_core::wire::messages::list_partition_reassignments_request::ListPartitionReassignmentsTopics;
use kafkactl_core::wire::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, BrokerId,
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
};

use super::super::transactional::{start, topic_name};
use super::*;

/// Each is answered, though there is no controller any more, and a topic's name counts once.
#[test]
fn many_partitions_of_a_long_name() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let partition = |number| {
        ReassignablePartition::default()
            .with_partition_index(number)
            .with_replicas(Some(vec![BrokerId(-1), BrokerId(number)]))
    };
    let name = topic_name(&"n".repeat(TEXT_BYTES_MAX));
    let topic = ReassignableTopic::default()
        .with_name(name.clone())
        .with_partitions((0..).take(MANY).map(partition).collect());
    let request = AlterPartitionReassignmentsRequest::default().with_topics(vec![topic]);
    let mut client = broker.client();
    let told: AlterPartitionReassignmentsResponse =
        soon(&broker, "moves", || client.ask(ApiKey::AlterPartitionReassignments, 1, &request));
    assert_eq!(told.error_code, ErrorCode::NotController.code());
    let results = told.responses.iter().flat_map(|topic| &topic.partitions);
    all_are(results.map(|it| it.error_code), MANY, ErrorCode::NotController);

    let topic = ListPartitionReassignmentsTopics::default()
        .with_name(name)
        .with_partition_indexes((0..).take(MANY).collect());
    let request = ListPartitionReassignmentsRequest::default().with_topics(Some(vec![topic]));
    let told: ListPartitionReassignmentsResponse =
        soon(&broker, "looking for moves", || client.ask(ApiKey::ListPartitionReassignments, 0, &request));
    assert_eq!((told.error_code, told.topics.len()), (ErrorCode::NotController.code(), 0));
}
