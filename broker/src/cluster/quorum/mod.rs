//! The metadata quorum: who leads, and the metadata log with its snapshots.
//!
//! [`Quorum`] is the machine, [`MetadataLog`] does what it decides on disk. One voter so far; the machine counts votes
//! and offsets of any number.
//!
//! Invariants: a vote is on disk before it counts; a record is on disk before anybody hears of it; a snapshot is there
//! as a whole or not at all, and the log is never cut past the newest one.

pub mod checkpoint;
mod election;
mod error;
mod log;
mod retention;
mod state_file;
mod torn;
mod voters;

pub use election::{ElectionState, Quorum, QuorumError, ReplicaKey};
pub use error::MetadataLogError;
pub use log::{METADATA_LOG_DIR, MetadataLog};
pub use retention::StoredSnapshot;
pub use voters::{ControllerEndpoint, Voter, VoterSet};
