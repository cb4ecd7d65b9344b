//! Balance first, then as few moves as possible.
//!
//! What members hold stays; what nobody holds goes to the least loaded subscriber; then single partitions move
//! from a member to another that has at least two fewer, until no such pair is left. Every move lowers the sum of
//! the squared loads, so it ends. This reaches the loads of Java's `AbstractStickyAssignor` by a shorter way;
//! which of equal choices is taken may differ.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Assignment, Member, in_order};
use crate::names::{TopicName, TopicPartition};

pub(super) fn assign(members: &[Member], partition_counts: &BTreeMap<TopicName, i32>) -> Assignment {
    Balance::new(members, partition_counts).run()
}

/// As [`assign`], but a partition that somebody else still holds is given to nobody in this generation: its
/// holder sees it missing, gives it up, and the rebalance that follows hands it over (KIP-429).
pub(super) fn assign_cooperatively(
    members: &[Member],
    partition_counts: &BTreeMap<TopicName, i32>,
) -> Assignment {
    let mut assignment = assign(members, partition_counts);
    let mut holders: HashMap<&TopicPartition, Vec<&str>> = HashMap::new();
    for member in members {
        for partition in &member.owned {
            holders.entry(partition).or_default().push(&member.id);
        }
    }
    for (id, partitions) in &mut assignment {
        partitions.retain(|partition| {
            holders.get(partition).is_none_or(|holders| holders.iter().all(|holder| holder == id))
        });
    }
    assignment
}

struct Balance<'a> {
    members: Vec<&'a Member>,
    /// Indexes into `members` of those subscribed, by topic; in the order of `members`.
    subscribers: BTreeMap<&'a TopicName, Vec<usize>>,
    /// Every partition to be given, by topic and number, with the member that has it.
    owners: BTreeMap<TopicPartition, Option<usize>>,
    loads: Vec<usize>,
}

impl<'a> Balance<'a> {
    fn new(members: &'a [Member], partition_counts: &'a BTreeMap<TopicName, i32>) -> Self {
        let members = in_order(members);
        let mut subscribers: BTreeMap<&TopicName, Vec<usize>> = BTreeMap::new();
        for (index, member) in members.iter().enumerate() {
            for topic in member.topics.iter().collect::<HashSet<_>>() {
                if partition_counts.contains_key(topic) {
                    subscribers.entry(topic).or_default().push(index);
                }
            }
        }
        let owners = subscribers
            .keys()
            .flat_map(|&topic| {
                (0..partition_counts[topic]).map(|id| (TopicPartition::new(topic.clone(), id), None))
            })
            .collect();
        let loads = vec![0; members.len()];
        let mut balance = Self { members, subscribers, owners, loads };
        balance.keep_what_is_owned();
        balance
    }

    fn run(mut self) -> Assignment {
        self.place_the_unowned();
        while self.move_from_the_overloaded() {}
        let mut assignment: Assignment =
            self.members.iter().map(|member| (member.id.clone(), Vec::new())).collect();
        for (partition, owner) in self.owners {
            if let Some(owner) = owner {
                assignment.entry(self.members[owner].id.clone()).or_default().push(partition);
            }
        }
        assignment
    }

    /// Two claims on one partition: the newer generation wins; within one generation neither is believed.
    fn keep_what_is_owned(&mut self) {
        let mut claims: HashMap<&TopicPartition, Vec<usize>> = HashMap::new();
        for (index, member) in self.members.iter().enumerate() {
            for partition in &member.owned {
                claims.entry(partition).or_default().push(index);
            }
        }
        for (partition, claimants) in claims {
            let generation = |index: &usize| self.members[*index].generation;
            let Some(newest) = claimants.iter().map(generation).max() else { continue };
            let mut believed = claimants.iter().filter(|index| generation(index) == newest);
            if let (Some(&index), None) = (believed.next(), believed.next())
                && self.members[index].topics.contains(&partition.topic)
                && let Some(owner) = self.owners.get_mut(partition)
            {
                *owner = Some(index);
                self.loads[index] += 1;
            }
        }
    }

    /// Partitions with the fewest takers first, else a picky member's share is taken by those who have a choice.
    fn place_the_unowned(&mut self) {
        let mut unowned: Vec<(usize, TopicPartition)> = self
            .owners
            .iter()
            .filter(|(_, owner)| owner.is_none())
            .map(|(partition, _)| (self.subscribers[&partition.topic].len(), partition.clone()))
            .collect();
        unowned.sort();
        for (_, partition) in unowned {
            if let Some(owner) = self.least_loaded(&partition.topic) {
                self.loads[owner] += 1;
                self.owners.insert(partition, Some(owner));
            }
        }
    }

    fn move_from_the_overloaded(&mut self) -> bool {
        let partitions: Vec<TopicPartition> = self.owners.keys().cloned().collect();
        let mut moved = false;
        for partition in partitions.into_iter().rev() {
            let (Some(&Some(from)), Some(to)) =
                (self.owners.get(&partition), self.least_loaded(&partition.topic))
            else {
                continue;
            };
            if self.loads[from] > self.loads[to] + 1 {
                self.loads[from] -= 1;
                self.loads[to] += 1;
                self.owners.insert(partition, Some(to));
                moved = true;
            }
        }
        moved
    }

    fn least_loaded(&self, topic: &TopicName) -> Option<usize> {
        self.subscribers[topic].iter().copied().min_by_key(|&index| self.loads[index])
    }
}
