use std::collections::BTreeMap;
use std::time::Duration;

use kafkactl_core::client::{Client, Lane};
use kafkactl_core::names::{BrokerId, TopicName};
use kafkactl_core::record::{Batch, RecordView, batches};
use kafkactl_core::wire::messages::FetchRequest;
use kafkactl_core::wire::messages::ListOffsetsRequest;
use kafkactl_core::wire::messages::fetch_request::{FetchPartition, FetchTopic};
use kafkactl_core::wire::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafkactl_core::wire::{ErrorCode, StrBytes};
use tokio::time::timeout;

use super::{POLL_TIMEOUT, Unanswered, is_refusal, told};
use crate::model::app::RecordsAs;
use crate::model::cluster::RECORDS_MAX;
use crate::model::snapshot::{Data, Record, Records, Why};

/// Records shown of each partition from before the topic was chosen.
const BACKLOG: i64 = 20;
const PARTITION_BYTES_MAX: i32 = 128 << 10;
const FETCH_BYTES_MAX: i32 = 1 << 20;
/// A batch that unpacks to more is left out.
const BATCH_OUTPUT_BYTES_MAX: usize = 4 << 20;
/// Characters kept of a key or value.
const TEXT_CHARS_MAX: usize = 400;

/// Follows one topic without a group and without commits.
#[derive(Debug, Default)]
pub struct Tail {
    topic: String,
    records_as: RecordsAs,
    next: BTreeMap<i32, i64>,
}

impl Tail {
    pub(super) async fn poll(
        &mut self,
        client: &Client,
        lane: Lane,
        topic: &str,
        records_as: RecordsAs,
    ) -> Result<(Data, ()), Unanswered> {
        if self.topic != topic {
            *self = Self { topic: topic.to_owned(), ..Self::default() };
        }
        self.records_as = records_as;
        let view = client.view();
        let missing = || Unanswered { error: format!("topic \"{topic}\" does not exist"), why: Why::Missing };
        let known = view.topic(topic).ok_or_else(missing)?;
        let mut by_leader: BTreeMap<BrokerId, Vec<i32>> = BTreeMap::new();
        for partition in &known.partitions {
            if let Some(leader) = partition.leader {
                by_leader.entry(leader).or_default().push(partition.id.0);
            }
        }
        let mut records = Vec::new();
        for (leader, partitions) in by_leader {
            let poll = self.poll_leader(client, lane, leader, &partitions, &mut records);
            timeout(POLL_TIMEOUT, poll).await.map_err(|_| format!("broker {leader} does not answer"))??;
        }
        records.sort_by_key(|record| record.timestamp_ms);
        let surplus = records.len().saturating_sub(RECORDS_MAX);
        records.drain(..surplus);
        Ok((Data::Records(Records { topic: topic.to_owned(), records }), ()))
    }

    async fn poll_leader(
        &mut self,
        client: &Client,
        lane: Lane,
        leader: BrokerId,
        partitions: &[i32],
        records: &mut Vec<Record>,
    ) -> Result<(), Unanswered> {
        let connection = client.broker(leader, lane).await.map_err(told)?;
        let unknown: Vec<i32> = partitions.iter().filter(|id| !self.next.contains_key(id)).copied().collect();
        if !unknown.is_empty() {
            let answer = connection.call(&ends_request(&self.topic, &unknown)).await.map_err(told)?;
            for found in answer.topics.iter().flat_map(|topic| &topic.partitions) {
                self.check_right(found.error_code)?;
                if found.error_code == 0 && found.offset >= 0 {
                    self.next.insert(found.partition_index, (found.offset - BACKLOG).max(0));
                }
            }
        }
        // Version 12 is the last that names topics.
        let version = connection.version_within::<FetchRequest>(4, 12).map_err(told)?;
        let request = self.fetch_request(partitions);
        let answer = connection.call_version(&request, version, Duration::ZERO).await.map_err(told)?;
        for found in answer.responses.into_iter().flat_map(|topic| topic.partitions) {
            let id = found.partition_index;
            self.check_right(found.error_code)?;
            match ErrorCode::from_code(found.error_code) {
                Some(ErrorCode::None) => {}
                Some(ErrorCode::OffsetOutOfRange) if found.log_start_offset >= 0 => {
                    self.next.insert(id, found.log_start_offset);
                    continue;
                }
                _ => {
                    self.next.remove(&id);
                    continue;
                }
            }
            let from = self.next.get(&id).copied().unwrap_or(0);
            for batch in batches(found.records.as_deref().unwrap_or_default()) {
                let Ok(batch) = batch else { break };
                self.next.insert(id, batch.header().next_offset().0);
                take_batch(id, from, &batch, self.records_as, records);
            }
        }
        Ok(())
    }

    /// A topic that nobody lets us read is not an empty one.
    fn check_right(&self, code: i16) -> Result<(), Unanswered> {
        if !is_refusal(code) {
            return Ok(());
        }
        Err(Unanswered {
            error: format!("not authorized to read \"{}\"", self.topic),
            why: Why::NotAuthorized,
        })
    }

    fn fetch_request(&self, partitions: &[i32]) -> FetchRequest {
        let partitions = partitions.iter().filter_map(|id| {
            let offset = *self.next.get(id)?;
            Some(
                FetchPartition::default()
                    .with_partition(*id)
                    .with_current_leader_epoch(-1)
                    .with_fetch_offset(offset)
                    .with_log_start_offset(-1)
                    .with_partition_max_bytes(PARTITION_BYTES_MAX),
            )
        });
        let topic = FetchTopic::default().with_topic(text(&self.topic)).with_partitions(partitions.collect());
        FetchRequest::default()
            .with_replica_id((-1).into())
            .with_max_wait_ms(0)
            .with_min_bytes(0)
            .with_max_bytes(FETCH_BYTES_MAX)
            .with_session_epoch(-1)
            .with_topics(vec![topic])
    }
}

fn ends_request(topic: &str, partitions: &[i32]) -> ListOffsetsRequest {
    let partitions = partitions.iter().map(|id| {
        ListOffsetsPartition::default()
            .with_partition_index(*id)
            .with_current_leader_epoch(-1)
            .with_timestamp(-1)
    });
    let topic = ListOffsetsTopic::default().with_name(text(topic)).with_partitions(partitions.collect());
    ListOffsetsRequest::default().with_replica_id((-1).into()).with_topics(vec![topic])
}

fn text(topic: &str) -> kafkactl_core::wire::messages::TopicName {
    StrBytes::from_string(TopicName::new(topic).to_string()).into()
}

/// What cannot be read is left out: this is a view, and the screen says nothing about the rest.
fn take_batch(
    partition: i32,
    from: i64,
    batch: &Batch<'_>,
    records_as: RecordsAs,
    records: &mut Vec<Record>,
) {
    if batch.header().is_control() {
        return;
    }
    let Ok(found) = batch.records(BATCH_OUTPUT_BYTES_MAX) else { return };
    for record in found.iter().map_while(Result::ok).filter(|record| record.offset.0 >= from) {
        records.push(shown(partition, &record, records_as));
        // The newest stay; a batch of a million tiny records must not all be kept until then.
        if records.len() > 4 * RECORDS_MAX {
            records.drain(..2 * RECORDS_MAX);
        }
    }
}

fn shown(partition: i32, record: &RecordView<'_>, records_as: RecordsAs) -> Record {
    Record {
        partition,
        offset: record.offset.0,
        timestamp_ms: record.timestamp_ms,
        key: record.key.map(|key| records_as.key.shown(key, TEXT_CHARS_MAX)),
        value: record.value.map(|value| records_as.value.shown(value, TEXT_CHARS_MAX)),
        size_bytes: record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len),
    }
}
