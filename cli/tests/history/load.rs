//! Producers that number what they write, readers that are torn down now and then, and copiers, while the broker is
//! troubled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kafkactl_core::client::admin::{Admin, Isolation, NewTopic, OffsetSpec};
use kafkactl_core::client::consumer::{
    Consumer, ConsumerConfig, Event as Polled, GroupConfig, GroupProtocol, PartitionRecords, StartAt,
};
use kafkactl_core::client::producer::{Producer, ProducerConfig, Receipt, Record};
use kafkactl_core::client::{Client, ClientConfig};
use kafkactl_core::names::{Offset, PartitionId, TopicName, TopicPartition};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::mpsc;

use super::broker::Broker;
use super::copiers::{Copier, copy, fork};
use super::history::{self, Copies, Event, History, Kind, Outcome};
use super::members::{self, Member, group_name};
use super::place::{COPYING_GROUPS, INPUT, PARTITIONS, base, output, place};

/// Groups of subscribers: the group, what its members see, the protocol they speak.
const READING_GROUPS: [(u32, Isolation, GroupProtocol); 2] = [
    (12, Isolation::ReadCommitted, GroupProtocol::Classic),
    (13, Isolation::ReadUncommitted, GroupProtocol::Consumer),
];
/// Of each group of subscribers and of each that copies.
const MEMBERS: u32 = 2;
/// Records that a producer has out at most.
const OUT_MAX: usize = 64;
const SEND_PAUSE: Duration = Duration::from_millis(2);
/// How long a reader lives.
const READER_LIFE: Duration = Duration::from_millis(700);
/// A record that is not acknowledged by then is given up as unknown.
const PATIENCE: Duration = Duration::from_secs(30);

pub type Log = Arc<Mutex<Vec<Event>>>;

pub fn note(log: &Log, event: Event) {
    log.lock().unwrap().push(event);
}

pub async fn connect(broker: &Broker) -> Client {
    let mut config = ClientConfig::new(vec![broker.endpoint()]);
    config.request_timeout = Duration::from_secs(3);
    config.connect_timeout = Duration::from_secs(3);
    Client::connect(config).await.expect("the broker has just become ready")
}

/// Runs the load and the trouble, then reads everything.
pub async fn run(length: Duration, seed: u64) -> History {
    let mut random = StdRng::seed_from_u64(seed);
    let mut broker = Broker::start();
    create_topics(&connect(&broker).await).await;
    let log = Log::default();
    let mut tasks = start(&broker, &log, Instant::now() + length, &mut random).await;
    let (mut kills, mut pauses) = (0, 0);
    let until = Instant::now() + length;
    while Instant::now() < until {
        if broker.trouble(&mut random).await { kills += 1 } else { pauses += 1 }
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("a client of the load panicked");
    }
    let client = connect(&broker).await;
    let events = std::mem::take(&mut *log.lock().unwrap());
    let mut copies = Vec::new();
    for group in COPYING_GROUPS {
        let read = committed_offsets(&client, group).await;
        copies.push(Copies { inputs: 0..PARTITIONS, base: base(group), read });
    }
    History {
        events,
        log: everything(&client, Isolation::ReadUncommitted).await,
        committed: everything(&client, Isolation::ReadCommitted).await,
        committed_readers: committed_readers(),
        copies,
        kills,
        pauses,
    }
}

fn topics() -> impl Iterator<Item = String> {
    [INPUT.to_owned()].into_iter().chain(COPYING_GROUPS.map(output))
}

fn partitions() -> impl Iterator<Item = TopicPartition> {
    topics().flat_map(|topic| (0..PARTITIONS).map(move |index| TopicPartition::new(topic.as_str(), index)))
}

pub async fn create_topics(client: &Client) {
    let topic = NewTopic { partition_count: PARTITIONS, replication_factor: 1, ..NewTopic::default() };
    let topics = topics().map(|name| (TopicName::new(&name), topic.clone())).collect();
    let created = Admin::new(client).create_topics(&topics, false).await.unwrap();
    for outcome in created.into_values() {
        outcome.unwrap();
    }
}

/// All clients of a run, at work until `until`.
async fn start(broker: &Broker, log: &Log, until: Instant, random: &mut StdRng) -> tokio::task::JoinSet<()> {
    let mut tasks = tokio::task::JoinSet::new();
    for (id, kind) in [(0, Kind::Plain), (1, Kind::Plain), (2, Kind::Idempotent), (3, Kind::Idempotent)] {
        let producer = history::Producer { id, kind };
        tasks.spawn(produce(connect(broker).await, producer, log.clone(), until));
    }
    for (group, isolation) in [(10, Isolation::ReadUncommitted), (11, Isolation::ReadCommitted)] {
        tasks.spawn(read(connect(broker).await, group, isolation, log.clone(), until));
    }
    for (group, isolation, protocol) in READING_GROUPS {
        for reader in readers_of(group) {
            let member = Member { group, reader, log: log.clone() };
            let (client, random) = (connect(broker).await, fork(random));
            tasks.spawn(members::read(client, member, protocol, (isolation, INPUT), (until, random)));
        }
    }
    let transactions = Arc::new(AtomicU64::new(0));
    for (group, protocol) in COPYING_GROUPS.into_iter().zip([GroupProtocol::Classic, GroupProtocol::Consumer])
    {
        for id in readers_of(group) {
            let (log, transactions) = (log.clone(), transactions.clone());
            let copier = Copier { id, group, protocol, log, random: fork(random), transactions };
            tasks.spawn(copy(connect(broker).await, copier, until));
        }
    }
    tasks
}

/// The numbers of a group's members.
fn readers_of(group: u32) -> impl Iterator<Item = u32> {
    (0..MEMBERS).map(move |index| group * 10 + index)
}

/// Those that must see nothing that is not committed.
fn committed_readers() -> BTreeSet<u32> {
    let committed = READING_GROUPS.iter().filter(|(_, isolation, _)| *isolation == Isolation::ReadCommitted);
    committed.flat_map(|(group, ..)| readers_of(*group)).chain([11]).collect()
}

/// How far a group has come in each partition of the input.
async fn committed_offsets(client: &Client, group: u32) -> BTreeMap<i32, i64> {
    let offsets = Admin::new(client).group_offsets(&group_name(group), None, true).await.unwrap();
    offsets.into_iter().map(|(of, committed)| (place(&of), committed.unwrap().offset.0)).collect()
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
    let topic = TopicName::new(INPUT);
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
    let alone = Member { group, reader: group, log: log.clone() };
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
            members::process(&alone, &consumer, &chunk).await;
        }
    }
}

pub async fn restore(
    client: &Client,
    group: u32,
    name: &str,
    log: &Log,
) -> Result<BTreeMap<TopicPartition, StartAt>, kafkactl_core::client::ClientError> {
    let committed = Admin::new(client).group_offsets(name, None, true).await?;
    let mut starts = BTreeMap::new();
    for partition in 0..PARTITIONS {
        let of = TopicPartition::new(INPUT, partition);
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

pub async fn everything(client: &Client, isolation: Isolation) -> BTreeMap<i32, Vec<(i64, u64)>> {
    let config = ConsumerConfig { isolation, report_end: true, ..ConsumerConfig::default() };
    let mut consumer = Consumer::new(client, config);
    consumer.assign(&partitions().map(|of| (of, StartAt::Spec(OffsetSpec::Earliest))).collect());
    let mut records: BTreeMap<i32, Vec<(i64, u64)>> = BTreeMap::new();
    let mut open: BTreeSet<TopicPartition> = partitions().collect();
    while !open.is_empty() {
        match consumer.next().await.expect("the broker is left alone") {
            Polled::Records(chunk) => {
                records.entry(place(&chunk.partition)).or_default().extend(values(&chunk));
            }
            Polled::End { partition, .. } => drop(open.remove(&partition)),
            _ => {}
        }
    }
    records
}

pub fn values(chunk: &PartitionRecords) -> Vec<(i64, u64)> {
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
