use kafkactl_core::client::admin::GroupDescription;
use serde::Serialize;

use super::members::MemberRow;
use crate::args::group::GroupDescribeArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Output, Report, Section, Table};

#[derive(Debug, Serialize)]
struct GroupItem {
    name: String,
    state: String,
    #[serde(rename = "type")]
    group_type: &'static str,
    protocol: String,
    assignor: String,
    /// Of groups whose coordinator assigns.
    epoch: Option<i32>,
    coordinator: Option<i32>,
    members: Vec<MemberRow>,
}

impl ClusterCommand for GroupDescribeArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let mut items = Vec::new();
        let mut errors: Vec<CommandError> = Vec::new();
        for (_, group) in session.admin.describe_groups(&self.groups).await? {
            match group {
                Ok(group) => items.push(GroupItem::from(group)),
                Err(error) => errors.push(error.into()),
            }
        }
        let sections = items.iter().map(section).collect::<Result<_, CommandError>>()?;
        out.print(Report::details("GroupDescription", &items, sections)?.with_errors(errors))
    }
}

fn section(group: &GroupItem) -> Result<Section, CommandError> {
    let facts = vec![
        ("Group", Cell::from(&group.name)),
        ("State", Cell::from(&group.state)),
        ("Type", group.group_type.into()),
        ("Assignor", if group.assignor.is_empty() { Cell::Absent } else { Cell::from(&group.assignor) }),
        ("Epoch", Cell::option(group.epoch)),
        ("Coordinator", Cell::option(group.coordinator)),
        ("Members", group.members.len().into()),
    ];
    let table = if group.members.is_empty() { None } else { Some(Table::of(&group.members)?) };
    Ok(Section { facts, table })
}

impl From<GroupDescription> for GroupItem {
    fn from(group: GroupDescription) -> Self {
        Self {
            name: group.group_id,
            state: group.state,
            group_type: group.group_type,
            protocol: group.protocol_type,
            assignor: group.assignor,
            epoch: group.epoch,
            coordinator: group.coordinator.map(|broker| broker.0),
            members: group.members.into_iter().map(MemberRow::from).collect(),
        }
    }
}
