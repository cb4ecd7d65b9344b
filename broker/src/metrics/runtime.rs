//! How busy the threads are that carry requests.

use tokio::runtime::Handle;

use super::page::Page;

/// Of the runtime that this is called in; nothing outside of one.
pub(super) fn write(page: &mut Page<'_>) -> std::fmt::Result {
    let Ok(runtime) = Handle::try_current() else { return Ok(()) };
    let metrics = runtime.metrics();
    let workers = metrics.num_workers();
    let busy_s: f64 =
        (0..workers).map(|worker| metrics.worker_total_busy_duration(worker).as_secs_f64()).sum();
    page.gauge("kafka_runtime_workers", "Threads that carry requests", workers as i64)?;
    page.counter("kafka_runtime_busy_seconds", "Time these threads were not idle, added up", busy_s)?;
    page.gauge(
        "kafka_runtime_tasks",
        "Tasks, one a connection among them",
        metrics.num_alive_tasks() as i64,
    )?;
    page.gauge(
        "kafka_runtime_queued_tasks",
        "Tasks that no thread has taken up yet",
        metrics.global_queue_depth() as i64,
    )
}
