use std::collections::BTreeMap;

use super::command;
use crate::model::cluster::{Cluster, Dir};
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};

const COLUMNS: [Column; 13] = [
    Column::new("ID"),
    Column::new("HOST").shrinks_to(12),
    Column::new("STATE"),
    Column::new("ROLE").rank(2),
    Column::new("RACK").rank(4).shrinks_to(6),
    Column::new("LEADERS"),
    Column::new("REPLICAS").rank(1),
    Column::new("OUT-OF-SYNC"),
    Column::new("LOG-BYTES").rank(2),
    Column::new("FREE").rank(3),
    Column::new("SKEW").rank(3),
    Column::new("LATENCY").time().rank(2),
    Column::new("ANSWERED").time().rank(3),
];

/// Directories that are as free as each other to within 64 MiB, and as large, may be on one volume.
const ROUGH_BITS: u32 = 26;

pub fn grid(cluster: &Cluster) -> Grid {
    let leader_count = cluster.partitions().filter(|(.., partition)| partition.leader.is_some()).count();
    let up_count = cluster.brokers.values().filter(|broker| broker.is_up).count();
    let rows = cluster.brokers.iter().map(|(id, broker)| {
        let (mut leaders, mut replicas, mut out_of_sync) = (0, 0, 0);
        for (.., partition) in cluster.partitions() {
            leaders += i64::from(partition.leader == Some(*id));
            if partition.replicas.contains(id) {
                replicas += 1;
                out_of_sync += i64::from(!partition.isr.contains(id));
            }
        }
        // 1 is an even share of the leaders.
        let skew = (broker.is_up && leader_count > 0)
            .then(|| leaders as f64 * up_count as f64 / leader_count as f64);
        let dir_failed = broker.log_dirs.iter().any(|dir| dir.error.is_some());
        let is_silent = broker.is_silent() || broker.is_up && cluster.is_cut_off();
        let state = match (broker.is_up, is_silent, dir_failed) {
            (false, ..) => Cell::marked("down", "!").tone(Tone::Bad),
            (true, true, _) => Cell::marked("silent", "!").tone(Tone::Bad),
            (true, false, true) => Cell::marked("disk", "!").tone(Tone::Bad),
            (true, false, false) => Cell::text("up").tone(Tone::Good),
        };
        let host =
            if broker.host.is_empty() { "-".to_owned() } else { format!("{}:{}", broker.host, broker.port) };
        let answered = broker.answered_ms.map(|at_ms| cluster.seen_ms.saturating_sub(at_ms).max(0));
        let role = match (cluster.controller == Some(*id), cluster.voters.contains(id)) {
            (true, _) => "controller",
            (false, true) => "broker+voter",
            (false, false) => "broker",
        };
        Row {
            id: id.to_string(),
            cells: vec![
                Cell::count(*id),
                Cell::name(host),
                state,
                Cell::text(role),
                Cell::maybe(broker.rack.clone(), |rack| Value::Text(rack.into())),
                Cell::count(leaders),
                Cell::count(replicas),
                Cell::count(out_of_sync).tone_if(out_of_sync > 0, Tone::Warning),
                Cell::soon(broker.log_bytes(), Value::Bytes),
                free(&broker.log_dirs),
                Cell::maybe(skew, Value::Ratio).tone_if(skew.is_some_and(|skew| skew > 1.5), Tone::Warning),
                Cell::maybe(broker.latency_ms, |ms| Value::Latency(ms.into())),
                Cell::maybe(answered, Value::Millis).tone_if(is_silent, Tone::Bad),
            ],
            is_trouble: !broker.is_up || is_silent || dir_failed || out_of_sync > 0,
            copy: command(&["cluster", "info"], &[]),
        }
    });
    Grid { title: "Brokers".to_owned(), rows: rows.collect(), columns: COLUMNS.to_vec() }
}

/// What can still be written: at least, where directories may share a volume or do not tell.
fn free(dirs: &[Dir]) -> Cell {
    let mut volumes: BTreeMap<Option<(i64, i64)>, i64> = BTreeMap::new();
    for dir in dirs {
        let Some(usable_bytes) = dir.usable_bytes else { continue };
        // What is free moves a little from one question to the next.
        let volume = dir.total_bytes.map(|total_bytes| (total_bytes, usable_bytes >> ROUGH_BITS));
        let known_bytes = volumes.entry(volume).or_insert(usable_bytes);
        *known_bytes = usable_bytes.max(*known_bytes);
    }
    let is_partial = volumes.len() < dirs.len();
    let sum = |sum: Option<i64>, bytes| Some(sum.unwrap_or(0).saturating_add(bytes));
    Cell::at_least(volumes.into_values().fold(None, sum), is_partial, Value::Bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_is_what_is_known_to_be_free() {
        const G: i64 = 1 << 30;
        let cases: [(&[(Option<i64>, Option<i64>)], &str); 7] = [
            (&[], "-"),
            (&[(Some(500 * G), None)], "-"),
            (&[(Some(500 * G), Some(300 * G))], "300.0GiB"),
            (&[(Some(500 * G), Some(300 * G)), (Some(900 * G), Some(100 * G))], "400.0GiB"),
            // One volume, or two alike: nobody tells.
            (&[(Some(500 * G), Some(300 * G)), (Some(500 * G), Some(300 * G + 4096))], "≥300.0GiB"),
            (&[(None, Some(300 * G)), (None, Some(100 * G))], "≥300.0GiB"),
            (&[(Some(500 * G), Some(300 * G)), (Some(900 * G), None)], "≥300.0GiB"),
        ];
        for (dirs, expected) in cases {
            let dir = |(total_bytes, usable_bytes): &(Option<i64>, Option<i64>)| Dir {
                total_bytes: *total_bytes,
                usable_bytes: *usable_bytes,
                ..Dir::default()
            };
            let dirs: Vec<Dir> = dirs.iter().map(dir).collect();
            assert_eq!(free(&dirs).value.human(crate::model::grid::Units::Human), expected, "{dirs:?}");
        }
    }
}
