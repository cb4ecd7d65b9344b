//! The group coordinators.

// Until the driver stands, tests alone use the machine.
#![allow(dead_code)]

mod classic;
mod commits;
mod load;
mod names;
mod offsets;
mod other;
mod record;
mod shard;
mod stored;
#[cfg(test)]
mod tests;
mod turn;

/// Every group whose `__consumer_offsets` partition this broker leads.
#[derive(Debug, Default)]
pub struct Groups {}
