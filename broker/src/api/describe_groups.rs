//! DescribeGroups, v0–v6: classic groups with their members. What is no classic group is shown as Dead; v6 says so
//! with GROUP_ID_NOT_FOUND as well (G17, J50). v3 can ask what the client may do, v4 shows static members.

use kafkactl_core::wire::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use kafkactl_core::wire::messages::{DescribeGroupsRequest, DescribeGroupsResponse, GroupId};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::coordinator::{GROUP_OPERATIONS_ALL, Named};
use super::room::{NO_ROOM, Room};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::group::{Described, InstanceId, Missing};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeGroups, versions: 0..=6, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: DescribeGroupsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let mut named = Named::new();
    let mut room = Room::new(version);
    let groups = body.groups.iter().map(|id| {
        let described = match named.first_time(id).and_then(|()| request.broker.groups.describe(id)) {
            Ok(Ok(described)) => found(described),
            Ok(Err(reason)) => not_found(id, reason, version),
            Err(error) => DescribedGroup::default().with_error_code(error.code()),
        };
        let shows_operations =
            body.include_authorized_operations && described.error_code == ErrorCode::None.code();
        let operations = if shows_operations { GROUP_OPERATIONS_ALL } else { OPERATIONS_NOT_ASKED };
        let described = described.with_group_id(id.clone()).with_authorized_operations(operations);
        room.admit(described, || {
            DescribedGroup::default().with_group_id(id.clone()).with_error_code(NO_ROOM.code())
        })
    });
    Outcome::reply(&DescribeGroupsResponse::default().with_groups(groups.collect()), version)
}

fn found(group: Described) -> DescribedGroup {
    let members = group.members.into_iter().map(|member| {
        DescribedGroupMember::default()
            .with_member_id(text(member.id.as_str()))
            .with_group_instance_id(member.instance.as_ref().map(InstanceId::as_str).map(text))
            .with_client_id(text(&member.client_id))
            .with_client_host(text(&member.client_host))
            .with_member_metadata(member.metadata)
            .with_member_assignment(member.assignment)
    });
    DescribedGroup::default()
        .with_group_state(StrBytes::from_static_str(group.state))
        .with_protocol_type(text(&group.protocol_type))
        .with_protocol_data(text(&group.protocol))
        .with_members(members.collect())
}

fn not_found(id: &GroupId, reason: Missing, version: i16) -> DescribedGroup {
    let dead = DescribedGroup::default().with_group_state(StrBytes::from_static_str("Dead"));
    if version < 6 {
        return dead;
    }
    let message = match reason {
        Missing::NotFound => format!("Group {} not found.", &**id),
        Missing::OtherKind => format!("Group {} is not a classic group.", &**id),
    };
    dead.with_error_code(ErrorCode::GroupIdNotFound.code()).with_error_message(Some(text(&message)))
}

/// The client did not ask what it may do.
const OPERATIONS_NOT_ASKED: i32 = i32::MIN;
