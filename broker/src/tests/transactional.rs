//! A transactional producer of raw requests, and the broker it speaks to.

use std::collections::BTreeMap;

use kafkactl_core::names::{ProducerEpoch, ProducerId};
use kafkactl_core::schema::metadata::FeatureLevelRecord;
use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::producing::request as produce_request;
use super::*;

const TOPICS: &[Topic<'static>] = &[
    ("__consumer_offsets", 3, &[("cleanup.policy", "compact")]),
    ("__transaction_state", 3, &[("cleanup.policy", "compact")]),
    // Batches of these tests are years older than their markers: in one segment all the same, for one read to see both.
    ("orders", 2, &[("segment.ms", "9223372036854775807")]),
];

/// A broker that serves what clients of today ask for, its coordinators loaded.
pub(super) fn start(directory: &Path, settings: &[(&str, &str)]) -> TestBroker {
    start_on(Arc::new(RealDir::open(directory).unwrap()), settings)
}

pub(super) fn start_on(directory: Arc<dyn Dir>, settings: &[(&str, &str)]) -> TestBroker {
    let mut broker = start_unopened(directory, settings);
    broker.open_logs();
    until("coordinators are loaded", || {
        broker.broker.groups.list().is_ok() && broker.broker.transactions.list(&Default::default()).is_ok()
    });
    broker
}

/// One that serves and has not begun to open its logs.
pub(super) fn start_unopened(directory: Arc<dyn Dir>, settings: &[(&str, &str)]) -> TestBroker {
    let (mut image, mut delta) = image(TOPICS);
    for (name, feature_level) in [("transaction.version", 2), ("group.version", 1)] {
        let level = FeatureLevelRecord { name: name.to_owned(), feature_level };
        image.replay(MetadataRecord::FeatureLevel(level), &mut delta).unwrap();
    }
    TestBroker::start_unopened(directory, (image, delta), settings)
}

/// How a client tells the coordinator what its transaction touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// By requests of their own (up to `transaction.version` 1).
    Announcing,
    /// By writing (KIP-890, part 2).
    Implicit,
}

pub(super) const PROTOCOLS: [Protocol; 2] = [Protocol::Announcing, Protocol::Implicit];

/// A transactional producer on a connection of its own.
pub(super) struct Producer {
    pub client: Client,
    pub protocol: Protocol,
    pub name: String,
    pub id: i64,
    pub epoch: i16,
    pub timeout_ms: i32,
    /// Of the next record, by partition.
    sequences: BTreeMap<i32, i32>,
}

impl Producer {
    /// One that has not said anything yet.
    pub fn new(broker: &TestBroker, name: &str, protocol: Protocol) -> Self {
        let (client, name) = (broker.client(), name.to_owned());
        Self { client, protocol, name, id: -1, epoch: -1, timeout_ms: 60_000, sequences: BTreeMap::new() }
    }

    /// One that may begin.
    pub fn started(broker: &TestBroker, name: &str, protocol: Protocol) -> Self {
        let mut producer = Self::new(broker, name, protocol);
        producer.start();
        producer
    }

    pub fn start(&mut self) {
        until("the producer has its id", || match self.init() {
            ErrorCode::None => true,
            ErrorCode::ConcurrentTransactions => false,
            other => panic!("{other:?}"),
        });
    }

    fn transactional_id(&self) -> TransactionalId {
        TransactionalId(StrBytes::from_string(self.name.clone()))
    }

    pub fn init(&mut self) -> ErrorCode {
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(self.transactional_id()))
            .with_transaction_timeout_ms(self.timeout_ms)
            .with_producer_id(messages_id(-1))
            .with_producer_epoch(-1);
        let answer: InitProducerIdResponse = self.client.ask(ApiKey::InitProducerId, 5, &request);
        if answer.error_code == 0 {
            self.become_producer(answer.producer_id.0, answer.producer_epoch);
        }
        error(answer.error_code)
    }

    fn become_producer(&mut self, id: i64, epoch: i16) {
        if (self.id, self.epoch) != (id, epoch) {
            self.sequences.clear();
        }
        (self.id, self.epoch) = (id, epoch);
    }

    /// Announces partitions; one code each, in order.
    pub fn add(&mut self, partitions: &[(&str, i32)], version: i16) -> Vec<ErrorCode> {
        let topics = partitions.iter().map(|(topic, partition)| {
            add_partitions_to_txn_request::AddPartitionsToTxnTopic::default()
                .with_name(topic_name(topic))
                .with_partitions(vec![*partition])
        });
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(self.transactional_id())
            .with_v3_and_below_producer_id(messages_id(self.id))
            .with_v3_and_below_producer_epoch(self.epoch)
            .with_v3_and_below_topics(topics.collect());
        let answer: AddPartitionsToTxnResponse =
            self.client.ask(ApiKey::AddPartitionsToTxn, version, &request);
        let results = answer.results_by_topic_v3_and_below.into_iter();
        let results = results.flat_map(|topic| topic.results_by_partition);
        results.map(|result| error(result.partition_error_code)).collect()
    }

    /// Writes one record to a partition of `orders` in a request of this version.
    pub fn produce_in(&mut self, partition: i32, value: &str, version: i16) -> ErrorCode {
        let sequence = self.sequences.get(&partition).copied().unwrap_or(0);
        let fields = BatchFields {
            producer_id: ProducerId(self.id),
            producer_epoch: ProducerEpoch(self.epoch),
            base_sequence: sequence,
            is_transactional: true,
            ..BatchFields::default()
        };
        let request = produce_request("orders", partition, batch_of(&[value], fields), version, -1)
            .with_transactional_id(Some(self.transactional_id()));
        let answer: ProduceResponse = self.client.ask(ApiKey::Produce, version, &request);
        let code = error(answer.responses[0].partition_responses[0].error_code);
        if code == ErrorCode::None {
            self.sequences.insert(partition, sequence + 1);
        }
        code
    }

    /// Writes one record in the way of its protocol.
    pub fn produce(&mut self, partition: i32, value: &str) -> ErrorCode {
        match self.protocol {
            Protocol::Implicit => self.produce_in(partition, value, 12),
            Protocol::Announcing => match self.add(&[("orders", partition)], 3)[0] {
                ErrorCode::None => self.produce_in(partition, value, 11),
                refused => refused,
            },
        }
    }

    pub fn end(&mut self, committed: bool) -> ErrorCode {
        let version = if self.protocol == Protocol::Implicit { 5 } else { 4 };
        let request = EndTxnRequest::default()
            .with_transactional_id(self.transactional_id())
            .with_producer_id(messages_id(self.id))
            .with_producer_epoch(self.epoch)
            .with_committed(committed);
        let answer: EndTxnResponse = self.client.ask(ApiKey::EndTxn, version, &request);
        if answer.error_code == 0 && version >= 5 {
            self.become_producer(answer.producer_id.0, answer.producer_epoch);
        }
        error(answer.error_code)
    }

    /// Announces the offsets of a group.
    pub fn add_offsets(&mut self, group: &str) -> ErrorCode {
        let request = AddOffsetsToTxnRequest::default()
            .with_transactional_id(self.transactional_id())
            .with_producer_id(messages_id(self.id))
            .with_producer_epoch(self.epoch)
            .with_group_id(group_id(group));
        let answer: AddOffsetsToTxnResponse = self.client.ask(ApiKey::AddOffsetsToTxn, 3, &request);
        error(answer.error_code)
    }

    /// Commits an offset of `orders-0` for a group, in the way of its protocol.
    pub fn commit_offset(&mut self, group: &str, offset: i64) -> ErrorCode {
        let commit = OffsetCommit { group, offset, ..OffsetCommit::default() };
        match self.protocol {
            Protocol::Implicit => self.commit_offset_as(&commit, 5),
            Protocol::Announcing => match self.add_offsets(group) {
                ErrorCode::None => self.commit_offset_as(&commit, 3),
                refused => refused,
            },
        }
    }

    pub fn commit_offset_as(&mut self, commit: &OffsetCommit<'_>, version: i16) -> ErrorCode {
        let request = self.commit_request(commit);
        let answer: TxnOffsetCommitResponse = self.client.ask(ApiKey::TxnOffsetCommit, version, &request);
        error(answer.topics[0].partitions[0].error_code)
    }

    pub fn commit_request(&self, commit: &OffsetCommit<'_>) -> TxnOffsetCommitRequest {
        let partition = txn_offset_commit_request::TxnOffsetCommitRequestPartition::default()
            .with_partition_index(0)
            .with_committed_offset(commit.offset)
            .with_committed_metadata(Some(StrBytes::from_string(commit.metadata.clone())));
        let topic = txn_offset_commit_request::TxnOffsetCommitRequestTopic::default()
            .with_name(topic_name(commit.topic))
            .with_partitions(vec![partition]);
        TxnOffsetCommitRequest::default()
            .with_transactional_id(self.transactional_id())
            .with_producer_id(messages_id(self.id))
            .with_producer_epoch(self.epoch)
            .with_group_id(group_id(commit.group))
            .with_generation_id(commit.generation)
            .with_member_id(StrBytes::from_string(commit.member.to_owned()))
            .with_topics(vec![topic])
    }

    /// The coordinator's word on the transaction.
    pub fn state(&mut self) -> String {
        let request =
            DescribeTransactionsRequest::default().with_transactional_ids(vec![self.transactional_id()]);
        let mut answer: DescribeTransactionsResponse =
            self.client.ask(ApiKey::DescribeTransactions, 0, &request);
        answer.transaction_states.remove(0).transaction_state.to_string()
    }
}

pub(super) struct OffsetCommit<'a> {
    pub group: &'a str,
    pub member: &'a str,
    pub generation: i32,
    pub topic: &'a str,
    pub offset: i64,
    pub metadata: String,
}

impl Default for OffsetCommit<'_> {
    /// Of somebody who is no member.
    fn default() -> Self {
        Self {
            group: "copy",
            member: "",
            generation: -1,
            topic: "orders",
            offset: 0,
            metadata: String::new(),
        }
    }
}

fn messages_id(id: i64) -> kafkactl_core::wire::messages::ProducerId {
    kafkactl_core::wire::messages::ProducerId(id)
}

pub(super) fn topic_name(name: &str) -> TopicName {
    TopicName(StrBytes::from_string(name.to_owned()))
}

pub(super) fn group_id(name: &str) -> GroupId {
    GroupId(StrBytes::from_string(name.to_owned()))
}

pub(super) fn error(code: i16) -> ErrorCode {
    ErrorCode::from_code(code).unwrap()
}
