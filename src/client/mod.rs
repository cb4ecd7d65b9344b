//! Talks to any Kafka cluster, Apache's 3.x and 4.x as well as ours: what the command line, the dashboard and the
//! links between brokers use. Does not know the disk.
//!
//! ```no_run
//! # async fn tour() -> Result<(), kafkactl_core::client::ClientError> {
//! use std::collections::BTreeMap;
//! use kafkactl_core::client::admin::{NewTopic, OffsetSpec};
//! use kafkactl_core::client::consumer::{Consumer, ConsumerConfig, Event, StartAt};
//! use kafkactl_core::client::producer::{Producer, ProducerConfig, Record};
//! use kafkactl_core::client::{Admin, Client, ClientConfig, Endpoint};
//! use kafkactl_core::names::{TopicName, TopicPartition};
//!
//! let client = Client::connect(ClientConfig::new(Endpoint::parse_list("localhost:9092")?)).await?;
//! let orders = TopicName::new("orders");
//!
//! let admin = Admin::new(&client);
//! let new = NewTopic { partition_count: 3, replication_factor: 1, ..NewTopic::default() };
//! for (topic, outcome) in admin.create_topics(&BTreeMap::from([(orders.clone(), new)]), false).await? {
//!     println!("{topic}: {outcome:?}");
//! }
//!
//! let producer = Producer::new(&client, ProducerConfig::default())?;
//! let receipt = producer.send(&Record { key: Some(b"k"), ..Record::new(&orders, b"v") }).await?;
//! println!("{:?}", receipt.wait().await?.offset);
//! producer.close().await?;
//!
//! let mut consumer = Consumer::new(&client, ConsumerConfig::default());
//! let first = TopicPartition::new(orders, 0);
//! consumer.assign(&BTreeMap::from([(first, StartAt::Spec(OffsetSpec::Earliest))]));
//! if let Event::Records(chunk) = consumer.next().await? {
//!     for batch in chunk.batches() {
//!         for record in batch.records()?.iter() {
//!             println!("{}", record?.offset);
//!         }
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! From below: a [`Connection`] pipelines requests to one broker in versions that both sides know; [`ClusterView`]
//! is what is believed about the cluster; [`Client`] finds brokers, keeps connections and learns; `route` sends a
//! request to whoever must answer it and decides what is tried again; [`Admin`], [`producer`] and [`consumer`] stand
//! on these. What decides (view, batching and sequences, positions, fetch sessions, membership, assignors) is pure:
//! time and randomness are arguments, and drivers beside it carry out what comes back.
//!
//! Errors are [`ClientError`]s: they name the thing, know whether another try makes sense, and carry a hint for
//! people. TLS and SASL will come in at two places: where `transport` makes the stream, and after a [`Connection`]
//! has negotiated versions.

pub mod admin;
pub mod assignor;
mod backoff;
mod cluster;
mod config;
mod connection;
pub mod consumer;
mod error;
mod found;
mod group;
pub mod producer;
mod route;
mod text;
mod transport;
mod versions;
mod view;

use std::collections::BTreeMap;

pub use admin::Admin;
use backoff::Attempt;
pub use backoff::Backoff;
pub use cluster::{Client, CoordinatorKind, Lane, Topics};
pub use config::{ClientConfig, Endpoint};
pub use connection::{Connection, IN_FLIGHT_MAX, RESPONSE_BYTES_MAX};
pub use error::ClientError;
pub use found::Found;
pub use transport::Transport;
pub use versions::Versions;
pub use view::{BrokerView, ClusterView, LeaderHint, PartitionView, Scope, TopicView};

/// One outcome per thing asked about.
pub type PerItem<K, V> = BTreeMap<K, Result<V, ClientError>>;
