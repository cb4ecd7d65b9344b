//! `topic trim`: deletes the records before a position (DeleteRecords).

use std::collections::BTreeMap;

use kafkactl_core::client::admin::Isolation;
use kafkactl_core::names::{Offset, TopicPartition};
use serde::Serialize;

use crate::args::position::Position;
use crate::args::topic::TopicTrimArgs;
use crate::commands::Outcome;
use crate::commands::confirm::{Decision, confirm};
use crate::commands::positions::{Bounds, check_partitions, now_ms, resolve};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct TrimmedRow {
    topic: String,
    partition: i32,
    /// The first offset before.
    old_start: i64,
    /// The first offset afterwards.
    start: i64,
    end: i64,
    /// `trimmed` or `would-trim`; `unchanged` where `start` is what it was.
    result: &'static str,
}

impl Row for TrimmedRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("OLD-START", |row| row.old_start.into()),
        Column::new("START", |row| row.start.into()),
        Column::new("END", |row| row.end.into()),
        Column::new("RESULT", |row| row.result.into()),
    ];
}

impl ClusterCommand for TopicTrimArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        if self.to.any(|position| matches!(position, Position::Committed { .. })) {
            return Err(CommandError::usage("--to has no group, so no commit to count from"));
        }
        let mut errors = Vec::new();
        let cuts = self.cuts(&session.impatient(), &mut errors, out).await?;
        let deed = format!("delete records of {} partitions of topic {}", cuts.len(), self.topic);
        let preview = confirm(session, &self.destroy.confirm, &deed, &self.topic)? == Decision::Preview;
        let mut rows = Vec::new();
        let row = |partition: &TopicPartition, bounds: Bounds, start, result| TrimmedRow {
            topic: partition.topic.to_string(),
            partition: partition.partition.0,
            old_start: bounds.start,
            start,
            end: bounds.end,
            result: if start == bounds.start { "unchanged" } else { result },
        };
        if preview {
            rows.extend(cuts.iter().map(|(of, (bounds, offset))| row(of, *bounds, *offset, "would-trim")));
        } else {
            let before = cuts.iter().map(|(of, (_, offset))| (of.clone(), Some(Offset(*offset)))).collect();
            for (partition, outcome) in session.admin.delete_records(before).await {
                match (outcome, cuts.get(&partition)) {
                    (Ok(start), Some((bounds, _))) => rows.push(row(&partition, *bounds, start.0, "trimmed")),
                    (Ok(_), None) => {}
                    (Err(error), _) => errors.push(CommandError::of_item("not trimmed", &error)),
                }
            }
        }
        out.print(Report::list("TopicTrimList", &rows)?.with_errors(errors))
    }
}

impl TopicTrimArgs {
    /// What each partition holds, and its first offset afterwards.
    async fn cuts(
        &self,
        session: &Session,
        errors: &mut Vec<CommandError>,
        out: &mut Output,
    ) -> Result<BTreeMap<TopicPartition, (Bounds, i64)>, CommandError> {
        let of = |partition: TopicPartition| Some((self.to.of(partition.partition.0)?, partition));
        let partitions = session.partitions_of(&self.topic).await?;
        check_partitions(&self.topic, &partitions, self.to.by_partition.keys())?;
        let wanted = partitions.into_iter().filter_map(of);
        let positions: BTreeMap<TopicPartition, Position> =
            wanted.map(|(position, partition)| (partition, position)).collect();
        let partitions: Vec<TopicPartition> = positions.keys().cloned().collect();
        let mut times = session.at_times(&positions, Isolation::ReadUncommitted, now_ms()).await;
        let mut cuts = BTreeMap::new();
        for (partition, bounds) in session.bounds(&partitions, Isolation::ReadUncommitted).await {
            let at_time = times.remove(&partition).transpose().map(Option::flatten);
            let (bounds, at_time) = match bounds.and_then(|bounds| Ok((bounds, at_time?))) {
                Ok(known) => known,
                Err(error) => {
                    errors.push(CommandError::of_item("not trimmed", &error));
                    continue;
                }
            };
            let position = positions[&partition];
            // Positions relative to a commit were refused.
            let Ok(resolved) = resolve(position, bounds, at_time, None) else { continue };
            resolved.remark(&partition, position, bounds).iter().for_each(|remark| out.note(remark));
            cuts.insert(partition, (bounds, resolved.offset));
        }
        Ok(cuts)
    }
}
