//! The port for operators and their machines: figures, health, and a look inside. Plain HTTP, off unless an address is
//! given; nothing here changes the cluster, but who can reach it can read topic and group names and set log levels.
//! What it takes of the process is bounded: its clients must not cost Kafka's clients their place.

mod debug;
mod health;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tracing::debug;

use self::health::Ops;
use crate::broker::Broker;
use crate::metrics::Format;

/// What connections may take.
struct Limits {
    /// At a time: a few scrapers, probes and people. More wait to be accepted.
    connections_max: usize,
    /// From the start of a connection, or the end of an answer, to the end of the next request's head.
    header_timeout: Duration,
    /// However it is used, a connection ends after this; a scraper makes a new one.
    connection_time_max: Duration,
}

const LIMITS: Limits = Limits {
    connections_max: 64,
    header_timeout: Duration::from_secs(10),
    connection_time_max: Duration::from_secs(15 * 60),
};
/// How long to wait after an error of `accept` that would come again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What stands behind a port for operators.
pub trait Operated: Send + Sync + 'static {
    /// All figures. May take milliseconds: called on a thread that may block.
    fn scrape(&self, format: Format) -> Result<String, fmt::Error>;

    /// What is broken, if something is; a restart should mend it.
    fn check_health(&self) -> Result<(), String>;

    /// Why nobody should be sent here now, if that is so.
    fn check_readiness(&self) -> Result<(), String>;
}

/// The task that answers. Dropping it closes the port.
#[derive(Debug)]
pub struct OpsServer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl OpsServer {
    /// Takes the address, `host:port`; port 0 takes a free one.
    pub async fn bind(address: &str) -> io::Result<TcpListener> {
        TcpListener::bind(address).await
    }

    /// Serves `router` on a listener from [`OpsServer::bind`].
    pub fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { address, task: tokio::spawn(serve(listener, router, LIMITS)) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns when the port is closed.
    pub async fn close(mut self) {
        self.task.abort();
        // It was cancelled, or had ended before; the port is closed either way.
        let _ = (&mut self.task).await;
    }
}

/// Serves until it is dropped.
async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < limits.connections_max => match accepted {
                Ok((stream, _)) => {
                    let mut http = http1::Builder::new();
                    http.timer(TokioTimer::new()).header_read_timeout(limits.header_timeout);
                    let service = TowerToHyperService::new(router.clone());
                    let served = http.serve_connection(TokioIo::new(stream), service);
                    // A client that leaves or says nonsense ends its own connection.
                    let served = timeout(limits.connection_time_max, served);
                    connections.spawn(async move { drop(served.await) });
                }
                Err(error) => {
                    debug!(%error, "the ops port cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

impl Drop for OpsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// `/metrics`, `/healthz` and `/readyz`.
pub fn router<O: Operated>(operated: Arc<O>) -> Router {
    Router::new()
        .route("/metrics", get(metrics::<O>).layer(Extension(Arc::new(Semaphore::new(1)))))
        .route(
            "/healthz",
            get(|State(operated): State<Arc<O>>| async move { verdict(operated.check_health()) }),
        )
        .route(
            "/readyz",
            get(|State(operated): State<Arc<O>>| async move { verdict(operated.check_readiness()) }),
        )
        .with_state(operated)
}

/// Every path of a broker's ops port.
pub(crate) fn broker_router(broker: Arc<Broker>, stopping: watch::Receiver<bool>) -> Router {
    let debug = Router::new()
        .route("/", get(|| async { INDEX }))
        .route("/debug", get(debug_index))
        .route("/debug/", get(debug_index))
        .route("/debug/broker", get(debug::broker))
        .route("/debug/settings", get(debug::settings))
        .route("/debug/log-level", get(debug::log_level).put(debug::set_log_level))
        .with_state(Arc::clone(&broker));
    router(Arc::new(Ops { broker, stopping })).merge(debug)
}

const INDEX: &str = "\
/metrics           figures for Prometheus
/healthz           200 while the broker works, 503 with the reason while it does not
/readyz            200 while it serves clients, 503 with the reason while it does not
/debug/broker      what it is and what it leads
/debug/settings    settings that were given
/debug/log-level   GET the log filter, PUT another in its place: what it does not name is off
";

async fn debug_index() -> String {
    INDEX.split_inclusive('\n').filter(|line| line.starts_with("/debug")).collect()
}

/// One scrape is made at a time; as many wait as there are connections.
async fn metrics<O: Operated>(
    State(operated): State<Arc<O>>,
    Extension(turns): Extension<Arc<Semaphore>>,
    headers: HeaderMap,
) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let format = accepted.map_or(Format::Prometheus, Format::accepted);
    let failed = |error: &dyn fmt::Display| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"));
    let turn = match turns.acquire_owned().await {
        Ok(turn) => turn,
        Err(closed) => return failed(&closed).into_response(),
    };
    let scrape = move || {
        // Held also when nobody waits for the answer any more.
        let _turn = turn;
        operated.scrape(format)
    };
    match tokio::task::spawn_blocking(scrape).await {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, format.content_type())], text).into_response(),
        Ok(Err(error)) => failed(&error).into_response(),
        Err(error) => failed(&error).into_response(),
    }
}

fn verdict(checked: Result<(), String>) -> (StatusCode, String) {
    match checked {
        Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    async fn says(address: SocketAddr, text: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text).await.unwrap();
        stream
    }

    /// All that is answered until the connection ends.
    async fn heard(mut stream: TcpStream) -> String {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn clients_that_say_half_a_request_make_room() {
        let limits = Limits { connections_max: 2, header_timeout: Duration::from_millis(50), ..LIMITS };
        let listener = OpsServer::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let server = tokio::spawn(serve(listener, router, limits));
        let mut silent = Vec::new();
        for _ in 0..4 {
            silent.push(says(address, b"GET / HTTP/1.1\r\nHost: o").await);
        }
        let last = says(address, b"GET / HTTP/1.1\r\nHost: ops\r\nConnection: close\r\n\r\n").await;
        assert!(heard(last).await.ends_with("hello"));
        for stream in silent {
            let answer = heard(stream).await;
            assert!(!answer.contains("hello"), "{answer}");
        }
        server.abort();
    }

    #[tokio::test]
    async fn a_connection_ends_however_it_is_used() {
        let limits = Limits { connection_time_max: Duration::from_millis(50), ..LIMITS };
        let listener = OpsServer::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let wait = || async { std::future::pending::<&str>().await };
        let server = tokio::spawn(serve(listener, Router::new().route("/", get(wait)), limits));
        let waits = says(address, b"GET / HTTP/1.1\r\nHost: ops\r\n\r\n").await;
        assert_eq!(heard(waits).await, "");
        server.abort();
    }
}
