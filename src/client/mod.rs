//! Talks to any Kafka cluster: connections, cluster view, admin, producer, consumer.

pub mod assignor;
mod backoff;
pub mod producer;

pub use backoff::Backoff;
