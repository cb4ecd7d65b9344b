//! What members of a group of classic consumers write for each other (`ConsumerProtocol`, and the user data of
//! Java's sticky assignors). Whatever a peer sends, reading it costs no more than it sent.

use std::collections::BTreeMap;

use bytes::{Buf, BufMut, Bytes};

use crate::client::ClientError;
use crate::client::assignor::{Assignor, Member};
use crate::names::{TopicName, TopicPartition};
use crate::schema::consumer_protocol::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, consumer_protocol_assignment as assignment,
    consumer_protocol_subscription as subscription,
};

/// The version that is written; all that are known differ in fields at the end, which older readers skip.
const VERSION: i16 = 3;

/// What a member says of itself when it joins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joining<'a> {
    pub topics: &'a [TopicName],
    /// What it still holds: nothing under the eager protocol.
    pub owned: &'a [TopicPartition],
    /// What it held before it gave everything up, for the sticky assignor to restore.
    pub before: &'a [TopicPartition],
    /// The generation in which it held that.
    pub generation: i32,
    pub rack: Option<&'a str>,
}

/// The metadata of a joining member for one assignor.
pub(super) fn write_subscription(assignor: Assignor, member: Joining<'_>) -> Result<Bytes, ClientError> {
    let user_data = match assignor {
        Assignor::Range | Assignor::RoundRobin => None,
        Assignor::Sticky if member.before.is_empty() => None,
        Assignor::Sticky => Some(write_sticky_data(member.before, member.generation)),
        Assignor::CooperativeSticky => Some(Bytes::copy_from_slice(&member.generation.to_be_bytes())),
    };
    let subscription = ConsumerProtocolSubscription {
        topics: member.topics.iter().map(|topic| topic.to_string()).collect(),
        user_data: user_data.map(Into::into),
        owned_partitions: grouped(member.owned)
            .into_iter()
            .map(|(topic, partitions)| subscription::TopicPartition { topic, partitions })
            .collect(),
        generation_id: member.generation,
        rack_id: member.rack.map(str::to_owned),
    };
    subscription.encode(VERSION).map(Bytes::from).map_err(|error| invalid("a group subscription", error))
}

/// A member as the leader sees it.
pub(super) fn read_member(
    assignor: Assignor,
    id: &str,
    instance_id: Option<&str>,
    metadata: &[u8],
) -> Result<Member, ClientError> {
    let subscription = ConsumerProtocolSubscription::decode(metadata)
        .map_err(|error| invalid(&format!("subscription of member \"{id}\""), error))?;
    let owned = subscription.owned_partitions.iter().flat_map(|topic| {
        topic.partitions.iter().map(|partition| TopicPartition::new(topic.topic.as_str(), *partition))
    });
    let mut member = Member {
        id: id.to_owned(),
        instance_id: instance_id.map(str::to_owned),
        topics: subscription.topics.iter().map(|topic| TopicName::new(topic)).collect(),
        owned: owned.collect(),
        generation: subscription.generation_id,
    };
    let user_data = subscription.user_data.as_deref().unwrap_or(&[]);
    match assignor {
        Assignor::Range | Assignor::RoundRobin => {}
        // Data that cannot be read says nothing, as in Java's assignor.
        Assignor::Sticky => {
            if let Some((before, generation)) = read_sticky_data(user_data) {
                (member.owned, member.generation) = (before, generation);
            }
        }
        // Subscriptions before version 2 have no generation of their own.
        Assignor::CooperativeSticky if member.generation < 0 => {
            member.generation = user_data.first_chunk().map_or(-1, |bytes| i32::from_be_bytes(*bytes));
        }
        Assignor::CooperativeSticky => {}
    }
    Ok(member)
}

pub(super) fn write_assignment(partitions: &[TopicPartition]) -> Result<Bytes, ClientError> {
    let assigned_partitions = grouped(partitions)
        .into_iter()
        .map(|(topic, partitions)| assignment::TopicPartition { topic, partitions })
        .collect();
    let assignment = ConsumerProtocolAssignment { assigned_partitions, user_data: None };
    assignment.encode(VERSION).map(Bytes::from).map_err(|error| invalid("a group assignment", error))
}

pub(super) fn read_assignment(bytes: &[u8]) -> Result<Vec<TopicPartition>, ClientError> {
    let assignment = ConsumerProtocolAssignment::decode(bytes)
        .map_err(|error| invalid("the group's assignment", error))?;
    let partitions = assignment.assigned_partitions.iter().flat_map(|topic| {
        topic.partitions.iter().map(|partition| TopicPartition::new(topic.topic.as_str(), *partition))
    });
    Ok(partitions.collect())
}

fn grouped(partitions: &[TopicPartition]) -> BTreeMap<String, Vec<i32>> {
    let mut topics: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(partition.topic.to_string()).or_default().push(partition.partition.0);
    }
    topics
}

/// `StickyAssignor.serializeTopicPartitionAssignment`: an array of topic and partition numbers, then the generation.
fn write_sticky_data(partitions: &[TopicPartition], generation: i32) -> Bytes {
    let topics = grouped(partitions);
    let mut data = Vec::new();
    data.put_i32(topics.len() as i32);
    for (topic, partitions) in topics {
        // Topic names have at most 249 characters.
        data.put_i16(topic.len() as i16);
        data.put_slice(topic.as_bytes());
        data.put_i32(partitions.len() as i32);
        partitions.into_iter().for_each(|partition| data.put_i32(partition));
    }
    data.put_i32(generation);
    data.into()
}

fn read_sticky_data(mut data: &[u8]) -> Option<(Vec<TopicPartition>, i32)> {
    let mut partitions = Vec::new();
    for _ in 0..data.try_get_i32().ok()? {
        let name_bytes = usize::try_from(data.try_get_i16().ok()?).ok()?;
        let (name, rest) = data.split_at_checked(name_bytes)?;
        let topic = TopicName::new(std::str::from_utf8(name).ok()?);
        data = rest;
        for _ in 0..data.try_get_i32().ok()? {
            partitions.push(TopicPartition::new(topic.clone(), data.try_get_i32().ok()?));
        }
    }
    // Java's first version ended here.
    let generation = data.try_get_i32().unwrap_or(-1);
    Some((partitions, generation))
}

fn invalid(what: &str, reason: impl ToString) -> ClientError {
    ClientError::Invalid { what: what.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partitions(items: &[(&str, i32)]) -> Vec<TopicPartition> {
        items.iter().map(|(topic, partition)| TopicPartition::new(*topic, *partition)).collect()
    }

    #[test]
    fn a_leader_reads_what_a_member_wrote() {
        let topics = [TopicName::new("a"), TopicName::new("b")];
        let held = partitions(&[("a", 0), ("a", 2), ("b", 1)]);
        let base = Joining { topics: &topics, owned: &[], before: &[], generation: 4, rack: None };
        for (assignor, joining, owned, generation) in [
            (Assignor::Range, base, vec![], 4),
            (Assignor::Sticky, Joining { before: &held, ..base }, held.clone(), 4),
            (Assignor::Sticky, base, vec![], 4),
            (Assignor::CooperativeSticky, Joining { owned: &held, ..base }, held.clone(), 4),
        ] {
            let metadata = write_subscription(assignor, joining).unwrap();
            let member = read_member(assignor, "m", Some("i"), &metadata).unwrap();
            let expected = Member {
                id: "m".to_owned(),
                instance_id: Some("i".to_owned()),
                topics: topics.to_vec(),
                owned,
                generation,
            };
            assert_eq!(member, expected, "{assignor:?}");
        }
    }

    #[test]
    fn assignments_come_back() {
        let held = partitions(&[("a", 0), ("b", 1)]);
        assert_eq!(read_assignment(&write_assignment(&held).unwrap()).unwrap(), held);
        assert_eq!(read_assignment(b"").unwrap(), []);
        assert!(read_assignment(b"\0\0\0\0\0\x09").is_err());
    }

    #[test]
    fn sticky_data_of_the_first_version_has_no_generation() {
        let data = write_sticky_data(&partitions(&[("a", 7)]), 3);
        assert_eq!(read_sticky_data(&data), Some((partitions(&[("a", 7)]), 3)));
        assert_eq!(read_sticky_data(&data[..data.len() - 4]), Some((partitions(&[("a", 7)]), -1)));
    }

    #[test]
    fn damaged_sticky_data_is_no_data() {
        for damaged in
            [&b"\0\0\0\x01"[..], b"\0\0\0\x01\x7f\xffa", b"\x7f\xff\xff\xff", b"\0\0\0\x01\0\x01\xff\0\0\0\0"]
        {
            assert_eq!(read_sticky_data(damaged), None);
        }
    }
}
