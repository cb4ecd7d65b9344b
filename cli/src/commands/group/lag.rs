//! `group lag`: commits are read first, ends second, and put together by `lag_of`.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::client::admin::{CommittedOffset, GroupDescription, GroupMember, ShareStart};
use kafkactl_core::client::{ClientError, PerItem};
use kafkactl_core::names::TopicPartition;
use serde::Serialize;

use super::commits::is_share;
use super::lag_of::{Lag, LagState, LagSum, Log, Place, lag_of};
use crate::args::group::{GroupLagArgs, LagBy};
use crate::commands::Outcome;
use crate::commands::positions::{Answers, Bounds};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Cell, Column, Output, Report, Row, counted};

#[derive(Debug, Clone, Serialize)]
struct PartitionLag {
    group: String,
    topic: String,
    partition: i32,
    committed: Option<i64>,
    start: Option<i64>,
    end: Option<i64>,
    /// Offsets between commit and end; null without a commit, and where the end is not known.
    lag: Option<i64>,
    /// Offsets that were deleted before the group read them.
    lost: i64,
    state: LagState,
    /// Why the lag is not known.
    note: Option<String>,
    member_id: Option<String>,
    client_id: Option<String>,
    host: Option<String>,
    instance_id: Option<String>,
}

impl Row for PartitionLag {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("GROUP", |row| Cell::from(&row.group)),
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("COMMITTED", |row| Cell::option(row.committed)),
        Column::new("END", |row| Cell::option(row.end)),
        Column::new("LAG", |row| Cell::option(row.lag)),
        Column::new("STATE", |row| row.state.as_str().into()),
        Column::new("CLIENT-ID", |row| Cell::option(row.client_id.as_ref())),
        Column::new("HOST", |row| Cell::option(row.host.as_ref())),
        Column::wide("NOTE", |row| Cell::option(row.note.as_ref())),
        Column::wide("START", |row| Cell::option(row.start)),
        Column::wide("LOST", |row| row.lost.into()),
        Column::wide("MEMBER", |row| Cell::option(row.member_id.as_ref())),
        Column::wide("INSTANCE", |row| Cell::option(row.instance_id.as_ref())),
    ];
}

/// Lags of a group, or of a group's topic, put together.
#[derive(Debug, Serialize)]
struct SumLag {
    group: String,
    /// Null when the row is about the whole group.
    topic: Option<String>,
    state: String,
    members: usize,
    partitions: usize,
    lag: i64,
    lag_max: i64,
    lost: i64,
    no_commit: usize,
    /// Partitions whose lag is not known, and not in the sums.
    unknown: usize,
    /// The largest lag over the mean; null when nothing lags.
    peak_ratio: Option<f64>,
    /// The standard deviation over the mean; null when nothing lags.
    variation: Option<f64>,
}

impl Row for SumLag {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("GROUP", |row| Cell::from(&row.group)),
        Column::new("TOPIC", |row| Cell::option(row.topic.as_ref())),
        Column::new("STATE", |row| Cell::from(&row.state)),
        Column::new("MEMBERS", |row| row.members.into()),
        Column::new("PARTITIONS", |row| row.partitions.into()),
        Column::new("LAG", |row| row.lag.into()),
        Column::new("LAG-MAX", |row| row.lag_max.into()),
        Column::wide("LOST", |row| row.lost.into()),
        Column::wide("NO-COMMIT", |row| row.no_commit.into()),
        Column::wide("UNKNOWN", |row| row.unknown.into()),
        Column::wide("PAR", |row| ratio(row.peak_ratio)),
        Column::wide("CV", |row| ratio(row.variation)),
    ];
}

fn ratio(ratio: Option<f64>) -> Cell {
    Cell::option(ratio.map(|ratio| format!("{ratio:.2}")))
}

/// What the cluster says about one group.
struct Group {
    description: GroupDescription,
    places: BTreeMap<TopicPartition, Place>,
}

impl ClusterCommand for GroupLagArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let mut errors = Vec::new();
        let groups = self.groups(session, &mut errors).await?;
        let partitions: BTreeSet<TopicPartition> =
            groups.iter().flat_map(|group| self.partitions_of(group)).collect();
        let partitions: Vec<TopicPartition> = partitions.into_iter().collect();
        let session = &session.impatient();
        let (logs, failed) = logs(session.bounds(&partitions, self.isolation.into()).await);
        self.note_open_transactions(session, &logs, out).await;
        errors.extend(failed);
        let rows: Vec<Vec<PartitionLag>> = groups.iter().map(|group| self.rows(group, &logs)).collect();
        self.check_limit(&groups, &rows, &mut errors);
        let report = match self.by.unwrap_or(if self.all { LagBy::Group } else { LagBy::Partition }) {
            LagBy::Partition => {
                let rows: Vec<PartitionLag> = rows
                    .into_iter()
                    .flatten()
                    .filter(|row| !self.only_lagging || row.lag != Some(0))
                    .collect();
                Report::list("GroupLag", &rows)?
            }
            by => {
                let sums = groups.iter().zip(&rows).flat_map(|(group, rows)| sums(group, rows, by));
                let may_lag = |sum: &SumLag| sum.lag > 0 || sum.no_commit > 0 || sum.unknown > 0;
                let sums: Vec<SumLag> = sums.filter(|sum| !self.only_lagging || may_lag(sum)).collect();
                Report::list("GroupLagSum", &sums)?
            }
        };
        out.print(report.with_errors(errors))
    }
}

impl GroupLagArgs {
    /// Groups and their commits; those that fail are errors of the command.
    async fn groups(
        &self,
        session: &Session,
        errors: &mut Vec<CommandError>,
    ) -> Result<Vec<Group>, CommandError> {
        let names = if self.all {
            let listings = session.admin.list_groups(&[], &[]).await?;
            errors.extend(listings.unreachable.into_values().map(CommandError::from));
            let groups = listings.groups.into_iter();
            let commits = groups.filter(|group| group.group_type.as_deref() != Some("streams"));
            commits.map(|group| group.group_id).collect()
        } else {
            self.groups.clone()
        };
        let described = session.admin.describe_groups(&names).await?;
        let mut places = places(session, &described).await;
        let mut groups = Vec::new();
        for (name, description) in described {
            let group = description.map_err(CommandError::from).and_then(|description| {
                let places = places.remove(&name).transpose()?.unwrap_or_default();
                Ok(Group { description, places })
            });
            match group {
                Ok(group) => groups.push(group),
                // A group that was deleted since it was listed is no failure.
                Err(error) if self.all && error.status() == ExitStatus::NotFound => {}
                Err(error) => errors.push(error),
            }
        }
        Ok(groups)
    }

    /// What the group has committed and what its members are assigned.
    fn partitions_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = TopicPartition> + 'a {
        let assigned = group.description.members.iter().flat_map(|member| &member.assignment);
        group
            .places
            .keys()
            .chain(assigned)
            .filter(|partition| {
                self.topic.is_empty() || self.topic.iter().any(|topic| partition.topic.as_str() == topic)
            })
            .cloned()
    }

    fn rows(&self, group: &Group, logs: &BTreeMap<TopicPartition, Log>) -> Vec<PartitionLag> {
        let partitions: BTreeSet<TopicPartition> = self.partitions_of(group).collect();
        let rows = partitions.into_iter().filter_map(|partition| {
            let log = logs.get(&partition)?;
            let place = group.places.get(&partition).copied();
            let (lag, bounds) = (lag_of(place, log), log.bounds());
            let member = owner(&group.description, &partition);
            Some(PartitionLag {
                group: group.description.group_id.clone(),
                topic: partition.topic.to_string(),
                partition: partition.partition.0,
                committed: place.map(|place| place.offset),
                start: bounds.map(|bounds| bounds.start),
                end: bounds.map(|bounds| bounds.end),
                lag: lag.offsets,
                lost: lag.lost,
                state: lag.state,
                note: match log {
                    Log::Silent(reason) => Some(reason.clone()),
                    Log::Holds(_) | Log::Gone => None,
                },
                member_id: member.map(|member| member.id.clone()),
                client_id: member.map(|member| member.client_id.clone()),
                host: member.map(|member| member.host.clone()),
                instance_id: member.and_then(|member| member.instance_id.clone()),
            })
        });
        rows.collect()
    }

    /// Readers of committed records stop before an open transaction; one that hangs looks like a stuck group.
    async fn note_open_transactions(
        &self,
        session: &Session,
        logs: &BTreeMap<TopicPartition, Log>,
        out: &mut Output,
    ) {
        if self.isolation != crate::args::consume::Isolation::Uncommitted {
            return;
        }
        let ends = logs.iter().filter_map(|(partition, log)| Some((partition.clone(), log.bounds()?.end)));
        for (partition, hidden) in session.hidden_by_transactions(&ends.collect()).await {
            let hidden = counted(hidden, "offset");
            out.note(&format!(
                "{partition}: an open transaction hides the last {hidden} from readers of committed records"
            ));
        }
    }

    fn check_limit(&self, groups: &[Group], rows: &[Vec<PartitionLag>], errors: &mut Vec<CommandError>) {
        let Some(limit) = self.fail_over else { return };
        for (group, rows) in groups.iter().zip(rows) {
            let total: i64 = rows.iter().filter_map(|row| row.lag).sum();
            if u64::try_from(total).is_ok_and(|total| total > limit) {
                let name = &group.description.group_id;
                errors.push(CommandError::check_failed(format!(
                    "group \"{name}\" lags {total} offsets, over {limit}"
                )));
            }
        }
    }
}

/// Where groups stand, by group. Share groups keep that by requests of their own.
async fn places(
    session: &Session,
    described: &PerItem<String, GroupDescription>,
) -> BTreeMap<String, Result<BTreeMap<TopicPartition, Place>, ClientError>> {
    let (share, others): (Vec<_>, Vec<_>) = described.values().flatten().partition(|group| is_share(group));
    let names: Vec<String> = others.into_iter().map(|group| group.group_id.clone()).collect();
    let mut places = BTreeMap::new();
    for (group, commits) in session.admin.groups_offsets(&names).await {
        let of_group = commits.and_then(|commits| {
            let place = |(partition, committed): (_, Result<CommittedOffset, _>)| {
                Ok((partition, Place::at(committed?.offset.0)))
            };
            commits.into_iter().map(place).collect()
        });
        places.insert(group, of_group);
    }
    for group in share {
        let starts = session.admin.share_group_offsets(&group.group_id).await.and_then(|starts| {
            let place = |(partition, start): (_, Result<ShareStart, _>)| {
                let start = start?;
                Ok((partition, Place { offset: start.offset.0, told_lag: start.lag }))
            };
            starts.into_iter().map(place).collect()
        });
        places.insert(group.group_id.clone(), starts);
    }
    places
}

/// What is known of the logs, and what is to be told of those that could not be asked.
fn logs(bounds: Answers<Bounds>) -> (BTreeMap<TopicPartition, Log>, Vec<CommandError>) {
    let mut errors = Vec::new();
    let logs = bounds.into_iter().map(|(partition, bounds)| {
        let log = match bounds {
            Ok(bounds) => Log::Holds(bounds),
            Err(error) => match CommandError::of_item("lag unknown", &error) {
                error if error.status() == ExitStatus::NotFound => Log::Gone,
                told => {
                    errors.push(told);
                    Log::Silent(error.root().to_string())
                }
            },
        };
        (partition, log)
    });
    (logs.collect(), errors)
}

fn owner<'a>(group: &'a GroupDescription, partition: &TopicPartition) -> Option<&'a GroupMember> {
    group.members.iter().find(|member| member.assignment.contains(partition))
}

fn sums(group: &Group, rows: &[PartitionLag], by: LagBy) -> Vec<SumLag> {
    let mut sums: BTreeMap<Option<String>, LagSum> = BTreeMap::new();
    if by == LagBy::Group {
        sums.insert(None, LagSum::default());
    }
    for row in rows {
        let topic = (by == LagBy::Topic).then(|| row.topic.clone());
        sums.entry(topic).or_default().add(Lag { state: row.state, offsets: row.lag, lost: row.lost });
    }
    let sums = sums.into_iter().map(|(topic, sum)| SumLag {
        group: group.description.group_id.clone(),
        topic,
        state: group.description.state.clone(),
        members: group.description.members.len(),
        partitions: sum.partitions,
        lag: sum.lag,
        lag_max: sum.lag_max,
        lost: sum.lost,
        no_commit: sum.no_commit,
        unknown: sum.unknown,
        peak_ratio: sum.peak_ratio(),
        variation: sum.variation(),
    });
    sums.collect()
}
