//! What members want to read: names, and regular expressions resolved against the topics there are (KIP-848, G16).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkactl_core::names::TopicId;
use regex::{Regex, RegexBuilder};

use super::TopicNames;
use super::record::{ResolvedRegex, Subscription};
use crate::cluster::MetadataImage;

/// The topics of all of these subscriptions, existing or not.
pub(super) fn topics_of<'a>(
    subscriptions: impl IntoIterator<Item = &'a Subscription>,
    regexes: &BTreeMap<Arc<str>, ResolvedRegex>,
) -> TopicNames {
    let mut topics = TopicNames::new();
    for subscription in subscriptions {
        let resolved = subscription.regex().and_then(|regex| regexes.get(regex));
        topics.extend(subscription.topics.iter().cloned());
        topics.extend(resolved.into_iter().flat_map(|resolved| &resolved.topics).cloned());
    }
    topics
}

/// The ids of those that exist.
pub(super) fn existing(topics: &TopicNames, image: &MetadataImage) -> BTreeSet<TopicId> {
    topics.iter().filter_map(|name| image.topics.get(name.as_str())).map(|topic| topic.id).collect()
}

/// Compiles what a client sent; RE2's syntax, as Kafka's. The error is the reason in words.
pub(super) fn compile(text: &str) -> Result<Regex, String> {
    // The whole name must match.
    let anchored = format!("^(?:{text})$");
    // The expression alone first: an error should speak of what the client wrote.
    let whole = |text: &str| RegexBuilder::new(text).size_limit(REGEX_BYTES_MAX).build();
    whole(text).and_then(|_| whole(&anchored)).map_err(|error| reason(&error))
}

/// Looks up what a regular expression stands for now.
pub(super) fn resolve(regex: &Regex, image: &MetadataImage, now_ms: i64) -> ResolvedRegex {
    let topics = image.topics.iter().map(|topic| &topic.name).filter(|name| regex.is_match(name.as_str()));
    ResolvedRegex { topics: topics.cloned().collect(), version: image.offset.0, timestamp_ms: now_ms }
}

/// One line of what the parser has to say.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Most memory that one compiled expression takes.
const REGEX_BYTES_MAX: usize = 1 << 20;
