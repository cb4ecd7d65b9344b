//! What the APIs that ask the controller, or describe the cluster, share.

use std::future::Future;
use std::time::{Duration, Instant};

use kafkactl_core::wire::messages::Encodable;
use kafkactl_core::wire::{ErrorCode, StrBytes};

use super::Outcome;
use super::text;
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::cluster::controller::{Refusal, auto_created};
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
