//! One client connection: one task that reads frames, runs stage one of each request in the order of arrival, polls
//! the parked ones and sends the replies in order. No task and no channel per request.

mod header;
mod inbox;
mod page_cache;
mod pool;
mod replies;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use kafkactl_core::wire::{ApiKey, ErrorCode};
use tokio::net::TcpStream;

use self::header::RequestHeader;
pub(crate) use self::inbox::Inbox;
pub(crate) use self::page_cache::read_exact;
pub(crate) use self::pool::BufferPool;
use self::replies::{Replies, Slot};
use crate::api::{self, Outcome, Request};
use crate::broker::Broker;
use crate::metrics::Journey;

/// Bytes read before other connections get their turn.
const POLL_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What a request may know and change of its connection.
#[derive(Debug)]
pub struct ConnectionState {
    /// The listener the client came in by: metadata answers name endpoints of the same listener (H1).
    pub listener: Arc<str>,
    pub peer: SocketAddr,
    /// Name and version of the client library, from ApiVersions 3 and later (J11).
    pub client_software: Option<(String, String)>,
}

/// Why a connection ends from this side, without a word to the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CloseReason {
    #[error("frame of {size} bytes, allowed are 8 to {max}")]
    FrameSize { size: i32, max: usize },
    #[error("malformed request header: {0}")]
    Header(&'static str),
    #[error("unknown API key {0}")]
    UnknownApi(i16),
    #[error("{key} version {version} is not served")]
    UnsupportedVersion { key: ApiKey, version: i16 },
    #[error("malformed {key} request of version {version}: {detail}")]
    Malformed { key: ApiKey, version: i16, detail: String },
    #[error("reply cannot be encoded: {0}")]
    Unencodable(String),
    #[error("a produce with acks=0 failed: {0}")]
    SilentProduceFailed(ErrorCode),
    #[error("closed by the client")]
    ByClient,
    #[error(transparent)]
    Socket(io::Error),
}

impl CloseReason {
    /// Whether the client did nothing that an operator should hear of.
    pub fn is_ordinary(&self) -> bool {
        matches!(self, Self::ByClient | Self::Socket(_) | Self::SilentProduceFailed(_))
    }
}

/// The driver of one connection.
pub(crate) struct Connection {
    broker: Arc<Broker>,
    stream: TcpStream,
    state: ConnectionState,
    inbox: Inbox,
    replies: Replies,
    /// The request that waits to be handled, and keeps those behind it waiting.
    held: Option<Held>,
    client_id: Arc<str>,
    /// When bytes were last read from the socket.
    filled: Instant,
    /// When bytes last arrived, in milliseconds of the broker's monotonic clock; read by the idle sweep.
    active_ms: Arc<AtomicU64>,
}

impl Connection {
    pub fn new(
        broker: Arc<Broker>,
        stream: TcpStream,
        state: ConnectionState,
        inbox: Inbox,
        active_ms: Arc<AtomicU64>,
    ) -> Self {
        Self {
            broker,
            stream,
            state,
            inbox,
            replies: Replies::default(),
            held: None,
            client_id: Arc::default(),
            filled: Instant::now(),
            active_ms,
        }
    }

    /// Serves the client until either side has enough; says why it ended.
    pub async fn serve(mut self) -> CloseReason {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        let mut bytes_read = 0;
        loop {
            let inbox_is_drained = self.start_requests(cx);
            let lacked_room = !self.replies.have_room();
            let metrics = &self.broker.metrics.requests;
            if let Poll::Ready(reason) = self.replies.poll_send(cx, &self.stream, metrics) {
                return Poll::Ready(reason);
            }
            if self.replies.take_progress() {
                self.note_activity(Instant::now());
            }
            if !inbox_is_drained {
                // With room all along, a held request keeps the others waiting, and has been polled.
                if lacked_room && self.replies.have_room() {
                    continue;
                }
                return Poll::Pending;
            }
            if bytes_read > POLL_BYTES_MAX {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match ready!(self.inbox.poll_fill(cx, &mut self.stream)) {
                Ok(0) => return Poll::Ready(CloseReason::ByClient),
                Ok(bytes) => {
                    bytes_read += bytes;
                    self.filled = Instant::now();
                    self.note_activity(self.filled);
                }
                Err(error) => return Poll::Ready(CloseReason::Socket(error)),
            }
        }
    }

    /// The client has sent or taken bytes: it is not idle.
    fn note_activity(&self, now: Instant) {
        self.active_ms.store(self.broker.clock.uptime_ms_at(now), Ordering::Relaxed);
    }

    /// Runs stage one of the requests that are here whole, as long as there is room for replies. Returns whether
    /// none is left.
    fn start_requests(&mut self, cx: &mut Context<'_>) -> bool {
        while self.replies.have_room() {
            if let Some(mut held) = self.held.take() {
                if held.when.as_mut().poll(cx).is_pending() {
                    self.held = Some(held);
                    return false;
                }
                self.handle(held.call, held.body);
                continue;
            }
            match self.inbox.next_frame() {
                Ok(Some(frame)) => self.start_request(frame),
                Ok(None) => return true,
                Err(reason) => self.replies.close(reason),
            }
        }
        false
    }

    fn start_request(&mut self, mut frame: BytesMut) {
        let header = match RequestHeader::read(&frame) {
            Ok(header) => header,
            Err(reason) => return self.replies.close(reason),
        };
        let (key, version, correlation_id) = (header.key, header.version, header.correlation_id);
        let Some(api) = api::find(key, version) else {
            return self.replies.close(CloseReason::UnsupportedVersion { key, version });
        };
        let metrics = &self.broker.metrics.requests;
        metrics.begin(api, version, frame.len());
        // A client's id hardly ever changes on a connection.
        if *self.client_id != *header.client_id {
            self.client_id = Arc::from(header.client_id);
        }
        let body = frame.split_off(header.body_starts).freeze();
        self.handle(Call { api, version, correlation_id, arrived: self.filled }, body);
    }

    fn handle(&mut self, call: Call, body: Bytes) {
        let Call { api, version, correlation_id, arrived } = call;
        let spec = &api::SPECS[api];
        let request = Request {
            broker: &self.broker,
            connection: &mut self.state,
            key: spec.key,
            version,
            client_id: &self.client_id,
            body,
        };
        let begun = Instant::now();
        let outcome = match (spec.handle)(request) {
            Outcome::Again { when, body } => {
                self.held = Some(Held { call, body, when });
                return;
            }
            outcome => outcome,
        };
        let handled = Instant::now();
        if outcome.is_parked() {
            self.broker.metrics.requests.park(api, 1);
        }
        let journey = Some(Journey { api, arrived, begun, handled, answered: handled });
        let flexible_header = spec.key.response_header_version(version) >= 1;
        self.replies.push(Slot { correlation_id, flexible_header, outcome, journey });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.replies.abandon(&self.broker.metrics.requests);
    }
}

/// A request without its body.
#[derive(Clone, Copy)]
struct Call {
    /// The place of the API in the table.
    api: usize,
    version: i16,
    correlation_id: i32,
    arrived: Instant,
}

/// A request that is handled once `when` has come.
struct Held {
    call: Call,
    body: Bytes,
    when: Pin<Box<dyn Future<Output = ()> + Send>>,
}
