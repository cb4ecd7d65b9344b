use kafkactl_core::client::admin::TransactionListing;
use serde::Serialize;

use crate::args::txn::TxnListArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct TxnRow {
    transactional_id: String,
    /// Kafka's name, such as `Ongoing`.
    state: String,
    producer_id: i64,
    coordinator: i32,
}

impl Row for TxnRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("ID", |row| Cell::from(&row.transactional_id)),
        Column::new("STATE", |row| Cell::from(&row.state)),
        Column::new("PRODUCER", |row| row.producer_id.into()),
        Column::new("COORDINATOR", |row| row.coordinator.into()),
    ];
}

impl From<TransactionListing> for TxnRow {
    fn from(listing: TransactionListing) -> Self {
        Self {
            transactional_id: listing.transactional_id,
            state: listing.state,
            producer_id: listing.producer_id.0,
            coordinator: listing.coordinator.0,
        }
    }
}

impl ClusterCommand for TxnListArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let listings = session.admin.list_transactions(&self.state).await?;
        let rows: Vec<TxnRow> = listings.into_iter().map(TxnRow::from).collect();
        out.print(Report::list("TransactionList", &rows)?)
    }
}
