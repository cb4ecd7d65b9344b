//! What is wrong with the cluster, by cause: a broker that is down is one problem, not one a partition.

use std::collections::{BTreeMap, BTreeSet};

use super::command;
use crate::model::cluster::{Cluster, Group, Name, Partition, Refused, Trouble};
use crate::model::grid::{Cell, Column, Grid, Row, Tone, human_millis};
use crate::model::lag::Verdict;
use crate::model::snapshot::Sampler;

const COLUMNS: [Column; 3] =
    [Column::new("LEVEL"), Column::new("SUBJECT").shrinks_to(12), Column::new("PROBLEM").shrinks_to(16)];

/// What the problem of missing rights is about.
pub const RIGHTS: &str = "rights";

/// Partitions that a problem names; the others are counted.
const NAMED_MAX: usize = 3;

/// A transaction may be open for so long: the usual `transaction.timeout.ms`, twice.
const HELD_MS_MAX: i64 = 120_000;

/// What is asked for on demand fails anew within so long while it is looked at.
const ON_DEMAND_MS_MAX: i64 = 15_000;

/// How bad it is: the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Data cannot be reached.
    Outage,
    /// A group does not read, or the dashboard does not see.
    Stuck,
    /// Writes that must be safe are refused.
    Refusing,
    /// One more failure would be worse.
    Degraded,
    /// A group reads too slowly.
    Slow,
}

impl Level {
    fn mark(self) -> Cell {
        let (mark, tone) = match self {
            Self::Outage => ("!!", Tone::Bad),
            Self::Stuck | Self::Refusing => ("!", Tone::Bad),
            Self::Degraded => ("!", Tone::Warning),
            Self::Slow => ("▲", Tone::Warning),
        };
        Cell::text(mark).tone(tone)
    }
}

struct Problem {
    level: Level,
    subject: String,
    what: String,
    copy: Vec<String>,
}

/// Worst first: what cannot be reached, groups that are stuck, then the rest.
pub fn grid(cluster: &Cluster) -> Grid {
    let mut found = of_samplers(cluster);
    found.extend(of_rights(&cluster.refused));
    found.extend(of_partitions(cluster));
    found.extend(of_brokers(cluster));
    found.extend(of_transactions(cluster));
    found.extend(cluster.groups.iter().flat_map(|(name, group)| of_group(name, group)));
    found.sort_by_key(|problem| problem.level);
    // Figures change from poll to poll: a problem is known by its subject.
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let rows = found.into_iter().map(|Problem { level, subject, what, copy }| {
        let mark = level.mark();
        let tone = mark.tone;
        let number = counts.entry(subject.clone()).or_default();
        *number += 1;
        Row {
            id: format!("{subject}\n{number}"),
            cells: vec![mark, Cell::name(subject), Cell::text(what).tone(tone)],
            is_trouble: true,
            copy,
        }
    });
    let title = match cluster.unjudged_count() {
        0 => "Problems".to_owned(),
        1 => "Problems, 1 group not judged yet".to_owned(),
        count => format!("Problems, {count} groups not judged yet"),
    };
    Grid { title, rows: rows.collect(), columns: COLUMNS.to_vec() }
}

/// When nobody tells the metadata nobody tells the rest either.
fn of_samplers(cluster: &Cluster) -> Vec<Problem> {
    let error_of = |sampler: Sampler| {
        let health = cluster.health.get(&sampler)?;
        let is_recent =
            health.failed_ms.is_some_and(|at_ms| cluster.seen_ms.saturating_sub(at_ms) <= ON_DEMAND_MS_MAX);
        health.error.as_ref().filter(|_| is_recent || !sampler.is_on_demand())
    };
    let is_cut_off = cluster.is_cut_off();
    let failing = Sampler::ALL.into_iter().filter_map(|sampler| Some((sampler, error_of(sampler)?)));
    failing
        .filter(|(sampler, _)| !is_cut_off || *sampler == Sampler::Metadata)
        .map(|(sampler, error)| Problem {
            level: Level::Stuck,
            subject: sampler.name().to_owned(),
            what: format!("not answered: {error}"),
            copy: Vec::new(),
        })
        .collect()
}

/// What the principal may not see, in one sentence: whoever gives rights wants to know which.
pub fn refusal(refused: &Refused) -> Option<String> {
    let names = |of: &str, names: &BTreeSet<String>| {
        let names: Vec<String> = names.iter().cloned().collect();
        (!names.is_empty()).then(|| format!("{of} {}", named(&names)))
    };
    let what = [
        refused.cluster.then(|| "describe the cluster".to_owned()),
        refused.log_dirs.then(|| "see log dirs".to_owned()),
        names("describe topics", &refused.topics),
        names("read settings of", &refused.configs),
        names("describe groups", &refused.groups),
        names("read commits of", &refused.commits),
    ];
    let what = what.into_iter().flatten().collect::<Vec<_>>().join("; ");
    (!what.is_empty()).then(|| format!("not authorized: {what}: rows may be missing"))
}

fn of_rights(refused: &Refused) -> Option<Problem> {
    let (subject, copy) = (RIGHTS.to_owned(), Vec::new());
    refusal(refused).map(|what| Problem { level: Level::Stuck, subject, what, copy })
}

/// Partitions that lack a replica, by the broker that should have it.
fn lacking(cluster: &Cluster) -> BTreeMap<i32, Vec<String>> {
    let mut lacking: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for (name, _, id, partition) in cluster.partitions() {
        for broker in missing(partition) {
            lacking.entry(broker).or_default().push(format!("{name}-{id}"));
        }
    }
    lacking
}

fn missing(partition: &Partition) -> impl Iterator<Item = i32> + '_ {
    partition.replicas.iter().copied().filter(|id| !partition.isr.contains(id))
}

fn of_brokers(cluster: &Cluster) -> Vec<Problem> {
    let mut lacking = lacking(cluster);
    let mut found = Vec::new();
    for (id, broker) in &cluster.brokers {
        let mut put = |level, what: String| {
            let subject = format!("broker {id}");
            found.push(Problem { level, subject, what, copy: command(&["cluster", "info"], &[]) });
        };
        let lacked = lacking.remove(id).unwrap_or_default();
        match (broker.is_up, lacked.len()) {
            (false, 0) => put(Level::Outage, "down".to_owned()),
            (false, 1) => put(Level::Outage, format!("down: {} lacks it", lacked[0])),
            (false, count) => put(Level::Outage, format!("down: {count} partitions lack it")),
            (true, 0) => {}
            (true, _) if broker.is_silent() || cluster.is_cut_off() => {
                put(Level::Degraded, format!("out of sync in {}", named(&lacked)));
            }
            (true, _) => put(Level::Degraded, format!("up, and out of sync in {}", named(&lacked))),
        }
        if broker.is_silent() {
            put(Level::Outage, "in the cluster, and does not answer".to_owned());
        }
        if broker.is_loading {
            put(Level::Degraded, "loads its groups: they are shown as last seen".to_owned());
        }
        for dir in &broker.log_dirs {
            if let Some(error) = &dir.error {
                put(Level::Outage, format!("log dir {}: {error}", dir.path));
            }
        }
    }
    found
}

/// `orders-0, orders-1, orders-2 and 59 others`.
fn named(partitions: &[String]) -> String {
    let first = partitions[..partitions.len().min(NAMED_MAX)].join(", ");
    match partitions.len().saturating_sub(NAMED_MAX) {
        0 => first,
        1 => format!("{first} and 1 other"),
        others => format!("{first} and {others} others"),
    }
}

/// What is worse than a missing replica, by topic.
fn of_partitions(cluster: &Cluster) -> Vec<Problem> {
    let mut by_topic: BTreeMap<(&Name, Trouble), Vec<(i32, &Partition)>> = BTreeMap::new();
    for (name, topic, id, partition) in cluster.partitions() {
        if let Some(trouble @ (Trouble::Offline | Trouble::UnderMinIsr)) = partition.trouble(topic.min_isr())
        {
            by_topic.entry((name, trouble)).or_default().push((id, partition));
        }
    }
    let problem = |((name, trouble), partitions): ((&Name, Trouble), Vec<(i32, &Partition)>)| {
        let subject = match partitions.as_slice() {
            [(id, _)] => format!("{name}-{id}"),
            _ => name.to_string(),
        };
        let mut brokers: Vec<i32> = partitions.iter().flat_map(|(_, partition)| missing(partition)).collect();
        brokers.sort_unstable();
        brokers.dedup();
        let lacks = brokers.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
        let count =
            if partitions.len() > 1 { format!("{} partitions ", partitions.len()) } else { String::new() };
        let (level, what) = match trouble {
            Trouble::Offline => (Level::Outage, format!("{count}offline: no live leader")),
            _ => (Level::Refusing, format!("{count}{}: ISR lacks {lacks}", trouble.name())),
        };
        Problem { level, subject, what, copy: command(&["topic", "describe"], &[name]) }
    };
    by_topic.into_iter().map(problem).collect()
}

/// Transactions that stay open, by topic: readers of committed records wait for their end.
fn of_transactions(cluster: &Cluster) -> Vec<Problem> {
    let mut by_topic: BTreeMap<&Name, Vec<(i32, i64, i64)>> = BTreeMap::new();
    for (name, _, id, partition) in cluster.partitions() {
        let held_ms = partition.held_ms.map(|since_ms| cluster.seen_ms.saturating_sub(since_ms));
        if let (Some(held_ms), Some(gap)) =
            (held_ms.filter(|held_ms| *held_ms > HELD_MS_MAX), partition.gap())
        {
            by_topic.entry(name).or_default().push((id, held_ms, gap));
        }
    }
    let problem = |(name, held): (&Name, Vec<(i32, i64, i64)>)| {
        let (subject, count) = match held.as_slice() {
            [(id, ..)] => (format!("{name}-{id}"), String::new()),
            _ => (name.to_string(), format!(" in {} partitions", held.len())),
        };
        let longest_ms = held.iter().map(|(_, held_ms, _)| *held_ms).max().unwrap_or(0);
        let gap = held.iter().map(|(.., gap)| *gap).fold(0, i64::saturating_add);
        let what = format!(
            "an open transaction{count} holds {gap} offsets back from readers of committed records, for {}",
            human_millis(longest_ms)
        );
        Problem { level: Level::Slow, subject, what, copy: command(&["txn", "producers"], &[name]) }
    };
    by_topic.into_iter().map(problem).collect()
}

fn of_group(name: &Name, group: &Group) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut put = |level, what| {
        found.push(Problem {
            level,
            subject: name.to_string(),
            what,
            copy: command(&["group", "describe"], &[name]),
        });
    };
    if let Some(verdict) = group.verdict().filter(|verdict| verdict.is_trouble()) {
        let lag = Cell::total(group.lag()).value.plain().into_owned();
        let level = if verdict == Verdict::Warn { Level::Slow } else { Level::Stuck };
        put(level, format!("{}: lag {lag}, {}", verdict.name(), verdict.meaning()));
    }
    let lost = group.lost();
    if lost > 0 {
        put(Level::Stuck, format!("expired: {lost} offsets deleted unread"));
    }
    found
}
