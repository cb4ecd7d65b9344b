//! A broker's life: start, serve, stop.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use kafkactl_core::settings::{BrokerSettings, Listener, NetworkSettings};
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::server::{BoundListener, ServerLimits};

/// What a broker is started with.
#[derive(Debug, Clone)]
pub struct StartOptions {
    /// Node id, data directories, listeners and everything else.
    pub settings: BrokerSettings,
    /// For a directory that is to be formatted; drawn when absent. A formatted directory must agree with it.
    pub cluster_id: Option<String>,
}

/// Why a broker does not start. Nothing is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {listener}: {source}")]
    Listen { listener: String, source: io::Error },
    #[error("host {host} of listener {listener} has no address")]
    NoAddress { listener: String, host: String },
    #[error("{wanted} open files are needed, the limit is {limit}; raise it with `ulimit -n`")]
    FileLimit { wanted: u64, limit: u64 },
}

/// Descriptors below which a broker does not start: segments, indexes, connections of a small installation.
const OPEN_FILES_MIN: u64 = 512;

/// Raises the soft limit of open files to the hard one, and returns it.
pub(crate) fn raise_file_limit() -> Result<u64, StartError> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current < limit.maximum || (limit.current.is_some() && limit.maximum.is_none()) {
        let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
        // A limit that cannot be raised is judged as it is.
        if setrlimit(Resource::Nofile, raised).is_ok() {
            limit = getrlimit(Resource::Nofile);
        }
    }
    let current = limit.current.unwrap_or(u64::MAX);
    if current < OPEN_FILES_MIN {
        return Err(StartError::FileLimit { wanted: OPEN_FILES_MIN, limit: current });
    }
    Ok(current)
}

/// Takes the addresses of all client listeners.
pub(crate) fn bind_all(
    listeners: &[Listener],
    limits: &ServerLimits,
) -> Result<Vec<BoundListener>, StartError> {
    let bind = |listener: &Listener| {
        let address = address_of(listener)?;
        BoundListener::bind(&listener.name, address, limits)
            .map_err(|source| StartError::Listen { listener: listener.to_string(), source })
    };
    listeners.iter().map(bind).collect()
}

/// An empty host is all interfaces.
fn address_of(listener: &Listener) -> Result<SocketAddr, StartError> {
    let host = if listener.host.is_empty() { "0.0.0.0" } else { &listener.host };
    let no_address = || StartError::NoAddress { listener: listener.to_string(), host: listener.host.clone() };
    (host, listener.port).to_socket_addrs().map_err(|_| no_address())?.next().ok_or_else(no_address)
}

impl ServerLimits {
    pub(crate) fn of(network: &NetworkSettings) -> Self {
        // The kernel's own tuning costs less than Kafka's fixed buffers, so only a size given is set.
        let buffer = |bytes: i32| usize::try_from(bytes).ok().filter(|bytes| *bytes > 0);
        Self {
            frame_bytes_max: network.socket_request_bytes_max,
            idle_ms_max: network.connections_idle_ms_max,
            connections_max: network.connections_max,
            connections_per_ip_max: network.connections_per_ip_max,
            connections_per_ip_overrides: overrides(&network.connections_per_ip_overrides),
            backlog: i32::try_from(network.socket_listen_backlog).unwrap_or(i32::MAX),
            send_buffer_bytes: buffer(network.socket_send_buffer_bytes),
            receive_buffer_bytes: buffer(network.socket_receive_buffer_bytes),
        }
    }
}

/// `address:count` pairs; what is no address is left to the settings' own check.
fn overrides(given: &[String]) -> HashMap<IpAddr, usize> {
    let pair = |text: &String| {
        let (address, count) = text.rsplit_once(':')?;
        Some((address.parse().ok()?, count.parse().ok()?))
    };
    given.iter().filter_map(pair).collect()
}
