//! `group reset`: commits at positions. As with Apache Kafka's tool a group that is not there is made by it.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::client::admin::{CommittedOffset, Isolation};
use kafkactl_core::names::{LeaderEpoch, Offset, TopicPartition};

use super::commits::{Change, Commits, commits_if_any, find, select};
use crate::args::group::GroupResetArgs;
use crate::args::position::Position;
use crate::commands::Outcome;
use crate::commands::positions::{NoCommit, now_ms, resolve};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::Output;

impl ClusterCommand for GroupResetArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let group = find(session, &self.group).await?;
        if group.is_none() && self.all_topics {
            return Err(CommandError::not_found("group", &self.group));
        }
        let old = commits_if_any(session, group.as_ref()).await?;
        let partitions = if self.all_topics {
            old.keys().cloned().collect()
        } else {
            select(session, &self.topic).await?
        };
        let mut errors = Vec::new();
        let new = self.new_commits(&session.impatient(), &partitions, &old, &mut errors, out).await?;
        let change = Change { group: &self.group, description: group.as_ref(), old: &old, new };
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
        out: &mut Output,
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
                    errors.push(CommandError::of_item("not committed", &error));
                    continue;
                }
            };
            let committed = old.get(&partition).map(|old| old.offset.0);
            match resolve(position, bounds, at_time, committed) {
                Ok(resolved) => {
                    let remark = resolved.remark(&partition, position, bounds);
                    remark.iter().for_each(|remark| out.note(remark));
                    new.insert(partition, commit_at(resolved.offset));
                }
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
