//! Where a client that asked the wrong broker finds the leader (KIP-951): the hint in Produce and Fetch replies.

use kafkactl_core::names::{BrokerId, LeaderEpoch, PartitionId};

use super::cursor::TopicRef;
use super::encoder::Encoder;
use crate::cluster::MetadataImage;

/// Who leads a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CurrentLeader {
    pub leader: BrokerId,
    pub epoch: LeaderEpoch,
}

/// A broker that a client is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeEndpoint {
    pub node: BrokerId,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
}

/// The brokers to be named in a reply: those that lead what the client asked this broker for.
pub(crate) fn endpoints(
    image: &MetadataImage,
    listener: &str,
    leaders: impl Iterator<Item = CurrentLeader>,
) -> Vec<NodeEndpoint> {
    let mut nodes: Vec<BrokerId> = leaders.map(|current| current.leader).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let endpoint_of = |node: &BrokerId| {
        let broker = image.brokers.get(node)?;
        let endpoint = broker.endpoint(listener)?;
        let (host, port) = (endpoint.host.clone(), i32::from(endpoint.port));
        Some(NodeEndpoint { node: *node, host, port, rack: broker.rack.clone() })
    };
    nodes.iter().filter_map(endpoint_of).collect()
}

impl CurrentLeader {
    /// Who leads according to the metadata; `None` for an unknown partition and for one without a leader.
    pub fn of(image: &MetadataImage, topic: TopicRef<'_>, partition: PartitionId) -> Option<Self> {
        let topic = match topic {
            TopicRef::Name(name) => image.topics.get(name),
            TopicRef::Id(id) => image.topics.by_id(&id),
        };
        let partition = topic?.partitions.get(&partition)?;
        partition.has_leader().then_some(Self { leader: partition.leader, epoch: partition.leader_epoch })
    }

    pub fn field(&self) -> Encoder {
        let mut field = Encoder::field();
        field.i32(self.leader.0);
        field.i32(self.epoch.0);
        field.tags(&[]);
        field
    }
}

/// The tagged field at the end of a reply that names brokers.
pub(crate) fn endpoints_field(endpoints: &[NodeEndpoint]) -> Encoder {
    let mut field = Encoder::field();
    field.count(endpoints.len());
    for endpoint in endpoints {
        field.i32(endpoint.node.0);
        field.string(&endpoint.host);
        field.i32(endpoint.port);
        field.nullable_string(endpoint.rack.as_deref());
        field.tags(&[]);
    }
    field
}
