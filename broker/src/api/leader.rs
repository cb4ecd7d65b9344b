//! Where a client that asked the wrong broker finds the leader (KIP-951): the hint in Produce and Fetch replies.

use kafkactl_core::names::{BrokerId, LeaderEpoch};

use super::encoder::Encoder;

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

impl CurrentLeader {
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
