use super::{Lens, command};
use crate::model::cluster::{Cluster, Name, Partition, Topic, Trouble};
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};

const COLUMNS: [Column; 13] = [
    Column::new("PARTITION").shrinks_to(14),
    Column::new("STATE"),
    Column::new("LEADER"),
    Column::new("REPLICAS").rank(2),
    Column::new("ISR"),
    Column::new("MISSING"),
    Column::new("EPOCH").rank(4),
    Column::new("START").rank(4),
    Column::new("END").rank(1),
    Column::new("STABLE").wide(),
    Column::new("LSO-GAP").rank(3),
    Column::new("IN/S").rank(1),
    Column::new("SIZE").rank(3),
];

/// Worst first, so that what is offline never hides behind what merely lacks a replica; then by name.
pub fn grid(cluster: &Cluster, lens: Lens, is_wanted: impl Fn(&Name, &Partition) -> bool) -> Grid {
    let mut wanted: Vec<_> = cluster
        .partitions()
        .filter(|(name, topic, _, partition)| {
            (lens.show_internal || !topic.is_internal) && is_wanted(name, partition)
        })
        .collect();
    wanted.sort_by_key(|(_, topic, _, partition)| {
        let trouble = partition.trouble(topic.min_isr()).filter(|trouble| trouble.is_wrong());
        (trouble.is_none(), trouble)
    });
    let rows = wanted.into_iter().map(|(name, topic, id, partition)| row(name, topic, id, partition, lens));
    Grid { title: "Partitions".to_owned(), rows: rows.collect(), columns: COLUMNS.to_vec() }
}

fn row(name: &Name, topic: &Topic, id: i32, partition: &Partition, lens: Lens) -> Row {
    let trouble = partition.trouble(topic.min_isr());
    let state = match trouble {
        None => Cell::text("ok").tone(Tone::Good),
        Some(Trouble::NotPreferred) => Cell::text("not-preferred").tone(Tone::Dim),
        Some(Trouble::UnderReplicated) => Cell::marked("URP", "!").tone(Tone::Warning),
        Some(Trouble::UnderMinIsr) => Cell::marked("MIN-ISR", "!").tone(Tone::Bad),
        Some(Trouble::Offline) => Cell::marked("OFFLINE", "!!").tone(Tone::Bad),
    };
    let preferred = partition.replicas.first().copied();
    let leader = match partition.leader {
        None => Cell::text("none").tone(Tone::Bad),
        // The star marks the preferred leader.
        Some(leader) if Some(leader) == preferred => Cell::text(format!("{leader}*")),
        Some(leader) => Cell::text(leader.to_string()).tone(Tone::Warning),
    };
    let missing: Vec<i32> =
        partition.replicas.iter().filter(|id| !partition.isr.contains(id)).copied().collect();
    let missing_text = missing.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    let marked = partition.replicas.iter().map(|id| (*id, missing.contains(id))).collect();
    let gap = partition.gap();
    let ids = |ids: &[i32]| Value::Replicas(ids.iter().map(|id| (*id, false)).collect());
    Row {
        id: format!("{name}-{id}"),
        cells: vec![
            Cell::name(format!("{name}-{id}")),
            state,
            leader,
            Cell::new(ids(&partition.replicas)).tone(Tone::Dim),
            Cell::new(Value::Replicas(marked)),
            Cell::text(if missing.is_empty() { "-".to_owned() } else { missing_text })
                .tone(if missing.is_empty() { Tone::Dim } else { Tone::Bad }),
            Cell::count(partition.epoch).tone(Tone::Dim),
            Cell::maybe(partition.start, Value::Count),
            Cell::maybe(partition.end, Value::Count),
            Cell::maybe(partition.stable, Value::Count),
            Cell::maybe(gap, Value::Count).tone_if(gap.is_some_and(|gap| gap > 0), Tone::Warning),
            Cell::soon(partition.ends.rate(lens.window_ms), Value::Rate),
            Cell::soon(partition.size_bytes, Value::Bytes),
        ],
        is_trouble: trouble.is_some_and(Trouble::is_wrong),
        copy: command(&["topic", "describe"], &[name]),
    }
}
