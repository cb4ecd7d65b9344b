//! What the groups of this broker come to in numbers, for those who watch it.

use std::sync::atomic::{AtomicU64, Ordering};

use kafkactl_core::names::{Offset, PartitionId, TopicName};

use super::consumer::ConsumerRecord;
use super::coordinator::Groups;
use super::names::GroupId;
use super::offsets::StoredOffset;
use super::record::{GroupRecord, StoredGroup};
use super::shard::{Listed, Shard};
use crate::log_lines::LogLines;
use crate::metrics::Histogram;

/// What the coordinator of groups has stored since this broker started.
#[derive(Debug, Default)]
pub struct GroupCounts {
    pub committed_offsets: AtomicU64,
    /// By age, by request, or with their group or topic.
    pub deleted_offsets: AtomicU64,
    /// Generations of classic groups that got their assignment.
    pub classic_rebalances: AtomicU64,
    /// Epochs of consumer groups.
    pub consumer_rebalances: AtomicU64,
    /// Of partitions of the offsets topic, how long it took.
    pub(crate) loads: Histogram,
    lines: LogLines,
}

impl GroupCounts {
    /// Takes in what was appended to the log, and tells of rebalances.
    pub(super) fn stored(&self, records: &[GroupRecord], now_ms: i64) {
        let (mut committed, mut deleted) = (0, 0);
        for record in records {
            match record {
                GroupRecord::Offset { value: Some(_), .. } => committed += 1,
                GroupRecord::Offset { value: None, .. } => deleted += 1,
                GroupRecord::Classic { group, value: Some(StoredGroup { generation, members, .. }) } => {
                    if !members.is_empty() {
                        self.classic_rebalances.fetch_add(1, Ordering::Relaxed);
                    }
                    if let Some(left_out) = self.lines.admit(now_ms) {
                        tracing::info!(%group, generation, members = members.len(), left_out, "group rebalanced");
                    }
                }
                GroupRecord::Consumer { group, record: ConsumerRecord::Epoch(Some(epoch)) } => {
                    self.consumer_rebalances.fetch_add(1, Ordering::Relaxed);
                    if let Some(left_out) = self.lines.admit(now_ms) {
                        tracing::info!(%group, epoch = epoch.epoch, left_out, "group rebalances");
                    }
                }
                _ => {}
            }
        }
        self.committed_offsets.fetch_add(committed, Ordering::Relaxed);
        self.deleted_offsets.fetch_add(deleted, Ordering::Relaxed);
    }

    /// Tells of rebalances whose lines were left out, when no more will come.
    pub(crate) fn tell_rest(&self) {
        if let Some(left_out) = self.lines.rest() {
            tracing::info!(left_out, "groups rebalanced, each without a line");
        }
    }
}

/// One group: what it is, and how far it has read.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFigures {
    pub id: GroupId,
    /// Kafka's name for its protocol.
    pub kind: &'static str,
    pub state: &'static str,
    pub committed: Vec<(TopicName, PartitionId, Offset)>,
}

impl Groups {
    /// Shows every group this broker coordinates, in no order, those of one shard at a time; without those of shards that
    /// are still loading.
    pub fn each_figures(&self, see: &mut dyn FnMut(GroupFigures)) {
        for shard in self.shards() {
            // A shard that loads, or is given up, has nothing to tell yet.
            shard.look(Shard::figures).into_iter().flatten().for_each(&mut *see);
        }
    }
}

impl Shard {
    fn figures(&self) -> Vec<GroupFigures> {
        let of = |group: Listed<'_>| {
            let topics = self.offsets.of_group(group.id.as_str()).into_iter().flatten();
            let committed = topics.flat_map(|(topic, partitions)| {
                let of_partition = |(partition, stored): (&PartitionId, &StoredOffset)| {
                    (topic.clone(), *partition, Offset(stored.value.offset))
                };
                partitions.iter().map(of_partition)
            });
            GroupFigures {
                id: group.id.clone(),
                kind: group.kind.name(),
                state: group.state,
                committed: committed.collect(),
            }
        };
        self.list().map(of).collect()
    }
}
