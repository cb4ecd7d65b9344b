use std::collections::BTreeMap;

use kafkactl_core::client::ClientError;
use kafkactl_core::client::admin::{CreatedTopic, NewTopic};
use kafkactl_core::names::{TopicId, TopicName};
use kafkactl_core::settings::UnknownName;
use kafkactl_core::wire::ErrorCode;
use serde::Serialize;

use crate::args::topic::TopicCreateArgs;
use crate::commands::Outcome;
use crate::commands::configs::{refuse_contradictions, tell_unknown};
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
        refuse_collisions(&self.topics)?;
        refuse_contradictions(&self.configs)?;
        tell_unknown(self.configs.iter().map(|config| &*config.key), UnknownName::of_topic, out);
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

/// Kafka compares new names with those of existing topics alone, so that two at once would both be made.
fn refuse_collisions(names: &[String]) -> Result<(), CommandError> {
    let mut seen = BTreeMap::new();
    for name in names {
        match seen.insert(name.replace('.', "_"), name) {
            Some(other) if other != name => {
                let reason = format!("topics \"{other}\" and \"{name}\" differ in '.' and '_' alone");
                return Err(CommandError::usage(reason)
                    .hint("metrics cannot tell them apart, and a cluster that has one refuses the other"));
            }
            _ => {}
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::refuse_collisions;

    #[test]
    fn names_that_metrics_cannot_tell_apart_are_not_made_together() {
        for (names, is_fine) in [
            (&["a.b", "a_b"][..], false),
            (&["a.b_c", "x", "a_b.c"], false),
            (&["a.b", "a-b", "ab"], true),
            (&["a.b", "a.b"], true),
        ] {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(refuse_collisions(&names).is_ok(), is_fine, "{names:?}");
        }
    }
}
