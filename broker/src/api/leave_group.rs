//! LeaveGroup, v0–v5: members go. From v3 on several at once, each with its own error, static ones by their instance
//! (KIP-345); before, one, whose error is the request's.

use kafkactl_core::wire::messages::leave_group_response::MemberResponse;
use kafkactl_core::wire::messages::{LeaveGroupRequest, LeaveGroupResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::coordinator::{code, instance, when_committed};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::group::{GroupId, InstanceId, LeaveOutcome, Leaver};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::LeaveGroup, versions: 0..=5, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: LeaveGroupRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let leaver = |member: &StrBytes, id: &Option<StrBytes>| Leaver {
        member: (&**member).into(),
        instance: instance(id),
    };
    let leavers: Vec<Leaver> = if version < 3 {
        vec![leaver(&body.member_id, &None)]
    } else {
        body.members.iter().map(|member| leaver(&member.member_id, &member.group_instance_id)).collect()
    };
    let group = GroupId::from(&**body.group_id);
    let acted = request.broker.groups.leave(&group, &leavers);
    when_committed(acted, move |result| {
        let response = if version < 3 { of_one(result) } else { of_many(&leavers, result) };
        Outcome::reply(&response, version)
    })
}

fn of_one(result: Result<Vec<LeaveOutcome>, ErrorCode>) -> LeaveGroupResponse {
    let outcome = result.and_then(|outcomes| outcomes.into_iter().next().unwrap_or(Ok(())));
    LeaveGroupResponse::default().with_error_code(code(outcome))
}

fn of_many(leavers: &[Leaver], result: Result<Vec<LeaveOutcome>, ErrorCode>) -> LeaveGroupResponse {
    let outcomes = match result {
        Ok(outcomes) => outcomes,
        Err(error) => return LeaveGroupResponse::default().with_error_code(error.code()),
    };
    let members = leavers.iter().zip(outcomes).map(|(leaver, outcome)| {
        MemberResponse::default()
            .with_member_id(text(leaver.member.as_str()))
            .with_group_instance_id(leaver.instance.as_ref().map(InstanceId::as_str).map(text))
            .with_error_code(code(outcome))
    });
    LeaveGroupResponse::default().with_members(members.collect())
}
