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
