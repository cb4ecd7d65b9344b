use std::fmt;

use super::ApiKey;
use crate::schema::SchemaError;

/// Why bytes from the network are not a message, or why a message cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("unknown api key {key}")]
    UnknownApi { key: i16 },
    #[error("{api} has no version {version}")]
    UnsupportedVersion { api: ApiKey, version: i16 },
    #[error("{direction} header: {reason}")]
    MalformedHeader { direction: Direction, reason: SchemaError },
    #[error("{api} version {version} {direction}: {reason}")]
    Malformed { api: ApiKey, version: i16, direction: Direction, reason: SchemaError },
    #[error("{api} version {version} {direction} cannot be decoded: {reason}")]
    Undecodable { api: ApiKey, version: i16, direction: Direction, reason: String },
    #[error("message cannot be written in version {version}: {reason}")]
    Unencodable { version: i16, reason: String },
}

/// Which way a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Request,
    Response,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Response => "response",
        })
    }
}
