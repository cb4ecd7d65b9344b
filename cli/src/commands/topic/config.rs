//! `topic config`: the settings of one topic.

use std::collections::BTreeMap;

use kafkactl_core::client::admin::{ConfigDetail, ConfigEntry, ConfigResource, ConfigSource};
use serde::Serialize;

use crate::args::topic::{TopicConfigGetArgs, TopicConfigSetArgs, TopicConfigUnsetArgs};
use crate::commands::Outcome;
use crate::commands::configs::{self, Changes, ConfigChanged, ConfigRow, missing, to_set, to_unset};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

/// The settings of topics by topic, with one entry of the result for each.
pub async fn settings(
    session: &Session,
    topics: &[&str],
    names: Option<&[String]>,
) -> Result<BTreeMap<String, Result<Vec<ConfigEntry>, CommandError>>, CommandError> {
    let resources: Vec<ConfigResource> = topics.iter().map(|topic| ConfigResource::topic(topic)).collect();
    let described = session.admin.describe_configs(&resources, names, ConfigDetail::default()).await?;
    Ok(described
        .into_iter()
        .map(|(resource, entries)| (resource.name, entries.map_err(CommandError::from)))
        .collect())
}

/// Whether an entry was set on the topic itself.
pub fn is_own(entry: &ConfigEntry) -> bool {
    entry.source == ConfigSource::Topic
}

impl ClusterCommand for TopicConfigGetArgs {
    fn options(&self) -> Options<'_> {
        (&self.get.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let names = (!self.get.keys.is_empty()).then_some(&*self.get.keys);
        let entries = settings(session, &[&self.topic], names).await?.remove(&self.topic);
        let mut entries = entries.ok_or_else(|| CommandError::not_found("topic", &self.topic))??;
        let errors = missing(&self.get.keys, &entries, "topic setting");
        if names.is_none() && !self.get.all {
            entries.retain(is_own);
        }
        let rows: Vec<ConfigRow> = entries.into_iter().map(ConfigRow::from).collect();
        out.print(Report::list("TopicConfig", &rows)?.with_errors(errors))
    }
}

impl ClusterCommand for TopicConfigSetArgs {
    fn options(&self) -> Options<'_> {
        (&self.set.change).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        alter(session, &self.topic, to_set(&self.set.configs)?, self.set.change.dry_run, out).await
    }
}

impl ClusterCommand for TopicConfigUnsetArgs {
    fn options(&self) -> Options<'_> {
        (&self.unset.change).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        alter(session, &self.topic, to_unset(&self.unset.keys), self.unset.change.dry_run, out).await
    }
}

#[derive(Debug, Serialize)]
struct ChangeRow {
    topic: String,
    name: String,
    /// Null for a return to the default.
    value: Option<String>,
    /// `set`, `unset`, `would-set` or `would-unset`.
    result: &'static str,
}

impl Row for ChangeRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("NAME", |row| Cell::from(&row.name)),
        Column::new("RESULT", |row| row.result.into()),
        Column::new("VALUE", |row| Cell::option(row.value.as_ref())),
    ];
}

async fn alter(session: &Session, topic: &str, changes: Changes, dry_run: bool, out: &mut Output) -> Outcome {
    let changed = configs::alter(session, ConfigResource::topic(topic), changes, dry_run, out).await?;
    let row =
        |ConfigChanged { name, value, result }| ChangeRow { topic: topic.to_owned(), name, value, result };
    let rows: Vec<ChangeRow> = changed.into_iter().map(row).collect();
    out.print(Report::list("TopicConfigChange", &rows)?)
}
