//! As even as subscriptions allow, with as little moved as that allows.
//!
//! When all members subscribe to the same topics, everybody gets the same number, give or take one, and who is over
//! that gives up the surplus (`UniformHomogeneousAssignmentBuilder`). Otherwise partitions without an owner go to the
//! subscriber that has least, topics with few subscribers first; then partitions move from members that have more to
//! subscribers that have at least two fewer, until there are none.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::names::{PartitionId, TopicId};

use super::{Assignment, Subscribers, Topics};
use crate::group::names::MemberId;

pub fn assign(members: &Subscribers, topics: &Topics) -> BTreeMap<MemberId, Assignment> {
    let mut plan = Plan::keeping(members, topics);
    let Some(first) = members.values().next() else { return BTreeMap::new() };
    if members.values().all(|member| member.topics == first.topics) {
        plan.level();
    } else {
        plan.fill();
        plan.balance();
    }
    plan.assigned
}

struct Plan<'a> {
    members: &'a Subscribers,
    assigned: BTreeMap<MemberId, Assignment>,
    counts: BTreeMap<&'a MemberId, usize>,
    /// Partitions of subscribed topics that nobody has, by topic.
    free: BTreeMap<TopicId, BTreeSet<PartitionId>>,
}

impl<'a> Plan<'a> {
    /// Everybody keeps what it owns of the topics it subscribes to.
    fn keeping(members: &'a Subscribers, topics: &Topics) -> Self {
        let is_subscribed = |topic: &TopicId| members.values().any(|member| member.topics.contains(topic));
        let mut free: BTreeMap<TopicId, BTreeSet<PartitionId>> = topics
            .iter()
            .filter(|(topic, _)| is_subscribed(topic))
            .map(|(&topic, &count)| (topic, (0..count).map(PartitionId).collect()))
            .collect();
        let mut assigned = BTreeMap::new();
        let mut counts = BTreeMap::new();
        for (id, member) in members {
            let mut kept = Assignment::new();
            for (topic, partitions) in member.owned.iter().filter(|(topic, _)| member.topics.contains(topic))
            {
                let Some(free) = free.get_mut(topic) else { continue };
                let partitions: BTreeSet<PartitionId> =
                    partitions.iter().copied().filter(|partition| free.remove(partition)).collect();
                if !partitions.is_empty() {
                    kept.insert(*topic, partitions);
                }
            }
            counts.insert(id, kept.values().map(BTreeSet::len).sum());
            assigned.insert(id.clone(), kept);
        }
        Self { members, assigned, counts, free }
    }

    /// Everybody gets its quota: all members may read all topics.
    fn level(&mut self) {
        let total: usize =
            self.counts.values().sum::<usize>() + self.free.values().map(BTreeSet::len).sum::<usize>();
        let (quota, mut extra) = (total / self.members.len(), total % self.members.len());
        // Who has more already keeps an extra one, as long as there are any.
        let mut members: Vec<&MemberId> = self.members.keys().collect();
        members.sort_by_key(|id| self.counts[id] <= quota);
        let mut wanting = Vec::with_capacity(members.len());
        for id in members {
            let quota = quota + usize::from(extra > 0);
            extra = extra.saturating_sub(1);
            while self.counts[id] > quota {
                self.give_up_last(id);
            }
            wanting.push((id, quota));
        }
        let mut free =
            self.free.clone().into_iter().flat_map(|(topic, partitions)| {
                partitions.into_iter().map(move |partition| (topic, partition))
            });
        for (id, quota) in wanting {
            while self.counts[id] < quota {
                let Some((topic, partition)) = free.next() else { return };
                self.give(id, topic, partition);
            }
        }
    }

    fn give_up_last(&mut self, id: &'a MemberId) {
        let Some(assignment) = self.assigned.get_mut(id) else { return };
        let Some(mut last) = assignment.last_entry() else { return };
        let topic = *last.key();
        let partition = last.get_mut().pop_last();
        if last.get().is_empty() {
            last.remove();
        }
        if let Some(partition) = partition {
            self.free.entry(topic).or_default().insert(partition);
            *self.counts.entry(id).or_default() -= 1;
        }
    }

    fn give(&mut self, id: &'a MemberId, topic: TopicId, partition: PartitionId) {
        if let Some(assignment) = self.assigned.get_mut(id) {
            assignment.entry(topic).or_default().insert(partition);
            *self.counts.entry(id).or_default() += 1;
        }
    }

    fn subscribers(&self, topic: TopicId) -> impl Iterator<Item = &'a MemberId> + use<'a> {
        self.members.iter().filter(move |(_, member)| member.topics.contains(&topic)).map(|(id, _)| id)
    }

    /// Every free partition goes to the subscriber that has least.
    fn fill(&mut self) {
        let mut topics: Vec<TopicId> = self.free.keys().copied().collect();
        topics.sort_by_key(|&topic| self.subscribers(topic).count());
        for topic in topics {
            for partition in self.free.remove(&topic).unwrap_or_default() {
                let least = self.subscribers(topic).min_by_key(|id| self.counts[id]);
                if let Some(id) = least {
                    self.give(id, topic, partition);
                }
            }
        }
    }

    /// Moves partitions from who has more to who has at least two fewer. Every move makes the sum of the squares of
    /// all counts smaller, so this ends.
    fn balance(&mut self) {
        let topics: BTreeSet<TopicId> =
            self.members.values().flat_map(|member| member.topics.iter().copied()).collect();
        let mut has_moved = true;
        while has_moved {
            has_moved = false;
            for &topic in &topics {
                while self.move_one(topic) {
                    has_moved = true;
                }
            }
        }
    }

    fn move_one(&mut self, topic: TopicId) -> bool {
        let holders = self.subscribers(topic).filter(|id| self.assigned[*id].contains_key(&topic));
        let Some(most) = holders.max_by_key(|id| self.counts[id]) else { return false };
        let Some(least) = self.subscribers(topic).min_by_key(|id| self.counts[id]) else { return false };
        if self.counts[most] < self.counts[least] + 2 {
            return false;
        }
        let Some(assignment) = self.assigned.get_mut(most) else { return false };
        let Some(partitions) = assignment.get_mut(&topic) else { return false };
        let Some(partition) = partitions.pop_last() else { return false };
        if partitions.is_empty() {
            assignment.remove(&topic);
        }
        *self.counts.entry(most).or_default() -= 1;
        self.give(least, topic, partition);
        true
    }
}
