//! What goes on in the demo's cluster: steady producers, one of whose topics has a hot partition, and groups of which
//! some cannot keep up.

use std::collections::BTreeMap;
use std::time::Duration;

use kafkactl_core::client::admin::{NewTopic, OffsetSpec};
use kafkactl_core::client::consumer::{
    Consumer, ConsumerConfig, Event, GroupConfig, GroupProtocol, PartitionRecords, Subscription,
};
use kafkactl_core::client::producer::{Producer, ProducerConfig, Record};
use kafkactl_core::client::{Admin, Client, ClientError};
use kafkactl_core::names::TopicName;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::error::CommandError;

/// Records of a topic are sent in bursts this far apart.
const BURST_PERIOD: Duration = Duration::from_millis(50);
/// How often groups commit.
const COMMIT_PERIOD: Duration = Duration::from_millis(500);
/// Small, so that a slow reader stands somewhere in the middle of many partitions rather than at the end of one.
const FETCH_BYTES_MAX: i32 = 4 << 10;
/// Customers other than the one that orders half of everything.
const CUSTOMERS: u64 = 97;

#[derive(Debug)]
struct Traffic {
    topic: &'static str,
    partition_count: i32,
    records_per_second: u64,
    /// Half of the records have the same key.
    is_hot: bool,
}

const TRAFFIC: [Traffic; 3] = [
    Traffic { topic: "orders", partition_count: 6, records_per_second: 400, is_hot: true },
    Traffic { topic: "payments", partition_count: 3, records_per_second: 60, is_hot: false },
    Traffic { topic: "clicks", partition_count: 4, records_per_second: 800, is_hot: false },
];

#[derive(Debug)]
struct Reader {
    group: &'static str,
    topic: &'static str,
    protocol: GroupProtocol,
    pace: Pace,
}

#[derive(Debug, Clone, Copy)]
enum Pace {
    KeepsUp,
    RecordsPerSecond(u32),
    /// Leaves after so many records.
    Stops(u64),
}

const READERS: [Reader; 4] = [
    Reader { group: "billing", topic: "payments", protocol: GroupProtocol::Classic, pace: Pace::KeepsUp },
    Reader { group: "shipping", topic: "orders", protocol: GroupProtocol::Consumer, pace: Pace::KeepsUp },
    Reader {
        group: "search-index",
        topic: "orders",
        protocol: GroupProtocol::Classic,
        pace: Pace::RecordsPerSecond(80),
    },
    Reader {
        group: "nightly-report",
        topic: "clicks",
        protocol: GroupProtocol::Classic,
        pace: Pace::Stops(500),
    },
];

/// The groups by name.
pub fn groups() -> impl Iterator<Item = &'static str> {
    READERS.iter().map(|reader| reader.group)
}

/// What is going to happen, a line each.
pub fn plan() -> impl Iterator<Item = String> {
    let topics = TRAFFIC.iter().map(|traffic| {
        let Traffic { topic, partition_count, records_per_second, is_hot } = traffic;
        let hot = if *is_hot { ", half of them of one key: its partition is hot" } else { "" };
        format!("topic {topic}: {partition_count} partitions, {records_per_second} records/s{hot}")
    });
    let groups = READERS.iter().map(|Reader { group, topic, pace, .. }| match pace {
        Pace::KeepsUp => format!("group {group}: reads {topic} and keeps up"),
        Pace::RecordsPerSecond(rate) => format!("group {group}: reads {topic}, {rate} records/s: too slow"),
        Pace::Stops(count) => format!("group {group}: reads {count} records of {topic}, then leaves"),
    });
    topics.chain(groups)
}

/// The running clients. Dropping it ends them.
pub struct Workload {
    tasks: JoinSet<Result<(), ClientError>>,
}

impl Workload {
    /// Creates the topics and starts the clients.
    pub async fn start(client: &Client) -> Result<Self, ClientError> {
        let new = |traffic: &Traffic| NewTopic {
            partition_count: traffic.partition_count,
            replication_factor: 1,
            ..NewTopic::default()
        };
        let topics: BTreeMap<TopicName, NewTopic> =
            TRAFFIC.iter().map(|traffic| (TopicName::new(traffic.topic), new(traffic))).collect();
        for created in Admin::new(client).create_topics(&topics, false).await?.into_values() {
            created?;
        }
        let mut tasks = JoinSet::new();
        for traffic in &TRAFFIC {
            tasks.spawn(write(client.clone(), traffic));
        }
        for reader in &READERS {
            tasks.spawn(read(client.clone(), reader));
        }
        Ok(Self { tasks })
    }

    /// Resolves when a client fails; those that are done do not count.
    pub async fn failure(&mut self) -> CommandError {
        while let Some(ended) = self.tasks.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return error.into(),
                Err(error) => return CommandError::failed(format!("a client of the demo: {error}")),
            }
        }
        std::future::pending().await
    }
}

fn key(sequence: u64, is_hot: bool) -> String {
    if is_hot && sequence.is_multiple_of(2) {
        "customer-0".to_owned()
    } else {
        format!("customer-{}", sequence / 2 % CUSTOMERS + 1)
    }
}

async fn write(client: Client, traffic: &'static Traffic) -> Result<(), ClientError> {
    let producer = Producer::new(&client, ProducerConfig::default())?;
    let topic = TopicName::new(traffic.topic);
    let mut bursts = interval(BURST_PERIOD);
    bursts.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let burst = traffic.records_per_second * BURST_PERIOD.as_millis() as u64 / 1000;
    let mut sequence = 0;
    loop {
        bursts.tick().await;
        for _ in 0..burst {
            let key = key(sequence, traffic.is_hot);
            let value = format!("{{\"number\":{sequence},\"euro\":{}}}", sequence * 13 % 90 + 5);
            producer
                .send(&Record { key: Some(key.as_bytes()), ..Record::new(&topic, value.as_bytes()) })
                .await?;
            sequence += 1;
        }
        // What was refused ends the demo.
        producer.flush().await?;
    }
}

async fn read(client: Client, reader: &'static Reader) -> Result<(), ClientError> {
    let group = GroupConfig {
        protocol: reader.protocol,
        auto_commit: Some(COMMIT_PERIOD),
        ..GroupConfig::new(reader.group)
    };
    let config = ConsumerConfig {
        group: Some(group),
        reset: Some(OffsetSpec::Earliest),
        partition_bytes_max: FETCH_BYTES_MAX,
        ..ConsumerConfig::default()
    };
    let mut consumer = Consumer::new(&client, config);
    consumer.subscribe(Subscription::Topics(vec![TopicName::new(reader.topic)]))?;
    let mut count = 0;
    loop {
        let Event::Records(records) = consumer.next().await? else { continue };
        let read = count_of(&records);
        count += read;
        match reader.pace {
            Pace::KeepsUp => {}
            Pace::RecordsPerSecond(rate) => {
                sleep(Duration::from_secs_f64(read as f64 / f64::from(rate))).await;
            }
            Pace::Stops(at) if count >= at => {
                consumer.commit().await?;
                consumer.close().await;
                return Ok(());
            }
            Pace::Stops(_) => {}
        }
    }
}

fn count_of(records: &PartitionRecords) -> u64 {
    records.batches().map(|batch| u64::from(batch.header().record_count.unsigned_abs())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::client::producer::partition_of_key;

    #[test]
    fn one_partition_of_orders_gets_more_than_half() {
        for traffic in &TRAFFIC {
            let mut counts = vec![0; traffic.partition_count as usize];
            for sequence in 0..10_000 {
                let key = key(sequence, traffic.is_hot);
                counts[partition_of_key(key.as_bytes(), traffic.partition_count).0 as usize] += 1;
            }
            let largest = *counts.iter().max().unwrap();
            assert_eq!(largest > 5_000, traffic.is_hot, "{}: {counts:?}", traffic.topic);
        }
    }

    #[test]
    fn bursts_make_whole_records() {
        for traffic in &TRAFFIC {
            let per_burst = traffic.records_per_second * BURST_PERIOD.as_millis() as u64;
            assert!(per_burst >= 1000 && per_burst.is_multiple_of(1000), "{}", traffic.topic);
        }
    }
}
