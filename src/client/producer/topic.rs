use super::{Record, StickyPartition, partition_of_key};
use crate::client::{ClientError, TopicView};
use crate::names::PartitionId;

/// What a producer knows of a topic it sends to.
#[derive(Debug, Default)]
pub(super) struct Topic {
    partition_count: i32,
    available: Vec<PartitionId>,
    pub sticky: StickyPartition,
    /// Index into `queues` by partition; absent until the first record.
    queues: Vec<Option<usize>>,
}

impl Topic {
    pub fn learn(&mut self, view: &TopicView) {
        self.partition_count = view.partition_count();
        self.available = view.available();
        self.queues.resize(self.queues.len().max(view.partitions.len()), None);
    }

    /// The queue of a partition that [`choose`](Self::choose) returned.
    pub fn queue_of(&mut self, partition: PartitionId) -> &mut Option<usize> {
        &mut self.queues[partition.0 as usize]
    }

    /// The partition of a record, and whether it was chosen to fill a batch.
    pub fn choose(
        &mut self,
        record: &Record<'_>,
        random: impl FnMut() -> u32,
    ) -> Result<(PartitionId, bool), ClientError> {
        match (record.partition, record.key) {
            (Some(partition), _) if (0..self.partition_count).contains(&partition.0) => {
                Ok((partition, false))
            }
            (Some(partition), _) => {
                let what = format!("topic \"{}\"", record.topic);
                let reason = format!("there is no partition {partition} among its {}", self.partition_count);
                Err(ClientError::Invalid { what, reason })
            }
            (None, Some(key)) => Ok((partition_of_key(key, self.partition_count), false)),
            (None, None) => Ok((self.sticky.current(&self.available, self.partition_count, random), true)),
        }
    }
}
