use kafkactl_core::names::TopicName;
use kafkactl_core::wire::ErrorCode;
use serde::Serialize;

use crate::args::topic::TopicDeleteArgs;
use crate::commands::Outcome;
use crate::commands::confirm::{Decision, confirm_deletion};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct DeletedRow {
    name: String,
    /// `deleted`, `missing` or `would-delete`.
    result: &'static str,
}

impl Row for DeletedRow {
    const COLUMNS: &'static [Column<Self>] =
        &[Column::new("TOPIC", |row| Cell::from(&row.name)), Column::new("RESULT", |row| row.result.into())];
}

impl ClusterCommand for TopicDeleteArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let confirmed = confirm_deletion(session, &self.destroy.confirm, "topic", "records", &self.topics)?;
        let preview = confirmed == Decision::Preview;
        let names: Vec<TopicName> = self.topics.iter().map(|name| TopicName::new(name)).collect();
        // A preview looks whether the topics are there, which is all that deleting would find out.
        let outcomes = if preview {
            let described = session.admin.describe_topics(&names).await?;
            described.into_iter().map(|(name, topic)| (name, topic.map(drop))).collect()
        } else {
            session.admin.delete_topics(&names).await?
        };
        let mut rows = Vec::new();
        let mut errors: Vec<CommandError> = Vec::new();
        for (name, outcome) in outcomes {
            let row = |result| DeletedRow { name: name.to_string(), result };
            match outcome {
                Ok(()) => rows.push(row(if preview { "would-delete" } else { "deleted" })),
                Err(error) if self.if_exists && error.code() == Some(ErrorCode::UnknownTopicOrPartition) => {
                    rows.push(row("missing"));
                }
                Err(error) => errors.push(error.into()),
            }
        }
        out.print(Report::list("TopicDeleteList", &rows)?.with_errors(errors))
    }
}
