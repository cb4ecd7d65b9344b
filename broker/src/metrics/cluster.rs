//! How the cluster stands, under one set of names for a broker's own figures and for those of other clusters.

use super::page::Page;

/// What the metadata says, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterFigures {
    /// -1 while there is none.
    pub controller: i32,
    pub brokers: usize,
    pub fenced_brokers: usize,
    pub topics: usize,
    pub partitions: usize,
    /// Without a leader.
    pub offline_partitions: usize,
    pub under_replicated: usize,
    pub under_min_isr: usize,
    pub at_min_isr: usize,
    /// Led by another broker than the first of their replicas.
    pub not_preferred: usize,
    /// `None` where it is not known.
    pub reassigning: Option<usize>,
}

/// One partition's part of it.
#[derive(Debug, Clone, Copy)]
pub struct PartitionState {
    pub has_leader: bool,
    pub replicas: usize,
    pub in_sync: usize,
    /// `None` where it is not known.
    pub min_in_sync: Option<usize>,
    pub leader_is_preferred: bool,
    /// `None` where it is not known.
    pub is_reassigning: Option<bool>,
}

impl ClusterFigures {
    pub fn add(&mut self, partition: PartitionState) {
        let PartitionState { replicas, in_sync, min_in_sync, .. } = partition;
        self.partitions += 1;
        self.offline_partitions += usize::from(!partition.has_leader);
        self.under_replicated += usize::from(in_sync < replicas);
        // More replicas than there are cannot be asked for.
        let wanted = min_in_sync.map(|wanted| wanted.min(replicas));
        self.under_min_isr += usize::from(wanted.is_some_and(|wanted| in_sync < wanted));
        self.at_min_isr += usize::from(wanted == Some(in_sync) && in_sync < replicas);
        self.not_preferred += usize::from(partition.has_leader && !partition.leader_is_preferred);
        if let Some(is_reassigning) = partition.is_reassigning {
            *self.reassigning.get_or_insert(0) += usize::from(is_reassigning);
        }
    }

    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        page.gauge(
            "kafka_cluster_controller_id",
            "Node that leads the metadata; -1 for none",
            self.controller,
        )?;
        let counts = [
            ("kafka_cluster_brokers", "Brokers that serve clients", self.brokers),
            ("kafka_cluster_fenced_brokers", "Brokers that are registered but fenced", self.fenced_brokers),
            ("kafka_cluster_topics", "Topics", self.topics),
            ("kafka_cluster_partitions", "Partitions", self.partitions),
            ("kafka_cluster_offline_partitions", "Partitions without a leader", self.offline_partitions),
            (
                "kafka_cluster_under_replicated_partitions",
                "Partitions with fewer replicas in sync than assigned",
                self.under_replicated,
            ),
            (
                "kafka_cluster_under_min_isr_partitions",
                "Partitions with fewer replicas in sync than min.insync.replicas: acks=all is refused",
                self.under_min_isr,
            ),
            (
                "kafka_cluster_at_min_isr_partitions",
                "Partitions that refuse acks=all if they lose one more replica",
                self.at_min_isr,
            ),
            (
                "kafka_cluster_not_preferred_leaders",
                "Partitions led by another broker than the first of their replicas",
                self.not_preferred,
            ),
        ];
        counts.into_iter().try_for_each(|(name, help, count)| page.gauge(name, help, count as i64))?;
        self.reassigning.map_or(Ok(()), |count| {
            page.gauge(
                "kafka_cluster_reassigning_partitions",
                "Partitions on their way to other brokers",
                count as i64,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_counted_by_what_is_wrong_with_them() {
        let whole = PartitionState {
            has_leader: true,
            replicas: 3,
            in_sync: 3,
            min_in_sync: Some(2),
            leader_is_preferred: true,
            is_reassigning: None,
        };
        let mut figures = ClusterFigures::default();
        figures.add(whole);
        figures.add(PartitionState { in_sync: 2, leader_is_preferred: false, ..whole });
        figures.add(PartitionState { in_sync: 1, is_reassigning: Some(true), ..whole });
        figures.add(PartitionState { has_leader: false, in_sync: 0, leader_is_preferred: false, ..whole });
        figures.add(PartitionState { replicas: 1, in_sync: 1, ..whole });
        let expected = ClusterFigures {
            partitions: 5,
            offline_partitions: 1,
            under_replicated: 3,
            under_min_isr: 2,
            at_min_isr: 1,
            not_preferred: 1,
            reassigning: Some(1),
            ..ClusterFigures::default()
        };
        assert_eq!(figures, expected);
    }
}
