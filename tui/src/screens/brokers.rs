use std::collections::BTreeMap;

use super::command;
use crate::model::cluster::{Broker, Cluster};
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

/// Directories that are as free as each other to within 64 MiB, and as large, are on one volume.
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
        let state = match (broker.is_up, broker.is_silent(), dir_failed) {
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
                Cell::maybe(free_bytes(broker), Value::Bytes),
                Cell::maybe(skew, Value::Ratio).tone_if(skew.is_some_and(|skew| skew > 1.5), Tone::Warning),
                Cell::maybe(broker.latency_ms, |ms| Value::Millis(ms.into())),
                Cell::maybe(answered, Value::Millis).tone_if(broker.is_silent(), Tone::Bad),
            ],
            is_trouble: !broker.is_up || broker.is_silent() || dir_failed || out_of_sync > 0,
            copy: command(&["cluster", "info"], &[]),
        }
    });
    Grid { title: "Brokers".to_owned(), rows: rows.collect(), columns: COLUMNS.to_vec() }
}

/// What can still be written. Directories of one volume, which tell the same sizes, share what is free.
fn free_bytes(broker: &Broker) -> Option<i64> {
    let mut volumes: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for dir in &broker.log_dirs {
        let usable_bytes = dir.usable_bytes?;
        // What is free moves a little from one question to the next.
        let rough = usable_bytes >> ROUGH_BITS;
        volumes.insert((dir.total_bytes.unwrap_or(0), rough), usable_bytes);
    }
    volumes.into_values().fold(None, |sum, bytes| Some(bytes.saturating_add(sum.unwrap_or(0))))
}
