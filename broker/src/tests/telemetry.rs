//! Clients that push their metrics, as they see it.

use kafkactl_core::names::Uuid;
use kafkactl_core::record::{Codec, Compression};
use kafkactl_core::wire::messages::{
    ApiVersionsRequest, ApiVersionsResponse, GetTelemetrySubscriptionsRequest,
    GetTelemetrySubscriptionsResponse, PushTelemetryRequest, PushTelemetryResponse,
};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::client::Client;
use super::world::World;

const APIS: [ApiKey; 2] = [ApiKey::GetTelemetrySubscriptions, ApiKey::PushTelemetry];

fn subscribe(client: &mut Client, id: Uuid) -> GetTelemetrySubscriptionsResponse {
    let request = GetTelemetrySubscriptionsRequest::default().with_client_instance_id(id);
    client.ask(ApiKey::GetTelemetrySubscriptions, 0, &request)
}

fn push(client: &mut Client, request: PushTelemetryRequest) -> ErrorCode {
    let response: PushTelemetryResponse = client.ask(ApiKey::PushTelemetry, 0, &request);
    ErrorCode::from_code(response.error_code).unwrap()
}

fn packed(metrics: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    Compression::from(Codec::Zstd).compress(metrics, &mut packed).unwrap();
    packed
}

/// As Kafka without a receiver of telemetry: it does not say that it has these APIs, and has none.
#[test]
fn nobody_is_asked_when_nobody_receives() {
    let world = World::start(&[]);
    let mut client = world.connect();
    let versions: ApiVersionsResponse = client.ask(ApiKey::ApiVersions, 0, &ApiVersionsRequest::default());
    assert!(versions.api_keys.iter().all(|range| !APIS.iter().any(|api| api.key() == range.api_key)));
    client.send(ApiKey::GetTelemetrySubscriptions, 0, &GetTelemetrySubscriptionsRequest::default());
    assert!(client.is_closed());
}

#[test]
fn a_client_pushes_what_a_subscription_asks_for() {
    let mut world = World::start(&[("ops.listen", "127.0.0.1:0")]);
    let mut client = world.connect();
    let versions: ApiVersionsResponse = client.ask(ApiKey::ApiVersions, 0, &ApiVersionsRequest::default());
    for api in APIS {
        assert!(versions.api_keys.iter().any(|range| range.api_key == api.key()), "{api}");
    }
    let nothing = subscribe(&mut client, Uuid::nil());
    assert_eq!((nothing.push_interval_ms, nothing.requested_metrics.len()), (300_000, 0));

    world.set((16, "billing"), "metrics", "org.apache.kafka.producer.");
    world.set((16, "billing"), "interval.ms", "100");
    world.set((16, "billing"), "match", "client_id=te.*");
    let asked = subscribe(&mut client, nothing.client_instance_id);
    assert_eq!((asked.error_code, asked.client_instance_id), (0, nothing.client_instance_id));
    assert_eq!(asked.push_interval_ms, 100);
    let metrics: Vec<&str> = asked.requested_metrics.iter().map(|it| it.as_str()).collect();
    assert_eq!(metrics, ["org.apache.kafka.producer."]);
    assert_eq!(asked.accepted_compression_types, [4, 3, 1, 2]);
    assert_eq!(asked.telemetry_max_bytes, 1 << 20);

    let last = PushTelemetryRequest::default()
        .with_client_instance_id(asked.client_instance_id)
        .with_subscription_id(asked.subscription_id)
        .with_compression_type(4)
        .with_terminating(true)
        .with_metrics(packed(b"figures").into());
    let damaged = last.clone().with_terminating(false).with_metrics(bytes::Bytes::from_static(b"no zstd"));
    assert_eq!(push(&mut client, damaged), ErrorCode::InvalidRecord);
    assert_eq!(push(&mut client, last.clone()), ErrorCode::None);
    assert_eq!(push(&mut client, last), ErrorCode::InvalidRequest);
    let latest = world.client_metrics();
    let kept: Vec<_> =
        latest.iter().map(|(id, push)| (*id, push.client_id.as_str(), &push.metrics[..])).collect();
    assert_eq!(kept, [(asked.client_instance_id, "test", &b"figures"[..])]);
}

#[test]
fn subscriptions_that_make_no_sense_are_refused() {
    let mut world = World::start(&[]);
    let cases = [
        ("interval.ms", "99", ErrorCode::InvalidRequest),
        ("interval.ms", "3600001", ErrorCode::InvalidRequest),
        ("match", "client_id=(", ErrorCode::InvalidConfig),
        ("match", "colour=red", ErrorCode::InvalidConfig),
        ("no.such", "1", ErrorCode::InvalidRequest),
        ("match", "client_id=a.*,client_software_name=librdkafka", ErrorCode::None),
    ];
    for (name, value, expected) in cases {
        assert_eq!(world.alter((16, "some"), name, Some(value)), expected, "{name}={value}");
    }
}
