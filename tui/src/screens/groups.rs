use super::{Lens, command};
use crate::model::cluster::{Cluster, Group, GroupSummary, Name, Partition};
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};
use crate::model::lag::{self, Eta, Lag, Total, Verdict};

const COLUMNS: [Column; 19] = [
    Column::new("GROUP").shrinks_to(14),
    Column::new("VERDICT"),
    Column::new("STATE").rank(1),
    Column::new("TYPE").rank(4),
    Column::new("MEMBERS").rank(1),
    Column::new("TOPICS").rank(3),
    Column::new("LAG"),
    Column::new("TREND").rank(2),
    Column::new("TIME-LAG").time().rank(1),
    Column::new("READ/S").rank(2),
    Column::new("WRITE/S").rank(2),
    Column::new("ETA").rank(2),
    Column::new("SLOWEST-ETA").wide(),
    Column::new("PAR").rank(3),
    Column::new("CV").rank(3),
    Column::new("NO-COMMIT").wide(),
    Column::new("EXPIRED").wide(),
    Column::new("COORDINATOR").wide(),
    Column::new("ASSIGNOR").wide(),
];

pub fn verdict_cell(verdict: Option<Verdict>) -> Cell {
    let Some(verdict) = verdict else { return Cell::new(Value::None) };
    match verdict {
        Verdict::Pending => Cell::new(Value::Pending),
        Verdict::Ok => Cell::text("OK").tone(Tone::Good),
        Verdict::Warn => Cell::marked(verdict.name(), "▲").tone(Tone::Warning),
        bad => Cell::marked(bad.name(), "!").tone(Tone::Bad),
    }
}

/// A figure that two polls tell; of what nobody commits to it would stay "not known yet" for ever.
pub fn known_with_lag<T>(summary: &GroupSummary, figure: Option<T>, value: fn(T) -> Value) -> Cell {
    if summary.lag.offsets.is_some() { Cell::soon(figure, value) } else { Cell::new(Value::None) }
}

/// Where it is not known what is left to read, it is not known either when it will have been read; and nobody asks that
/// of a group that keeps up.
pub fn eta_cell(summary: &GroupSummary, eta: Option<Eta>) -> Cell {
    if summary.lag.is_partial || summary.keeps_up {
        Cell::new(Value::None)
    } else {
        known_with_lag(summary, eta, Value::Eta)
    }
}

pub fn grid(cluster: &Cluster, lens: Lens) -> Grid {
    let rows = cluster.groups.iter().map(|(name, group)| row(cluster, name, group, lens));
    Grid { title: "Groups".to_owned(), rows: rows.collect(), columns: COLUMNS.to_vec() }
}

fn row(cluster: &Cluster, name: &Name, group: &Group, lens: Lens) -> Row {
    let summary = group.summary(cluster, lens.window_ms);
    let trend: Vec<u64> = group.trend.iter().copied().collect();
    let troubled = summary.verdict.is_some_and(Verdict::is_trouble);
    let (no_commit, expired) = (summary.no_commit_count, summary.expired_count);
    Row {
        id: name.to_string(),
        cells: vec![
            Cell::name(name.to_string()),
            verdict_cell(summary.verdict),
            Cell::text(group.state.clone()),
            Cell::text(group.kind.clone()),
            if group.is_described { Cell::count(group.members.len()) } else { Cell::new(Value::Pending) },
            Cell::count(summary.topic_count),
            Cell::total(summary.lag).tone_if(troubled, Tone::Warning),
            if trend.is_empty() { Cell::new(Value::None) } else { Cell::new(Value::Spark(trend)) },
            Cell::at_least(summary.time_lag_ms, summary.time_lag_is_partial, Value::Millis),
            known_with_lag(&summary, summary.consume_rate, Value::Rate),
            known_with_lag(&summary, summary.produce_rate, Value::Rate),
            eta_cell(&summary, summary.eta),
            eta_cell(&summary, summary.slowest_eta),
            Cell::maybe(summary.skew, |skew| Value::Ratio(skew.par)),
            Cell::maybe(summary.skew, |skew| Value::Ratio(skew.cv)),
            Cell::count(no_commit).tone_if(no_commit > 0, Tone::Warning),
            Cell::count(expired).tone_if(expired > 0, Tone::Bad),
            Cell::count(group.coordinator),
            Cell::text(group.assignor.clone()),
        ],
        is_trouble: troubled || expired > 0 || summary.lag.is_partial,
        copy: command(&["group", "describe"], &[name]),
    }
}

const PARTITION_COLUMNS: [Column; 16] = [
    Column::new("PARTITION").shrinks_to(14),
    Column::new("VERDICT"),
    Column::new("COMMIT"),
    Column::new("START").wide(),
    Column::new("END").rank(1),
    Column::new("LAG"),
    Column::new("LSO-GAP").rank(3),
    Column::new("STATE").rank(1),
    Column::new("TIME-LAG").time().rank(1),
    Column::new("READ/S").rank(2),
    Column::new("WRITE/S").rank(2),
    Column::new("ETA").rank(2),
    Column::new("CLIENT").rank(3).shrinks_to(8),
    Column::new("HOST").rank(3).shrinks_to(8),
    Column::new("INSTANCE").wide(),
    Column::new("MEMBER").wide(),
];

/// A group by partition, with who reads it.
pub fn partitions(cluster: &Cluster, name: &str, lens: Lens) -> Grid {
    let group = cluster.groups.get(name);
    let rows = group.into_iter().flat_map(|group| {
        group.partitions.iter().map(|((topic, id), partition)| {
            let known = cluster.partition(topic, *id);
            let lag = partition.lag;
            let behind = lag.and_then(Lag::offsets);
            let gap = known.and_then(Partition::gap);
            let time_lag = known.and_then(|known| partition.time_lag_ms(known));
            let (read, write) = partition.rates(known, lens.window_ms);
            let keeps_up = |behind| partition.verdict == Some(Verdict::Ok) && lag::keeps_up(behind, write);
            let late = behind.filter(|behind| !keeps_up(*behind));
            let member = partition.member.and_then(|index| group.members.get(index));
            let of_member = |text: Option<String>| Cell::maybe(text, |text| Value::Text(text.into()));
            let state = match lag {
                Some(Lag::Expired { lost, .. }) => {
                    Cell::text(format!("expired, lost {lost}")).tone(Tone::Bad)
                }
                Some(lag @ (Lag::NoCommit | Lag::Unknown)) => Cell::text(lag.state()).tone(Tone::Warning),
                Some(Lag::Behind(_)) | None => Cell::new(Value::None),
            };
            Row {
                id: format!("{topic}-{id}"),
                cells: vec![
                    Cell::name(format!("{topic}-{id}")),
                    verdict_cell(partition.verdict),
                    Cell::maybe(partition.commit, Value::Count),
                    Cell::maybe(known.and_then(|known| known.start), Value::Count),
                    Cell::maybe(known.and_then(|known| known.known_end(cluster.isolation)), Value::Count),
                    Cell::maybe(behind, Value::Count),
                    Cell::maybe(gap, Value::Count).tone_if(gap.is_some_and(|gap| gap > 0), Tone::Warning),
                    state,
                    Cell::maybe(time_lag, Value::Millis),
                    if behind.is_some() { Cell::soon(read, Value::Rate) } else { Cell::new(Value::None) },
                    Cell::soon(write, Value::Rate),
                    Cell::maybe(late.and_then(|late| lag::eta(late, read, write)), Value::Eta),
                    of_member(member.map(|member| member.client_id.clone())),
                    of_member(member.map(|member| member.host.clone())),
                    of_member(member.and_then(|member| member.instance_id.clone())),
                    of_member(member.map(|member| member.id.clone())),
                ],
                is_trouble: partition.verdict.is_some_and(Verdict::is_trouble)
                    || matches!(lag, Some(Lag::Expired { .. } | Lag::Unknown)),
                copy: command(&["group", "describe"], &[name]),
            }
        })
    });
    Grid { title: format!("{name}: partitions"), rows: rows.collect(), columns: PARTITION_COLUMNS.to_vec() }
}

/// A group by member.
pub fn members(cluster: &Cluster, name: &str) -> Grid {
    let group = cluster.groups.get(name);
    let rows = group.into_iter().flat_map(|group| {
        group.members.iter().enumerate().map(|(index, member)| {
            let mine: Vec<_> = group.partitions.values().filter(|one| one.member == Some(index)).collect();
            let lag = Total::of(mine.iter().filter_map(|one| one.lag));
            let verdict = mine.iter().filter_map(|one| one.verdict).max();
            Row {
                id: member.id.clone(),
                cells: vec![
                    Cell::name(member.client_id.clone()),
                    Cell::text(member.host.clone()),
                    Cell::count(mine.len()),
                    Cell::total(lag),
                    verdict_cell(verdict),
                    Cell::maybe(member.instance_id.clone(), |id| Value::Text(id.into())),
                    Cell::text(member.id.clone()).tone(Tone::Dim),
                ],
                is_trouble: verdict.is_some_and(Verdict::is_trouble),
                copy: command(&["group", "describe"], &[name]),
            }
        })
    });
    let columns = vec![
        Column::new("CLIENT").shrinks_to(8),
        Column::new("HOST").shrinks_to(8),
        Column::new("PARTS"),
        Column::new("LAG"),
        Column::new("VERDICT"),
        Column::new("INSTANCE").rank(1).shrinks_to(8),
        Column::new("MEMBER").rank(2).shrinks_to(12),
    ];
    Grid { title: format!("{name}: members"), rows: rows.collect(), columns }
}
