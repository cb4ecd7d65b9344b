use kafkactl_core::client::admin::TopicListing;
use regex::Regex;
use serde::Serialize;

use crate::args::shared::{Common, TableArgs};
use crate::args::topic::TopicListArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Pace, Session};
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
    fn common(&self) -> &Common {
        &self.common
    }

    fn table(&self) -> Option<&TableArgs> {
        Some(&self.table)
    }

    fn pace(&self) -> Pace {
        self.watch.watch.into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let regex = self.regex.as_deref().map(Regex::new).transpose();
        let regex = regex.map_err(|error| CommandError::usage(format!("--regex: {error}")))?;
        let topics = session.admin.list_topics().await?.into_iter();
        let topics: Vec<TopicListing> = topics
            .filter(|topic| self.internal || !topic.is_internal)
            .filter(|topic| regex.as_ref().is_none_or(|regex| regex.is_match(topic.name.as_str())))
            .filter(|topic| !self.urp || topic.under_replicated_count > 0)
            .filter(|topic| !self.offline || topic.leaderless_count > 0)
            .collect();
        let rows: Vec<TopicRow> = topics.into_iter().map(TopicRow::from).collect();
        out.print(Report::list("TopicList", &rows)?)
    }
}

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
