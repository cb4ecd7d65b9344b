use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::client::admin::ProducerDescription;
use kafkactl_core::names::TopicPartition;
use serde::Serialize;

use super::partitions_of;
use crate::args::txn::TxnFindHangingArgs;
use crate::commands::Outcome;
use crate::commands::positions::now_ms;
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Debug, PartialEq, Eq, Serialize)]
struct HangingRow {
    topic: String,
    partition: i32,
    producer_id: i64,
    producer_epoch: i32,
    start_offset: i64,
    last_timestamp_ms: i64,
    idle_ms: i64,
}

impl Row for HangingRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("TOPIC", |row| Cell::from(&row.topic)),
        Column::new("PARTITION", |row| row.partition.into()),
        Column::new("PRODUCER", |row| row.producer_id.into()),
        Column::new("EPOCH", |row| row.producer_epoch.into()),
        Column::new("START-OFFSET", |row| row.start_offset.into()),
        Column::new("IDLE-MS", |row| row.idle_ms.into()),
    ];
}

impl ClusterCommand for TxnFindHangingArgs {
    fn options(&self) -> Options<'_> {
        Options { table: Some(&self.table), ..(&self.common).into() }
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let topics = match self.topics.is_empty() {
            false => self.topics.clone(),
            true => {
                let all = session.admin.list_topics().await?;
                all.into_iter().map(|topic| topic.name.to_string()).collect()
            }
        };
        let (partitions, mut errors) = partitions_of(session, &topics).await;
        let now_ms = now_ms();
        let older_than_ms = i64::try_from(self.older_than.as_millis()).unwrap_or(i64::MAX);
        let mut open = Vec::new();
        for (partition, producers) in session.admin.describe_producers(&partitions).await {
            match producers {
                Ok(producers) => {
                    let old = |producer: &ProducerDescription| {
                        now_ms.saturating_sub(producer.last_timestamp_ms) >= older_than_ms
                    };
                    let producers = producers.into_iter().filter(old);
                    open.extend(producers.filter_map(|producer| row(&partition, producer, now_ms)));
                }
                Err(error) => errors.push(error.into()),
            }
        }
        // Asked after the partitions: a transaction that ended meanwhile is at worst looked at for nothing.
        let rows = hanging(open, &owned_by_coordinators(session).await?);
        out.print(Report::list("HangingTransactionList", &rows)?.with_errors(errors))
    }
}

fn row(of: &TopicPartition, producer: ProducerDescription, now_ms: i64) -> Option<HangingRow> {
    Some(HangingRow {
        topic: of.topic.to_string(),
        partition: of.partition.0,
        producer_id: producer.producer_id.0,
        producer_epoch: producer.producer_epoch,
        start_offset: producer.transaction_start?.0,
        last_timestamp_ms: producer.last_timestamp_ms,
        idle_ms: now_ms.saturating_sub(producer.last_timestamp_ms),
    })
}

/// Partitions of transactions that a coordinator is going to end, by producer id.
pub(super) type Owned = BTreeMap<i64, BTreeSet<(String, i32)>>;

pub(super) async fn owned_by_coordinators(session: &Session) -> Result<Owned, CommandError> {
    let listings = session.admin.list_transactions(&[]).await?;
    let ids: Vec<String> = listings.into_iter().map(|listing| listing.transactional_id).collect();
    let mut owned = Owned::new();
    for described in session.admin.describe_transactions(&ids).await.into_values().flatten() {
        let partitions = described.partitions.iter().map(|of| (of.topic.to_string(), of.partition.0));
        owned.entry(described.producer_id.0).or_default().extend(partitions);
    }
    Ok(owned)
}

/// Those open transactions that no coordinator knows (KIP-664).
fn hanging(open: Vec<HangingRow>, owned: &Owned) -> Vec<HangingRow> {
    let is_owned = |row: &HangingRow| {
        let partitions = owned.get(&row.producer_id);
        partitions.is_some_and(|partitions| partitions.contains(&(row.topic.clone(), row.partition)))
    };
    open.into_iter().filter(|row| !is_owned(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::names::{Offset, ProducerId};

    fn open(producer_id: i64, partition: i32) -> HangingRow {
        let producer = ProducerDescription {
            producer_id: ProducerId(producer_id),
            producer_epoch: 0,
            last_sequence: 0,
            last_timestamp_ms: 100,
            coordinator_epoch: Some(0),
            transaction_start: Some(Offset(5)),
        };
        row(&TopicPartition::new("t", partition), producer, 300).unwrap()
    }

    #[test]
    fn what_a_coordinator_will_end_does_not_hang() {
        let owned = Owned::from([(1, BTreeSet::from([("t".to_owned(), 0)])), (2, BTreeSet::new())]);
        for (row, hangs) in [(open(1, 0), false), (open(1, 1), true), (open(2, 0), true), (open(3, 0), true)]
        {
            assert_eq!(row.idle_ms, 200);
            let text = format!("{row:?}");
            assert_eq!(!hanging(vec![row], &owned).is_empty(), hangs, "{text}");
        }
    }

    #[test]
    fn a_producer_without_an_open_transaction_is_no_row() {
        let producer = ProducerDescription {
            producer_id: ProducerId(1),
            producer_epoch: 0,
            last_sequence: 0,
            last_timestamp_ms: 0,
            coordinator_epoch: None,
            transaction_start: None,
        };
        assert_eq!(row(&TopicPartition::new("t", 0), producer, 0), None);
    }
}
