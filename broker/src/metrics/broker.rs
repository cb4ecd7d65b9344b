//! What one broker shows: read off its rooms at each scrape.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kafkactl_core::log::dir::Space;
use kafkactl_core::names::{Offset, PartitionId, TopicName};
use prometheus_client::registry::Registry;

use super::cluster::{ClusterFigures, PartitionState};
use super::lag::{GroupRows, LagRow};
use super::logs::Logs;
use super::page::{Page, registry_of};
use super::process::write_process;
use super::room::Room;
use super::{cleaner, clients, controller, runtime};
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::cluster::image::PartitionImage;
use crate::group::GroupId;

/// Everything the broker counts, but for what rooms registered themselves and for [`rows`].
pub(super) fn registry(broker: &Arc<Broker>, is_stopping: bool, logs: &Arc<Logs>) -> Registry {
    let (broker, logs) = (Arc::clone(broker), Arc::clone(logs));
    registry_of(move |page| {
        write_state(&broker, is_stopping, page)?;
        write(&broker, &logs, page)
    })
}

/// What there may be a lot of: what `room` there is decides how much of it is told.
pub(super) fn rows(broker: &Arc<Broker>, logs: &Arc<Logs>, room: Room) -> Registry {
    let (broker, logs) = (Arc::clone(broker), Arc::clone(logs));
    registry_of(move |page| write_rows(&broker, &logs, room, page))
}

fn write_rows(broker: &Broker, logs: &Logs, mut room: Room, page: &mut Page<'_>) -> std::fmt::Result {
    let clients = clients::Rows::of(broker.telemetry.latest(), room.share());
    room.take(clients.used_bytes());
    clients.write(page)?;
    let mut groups = GroupRows::new(room.share());
    broker.groups.each_figures(&mut |group| {
        let partitions = group.committed.iter().filter_map(|offset| lag_of(broker, &group.id, offset));
        groups.add(group.id.as_str(), group.kind, group.state, partitions);
    });
    room.take(groups.used_bytes());
    groups.write_states("Groups coordinated here", page)?;
    let now_ms = broker.clock.now_ms();
    groups.write_lag(|row| lag_seconds(broker, row, now_ms), page)?;
    logs.write_partitions(room.rest(), page)
}

/// Kafka's numbers (`BrokerState`). Logs are opened while the broker serves, and those that are not open yet refuse.
fn write_state(broker: &Broker, is_stopping: bool, page: &mut Page<'_>) -> std::fmt::Result {
    let state = match broker.partitions.opening_count() {
        _ if is_stopping => 6,
        0 => 3,
        _ => 2,
    };
    page.gauge("kafka_broker_state", "2 while logs are opened, 3 running, 6 stopping", state)
}

fn write(broker: &Broker, logs: &Logs, page: &mut Page<'_>) -> std::fmt::Result {
    let version = [("version", env!("CARGO_PKG_VERSION")), ("cluster", broker.cluster_id.as_str())];
    page.gauges("kafka_broker_info", "The program and its cluster; always 1", [(version, 1_i64)])?;
    page.gauge("kafka_broker_id", "The node's number", i64::from(broker.node_id.0))?;
    let uptime_s = broker.clock.uptime_ms() as f64 / 1e3;
    page.gauge("kafka_broker_uptime_seconds", "Time since the broker started", uptime_s)?;
    let image = broker.metadata.image();
    write_metadata(broker, &image, page)?;
    let events = broker.events.counts().map(|(event, count)| ([("event", event)], count));
    page.counters("kafka_cluster_events", "Changes of the cluster that this broker heard of", events)?;
    broker.metrics.requests.write(page)?;
    let sessions = broker.fetch_sessions.count() as i64;
    page.gauge("kafka_fetch_sessions", "Incremental fetch sessions that are kept", sessions)?;
    broker.metrics.connections.write(page)?;
    broker.partitions.traffics.write(page)?;
    logs.write(page)?;
    logs.write_topics(&broker.partitions, page)?;
    broker.partitions.log_counts.write(page)?;
    let opening = broker.partitions.opening_count();
    page.gauge("kafka_broker_opening_logs", "Logs that are not open yet", opening as i64)?;
    write_log_dirs(broker, page)?;
    cleaner::write(&broker.cleaner.figures(), broker.clock.now_ms(), page)?;
    write_groups(broker, page)?;
    write_transactions(broker, page)?;
    let loads =
        [("group", &broker.groups.counts().loads), ("transaction", &broker.transactions.counts().loads)];
    let loads = loads.map(|(coordinator, loads)| ([("coordinator", coordinator)], loads.recorded()));
    page.histograms(
        "kafka_coordinator_load_seconds",
        "Time to load a partition of a coordinator's topic",
        loads,
    )?;
    runtime::write(page)?;
    write_process(page, broker.clock.now_ms() - broker.clock.uptime_ms() as i64)
}

fn write_metadata(broker: &Broker, image: &MetadataImage, page: &mut Page<'_>) -> std::fmt::Result {
    let quorum = broker.controller.quorum();
    cluster_figures(broker, image, quorum.leader.0).write(page)?;
    let leads = i64::from(quorum.leader == broker.node_id);
    page.gauge("kafka_controller_active", "1 on the node that leads the metadata", leads)?;
    let level = i64::from(image.metadata_version().0);
    page.gauge("kafka_metadata_version", "Finalized level of metadata.version", level)?;
    controller::write(&quorum, broker.controller.counts(), broker.clock.now_ms(), page)
}

fn cluster_figures(broker: &Broker, image: &MetadataImage, controller: i32) -> ClusterFigures {
    let mut figures = ClusterFigures {
        controller,
        brokers: image.live_brokers().count(),
        fenced_brokers: image.brokers.values().filter(|broker| broker.is_fenced).count(),
        topics: image.topics.count(),
        reassigning: Some(0),
        ..ClusterFigures::default()
    };
    for topic in image.topics.iter() {
        for (number, partition) in &topic.partitions {
            let hosted = || broker.partitions.get(topic.name.as_str(), *number);
            // Nothing can be under the minimum that has all its replicas: most need not be looked up.
            let is_whole = partition.isr.len() >= partition.replicas.len();
            let min_in_sync = if is_whole { Some(1) } else { hosted().map(|it| it.min_insync_replicas()) };
            figures.add(state_of(partition, min_in_sync));
        }
    }
    figures
}

fn state_of(partition: &PartitionImage, min_in_sync: Option<usize>) -> PartitionState {
    PartitionState {
        has_leader: partition.has_leader(),
        replicas: partition.replicas.len(),
        in_sync: partition.isr.len(),
        min_in_sync,
        leader_is_preferred: partition.preferred_leader() == Some(partition.leader),
        is_reassigning: Some(!partition.adding.is_empty() || !partition.removing.is_empty()),
    }
}

fn write_log_dirs(broker: &Broker, page: &mut Page<'_>) -> std::fmt::Result {
    let dirs = broker.partitions.data_dirs();
    let spaces: Vec<_> = dirs.iter().map(|dir| (dir.path.display().to_string(), dir.space())).collect();
    let of = |value: fn(&Space) -> u64| {
        let rows = spaces.iter().filter_map(move |(path, space)| {
            let space = space.as_ref().ok()?;
            Some(([("dir", path.as_str())], value(space)))
        });
        rows.collect::<Vec<_>>()
    };
    page.gauges(
        "kafka_log_dir_total_bytes",
        "Size of a log directory's volume",
        of(|space| space.total_bytes),
    )?;
    page.gauges(
        "kafka_log_dir_usable_bytes",
        "Free space of a log directory's volume",
        of(|space| space.usable_bytes),
    )?;
    let failed = spaces.iter().filter(|(_, space)| space.is_err()).count();
    page.gauge("kafka_log_dirs_failed", "Log directories that cannot be reached", failed as i64)
}

fn write_groups(broker: &Broker, page: &mut Page<'_>) -> std::fmt::Result {
    let counts = broker.groups.counts();
    page.counter(
        "kafka_group_offset_commits",
        "Offsets that groups have committed",
        load(&counts.committed_offsets),
    )?;
    page.counter(
        "kafka_group_offset_deletions",
        "Committed offsets that were deleted: by age, by request, with their group or topic",
        load(&counts.deleted_offsets),
    )?;
    let rebalances =
        [("classic", load(&counts.classic_rebalances)), ("consumer", load(&counts.consumer_rebalances))];
    page.counters(
        "kafka_group_rebalances",
        "Rebalances of groups coordinated here",
        rebalances.map(|(kind, count)| ([("type", kind)], count)),
    )?;
    let mut committed = 0;
    broker.groups.each_figures(&mut |group| committed += group.committed.len());
    page.gauge("kafka_group_offsets", "Committed offsets kept here", committed as i64)
}

/// `None` for a partition that is not led from here: this broker does not know its end.
fn lag_of(
    broker: &Broker,
    group: &GroupId,
    (topic, number, committed): &(TopicName, PartitionId, Offset),
) -> Option<LagRow> {
    let bounds = broker.partitions.get(topic.as_str(), *number)?.led_bounds()?;
    // What was deleted cannot be read: the group goes on at the log's start.
    let next = (*committed).max(bounds.log_start_offset);
    Some(LagRow {
        group: group.as_str().to_owned(),
        topic: topic.as_str().to_owned(),
        partition: number.0,
        committed: committed.0,
        lag: bounds.high_watermark.0.saturating_sub(next.0).max(0),
        expired: next.0.saturating_sub(committed.0),
    })
}

/// Reads one batch header.
fn lag_seconds(broker: &Broker, row: &LagRow, now_ms: i64) -> Option<f64> {
    if row.lag == 0 {
        return Some(0.0);
    }
    let partition = broker.partitions.get(&row.topic, PartitionId(row.partition))?;
    let written_ms = partition.timestamp_ms_at(Offset(row.committed + row.expired))?;
    Some(now_ms.saturating_sub(written_ms).max(0) as f64 / 1e3)
}

fn write_transactions(broker: &Broker, page: &mut Page<'_>) -> std::fmt::Result {
    let figures = broker.transactions.figures();
    let states = figures.by_state.into_iter().map(|(state, count)| ([("state", state)], count as i64));
    page.gauges("kafka_transactions", "Transactional ids coordinated here", states)?;
    let now_ms = broker.clock.now_ms();
    let oldest_s = figures.oldest_open_ms.map_or(0.0, |ms| (now_ms - ms).max(0) as f64 / 1e3);
    page.gauge(
        "kafka_transactions_oldest_open_seconds",
        "Age of the oldest open transaction; 0 for none",
        oldest_s,
    )?;
    let counts = broker.transactions.counts();
    let ended = [("committed", load(&counts.committed)), ("aborted", load(&counts.aborted))];
    page.counters(
        "kafka_transactions_ended",
        "Transactions that ended, all their markers written",
        ended.map(|(outcome, count)| ([("outcome", outcome)], count)),
    )?;
    page.counter(
        "kafka_transactions_timed_out",
        "Transactions aborted because they were open for too long",
        load(&counts.timed_out),
    )
}

fn load(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}
