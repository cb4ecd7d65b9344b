//! What the APIs that ask the controller, or describe the cluster, share.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafkactl_core::settings::{ResourceKind, broker_setting};
use kafkactl_core::wire::messages::Encodable;
use kafkactl_core::wire::{ErrorCode, StrBytes};

use super::{Outcome, broker_loggers};
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::cluster::controller::{ConfigChange, Refusal, auto_created};
use crate::cluster::image::ConfigResource;
use crate::metrics::ErrorCodes;

/// The operations on the cluster that everybody may do while no authorizer is set, as Kafka's bit field.
pub(super) const CLUSTER_OPERATIONS: i32 = 8096;
/// The same for a topic.
pub(super) const TOPIC_OPERATIONS: i32 = 3576;
/// Stands for operations that were not asked for.
pub(super) const OPERATIONS_NOT_ASKED: i32 = i32::MIN;

/// When a request that gives its patience in milliseconds gives up.
pub(super) fn deadline(timeout_ms: i32) -> Option<Instant> {
    let patience = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
    Some(Instant::now() + patience)
}

/// Replies once the message is there; polled by the connection's own task.
pub(super) fn later<M: Encodable + ErrorCodes>(
    version: i16,
    message: impl Future<Output = M> + Send + 'static,
) -> Outcome {
    Outcome::Later(Box::pin(async move { Outcome::reply(&message.await, version) }))
}

/// Code and message of an outcome, for the fields of a response.
pub(super) fn verdict<T>(outcome: &Result<T, Refusal>) -> (i16, Option<StrBytes>) {
    match outcome {
        Ok(_) => (ErrorCode::None.code(), None),
        Err(refusal) => (refusal.code.code(), refusal.message.as_deref().map(text)),
    }
}

pub(super) fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

/// Starts creating topics that somebody asked for, and does not wait: the next request finds them (I8). Kafka's own
/// topics get their own settings.
pub(super) fn create_missing_topics(broker: &Broker, image: &MetadataImage, names: Vec<String>) {
    let settings = broker.settings();
    let live = image.live_brokers().count();
    let topics = names.iter().map(|name| auto_created(name, &settings, live)).collect();
    // Whether it works out shows in the metadata; whoever still misses the topic asks again.
    drop(
        broker
            .controller
            .submit(None, move |machine, random, _| machine.create_topics(topics, false, random)),
    );
}

/// A change of configs that makes sense.
enum Wish {
    Controller(ConfigResource, ConfigChange),
    /// It was for this broker alone.
    Done,
}

/// Has the controller change the configs that make sense; every wish gets its outcome, in order.
pub(super) fn alter_configs(
    broker: &Arc<Broker>,
    wishes: Vec<Result<(ConfigResource, ConfigChange), Refusal>>,
    validate_only: bool,
) -> impl Future<Output = Vec<Result<(), Refusal>>> + Send + use<> {
    let settle = |wish: Result<_, Refusal>| wish.and_then(|wish| settle(broker, wish, validate_only));
    let wishes: Vec<Result<Wish, Refusal>> = wishes.into_iter().map(settle).collect();
    let change = |wish: &Wish| match wish {
        Wish::Controller(resource, change) => Some((resource.clone(), change.clone())),
        Wish::Done => None,
    };
    let changes = wishes.iter().flatten().filter_map(change).collect();
    let submitted =
        broker.controller.submit(None, move |machine, _, _| machine.alter_configs(changes, validate_only));
    async move {
        let decided = submitted.await;
        let mut outcomes = decided.as_ref().map(|reply| reply.iter().map(|(_, outcome)| outcome));
        let outcome = |wish: Result<Wish, Refusal>| match (wish?, &mut outcomes) {
            (Wish::Done, _) => Ok(()),
            (Wish::Controller(..), Ok(outcomes)) => outcomes.next().cloned().unwrap_or(Ok(())),
            (Wish::Controller(..), Err(refusal)) => Err((*refusal).clone()),
        };
        wishes.into_iter().map(outcome).collect()
    }
}

/// A broker's own configs are changed by that broker, and only those that can change while it runs (D10). Its loggers
/// are no business of the controller.
fn settle(
    broker: &Broker,
    (resource, change): (ConfigResource, ConfigChange),
    validate_only: bool,
) -> Result<Wish, Refusal> {
    let node = broker.node_id;
    let invalid = |reason: String| Err(Refusal::new(ErrorCode::InvalidRequest, reason));
    let is_of_node = matches!(resource.kind, ResourceKind::Broker | ResourceKind::BrokerLogger);
    let is_of_all = resource.kind == ResourceKind::Broker && resource.name.is_empty();
    if is_of_node && !is_of_all && resource.name != node.to_string() {
        return invalid(format!("this is broker {node}; send the change to broker {}", resource.name));
    }
    if resource.kind == ResourceKind::BrokerLogger {
        return broker_loggers::alter(broker, &change, validate_only).map(|()| Wish::Done);
    }
    if resource.kind == ResourceKind::Broker {
        let names: Vec<&str> = match &change {
            ConfigChange::Each(operations) => operations.iter().map(|(name, _)| name.as_str()).collect(),
            ConfigChange::Whole(texts) => texts.keys().map(String::as_str).collect(),
        };
        let fixed = |name: &&str| broker_setting(name).is_some_and(|setting| !setting.is_dynamic());
        let fixed: Vec<&str> = names.into_iter().filter(fixed).collect();
        if !fixed.is_empty() {
            return invalid(format!("these change only when the broker starts: {}", fixed.join(", ")));
        }
    }
    Ok(Wish::Controller(resource, change))
}
