//! What clients do to a broker that may do wrong: little, in one order, and nothing of it waits for time to pass.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use kafkactl_core::client::Client;
use kafkactl_core::client::admin::{Isolation, OffsetSpec};
use kafkactl_core::client::consumer::{Consumer, ConsumerConfig, Event as Polled, GroupConfig};
use kafkactl_core::client::producer::{Producer, ProducerConfig, Record, TransactionConfig};
use kafkactl_core::names::{PartitionId, TopicName};
use tokio::net::TcpListener;

use super::broker::Broker;
use super::check::Class;
use super::faults::Fault;
use super::history::{self, Event, History, Kind, Outcome};
use super::load::{Log, connect, create_topics, everything, note, restore};
use super::members::{Member, process};
use super::place::{COPYING_GROUPS, INPUT, PARTITIONS, base, output};
use super::proxy::{Proxy, Shared};

/// Records of each producer in each partition.
const ROUNDS: u64 = 8;
/// Every other one is aborted.
const TRANSACTIONS: u64 = 6;
/// The partitions of each transaction.
const WRITTEN_TOGETHER: i32 = 2;
const READER: u32 = 10;
/// A reader takes a partition in several answers of several batches each.
const PARTITION_BYTES_MAX: i32 = 400;

/// Goes through the script before a broker that does wrong in this way, or in none. Returns what was seen, and how
/// often the broker did wrong.
pub async fn run(wrong: Option<Class>) -> (History, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let broker = Broker::start_behind(listener.local_addr().unwrap().port());
    let fault: Shared = Arc::new(Mutex::new(wrong.map(Fault::new)));
    let _proxy = Proxy::start(listener, broker.port(), fault.clone());
    let client = connect(&broker).await;
    create_topics(&client).await;
    let log = Log::default();
    for (id, kind) in [(0, Kind::Plain), (1, Kind::Idempotent)] {
        write(&client, history::Producer { id, kind }, &log).await;
    }
    write_transactions(&client, history::Producer { id: 2, kind: Kind::Transactional }, &log).await;
    for _ in 0..2 {
        read(&client, &log).await;
    }
    let mut done = 0;
    if let Some(of_readers) = fault.lock().unwrap().take_if(|fault| fault.is_of_readers()) {
        done = of_readers.done();
    }
    let events = std::mem::take(&mut *log.lock().unwrap());
    let history = History {
        events,
        log: everything(&client, Isolation::ReadUncommitted).await,
        committed: everything(&client, Isolation::ReadCommitted).await,
        committed_readers: BTreeSet::from([READER]),
        ..History::default()
    };
    done += fault.lock().unwrap().as_ref().map_or(0, Fault::done);
    (history, done)
}

/// Writes record after record, each once the one before it is acknowledged.
async fn write(client: &Client, writer: history::Producer, log: &Log) {
    let config = ProducerConfig { idempotence: writer.kind == Kind::Idempotent, ..ProducerConfig::default() };
    let producer = Producer::new(client, config).unwrap();
    let topic = TopicName::new(INPUT);
    for number in 0..ROUNDS * PARTITIONS as u64 {
        let (partition, value) = ((number % PARTITIONS as u64) as i32, u64::from(writer.id) << 32 | number);
        note(log, Event::Sent { producer: writer, partition, value });
        let bytes = value.to_be_bytes();
        let record = Record { partition: Some(PartitionId(partition)), ..Record::new(&topic, &bytes) };
        let delivery = producer.send(&record).await.unwrap().wait().await.expect("the broker acknowledges");
        let outcome = Outcome::Done(delivery.offset.map(|offset| offset.0));
        note(log, Event::Answered { value, outcome });
    }
}

/// Writes transactions that are all in the log when they end.
async fn write_transactions(client: &Client, writer: history::Producer, log: &Log) {
    let transactions = Some(TransactionConfig::new("script"));
    let producer =
        Producer::new(client, ProducerConfig { transactions, ..ProducerConfig::default() }).unwrap();
    producer.init_transactions().await.unwrap();
    let group = COPYING_GROUPS[0];
    let topic = TopicName::new(&output(group));
    for transaction in 0..TRANSACTIONS {
        producer.begin_transaction().unwrap();
        let mut written = Vec::new();
        for number in 0..WRITTEN_TOGETHER {
            let value = u64::from(writer.id) << 32 | transaction << 8 | number as u64;
            note(log, Event::Sent { producer: writer, partition: base(group) + number, value });
            let bytes = value.to_be_bytes();
            let record = Record { partition: Some(PartitionId(number)), ..Record::new(&topic, &bytes) };
            producer.send(&record).await.unwrap();
            written.push(value);
        }
        producer.flush().await.unwrap();
        let outcome = match transaction % 2 {
            0 => producer.commit_transaction().await.map(|()| Outcome::Done(None)),
            _ => producer.abort_transaction().await.map(|()| Outcome::Failed),
        };
        note(log, Event::Ended { values: written, outcome: outcome.expect("the transaction ends") });
    }
}

/// Reads what is left for the group, and commits what it saw.
async fn read(client: &Client, log: &Log) {
    let name = format!("readers-{READER}");
    let starts = restore(client, READER, &name, log).await.unwrap();
    let config = ConsumerConfig {
        group: Some(GroupConfig::new(&name)),
        isolation: Isolation::ReadCommitted,
        reset: Some(OffsetSpec::Earliest),
        partition_bytes_max: PARTITION_BYTES_MAX,
        // An answer is asked for when the one before it was taken, so that it cannot take its place.
        prefetch_bytes: 1,
        report_end: true,
        ..ConsumerConfig::default()
    };
    let mut consumer = Consumer::new(client, config);
    consumer.assign(&starts);
    let alone = Member { group: READER, reader: READER, log: log.clone() };
    let mut open: BTreeSet<_> = starts.into_keys().collect();
    while !open.is_empty() {
        match consumer.next().await.expect("the broker answers") {
            Polled::Records(chunk) => process(&alone, &consumer, &chunk).await,
            Polled::End { partition, .. } => drop(open.remove(&partition)),
            _ => {}
        }
    }
}
