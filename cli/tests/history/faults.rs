//! Ways in which a broker does wrong, one for each class of findings. Pure: they turn requests into other requests and
//! answers into other answers.

use std::collections::BTreeSet;

use bytes::{Bytes, BytesMut};
use kafkactl_core::names::{ProducerEpoch, ProducerId};
use kafkactl_core::record::{Batch, BatchHeader, batches, stamp};
use kafkactl_core::wire::messages::fetch_response::{AbortedTransaction, PartitionData};
use kafkactl_core::wire::messages::offset_commit_response::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use kafkactl_core::wire::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafkactl_core::wire::messages::{
    self, Decodable, Encodable, FetchResponse, OffsetCommitRequest, OffsetCommitResponse, ProduceRequest,
    ProduceResponse,
};
use kafkactl_core::wire::{self, ApiKey, ErrorCode, RequestHeader, frame};

use super::check::Class;

/// One of so many records without a producer id is lost, one of so many with one is written twice.
const SPOILED_OF: usize = 3;
/// How often a reader is sent back, or a record kept from it: it has to come to the end some time.
const READERS_SPOILED_MAX: usize = 3;
/// The partition in which committed transactions are told to be aborted.
const TORN_PARTITION: i32 = 0;

/// A request as it came from a client.
pub struct Call {
    header: RequestHeader,
    api: ApiKey,
    body: Bytes,
    /// All of it, with its length.
    pub frame: Bytes,
}

/// What becomes of a request.
pub struct Plan {
    /// What the broker is sent, one after the other.
    pub forward: Vec<Bytes>,
    /// What the client is told; `None` stands for the broker's answer to the first of `forward`.
    pub answer: Option<Bytes>,
}

impl Call {
    pub fn read(frame: Bytes) -> Self {
        let mut body = frame.slice(4..);
        let header = RequestHeader::decode(&mut body).expect("our client's header");
        let api = ApiKey::from_key(header.api_key).expect("our client's API");
        Self { header, api, body, frame }
    }

    fn decode<M: Decodable>(&self) -> M {
        let version = self.header.api_version;
        wire::decode_request(self.api, version, &mut self.body.clone()).expect("our client's request")
    }

    /// The same request with another body.
    fn with<M: Encodable>(&self, body: &M) -> Bytes {
        let mut bytes = BytesMut::new();
        frame::encode_request(&self.header, body, &mut bytes).expect("a body as it was, but for its values");
        bytes.freeze()
    }

    /// Its answer.
    fn answer<M: Encodable>(&self, body: &M) -> Bytes {
        let RequestHeader { api_version, correlation_id, .. } = self.header;
        let mut bytes = BytesMut::new();
        frame::encode_response(self.api, api_version, correlation_id, body, &mut bytes)
            .expect("a body as the broker would send it");
        bytes.freeze()
    }

    fn decode_answer<M: Decodable>(&self, frame: &Bytes) -> M {
        let (version, mut body) = (self.header.api_version, frame.slice(4..));
        wire::ResponseHeader::decode(self.api, version, &mut body).expect("our broker's header");
        wire::decode_response(self.api, version, &mut body).expect("our broker's answer")
    }
}

/// A fault, and how often it was done.
#[derive(Debug)]
pub struct Fault {
    class: Class,
    done: usize,
    /// Requests that could have been spoiled.
    seen: usize,
    /// Acknowledged, and written only after what comes next for one of its partitions.
    held: Option<ProduceRequest>,
}

impl Fault {
    pub fn new(class: Class) -> Self {
        Self { class, done: 0, seen: 0, held: None }
    }

    /// How often something was spoiled for good.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Whether it shows only while readers are at work, and must end before everything is read.
    pub fn is_of_readers(&self) -> bool {
        matches!(self.class, Class::NonMonotonicPoll | Class::PollSkip)
    }

    /// What becomes of a request.
    pub fn plan(&mut self, call: &Call) -> Plan {
        let as_it_is = Plan { forward: vec![call.frame.clone()], answer: None };
        match (self.class, call.api) {
            (Class::LostWrite, ApiKey::Produce) => {
                let request: ProduceRequest = call.decode();
                if !has_producer_id(&request) && self.is_its_turn() {
                    return Plan { forward: Vec::new(), answer: Some(call.answer(&acknowledged(&request))) };
                }
                as_it_is
            }
            (Class::Duplicate, ApiKey::Produce) => {
                let request: ProduceRequest = call.decode();
                if is_idempotent(&request) && self.is_its_turn() {
                    let again = call.with(&without_producer_id(request));
                    return Plan { forward: vec![call.frame.clone(), again], answer: None };
                }
                as_it_is
            }
            (Class::Reordered, ApiKey::Produce) => {
                let request: ProduceRequest = call.decode();
                if is_idempotent(&request) { self.swap(call, without_producer_id(request)) } else { as_it_is }
            }
            (Class::WrongCommit, ApiKey::OffsetCommit) => {
                self.done += 1;
                Plan { forward: Vec::new(), answer: Some(call.answer(&committed(&call.decode()))) }
            }
            _ => as_it_is,
        }
    }

    /// What the client is told instead of the broker's answer.
    pub fn spoil(&mut self, call: &Call, answer: Bytes) -> Bytes {
        match (self.class, call.api) {
            (Class::InconsistentOffset, ApiKey::Produce) => {
                let mut response: ProduceResponse = call.decode_answer(&answer);
                let topics = response.responses.iter_mut();
                for partition in topics.flat_map(|topic| &mut topic.partition_responses) {
                    if partition.error_code == 0 && partition.base_offset > 0 {
                        partition.base_offset -= 1;
                        self.done += 1;
                    }
                }
                call.answer(&response)
            }
            (
                Class::AbortedRead | Class::TornRead | Class::NonMonotonicPoll | Class::PollSkip,
                ApiKey::Fetch,
            ) => {
                let mut response: FetchResponse = call.decode_answer(&answer);
                let topics = response.responses.iter_mut();
                for partition in topics.flat_map(|topic| &mut topic.partitions) {
                    self.done += usize::from(self.spoil_fetched(partition).is_some());
                }
                call.answer(&response)
            }
            _ => answer,
        }
    }

    /// `None` if it leaves the partition as it is.
    fn spoil_fetched(&self, fetched: &mut PartitionData) -> Option<()> {
        let records = fetched.records.clone().filter(|_| fetched.error_code == 0)?;
        let whole: Vec<Batch<'_>> = batches(&records).map_while(Result::ok).collect();
        match self.class {
            Class::AbortedRead => {
                let aborted = fetched.aborted_transactions.as_mut().filter(|aborted| !aborted.is_empty())?;
                aborted.clear();
            }
            Class::TornRead if fetched.partition_index == TORN_PARTITION => {
                let aborted = fetched.aborted_transactions.as_mut()?;
                let headers = whole.iter().map(Batch::header);
                let committed = headers.into_iter().find(|header| {
                    let is_told = aborted.iter().any(|of| of.first_offset == header.base_offset.0);
                    header.is_transactional() && !header.is_control() && !is_told
                })?;
                aborted.push(
                    AbortedTransaction::default()
                        .with_producer_id(messages::ProducerId(committed.producer_id.0))
                        .with_first_offset(committed.base_offset.0),
                );
                aborted.sort_by_key(|of| of.first_offset);
            }
            Class::NonMonotonicPoll if self.done < READERS_SPOILED_MAX => {
                whole.first().filter(|batch| batch.header().base_offset.0 > 0)?;
                fetched.error_code = ErrorCode::OffsetOutOfRange.code();
                fetched.records = None;
            }
            Class::PollSkip if self.done < READERS_SPOILED_MAX && whole.len() > 2 => {
                let kept = whole.iter().enumerate().filter(|(index, _)| *index != 1);
                fetched.records = Some(kept.flat_map(|(_, batch)| batch.bytes().iter().copied()).collect());
            }
            _ => return None,
        }
        Some(())
    }

    /// Every third that could be spoiled is; the others make sure that it is not all.
    fn is_its_turn(&mut self) -> bool {
        self.seen += 1;
        let is_its_turn = self.seen.is_multiple_of(SPOILED_OF);
        self.done += usize::from(is_its_turn);
        is_its_turn
    }

    /// Holds the request back, or sends it before the one that is held back if they have a partition in common.
    fn swap(&mut self, call: &Call, request: ProduceRequest) -> Plan {
        match self.held.take() {
            None => {
                let answer = Some(call.answer(&acknowledged(&request)));
                self.held = Some(request);
                Plan { forward: Vec::new(), answer }
            }
            Some(held) if partitions(&held).is_disjoint(&partitions(&request)) => {
                self.held = Some(held);
                Plan { forward: vec![call.with(&request)], answer: None }
            }
            Some(held) => {
                self.done += 1;
                Plan { forward: vec![call.with(&request), call.with(&held)], answer: None }
            }
        }
    }
}

/// Their partitions; all that is swapped is of one topic.
fn partitions(request: &ProduceRequest) -> BTreeSet<i32> {
    request.topic_data.iter().flat_map(|topic| &topic.partition_data).map(|data| data.index).collect()
}

fn has_producer_id(request: &ProduceRequest) -> bool {
    let mut written = request.topic_data.iter().flat_map(|topic| &topic.partition_data);
    written.any(|data| {
        let records = data.records.as_deref().unwrap_or_default();
        BatchHeader::read(records).expect("our client's batch").has_producer_id()
    })
}

fn is_idempotent(request: &ProduceRequest) -> bool {
    request.transactional_id.is_none() && has_producer_id(request)
}

/// The same records, as a producer sends them that may write twice.
fn without_producer_id(mut request: ProduceRequest) -> ProduceRequest {
    for data in request.topic_data.iter_mut().flat_map(|topic| &mut topic.partition_data) {
        let mut batch = data.records.as_deref().unwrap_or_default().to_vec();
        stamp::producer(&mut batch, ProducerId(-1), ProducerEpoch(-1), -1);
        data.records = Some(batch.into());
    }
    request
}

/// "Written", without a word about where.
fn acknowledged(request: &ProduceRequest) -> ProduceResponse {
    let topics = request.topic_data.iter().map(|topic| {
        let partitions = topic
            .partition_data
            .iter()
            .map(|data| PartitionProduceResponse::default().with_index(data.index).with_base_offset(-1));
        TopicProduceResponse::default()
            .with_name(topic.name.clone())
            .with_topic_id(topic.topic_id)
            .with_partition_responses(partitions.collect())
    });
    ProduceResponse::default().with_responses(topics.collect())
}

fn committed(request: &OffsetCommitRequest) -> OffsetCommitResponse {
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            OffsetCommitResponsePartition::default().with_partition_index(partition.partition_index)
        });
        OffsetCommitResponseTopic::default()
            .with_name(topic.name.clone())
            .with_topic_id(topic.topic_id)
            .with_partitions(partitions.collect())
    });
    OffsetCommitResponse::default().with_topics(topics.collect())
}
