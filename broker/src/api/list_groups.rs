//! ListGroups, v0–v5: the groups this broker coordinates, of every kind. v4 filters by state, v5 by type; both
//! without regard to case (G17, J50).

use kafkactl_core::wire::messages::{ListGroupsRequest, ListGroupsResponse, list_groups_response};
use kafkactl_core::wire::{ApiKey, StrBytes};

use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::group::ListedGroup;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ListGroups, versions: 0..=5, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: ListGroupsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let groups = match request.broker.groups.list() {
        Ok(groups) => groups,
        Err(error) => {
            return Outcome::reply(&ListGroupsResponse::default().with_error_code(error.code()), version);
        }
    };
    let groups = groups
        .iter()
        .filter(|group| is_wanted(&body.states_filter, group.state))
        .filter(|group| is_wanted(&body.types_filter, group.kind.name()))
        .map(|group| listed(group, version));
    Outcome::reply(&ListGroupsResponse::default().with_groups(groups.collect()), version)
}

/// Whether a filter lets `name` through; an empty one lets everything.
fn is_wanted(filter: &[StrBytes], name: &str) -> bool {
    filter.is_empty() || filter.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
}

fn listed(group: &ListedGroup, version: i16) -> list_groups_response::ListedGroup {
    let listed = list_groups_response::ListedGroup::default()
        .with_group_id(kafkactl_core::wire::messages::GroupId(text(group.id.as_str())))
        .with_protocol_type(text(&group.protocol_type));
    let shown_from =
        |from, name| if version >= from { StrBytes::from_static_str(name) } else { StrBytes::default() };
    listed.with_group_state(shown_from(4, group.state)).with_group_type(shown_from(5, group.kind.name()))
}
