//! Where a consumer stands in each of its partitions, and what to ask of whom next. A pure machine.
//!
//! A partition has two positions: `fetch_at`, up to which records are here or on their way, and `taken`, up to which
//! the reader has them. What has been taken counts as processed once the reader comes back for more.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::chunk::{Marks, PartitionRecords};
use super::session::Wanted;
use super::{ConsumerConfig, Event, StartAt};
use crate::client::admin::{CommittedOffset, EpochEnd, Isolation, ListedOffset, OffsetSpec};
use crate::client::{Attempt, ClientError, ClusterView};
use crate::names::{BrokerId, LeaderEpoch, Offset, TopicId, TopicName, TopicPartition};
use crate::wire::ErrorCode;

#[derive(Debug)]
pub(super) struct Machine {
    config: ConsumerConfig,
    /// How long another replica than the leader is read from before the leader is asked again (KIP-392).
    preferred_for: Duration,
    partitions: BTreeMap<TopicPartition, Partition>,
    brokers: HashMap<BrokerId, Broker>,
    /// In the order of arrival.
    ready: VecDeque<Ready>,
    errors_waiting: usize,
    /// Ends that were reached by what was taken or by fetching nothing.
    ends: VecDeque<(TopicPartition, Offset)>,
    last_taken: Option<TopicPartition>,
    stale: BTreeSet<TopicName>,
    refresh: Attempt,
    next_token: u64,
}

#[derive(Debug)]
struct Partition {
    phase: Phase,
    fetch_at: Offset,
    /// Under which the record before `fetch_at` was written; -1 when unknown.
    fetch_epoch: LeaderEpoch,
    /// The leader epoch under which `fetch_at` is known to be right.
    valid_under: LeaderEpoch,
    taken: Position,
    processed: Position,
    paused: bool,
    marks: Option<Marks>,
    preferred: Option<(BrokerId, Instant)>,
    attempt: Attempt,
    /// Changes whenever the reader moves the partition: answers to older questions are void.
    token: u64,
    end_told: Option<Offset>,
}

/// An offset and the epoch of the record before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// `None` until it is known where the partition starts.
    pub offset: Option<Offset>,
    pub leader_epoch: LeaderEpoch,
}

/// AwaitCommitted ──none──▶ AwaitReset ──▶ Fetching ◀──▶ Validating
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    AwaitCommitted,
    AwaitReset(OffsetSpec),
    /// The leader has changed: are the records before `fetch_at` still there? (KIP-320)
    Validating,
    Fetching,
    /// Until the reader moves it.
    Failed,
}

#[derive(Debug, Default)]
struct Broker {
    attempt: Attempt,
    buffered_bytes: usize,
}

/// What waits for the reader.
#[derive(Debug)]
enum Ready {
    /// With the broker they came from.
    Records(BrokerId, PartitionRecords),
    Error(ClientError),
}

/// More errors than this that nobody has read yet are only logged.
const ERRORS_WAITING_MAX: usize = 16;

/// What the driver shall ask.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub fetches: Vec<(BrokerId, BTreeMap<TopicPartition, Wanted>)>,
    pub committed: Vec<(TopicPartition, u64)>,
    pub resets: Vec<(TopicPartition, OffsetSpec, u64)>,
    pub validations: Vec<(TopicPartition, LeaderEpoch, u64)>,
    pub refresh: Vec<TopicName>,
    pub next_deadline: Option<Instant>,
}

/// A fetch's answer about one partition.
#[derive(Debug)]
pub(super) struct Fetched {
    pub partition: TopicPartition,
    /// That was asked for.
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
    pub outcome: Result<FetchedData, ClientError>,
}

#[derive(Debug)]
pub(super) struct FetchedData {
    pub marks: Marks,
    pub preferred_replica: Option<BrokerId>,
    pub records: Option<PartitionRecords>,
}

impl Machine {
    pub fn new(config: ConsumerConfig, preferred_for: Duration) -> Self {
        Self {
            config,
            preferred_for,
            partitions: BTreeMap::new(),
            brokers: HashMap::new(),
            ready: VecDeque::new(),
            errors_waiting: 0,
            ends: VecDeque::new(),
            last_taken: None,
            stale: BTreeSet::new(),
            refresh: Attempt::default(),
            next_token: 0,
        }
    }

    /// Makes `starts` the whole assignment; partitions that stay keep their position.
    pub fn assign(&mut self, starts: &BTreeMap<TopicPartition, StartAt>) {
        self.partitions.retain(|partition, _| starts.contains_key(partition));
        self.drop_ready(|partition| !starts.contains_key(partition));
        for (partition, start) in starts {
            if !self.partitions.contains_key(partition) {
                let token = self.token();
                self.partitions.insert(partition.clone(), Partition::starting_at(*start, token));
            }
        }
    }

    /// Moves a partition. `false` when it is not assigned.
    pub fn seek(&mut self, partition: &TopicPartition, start: StartAt) -> bool {
        let token = self.token();
        let Some(state) = self.partitions.get_mut(partition) else { return false };
        *state =
            Partition { paused: state.paused, marks: state.marks, ..Partition::starting_at(start, token) };
        self.drop_ready(|ready| ready == partition);
        true
    }

    /// Stops or resumes a partition; what is buffered of a stopped one is dropped and fetched again later.
    pub fn set_paused(&mut self, partition: &TopicPartition, paused: bool) -> bool {
        let Some(state) = self.partitions.get_mut(partition) else { return false };
        state.paused = paused;
        if paused {
            state.rewind();
            self.drop_ready(|ready| ready == partition);
        }
        true
    }

    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.partitions.keys().cloned().collect()
    }

    pub fn position(&self, partition: &TopicPartition) -> Option<Position> {
        self.partitions.get(partition).map(|state| state.taken)
    }

    /// High watermark, last stable offset and log start, as the last fetch told.
    pub fn marks(&self, partition: &TopicPartition) -> Option<Marks> {
        self.partitions.get(partition)?.marks
    }

    /// What to commit: positions that were taken, or those that were surely processed.
    pub fn positions(&self, processed_only: bool) -> BTreeMap<TopicPartition, CommittedOffset> {
        let position = |state: &Partition| if processed_only { state.processed } else { state.taken };
        let committed = |(partition, state): (&TopicPartition, &Partition)| {
            let Position { offset, leader_epoch } = position(state);
            Some((
                partition.clone(),
                CommittedOffset { offset: offset?, leader_epoch, metadata: String::new() },
            ))
        };
        self.partitions.iter().filter_map(committed).collect()
    }

    /// The reader is back: what it took before is processed.
    pub fn processed(&mut self) {
        if let Some(state) = self.last_taken.take().and_then(|partition| self.partitions.get_mut(&partition))
        {
            state.processed = state.taken;
        }
    }

    /// What comes next for the reader.
    pub fn take(&mut self) -> Option<Result<Event, ClientError>> {
        loop {
            if let Some((partition, offset)) = self.ends.pop_front() {
                return Some(Ok(Event::End { partition, offset }));
            }
            let (broker, records) = match self.ready.pop_front()? {
                Ready::Records(broker, records) => (broker, records),
                Ready::Error(error) => {
                    self.errors_waiting -= 1;
                    return Some(Err(error));
                }
            };
            self.release(broker, &records);
            let Some(state) = self.partitions.get_mut(&records.partition) else { continue };
            state.taken = Position { offset: Some(records.next_offset), leader_epoch: records.leader_epoch };
            if records.is_empty() {
                state.processed = state.taken;
            }
            self.note_end(&records.partition);
            if !records.is_empty() {
                self.last_taken = Some(records.partition.clone());
                return Some(Ok(Event::Records(records)));
            }
        }
    }

    pub fn poll(&mut self, now: Instant, view: &ClusterView) -> Plan {
        let mut plan = Plan::default();
        let mut wanted: BTreeMap<BrokerId, BTreeMap<TopicPartition, Wanted>> = BTreeMap::new();
        for (partition, state) in &mut self.partitions {
            if !state.attempt.may_start(now) {
                continue;
            }
            match state.phase {
                Phase::AwaitCommitted => plan.committed.push((partition.clone(), state.token)),
                Phase::AwaitReset(spec) => plan.resets.push((partition.clone(), spec, state.token)),
                Phase::Failed => continue,
                Phase::Validating => {
                    plan.validations.push((partition.clone(), state.fetch_epoch, state.token))
                }
                Phase::Fetching => {
                    let Ok((leader, leader_epoch)) = view.leader(partition) else {
                        self.stale.insert(partition.topic.clone());
                        continue;
                    };
                    if state.fetch_epoch.0 >= 0 && leader_epoch > state.valid_under {
                        state.phase = Phase::Validating;
                        plan.validations.push((partition.clone(), state.fetch_epoch, state.token));
                    } else if !state.paused {
                        let source = state.source(now, leader, view);
                        let topic_id =
                            view.topic(partition.topic.as_str()).map_or(TopicId::ZERO, |topic| topic.id);
                        let want = Wanted {
                            topic_id,
                            offset: state.fetch_at,
                            leader_epoch,
                            bytes_max: self.config.partition_bytes_max,
                            token: state.token,
                        };
                        wanted.entry(source).or_default().insert(partition.clone(), want);
                        continue;
                    } else {
                        continue;
                    }
                }
            }
            state.attempt.is_out = true;
        }
        for (broker, partitions) in wanted {
            let state = self.brokers.entry(broker).or_default();
            if state.attempt.may_start(now) && state.buffered_bytes < self.config.prefetch_bytes {
                state.attempt.is_out = true;
                plan.fetches.push((broker, partitions));
            }
        }
        if !self.stale.is_empty() && self.refresh.may_start(now) {
            self.refresh.is_out = true;
            plan.refresh = self.stale.iter().cloned().collect();
        }
        plan.next_deadline = self.next_deadline(now);
        plan
    }

    fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let partitions = self.partitions.values().map(|state| state.attempt);
        let brokers = self.brokers.values().map(|broker| broker.attempt);
        let refresh = (!self.stale.is_empty()).then_some(self.refresh);
        partitions
            .chain(brokers)
            .chain(refresh)
            .filter(|attempt| !attempt.is_out)
            .filter_map(|attempt| attempt.not_before)
            .filter(|at| *at > now)
            .min()
    }

    /// The fetch from `broker` is over.
    pub fn fetched(
        &mut self,
        now: Instant,
        broker: BrokerId,
        answer: Result<Vec<Fetched>, ClientError>,
        random: f64,
    ) {
        let state = self.brokers.entry(broker).or_default();
        match answer {
            Ok(partitions) => {
                state.attempt = Attempt::default();
                for fetched in partitions {
                    self.partition_fetched(now, broker, fetched, random);
                }
            }
            Err(error) => {
                state.attempt.failed(now, random);
                tracing::debug!(%broker, %error, "fetch failed");
                // Perhaps others lead now; and whoever was preferred to the leader is preferred no longer.
                for (partition, state) in &mut self.partitions {
                    state.preferred = state.preferred.filter(|(preferred, _)| *preferred != broker);
                    self.stale.insert(partition.topic.clone());
                }
                if !error.is_retriable() {
                    self.tell(error);
                }
            }
        }
    }

    fn partition_fetched(&mut self, now: Instant, broker: BrokerId, fetched: Fetched, random: f64) {
        let Some(state) = self.partitions.get_mut(&fetched.partition) else { return };
        if state.phase != Phase::Fetching || state.paused || state.fetch_at != fetched.offset {
            return;
        }
        match fetched.outcome {
            Ok(data) => {
                state.marks = Some(data.marks);
                state.attempt = Attempt::default();
                if let Some(preferred) = data.preferred_replica {
                    state.preferred = Some((preferred, now + self.preferred_for));
                }
                state.valid_under = state.valid_under.max(fetched.leader_epoch);
                match data.records {
                    Some(records) => {
                        state.fetch_at = records.next_offset;
                        state.fetch_epoch = records.leader_epoch;
                        self.brokers.entry(broker).or_default().buffered_bytes += records.size_bytes();
                        self.ready.push_back(Ready::Records(broker, records));
                    }
                    None => self.note_end(&fetched.partition),
                }
            }
            Err(error) => {
                let from_preferred = state.preferred.take().is_some_and(|(preferred, _)| preferred == broker);
                state.attempt.failed(now, random);
                match error.code() {
                    // A follower may lag behind; only the leader's word counts.
                    Some(ErrorCode::OffsetOutOfRange) if from_preferred => {}
                    Some(ErrorCode::OffsetOutOfRange) => self.reset(&fetched.partition),
                    // Kafka calls it retriable, yet the same bytes would come again.
                    Some(code) if code != ErrorCode::CorruptMessage && error.is_retriable() => {
                        self.stale.insert(fetched.partition.topic.clone());
                    }
                    Some(ErrorCode::UnknownServerError) => {}
                    _ => self.tell(error),
                }
            }
        }
    }

    pub fn committed_found(
        &mut self,
        now: Instant,
        partition: &TopicPartition,
        token: u64,
        found: Result<Option<CommittedOffset>, ClientError>,
        random: f64,
    ) {
        let Some(state) = self.asked(partition, token, |phase| phase == Phase::AwaitCommitted) else {
            return;
        };
        match found {
            Ok(Some(committed)) => state.move_to(committed.offset, committed.leader_epoch),
            Ok(None) => self.reset(partition),
            Err(error) => self.lookup_failed(now, partition, error, random),
        }
    }

    pub fn reset_found(
        &mut self,
        now: Instant,
        partition: &TopicPartition,
        token: u64,
        found: Result<ListedOffset, ClientError>,
        random: f64,
    ) {
        let Some(state) = self.asked(partition, token, |phase| matches!(phase, Phase::AwaitReset(_))) else {
            return;
        };
        match found {
            Ok(ListedOffset { offset: Some(offset), leader_epoch, .. }) => {
                state.move_to(offset, leader_epoch);
                state.valid_under = leader_epoch;
            }
            // No record that late: go on with what comes.
            Ok(ListedOffset { offset: None, .. }) if state.phase != Phase::AwaitReset(OffsetSpec::Latest) => {
                state.phase = Phase::AwaitReset(OffsetSpec::Latest);
            }
            Ok(ListedOffset { offset: None, .. }) => {
                let error =
                    ClientError::refused(format!("end of {partition}"), ErrorCode::OffsetNotAvailable, None);
                self.lookup_failed(now, partition, error, random);
            }
            Err(error) => self.lookup_failed(now, partition, error, random),
        }
    }

    /// `asked_under` is the leader epoch when the question was asked.
    pub fn validated(
        &mut self,
        now: Instant,
        partition: &TopicPartition,
        token: u64,
        asked_under: LeaderEpoch,
        found: Result<EpochEnd, ClientError>,
        random: f64,
    ) {
        let reset = self.config.reset;
        let Some(state) = self.asked(partition, token, |phase| phase == Phase::Validating) else { return };
        match found {
            // The leader knows of no such epoch: nothing can be concluded (J36).
            Ok(end) if end.leader_epoch.0 < 0 || end.end_offset.0 < 0 => state.validate(asked_under),
            Ok(end) if end.end_offset < state.fetch_at => {
                tracing::warn!(%partition, from = %state.fetch_at, to = %end.end_offset, "the log was truncated");
                match reset {
                    Some(_) => {
                        let token = self.token();
                        self.drop_ready(|ready| ready == partition);
                        if let Some(state) = self.partitions.get_mut(partition) {
                            state.token = token;
                            state.move_to(end.end_offset, end.leader_epoch);
                            state.valid_under = asked_under;
                        }
                    }
                    None => {
                        let offset = state.fetch_at;
                        self.fail(partition, offset);
                    }
                }
            }
            Ok(_) => state.validate(asked_under),
            Err(ClientError::Unsupported { .. }) => state.validate(asked_under),
            Err(error) => self.lookup_failed(now, partition, error, random),
        }
    }

    pub fn refreshed(&mut self, now: Instant, learned: bool, random: f64) {
        if learned {
            self.stale.clear();
            self.refresh.failures = 0;
        }
        // Also after success: what is still without a leader would ask again at once.
        self.refresh.failed(now, random);
    }

    /// The state of a partition that `token`'s question was about, if it still waits for the answer.
    fn asked(
        &mut self,
        partition: &TopicPartition,
        token: u64,
        waits: impl Fn(Phase) -> bool,
    ) -> Option<&mut Partition> {
        let state = self.partitions.get_mut(partition)?;
        if state.token != token || !waits(state.phase) {
            return None;
        }
        state.attempt.is_out = false;
        Some(state)
    }

    fn lookup_failed(&mut self, now: Instant, partition: &TopicPartition, error: ClientError, random: f64) {
        let Some(state) = self.partitions.get_mut(partition) else { return };
        state.attempt.failed(now, random);
        // A deadline comes after many tries: the reader should hear of it.
        if !error.is_retriable() {
            self.tell(error);
        }
    }

    /// By the rule for offsets that do not exist.
    fn reset(&mut self, partition: &TopicPartition) {
        let token = self.token();
        let reset = self.config.reset;
        let Some(state) = self.partitions.get_mut(partition) else { return };
        match reset {
            Some(spec) => {
                *state = Partition {
                    paused: state.paused,
                    marks: state.marks,
                    ..Partition::starting_at(StartAt::Spec(spec), token)
                };
                self.drop_ready(|ready| ready == partition);
            }
            None => {
                let offset = state.fetch_at;
                self.fail(partition, offset);
            }
        }
    }

    fn fail(&mut self, partition: &TopicPartition, offset: Offset) {
        if let Some(state) = self.partitions.get_mut(partition) {
            state.phase = Phase::Failed;
        }
        let error = ClientError::NoResetPolicy { partition: partition.clone(), offset: offset.0 };
        self.tell(error);
    }

    fn note_end(&mut self, partition: &TopicPartition) {
        let Some(state) = self.partitions.get_mut(partition) else { return };
        let (Some(marks), Some(taken)) = (state.marks, state.taken.offset) else { return };
        let end = match self.config.isolation {
            Isolation::ReadUncommitted => marks.high_watermark,
            Isolation::ReadCommitted => marks.last_stable_offset,
        };
        let is_news = taken >= end && state.end_told != Some(taken);
        if self.config.report_end && is_news && taken == state.fetch_at {
            state.end_told = Some(taken);
            self.ends.push_back((partition.clone(), taken));
        }
    }

    fn tell(&mut self, error: ClientError) {
        if self.errors_waiting == ERRORS_WAITING_MAX {
            tracing::warn!(%error, "not told to the reader, who has not read earlier errors yet");
            return;
        }
        self.errors_waiting += 1;
        self.ready.push_back(Ready::Error(error));
    }

    fn drop_ready(&mut self, doomed: impl Fn(&TopicPartition) -> bool) {
        self.ends.retain(|(partition, _)| !doomed(partition));
        for ready in std::mem::take(&mut self.ready) {
            match ready {
                Ready::Records(broker, records) if doomed(&records.partition) => {
                    self.release(broker, &records)
                }
                other => self.ready.push_back(other),
            }
        }
    }

    fn release(&mut self, broker: BrokerId, records: &PartitionRecords) {
        if let Some(broker) = self.brokers.get_mut(&broker) {
            broker.buffered_bytes = broker.buffered_bytes.saturating_sub(records.size_bytes());
        }
    }

    fn token(&mut self) -> u64 {
        self.next_token += 1;
        self.next_token
    }
}

impl Partition {
    fn starting_at(start: StartAt, token: u64) -> Self {
        let unknown = Position { offset: None, leader_epoch: LeaderEpoch::NONE };
        let mut state = Self {
            phase: Phase::AwaitCommitted,
            fetch_at: Offset(0),
            fetch_epoch: LeaderEpoch::NONE,
            valid_under: LeaderEpoch::NONE,
            taken: unknown,
            processed: unknown,
            paused: false,
            marks: None,
            preferred: None,
            attempt: Attempt::default(),
            token,
            end_told: None,
        };
        match start {
            StartAt::Committed => {}
            StartAt::Spec(spec) => state.phase = Phase::AwaitReset(spec),
            StartAt::Offset(offset) => state.move_to(offset, LeaderEpoch::NONE),
            StartAt::OffsetInEpoch(offset, epoch) => state.move_to(offset, epoch),
        }
        state
    }

    fn move_to(&mut self, offset: Offset, leader_epoch: LeaderEpoch) {
        self.phase = Phase::Fetching;
        self.fetch_at = offset;
        self.fetch_epoch = leader_epoch;
        self.valid_under = LeaderEpoch::NONE;
        self.taken = Position { offset: Some(offset), leader_epoch };
        self.processed = self.taken;
        self.attempt = Attempt::default();
        self.end_told = None;
    }

    /// Forgets what was fetched and not taken.
    fn rewind(&mut self) {
        if let Some(offset) = self.taken.offset {
            self.fetch_at = offset;
            self.fetch_epoch = self.taken.leader_epoch;
        }
    }

    fn validate(&mut self, asked_under: LeaderEpoch) {
        self.phase = Phase::Fetching;
        self.valid_under = asked_under;
        self.attempt = Attempt::default();
    }

    /// The replica to read from: a preferred one while it is known and fresh, else the leader.
    fn source(&mut self, now: Instant, leader: BrokerId, view: &ClusterView) -> BrokerId {
        self.preferred = self.preferred.filter(|(id, until)| now < *until && view.brokers.contains_key(id));
        self.preferred.map_or(leader, |(id, _)| id)
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
