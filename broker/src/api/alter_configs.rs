//! AlterConfigs, v0–v2: replaces all values of a resource; those not named are reset (D10, J63).

use kafkactl_core::settings::Texts;
use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::alter_configs_request::AlterConfigsResource;
use kafkactl_core::wire::messages::alter_configs_response::AlterConfigsResourceResponse;
use kafkactl_core::wire::messages::{AlterConfigsRequest, AlterConfigsResponse};

use super::altering::{Altered, Altering, alter, invalid};
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{ConfigChange, Refusal};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::AlterConfigs, versions: 0..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: AlterConfigsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let altering = |resource: AlterConfigsResource| Altering {
        kind: resource.resource_type,
        change: change(&resource),
        name: resource.resource_name,
    };
    let resources = body.resources.into_iter().map(altering).collect();
    alter(request.broker, request.version, resources, body.validate_only, |altered| {
        AlterConfigsResponse::default().with_responses(altered.into_iter().map(answer).collect())
    })
}

fn answer(altered: Altered) -> AlterConfigsResourceResponse {
    AlterConfigsResourceResponse::default()
        .with_resource_type(altered.kind)
        .with_resource_name(altered.name)
        .with_error_code(altered.error_code)
        .with_error_message(altered.error_message)
}

fn change(resource: &AlterConfigsResource) -> Result<ConfigChange, Refusal> {
    let mut values = Texts::new();
    for config in &resource.configs {
        let value =
            config.value.as_ref().ok_or_else(|| invalid(format!("the value of {} is null", config.name)))?;
        if values.insert(config.name.to_string(), value.to_string()).is_some() {
            return Err(invalid(format!("the request names {} twice", config.name)));
        }
    }
    Ok(ConfigChange::Whole(values))
}
