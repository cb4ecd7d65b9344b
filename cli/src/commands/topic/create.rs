use std::collections::BTreeMap;

use kafkactl_core::client::ClientError;
use kafkactl_core::client::admin::{CreatedTopic, NewTopic};
use kafkactl_core::names::{TopicId, TopicName};
use kafkactl_core::wire::ErrorCode;
use serde::Serialize;

use crate::args::topic::TopicCreateArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct CreatedRow {
    name: String,
    /// `created`, `exists` or `would-create`.
    result: &'static str,
    id: Option<String>,
    partitions: Option<i32>,
    replicas: Option<i16>,
}

impl Row for CreatedRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.name)),
        Column::new("RESULT", |row| row.result.into()),
        Column::new("PARTITIONS", |row| Cell::option(row.partitions)),
        Column::new("REPLICAS", |row| Cell::option(row.replicas.map(i32::from))),
        Column::wide("ID", |row| Cell::option(row.id.as_ref())),
    ];
}

impl ClusterCommand for TopicCreateArgs {
    fn options(&self) -> Options<'_> {
        (&self.change).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let dry_run = self.change.dry_run;
        if !dry_run {
            session.may_change()?;
        }
        let new = NewTopic {
            partition_count: self.partitions.unwrap_or(-1),
            replication_factor: self.replicas.unwrap_or(-1),
            configs: self.configs.iter().map(|config| (config.key.clone(), config.value.clone())).collect(),
            ..NewTopic::default()
        };
        let topics: BTreeMap<TopicName, NewTopic> =
            self.topics.iter().map(|name| (TopicName::new(name), new.clone())).collect();
        let mut rows = Vec::new();
        let mut errors: Vec<CommandError> = Vec::new();
        for (name, outcome) in session.admin.create_topics(&topics, dry_run).await? {
            match row(&name, outcome, self) {
                Ok(row) => rows.push(row),
                Err(error) => errors.push(error.into()),
            }
        }
        out.print(Report::list("TopicCreateList", &rows)?.with_errors(errors))
    }
}

fn row(
    name: &TopicName,
    outcome: Result<CreatedTopic, ClientError>,
    args: &TopicCreateArgs,
) -> Result<CreatedRow, ClientError> {
    let name = name.to_string();
    match outcome {
        Ok(created) => Ok(CreatedRow {
            name,
            result: if args.change.dry_run { "would-create" } else { "created" },
            id: (created.id != TopicId::ZERO).then(|| created.id.to_string()),
            partitions: (created.partition_count >= 0).then_some(created.partition_count),
            replicas: (created.replication_factor >= 0).then_some(created.replication_factor),
        }),
        Err(error) if args.if_not_exists && error.code() == Some(ErrorCode::TopicAlreadyExists) => {
            Ok(CreatedRow { name, result: "exists", id: None, partitions: None, replicas: None })
        }
        Err(error) => Err(error),
    }
}
