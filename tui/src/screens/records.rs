use super::command;
use crate::model::cluster::Cluster;
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};
use crate::model::snapshot::Sampler;

/// The newest records of the topic under watch, newest first.
pub fn grid(cluster: &Cluster) -> Grid {
    let topic = &cluster.records.topic;
    let rows = cluster.records.records.iter().rev().map(|record| Row {
        id: format!("{}@{}", record.partition, record.offset),
        cells: vec![
            Cell::new(Value::Time(record.timestamp_ms)).tone(Tone::Dim),
            Cell::count(record.partition),
            // Never in units: an offset is an address.
            Cell::text(record.offset.to_string()),
            record.key.clone().map_or_else(|| Cell::text("null").tone(Tone::Dim), Cell::text),
            record.value.clone().map_or_else(|| Cell::text("null").tone(Tone::Dim), Cell::text),
            Cell::new(Value::Bytes(record.size_bytes as i64)),
        ],
        is_trouble: false,
        copy: command(
            &[
                "consume",
                "-p",
                &record.partition.to_string(),
                "--from",
                &record.offset.to_string(),
                "-n",
                "1",
            ],
            &[topic],
        ),
    });
    let columns = vec![
        Column::new("TIME").time().rank(2),
        Column::new("PART"),
        Column::new("OFFSET"),
        Column::new("KEY").shrinks_to(8),
        Column::new("VALUE").shrinks_to(12),
        Column::new("SIZE").rank(1),
    ];
    let title = if topic.is_empty() { "Records".to_owned() } else { format!("Records of {topic}") };
    Grid { title, rows: rows.collect(), columns }
}

/// The segments of a local data directory.
pub fn segments(cluster: &Cluster) -> Grid {
    let dir = &cluster.segments.dir;
    let rows = cluster.segments.segments.iter().map(|segment| {
        let name = format!("{}-{}", segment.topic, segment.partition);
        let health = if segment.trouble.is_empty() {
            Cell::text("ok").tone(Tone::Good)
        } else {
            Cell::text(format!("{} !", segment.trouble)).tone(Tone::Bad)
        };
        Row {
            id: format!("{name}/{}", segment.base_offset),
            cells: vec![
                Cell::name(name.clone()),
                Cell::text(segment.base_offset.to_string()),
                Cell::new(Value::Bytes(segment.size_bytes)),
                Cell::maybe(segment.modified_ms, Value::Time),
                health,
                Cell::text(if segment.active { "active" } else { "" }),
            ],
            is_trouble: !segment.trouble.is_empty(),
            copy: command(&["segment", "dump"], &[&format!("{dir}/{name}/{:020}.log", segment.base_offset)]),
        }
    });
    let columns = vec![
        Column::new("PARTITION").shrinks_to(14),
        Column::new("BASE"),
        Column::new("SIZE"),
        Column::new("MODIFIED").time().rank(1),
        Column::new("INDEX").shrinks_to(8),
        Column::new("ACTIVE").rank(2),
    ];
    let title = match dir.is_empty() {
        // Which directory it was is in the problem that tells why it cannot be read.
        true if cluster.health.contains_key(&Sampler::Segments) => "Segments".to_owned(),
        true => "Disk: start with --data-dir".to_owned(),
        false => format!("Segments in {dir}"),
    };
    Grid { title, rows: rows.collect(), columns }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::{Data, Failed, Snapshot, Why};

    #[test]
    fn a_directory_that_was_given_is_not_asked_for() {
        let mut cluster = Cluster::default();
        assert_eq!(segments(&cluster).title, "Disk: start with --data-dir");
        let error = "/nope: No such file or directory".to_owned();
        let failed = Failed { of: Sampler::Segments, error, why: Why::Missing };
        cluster.apply(Snapshot { at_ms: 1, took_ms: 1, data: Data::Failed(failed) });
        assert_eq!(segments(&cluster).title, "Segments");
    }
}
