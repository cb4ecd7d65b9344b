use std::collections::BTreeMap;

use super::Admin;
use super::topics::{broker_ids, brokers_of};
use crate::client::route::Ask;
use crate::client::text::{by_topic, some_text, topic_text};
use crate::client::{ClientError, PerItem};
use crate::names::{BrokerId, TopicName, TopicPartition};
use crate::wire::ErrorCode;
use crate::wire::messages::alter_partition_reassignments_request::{
    ReassignablePartition, ReassignableTopic,
};
use crate::wire::messages::elect_leaders_request::TopicPartitions;
use crate::wire::messages::{
    AlterPartitionReassignmentsRequest, ElectLeadersRequest, ListPartitionReassignmentsRequest,
};

/// Which replica may become leader, with its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElectionKind {
    /// The first of the replicas, if it is in sync.
    Preferred = 0,
    /// Any that lives, at the price of records (KIP-460).
    Unclean = 1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Election {
    Elected,
    /// The right one led already.
    NotNeeded,
}

/// A partition on its way to other replicas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassignment {
    pub replicas: Vec<BrokerId>,
    pub adding: Vec<BrokerId>,
    pub removing: Vec<BrokerId>,
}

impl Admin {
    /// Elects leaders of `partitions`, or of every partition that needs it. Those that did not need it and were not
    /// asked for by name are left out.
    pub async fn elect_leaders(
        &self,
        kind: ElectionKind,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<PerItem<TopicPartition, Election>, ClientError> {
        let what = "electing leaders";
        let build = |_| {
            let topics = partitions.map(|partitions| {
                let topics = by_topic(partitions.iter().map(|partition| (partition, ()))).into_iter();
                let topics = topics.map(|(topic, partitions)| {
                    TopicPartitions::default()
                        .with_topic(topic_text(topic))
                        .with_partitions(partitions.into_iter().map(|(index, ())| index).collect())
                });
                topics.collect()
            });
            ElectLeadersRequest::default()
                .with_election_type(kind as i8)
                .with_topic_partitions(topics)
                .with_timeout_ms(self.timeout_ms())
        };
        // Version 0 knows the preferred election alone.
        let ask =
            Ask::new(what).versions(kind as i16..=i16::MAX).patience(self.client.config().request_timeout);
        self.client
            .ask_controller(ask, build, |response| {
                ClientError::check(what, response.error_code, None)?;
                let mut outcomes = PerItem::new();
                for topic in response.replica_election_results {
                    for result in topic.partition_result {
                        let partition = TopicPartition::new(&**topic.topic, result.partition_id);
                        let message = some_text(&result.error_message);
                        let checked = ClientError::check(
                            format!("leader of {partition}"),
                            result.error_code,
                            message.as_deref(),
                        );
                        let outcome = match checked {
                            Ok(()) => Ok(Election::Elected),
                            Err(error) if error.code() == Some(ErrorCode::ElectionNotNeeded) => {
                                Ok(Election::NotNeeded)
                            }
                            Err(error) => Err(error),
                        };
                        outcomes.insert(partition, outcome);
                    }
                }
                Ok(outcomes)
            })
            .await
    }

    /// Starts moving partitions to other replicas; `None` cancels a move that is under way (KIP-455).
    pub async fn alter_reassignments(
        &self,
        moves: &BTreeMap<TopicPartition, Option<Vec<BrokerId>>>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let what = "reassigning partitions";
        let build = |_| {
            let topics = by_topic(moves).into_iter().map(|(topic, partitions)| {
                let partitions = partitions.into_iter().map(|(index, replicas)| {
                    ReassignablePartition::default()
                        .with_partition_index(index)
                        .with_replicas(replicas.as_deref().map(broker_ids))
                });
                ReassignableTopic::default()
                    .with_name(topic_text(topic))
                    .with_partitions(partitions.collect())
            });
            AlterPartitionReassignmentsRequest::default()
                .with_timeout_ms(self.timeout_ms())
                .with_topics(topics.collect())
        };
        self.client
            .ask_controller(Ask::new(what), build, |response| {
                let message = some_text(&response.error_message);
                ClientError::check(what, response.error_code, message.as_deref())?;
                let mut outcomes = PerItem::new();
                for topic in response.responses {
                    for result in topic.partitions {
                        let partition = TopicPartition::new(&**topic.name, result.partition_index);
                        let message = some_text(&result.error_message);
                        let outcome =
                            ClientError::check(partition.to_string(), result.error_code, message.as_deref());
                        outcomes.insert(partition, outcome);
                    }
                }
                Ok(outcomes)
            })
            .await
    }

    /// Partitions that are being moved.
    pub async fn list_reassignments(&self) -> Result<BTreeMap<TopicPartition, Reassignment>, ClientError> {
        let what = "listing reassignments";
        let build = |_| {
            ListPartitionReassignmentsRequest::default().with_timeout_ms(self.timeout_ms()).with_topics(None)
        };
        self.client
            .ask_controller(Ask::new(what), build, |response| {
                let message = some_text(&response.error_message);
                ClientError::check(what, response.error_code, message.as_deref())?;
                let moves = response.topics.iter().flat_map(|topic| {
                    let name = TopicName::new(&topic.name);
                    topic.partitions.iter().map(move |partition| {
                        let reassignment = Reassignment {
                            replicas: brokers_of(&partition.replicas),
                            adding: brokers_of(&partition.adding_replicas),
                            removing: brokers_of(&partition.removing_replicas),
                        };
                        (TopicPartition::new(name.clone(), partition.partition_index), reassignment)
                    })
                });
                Ok(moves.collect())
            })
            .await
    }
}
