use kafkactl_core::client::admin::{PartitionDescription, TopicDescription};
use kafkactl_core::names::{BrokerId, TopicName};
use serde::Serialize;

use super::config::{is_own, settings};
use crate::args::topic::TopicDescribeArgs;
use crate::commands::Outcome;
use crate::commands::configs::ConfigRow;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row, Section, Table};

#[derive(Debug, Serialize)]
struct TopicItem {
    name: String,
    id: String,
    internal: bool,
    partitions: Vec<PartitionRow>,
    /// Those set on the topic itself.
    configs: Vec<ConfigRow>,
}

#[derive(Debug, Serialize)]
struct PartitionRow {
    partition: i32,
    leader: Option<i32>,
    leader_epoch: i32,
    replicas: Vec<i32>,
    isr: Vec<i32>,
    offline: Vec<i32>,
    /// Replicas that may lead although out of sync; null from brokers that do not tell.
    eligible_leaders: Option<Vec<i32>>,
}

impl Row for PartitionRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("LEADER", |row| Cell::option(row.leader)),
        Column::new("EPOCH", |row| row.leader_epoch.into()),
        Column::new("REPLICAS", |row| Cell::list(&row.replicas)),
        Column::new("ISR", |row| Cell::list(&row.isr)),
        Column::new("OFFLINE", |row| Cell::list(&row.offline)),
        Column::wide("ELIGIBLE", |row| Cell::list(row.eligible_leaders.iter().flatten())),
    ];
}

impl ClusterCommand for TopicDescribeArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let names: Vec<TopicName> = self.topics.iter().map(|name| TopicName::new(name)).collect();
        let mut items = Vec::new();
        let mut errors: Vec<CommandError> = Vec::new();
        for (_, topic) in session.admin.describe_topics(&names).await? {
            match topic {
                Ok(topic) => items.push(TopicItem::from(topic)),
                Err(error) => errors.push(error.into()),
            }
        }
        let found: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let mut configs = settings(session, &found, None).await?;
        for item in &mut items {
            match configs.remove(&item.name) {
                Some(Ok(entries)) => {
                    item.configs = entries.into_iter().filter(is_own).map(ConfigRow::from).collect()
                }
                // Settings need a right of their own; the rest is worth showing without it.
                Some(Err(error)) => errors.push(error),
                None => {}
            }
        }
        let sections = items.iter().map(section).collect::<Result<_, CommandError>>()?;
        out.print(Report::details("TopicDescription", &items, sections)?.with_errors(errors))
    }
}

fn section(topic: &TopicItem) -> Result<Section, CommandError> {
    let replicas = topic.partitions.first().map(|partition| partition.replicas.len());
    let facts = vec![
        ("Topic", Cell::from(&topic.name)),
        ("Id", Cell::from(&topic.id)),
        ("Partitions", topic.partitions.len().into()),
        ("Replicas", Cell::option(replicas)),
        (
            "Settings",
            Cell::list(
                topic
                    .configs
                    .iter()
                    .map(|config| format!("{}={}", config.name, config.value.as_deref().unwrap_or("-"))),
            ),
        ),
    ];
    Ok(Section { facts, table: Some(Table::of(&topic.partitions)?) })
}

impl From<TopicDescription> for TopicItem {
    fn from(topic: TopicDescription) -> Self {
        Self {
            name: topic.name.to_string(),
            id: topic.id.to_string(),
            internal: topic.is_internal,
            partitions: topic.partitions.into_iter().map(PartitionRow::from).collect(),
            configs: Vec::new(),
        }
    }
}

impl From<PartitionDescription> for PartitionRow {
    fn from(partition: PartitionDescription) -> Self {
        let numbers = |brokers: Vec<BrokerId>| brokers.into_iter().map(|broker| broker.0).collect();
        Self {
            partition: partition.id.0,
            leader: partition.leader.map(|broker| broker.0),
            leader_epoch: partition.leader_epoch.0,
            replicas: numbers(partition.replicas),
            isr: numbers(partition.isr),
            offline: numbers(partition.offline),
            eligible_leaders: partition.eligible_leaders.map(numbers),
        }
    }
}
