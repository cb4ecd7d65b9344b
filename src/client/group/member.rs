use std::time::Instant;

use super::actions::Action;
use super::{Membership, ReportingMembership};
use crate::client::ClientError;

/// A member of a group of either protocol, as far as they are alike.
#[derive(Debug)]
pub enum Member {
    Classic(Membership),
    Reporting(ReportingMembership),
}

/// The same call of whichever it is.
macro_rules! either {
    ($self:expr, $member:ident => $call:expr) => {
        match $self {
            Member::Classic($member) => $call,
            Member::Reporting($member) => $call,
        }
    };
}

impl Member {
    pub fn reader_came(&mut self) {
        either!(self, member => member.reader_came());
    }

    pub fn reader_went(&mut self, now: Instant) {
        either!(self, member => member.reader_went(now));
    }

    /// The generation or epoch, and the member id, to commit with.
    pub fn identity(&self) -> (i32, String) {
        either!(self, member => member.identity())
    }

    /// What to do now. Answers are given back with the token.
    pub fn poll(&mut self, now: Instant) -> (u64, Vec<Action>) {
        either!(self, member => member.poll(now))
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        either!(self, member => member.next_deadline())
    }

    /// The reader is done with what it was asked to give up.
    pub fn gave_up(&mut self) {
        either!(self, member => member.gave_up());
    }

    pub fn commit_refused(&mut self, now: Instant, error: &ClientError) {
        either!(self, member => member.commit_refused(now, error));
    }

    pub fn leave(&mut self) -> Option<Action> {
        either!(self, member => member.leave())
    }
}
