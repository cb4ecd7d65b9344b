//! Producers that number what they write, and readers that are torn down now and then, while the broker is troubled.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kafkactl_core::client::admin::{Admin, CommittedOffset, Isolation, NewTopic, OffsetSpec};
use kafkactl_core::client::consumer::{Consumer, ConsumerConfig, Event as Polled, GroupConfig, StartAt};
use kafkactl_core::client::producer::{Producer, ProducerConfig, Receipt, Record};
use kafkactl_core::client::{Client, ClientConfig};
use kafkactl_core::names::{LeaderEpoch, Offset, PartitionId, TopicName, TopicPartition};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::mpsc;

use super::broker::Broker;
use super::history::{self, Event, History, Kind, Outcome};

const TOPIC: &str = "history";
const PARTITIONS: i32 = 3;
/// Records that a producer has out at most.
const OUT_MAX: usize = 64;
const SEND_PAUSE: Duration = Duration::from_millis(2);
/// How long a reader lives.
const READER_LIFE: Duration = Duration::from_millis(700);
/// A record that is not acknowledged by then is given up as unknown.
const PATIENCE: Duration = Duration::from_secs(30);

type Log = Arc<Mutex<Vec<Event>>>;

fn note(log: &Log, event: Event) {
    log.lock().unwrap().push(event);
}

async fn connect(broker: &Broker) -> Client {
    let mut config = ClientConfig::new(vec![broker.endpoint()]);
    config.request_timeout = Duration::from_secs(3);
    config.connect_timeout = Duration::from_secs(3);
    Client::connect(config).await.expect("the broker has just become ready")
}

/// Runs the load and the trouble, then reads everything.
pub async fn run(length: Duration, seed: u64) -> History {
    let mut random = StdRng::seed_from_u64(seed);
    let mut broker = Broker::start();
    let client = connect(&broker).await;
    let topic = NewTopic { partition_count: PARTITIONS, replication_factor: 1, ..NewTopic::default() };
    let topics = BTreeMap::from([(TopicName::new(TOPIC), topic)]);
    let created = Admin::new(&client).create_topics(&topics, false).await.unwrap();
    for outcome in created.into_values() {
        outcome.unwrap();
    }
    let log = Log::default();
    let until = Instant::now() + length;
    let mut tasks = tokio::task::JoinSet::new();
    for (id, kind) in [(0, Kind::Plain), (1, Kind::Plain), (2, Kind::Idempotent), (3, Kind::Idempotent)] {
        let producer = history::Producer { id, kind };
        tasks.spawn(produce(connect(&broker).await, producer, log.clone(), until));
    }
    for (group, isolation) in [(10, Isolation::ReadUncommitted), (11, Isolation::ReadCommitted)] {
        tasks.spawn(read(connect(&broker).await, group, isolation, log.clone(), until));
    }
    let (mut kills, mut pauses) = (0, 0);
    while Instant::now() < until {
        if broker.trouble(&mut random).await { kills += 1 } else { pauses += 1 }
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("a client of the load panicked");
    }
    let client = connect(&broker).await;
    let events = std::mem::take(&mut *log.lock().unwrap());
    History {
        events,
        log: everything(&client, Isolation::ReadUncommitted).await,
        committed: everything(&client, Isolation::ReadCommitted).await,
        kills,
        pauses,
    }
}

async fn produce(client: Client, as_producer: history::Producer, log: Log, until: Instant) {
    let config = ProducerConfig {
        idempotence: as_producer.kind == Kind::Idempotent,
        delivery_timeout: PATIENCE,
        ..ProducerConfig::default()
    };
    let producer = Producer::new(&client, config).unwrap();
    let (receipts, answered) = mpsc::channel(OUT_MAX);
    let listener = tokio::spawn(listen(answered, log.clone()));
    let topic = TopicName::new(TOPIC);
    let mut number = 0;
    while Instant::now() < until {
        let value = u64::from(as_producer.id) << 32 | number;
        let partition = (number % PARTITIONS as u64) as i32;
        let bytes = value.to_be_bytes();
        let record = Record { partition: Some(PartitionId(partition)), ..Record::new(&topic, &bytes) };
        note(&log, Event::Sent { producer: as_producer, partition, value });
        match producer.send(&record).await {
            Ok(receipt) => receipts.send((value, receipt)).await.expect("the listener outlives the sender"),
            Err(_) => note(&log, Event::Answered { value, outcome: Outcome::Failed }),
        }
        number += 1;
        tokio::time::sleep(SEND_PAUSE).await;
    }
    drop(receipts);
    listener.await.expect("the listener does not panic");
}

async fn listen(mut answered: mpsc::Receiver<(u64, Receipt)>, log: Log) {
    while let Some((value, receipt)) = answered.recv().await {
        let outcome = match receipt.wait().await {
            Ok(delivery) => Outcome::Done(delivery.offset.map(|offset| offset.0)),
            // No code of a broker is a definite no here: the first try may have been stored (K6).
            Err(_) => Outcome::Unknown,
        };
        note(&log, Event::Answered { value, outcome });
    }
}

/// Reads in lives: each begins where the group has got to, and commits what it saw.
async fn read(client: Client, group: u32, isolation: Isolation, log: Log, until: Instant) {
    let name = format!("readers-{group}");
    while Instant::now() < until {
        let Ok(starts) = restore(&client, group, &name, &log).await else { continue };
        let config = ConsumerConfig {
            group: Some(GroupConfig::new(&name)),
            isolation,
            wait_max: Duration::from_millis(100),
            ..ConsumerConfig::default()
        };
        let mut consumer = Consumer::new(&client, config);
        consumer.assign(&starts);
        let life = Instant::now() + READER_LIFE;
        while let Ok(polled) = tokio::time::timeout_at(life.into(), consumer.next()).await {
            // Errors pass with the trouble that made them; what was missed by one would be found as a hole.
            let Ok(Polled::Records(chunk)) = polled else { continue };
            let partition = chunk.partition.partition.0;
            for (offset, value) in values(&chunk) {
                note(&log, Event::Polled { reader: group, partition, offset, value });
            }
            let offset = chunk.next_offset.0;
            note(&log, Event::CommitSent { group, partition, offset });
            let at = CommittedOffset {
                offset: Offset(offset),
                leader_epoch: LeaderEpoch::NONE,
                metadata: String::new(),
            };
            let outcome = consumer.commit_offsets(&BTreeMap::from([(chunk.partition.clone(), at)])).await;
            if outcome.is_ok_and(|outcomes| outcomes.values().all(Result::is_ok)) {
                note(&log, Event::CommitAcked { group, partition, offset });
            }
        }
    }
}

async fn restore(
    client: &Client,
    group: u32,
    name: &str,
    log: &Log,
) -> Result<BTreeMap<TopicPartition, StartAt>, kafkactl_core::client::ClientError> {
    let committed = Admin::new(client).group_offsets(name, None, true).await?;
    let mut starts = BTreeMap::new();
    for partition in 0..PARTITIONS {
        let of = TopicPartition::new(TOPIC, partition);
        let offset = match committed.get(&of) {
            Some(Ok(committed)) => committed.offset,
            Some(Err(error)) => return Err(error.clone()),
            None => Offset(0),
        };
        note(log, Event::Restored { group, partition, offset: offset.0 });
        note(log, Event::Began { reader: group, partition, offset: offset.0 });
        starts.insert(of, StartAt::Offset(offset));
    }
    Ok(starts)
}

async fn everything(client: &Client, isolation: Isolation) -> BTreeMap<i32, Vec<(i64, u64)>> {
    let config = ConsumerConfig { isolation, report_end: true, ..ConsumerConfig::default() };
    let mut consumer = Consumer::new(client, config);
    let partitions = (0..PARTITIONS).map(|partition| TopicPartition::new(TOPIC, partition));
    consumer.assign(&partitions.map(|of| (of, StartAt::Spec(OffsetSpec::Earliest))).collect());
    let mut records: BTreeMap<i32, Vec<(i64, u64)>> = BTreeMap::new();
    let mut ended = std::collections::BTreeSet::new();
    while ended.len() < PARTITIONS as usize {
        match consumer.next().await.expect("the broker is left alone") {
            Polled::Records(chunk) => {
                records.entry(chunk.partition.partition.0).or_default().extend(values(&chunk));
            }
            Polled::End { partition, .. } => drop(ended.insert(partition.partition)),
            _ => {}
        }
    }
    records
}

fn values(chunk: &kafkactl_core::client::consumer::PartitionRecords) -> Vec<(i64, u64)> {
    let mut values = Vec::new();
    for batch in chunk.batches() {
        for record in batch.records().expect("batches can be read").iter() {
            let record = record.expect("records can be read");
            let value = record.value.and_then(|bytes| bytes.try_into().ok()).expect("values have 8 bytes");
            values.push((record.offset.0, u64::from_be_bytes(value)));
        }
    }
    values
}
