//! DeleteGroups, v0–v2: groups without members go, with their offsets; each has its own error (G23).

use std::collections::BTreeSet;

use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::delete_groups_response::DeletableGroupResult;
use kafkactl_core::wire::messages::{DeleteGroupsRequest, DeleteGroupsResponse, GroupId};

use super::coordinator::{code, when_all_committed};
use super::{ApiSpec, Outcome, Request};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DeleteGroups, versions: 0..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: DeleteGroupsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let ids: BTreeSet<GroupId> = body.groups_names.into_iter().collect();
    let acted = ids.iter().map(|id| request.broker.groups.delete(&(&***id).into())).collect();
    when_all_committed(acted, move |results| {
        let results = ids.into_iter().zip(results).map(|(id, result)| {
            DeletableGroupResult::default().with_group_id(id).with_error_code(code(result))
        });
        Outcome::reply(&DeleteGroupsResponse::default().with_results(results.collect()), version)
    })
}
