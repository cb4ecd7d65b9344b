//! From a decided outcome to its visibility: a marker in every partition, then the record that all is done (F11).
//!
//! Markers go out only when the decision is committed: another coordinator could not know of it otherwise. A partition
//! that does not take its marker now is tried again for as long as this broker coordinates; after that the next
//! coordinator does the same from the log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kafkactl_core::names::{LeaderEpoch, TopicPartition};
use kafkactl_core::wire::ErrorCode;

use super::driver::ShardDriver;
use super::figures::TransactionCounts;
use super::state::{Transaction, TransactionalId};
use crate::clock::Clock;
use crate::cluster::MetadataCache;
use crate::coordinator::log::{PartitionLog, ShardLog};
use crate::coordinator::{Acted, Committed, Led, Now};
use crate::group::{Groups, OFFSETS_TOPIC};
use crate::partition::{Partition, Partitions, TransactionEnd};

/// How long to leave partitions alone that could not take a marker.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// What takes markers.
pub(super) struct Markers {
    pub clock: Clock,
    pub partitions: Arc<Partitions>,
    pub groups: Groups,
    pub metadata: MetadataCache,
    pub request_timeout_ms: i32,
    pub counts: TransactionCounts,
}

/// Another coordinator, of a newer epoch, has written a marker: this one has nothing to say any more.
#[derive(Debug)]
struct Fenced;

impl Markers {
    /// Appends a marker to a partition that this broker leads. Offsets end through their group coordinator.
    pub fn write(&self, partition: &TopicPartition, end: &TransactionEnd) -> Acted<()> {
        // What lies in a directory that has failed is as good as not here (`ReplicaManager.onlinePartition`).
        let online = self.replica(partition).filter(|replica| replica.is_online());
        let replica = online.ok_or(ErrorCode::UnknownTopicOrPartition)?;
        if partition.topic.as_str() == OFFSETS_TOPIC {
            return self.groups.end_transaction(partition.partition, end);
        }
        let now = self.now();
        let appended = replica.append_end(end, LeaderEpoch::NONE, now.ms).map_err(|error| error.code())?;
        let log: Arc<dyn ShardLog> = Arc::new(PartitionLog::new(replica, appended.leader_epoch));
        Ok(Committed::after((), &log, appended.last_offset.plus(1), now, self.request_timeout_ms))
    }

    fn replica(&self, partition: &TopicPartition) -> Option<Arc<Partition>> {
        self.partitions.get(partition.topic.as_str(), partition.partition)
    }

    pub fn now(&self) -> Now {
        Now { at: Instant::now(), ms: self.clock.now_ms() }
    }

    /// Completes a transaction whose completion `shard` has begun.
    pub async fn complete(
        self: Arc<Self>,
        shard: Arc<ShardDriver>,
        id: TransactionalId,
        prepared: Committed<Transaction>,
    ) {
        match self.committed(&shard, prepared).await {
            Some(prepared) if self.write_all(&shard, &prepared).await.is_ok() => {
                self.note_complete(&shard, &id, &prepared).await;
            }
            _ => shard.give_up_completion(&id),
        }
    }

    /// Waits as long as it takes; `None` once this is no longer the coordinator.
    async fn committed(&self, shard: &ShardDriver, prepared: Committed<Transaction>) -> Option<Transaction> {
        let transaction = prepared.reply.clone();
        let mut outcome = prepared.committed().await.map(drop);
        while outcome.is_err() {
            tokio::time::sleep(RETRY_PAUSE).await;
            let settled = shard.settled(self.now()).ok()?;
            outcome = settled.committed().await;
        }
        Some(transaction)
    }

    async fn write_all(&self, shard: &ShardDriver, prepared: &Transaction) -> Result<(), Fenced> {
        let end = TransactionEnd {
            producer_id: prepared.producer.id,
            producer_epoch: prepared.producer.epoch,
            coordinator_epoch: shard.epoch().0,
            is_commit: prepared.state.is_commit() == Some(true),
            version: prepared.client_version,
        };
        let mut left: Vec<TopicPartition> = prepared.partitions.iter().cloned().collect();
        let mut is_told = false;
        while shard.is_active() {
            let image = self.metadata.image();
            let exists = |it: &TopicPartition| {
                let topic = image.topics.get(it.topic.as_str());
                topic.is_some_and(|topic| topic.partitions.contains_key(&it.partition))
            };
            // What was deleted needs no marker.
            left.retain(exists);
            let (opening, open): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|it| self.replica(it).is_some_and(|replica| replica.is_opening()));
            let written: Vec<_> = open.into_iter().map(|it| (self.write(&it, &end), it)).collect();
            let openings: Vec<_> = opening.iter().filter_map(|it| self.replica(it)).collect();
            left = opening;
            for (written, partition) in written {
                let outcome = match written {
                    Ok(written) => written.committed().await,
                    Err(error) => Err(error),
                };
                if !is_done(outcome, &partition, &end)? {
                    left.push(partition);
                }
            }
            if left.is_empty() {
                return Ok(());
            }
            let has_openings = !openings.is_empty();
            if !has_openings && !std::mem::replace(&mut is_told, true) {
                let (producer, partitions) = (end.producer_id, left.len());
                tracing::warn!(%producer, partitions, first = %left[0], "a transaction's end waits for partitions");
            }
            tokio::select! {
                () = Partition::opened(openings), if has_openings => {}
                () = tokio::time::sleep(RETRY_PAUSE) => {}
            }
        }
        Err(Fenced)
    }

    async fn note_complete(&self, shard: &ShardDriver, id: &TransactionalId, prepared: &Transaction) {
        let mut is_told = false;
        loop {
            let version = super::coordinator::version_of(&self.metadata.image());
            match shard.act(self.now(), version, |shard, turn| shard.complete(id, prepared, turn)) {
                Ok(_) => return self.counts.completed(prepared.state.is_commit() == Some(true)),
                // A log that cannot be written now, on a full disk, may say the same.
                Err(ErrorCode::NotCoordinator) if !shard.is_active() => return,
                Err(error) => {
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(%id, error = error.name(), "the end of a transaction cannot be noted yet");
                    }
                    tokio::time::sleep(RETRY_PAUSE).await;
                }
            }
        }
    }
}

/// Whether a partition needs no more markers of a transaction.
fn is_done(
    outcome: Result<(), ErrorCode>,
    partition: &TopicPartition,
    end: &TransactionEnd,
) -> Result<bool, Fenced> {
    let (producer, epoch) = (end.producer_id, end.producer_epoch);
    match outcome {
        Ok(()) => Ok(true),
        Err(ErrorCode::TransactionCoordinatorFenced) => {
            tracing::warn!(%partition, %producer, %epoch, "a newer coordinator has ended the transaction");
            Err(Fenced)
        }
        // The partition has seen a later epoch of the producer, so nothing of this transaction is open there.
        Err(ErrorCode::InvalidProducerEpoch) => {
            tracing::warn!(%partition, %producer, %epoch, "a marker came too late");
            Ok(true)
        }
        Err(error) => {
            tracing::debug!(%partition, %producer, error = error.name(), "a marker has to wait");
            Ok(false)
        }
    }
}
