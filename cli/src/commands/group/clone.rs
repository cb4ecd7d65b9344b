//! `group clone`: the commits of one group for another.

use super::commits::{Change, commits_if_any, commits_of, describe, find, select};
use crate::args::group::GroupCloneArgs;
use crate::commands::Outcome;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::Output;

impl ClusterCommand for GroupCloneArgs {
    fn options(&self) -> Options<'_> {
        (&self.destroy).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        if self.group == self.target {
            return Err(CommandError::usage("a group cannot be cloned to itself"));
        }
        let source = describe(session, &self.group).await?;
        let mut new = commits_of(session, &source).await?;
        if !self.topic.is_empty() {
            let chosen = select(session, &self.topic).await?;
            new.retain(|partition, _| chosen.contains(partition));
        }
        let target = find(session, &self.target).await?;
        let old = commits_if_any(session, target.as_ref()).await?;
        let change = Change { group: &self.target, description: target.as_ref(), old: &old, new };
        change.carry_out(session, &self.destroy.confirm, Vec::new(), out).await
    }
}
