use crate::model::cluster::Cluster;
use crate::model::event::Severity;
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};

/// The newest first.
pub fn grid(cluster: &Cluster) -> Grid {
    let rows = cluster.events.iter().rev().enumerate().map(|(index, noticed)| {
        let tone = match noticed.what.severity() {
            Severity::Good => Tone::Good,
            Severity::Info => Tone::Plain,
            Severity::Warning => Tone::Warning,
            Severity::Bad => Tone::Bad,
        };
        let mark = match noticed.what.severity() {
            Severity::Good => "+",
            Severity::Info => "",
            Severity::Warning => "!",
            Severity::Bad => "!!",
        };
        Row {
            id: format!("{} {} {}", noticed.at_ms, noticed.what.subject(), cluster.events.count() - index),
            cells: vec![
                Cell::new(Value::Time(noticed.at_ms)).tone(Tone::Dim),
                Cell::text(mark).tone(tone),
                Cell::text(noticed.what.kind()).tone(tone),
                Cell::name(noticed.what.subject()),
                Cell::text(noticed.what.to_string()),
            ],
            is_trouble: noticed.what.severity() >= Severity::Warning,
            copy: String::new(),
        }
    });
    let columns = vec![
        Column::new("TIME").time().rank(1),
        Column::new("LEVEL").rank(2),
        Column::new("KIND"),
        Column::new("SUBJECT").shrinks_to(12),
        Column::new("WHAT").shrinks_to(16),
    ];
    Grid { title: "Events".to_owned(), rows: rows.collect(), columns }
}
