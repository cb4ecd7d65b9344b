//! Each topic's partitions in order, split into as many neighbouring runs as it has subscribers, the first ones longer
//! by one (`RangeAssignor`). Nothing is sticky but the order of the members: static ones first, by instance.

use std::collections::BTreeMap;

use kafkactl_core::names::{PartitionId, TopicId};

use super::{Assignment, Subscriber, Subscribers, Topics};
use crate::group::names::MemberId;

pub fn assign(members: &Subscribers, topics: &Topics) -> BTreeMap<MemberId, Assignment> {
    let mut assigned: BTreeMap<MemberId, Assignment> =
        members.keys().map(|id| (id.clone(), Assignment::new())).collect();
    let ordered = in_order(members);
    for (&topic, &count) in topics {
        let subscribers: Vec<&MemberId> =
            ordered.iter().filter(|(_, member)| member.topics.contains(&topic)).map(|(id, _)| *id).collect();
        for (id, run) in subscribers.iter().copied().zip(runs(count, subscribers.len() as i32)) {
            give(&mut assigned, id, topic, run);
        }
    }
    assigned
}

fn in_order(members: &Subscribers) -> Vec<(&MemberId, &Subscriber)> {
    let mut ordered: Vec<_> = members.iter().collect();
    // `None` would sort first: static members come before dynamic ones.
    ordered.sort_by_key(|(id, member)| (member.instance.is_none(), member.instance.clone(), (*id).clone()));
    ordered
}

/// `count` partitions in `parts` runs.
fn runs(count: i32, parts: i32) -> impl Iterator<Item = std::ops::Range<i32>> {
    let (quota, extra) = if parts == 0 { (0, 0) } else { (count / parts, count % parts) };
    (0..parts).map(move |part| {
        let start = part * quota + part.min(extra);
        start..start + quota + i32::from(part < extra)
    })
}

fn give(
    assigned: &mut BTreeMap<MemberId, Assignment>,
    id: &MemberId,
    topic: TopicId,
    run: std::ops::Range<i32>,
) {
    if let Some(assignment) = assigned.get_mut(id)
        && !run.is_empty()
    {
        assignment.insert(topic, run.map(PartitionId).collect());
    }
}
