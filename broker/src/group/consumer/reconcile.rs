//! One member's way from what it has to what it should have (KIP-848): first it gives up, then it gets what is free at
//! the target epoch; partitions that others still have come later (G16, `CurrentAssignmentBuilder`). Pure.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::names::{PartitionId, TopicId};
use kafkactl_core::wire::ErrorCode;

use super::assignor::Assignment;
use super::record::{Held, MemberState, Progress};

/// What a member's next step depends on.
pub struct Step<'a> {
    pub target_epoch: i32,
    pub target: &'a Assignment,
    /// The topics the member subscribes to now; what it has of others it gives up at once.
    pub subscribed: &'a BTreeSet<TopicId>,
    pub subscription_changed: bool,
    /// What the member says it has; `None` if it did not say.
    pub owned: Option<&'a Assignment>,
    /// Whether a member, this one or another, has the partition or is giving it up.
    pub is_taken: &'a dyn Fn(TopicId, PartitionId) -> bool,
}

impl Step<'_> {
    /// The member after this step, equal to `before` if nothing happens.
    pub fn take(&self, before: &Progress) -> Result<Progress, ErrorCode> {
        match before.state {
            MemberState::Stable if before.epoch != self.target_epoch => {
                Ok(self.advance(before, before.epoch))
            }
            MemberState::Stable => Ok(self.unsubscribe(before)),
            MemberState::UnrevokedPartitions if self.has_any(&before.revoking) => {
                Ok(self.unsubscribe(before))
            }
            MemberState::UnrevokedPartitions | MemberState::UnreleasedPartitions => {
                Ok(self.advance(before, before.epoch))
            }
            // Whoever wrote this state knows more: start over, if the member has given up everything.
            MemberState::Unknown(_) => match self.owned {
                Some(owned) if owned.is_empty() => Ok(self.advance(before, self.target_epoch)),
                _ => Err(ErrorCode::FencedMemberEpoch),
            },
        }
    }

    /// Towards the target: `epoch` is the member's while it has something to give up.
    fn advance(&self, before: &Progress, epoch: i32) -> Progress {
        let mut kept = Held::new();
        let mut revoking = Held::new();
        for (&topic, partitions) in &before.assigned {
            for (&partition, &given_in) in partitions {
                let into = if self.is_target(topic, partition) { &mut kept } else { &mut revoking };
                into.entry(topic).or_default().insert(partition, given_in);
            }
        }
        if !revoking.is_empty() && self.has_any(&revoking) {
            let state = MemberState::UnrevokedPartitions;
            return moved_to(before, epoch, state, kept, revoking);
        }
        let mut waits = false;
        for (&topic, partitions) in self.target.iter().filter(|(topic, _)| self.subscribed.contains(topic)) {
            for &partition in partitions {
                if holds(&kept, topic, partition) {
                    continue;
                }
                // What the member itself was giving up it may keep.
                if (self.is_taken)(topic, partition) && !holds(&before.revoking, topic, partition) {
                    waits = true;
                } else {
                    kept.entry(topic).or_default().insert(partition, self.target_epoch);
                }
            }
        }
        let state = if waits { MemberState::UnreleasedPartitions } else { MemberState::Stable };
        moved_to(before, self.target_epoch, state, kept, Held::new())
    }

    /// Takes away what the member does not subscribe to any more, before the next target says so.
    fn unsubscribe(&self, before: &Progress) -> Progress {
        if !self.subscription_changed {
            return before.clone();
        }
        let is_subscribed = |topic: &TopicId| self.subscribed.contains(topic);
        if before.assigned.keys().all(is_subscribed) {
            return before.clone();
        }
        let mut assigned = before.assigned.clone();
        let mut revoking = before.revoking.clone();
        assigned.retain(|topic, partitions| {
            let keep = is_subscribed(topic);
            if !keep {
                revoking.entry(*topic).or_default().append(partitions);
            }
            keep
        });
        if self.has_any(&revoking) {
            moved_to(before, before.epoch, MemberState::UnrevokedPartitions, assigned, revoking)
        } else {
            moved_to(before, before.epoch, before.state, assigned, before.revoking.clone())
        }
    }

    fn is_target(&self, topic: TopicId, partition: PartitionId) -> bool {
        self.subscribed.contains(&topic)
            && self.target.get(&topic).is_some_and(|partitions| partitions.contains(&partition))
    }

    /// Whether the member has any of `held`, as far as it says.
    fn has_any(&self, held: &Held) -> bool {
        let Some(owned) = self.owned else { return true };
        let has = |topic: &TopicId, partition: &PartitionId| {
            owned.get(topic).is_some_and(|partitions| partitions.contains(partition))
        };
        held.iter().any(|(topic, partitions)| partitions.keys().any(|partition| has(topic, partition)))
    }
}

fn moved_to(before: &Progress, epoch: i32, state: MemberState, assigned: Held, revoking: Held) -> Progress {
    Progress { epoch, previous_epoch: before.epoch, state, assigned, revoking }
}

fn holds(held: &Held, topic: TopicId, partition: PartitionId) -> bool {
    held.get(&topic).is_some_and(|partitions| partitions.contains_key(&partition))
}

/// The partitions without their epochs.
pub fn partitions_of(held: &Held) -> Assignment {
    held.iter()
        .map(|(&topic, partitions)| (topic, partitions.keys().copied().collect()))
        .collect::<BTreeMap<_, _>>()
}
