//! DescribeCluster, v0–v2: who is in the cluster, on the listener the client came in by (I9, KIP-700, KIP-1073).

use kafkactl_core::wire::messages::describe_cluster_response::DescribeClusterBroker;
use kafkactl_core::wire::messages::{BrokerId, DescribeClusterRequest, DescribeClusterResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::admin::{CLUSTER_OPERATIONS, OPERATIONS_NOT_ASKED};
use super::text;
use super::{ApiSpec, Outcome, Request};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeCluster, versions: 0..=2, handle };

const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DescribeClusterRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let response = match body.endpoint_type {
        BROKERS => describe(&request, &body),
        CONTROLLERS => refuse(
            ErrorCode::MismatchedEndpointType,
            "this is a broker's endpoint; the request asks for a controller's".to_owned(),
        ),
        other => {
            refuse(ErrorCode::UnsupportedEndpointType, format!("there are no endpoints of type {other}"))
        }
    };
    Outcome::reply(&response, request.version)
}

fn refuse(code: ErrorCode, reason: String) -> DescribeClusterResponse {
    DescribeClusterResponse::default()
        .with_error_code(code.code())
        .with_error_message(Some(StrBytes::from_string(reason)))
        .with_controller_id(BrokerId(-1))
        .with_cluster_authorized_operations(OPERATIONS_NOT_ASKED)
}

fn describe(request: &Request<'_>, body: &DescribeClusterRequest) -> DescribeClusterResponse {
    let image = request.broker.metadata.image();
    let shown = image.brokers.values().filter(|broker| !broker.is_fenced || body.include_fenced_brokers);
    let brokers = shown.filter_map(|broker| {
        let endpoint = broker.endpoint(&request.connection.listener)?;
        let described = DescribeClusterBroker::default()
            .with_broker_id(BrokerId(broker.id.0))
            .with_host(text(&endpoint.host))
            .with_port(i32::from(endpoint.port))
            .with_rack(broker.rack.as_deref().map(text))
            .with_is_fenced(broker.is_fenced);
        Some(described)
    });
    let operations = match body.include_cluster_authorized_operations {
        true => CLUSTER_OPERATIONS,
        false => OPERATIONS_NOT_ASKED,
    };
    DescribeClusterResponse::default()
        .with_cluster_id(text(&request.broker.cluster_id))
        .with_controller_id(BrokerId(request.broker.node_id.0))
        .with_brokers(brokers.collect())
        .with_cluster_authorized_operations(operations)
}
