use kafkactl_core::client::admin::TransactionDescription;
use serde::Serialize;

use crate::args::txn::TxnDescribeArgs;
use crate::commands::Outcome;
use crate::commands::positions::now_ms;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row, Section, Table};

#[derive(Debug, Serialize)]
struct TxnItem {
    transactional_id: String,
    state: String,
    producer_id: i64,
    producer_epoch: i16,
    timeout_ms: i32,
    /// Null while no transaction is open.
    start_ms: Option<i64>,
    age_ms: Option<i64>,
    partitions: Vec<PartitionRow>,
}

#[derive(Debug, Serialize)]
struct PartitionRow {
    topic: String,
    partition: i32,
}

impl Row for PartitionRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
    ];
}

impl TxnItem {
    fn new(id: String, described: TransactionDescription, now_ms: i64) -> Self {
        let partitions = described
            .partitions
            .iter()
            .map(|of| PartitionRow { topic: of.topic.to_string(), partition: of.partition.0 });
        Self {
            transactional_id: id,
            partitions: partitions.collect(),
            state: described.state,
            producer_id: described.producer_id.0,
            producer_epoch: described.producer_epoch.0,
            timeout_ms: described.timeout_ms,
            start_ms: described.start_ms,
            age_ms: described.start_ms.map(|start_ms| (now_ms - start_ms).max(0)),
        }
    }

    fn section(&self) -> Result<Section, CommandError> {
        let facts = vec![
            ("Id", Cell::from(&self.transactional_id)),
            ("State", Cell::from(&self.state)),
            ("Producer", self.producer_id.into()),
            ("Epoch", i32::from(self.producer_epoch).into()),
            ("Timeout ms", self.timeout_ms.into()),
            ("Start ms", Cell::option(self.start_ms)),
            ("Age ms", Cell::option(self.age_ms)),
        ];
        let table = if self.partitions.is_empty() { None } else { Some(Table::of(&self.partitions)?) };
        Ok(Section { facts, table })
    }
}

impl ClusterCommand for TxnDescribeArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let now_ms = now_ms();
        let (mut items, mut errors) = (Vec::new(), Vec::new());
        for (id, described) in session.admin.describe_transactions(&self.ids).await {
            match described {
                Ok(described) => items.push(TxnItem::new(id, described, now_ms)),
                Err(error) => errors.push(error.into()),
            }
        }
        let sections = items.iter().map(TxnItem::section).collect::<Result<_, CommandError>>()?;
        out.print(Report::details("TransactionDescription", &items, sections)?.with_errors(errors))
    }
}
