//! The controller: decides about topics, configs, features and nodes, and writes what it decided.
//!
//! [`Machine`] decides and touches nothing, [`Driver`] carries out what it decides, [`Controller`] is how requests
//! reach it.

mod assignment;
mod brokers;
mod config_rules;
mod configs;
mod decision;
mod driver;
mod features;
mod handle;
mod internal_topics;
mod machine;
mod partition_change;
mod partitions;
mod placement;
mod reassignments;
#[cfg(test)]
mod tests;
mod topics;

pub use assignment::Assignment;
pub use brokers::Registration;
pub use configs::{ConfigChange, ConfigOperation};
pub use decision::{Decision, Refusal};
pub(crate) use driver::{Driver, random};
pub use features::{FeatureUpdate, UpgradeType};
pub(crate) use handle::ORDERS_MAX;
pub use handle::{Controller, QuorumView};
pub use internal_topics::auto_created;
pub use machine::Machine;
pub use partition_change::Election;
pub use partitions::{ElectionResults, MorePartitions, by_topic};
pub use reassignments::Reassignment;
pub use topics::{CreateTopicsReply, CreatedTopic, DeletedTopic, NewTopic, TopicRef};
