//! DescribeConfigs, v1–v4: every value of a resource, where it comes from, and what stands behind it (D11).

use std::collections::HashSet;

use kafkactl_core::names::TopicName;
use kafkactl_core::settings::ResourceKind;
use kafkactl_core::wire::messages::describe_configs_request::DescribeConfigsResource;
use kafkactl_core::wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
};
use kafkactl_core::wire::messages::{DescribeConfigsRequest, DescribeConfigsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::broker_loggers;
use super::config_entries::{self, Entry, Layers, Source};
use super::room::{NO_ROOM, Room};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::cluster::controller::Refusal;
use crate::cluster::image::ConfigResource;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeConfigs, versions: 1..=4, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DescribeConfigsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let shown = Shown { synonyms: body.include_synonyms, documentation: body.include_documentation };
    let image = request.broker.metadata.image();
    // As in Kafka, a resource of no known type makes the whole request invalid.
    let is_valid = body.resources.iter().all(|asked| ResourceKind::from_code(asked.resource_type).is_some());
    let mut seen = HashSet::new();
    let mut room = Room::new(request.version);
    // What is asked for again is answered once: clients keep answers by resource.
    let is_new =
        |asked: &DescribeConfigsResource| seen.insert((asked.resource_type, asked.resource_name.clone()));
    let resources: Vec<_> = body.resources.into_iter().filter(is_new).collect();
    let results = resources.into_iter().map(|asked| {
        let found = if is_valid {
            describe(request.broker, &image, &asked)
        } else {
            Err(Refusal::new(ErrorCode::InvalidRequest, ErrorCode::InvalidRequest.message()))
        };
        let (kind, name) = (asked.resource_type, asked.resource_name.clone());
        room.admit(result(asked, found, shown), || {
            DescribeConfigsResult::default()
                .with_resource_type(kind)
                .with_resource_name(name)
                .with_error_code(NO_ROOM.code())
        })
    });
    let response = DescribeConfigsResponse::default().with_results(results.collect());
    Outcome::reply(&response, request.version)
}

/// What of an entry the client wants to see.
#[derive(Clone, Copy)]
struct Shown {
    synonyms: bool,
    documentation: bool,
}

fn describe(
    broker: &Broker,
    image: &MetadataImage,
    asked: &DescribeConfigsResource,
) -> Result<Vec<Entry>, Refusal> {
    let name = asked.resource_name.as_str();
    let settings = broker.settings();
    let layers = Layers::of(&settings);
    let kind = ResourceKind::from_code(asked.resource_type);
    let refuse = |code: ErrorCode, reason: String| Err(Refusal::new(code, reason));
    let own = |kind| image.configs(&ConfigResource::new(kind, name)).cloned().unwrap_or_default();
    match kind {
        Some(ResourceKind::Topic) => {
            if let Err(invalid) = TopicName::validate(name) {
                return refuse(ErrorCode::InvalidTopicException, invalid.to_string());
            }
            if image.topics.get(name).is_none() {
                return Err(Refusal::plain(ErrorCode::UnknownTopicOrPartition));
            }
            Ok(layers.topic(&own(ResourceKind::Topic)))
        }
        Some(ResourceKind::Broker) if name.is_empty() => Ok(layers.all_brokers()),
        Some(ResourceKind::Broker) => addressed_here(broker, name).map(|()| layers.broker()),
        Some(ResourceKind::BrokerLogger) => {
            addressed_here(broker, name).and_then(|()| broker_loggers::describe(broker))
        }
        Some(ResourceKind::Group) if name.is_empty() => {
            refuse(ErrorCode::InvalidRequest, "a group resource needs a name".to_owned())
        }
        Some(ResourceKind::Group) => Ok(layers.group(&own(ResourceKind::Group))),
        Some(ResourceKind::ClientMetrics) if name.is_empty() => {
            refuse(ErrorCode::InvalidRequest, "a client-metrics resource needs a name".to_owned())
        }
        Some(ResourceKind::ClientMetrics) => {
            Ok(config_entries::client_metrics(&own(ResourceKind::ClientMetrics)))
        }
        None => refuse(ErrorCode::InvalidRequest, ErrorCode::InvalidRequest.message().to_owned()),
    }
}

/// What belongs to a single broker is told by that broker.
fn addressed_here(broker: &Broker, name: &str) -> Result<(), Refusal> {
    let reason = match name.parse::<i32>() {
        Ok(id) if id == broker.node_id.0 => return Ok(()),
        Ok(id) => format!("broker {id} was asked for, this is broker {}", broker.node_id),
        Err(_) => format!("broker id '{name}' is no integer"),
    };
    Err(Refusal::new(ErrorCode::InvalidRequest, reason))
}

fn result(
    asked: DescribeConfigsResource,
    found: Result<Vec<Entry>, Refusal>,
    shown: Shown,
) -> DescribeConfigsResult {
    let result = DescribeConfigsResult::default()
        .with_resource_type(asked.resource_type)
        .with_resource_name(asked.resource_name);
    match found {
        Ok(mut entries) => {
            if let Some(keys) = asked.configuration_keys {
                entries.retain(|entry| keys.iter().any(|key| key.as_str() == entry.name));
            }
            let configs = entries.into_iter().map(|entry| config(entry, shown)).collect();
            result.with_error_message(Some(StrBytes::default())).with_configs(configs)
        }
        Err(refusal) => result
            .with_error_code(refusal.code.code())
            .with_error_message(Some(text(refusal.message.as_deref().unwrap_or_default()))),
    }
}

fn config(entry: Entry, shown: Shown) -> DescribeConfigsResourceResult {
    // Secrets are never told.
    let open = |value: Option<String>| value.filter(|_| !entry.is_sensitive).map(StrBytes::from_string);
    // As in Kafka, nothing stands behind the level of a logger.
    let synonyms = entry.sources.iter().filter(|it| shown.synonyms && it.source != Source::BrokerLogger);
    let synonyms = synonyms.map(|source| {
        DescribeConfigsSynonym::default()
            .with_name(StrBytes::from_string(source.name.clone()))
            .with_value(open(source.value.clone()))
            .with_source(source.source as i8)
    });
    DescribeConfigsResourceResult::default()
        .with_synonyms(synonyms.collect())
        .with_value(open(entry.value.clone()))
        .with_name(StrBytes::from_string(entry.name.clone()))
        .with_read_only(entry.is_read_only)
        .with_config_source(entry.source() as i8)
        .with_is_sensitive(entry.is_sensitive)
        .with_config_type(entry.kind.map_or(0, |kind| kind.code()))
        .with_documentation(entry.help.filter(|_| shown.documentation).map(text))
}
