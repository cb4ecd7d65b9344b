//! Between our names and the texts of messages.

use std::collections::BTreeMap;

use crate::names::{TopicName, TopicPartition};
use crate::wire::{StrBytes, messages};

pub(super) fn text(value: &str) -> StrBytes {
    StrBytes::from_string(value.to_owned())
}

pub(super) fn topic_text(topic: &TopicName) -> messages::TopicName {
    text(topic.as_str()).into()
}

/// An absent text and an empty one say the same in most answers.
pub(super) fn some_text(value: &Option<StrBytes>) -> Option<String> {
    value.as_deref().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The shape most requests want: partitions gathered under their topics.
pub(super) fn by_topic<'a, T>(
    items: impl IntoIterator<Item = (&'a TopicPartition, T)>,
) -> BTreeMap<&'a TopicName, Vec<(i32, T)>> {
    let mut topics: BTreeMap<&TopicName, Vec<(i32, T)>> = BTreeMap::new();
    for (partition, item) in items {
        topics.entry(&partition.topic).or_default().push((partition.partition.0, item));
    }
    topics
}
