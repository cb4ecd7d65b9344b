use serde::Serialize;

use super::{Lens, groups, topics};
use crate::model::cluster::{Broker, Cluster, Partition, Topic};
use crate::model::grid::{Cell, Column, Grid, Row};

/// The figures of the whole cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub cluster_id: Option<String>,
    pub controller: Option<i32>,
    /// No broker answers: counts of partitions and groups are as last seen.
    pub is_cut_off: bool,
    pub brokers_up: usize,
    pub brokers_down: Vec<i32>,
    /// In the cluster, and do not answer.
    pub brokers_silent: Vec<i32>,
    pub topic_count: usize,
    /// Of them, those that Kafka keeps for itself, and that lists leave out.
    pub internal_topic_count: usize,
    pub partition_count: usize,
    pub offline_count: usize,
    pub under_min_isr_count: usize,
    pub under_replicated_count: usize,
    pub not_preferred_count: usize,
    pub group_count: usize,
    /// Of those with a bad verdict, and those of which data was deleted unread.
    pub groups_in_trouble: usize,
    /// Too little was seen of them to say.
    pub groups_not_judged: usize,
    /// Records written per second; null before two samples.
    pub in_rate: Option<f64>,
    /// Offsets that groups commit per second; null before two samples.
    pub out_rate: Option<f64>,
    pub lag: Option<i64>,
    /// Of some partitions or groups the lag is not known: it is at least `lag`.
    pub lag_is_partial: bool,
}

impl Summary {
    pub fn of(cluster: &Cluster, window_ms: i64) -> Self {
        let count = |test: &dyn Fn(&Topic, &Partition) -> bool| {
            cluster.partitions().filter(|(_, topic, _, partition)| test(topic, partition)).count()
        };
        let is_cut_off = cluster.is_cut_off();
        let brokers = |test: fn(&Broker) -> bool| -> Vec<i32> {
            cluster.brokers.iter().filter(|(_, broker)| test(broker)).map(|(id, _)| *id).collect()
        };
        let lag = cluster.lag();
        let thousandth = |rate: f64| (rate * 1000.0).round() / 1000.0;
        Self {
            cluster_id: cluster.id.clone(),
            controller: cluster.controller,
            is_cut_off,
            brokers_up: cluster.brokers_up(),
            brokers_down: brokers(|broker| !broker.is_up),
            brokers_silent: brokers(if is_cut_off { |broker| broker.is_up } else { Broker::is_silent }),
            topic_count: cluster.topics.len(),
            internal_topic_count: cluster.topics.values().filter(|topic| topic.is_internal).count(),
            partition_count: count(&|_, _| true),
            offline_count: count(&|_, partition| partition.leader.is_none()),
            under_min_isr_count: count(&|topic, partition| {
                topic.min_isr().is_some_and(|min| partition.isr.len() < min.min(partition.replicas.len()))
            }),
            under_replicated_count: count(&|_, partition| partition.isr.len() < partition.replicas.len()),
            not_preferred_count: count(&|_, partition| {
                partition.leader.is_some() && partition.leader != partition.replicas.first().copied()
            }),
            group_count: cluster.groups.len(),
            groups_in_trouble: cluster.groups.values().filter(|group| group.is_in_trouble()).count(),
            groups_not_judged: cluster.unjudged_count(),
            in_rate: cluster.rate(window_ms).map(thousandth),
            out_rate: cluster.read_rate(window_ms).map(thousandth),
            lag: lag.offsets,
            lag_is_partial: lag.is_partial,
        }
    }
}

/// Rows of the smaller tables.
const TOP_ROWS_MAX: usize = 50;

pub fn busiest_topics(cluster: &Cluster, lens: Lens) -> Grid {
    let grid = topics::grid(cluster, lens);
    best(grid, "Topics by rate", &["TOPIC", "IN/S", "SIZE", "WORST-LAG", "URP"], "IN/S")
}

pub fn laggards(cluster: &Cluster, lens: Lens) -> Grid {
    let grid = groups::grid(cluster, lens);
    best(grid, "Groups by lag", &["GROUP", "VERDICT", "LAG", "TREND", "TIME-LAG", "ETA"], "LAG")
}

/// Some columns of a table, the largest first.
fn best(mut grid: Grid, title: &str, columns: &[&str], by: &str) -> Grid {
    if let Some(by) = grid.column(by) {
        grid.sort(by, true);
    }
    grid.rows.truncate(TOP_ROWS_MAX);
    let kept: Vec<usize> = columns.iter().filter_map(|title| grid.column(title)).collect();
    let pick = |cells: Vec<Cell>| kept.iter().filter_map(|index| cells.get(*index).cloned()).collect();
    let rows = grid.rows.into_iter().map(|row| Row { cells: pick(row.cells), ..row }).collect();
    let columns =
        kept.iter().map(|index| Column { wide_only: false, ..grid.columns[*index].clone() }).collect();
    Grid { title: title.to_owned(), columns, rows }
}
