//! The broker: server, connections, APIs, partitions, coordinators, metadata quorum.
//!
//! Imports run one way: `api` → `partition`, `group`, `cluster`; never back. API files do not import each other.

mod api;
mod broker;
mod cleaner;
mod clock;
mod cluster;
mod connection;
mod coordinator;
mod dir_health;
mod group;
mod log_lines;
mod loggers;
pub mod metrics;
pub mod ops;
mod partition;
mod producer_ids;
mod regexes;
mod server;
mod start;
mod telemetry;
#[cfg(test)]
mod tests;
mod threads;
mod throttle;
mod transaction;

pub use broker::Broker;
pub use cleaner::{CleanerFigures, Uncleanable};
pub use loggers::{Level, Levels, Loggers};
pub use start::{ListenAddress, RunError, RunningBroker, StartError, StartOptions, start};
pub use telemetry::Push;

/// Log directories: what they are, and how empty ones become some.
pub mod storage {
    pub use crate::cluster::features::{FEATURES, FeatureRange, MetadataVersion};
    pub use crate::cluster::format::{
        Controllers, DirectoryFacts, FormatError, FormatOptions, Formatted, directories, format_log_dirs,
        inspect_log_dirs,
    };
}
