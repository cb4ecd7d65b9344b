//! Membership in a group of classic consumers: who joins, who leads, who reads what.

mod actions;
mod membership;
mod protocol;

pub(super) use actions::{Action, Heartbeat, Join, Joined, JoinedMember, Sync, Synced};
pub(super) use membership::{Membership, MembershipConfig};
