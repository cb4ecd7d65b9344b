//! Members that still speak the classic protocol, in a consumer group: their rebalances are theirs alone, the
//! coordinator assigns for them (KIP-848 online migration, G18).
//!
//! Generation and member epoch are one number. A join reports what the member has, and moves it on; its sync fetches
//! what it is to have now; a heartbeat tells it when to join again.

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::names::PartitionId;
use kafkactl_core::schema::consumer_protocol::consumer_protocol_assignment::TopicPartition;
use kafkactl_core::schema::consumer_protocol::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use kafkactl_core::wire::ErrorCode;

use super::assignor::Assignment;
use super::change::Change;
use super::reconcile::partitions_of;
use super::record::{ClassicSide, MemberState};
use super::timers::Wait;
use super::{ConsumerGroup, Member, Refusal};
use crate::cluster::MetadataImage;
use crate::group::classic::{
    CONSUMER_PROTOCOL_TYPE, HeartbeatRequest, JoinReply, JoinRequest, Joined, SyncRequest, Synced,
};
use crate::group::names::{InstanceId, MemberId};
use crate::group::turn::Turn;

/// A join that was let in: the answer once its records are stored.
pub struct ClassicJoin {
    pub reply: JoinReply,
    /// The last member of the newer protocol has gone with it: the group becomes a classic one, and rebalances if
    /// its target was behind.
    pub downgrade: Option<Rebalance>,
}

/// Whether a group that has just become classic rebalances at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebalance {
    Now,
    NotYet,
}

impl ConsumerGroup {
    /// A member of the classic protocol joins, for the first time or again.
    pub fn join_classic(
        &mut self,
        request: &JoinRequest,
        turn: &mut Turn<'_>,
    ) -> Result<ClassicJoin, JoinReply> {
        let failed = |error: ErrorCode| JoinReply::failed(MemberId::from(""), error);
        let is_unknown = request.member.is_empty();
        let id = if is_unknown { &request.fresh_member } else { &request.member };
        self.admit_classic(request, id, turn).map_err(|refusal| failed(refusal.code))?;
        if is_unknown && request.must_know_its_id && request.instance.is_none() {
            return Err(JoinReply::failed(id.clone(), ErrorCode::MemberIdRequired));
        }
        let subscription =
            request.protocols.first().map(|first| ConsumerProtocolSubscription::decode(&first.metadata));
        let Some(Ok(subscription)) = subscription else { return Err(failed(ErrorCode::UnknownServerError)) };
        let mut change =
            self.classic_change(request, id, &subscription, turn).map_err(|it| failed(it.code))?;
        let downgrades = self.downgrades_with(request.instance.as_ref(), turn);
        let (epoch, downgrade) =
            self.carry_out(&mut change, downgrades, turn).map_err(|refusal| failed(refusal.code))?;
        self.timers.cancel(id, Wait::Join);
        self.timers.set(id, Wait::Session, turn.now.after_ms(request.session_timeout_ms));
        self.timers.set(id, Wait::Sync, turn.now.after_ms(request.rebalance_timeout_ms));
        turn.effects.records.extend(change.records.into_iter().map(|record| self.record(record)));
        let joined = Joined {
            generation: epoch,
            protocol_type: Some(Arc::from(CONSUMER_PROTOCOL_TYPE)),
            protocol: request.protocols.first().map(|first| first.name.clone()),
            leader: MemberId::from(""),
            skip_assignment: false,
            members: Vec::new(),
        };
        Ok(ClassicJoin { reply: JoinReply { member: id.clone(), outcome: Ok(joined) }, downgrade })
    }

    fn admit_classic(&self, request: &JoinRequest, id: &MemberId, turn: &Turn<'_>) -> Result<(), Refusal> {
        if turn.migration().is_disabled() {
            return Err(ErrorCode::InconsistentGroupProtocol.into());
        }
        self.check_room(id, turn)?;
        let classics = || self.members.values().filter_map(|member| member.subscription.classic.as_ref());
        let is_supported = |name: &Arc<str>| {
            classics().all(|side| side.protocols.iter().any(|(supported, _)| supported == name))
        };
        let is_consumer = &*request.protocol_type == CONSUMER_PROTOCOL_TYPE;
        if !is_consumer || !request.protocols.iter().any(|protocol| is_supported(&protocol.name)) {
            return Err(ErrorCode::InconsistentGroupProtocol.into());
        }
        Ok(())
    }

    fn classic_change(
        &self,
        request: &JoinRequest,
        id: &MemberId,
        subscription: &ConsumerProtocolSubscription,
        turn: &Turn<'_>,
    ) -> Result<Change, Refusal> {
        let owned =
            subscription.owned_partitions.iter().map(|owned| (owned.topic.as_str(), &*owned.partitions));
        let owned = Some(by_id(owned, &turn.metadata.image));
        let holder = request.instance.as_ref().and_then(|instance| self.instances.get(instance));
        let mut change = match (&request.instance, holder) {
            (Some(_), Some(holder)) if request.member.is_empty() => self.change_replacing(holder, id, owned),
            (Some(instance), _) if !request.member.is_empty() => {
                self.validate(id, Some(instance))?;
                self.change_of(id, owned)
            }
            _ => self.change_of(id, owned),
        };
        let after = &mut change.after;
        if request.instance.is_some() {
            after.instance.clone_from(&request.instance);
        }
        if let Some(rack) = subscription.rack_id.as_deref().filter(|rack| !rack.is_empty()) {
            after.rack = Some(Arc::from(rack));
        }
        after.rebalance_timeout_ms = request.rebalance_timeout_ms;
        after.topics = subscription.topics.iter().map(|name| name.as_str().into()).collect();
        after.regex = Some(Arc::from(""));
        after.client_id = request.client_id.clone();
        after.client_host = request.client_host.clone();
        let protocols = request.protocols.iter();
        after.classic = Some(ClassicSide {
            session_timeout_ms: request.session_timeout_ms,
            protocols: protocols.map(|protocol| (protocol.name.clone(), protocol.metadata.clone())).collect(),
        });
        Ok(change)
    }

    /// The member's epoch after the join.
    fn carry_out(
        &mut self,
        change: &mut Change,
        downgrades: bool,
        turn: &mut Turn<'_>,
    ) -> Result<(i32, Option<Rebalance>), Refusal> {
        let mut news = self.subscribe(change, None, turn)?;
        news.group = news.subscription;
        let epoch = self.bump_epoch(news.group, change, turn);
        if !downgrades {
            let (target_epoch, target) = self.retarget(epoch, change, turn)?;
            return Ok((self.reconcile(news, (target_epoch, &target), change, turn)?.epoch, None));
        }
        if self.target_epoch.epoch < epoch {
            return Ok((change.progress.epoch, Some(Rebalance::Now)));
        }
        let target = self.target_of(change);
        let progress = self.reconcile(news, (self.target_epoch.epoch, &target), change, turn)?;
        Ok((progress.epoch, Some(Rebalance::NotYet)))
    }

    /// Tells the member what it is to read now.
    pub fn sync_classic(&mut self, request: &SyncRequest, turn: &mut Turn<'_>) -> Result<Synced, ErrorCode> {
        let (member, side) =
            self.classic_member(&request.member, request.instance.as_ref(), request.generation)?;
        let differs =
            |named: &Option<Arc<str>>, ours: &str| named.as_deref().is_some_and(|named| named != ours);
        let (protocol, metadata) = side.protocols.first().ok_or(ErrorCode::UnknownServerError)?;
        if differs(&request.protocol_type, CONSUMER_PROTOCOL_TYPE) || differs(&request.protocol, protocol) {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        let is_behind = self.target_epoch.epoch > member.progress.epoch;
        if is_behind && member.progress.state != MemberState::UnrevokedPartitions {
            let until = turn.now.after_ms(member.subscription.rebalance_timeout_ms);
            self.timers.set_if_absent(&request.member, Wait::Join, until);
            return Err(ErrorCode::RebalanceInProgress);
        }
        let assigned = partitions_of(&member.progress.assigned);
        let assignment = encode_assignment(&assigned, metadata, &turn.metadata.image)?;
        let session_ends = turn.now.after_ms(side.session_timeout_ms);
        self.timers.cancel(&request.member, Wait::Sync);
        self.timers.set(&request.member, Wait::Session, session_ends);
        let (protocol_type, protocol) = (request.protocol_type.clone(), request.protocol.clone());
        Ok(Synced { protocol_type, protocol, assignment })
    }

    /// Keeps the member's session, and tells it if it has to join again.
    pub fn heartbeat_classic(
        &mut self,
        request: &HeartbeatRequest,
        turn: &mut Turn<'_>,
    ) -> Result<(), ErrorCode> {
        let (member, side) =
            self.classic_member(&request.member, request.instance.as_ref(), request.generation)?;
        let must_join = member.progress.epoch < self.target_epoch.epoch
            || match member.progress.state {
                MemberState::UnrevokedPartitions => true,
                MemberState::UnreleasedPartitions => !self.waits_for_others(&request.member, member),
                _ => false,
            };
        let session_ends = turn.now.after_ms(side.session_timeout_ms);
        let until = turn.now.after_ms(member.subscription.rebalance_timeout_ms);
        self.timers.set(&request.member, Wait::Session, session_ends);
        if must_join {
            self.timers.set_if_absent(&request.member, Wait::Join, until);
            return Err(ErrorCode::RebalanceInProgress);
        }
        Ok(())
    }

    /// Whether a partition of the member's target is somebody else's still.
    fn waits_for_others(&self, id: &MemberId, member: &Member) -> bool {
        let is_held = |topic, partition| {
            member.progress.assigned.get(topic).is_some_and(|held| held.contains_key(partition))
        };
        self.targets.get(id).into_iter().flatten().any(|(topic, partitions)| {
            partitions.iter().any(|partition| {
                !is_held(topic, partition) && self.owners.contains_key(&(*topic, *partition))
            })
        })
    }

    fn classic_member(
        &self,
        id: &MemberId,
        instance: Option<&InstanceId>,
        generation: i32,
    ) -> Result<(&Member, &ClassicSide), ErrorCode> {
        let member = self.validate(id, instance).map_err(|refusal| refusal.code)?;
        let side = member.subscription.classic.as_ref().ok_or(ErrorCode::UnknownMemberId)?;
        if member.progress.epoch != generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        Ok((member, side))
    }

    /// The member that an operator or a client removes with LeaveGroup. An instance alone names whoever holds it.
    pub fn classic_leaver(
        &self,
        id: &MemberId,
        instance: Option<&InstanceId>,
    ) -> Result<MemberId, ErrorCode> {
        let named = match instance {
            Some(instance) if id.is_empty() => {
                self.instances.get(instance).ok_or(ErrorCode::UnknownMemberId)?
            }
            _ => id,
        };
        self.validate(named, instance).map(|_| named.clone()).map_err(|refusal| refusal.code)
    }
}

/// Topics by name as partitions by id; topics that do not exist are left out.
pub(super) fn by_id<'a>(
    topics: impl Iterator<Item = (&'a str, &'a [i32])>,
    image: &MetadataImage,
) -> Assignment {
    let mut assignment = Assignment::new();
    for (name, partitions) in topics.filter(|(_, partitions)| !partitions.is_empty()) {
        if let Some(topic) = image.topics.get(name) {
            let partitions = partitions.iter().copied().map(PartitionId);
            assignment.entry(topic.id).or_default().extend(partitions);
        }
    }
    assignment
}

/// A `ConsumerProtocolAssignment` in the version of the member's `subscription`.
pub(super) fn encode_assignment(
    assigned: &Assignment,
    subscription: &Bytes,
    image: &MetadataImage,
) -> Result<Bytes, ErrorCode> {
    let topics = assigned.iter().filter_map(|(id, partitions)| {
        let topic = image.topics.by_id(id)?.name.to_string();
        Some(TopicPartition { topic, partitions: partitions.iter().map(|it| it.0).collect() })
    });
    let assignment = ConsumerProtocolAssignment { assigned_partitions: topics.collect(), user_data: None };
    let version = subscription.first_chunk().copied().map(i16::from_be_bytes).unwrap_or(0);
    let version = version.clamp(0, ASSIGNMENT_VERSION_MAX);
    assignment.encode(version).map(Bytes::from).map_err(|_| ErrorCode::UnknownServerError)
}

/// The newest `ConsumerProtocolAssignment` of Kafka 4.3.
const ASSIGNMENT_VERSION_MAX: i16 = 3;
