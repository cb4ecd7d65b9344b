//! Commits of one group: what they are, what they are to be, and the act. Share groups keep where they start reading
//! instead, by requests of their own; here the two look alike.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::client::admin::{CommittedOffset, Committer, GroupDescription, ShareStart};
use kafkactl_core::client::{ClientError, PerItem};
use kafkactl_core::names::TopicPartition;
use serde::Serialize;

use crate::args::group::TopicSelection;
use crate::args::shared::ConfirmArgs;
use crate::commands::Outcome;
use crate::commands::confirm::confirm;
use crate::commands::session::Session;
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Cell, Column, Output, Report, Row};

/// Commits of one group by partition.
pub type Commits = BTreeMap<TopicPartition, CommittedOffset>;

/// The group, which must be there.
pub async fn describe(session: &Session, group: &str) -> Result<GroupDescription, CommandError> {
    let mut described = session.admin.describe_groups(&[group.to_owned()]).await?;
    Ok(described.remove(group).ok_or_else(|| CommandError::not_found("group", group))??)
}

/// The group, if it is there: a commit may be what makes it.
pub async fn find(session: &Session, group: &str) -> Result<Option<GroupDescription>, CommandError> {
    match describe(session, group).await {
        Ok(group) => Ok(Some(group)),
        Err(error) if error.status() == ExitStatus::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub async fn commits_of(session: &Session, group: &GroupDescription) -> Result<Commits, CommandError> {
    if is_share(group) {
        let starts = session.admin.share_group_offsets(&group.group_id).await?;
        return starts.into_iter().map(|(partition, start)| Ok((partition, commit_of(start?)))).collect();
    }
    let offsets = session.admin.group_offsets(&group.group_id, None, false).await?;
    offsets.into_iter().map(|(partition, committed)| Ok((partition, committed?))).collect()
}

fn commit_of(start: ShareStart) -> CommittedOffset {
    CommittedOffset { offset: start.offset, leader_epoch: start.leader_epoch, metadata: String::new() }
}

/// As [`commits_of`]; nothing of a group that is not there.
pub async fn commits_if_any(
    session: &Session,
    group: Option<&GroupDescription>,
) -> Result<Commits, CommandError> {
    match group {
        Some(group) => commits_of(session, group).await,
        None => Ok(Commits::new()),
    }
}

pub fn is_share(group: &GroupDescription) -> bool {
    group.group_type == "share"
}

/// A change of commits: shown, and with `--yes` made.
pub struct Change<'a> {
    pub group: &'a str,
    /// `None` for a group that does not exist yet.
    pub description: Option<&'a GroupDescription>,
    pub old: &'a Commits,
    pub new: Commits,
}

impl Change<'_> {
    /// Without `--yes` this is a preview, and also when some partition has failed already: all or nothing.
    pub async fn carry_out(
        self,
        session: &Session,
        args: &ConfirmArgs,
        errors: Vec<CommandError>,
        out: &mut Output,
    ) -> Outcome {
        if args.yes && errors.is_empty() {
            return self.commit(session, args, out).await;
        }
        let rows: Vec<ChangeRow> =
            self.new.keys().filter_map(|partition| self.row(partition, "would-reset")).collect();
        let status = out.print(Report::list(KIND, &rows)?.with_errors(errors))?;
        if self.description.is_none() {
            out.note(&format!(
                "group \"{}\" does not exist yet: its first commit makes it, a classic one",
                self.group
            ));
        }
        match self.description.map_or(Ok(()), check_idle) {
            Err(error) => out.note(&format!("nothing was changed, and it could not be: {error}")),
            Ok(()) if args.yes => out.note("nothing was changed"),
            Ok(()) => out.note("nothing was changed: --yes does it"),
        }
        Ok(status)
    }

    async fn commit(&self, session: &Session, args: &ConfirmArgs, out: &mut Output) -> Outcome {
        if let Some(group) = self.description {
            check_idle(group)?;
        }
        confirm(session, args, &format!("reset commits of group {}", self.group), self.group)?;
        let outcomes = self.write(session).await?;
        let mut rows = Vec::new();
        let mut errors: Vec<CommandError> = Vec::new();
        for (partition, outcome) in outcomes {
            match outcome {
                Ok(()) => rows.extend(self.row(&partition, "reset")),
                Err(error) => errors.push(error.into()),
            }
        }
        out.print(Report::list(KIND, &rows)?.with_errors(errors))
    }

    async fn write(&self, session: &Session) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        if self.description.is_some_and(is_share) {
            return session.admin.alter_share_group_offsets(self.group, &self.new).await;
        }
        session.admin.commit_group_offsets(self.group, &Committer::outsider(), &self.new).await
    }

    fn row(&self, partition: &TopicPartition, result: &'static str) -> Option<ChangeRow> {
        let new = self.new.get(partition)?.offset.0;
        let old = self.old.get(partition).map(|old| old.offset.0);
        Some(ChangeRow {
            group: self.group.to_owned(),
            topic: partition.topic.to_string(),
            partition: partition.partition.0,
            old,
            new,
            delta: old.map(|old| new - old),
            result: if old == Some(new) { "unchanged" } else { result },
        })
    }
}

const KIND: &str = "GroupOffsetsChange";

/// A group with members owns its commits.
pub fn check_idle(group: &GroupDescription) -> Result<(), CommandError> {
    if group.members.is_empty() && matches!(group.state.as_str(), "Empty" | "Dead") {
        return Ok(());
    }
    let (name, state, members) = (&group.group_id, &group.state, group.members.len());
    Err(CommandError::refused(format!("group \"{name}\" is active: {state}, {members} members"))
        .hint("stop its members first; a member that died is let go after its session timeout"))
}

/// The partitions of the topics named; a missing one is an error.
pub async fn select(
    session: &Session,
    topics: &[TopicSelection],
) -> Result<BTreeSet<TopicPartition>, CommandError> {
    let mut selected = BTreeSet::new();
    for selection in topics {
        let all = session.partitions_of(&selection.topic).await?;
        let Some(list) = &selection.partitions else {
            selected.extend(all);
            continue;
        };
        for &number in &list.0 {
            let partition = TopicPartition::new(selection.topic.as_str(), number);
            if !all.contains(&partition) {
                return Err(CommandError::not_found("partition", partition.to_string()));
            }
            selected.insert(partition);
        }
    }
    Ok(selected)
}

#[derive(Debug, Serialize)]
struct ChangeRow {
    group: String,
    topic: String,
    partition: i32,
    /// Null without a commit.
    old: Option<i64>,
    new: i64,
    delta: Option<i64>,
    /// `reset` or `would-reset`; `unchanged` where `new` is what was committed already.
    result: &'static str,
}

impl Row for ChangeRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("GROUP", |row| Cell::from(&row.group)),
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("OLD", |row| Cell::option(row.old)),
        Column::new("NEW", |row| row.new.into()),
        Column::new("DELTA", |row| Cell::option(row.delta.map(|delta| format!("{delta:+}")))),
        Column::new("RESULT", |row| row.result.into()),
    ];
}
