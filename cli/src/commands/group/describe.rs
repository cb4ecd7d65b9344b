use std::collections::BTreeMap;

use kafkactl_core::client::admin::{GroupDescription, GroupMember};
use kafkactl_core::names::TopicPartition;
use serde::Serialize;

use crate::args::group::GroupDescribeArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row, Section, Table};

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

#[derive(Debug, Serialize)]
struct MemberRow {
    member_id: String,
    instance_id: Option<String>,
    client_id: String,
    host: String,
    rack: Option<String>,
    epoch: Option<i32>,
    /// What the member subscribes to.
    topics: Vec<String>,
    topic_pattern: Option<String>,
    assignment: Vec<Assigned>,
    /// Where the assignment is going, while it is not there yet.
    target: Option<Vec<Assigned>>,
}

/// The partitions of one topic.
#[derive(Debug, Serialize)]
struct Assigned {
    topic: String,
    partitions: Vec<i32>,
}

impl Row for MemberRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("MEMBER", |row| Cell::from(&row.member_id)),
        Column::new("CLIENT-ID", |row| Cell::from(&row.client_id)),
        Column::new("HOST", |row| Cell::from(&row.host)),
        Column::new("PARTITIONS", |row| {
            row.assignment.iter().map(|assigned| assigned.partitions.len()).sum::<usize>().into()
        }),
        Column::new("ASSIGNMENT", |row| {
            Cell::list(
                row.assignment
                    .iter()
                    .map(|assigned| format!("{}:{}", assigned.topic, runs(&assigned.partitions))),
            )
        }),
        Column::wide("EPOCH", |row| Cell::option(row.epoch)),
        Column::wide("INSTANCE", |row| Cell::option(row.instance_id.as_ref())),
        Column::wide("TOPICS", |row| Cell::list(&row.topics)),
    ];
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

impl From<GroupMember> for MemberRow {
    fn from(member: GroupMember) -> Self {
        Self {
            member_id: member.id,
            instance_id: member.instance_id,
            client_id: member.client_id,
            host: member.host,
            rack: member.rack,
            epoch: member.epoch,
            topics: member.topics,
            topic_pattern: member.topic_pattern,
            assignment: assigned(&member.assignment),
            target: member.target.as_deref().map(assigned),
        }
    }
}

fn assigned(partitions: &[TopicPartition]) -> Vec<Assigned> {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(partition.topic.as_str()).or_default().push(partition.partition.0);
    }
    let sorted = topics.into_iter().map(|(topic, mut partitions)| {
        partitions.sort_unstable();
        Assigned { topic: topic.to_owned(), partitions }
    });
    sorted.collect()
}

/// Sorted numbers as `0-3,5`, which is how partition lists are typed.
fn runs(numbers: &[i32]) -> String {
    let parts = numbers.chunk_by(|a, b| *b == a + 1).map(|run| match run {
        [first, .., last] => format!("{first}-{last}"),
        [only] => only.to_string(),
        [] => String::new(),
    });
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    #[test]
    fn runs_of_numbers() {
        for (numbers, text) in
            [(&[][..], ""), (&[3][..], "3"), (&[0, 1, 2][..], "0-2"), (&[0, 2, 3, 7][..], "0,2-3,7")]
        {
            assert_eq!(super::runs(numbers), text);
        }
    }
}
