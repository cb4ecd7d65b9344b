//! InitProducerId, v0–v5: an id for an idempotent producer; for a transactional one the id that goes with its
//! transactional id, and the end of what that had left open. v3 lets a client go on after an error (KIP-360), v4 knows
//! PRODUCER_FENCED. v6, for two-phase commit, is not served: Apache Kafka 4.3 does not advertise it either.

use std::sync::Arc;

use kafkactl_core::names::{ProducerEpoch, ProducerId};
use kafkactl_core::wire::messages::{self, InitProducerIdRequest, InitProducerIdResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::transactional::{decide, fenced_code, producer};
use super::{ApiSpec, Outcome, Request};
use crate::transaction::{InitRequest, Producer};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::InitProducerId, versions: 0..=5, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: InitProducerIdRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let expected = match expected(&body) {
        Ok(expected) => expected,
        Err(error) => return reply(Err(error), version),
    };
    let Some(id) = &body.transactional_id else { return idempotent(&request) };
    let (id, timeout_ms) = (id.as_str().into(), body.transaction_timeout_ms);
    let init = InitRequest { id, timeout_ms, expected, fresh: None };
    decide(
        request.broker,
        move |broker, fresh| broker.transactions.init(&InitRequest { fresh, ..init.clone() }),
        move |decided| reply(decided, version),
    )
}

fn expected(body: &InitProducerIdRequest) -> Result<Option<Producer>, ErrorCode> {
    match (body.producer_id.0, body.producer_epoch) {
        (-1, -1) => Ok(None),
        (-1, _) | (_, -1) => Err(ErrorCode::InvalidRequest),
        (_, epoch) => Ok(Some(producer(body.producer_id, epoch))),
    }
}

fn idempotent(request: &Request<'_>) -> Outcome {
    let version = request.version;
    let first = |id: ProducerId| Producer { id, epoch: ProducerEpoch(0) };
    if let Some(id) = request.broker.producer_ids.try_next() {
        return reply(Ok(first(id)), version);
    }
    let broker = Arc::clone(request.broker);
    Outcome::Later(Box::pin(async move { reply(broker.next_producer_id().await.map(first), version) }))
}

fn reply(decided: Result<Producer, ErrorCode>, version: i16) -> Outcome {
    let response = match decided {
        Ok(Producer { id, epoch }) => InitProducerIdResponse::default()
            .with_producer_id(messages::ProducerId(id.0))
            .with_producer_epoch(epoch.0),
        Err(error) => InitProducerIdResponse::default()
            .with_error_code(fenced_code(error, version >= 4).code())
            .with_producer_id(messages::ProducerId(-1))
            .with_producer_epoch(-1),
    };
    Outcome::reply(&response, version)
}
