//! Heartbeat, v0–v4: a member of a classic group is alive. While the coordinator loads it answers NONE (G2): the
//! sessions begin anew afterwards anyway.

use kafkactl_core::wire::messages::{self, HeartbeatResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::{code, instance, when_committed};
use super::{ApiSpec, Outcome, Request};
use crate::group::HeartbeatRequest;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::Heartbeat, versions: 0..=4, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: messages::HeartbeatRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let heartbeat = HeartbeatRequest {
        group: (&**body.group_id).into(),
        generation: body.generation_id,
        member: (&*body.member_id).into(),
        instance: instance(&body.group_instance_id),
    };
    when_committed(request.broker.groups.heartbeat(&heartbeat), move |result| {
        let result = match result {
            Err(ErrorCode::CoordinatorLoadInProgress) => Ok(()),
            result => result,
        };
        Outcome::reply(&HeartbeatResponse::default().with_error_code(code(result)), version)
    })
}
