//! Where a consumer stands in each of its partitions, and what to ask of whom next. A pure machine.
//!
//! A partition has two positions: `fetch_at`, up to which records are here or on their way, and `taken`, up to which
//! the reader has them. What has been taken counts as processed once the reader comes back for more.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::chunk::{Marks, PartitionRecords};
use super::partition::{Partition, Phase, Position, Step};
use super::session::Wanted;
use super::{ConsumerConfig, Event, StartAt};
use crate::client::admin::{CommittedOffset, Isolation, OffsetSpec};
use crate::client::{Attempt, ClientError, ClusterView};
use crate::names::{BrokerId, LeaderEpoch, Offset, TopicName, TopicPartition};
use crate::wire::ErrorCode;

#[derive(Debug)]
pub(super) struct Machine {
    pub(super) config: ConsumerConfig,
    /// How long another replica than the leader is read from before the leader is asked again (KIP-392).
    preferred_for: Duration,
    pub(super) partitions: BTreeMap<TopicPartition, Partition>,
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
            let step = state.next_step(partition, now, view);
            state.attempt.is_out = step.is_question();
            match step {
                Step::Rest => {}
                Step::FindCommitted => plan.committed.push((partition.clone(), state.token)),
                Step::Find(spec) => plan.resets.push((partition.clone(), spec, state.token)),
                Step::Validate(epoch) => plan.validations.push((partition.clone(), epoch, state.token)),
                Step::FindLeader => drop(self.stale.insert(partition.topic.clone())),
                Step::Fetch { from, topic_id, leader_epoch } => {
                    let want = Wanted {
                        topic_id,
                        offset: state.fetch_at,
                        leader_epoch,
                        bytes_max: self.config.partition_bytes_max,
                        token: state.token,
                    };
                    wanted.entry(from).or_default().insert(partition.clone(), want);
                }
            }
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

    pub fn refreshed(&mut self, now: Instant, learned: bool, random: f64) {
        if learned {
            self.stale.clear();
            self.refresh.failures = 0;
        }
        // Also after success: what is still without a leader would ask again at once.
        self.refresh.failed(now, random);
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

    pub(super) fn tell(&mut self, error: ClientError) {
        if self.errors_waiting == ERRORS_WAITING_MAX {
            tracing::warn!(%error, "not told to the reader, who has not read earlier errors yet");
            return;
        }
        self.errors_waiting += 1;
        self.ready.push_back(Ready::Error(error));
    }

    pub(super) fn drop_ready(&mut self, doomed: impl Fn(&TopicPartition) -> bool) {
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

    pub(super) fn token(&mut self) -> u64 {
        self.next_token += 1;
        self.next_token
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
