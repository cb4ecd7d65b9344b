//! Frames, headers, the version table, error codes and RPC bodies.
//!
//! A thin layer over kafka-protocol's bodies: what it trusts (lengths), [`decode_request`] and [`decode_response`]
//! check first; what it lacks of Kafka 4.3, [`messages`] replaces.
//! Does not know: sockets, and what is in a record batch (records travel as bytes).

mod api_key;
mod error;
mod error_code;
pub mod frame;
mod guard;
mod header;
pub mod messages;

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::{Decodable, Encodable};

pub use api_key::ApiKey;
pub use error::{Direction, WireError};
pub use error_code::ErrorCode;
pub use header::{RequestHeader, ResponseHeader};
pub use kafka_protocol::protocol::StrBytes;

/// Decodes the body of a request, off the front of what follows the header; bytes behind the message stay in `body`.
///
/// Texts and bytes of the result are slices of `body`: what outlives the request must be copied out of it.
pub fn decode_request<M: Decodable>(api: ApiKey, version: i16, body: &mut Bytes) -> Result<M, WireError> {
    decode(api, version, Direction::Request, body)
}

/// Decodes the body of a response, as [`decode_request`] does.
pub fn decode_response<M: Decodable>(api: ApiKey, version: i16, body: &mut Bytes) -> Result<M, WireError> {
    decode(api, version, Direction::Response, body)
}

/// Appends the body of a request or response.
///
/// Fails when a field is set that `version` cannot carry, and when a text is longer than its length field.
pub fn encode<M: Encodable>(message: &M, version: i16, into: &mut BytesMut) -> Result<(), WireError> {
    message
        .encode(into, version)
        .map_err(|error| WireError::Unencodable { version, reason: error.to_string() })
}

fn decode<M: Decodable>(
    api: ApiKey,
    version: i16,
    direction: Direction,
    body: &mut Bytes,
) -> Result<M, WireError> {
    if !api.has_version(version) {
        return Err(WireError::UnsupportedVersion { api, version });
    }
    guard::check(api, version, direction, body).map_err(|reason| WireError::Malformed {
        api,
        version,
        direction,
        reason,
    })?;
    M::decode(body, version).map_err(|error| WireError::Undecodable {
        api,
        version,
        direction,
        reason: error.to_string(),
    })
}
