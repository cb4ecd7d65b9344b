//! Where the replicas of new partitions go (`StripedReplicaPlacer`, C18).
//!
//! Partitions are dealt over racks in turn, and over the brokers of a rack in turn, from a random start: leaders and
//! replicas spread evenly, no two replicas of a partition share a broker, and racks are shared only when there are
//! more replicas than racks. Brokers that are fenced take replicas only where others are used up, and never lead.

use std::collections::BTreeMap;

use kafkactl_core::names::BrokerId;
use kafkactl_core::wire::ErrorCode;

use super::decision::Refusal;

/// A broker that may take replicas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsableBroker {
    pub id: BrokerId,
    pub rack: Option<String>,
    pub is_fenced: bool,
}

/// The brokers of one rack, and how far round it the dealing has got.
#[derive(Debug, Default)]
struct Rack {
    unfenced: Vec<BrokerId>,
    fenced: Vec<BrokerId>,
    turn: usize,
}

/// The replicas of `partition_count` partitions, the preferred leader first. `start` is any number.
pub fn place(
    partition_count: usize,
    replication_factor: usize,
    brokers: &[UsableBroker],
    start: usize,
) -> Result<Vec<Vec<BrokerId>>, Refusal> {
    let refuse = |reason: String| Err(Refusal::new(ErrorCode::InvalidReplicationFactor, reason));
    if brokers.iter().all(|broker| broker.is_fenced) {
        return refuse(
            "no broker can take replicas: all are fenced, or have all their log directories cordoned"
                .to_owned(),
        );
    }
    if replication_factor > brokers.len() {
        return refuse(format!(
            "replication factor {replication_factor} needs as many brokers; {} can take replicas",
            brokers.len()
        ));
    }
    let mut by_rack: BTreeMap<&Option<String>, Rack> = BTreeMap::new();
    for broker in brokers {
        let rack = by_rack.entry(&broker.rack).or_default();
        if broker.is_fenced { rack.fenced.push(broker.id) } else { rack.unfenced.push(broker.id) }
    }
    let mut racks: Vec<Rack> = by_rack.into_values().collect();
    for rack in &mut racks {
        rack.unfenced.sort_unstable();
        rack.fenced.sort_unstable();
        // Small, so that counting on never wraps out of turn.
        rack.turn = start % brokers.len();
    }
    let first_rack = start % racks.len();
    Ok((0..partition_count)
        .map(|index| place_one(&mut racks, first_rack + index, replication_factor))
        .collect())
}

/// Deals the replicas of one partition, beginning at a rack. There are enough brokers, one of them unfenced.
fn place_one(racks: &mut [Rack], first_rack: usize, replication_factor: usize) -> Vec<BrokerId> {
    let rack_count = racks.len();
    let mut dealt = vec![0; rack_count];
    let mut replicas = Vec::with_capacity(replication_factor);
    // The first replica leads, so it must be able to; the others go on from the rack after it.
    let leader_rack = (first_rack..first_rack + rack_count)
        .map(|index| index % rack_count)
        .find(|&index| !racks[index].unfenced.is_empty())
        .unwrap_or(first_rack % rack_count);
    let mut rack = leader_rack;
    while replicas.len() < replication_factor {
        if let Some(broker) = racks[rack].nth(dealt[rack]) {
            replicas.push(broker);
            dealt[rack] += 1;
        }
        rack = (rack + 1) % rack_count;
    }
    for (rack, _) in racks.iter_mut().zip(&dealt).filter(|(_, dealt)| **dealt > 0) {
        rack.turn += 1;
    }
    replicas
}

impl Rack {
    /// The broker that takes this rack's n-th replica of a partition: unfenced ones in turn, then fenced ones.
    fn nth(&self, n: usize) -> Option<BrokerId> {
        let in_turn =
            |brokers: &[BrokerId], n: usize| brokers[(self.turn % brokers.len() + n) % brokers.len()];
        if n < self.unfenced.len() {
            Some(in_turn(&self.unfenced, n))
        } else if n - self.unfenced.len() < self.fenced.len() {
            Some(in_turn(&self.fenced, n - self.unfenced.len()))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn broker(id: i32, rack: &str, is_fenced: bool) -> UsableBroker {
        UsableBroker { id: BrokerId(id), rack: (!rack.is_empty()).then(|| rack.to_owned()), is_fenced }
    }

    #[test]
    fn leaders_and_replicas_spread_over_brokers() {
        let brokers: Vec<_> = (0..5).map(|id| broker(id, "", false)).collect();
        for start in [0, 3, usize::MAX] {
            let placed = place(100, 3, &brokers, start).unwrap();
            let mut leaders: BTreeMap<i32, usize> = BTreeMap::new();
            let mut replicas: BTreeMap<i32, usize> = BTreeMap::new();
            for partition in &placed {
                assert_eq!(partition.iter().collect::<BTreeSet<_>>().len(), 3);
                *leaders.entry(partition[0].0).or_default() += 1;
                partition.iter().for_each(|id| *replicas.entry(id.0).or_default() += 1);
            }
            assert!(leaders.values().all(|&count| count == 20), "{leaders:?}");
            assert!(replicas.values().all(|&count| count == 60), "{replicas:?}");
        }
    }

    #[test]
    fn replicas_spread_over_racks() {
        let brokers: Vec<_> = (0..6).map(|id| broker(id, ["a", "b", "c"][id as usize % 3], false)).collect();
        for partition in place(30, 3, &brokers, 7).unwrap() {
            let racks: BTreeSet<i32> = partition.iter().map(|id| id.0 % 3).collect();
            assert_eq!(racks.len(), 3, "{partition:?}");
        }
        let leaders: BTreeSet<i32> = place(6, 1, &brokers, 0).unwrap().iter().map(|it| it[0].0).collect();
        assert_eq!(leaders.len(), 6, "six partitions lead on six brokers: {leaders:?}");
    }

    #[test]
    fn fenced_brokers_come_last_and_never_lead() {
        let brokers = [broker(1, "", false), broker(2, "", true), broker(3, "", true)];
        for partition in place(10, 2, &brokers, 4).unwrap() {
            assert_eq!(partition[0], BrokerId(1));
            assert_ne!(partition[1], BrokerId(1));
        }
        let rack_of_fenced = [broker(1, "a", true), broker(2, "b", false)];
        assert!(place(4, 2, &rack_of_fenced, 0).unwrap().iter().all(|it| it[0] == BrokerId(2)));
    }

    #[test]
    fn too_few_brokers_are_refused() {
        let code = |brokers: &[UsableBroker], replicas| place(1, replicas, brokers, 0).unwrap_err().code;
        assert_eq!(code(&[broker(1, "", false)], 2), ErrorCode::InvalidReplicationFactor);
        assert_eq!(code(&[broker(1, "", true)], 1), ErrorCode::InvalidReplicationFactor);
        assert_eq!(code(&[], 1), ErrorCode::InvalidReplicationFactor);
    }
}
