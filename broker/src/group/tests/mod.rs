//! The machine, driven by hand: one door for all tests.

mod classic;
mod consumer;
mod crowds;
mod driver;
mod golden;
mod offsets;
mod random;
mod static_members;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kafkactl_core::names::{LeaderEpoch, Offset, PartitionId, ProducerId, TopicId, TopicName};
use kafkactl_core::settings::{BrokerSettings, GroupSettings, Properties};
use kafkactl_core::wire::ErrorCode;

use super::classic::*;
use super::commits::*;
use super::consumer::RegexJob;
use super::names::{GroupId, InstanceId, MemberId};
use super::record::GroupRecord;
use super::shard::Shard;
use super::turn::{Answer, Effects, Metadata, Now, OnSuccess, Ticket, Turn};
use crate::coordinator::partition_of;
use crate::regexes::Regexes;

/// A shard with its log in memory and a clock that tests move.
struct Bench {
    shard: Shard,
    settings: GroupSettings,
    metadata: Metadata,
    now: Now,
    log: Vec<(ProducerId, GroupRecord)>,
    answers: HashMap<Ticket, Answer>,
    tickets: u64,
    /// The next append fails with this.
    fails: Option<ErrorCode>,
    /// Expressions that groups want looked at.
    regex_jobs: Vec<RegexJob>,
    regexes: Regexes,
}

impl Bench {
    fn new() -> Self {
        Self::with(defaults())
    }

    fn with(settings: GroupSettings) -> Self {
        let now = Now { at: Instant::now(), ms: 1_000_000 };
        let mut bench = Self {
            shard: Shard::new(),
            settings,
            metadata: Metadata::default(),
            now,
            log: Vec::new(),
            answers: HashMap::new(),
            tickets: 0,
            fails: None,
            regex_jobs: Vec::new(),
            regexes: Regexes::new(1),
        };
        bench.turn(|shard, turn| shard.loaded(turn));
        bench
    }

    /// One decision as the driver carries it out.
    fn turn<R>(&mut self, act: impl FnOnce(&mut Shard, &mut Turn<'_>) -> R) -> R {
        let mut effects = Effects::default();
        let mut turn =
            Turn { now: self.now, settings: &self.settings, metadata: &self.metadata, effects: &mut effects };
        let result = act(&mut self.shard, &mut turn);
        // Looked at whatever becomes of the records, as the driver does.
        self.regex_jobs.extend(effects.regexes.take());
        if !effects.records.is_empty()
            && let Some(error) = self.fails.take()
        {
            let failed = effects.answers.drain(..).map(|(ticket, answer)| (ticket, answer.failed(error)));
            let mut after = Effects { answers: failed.collect(), ..Effects::default() };
            let mut turn = Turn {
                now: self.now,
                settings: &self.settings,
                metadata: &self.metadata,
                effects: &mut after,
            };
            self.shard.append_failed(std::mem::take(&mut effects.on_failure), error, &mut turn);
            effects = after;
        }
        for record in effects.records {
            self.append(ProducerId::NONE, record);
        }
        for (ticket, answer) in effects.answers {
            assert!(self.answers.insert(ticket, answer).is_none(), "{ticket:?} answered twice");
        }
        self.appended(effects.on_success);
        result
    }

    fn appended(&mut self, on_success: OnSuccess) {
        if on_success != OnSuccess::Nothing {
            self.turn(|shard, turn| shard.appended(on_success, turn));
        }
    }

    fn append(&mut self, producer: ProducerId, record: GroupRecord) {
        self.shard.replay(self.now, Offset(self.log.len() as i64), producer, record.clone());
        self.log.push((producer, record));
    }

    /// A coordinator that reads the same log.
    fn failover(&mut self) {
        let mut shard = Shard::new();
        for (index, (producer, record)) in self.log.iter().enumerate() {
            shard.replay(self.now, Offset(index as i64), *producer, record.clone());
        }
        let old = std::mem::replace(&mut self.shard, shard);
        let mut effects = Effects::default();
        old.resign(&mut Turn {
            now: self.now,
            settings: &self.settings,
            metadata: &self.metadata,
            effects: &mut effects,
        });
        self.answers.extend(effects.answers);
        self.turn(|shard, turn| shard.loaded(turn));
    }

    /// Moves the clock, carrying out what falls due on the way.
    fn pass_ms(&mut self, ms: u64) {
        let until = Now { at: self.now.at + Duration::from_millis(ms), ms: self.now.ms + ms as i64 };
        while let Some(at) = self.shard.next_deadline().filter(|&at| at <= until.at) {
            let step = at.saturating_duration_since(self.now.at);
            self.now = Now { at: self.now.at + step, ms: self.now.ms + step.as_millis() as i64 };
            while self.turn(|shard, turn| shard.expire(turn)) {}
        }
        self.now = until;
    }

    fn join(&mut self, join: Join) -> Ticket {
        let ticket = self.ticket();
        let request = JoinRequest {
            group: GROUP.into(),
            member: join.member.as_str().into(),
            fresh_member: format!("{}-{}", join.instance.as_deref().unwrap_or("client"), ticket.0).into(),
            instance: join.instance.as_deref().map(InstanceId::from),
            client_id: Arc::from("client"),
            client_host: Arc::from("/127.0.0.1"),
            session_timeout_ms: join.session_ms,
            rebalance_timeout_ms: join.rebalance_ms,
            protocol_type: Arc::from(join.protocol_type),
            protocols: join.protocols,
            must_know_its_id: join.version >= 4,
            may_skip_assignment: join.version >= 9,
        };
        self.turn(|shard, turn| shard.join(request, ticket, turn));
        ticket
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    fn joined(&mut self, ticket: Ticket) -> Joined {
        self.join_reply(ticket).outcome.unwrap()
    }

    fn join_error(&mut self, ticket: Ticket) -> (String, ErrorCode) {
        let reply = self.join_reply(ticket);
        (reply.member.to_string(), reply.outcome.unwrap_err())
    }

    fn join_reply(&mut self, ticket: Ticket) -> JoinReply {
        match self.answers.remove(&ticket) {
            Some(Answer::Join(reply)) => reply,
            other => panic!("{ticket:?} has {other:?}"),
        }
    }

    fn is_parked(&self, ticket: Ticket) -> bool {
        !self.answers.contains_key(&ticket)
    }

    fn sync(&mut self, member: &str, generation: i32, assignments: &[(&str, &str)]) -> Ticket {
        let bytes = |assignment: &str| Bytes::from(assignment.to_owned());
        let assignments: Vec<_> = assignments.iter().map(|(member, text)| (*member, bytes(text))).collect();
        self.sync_bytes(member, generation, &assignments)
    }

    fn sync_bytes(&mut self, member: &str, generation: i32, assignments: &[(&str, Bytes)]) -> Ticket {
        let ticket = self.ticket();
        let request = SyncRequest {
            group: GROUP.into(),
            generation,
            member: member.into(),
            instance: None,
            protocol_type: None,
            protocol: None,
            assignments: assignments.iter().map(|(id, bytes)| (MemberId::from(*id), bytes.clone())).collect(),
        };
        self.turn(|shard, turn| shard.sync(request, ticket, turn));
        ticket
    }

    fn synced(&mut self, ticket: Ticket) -> Result<String, ErrorCode> {
        self.synced_bytes(ticket).map(|assignment| String::from_utf8(assignment.to_vec()).unwrap())
    }

    fn synced_bytes(&mut self, ticket: Ticket) -> Result<Bytes, ErrorCode> {
        match self.answers.remove(&ticket) {
            Some(Answer::Sync(reply)) => reply.map(|synced| synced.assignment),
            other => panic!("{ticket:?} has {other:?}"),
        }
    }

    fn heartbeat(&mut self, member: &str, generation: i32) -> Result<(), ErrorCode> {
        self.heartbeat_as(member, None, generation)
    }

    fn heartbeat_as(
        &mut self,
        member: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> Result<(), ErrorCode> {
        let request = HeartbeatRequest {
            group: GROUP.into(),
            generation,
            member: member.into(),
            instance: instance.map(InstanceId::from),
        };
        self.turn(|shard, turn| shard.heartbeat(&request, turn))
    }

    fn leave(&mut self, leavers: &[(&str, Option<&str>)]) -> Vec<LeaveOutcome> {
        let leavers: Vec<Leaver> = leavers
            .iter()
            .map(|(member, instance)| Leaver {
                member: (*member).into(),
                instance: instance.map(InstanceId::from),
            })
            .collect();
        self.turn(|shard, turn| shard.leave(&GROUP.into(), &leavers, turn)).unwrap()
    }

    fn commit(&mut self, commit: Commit) -> Result<Vec<Result<(), ErrorCode>>, ErrorCode> {
        let request = CommitRequest {
            group: GROUP.into(),
            epoch: commit.epoch,
            member: commit.member.into(),
            instance: None,
            knows_epochs: commit.version >= 9,
            is_transactional: commit.producer.is_some(),
            retention_ms: commit.retention_ms,
            offsets: vec![OffsetToCommit {
                topic: commit.topic.into(),
                topic_id: commit.topic_id,
                partition: PartitionId(0),
                offset: commit.offset,
                leader_epoch: LeaderEpoch::NONE,
                metadata: commit.metadata.into(),
            }],
        };
        let Some(producer) = commit.producer else {
            return self.turn(|shard, turn| shard.commit(request, turn));
        };
        let mut effects = Effects::default();
        let mut turn =
            Turn { now: self.now, settings: &self.settings, metadata: &self.metadata, effects: &mut effects };
        let outcomes = self.shard.commit(request, &mut turn);
        effects.records.into_iter().for_each(|record| self.append(producer, record));
        outcomes
    }

    /// The committed offset of partition 0; -1 if there is none.
    fn committed(&self, topic: &str) -> i64 {
        self.fetch(topic, TopicId::ZERO, false).unwrap()
    }

    fn fetch(&self, topic: &str, topic_id: TopicId, require_stable: bool) -> Result<i64, ErrorCode> {
        let topics = vec![TopicToFetch { topic: topic.into(), topic_id, partitions: vec![PartitionId(0)] }];
        let request = FetchRequest {
            group: GROUP.into(),
            member: None,
            epoch: -1,
            require_stable,
            topics: Some(topics),
        };
        let mut fetched = self.shard.fetch(&request).unwrap();
        let (_, result) = fetched.remove(0).partitions.remove(0);
        result.map(|committed| committed.map_or(-1, |committed| committed.offset))
    }

    fn clean(&mut self) {
        for id in self.shard.group_ids() {
            self.turn(|shard, turn| shard.clean(&id, turn));
        }
    }

    fn state(&self) -> &'static str {
        self.shard.describe(GROUP).map_or("Dead", |group| group.state)
    }

    /// A stable group of one.
    fn stable_one(&mut self) -> String {
        let (member, _) = self.enter(Join::new());
        self.pass_ms(3_000);
        let sync = self.sync(&member, 1, &[(&member, "all")]);
        assert_eq!(self.synced(sync), Ok("all".into()));
        member
    }

    /// Joins as clients of version 4 and later do, with MEMBER_ID_REQUIRED on the way; the join is left parked.
    fn enter(&mut self, join: Join) -> (String, Ticket) {
        let first = self.join(join.clone());
        let (member, error) = self.join_error(first);
        assert_eq!(error, ErrorCode::MemberIdRequired);
        let ticket = self.join(join.member(&member));
        (member, ticket)
    }
}

/// Kafka's defaults.
fn defaults() -> GroupSettings {
    BrokerSettings::load(&Properties::default(), &[]).unwrap().0.group
}

const GROUP: &str = "group";

#[derive(Clone)]
struct Join {
    version: i16,
    member: String,
    instance: Option<String>,
    session_ms: i32,
    rebalance_ms: i32,
    protocol_type: &'static str,
    protocols: Vec<Protocol>,
}

impl Join {
    fn new() -> Self {
        Self {
            version: 9,
            member: String::new(),
            instance: None,
            session_ms: 10_000,
            rebalance_ms: 60_000,
            protocol_type: "consumer",
            protocols: protocols(&["range"]),
        }
    }

    fn version(self, version: i16) -> Self {
        Self { version, ..self }
    }

    fn member(self, member: &str) -> Self {
        Self { member: member.to_owned(), ..self }
    }

    fn instance(self, instance: &str) -> Self {
        Self { instance: Some(instance.to_owned()), ..self }
    }

    fn protocols(self, names: &[&str]) -> Self {
        Self { protocols: protocols(names), ..self }
    }

    fn metadata(mut self, metadata: Bytes) -> Self {
        self.protocols.iter_mut().for_each(|protocol| protocol.metadata = metadata.clone());
        self
    }
}

fn protocols(names: &[&str]) -> Vec<Protocol> {
    names.iter().map(|name| Protocol { name: Arc::from(*name), metadata: subscription(&["topic"]) }).collect()
}

/// `ConsumerProtocolSubscription` version 0.
fn subscription(topics: &[&str]) -> Bytes {
    let mut bytes = vec![0, 0];
    bytes.extend((topics.len() as i32).to_be_bytes());
    for topic in topics {
        bytes.extend((topic.len() as i16).to_be_bytes());
        bytes.extend(topic.as_bytes());
    }
    bytes.extend((-1i32).to_be_bytes());
    Bytes::from(bytes)
}

#[derive(Clone)]
struct Commit {
    version: i16,
    member: String,
    epoch: i32,
    topic: &'static str,
    topic_id: TopicId,
    offset: i64,
    metadata: String,
    retention_ms: Option<i64>,
    producer: Option<ProducerId>,
}

impl Commit {
    /// Of somebody who is no member.
    fn simple(offset: i64) -> Self {
        Self {
            version: 9,
            member: String::new(),
            epoch: -1,
            topic: "topic",
            topic_id: TopicId::ZERO,
            offset,
            metadata: String::new(),
            retention_ms: None,
            producer: None,
        }
    }

    fn by(self, member: &str, epoch: i32) -> Self {
        Self { member: member.to_owned(), epoch, ..self }
    }
}

#[test]
fn groups_are_spread_as_kafka_spreads_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/hash/coordinators.tsv");
    let golden = std::fs::read_to_string(path).unwrap();
    let counts = [50, 3, 100, 1];
    for line in golden.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        for (count, expected) in counts.iter().zip(&columns[2..]) {
            assert_eq!(partition_of(columns[0], *count).to_string(), *expected, "{line}");
        }
    }
}
