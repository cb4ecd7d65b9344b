//! A Fetch response, v4–v18, written so that record bytes in quantity are never copied: what is not records goes to
//! memory, longer runs of records follow as ranges of their files.

use bytes::BytesMut;
use kafkactl_core::log::SliceBytes;
use kafkactl_core::names::{LeaderEpoch, Offset, PartitionId, ProducerId};
use kafkactl_core::wire::{ApiKey, ErrorCode};
use tracing::warn;

use super::session::TopicKey;
use crate::api::encoder::Encoder;
use crate::api::leader::{CurrentLeader, NodeEndpoint, endpoints_field};
use crate::api::{Reply, ReplyPart};

/// From this size on records are sent by `sendfile`: below it a copy is cheaper than the call.
const SENDFILE_BYTES_MIN: usize = 16 * 1024;

/// The answer for one partition, but for its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartitionAnswer {
    pub error: ErrorCode,
    pub high_watermark: Offset,
    pub last_stable_offset: Offset,
    pub log_start_offset: Offset,
    pub diverging: Option<(LeaderEpoch, Offset)>,
    /// Who leads, for a client that asked the wrong broker (KIP-951).
    pub current_leader: Option<CurrentLeader>,
    /// `None` is null: for read_uncommitted (B11).
    pub aborted: Option<Vec<(ProducerId, Offset)>>,
}

impl PartitionAnswer {
    pub fn failed(error: ErrorCode) -> Self {
        Self {
            error,
            high_watermark: Offset::NONE,
            last_stable_offset: Offset::NONE,
            log_start_offset: Offset::NONE,
            diverging: None,
            current_leader: None,
            aborted: None,
        }
    }
}

/// Writes one response front to back. Counts come before what they count, as on the wire.
pub(super) struct ResponseWriter {
    version: i16,
    /// The first part, once a second has begun.
    head: Option<BytesMut>,
    tail: Vec<ReplyPart>,
    /// The part under way.
    memory: Encoder,
}

impl ResponseWriter {
    /// Begins a response of `topics` topics.
    pub fn new(version: i16, error: ErrorCode, session_id: i32, topics: usize) -> Self {
        let mut memory = Encoder::reply(ApiKey::Fetch.is_flexible(version));
        // Nobody is throttled.
        memory.i32(0);
        if version >= 7 {
            memory.i16(error.code());
            memory.i32(session_id);
        }
        memory.count(topics);
        Self { version, head: None, tail: Vec::new(), memory }
    }

    /// Begins a topic of `partitions` partitions.
    pub fn topic(&mut self, topic: &TopicKey, partitions: usize) {
        match topic {
            TopicKey::Id(id) => self.memory.topic_id(*id),
            TopicKey::Name(name) => self.memory.string(name.as_str()),
        }
        self.memory.count(partitions);
    }

    pub fn end_topic(&mut self) {
        self.memory.tags(&[]);
    }

    /// Writes one partition. A short run of a file is read here and now; when that fails the partition is answered
    /// with the error instead.
    pub fn partition(&mut self, partition: PartitionId, answer: &PartitionAnswer, records: SliceBytes) {
        let size_bytes = records.size_bytes();
        if let SliceBytes::File { file, position, .. } = &records
            && size_bytes < SENDFILE_BYTES_MIN
        {
            let mut bytes = vec![0; size_bytes];
            if let Err(error) = file.read_exact_at(&mut bytes, *position) {
                warn!(%error, "records cannot be read");
                let failed = PartitionAnswer::failed(ErrorCode::KafkaStorageError);
                return self.partition(partition, &failed, SliceBytes::Empty);
            }
            return self.partition(partition, answer, SliceBytes::Memory(vec![bytes.into()]));
        }
        self.before_records(partition, answer);
        self.memory.count(size_bytes);
        match records {
            SliceBytes::Empty => {}
            SliceBytes::Memory(batches) => batches.iter().for_each(|batch| self.memory.raw(batch)),
            SliceBytes::File { file, position, size_bytes: bytes } => {
                self.begin_part();
                self.tail.push(ReplyPart::File { file, position, bytes });
            }
        }
        self.after_records(answer);
    }

    pub fn finish(mut self, endpoints: &[NodeEndpoint]) -> Reply {
        if self.version >= 16 && !endpoints.is_empty() {
            self.memory.tags(&[(0, endpoints_field(endpoints))]);
        } else {
            self.memory.tags(&[]);
        }
        let last = self.memory.take();
        match self.head {
            None => Reply::new(last, self.tail),
            Some(head) => {
                self.tail.push(ReplyPart::Memory(last.freeze()));
                Reply::new(head, self.tail)
            }
        }
    }

    fn before_records(&mut self, partition: PartitionId, answer: &PartitionAnswer) {
        self.memory.i32(partition.0);
        // Version 5 and older do not know the code of a failed disk (B18).
        let error = match answer.error {
            ErrorCode::KafkaStorageError if self.version <= 5 => ErrorCode::NotLeaderOrFollower,
            error => error,
        };
        self.memory.i16(error.code());
        self.memory.i64(answer.high_watermark.0);
        self.memory.i64(answer.last_stable_offset.0);
        if self.version >= 5 {
            self.memory.i64(answer.log_start_offset.0);
        }
        match &answer.aborted {
            None => self.memory.null_array(),
            Some(aborted) => {
                self.memory.count(aborted.len());
                for (producer, first_offset) in aborted {
                    self.memory.i64(producer.0);
                    self.memory.i64(first_offset.0);
                    self.memory.tags(&[]);
                }
            }
        }
        if self.version >= 11 {
            // No preferred read replica.
            self.memory.i32(-1);
        }
    }

    fn after_records(&mut self, answer: &PartitionAnswer) {
        let mut fields = Vec::new();
        if let Some((epoch, end_offset)) = answer.diverging {
            let mut field = Encoder::field();
            field.i32(epoch.0);
            field.i64(end_offset.0);
            field.tags(&[]);
            fields.push((0, field));
        }
        if let Some(leader) = answer.current_leader {
            fields.push((1, leader.field()));
        }
        self.memory.tags(&fields);
    }

    /// Ends the part under way.
    fn begin_part(&mut self) {
        let before = self.memory.take();
        match self.head {
            None => self.head = Some(before),
            Some(_) => self.tail.push(ReplyPart::Memory(before.freeze())),
        }
    }
}
