use std::collections::BTreeMap;

use crate::model::cluster::Cluster;
use crate::model::event::{Happening, Noticed, Severity};
use crate::model::grid::{Cell, Column, Grid, Row, Tone, Value};

/// So many partitions are told of one by one; more to which the same happened at once are one line.
const ALIKE_MAX: usize = 3;

/// The newest first.
pub fn grid(cluster: &Cluster) -> Grid {
    let mut alike: BTreeMap<(i64, String), Vec<&Noticed>> = BTreeMap::new();
    for noticed in cluster.events.iter() {
        if let Some(cause) = cause(&noticed.what) {
            alike.entry((noticed.at_ms, cause)).or_default().push(noticed);
        }
    }
    alike.retain(|_, events| events.len() > ALIKE_MAX);
    let rows = cluster.events.iter().rev().enumerate().filter_map(|(index, noticed)| {
        let number = cluster.events.count() - index;
        let many = cause(&noticed.what).and_then(|cause| alike.get(&(noticed.at_ms, cause)));
        match many.map(Vec::as_slice) {
            None => Some(row(noticed, noticed.what.subject(), noticed.what.to_string(), number)),
            Some([.., last]) if !std::ptr::eq(*last, noticed) => None,
            Some(events) => {
                let first = events.iter().take(ALIKE_MAX).map(|event| event.what.subject());
                let names = first.collect::<Vec<_>>().join(", ");
                let what = cause(&noticed.what).unwrap_or_default();
                Some(row(
                    noticed,
                    format!("{} partitions", events.len()),
                    format!("{what}: {names}, …"),
                    number,
                ))
            }
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

/// What one broker that comes or goes does to many partitions.
fn cause(what: &Happening) -> Option<String> {
    match what {
        Happening::LeaderChange { from, to, .. } => {
            let node = |id: &Option<i32>| id.map_or_else(|| "none".to_owned(), |id| id.to_string());
            Some(match to {
                None => format!("leader {} → none", node(from)),
                Some(_) => format!("leader {} → others", node(from)),
            })
        }
        Happening::IsrShrink { lost, .. } => Some(format!("ISR lost {lost:?}")),
        Happening::IsrGrow { joined, .. } => Some(format!("ISR gained {joined:?}")),
        _ => None,
    }
}

fn row(noticed: &Noticed, subject: String, what: String, number: usize) -> Row {
    let severity = noticed.what.severity();
    let (mark, tone) = match severity {
        Severity::Good => ("+", Tone::Good),
        Severity::Info => ("", Tone::Plain),
        Severity::Warning => ("!", Tone::Warning),
        Severity::Bad => ("!!", Tone::Bad),
    };
    Row {
        id: format!("{} {subject} {number}", noticed.at_ms),
        cells: vec![
            Cell::new(Value::Time(noticed.at_ms)).tone(Tone::Dim),
            Cell::text(mark).tone(tone),
            Cell::text(noticed.what.kind()).tone(tone),
            Cell::name(subject),
            Cell::text(what),
        ],
        is_trouble: severity >= Severity::Warning,
        copy: Vec::new(),
    }
}
