//! ListConfigResources, v0–v1: what can have configs. Version 0 lists client-metrics subscriptions alone (KIP-1142).

use std::collections::BTreeSet;

use kafkactl_core::settings::ResourceKind;
use kafkactl_core::wire::messages::list_config_resources_response::ConfigResource;
use kafkactl_core::wire::messages::{ListConfigResourcesRequest, ListConfigResourcesResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::MetadataImage;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ListConfigResources, versions: 0..=1, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: ListConfigResourcesRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let kinds: Option<Vec<ResourceKind>> = match (request.version, body.resource_types.as_slice()) {
        (0, _) => Some(vec![ResourceKind::ClientMetrics]),
        (_, []) => Some(ResourceKind::ALL.to_vec()),
        (_, codes) => codes.iter().map(|&code| ResourceKind::from_code(code)).collect(),
    };
    let response = match kinds {
        Some(kinds) => {
            let image = request.broker.metadata.image();
            let kinds: BTreeSet<ResourceKind> = kinds.into_iter().collect();
            let resources = kinds.into_iter().flat_map(|kind| resources(&image, kind));
            ListConfigResourcesResponse::default().with_config_resources(resources.collect())
        }
        // Types of the future cannot be listed, but neither are they malformed.
        None => ListConfigResourcesResponse::default().with_error_code(ErrorCode::UnsupportedVersion.code()),
    };
    Outcome::reply(&response, request.version)
}

/// Topics and brokers that exist; of the others, those that something was set for.
fn resources(image: &MetadataImage, kind: ResourceKind) -> Vec<ConfigResource> {
    let names: Vec<String> = match kind {
        ResourceKind::Topic => image.topics.sorted().iter().map(|topic| topic.name.to_string()).collect(),
        ResourceKind::Broker | ResourceKind::BrokerLogger => {
            image.live_brokers().map(|broker| broker.id.to_string()).collect()
        }
        ResourceKind::Group | ResourceKind::ClientMetrics => {
            let set = image.config_resources().filter(|(resource, _)| resource.kind == kind);
            set.map(|(resource, _)| resource.name.clone()).collect()
        }
    };
    let resource = |name: String| {
        ConfigResource::default().with_resource_name(text(&name)).with_resource_type(kind.code())
    };
    names.into_iter().map(resource).collect()
}
