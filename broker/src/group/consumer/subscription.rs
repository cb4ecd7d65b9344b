//! What members want to read: names, and regular expressions resolved against the topics there are (KIP-848, G16).
//!
//! Resolving takes time, so it is done beside the requests: a group asks for it ([`RegexJob`]), goes on with what its
//! expressions stood for before, and takes in the answer as a decision of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkactl_core::names::{TopicId, TopicName};
use kafkactl_core::wire::ErrorCode;
use regex::Regex;

use super::change::Change;
use super::record::{ConsumerRecord, GroupEpoch, ResolvedRegex, Subscription};
use super::{ConsumerGroup, Refusal, metadata_hash};
use crate::cluster::MetadataImage;
use crate::group::names::GroupId;
use crate::group::turn::Turn;
use crate::regexes::Compiled;

/// Expressions of one group that are to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexJob {
    pub group: GroupId,
    pub regexes: Vec<Arc<str>>,
}

/// What they stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedRegexes {
    /// The metadata offset at which the topics were looked at.
    pub version: i64,
    pub timestamp_ms: i64,
    /// `None` for what took too long.
    pub topics: BTreeMap<Arc<str>, Option<BTreeSet<TopicName>>>,
}

impl RegexJob {
    /// Looks at all topics. Gives up on what is not done when `is_late` says so.
    pub fn run(
        &self,
        image: &MetadataImage,
        timestamp_ms: i64,
        compile: impl Fn(&str) -> Compiled,
        is_late: impl Fn() -> bool,
    ) -> ResolvedRegexes {
        let topics = self.regexes.iter().map(|text| {
            // What another broker took may be no expression to this one: it stands for nothing, as in Kafka.
            let found = match compile(text) {
                Ok(regex) => matching(&regex, image, &is_late),
                Err(_) => Some(BTreeSet::new()),
            };
            (text.clone(), found)
        });
        ResolvedRegexes { version: image.offset.0, timestamp_ms, topics: topics.collect() }
    }
}

fn matching(regex: &Regex, image: &MetadataImage, is_late: impl Fn() -> bool) -> Option<BTreeSet<TopicName>> {
    let mut topics = BTreeSet::new();
    for topic in image.topics.iter() {
        if is_late() {
            tracing::warn!(%regex, "a regular expression takes too long");
            return None;
        }
        if regex.is_match(topic.name.as_str()) {
            topics.insert(topic.name.clone());
        }
    }
    Some(topics)
}

/// What a member's news does to the group's expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegexChange {
    No,
    /// It has another one, which is not resolved yet.
    Unresolved,
    /// It has another one, and what that stands for is known.
    Resolved,
}

impl ConsumerGroup {
    /// Takes in the member's expression, which has that flaw if any, and asks for expressions to be resolved if it is time.
    pub(super) fn change_regex(
        &mut self,
        change: &mut Change,
        flaw: Option<&str>,
        turn: &mut Turn<'_>,
    ) -> Result<RegexChange, Refusal> {
        let before = change.before.as_ref().and_then(Subscription::regex).cloned();
        let after = change.after.regex().cloned();
        let mut outcome = RegexChange::No;
        let mut is_new = false;
        if before != after {
            outcome = RegexChange::Unresolved;
            if let Some(before) = before.as_ref().filter(|before| self.readers.of_regex(before) == 1) {
                change.records.push(ConsumerRecord::Regex(before.clone(), None));
            }
            match &after {
                None => outcome = RegexChange::Resolved,
                Some(after) if self.readers.of_regex(after) == 0 => {
                    if let Some(flaw) = flaw {
                        return Err(invalid(after, flaw));
                    }
                    is_new = true;
                }
                Some(after) if self.regexes.contains_key(after) => outcome = RegexChange::Resolved,
                Some(_) => {}
            }
        }
        self.refresh_regexes(is_new, (before, after), turn);
        Ok(outcome)
    }

    fn refresh_regexes(
        &mut self,
        is_new: bool,
        (before, after): (Option<Arc<str>>, Option<Arc<str>>),
        turn: &mut Turn<'_>,
    ) {
        if self.is_resolving || !is_new && self.readers.regexes().next().is_none() {
            return;
        }
        // All are resolved together: one tells the time of all.
        let last = self.regexes.values().next();
        let age_ms = last.map_or(i64::MAX, |last| turn.now.ms.saturating_sub(last.timestamp_ms));
        if age_ms <= REGEX_INTERVAL_MS_MIN {
            return;
        }
        let mut regexes: BTreeSet<Arc<str>> = self.readers.regexes().cloned().collect();
        if let Some(before) = before.filter(|before| self.readers.of_regex(before) == 1) {
            regexes.remove(&before);
        }
        regexes.extend(after);
        let has_new_topics = last.map_or(0, |last| last.version) < turn.metadata.created_version;
        let is_due = is_new
            || regexes.len() != self.regexes.len()
            || has_new_topics
            || age_ms > i64::from(turn.settings.consumer_regex_refresh_interval_ms);
        if is_due && !regexes.is_empty() {
            self.is_resolving = true;
            let job = RegexJob { group: self.id.clone(), regexes: regexes.into_iter().collect() };
            turn.effects.regexes = Some(job);
        }
    }

    /// Notes that expressions of a group that has just begun are being looked at.
    pub fn expect_regexes(&mut self) {
        self.is_resolving = true;
    }

    /// Takes in what expressions stand for now. One that took too long keeps what it stood for.
    pub fn regexes_resolved(&mut self, resolved: ResolvedRegexes, turn: &mut Turn<'_>) {
        self.is_resolving = false;
        let mut after = self.regexes.clone();
        let mut bump = false;
        for (text, topics) in resolved.topics {
            if self.readers.of_regex(&text) == 0 {
                continue;
            }
            let had = self.regexes.get(&text).map(|had| had.topics.clone()).unwrap_or_default();
            let topics = topics.unwrap_or_else(|| had.clone());
            bump |= had != topics;
            let resolution =
                ResolvedRegex { topics, version: resolved.version, timestamp_ms: resolved.timestamp_ms };
            let record = ConsumerRecord::Regex(text.clone(), Some(resolution.clone()));
            turn.effects.records.push(self.record(record));
            after.insert(text, resolution);
        }
        let metadata_hash = metadata_hash::of_topics(&self.readers.topics(&after), &turn.metadata.image);
        if bump || metadata_hash != self.epoch.metadata_hash {
            let epoch = self.epoch.epoch.wrapping_add(1);
            self.checked = (turn.metadata.topics_version, epoch);
            let record = ConsumerRecord::Epoch(Some(GroupEpoch { epoch, metadata_hash }));
            turn.effects.records.push(self.record(record));
        }
    }
}

/// The topics of one subscription, existing or not.
pub(super) fn topics_of<'a>(
    subscription: &'a Subscription,
    regexes: &'a BTreeMap<Arc<str>, ResolvedRegex>,
) -> impl Iterator<Item = &'a TopicName> {
    let resolved = subscription.regex().and_then(|regex| regexes.get(regex));
    subscription.topics.iter().chain(resolved.into_iter().flat_map(|resolved| &resolved.topics))
}

/// The ids of those that exist.
pub(super) fn existing<'a>(
    topics: impl Iterator<Item = &'a TopicName>,
    image: &MetadataImage,
) -> BTreeSet<TopicId> {
    topics.filter_map(|name| image.topics.get(name.as_str())).map(|topic| topic.id).collect()
}

fn invalid(text: &str, reason: &str) -> Refusal {
    let message = format!("SubscribedTopicRegex `{text}` is not a valid regular expression: {reason}.");
    Refusal::new(ErrorCode::InvalidRegularExpression, message)
}

/// Expressions of a group are not resolved more often than this.
const REGEX_INTERVAL_MS_MIN: i64 = 10_000;
