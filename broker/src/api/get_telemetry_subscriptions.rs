//! GetTelemetrySubscriptions, v0: which metrics a client is to push, and how often (KIP-714).

use kafkactl_core::record::Codec;
use kafkactl_core::wire::messages::{GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse};
use kafkactl_core::wire::{ApiKey, StrBytes};

use super::telemetry::{check_served, code, identity};
use super::{ApiSpec, Outcome, Request};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::GetTelemetrySubscriptions, versions: 0..=0, handle };

/// In the order Kafka prefers them.
const CODECS: [Codec; 4] = [Codec::Zstd, Codec::Lz4, Codec::Gzip, Codec::Snappy];

fn handle(mut request: Request<'_>) -> Outcome {
    if let Err(outcome) = check_served(&request) {
        return outcome;
    }
    let body: GetTelemetrySubscriptionsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let telemetry = &request.broker.telemetry;
    let asked = telemetry.subscribe(body.client_instance_id, identity(&request));
    let response = GetTelemetrySubscriptionsResponse::default().with_error_code(code(&asked));
    let response = match asked {
        Ok((id, offer)) => response
            .with_client_instance_id(id)
            .with_subscription_id(offer.subscription_id)
            .with_accepted_compression_types(CODECS.iter().map(|codec| codec.id() as i8).collect())
            .with_push_interval_ms(offer.push_interval_ms)
            .with_telemetry_max_bytes(i32::try_from(telemetry.push_bytes_max()).unwrap_or(i32::MAX))
            // Totals: what is exposed is the last push.
            .with_delta_temporality(false)
            .with_requested_metrics(offer.metrics.into_iter().map(StrBytes::from_string).collect()),
        Err(_) => response,
    };
    Outcome::reply(&response, request.version)
}
