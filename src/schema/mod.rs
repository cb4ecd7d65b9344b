//! Kafka's stored records: metadata log, control records, `__consumer_offsets`, `__transaction_state`, share state.
//!
//! Every message of Kafka's schema language, stored or sent, is read and written with the primitives of [`codec`];
//! [`wire`](crate::wire) builds on them too.

pub mod codec;
mod error;

pub use error::SchemaError;
