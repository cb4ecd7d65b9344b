use crate::model::cluster::Cluster;
use crate::model::event::{Happening, Noticed, Severity, condense};
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};

/// So many things are told of one by one; more to which the same happened at once are one line.
const ALIKE_MAX: usize = 3;

/// The newest first.
pub fn grid(cluster: &Cluster) -> Grid {
    let events: Vec<&Noticed> = cluster.events.iter().collect();
    let mut rows = Vec::new();
    for at_once in events.chunk_by(|one, other| one.at_ms == other.at_ms) {
        let told = condense(at_once.iter().map(|event| event.what.clone()).collect(), ALIKE_MAX);
        rows.extend(told.iter().enumerate().map(|(number, what)| row(at_once[0].at_ms, what, number)));
    }
    rows.reverse();
    let columns = vec![
        Column::new("TIME").time().rank(1),
        Column::new("LEVEL").rank(2),
        Column::new("KIND"),
        Column::new("SUBJECT").shrinks_to(12),
        Column::new("WHAT").shrinks_to(16),
    ];
    Grid { title: "Events".to_owned(), rows, columns }
}

fn row(at_ms: i64, what: &Happening, number: usize) -> Row {
    let (severity, subject) = (what.severity(), what.subject());
    let (mark, tone) = match severity {
        Severity::Good => ("+", Tone::Good),
        Severity::Info => ("", Tone::Plain),
        Severity::Warning => ("!", Tone::Warning),
        Severity::Bad => ("!!", Tone::Bad),
    };
    Row {
        id: format!("{at_ms} {subject} {number}"),
        cells: vec![
            Cell::new(Value::Time(at_ms)).tone(Tone::Dim),
            Cell::text(mark).tone(tone),
            Cell::text(what.kind()).tone(tone),
            Cell::name(subject),
            Cell::text(what.to_string()),
        ],
        is_trouble: severity >= Severity::Warning,
        copy: Vec::new(),
    }
}
