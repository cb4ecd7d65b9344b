//! Clients that come and go.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::page::Page;

#[derive(Debug, Default)]
pub(crate) struct ConnectionMetrics {
    open: AtomicI64,
    accepted: AtomicU64,
    closed_for_cause: AtomicU64,
    refused: [AtomicU64; Refused::ALL.len()],
}

/// Why a connection was not taken, or ended, to keep a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// `max.connections.per.ip`.
    PerAddress,
    /// `max.connections`: the one that was silent longest went.
    Total,
    /// `connections.max.idle.ms`.
    Idle,
}

impl Refused {
    const ALL: [(Self, &'static str); 3] =
        [(Self::PerAddress, "per_address"), (Self::Total, "total"), (Self::Idle, "idle")];
}

impl ConnectionMetrics {
    pub fn opened(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub fn ended(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// Closed from this side for what the client sent.
    pub fn closed_for_cause(&self) {
        self.closed_for_cause.fetch_add(1, Ordering::Relaxed);
    }

    pub fn refused(&self, limit: Refused) {
        self.refused[limit as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        page.gauge("kafka_connections", "Open client connections", self.open.load(Ordering::Relaxed))?;
        page.counter("kafka_connections_accepted", "Connections taken", load(&self.accepted))?;
        page.counter(
            "kafka_connections_closed_for_cause",
            "Connections closed from this side for what the client sent",
            load(&self.closed_for_cause),
        )?;
        let refused = Refused::ALL
            .iter()
            .map(|&(limit, name)| ([("limit", name)], load(&self.refused[limit as usize])));
        page.counters("kafka_connections_refused", "Connections refused or ended to keep a limit", refused)
    }
}

fn load(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}
