use serde::Serialize;

use super::{Lens, groups, shell_word, topics};
use crate::model::cluster::{Cluster, Partition, Topic, Trouble};
use crate::model::grid::{Cell, Column, Grid, Row, Tone};
use crate::model::lag::{Lag, Verdict};

/// The figures of the whole cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub cluster_id: Option<String>,
    pub controller: Option<i32>,
    pub brokers_up: usize,
    pub brokers_down: Vec<i32>,
    pub topic_count: usize,
    pub partition_count: usize,
    pub offline_count: usize,
    pub under_min_isr_count: usize,
    pub under_replicated_count: usize,
    pub not_preferred_count: usize,
    pub group_count: usize,
    pub groups_in_trouble: usize,
    /// Records written per second; null before two samples.
    pub in_rate: Option<f64>,
    /// Offsets that groups commit per second; null before two samples.
    pub out_rate: Option<f64>,
    pub lag: Option<i64>,
}

impl Summary {
    pub fn of(cluster: &Cluster, window_ms: i64) -> Self {
        let count = |test: &dyn Fn(&Topic, &Partition) -> bool| {
            cluster.partitions().filter(|(_, topic, _, partition)| test(topic, partition)).count()
        };
        let out_rates =
            cluster.groups.values().flat_map(|group| group.partitions.values()).filter_map(|one| one.rate());
        let out_rate = out_rates.fold(None, |sum: Option<f64>, rate| Some(sum.unwrap_or(0.0) + rate));
        let thousandth = |rate: f64| (rate * 1000.0).round() / 1000.0;
        Self {
            cluster_id: cluster.id.clone(),
            controller: cluster.controller,
            brokers_up: cluster.brokers.values().filter(|broker| broker.is_up).count(),
            brokers_down: cluster
                .brokers
                .iter()
                .filter(|(_, broker)| !broker.is_up)
                .map(|(id, _)| *id)
                .collect(),
            topic_count: cluster.topics.len(),
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
            groups_in_trouble: cluster
                .groups
                .values()
                .filter(|group| group.verdict().is_some_and(Verdict::is_trouble))
                .count(),
            in_rate: cluster.rate(window_ms).map(thousandth),
            out_rate: out_rate.map(thousandth),
            lag: cluster.lag(),
        }
    }
}

const PROBLEM_COLUMNS: [Column; 3] =
    [Column::new("LEVEL"), Column::new("SUBJECT").shrinks_to(12), Column::new("PROBLEM").shrinks_to(16)];

/// What is wrong, worst first.
pub fn problems(cluster: &Cluster) -> Grid {
    let mut found: Vec<(u8, String, String, String)> = Vec::new();
    for (sampler, health) in &cluster.health {
        if let Some(error) = &health.error {
            found.push((1, sampler.name().to_owned(), format!("not answered: {error}"), String::new()));
        }
    }
    for (id, broker) in &cluster.brokers {
        if !broker.is_up {
            found.push((
                0,
                format!("broker {id}"),
                "not in the cluster".to_owned(),
                "kafkactl broker list".to_owned(),
            ));
        }
        for dir in broker.log_dirs.iter().filter(|dir| dir.error.is_some()) {
            let error = dir.error.as_deref().unwrap_or_default();
            found.push((
                0,
                format!("broker {id}"),
                format!("log dir {}: {error}", dir.path),
                "kafkactl logdir list".to_owned(),
            ));
        }
    }
    for (name, topic, id, partition) in cluster.partitions() {
        let level = match partition.trouble(topic.min_isr()) {
            Some(Trouble::Offline) => 0,
            Some(Trouble::UnderMinIsr) => 1,
            Some(Trouble::UnderReplicated) => 2,
            Some(Trouble::NotPreferred) | None => continue,
        };
        let missing: Vec<String> =
            partition.replicas.iter().filter(|id| !partition.isr.contains(id)).map(i32::to_string).collect();
        let what = partition.trouble(topic.min_isr()).map_or("", Trouble::name);
        let what = if missing.is_empty() {
            format!("{what}: no live leader")
        } else {
            format!("{what}: ISR lacks {}", missing.join(", "))
        };
        found.push((level, format!("{name}-{id}"), what, format!("kafkactl topic describe {name}")));
    }
    for (name, group) in &cluster.groups {
        let copy = || format!("kafkactl group describe {}", shell_word(name));
        if let Some(verdict) = group.verdict().filter(|verdict| verdict.is_trouble()) {
            let lag = group.lag().unwrap_or(0);
            let level = if verdict == Verdict::Warn { 3 } else { 2 };
            found.push((level, name.to_string(), format!("{}: lag {lag}", verdict.name()), copy()));
        }
        let lost: i64 = group
            .partitions
            .values()
            .filter_map(|one| if let Some(Lag::Expired { lost, .. }) = one.lag { Some(lost) } else { None })
            .sum();
        if lost > 0 {
            found.push((2, name.to_string(), format!("expired: {lost} offsets deleted unread"), copy()));
        }
    }
    found.sort_by_key(|problem| problem.0);
    let rows = found.into_iter().map(|(level, subject, problem, copy)| {
        let (mark, tone) = match level {
            0 => ("!!", Tone::Bad),
            1 => ("!", Tone::Bad),
            2 => ("!", Tone::Warning),
            _ => ("▲", Tone::Warning),
        };
        Row {
            id: format!("{subject}\n{problem}"),
            cells: vec![Cell::text(mark).tone(tone), Cell::name(subject), Cell::text(problem).tone(tone)],
            is_trouble: true,
            copy,
        }
    });
    Grid { title: "Problems".to_owned(), rows: rows.collect(), columns: PROBLEM_COLUMNS.to_vec() }
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
