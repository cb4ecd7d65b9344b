//! Listeners: bind, accept, count, and let go. One task per listener and one per connection.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kafkactl_core::settings::NetworkSettings;
use parking_lot::Mutex;
use rustix::net::sockopt::{set_tcp_congestion, tcp_congestion};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tracing::{debug, info, warn};

use crate::broker::Broker;
use crate::connection::{BufferPool, Connection, ConnectionState, Inbox};
use crate::log_lines::LogLines;
use crate::metrics::Refused;

/// How long to leave a listener alone after an error of `accept` that would come again at once, such as running out
/// of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a listener allows its connections, for as long as the broker runs.
#[derive(Debug, Clone)]
pub(crate) struct ServerLimits {
    /// `socket.request.max.bytes`.
    pub frame_bytes_max: usize,
    /// `connections.max.idle.ms`; negative is never.
    pub idle_ms_max: i64,
    /// `socket.listen.backlog.size`.
    pub backlog: i32,
    /// `socket.send.buffer.bytes`; `None` leaves it to the kernel's tuning.
    pub send_buffer_bytes: Option<usize>,
    /// `socket.receive.buffer.bytes`; `None` leaves it to the kernel's tuning.
    pub receive_buffer_bytes: Option<usize>,
}

/// A listener that has its address but accepts nobody yet.
#[derive(Debug)]
pub(crate) struct BoundListener {
    pub name: Arc<str>,
    pub address: SocketAddr,
    socket: TcpListener,
    /// The system's congestion control, for peers on other machines.
    system_congestion: String,
}

impl BoundListener {
    /// Takes the address; port 0 takes a free one.
    ///
    /// Connections are born with a congestion control for the loopback. BBR would pace even that, which triples the
    /// cost of sendfile, and a socket that was ever paced stays so, whatever it is told later.
    pub fn bind(name: &str, address: SocketAddr, limits: &ServerLimits) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        // A broker that restarts must not wait for the old connections to time out.
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        if let Some(bytes) = limits.receive_buffer_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        let system_congestion = tcp_congestion(&socket)?;
        // cubic is not open to every user.
        set_tcp_congestion(&socket, "cubic").or_else(|_| set_tcp_congestion(&socket, "reno"))?;
        socket.bind(&address.into())?;
        socket.listen(limits.backlog)?;
        let socket = TcpListener::from_std(socket.into())?;
        Ok(Self { name: name.into(), address: socket.local_addr()?, socket, system_congestion })
    }
}

/// The tasks that accept connections and, below them, the connections. Dropping it closes everything.
pub(crate) struct Server {
    door: Arc<Door>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Server {
    /// Starts to accept. Needs the runtime.
    pub fn start(broker: &Arc<Broker>, listeners: Vec<BoundListener>, limits: ServerLimits) -> Self {
        let door = Arc::new(Door {
            broker: Arc::clone(broker),
            limits,
            buffers: Arc::default(),
            guests: Mutex::default(),
            close_lines: LogLines::default(),
        });
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for listener in listeners {
            tasks.spawn(accept(listener, Arc::clone(&door), stopped.clone()));
        }
        tasks.spawn(sweep_idle(Arc::clone(&door), stopped));
        Self { door, stop, tasks }
    }

    /// Accepts nobody any more and ends every connection between two steps of its task: what a request began in
    /// stage one is done, what waits is answered to nobody. Returns when all have ended.
    pub async fn shut_down(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        if let Some(left_out) = self.door.close_lines.rest() {
            warn!(left_out, "closed connections, each without a line");
        }
    }
}

/// Accepts until told to stop, then ends its connections.
async fn accept(listener: BoundListener, door: Arc<Door>, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let mut failures = 0_u64;
    loop {
        tokio::select! {
            accepted = listener.socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    if std::mem::take(&mut failures) > 1 {
                        info!(listener = %listener.name, "connections are accepted again");
                    }
                    door.admit(&listener, stream, peer, &mut connections);
                }
                Err(error) => {
                    failures += 1;
                    // Running out of file descriptors lasts, and fails every time.
                    if failures == 1 {
                        warn!(listener = %listener.name, %error, "cannot accept a connection");
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = stop_of(&mut stopped) => break,
        }
    }
    connections.shutdown().await;
}

/// Waits for the server to be told to stop, or to be dropped.
async fn stop_of(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Ends connections that have been silent for `connections.max.idle.ms`.
async fn sweep_idle(door: Arc<Door>, mut stopped: watch::Receiver<bool>) {
    let Ok(idle_ms_max) = u64::try_from(door.limits.idle_ms_max) else { return };
    let period = Duration::from_millis((idle_ms_max / 10).clamp(100, 60_000));
    while tokio::time::timeout(period, stop_of(&mut stopped)).await.is_err() {
        let now_ms = door.broker.clock.uptime_ms();
        let guests = door.guests.lock();
        for guest in guests.by_id.values() {
            if now_ms.saturating_sub(guest.active_ms.load(Ordering::Relaxed)) > idle_ms_max {
                door.broker.metrics.connections.refused(Refused::Idle);
                guest.end();
            }
        }
    }
}

/// What the accepting tasks share.
struct Door {
    broker: Arc<Broker>,
    limits: ServerLimits,
    buffers: Arc<BufferPool>,
    guests: Mutex<Guests>,
    close_lines: LogLines,
}

/// The connections that are open.
#[derive(Default)]
struct Guests {
    next_id: u64,
    by_id: HashMap<u64, Guest>,
    per_ip: HashMap<IpAddr, usize>,
}

struct Guest {
    ip: IpAddr,
    /// When bytes last moved either way, in milliseconds of the broker's monotonic clock.
    active_ms: Arc<AtomicU64>,
    /// `None` until the task is spawned.
    task: Option<AbortHandle>,
}

impl Guest {
    fn end(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Door {
    /// Starts a connection's task, or closes the connection where a limit says so (H16).
    fn admit(
        self: &Arc<Self>,
        listener: &BoundListener,
        stream: TcpStream,
        peer: SocketAddr,
        connections: &mut JoinSet<()>,
    ) {
        let ip = peer.ip().to_canonical();
        let settings = self.broker.settings();
        let mut guests = self.guests.lock();
        let of_ip = guests.per_ip.get(&ip).copied().unwrap_or(0);
        if of_ip >= connections_of_ip_max(&settings.network, ip) {
            drop(guests);
            self.broker.metrics.connections.refused(Refused::PerAddress);
            return self.log_close(peer, &format_args!("{of_ip} connections of {ip} are open, the limit"));
        }
        let ended = guests.make_room(settings.network.connections_max);
        for _ in 0..ended {
            self.broker.metrics.connections.refused(Refused::Total);
        }
        if ended > 0
            && let Some(left_out) = self.close_lines.admit(self.broker.clock.now_ms())
        {
            warn!(%peer, ended, left_out, "max.connections are open: those that were silent longest make room");
        }
        if let Err(error) = self.tune(listener, &stream, peer) {
            debug!(%peer, %error, "socket options cannot be set");
        }
        let id = guests.next_id;
        guests.next_id += 1;
        *guests.per_ip.entry(ip).or_default() += 1;
        let active_ms = Arc::new(AtomicU64::new(self.broker.clock.uptime_ms()));
        let state = ConnectionState { listener: Arc::clone(&listener.name), peer, client_software: None };
        let inbox = Inbox::new(Arc::clone(&self.buffers), self.limits.frame_bytes_max);
        let connection =
            Connection::new(Arc::clone(&self.broker), stream, state, inbox, Arc::clone(&active_ms));
        guests.by_id.insert(id, Guest { ip, active_ms, task: None });
        // A runtime that shuts down drops a new task at once, and its place on the books with it.
        drop(guests);
        self.broker.metrics.connections.opened();
        let leaving = Leaving { door: Arc::clone(self), id };
        let task = connections.spawn(async move {
            let leaving = leaving;
            let reason = connection.serve().await;
            if !reason.is_ordinary() {
                leaving.door.broker.metrics.connections.closed_for_cause();
                leaving.door.log_close(peer, &reason);
            }
        });
        if let Some(guest) = self.guests.lock().by_id.get_mut(&id) {
            guest.task = Some(task);
        }
    }

    fn tune(&self, listener: &BoundListener, stream: &TcpStream, peer: SocketAddr) -> io::Result<()> {
        stream.set_nodelay(true)?;
        if let Some(bytes) = self.limits.send_buffer_bytes {
            SockRef::from(stream).set_send_buffer_size(bytes)?;
        }
        if !peer.ip().to_canonical().is_loopback() {
            set_tcp_congestion(stream, &listener.system_congestion)?;
        }
        Ok(())
    }

    /// Says why a connection was closed, but never floods the log.
    fn log_close(&self, peer: SocketAddr, reason: &dyn fmt::Display) {
        match self.close_lines.admit(self.broker.clock.now_ms()) {
            Some(0) => warn!(%peer, %reason, "closed a connection"),
            Some(left_out) => warn!(%peer, %reason, left_out, "closed a connection"),
            None => {}
        }
    }
}

impl Guests {
    /// Ends those that have been silent longest until one more keeps to `max.connections`, which may have been lowered.
    /// Says how many.
    fn make_room(&mut self, connections_max: usize) -> usize {
        let excess = (self.by_id.len() + 1).saturating_sub(connections_max);
        if excess == 0 {
            return 0;
        }
        let activity = |(&id, guest): (&u64, &Guest)| (guest.active_ms.load(Ordering::Relaxed), id);
        let mut by_activity: Vec<(u64, u64)> = self.by_id.iter().map(activity).collect();
        by_activity.sort_unstable();
        by_activity.truncate(excess);
        for (_, id) in &by_activity {
            self.by_id[id].end();
            self.remove(*id);
        }
        by_activity.len()
    }

    /// Takes a connection off the books.
    fn remove(&mut self, id: u64) {
        let Some(guest) = self.by_id.remove(&id) else { return };
        if let Entry::Occupied(mut count) = self.per_ip.entry(guest.ip) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// The limit of an address: its own in `max.connections.per.ip.overrides`, else `max.connections.per.ip`. Overrides of
/// host names, which would have to be looked up for every connection, are left out.
fn connections_of_ip_max(settings: &NetworkSettings, ip: IpAddr) -> usize {
    let own = |pair: &String| {
        let (address, count) = pair.rsplit_once(':')?;
        let is_own = address.trim().parse() == Ok(ip);
        count.trim().parse().ok().filter(|_| is_own)
    };
    // Of an address that is named twice the last counts.
    settings
        .connections_per_ip_overrides
        .iter()
        .rev()
        .find_map(own)
        .unwrap_or(settings.connections_per_ip_max)
}

/// Takes a connection off the books when its task ends, however it ends.
struct Leaving {
    door: Arc<Door>,
    id: u64,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.door.guests.lock().remove(self.id);
        self.door.broker.metrics.connections.ended();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::settings::{BrokerSettings, Properties};

    #[test]
    fn the_longest_silent_make_room() {
        let ip = IpAddr::from([127, 0, 0, 1]);
        let guests = |active_ms: &[u64]| {
            let guest = |&ms: &u64| Guest { ip, active_ms: Arc::new(AtomicU64::new(ms)), task: None };
            let by_id: HashMap<u64, Guest> = (0..).zip(active_ms.iter().map(guest)).collect();
            Guests { next_id: 9, per_ip: HashMap::from([(ip, by_id.len())]), by_id }
        };
        // When each of them was active last, the limit for one more, and who stays.
        let cases: [(&[u64], usize, &[u64]); 6] = [
            (&[5, 3, 4], 4, &[0, 1, 2]),
            (&[5, 3, 4], 3, &[0, 2]),
            (&[5, 3, 4], 2, &[0]),
            (&[5, 3, 4], 0, &[]),
            (&[3, 3], 2, &[1]),
            (&[], 1, &[]),
        ];
        for (active_ms, connections_max, expected) in cases {
            let mut guests = guests(active_ms);
            let ended = guests.make_room(connections_max);
            let mut left: Vec<u64> = guests.by_id.keys().copied().collect();
            left.sort_unstable();
            assert_eq!(left, expected, "{active_ms:?} {connections_max}");
            assert_eq!(ended, active_ms.len() - expected.len());
            assert_eq!(guests.per_ip.get(&ip).copied().unwrap_or(0), expected.len());
        }
    }

    #[tokio::test]
    async fn connections_are_born_unpaced() {
        let settings = BrokerSettings::load(&Properties::default(), &[]).unwrap().0;
        let listener =
            BoundListener::bind("PLAINTEXT", ([127, 0, 0, 1], 0).into(), &ServerLimits::of(&settings))
                .unwrap();
        let of_listener = tcp_congestion(&listener.socket).unwrap();
        assert!(["cubic", "reno"].contains(&of_listener.as_str()), "{of_listener}");
        let (_client, accepted) =
            tokio::join!(TcpStream::connect(listener.address), listener.socket.accept());
        assert_eq!(tcp_congestion(accepted.unwrap().0).unwrap(), of_listener);
    }
}
