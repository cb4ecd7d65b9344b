use std::collections::BTreeMap;

use kafkactl_core::client::{ClientError, Connection};
use kafkactl_core::names::BrokerId;
use kafkactl_core::wire::StrBytes;
use kafkactl_core::wire::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafkactl_core::wire::messages::{ListOffsetsRequest, ListOffsetsResponse};

use super::Brokers;
use crate::model::snapshot::{Data, Offsets, PartitionOffsets};

/// How ListOffsets writes the ends of a log.
const LATEST: i64 = -1;
const EARLIEST: i64 = -2;

/// Which ends are asked for, as a leader's partitions by topic.
type Led = BTreeMap<String, Vec<i32>>;

/// End and last stable offsets of every partition, one request each a leader; start offsets when asked for.
pub async fn poll(brokers: &Brokers, with_start: bool) -> Result<(Data, ()), String> {
    let mut by_leader: BTreeMap<BrokerId, Led> = BTreeMap::new();
    for topic in brokers.client.view().topics() {
        for partition in &topic.partitions {
            let Some(leader) = partition.leader else { continue };
            by_leader
                .entry(leader)
                .or_default()
                .entry(topic.name.to_string())
                .or_default()
                .push(partition.id.0);
        }
    }
    let leaders: Vec<BrokerId> = by_leader.keys().copied().collect();
    let ask = move |leader, connection| {
        ends(connection, by_leader.get(&leader).cloned().unwrap_or_default(), with_start)
    };
    let answers = brokers.ask(leaders, ask).await?;
    let mut offsets = Offsets { silent: answers.silent, ..Offsets::default() };
    for (topic, partitions) in answers.of.into_values().flatten() {
        offsets.topics.entry(topic).or_default().extend(partitions);
    }
    Ok((Data::Offsets(offsets), ()))
}

async fn ends(
    connection: Connection,
    led: Led,
    with_start: bool,
) -> Result<BTreeMap<String, Vec<PartitionOffsets>>, ClientError> {
    let ask = |timestamp, isolation| request(&led, timestamp, isolation);
    let (end, stable, start) = (ask(LATEST, 0), ask(LATEST, 1), ask(EARLIEST, 0));
    let start = async { if with_start { connection.call(&start).await.map(Some) } else { Ok(None) } };
    // In this order on one connection: the end is never read before the stable offset that must not exceed it.
    let (stable, end, start) = tokio::join!(connection.call(&stable), connection.call(&end), start);
    let mut found: BTreeMap<String, BTreeMap<i32, PartitionOffsets>> = BTreeMap::new();
    let mut take = |response: ListOffsetsResponse, put: fn(&mut PartitionOffsets, i64)| {
        for topic in response.topics {
            let partitions = found.entry(topic.name.to_string()).or_default();
            for answer in
                topic.partitions.into_iter().filter(|answer| answer.error_code == 0 && answer.offset >= 0)
            {
                let id = answer.partition_index;
                put(
                    partitions.entry(id).or_insert(PartitionOffsets { id, ..Default::default() }),
                    answer.offset,
                );
            }
        }
    };
    take(stable?, |offsets, offset| offsets.stable = Some(offset));
    take(end?, |offsets, offset| offsets.end = Some(offset));
    if let Some(start) = start? {
        take(start, |offsets, offset| offsets.start = Some(offset));
    }
    Ok(found.into_iter().map(|(topic, partitions)| (topic, partitions.into_values().collect())).collect())
}

fn request(led: &Led, timestamp: i64, isolation: i8) -> ListOffsetsRequest {
    let topics = led.iter().map(|(topic, partitions)| {
        let partitions = partitions.iter().map(|id| {
            ListOffsetsPartition::default()
                .with_partition_index(*id)
                .with_current_leader_epoch(-1)
                .with_timestamp(timestamp)
        });
        ListOffsetsTopic::default()
            .with_name(StrBytes::from_string(topic.clone()).into())
            .with_partitions(partitions.collect())
    });
    ListOffsetsRequest::default()
        .with_replica_id((-1).into())
        .with_isolation_level(isolation)
        .with_topics(topics.collect())
}
