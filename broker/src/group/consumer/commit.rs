//! Who may commit and fetch offsets in a consumer group (G20, G21).

use std::cmp::Ordering;

use kafkactl_core::names::{PartitionId, TopicId};
use kafkactl_core::wire::ErrorCode;

use super::ConsumerGroup;
use super::record::Progress;

impl ConsumerGroup {
    /// Whether `member` of `epoch` may commit for each partition (G20). The error is that of the whole request.
    ///
    /// An epoch that is behind is good for partitions the member has had since that epoch (KIP-1251).
    pub fn admit_commit(&self, commit: &CommitAttempt<'_>) -> Result<CommitRule<'_>, ErrorCode> {
        let is_nobody = commit.member.is_empty() && commit.instance.is_none();
        if commit.epoch < 0 && (self.members.is_empty() || commit.is_transactional && is_nobody) {
            return Ok(CommitRule::Any);
        }
        let member = self.members.get(commit.member).ok_or(ErrorCode::UnknownMemberId)?;
        let is_classic = member.subscription.classic.is_some();
        if !commit.is_transactional && !is_classic && !commit.knows_epochs {
            return Err(ErrorCode::UnsupportedVersion);
        }
        let stale = if is_classic { ErrorCode::IllegalGeneration } else { ErrorCode::StaleMemberEpoch };
        match commit.epoch.cmp(&member.progress.epoch) {
            Ordering::Equal => Ok(CommitRule::Any),
            Ordering::Greater => Err(stale),
            Ordering::Less => {
                Ok(CommitRule::HeldSince { progress: &member.progress, epoch: commit.epoch, stale })
            }
        }
    }

    pub fn admit_fetch(&self, member: Option<&str>, epoch: i32) -> Result<(), ErrorCode> {
        if member.is_none() && epoch < 0 {
            return Ok(());
        }
        let member = member.and_then(|member| self.members.get(member)).ok_or(ErrorCode::UnknownMemberId)?;
        match member.progress.epoch == epoch {
            true => Ok(()),
            false if member.subscription.classic.is_some() => Err(ErrorCode::IllegalGeneration),
            false => Err(ErrorCode::StaleMemberEpoch),
        }
    }
}

/// Who wants to commit.
pub struct CommitAttempt<'a> {
    pub member: &'a str,
    pub instance: Option<&'a str>,
    pub epoch: i32,
    pub knows_epochs: bool,
    pub is_transactional: bool,
}

/// For which partitions a commit is good.
pub enum CommitRule<'a> {
    Any,
    /// Those the member has held since an epoch no later than this one.
    HeldSince {
        progress: &'a Progress,
        epoch: i32,
        stale: ErrorCode,
    },
}

impl CommitRule<'_> {
    pub fn check(&self, topic: TopicId, partition: PartitionId) -> Result<(), ErrorCode> {
        let Self::HeldSince { progress, epoch, stale } = self else { return Ok(()) };
        let given_in = [&progress.assigned, &progress.revoking]
            .into_iter()
            .find_map(|held| held.get(&topic)?.get(&partition).copied());
        match given_in {
            Some(given_in) if given_in <= *epoch => Ok(()),
            _ => Err(*stale),
        }
    }
}
