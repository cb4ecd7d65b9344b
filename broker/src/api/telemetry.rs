//! What the telemetry APIs share (KIP-714).

use kafkactl_core::wire::ErrorCode;

use super::{Outcome, Request};
use crate::cluster::client_match::ClientIdentity;
use crate::connection::CloseReason;

/// What Kafka calls the software of a client that does not say.
const UNKNOWN: &str = "unknown";

/// Who asks; its instance id stands in the body.
pub(super) fn identity(request: &Request<'_>) -> ClientIdentity {
    let software = request.connection.client_software.as_ref();
    let text =
        |of: fn(&(String, String)) -> &String| software.map_or(UNKNOWN.to_owned(), |it| of(it).clone());
    let peer = request.connection.peer;
    ClientIdentity {
        id: request.client_id.to_string(),
        instance_id: String::new(),
        software_name: text(|(name, _)| name),
        software_version: text(|(_, version)| version),
        source_address: peer.ip().to_canonical().to_string(),
        source_port: peer.port().to_string(),
    }
}

/// As any API that is not served, if nobody receives what clients push.
pub(super) fn check_served(request: &Request<'_>) -> Result<(), Outcome> {
    if request.broker.telemetry.is_received() {
        return Ok(());
    }
    Err(Outcome::Close(CloseReason::UnsupportedVersion { key: request.key, version: request.version }))
}

pub(super) fn code<T>(outcome: &Result<T, ErrorCode>) -> i16 {
    outcome.as_ref().err().copied().unwrap_or(ErrorCode::None).code()
}
