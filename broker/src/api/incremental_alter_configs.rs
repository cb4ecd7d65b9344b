//! IncrementalAlterConfigs, v0–v1: sets, deletes, appends to and subtracts from single values (D10, KIP-339).

use std::collections::{HashMap, HashSet};

use kafkactl_core::settings::ResourceKind;
use kafkactl_core::wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use kafkactl_core::wire::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use kafkactl_core::wire::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::admin::{alter_configs, later, verdict};
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{ConfigChange, ConfigOperation, Refusal};
use crate::cluster::image::ConfigResource;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::IncrementalAlterConfigs, versions: 0..=1, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: IncrementalAlterConfigsRequest = match request.decode() {
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
            (target, wish(resource, is_repeated))
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
        IncrementalAlterConfigsResponse::default().with_responses(responses.collect())
    })
}

fn wish(
    resource: AlterConfigsResource,
    is_repeated: bool,
) -> Result<(ConfigResource, ConfigChange), Refusal> {
    let invalid = |reason: String| Refusal::new(ErrorCode::InvalidRequest, reason);
    if is_repeated {
        return Err(invalid("the request names this resource twice".to_owned()));
    }
    let kind = ResourceKind::from_code(resource.resource_type)
        .ok_or_else(|| invalid(format!("there are no resources of type {}", resource.resource_type)))?;
    let mut seen = HashSet::new();
    if let Some(twice) = resource.configs.iter().find(|config| !seen.insert(config.name.as_str())) {
        return Err(invalid(format!("the request names {} twice", twice.name)));
    }
    let operations: Result<_, Refusal> = resource.configs.iter().map(operation).collect();
    let name = resource.resource_name.to_string();
    Ok((ConfigResource::new(kind, name), ConfigChange::Each(operations?)))
}

fn operation(config: &AlterableConfig) -> Result<(String, ConfigOperation), Refusal> {
    const DELETE: i8 = 1;
    let invalid = |reason: String| Refusal::new(ErrorCode::InvalidRequest, reason);
    let name = config.name.to_string();
    if config.config_operation == DELETE {
        return Ok((name, ConfigOperation::Delete));
    }
    let value = config.value.as_ref().map(ToString::to_string);
    let value = value.ok_or_else(|| invalid(format!("the value of {name} is null")))?;
    let operation = match config.config_operation {
        0 => ConfigOperation::Set(value),
        2 => ConfigOperation::Append(value),
        3 => ConfigOperation::Subtract(value),
        other => return Err(invalid(format!("operation {other} on {name} is unknown"))),
    };
    Ok((name, operation))
}
