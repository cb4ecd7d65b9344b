//! One member of a group whose coordinator assigns (KIP-848), as a pure machine: it reports to the coordinator in
//! heartbeats, is told its assignment there, and takes partitions up once the reader has given up those that go.
//!
//! Invariant: the coordinator gives a partition to somebody else only after this member has reported that it no
//! longer owns it, or has been fenced; so `owned` says what the reader may hold, not what the coordinator wants.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::actions::{Action, Report, Reported};
use super::reader::Reader;
use crate::client::{Attempt, ClientError};
use crate::names::{TopicId, TopicName, TopicPartition};
use crate::wire::ErrorCode;

#[derive(Debug, Clone)]
pub struct ReportingConfig {
    pub group_id: String,
    pub instance_id: Option<String>,
    /// Between two visits of the reader, and thus how long the group waits for this member to give up partitions.
    pub poll_interval_max: Duration,
    /// How long a static member waits for its former self to be forgotten.
    pub session_timeout: Duration,
}

/// What a member wants to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interest {
    Topics(Vec<TopicName>),
    /// An expression in the coordinator's syntax (RE2) that must match whole names.
    Pattern(String),
}

#[derive(Debug)]
pub struct ReportingMembership {
    config: ReportingConfig,
    member_id: String,
    epoch: i32,
    phase: Phase,
    interest: Option<Interest>,
    owned: BTreeSet<(TopicId, i32)>,
    /// What the coordinator wants this member to own; `None` until it has said so.
    target: Option<BTreeSet<(TopicId, i32)>>,
    names: BTreeMap<TopicId, TopicName>,
    /// What the reader has been asked to finish with.
    giving_up: Option<BTreeSet<(TopicId, i32)>>,
    /// What the coordinator surely knows; `None` when it must be told everything.
    known: Option<Known>,
    next_report: Instant,
    reader: Reader,
    /// Since when another member has had this one's instance id.
    unreleased_since: Option<Instant>,
    request: Attempt,
    resolving: Attempt,
    /// Changes with the membership's identity: answers to requests from before are void.
    token: u64,
    actions: Vec<Action>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    interest: Interest,
    /// `None` while an assignment waits to be acknowledged.
    owned: Option<BTreeSet<(TopicId, i32)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing is subscribed to yet.
    Outside,
    /// In the group, or joining it.
    Member,
    /// The reader stayed away too long: out of the group until it is back.
    Expired,
    /// Beyond repair, or left.
    Over,
}

/// Reported to join, to leave, and to leave as a static member that will be back.
const JOINING_EPOCH: i32 = 0;
const LEAVING_EPOCH: i32 = -1;
const LEAVING_STATIC_EPOCH: i32 = -2;

impl ReportingMembership {
    /// `member_id` is this member's for ever, and nobody else's.
    pub fn new(config: ReportingConfig, member_id: String, now: Instant) -> Self {
        Self {
            config,
            member_id,
            epoch: JOINING_EPOCH,
            phase: Phase::Outside,
            interest: None,
            owned: BTreeSet::new(),
            target: None,
            names: BTreeMap::new(),
            giving_up: None,
            known: None,
            next_report: now,
            reader: Reader::Away { since: now },
            unreleased_since: None,
            request: Attempt::default(),
            resolving: Attempt::default(),
            token: 0,
            actions: Vec::new(),
        }
    }

    pub fn subscribe(&mut self, interest: Interest) {
        self.interest = Some(interest);
        if self.phase == Phase::Outside {
            self.phase = Phase::Member;
        }
    }

    pub fn reader_came(&mut self) {
        self.reader = Reader::Waiting;
        if self.phase == Phase::Expired {
            self.phase = Phase::Member;
        }
    }

    pub fn reader_went(&mut self, now: Instant) {
        self.reader = Reader::Away { since: now };
    }

    /// The epoch and member id to commit with.
    pub fn identity(&self) -> (i32, String) {
        (self.epoch, self.member_id.clone())
    }

    /// What to do now. Answers are given back with the token.
    pub fn poll(&mut self, now: Instant) -> (u64, Vec<Action>) {
        self.expire_reader(now);
        if self.phase == Phase::Member {
            self.reconcile(now);
            if self.request.may_start(now) && (self.has_news() || self.next_report <= now) {
                self.report();
            }
        }
        (self.token, std::mem::take(&mut self.actions))
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        if self.phase != Phase::Member {
            return None;
        }
        let report = self.request.not_before.or(Some(self.next_report)).filter(|_| !self.request.is_out);
        let resolve = self.resolving.not_before.filter(|_| !self.resolving.is_out);
        [report, resolve, self.reader_expires()].into_iter().flatten().min()
    }

    /// Whether the coordinator must be told something before the next heartbeat is due. What is owned is reported
    /// when the reader has done all that the coordinator asked for.
    fn has_news(&self) -> bool {
        let is_settled = self.giving_up.is_none() && !self.resolving.is_out;
        match (&self.known, &self.interest) {
            (Some(known), Some(interest)) => {
                known.interest != *interest || is_settled && known.owned.as_ref() != Some(&self.owned)
            }
            _ => true,
        }
    }

    fn report(&mut self) {
        let Some(interest) = self.interest.clone() else { return };
        let is_known = |known: &Known| known.owned.as_ref() == Some(&self.owned);
        let tells_owned = self.giving_up.is_none() && !self.known.as_ref().is_some_and(is_known);
        let is_news = self.known.as_ref().is_none_or(|known| known.interest != interest);
        self.request.is_out = true;
        self.actions.push(Action::Report(Report {
            member_id: self.member_id.clone(),
            epoch: self.epoch,
            is_full: self.known.is_none(),
            interest: is_news.then(|| interest.clone()),
            owned: (self.known.is_none() || tells_owned).then(|| grouped(&self.owned)),
        }));
        let told = tells_owned.then(|| self.owned.clone());
        let owned = told.or_else(|| self.known.take().and_then(|known| known.owned));
        self.known = Some(Known { interest, owned });
    }

    pub fn reported(&mut self, now: Instant, token: u64, answer: Result<Reported, ClientError>, random: f64) {
        if token != self.token || !self.request.is_out {
            return;
        }
        self.request.is_out = false;
        let reported = match answer {
            Ok(reported) => reported,
            Err(error) => return self.refused(now, error, random),
        };
        self.request = Attempt::default();
        self.unreleased_since = None;
        self.epoch = reported.epoch;
        self.next_report = now + reported.interval;
        if let Some(member_id) = reported.member_id {
            self.member_id = member_id;
        }
        if let Some(assignment) = reported.assignment {
            self.target = Some(assignment);
            // Also what is owned already is acknowledged.
            if let Some(known) = &mut self.known {
                known.owned = None;
            }
        }
    }

    /// Gives up first what is to go; takes up the rest once that is done and the topics' names are known.
    fn reconcile(&mut self, now: Instant) {
        let (None, Some(target)) = (&self.giving_up, &self.target) else { return };
        let gone: BTreeSet<(TopicId, i32)> = self.owned.difference(target).copied().collect();
        if !gone.is_empty() {
            self.actions.push(Action::Revoke(self.named(&gone)));
            self.giving_up = Some(gone);
            return;
        }
        let is_named = |(id, _): &&(TopicId, i32)| self.names.contains_key(id);
        let added: BTreeSet<_> = target.difference(&self.owned).filter(is_named).copied().collect();
        if target.iter().any(|of| !is_named(&of)) && self.resolving.may_start(now) {
            self.resolving.is_out = true;
            self.actions.push(Action::Resolve { topics: self.wanted_names() });
        }
        if !added.is_empty() {
            self.owned.extend(&added);
            let (added, all) = (self.named(&added), self.named(&self.owned));
            self.actions.push(Action::Assign { added, all });
        }
    }

    /// Ids of topics were looked up; the names that were found.
    pub fn resolved(&mut self, now: Instant, names: BTreeMap<TopicId, TopicName>, random: f64) {
        let wanted = self.wanted_names();
        self.names.extend(names);
        self.names.retain(|id, _| wanted.contains(id));
        match self.names.len() == wanted.len() {
            true => self.resolving = Attempt::default(),
            false => self.resolving.failed(now, random),
        }
    }

    fn wanted_names(&self) -> BTreeSet<TopicId> {
        self.target.iter().flatten().chain(&self.owned).map(|(id, _)| *id).collect()
    }

    /// The reader is done with what it was asked to give up.
    pub fn gave_up(&mut self) {
        if let Some(gone) = self.giving_up.take() {
            self.owned.retain(|of| !gone.contains(of));
        }
    }

    /// A commit was refused: perhaps the group has moved on. The next report tells, and is sent at once.
    pub fn commit_refused(&mut self, now: Instant, error: &ClientError) {
        if let Some(ErrorCode::StaleMemberEpoch | ErrorCode::UnknownMemberId) = error.code() {
            self.next_report = now;
        }
    }

    fn refused(&mut self, now: Instant, error: ClientError, random: f64) {
        // The coordinator may have taken it in or not.
        self.known = None;
        match error.code() {
            Some(ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId) => self.lose(),
            Some(ErrorCode::GroupIdNotFound) if self.epoch > JOINING_EPOCH => self.lose(),
            Some(ErrorCode::UnreleasedInstanceId) => {
                let since = *self.unreleased_since.get_or_insert(now);
                match now < since + self.config.session_timeout {
                    true => self.request.failed(now, random),
                    false => self.fail(error),
                }
            }
            _ if error.is_retriable() => self.request.failed(now, random),
            _ => self.fail(error),
        }
    }

    /// The group has gone on without us; what we owned may be read by others.
    fn lose(&mut self) {
        self.token += 1;
        self.request = Attempt::default();
        self.resolving = Attempt::default();
        self.epoch = JOINING_EPOCH;
        self.known = None;
        self.target = None;
        self.giving_up = None;
        let owned = std::mem::take(&mut self.owned);
        if !owned.is_empty() {
            self.actions.push(Action::Lose(self.named(&owned)));
        }
    }

    fn fail(&mut self, error: ClientError) {
        self.lose();
        self.phase = Phase::Over;
        self.actions.push(Action::Fail(error));
    }

    fn reader_expires(&self) -> Option<Instant> {
        self.reader.expires(self.config.poll_interval_max).filter(|_| self.phase == Phase::Member)
    }

    fn expire_reader(&mut self, now: Instant) {
        if self.reader_expires().is_some_and(|at| at <= now) {
            tracing::warn!(group = %self.config.group_id, "left: the reader did not come back in time");
            self.actions.extend(self.leave_action());
            self.lose();
            self.phase = Phase::Expired;
        }
    }

    /// Ends the membership. A static member's partitions wait for it until its session ends.
    pub fn leave(&mut self) -> Option<Action> {
        let leave = self.leave_action();
        self.token += 1;
        self.phase = Phase::Over;
        leave
    }

    fn leave_action(&self) -> Option<Action> {
        let epoch = match self.config.instance_id {
            Some(_) => LEAVING_STATIC_EPOCH,
            None => LEAVING_EPOCH,
        };
        let is_member = self.phase == Phase::Member && (self.epoch > JOINING_EPOCH || self.request.is_out);
        is_member.then(|| Action::Leave { member_id: self.member_id.clone(), epoch: Some(epoch) })
    }

    fn named(&self, partitions: &BTreeSet<(TopicId, i32)>) -> Vec<TopicPartition> {
        let named =
            |(id, index): &(TopicId, i32)| Some(TopicPartition::new(self.names.get(id)?.clone(), *index));
        partitions.iter().filter_map(named).collect()
    }
}

fn grouped(partitions: &BTreeSet<(TopicId, i32)>) -> BTreeMap<TopicId, Vec<i32>> {
    let mut topics: BTreeMap<TopicId, Vec<i32>> = BTreeMap::new();
    for (id, index) in partitions {
        topics.entry(*id).or_default().push(*index);
    }
    topics
}

#[cfg(test)]
#[path = "reporting_tests.rs"]
mod tests;
