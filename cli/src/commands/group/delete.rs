use serde::Serialize;

use super::commits::check_idle;
use crate::args::group::GroupDeleteArgs;
use crate::commands::Outcome;
use crate::commands::confirm::{Decision, confirm_deletion};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, Serialize)]
struct DeletedRow {
    name: String,
    /// `deleted` or `would-delete`.
    result: &'static str,
}

impl Row for DeletedRow {
    const COLUMNS: &'static [Column<Self>] =
        &[Column::new("GROUP", |row| Cell::from(&row.name)), Column::new("RESULT", |row| row.result.into())];
}

impl ClusterCommand for GroupDeleteArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let confirmed = confirm_deletion(session, &self.destroy.confirm, "group", "commits", &self.groups)?;
        let preview = confirmed == Decision::Preview;
        // A preview looks whether the groups are there and have no members, which is what deleting would check.
        let outcomes = if preview {
            let described = session.admin.describe_groups(&self.groups).await?;
            let check = |group: Result<_, _>| check_idle(&group?);
            described.into_iter().map(|(name, group)| (name, check(group))).collect()
        } else {
            let deleted = session.admin.delete_groups(&self.groups).await;
            deleted
                .into_iter()
                .map(|(name, outcome)| (name, outcome.map_err(CommandError::from)))
                .collect::<Vec<_>>()
        };
        let result = if preview { "would-delete" } else { "deleted" };
        let mut rows = Vec::new();
        let mut errors = Vec::new();
        for (name, outcome) in outcomes {
            match outcome {
                Ok(()) => rows.push(DeletedRow { name, result }),
                Err(error) => errors.push(error),
            }
        }
        out.print(Report::list("GroupDeleteList", &rows)?.with_errors(errors))
    }
}
