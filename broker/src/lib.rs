//! The broker: server, connections, APIs, partitions, coordinators, metadata quorum.
//!
//! Imports run one way: `api` → `partition`, `group`, `cluster`; never back. API files do not import each other.

mod api;
mod broker;
mod clock;
mod cluster;
mod connection;
mod group;
mod partition;
mod server;
mod start;
#[cfg(test)]
mod tests;

pub use broker::Broker;
