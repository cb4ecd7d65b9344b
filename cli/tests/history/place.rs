//! The topics of a run, and one numbering of all their partitions.

use kafkactl_core::names::TopicPartition;

/// What producers write and readers read.
pub const INPUT: &str = "history";
/// Groups that copy it, each to a topic of its own: of the classic protocol, and of the newer one.
pub const COPYING_GROUPS: [u32; 2] = [20, 21];
/// Of each topic.
pub const PARTITIONS: i32 = 3;

/// Where a group's copies go.
pub fn output(group: u32) -> String {
    format!("copies-{group}")
}

/// The number of a partition among those of all topics.
pub fn place(of: &TopicPartition) -> i32 {
    let topic = COPYING_GROUPS.iter().position(|group| of.topic.as_str() == output(*group));
    topic.map_or(0, |index| (index as i32 + 1) * PARTITIONS) + of.partition.0
}

/// The first number of a group's copies.
pub fn base(group: u32) -> i32 {
    place(&TopicPartition::new(output(group).as_str(), 0))
}
