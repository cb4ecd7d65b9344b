//! Where a shard stands in its leader epoch.

use kafkactl_core::wire::ErrorCode;

/// A shard is loaded once, is active with its state `A`, and is gone for good.
pub enum Life<A> {
    Loading,
    Active(A),
    /// The log could not be read, or another broker leads.
    Gone,
}

impl<A> Life<A> {
    /// # Errors
    /// What a client is told while nobody serves: COORDINATOR_LOAD_IN_PROGRESS, then NOT_COORDINATOR.
    pub fn active(&mut self) -> Result<&mut A, ErrorCode> {
        match self {
            Self::Active(active) => Ok(active),
            Self::Loading => Err(ErrorCode::CoordinatorLoadInProgress),
            Self::Gone => Err(ErrorCode::NotCoordinator),
        }
    }
}
