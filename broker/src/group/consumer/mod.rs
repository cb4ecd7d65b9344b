//! Consumer groups (KIP-848): the coordinator assigns, members report in heartbeats what they have given up.
//!
//! Three epochs chase each other. The group's grows with every change of members, subscriptions and topics; the target
//! assignment is made for one of them; each member moves to the target's once it has given up what it must. A
//! partition has one owner at a time. All state is in the log; only session and revocation deadlines are not.
//! Kafka: `ConsumerGroup`, `GroupMetadataManager`; rules G13–G17, G20, J51.

mod assignor;
mod expire;
mod heartbeat;
mod metadata_hash;
mod reconcile;
mod record;
mod subscription;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use kafkactl_core::names::{PartitionId, TopicId, TopicName};
use kafkactl_core::wire::ErrorCode;

use super::names::{GroupId, InstanceId, MemberId};
use super::record::GroupRecord;
pub use assignor::{Assignment, Assignor};
pub use heartbeat::{ConsumerHeartbeat, ConsumerHeartbeatReply, Refusal};
use reconcile::partitions_of;
pub use record::{
    ClassicSide, ConsumerRecord, GroupEpoch, Held, JOINING, MemberState, Progress, ResolvedRegex,
    Subscription, TargetEpoch,
};

/// One consumer group.
#[derive(Debug)]
pub struct ConsumerGroup {
    id: GroupId,
    epoch: GroupEpoch,
    target_epoch: TargetEpoch,
    has_legacy_topics: bool,
    members: BTreeMap<MemberId, Member>,
    targets: BTreeMap<MemberId, Assignment>,
    regexes: BTreeMap<Arc<str>, ResolvedRegex>,
    instances: HashMap<InstanceId, MemberId>,
    /// Whose a partition is, or was until it has been given up.
    owners: HashMap<(TopicId, PartitionId), MemberId>,
    /// When silence ends a membership; not stored.
    sessions: HashMap<MemberId, Instant>,
    /// Until when a member must have given up what it was told to; not stored.
    revocations: HashMap<MemberId, Instant>,
    /// Up to which change of topics the group's hash is known to be right; not stored.
    checked_version: i64,
    /// No deadline of this group is earlier.
    wake_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct Member {
    subscription: Subscription,
    progress: Progress,
}

impl ConsumerGroup {
    pub fn new(id: GroupId) -> Self {
        Self {
            id,
            epoch: GroupEpoch { epoch: 1, metadata_hash: 0 },
            target_epoch: TargetEpoch::default(),
            has_legacy_topics: false,
            members: BTreeMap::new(),
            targets: BTreeMap::new(),
            regexes: BTreeMap::new(),
            instances: HashMap::new(),
            owners: HashMap::new(),
            sessions: HashMap::new(),
            revocations: HashMap::new(),
            checked_version: -1,
            wake_at: None,
        }
    }

    /// Takes in one record. False once the log says that the group is gone.
    pub fn replay(&mut self, record: ConsumerRecord) -> bool {
        match record {
            ConsumerRecord::Epoch(Some(epoch)) => self.epoch = epoch,
            ConsumerRecord::Epoch(None) => return false,
            ConsumerRecord::LegacyTopics(is_present) => self.has_legacy_topics = is_present,
            ConsumerRecord::Subscription(id, Some(subscription)) => {
                if let Some(instance) = &subscription.instance {
                    self.instances.insert(instance.clone(), id.clone());
                }
                self.members.entry(id).or_default().subscription = subscription;
            }
            ConsumerRecord::Subscription(id, None) => self.replay_removal(&id),
            ConsumerRecord::TargetEpoch(epoch) => self.target_epoch = epoch.unwrap_or_default(),
            ConsumerRecord::Target(id, Some(target)) => drop(self.targets.insert(id, target)),
            ConsumerRecord::Target(id, None) => drop(self.targets.remove(&id)),
            ConsumerRecord::Progress(id, progress) => self.replay_progress(id, progress.unwrap_or_default()),
            ConsumerRecord::Regex(text, Some(resolved)) => drop(self.regexes.insert(text, resolved)),
            ConsumerRecord::Regex(text, None) => drop(self.regexes.remove(&text)),
        }
        true
    }

    fn replay_removal(&mut self, id: &MemberId) {
        let Some(member) = self.members.remove(id) else { return };
        release(&mut self.owners, id, &member.progress);
        if let Some(instance) = &member.subscription.instance
            && self.instances.get(instance) == Some(id)
        {
            self.instances.remove(instance);
        }
    }

    fn replay_progress(&mut self, id: MemberId, progress: Progress) {
        // A tombstone may come for a member that is gone.
        let Some(member) = self.members.get_mut(&id) else { return };
        release(&mut self.owners, &id, &member.progress);
        for held in [&progress.assigned, &progress.revoking] {
            for (&topic, partitions) in held {
                for &partition in partitions.keys() {
                    self.owners.insert((topic, partition), id.clone());
                }
            }
        }
        member.progress = progress;
    }

    pub fn id(&self) -> &GroupId {
        &self.id
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Kafka's name of the state (`ConsumerGroupState`).
    pub fn state_name(&self) -> &'static str {
        let is_settled = |member: &Member| {
            member.progress.state == MemberState::Stable && member.progress.epoch == self.target_epoch.epoch
        };
        if self.members.is_empty() {
            "Empty"
        } else if self.epoch.epoch > self.target_epoch.epoch {
            "Assigning"
        } else if self.members.values().all(is_settled) {
            "Stable"
        } else {
            "Reconciling"
        }
    }

    pub fn is_subscribed_to(&self, topic: &TopicName) -> bool {
        let reads = |subscription: &Subscription| {
            let resolved = subscription.regex().and_then(|regex| self.regexes.get(regex));
            subscription.topics.contains(topic) || resolved.is_some_and(|it| it.topics.contains(topic))
        };
        self.members.values().any(|member| reads(&member.subscription))
    }

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
            std::cmp::Ordering::Equal => Ok(CommitRule::Any),
            std::cmp::Ordering::Greater => Err(stale),
            std::cmp::Ordering::Less => {
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

    /// Tombstones for every record of the group, members first, as Kafka's replay wants them.
    pub fn tombstones(&self, records: &mut Vec<GroupRecord>) {
        let mut push = |record| records.push(self.record(record));
        self.members.keys().for_each(|id| push(ConsumerRecord::Progress(id.clone(), None)));
        self.targets.keys().for_each(|id| push(ConsumerRecord::Target(id.clone(), None)));
        push(ConsumerRecord::TargetEpoch(None));
        self.members.keys().for_each(|id| push(ConsumerRecord::Subscription(id.clone(), None)));
        self.regexes.keys().for_each(|text| push(ConsumerRecord::Regex(text.clone(), None)));
        if self.has_legacy_topics {
            push(ConsumerRecord::LegacyTopics(false));
        }
        push(ConsumerRecord::Epoch(None));
    }

    fn record(&self, record: ConsumerRecord) -> GroupRecord {
        GroupRecord::Consumer { group: self.id.clone(), record }
    }

    /// The assignor most members ask for; the default one if nobody asks.
    pub fn assignor(&self) -> Assignor {
        preferred_assignor(self.members.values().map(|member| &member.subscription))
    }

    pub fn describe(&self) -> DescribedConsumerGroup {
        let members = self.members.iter().map(|(id, member)| DescribedConsumer {
            id: id.clone(),
            epoch: member.progress.epoch,
            subscription: member.subscription.clone(),
            assigned: partitions_of(&member.progress.assigned),
            target: self.targets.get(id).cloned().unwrap_or_default(),
        });
        DescribedConsumerGroup {
            state: self.state_name(),
            epoch: self.epoch.epoch,
            assignment_epoch: self.target_epoch.epoch,
            assignor: self.assignor(),
            members: members.collect(),
        }
    }

    pub fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }

    fn wake_by(&mut self, at: Instant) {
        self.wake_at = Some(self.wake_at.map_or(at, |earlier| earlier.min(at)));
    }
}

fn release(owners: &mut HashMap<(TopicId, PartitionId), MemberId>, id: &MemberId, progress: &Progress) {
    for held in [&progress.assigned, &progress.revoking] {
        for (&topic, partitions) in held {
            for &partition in partitions.keys() {
                if owners.get(&(topic, partition)) == Some(id) {
                    owners.remove(&(topic, partition));
                }
            }
        }
    }
}

fn preferred_assignor<'a>(subscriptions: impl Iterator<Item = &'a Subscription>) -> Assignor {
    let mut votes: BTreeMap<Assignor, usize> = BTreeMap::new();
    for name in subscriptions.filter_map(|subscription| subscription.assignor.as_ref()) {
        if let Some(assignor) = Assignor::of_name(name) {
            *votes.entry(assignor).or_default() += 1;
        }
    }
    let most = votes.values().copied().max();
    votes
        .into_iter()
        .find(|(_, count)| Some(*count) == most)
        .map_or_else(Assignor::default, |(assignor, _)| assignor)
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

/// A group as ConsumerGroupDescribe shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedConsumerGroup {
    pub state: &'static str,
    pub epoch: i32,
    pub assignment_epoch: i32,
    pub assignor: Assignor,
    pub members: Vec<DescribedConsumer>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DescribedConsumer {
    pub id: MemberId,
    pub epoch: i32,
    pub subscription: Subscription,
    pub assigned: Assignment,
    pub target: Assignment,
}

/// The topics of a subscription.
type TopicNames = BTreeSet<TopicName>;
