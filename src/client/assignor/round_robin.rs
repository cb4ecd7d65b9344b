use std::collections::{BTreeMap, BTreeSet};

use super::{Assignment, Member, empty_assignment, in_order};
use crate::names::{TopicName, TopicPartition};

/// All partitions in the order of topic and number, dealt out in turn; members not subscribed to the topic are passed over.
pub(super) fn assign(members: &[Member], partition_counts: &BTreeMap<TopicName, i32>) -> Assignment {
    let mut assignment = empty_assignment(members);
    let ordered = in_order(members);
    let subscribed: BTreeSet<&TopicName> = members.iter().flat_map(|member| &member.topics).collect();
    let mut turn = 0;
    for topic in subscribed {
        for partition in 0..partition_counts.get(topic).copied().unwrap_or(0) {
            // Ends: the topic comes from some member's subscription.
            while !ordered[turn % ordered.len()].topics.contains(topic) {
                turn += 1;
            }
            let member = ordered[turn % ordered.len()];
            let partitions = assignment.entry(member.id.clone()).or_default();
            partitions.push(TopicPartition::new(topic.clone(), partition));
            turn += 1;
        }
    }
    assignment
}
