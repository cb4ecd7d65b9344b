//! FindCoordinator, v0–v6: which broker coordinates a group or a transactional id. v1 knows kinds of coordinators and
//! error messages, v4 asks about several keys at once. `__consumer_offsets` and `__transaction_state` are made when they
//! are first needed; the answer waits for that. Share groups are not served here, and clients are told so rather than
//! to try again (G1, F1, J61).

use std::sync::Arc;
use std::time::{Duration, Instant};

use kafkactl_core::names::PartitionId;
use kafkactl_core::wire::messages::find_coordinator_response::Coordinator;
use kafkactl_core::wire::messages::{BrokerId, FindCoordinatorRequest, FindCoordinatorResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::cluster::controller::auto_created;
use crate::cluster::image::Endpoint;
use crate::coordinator::partition_of;
use crate::group::OFFSETS_TOPIC;
use crate::transaction::TRANSACTION_TOPIC;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::FindCoordinator, versions: 0..=6, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: FindCoordinatorRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let keys = if version < 4 { vec![body.key] } else { body.coordinator_keys };
    let Some(topic) = topic_of(body.key_type) else {
        let refusal = Refusal { code: ErrorCode::InvalidRequest, message: Some(NOT_SERVED) };
        let found = keys.into_iter().map(|key| (key, Err(refusal))).collect();
        return Outcome::reply(&response(found, version), version);
    };
    let broker = Arc::clone(request.broker);
    let listener = request.connection.listener.clone();
    let image = broker.metadata.image();
    if image.topics.get(topic).is_some() || keys.is_empty() {
        return Outcome::reply(&response(find_all(&image, topic, &listener, keys), version), version);
    }
    let created = create_topic(&broker, &image, topic);
    Outcome::Later(Box::pin(async move {
        created.await;
        let found = find_all(&broker.metadata.image(), topic, &listener, keys);
        Outcome::reply(&response(found, version), version)
    }))
}

/// Where the coordinators of a kind keep what they know (`CoordinatorType`); 2 is for share groups.
fn topic_of(key_type: i8) -> Option<&'static str> {
    match key_type {
        0 => Some(OFFSETS_TOPIC),
        1 => Some(TRANSACTION_TOPIC),
        _ => None,
    }
}

/// Resolves once the topic exists, or cannot be made: then the operator hears why, and clients try again (G25).
fn create_topic(
    broker: &Broker,
    image: &MetadataImage,
    name: &'static str,
) -> impl Future<Output = ()> + Send + use<> {
    let topic = auto_created(name, &broker.settings(), image.live_brokers().count());
    let deadline = Instant::now() + CREATE_TIMEOUT;
    let created = broker
        .controller
        .submit(Some(deadline), move |machine, random, _| machine.create_topics(vec![topic], false, random));
    async move {
        let refusal = match created.await {
            Ok(reply) => reply.into_iter().find_map(|(_, outcome)| outcome.err()),
            Err(refusal) => Some(refusal),
        };
        // Somebody else's request may have been first.
        if let Some(refusal) = refusal.filter(|refusal| refusal.code != ErrorCode::TopicAlreadyExists) {
            tracing::warn!(%refusal, "{name} cannot be created, its coordinators cannot work");
        }
    }
}

/// The coordinator of one key, or why there is none.
type Found = (StrBytes, Result<(BrokerId, Endpoint), Refusal>);

#[derive(Debug, Clone, Copy)]
struct Refusal {
    code: ErrorCode,
    message: Option<&'static str>,
}

fn find_all(image: &MetadataImage, topic: &str, listener: &str, keys: Vec<StrBytes>) -> Vec<Found> {
    let find = |key: StrBytes| {
        let found = find(image, topic, listener, &key);
        let refusal = Refusal { code: ErrorCode::CoordinatorNotAvailable, message: None };
        (key, found.ok_or(refusal))
    };
    keys.into_iter().map(find).collect()
}

/// The leader of the key's partition, if it is alive on the client's listener.
fn find(image: &MetadataImage, topic: &str, listener: &str, key: &str) -> Option<(BrokerId, Endpoint)> {
    let topic = image.topics.get(topic)?;
    let partition = PartitionId(partition_of(key, topic.partition_count()));
    let leader = topic.partitions.get(&partition)?.leader;
    let broker = image.brokers.get(&leader).filter(|broker| !broker.is_fenced)?;
    Some((BrokerId(leader.0), broker.endpoint(listener)?.clone()))
}

fn response(found: Vec<Found>, version: i16) -> FindCoordinatorResponse {
    if version >= 4 {
        let coordinators = found.into_iter().map(coordinator).collect();
        return FindCoordinatorResponse::default().with_coordinators(coordinators);
    }
    let Some((_, found)) = found.into_iter().next() else { return FindCoordinatorResponse::default() };
    match found {
        Ok((node, endpoint)) => FindCoordinatorResponse::default()
            .with_error_message(Some(StrBytes::from_static_str("NONE")))
            .with_node_id(node)
            .with_host(text(&endpoint.host))
            .with_port(endpoint.port.into()),
        Err(refusal) => FindCoordinatorResponse::default()
            .with_error_code(refusal.code.code())
            .with_error_message(Some(StrBytes::from_static_str(
                refusal.message.unwrap_or(refusal.code.message()),
            )))
            .with_node_id(NOBODY)
            .with_port(-1),
    }
}

fn coordinator((key, found): Found) -> Coordinator {
    let coordinator = Coordinator::default().with_key(key);
    match found {
        Ok((node, endpoint)) => coordinator
            .with_node_id(node)
            .with_host(text(&endpoint.host))
            .with_port(endpoint.port.into())
            .with_error_message(Some(StrBytes::default())),
        Err(refusal) => coordinator
            .with_error_code(refusal.code.code())
            .with_error_message(Some(StrBytes::from_static_str(refusal.message.unwrap_or_default())))
            .with_node_id(NOBODY)
            .with_port(-1),
    }
}

const NOBODY: BrokerId = BrokerId(-1);
const NOT_SERVED: &str = "This broker coordinates groups and transactions; it does not serve share groups.";
/// Clients give up on a request after 30 s by default.
const CREATE_TIMEOUT: Duration = Duration::from_secs(10);
