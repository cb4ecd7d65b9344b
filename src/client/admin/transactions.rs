use std::collections::BTreeMap;

use super::Admin;
use crate::client::route::{Ask, Coordinated};
use crate::client::text::{by_topic, some_text, text, topic_text};
use crate::client::{ClientError, PerItem, Topics};
use crate::names::{BrokerId, Offset, ProducerEpoch, ProducerId, TopicName, TopicPartition};
use crate::wire::messages::describe_producers_request::TopicRequest;
use crate::wire::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use crate::wire::messages::{
    DescribeProducersRequest, DescribeTransactionsRequest, ListTransactionsRequest, WriteTxnMarkersRequest,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionListing {
    pub transactional_id: String,
    pub producer_id: ProducerId,
    /// Kafka's name, as in `PrepareCommit`.
    pub state: String,
    pub coordinator: BrokerId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionDescription {
    pub state: String,
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    pub timeout_ms: i32,
    /// `None` while no transaction is open.
    pub start_ms: Option<i64>,
    pub partitions: Vec<TopicPartition>,
}

/// A producer that a partition remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerDescription {
    pub producer_id: ProducerId,
    pub producer_epoch: i32,
    pub last_sequence: i32,
    pub last_timestamp_ms: i64,
    /// `None` for producers without transactions.
    pub coordinator_epoch: Option<i32>,
    /// Where its open transaction begins.
    pub transaction_start: Option<Offset>,
}

/// From version 2 on markers tell whether their epoch was raised by the end of the transaction; these were not.
const MARKERS_IN_SAME_EPOCH: std::ops::RangeInclusive<i16> = 0..=1;

impl Admin {
    /// Transactional ids of the cluster, or those in one of `states` (Kafka's names; empty for all) (KIP-664).
    pub async fn list_transactions(&self, states: &[String]) -> Result<Vec<TransactionListing>, ClientError> {
        self.client.refresh(Topics::None).await?;
        let brokers: Vec<BrokerId> = self.client.view().brokers.keys().copied().collect();
        let what = "listing transactions";
        let build = |_| {
            ListTransactionsRequest::default()
                .with_state_filters(states.iter().map(|state| text(state)).collect())
                .with_duration_filter(-1)
        };
        let answers = self
            .client
            .ask_brokers(Ask::new(what), brokers, build, |coordinator, response| {
                ClientError::check(what, response.error_code, None)?;
                let listings = response.transaction_states.into_iter().map(|listed| TransactionListing {
                    transactional_id: listed.transactional_id.to_string(),
                    producer_id: ProducerId(listed.producer_id.0),
                    state: listed.transaction_state.to_string(),
                    coordinator,
                });
                Ok(listings.collect::<Vec<_>>())
            })
            .await;
        let mut listings: Vec<TransactionListing> =
            answers.into_values().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        listings.sort_by(|a, b| a.transactional_id.cmp(&b.transactional_id));
        Ok(listings)
    }

    pub async fn describe_transactions(&self, ids: &[String]) -> PerItem<String, TransactionDescription> {
        let items: BTreeMap<Coordinated, ()> =
            ids.iter().map(|id| (Coordinated::transaction(id), ())).collect();
        let build = |items: &[(Coordinated, ())], _| {
            let ids = items.iter().map(|(of, ())| text(&of.key).into());
            DescribeTransactionsRequest::default().with_transactional_ids(ids.collect())
        };
        let answers = self
            .client
            .ask_owners(Ask::new("describing transactions"), items, build, |response| {
                let states = response.transaction_states.into_iter().map(|state| {
                    let of = Coordinated::transaction(&state.transactional_id);
                    let outcome = ClientError::check(of.to_string(), state.error_code, None);
                    let partitions = state.topics.iter().flat_map(|topic| {
                        topic
                            .partitions
                            .iter()
                            .map(|partition| TopicPartition::new(&**topic.topic, *partition))
                    });
                    let description = TransactionDescription {
                        state: state.transaction_state.to_string(),
                        producer_id: ProducerId(state.producer_id.0),
                        producer_epoch: ProducerEpoch(state.producer_epoch),
                        timeout_ms: state.transaction_timeout_ms,
                        start_ms: (state.transaction_start_time_ms >= 0)
                            .then_some(state.transaction_start_time_ms),
                        partitions: partitions.collect(),
                    };
                    (of, outcome.map(|()| description))
                });
                states.collect()
            })
            .await;
        answers.into_iter().map(|(of, outcome)| (of.key, outcome)).collect()
    }

    /// Writes the marker that aborts `producer`'s open transaction in one partition, in place of a coordinator that
    /// does not know it (KIP-664).
    pub async fn abort_in_partition(
        &self,
        partition: &TopicPartition,
        producer: &ProducerDescription,
    ) -> Result<(), ClientError> {
        let what = format!("aborting a transaction in {partition}");
        let epoch = i16::try_from(producer.producer_epoch).map_err(|_| ClientError::Invalid {
            what: what.clone(),
            reason: format!("{} is no producer epoch", producer.producer_epoch),
        })?;
        let build = |_: &[(TopicPartition, ())], _| {
            let topic = WritableTxnMarkerTopic::default()
                .with_name(topic_text(&partition.topic))
                .with_partition_indexes(vec![partition.partition.0]);
            let marker = WritableTxnMarker::default()
                .with_producer_id(producer.producer_id.0.into())
                .with_producer_epoch(epoch)
                .with_transaction_result(false)
                .with_coordinator_epoch(producer.coordinator_epoch.unwrap_or(0))
                .with_topics(vec![topic]);
            WriteTxnMarkersRequest::default().with_markers(vec![marker])
        };
        let items = BTreeMap::from([(partition.clone(), ())]);
        let ask = Ask::new(&what).versions(MARKERS_IN_SAME_EPOCH);
        let mut answers = self
            .client
            .ask_owners(ask, items, build, |response| {
                let topics = response.markers.iter().flat_map(|marker| &marker.topics);
                let answers = topics.flat_map(|topic| {
                    topic.partitions.iter().map(|answer| {
                        let of = TopicPartition::new(&**topic.name, answer.partition_index);
                        (of, ClientError::check(&what, answer.error_code, None))
                    })
                });
                answers.collect()
            })
            .await;
        answers.remove(partition).unwrap_or(Err(ClientError::Closed))
    }

    /// The producers that each partition remembers, idempotent and transactional.
    pub async fn describe_producers(
        &self,
        partitions: &[TopicPartition],
    ) -> PerItem<TopicPartition, Vec<ProducerDescription>> {
        let items: BTreeMap<TopicPartition, ()> =
            partitions.iter().map(|partition| (partition.clone(), ())).collect();
        let build = |items: &[(TopicPartition, ())], _| {
            let topics = by_topic(items.iter().map(|(partition, ())| (partition, ()))).into_iter();
            let topics = topics.map(|(topic, partitions)| {
                TopicRequest::default()
                    .with_name(topic_text(topic))
                    .with_partition_indexes(partitions.into_iter().map(|(index, ())| index).collect())
            });
            DescribeProducersRequest::default().with_topics(topics.collect())
        };
        self.client
            .ask_owners(Ask::new("describing producers"), items, build, |response| {
                let mut outcomes = Vec::new();
                for topic in response.topics {
                    let name = TopicName::new(&topic.name);
                    for answer in topic.partitions {
                        let partition = TopicPartition::new(name.clone(), answer.partition_index);
                        let message = some_text(&answer.error_message);
                        let what = format!("producers of {partition}");
                        let outcome = ClientError::check(what, answer.error_code, message.as_deref());
                        let producers = answer.active_producers.iter().map(|producer| ProducerDescription {
                            producer_id: ProducerId(producer.producer_id.0),
                            producer_epoch: producer.producer_epoch,
                            last_sequence: producer.last_sequence,
                            last_timestamp_ms: producer.last_timestamp,
                            coordinator_epoch: (producer.coordinator_epoch >= 0)
                                .then_some(producer.coordinator_epoch),
                            transaction_start: (producer.current_txn_start_offset >= 0)
                                .then_some(Offset(producer.current_txn_start_offset)),
                        });
                        outcomes.push((partition, outcome.map(|()| producers.collect())));
                    }
                }
                outcomes
            })
            .await
    }
}
