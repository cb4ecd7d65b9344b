//! How many members ask for each topic and each regular expression: what a group reads is known without looking at
//! every member.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkactl_core::names::TopicName;

use super::record::{ResolvedRegex, Subscription};

#[derive(Debug, Clone, Default)]
pub(super) struct Readers {
    names: BTreeMap<TopicName, usize>,
    regexes: BTreeMap<Arc<str>, usize>,
}

impl Readers {
    pub fn add(&mut self, subscription: &Subscription) {
        for name in &subscription.topics {
            *self.names.entry(name.clone()).or_default() += 1;
        }
        if let Some(regex) = subscription.regex() {
            *self.regexes.entry(regex.clone()).or_default() += 1;
        }
    }

    pub fn remove(&mut self, subscription: &Subscription) {
        for name in &subscription.topics {
            decrement(&mut self.names, name);
        }
        if let Some(regex) = subscription.regex() {
            decrement(&mut self.regexes, regex);
        }
    }

    /// How many members have this regular expression.
    pub fn of_regex(&self, regex: &str) -> usize {
        self.regexes.get(regex).copied().unwrap_or(0)
    }

    pub fn reads(&self, topic: &TopicName) -> bool {
        self.names.contains_key(topic)
    }

    /// Whether both ask for the same topics and expressions, however many members do.
    pub fn read_as(&self, other: &Self) -> bool {
        self.names.keys().eq(other.names.keys()) && self.regexes.keys().eq(other.regexes.keys())
    }

    pub fn regexes(&self) -> impl Iterator<Item = &Arc<str>> {
        self.regexes.keys()
    }

    /// Every topic somebody reads by name, and those that the regular expressions in use stand for.
    pub fn topics<'a>(&'a self, resolved: &'a BTreeMap<Arc<str>, ResolvedRegex>) -> BTreeSet<&'a TopicName> {
        let used = resolved.iter().filter(|(regex, _)| self.regexes.contains_key(*regex));
        self.names.keys().chain(used.flat_map(|(_, resolved)| &resolved.topics)).collect()
    }
}

fn decrement<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
