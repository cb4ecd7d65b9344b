//! Consumer groups (KIP-848): the coordinator assigns, members report in heartbeats what they have given up.
//!
//! Three epochs chase each other. The group's grows with every change of members, subscriptions and topics; the target
//! assignment is made for one of them; each member moves to the target's once it has given up what it must. A
//! partition has one owner at a time. All state is in the log; only session and revocation deadlines are not.
//! Kafka: `ConsumerGroup`, `GroupMetadataManager`; rules G13–G17, G20, J51.

mod assignor;
mod change;
mod classic_side;
mod commit;
mod expire;
mod heartbeat;
mod metadata_hash;
mod migrate;
mod readers;
mod reconcile;
mod record;
mod subscription;
mod timers;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use kafkactl_core::names::{PartitionId, TopicId, TopicName};
use kafkactl_core::settings::GroupSettings;

use super::names::{GroupId, InstanceId, MemberId};
use super::record::GroupRecord;
pub use assignor::{Assignment, Assignor};
pub use classic_side::Rebalance;
pub use commit::{CommitAttempt, CommitRule};
pub use heartbeat::{ConsumerHeartbeat, ConsumerHeartbeatReply, Refusal};
use readers::Readers;
pub use record::{
    ClassicSide, ConsumerRecord, GroupEpoch, Held, JOINING, MemberState, Progress, ResolvedRegex,
    Subscription, TargetEpoch,
};
pub use subscription::{RegexJob, ResolvedRegexes};
use timers::Timers;

/// One consumer group.
#[derive(Debug, Clone)]
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
    /// What all members together ask for.
    readers: Readers,
    timers: Timers,
    /// Up to which change of topics the group's hash is known to be right, and the epoch that took it in; not stored.
    checked: (i64, i32),
    /// Expressions are being looked at; not stored.
    is_resolving: bool,
    /// When a target was last made, even one that was too large to be stored; 0 if never. Not stored.
    assigned_at_ms: i64,
}

#[derive(Debug, Clone, Default)]
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
            readers: Readers::default(),
            timers: Timers::default(),
            checked: (-1, 0),
            is_resolving: false,
            assigned_at_ms: 0,
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
                self.readers.add(&subscription);
                let member = self.members.entry(id).or_default();
                self.readers.remove(&std::mem::replace(&mut member.subscription, subscription));
            }
            ConsumerRecord::Subscription(id, None) => self.replay_removal(&id),
            ConsumerRecord::TargetEpoch(epoch) => self.target_epoch = epoch.unwrap_or_default(),
            ConsumerRecord::Target(id, Some(target)) => drop(self.targets.insert(id, target)),
            ConsumerRecord::Target(id, None) => drop(self.targets.remove(&id)),
            ConsumerRecord::Progress(id, Some(progress)) => self.replay_progress(id, progress),
            ConsumerRecord::Progress(id, None) => {
                // A tombstone may come for a member that is gone.
                if self.members.contains_key(&id) {
                    self.replay_progress(id, Progress::default());
                }
            }
            ConsumerRecord::Regex(text, Some(resolved)) => drop(self.regexes.insert(text, resolved)),
            ConsumerRecord::Regex(text, None) => drop(self.regexes.remove(&text)),
        }
        true
    }

    fn replay_removal(&mut self, id: &MemberId) {
        let Some(member) = self.members.remove(id) else { return };
        self.timers.forget(id);
        release(&mut self.owners, id, &member.progress);
        self.readers.remove(&member.subscription);
        if let Some(instance) = &member.subscription.instance
            && self.instances.get(instance) == Some(id)
        {
            self.instances.remove(instance);
        }
    }

    fn replay_progress(&mut self, id: MemberId, progress: Progress) {
        // Compaction may leave this record before the one that says what the member reads.
        let member = self.members.entry(id.clone()).or_default();
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
        self.readers.reads(topic) || self.regexes.values().any(|resolved| resolved.topics.contains(topic))
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

    pub fn describe(&self, settings: &GroupSettings) -> DescribedConsumerGroup {
        let assignor = preferred_assignor(self.members.values().map(|member| &member.subscription));
        let members = self.members.iter().map(|(id, member)| DescribedConsumer {
            id: id.clone(),
            epoch: member.progress.epoch,
            subscription: member.subscription.clone(),
            assigned: member.progress.held(),
            target: self.targets.get(id).cloned().unwrap_or_default(),
        });
        DescribedConsumerGroup {
            state: self.state_name(),
            epoch: self.epoch.epoch,
            assignment_epoch: self.target_epoch.epoch,
            assignor: assignor.unwrap_or_else(|| Assignor::default_of(settings)),
            members: members.collect(),
        }
    }

    /// No earlier than this has the group anything to do by itself.
    pub fn wake_at(&self) -> Option<Instant> {
        self.timers.first()
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

/// The assignor most members ask for.
fn preferred_assignor<'a>(subscriptions: impl Iterator<Item = &'a Subscription>) -> Option<Assignor> {
    let mut votes: BTreeMap<Assignor, usize> = BTreeMap::new();
    for name in subscriptions.filter_map(|subscription| subscription.assignor.as_ref()) {
        if let Some(assignor) = Assignor::of_name(name) {
            *votes.entry(assignor).or_default() += 1;
        }
    }
    votes.into_iter().max_by_key(|(_, count)| *count).map(|(assignor, _)| assignor)
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
    /// All it has, also what it is giving up.
    pub assigned: Assignment,
    pub target: Assignment,
}
