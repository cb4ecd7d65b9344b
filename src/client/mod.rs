//! Talks to any Kafka cluster: connections, cluster view, admin, producer, consumer.

pub mod admin;
pub mod assignor;
mod backoff;
mod cluster;
mod config;
mod connection;
pub mod consumer;
mod error;
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
pub use transport::Transport;
pub use versions::Versions;
pub use view::{BrokerView, ClusterView, LeaderHint, PartitionView, Scope, TopicView};

/// One outcome per thing asked about.
pub type PerItem<K, V> = BTreeMap<K, Result<V, ClientError>>;
