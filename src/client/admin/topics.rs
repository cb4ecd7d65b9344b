use std::collections::BTreeMap;

use tokio::time::{Duration, Instant, sleep};

use super::Admin;
use crate::client::route::Ask;
use crate::client::text::{some_text, text, topic_text};
use crate::client::{Backoff, ClientError, PerItem, Topics};
use crate::names::{BrokerId, LeaderEpoch, PartitionId, TopicId, TopicName};
use crate::wire::messages::create_partitions_request::{CreatePartitionsAssignment, CreatePartitionsTopic};
use crate::wire::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use crate::wire::messages::delete_topics_request::DeleteTopicState;
use crate::wire::messages::describe_topic_partitions_request::{Cursor, TopicRequest};
use crate::wire::messages::describe_topic_partitions_response::DescribeTopicPartitionsResponseTopic;
use crate::wire::messages::metadata_request::MetadataRequestTopic;
use crate::wire::messages::metadata_response::MetadataResponseTopic;
use crate::wire::messages::{
    self, CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest, DescribeTopicPartitionsRequest,
    MetadataRequest,
};
use crate::wire::{ApiKey, ErrorCode};

/// A topic to be created.
#[derive(Debug, Clone, Default)]
pub struct NewTopic {
    /// -1 leaves it to the broker's default; ignored when `assignments` are given.
    pub partition_count: i32,
    /// -1 leaves it to the broker's default; ignored when `assignments` are given.
    pub replication_factor: i16,
    /// Replicas by partition, the first the preferred leader.
    pub assignments: BTreeMap<PartitionId, Vec<BrokerId>>,
    pub configs: BTreeMap<String, String>,
}

/// Partitions to be added to a topic.
#[derive(Debug, Clone, Default)]
pub struct NewPartitions {
    /// How many the topic shall have in the end.
    pub total_count: i32,
    /// Replicas of each new partition; empty lets the cluster choose.
    pub assignments: Vec<Vec<BrokerId>>,
}

/// What a cluster tells about a topic it has created, or would create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTopic {
    pub id: TopicId,
    /// -1 when the broker is too old to tell.
    pub partition_count: i32,
    pub replication_factor: i16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicListing {
    pub name: TopicName,
    pub id: TopicId,
    pub is_internal: bool,
    pub partition_count: i32,
    /// Of the first partition.
    pub replication_factor: i32,
    /// Partitions whose in-sync replicas are fewer than their replicas.
    pub under_replicated_count: i32,
    pub leaderless_count: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicDescription {
    pub name: TopicName,
    pub id: TopicId,
    pub is_internal: bool,
    pub partitions: Vec<PartitionDescription>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionDescription {
    pub id: PartitionId,
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
    pub offline: Vec<BrokerId>,
    /// Replicas that may lead although out of sync (KIP-966); `None` from brokers that do not tell.
    pub eligible_leaders: Option<Vec<BrokerId>>,
    pub last_known_eligible_leaders: Option<Vec<BrokerId>>,
}

/// How long a new topic may take to show up with leaders before creating it returns regardless.
const VISIBLE_WITHIN: Duration = Duration::from_secs(5);
/// Partitions asked for in one DescribeTopicPartitions; brokers cut it down to their own limit.
const PARTITIONS_PER_ANSWER_MAX: i32 = 2_000;
/// Answers to one describe: a cursor that runs in circles ends here.
const ANSWERS_MAX: usize = 10_000;

impl Admin {
    /// Every topic of the cluster, internal ones included.
    pub async fn list_topics(&self) -> Result<Vec<TopicListing>, ClientError> {
        let described = self.metadata_topics(None).await?;
        let mut listings: Vec<TopicListing> = described
            .into_values()
            .filter_map(Result::ok)
            .map(|topic| TopicListing {
                partition_count: topic.partitions.len() as i32,
                replication_factor: topic
                    .partitions
                    .first()
                    .map_or(0, |partition| partition.replicas.len() as i32),
                under_replicated_count: count(&topic, |partition| {
                    partition.isr.len() < partition.replicas.len()
                }),
                leaderless_count: count(&topic, |partition| partition.leader.is_none()),
                name: topic.name,
                id: topic.id,
                is_internal: topic.is_internal,
            })
            .collect();
        listings.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listings)
    }

    /// Partitions, replicas, leaders; by DescribeTopicPartitions where the broker has it (KIP-966), else Metadata.
    pub async fn describe_topics(
        &self,
        names: &[TopicName],
    ) -> Result<PerItem<TopicName, TopicDescription>, ClientError> {
        if names.is_empty() {
            return Ok(PerItem::new());
        }
        if self.client.offers(ApiKey::DescribeTopicPartitions).await? {
            self.describe_topic_partitions(names).await
        } else {
            self.metadata_topics(Some(names)).await
        }
    }

    /// Creates topics, and waits a moment for them to show up with leaders, so that what follows finds them.
    /// With `validate_only` nothing is created.
    pub async fn create_topics(
        &self,
        topics: &BTreeMap<TopicName, NewTopic>,
        validate_only: bool,
    ) -> Result<PerItem<TopicName, CreatedTopic>, ClientError> {
        let ask = Ask::new("creating topics").patience(self.client.config().request_timeout);
        let build = |_| {
            CreateTopicsRequest::default()
                .with_topics(topics.iter().map(|(name, topic)| creatable(name, topic)).collect())
                .with_timeout_ms(self.timeout_ms())
                .with_validate_only(validate_only)
        };
        let created = self
            .client
            .ask_controller(ask, build, |response| {
                per_item(response.topics.into_iter().map(|topic| {
                    let name = TopicName::new(&topic.name);
                    let created = CreatedTopic {
                        id: TopicId(topic.topic_id),
                        partition_count: topic.num_partitions,
                        replication_factor: topic.replication_factor,
                    };
                    let message = some_text(&topic.error_message);
                    let outcome =
                        ClientError::check(quoted("topic", &name), topic.error_code, message.as_deref());
                    (name, outcome.map(|()| created))
                }))
            })
            .await?;
        if !validate_only {
            let names: Vec<TopicName> =
                created.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(name, _)| name.clone()).collect();
            self.wait_for_leaders(&names).await?;
        }
        Ok(created)
    }

    pub async fn delete_topics(&self, names: &[TopicName]) -> Result<PerItem<TopicName, ()>, ClientError> {
        let ask = Ask::new("deleting topics").patience(self.client.config().request_timeout);
        let build = |version| {
            let request = DeleteTopicsRequest::default().with_timeout_ms(self.timeout_ms());
            let names = names.iter().map(topic_text);
            if version >= 6 {
                request.with_topics(
                    names.map(|name| DeleteTopicState::default().with_name(Some(name))).collect(),
                )
            } else {
                request.with_topic_names(names.collect())
            }
        };
        self.client
            .ask_controller(ask, build, |response| {
                per_item(response.responses.into_iter().filter_map(|topic| {
                    let name = TopicName::new(topic.name.as_ref()?);
                    let message = some_text(&topic.error_message);
                    let outcome =
                        ClientError::check(quoted("topic", &name), topic.error_code, message.as_deref());
                    Some((name, outcome))
                }))
            })
            .await
    }

    pub async fn create_partitions(
        &self,
        topics: &BTreeMap<TopicName, NewPartitions>,
        validate_only: bool,
    ) -> Result<PerItem<TopicName, ()>, ClientError> {
        let ask = Ask::new("adding partitions").patience(self.client.config().request_timeout);
        let build = |_| {
            let topics = topics.iter().map(|(name, new)| {
                let assignments = new.assignments.iter().map(|replicas| {
                    CreatePartitionsAssignment::default().with_broker_ids(broker_ids(replicas))
                });
                CreatePartitionsTopic::default()
                    .with_name(topic_text(name))
                    .with_count(new.total_count)
                    .with_assignments((!new.assignments.is_empty()).then(|| assignments.collect()))
            });
            CreatePartitionsRequest::default()
                .with_topics(topics.collect())
                .with_timeout_ms(self.timeout_ms())
                .with_validate_only(validate_only)
        };
        self.client
            .ask_controller(ask, build, |response| {
                per_item(response.results.into_iter().map(|topic| {
                    let name = TopicName::new(&topic.name);
                    let message = some_text(&topic.error_message);
                    let outcome =
                        ClientError::check(quoted("topic", &name), topic.error_code, message.as_deref());
                    (name, outcome)
                }))
            })
            .await
    }

    async fn wait_for_leaders(&self, names: &[TopicName]) -> Result<(), ClientError> {
        let until = Instant::now() + VISIBLE_WITHIN;
        let mut failures = 0;
        while !names.is_empty() && Instant::now() < until {
            self.client.refresh(Topics::Named { names, create: false }).await?;
            let view = self.client.view();
            let has_leaders = |name: &TopicName| {
                let topic = view.topic(name.as_str());
                topic.is_some_and(|topic| topic.partitions.iter().all(|partition| partition.leader.is_some()))
            };
            if names.iter().all(has_leaders) {
                break;
            }
            failures += 1;
            sleep(Backoff { first_ms: 10, max_ms: 200 }.delay(failures, rand::random())).await;
        }
        Ok(())
    }

    async fn metadata_topics(
        &self,
        names: Option<&[TopicName]>,
    ) -> Result<PerItem<TopicName, TopicDescription>, ClientError> {
        let build = |_| {
            let topics = names.map(|names| {
                let topic = |name| MetadataRequestTopic::default().with_name(Some(topic_text(name)));
                names.iter().map(topic).collect()
            });
            MetadataRequest::default().with_topics(topics)
        };
        self.client
            .ask_any(Ask::new("listing topics").versions(4..=i16::MAX), build, |response| {
                ClientError::check("listing topics", response.error_code, None)?;
                Ok(response.topics.into_iter().filter_map(topic_of_metadata).collect())
            })
            .await
    }

    async fn describe_topic_partitions(
        &self,
        names: &[TopicName],
    ) -> Result<PerItem<TopicName, TopicDescription>, ClientError> {
        let mut described: PerItem<TopicName, TopicDescription> = PerItem::new();
        let mut cursor: Option<Cursor> = None;
        for _ in 0..ANSWERS_MAX {
            let build = |_| {
                let topics = names.iter().map(|name| TopicRequest::default().with_name(topic_text(name)));
                DescribeTopicPartitionsRequest::default()
                    .with_topics(topics.collect())
                    .with_response_partition_limit(PARTITIONS_PER_ANSWER_MAX)
                    .with_cursor(cursor.clone())
            };
            let response = self.client.ask_any(Ask::new("describing topics"), build, Ok).await?;
            for topic in response.topics {
                merge_description(&mut described, topic);
            }
            let Some(next) = response.next_cursor else { return Ok(described) };
            let next =
                Cursor::default().with_topic_name(next.topic_name).with_partition_index(next.partition_index);
            if cursor.as_ref() == Some(&next) {
                break;
            }
            cursor = Some(next);
        }
        Err(ClientError::Invalid {
            what: "describing topics".to_owned(),
            reason: "the broker's cursor does not advance".to_owned(),
        })
    }
}

fn count(topic: &TopicDescription, predicate: impl Fn(&PartitionDescription) -> bool) -> i32 {
    topic.partitions.iter().filter(|partition| predicate(partition)).count() as i32
}

fn quoted(noun: &str, name: &TopicName) -> String {
    format!("{noun} \"{name}\"")
}

/// A request whose items all failed because the controller has moved is asked again as a whole.
fn per_item<T>(
    items: impl Iterator<Item = (TopicName, Result<T, ClientError>)>,
) -> Result<PerItem<TopicName, T>, ClientError> {
    let mut outcomes = PerItem::new();
    for (name, outcome) in items {
        match outcome {
            Err(error) if error.code() == Some(ErrorCode::NotController) => return Err(error),
            outcome => drop(outcomes.insert(name, outcome)),
        }
    }
    Ok(outcomes)
}

fn creatable(name: &TopicName, topic: &NewTopic) -> CreatableTopic {
    let assignments = topic.assignments.iter().map(|(partition, replicas)| {
        CreatableReplicaAssignment::default()
            .with_partition_index(partition.0)
            .with_broker_ids(broker_ids(replicas))
    });
    let configs = topic.configs.iter().map(|(key, value)| {
        CreatableTopicConfig::default().with_name(text(key)).with_value(Some(text(value)))
    });
    let explicit = !topic.assignments.is_empty();
    CreatableTopic::default()
        .with_name(topic_text(name))
        .with_num_partitions(if explicit { -1 } else { topic.partition_count })
        .with_replication_factor(if explicit { -1 } else { topic.replication_factor })
        .with_assignments(assignments.collect())
        .with_configs(configs.collect())
}

pub(super) fn broker_ids(ids: &[BrokerId]) -> Vec<messages::BrokerId> {
    ids.iter().map(|id| id.0.into()).collect()
}

pub(super) fn brokers_of(ids: &[messages::BrokerId]) -> Vec<BrokerId> {
    ids.iter().map(|id| BrokerId(id.0)).collect()
}

fn topic_of_metadata(
    topic: MetadataResponseTopic,
) -> Option<(TopicName, Result<TopicDescription, ClientError>)> {
    let name = TopicName::new(topic.name.as_ref()?);
    if let Err(error) = ClientError::check(quoted("topic", &name), topic.error_code, None) {
        return Some((name, Err(error)));
    }
    let mut partitions: Vec<PartitionDescription> = topic
        .partitions
        .iter()
        .map(|partition| PartitionDescription {
            id: PartitionId(partition.partition_index),
            leader: (partition.leader_id.0 >= 0).then_some(BrokerId(partition.leader_id.0)),
            leader_epoch: LeaderEpoch(partition.leader_epoch),
            replicas: brokers_of(&partition.replica_nodes),
            isr: brokers_of(&partition.isr_nodes),
            offline: brokers_of(&partition.offline_replicas),
            eligible_leaders: None,
            last_known_eligible_leaders: None,
        })
        .collect();
    partitions.sort_by_key(|partition| partition.id);
    let description = TopicDescription {
        name: name.clone(),
        id: TopicId(topic.topic_id),
        is_internal: topic.is_internal,
        partitions,
    };
    Some((name, Ok(description)))
}

/// A topic with many partitions comes in several answers.
fn merge_description(
    described: &mut PerItem<TopicName, TopicDescription>,
    topic: DescribeTopicPartitionsResponseTopic,
) {
    let Some(name) = topic.name.as_ref().map(|name| TopicName::new(name)) else { return };
    if let Err(error) = ClientError::check(quoted("topic", &name), topic.error_code, None) {
        described.insert(name, Err(error));
        return;
    }
    let partitions = topic.partitions.iter().map(|partition| PartitionDescription {
        id: PartitionId(partition.partition_index),
        leader: (partition.leader_id.0 >= 0).then_some(BrokerId(partition.leader_id.0)),
        leader_epoch: LeaderEpoch(partition.leader_epoch),
        replicas: brokers_of(&partition.replica_nodes),
        isr: brokers_of(&partition.isr_nodes),
        offline: brokers_of(&partition.offline_replicas),
        eligible_leaders: partition.eligible_leader_replicas.as_deref().map(brokers_of),
        last_known_eligible_leaders: partition.last_known_elr.as_deref().map(brokers_of),
    });
    let fresh = || TopicDescription {
        name: name.clone(),
        id: TopicId(topic.topic_id),
        is_internal: topic.is_internal,
        partitions: Vec::new(),
    };
    if let Ok(description) = described.entry(name.clone()).or_insert_with(|| Ok(fresh())) {
        description.partitions.extend(partitions);
        description.partitions.sort_by_key(|partition| partition.id);
    }
}
