use crate::model::cluster::Cluster;
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};

const COLUMNS: [Column; 12] = [
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
];

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
        let free = broker.log_dirs.iter().map(|dir| dir.usable_bytes).sum::<Option<i64>>();
        let dir_failed = broker.log_dirs.iter().any(|dir| dir.error.is_some());
        let state = match (broker.is_up, dir_failed) {
            (false, _) => Cell::marked("down", "!").tone(Tone::Bad),
            (true, true) => Cell::marked("disk", "!").tone(Tone::Bad),
            (true, false) => Cell::text("up").tone(Tone::Good),
        };
        let role = match (cluster.controller == Some(*id), cluster.voters.contains(id)) {
            (true, _) => "controller",
            (false, true) => "broker+voter",
            (false, false) => "broker",
        };
        Row {
            id: id.to_string(),
            cells: vec![
                Cell::count(*id),
                Cell::name(format!("{}:{}", broker.host, broker.port)),
                state,
                Cell::text(role),
                Cell::maybe(broker.rack.clone(), |rack| Value::Text(rack.into())),
                Cell::count(leaders),
                Cell::count(replicas),
                Cell::count(out_of_sync).tone_if(out_of_sync > 0, Tone::Warning),
                Cell::maybe(broker.log_bytes(), Value::Bytes),
                Cell::maybe(free.filter(|_| !broker.log_dirs.is_empty()), Value::Bytes),
                Cell::maybe(skew, Value::Ratio).tone_if(skew.is_some_and(|skew| skew > 1.5), Tone::Warning),
                Cell::maybe(broker.latency_ms, |ms| Value::Millis(ms.into())),
            ],
            is_trouble: !broker.is_up || dir_failed || out_of_sync > 0,
            copy: format!("kafkactl broker describe {id}"),
        }
    });
    Grid { title: "Brokers".to_owned(), rows: rows.collect(), columns: COLUMNS.to_vec() }
}
