//! The port for operators and their machines: figures, health, and a look inside. Plain HTTP, off unless an address is
//! given; nothing here changes the cluster, but who can reach it can read topic and group names and set log levels.

mod debug;
mod health;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::error;

use self::health::Ops;
use crate::broker::Broker;
use crate::metrics::Format;

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
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                error!(%error, "the ops port is closed");
            }
        });
        Ok(Self { address, task })
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

impl Drop for OpsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// `/metrics`, `/healthz` and `/readyz`.
pub fn router<O: Operated>(operated: Arc<O>) -> Router {
    Router::new()
        .route("/metrics", get(metrics::<O>))
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
/debug/log-level   GET the log filter, PUT a new one
";

async fn metrics<O: Operated>(State(operated): State<Arc<O>>, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let format = accepted.map_or(Format::Prometheus, Format::accepted);
    let failed = |error: &dyn fmt::Display| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"));
    match tokio::task::spawn_blocking(move || operated.scrape(format)).await {
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
