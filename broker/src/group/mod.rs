//! The group coordinators.

/// Every group whose `__consumer_offsets` partition this broker leads.
#[derive(Debug, Default)]
pub struct Groups {}
