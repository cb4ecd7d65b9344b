use serde::Serialize;

use crate::args::group::GroupDeleteArgs;
use crate::args::shared::Common;
use crate::commands::Outcome;
use crate::commands::confirm::{Decision, confirm};
use crate::commands::session::{ClusterCommand, Session};
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
    fn common(&self) -> &Common {
        &self.common
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let list = self.groups.join(", ");
        let deed = format!(
            "delete {} with all commits: {list}",
            if self.groups.len() == 1 { "group" } else { "groups" }
        );
        let preview = confirm(session, &self.confirm, &deed, &list)? == Decision::Preview;
        // A preview looks whether the groups are there and have no members, which is what deleting would check.
        let outcomes = if preview {
            let described = session.admin.describe_groups(&self.groups).await?;
            let check =
                |group: kafkactl_core::client::admin::GroupDescription| super::reset::check_idle(&group);
            described
                .into_iter()
                .map(|(name, group)| (name, group.map_err(CommandError::from).and_then(check)))
                .collect()
        } else {
            let deleted = session.admin.delete_groups(&self.groups).await;
            deleted
                .into_iter()
                .map(|(name, outcome)| (name, outcome.map_err(CommandError::from)))
                .collect::<Vec<_>>()
        };
        let mut rows = Vec::new();
        let mut errors = Vec::new();
        for (name, outcome) in outcomes {
            match outcome {
                Ok(()) => {
                    rows.push(DeletedRow { name, result: if preview { "would-delete" } else { "deleted" } })
                }
                Err(error) => errors.push(error),
            }
        }
        out.print(Report::list("GroupDeleteList", &rows)?.with_errors(errors))
    }
}
