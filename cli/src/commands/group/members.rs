//! `group members`, and what `group describe` shows of a member.

use std::collections::BTreeMap;

use kafkactl_core::client::admin::GroupMember;
use kafkactl_core::names::TopicPartition;
use serde::Serialize;

use crate::args::group::GroupMembersArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

/// A member among those of several groups.
#[derive(Debug, Serialize)]
struct GroupMemberRow {
    group: String,
    #[serde(flatten)]
    member: MemberRow,
}

#[derive(Debug, Serialize)]
pub struct MemberRow {
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
        Column::new("PARTITIONS", |row| row.partition_count().into()),
        Column::new("ASSIGNMENT", MemberRow::assignment),
        Column::wide("EPOCH", |row| Cell::option(row.epoch)),
        Column::wide("INSTANCE", |row| Cell::option(row.instance_id.as_ref())),
        Column::wide("TOPICS", |row| Cell::list(&row.topics)),
    ];
}

impl MemberRow {
    fn partition_count(&self) -> usize {
        self.assignment.iter().map(|assigned| assigned.partitions.len()).sum()
    }

    fn assignment(&self) -> Cell {
        let topics = self.assignment.iter();
        Cell::list(topics.map(|assigned| format!("{}:{}", assigned.topic, runs(&assigned.partitions))))
    }
}

impl Row for GroupMemberRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("GROUP", |row| Cell::from(&row.group)),
        Column::new("MEMBER", |row| Cell::from(&row.member.member_id)),
        Column::new("CLIENT-ID", |row| Cell::from(&row.member.client_id)),
        Column::new("HOST", |row| Cell::from(&row.member.host)),
        Column::new("PARTITIONS", |row| row.member.partition_count().into()),
        Column::new("ASSIGNMENT", |row| row.member.assignment()),
        Column::wide("EPOCH", |row| Cell::option(row.member.epoch)),
        Column::wide("INSTANCE", |row| Cell::option(row.member.instance_id.as_ref())),
        Column::wide("TOPICS", |row| Cell::list(&row.member.topics)),
    ];
}

impl ClusterCommand for GroupMembersArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let mut rows = Vec::new();
        let mut errors: Vec<CommandError> = Vec::new();
        for (name, group) in session.admin.describe_groups(&self.groups).await? {
            match group {
                Ok(group) => {
                    let members = group.members.into_iter().map(MemberRow::from);
                    rows.extend(members.map(|member| GroupMemberRow { group: name.clone(), member }));
                }
                Err(error) => errors.push(error.into()),
            }
        }
        out.print(Report::list("GroupMemberList", &rows)?.with_errors(errors))
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
