use kafkactl_core::names::{Offset, TopicPartition};
use serde::Serialize;

use super::hanging;
use crate::args::txn::TxnAbortArgs;
use crate::commands::Outcome;
use crate::commands::confirm::{Decision, confirm};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct AbortedRow {
    topic: String,
    partition: i32,
    producer_id: i64,
    start_offset: i64,
    /// `aborted` or `would-abort`.
    result: &'static str,
}

impl Row for AbortedRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("PRODUCER", |row| row.producer_id.into()),
        Column::new("START-OFFSET", |row| row.start_offset.into()),
        Column::new("RESULT", |row| row.result.into()),
    ];
}

impl ClusterCommand for TxnAbortArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let partition = TopicPartition::new(self.topic.as_str(), self.partition);
        let mut described = session.admin.describe_producers(std::slice::from_ref(&partition)).await;
        let producers = described
            .remove(&partition)
            .ok_or_else(|| CommandError::not_found("partition", partition.to_string()))??;
        let starts_here = Some(Offset(self.start_offset));
        let producer = producers
            .into_iter()
            .find(|producer| producer.transaction_start == starts_here)
            .ok_or_else(|| {
                let name = format!("{partition}@{}", self.start_offset);
                let hint = format!("`kafkactl txn producers {}` shows where transactions begin", self.topic);
                CommandError::not_found("open transaction", name).hint(hint)
            })?;
        let owned = hanging::owned_by_coordinators(session).await?;
        let owned = owned.get(&producer.producer_id.0);
        if !self.force && owned.is_some_and(|owned| owned.contains(&(self.topic.clone(), self.partition))) {
            let reason = "its coordinator knows the transaction and is going to end it: it does not hang";
            return Err(CommandError::refused(format!("{partition}@{}: {reason}", self.start_offset))
                .hint("--force aborts it all the same, and its producer may lose what it commits"));
        }
        let deed = format!(
            "abort the transaction of producer {} in {partition} from offset {}",
            producer.producer_id, self.start_offset
        );
        let preview =
            confirm(session, &self.destroy.confirm, &deed, &partition.to_string())? == Decision::Preview;
        if !preview {
            session.admin.abort_in_partition(&partition, &producer).await?;
        }
        let row = AbortedRow {
            topic: self.topic.clone(),
            partition: self.partition,
            producer_id: producer.producer_id.0,
            start_offset: self.start_offset,
            result: if preview { "would-abort" } else { "aborted" },
        };
        out.print(Report::list("AbortedTransactionList", &[row])?)
    }
}
