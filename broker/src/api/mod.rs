//! Requests and their outcomes. One file per API; each registers the versions it speaks in its `SPEC`, and
//! ApiVersions is made from [`SPECS`], so what we advertise cannot drift from what we handle.

mod add_offsets_to_txn;
mod add_partitions_to_txn;
mod admin;
mod alter_configs;
mod alter_partition_reassignments;
mod alter_replica_log_dirs;
mod altering;
mod api_versions;
mod broker_loggers;
mod config_entries;
mod consumer_group_describe;
mod consumer_group_heartbeat;
mod coordinator;
mod create_partitions;
mod create_topics;
mod cursor;
mod delete_groups;
mod delete_records;
mod delete_topics;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_log_dirs;
mod describe_producers;
mod describe_quorum;
mod describe_topic_partitions;
mod describe_transactions;
mod elect_leaders;
mod encoder;
mod end_txn;
mod fetch;
mod find_coordinator;
mod get_telemetry_subscriptions;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leader;
mod leave_group;
mod list_config_resources;
mod list_groups;
mod list_offsets;
mod list_partition_reassignments;
mod list_transactions;
mod metadata;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
mod produce;
mod push_telemetry;
mod room;
mod sync_group;
mod telemetry;
mod transactional;
mod txn_offset_commit;
mod update_features;
mod wire_text;
mod write_txn_markers;

use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafkactl_core::log::dir::LogFile;
use kafkactl_core::names::PartitionId;
use kafkactl_core::wire::messages::{Decodable, Encodable};
use kafkactl_core::wire::{self, ApiKey, ErrorCode};

pub(crate) use self::cursor::Cursor;
use self::cursor::TopicRef;
pub(crate) use self::fetch::FetchSessions;
use self::room::REPLY_BYTES_MAX;
use crate::broker::Broker;
use crate::connection::{CloseReason, ConnectionState};
use crate::metrics::ErrorCodes;
use crate::partition::Partition;
use wire_text::{optional_text, text};

/// Every API this broker serves.
pub(crate) const SPECS: &[ApiSpec] = &[
    produce::SPEC,
    fetch::SPEC,
    alter_configs::SPEC,
    alter_partition_reassignments::SPEC,
    create_partitions::SPEC,
    create_topics::SPEC,
    delete_topics::SPEC,
    describe_cluster::SPEC,
    describe_configs::SPEC,
    describe_quorum::SPEC,
    describe_topic_partitions::SPEC,
    elect_leaders::SPEC,
    incremental_alter_configs::SPEC,
    list_config_resources::SPEC,
    list_partition_reassignments::SPEC,
    metadata::SPEC,
    update_features::SPEC,
    api_versions::SPEC,
    delete_records::SPEC,
    describe_producers::SPEC,
    list_offsets::SPEC,
    offset_for_leader_epoch::SPEC,
    consumer_group_describe::SPEC,
    consumer_group_heartbeat::SPEC,
    delete_groups::SPEC,
    describe_groups::SPEC,
    find_coordinator::SPEC,
    describe_log_dirs::SPEC,
    alter_replica_log_dirs::SPEC,
    heartbeat::SPEC,
    init_producer_id::SPEC,
    join_group::SPEC,
    leave_group::SPEC,
    list_groups::SPEC,
    offset_commit::SPEC,
    offset_delete::SPEC,
    offset_fetch::SPEC,
    sync_group::SPEC,
    add_offsets_to_txn::SPEC,
    add_partitions_to_txn::SPEC,
    describe_transactions::SPEC,
    end_txn::SPEC,
    list_transactions::SPEC,
    txn_offset_commit::SPEC,
    write_txn_markers::SPEC,
    get_telemetry_subscriptions::SPEC,
    push_telemetry::SPEC,
];

/// One API: its versions and the function that does stage one of a request.
pub(crate) struct ApiSpec {
    pub key: ApiKey,
    pub versions: RangeInclusive<i16>,
    pub handle: fn(Request<'_>) -> Outcome,
}

/// The place in [`SPECS`] of the API to handle a request with; `None` for what is not served. ApiVersions is served in
/// every version, for it must answer the clients of the future (I2).
pub(crate) fn find(key: ApiKey, version: i16) -> Option<usize> {
    let place = SPECS.iter().position(|spec| spec.key == key)?;
    (SPECS[place].versions.contains(&version) || key == ApiKey::ApiVersions).then_some(place)
}

/// One request, on its connection's own task. Stage one runs in the order requests arrived.
pub(crate) struct Request<'a> {
    pub broker: &'a Arc<Broker>,
    pub connection: &'a mut ConnectionState,
    pub key: ApiKey,
    pub version: i16,
    /// Empty when the client sent null (H17).
    pub client_id: &'a Arc<str>,
    /// What follows the request header; a slice of the read buffer.
    pub body: Bytes,
}

impl Request<'_> {
    /// The body as a message; the error closes the connection, as Kafka does for what it cannot parse (H17).
    pub fn decode<M: Decodable>(&mut self) -> Result<M, Outcome> {
        // A copy: what a parked request keeps of its texts must not keep a whole read buffer from the pool.
        let mut body = Bytes::copy_from_slice(&self.body);
        wire::decode_request(self.key, self.version, &mut body).map_err(|error| self.malformed(error))
    }

    /// Has the request handled again, from the start, if a partition it names is not open yet.
    pub fn wait_for_logs<'t>(
        &self,
        named: impl IntoIterator<Item = (TopicRef<'t>, i32)>,
    ) -> Result<(), Outcome> {
        if !self.broker.partitions.are_opening() {
            return Ok(());
        }
        let find = |(topic, partition)| find_partition(self.broker, topic, PartitionId(partition)).ok();
        self.wait_for(named.into_iter().filter_map(find))
    }

    /// Has the request handled again, from the start, once these partitions are open.
    pub fn wait_for(&self, partitions: impl IntoIterator<Item = Arc<Partition>>) -> Result<(), Outcome> {
        let opening: Vec<_> = partitions.into_iter().filter(|partition| partition.is_opening()).collect();
        if opening.is_empty() {
            return Ok(());
        }
        Err(Outcome::Again { when: Box::pin(Partition::opened(opening)), body: self.body.clone() })
    }

    /// The outcome of a request that cannot be parsed.
    pub fn malformed(&self, detail: impl ToString) -> Outcome {
        Outcome::Close(CloseReason::Malformed {
            key: self.key,
            version: self.version,
            detail: detail.to_string(),
        })
    }
}

/// The partition a request names, if it is here. Otherwise the metadata says whether there is such a partition at all:
/// UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION or NOT_LEADER_OR_FOLLOWER (A2, B2).
pub(crate) fn find_partition(
    broker: &Broker,
    topic: TopicRef<'_>,
    partition: PartitionId,
) -> Result<Arc<Partition>, ErrorCode> {
    let found = match topic {
        TopicRef::Name(name) => broker.partitions.get(name, partition),
        TopicRef::Id(id) => broker.partitions.get_by_id(&id, partition),
    };
    found.ok_or_else(|| {
        let image = broker.metadata.image();
        let (known, unknown) = match topic {
            TopicRef::Name(name) => (image.topics.get(name), ErrorCode::UnknownTopicOrPartition),
            TopicRef::Id(id) => (image.topics.by_id(&id), ErrorCode::UnknownTopicId),
        };
        match known {
            Some(topic) if topic.partitions.contains_key(&partition) => ErrorCode::NotLeaderOrFollower,
            Some(_) => ErrorCode::UnknownTopicOrPartition,
            None => unknown,
        }
    })
}

/// What stage one made of a request.
pub(crate) enum Outcome {
    Reply(Reply),
    /// Stage two: polled by the connection's own task until it is ready; the reply keeps its place in the order.
    Later(Pin<Box<dyn Future<Output = Outcome> + Send>>),
    /// Nothing was done: the request is handled again then, and those behind it wait.
    Again {
        when: Pin<Box<dyn Future<Output = ()> + Send>>,
        body: Bytes,
    },
    /// Stage one is not over yet: no later request of the connection starts before this one's future is ready.
    Barrier(Pin<Box<dyn Future<Output = Outcome> + Send>>),
    /// Nothing is sent: a produce with acks=0.
    Silent,
    Close(CloseReason),
}

impl Outcome {
    /// Whether it waits for others.
    pub fn is_parked(&self) -> bool {
        matches!(self, Self::Later(_) | Self::Barrier(_))
    }

    pub fn reply<M: Encodable + ErrorCodes>(message: &M, version: i16) -> Self {
        if let Ok(bytes) = message.compute_size(version)
            && bytes > REPLY_BYTES_MAX
        {
            let reason = format!("{bytes} bytes, {REPLY_BYTES_MAX} are the limit");
            return Self::Close(CloseReason::Unencodable(reason));
        }
        let mut head = Reply::head();
        match wire::encode(message, version, &mut head) {
            Ok(()) => Self::Reply(Reply::new(head, Vec::new()).with_errors(message.error_codes())),
            Err(error) => Self::Close(CloseReason::Unencodable(error.to_string())),
        }
    }
}

/// A reply's bytes: a head in memory, then parts that may lie in files.
#[derive(Debug)]
pub(crate) struct Reply {
    head: BytesMut,
    tail: Vec<ReplyPart>,
    /// The error codes in it, to be counted.
    pub errors: Vec<i16>,
}

impl Reply {
    /// Room at the front of `head` for frame size, correlation id and an empty tag buffer: the connection fills
    /// them in, so that header and body are one buffer.
    const HEADER_ROOM: usize = 4 + 4 + 1;

    /// An empty head, to append the body to.
    pub fn head() -> BytesMut {
        let mut head = BytesMut::with_capacity(256);
        head.put_bytes(0, Self::HEADER_ROOM);
        head
    }

    /// A reply of a head begun with [`Reply::head`] and what follows it.
    pub fn new(head: BytesMut, tail: Vec<ReplyPart>) -> Self {
        Self { head, tail, errors: Vec::new() }
    }

    /// Says which error codes are in it.
    pub fn with_errors(self, errors: Vec<i16>) -> Self {
        Self { errors, ..self }
    }

    /// The whole frame. Fails for a reply that no frame can hold.
    pub fn into_parts(
        mut self,
        correlation_id: i32,
        flexible_header: bool,
    ) -> Result<(Bytes, Vec<ReplyPart>), CloseReason> {
        if !flexible_header {
            self.head.advance(1);
        }
        let bytes = self.head.len() - 4 + self.tail.iter().map(ReplyPart::bytes).sum::<usize>();
        let size = i32::try_from(bytes)
            .map_err(|_| CloseReason::Unencodable(format!("{bytes} bytes do not fit a frame")))?;
        self.head[..4].copy_from_slice(&size.to_be_bytes());
        self.head[4..8].copy_from_slice(&correlation_id.to_be_bytes());
        Ok((self.head.freeze(), self.tail))
    }
}

/// A piece of a reply.
#[derive(Debug)]
pub(crate) enum ReplyPart {
    Memory(Bytes),
    /// Bytes of a log segment, sent from the page cache.
    File {
        file: Arc<dyn LogFile>,
        position: u64,
        bytes: usize,
    },
}

impl ReplyPart {
    pub fn bytes(&self) -> usize {
        match self {
            Self::Memory(memory) => memory.len(),
            Self::File { bytes, .. } => *bytes,
        }
    }
}
