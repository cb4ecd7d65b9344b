//! Membership in a group of consumers: who joins, who leads, who reads what.

mod actions;
mod member;
mod membership;
mod protocol;
mod reader;
mod reporting;

pub(super) use actions::{Action, Heartbeat, Join, Joined, JoinedMember, Report, Reported, Sync, Synced};
pub(super) use member::Member;
pub(super) use membership::{Membership, MembershipConfig};
pub(super) use reporting::{Interest, ReportingConfig, ReportingMembership};
