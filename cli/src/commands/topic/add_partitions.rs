use std::collections::BTreeMap;

use kafkactl_core::client::admin::NewPartitions;
use kafkactl_core::names::TopicName;
use serde::Serialize;

use crate::args::topic::TopicAddPartitionsArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct GrownRow {
    name: String,
    /// `added` or `would-add`.
    result: &'static str,
    partitions: i32,
}

impl Row for GrownRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.name)),
        Column::new("RESULT", |row| row.result.into()),
        Column::new("PARTITIONS", |row| row.partitions.into()),
    ];
}

impl ClusterCommand for TopicAddPartitionsArgs {
    fn options(&self) -> Options<'_> {
        (&self.change).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let dry_run = self.change.dry_run;
        if !dry_run {
            session.may_change()?;
        }
        let new = NewPartitions { total_count: self.partitions, ..NewPartitions::default() };
        let topics = BTreeMap::from([(TopicName::new(&self.topic), new)]);
        let mut rows = Vec::new();
        let mut errors: Vec<CommandError> = Vec::new();
        for (name, outcome) in session.admin.create_partitions(&topics, dry_run).await? {
            let result = if dry_run { "would-add" } else { "added" };
            match outcome {
                Ok(()) => rows.push(GrownRow { name: name.to_string(), result, partitions: self.partitions }),
                Err(error) => errors.push(error.into()),
            }
        }
        out.print(Report::list("TopicAddPartitionsList", &rows)?.with_errors(errors))
    }
}
