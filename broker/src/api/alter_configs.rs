//! AlterConfigs, v0–v2: replaces all values of a resource; those not named are reset (D10, J63).

use std::collections::HashMap;

use kafkactl_core::settings::{ResourceKind, Texts};
use kafkactl_core::wire::messages::alter_configs_request::AlterConfigsResource;
use kafkactl_core::wire::messages::alter_configs_response::AlterConfigsResourceResponse;
use kafkactl_core::wire::messages::{AlterConfigsRequest, AlterConfigsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::admin::{alter_configs, later, verdict};
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{ConfigChange, Refusal};
use crate::cluster::image::ConfigResource;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::AlterConfigs, versions: 0..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: AlterConfigsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let mut named: HashMap<(i8, String), usize> = HashMap::new();
    for resource in &body.resources {
        *named.entry((resource.resource_type, resource.resource_name.to_string())).or_default() += 1;
    }
    let (targets, wishes): (Vec<_>, Vec<_>) = body
        .resources
        .into_iter()
        .map(|resource| {
            let target = (resource.resource_type, resource.resource_name.clone());
            let is_repeated = named[&(target.0, target.1.to_string())] > 1;
            (target, wish(&resource, is_repeated))
        })
        .unzip();
    let outcomes = alter_configs(request.broker, wishes, body.validate_only);
    later(request.version, async move {
        let responses = targets.into_iter().zip(outcomes.await).map(|((kind, name), outcome)| {
            let (code, message) = verdict(&outcome);
            AlterConfigsResourceResponse::default()
                .with_resource_type(kind)
                .with_resource_name(name)
                .with_error_code(code)
                .with_error_message(message)
        });
        AlterConfigsResponse::default().with_responses(responses.collect())
    })
}

fn wish(
    resource: &AlterConfigsResource,
    is_repeated: bool,
) -> Result<(ConfigResource, ConfigChange), Refusal> {
    let invalid = |reason: String| Refusal::new(ErrorCode::InvalidRequest, reason);
    if is_repeated {
        return Err(invalid("the request names this resource twice".to_owned()));
    }
    let kind = ResourceKind::from_code(resource.resource_type)
        .ok_or_else(|| invalid(format!("there are no resources of type {}", resource.resource_type)))?;
    let mut values = Texts::new();
    for config in &resource.configs {
        let value =
            config.value.as_ref().ok_or_else(|| invalid(format!("the value of {} is null", config.name)))?;
        if values.insert(config.name.to_string(), value.to_string()).is_some() {
            return Err(invalid(format!("the request names {} twice", config.name)));
        }
    }
    Ok((ConfigResource::new(kind, resource.resource_name.to_string()), ConfigChange::Whole(values)))
}
