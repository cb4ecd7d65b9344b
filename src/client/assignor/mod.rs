//! Who reads what: the client-side assignors of the classic group protocol, as pure functions.
//!
//! Names and results are those of Java's clients (`RangeAssignor`, `RoundRobinAssignor`, `StickyAssignor`,
//! `CooperativeStickyAssignor`), so that groups may mix clients.

mod range;
mod round_robin;
mod sticky;

use std::collections::BTreeMap;

use crate::names::{TopicName, TopicPartition};

/// A group member as its leader sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    pub id: String,
    /// Static members keep their place in the order by instance id, not by the member id that changes.
    pub instance_id: Option<String>,
    pub topics: Vec<TopicName>,
    /// What the member says it holds, for the assignors that keep partitions where they are.
    pub owned: Vec<TopicPartition>,
    /// The generation in which `owned` was true; older claims yield to newer ones. -1 means unknown.
    pub generation: i32,
}

/// Partitions by member id; every member is present, if only with nothing.
pub type Assignment = BTreeMap<String, Vec<TopicPartition>>;

/// How a member gives up partitions in a rebalance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebalanceProtocol {
    /// Everything is given up before joining.
    Eager,
    /// Only what went to somebody else is given up, and handed over by a second rebalance.
    Cooperative,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Assignor {
    Range,
    RoundRobin,
    Sticky,
    CooperativeSticky,
}

impl Assignor {
    pub const ALL: [Assignor; 4] = [Self::Range, Self::RoundRobin, Self::Sticky, Self::CooperativeSticky];

    /// The name that members agree on in JoinGroup.
    pub fn name(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::RoundRobin => "roundrobin",
            Self::Sticky => "sticky",
            Self::CooperativeSticky => "cooperative-sticky",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|assignor| assignor.name() == name)
    }

    pub fn protocol(self) -> RebalanceProtocol {
        match self {
            Self::Range | Self::RoundRobin | Self::Sticky => RebalanceProtocol::Eager,
            Self::CooperativeSticky => RebalanceProtocol::Cooperative,
        }
    }

    /// Distributes every partition of the subscribed topics. Topics missing from `partition_counts` are left out.
    pub fn assign(self, members: &[Member], partition_counts: &BTreeMap<TopicName, i32>) -> Assignment {
        match self {
            Self::Range => range::assign(members, partition_counts),
            Self::RoundRobin => round_robin::assign(members, partition_counts),
            Self::Sticky => sticky::assign(members, partition_counts),
            Self::CooperativeSticky => sticky::assign_cooperatively(members, partition_counts),
        }
    }
}

/// Every member with nothing yet.
fn empty_assignment(members: &[Member]) -> Assignment {
    members.iter().map(|member| (member.id.clone(), Vec::new())).collect()
}

/// The order of Java's `MemberInfo`: static members first, by instance id; then the others, by member id.
fn in_order(members: &[Member]) -> Vec<&Member> {
    let mut ordered: Vec<&Member> = members.iter().collect();
    ordered.sort_by(|a, b| match (&a.instance_id, &b.instance_id) {
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => a.id.cmp(&b.id),
    });
    ordered
}

#[cfg(test)]
mod tests;
