use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;
use std::time::Duration;

use bytes::Bytes;
use kafkactl_core::client::{Client, Connection, Lane};
use kafkactl_core::names::BrokerId;
use kafkactl_core::record::batches;
use kafkactl_core::wire::StrBytes;
use kafkactl_core::wire::messages::FetchRequest;
use kafkactl_core::wire::messages::fetch_request::{FetchPartition, FetchTopic};
use tokio::time::timeout;

use super::{POLL_TIMEOUT, told};
use crate::model::snapshot::{Data, Place, Stamp, Stamps};

/// Places in one poll.
const PLACES_MAX: usize = 100;
/// Most batches fit. One that does not comes all the same when its partition is the first that is asked for (KIP-74).
const PARTITION_BYTES_MAX: i32 = 32 << 10;
const FETCH_BYTES_MAX: i32 = 4 << 20;
/// Requests to a leader in one poll; whose batch has not come then is asked for next time.
const FETCHES_MAX: usize = 8;
/// A batch that unpacks to more tells no time.
const BATCH_OUTPUT_BYTES_MAX: usize = 4 << 20;

/// The places whose turn it is: those behind the last that was asked for, then from the first on. A place that tells
/// no time does not keep others from being asked for.
pub fn in_turn(wanted: &BTreeSet<Place>, last: Option<&Place>) -> Vec<Place> {
    let behind = wanted.range((last.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded));
    behind.chain(wanted).take(PLACES_MAX.min(wanted.len())).cloned().collect()
}

/// When the records at these places were written. What is not there is left out.
pub async fn poll(client: &Client, lane: Lane, wanted: BTreeSet<Place>) -> Result<(Data, ()), String> {
    let view = client.view();
    let mut by_leader: BTreeMap<BrokerId, VecDeque<&Place>> = BTreeMap::new();
    // A request may name a partition once; the other places in it are asked for next time.
    let mut asked_of = BTreeSet::new();
    for place in &wanted {
        let known = view.topic(&place.topic);
        let known = known.and_then(|known| known.partitions.iter().find(|one| one.id.0 == place.partition));
        if let Some(leader) = known.and_then(|known| known.leader)
            && asked_of.insert((&place.topic, place.partition))
        {
            by_leader.entry(leader).or_default().push_back(place);
        }
    }
    let mut stamps = Vec::new();
    for (leader, mut places) in by_leader {
        let ask = async {
            let connection = client.broker(leader, lane).await.map_err(told)?;
            for _ in 0..FETCHES_MAX {
                if !fetch(&connection, &mut places, &mut stamps).await? {
                    break;
                }
            }
            Ok::<(), String>(())
        };
        timeout(POLL_TIMEOUT, ask).await.map_err(|_| format!("broker {leader} does not answer"))??;
    }
    Ok((Data::Stamps(Stamps { stamps }), ()))
}

/// Asks for the batches at `places`, the first of which comes however large it is. Takes away what was answered;
/// false when nothing is left.
async fn fetch(
    connection: &Connection,
    places: &mut VecDeque<&Place>,
    stamps: &mut Vec<Stamp>,
) -> Result<bool, String> {
    // Version 12 is the last that names topics.
    let version = connection.version_within::<FetchRequest>(4, 12).map_err(told)?;
    let answer = connection.call_version(&request(places), version, Duration::ZERO).await.map_err(told)?;
    let mut found: BTreeMap<(String, i32), Bytes> = BTreeMap::new();
    for topic in answer.responses {
        for partition in topic.partitions.into_iter().filter(|partition| partition.error_code == 0) {
            let records = partition.records.unwrap_or_default();
            found.insert((topic.topic.to_string(), partition.partition_index), records);
        }
    }
    take(places, &found, stamps);
    Ok(!places.is_empty())
}

/// The first place has been answered, whatever came; the others when a record came.
fn take(places: &mut VecDeque<&Place>, found: &BTreeMap<(String, i32), Bytes>, stamps: &mut Vec<Stamp>) {
    let first = places.front().copied();
    places.retain(|place| {
        let records = found.get(&(place.topic.clone(), place.partition));
        let stamp = records.and_then(|records| timestamp_at(records, place.offset));
        if let Some(timestamp_ms) = stamp {
            stamps.push(Stamp { place: (*place).clone(), timestamp_ms });
        }
        stamp.is_none() && first != Some(*place)
    });
}

/// In the order of the places, topic by topic: the first place is the first partition.
fn request(places: &VecDeque<&Place>) -> FetchRequest {
    let mut topics: Vec<FetchTopic> = Vec::new();
    for place in places {
        let asked = FetchPartition::default()
            .with_partition(place.partition)
            .with_current_leader_epoch(-1)
            .with_fetch_offset(place.offset)
            .with_log_start_offset(-1)
            .with_partition_max_bytes(PARTITION_BYTES_MAX);
        match topics.last_mut().filter(|topic| **topic.topic == *place.topic) {
            Some(topic) => topic.partitions.push(asked),
            None => topics.push(
                FetchTopic::default()
                    .with_topic(StrBytes::from_string(place.topic.clone()).into())
                    .with_partitions(vec![asked]),
            ),
        }
    }
    FetchRequest::default()
        .with_replica_id((-1).into())
        .with_max_wait_ms(0)
        .with_min_bytes(0)
        .with_max_bytes(FETCH_BYTES_MAX)
        .with_session_epoch(-1)
        .with_topics(topics)
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

    #[test]
    fn every_place_has_its_turn() {
        let place = |partition| Place { topic: "t".to_owned(), partition, offset: 40 };
        for count in [0, 1, 99, 100, 101, 250, 1_000] {
            let wanted: BTreeSet<Place> = (0..count).map(place).collect();
            let (mut asked, mut last) = (BTreeSet::new(), None);
            for _ in 0..wanted.len().div_ceil(PLACES_MAX) {
                let turn = in_turn(&wanted, last.as_ref());
                assert_eq!(turn.iter().collect::<BTreeSet<_>>().len(), turn.len(), "one twice of {count}");
                last = turn.last().cloned();
                asked.extend(turn);
            }
            assert_eq!(asked, wanted, "{count}");
        }
        // The last one asked for may be gone.
        assert_eq!(in_turn(&BTreeSet::from([place(1), place(3)]), Some(&place(2))), [place(3), place(1)]);
    }

    #[test]
    fn every_place_is_the_first_of_a_request_until_its_record_comes() {
        let mut batch = BatchBuilder::new(BatchFields { base_offset: Offset(40), ..BatchFields::default() });
        batch.append(1_000, None, Some(b"v"), []);
        let batch = batch.finish().unwrap();
        let all: Vec<Place> =
            (0..4).map(|partition| Place { topic: "t".to_owned(), partition, offset: 40 }).collect();
        let mut places: VecDeque<&Place> = all.iter().collect();
        let mut stamps = Vec::new();
        let mut firsts = Vec::new();
        while let Some(first) = places.front().copied() {
            firsts.push(first.partition);
            assert_eq!(request(&places).topics[0].partitions[0].partition, first.partition);
            // A broker that gives the first partition alone, and of the third nothing: its log ends there.
            let records = if first.partition == 2 { Bytes::new() } else { Bytes::from(batch.clone()) };
            take(&mut places, &BTreeMap::from([(("t".to_owned(), first.partition), records)]), &mut stamps);
        }
        assert_eq!(firsts, [0, 1, 2, 3]);
        let told: Vec<i32> = stamps.iter().map(|stamp| stamp.place.partition).collect();
        assert_eq!(told, [0, 1, 3]);
    }
}
