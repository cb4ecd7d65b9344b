//! The demo told in lines: events as they are noticed, then topics and groups as the dashboard sees them.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use kafkactl_core::client::Client;
use kafkactl_tui::model::cluster::{Cluster, Group, Name, Topic};
use kafkactl_tui::model::event::Told;
use kafkactl_tui::model::grid::time_text;
use kafkactl_tui::sample::{Interest, SNAPSHOTS_WAITING_MAX, Samplers};
use serde::Serialize;
use tokio::sync::mpsc;

use super::workload;
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row, Section, Table};

/// Rates are those of the last seconds.
const RATE_WINDOW_MS: i64 = 10_000;

#[derive(Debug, Serialize)]
struct Summary {
    topics: Vec<TopicRow>,
    groups: Vec<GroupRow>,
}

#[derive(Debug, Serialize)]
struct TopicRow {
    topic: String,
    partition_count: usize,
    records: i64,
    records_per_second: Option<f64>,
    /// The partition with the most records, and how many percent of them it has.
    hottest_partition: Option<i32>,
    hottest_percent: Option<i64>,
}

#[derive(Debug, Serialize)]
struct GroupRow {
    group: String,
    state: String,
    members: usize,
    lag: Option<i64>,
    /// How long ago the end offset was where the group stands.
    time_lag_ms: Option<i64>,
    records_per_second: Option<f64>,
    verdict: Option<&'static str>,
}

impl Row for TopicRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITIONS", |row| row.partition_count.into()),
        Column::new("RECORDS", |row| row.records.into()),
        Column::new("IN/S", |row| rate(row.records_per_second)),
        Column::new("HOTTEST", |row| Cell::option(row.hottest_partition)),
        Column::new("HOTTEST-%", |row| Cell::option(row.hottest_percent)),
    ];
}

impl Row for GroupRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("GROUP", |row| Cell::from(&row.group)),
        Column::new("STATE", |row| Cell::from(&row.state)),
        Column::new("MEMBERS", |row| row.members.into()),
        Column::new("LAG", |row| Cell::option(row.lag)),
        Column::new("TIME-LAG-MS", |row| Cell::option(row.time_lag_ms)),
        Column::new("READ/S", |row| rate(row.records_per_second)),
        Column::new("VERDICT", |row| Cell::option(row.verdict)),
    ];
}

fn rate(rate: Option<f64>) -> Cell {
    Cell::option(rate.map(|rate| rate.round() as i64))
}

/// Watches the cluster until the end, telling events; returns the last that was seen.
pub async fn follow(
    client: &Client,
    period: Duration,
    end: impl Future<Output = ()>,
    out: &mut Output,
) -> Cluster {
    let (sender, mut seen) = mpsc::channel(SNAPSHOTS_WAITING_MAX);
    let groups = workload::groups().map(str::to_owned).collect();
    let _samplers = Samplers::start(client, Interest { period, groups, ..Interest::default() }, &sender);
    let (mut cluster, mut told, mut end) = (Cluster::default(), Told::default(), pin!(end));
    loop {
        tokio::select! {
            Some(snapshot) = seen.recv() => cluster.apply(snapshot),
            () = &mut end => return cluster,
        }
        for event in told.news(&cluster.events) {
            out.note(&format!("{}  {}: {}", time_text(event.at_ms), event.what.subject(), event.what));
        }
    }
}

/// The workload's topics and groups at the end.
pub fn summary(cluster: &Cluster) -> Result<Report, CommandError> {
    let topics = cluster.topics.iter().filter(|(_, topic)| !topic.is_internal).map(topic_row).collect();
    let groups = cluster.groups.iter().map(|(name, group)| group_row(cluster, name, group)).collect();
    let summary = Summary { topics, groups };
    let section = |table| Section { table: Some(table), ..Section::default() };
    let sections = vec![section(Table::of(&summary.topics)?), section(Table::of(&summary.groups)?)];
    Report::details("DemoSummary", &[summary], sections)
}

fn topic_row((name, topic): (&Name, &Topic)) -> TopicRow {
    let counts = topic.partitions.iter().filter_map(|(id, partition)| Some((partition.end?, *id)));
    let records: i64 = counts.clone().map(|(count, _)| count).sum();
    let hottest = counts.max().filter(|_| records > 0);
    TopicRow {
        topic: name.to_string(),
        partition_count: topic.partitions.len(),
        records,
        records_per_second: topic.rate(RATE_WINDOW_MS),
        hottest_partition: hottest.map(|(_, id)| id),
        hottest_percent: hottest.map(|(count, _)| count * 100 / records),
    }
}

fn group_row(cluster: &Cluster, name: &Name, group: &Group) -> GroupRow {
    let summary = group.summary(cluster, RATE_WINDOW_MS);
    GroupRow {
        group: name.to_string(),
        state: group.state.clone(),
        members: group.members.len(),
        lag: summary.lag.offsets,
        time_lag_ms: summary.time_lag_ms,
        records_per_second: summary.consume_rate,
        verdict: summary.verdict.map(|verdict| verdict.name()),
    }
}
