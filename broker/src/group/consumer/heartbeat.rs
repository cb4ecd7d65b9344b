//! ConsumerGroupHeartbeat: how a member joins, stays, changes its mind and leaves (G13–G16, J51).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkactl_core::names::{TopicId, TopicName};
use kafkactl_core::wire::ErrorCode;

use super::assignor::{Assignment, Assignor, Subscriber, Subscribers, Topics};
use super::reconcile::{Step, partitions_of};
use super::record::{
    ConsumerRecord, GroupEpoch, JOINING, LEAVING, LEFT_FOR_NOW, MemberState, Progress, ResolvedRegex,
    Subscription, TargetEpoch,
};
use super::subscription::topics_of;
use super::{ConsumerGroup, metadata_hash, subscription};
use crate::group::names::{GroupId, InstanceId, MemberId};
use crate::group::turn::Turn;

#[derive(Debug, Clone)]
pub struct ConsumerHeartbeat {
    pub group: GroupId,
    /// Empty for a first heartbeat of version 0.
    pub member: MemberId,
    /// The id the member gets if it needs one.
    pub fresh_member: MemberId,
    pub epoch: i32,
    pub instance: Option<InstanceId>,
    pub rack: Option<Arc<str>>,
    /// What is `None` has not changed since the heartbeat before.
    pub rebalance_timeout_ms: Option<i32>,
    pub topics: Option<BTreeSet<TopicName>>,
    pub regex: Option<Arc<str>>,
    pub assignor: Option<Arc<str>>,
    pub owned: Option<Assignment>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerHeartbeatReply {
    pub member: MemberId,
    pub epoch: i32,
    /// 0 for a member that leaves.
    pub heartbeat_interval_ms: i32,
    /// `None`: as before.
    pub assignment: Option<Assignment>,
}

/// A "no" with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: ErrorCode,
    pub message: String,
}

impl Refusal {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, code.message())
    }
}

/// The member a heartbeat is about, as it was before.
struct Known {
    id: MemberId,
    subscription: Subscription,
    progress: Progress,
    /// The former self of a static member that is replaced.
    replaces: Option<MemberId>,
    is_new: bool,
}

/// What a heartbeat changes in the group, while the records are being made.
struct Change {
    member: MemberId,
    subscription: Subscription,
    replaces: Option<MemberId>,
    regexes: BTreeMap<Arc<str>, ResolvedRegex>,
    records: Vec<ConsumerRecord>,
}

impl ConsumerHeartbeat {
    /// Whether the request can be made sense of at all (G13).
    pub fn check(&self, version: i16) -> Result<(), Refusal> {
        let invalid = |message: &str| Err(Refusal::new(ErrorCode::InvalidRequest, message));
        if self.group.is_empty() {
            return invalid("GroupId can't be empty.");
        }
        if self.instance.as_ref().is_some_and(InstanceId::is_empty) {
            return invalid("InstanceId can't be empty.");
        }
        if self.rack.as_deref().is_some_and(str::is_empty) {
            return invalid("RackId can't be empty.");
        }
        if self.member.is_empty() && (version >= 1 || self.epoch != JOINING) {
            return invalid("MemberId can't be empty.");
        }
        match self.epoch {
            JOINING if self.rebalance_timeout_ms.is_none() => {
                return invalid("RebalanceTimeoutMs must be provided in first request.");
            }
            JOINING if self.owned.as_ref().is_none_or(|owned| !owned.is_empty()) => {
                return invalid("TopicPartitions must be empty when (re-)joining.");
            }
            JOINING if self.topics.is_none() && self.regex.is_none() => {
                return invalid(
                    "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.",
                );
            }
            LEFT_FOR_NOW if self.instance.is_none() => return invalid("InstanceId can't be null."),
            ..LEFT_FOR_NOW => return invalid("MemberEpoch is invalid."),
            _ => {}
        }
        match &self.assignor {
            Some(name) if Assignor::of_name(name).is_none() => Err(Refusal::new(
                ErrorCode::UnsupportedAssignor,
                format!("ServerAssignor {name} is not supported. Supported assignors: uniform, range."),
            )),
            _ => Ok(()),
        }
    }

    /// Whether the member says everything, as it does after an error.
    fn is_full(&self) -> bool {
        let says_all = self.rebalance_timeout_ms.is_some()
            && (self.topics.is_some() || self.regex.is_some())
            && self.owned.is_some();
        self.epoch == JOINING || says_all
    }

    fn applied_to(&self, before: &Subscription) -> Subscription {
        let mut after = before.clone();
        let replace = |old: &mut Option<Arc<str>>, new: &Option<Arc<str>>| {
            if new.is_some() {
                old.clone_from(new);
            }
        };
        replace(&mut after.rack, &self.rack);
        replace(&mut after.regex, &self.regex);
        replace(&mut after.assignor, &self.assignor);
        if self.instance.is_some() {
            after.instance.clone_from(&self.instance);
        }
        if let Some(timeout_ms) = self.rebalance_timeout_ms {
            after.rebalance_timeout_ms = timeout_ms;
        }
        if let Some(topics) = &self.topics {
            after.topics.clone_from(topics);
        }
        after.client_id.clone_from(&self.client_id);
        after.client_host.clone_from(&self.client_host);
        after.classic = None;
        after
    }
}

impl ConsumerGroup {
    /// A member joins or goes on. The request has passed [`ConsumerHeartbeat::check`].
    pub fn heartbeat(
        &mut self,
        request: &ConsumerHeartbeat,
        turn: &mut Turn<'_>,
    ) -> Result<ConsumerHeartbeatReply, Refusal> {
        if request.epoch == LEAVING || request.epoch == LEFT_FOR_NOW {
            return self.leave(request, turn);
        }
        let known = self.known(request, turn)?;
        let mut change = Change {
            member: known.id.clone(),
            subscription: request.applied_to(&known.subscription),
            replaces: known.replaces.clone(),
            regexes: self.regexes.clone(),
            records: Vec::new(),
        };
        if let Some(old) = &known.replaces {
            self.replace(old, &known, &mut change);
        }
        if known.is_new || change.subscription != known.subscription {
            let record = ConsumerRecord::Subscription(known.id.clone(), Some(change.subscription.clone()));
            change.records.push(record);
        }
        let resolves = self.resolve_regexes(&known, &mut change, turn)?;
        let subscription_changed = change.subscription.topics != known.subscription.topics
            || change.subscription.regex() != known.subscription.regex()
            || resolves;
        let epoch = self.bump_epoch(subscription_changed, &mut change, turn);
        let (target_epoch, target) = self.retarget(epoch, &known, &mut change, turn);
        let progress =
            self.reconcile(request, &known, subscription_changed, (target_epoch, &target), &change, turn)?;
        if progress != known.progress {
            change.records.push(ConsumerRecord::Progress(known.id.clone(), Some(progress.clone())));
        }
        let records = change.records.into_iter().map(|record| self.record(record)).collect::<Vec<_>>();
        turn.effects.records.extend(records);
        self.keep_time(&known.id, &progress, change.subscription.rebalance_timeout_ms, turn);
        let is_news = partitions_of(&progress.assigned) != partitions_of(&known.progress.assigned);
        Ok(ConsumerHeartbeatReply {
            member: known.id,
            epoch: progress.epoch,
            heartbeat_interval_ms: turn.settings.consumer_heartbeat_interval_ms,
            assignment: (request.is_full() || is_news).then(|| partitions_of(&progress.assigned)),
        })
    }

    /// Finds the member or makes room for a new one (G14).
    fn known(&self, request: &ConsumerHeartbeat, turn: &Turn<'_>) -> Result<Known, Refusal> {
        let members_max = turn.settings.consumer_members_max;
        if self.members.len() >= members_max && !self.members.contains_key(&request.member) {
            let message =
                format!("The consumer group has reached its maximum capacity of {members_max} members.");
            return Err(Refusal::new(ErrorCode::GroupMaxSizeReached, message));
        }
        let is_joining = request.epoch == JOINING;
        let id = if request.member.is_empty() { &request.fresh_member } else { &request.member };
        let holder = request.instance.as_ref().and_then(|instance| self.instances.get(instance));
        match (&request.instance, holder) {
            (Some(_), Some(holder)) if is_joining => self.known_static(request, id, holder),
            (Some(instance), None) if !is_joining => {
                Err(Refusal::new(ErrorCode::UnknownMemberId, format!("Instance id {instance} is unknown.")))
            }
            (Some(instance), Some(holder)) if holder != id => Err(Refusal::new(
                ErrorCode::FencedInstanceId,
                format!("Static member {id} with instance id {instance} was fenced by member {holder}."),
            )),
            _ => self.known_dynamic(request, id, is_joining),
        }
    }

    fn known_dynamic(
        &self,
        request: &ConsumerHeartbeat,
        id: &MemberId,
        is_joining: bool,
    ) -> Result<Known, Refusal> {
        let (id, replaces) = (id.clone(), None);
        let Some(member) = self.members.get(&id) else {
            if !is_joining {
                let message = format!("Member {id} is not a member of group {}.", self.id);
                return Err(Refusal::new(ErrorCode::UnknownMemberId, message));
            }
            let (subscription, progress) = Default::default();
            return Ok(Known { id, subscription, progress, replaces, is_new: true });
        };
        let (subscription, progress) = (member.subscription.clone(), member.progress.clone());
        if request.epoch > JOINING {
            check_epoch(request, &progress)?;
        }
        Ok(Known { id, subscription, progress, replaces, is_new: false })
    }

    /// A static member joins whose instance is known: itself again, or its next self once the former has left.
    fn known_static(
        &self,
        request: &ConsumerHeartbeat,
        id: &MemberId,
        holder: &MemberId,
    ) -> Result<Known, Refusal> {
        let Some(member) = self.members.get(holder) else { return self.known_dynamic(request, id, true) };
        if holder == id && member.progress.epoch != LEFT_FOR_NOW {
            return self.known_dynamic(request, id, true);
        }
        if member.progress.epoch != LEFT_FOR_NOW {
            let instance = member.subscription.instance.as_ref().map_or("", InstanceId::as_str);
            let message = format!(
                "Static member {id} with instance id {instance} cannot join the group because the instance id is \
                 owned by {holder} member."
            );
            return Err(Refusal::new(ErrorCode::UnreleasedInstanceId, message));
        }
        let progress = Progress { epoch: JOINING, previous_epoch: JOINING, ..member.progress.clone() };
        Ok(Known {
            id: id.clone(),
            subscription: member.subscription.clone(),
            progress,
            replaces: Some(holder.clone()),
            is_new: false,
        })
    }

    /// The former self of a static member goes, its target stays with the instance.
    fn replace(&self, old: &MemberId, known: &Known, change: &mut Change) {
        let target = self.targets.get(old).cloned().unwrap_or_default();
        change.records.extend([
            ConsumerRecord::Progress(old.clone(), None),
            ConsumerRecord::Target(old.clone(), None),
            ConsumerRecord::Subscription(old.clone(), None),
            ConsumerRecord::Subscription(known.id.clone(), Some(known.subscription.clone())),
            ConsumerRecord::Target(known.id.clone(), Some(target)),
            ConsumerRecord::Progress(known.id.clone(), Some(known.progress.clone())),
        ]);
    }

    /// Resolves what is new or may have changed. True if an expression stands for other topics than before.
    fn resolve_regexes(&self, known: &Known, change: &mut Change, turn: &Turn<'_>) -> Result<bool, Refusal> {
        let (before, after) = (known.subscription.regex(), change.subscription.regex().cloned());
        if let Some(text) = before
            && Some(text) != after.as_ref()
            && !self.others(change).any(|other| other.regex() == Some(text))
        {
            change.regexes.remove(text);
            change.records.push(ConsumerRecord::Regex(text.clone(), None));
        }
        let mut stale: Vec<Arc<str>> = Vec::new();
        if let Some(text) = &after {
            let is_resolved = change.regexes.contains_key(text);
            if before != Some(text) || !is_resolved {
                subscription::compile(text).map_err(|reason| {
                    let message =
                        format!("SubscribedTopicRegex `{text}` is not a valid regular expression: {reason}.");
                    Refusal::new(ErrorCode::InvalidRegularExpression, message)
                })?;
            }
            stale.extend((!is_resolved).then(|| text.clone()));
        }
        stale
            .extend(change.regexes.iter().filter(|(_, it)| is_stale(it, turn)).map(|(text, _)| text.clone()));
        let mut changes = false;
        for text in stale {
            // It was valid when a member sent it; if it is no more, it stands for what it stood for.
            let Ok(regex) = subscription::compile(&text) else { continue };
            let resolved = subscription::resolve(&regex, &turn.metadata.image, turn.now.ms);
            changes |= change.regexes.get(&text).is_none_or(|before| before.topics != resolved.topics);
            change.records.push(ConsumerRecord::Regex(text.clone(), Some(resolved.clone())));
            change.regexes.insert(text, resolved);
        }
        Ok(changes)
    }

    /// The other members' subscriptions.
    fn others<'a>(&'a self, change: &'a Change) -> impl Iterator<Item = &'a Subscription> {
        let is_other = |id: &MemberId| *id != change.member && Some(id) != change.replaces.as_ref();
        self.members.iter().filter(move |(id, _)| is_other(id)).map(|(_, member)| &member.subscription)
    }

    /// A new epoch if subscriptions or topics have changed.
    fn bump_epoch(&mut self, subscription_changed: bool, change: &mut Change, turn: &Turn<'_>) -> i32 {
        if !subscription_changed && self.checked_version >= turn.metadata.topics_version {
            return self.epoch.epoch;
        }
        let subscriptions = self.others(change).chain([&change.subscription]);
        let topics = topics_of(subscriptions, &change.regexes);
        let metadata_hash = metadata_hash::of_topics(&topics, &turn.metadata.image);
        self.checked_version = turn.metadata.topics_version;
        if !subscription_changed && metadata_hash == self.epoch.metadata_hash {
            return self.epoch.epoch;
        }
        let epoch = self.epoch.epoch.wrapping_add(1);
        change.records.push(ConsumerRecord::Epoch(Some(GroupEpoch { epoch, metadata_hash })));
        if self.has_legacy_topics {
            change.records.push(ConsumerRecord::LegacyTopics(false));
        }
        epoch
    }

    /// The target of this member, made anew if the group has moved on and the last one is old enough (KIP-1263).
    fn retarget(&self, epoch: i32, known: &Known, change: &mut Change, turn: &Turn<'_>) -> (i32, Assignment) {
        let interval_ms = i64::from(turn.settings.consumer_assignment_interval_ms);
        let last_ms = self.target_epoch.timestamp_ms;
        let may_assign = last_ms == 0 || turn.now.ms >= last_ms.saturating_add(interval_ms);
        if epoch <= self.target_epoch.epoch || !may_assign {
            let former = known.replaces.as_ref().unwrap_or(&known.id);
            return (self.target_epoch.epoch, self.targets.get(former).cloned().unwrap_or_default());
        }
        let subscribers = self.subscribers(change, turn);
        let counts =
            |id: &TopicId| turn.metadata.image.topics.by_id(id).map(|topic| (*id, topic.partition_count()));
        let topics: Topics =
            subscribers.values().flat_map(|member| &member.topics).filter_map(counts).collect();
        let subscriptions = self.others(change).chain([&change.subscription]);
        let assignor = super::preferred_assignor(subscriptions);
        let mut assigned = assignor.assign(&subscribers, &topics);
        for (id, target) in &assigned {
            let former = if *id == known.id { known.replaces.as_ref().unwrap_or(id) } else { id };
            if self.targets.get(former) != Some(target) {
                change.records.push(ConsumerRecord::Target(id.clone(), Some(target.clone())));
            }
        }
        let target_epoch = TargetEpoch { epoch, timestamp_ms: turn.now.ms };
        change.records.push(ConsumerRecord::TargetEpoch(Some(target_epoch)));
        (epoch, assigned.remove(&known.id).unwrap_or_default())
    }

    /// The members as the assignor is to see them.
    fn subscribers(&self, change: &Change, turn: &Turn<'_>) -> Subscribers {
        let subscriber = |subscription: &Subscription, target: Option<&Assignment>| Subscriber {
            instance: subscription.instance.clone(),
            topics: subscription::existing(&topics_of([subscription], &change.regexes), &turn.metadata.image),
            owned: target.cloned().unwrap_or_default(),
        };
        let mut subscribers: Subscribers = self
            .members
            .iter()
            .filter(|(id, _)| Some(*id) != change.replaces.as_ref())
            .map(|(id, member)| (id.clone(), subscriber(&member.subscription, self.targets.get(id))))
            .collect();
        let former = change.replaces.as_ref().unwrap_or(&change.member);
        let own = subscriber(&change.subscription, self.targets.get(former));
        subscribers.insert(change.member.clone(), own);
        subscribers
    }

    fn reconcile(
        &self,
        request: &ConsumerHeartbeat,
        known: &Known,
        subscription_changed: bool,
        (target_epoch, target): (i32, &Assignment),
        change: &Change,
        turn: &Turn<'_>,
    ) -> Result<Progress, Refusal> {
        let topics = topics_of([&change.subscription], &change.regexes);
        let step = Step {
            target_epoch,
            target,
            subscribed: &subscription::existing(&topics, &turn.metadata.image),
            subscription_changed,
            owned: request.owned.as_ref(),
            is_taken: &|topic, partition| self.owners.contains_key(&(topic, partition)),
        };
        Ok(step.take(&known.progress)?)
    }

    fn keep_time(&mut self, id: &MemberId, progress: &Progress, rebalance_timeout_ms: i32, turn: &Turn<'_>) {
        let session_ends = turn.now.after_ms(turn.settings.consumer_session_timeout_ms);
        self.sessions.insert(id.clone(), session_ends);
        self.wake_by(session_ends);
        if progress.state != MemberState::UnrevokedPartitions {
            self.revocations.remove(id);
        } else if !self.revocations.contains_key(id) {
            let until = turn.now.after_ms(rebalance_timeout_ms);
            self.revocations.insert(id.clone(), until);
            self.wake_by(until);
        }
    }

    fn leave(
        &mut self,
        request: &ConsumerHeartbeat,
        turn: &mut Turn<'_>,
    ) -> Result<ConsumerHeartbeatReply, Refusal> {
        let known = self.known(request, turn)?;
        let reply = ConsumerHeartbeatReply {
            member: known.id.clone(),
            epoch: request.epoch,
            heartbeat_interval_ms: 0,
            assignment: None,
        };
        if request.epoch == LEFT_FOR_NOW {
            let left = Progress { epoch: LEFT_FOR_NOW, revoking: Default::default(), ..known.progress };
            turn.effects.records.push(self.record(ConsumerRecord::Progress(known.id, Some(left))));
        } else {
            self.fence(&[known.id], turn);
        }
        Ok(reply)
    }
}

/// A member ahead of us, or behind by more than one lost answer, must start over (G14, J51).
fn check_epoch(request: &ConsumerHeartbeat, progress: &Progress) -> Result<(), Refusal> {
    let fenced = |relation: &str| {
        let message = format!(
            "The consumer group member has a {relation} member epoch ({}) than the one known by the group \
             coordinator ({}). The member must abandon all its partitions and rejoin.",
            request.epoch, progress.epoch
        );
        Err(Refusal::new(ErrorCode::FencedMemberEpoch, message))
    };
    if request.epoch > progress.epoch {
        return fenced("greater");
    }
    let is_within = |owned: &Assignment| {
        let assigned = partitions_of(&progress.assigned);
        owned.iter().all(|(topic, partitions)| {
            assigned.get(topic).is_some_and(|assigned| partitions.is_subset(assigned))
        })
    };
    let is_repeated =
        request.epoch == progress.previous_epoch && request.owned.as_ref().is_some_and(is_within);
    if request.epoch < progress.epoch && !is_repeated {
        return fenced("smaller");
    }
    Ok(())
}

/// Whether an expression should be looked at again: topics have changed since, but not more often than every ten
/// seconds; and in any case now and then.
fn is_stale(resolved: &ResolvedRegex, turn: &Turn<'_>) -> bool {
    let age_ms = turn.now.ms.saturating_sub(resolved.timestamp_ms);
    let has_news = resolved.version < turn.metadata.topics_version && age_ms >= REGEX_INTERVAL_MS_MIN;
    has_news || age_ms >= i64::from(turn.settings.consumer_regex_refresh_interval_ms)
}

const REGEX_INTERVAL_MS_MIN: i64 = 10_000;
