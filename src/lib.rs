//! The core that both ends of a Kafka connection, and the disk, agree on.
//!
//! Rooms, lowest first: [`names`] lies under all; [`wire`] (frames, headers, RPC bodies) and [`record`] (batches)
//! do not know each other, records travel as bytes; [`schema`] holds Kafka's stored records; [`log`] is one
//! partition on disk and knows [`record`]; [`client`] speaks to any cluster and never meets [`log`].

pub mod client;
pub mod log;
pub mod names;
pub mod record;
pub mod schema;
pub mod settings;
pub mod wire;
