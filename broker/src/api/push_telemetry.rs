//! PushTelemetry, v0: a client's metrics, as OTLP (KIP-714).

use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::{PushTelemetryRequest, PushTelemetryResponse};

use super::telemetry::{check_served, code, identity};
use super::{ApiSpec, Outcome, Request};
use crate::telemetry::PushRequest;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::PushTelemetry, versions: 0..=0, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    if let Err(outcome) = check_served(&request) {
        return outcome;
    }
    let body: PushTelemetryRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let push = PushRequest {
        instance_id: body.client_instance_id,
        subscription_id: body.subscription_id,
        is_terminating: body.terminating,
        codec_id: body.compression_type,
    };
    let pushed = request.broker.telemetry.push(&push, identity(&request), &body.metrics);
    Outcome::reply(&PushTelemetryResponse::default().with_error_code(code(&pushed)), request.version)
}
