//! How the controller's thread fares, and the metadata log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::histogram::Histogram;
use super::page::Page;
use crate::cluster::controller::QuorumView;

/// What the controller has been at since it started.
#[derive(Debug, Default)]
pub(crate) struct ControllerCounts {
    queued: Histogram,
    processed: Histogram,
    committed: Histogram,
    timed_out: AtomicU64,
    errors: [AtomicU64; MetadataError::ALL.len()],
}

/// What went wrong with the metadata log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MetadataError {
    /// A record that cannot be replayed was written; nothing more is.
    Replay,
    /// An append or a sync failed.
    Write,
    /// A snapshot could not be written, or the log before one not be removed.
    Snapshot,
}

impl MetadataError {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Replay, "replay"), (Self::Write, "write"), (Self::Snapshot, "snapshot")];
}

impl ControllerCounts {
    /// An order's turn has come.
    pub fn taken_up(&self, waited: Duration) {
        self.queued.record(waited);
    }

    /// An order was decided on and what was decided written, or refused.
    pub fn processed(&self, took: Duration) {
        self.processed.record(took);
    }

    /// What was written is committed and everybody here knows of it.
    pub fn committed(&self, took: Duration) {
        self.committed.record(took);
    }

    /// An order's turn came too late.
    pub fn timed_out(&self) {
        self.timed_out.fetch_add(1, Ordering::Relaxed);
    }

    pub fn failed(&self, error: MetadataError) {
        self.errors[error as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub fn failures(&self, error: MetadataError) -> u64 {
        self.errors[error as usize].load(Ordering::Relaxed)
    }

    fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        let times = [
            ("kafka_controller_queue_seconds", "Time requests waited for the controller", &self.queued),
            (
                "kafka_controller_processing_seconds",
                "Time the controller took to decide on a request and to write what it decided",
                &self.processed,
            ),
            (
                "kafka_quorum_commit_seconds",
                "Time until what was written to the metadata log was on disk and known here",
                &self.committed,
            ),
        ];
        for (name, help, times) in times {
            page.histogram(name, help, times.recorded())?;
        }
        page.counter(
            "kafka_controller_timeouts",
            "Requests that had given up when the controller came to them",
            self.timed_out.load(Ordering::Relaxed),
        )?;
        let errors = MetadataError::ALL.map(|(error, name)| ([("during", name)], self.failures(error)));
        page.counters("kafka_metadata_errors", "Failures to write, replay or cut the metadata log", errors)
    }
}

pub(super) fn write(
    quorum: &QuorumView,
    counts: &ControllerCounts,
    now_ms: i64,
    page: &mut Page<'_>,
) -> std::fmt::Result {
    page.gauge("kafka_quorum_epoch", "Leader epoch of the metadata quorum", i64::from(quorum.epoch.0))?;
    page.gauge("kafka_quorum_voters", "Voters of the metadata quorum", quorum.voters.len() as i64)?;
    page.gauge("kafka_quorum_high_watermark", "Committed end of the metadata log", quorum.high_watermark.0)?;
    page.gauge("kafka_quorum_log_end_offset", "End of the metadata log here", quorum.log_end.0)?;
    page.gauge(
        "kafka_metadata_applied_offset",
        "Last metadata record this broker acts upon",
        quorum.applied.0,
    )?;
    let written_ms = quorum.snapshot.and_then(|snapshot| snapshot.written_ms);
    let age_s = written_ms.map(|written_ms| now_ms.saturating_sub(written_ms).max(0) as f64 / 1e3);
    page.gauge(
        "kafka_metadata_snapshot_age_seconds",
        "Time since a snapshot of the metadata log was written here, or since the start",
        age_s.unwrap_or(0.0),
    )?;
    page.gauge(
        "kafka_metadata_snapshot_size_bytes",
        "Size of the newest snapshot of the metadata log; 0 for none",
        quorum.snapshot.map_or(0, |snapshot| snapshot.size_bytes as i64),
    )?;
    counts.write(page)
}
