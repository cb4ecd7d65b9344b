//! The transactions of one producer: what its coordinators are asked, in which order, and what their refusals mean
//! (Java's `TransactionManager`). A pure machine; one request is out at a time.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::time::Instant;

use super::refusal::Refusal;
use crate::client::admin::{CommittedOffset, GroupMetadata};
use crate::client::{Attempt, Backoff, ClientError};
use crate::names::{ProducerEpoch, ProducerId, TopicPartition};
use crate::wire::ErrorCode;

/// How transactions are spoken about; the cluster's feature `transaction.version` decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    /// The coordinator is told of partitions and groups before they are written to (KIP-98).
    V1,
    /// Writing is telling, and every end gives a new epoch (KIP-890).
    V2,
}

#[derive(Debug)]
pub(super) struct Transactions {
    id: String,
    phase: Phase,
    protocol: Protocol,
    producer: Option<(ProducerId, ProducerEpoch)>,
    /// Whether the coordinator may know of the transaction, and so must learn of its end.
    started: bool,
    /// Partitions that the coordinator must be told of before they are written to; V1 alone.
    untold: BTreeSet<TopicPartition>,
    told: HashSet<TopicPartition>,
    told_groups: HashSet<String>,
    offsets: VecDeque<GroupOffsets>,
    /// Counts calls of [`send_offsets`](Self::send_offsets), and those that are done.
    offsets_taken: u64,
    offsets_done: u64,
    /// Sequences were lost, or the coordinator's state is unknown: after the end a new epoch is asked for. V2 brings
    /// one anyway.
    needs_epoch: bool,
    /// The end that came to pass and that nobody has been told of yet.
    unread: Option<End>,
    last_failure: Option<ClientError>,
    request: Attempt,
}

/// Fresh ──▶ Initializing ──▶ Ready ──▶ Open ──────────────▶ Ending ──▶ Ready
///                ▲                      └──▶ Failed ──abort──▶┤
///                └─────────────── a new epoch is needed ──────┘
#[derive(Debug, Clone)]
enum Phase {
    Fresh,
    Initializing {
        after: Option<End>,
    },
    Ready,
    Open,
    Ending(End),
    /// The transaction can only be aborted.
    Failed(ClientError),
    /// Nothing can be done any more under this id.
    Fatal(ClientError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Commit,
    Abort,
}

/// Offsets of a consumer that are to be committed with the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupOffsets {
    pub group: GroupMetadata,
    pub offsets: BTreeMap<TopicPartition, CommittedOffset>,
}

/// A request to a coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Init,
    AddPartitions(Vec<TopicPartition>),
    AddOffsets { group_id: String },
    CommitOffsets(GroupOffsets),
    End(End),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub request: Request,
    pub producer: Option<(ProducerId, ProducerEpoch)>,
    pub protocol: Protocol,
}

/// What a coordinator answered when it did not refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// The id and epoch to go on with, when the answer gave any.
    pub producer: Option<(ProducerId, ProducerEpoch)>,
    /// What the cluster speaks now.
    pub protocol: Protocol,
}

/// After the end of a transaction its markers are still being written: the next one need not wait long.
const CONCURRENT: Backoff = Backoff { first_ms: 20, max_ms: 1_000 };

impl Transactions {
    pub fn new(id: String) -> Self {
        Self {
            id,
            phase: Phase::Fresh,
            protocol: Protocol::V1,
            producer: None,
            started: false,
            untold: BTreeSet::new(),
            told: HashSet::new(),
            told_groups: HashSet::new(),
            offsets: VecDeque::new(),
            offsets_taken: 0,
            offsets_done: 0,
            needs_epoch: false,
            unread: None,
            last_failure: None,
            request: Attempt::default(),
        }
    }

    pub fn init(&mut self) -> Result<(), ClientError> {
        match &self.phase {
            Phase::Fresh => self.phase = Phase::Initializing { after: None },
            Phase::Initializing { after: None } => {}
            Phase::Fatal(error) => return Err(error.clone()),
            _ => return Err(self.invalid("transactions are initialized already")),
        }
        Ok(())
    }

    pub fn begin(&mut self) -> Result<(), ClientError> {
        match &self.phase {
            Phase::Ready => {
                self.phase = Phase::Open;
                self.unread = None;
                Ok(())
            }
            Phase::Fresh => Err(self.invalid("transactions are not initialized")),
            Phase::Open => Err(self.invalid("a transaction is open already")),
            Phase::Initializing { .. } | Phase::Ending(_) => {
                Err(self.invalid("the last transaction is not over yet"))
            }
            Phase::Failed(_) | Phase::Fatal(_) => self.check_open(),
        }
    }

    /// Whether records and offsets may be sent.
    pub fn check_open(&self) -> Result<(), ClientError> {
        match &self.phase {
            Phase::Open => Ok(()),
            Phase::Failed(error) => Err(self.must_abort(error)),
            Phase::Fatal(error) => Err(error.clone()),
            _ => Err(self.invalid("no transaction is open")),
        }
    }

    /// A batch for `partition` waits to be sent in the open transaction.
    pub fn write_to(&mut self, partition: &TopicPartition) {
        match self.protocol {
            Protocol::V2 => self.started = true,
            Protocol::V1 if self.told.contains(partition) => {}
            Protocol::V1 => drop(self.untold.insert(partition.clone())),
        }
    }

    /// Whether batches for `partition` may leave.
    pub fn may_send(&self, partition: &TopicPartition) -> bool {
        self.is_writing() && (self.protocol == Protocol::V2 || self.told.contains(partition))
    }

    /// Whether records of the transaction may still be sent, for the first time or again.
    pub fn is_writing(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Ending(End::Commit))
    }

    pub fn is_ending(&self) -> bool {
        matches!(self.phase, Phase::Ending(_))
    }

    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub fn producer(&self) -> Option<(ProducerId, ProducerEpoch)> {
        self.producer
    }

    /// Why nothing can be written any more, if so.
    pub fn fatal(&self) -> Option<&ClientError> {
        if let Phase::Fatal(error) = &self.phase { Some(error) } else { None }
    }

    /// Why the transaction can only be aborted, if so.
    pub fn failed(&self) -> Option<ClientError> {
        if let Phase::Failed(error) = &self.phase { Some(self.must_abort(error)) } else { None }
    }

    /// What becomes of records that were not sent when the transaction was aborted.
    pub fn aborted(&self) -> ClientError {
        ClientError::Aborted { transactional_id: self.id.clone() }
    }

    /// Whether a transaction was begun and its end not asked for.
    pub fn is_unfinished(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Failed(_))
    }

    /// Takes offsets; [`offsets_settled`](Self::offsets_settled) with the returned number tells when they are sent.
    pub fn send_offsets(&mut self, offsets: GroupOffsets) -> Result<u64, ClientError> {
        self.check_open()?;
        self.started |= self.protocol == Protocol::V2;
        self.offsets.push_back(offsets);
        self.offsets_taken += 1;
        Ok(self.offsets_taken)
    }

    /// Ends the transaction. Asking for the same end again is allowed, for those who lost patience the first time.
    pub fn end(&mut self, end: End) -> Result<(), ClientError> {
        match (&self.phase, end) {
            (Phase::Open, _) | (Phase::Failed(_), End::Abort) => {}
            (Phase::Ending(under_way), _) if *under_way == end => return Ok(()),
            (Phase::Initializing { after: Some(after) }, _) if *after == end => return Ok(()),
            (Phase::Ready, _) if self.unread == Some(end) => return Ok(()),
            (Phase::Ending(_) | Phase::Initializing { after: Some(_) }, _) => {
                return Err(self.invalid("the transaction is being ended the other way"));
            }
            _ => return self.check_open(),
        }
        if end == End::Abort {
            // Nobody knows whether the coordinator took what is repeated; a new epoch makes up for either.
            self.needs_epoch |= self.request.failures > 0;
            self.untold.clear();
            self.offsets.clear();
        }
        self.phase = Phase::Ending(end);
        Ok(())
    }

    /// The outcome of [`init`](Self::init) or [`end`](Self::end), once there is one.
    pub fn settled(&mut self) -> Option<Result<(), ClientError>> {
        match &self.phase {
            Phase::Fresh | Phase::Initializing { .. } | Phase::Ending(_) => None,
            Phase::Ready | Phase::Open => {
                self.unread = None;
                Some(Ok(()))
            }
            Phase::Failed(error) => Some(Err(self.must_abort(error))),
            Phase::Fatal(error) => Some(Err(error.clone())),
        }
    }

    pub fn offsets_settled(&self, number: u64) -> Option<Result<(), ClientError>> {
        match &self.phase {
            _ if number <= self.offsets_done => Some(Ok(())),
            Phase::Open | Phase::Ending(End::Commit) => None,
            _ => Some(self.check_open()),
        }
    }

    /// Why the last request must be repeated.
    pub fn last_failure(&self) -> Option<&ClientError> {
        self.last_failure.as_ref()
    }

    /// A batch of the transaction is lost.
    pub fn batch_failed(&mut self, error: &ClientError) {
        self.needs_epoch = true;
        match Refusal::of_batch(error) {
            Refusal::Fatal => self.phase = Phase::Fatal(error.clone()),
            _ if self.is_writing() => self.fail(error),
            _ => {}
        }
    }

    /// Batches that had a place in their partitions' sequences will not be sent.
    pub fn lost_sequences(&mut self) {
        self.needs_epoch = true;
    }

    /// What to ask now. `is_sending` says whether batches of the transaction are still under way.
    pub fn poll(&mut self, now: Instant, is_sending: bool) -> Option<Ask> {
        if !self.request.may_start(now) {
            return None;
        }
        let request = self.next_request(is_sending)?;
        self.request.is_out = true;
        Some(Ask { request, producer: self.producer, protocol: self.protocol })
    }

    fn next_request(&mut self, is_sending: bool) -> Option<Request> {
        match self.phase {
            Phase::Fresh | Phase::Ready | Phase::Failed(_) | Phase::Fatal(_) => None,
            Phase::Initializing { .. } => Some(Request::Init),
            Phase::Open => self.next_in_transaction(),
            Phase::Ending(end) => match self.next_in_transaction() {
                Some(request) => Some(request),
                None if is_sending => None,
                None if self.started => Some(Request::End(end)),
                None => {
                    self.ended(end);
                    matches!(self.phase, Phase::Initializing { .. }).then_some(Request::Init)
                }
            },
        }
    }

    fn next_in_transaction(&self) -> Option<Request> {
        if !self.untold.is_empty() {
            return Some(Request::AddPartitions(self.untold.iter().cloned().collect()));
        }
        let offsets = self.offsets.front()?;
        let group_id = &offsets.group.group_id;
        Some(match self.protocol {
            Protocol::V1 if !self.told_groups.contains(group_id) => {
                Request::AddOffsets { group_id: group_id.clone() }
            }
            _ => Request::CommitOffsets(offsets.clone()),
        })
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.request.not_before.filter(|_| !self.request.is_out)
    }

    /// The request is over.
    pub fn answered(
        &mut self,
        now: Instant,
        request: Request,
        answer: Result<Told, ClientError>,
        random: f64,
    ) {
        self.request.is_out = false;
        match answer {
            Ok(told) => {
                self.request = Attempt::default();
                self.last_failure = None;
                self.granted(request, told);
            }
            Err(error) => self.refused(now, &request, error, random),
        }
    }

    fn granted(&mut self, request: Request, told: Told) {
        match request {
            Request::Init => {
                let Phase::Initializing { after } = self.phase else { return };
                self.producer = told.producer;
                self.protocol = told.protocol;
                self.needs_epoch = false;
                self.unread = after;
                self.phase = Phase::Ready;
            }
            Request::AddPartitions(partitions) => {
                self.started = true;
                for partition in partitions {
                    self.untold.remove(&partition);
                    self.told.insert(partition);
                }
            }
            Request::AddOffsets { group_id } => {
                self.started = true;
                self.told_groups.insert(group_id);
            }
            Request::CommitOffsets(_) => {
                if self.offsets.pop_front().is_some() {
                    self.offsets_done += 1;
                }
            }
            Request::End(end) => {
                if let Some(producer) = told.producer {
                    self.producer = Some(producer);
                    self.needs_epoch = false;
                }
                // Transactions of the new kind begin with an epoch that no transaction of the old kind has had.
                self.needs_epoch |= told.protocol > self.protocol;
                self.ended(end);
            }
        }
    }

    fn ended(&mut self, end: End) {
        self.started = false;
        self.untold.clear();
        self.told.clear();
        self.told_groups.clear();
        self.offsets.clear();
        self.offsets_done = self.offsets_taken;
        if self.needs_epoch {
            self.phase = Phase::Initializing { after: Some(end) };
        } else {
            self.unread = Some(end);
            self.phase = Phase::Ready;
        }
    }

    fn refused(&mut self, now: Instant, request: &Request, error: ClientError, random: f64) {
        self.last_failure = Some(error.clone());
        let is_over = matches!(self.phase, Phase::Ending(End::Abort) | Phase::Failed(_));
        match Refusal::of_request(request, &error) {
            Refusal::Fatal => self.phase = Phase::Fatal(fenced(error)),
            _ if is_over && !matches!(request, Request::End(_)) => self.needs_epoch = true,
            Refusal::Retry if error.code() == Some(ErrorCode::ConcurrentTransactions) => {
                self.request.failed_by(now, CONCURRENT, random)
            }
            Refusal::Retry => self.request.failed(now, random),
            Refusal::Abort => self.fail(&error),
        }
    }

    fn fail(&mut self, error: &ClientError) {
        // A loss of V1 may hide what the coordinator knows.
        self.needs_epoch = true;
        self.request.not_before = None;
        self.untold.clear();
        self.offsets.clear();
        self.phase = Phase::Failed(error.clone());
    }

    fn must_abort(&self, error: &ClientError) -> ClientError {
        ClientError::MustAbort { transactional_id: self.id.clone(), source: Box::new(error.clone()) }
    }

    fn invalid(&self, reason: &str) -> ClientError {
        ClientError::Invalid { what: self.what(), reason: reason.to_owned() }
    }

    pub fn what(&self) -> String {
        format!("transactional id \"{}\"", self.id)
    }
}

/// Coordinators of old say INVALID_PRODUCER_EPOCH when they mean that another producer has taken over.
fn fenced(error: ClientError) -> ClientError {
    match error {
        ClientError::Refused { what, code: ErrorCode::InvalidProducerEpoch, .. } => {
            ClientError::refused(what, ErrorCode::ProducerFenced, None)
        }
        error => error,
    }
}

#[cfg(test)]
#[path = "transaction_tests.rs"]
mod tests;
