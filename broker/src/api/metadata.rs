//! Metadata, v0–v13: brokers, topics, leaders; topics that are missing may be made on the way (I6 to I8, J13 to J21).

use std::collections::HashSet;
use std::sync::Arc;

use kafkactl_core::names::{BrokerId as Node, PartitionId, TopicId, TopicName as Name};
use kafkactl_core::wire::messages::metadata_request::MetadataRequestTopic;
use kafkactl_core::wire::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafkactl_core::wire::messages::{BrokerId, MetadataRequest, MetadataResponse, TopicName};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::admin::{CLUSTER_OPERATIONS, OPERATIONS_NOT_ASKED, TOPIC_OPERATIONS, create_missing_topics};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::MetadataImage;
use crate::cluster::image::{PartitionImage, TopicImage};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::Metadata, versions: 0..=13, handle };

/// The first version in which topics are asked for by id; two earlier ones carry the field, but do not mean it.
const BY_ID_FROM: i16 = 12;
/// The first version in which null asks for all topics, and an empty list for none.
const NULL_IS_ALL_FROM: i16 = 1;
/// The first version that knows LISTENER_NOT_FOUND.
const LISTENER_NOT_FOUND_FROM: i16 = 6;

fn handle(mut request: Request<'_>) -> Outcome {
    let body: MetadataRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let version = request.version;
    if let Some(topics) = body.topics.as_ref().filter(|_| version < BY_ID_FROM) {
        let is_by_id = |topic: &MetadataRequestTopic| topic.name.is_none() || !topic.topic_id.is_nil();
        if topics.iter().any(is_by_id) {
            return Outcome::reply(&invalid(topics), version);
        }
    }
    let image = request.broker.metadata.image();
    let view = View {
        image: &image,
        listener: &request.connection.listener,
        version,
        topic_operations: operations(body.include_topic_authorized_operations, TOPIC_OPERATIONS),
    };
    let asks_for_all = match &body.topics {
        None => true,
        Some(topics) => version < NULL_IS_ALL_FROM && topics.is_empty(),
    };
    let mut missing = Vec::new();
    let topics = match &body.topics {
        Some(topics) if !asks_for_all => view.asked(topics, &mut missing),
        _ => image.topics.iter().map(|topic| view.topic(topic)).collect(),
    };
    let may_create = body.allow_auto_topic_creation || version < 4;
    if may_create && !missing.is_empty() && request.broker.settings().topics.auto_create {
        create_missing_topics(request.broker, &image, missing);
    }
    let response = MetadataResponse::default()
        .with_brokers(view.brokers())
        .with_cluster_id(Some(text(&request.broker.cluster_id)))
        .with_controller_id(BrokerId(view.controller(request.broker.node_id).0))
        .with_topics(topics)
        .with_cluster_authorized_operations(operations(
            body.include_cluster_authorized_operations,
            CLUSTER_OPERATIONS,
        ));
    Outcome::reply(&response, version)
}

fn operations(asked: bool, operations: i32) -> i32 {
    if asked { operations } else { OPERATIONS_NOT_ASKED }
}

/// The answer to a request by id in a version that has none: nothing but the refusal, as Kafka gives it.
fn invalid(topics: &[MetadataRequestTopic]) -> MetadataResponse {
    let refused = |topic: &MetadataRequestTopic| {
        MetadataResponseTopic::default()
            .with_error_code(ErrorCode::InvalidRequest.code())
            // Names are not null in these versions.
            .with_name(Some(topic.name.clone().unwrap_or_default()))
            .with_topic_id(topic.topic_id)
    };
    MetadataResponse::default()
        .with_controller_id(BrokerId(-1))
        .with_topics(topics.iter().map(refused).collect())
}

/// An image as one listener's clients see it.
struct View<'a> {
    image: &'a MetadataImage,
    listener: &'a Arc<str>,
    version: i16,
    topic_operations: i32,
}

impl View<'_> {
    /// Brokers that serve this listener.
    fn brokers(&self) -> Vec<MetadataResponseBroker> {
        let broker = |broker: &crate::cluster::image::BrokerImage| {
            let endpoint = broker.endpoint(self.listener)?;
            Some(
                MetadataResponseBroker::default()
                    .with_node_id(BrokerId(broker.id.0))
                    .with_host(text(&endpoint.host))
                    .with_port(i32::from(endpoint.port))
                    .with_rack(broker.rack.as_deref().map(text)),
            )
        };
        self.image.live_brokers().filter_map(broker).collect()
    }

    /// Any live broker takes what is meant for the controller; this one, if it is alive (J19).
    fn controller(&self, local: Node) -> Node {
        if self.is_alive(local) {
            return local;
        }
        self.image.live_brokers().next().map_or(Node(-1), |broker| broker.id)
    }

    fn is_alive(&self, node: Node) -> bool {
        self.image.brokers.get(&node).is_some_and(|broker| !broker.is_fenced)
    }

    /// The topics asked for by name or id, each once. Names that do not exist but could go to `missing`.
    fn asked(
        &self,
        topics: &[MetadataRequestTopic],
        missing: &mut Vec<String>,
    ) -> Vec<MetadataResponseTopic> {
        let mut seen = HashSet::with_capacity(topics.len());
        let by_id = topics.iter().any(|topic| !topic.topic_id.is_nil());
        let mut answer = Vec::with_capacity(topics.len());
        for topic in topics {
            if by_id {
                let id = TopicId(topic.topic_id);
                if !topic.topic_id.is_nil() && seen.insert(topic.topic_id.to_string()) {
                    answer.push(match self.image.topics.by_id(&id) {
                        Some(topic) => self.topic(topic),
                        None => self.unknown(None, ErrorCode::UnknownTopicId).with_topic_id(topic.topic_id),
                    });
                }
                continue;
            }
            let name = topic.name.as_ref().map_or("", |name| name.as_str());
            if !seen.insert(name.to_owned()) {
                continue;
            }
            answer.push(match self.image.topics.get(name) {
                Some(topic) => self.topic(topic),
                None if Name::validate(name).is_err() => {
                    self.unknown(Some(name), ErrorCode::InvalidTopicException)
                }
                None => {
                    missing.push(name.to_owned());
                    self.unknown(Some(name), ErrorCode::UnknownTopicOrPartition)
                }
            });
        }
        answer
    }

    fn unknown(&self, name: Option<&str>, error: ErrorCode) -> MetadataResponseTopic {
        let is_internal = name.is_some_and(|name| Name::new(name).is_internal());
        MetadataResponseTopic::default()
            .with_error_code(error.code())
            .with_name(name.map(|name| TopicName(text(name))))
            .with_is_internal(is_internal)
            .with_topic_authorized_operations(OPERATIONS_NOT_ASKED)
    }

    fn topic(&self, topic: &Arc<TopicImage>) -> MetadataResponseTopic {
        let partitions = topic.partitions.iter().map(|(id, partition)| self.partition(*id, partition));
        MetadataResponseTopic::default()
            .with_name(Some(TopicName(StrBytes::from_string(topic.name.to_string()))))
            .with_topic_id(topic.id.0)
            .with_is_internal(topic.name.is_internal())
            .with_partitions(partitions.collect())
            .with_topic_authorized_operations(self.topic_operations)
    }

    fn partition(&self, id: PartitionId, partition: &PartitionImage) -> MetadataResponsePartition {
        let nodes = |nodes: &[Node]| nodes.iter().map(|node| BrokerId(node.0)).collect::<Vec<_>>();
        let error = self.leader_error(partition.leader);
        // The epoch stays known while there is no leader (J14).
        let leader = if error.is_none() { partition.leader } else { Node(-1) };
        MetadataResponsePartition::default()
            .with_error_code(error.code())
            .with_partition_index(id.0)
            .with_leader_id(BrokerId(leader.0))
            .with_leader_epoch(partition.leader_epoch.0)
            .with_replica_nodes(nodes(&partition.replicas))
            .with_isr_nodes(nodes(&partition.isr))
            .with_offline_replicas(nodes(&self.image.offline_replicas(partition)))
    }

    /// A leader that clients of this listener cannot reach is none (I7).
    fn leader_error(&self, leader: Node) -> ErrorCode {
        match self.image.brokers.get(&leader) {
            Some(broker) if broker.is_fenced => ErrorCode::LeaderNotAvailable,
            Some(broker) if broker.endpoint(self.listener).is_some() => ErrorCode::None,
            Some(_) if self.version >= LISTENER_NOT_FOUND_FROM => ErrorCode::ListenerNotFound,
            _ => ErrorCode::LeaderNotAvailable,
        }
    }
}
