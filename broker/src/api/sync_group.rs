//! SyncGroup, v0–v5: members fetch what the leader of a classic group assigned, the leader brings it. v3 knows static
//! members, v5 must name the group's protocol.

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::wire::messages::{SyncGroupRequest, SyncGroupResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::instance;
use super::optional_text;
use super::{ApiSpec, Outcome, Request};
use crate::group::{SyncReply, SyncRequest};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::SyncGroup, versions: 0..=5, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: SyncGroupRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    if version >= 5 && (body.protocol_type.is_none() || body.protocol_name.is_none()) {
        return Outcome::reply(&response(Err(ErrorCode::InconsistentGroupProtocol)), version);
    }
    let answer = request.broker.groups.sync(sync_request(body));
    Outcome::Later(Box::pin(async move { Outcome::reply(&response(answer.await), version) }))
}

fn sync_request(body: SyncGroupRequest) -> SyncRequest {
    let assignments = body.assignments.iter().map(|assigned| {
        // Not a slice of the frame: it outlives the request.
        ((&*assigned.member_id).into(), Bytes::copy_from_slice(&assigned.assignment))
    });
    SyncRequest {
        group: (&**body.group_id).into(),
        generation: body.generation_id,
        member: (&*body.member_id).into(),
        instance: instance(&body.group_instance_id),
        protocol_type: body.protocol_type.as_deref().map(Arc::from),
        protocol: body.protocol_name.as_deref().map(Arc::from),
        assignments: assignments.collect(),
    }
}

fn response(reply: SyncReply) -> SyncGroupResponse {
    match reply {
        Ok(synced) => SyncGroupResponse::default()
            .with_protocol_type(optional_text(&synced.protocol_type))
            .with_protocol_name(optional_text(&synced.protocol))
            .with_assignment(synced.assignment),
        Err(error) => SyncGroupResponse::default()
            .with_error_code(error.code())
            .with_protocol_type(None)
            .with_protocol_name(None),
    }
}
