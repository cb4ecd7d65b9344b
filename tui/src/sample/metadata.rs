use kafkactl_core::client::admin::ClusterDescription;
use kafkactl_core::client::{Admin, Client, Topics};
use kafkactl_core::names::{BrokerId, TopicId};
use kafkactl_core::wire::messages::DescribeQuorumRequest;
use kafkactl_core::wire::messages::describe_quorum_request::{PartitionData, TopicData};
use kafkactl_core::wire::{ApiKey, StrBytes};

use super::told;
use crate::model::snapshot::{Broker, Data, Metadata, Partition, Topic};

pub async fn poll(client: &Client) -> Result<(Data, ()), String> {
    client.refresh(Topics::All).await.map_err(told)?;
    let quorum = quorum(client).await;
    // Who may not describe the cluster sees brokers that hold replicas all the same.
    let described = Admin::new(client).describe_cluster(true).await.ok();
    let is_refused = described.as_ref().is_some_and(|cluster| cluster.may_describe == Some(false));
    let mut fenced = fenced(described);
    let view = client.view();
    fenced.retain(|broker| !view.brokers.contains_key(&BrokerId(broker.id)));
    let mut topics: Vec<Topic> = view
        .topics()
        .map(|topic| Topic {
            name: topic.name.to_string(),
            id: if topic.id == TopicId::ZERO { String::new() } else { topic.id.to_string() },
            internal: topic.is_internal,
            partitions: topic
                .partitions
                .iter()
                .map(|partition| Partition {
                    id: partition.id.0,
                    leader: partition.leader.map(|leader| leader.0),
                    epoch: partition.leader_epoch.0,
                    replicas: partition.replicas.iter().map(|id| id.0).collect(),
                    isr: partition.isr.iter().map(|id| id.0).collect(),
                })
                .collect(),
        })
        .collect();
    topics.sort_by(|one, other| one.name.cmp(&other.name));
    let mut brokers: Vec<Broker> = view
        .brokers
        .values()
        .map(|broker| Broker {
            id: broker.id.0,
            host: broker.endpoint.host.to_string(),
            port: broker.endpoint.port,
            rack: broker.rack.clone(),
            fenced: false,
        })
        .collect();
    brokers.extend(fenced);
    // Brokers of a KRaft cluster name any of them as the controller; the quorum knows the real one.
    let (controller, voters) = match quorum {
        Some((leader, voters)) => (Some(leader), voters),
        None => (view.controller.map(|id| id.0), Vec::new()),
    };
    let cluster_id = view.cluster_id.clone();
    Ok((Data::Metadata(Metadata { cluster_id, controller, voters, brokers, topics, is_refused }), ()))
}

/// Leader and voters of the metadata log, from whom may and can tell: it needs the right to describe the cluster.
async fn quorum(client: &Client) -> Option<(i32, Vec<i32>)> {
    let connection = client.any_broker().await.ok()?;
    connection.versions().range(ApiKey::DescribeQuorum)?;
    let topic = TopicData::default()
        .with_topic_name(StrBytes::from_static_str("__cluster_metadata").into())
        .with_partitions(vec![PartitionData::default()]);
    let answer = connection.call(&DescribeQuorumRequest::default().with_topics(vec![topic])).await.ok()?;
    let partition =
        answer.topics.first()?.partitions.first().filter(|partition| partition.error_code == 0)?;
    let voters = partition.current_voters.iter().map(|voter| voter.replica_id.0).collect();
    (partition.leader_id.0 >= 0).then_some((partition.leader_id.0, voters))
}

/// Brokers that are registered and out of contact, from clusters that tell (KIP-1073).
fn fenced(described: Option<ClusterDescription>) -> Vec<Broker> {
    let brokers = described.into_iter().flat_map(|cluster| cluster.brokers);
    brokers
        .filter(|broker| broker.is_fenced)
        .map(|broker| Broker {
            id: broker.id.0,
            host: broker.endpoint.host.to_string(),
            port: broker.endpoint.port,
            rack: broker.rack,
            fenced: true,
        })
        .collect()
}
