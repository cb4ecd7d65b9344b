use kafkactl_core::client::admin::ProducerDescription;
use kafkactl_core::names::TopicPartition;
use serde::Serialize;

use super::partitions_of;
use crate::args::txn::TxnProducersArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct ProducerRow {
    topic: String,
    partition: i32,
    producer_id: i64,
    producer_epoch: i32,
    last_sequence: i32,
    last_timestamp_ms: i64,
    /// Null for producers without transactions.
    coordinator_epoch: Option<i32>,
    /// Where the open transaction begins; null when none is.
    transaction_start: Option<i64>,
}

impl Row for ProducerRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("PRODUCER", |row| row.producer_id.into()),
        Column::new("EPOCH", |row| row.producer_epoch.into()),
        Column::new("LAST-SEQUENCE", |row| row.last_sequence.into()),
        Column::new("LAST-MS", |row| row.last_timestamp_ms.into()),
        Column::new("OPEN-SINCE", |row| Cell::option(row.transaction_start)),
        Column::wide("COORDINATOR-EPOCH", |row| Cell::option(row.coordinator_epoch)),
    ];
}

impl ProducerRow {
    fn new(of: &TopicPartition, producer: ProducerDescription) -> Self {
        Self {
            topic: of.topic.to_string(),
            partition: of.partition.0,
            producer_id: producer.producer_id.0,
            producer_epoch: producer.producer_epoch,
            last_sequence: producer.last_sequence,
            last_timestamp_ms: producer.last_timestamp_ms,
            coordinator_epoch: producer.coordinator_epoch,
            transaction_start: producer.transaction_start.map(|offset| offset.0),
        }
    }
}

impl ClusterCommand for TxnProducersArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let (mut partitions, mut errors) = partitions_of(session, &self.topics).await;
        if let Some(wanted) = &self.partition {
            partitions.retain(|of| wanted.contains(of.partition.0));
        }
        let mut rows = Vec::new();
        for (partition, producers) in session.admin.describe_producers(&partitions).await {
            match producers {
                Ok(producers) => {
                    rows.extend(producers.into_iter().map(|producer| ProducerRow::new(&partition, producer)))
                }
                Err(error) => errors.push(error.into()),
            }
        }
        out.print(Report::list("ProducerList", &rows)?.with_errors(errors))
    }
}
