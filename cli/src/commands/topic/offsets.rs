use std::collections::BTreeMap;

use kafkactl_core::client::admin::{Isolation, OffsetSpec};
use kafkactl_core::names::TopicPartition;
use serde::Serialize;

use crate::args::position::{Position, Positions};
use crate::args::topic::TopicOffsetsArgs;
use crate::commands::Outcome;
use crate::commands::positions::{Answers, Bounds, now_ms, resolve};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct OffsetsRow {
    topic: String,
    partition: i32,
    start: i64,
    end: i64,
    /// Where readers of committed records stop; behind `end` while a transaction is open.
    last_stable: Option<i64>,
    /// The offset at `--at`.
    at: Option<i64>,
}

impl Row for OffsetsRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("START", |row| row.start.into()),
        Column::new("END", |row| row.end.into()),
        Column::new("AT", |row| Cell::option(row.at)),
        Column::wide("LAST-STABLE", |row| Cell::option(row.last_stable)),
    ];
}

impl ClusterCommand for TopicOffsetsArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        if self
            .at
            .as_ref()
            .is_some_and(|at| at.any(|position| matches!(position, Position::Committed { .. })))
        {
            return Err(CommandError::usage("--at has no group, so no commit to count from"));
        }
        let mut partitions = Vec::new();
        let mut errors = Vec::new();
        for topic in &self.topics {
            match session.partitions_of(topic).await {
                Ok(found) => partitions.extend(found),
                Err(error) => errors.push(error),
            }
        }
        let session = &session.impatient();
        let bounds = session.bounds(&partitions, Isolation::ReadUncommitted).await;
        partitions.retain(|partition| bounds.get(partition).is_some_and(Result::is_ok));
        let mut stable = session.offsets(&partitions, OffsetSpec::Latest, Isolation::ReadCommitted).await;
        let mut at = positions_at(session, self.at.as_ref(), &bounds).await;
        let mut rows = Vec::new();
        for (partition, bounds) in bounds {
            let outcome = bounds.and_then(|Bounds { start, end }| {
                Ok(OffsetsRow {
                    topic: partition.topic.to_string(),
                    partition: partition.partition.0,
                    start,
                    end,
                    last_stable: stable.remove(&partition).transpose()?.flatten(),
                    at: at.remove(&partition).transpose()?,
                })
            });
            match outcome {
                Ok(row) => rows.push(row),
                Err(error) => errors.push(CommandError::of_item("offsets unknown", &error)),
            }
        }
        out.print(Report::list("TopicOffsetsList", &rows)?.with_errors(errors))
    }
}

async fn positions_at(session: &Session, at: Option<&Positions>, bounds: &Answers<Bounds>) -> Answers<i64> {
    let told = bounds.iter().filter(|(_, bounds)| bounds.is_ok()).map(|(partition, _)| partition);
    let positions: BTreeMap<TopicPartition, Position> =
        told.filter_map(|partition| Some((partition.clone(), at?.of(partition.partition.0)?))).collect();
    let mut times = session.at_times(&positions, Isolation::ReadUncommitted, now_ms()).await;
    let mut answers = Answers::new();
    for (partition, position) in positions {
        let Some(Ok(bounds)) = bounds.get(&partition) else { continue };
        let offset = times.remove(&partition).transpose().map(|at_time| {
            // Without a group there is no commit, and no position that wants one got here.
            resolve(position, *bounds, at_time.flatten(), None).map(|resolved| resolved.offset)
        });
        match offset {
            Ok(Ok(offset)) => drop(answers.insert(partition, Ok(offset))),
            Ok(Err(_)) => {}
            Err(error) => drop(answers.insert(partition, Err(error))),
        }
    }
    answers
}
