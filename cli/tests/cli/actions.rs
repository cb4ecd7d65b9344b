//! The dashboard's menu of changes on a broker of our own; `top.rs` resets a group by it.

use std::time::Duration;

use kafkactl_core::client::admin::{Election, ElectionKind};
use kafkactl_core::client::producer::{Producer, ProducerConfig, Record, TransactionConfig};
use kafkactl_core::client::{Admin, Client, ClientConfig, Endpoint};
use kafkactl_core::names::{TopicName, TopicPartition};

use crate::broker::Broker;
use crate::pty::Terminal;

const RECORDS: usize = 37;

async fn client(broker: &Broker) -> Client {
    let bootstrap = Endpoint::parse_list(broker.bootstrap()).unwrap();
    Client::connect(ClientConfig::new(bootstrap)).await.unwrap()
}

/// A producer in the middle of a transaction, all its records written.
async fn open_transaction(client: &Client) -> Producer {
    let transactions =
        TransactionConfig { timeout: Duration::from_secs(600), ..TransactionConfig::new("hangs") };
    let config = ProducerConfig { transactions: Some(transactions), ..ProducerConfig::default() };
    let producer = Producer::new(client, config).unwrap();
    producer.init_transactions().await.unwrap();
    producer.begin_transaction().unwrap();
    let topic = TopicName::new("orders");
    for _ in 0..RECORDS {
        producer.send(&Record::new(&topic, b"v")).await.unwrap();
    }
    producer.flush().await.unwrap();
    producer
}

/// The row of `orders-0` on the screen.
fn row(screen: &vt100::Screen) -> Option<String> {
    let (_, width) = screen.size();
    screen.rows(0, width.get()).find(|row| row.contains("orders-0"))
}

#[test]
fn a_transaction_is_aborted_once_its_partition_is_typed() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = runtime.block_on(client(&broker));
    let _producer = runtime.block_on(open_transaction(&client));
    let home = tempfile::tempdir().unwrap();
    let words = ["-b", broker.bootstrap(), "top", "-d", "500ms", "--allow-actions", "--filter", "orders"];
    let mut terminal = Terminal::kafkactl(home.path(), &[&words[..], &["--screen", "partitions"]].concat());
    terminal.wait_for("Partitions (");
    terminal.press("!");
    let end = RECORDS.to_string();
    let gap = |screen: &vt100::Screen| row(screen).is_some_and(|row| row.matches(&end).count() == 2);
    terminal.wait("the end and as much of a gap", gap);
    terminal.press("x");
    terminal.wait_for("abort the transaction that hangs in orders-0");
    terminal.press("Enter");
    terminal.wait_for("open since offset 0");
    // What is typed is the name of another partition, then the right one.
    terminal.send(b"orders-1\r");
    terminal.send(b"\x7f0\r");
    terminal.wait_for("is aborted");
    terminal.wait("the gap to close", |screen| !gap(screen) && row(screen).is_some());
    // The one replica leads: there is nothing to elect either.
    terminal.press("x");
    terminal.wait_for("nothing to do here");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
    let producers = broker.run(&["txn", "producers", "orders", "-o", "json"]).ok().json();
    assert_eq!(producers["items"][0]["transaction_start"], serde_json::Value::Null, "{producers}");
    let elected = runtime.block_on(async {
        let partition = TopicPartition::new("orders", 0);
        let asked = std::slice::from_ref(&partition);
        let elected = Admin::new(&client).elect_leaders(ElectionKind::Preferred, Some(asked)).await.unwrap();
        elected[&partition].clone()
    });
    assert!(matches!(elected, Ok(Election::NotNeeded)), "{elected:?}");
}
