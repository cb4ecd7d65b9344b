use std::collections::BTreeMap;

use super::{Assignment, Member, empty_assignment, in_order};
use crate::names::{TopicName, TopicPartition};

/// Topic by topic, in equal contiguous ranges; the first members get one more when it does not divide.
pub(super) fn assign(members: &[Member], partition_counts: &BTreeMap<TopicName, i32>) -> Assignment {
    let mut assignment = empty_assignment(members);
    let ordered = in_order(members);
    for (topic, &partition_count) in partition_counts {
        let subscribers: Vec<&&Member> =
            ordered.iter().filter(|member| member.topics.contains(topic)).collect();
        let subscriber_count = subscribers.len() as i32;
        let mut next = 0;
        for (index, member) in (0..).zip(&subscribers) {
            let extra = i32::from(index < partition_count % subscriber_count);
            let end = next + partition_count / subscriber_count + extra;
            let range = (next..end).map(|partition| TopicPartition::new(topic.clone(), partition));
            assignment.entry(member.id.clone()).or_default().extend(range);
            next = end;
        }
    }
    assignment
}
