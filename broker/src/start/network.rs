//! From the listener settings to sockets and to the addresses that clients are told.

use std::net::{SocketAddr, ToSocketAddrs};

use kafkactl_core::settings::{BrokerSettings, Listener, NetworkSettings};

use super::{ListenAddress, StartError};
use crate::cluster::image::Endpoint;
use crate::server::{BoundListener, ServerLimits};

/// Connections the system may hold ready, unless a number is given: Kafka's 50 turns a burst of clients away.
const BACKLOG: i32 = 1024;

/// Takes the addresses of all client listeners.
pub(super) fn bind_all(
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
    let mut addresses = (host, listener.port).to_socket_addrs().map_err(|_| no_address())?;
    addresses.next().ok_or_else(no_address)
}

/// What clients are told to connect to: the advertised address, or the one listened on. A port of 0 stands for the
/// one that was found.
pub(super) fn endpoints(network: &NetworkSettings, bound: &[BoundListener]) -> Vec<Endpoint> {
    let endpoint = |(listener, bound): (&Listener, &BoundListener)| {
        let advertised = network.advertised_listeners.iter().find(|it| it.name == listener.name);
        let shown = advertised.unwrap_or(listener);
        Endpoint {
            listener: listener.name.clone(),
            host: host_to_show(&shown.host),
            port: if shown.port == 0 { bound.address.port() } else { shown.port },
            security_protocol: listener.protocol.code(),
        }
    };
    network.listeners.iter().zip(bound).map(endpoint).collect()
}

/// Nobody can connect to "all interfaces", so the machine's own name stands for it (I11).
fn host_to_show(host: &str) -> String {
    match host {
        "" | "0.0.0.0" | "::" => rustix::system::uname().nodename().to_string_lossy().into_owned(),
        host => host.to_owned(),
    }
}

impl From<&BoundListener> for ListenAddress {
    fn from(bound: &BoundListener) -> Self {
        Self { listener: bound.name.to_string(), address: bound.address }
    }
}

impl ServerLimits {
    pub(crate) fn of(settings: &BrokerSettings) -> Self {
        let network = &settings.network;
        // The kernel's own tuning costs less than Kafka's fixed sizes, so only a size that was given is set.
        let buffer = |name, bytes: i32| {
            usize::try_from(bytes).ok().filter(|bytes| *bytes > 0 && settings.is_set(name))
        };
        let backlog = i32::try_from(network.socket_listen_backlog).unwrap_or(i32::MAX);
        Self {
            frame_bytes_max: network.socket_request_bytes_max,
            idle_ms_max: network.connections_idle_ms_max,
            backlog: if settings.is_set("socket.listen.backlog.size") { backlog } else { BACKLOG },
            send_buffer_bytes: buffer("socket.send.buffer.bytes", network.socket_send_buffer_bytes),
            receive_buffer_bytes: buffer("socket.receive.buffer.bytes", network.socket_receive_buffer_bytes),
        }
    }
}
