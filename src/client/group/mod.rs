//! Membership in a group of classic consumers: who joins, who leads, who reads what.

mod membership;
mod protocol;

pub(super) use membership::{
    Action, Heartbeat, Join, Joined, JoinedMember, Membership, MembershipConfig, Sync, Synced,
};
