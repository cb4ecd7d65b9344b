//! The partitions this broker hosts: logs with replica state around them.
//!
//! One lock per partition covers log and replica state and is held for microseconds; nobody holds two of them.
//! What happened is told to the watches after the lock is released.

mod append;
mod assign;
mod chores;
mod cleaning;
mod config;
mod copying;
mod data_dir;
mod error;
mod figures;
mod flusher;
mod giving_up;
mod hosted;
mod inflating;
mod moving;
mod opening;
mod partition;
mod read;
mod reading;
mod relocation;
mod replica;
mod transaction;
mod unlinks;
mod watch;

pub use append::{Acks, AppendAsk, Appended};
pub(crate) use chores::Chores;
pub use data_dir::DataDir;
pub use error::{PartitionError, rejection_code};
pub use figures::PartitionFigures;
pub(crate) use flusher::FlushThreads;
pub use hosted::Partitions;
pub use inflating::InflatingTurn;
pub(crate) use moving::{Assign, MoveThreads};
pub(crate) use opening::OpenThreads;
pub use partition::Partition;
pub use read::{Found, Isolation, OffsetQuery, ReadAsk, Reader, TimedOffset};
pub use transaction::TransactionEnd;
pub use watch::Watch;
