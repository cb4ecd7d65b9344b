use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kafkactl_core::client::{Client, Connection, Lane};
use kafkactl_core::names::BrokerId;
use kafkactl_core::record::batches;
use kafkactl_core::wire::StrBytes;
use kafkactl_core::wire::messages::FetchRequest;
use kafkactl_core::wire::messages::fetch_request::{FetchPartition, FetchTopic};
use tokio::time::timeout;

use super::{POLL_TIMEOUT, told};
use crate::model::snapshot::{Data, Place, Stamp, Stamps};

/// One batch comes however small this is.
const PARTITION_BYTES_MAX: i32 = 1;
const FETCH_BYTES_MAX: i32 = 1 << 20;
/// A batch that unpacks to more tells no time.
const BATCH_OUTPUT_BYTES_MAX: usize = 4 << 20;

/// When the records at these places were written: one fetch a leader, one batch a partition. What is not there, or
/// does not fit the answer, is left out.
pub async fn poll(client: &Client, lane: Lane, wanted: &BTreeSet<Place>) -> Result<(Data, ()), String> {
    let view = client.view();
    let mut by_leader: BTreeMap<BrokerId, BTreeMap<&str, Vec<FetchPartition>>> = BTreeMap::new();
    // A request may name a partition once; the other places in it are asked for next time.
    let mut asked_of = BTreeSet::new();
    for Place { topic, partition, offset } in wanted {
        let known =
            view.topic(topic).and_then(|topic| topic.partitions.iter().find(|one| one.id.0 == *partition));
        let Some(leader) = known.and_then(|known| known.leader) else { continue };
        if !asked_of.insert((topic, partition)) {
            continue;
        }
        let asked = FetchPartition::default()
            .with_partition(*partition)
            .with_current_leader_epoch(-1)
            .with_fetch_offset(*offset)
            .with_log_start_offset(-1)
            .with_partition_max_bytes(PARTITION_BYTES_MAX);
        by_leader.entry(leader).or_default().entry(topic).or_default().push(asked);
    }
    let mut stamps = Vec::new();
    for (leader, topics) in by_leader {
        let connection = client.broker(leader, lane).await.map_err(told)?;
        let fetch = fetch(&connection, topics, wanted);
        stamps.extend(
            timeout(POLL_TIMEOUT, fetch).await.map_err(|_| format!("broker {leader} does not answer"))??,
        );
    }
    Ok((Data::Stamps(Stamps { stamps }), ()))
}

async fn fetch(
    connection: &Connection,
    topics: BTreeMap<&str, Vec<FetchPartition>>,
    wanted: &BTreeSet<Place>,
) -> Result<Vec<Stamp>, String> {
    let topics = topics.into_iter().map(|(topic, partitions)| {
        FetchTopic::default()
            .with_topic(StrBytes::from_string(topic.to_owned()).into())
            .with_partitions(partitions)
    });
    let request = FetchRequest::default()
        .with_replica_id((-1).into())
        .with_max_wait_ms(0)
        .with_min_bytes(0)
        .with_max_bytes(FETCH_BYTES_MAX)
        .with_session_epoch(-1)
        .with_topics(topics.collect());
    // Version 12 is the last that names topics.
    let version = connection.version_within::<FetchRequest>(4, 12).map_err(told)?;
    let answer = connection.call_version(&request, version, Duration::ZERO).await.map_err(told)?;
    let mut stamps = Vec::new();
    for topic in answer.responses {
        for found in topic.partitions.into_iter().filter(|found| found.error_code == 0) {
            let records = found.records.unwrap_or_default();
            let of =
                |place: &&Place| place.topic == **topic.topic && place.partition == found.partition_index;
            stamps.extend(wanted.iter().filter(of).filter_map(|place| {
                let timestamp_ms = timestamp_at(&records, place.offset)?;
                Some(Stamp { place: place.clone(), timestamp_ms })
            }));
        }
    }
    Ok(stamps)
}

/// Of the first record at or after `offset`.
fn timestamp_at(bytes: &[u8], offset: i64) -> Option<i64> {
    let batch = batches(bytes).next()?.ok()?;
    let records = batch.records(BATCH_OUTPUT_BYTES_MAX).ok()?;
    records
        .iter()
        .map_while(Result::ok)
        .find(|record| record.offset.0 >= offset)
        .map(|record| record.timestamp_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::names::Offset;
    use kafkactl_core::record::{BatchBuilder, BatchFields};

    #[test]
    fn the_record_at_the_place_tells_its_time() {
        let mut batch = BatchBuilder::new(BatchFields { base_offset: Offset(40), ..BatchFields::default() });
        for at in 0..3 {
            batch.append(1_000 + at, None, Some(b"v"), []);
        }
        let bytes = batch.finish().unwrap();
        for (offset, expected) in [(40, Some(1_000)), (42, Some(1_002)), (43, None)] {
            assert_eq!(timestamp_at(&bytes, offset), expected, "{offset}");
        }
        assert_eq!(timestamp_at(&bytes[..20], 40), None);
        assert_eq!(timestamp_at(&[], 40), None);
    }
}
