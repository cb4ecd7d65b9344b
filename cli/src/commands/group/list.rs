use serde::Serialize;

use crate::args::group::GroupListArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct GroupRow {
    name: String,
    /// Null from brokers that do not tell.
    state: Option<String>,
    /// `classic`, `consumer`, `share` or `streams`; null from brokers that do not tell.
    #[serde(rename = "type")]
    group_type: Option<String>,
    /// Empty for groups that only keep offsets.
    protocol: String,
    coordinator: i32,
}

impl Row for GroupRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("GROUP", |row| Cell::from(&row.name)),
        Column::new("STATE", |row| Cell::option(row.state.as_ref())),
        Column::new("TYPE", |row| Cell::option(row.group_type.as_ref())),
        Column::new("COORDINATOR", |row| row.coordinator.into()),
        Column::wide("PROTOCOL", |row| {
            if row.protocol.is_empty() { Cell::Absent } else { Cell::from(&row.protocol) }
        }),
    ];
}

impl ClusterCommand for GroupListArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let listings = session.admin.list_groups(&self.state, &[]).await?;
        let rows = listings.groups.into_iter().map(|group| GroupRow {
            name: group.group_id,
            state: group.state,
            group_type: group.group_type,
            protocol: group.protocol_type,
            coordinator: group.coordinator.0,
        });
        let rows: Vec<GroupRow> = rows.collect();
        // A list that lacks a broker's groups is shown, and fails.
        let errors = listings.unreachable.into_values().map(CommandError::from).collect();
        out.print(Report::list("GroupList", &rows)?.with_errors(errors))
    }
}
