//! ConsumerGroupHeartbeat: how a member joins, stays, changes its mind and leaves (G13–G16, J51).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkactl_core::names::TopicName;
use kafkactl_core::settings::GroupSettings;
use kafkactl_core::wire::ErrorCode;

use super::assignor::{Assignment, Assignor};
use super::change::Change;
use super::reconcile::partitions_of;
use super::record::{ConsumerRecord, JOINING, LEAVING, LEFT_FOR_NOW, Progress, Subscription};
use super::timers::Wait;
use super::{ConsumerGroup, Member};
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
    /// What is wrong with it.
    pub regex_flaw: Option<Arc<str>>,
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

impl From<Refusal> for ErrorCode {
    fn from(refusal: Refusal) -> Self {
        refusal.code
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, code.message())
    }
}

impl ConsumerHeartbeat {
    /// Whether the request can be made sense of at all (G13).
    pub fn check(&self, version: i16, settings: &GroupSettings) -> Result<(), Refusal> {
        let invalid = |message: &str| Err(Refusal::new(ErrorCode::InvalidRequest, message));
        let is_blank = |text: Option<&str>| text.is_some_and(|text| text.trim().is_empty());
        let needs_id = version >= 1 || self.epoch > JOINING || self.epoch == LEAVING;
        if needs_id && is_blank(Some(self.member.as_str())) {
            return invalid("MemberId can't be empty.");
        }
        if is_blank(Some(self.group.as_str())) {
            return invalid("GroupId can't be empty.");
        }
        if is_blank(self.instance.as_ref().map(InstanceId::as_str)) {
            return invalid("InstanceId can't be empty.");
        }
        if is_blank(self.rack.as_deref()) {
            return invalid("RackId can't be empty.");
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
        self.check_assignor(settings)
    }

    fn check_assignor(&self, settings: &GroupSettings) -> Result<(), Refusal> {
        let Some(name) = &self.assignor else { return Ok(()) };
        let names: Vec<&str> = Assignor::all_of(settings).map(Assignor::name).collect();
        if names.contains(&&**name) {
            return Ok(());
        }
        let supported = names.join(", ");
        let message = format!("ServerAssignor {name} is not supported. Supported assignors: {supported}.");
        Err(Refusal::new(ErrorCode::UnsupportedAssignor, message))
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
    /// A member joins or goes on. The request has passed [`ConsumerHeartbeat::check`]; who leaves goes another way.
    pub fn heartbeat(
        &mut self,
        request: &ConsumerHeartbeat,
        turn: &mut Turn<'_>,
    ) -> Result<ConsumerHeartbeatReply, Refusal> {
        let id = if request.member.is_empty() { &request.fresh_member } else { &request.member };
        self.check_room(&request.member, turn)?;
        let mut change = self.admit(request, id)?;
        change.after = request.applied_to(&change.after);
        let news = self.subscribe(&mut change, request.regex_flaw.as_deref(), turn)?;
        let epoch = self.bump_epoch(news.group, &mut change, turn);
        let (target_epoch, target) = self.retarget(epoch, &mut change, turn)?;
        let progress = self.reconcile(news, (target_epoch, &target), &mut change, turn)?;
        let limits = turn.consumer_limits(&self.id);
        self.timers.set(id, Wait::Session, turn.now.after_ms(limits.session_timeout_ms));
        turn.effects.records.extend(change.records.into_iter().map(|record| self.record(record)));
        let assigned = partitions_of(&progress.assigned);
        let has_news = assigned != partitions_of(&change.progress.assigned);
        Ok(ConsumerHeartbeatReply {
            member: id.clone(),
            epoch: progress.epoch,
            heartbeat_interval_ms: limits.heartbeat_interval_ms,
            assignment: (request.is_full() || has_news).then_some(assigned),
        })
    }

    /// Whether `member`, empty for one without an id, finds room.
    pub(super) fn check_room(&self, member: &MemberId, turn: &Turn<'_>) -> Result<(), Refusal> {
        let members_max = turn.settings.consumer_members_max;
        if self.members.len() < members_max || self.members.contains_key(member) {
            return Ok(());
        }
        let message =
            format!("The consumer group has reached its maximum capacity of {members_max} members.");
        Err(Refusal::new(ErrorCode::GroupMaxSizeReached, message))
    }

    /// Finds the member or makes a place for a new one (G14).
    fn admit(&self, request: &ConsumerHeartbeat, id: &MemberId) -> Result<Change, Refusal> {
        let is_joining = request.epoch == JOINING;
        let owned = request.owned.clone();
        let Some(instance) = &request.instance else {
            let member = self.members.get(id);
            match member {
                Some(member) => check_epoch(request, &member.progress)?,
                None if is_joining => {}
                None => return Err(self.unknown_member(id)),
            }
            return Ok(self.change_of(id, owned));
        };
        match self.instances.get(instance).and_then(|holder| self.members.get_key_value(holder)) {
            None if is_joining => Ok(self.change_of(id, owned)),
            Some((holder, member)) if is_joining => {
                if !member.subscription.is_classic() && member.progress.epoch != LEFT_FOR_NOW {
                    let message = format!(
                        "Static member {id} with instance id {instance} cannot join the group because the \
                         instance id is owned by {holder} member."
                    );
                    return Err(Refusal::new(ErrorCode::UnreleasedInstanceId, message));
                }
                Ok(self.change_replacing(holder, id, owned))
            }
            _ => {
                check_epoch(request, &self.static_member(id, instance)?.progress)?;
                Ok(self.change_of(id, owned))
            }
        }
    }

    fn unknown_member(&self, id: &MemberId) -> Refusal {
        let message = format!("Member {id} is not a member of group {}.", self.id);
        Refusal::new(ErrorCode::UnknownMemberId, message)
    }

    /// The static member, if it goes by that id.
    fn static_member(&self, id: &MemberId, instance: &InstanceId) -> Result<&Member, Refusal> {
        let holder = self.instances.get(instance).and_then(|holder| self.members.get_key_value(holder));
        let Some((holder, member)) = holder else {
            let message = format!("Instance id {instance} is unknown.");
            return Err(Refusal::new(ErrorCode::UnknownMemberId, message));
        };
        if holder != id {
            let message =
                format!("Static member {id} with instance id {instance} was fenced by member {holder}.");
            return Err(Refusal::new(ErrorCode::FencedInstanceId, message));
        }
        Ok(member)
    }

    /// The member, if it may speak for itself and, if named, for `instance`.
    pub(super) fn validate(&self, id: &MemberId, instance: Option<&InstanceId>) -> Result<&Member, Refusal> {
        match instance {
            Some(instance) => self.static_member(id, instance),
            None => self.members.get(id).ok_or_else(|| self.unknown_member(id)),
        }
    }

    /// Who leaves for good by this heartbeat, if that is what it says. A static member that leaves for now stays, and
    /// keeps its partitions for its next self.
    pub fn leaver(
        &self,
        request: &ConsumerHeartbeat,
        turn: &mut Turn<'_>,
    ) -> Result<Option<MemberId>, Refusal> {
        let member = self.validate(&request.member, request.instance.as_ref())?;
        if request.epoch != LEFT_FOR_NOW {
            return Ok(Some(request.member.clone()));
        }
        let mut progress = member.progress.clone();
        progress.epoch = LEFT_FOR_NOW;
        progress.revoking.clear();
        // Its next self begins with epochs of its own.
        progress.assigned.values_mut().flat_map(BTreeMap::values_mut).for_each(|given_in| *given_in = 0);
        let record = ConsumerRecord::Progress(request.member.clone(), Some(progress));
        turn.effects.records.push(self.record(record));
        Ok(None)
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
    if request.epoch == JOINING {
        return Ok(());
    }
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
