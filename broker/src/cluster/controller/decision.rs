//! What the controller decides: records to write, and what to answer once they are committed.

use std::fmt;

use kafkactl_core::schema::metadata::MetadataRecord;
use kafkactl_core::wire::ErrorCode;

/// The outcome of one request. Nothing has changed yet: only replaying the records changes anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<R> {
    /// Written in one batch, so that all of them count or none.
    pub records: Vec<MetadataRecord>,
    pub reply: R,
}

impl<R> Decision<R> {
    pub fn new(records: Vec<MetadataRecord>, reply: R) -> Self {
        Self { records, reply }
    }

    /// An answer that changes nothing.
    pub fn reply(reply: R) -> Self {
        Self { records: Vec::new(), reply }
    }
}

/// A "no", in the protocol's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: ErrorCode,
    /// `None` leaves the client with the meaning of the code alone.
    pub message: Option<String>,
}

impl Refusal {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into()) }
    }

    /// A refusal that needs no words.
    pub fn plain(code: ErrorCode) -> Self {
        Self { code, message: None }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message.as_deref().unwrap_or(self.code.message()))
    }
}

impl std::error::Error for Refusal {}
