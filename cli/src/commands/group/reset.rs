//! `group reset`, and what it shares with `group offsets import`: old commits, new commits, and the act.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::client::admin::{CommittedOffset, Committer, GroupDescription, Isolation};
use kafkactl_core::names::{LeaderEpoch, Offset, TopicPartition};
use serde::Serialize;

use crate::args::group::{GroupResetArgs, TopicSelection};
use crate::args::position::Position;
use crate::args::shared::ConfirmArgs;
use crate::commands::Outcome;
use crate::commands::confirm::confirm;
use crate::commands::positions::{NoCommit, now_ms, resolve};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

/// Commits of one group by partition.
pub type Commits = BTreeMap<TopicPartition, CommittedOffset>;

#[derive(Debug, Serialize)]
struct ChangeRow {
    group: String,
    topic: String,
    partition: i32,
    /// Null without a commit.
    old: Option<i64>,
    new: i64,
    delta: Option<i64>,
    /// `reset` or `would-reset`.
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

impl ClusterCommand for GroupResetArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let group = describe(session, &self.group).await?;
        let old = commits_of(session, &self.group).await?;
        let partitions = if self.all_topics {
            old.keys().cloned().collect()
        } else {
            select(session, &self.topic).await?
        };
        let mut errors = Vec::new();
        let new = self.new_commits(session, &partitions, &old, &mut errors).await?;
        let change = Change { group: &self.group, description: Some(&group), old: &old, new };
        change.carry_out(session, &self.destroy.confirm, errors, out).await
    }
}

impl GroupResetArgs {
    async fn new_commits(
        &self,
        session: &Session,
        partitions: &BTreeSet<TopicPartition>,
        old: &Commits,
        errors: &mut Vec<CommandError>,
    ) -> Result<Commits, CommandError> {
        let isolation = Isolation::ReadUncommitted;
        let positions: BTreeMap<TopicPartition, Position> = partitions
            .iter()
            .filter_map(|partition| Some((partition.clone(), self.to.of(partition.partition.0)?)))
            .collect();
        let partitions: Vec<TopicPartition> = positions.keys().cloned().collect();
        let mut bounds = session.bounds(&partitions, isolation).await;
        let mut times = session.at_times(&positions, isolation, now_ms()).await;
        let mut new = Commits::new();
        for (partition, position) in positions {
            let answers = bounds.remove(&partition).transpose().and_then(|bounds| {
                let at_time = times.remove(&partition).transpose()?.flatten();
                Ok(bounds.map(|bounds| (bounds, at_time)))
            });
            let (bounds, at_time) = match answers {
                Ok(Some(answers)) => answers,
                Ok(None) => continue,
                Err(error) => {
                    errors.push(error.into());
                    continue;
                }
            };
            let committed = old.get(&partition).map(|old| old.offset.0);
            match resolve(position, bounds, at_time, committed) {
                Ok(resolved) => drop(new.insert(partition, commit_at(resolved.offset))),
                Err(NoCommit) => errors.push(CommandError::failed(format!(
                    "{partition}: the group has committed nothing, so {position} is nowhere"
                ))),
            }
        }
        Ok(new)
    }
}

fn commit_at(offset: i64) -> CommittedOffset {
    CommittedOffset { offset: Offset(offset), leader_epoch: LeaderEpoch::NONE, metadata: String::new() }
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
        let outcomes =
            session.admin.commit_group_offsets(self.group, &Committer::outsider(), &self.new).await?;
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
            result,
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

pub async fn describe(session: &Session, group: &str) -> Result<GroupDescription, CommandError> {
    let mut described = session.admin.describe_groups(&[group.to_owned()]).await?;
    Ok(described.remove(group).ok_or_else(|| CommandError::not_found("group", group))??)
}

pub async fn commits_of(session: &Session, group: &str) -> Result<Commits, CommandError> {
    let offsets = session.admin.group_offsets(group, None, false).await?;
    offsets.into_iter().map(|(partition, committed)| Ok((partition, committed?))).collect()
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
