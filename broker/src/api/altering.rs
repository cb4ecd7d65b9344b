//! What the two APIs that alter configs share (D10): whom a change is for, who carries it out, what came of it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use kafkactl_core::settings::{ResourceKind, broker_setting};
use kafkactl_core::wire::messages::Encodable;
use kafkactl_core::wire::{ErrorCode, StrBytes};

use super::admin::{later, verdict};
use super::{Outcome, broker_loggers};
use crate::broker::Broker;
use crate::cluster::controller::{ConfigChange, Refusal};
use crate::cluster::image::ConfigResource;
use crate::metrics::ErrorCodes;

/// A resource as a request names it, and what is to become of it.
pub(super) struct Altering {
    pub kind: i8,
    pub name: StrBytes,
    pub change: Result<ConfigChange, Refusal>,
}

/// What came of one, in the fields of a response.
pub(super) struct Altered {
    pub kind: i8,
    pub name: StrBytes,
    pub error_code: i16,
    pub error_message: Option<StrBytes>,
}

/// Carries out a request; `response` makes its answer of the outcomes, which come in the order of the request.
pub(super) fn alter<M: Encodable + ErrorCodes>(
    broker: &Arc<Broker>,
    version: i16,
    resources: Vec<Altering>,
    validate_only: bool,
    response: impl FnOnce(Vec<Altered>) -> M + Send + 'static,
) -> Outcome {
    let mut named: HashMap<(i8, StrBytes), usize> = HashMap::new();
    for Altering { kind, name, .. } in &resources {
        *named.entry((*kind, name.clone())).or_default() += 1;
    }
    let (targets, wishes): (Vec<_>, Vec<_>) = resources
        .into_iter()
        .map(|Altering { kind, name, change }| {
            let wish = resource(kind, &name, &named).and_then(|resource| Ok((resource, change?)));
            ((kind, name), wish)
        })
        .unzip();
    let outcomes = carry_out(broker, wishes, validate_only);
    later(version, async move {
        let altered = targets.into_iter().zip(outcomes.await).map(|((kind, name), outcome)| {
            let (error_code, error_message) = verdict(&outcome);
            Altered { kind, name, error_code, error_message }
        });
        response(altered.collect())
    })
}

/// The resource of that kind and name, unless the request names it again.
fn resource(
    kind: i8,
    name: &StrBytes,
    named: &HashMap<(i8, StrBytes), usize>,
) -> Result<ConfigResource, Refusal> {
    if named.get(&(kind, name.clone())).is_some_and(|&times| times > 1) {
        return Err(invalid("the request names this resource twice".to_owned()));
    }
    let known = ResourceKind::from_code(kind);
    let known = known.ok_or_else(|| invalid(format!("there are no resources of type {kind}")))?;
    if known == ResourceKind::Topic && name.is_empty() {
        return Err(invalid("configs of all topics are no resource".to_owned()));
    }
    Ok(ConfigResource::new(known, name.to_string()))
}

pub(super) fn invalid(reason: String) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, reason)
}

/// A change of configs that makes sense.
enum Wish {
    Controller(ConfigResource, ConfigChange),
    /// It was for this broker alone.
    Done,
}

/// Has the controller change the configs that make sense; every wish gets its outcome, in order.
fn carry_out(
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
    let is_of_node = matches!(resource.kind, ResourceKind::Broker | ResourceKind::BrokerLogger);
    let is_of_all = resource.kind == ResourceKind::Broker && resource.name.is_empty();
    if is_of_node && !is_of_all && resource.name != node.to_string() {
        return Err(invalid(format!("this is broker {node}; send the change to broker {}", resource.name)));
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
            return Err(invalid(format!("these change only when the broker starts: {}", fixed.join(", "))));
        }
    }
    Ok(Wish::Controller(resource, change))
}
