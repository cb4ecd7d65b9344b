//! What changed between two polls, for the timeline.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value as Json;

use super::lag::Verdict;
use super::ring::Ring;

#[derive(Debug, Clone, PartialEq)]
pub struct Noticed {
    pub at_ms: i64,
    pub what: Happening,
}

/// How much of the timeline was told: everything up to a time, and how many events of that time.
#[derive(Debug)]
pub struct Told {
    at_ms: i64,
    count: usize,
}

impl Default for Told {
    fn default() -> Self {
        Self { at_ms: i64::MIN, count: 0 }
    }
}

impl Told {
    /// Events that were not told yet, oldest first; they count as told from now on.
    pub fn news<const N: usize>(&mut self, events: &Ring<Noticed, N>) -> Vec<Noticed> {
        let told = (self.at_ms, self.count);
        let mut count = 0;
        let mut last_ms = i64::MIN;
        let mut news = Vec::new();
        for event in events.iter() {
            count = if event.at_ms == last_ms { count + 1 } else { 1 };
            last_ms = event.at_ms;
            if (event.at_ms, count) > told {
                news.push(event.clone());
                (self.at_ms, self.count) = (event.at_ms, count);
            }
        }
        news
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Disconnected {
        error: String,
    },
    Reconnected,
    ControllerChange {
        from: Option<i32>,
        to: Option<i32>,
    },
    BrokerGone {
        broker: i32,
    },
    BrokerBack {
        broker: i32,
    },
    BrokerSilent {
        broker: i32,
    },
    BrokerAnswers {
        broker: i32,
    },
    TopicCreated {
        topic: String,
    },
    TopicDeleted {
        topic: String,
    },
    TopicReplaced {
        topic: String,
    },
    PartitionsAdded {
        topic: String,
        count: usize,
    },
    LeaderChange {
        topic: String,
        partition: i32,
        from: Option<i32>,
        to: Option<i32>,
    },
    IsrShrink {
        topic: String,
        partition: i32,
        lost: Vec<i32>,
        isr: Vec<i32>,
    },
    IsrGrow {
        topic: String,
        partition: i32,
        joined: Vec<i32>,
        isr: Vec<i32>,
    },
    GroupAppeared {
        group: String,
    },
    GroupGone {
        group: String,
    },
    GroupState {
        group: String,
        from: String,
        to: String,
    },
    Rebalance {
        group: String,
        members: usize,
    },
    Rewind {
        group: String,
        topic: String,
        partition: i32,
        from: i64,
        to: i64,
        /// Partitions of the group besides this one that went back at the same poll.
        others: usize,
    },
    OffsetReset {
        group: String,
        topic: String,
        partition: i32,
        from: i64,
        to: i64,
        /// Partitions of the group besides this one that went back at the same poll.
        others: usize,
    },
    VerdictChange {
        group: String,
        from: Verdict,
        to: Verdict,
    },
    /// The same happened to `count` things at once: the first of them, and the names of a few.
    Many {
        one: Box<Happening>,
        count: usize,
        names: Vec<String>,
    },
}

/// Names in the event of many.
const NAMES_MAX: usize = 3;

/// Tells of more than `alike_max` alike as one, at the place of the first.
pub fn condense(happened: Vec<Happening>, alike_max: usize) -> Vec<Happening> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for cause in happened.iter().filter_map(Happening::cause) {
        *counts.entry(cause).or_default() += 1;
    }
    counts.retain(|_, count| *count > alike_max);
    let mut told: Vec<Happening> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for what in happened {
        let many = what.cause().and_then(|cause| Some((*counts.get(&cause)?, cause)));
        let Some((count, cause)) = many else {
            told.push(what);
            continue;
        };
        let place = *places.entry(cause).or_insert(told.len());
        match told.get_mut(place) {
            Some(Happening::Many { names, .. }) => add_name(names, what.subject()),
            _ => {
                let names = vec![what.subject()];
                told.push(Happening::Many { one: Box::new(what), count, names });
            }
        }
    }
    told
}

/// Names a thing once.
fn add_name(names: &mut Vec<String>, name: String) {
    if names.len() < NAMES_MAX && !names.contains(&name) {
        names.push(name);
    }
}

/// How much an operator cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Good,
    Info,
    Warning,
    Bad,
}

impl Happening {
    /// The kind as recordings, filters and JSON name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Disconnected { .. } => "disconnected",
            Self::Reconnected => "reconnected",
            Self::ControllerChange { .. } => "controller-change",
            Self::BrokerGone { .. } => "broker-gone",
            Self::BrokerBack { .. } => "broker-back",
            Self::BrokerSilent { .. } => "broker-silent",
            Self::BrokerAnswers { .. } => "broker-answers",
            Self::TopicCreated { .. } => "topic-created",
            Self::TopicDeleted { .. } => "topic-deleted",
            Self::TopicReplaced { .. } => "topic-replaced",
            Self::PartitionsAdded { .. } => "partitions-added",
            Self::LeaderChange { .. } => "leader-change",
            Self::IsrShrink { .. } => "isr-shrink",
            Self::IsrGrow { .. } => "isr-grow",
            Self::GroupAppeared { .. } => "group-appeared",
            Self::GroupGone { .. } => "group-gone",
            Self::GroupState { .. } => "group-state",
            Self::Rebalance { .. } => "rebalance",
            Self::Rewind { .. } => "rewind",
            Self::OffsetReset { .. } => "offset-reset",
            Self::VerdictChange { .. } => "verdict",
            Self::Many { one, .. } => one.kind(),
        }
    }

    /// What many things have in common to which it happened at once: a broker that comes or goes, a deployment.
    pub fn cause(&self) -> Option<String> {
        Some(match self {
            Self::LeaderChange { from, to: None, .. } => format!("leader {} → none", node(from)),
            Self::LeaderChange { from, .. } => format!("leader {} → others", node(from)),
            Self::IsrShrink { lost, .. } => format!("ISR lost {lost:?}"),
            Self::IsrGrow { joined, .. } => format!("ISR gained {joined:?}"),
            Self::TopicCreated { .. } | Self::TopicDeleted { .. } | Self::TopicReplaced { .. } => {
                self.to_string()
            }
            Self::GroupAppeared { .. } | Self::GroupGone { .. } => self.to_string(),
            Self::GroupState { .. } | Self::VerdictChange { .. } => self.to_string(),
            Self::PartitionsAdded { .. } => "partitions added".to_owned(),
            Self::Rebalance { .. } => "rebalanced".to_owned(),
            Self::Rewind { .. } => "rewound".to_owned(),
            Self::OffsetReset { .. } => "reset without members".to_owned(),
            Self::Disconnected { .. } | Self::Reconnected | Self::ControllerChange { .. } => return None,
            Self::BrokerGone { .. } | Self::BrokerBack { .. } => return None,
            Self::BrokerSilent { .. } | Self::BrokerAnswers { .. } => return None,
            Self::Many { .. } => return None,
        })
    }

    /// What there are many of.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::TopicCreated { .. }
            | Self::TopicDeleted { .. }
            | Self::TopicReplaced { .. }
            | Self::PartitionsAdded { .. } => "topics",
            Self::GroupAppeared { .. }
            | Self::GroupGone { .. }
            | Self::GroupState { .. }
            | Self::Rebalance { .. }
            | Self::Rewind { .. }
            | Self::OffsetReset { .. }
            | Self::VerdictChange { .. } => "groups",
            Self::Many { one, .. } => one.noun(),
            _ => "partitions",
        }
    }

    pub fn severity(&self) -> Severity {
        match self {
            Self::Many { one, .. } => one.severity(),
            Self::Disconnected { .. } | Self::TopicDeleted { .. } => Severity::Bad,
            Self::BrokerGone { .. } | Self::BrokerSilent { .. } => Severity::Bad,
            Self::LeaderChange { to: None, .. } => Severity::Bad,
            Self::IsrShrink { .. } | Self::Rewind { .. } | Self::TopicReplaced { .. } => Severity::Warning,
            Self::VerdictChange { to, .. } if to.is_trouble() => Severity::Warning,
            Self::Reconnected | Self::IsrGrow { .. } => Severity::Good,
            Self::BrokerBack { .. } | Self::BrokerAnswers { .. } => Severity::Good,
            Self::VerdictChange { to: Verdict::Ok, .. } => Severity::Good,
            Self::ControllerChange { .. }
            | Self::TopicCreated { .. }
            | Self::PartitionsAdded { .. }
            | Self::LeaderChange { .. }
            | Self::GroupAppeared { .. }
            | Self::GroupGone { .. }
            | Self::GroupState { .. }
            | Self::Rebalance { .. }
            | Self::OffsetReset { .. }
            | Self::VerdictChange { .. } => Severity::Info,
        }
    }

    /// Names and numbers for programs, by key.
    pub fn ids(&self) -> Vec<(&'static str, Json)> {
        let of = |topic: &str, partition: i32| vec![("topic", topic.into()), ("partition", partition.into())];
        match self {
            Self::Disconnected { .. } | Self::Reconnected => vec![],
            Self::ControllerChange { from, to } => vec![("from", (*from).into()), ("to", (*to).into())],
            Self::BrokerGone { broker }
            | Self::BrokerBack { broker }
            | Self::BrokerSilent { broker }
            | Self::BrokerAnswers { broker } => vec![("broker", (*broker).into())],
            Self::TopicCreated { topic } | Self::TopicDeleted { topic } | Self::TopicReplaced { topic } => {
                vec![("topic", topic.as_str().into())]
            }
            Self::PartitionsAdded { topic, count } => {
                vec![("topic", topic.as_str().into()), ("partition_count", (*count).into())]
            }
            Self::LeaderChange { topic, partition, from, to } => {
                let mut ids = of(topic, *partition);
                ids.extend([("from", (*from).into()), ("to", (*to).into())]);
                ids
            }
            Self::IsrShrink { topic, partition, lost: changed, isr }
            | Self::IsrGrow { topic, partition, joined: changed, isr } => {
                let mut ids = of(topic, *partition);
                ids.extend([("replicas", changed.clone().into()), ("isr", isr.clone().into())]);
                ids
            }
            Self::GroupAppeared { group } | Self::GroupGone { group } => {
                vec![("group", group.as_str().into())]
            }
            Self::GroupState { group, from, to } => {
                vec![
                    ("group", group.as_str().into()),
                    ("from", from.as_str().into()),
                    ("to", to.as_str().into()),
                ]
            }
            Self::Rebalance { group, members } => {
                vec![("group", group.as_str().into()), ("member_count", (*members).into())]
            }
            Self::Rewind { group, topic, partition, from, to, others }
            | Self::OffsetReset { group, topic, partition, from, to, others } => {
                let mut ids = of(topic, *partition);
                ids.extend([
                    ("group", group.as_str().into()),
                    ("from", (*from).into()),
                    ("to", (*to).into()),
                    ("partition_count", (*others + 1).into()),
                ]);
                ids
            }
            Self::VerdictChange { group, from, to } => {
                vec![("group", group.as_str().into()), ("from", from.name().into()), ("to", to.name().into())]
            }
            Self::Many { one, count, names } => {
                let mut ids = vec![("count", (*count).into()), ("names", names.clone().into())];
                ids.extend(one.common_ids());
                ids
            }
        }
    }

    /// The ids that all have to which the same happened.
    fn common_ids(&self) -> Vec<(&'static str, Json)> {
        let is_common = |key: &str| match self {
            Self::LeaderChange { to, .. } => key == "from" || key == "to" && to.is_none(),
            Self::IsrShrink { .. } | Self::IsrGrow { .. } => key == "replicas",
            Self::GroupState { .. } | Self::VerdictChange { .. } => key != "group",
            _ => false,
        };
        self.ids().into_iter().filter(|(key, _)| is_common(key)).collect()
    }

    /// What it happened to: a broker, `topic-partition`, a group.
    pub fn subject(&self) -> String {
        match self {
            Self::Disconnected { .. } | Self::Reconnected | Self::ControllerChange { .. } => {
                "cluster".to_owned()
            }
            Self::BrokerGone { broker }
            | Self::BrokerBack { broker }
            | Self::BrokerSilent { broker }
            | Self::BrokerAnswers { broker } => format!("broker {broker}"),
            Self::TopicCreated { topic }
            | Self::TopicDeleted { topic }
            | Self::TopicReplaced { topic }
            | Self::PartitionsAdded { topic, .. } => topic.clone(),
            Self::LeaderChange { topic, partition, .. }
            | Self::IsrShrink { topic, partition, .. }
            | Self::IsrGrow { topic, partition, .. } => format!("{topic}-{partition}"),
            Self::GroupAppeared { group }
            | Self::GroupGone { group }
            | Self::GroupState { group, .. }
            | Self::Rebalance { group, .. }
            | Self::Rewind { group, .. }
            | Self::OffsetReset { group, .. }
            | Self::VerdictChange { group, .. } => group.clone(),
            Self::Many { count, .. } => format!("{count} {}", self.noun()),
        }
    }
}

/// A broker's number, or that there is none.
fn node(id: &Option<i32>) -> String {
    id.map_or_else(|| "none".to_owned(), |id| id.to_string())
}

fn and_others(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ", and 1 other".to_owned(),
        count => format!(", and {count} others"),
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected { error } => write!(f, "no broker answers: {error}"),
            Self::Reconnected => write!(f, "brokers answer again"),
            Self::ControllerChange { from, to } => write!(f, "controller {} → {}", node(from), node(to)),
            Self::BrokerGone { .. } => write!(f, "left the cluster"),
            Self::BrokerBack { .. } => write!(f, "joined the cluster"),
            Self::BrokerSilent { .. } => write!(f, "does not answer"),
            Self::BrokerAnswers { .. } => write!(f, "answers again"),
            Self::TopicCreated { .. } => write!(f, "topic created"),
            Self::TopicDeleted { .. } => write!(f, "topic deleted"),
            Self::TopicReplaced { .. } => write!(f, "topic deleted and created again"),
            Self::PartitionsAdded { count, .. } => write!(f, "now {count} partitions"),
            Self::LeaderChange { from, to, .. } => write!(f, "leader {} → {}", node(from), node(to)),
            Self::IsrShrink { lost, isr, .. } => write!(f, "ISR lost {lost:?}, now {isr:?}"),
            Self::IsrGrow { joined, isr, .. } => write!(f, "ISR gained {joined:?}, now {isr:?}"),
            Self::GroupAppeared { .. } => write!(f, "group appeared"),
            Self::GroupGone { .. } => write!(f, "group gone"),
            Self::GroupState { from, to, .. } => write!(f, "{from} → {to}"),
            Self::Rebalance { members, .. } => write!(f, "rebalanced, {members} members"),
            Self::Rewind { topic, partition, from, to, others, .. } => {
                write!(f, "{topic}-{partition} rewound {from} → {to}{}", and_others(*others))
            }
            Self::OffsetReset { topic, partition, from, to, others, .. } => {
                write!(f, "{topic}-{partition} reset {from} → {to} without members{}", and_others(*others))
            }
            Self::VerdictChange { from, to, .. } => write!(f, "{} → {}", from.name(), to.name()),
            Self::Many { one, names, .. } => {
                write!(f, "{}: {}, …", one.cause().unwrap_or_default(), names.join(", "))
            }
        }
    }
}
