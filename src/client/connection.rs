//! One connection to one broker: requests leave in the order they were given, answers come back in that order.
//!
//! A task owns the stream. It ends once the last handle is dropped and what was queued is answered. It also ends,
//! and every waiting request fails, when a request is not answered in time, and at the first byte that cannot be
//! right: an answer nobody asked for, a frame out of bounds. A connection is never used again after that.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tracing::{debug, info};

use super::{ClientConfig, ClientError, Endpoint, Found, Transport, Versions, transport};
use crate::wire::frame::{FrameDecoder, FrameError, encode_request};
use crate::wire::messages::{ApiVersionsRequest, ApiVersionsResponse, Request};
use crate::wire::{ApiKey, ErrorCode, RequestHeader, ResponseHeader, StrBytes, decode_response};

/// Requests written and not yet answered; more wait in line without being written.
pub const IN_FLIGHT_MAX: usize = 64;
/// Requests waiting to be written; more wait in their callers.
const WAITING_MAX: usize = 16;
/// Bytes that may wait in the outbox before more requests are taken in.
const OUTBOX_BYTES_MAX: usize = 1 << 20;
/// No answer may be larger; as `socket.request.max.bytes` of brokers (100 MiB), with room for one fetch of 55 MB
/// whose first batch exceeds it.
pub const RESPONSE_BYTES_MAX: usize = 200 << 20;
/// Free space to offer a read, so that small answers cost one system call.
const READ_BYTES_MIN: usize = 16 << 10;
/// As much of an announced frame as is reserved before it arrives: a lying length costs no more.
const READ_BYTES_MAX: usize = 1 << 20;

/// Once nobody holds the connection any more: for what was queued to be written and answered.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

const SOFTWARE_NAME: &str = "kafkactl";
const SOFTWARE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A handle on an open connection. Clones share it.
#[derive(Debug, Clone)]
pub struct Connection {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    endpoint: Endpoint,
    client_id: StrBytes,
    request_timeout: Duration,
    versions: Versions,
    correlation_id: AtomicI32,
    outgoing: mpsc::Sender<Outgoing>,
}

/// A request on its way to the task that owns the stream.
#[derive(Debug)]
struct Outgoing {
    frame: Bytes,
    correlation_id: i32,
    timeout: Duration,
    api: ApiKey,
    version: i16,
    /// `None` for the one request that brokers do not answer: Produce with acks 0.
    reply: Option<oneshot::Sender<Result<Bytes, ClientError>>>,
}

/// A request that was written and waits for its answer.
#[derive(Debug)]
struct InFlight {
    correlation_id: i32,
    deadline: Instant,
    timeout: Duration,
    api: ApiKey,
    version: i16,
    request_bytes: usize,
    reply: oneshot::Sender<Result<Bytes, ClientError>>,
}

impl InFlight {
    fn log(&self, endpoint: &Endpoint, response_bytes: usize) {
        let Self { api, version, request_bytes, .. } = self;
        // Written `timeout` before the deadline.
        let took_us =
            (Instant::now() + self.timeout).saturating_duration_since(self.deadline).as_micros() as u64;
        debug!(%endpoint, %api, version, request_bytes, response_bytes, took_us, "answered");
    }
}

impl Connection {
    /// Connects and asks the broker what it speaks.
    pub async fn open(endpoint: &Endpoint, config: &ClientConfig) -> Result<Self, ClientError> {
        let stream = transport::connect(endpoint, config.connect_timeout).await.map_err(|source| {
            ClientError::Connect { endpoint: endpoint.clone(), source: Arc::new(source) }
        })?;
        Self::start(endpoint, config, stream).await
    }

    /// As [`open`](Self::open), over a stream that is already there.
    pub(super) async fn start(
        endpoint: &Endpoint,
        config: &ClientConfig,
        stream: impl Transport,
    ) -> Result<Self, ClientError> {
        let began = Instant::now();
        let (outgoing, requests) = mpsc::channel(WAITING_MAX);
        let (reader, writer) = split(stream);
        let driver = Driver {
            endpoint: endpoint.clone(),
            requests,
            reader,
            writer,
            outbox: BytesMut::new(),
            inbox: FrameDecoder::new(RESPONSE_BYTES_MAX),
            in_flight: VecDeque::new(),
        };
        tokio::spawn(driver.run());
        let mut shared = Shared {
            endpoint: endpoint.clone(),
            client_id: StrBytes::from_string(config.client_id.clone()),
            request_timeout: config.request_timeout,
            versions: Versions::default(),
            correlation_id: AtomicI32::new(0),
            outgoing,
        };
        shared.versions = shared.negotiate().await?;
        info!(%endpoint, took_ms = began.elapsed().as_millis() as u64, "connected");
        Ok(Self { shared: Arc::new(shared) })
    }

    /// This connection if it is one to a broker.
    pub(super) fn into_broker(self) -> Result<Self, ClientError> {
        match Found::by_versions(self.versions()) {
            Some(found) => Err(ClientError::NotABroker { endpoint: self.endpoint().clone(), found }),
            None => Ok(self),
        }
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    pub fn versions(&self) -> &Versions {
        &self.shared.versions
    }

    /// Whether the next request would fail for sure.
    pub fn is_closed(&self) -> bool {
        self.shared.outgoing.is_closed()
    }

    /// The version in which `R` will be spoken here; `Unsupported` when there is none.
    pub fn version_of<R: Request>(&self) -> Result<i16, ClientError> {
        self.version_within::<R>(i16::MIN, i16::MAX)
    }

    /// As [`version_of`](Self::version_of), not below `min` nor above `max`.
    pub fn version_within<R: Request>(&self, min: i16, max: i16) -> Result<i16, ClientError> {
        let api = api_of::<R>();
        let ours = R::VERSIONS.min.max(min)..=R::VERSIONS.max.min(max);
        self.shared.versions.best(api, ours).ok_or_else(|| ClientError::Unsupported {
            endpoint: self.shared.endpoint.clone(),
            api,
            offered: self
                .shared
                .versions
                .range(api)
                .map(|range| format!(" (it offers {} to {})", range.start(), range.end())),
        })
    }

    /// Sends `request` in the best version and waits for the answer within the configured time.
    pub async fn call<R: Request>(&self, request: &R) -> Result<R::Response, ClientError> {
        let version = self.version_of::<R>()?;
        self.call_version(request, version, Duration::ZERO).await
    }

    /// As [`call`](Self::call), in a version the caller chose. `patience` is added to the time to answer, for
    /// requests that the broker may hold back that long.
    pub async fn call_version<R: Request>(
        &self,
        request: &R,
        version: i16,
        patience: Duration,
    ) -> Result<R::Response, ClientError> {
        self.shared.enqueue(request, version, self.shared.request_timeout + patience).await?.wait().await
    }

    /// Queues `request` and returns once it has its place in the order of this connection.
    pub(super) async fn enqueue<R: Request>(
        &self,
        request: &R,
        version: i16,
        timeout: Duration,
    ) -> Result<Answer<R>, ClientError> {
        self.shared.enqueue(request, version, timeout).await
    }

    /// Queues a request that gets no answer.
    pub(super) async fn enqueue_unanswered<R: Request>(
        &self,
        request: &R,
        version: i16,
    ) -> Result<(), ClientError> {
        self.shared.put(request, version, self.shared.request_timeout, None).await
    }
}

impl Shared {
    /// ApiVersions in the newest version; a broker that does not know it answers in version 0 and names the one
    /// it knows (KIP-511).
    async fn negotiate(&self) -> Result<Versions, ClientError> {
        let newest = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str(SOFTWARE_NAME))
            .with_client_software_version(StrBytes::from_static_str(SOFTWARE_VERSION));
        let mut version = *ApiKey::ApiVersions.versions().end();
        loop {
            let plain = ApiVersionsRequest::default();
            let request = if version >= 3 { &newest } else { &plain };
            let (reply, answer) = oneshot::channel();
            self.put(request, version, self.request_timeout, Some(reply)).await?;
            let mut body = answer.await.map_err(|_| self.gone())??;
            let code = body.first_chunk().map_or(ErrorCode::None.code(), |code| i16::from_be_bytes(*code));
            let refused = code == ErrorCode::UnsupportedVersion.code();
            let response: ApiVersionsResponse =
                decode_response(ApiKey::ApiVersions, if refused { 0 } else { version }, &mut body)
                    .map_err(|error| bad_response(&self.endpoint, ApiKey::ApiVersions, error))?;
            if !refused {
                ClientError::check(format!("connecting to {}", self.endpoint), response.error_code, None)?;
                return Ok(Versions::from_response(&response));
            }
            let offered = Versions::from_response(&response).best(ApiKey::ApiVersions, 0..=version - 1);
            version = match (version, offered) {
                (0, _) => {
                    let reason = "it refuses the oldest ApiVersions request".to_owned();
                    return Err(ClientError::Disconnected { endpoint: self.endpoint.clone(), reason });
                }
                (_, Some(offered)) => offered,
                (_, None) => 0,
            };
        }
    }

    async fn enqueue<R: Request>(
        &self,
        request: &R,
        version: i16,
        timeout: Duration,
    ) -> Result<Answer<R>, ClientError> {
        let (reply, body) = oneshot::channel();
        self.put(request, version, timeout, Some(reply)).await?;
        Ok(Answer { body, endpoint: self.endpoint.clone(), version, request: PhantomData })
    }

    async fn put<R: Request>(
        &self,
        request: &R,
        version: i16,
        timeout: Duration,
        reply: Option<oneshot::Sender<Result<Bytes, ClientError>>>,
    ) -> Result<(), ClientError> {
        let api = api_of::<R>();
        let correlation_id = self.correlation_id.fetch_add(1, Ordering::Relaxed) & i32::MAX;
        let header = RequestHeader {
            api_key: api.key(),
            api_version: version,
            correlation_id,
            client_id: Some(self.client_id.clone()),
        };
        let mut frame = BytesMut::new();
        encode_request(&header, request, &mut frame).map_err(|error| ClientError::BadRequest {
            api,
            version,
            reason: error.to_string(),
        })?;
        let outgoing = Outgoing { frame: frame.freeze(), correlation_id, timeout, api, version, reply };
        self.outgoing.send(outgoing).await.map_err(|_| self.gone())
    }

    fn gone(&self) -> ClientError {
        disconnected(&self.endpoint, "it was closed before")
    }
}

/// Every request that is sent has a key of the version table; kafka-protocol's few others are never sent.
fn api_of<R: Request>() -> ApiKey {
    ApiKey::from_key(R::KEY).expect("a request type of this build has a known key")
}

/// The answer to a request that has been queued; it comes, or fails, whether or not anybody waits.
#[derive(Debug)]
pub(super) struct Answer<R> {
    body: oneshot::Receiver<Result<Bytes, ClientError>>,
    endpoint: Endpoint,
    version: i16,
    request: PhantomData<fn() -> R>,
}

impl<R: Request> Answer<R> {
    pub(super) async fn wait(self) -> Result<R::Response, ClientError> {
        let body = self.body.await;
        let mut body =
            body.map_err(|_| disconnected(&self.endpoint, "it was closed before the answer came"))??;
        let api = api_of::<R>();
        decode_response(api, self.version, &mut body)
            .map_err(|error| bad_response(&self.endpoint, api, error))
    }
}

fn disconnected(endpoint: &Endpoint, reason: impl ToString) -> ClientError {
    ClientError::Disconnected { endpoint: endpoint.clone(), reason: reason.to_string() }
}

fn no_frame(endpoint: &Endpoint, bytes: &[u8], error: FrameError) -> ClientError {
    match Found::by_bytes(bytes) {
        Some(found) => ClientError::NotABroker { endpoint: endpoint.clone(), found },
        None => disconnected(endpoint, error),
    }
}

fn bad_response(endpoint: &Endpoint, api: ApiKey, reason: impl ToString) -> ClientError {
    ClientError::BadResponse { endpoint: endpoint.clone(), api, reason: reason.to_string() }
}

struct Driver<S> {
    endpoint: Endpoint,
    requests: mpsc::Receiver<Outgoing>,
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    outbox: BytesMut,
    inbox: FrameDecoder,
    in_flight: VecDeque<InFlight>,
}

impl<S: Transport> Driver<S> {
    async fn run(mut self) {
        let (error, culprit) = self.serve().await;
        info!(endpoint = %self.endpoint, reason = %error, "the connection ends");
        self.requests.close();
        if let Some(culprit) = culprit {
            // A caller that stopped waiting does not mind.
            let _ = culprit.reply.send(Err(error.clone()));
        }
        let reason = match &error {
            ClientError::Disconnected { .. } | ClientError::NotABroker { .. } => error,
            other => disconnected(&self.endpoint, other),
        };
        for waiting in self.in_flight.drain(..) {
            let _ = waiting.reply.send(Err(reason.clone()));
        }
        while let Some(unsent) = self.requests.recv().await {
            if let Some(reply) = unsent.reply {
                let _ = reply.send(Err(reason.clone()));
            }
        }
        let _ = self.writer.shutdown().await;
    }

    /// Runs until the connection is of no further use; says why, and which request is to blame.
    async fn serve(&mut self) -> (ClientError, Option<InFlight>) {
        let mut closing: Option<Instant> = None;
        loop {
            if closing.is_some_and(|until| self.is_idle() || until <= Instant::now()) {
                return (ClientError::Closed, None);
            }
            let has_room = self.in_flight.len() < IN_FLIGHT_MAX && self.outbox.len() < OUTBOX_BYTES_MAX;
            let deadlines = self.in_flight.iter().map(|request| request.deadline);
            let first_deadline = deadlines.chain(closing).min();
            let target = self.inbox.inbox();
            if target.capacity() - target.len() < READ_BYTES_MIN {
                target.reserve(READ_BYTES_MIN);
            }
            tokio::select! {
                request = self.requests.recv(), if has_room && closing.is_none() => match request {
                    Some(request) => self.take_in(request),
                    None => closing = Some(Instant::now() + CLOSE_TIMEOUT),
                },
                written = self.writer.write_buf(&mut self.outbox), if self.outbox.has_remaining() => {
                    match written {
                        Ok(0) => return (disconnected(&self.endpoint, "it takes no more bytes"), None),
                        Ok(_) => {}
                        Err(error) => return (disconnected(&self.endpoint, error), None),
                    }
                }
                read = self.reader.read_buf(self.inbox.inbox()) => {
                    let answered = match read {
                        Ok(0) => Err(disconnected(&self.endpoint, "the broker closed it")),
                        Ok(_) => self.answer_whole_frames(),
                        Err(error) => Err(disconnected(&self.endpoint, error)),
                    };
                    if let Err(error) = answered {
                        return (error, None);
                    }
                }
                () = sleep_until(first_deadline.unwrap_or_else(Instant::now)), if first_deadline.is_some() => {
                    if let Some(late) = self.take_expired() {
                        return late;
                    }
                }
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.outbox.is_empty() && self.in_flight.is_empty()
    }

    fn take_in(&mut self, request: Outgoing) {
        let request_bytes = request.frame.len();
        if self.outbox.is_empty() && self.outbox.capacity() < request.frame.len() {
            // A large produce becomes the outbox instead of being copied into it.
            self.outbox = BytesMut::from(request.frame);
        } else {
            self.outbox.extend_from_slice(&request.frame);
        }
        if let Some(reply) = request.reply {
            self.in_flight.push_back(InFlight {
                correlation_id: request.correlation_id,
                deadline: Instant::now() + request.timeout,
                timeout: request.timeout,
                api: request.api,
                version: request.version,
                request_bytes,
                reply,
            });
        } else {
            debug!(endpoint = %self.endpoint, api = %request.api, version = request.version, request_bytes, "sent");
        }
    }

    fn answer_whole_frames(&mut self) -> Result<(), ClientError> {
        let endpoint = &self.endpoint;
        while let Some(mut frame) =
            self.inbox.next_frame().map_err(|error| no_frame(endpoint, self.inbox.inbox(), error))?
        {
            let Some(request) = self.in_flight.pop_front() else {
                return Err(disconnected(endpoint, "the broker sent an answer that nobody asked for"));
            };
            let header = ResponseHeader::decode(request.api, request.version, &mut frame);
            request.log(endpoint, frame.len());
            let outcome = match header {
                Ok(header) if header.correlation_id == request.correlation_id => Ok(frame),
                Ok(header) => Err(format!(
                    "the answer to request {} came where that to {} ({}) was due",
                    header.correlation_id, request.correlation_id, request.api
                )),
                Err(error) => Err(error.to_string()),
            };
            let outcome = outcome.map_err(|reason| disconnected(endpoint, reason));
            let failure = outcome.as_ref().err().cloned();
            // A caller that stopped waiting does not mind.
            let _ = request.reply.send(outcome);
            if let Some(error) = failure {
                return Err(error);
            }
        }
        let missing = self.inbox.bytes_missing();
        let missing = missing.map_err(|error| no_frame(endpoint, self.inbox.inbox(), error))?;
        self.inbox.inbox().reserve(missing.min(READ_BYTES_MAX));
        Ok(())
    }

    fn take_expired(&mut self) -> Option<(ClientError, Option<InFlight>)> {
        let now = Instant::now();
        let index = self.in_flight.iter().position(|request| request.deadline <= now)?;
        let late = self.in_flight.remove(index)?;
        let error = ClientError::RequestTimeout {
            endpoint: self.endpoint.clone(),
            api: late.api,
            timeout_ms: late.timeout.as_millis() as u64,
        };
        Some((error, Some(late)))
    }
}

#[cfg(test)]
mod tests;
