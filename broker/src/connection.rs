//! One client connection: what it is, as requests see it.

use std::net::SocketAddr;

/// What a request may know and change of its connection.
#[derive(Debug)]
pub struct ConnectionState {
    /// The listener the client came in by: metadata answers name endpoints of the same listener (H1).
    pub listener: String,
    pub peer: SocketAddr,
    /// `name/version` of the client library, from ApiVersions 3 and later (J11).
    pub client_software: Option<(String, String)>,
}
