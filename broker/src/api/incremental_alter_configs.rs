//! IncrementalAlterConfigs, v0–v1: sets, deletes, appends to and subtracts from single values (D10, KIP-339).

use std::collections::HashSet;

use kafkactl_core::wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use kafkactl_core::wire::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use kafkactl_core::wire::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::altering::{Altered, Altering, alter, invalid};
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{ConfigChange, ConfigOperation, Refusal};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::IncrementalAlterConfigs, versions: 0..=1, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: IncrementalAlterConfigsRequest = match request.decode() {
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
        IncrementalAlterConfigsResponse::default().with_responses(altered.into_iter().map(answer).collect())
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
    let mut seen = HashSet::new();
    if let Some(twice) = resource.configs.iter().find(|config| !seen.insert(config.name.as_str())) {
        return Err(invalid(format!("the request names {} twice", twice.name)));
    }
    let operations: Result<_, Refusal> = resource.configs.iter().map(operation).collect();
    Ok(ConfigChange::Each(operations?))
}

fn operation(config: &AlterableConfig) -> Result<(String, ConfigOperation), Refusal> {
    const DELETE: i8 = 1;
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
        other => {
            // Kafka answers so, whatever came of it there.
            let reason = format!("operation {other} on {name} is unknown");
            return Err(Refusal::new(ErrorCode::UnknownServerError, reason));
        }
    };
    Ok((name, operation))
}
