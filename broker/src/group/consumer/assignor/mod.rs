//! Server-side assignors (KIP-848): who of a group reads which partitions. Pure functions of subscriptions and of what
//! was assigned before.

mod range;
mod uniform;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafkactl_core::names::{PartitionId, TopicId};
use kafkactl_core::settings::GroupSettings;

use crate::group::names::{InstanceId, MemberId};

/// Partitions by topic; no topic without partitions.
pub type Assignment = BTreeMap<TopicId, BTreeSet<PartitionId>>;

/// Partition counts by topic.
pub type Topics = BTreeMap<TopicId, i32>;

/// A member as an assignor sees it.
#[derive(Debug, Clone, Default)]
pub struct Subscriber {
    pub instance: Option<InstanceId>,
    /// Existing topics only.
    pub topics: SubscribedTopics,
    /// Its part of the assignment before; no partition is owned twice.
    pub owned: Assignment,
}

/// Shared by members that subscribe alike.
pub type SubscribedTopics = Arc<BTreeSet<TopicId>>;

pub type Subscribers = BTreeMap<MemberId, Subscriber>;

/// Kafka's built-in assignors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Assignor {
    /// As even as subscriptions allow, and as little moved as that allows.
    #[default]
    Uniform,
    /// Neighbouring partitions of each topic; equal numbers of different topics to the same member.
    Range,
}

impl Assignor {
    pub const ALL: [Assignor; 2] = [Assignor::Uniform, Assignor::Range];

    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Range => "range",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|assignor| assignor.name() == name)
    }

    /// Those of `group.consumer.assignors`, by name or by the Java class that Kafka has for it.
    pub fn all_of(settings: &GroupSettings) -> impl Iterator<Item = Self> {
        settings.consumer_assignors.iter().filter_map(|text| match text.strip_prefix(CLASS_PREFIX) {
            Some("UniformAssignor") => Some(Self::Uniform),
            Some("RangeAssignor") => Some(Self::Range),
            _ => Self::of_name(text),
        })
    }

    /// The first of them.
    pub fn default_of(settings: &GroupSettings) -> Self {
        Self::all_of(settings).next().unwrap_or_default()
    }

    /// Gives every partition of a subscribed topic to exactly one subscriber.
    pub fn assign(self, members: &Subscribers, topics: &Topics) -> BTreeMap<MemberId, Assignment> {
        match self {
            Self::Uniform => uniform::assign(members, topics),
            Self::Range => range::assign(members, topics),
        }
    }
}

const CLASS_PREFIX: &str = "org.apache.kafka.coordinator.group.assignor.";

#[cfg(test)]
mod tests {
    use kafkactl_core::names::Uuid;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use serde_json::Value;

    use super::*;

    fn topic_id(name: &str) -> TopicId {
        TopicId(Uuid::from_u128(name.bytes().fold(1, |id, byte| id * 256 + u128::from(byte))))
    }

    fn assignment_of(value: &Value) -> Assignment {
        let topics = value.as_object().into_iter().flatten();
        topics
            .map(|(name, partitions)| {
                let partitions = partitions.as_array().unwrap().iter();
                (topic_id(name), partitions.map(|it| PartitionId(it.as_i64().unwrap() as i32)).collect())
            })
            .collect()
    }

    /// Kafka's answers, one group's life a line. Range is exact; uniform takes one of several equal choices by Java's
    /// hash order, so there the counts and what stays where are compared.
    #[test]
    fn assignments_are_kafkas() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/hash/assignors.jsonl");
        let golden = std::fs::read_to_string(path).unwrap();
        let mut compared = 0;
        for line in golden.lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let Some(assignor) = Assignor::of_name(case["assignor"].as_str().unwrap()) else { continue };
            if case["side"] != "server" {
                continue;
            }
            for step in case["steps"].as_array().unwrap() {
                compare(assignor, step, case["case"].as_str().unwrap());
                compared += 1;
            }
        }
        assert!(compared > 40, "only {compared} steps compared");
    }

    fn compare(assignor: Assignor, step: &Value, case: &str) {
        let counts = step["topics"].as_object().unwrap().iter();
        let topics: Topics =
            counts.map(|(name, count)| (topic_id(name), count.as_i64().unwrap() as i32)).collect();
        let members: Subscribers = step["members"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(id, names)| {
                let subscriber = Subscriber {
                    instance: step["instances"][id].as_str().map(InstanceId::from),
                    topics: Arc::new(
                        names
                            .as_array()
                            .unwrap()
                            .iter()
                            .map(|name| topic_id(name.as_str().unwrap()))
                            .collect(),
                    ),
                    owned: assignment_of(&step["owned"][id]),
                };
                (MemberId::from(id.as_str()), subscriber)
            })
            .collect();
        let ours = assignor.assign(&members, &topics);
        let theirs: BTreeMap<MemberId, Assignment> =
            members.keys().map(|id| (id.clone(), assignment_of(&step["assignment"][id.as_str()]))).collect();
        check_complete(&ours, &members, &topics);
        if assignor == Assignor::Range {
            assert_eq!(ours, theirs, "range {case}");
            return;
        }
        let counts = |assigned: &BTreeMap<MemberId, Assignment>| {
            let mut counts: Vec<usize> =
                assigned.values().map(|topics| topics.values().map(BTreeSet::len).sum()).collect();
            counts.sort_unstable();
            counts
        };
        assert_eq!(counts(&ours), counts(&theirs), "{case}");
        assert!(moved(&ours, &members) <= moved(&theirs, &members), "{case}: {ours:?} {theirs:?}");
    }

    /// Partitions that somebody owned and lost.
    fn moved(assigned: &BTreeMap<MemberId, Assignment>, members: &Subscribers) -> usize {
        let lost = members.iter().flat_map(|(id, member)| {
            let kept = assigned.get(id);
            member.owned.iter().flat_map(move |(topic, partitions)| {
                let kept = kept.and_then(|assigned| assigned.get(topic));
                partitions.iter().filter(move |&it| !kept.is_some_and(|kept| kept.contains(it)))
            })
        });
        lost.count()
    }

    fn check_complete(assigned: &BTreeMap<MemberId, Assignment>, members: &Subscribers, topics: &Topics) {
        let mut taken = BTreeSet::new();
        for (id, assignment) in assigned {
            for (topic, partitions) in assignment {
                assert!(members[id].topics.contains(topic), "{id} did not subscribe");
                assert!(!partitions.is_empty());
                for &partition in partitions {
                    assert!(taken.insert((*topic, partition)), "given twice");
                }
            }
        }
        let subscribed =
            topics.iter().filter(|(topic, _)| members.values().any(|it| it.topics.contains(topic)));
        assert_eq!(taken.len(), subscribed.map(|(_, count)| *count as usize).sum::<usize>());
        assert_eq!(assigned.len(), members.len());
    }

    #[test]
    fn random_groups_are_served_completely_and_evenly() {
        for seed in 0..500 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut topics: Topics = (0..random.random_range(1..6))
                .map(|index| (topic_id(&format!("t{index}")), random.random_range(1..20)))
                .collect();
            let mut members = Subscribers::new();
            for step in 0..8 {
                let is_homogeneous = random.random_bool(0.3);
                for index in 0..random.random_range(1..6) {
                    let chosen = topics.keys().filter(|_| is_homogeneous || random.random_bool(0.7)).copied();
                    let member = members.entry(MemberId::from(format!("m{index}"))).or_default();
                    member.topics = Arc::new(chosen.collect());
                }
                if members.len() > 1 && random.random_bool(0.3) {
                    members.pop_first();
                }
                topics.values_mut().for_each(|count| *count += i32::from(random.random_bool(0.2)));
                for assignor in Assignor::ALL {
                    let assigned = assignor.assign(&members, &topics);
                    check_complete(&assigned, &members, &topics);
                    if assignor == Assignor::Uniform {
                        check_even(&assigned, &members, seed, step);
                        for (id, member) in &mut members {
                            member.owned = assigned[id].clone();
                        }
                    }
                }
            }
        }
    }

    /// No partition could move to somebody with two fewer.
    fn check_even(assigned: &BTreeMap<MemberId, Assignment>, members: &Subscribers, seed: u64, step: i32) {
        let count = |id: &MemberId| assigned[id].values().map(BTreeSet::len).sum::<usize>();
        for (id, assignment) in assigned {
            for topic in assignment.keys() {
                for (other, _) in members.iter().filter(|(_, member)| member.topics.contains(topic)) {
                    assert!(
                        count(id) <= count(other) + 1,
                        "seed {seed} step {step}: {id} {other} {assigned:?}"
                    );
                }
            }
        }
    }
}
