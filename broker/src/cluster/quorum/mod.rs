//! The metadata quorum: who leads, and what of the metadata log is committed.

mod voters;

pub use voters::{ControllerEndpoint, Voter, VoterSet};
