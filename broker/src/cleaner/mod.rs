//! Compaction of logs (E12 to E16): a pure schedule decides which log is cleaned next, the threads of the
//! [`Cleaner`] clean it. `log.cleaner.*` says how many there are and what they may use, and changes at once.

mod driver;
mod figures;
mod schedule;

pub(crate) use driver::{Cleaner, CleanerThreads};
pub use figures::{CleanerFigures, Uncleanable};
