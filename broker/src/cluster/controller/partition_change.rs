//! One partition's next state: who leads, who is in sync, who may still lead (C11, C12, C13; KIP-966).
//!
//! Follows `PartitionChangeBuilder`: the caller says who can lead and who leaves the in-sync replicas, the result is
//! the change record, or nothing when nothing changes.

use kafkactl_core::names::{BrokerId, PartitionId, TopicId};
use kafkactl_core::schema::metadata::PartitionChangeRecord;

use super::assignment::Assignment;
use crate::cluster::features::MetadataVersion;
use crate::cluster::image::{NO_LEADER, NO_LEADER_CHANGE, PartitionImage};

/// Which replicas an election may turn to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Election {
    /// The first replica of the assignment, if it is in sync; otherwise as `Online`.
    Preferred,
    /// Replicas in sync, or eligible when none is.
    Online,
    /// Any replica that is up, at the price of losing records.
    Unclean,
}

/// A change of one partition in the making.
pub struct PartitionChange<'a> {
    pub topic: TopicId,
    pub partition: PartitionId,
    pub image: &'a PartitionImage,
    pub version: MetadataVersion,
    /// Whether `eligible.leader.replicas.version` is 1.
    pub uses_elr: bool,
    pub min_insync_replicas: usize,
    pub election: Election,
    /// Whether a broker may lead after this change.
    pub can_lead: &'a dyn Fn(BrokerId) -> bool,
    /// The broker that leaves the in-sync replicas.
    pub leaving: Option<BrokerId>,
    /// The broker that stopped without saying so: what it had may be lost, so it is not eligible either.
    pub stopped_uncleanly: Option<BrokerId>,
    /// The replicas to have; `None` leaves them as they are.
    pub assignment: Option<&'a Assignment>,
}

impl PartitionChange<'_> {
    /// The change, or `None` when the partition stays as it is.
    pub fn record(&self) -> Option<PartitionChangeRecord> {
        let image = self.image;
        let gone =
            |broker: &BrokerId| Some(*broker) == self.leaving || Some(*broker) == self.stopped_uncleanly;
        let mut next = self.assignment.cloned().unwrap_or_else(|| Assignment::of(image));
        next.isr.retain(|broker| !gone(broker));
        next.complete();
        let (leader, is_unclean) = self.elect(&next);
        let Assignment { replicas, adding, removing, mut isr } = next;
        let mut change = self.unchanged();
        if leader != image.leader {
            change.leader = leader.0;
            if is_unclean {
                isr = vec![leader];
                if !image.is_recovering {
                    change.leader_recovery_state = 1;
                }
            } else if leader != NO_LEADER && isr.is_empty() {
                isr = vec![leader];
            }
        } else if are_fewer(&replicas, &image.replicas) {
            // Those that hold it no more are made known by a new leader epoch.
            change.leader = image.leader.0;
        } else if image.has_leader()
            && are_fewer(&isr, &image.isr)
            && !self.version.keeps_epoch_on_isr_shrink()
        {
            // So was a smaller in-sync set, before 3.6.
            change.leader = image.leader.0;
        }
        let elr = self.eligible(&isr);
        // Without eligible leader replicas the last member stays on record, or nobody would know whom to wait for.
        if !isr.is_empty() || self.uses_elr {
            change.isr = changed(&isr, &image.isr);
        }
        if self.uses_elr {
            change.eligible_leader_replicas = changed(&elr, &image.elr);
            change.last_known_elr = self.last_known(leader).map(|known| ids(&known));
        }
        change.replicas = changed(&replicas, &image.replicas);
        change.adding_replicas = changed(&adding, &image.adding);
        change.removing_replicas = changed(&removing, &image.removing);
        (change != self.unchanged()).then_some(change)
    }

    fn unchanged(&self) -> PartitionChangeRecord {
        PartitionChangeRecord {
            partition_id: self.partition.0,
            topic_id: self.topic.0,
            leader: NO_LEADER_CHANGE,
            leader_recovery_state: -1,
            ..PartitionChangeRecord::default()
        }
    }

    /// The leader with this assignment, and whether it may lack records.
    fn elect(&self, next: &Assignment) -> (BrokerId, bool) {
        let image = self.image;
        let (replicas, isr) = (&next.replicas, &next.isr);
        let in_sync = |broker: &BrokerId| isr.contains(broker) && (self.can_lead)(*broker);
        let eligible = |broker: &BrokerId| {
            self.uses_elr && isr.is_empty() && image.elr.contains(broker) && self.may_return(*broker)
        };
        let fit = |broker: &BrokerId| in_sync(broker) || eligible(broker);
        if self.election == Election::Preferred
            && let Some(preferred) = replicas.first().copied().filter(fit)
        {
            return (preferred, false);
        }
        if fit(&image.leader) {
            return (image.leader, false);
        }
        if let Some(leader) = replicas.iter().copied().find(fit) {
            return (leader, false);
        }
        if let Some(leader) = self.last_known_leader(isr) {
            return (leader, true);
        }
        if self.election == Election::Unclean
            && let Some(leader) = replicas.iter().copied().find(|broker| (self.can_lead)(*broker))
        {
            return (leader, true);
        }
        (NO_LEADER, false)
    }

    fn may_return(&self, broker: BrokerId) -> bool {
        (self.can_lead)(broker) && Some(broker) != self.stopped_uncleanly
    }

    /// The one that led last, when nobody is in sync or eligible any more.
    fn last_known_leader(&self, isr: &[BrokerId]) -> Option<BrokerId> {
        if !self.uses_elr || !isr.is_empty() || !self.image.elr.is_empty() {
            return None;
        }
        match self.image.last_known_elr[..] {
            [last] if (self.can_lead)(last) => Some(last),
            _ => None,
        }
    }

    /// The eligible leader replicas beside these in sync: none while enough are in sync, else those that were in
    /// sync or eligible until now and did not lose what they had.
    fn eligible(&self, isr: &[BrokerId]) -> Vec<BrokerId> {
        let image = self.image;
        if !self.uses_elr || isr.len() >= self.min_insync_replicas.min(image.replicas.len()) {
            return Vec::new();
        }
        let mut eligible: Vec<BrokerId> = image
            .elr
            .iter()
            .chain(&image.isr)
            .copied()
            .filter(|broker| !isr.contains(broker) && Some(*broker) != self.stopped_uncleanly)
            .collect();
        eligible.sort_unstable();
        eligible.dedup();
        eligible
    }

    /// The leader to remember: noted when a partition loses it, forgotten when it has one again.
    fn last_known(&self, leader: BrokerId) -> Option<Vec<BrokerId>> {
        let image = self.image;
        if leader == NO_LEADER && image.has_leader() && image.last_known_elr != [image.leader] {
            Some(vec![image.leader])
        } else if leader != NO_LEADER && !image.last_known_elr.is_empty() {
            Some(Vec::new())
        } else {
            None
        }
    }
}

/// Brokers for a change record, which says nothing about what stays.
fn changed(brokers: &[BrokerId], before: &[BrokerId]) -> Option<Vec<i32>> {
    (brokers != before).then(|| ids(brokers))
}

/// Whether some of `before` are no longer there.
fn are_fewer(brokers: &[BrokerId], before: &[BrokerId]) -> bool {
    before.iter().any(|broker| !brokers.contains(broker))
}

fn ids(brokers: &[BrokerId]) -> Vec<i32> {
    brokers.iter().map(|broker| broker.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brokers(ids: &[i32]) -> Vec<BrokerId> {
        ids.iter().map(|&id| BrokerId(id)).collect()
    }

    fn image(isr: &[i32], leader: i32, elr: &[i32], last_known: &[i32]) -> PartitionImage {
        PartitionImage {
            replicas: brokers(&[1, 2, 3]),
            isr: brokers(isr),
            leader: BrokerId(leader),
            elr: brokers(elr),
            last_known_elr: brokers(last_known),
            ..PartitionImage::default()
        }
    }

    /// `None`, or (leader, isr, elr, last known, recovery).
    type Expected = Option<(i32, Option<Vec<i32>>, Option<Vec<i32>>, Option<Vec<i32>>, i8)>;

    struct Case {
        name: &'static str,
        image: PartitionImage,
        up: &'static [i32],
        leaving: Option<i32>,
        unclean: Option<i32>,
        election: Election,
        uses_elr: bool,
        min_insync: usize,
        expected: Expected,
    }

    fn case(name: &'static str, image: PartitionImage, up: &'static [i32], expected: Expected) -> Case {
        Case {
            name,
            image,
            up,
            leaving: None,
            unclean: None,
            election: Election::Online,
            uses_elr: true,
            min_insync: 2,
            expected,
        }
    }

    #[test]
    fn elections_and_eligibility() {
        const UNCHANGED: i32 = NO_LEADER_CHANGE;
        let cases = [
            case("nothing changes", image(&[1, 2], 1, &[], &[]), &[1, 2, 3], None),
            Case {
                leaving: Some(1),
                ..case(
                    "the leader leaves",
                    image(&[1, 2, 3], 1, &[], &[]),
                    &[2, 3],
                    Some((2, Some(vec![2, 3]), None, None, -1)),
                )
            },
            Case {
                leaving: Some(3),
                ..case(
                    "a follower leaves",
                    image(&[1, 2, 3], 1, &[], &[]),
                    &[1, 2],
                    Some((UNCHANGED, Some(vec![1, 2]), None, None, -1)),
                )
            },
            Case {
                leaving: Some(2),
                ..case(
                    "below the minimum it stays eligible",
                    image(&[1, 2], 1, &[], &[]),
                    &[1, 3],
                    Some((UNCHANGED, Some(vec![1]), Some(vec![2]), None, -1)),
                )
            },
            Case {
                leaving: Some(1),
                ..case(
                    "the last one stops cleanly",
                    image(&[1], 1, &[], &[]),
                    &[],
                    Some((-1, Some(vec![]), Some(vec![1]), Some(vec![1]), -1)),
                )
            },
            Case {
                leaving: Some(1),
                uses_elr: false,
                ..case(
                    "the last one stops, without eligibility",
                    image(&[1], 1, &[], &[]),
                    &[],
                    Some((-1, None, None, None, -1)),
                )
            },
            Case {
                unclean: Some(1),
                ..case(
                    "the last one crashed",
                    image(&[1], 1, &[], &[]),
                    &[],
                    Some((-1, Some(vec![]), None, Some(vec![1]), -1)),
                )
            },
            Case {
                min_insync: 1,
                ..case(
                    "an eligible one returns",
                    image(&[], -1, &[1], &[1]),
                    &[1],
                    Some((1, Some(vec![1]), Some(vec![]), Some(vec![]), -1)),
                )
            },
            Case {
                min_insync: 1,
                ..case(
                    "only the last known leader is left",
                    image(&[], -1, &[], &[2]),
                    &[2],
                    Some((2, Some(vec![2]), None, Some(vec![]), 1)),
                )
            },
            case("the last known leader is not up", image(&[], -1, &[], &[2]), &[3], None),
            Case {
                min_insync: 1,
                election: Election::Unclean,
                ..case("unclean", image(&[1], -1, &[], &[]), &[3], Some((3, Some(vec![3]), None, None, 1)))
            },
            Case {
                election: Election::Preferred,
                ..case("preferred", image(&[1, 2], 2, &[], &[]), &[1, 2], Some((1, None, None, None, -1)))
            },
            Case {
                election: Election::Preferred,
                ..case("preferred is not in sync", image(&[2, 3], 2, &[], &[]), &[1, 2, 3], None)
            },
        ];
        for case in cases {
            let can_lead = |broker: BrokerId| case.up.contains(&broker.0);
            let change = PartitionChange {
                topic: TopicId::METADATA,
                partition: PartitionId(0),
                image: &case.image,
                version: MetadataVersion::LATEST,
                uses_elr: case.uses_elr,
                min_insync_replicas: case.min_insync,
                election: case.election,
                can_lead: &can_lead,
                leaving: case.leaving.map(BrokerId),
                stopped_uncleanly: case.unclean.map(BrokerId),
                assignment: None,
            };
            let got = change.record().map(|it| {
                (it.leader, it.isr, it.eligible_leader_replicas, it.last_known_elr, it.leader_recovery_state)
            });
            assert_eq!(got, case.expected, "{}", case.name);
        }
    }

    #[test]
    fn an_old_metadata_version_raises_the_epoch_when_the_isr_shrinks() {
        let image = image(&[1, 2], 1, &[], &[]);
        let change = PartitionChange {
            topic: TopicId::METADATA,
            partition: PartitionId(0),
            image: &image,
            version: MetadataVersion(11),
            uses_elr: false,
            min_insync_replicas: 1,
            election: Election::Online,
            can_lead: &|_| true,
            leaving: Some(BrokerId(2)),
            stopped_uncleanly: None,
            assignment: None,
        };
        assert_eq!(change.record().unwrap().leader, 1);
    }
}
