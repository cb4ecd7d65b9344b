//! InitProducerId, v0–v5, for idempotent producers. Transactional ids have no coordinator on this broker: they are
//! answered NOT_COORDINATOR.

use std::sync::Arc;

use kafkactl_core::names::ProducerId;
use kafkactl_core::wire::messages::{self, InitProducerIdRequest, InitProducerIdResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::{ApiSpec, Outcome, Request};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::InitProducerId, versions: 0..=5, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: InitProducerIdRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    if let Err(error) = check(&body) {
        return reply(Err(error), version);
    }
    if let Some(id) = request.broker.producer_ids.try_next() {
        return reply(Ok(id), version);
    }
    let broker = Arc::clone(request.broker);
    Outcome::Later(Box::pin(async move {
        let controller = &broker.controller;
        let this = (broker.node_id, controller.broker_epoch());
        let id = broker.producer_ids.next(controller, this).await;
        // Clients come again for this code (J57).
        reply(id.map_err(|_| ErrorCode::CoordinatorNotAvailable), version)
    }))
}

fn check(body: &InitProducerIdRequest) -> Result<(), ErrorCode> {
    let (has_id, has_epoch) = (body.producer_id.0 != -1, body.producer_epoch != -1);
    match &body.transactional_id {
        _ if has_id != has_epoch => Err(ErrorCode::InvalidRequest),
        None => Ok(()),
        Some(id) if id.is_empty() => Err(ErrorCode::InvalidRequest),
        Some(_) => Err(ErrorCode::NotCoordinator),
    }
}

fn reply(id: Result<ProducerId, ErrorCode>, version: i16) -> Outcome {
    let response = match id {
        Ok(id) => InitProducerIdResponse::default()
            .with_producer_id(messages::ProducerId(id.0))
            .with_producer_epoch(0),
        Err(error) => InitProducerIdResponse::default()
            .with_error_code(error.code())
            .with_producer_id(messages::ProducerId(-1))
            .with_producer_epoch(-1),
    };
    Outcome::reply(&response, version)
}
