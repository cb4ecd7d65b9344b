use std::collections::BTreeSet;

use kafkactl_core::client::admin::{PartitionDescription, TopicListing};
use kafkactl_core::names::TopicName;
use regex::Regex;
use serde::Serialize;

use super::config::settings;
use crate::args::topic::TopicListArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct TopicRow {
    name: String,
    id: String,
    internal: bool,
    partitions: i32,
    replicas: i32,
    /// Partitions with fewer in-sync replicas than replicas.
    under_replicated: i32,
    /// Partitions without a leader.
    offline: i32,
}

impl Row for TopicRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.name)),
        Column::new("PARTITIONS", |row| row.partitions.into()),
        Column::new("REPLICAS", |row| row.replicas.into()),
        Column::new("URP", |row| row.under_replicated.into()),
        Column::new("OFFLINE", |row| row.offline.into()),
        Column::wide("INTERNAL", |row| row.internal.into()),
        Column::wide("ID", |row| Cell::from(&row.id)),
    ];
}

impl ClusterCommand for TopicListArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let regex = self.regex.as_deref().map(Regex::new).transpose();
        let regex = regex.map_err(|error| CommandError::usage(format!("--regex: {error}")))?;
        let topics = session.admin.list_topics().await?.into_iter();
        let mut topics: Vec<TopicListing> = topics
            .filter(|topic| self.internal || !topic.is_internal)
            .filter(|topic| regex.as_ref().is_none_or(|regex| regex.is_match(topic.name.as_str())))
            .filter(|topic| !self.urp || topic.under_replicated_count > 0)
            .filter(|topic| !self.offline || topic.leaderless_count > 0)
            .collect();
        if self.under_min_isr || self.at_min_isr {
            self.keep_low_isr(session, &mut topics).await?;
        }
        let rows: Vec<TopicRow> = topics.into_iter().map(TopicRow::from).collect();
        out.print(Report::list("TopicList", &rows)?)
    }
}

impl TopicListArgs {
    /// Keeps the topics with a partition whose in-sync replicas are below, or just at, what acks=all asks for.
    async fn keep_low_isr(
        &self,
        session: &Session,
        topics: &mut Vec<TopicListing>,
    ) -> Result<(), CommandError> {
        let names: Vec<TopicName> = topics.iter().map(|topic| topic.name.clone()).collect();
        let described = session.admin.describe_topics(&names).await?;
        let texts: Vec<&str> = names.iter().map(TopicName::as_str).collect();
        let settings = settings(session, &texts, Some(&[MIN_ISR.to_owned()])).await?;
        let mut low = BTreeSet::new();
        for (topic, entries) in settings {
            let min_isr =
                entries?.into_iter().find(|entry| entry.name == MIN_ISR).and_then(|entry| entry.value);
            let min_isr: usize = min_isr.and_then(|value| value.parse().ok()).ok_or_else(|| {
                CommandError::failed(format!("topic \"{topic}\": the broker did not tell {MIN_ISR}"))
            })?;
            let Some(Ok(description)) = described.get(topic.as_str()) else { continue };
            let is_low = |partition: &PartitionDescription| {
                self.under_min_isr && partition.isr.len() < min_isr
                    || self.at_min_isr && partition.isr.len() == min_isr
            };
            if description.partitions.iter().any(is_low) {
                low.insert(topic);
            }
        }
        topics.retain(|topic| low.contains(topic.name.as_str()));
        Ok(())
    }
}

const MIN_ISR: &str = "min.insync.replicas";

impl From<TopicListing> for TopicRow {
    fn from(topic: TopicListing) -> Self {
        Self {
            name: topic.name.to_string(),
            id: topic.id.to_string(),
            internal: topic.is_internal,
            partitions: topic.partition_count,
            replicas: topic.replication_factor,
            under_replicated: topic.under_replicated_count,
            offline: topic.leaderless_count,
        }
    }
}
