//! `group offsets`: commits out to a file, in from a file, and away.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use kafkactl_core::client::admin::{CommittedOffset, Isolation};
use kafkactl_core::names::{LeaderEpoch, Offset, TopicPartition};
use serde::{Deserialize, Serialize};

use super::commits::{Change, Commits, commits_if_any, commits_of, describe, find, is_share, select};
use crate::args::group::{GroupOffsetsDeleteArgs, GroupOffsetsExportArgs, GroupOffsetsImportArgs};
use crate::args::position::Position;
use crate::commands::Outcome;
use crate::commands::confirm::{Decision, confirm};
use crate::commands::positions::resolve;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Format, Output, Report, Row};
use crate::records::input;

/// One line of an export.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CommitLine {
    topic: String,
    partition: i32,
    offset: i64,
    /// -1 when it is not known.
    #[serde(default = "no_epoch")]
    leader_epoch: i32,
    #[serde(default)]
    metadata: String,
}

fn no_epoch() -> i32 {
    LeaderEpoch::NONE.0
}

impl Row for CommitLine {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("OFFSET", |row| row.offset.into()),
        Column::new("LEADER-EPOCH", |row| row.leader_epoch.into()),
        Column::new("METADATA", |row| {
            if row.metadata.is_empty() { Cell::Absent } else { Cell::from(&row.metadata) }
        }),
    ];
}

impl ClusterCommand for GroupOffsetsExportArgs {
    fn options(&self) -> Options<'_> {
        (&self.common).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let group = describe(session, &self.group).await?;
        let commits = commits_of(session, &group).await?;
        let lines = commits.into_iter().map(|(partition, committed)| CommitLine {
            topic: partition.topic.to_string(),
            partition: partition.partition.0,
            offset: committed.offset.0,
            leader_epoch: committed.leader_epoch.0,
            metadata: committed.metadata,
        });
        let lines: Vec<CommitLine> = lines.collect();
        // What import reads is what an export is unless it is told otherwise.
        if out.format == Format::Text {
            out.format = Format::JsonLines;
        }
        out.print(Report::list("GroupOffsets", &lines)?)
    }
}

impl ClusterCommand for GroupOffsetsImportArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let (name, input) = input::open(self.file.as_deref().unwrap_or(Path::new("-")))?;
        let mut new = read_commits(name, BufReader::new(input))?;
        let group = find(session, &self.group).await?;
        let old = commits_if_any(session, group.as_ref()).await?;
        let errors = keep_within_logs(&session.impatient(), &mut new, out).await;
        let change = Change { group: &self.group, description: group.as_ref(), old: &old, new };
        change.carry_out(session, &self.destroy.confirm, errors, out).await
    }
}

/// Offsets that no log holds become its nearest end, as with Apache Kafka's tool: a group that is sent elsewhere would
/// begin where its `auto.offset.reset` says. Returns what is wrong with partitions that cannot be asked; they are
/// taken out.
async fn keep_within_logs(session: &Session, commits: &mut Commits, out: &mut Output) -> Vec<CommandError> {
    let partitions: Vec<TopicPartition> = commits.keys().cloned().collect();
    let mut errors = Vec::new();
    for (partition, bounds) in session.bounds(&partitions, Isolation::ReadUncommitted).await {
        let bounds = match bounds {
            Ok(bounds) => bounds,
            Err(error) => {
                commits.remove(&partition);
                errors.push(CommandError::of_item("not committed", &error));
                continue;
            }
        };
        let Some(committed) = commits.get_mut(&partition) else { continue };
        let position = Position::Offset(committed.offset.0);
        // A plain offset asks for no commit.
        let Ok(resolved) = resolve(position, bounds, None, None) else { continue };
        if let Some(remark) = resolved.remark(&partition, position, bounds) {
            out.note(&remark);
            committed.offset = Offset(resolved.offset);
            committed.leader_epoch = LeaderEpoch::NONE;
        }
    }
    errors
}

/// More commits than any group has; a bound for what a file may ask us to hold.
const COMMITS_MAX: usize = 1_000_000;
const LINE_BYTES_MAX: u64 = 1 << 20;

fn read_commits(name: &Path, mut input: impl BufRead) -> Result<Commits, CommandError> {
    let mut commits = Commits::new();
    let mut line = String::new();
    for number in 1_u64.. {
        line.clear();
        let read = input.by_ref().take(LINE_BYTES_MAX).read_line(&mut line);
        if read.map_err(|error| CommandError::io(name, error))? == 0 {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |reason: String| CommandError::usage(format!("{}:{number}: {reason}", name.display()));
        let commit: CommitLine = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
        if commit.partition < 0 || commit.offset < 0 {
            return Err(wrong("a negative partition or offset".to_owned()));
        }
        if commits.len() == COMMITS_MAX {
            return Err(wrong(format!("more than {COMMITS_MAX} commits")));
        }
        let partition = TopicPartition::new(commit.topic.as_str(), commit.partition);
        let committed = CommittedOffset {
            offset: Offset(commit.offset),
            leader_epoch: LeaderEpoch(commit.leader_epoch),
            metadata: commit.metadata,
        };
        if commits.insert(partition.clone(), committed).is_some() {
            return Err(wrong(format!("{partition} stands twice")));
        }
    }
    Ok(commits)
}

#[derive(Debug, Serialize)]
struct DeletedRow {
    group: String,
    topic: String,
    partition: i32,
    /// `deleted` or `would-delete`.
    result: &'static str,
}

impl Row for DeletedRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("GROUP", |row| Cell::from(&row.group)),
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("RESULT", |row| row.result.into()),
    ];
}

impl ClusterCommand for GroupOffsetsDeleteArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let group = describe(session, &self.group).await?;
        if is_share(&group) && self.topic.iter().any(|selection| selection.partitions.is_some()) {
            return Err(CommandError::usage(
                "a share group forgets whole topics: name them without partitions",
            ));
        }
        let topics: Vec<&str> = self.topic.iter().map(|selection| selection.topic.as_str()).collect();
        let deed = format!("delete commits of group {} in {}", self.group, topics.join(", "));
        let preview = confirm(session, &self.destroy.confirm, &deed, &self.group)? == Decision::Preview;
        let partitions: Vec<TopicPartition> = select(session, &self.topic).await?.into_iter().collect();
        let row = |partition: &TopicPartition, result| DeletedRow {
            group: self.group.clone(),
            topic: partition.topic.to_string(),
            partition: partition.partition.0,
            result,
        };
        let mut rows = Vec::new();
        let mut errors: Vec<CommandError> = Vec::new();
        if preview {
            rows.extend(partitions.iter().map(|partition| row(partition, "would-delete")));
        } else {
            let outcomes = match is_share(&group) {
                true => session.admin.delete_share_group_offsets(&self.group, &partitions).await?,
                false => session.admin.delete_group_offsets(&self.group, &partitions).await?,
            };
            for (partition, outcome) in outcomes {
                match outcome {
                    Ok(()) => rows.push(row(&partition, "deleted")),
                    Err(error) => errors.push(error.into()),
                }
            }
        }
        out.print(Report::list("GroupOffsetsDelete", &rows)?.with_errors(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_read_back() {
        let line = CommitLine {
            topic: "t".to_owned(),
            partition: 3,
            offset: 42,
            leader_epoch: 7,
            metadata: "m \"q\"".to_owned(),
        };
        let text = serde_json::to_string(&line).unwrap();
        let commits = read_commits(Path::new("in"), text.as_bytes()).unwrap();
        let committed = &commits[&TopicPartition::new("t", 3)];
        assert_eq!((committed.offset, committed.leader_epoch), (Offset(42), LeaderEpoch(7)));
        assert_eq!(committed.metadata, line.metadata);
    }

    #[test]
    fn wrong_files_name_the_line() {
        let good = "{\"topic\":\"t\",\"partition\":0,\"offset\":1}\n";
        for bad in ["{}", "x", "{\"topic\":\"t\",\"partition\":0,\"offset\":-1}", good] {
            let text = format!("{good}\n{bad}");
            let error = read_commits(Path::new("in"), text.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with("in:3: "), "{error}");
        }
    }
}
