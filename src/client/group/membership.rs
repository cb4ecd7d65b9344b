//! One member of a classic group, as a pure machine: it says what to send and what to tell the reader, and is told
//! what came back.
//!
//! Invariant: while a partition is in `owned`, no other member of this generation has it; it leaves `owned` only
//! when the reader is done with it, or when the group has given it away over our head.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::actions::{Action, Heartbeat, Join, Joined, JoinedMember, Sync, Synced};
use super::protocol::{Joining, read_assignment, read_member, write_assignment, write_subscription};
use super::reader::Reader;
use crate::client::assignor::{Assignor, RebalanceProtocol};
use crate::client::{Attempt, ClientError};
use crate::names::{TopicName, TopicPartition};
use crate::wire::ErrorCode;

#[derive(Debug, Clone)]
pub struct MembershipConfig {
    pub group_id: String,
    pub instance_id: Option<String>,
    pub assignors: Vec<Assignor>,
    pub heartbeat_interval: Duration,
    /// Between two visits of the reader, and thus how long a rebalance waits for this member.
    pub poll_interval_max: Duration,
    pub rack: Option<String>,
}

#[derive(Debug)]
pub struct Membership {
    config: MembershipConfig,
    topics: Vec<TopicName>,
    phase: Phase,
    member_id: String,
    generation: i32,
    owned: BTreeSet<TopicPartition>,
    /// What was owned before the last giving up, with its generation: for the sticky assignor.
    before: (Vec<TopicPartition>, i32),
    /// Partition counts that the last plan was made from; only a leader has them.
    planned_with: Option<BTreeMap<TopicName, i32>>,
    reader: Reader,
    next_heartbeat: Instant,
    /// Whether to join again as soon as the present step is through.
    rejoin: bool,
    request: Attempt,
    /// Changes with the membership's identity: answers to requests from before are void.
    token: u64,
    actions: Vec<Action>,
}

/// Outside ──▶ Joining ──leader──▶ Planning ──▶ Syncing ──▶ Stable ──rebalance──▶ GivingUp ──▶ Joining
///                └──────────follower─────────────▲           └──cooperative: gives up what moved──▶ GivingUp
#[derive(Debug)]
enum Phase {
    /// Not in the group, and nothing is out.
    Outside,
    /// The reader is finishing its work on partitions that are to go.
    GivingUp {
        partitions: Vec<TopicPartition>,
        then_assign: Vec<TopicPartition>,
    },
    Joining,
    /// This member leads: it needs to know how many partitions there are.
    Planning {
        assignor: Assignor,
        members: Vec<JoinedMember>,
    },
    Syncing {
        assignor: String,
        assignments: Vec<(String, Bytes)>,
    },
    Stable,
    /// The reader stayed away too long: out of the group until it is back.
    Expired,
    /// Beyond repair, or left.
    Over,
}

const NO_GENERATION: i32 = -1;

impl Membership {
    pub fn new(config: MembershipConfig, now: Instant) -> Self {
        Self {
            config,
            topics: Vec::new(),
            phase: Phase::Outside,
            member_id: String::new(),
            generation: NO_GENERATION,
            owned: BTreeSet::new(),
            before: (Vec::new(), NO_GENERATION),
            planned_with: None,
            reader: Reader::Away { since: now },
            next_heartbeat: now,
            rejoin: false,
            request: Attempt::default(),
            token: 0,
            actions: Vec::new(),
        }
    }

    /// The topics to read from now on; makes the group rebalance when they are others than before.
    pub fn subscribe(&mut self, mut topics: Vec<TopicName>) {
        topics.sort();
        topics.dedup();
        if topics != self.topics || matches!(self.phase, Phase::Outside) {
            self.topics = topics;
            self.rejoin = true;
        }
    }

    /// How many partitions topics have now: a leader whose plan was made from other numbers asks for a rebalance.
    pub fn topics_changed(&mut self, counts: &BTreeMap<TopicName, i32>) {
        let Some(planned_with) = &self.planned_with else { return };
        let is_other = |(topic, count): (&TopicName, &i32)| counts.get(topic).is_some_and(|now| now != count);
        if planned_with.iter().any(is_other) || counts.keys().any(|topic| self.is_missing(topic)) {
            self.rejoin = true;
        }
    }

    /// A topic that somebody subscribed to did not exist when the plan was made.
    fn is_missing(&self, topic: &TopicName) -> bool {
        let planned = self.planned_with.as_ref().is_some_and(|planned| planned.contains_key(topic));
        !planned && self.topics.binary_search(topic).is_ok()
    }

    /// The reader waits for records.
    pub fn reader_came(&mut self) {
        self.reader = Reader::Waiting;
        if let Phase::Expired = self.phase {
            self.phase = Phase::Outside;
            self.rejoin = true;
        }
    }

    /// The reader has got something to do.
    pub fn reader_went(&mut self, now: Instant) {
        self.reader = Reader::Away { since: now };
    }

    /// The generation and member id to commit with, while there are any.
    pub fn identity(&self) -> (i32, String) {
        (self.generation, self.member_id.clone())
    }

    /// What to do now. Answers are given back with the token.
    pub fn poll(&mut self, now: Instant) -> (u64, Vec<Action>) {
        self.expire_reader(now);
        if self.request.may_start(now) {
            self.step(now);
        }
        (self.token, std::mem::take(&mut self.actions))
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        let retry = self.request.not_before;
        let heartbeat =
            matches!(self.phase, Phase::Stable | Phase::GivingUp { .. }).then_some(self.next_heartbeat);
        let request = match self.request.is_out {
            true => None,
            false => retry.or(heartbeat),
        };
        request.into_iter().chain(self.reader_expires()).min()
    }

    fn reader_expires(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Outside | Phase::Expired | Phase::Over => None,
            _ => self.reader.expires(self.config.poll_interval_max),
        }
    }

    fn step(&mut self, now: Instant) {
        match &self.phase {
            Phase::Outside | Phase::Stable if self.rejoin => self.prepare_join(),
            Phase::Joining => self.send_join(),
            Phase::Planning { .. } => self.ask_plan(),
            Phase::Syncing { assignor, assignments } => {
                let sync = Sync {
                    member_id: self.member_id.clone(),
                    generation: self.generation,
                    assignor: assignor.clone(),
                    assignments: assignments.clone(),
                };
                self.send(Action::Sync(sync));
            }
            // Also while the reader gives up partitions, which may take longer than the session.
            Phase::Stable | Phase::GivingUp { .. } if self.next_heartbeat <= now => {
                let heartbeat = Heartbeat { member_id: self.member_id.clone(), generation: self.generation };
                self.send(Action::Heartbeat(heartbeat));
            }
            _ => {}
        }
    }

    fn send(&mut self, action: Action) {
        self.request.is_out = true;
        self.actions.push(action);
    }

    /// Under the eager protocol everything is given up before joining, under the cooperative one only what is no
    /// longer subscribed to.
    fn prepare_join(&mut self) {
        self.rejoin = false;
        let goes = |partition: &&TopicPartition| match self.protocol() {
            RebalanceProtocol::Eager => true,
            RebalanceProtocol::Cooperative => self.topics.binary_search(&partition.topic).is_err(),
        };
        let partitions: Vec<TopicPartition> = self.owned.iter().filter(goes).cloned().collect();
        if self.protocol() == RebalanceProtocol::Eager && !self.owned.is_empty() {
            self.before = (self.owned.iter().cloned().collect(), self.generation);
        }
        if partitions.is_empty() {
            self.phase = Phase::Joining;
            self.send_join();
        } else {
            self.rejoin = true;
            self.give_up(partitions, Vec::new());
        }
    }

    fn give_up(&mut self, partitions: Vec<TopicPartition>, then_assign: Vec<TopicPartition>) {
        self.actions.push(Action::Revoke(partitions.clone()));
        self.phase = Phase::GivingUp { partitions, then_assign };
    }

    /// The reader is done with what it was asked to give up.
    pub fn gave_up(&mut self) {
        let phase = std::mem::replace(&mut self.phase, Phase::Stable);
        let Phase::GivingUp { partitions, then_assign } = phase else {
            self.phase = phase;
            return;
        };
        self.owned.retain(|partition| !partitions.contains(partition));
        if !then_assign.is_empty() {
            self.assign(then_assign);
        }
        self.rejoin = true;
    }

    fn send_join(&mut self) {
        let owned: Vec<TopicPartition> = self.owned.iter().cloned().collect();
        let (before, generation) = match self.protocol() {
            RebalanceProtocol::Eager => (self.before.0.as_slice(), self.before.1),
            RebalanceProtocol::Cooperative => (owned.as_slice(), self.generation),
        };
        let rack = self.config.rack.as_deref();
        let joining = Joining { topics: &self.topics, owned: &owned, before, generation, rack };
        let protocols: Result<Vec<_>, ClientError> = self
            .config
            .assignors
            .iter()
            .map(|assignor| Ok((assignor.name(), write_subscription(*assignor, joining)?)))
            .collect();
        match protocols {
            Ok(protocols) => self.send(Action::Join(Join { member_id: self.member_id.clone(), protocols })),
            Err(error) => self.fail(error),
        }
    }

    pub fn joined(&mut self, now: Instant, token: u64, answer: Result<Joined, ClientError>, random: f64) {
        if !self.answers(token) || !matches!(self.phase, Phase::Joining) {
            return;
        }
        let joined = match answer {
            Ok(joined) => joined,
            Err(error) => return self.refused(now, error, random),
        };
        self.request = Attempt::default();
        self.member_id = joined.member_id;
        self.generation = joined.generation;
        self.planned_with = None;
        let leads = joined.leader == self.member_id;
        let assignor = Assignor::from_name(&joined.assignor);
        self.phase = match assignor.filter(|assignor| self.config.assignors.contains(assignor)) {
            None => {
                let reason =
                    format!("the group chose the assignor \"{}\", which was not offered", joined.assignor);
                return self.fail(ClientError::Invalid { what: self.group(), reason });
            }
            Some(assignor) if leads && !joined.skip_assignment => {
                Phase::Planning { assignor, members: joined.members }
            }
            Some(_) => Phase::Syncing { assignor: joined.assignor, assignments: Vec::new() },
        };
    }

    /// A join was answered with MEMBER_ID_REQUIRED (KIP-394).
    pub fn named(&mut self, token: u64, member_id: String) {
        if self.answers(token) {
            self.member_id = member_id;
        }
    }

    /// Whether an answer is still of interest; it ends the request that is out.
    fn answers(&mut self, token: u64) -> bool {
        if token == self.token {
            self.request.is_out = false;
        }
        token == self.token
    }

    fn ask_plan(&mut self) {
        let Phase::Planning { assignor, members } = &self.phase else { return };
        let mut topics: BTreeSet<TopicName> = BTreeSet::new();
        for member in members {
            match read_member(*assignor, &member.id, member.instance_id.as_deref(), &member.metadata) {
                Ok(member) => topics.extend(member.topics),
                Err(error) => return self.fail(error),
            }
        }
        self.send(Action::Plan { topics });
    }

    /// Partition counts of the topics that exist among those asked for.
    pub fn planned(
        &mut self,
        now: Instant,
        token: u64,
        counts: Result<BTreeMap<TopicName, i32>, ClientError>,
        random: f64,
    ) {
        if !self.answers(token) {
            return;
        }
        let Phase::Planning { assignor, members } = &self.phase else { return };
        let counts = match counts {
            Ok(counts) => counts,
            Err(error) => return self.refused(now, error, random),
        };
        self.request = Attempt::default();
        let read: Result<Vec<_>, ClientError> = members
            .iter()
            .map(|member| read_member(*assignor, &member.id, member.instance_id.as_deref(), &member.metadata))
            .collect();
        let plan = read.map(|members| assignor.assign(&members, &counts)).and_then(|plan| {
            let written = plan.into_iter().map(|(id, partitions)| Ok((id, write_assignment(&partitions)?)));
            written.collect::<Result<Vec<_>, ClientError>>()
        });
        match plan {
            Ok(assignments) => {
                self.phase = Phase::Syncing { assignor: assignor.name().to_owned(), assignments };
                self.planned_with = Some(counts);
            }
            Err(error) => self.fail(error),
        }
    }

    pub fn synced(&mut self, now: Instant, token: u64, answer: Result<Synced, ClientError>, random: f64) {
        if !self.answers(token) || !matches!(self.phase, Phase::Syncing { .. }) {
            return;
        }
        let assigned = match answer.and_then(|bytes| read_assignment(&bytes)) {
            Ok(assigned) => assigned,
            Err(error) => return self.refused(now, error, random),
        };
        self.request = Attempt::default();
        self.phase = Phase::Stable;
        self.next_heartbeat = now + self.config.heartbeat_interval;
        let gone: Vec<TopicPartition> =
            self.owned.iter().filter(|owned| !assigned.contains(owned)).cloned().collect();
        if gone.is_empty() {
            self.assign(assigned);
        } else {
            self.give_up(gone, assigned);
        }
    }

    fn assign(&mut self, all: Vec<TopicPartition>) {
        let added = all.iter().filter(|partition| !self.owned.contains(partition)).cloned().collect();
        self.owned = all.iter().cloned().collect();
        self.actions.push(Action::Assign { added, all });
    }

    pub fn heartbeat_answered(
        &mut self,
        now: Instant,
        token: u64,
        answer: Result<(), ClientError>,
        random: f64,
    ) {
        if !self.answers(token) || !matches!(self.phase, Phase::Stable | Phase::GivingUp { .. }) {
            return;
        }
        self.next_heartbeat = now + self.config.heartbeat_interval;
        match answer {
            Ok(()) => self.request = Attempt::default(),
            Err(error) => self.refused(now, error, random),
        }
    }

    /// A commit was refused: perhaps the group has moved on. The next heartbeat tells, and is sent at once.
    pub fn commit_refused(&mut self, now: Instant, error: &ClientError) {
        match error.code() {
            Some(ErrorCode::RebalanceInProgress) if matches!(self.phase, Phase::Stable) => self.rejoin = true,
            Some(ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration | ErrorCode::FencedInstanceId) => {
                self.next_heartbeat = now;
            }
            _ => {}
        }
    }

    /// What a coordinator's no means for a member.
    fn refused(&mut self, now: Instant, error: ClientError, random: f64) {
        match error.code() {
            Some(ErrorCode::RebalanceInProgress) => {
                self.request = Attempt::default();
                self.rejoin = true;
                // Whoever is giving up partitions joins when that is done.
                if !matches!(self.phase, Phase::GivingUp { .. }) {
                    self.phase = Phase::Stable;
                }
            }
            Some(ErrorCode::IllegalGeneration) => self.lose(),
            Some(ErrorCode::UnknownMemberId) => {
                self.member_id.clear();
                self.lose();
            }
            _ if error.is_retriable() => self.request.failed(now, random),
            _ => self.fail(error),
        }
    }

    /// The group has gone on without us; what we owned may be read by others.
    fn lose(&mut self) {
        self.token += 1;
        self.request = Attempt::default();
        self.generation = NO_GENERATION;
        self.planned_with = None;
        self.rejoin = true;
        self.phase = Phase::Outside;
        if !self.owned.is_empty() {
            self.before = (Vec::new(), NO_GENERATION);
            let owned = std::mem::take(&mut self.owned);
            self.actions.push(Action::Lose(owned.into_iter().collect()));
        }
    }

    fn fail(&mut self, error: ClientError) {
        self.lose();
        self.phase = Phase::Over;
        self.actions.push(Action::Fail(error));
    }

    fn expire_reader(&mut self, now: Instant) {
        if self.reader_expires().is_some_and(|at| at <= now) {
            tracing::warn!(group = %self.config.group_id, "left: the reader did not come back in time");
            self.actions.extend(self.leave_action());
            self.lose();
            self.phase = Phase::Expired;
            self.member_id.clear();
        }
    }

    /// Ends the membership. Static members stay in the group, for their partitions to wait for them (KIP-345).
    pub fn leave(&mut self) -> Option<Action> {
        let leave = self.leave_action();
        self.token += 1;
        self.phase = Phase::Over;
        leave
    }

    fn leave_action(&self) -> Option<Action> {
        let is_known = !self.member_id.is_empty() && self.config.instance_id.is_none();
        is_known.then(|| Action::Leave { member_id: self.member_id.clone(), epoch: None })
    }

    /// Members that could read eagerly must, for all must give up alike.
    fn protocol(&self) -> RebalanceProtocol {
        let is_cooperative = |assignor: &Assignor| assignor.protocol() == RebalanceProtocol::Cooperative;
        match self.config.assignors.iter().all(is_cooperative) {
            true => RebalanceProtocol::Cooperative,
            false => RebalanceProtocol::Eager,
        }
    }

    fn group(&self) -> String {
        format!("group \"{}\"", self.config.group_id)
    }
}

#[cfg(test)]
#[path = "membership_tests.rs"]
mod tests;
