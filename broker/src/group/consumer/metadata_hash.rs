//! The hash of subscribed topics that tells a group that one of them has changed (KIP-1101): existence, id, partitions
//! and the racks of their replicas. Kafka writes the same numbers (`Utils.computeTopicHash`).

use std::collections::BTreeSet;

use kafkactl_core::names::TopicName;
use twox_hash::XxHash3_64;

use crate::cluster::MetadataImage;
use crate::cluster::image::TopicImage;

/// 0 without topics that exist.
pub fn of_topics(topics: &BTreeSet<&TopicName>, image: &MetadataImage) -> i64 {
    // Names of existing topics are ASCII: their order is Java's.
    let existing = topics.iter().filter_map(|name| image.topics.get(name.as_str()));
    let bytes: Vec<u8> = existing.flat_map(|topic| of_topic(topic, image).to_le_bytes()).collect();
    if bytes.is_empty() { 0 } else { XxHash3_64::oneshot(&bytes) as i64 }
}

fn of_topic(topic: &TopicImage, image: &MetadataImage) -> i64 {
    let id = topic.id.0.as_u128();
    let mut bytes = vec![MAGIC];
    bytes.extend(((id >> 64) as u64).to_le_bytes());
    bytes.extend((id as u64).to_le_bytes());
    put_text(&mut bytes, topic.name.as_str());
    bytes.extend(topic.partition_count().to_le_bytes());
    for (partition, replicas) in &topic.partitions {
        bytes.extend(partition.0.to_le_bytes());
        let racks = replicas.replicas.iter().filter_map(|broker| image.brokers.get(broker)?.rack.as_deref());
        let mut racks: Vec<&str> = racks.collect();
        racks.sort_unstable_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
        for rack in racks {
            bytes.extend((rack.encode_utf16().count() as i32).to_le_bytes());
            put_text(&mut bytes, rack);
        }
    }
    XxHash3_64::oneshot(&bytes) as i64
}

/// As hash4j does: the UTF-16 units, then how many there were.
fn put_text(bytes: &mut Vec<u8>, text: &str) {
    let mut count = 0i32;
    for unit in text.encode_utf16() {
        bytes.extend(unit.to_le_bytes());
        count += 1;
    }
    bytes.extend(count.to_le_bytes());
}

/// The version of this scheme.
const MAGIC: u8 = 0;

#[cfg(test)]
mod tests {
    use kafkactl_core::names::uuid_parse;
    use kafkactl_core::schema::metadata::{
        MetadataRecord, PartitionRecord, RegisterBrokerRecord, TopicRecord,
    };

    use super::*;
    use crate::cluster::image::MetadataDelta;

    /// `1=rack-a 2=rack-b 3=none`.
    fn brokers(text: &str) -> impl Iterator<Item = MetadataRecord> {
        let broker = |text: &str| {
            let (id, rack) = text.split_once('=').unwrap();
            let rack = Some(rack.to_owned()).filter(|rack| rack != "none");
            let broker_id = id.parse().unwrap();
            MetadataRecord::RegisterBroker(RegisterBrokerRecord { broker_id, rack, ..Default::default() })
        };
        text.split(' ').map(broker)
    }

    /// `replicas` is a JSON array for each partition.
    fn topic(name: &str, id: &str, replicas: &str) -> impl Iterator<Item = MetadataRecord> {
        let topic_id = uuid_parse(id).unwrap();
        let replicas: Vec<Vec<i32>> = serde_json::from_str(replicas).unwrap();
        let partition = move |(partition_id, replicas): (i32, Vec<i32>)| {
            let isr = replicas.clone();
            let leader = isr[0];
            let record =
                PartitionRecord { partition_id, topic_id, replicas, isr, leader, ..Default::default() };
            MetadataRecord::Partition(record)
        };
        let topic = MetadataRecord::Topic(TopicRecord { name: name.to_owned(), topic_id });
        std::iter::once(topic).chain((0..).zip(replicas).map(partition))
    }

    #[test]
    fn hashes_are_kafkas() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/hash/group-metadata-hash.tsv");
        let golden = std::fs::read_to_string(path).unwrap();
        let rows: Vec<Vec<&str>> = golden.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        let mut image = MetadataImage::default();
        let registered = brokers(rows[0][4]);
        let existing = rows.iter().filter(|row| row[0] == "topic" && row[2] != "-");
        for record in registered.chain(existing.flat_map(|row| topic(row[1], row[2], row[3]))) {
            image.replay(record, &mut MetadataDelta::default()).unwrap();
        }
        for row in rows {
            let hash = match row[0] {
                "topic" => image.topics.get(row[1]).map_or(0, |topic| of_topic(topic, &image)),
                _ => {
                    let names: Vec<TopicName> = row[1].split(',').map(TopicName::from).collect();
                    of_topics(&names.iter().collect(), &image)
                }
            };
            assert_eq!(hash.to_string(), row[5], "{row:?}");
        }
    }
}
