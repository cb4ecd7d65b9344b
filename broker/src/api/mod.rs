//! Requests and their outcomes. One file per API; each registers the versions it speaks in its `SPEC`, and
//! ApiVersions is made from [`SPECS`], so what we advertise cannot drift from what we handle.

use std::fs::File;
use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::ApiKey;
use kafka_protocol::protocol::{Decodable, Encodable};

use crate::broker::Broker;
use crate::connection::ConnectionState;

/// Every API this broker serves.
pub(crate) const SPECS: &[ApiSpec] = &[];

/// One API: its versions and the function that does stage one of a request.
pub(crate) struct ApiSpec {
    pub key: ApiKey,
    pub versions: RangeInclusive<i16>,
    pub handle: fn(Request<'_>) -> Outcome,
}

/// One request, on its connection's own task. Stage one runs in the order requests arrived.
pub(crate) struct Request<'a> {
    pub broker: &'a Arc<Broker>,
    pub connection: &'a mut ConnectionState,
    pub key: ApiKey,
    pub version: i16,
    /// Empty when the client sent null (H17).
    pub client_id: &'a str,
    /// What follows the request header; a slice of the frame.
    pub body: Bytes,
}

impl Request<'_> {
    /// The body as a message; the error closes the connection, as Kafka does for what it cannot parse (H17).
    pub fn decode<M: Decodable>(&mut self) -> Result<M, Outcome> {
        M::decode(&mut self.body, self.version).map_err(|error| {
            Outcome::Close(CloseReason::Malformed { key: self.key, detail: error.to_string() })
        })
    }
}

/// What stage one made of a request.
pub(crate) enum Outcome {
    Reply(Reply),
    /// Stage two: polled by the connection's own task until it is ready; the reply keeps its place in the order.
    Later(Pin<Box<dyn Future<Output = Outcome> + Send>>),
    /// Nothing is sent: a produce with acks=0.
    Silent,
    Close(CloseReason),
}

impl Outcome {
    pub fn reply<M: Encodable>(message: &M, version: i16) -> Self {
        let mut head = Reply::head();
        match message.encode(&mut head, version) {
            Ok(()) => Self::Reply(Reply { head, tail: Vec::new() }),
            Err(error) => Self::Close(CloseReason::Unencodable { detail: error.to_string() }),
        }
    }
}

/// Why a connection is closed without an answer. Logged, rate limited.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CloseReason {
    #[error("malformed {key:?} request: {detail}")]
    Malformed { key: ApiKey, detail: String },
    #[error("reply cannot be encoded: {detail}")]
    Unencodable { detail: String },
}

/// A reply's bytes: a head in memory, then parts that may lie in files.
#[derive(Debug)]
pub(crate) struct Reply {
    head: BytesMut,
    tail: Vec<ReplyPart>,
}

impl Reply {
    /// Room at the front of `head` for frame size, correlation id and an empty tag buffer: the connection fills
    /// them in, so header and body are one buffer.
    const HEADER_ROOM: usize = 4 + 4 + 1;

    /// An empty head, to append the body to.
    pub fn head() -> BytesMut {
        let mut head = BytesMut::with_capacity(256);
        head.put_bytes(0, Self::HEADER_ROOM);
        head
    }

    /// A reply of a head begun with [`Reply::head`] and what follows it.
    pub fn new(head: BytesMut, tail: Vec<ReplyPart>) -> Self {
        Self { head, tail }
    }
}

/// A piece of a reply after its head.
#[derive(Debug)]
pub(crate) enum ReplyPart {
    Bytes(Bytes),
    /// Bytes of a log segment, sent from the page cache.
    File {
        file: Arc<File>,
        position: u64,
        bytes: usize,
    },
}
