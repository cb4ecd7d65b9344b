//! JoinGroup, v0–v9: a member comes into a classic group, or back. v0 has no rebalance timeout of its own, v4 asks
//! new dynamic members to come back with the id they are given (KIP-394), v5 knows static members (KIP-345), v7
//! replies with the protocol type, v9 lets a static leader skip the assignment (KIP-814).

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::wire::messages::join_group_response::JoinGroupResponseMember;
use kafkactl_core::wire::messages::{JoinGroupRequest, JoinGroupResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};
use uuid::Uuid;

use super::coordinator::instance;
use super::{ApiSpec, Outcome, Request};
use super::{optional_text, text};
use crate::group::{InstanceId, JoinReply, JoinRequest, Joined, Protocol};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::JoinGroup, versions: 0..=9, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: JoinGroupRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let answer = request.broker.groups.join(join_request(&request, body));
    Outcome::Later(Box::pin(async move { Outcome::reply(&response(answer.await, version), version) }))
}

fn join_request(request: &Request<'_>, body: JoinGroupRequest) -> JoinRequest {
    let instance = instance(&body.group_instance_id);
    // Some clients take themselves for static if their id begins with their instance's (J53).
    let prefix = instance.as_ref().map_or(&**request.client_id, InstanceId::as_str);
    let rebalance_timeout_ms = match body.rebalance_timeout_ms {
        -1 => body.session_timeout_ms,
        timeout_ms => timeout_ms,
    };
    JoinRequest {
        group: (&**body.group_id).into(),
        member: (&*body.member_id).into(),
        fresh_member: format!("{prefix}-{}", Uuid::new_v4()).into(),
        instance,
        client_id: request.client_id.clone(),
        client_host: Arc::from(format!("/{}", request.connection.peer.ip().to_canonical())),
        session_timeout_ms: body.session_timeout_ms,
        rebalance_timeout_ms,
        protocol_type: Arc::from(&*body.protocol_type),
        protocols: body
            .protocols
            .iter()
            .map(|protocol| Protocol {
                name: Arc::from(&*protocol.name),
                // Not a slice of the frame: it outlives the request.
                metadata: Bytes::copy_from_slice(&protocol.metadata),
            })
            .collect(),
        must_know_its_id: request.version >= 4,
        may_skip_assignment: request.version >= 9,
    }
}

fn response(reply: JoinReply, version: i16) -> JoinGroupResponse {
    let response = JoinGroupResponse::default().with_member_id(text(reply.member.as_str()));
    // Versions before 7 cannot say that there is no protocol.
    let named = |protocol: Option<StrBytes>| protocol.or_else(|| (version < 7).then(StrBytes::default));
    match reply.outcome {
        Ok(joined) => {
            let protocol = named(optional_text(&joined.protocol));
            success(response, joined).with_protocol_name(protocol)
        }
        Err(error) => failure(response, error).with_protocol_name(named(None)),
    }
}

fn success(response: JoinGroupResponse, joined: Joined) -> JoinGroupResponse {
    let members = joined.members.into_iter().map(|member| {
        JoinGroupResponseMember::default()
            .with_member_id(text(member.id.as_str()))
            .with_group_instance_id(member.instance.as_ref().map(|instance| text(instance.as_str())))
            .with_metadata(member.metadata)
    });
    response
        .with_generation_id(joined.generation)
        .with_protocol_type(optional_text(&joined.protocol_type))
        .with_leader(text(joined.leader.as_str()))
        .with_skip_assignment(joined.skip_assignment)
        .with_members(members.collect())
}

fn failure(response: JoinGroupResponse, error: ErrorCode) -> JoinGroupResponse {
    response.with_error_code(error.code()).with_generation_id(-1).with_protocol_type(None)
}
