//! What this client believes about the cluster: brokers, topics, leaders. A pure value; the driver swaps it.
//!
//! Invariant: the leader epoch of a partition never goes back within one topic id, whatever order answers of
//! different brokers come in (KIP-320); a new topic id starts over (J14, J15).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{ClientError, Endpoint};
use crate::names::{BrokerId, LeaderEpoch, PartitionId, TopicId, TopicName, TopicPartition};
use crate::wire::ErrorCode;
use crate::wire::messages::MetadataResponse;
use crate::wire::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};

#[derive(Debug, Clone, Default)]
pub struct ClusterView {
    pub cluster_id: Option<String>,
    /// The broker that admin requests go to; of a KRaft cluster any broker, which forwards them.
    pub controller: Option<BrokerId>,
    pub brokers: BTreeMap<BrokerId, BrokerView>,
    topics: HashMap<TopicName, Arc<TopicView>>,
    names: HashMap<TopicId, TopicName>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerView {
    pub id: BrokerId,
    pub endpoint: Endpoint,
    pub rack: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicView {
    pub name: TopicName,
    /// Zero when the broker is too old to tell.
    pub id: TopicId,
    pub is_internal: bool,
    /// By number, ascending.
    pub partitions: Vec<PartitionView>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionView {
    pub id: PartitionId,
    pub leader: Option<BrokerId>,
    /// -1 when the broker is too old to tell.
    pub leader_epoch: LeaderEpoch,
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
    pub offline: Vec<BrokerId>,
}

/// Whether an answer told about all topics or about those asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    Asked,
}

/// A leader as an answer to Produce or Fetch names it, so that no metadata need be asked (KIP-951).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaderHint {
    pub partition: TopicPartition,
    pub leader: BrokerId,
    pub leader_epoch: LeaderEpoch,
    /// Present when the answer also told where the leader listens.
    pub endpoint: Option<Endpoint>,
}

impl ClusterView {
    pub fn topic(&self, name: &str) -> Option<&Arc<TopicView>> {
        self.topics.get(name)
    }

    pub fn topics(&self) -> impl Iterator<Item = &Arc<TopicView>> {
        self.topics.values()
    }

    pub fn topic_name(&self, id: TopicId) -> Option<&TopicName> {
        self.names.get(&id)
    }

    pub fn partition(&self, partition: &TopicPartition) -> Option<&PartitionView> {
        self.topics.get(&partition.topic)?.partition(partition.partition)
    }

    /// The leader to send to; errors say whether the partition or only its leader is unknown.
    pub fn leader(&self, partition: &TopicPartition) -> Result<(BrokerId, LeaderEpoch), ClientError> {
        let unknown = || {
            ClientError::refused(format!("partition {partition}"), ErrorCode::UnknownTopicOrPartition, None)
        };
        let known = self.partition(partition).ok_or_else(unknown)?;
        let leader = known.leader.ok_or_else(|| ClientError::NoLeader { partition: partition.clone() })?;
        Ok((leader, known.leader_epoch))
    }

    /// Takes in an answer to Metadata. Returns the topics that the broker had to say no about.
    ///
    /// Topics that the broker does not know (any more) are forgotten; other errors leave what was known.
    pub fn apply(&mut self, response: &MetadataResponse, scope: Scope) -> BTreeMap<TopicName, ErrorCode> {
        // Ignored like Java's clients do: a broker that is just starting knows of nobody, not even itself (J13).
        if !response.brokers.is_empty() {
            self.brokers =
                response.brokers.iter().filter_map(broker_view).map(|broker| (broker.id, broker)).collect();
        }
        self.cluster_id = response.cluster_id.as_ref().map(ToString::to_string).or(self.cluster_id.take());
        let controller = BrokerId(response.controller_id.0);
        self.controller = self.brokers.contains_key(&controller).then_some(controller);

        let mut refused = BTreeMap::new();
        let mut kept = match scope {
            Scope::All => HashMap::new(),
            Scope::Asked => self.topics.clone(),
        };
        for topic in &response.topics {
            let Some(name) = self.name_of(topic) else { continue };
            match ErrorCode::from_code(topic.error_code) {
                Some(ErrorCode::None) => {
                    let known = self.topics.get(&name).filter(|known| known.id == TopicId(topic.topic_id));
                    kept.insert(name.clone(), Arc::new(topic_view(name, topic, known.map(Arc::as_ref))));
                }
                code => {
                    let code = code.unwrap_or(ErrorCode::UnknownServerError);
                    match (code, self.topics.get(&name)) {
                        (ErrorCode::UnknownTopicOrPartition | ErrorCode::UnknownTopicId, _) => {
                            kept.remove(&name);
                        }
                        (_, Some(known)) => {
                            kept.insert(name.clone(), known.clone());
                        }
                        (_, None) => {}
                    }
                    refused.insert(name, code);
                }
            }
        }
        self.topics = kept;
        self.names = self
            .topics
            .values()
            .filter(|topic| topic.id != TopicId::ZERO)
            .map(|topic| (topic.id, topic.name.clone()))
            .collect();
        refused
    }

    /// Takes in a leader named by another answer, if it is newer than what is known. Returns whether it was.
    pub fn apply_hint(&mut self, hint: &LeaderHint) -> bool {
        let Some(topic) = self.topics.get_mut(&hint.partition.topic) else { return false };
        let Some(index) = topic.index_of(hint.partition.partition) else { return false };
        if hint.leader.0 < 0 || hint.leader_epoch <= topic.partitions[index].leader_epoch {
            return false;
        }
        match (&hint.endpoint, self.brokers.get_mut(&hint.leader)) {
            (Some(endpoint), Some(broker)) => broker.endpoint = endpoint.clone(),
            (Some(endpoint), None) => {
                let broker = BrokerView { id: hint.leader, endpoint: endpoint.clone(), rack: None };
                self.brokers.insert(hint.leader, broker);
            }
            (None, Some(_)) => {}
            (None, None) => return false,
        }
        let partition = &mut Arc::make_mut(topic).partitions[index];
        partition.leader = Some(hint.leader);
        partition.leader_epoch = hint.leader_epoch;
        true
    }

    /// Answers to a question by topic id may leave the name out.
    fn name_of(&self, topic: &MetadataResponseTopic) -> Option<TopicName> {
        match &topic.name {
            Some(name) => Some(TopicName::new(name)),
            None => self.names.get(&TopicId(topic.topic_id)).cloned(),
        }
    }
}

impl TopicView {
    pub fn partition(&self, id: PartitionId) -> Option<&PartitionView> {
        self.index_of(id).map(|index| &self.partitions[index])
    }

    pub fn partition_count(&self) -> i32 {
        self.partitions.len() as i32
    }

    /// The partitions that have a leader.
    pub fn available(&self) -> Vec<PartitionId> {
        self.partitions
            .iter()
            .filter(|partition| partition.leader.is_some())
            .map(|partition| partition.id)
            .collect()
    }

    fn index_of(&self, id: PartitionId) -> Option<usize> {
        self.partitions.binary_search_by_key(&id, |partition| partition.id).ok()
    }
}

fn broker_view(
    broker: &crate::wire::messages::metadata_response::MetadataResponseBroker,
) -> Option<BrokerView> {
    Some(BrokerView {
        id: BrokerId(broker.node_id.0),
        endpoint: Endpoint::new(&broker.host, u16::try_from(broker.port).ok()?),
        rack: broker.rack.as_ref().map(ToString::to_string),
    })
}

fn topic_view(name: TopicName, topic: &MetadataResponseTopic, known: Option<&TopicView>) -> TopicView {
    let mut partitions: Vec<PartitionView> =
        topic.partitions.iter().map(|partition| partition_view(partition, known)).collect();
    partitions.sort_by_key(|partition| partition.id);
    partitions.dedup_by_key(|partition| partition.id);
    TopicView { name, id: TopicId(topic.topic_id), is_internal: topic.is_internal, partitions }
}

fn partition_view(answer: &MetadataResponsePartition, known: Option<&TopicView>) -> PartitionView {
    let brokers = |ids: &[crate::wire::messages::BrokerId]| ids.iter().map(|id| BrokerId(id.0)).collect();
    let fresh = PartitionView {
        id: PartitionId(answer.partition_index),
        leader: (answer.leader_id.0 >= 0).then_some(BrokerId(answer.leader_id.0)),
        leader_epoch: LeaderEpoch(answer.leader_epoch),
        replicas: brokers(&answer.replica_nodes),
        isr: brokers(&answer.isr_nodes),
        offline: brokers(&answer.offline_replicas),
    };
    let known = known.and_then(|topic| topic.partition(fresh.id));
    match known {
        Some(known) if fresh.leader_epoch != LeaderEpoch::NONE && fresh.leader_epoch < known.leader_epoch => {
            known.clone()
        }
        _ => fresh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Uuid;
    use crate::wire::StrBytes;
    use crate::wire::messages::metadata_response::MetadataResponseBroker;

    fn answer(brokers: &[i32], topics: Vec<MetadataResponseTopic>) -> MetadataResponse {
        let brokers = brokers
            .iter()
            .map(|&id| {
                MetadataResponseBroker::default()
                    .with_node_id(id.into())
                    .with_host(StrBytes::from_static_str("host"))
                    .with_port(9000 + id)
            })
            .collect();
        MetadataResponse::default().with_brokers(brokers).with_topics(topics).with_controller_id(1.into())
    }

    fn topic(id: u128, error: ErrorCode, leaders: &[(i32, i32)]) -> MetadataResponseTopic {
        let partitions = (0..)
            .zip(leaders)
            .map(|(index, &(leader, epoch))| {
                MetadataResponsePartition::default()
                    .with_partition_index(index)
                    .with_leader_id(leader.into())
                    .with_leader_epoch(epoch)
            })
            .collect();
        MetadataResponseTopic::default()
            .with_name(Some(StrBytes::from_static_str("t").into()))
            .with_topic_id(Uuid::from_u128(id))
            .with_error_code(error.code())
            .with_partitions(partitions)
    }

    fn leader(view: &ClusterView, partition: i32) -> Option<(i32, i32)> {
        let partition = view.partition(&TopicPartition::new("t", partition))?;
        Some((partition.leader.map_or(-1, |leader| leader.0), partition.leader_epoch.0))
    }

    #[test]
    fn leader_epochs_never_go_back_but_for_a_new_topic() {
        let mut view = ClusterView::default();
        for (id, leader_and_epoch, expected) in [
            (7, (1, 5), (1, 5)),
            (7, (2, 4), (1, 5)),
            (7, (-1, 5), (-1, 5)),
            (7, (2, 6), (2, 6)),
            (7, (3, -1), (3, -1)),
            (8, (1, 0), (1, 0)),
        ] {
            view.apply(
                &answer(&[1, 2, 3], vec![topic(id, ErrorCode::None, &[leader_and_epoch])]),
                Scope::Asked,
            );
            assert_eq!(leader(&view, 0), Some(expected), "{id} {leader_and_epoch:?}");
        }
        assert_eq!(view.topic_name(TopicId(Uuid::from_u128(8))), Some(&TopicName::new("t")));
        assert_eq!(view.topic_name(TopicId(Uuid::from_u128(7))), None);
    }

    #[test]
    fn an_answer_without_brokers_does_not_lose_those_known() {
        let mut view = ClusterView::default();
        view.apply(&answer(&[1, 2], vec![]), Scope::All);
        view.apply(&answer(&[], vec![]), Scope::All);
        assert_eq!(view.brokers.len(), 2);
        assert_eq!(view.controller, Some(BrokerId(1)));
    }

    #[test]
    fn deleted_topics_are_forgotten_and_other_errors_are_not_believed() {
        let mut view = ClusterView::default();
        view.apply(&answer(&[1], vec![topic(7, ErrorCode::None, &[(1, 0)])]), Scope::Asked);
        let refused =
            view.apply(&answer(&[1], vec![topic(7, ErrorCode::TopicAuthorizationFailed, &[])]), Scope::All);
        assert_eq!(refused[&TopicName::new("t")], ErrorCode::TopicAuthorizationFailed);
        assert_eq!(leader(&view, 0), Some((1, 0)));
        let refused =
            view.apply(&answer(&[1], vec![topic(0, ErrorCode::UnknownTopicOrPartition, &[])]), Scope::Asked);
        assert_eq!(refused[&TopicName::new("t")], ErrorCode::UnknownTopicOrPartition);
        assert!(view.topic("t").is_none());
        view.apply(&answer(&[1], vec![topic(7, ErrorCode::None, &[(1, 0)])]), Scope::Asked);
        view.apply(&answer(&[1], vec![]), Scope::All);
        assert!(view.topic("t").is_none(), "an answer about all topics leaves out what is gone");
    }

    #[test]
    fn hints_count_only_when_newer_and_reachable() {
        let mut view = ClusterView::default();
        view.apply(&answer(&[1, 2], vec![topic(7, ErrorCode::None, &[(1, 5)])]), Scope::Asked);
        let hint = |leader: i32, epoch: i32, endpoint: Option<&str>| LeaderHint {
            partition: TopicPartition::new("t", 0),
            leader: BrokerId(leader),
            leader_epoch: LeaderEpoch(epoch),
            endpoint: endpoint.map(|text| text.parse().unwrap()),
        };
        assert!(!view.apply_hint(&hint(2, 5, None)), "not newer");
        assert!(!view.apply_hint(&hint(-1, 6, None)), "nobody");
        assert!(!view.apply_hint(&hint(9, 6, None)), "nobody knows where broker 9 is");
        assert!(view.apply_hint(&hint(2, 6, None)));
        assert_eq!(leader(&view, 0), Some((2, 6)));
        assert!(view.apply_hint(&hint(9, 7, Some("nine:1"))));
        assert_eq!(view.brokers[&BrokerId(9)].endpoint, Endpoint::new("nine", 1));
    }

    #[test]
    fn a_missing_leader_is_not_a_missing_partition() {
        let mut view = ClusterView::default();
        view.apply(&answer(&[1], vec![topic(7, ErrorCode::None, &[(-1, 5), (1, 5)])]), Scope::Asked);
        let error = |partition| view.leader(&TopicPartition::new("t", partition)).unwrap_err().to_string();
        assert_eq!(error(0), "t-0 has no leader at the moment");
        assert!(error(2).starts_with("partition t-2: "), "{}", error(2));
        assert_eq!(view.topic("t").unwrap().available(), [PartitionId(1)]);
    }
}
