//! What goes over when a classic group becomes a consumer group.

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::wire::ErrorCode;

use super::{ClassicGroup, JoinReply};
use crate::group::names::{InstanceId, MemberId};
use crate::group::turn::Effects;

/// A member as its next group takes it over.
#[derive(Debug, Clone)]
pub struct Migrant {
    pub id: MemberId,
    pub instance: Option<InstanceId>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    pub protocols: Vec<(Arc<str>, Bytes)>,
    /// For the group's protocol.
    pub metadata: Bytes,
    pub assignment: Bytes,
}

impl ClassicGroup {
    pub fn migrants(&self) -> Vec<Migrant> {
        let migrants = self.members.iter().map(|(id, member)| {
            let protocols = || member.protocols.iter();
            // Before its first rebalance a group has no protocol: what a member likes best says as much.
            let metadata = match &self.protocol {
                Some(protocol) => member.metadata_for(protocol),
                None => protocols().next().map(|first| first.metadata.clone()).unwrap_or_default(),
            };
            Migrant {
                id: id.clone(),
                instance: member.instance.clone(),
                client_id: member.client_id.clone(),
                client_host: member.client_host.clone(),
                rebalance_timeout_ms: member.rebalance_timeout_ms,
                session_timeout_ms: member.session_timeout_ms,
                protocols: protocols().map(|it| (it.name.clone(), it.metadata.clone())).collect(),
                metadata,
                assignment: member.assignment.clone(),
            }
        });
        migrants.collect()
    }

    /// Answers everything parked with `error`; the members stay.
    pub fn send_away(&mut self, error: ErrorCode, effects: &mut Effects) {
        for (id, member) in &mut self.members {
            if let Some(ticket) = member.join.take() {
                effects.answer_join(ticket, JoinReply::failed(id.clone(), error));
            }
            if let Some(ticket) = member.sync.take() {
                effects.answer_sync(ticket, Err(error));
            }
        }
        self.awaiting_join = 0;
    }
}
