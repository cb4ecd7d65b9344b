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
use crate::connection::read_exact;

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
    /// `None` is null: for read_uncommitted, and for reads that failed (B11).
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
            if let Err(error) = read_exact(&**file, &mut bytes, *position) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::{Buf, Bytes};
    use kafkactl_core::log::dir::{MemoryDisk, OpenMode};
    use kafkactl_core::names::{BrokerId, TopicId, TopicName, Uuid};
    use kafkactl_core::wire::messages::FetchResponse;
    use kafkactl_core::wire::{self};

    /// The bytes of a reply as the connection sends them.
    fn sent(reply: Reply, flexible_header: bool) -> Bytes {
        let (head, tail) = reply.into_parts(1, flexible_header).unwrap();
        let mut bytes = BytesMut::from(&head[..]);
        for part in tail {
            match part {
                ReplyPart::Memory(memory) => bytes.extend_from_slice(&memory),
                ReplyPart::File { file, position, bytes: count } => {
                    let mut read = vec![0; count];
                    file.read_exact_at(&mut read, position).unwrap();
                    bytes.extend_from_slice(&read);
                }
            }
        }
        assert_eq!(bytes.get_i32() as usize, bytes.len(), "the frame says its size");
        bytes.advance(if flexible_header { 5 } else { 4 });
        bytes.freeze()
    }

    #[test]
    fn the_general_decoder_reads_every_version() {
        let disk = MemoryDisk::default();
        let file = disk.root().open("f", OpenMode::Create).unwrap();
        let stored: Vec<u8> = (0..60_000u32).map(|index| index as u8).collect();
        file.write_all_at(&stored, 0).unwrap();
        let run = |position: u64, size_bytes| SliceBytes::File { file: file.clone(), position, size_bytes };
        let told = PartitionAnswer {
            error: ErrorCode::None,
            high_watermark: Offset(90),
            last_stable_offset: Offset(80),
            log_start_offset: Offset(5),
            diverging: None,
            current_leader: None,
            aborted: Some(vec![(ProducerId(4), Offset(44)), (ProducerId(6), Offset(66))]),
        };
        let diverging =
            PartitionAnswer { diverging: Some((LeaderEpoch(2), Offset(33))), aborted: None, ..told.clone() };
        let leader = CurrentLeader { leader: BrokerId(3), epoch: LeaderEpoch(9) };
        let elsewhere = PartitionAnswer {
            current_leader: Some(leader),
            ..PartitionAnswer::failed(ErrorCode::NotLeaderOrFollower)
        };
        let endpoint =
            NodeEndpoint { node: BrokerId(3), host: "h".to_owned(), port: 9, rack: Some("r".to_owned()) };
        for version in ApiKey::Fetch.versions() {
            let flexible = ApiKey::Fetch.is_flexible(version);
            let topic = if version >= 13 {
                TopicKey::Id(TopicId(Uuid::from_u128(8)))
            } else {
                TopicKey::Name(TopicName::new("orders"))
            };
            let mut writer = ResponseWriter::new(version, ErrorCode::None, 7, 2);
            writer.topic(&topic, 3);
            writer.partition(PartitionId(0), &told, run(10, 40_000));
            writer.partition(PartitionId(1), &told, run(20, 100));
            let memory = SliceBytes::Memory(vec![Bytes::from_static(b"in "), Bytes::from_static(b"memory")]);
            writer.partition(PartitionId(2), &diverging, memory);
            writer.end_topic();
            writer.topic(&topic, 2);
            writer.partition(PartitionId(3), &elsewhere, SliceBytes::Empty);
            writer.partition(PartitionId(4), &diverging, run(0, 20_000));
            writer.end_topic();
            let mut body = sent(writer.finish(std::slice::from_ref(&endpoint)), flexible);
            let response: FetchResponse = wire::decode_response(ApiKey::Fetch, version, &mut body)
                .unwrap_or_else(|error| panic!("v{version}: {error}"));
            assert_eq!(response.session_id, if version >= 7 { 7 } else { 0 });
            let partitions: Vec<_> = response.responses.iter().flat_map(|topic| &topic.partitions).collect();
            let records: Vec<&[u8]> = partitions.iter().map(|it| it.records.as_deref().unwrap()).collect();
            let expected: [&[u8]; 5] =
                [&stored[10..40_010], &stored[20..120], b"in memory", b"", &stored[..20_000]];
            assert_eq!(records, expected, "v{version}");
            let first = partitions[0];
            assert_eq!((first.high_watermark, first.last_stable_offset), (90, 80));
            assert_eq!(first.log_start_offset, if version >= 5 { 5 } else { -1 });
            let aborted = first.aborted_transactions.as_ref().unwrap();
            assert_eq!((aborted[1].producer_id.0, aborted[1].first_offset), (6, 66));
            assert_eq!(partitions[2].aborted_transactions, None);
            assert_eq!(partitions[3].error_code, ErrorCode::NotLeaderOrFollower.code());
            if version >= 12 {
                assert_eq!(
                    (partitions[2].diverging_epoch.epoch, partitions[2].diverging_epoch.end_offset),
                    (2, 33)
                );
                assert_eq!(partitions[3].current_leader.leader_epoch, 9);
            }
            if version >= 16 {
                assert_eq!(response.node_endpoints[0].port, 9);
            }
        }
    }

    #[test]
    fn old_versions_do_not_know_a_failed_disk() {
        for (version, expected) in [(5, ErrorCode::NotLeaderOrFollower), (6, ErrorCode::KafkaStorageError)] {
            let mut writer = ResponseWriter::new(version, ErrorCode::None, 0, 1);
            writer.topic(&TopicKey::Name(TopicName::new("t")), 1);
            let failed = PartitionAnswer::failed(ErrorCode::KafkaStorageError);
            writer.partition(PartitionId(0), &failed, SliceBytes::Empty);
            let mut body = sent(writer.finish(&[]), false);
            let response: FetchResponse = wire::decode_response(ApiKey::Fetch, version, &mut body).unwrap();
            assert_eq!(response.responses[0].partitions[0].error_code, expected.code());
        }
    }
}
