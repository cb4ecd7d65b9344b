//! What one member's news does to its group: the same for a heartbeat (KIP-848) and for a join of a member that still
//! speaks the classic protocol. Each step adds the records it takes, in the order in which Kafka writes them.

use std::collections::HashMap;
use std::sync::Arc;

use kafkactl_core::names::TopicId;

use super::assignor::{Assignment, Assignor, SubscribedTopics, Subscriber, Subscribers, Topics};
use super::metadata_hash;
use super::reconcile::Step;
use super::record::{ConsumerRecord, GroupEpoch, JOINING, MemberState, Progress, Subscription, TargetEpoch};
use super::subscription::{RegexChange, existing, topics_of};
use super::timers::Wait;
use super::{ConsumerGroup, Refusal};
use crate::group::names::MemberId;
use crate::group::turn::Turn;

/// A member and what becomes of it.
pub(super) struct Change {
    pub member: MemberId,
    /// What the group knew of it before, or of its former self; `None` for a new member.
    pub before: Option<Subscription>,
    pub after: Subscription,
    pub progress: Progress,
    /// The former self of a static member.
    pub replaces: Option<MemberId>,
    /// What the member says it has; `None` if it does not say.
    pub owned: Option<Assignment>,
    pub records: Vec<ConsumerRecord>,
}

impl Change {
    /// The member under which the group knows it so far.
    pub fn former(&self) -> &MemberId {
        self.replaces.as_ref().unwrap_or(&self.member)
    }
}

/// How far the news reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct News {
    /// The member wants other topics than before, even if it is not known yet which.
    pub subscription: bool,
    /// The group reads other topics than before.
    pub group: bool,
}

impl ConsumerGroup {
    /// A change of a member that the group knows, that is new, or that takes the place of its former self.
    pub(super) fn change_of(&self, member: &MemberId, owned: Option<Assignment>) -> Change {
        let known = self.members.get(member);
        let before = known.map(|known| known.subscription.clone());
        Change {
            member: member.clone(),
            after: before.clone().unwrap_or_default(),
            before,
            progress: known.map(|known| known.progress.clone()).unwrap_or_default(),
            replaces: None,
            owned,
            records: Vec::new(),
        }
    }

    /// A static member comes back under a new id: its target and what it has stay with the instance.
    pub(super) fn change_replacing(
        &self,
        old: &MemberId,
        member: &MemberId,
        owned: Option<Assignment>,
    ) -> Change {
        let mut change = self.change_of(old, owned);
        change.progress.epoch = JOINING;
        change.progress.previous_epoch = JOINING;
        let target = self.targets.get(old).cloned().unwrap_or_default();
        change.records.extend(removal_of(old));
        change.records.extend([
            ConsumerRecord::Subscription(member.clone(), Some(change.after.clone())),
            ConsumerRecord::Target(member.clone(), Some(target)),
            ConsumerRecord::Progress(member.clone(), Some(change.progress.clone())),
        ]);
        Change { member: member.clone(), replaces: Some(old.clone()), ..change }
    }

    /// Takes in what the member wants to read now; `regex_flaw` is what is wrong with its expression.
    pub(super) fn subscribe(
        &mut self,
        change: &mut Change,
        regex_flaw: Option<&str>,
        turn: &mut Turn<'_>,
    ) -> Result<News, Refusal> {
        let before = change.before.as_ref();
        let names_changed = match before {
            Some(before) => before.topics != change.after.topics,
            None => !change.after.topics.is_empty(),
        };
        if before != Some(&change.after) {
            let record = ConsumerRecord::Subscription(change.member.clone(), Some(change.after.clone()));
            change.records.push(record);
        }
        let regex = self.change_regex(change, regex_flaw, turn)?;
        let news = News {
            subscription: names_changed || regex != RegexChange::No,
            group: names_changed || regex == RegexChange::Resolved,
        };
        Ok(news)
    }

    /// The group's epoch after the change: a new one if what it reads has changed.
    pub(super) fn bump_epoch(&mut self, bump: bool, change: &mut Change, turn: &Turn<'_>) -> i32 {
        let epoch = self.epoch.epoch;
        let (checked_version, checked_epoch) = self.checked;
        let is_checked = checked_version >= turn.metadata.topics_version && epoch >= checked_epoch;
        if !bump && is_checked {
            return epoch;
        }
        let mut readers = self.readers.clone();
        if let Some(before) = &change.before {
            readers.remove(before);
        }
        readers.add(&change.after);
        let metadata_hash = match is_checked && readers.read_as(&self.readers) {
            true => self.epoch.metadata_hash,
            false => metadata_hash::of_topics(&readers.topics(&self.regexes), &turn.metadata.image),
        };
        let mut epoch_after = epoch;
        if bump || metadata_hash != self.epoch.metadata_hash {
            epoch_after = epoch.wrapping_add(1);
            let record = GroupEpoch { epoch: epoch_after, metadata_hash };
            change.records.push(ConsumerRecord::Epoch(Some(record)));
        }
        self.checked = (turn.metadata.topics_version, epoch_after);
        if self.has_legacy_topics {
            change.records.push(ConsumerRecord::LegacyTopics(false));
        }
        epoch_after
    }

    /// The member's target and the epoch it was made for; made anew if the group has moved on and the last one is
    /// old enough (KIP-1263).
    pub(super) fn retarget(
        &mut self,
        epoch: i32,
        change: &mut Change,
        turn: &Turn<'_>,
    ) -> Result<(i32, Assignment), Refusal> {
        let interval_ms = i64::from(turn.consumer_limits(&self.id).assignment_interval_ms);
        let last_ms = self.target_epoch.timestamp_ms.max(self.assigned_at_ms);
        let may_assign = last_ms == 0 || turn.now.ms >= last_ms.saturating_add(interval_ms);
        if epoch <= self.target_epoch.epoch || !may_assign {
            return Ok((self.target_epoch.epoch, self.target_of(change)));
        }
        self.assigned_at_ms = turn.now.ms;
        let subscribers = self.subscribers(change, turn);
        let counts =
            |id: &TopicId| turn.metadata.image.topics.by_id(id).map(|topic| (*id, topic.partition_count()));
        let mut topics = Topics::new();
        for subscribed in distinct(&subscribers) {
            topics.extend(subscribed.iter().filter_map(counts));
        }
        let mut assigned = self.assignor_with(change, turn).assign(&subscribers, &topics);
        for (id, target) in &assigned {
            if self.targets.get(id) != Some(target) {
                change.records.push(ConsumerRecord::Target(id.clone(), Some(target.clone())));
            }
        }
        let target_epoch = TargetEpoch { epoch, timestamp_ms: turn.now.ms };
        change.records.push(ConsumerRecord::TargetEpoch(Some(target_epoch)));
        Ok((epoch, assigned.remove(&change.member).unwrap_or_default()))
    }

    /// The member's part of the last target.
    pub(super) fn target_of(&self, change: &Change) -> Assignment {
        let by_instance = change.after.instance.as_ref().map(|instance| self.instances.get(instance));
        let former = match by_instance {
            Some(holder) => holder,
            None => Some(change.former()),
        };
        former.and_then(|former| self.targets.get(former)).cloned().unwrap_or_default()
    }

    /// The assignor most members ask for once the change is through.
    fn assignor_with(&self, change: &Change, turn: &Turn<'_>) -> Assignor {
        let is_other = |id: &MemberId| id != change.former();
        let others =
            self.members.iter().filter(|(id, _)| is_other(id)).map(|(_, member)| &member.subscription);
        super::preferred_assignor(others.chain([&change.after]))
            .unwrap_or_else(|| Assignor::default_of(turn.settings))
    }

    /// The members as the assignor is to see them. Members with the same subscription share one set of topics.
    fn subscribers(&self, change: &Change, turn: &Turn<'_>) -> Subscribers {
        let mut resolved: HashMap<_, SubscribedTopics> = HashMap::new();
        let mut subscriber = |subscription: &'_ Subscription, target: Option<&Assignment>| {
            let key = (subscription.topics.clone(), subscription.regex().cloned());
            let topics = resolved.entry(key).or_insert_with(|| {
                Arc::new(existing(topics_of(subscription, &self.regexes), &turn.metadata.image))
            });
            Subscriber {
                instance: subscription.instance.clone(),
                topics: Arc::clone(topics),
                owned: target.cloned().unwrap_or_default(),
            }
        };
        let mut subscribers: Subscribers = self
            .members
            .iter()
            .filter(|(id, _)| *id != change.former())
            .map(|(id, member)| (id.clone(), subscriber(&member.subscription, self.targets.get(id))))
            .collect();
        let own = subscriber(&change.after, self.targets.get(change.former()));
        subscribers.insert(change.member.clone(), own);
        subscribers
    }

    /// The member's next step towards its target.
    pub(super) fn reconcile(
        &mut self,
        news: News,
        (target_epoch, target): (i32, &Assignment),
        change: &mut Change,
        turn: &Turn<'_>,
    ) -> Result<Progress, Refusal> {
        let before = &change.progress;
        if !news.subscription && before.state == MemberState::Stable && before.epoch == target_epoch {
            return Ok(before.clone());
        }
        let step = Step {
            target_epoch,
            target,
            subscribed: &existing(topics_of(&change.after, &self.regexes), &turn.metadata.image),
            subscription_changed: news.subscription,
            owned: change.owned.as_ref(),
            is_taken: &|topic, partition| self.owners.contains_key(&(topic, partition)),
        };
        let progress = step.take(before)?;
        if progress != *before {
            change.records.push(ConsumerRecord::Progress(change.member.clone(), Some(progress.clone())));
            if !change.after.is_classic() {
                let until = turn.now.after_ms(change.after.rebalance_timeout_ms);
                match progress.state {
                    MemberState::UnrevokedPartitions => {
                        self.timers.set(&change.member, Wait::Revocation, until)
                    }
                    _ => self.timers.cancel(&change.member, Wait::Revocation),
                }
            }
        }
        Ok(progress)
    }
}

/// The distinct sets of topics among the subscribers.
fn distinct(subscribers: &Subscribers) -> impl Iterator<Item = &SubscribedTopics> {
    let mut seen = std::collections::HashSet::new();
    subscribers
        .values()
        .map(|subscriber| &subscriber.topics)
        .filter(move |topics| seen.insert(Arc::as_ptr(topics)))
}

/// The records that take a member out of the log.
pub(super) fn removal_of(id: &MemberId) -> [ConsumerRecord; 3] {
    [
        ConsumerRecord::Progress(id.clone(), None),
        ConsumerRecord::Target(id.clone(), None),
        ConsumerRecord::Subscription(id.clone(), None),
    ]
}
