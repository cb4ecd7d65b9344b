//! Copiers: what a group reads is written again in a transaction that also holds how far the group has come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kafkactl_core::client::admin::{CommittedOffset, Isolation};
use kafkactl_core::client::consumer::{Consumer, GroupProtocol, PartitionRecords, StartAt};
use kafkactl_core::client::producer::{Producer, ProducerConfig, Record, TransactionConfig};
use kafkactl_core::client::{Client, ClientError};
use kafkactl_core::names::{LeaderEpoch, Offset, PartitionId, TopicName};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::history::{self, Event, Kind, Outcome, copy_of};
use super::load::{Log, note, values};
use super::members::{Member, subscribed};
use super::place::{INPUT, base, output, place};

/// A copier that stands still is no longer waited for.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(4);
/// One step of a transaction, with all its repetitions.
const STEP_MAX: Duration = Duration::from_secs(10);
/// How long a copier lives before another takes its place and its transactional id.
const LIFE: Duration = Duration::from_millis(2_500);
/// How many transactions a copier gives up although nothing is wrong.
const ABORTS: f64 = 0.1;
/// How many of those lie in the log before they are given up; the others may never have left the producer.
const ABORTS_WRITTEN: f64 = 0.5;

/// One place among the copiers; several copiers fill it one after the other.
pub struct Copier {
    pub id: u32,
    pub group: u32,
    pub protocol: GroupProtocol,
    pub log: Log,
    pub random: StdRng,
    /// How many transactions all copiers have begun.
    pub transactions: Arc<AtomicU64>,
}

/// The copier's records go to the topic of its group, each to the partition of the same number.
pub async fn copy(client: Client, mut copier: Copier, until: Instant) {
    while Instant::now() < until {
        let life = until.min(Instant::now() + LIFE);
        let Ok(producer) = copier.producer(&client).await else { continue };
        let member = Member { group: copier.group, reader: copier.id, log: copier.log.clone() };
        let mut consumer = subscribed(&client, &member, copier.protocol, Isolation::ReadCommitted, INPUT);
        let mut held = super::members::Held::new(member);
        while let Ok(polled) = tokio::time::timeout_at(life.into(), consumer.next()).await {
            // Errors pass with the trouble that made them; what was missed by one would be found as a hole.
            let Ok(polled) = polled else { continue };
            let Some(chunk) = held.take_in(polled) else { continue };
            if copier.transact(&producer, &mut consumer, &chunk).await.is_err() {
                break;
            }
        }
        if copier.random.random_bool(0.5) {
            consumer.close().await;
        }
    }
    // Whatever the last one left open ends here.
    while copier.producer(&client).await.is_err() {}
}

impl Copier {
    async fn producer(&self, client: &Client) -> Result<Producer, ClientError> {
        let id = format!("copier-{}", self.id);
        let transactions = TransactionConfig { timeout: TRANSACTION_TIMEOUT, ..TransactionConfig::new(&id) };
        let config = ProducerConfig {
            transactions: Some(transactions),
            block_max: STEP_MAX,
            delivery_timeout: STEP_MAX,
            ..ProducerConfig::default()
        };
        let producer = Producer::new(client, config)?;
        producer.init_transactions().await?;
        Ok(producer)
    }

    /// Copies what was read in one transaction. An error says that this copier's life is over.
    async fn transact(
        &mut self,
        producer: &Producer,
        consumer: &mut Consumer,
        chunk: &PartitionRecords,
    ) -> Result<(), ClientError> {
        let transaction = self.transactions.fetch_add(1, Ordering::Relaxed);
        let read: Vec<u64> =
            values(chunk).into_iter().map(|(_, value)| copy_of(value, transaction)).collect();
        let (group, partition, offset) = (self.group, place(&chunk.partition), chunk.next_offset.0);
        note(&self.log, Event::CommitSent { group, partition, offset });
        let written = self.write(producer, consumer, chunk, &read).await;
        let ended = match written {
            Ok(()) if self.random.random_bool(ABORTS) => {
                if self.random.random_bool(ABORTS_WRITTEN) {
                    // What could not be written is given up with the rest.
                    let _ = producer.flush().await;
                }
                None
            }
            Ok(()) => Some(producer.commit_transaction().await),
            Err(error) => Some(Err(error)),
        };
        let outcome = match ended {
            Some(Ok(())) => {
                note(&self.log, Event::CommitAcked { group, partition, offset });
                Ok(Outcome::Done(None))
            }
            // It was not committed, and cannot be any more.
            None | Some(Err(ClientError::MustAbort { .. })) => {
                producer.abort_transaction().await.map(|()| Outcome::Failed)
            }
            Some(Err(error)) => Err(error),
        };
        let known = *outcome.as_ref().unwrap_or(&Outcome::Unknown);
        note(&self.log, Event::Ended { values: read, outcome: known });
        if outcome? == Outcome::Failed {
            // The same records again; if the partition is somebody else's by now, that is none of ours.
            let _ = consumer.seek(&chunk.partition, StartAt::Offset(chunk.from));
        }
        Ok(())
    }

    async fn write(
        &self,
        producer: &Producer,
        consumer: &Consumer,
        chunk: &PartitionRecords,
        copies: &[u64],
    ) -> Result<(), ClientError> {
        producer.begin_transaction()?;
        let topic = TopicName::new(&output(self.group));
        let number = chunk.partition.partition.0;
        let writer = history::Producer { id: self.id, kind: Kind::Transactional };
        for value in copies {
            let partition = base(self.group) + number;
            note(&self.log, Event::Sent { producer: writer, partition, value: *value });
            let bytes = value.to_be_bytes();
            let record = Record { partition: Some(PartitionId(number)), ..Record::new(&topic, &bytes) };
            // What becomes of it the transaction's end tells.
            producer.send(&record).await?;
        }
        let next = CommittedOffset {
            offset: Offset(chunk.next_offset.0),
            leader_epoch: LeaderEpoch::NONE,
            metadata: String::new(),
        };
        let offsets = BTreeMap::from([(chunk.partition.clone(), next)]);
        producer.send_offsets(&offsets, &consumer.group_metadata()?).await
    }
}

/// One generator for each copier.
pub fn fork(random: &mut StdRng) -> StdRng {
    StdRng::seed_from_u64(random.random())
}
