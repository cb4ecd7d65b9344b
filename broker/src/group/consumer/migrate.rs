//! A classic group becomes a consumer group and the other way round while its members go on reading (KIP-848 online
//! migration, G18). Both ways the log gets what the new group begins with, and tombstones for what the old one was.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use kafkactl_core::names::TopicName;
use kafkactl_core::schema::consumer_protocol::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use kafkactl_core::wire::ErrorCode;

use super::classic_side::{by_id, encode_assignment};
use super::record::{ClassicSide, ConsumerRecord, GroupEpoch, Held, Progress, Subscription, TargetEpoch};
use super::{ConsumerGroup, Member, Refusal, metadata_hash};
use crate::cluster::MetadataImage;
use crate::group::classic::{CONSUMER_PROTOCOL_TYPE, ClassicGroup, Migrant};
use crate::group::names::{InstanceId, MemberId};
use crate::group::record::{GroupRecord, StoredGroup, StoredMember};
use crate::group::turn::Turn;

impl ConsumerGroup {
    /// What a classic group goes on as: the same members, generation and assignment.
    ///
    /// Errors: the policy, the size or the members' protocol forbid it.
    pub fn upgraded(group: &ClassicGroup, turn: &Turn<'_>) -> Result<Self, Refusal> {
        let refused = |reason: &str| {
            let message =
                format!("Cannot upgrade classic group {} to consumer group because {reason}.", group.id());
            Refusal::new(ErrorCode::GroupIdNotFound, message)
        };
        if !turn.migration().upgrades() {
            return Err(refused("online upgrade is disabled"));
        }
        if !group.is_consumer_protocol() {
            return Err(refused("the group does not use the consumer embedded protocol"));
        }
        let members = group.migrants();
        if members.len() > turn.settings.consumer_members_max {
            return Err(refused("the group size exceeds the consumer group maximum size"));
        }
        let mut upgraded = Self::new(group.id().clone());
        for record in upgrade_records(group, members, &turn.metadata.image).map_err(refused)? {
            upgraded.replay(record);
        }
        Ok(upgraded)
    }

    /// The records that make the group what it is now.
    pub fn records(&self, records: &mut Vec<GroupRecord>) {
        let mut push = |record| records.push(self.record(record));
        for (id, member) in &self.members {
            push(ConsumerRecord::Subscription(id.clone(), Some(member.subscription.clone())));
        }
        push(ConsumerRecord::Epoch(Some(self.epoch)));
        for (id, target) in &self.targets {
            push(ConsumerRecord::Target(id.clone(), Some(target.clone())));
        }
        push(ConsumerRecord::TargetEpoch(Some(self.target_epoch)));
        for (id, member) in &self.members {
            push(ConsumerRecord::Progress(id.clone(), Some(member.progress.clone())));
        }
    }

    /// Whether all but `leavers` speak the classic protocol, so that the group may become classic without them.
    pub fn downgrades_without(&self, leavers: &[MemberId], turn: &Turn<'_>) -> bool {
        let mut staying = self.staying(leavers).peekable();
        staying.peek().is_some()
            && staying.all(|(_, member)| member.subscription.is_classic())
            && turn.migration().downgrades()
            && self.members.len() - leavers.len() <= turn.settings.members_max
    }

    fn staying(&self, leavers: &[MemberId]) -> impl Iterator<Item = (&MemberId, &Member)> {
        let leavers: HashSet<MemberId> = leavers.iter().cloned().collect();
        self.members.iter().filter(move |(id, _)| !leavers.contains(*id))
    }

    /// The same when a classic member takes the place of the last static one that is not.
    pub(super) fn downgrades_with(&self, instance: Option<&InstanceId>, turn: &Turn<'_>) -> bool {
        let Some(holder) = instance.and_then(|instance| self.instances.get(instance)) else { return false };
        let is_last = |(id, member): (&MemberId, &Member)| member.subscription.is_classic() != (id == holder);
        self.members.iter().all(is_last)
            && turn.migration().downgrades()
            && self.members.len() <= turn.settings.members_max
    }

    /// The records that end this group and begin the classic one that its members but `leavers` go on in.
    pub fn downgrade(
        &self,
        leavers: &[MemberId],
        generation: i32,
        turn: &mut Turn<'_>,
    ) -> Result<(), ErrorCode> {
        let members: Vec<_> = self.staying(leavers).collect();
        let protocol =
            chosen_protocol(members.iter().filter_map(|(_, member)| member.subscription.classic.as_ref()));
        let protocol = protocol.ok_or(ErrorCode::UnknownServerError)?;
        let stored = members.into_iter().map(|(id, member)| {
            let target = self.targets.get(id).cloned().unwrap_or_default();
            stored_member(id, &member.subscription, &protocol, |metadata| {
                encode_assignment(&target, metadata, &turn.metadata.image)
            })
        });
        let group = StoredGroup {
            protocol_type: Arc::from(CONSUMER_PROTOCOL_TYPE),
            generation,
            protocol: Some(protocol.clone()),
            leader: None,
            state_timestamp_ms: turn.now.ms,
            members: stored.collect::<Result<_, _>>()?,
        };
        self.tombstones(&mut turn.effects.records);
        turn.effects.records.push(GroupRecord::Classic { group: self.id.clone(), value: Some(group) });
        Ok(())
    }

    /// This group as it will be once `records`, not stored yet, are replayed.
    pub fn after(&self, records: &[GroupRecord]) -> Self {
        let mut after = self.clone();
        for record in records {
            if let GroupRecord::Consumer { record, .. } = record {
                after.replay(record.clone());
            }
        }
        after
    }

    pub fn epoch(&self) -> i32 {
        self.epoch.epoch
    }
}

fn upgrade_records(
    group: &ClassicGroup,
    members: Vec<Migrant>,
    image: &MetadataImage,
) -> Result<Vec<ConsumerRecord>, &'static str> {
    let generation = group.generation();
    let mut records =
        vec![ConsumerRecord::TargetEpoch(Some(TargetEpoch { epoch: generation, timestamp_ms: 0 }))];
    let mut topics = std::collections::BTreeSet::new();
    let mut owners = BTreeMap::new();
    for member in members {
        let assignment = ConsumerProtocolAssignment::decode(&member.assignment).map_err(|_| MALFORMED)?;
        if assignment.user_data.as_ref().is_some_and(|data| !data.is_empty()) {
            return Err(CUSTOM_ASSIGNOR);
        }
        let subscription = ConsumerProtocolSubscription::decode(&member.metadata).map_err(|_| MALFORMED)?;
        let assigned = assignment.assigned_partitions.iter().map(|it| (it.topic.as_str(), &*it.partitions));
        let target = by_id(assigned, image);
        for (topic, partitions) in &target {
            for partition in partitions {
                // A partition has one owner at a time: a leader that gave it to two would break that for good.
                if owners.insert((*topic, *partition), member.id.clone()).is_some() {
                    return Err(MALFORMED);
                }
            }
        }
        let held: Held = target
            .iter()
            .map(|(topic, partitions)| (*topic, partitions.iter().map(|it| (*it, generation)).collect()))
            .collect();
        let progress =
            Progress { epoch: generation, previous_epoch: generation, assigned: held, ..Progress::default() };
        let id = member.id.clone();
        let subscription = migrated(member, subscription);
        topics.extend(subscription.topics.iter().cloned());
        records.extend([
            ConsumerRecord::Subscription(id.clone(), Some(subscription)),
            ConsumerRecord::Target(id.clone(), Some(target)),
            ConsumerRecord::Progress(id, Some(progress)),
        ]);
    }
    let metadata_hash = metadata_hash::of_topics(&topics.iter().collect(), image);
    records.push(ConsumerRecord::Epoch(Some(GroupEpoch { epoch: generation, metadata_hash })));
    Ok(records)
}

fn migrated(member: Migrant, subscription: ConsumerProtocolSubscription) -> Subscription {
    Subscription {
        instance: member.instance,
        rack: subscription.rack_id.filter(|rack| !rack.is_empty()).map(Arc::from),
        client_id: member.client_id,
        client_host: member.client_host,
        topics: subscription.topics.iter().map(|name| TopicName::new(name)).collect(),
        rebalance_timeout_ms: member.rebalance_timeout_ms,
        classic: Some(ClassicSide {
            session_timeout_ms: member.session_timeout_ms,
            protocols: member.protocols,
        }),
        ..Subscription::default()
    }
}

fn stored_member(
    id: &MemberId,
    subscription: &Subscription,
    protocol: &str,
    assignment: impl FnOnce(&bytes::Bytes) -> Result<bytes::Bytes, ErrorCode>,
) -> Result<StoredMember, ErrorCode> {
    let side = subscription.classic.as_ref().ok_or(ErrorCode::UnknownServerError)?;
    let metadata = side.protocols.iter().find(|(name, _)| &**name == protocol);
    let metadata = metadata.map(|(_, metadata)| metadata.clone()).unwrap_or_default();
    Ok(StoredMember {
        id: id.clone(),
        instance: subscription.instance.clone(),
        client_id: subscription.client_id.clone(),
        client_host: subscription.client_host.clone(),
        rebalance_timeout_ms: subscription.rebalance_timeout_ms,
        session_timeout_ms: side.session_timeout_ms,
        assignment: assignment(&metadata)?,
        subscription: metadata,
    })
}

/// Of the protocols that all members support, the one most of them like best.
fn chosen_protocol<'a>(sides: impl Iterator<Item = &'a ClassicSide> + Clone) -> Option<Arc<str>> {
    let is_common = |name: &Arc<str>| {
        sides.clone().all(|side| side.protocols.iter().any(|(supported, _)| supported == name))
    };
    let mut votes: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
    for side in sides.clone() {
        let favourite = side.protocols.iter().map(|(name, _)| name).find(|name| is_common(name))?;
        *votes.entry(favourite).or_default() += 1;
    }
    votes.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name.clone())
}

const MALFORMED: &str = "the embedded consumer protocol is malformed";
const CUSTOM_ASSIGNOR: &str = "an unsupported custom assignor is in use. Please refer to the documentation or \
                               switch to a default assignor before re-attempting the upgrade";
