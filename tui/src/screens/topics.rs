use std::collections::{BTreeMap, BTreeSet};

use super::{Lens, command};
use crate::model::cluster::{Cluster, Name, Topic, Trouble};
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};
use crate::model::lag::Total;

const COLUMNS: [Column; 14] = [
    Column::new("TOPIC").shrinks_to(14),
    Column::new("PARTS"),
    Column::new("RF").rank(1),
    Column::new("MIN-ISR").rank(4),
    Column::new("URP"),
    Column::new("OFFLINE").rank(3),
    Column::new("IN/S"),
    Column::new("PAR").rank(4),
    Column::new("CV").rank(4),
    Column::new("SIZE").rank(1),
    Column::new("RETENTION").time().rank(3),
    Column::new("GROUPS").rank(2),
    Column::new("WORST-LAG").rank(1),
    Column::new("POLICY").wide(),
];

/// Groups that read a topic, and the largest lag among them.
type Readers<'a> = BTreeMap<&'a Name, (BTreeSet<&'a Name>, Total)>;

fn readers(cluster: &Cluster) -> Readers<'_> {
    let mut readers = Readers::new();
    for (group, known) in &cluster.groups {
        let mut lags: BTreeMap<&Name, Total> = BTreeMap::new();
        for ((topic, _), partition) in &known.partitions {
            let lag = lags.entry(topic).or_default();
            *lag = lag.and(Total::of(partition.lag));
        }
        for (topic, lag) in lags {
            let (groups, worst) = readers.entry(topic).or_default();
            groups.insert(group);
            let is_partial = worst.is_partial || lag.is_partial;
            *worst = Total { offsets: worst.offsets.max(lag.offsets), is_partial };
        }
    }
    readers
}

pub fn grid(cluster: &Cluster, lens: Lens) -> Grid {
    let readers = readers(cluster);
    let topics = cluster.topics.iter().filter(|(_, topic)| lens.show_internal || !topic.is_internal);
    let rows = topics.map(|(name, topic)| row(name, topic, &readers, lens));
    Grid { title: "Topics".to_owned(), rows: rows.collect(), columns: COLUMNS.to_vec() }
}

fn row(name: &Name, topic: &Topic, readers: &Readers<'_>, lens: Lens) -> Row {
    let troubles: Vec<Trouble> =
        topic.partitions.values().filter_map(|partition| partition.trouble(topic.min_isr())).collect();
    let of = |test: fn(&Trouble) -> bool| troubles.iter().filter(|trouble| test(trouble)).count();
    let offline = of(|trouble| *trouble == Trouble::Offline);
    let under_replicated = topic.partitions.values().filter(|one| one.isr.len() < one.replicas.len()).count();
    let (group_count, worst_lag) =
        readers.get(name).map_or((0, Total::default()), |(groups, worst)| (groups.len(), *worst));
    let skew = topic.skew(lens.window_ms);
    let retention = topic.config("retention.ms").and_then(|text| text.parse::<i64>().ok());
    let retention = match retention {
        Some(ms) if ms < 0 => Cell::text("forever"),
        retention => Cell::maybe(retention, Value::Millis),
    };
    Row {
        id: name.to_string(),
        cells: vec![
            Cell::name(name.to_string()),
            Cell::count(topic.partitions.len()),
            Cell::maybe(topic.partitions.values().next(), |one| Value::Count(one.replicas.len() as i64)),
            Cell::maybe(topic.min_isr(), |min| Value::Count(min as i64)),
            Cell::count(under_replicated).tone_if(under_replicated > 0, Tone::Warning),
            Cell::count(offline).tone_if(offline > 0, Tone::Bad),
            Cell::soon(topic.rate(lens.window_ms), Value::Rate),
            Cell::maybe(skew, |skew| Value::Ratio(skew.par)),
            Cell::maybe(skew, |skew| Value::Ratio(skew.cv)),
            Cell::soon(topic.size_bytes(), Value::Bytes),
            retention,
            Cell::count(group_count),
            Cell::total(worst_lag),
            Cell::maybe(topic.config("cleanup.policy").map(str::to_owned), |policy| {
                Value::Text(policy.into())
            }),
        ],
        is_trouble: of(|trouble| *trouble < Trouble::NotPreferred) > 0,
        copy: command(&["topic", "describe"], &[name]),
    }
}

/// A topic's settings, its own first.
pub fn configs(cluster: &Cluster, topic: &str) -> Grid {
    let known = cluster.topics.get(topic);
    let mut configs: Vec<_> = known.into_iter().flat_map(|topic| &topic.configs).collect();
    configs.sort_by_key(|(key, config)| (!config.own, key.as_str()));
    let rows = configs.into_iter().map(|(key, config)| Row {
        id: key.clone(),
        cells: vec![
            Cell::name(key.clone()),
            Cell::maybe(config.value.clone(), |value| Value::Text(value.into())),
            Cell::text(if config.own { "topic" } else { "inherited" }).tone_if(!config.own, Tone::Dim),
        ],
        is_trouble: false,
        copy: command(&["topic", "config", "get"], &[topic, key]),
    });
    let columns =
        vec![Column::new("KEY").shrinks_to(20), Column::new("VALUE").shrinks_to(10), Column::new("SET-BY")];
    let id = known.map(|known| known.id.as_str()).filter(|id| !id.is_empty());
    let id = id.map_or_else(String::new, |id| format!(", topic id {id}"));
    Grid { title: format!("{topic}: config{id}"), rows: rows.collect(), columns }
}

/// The groups that read a topic, each with what it does there.
pub fn groups(cluster: &Cluster, topic: &str, lens: Lens) -> Grid {
    let rows = cluster.groups.iter().filter_map(|(name, group)| {
        let summary = group.summary_of(cluster, lens.window_ms, |of| **of == *topic);
        if summary.partition_count == 0 {
            return None;
        }
        Some(Row {
            id: name.to_string(),
            cells: vec![
                Cell::name(name.to_string()),
                super::groups::verdict_cell(summary.verdict),
                Cell::text(group.state.clone()),
                Cell::count(summary.partition_count),
                Cell::total(summary.lag),
                Cell::at_least(summary.time_lag_ms, summary.time_lag_is_partial, Value::Millis),
                super::groups::known_with_lag(&summary, summary.consume_rate, Value::Rate),
                super::groups::known_with_lag(&summary, summary.produce_rate, Value::Rate),
                super::groups::eta_cell(&summary, summary.eta),
                Cell::maybe(summary.skew, |skew| Value::Ratio(skew.par)),
                Cell::maybe(summary.skew, |skew| Value::Ratio(skew.cv)),
            ],
            is_trouble: summary.verdict.is_some_and(|verdict| verdict.is_trouble())
                || summary.expired_count > 0,
            copy: command(&["group", "describe"], &[name]),
        })
    });
    let columns = vec![
        Column::new("GROUP").shrinks_to(14),
        Column::new("VERDICT"),
        Column::new("STATE").rank(1),
        Column::new("PARTS").rank(2),
        Column::new("LAG"),
        Column::new("TIME-LAG").time().rank(1),
        Column::new("READ/S").rank(2),
        Column::new("WRITE/S").rank(2),
        Column::new("ETA").rank(2),
        Column::new("PAR").rank(3),
        Column::new("CV").rank(3),
    ];
    Grid { title: format!("{topic}: groups"), rows: rows.collect(), columns }
}
