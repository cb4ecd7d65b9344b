//! The transaction coordinator: who the producers of transactional ids are, which partitions their transactions touch,
//! how they end.
//!
//! [`Transactions`] is the door. Behind it a pure machine per `__transaction_state` partition ([`shard`]), a driver
//! around it ([`driver`]), which appends what was decided and replays it, and the completion of each ended transaction
//! ([`completion`]), which writes markers until all partitions have one. Does not know: requests and responses as bytes.

mod completion;
mod coordinator;
mod driver;
mod end;
mod figures;
mod init;
mod shard;
mod state;
mod stored;
#[cfg(test)]
mod tests;

pub use coordinator::{TRANSACTION_TOPIC, Transactions};
pub use end::EndRequest;
pub use init::InitRequest;
pub use shard::{Decided, ListFilter};
pub use state::{Producer, TransactionState, TransactionalId};
