//! A Fetch request, v4–v18, in borrowed form.

use kafkactl_core::names::{BrokerId, LeaderEpoch, Offset, PartitionId};
use kafkactl_core::wire::ApiKey;

use crate::api::cursor::{Cursor, Malformed, TopicRef};
use crate::partition::Isolation;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct FetchRequest<'a> {
    /// The follower that asks; `None` for a consumer.
    pub replica: Option<BrokerId>,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    /// `None` for a level that means nothing.
    pub isolation: Option<Isolation>,
    pub session_id: i32,
    pub session_epoch: i32,
    pub wanted: Vec<(TopicRef<'a>, Wanted)>,
    pub forgotten: Vec<(TopicRef<'a>, PartitionId)>,
    pub rack_id: &'a str,
}

/// What is asked of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub partition: PartitionId,
    /// -1 skips the check of the leader's epoch (B3).
    pub current_leader_epoch: LeaderEpoch,
    pub fetch_offset: Offset,
    /// -1 skips the check for truncation (B15).
    pub last_fetched_epoch: LeaderEpoch,
    /// A follower's log start; -1 for consumers.
    pub log_start_offset: Offset,
    pub max_bytes: i32,
}

impl<'a> FetchRequest<'a> {
    pub fn decode(version: i16, body: &'a [u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(body, ApiKey::Fetch.is_flexible(version));
        let mut replica_id = if version <= 14 { cursor.i32()? } else { -1 };
        let max_wait_ms = cursor.i32()?;
        let min_bytes = cursor.i32()?;
        let max_bytes = cursor.i32()?;
        let isolation = Isolation::of_level(cursor.i8()?);
        let (session_id, session_epoch) =
            if version >= 7 { (cursor.i32()?, cursor.i32()?) } else { (0, FINAL_EPOCH) };
        let wanted = wanted(&mut cursor, version)?;
        let forgotten = if version >= 7 { forgotten(&mut cursor, version)? } else { Vec::new() };
        let rack_id = if version >= 11 { cursor.string()? } else { "" };
        cursor.tagged_fields(|tag, mut field| {
            if tag == 1 && version >= 15 {
                replica_id = field.i32()?;
            }
            Ok(())
        })?;
        let replica = (replica_id >= 0).then_some(BrokerId(replica_id));
        Ok(Self {
            replica,
            max_wait_ms,
            min_bytes,
            max_bytes,
            isolation,
            session_id,
            session_epoch,
            wanted,
            forgotten,
            rack_id,
        })
    }
}

/// The session epoch of a request that wants no session (`FetchMetadata.FINAL_EPOCH`).
pub(super) const FINAL_EPOCH: i32 = -1;
/// The session epoch of a request that wants a new session.
pub(super) const INITIAL_EPOCH: i32 = 0;

fn wanted<'a>(cursor: &mut Cursor<'a>, version: i16) -> Result<Vec<(TopicRef<'a>, Wanted)>, Malformed> {
    // The shortest partition, that of version 4: index, offset, bytes.
    const PARTITION_BYTES_MIN: usize = 4 + 8 + 4;
    let mut wanted = Vec::new();
    for _ in 0..cursor.array_count(3)? {
        let topic = cursor.topic(version >= 13)?;
        let partitions = cursor.array_count(PARTITION_BYTES_MIN)?;
        wanted.reserve_exact(partitions);
        for _ in 0..partitions {
            let partition = PartitionId(cursor.i32()?);
            let current_leader_epoch = LeaderEpoch(if version >= 9 { cursor.i32()? } else { -1 });
            let fetch_offset = Offset(cursor.i64()?);
            let last_fetched_epoch = LeaderEpoch(if version >= 12 { cursor.i32()? } else { -1 });
            let log_start_offset = Offset(if version >= 5 { cursor.i64()? } else { -1 });
            let max_bytes = cursor.i32()?;
            cursor.skip_tagged_fields()?;
            let one = Wanted {
                partition,
                current_leader_epoch,
                fetch_offset,
                last_fetched_epoch,
                log_start_offset,
                max_bytes,
            };
            wanted.push((topic, one));
        }
        cursor.skip_tagged_fields()?;
    }
    Ok(wanted)
}

fn forgotten<'a>(
    cursor: &mut Cursor<'a>,
    version: i16,
) -> Result<Vec<(TopicRef<'a>, PartitionId)>, Malformed> {
    let mut forgotten = Vec::new();
    for _ in 0..cursor.array_count(3)? {
        let topic = cursor.topic(version >= 13)?;
        for _ in 0..cursor.array_count(4)? {
            forgotten.push((topic, PartitionId(cursor.i32()?)));
        }
        cursor.skip_tagged_fields()?;
    }
    Ok(forgotten)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BytesMut;
    use kafkactl_core::names::{TopicId, Uuid};
    use kafkactl_core::wire::messages::fetch_request::{
        FetchPartition, FetchTopic, ForgottenTopic, ReplicaState,
    };
    use kafkactl_core::wire::{self, StrBytes, messages};

    /// The same request by the general encoder.
    fn encoded(version: i16) -> BytesMut {
        let id = Uuid::from_u128(77);
        let partition = FetchPartition::default()
            .with_partition(3)
            .with_current_leader_epoch(if version >= 9 { 5 } else { -1 })
            .with_fetch_offset(100)
            .with_last_fetched_epoch(if version >= 12 { 4 } else { -1 })
            .with_log_start_offset(if version >= 5 { 9 } else { -1 })
            .with_partition_max_bytes(1 << 20);
        let mut topic = FetchTopic::default().with_partitions(vec![partition.clone(), partition]);
        let mut forgotten = ForgottenTopic::default().with_partitions(vec![1, 2]);
        if version >= 13 {
            (topic.topic_id, forgotten.topic_id) = (id, id);
        } else {
            let name = messages::TopicName(StrBytes::from_static_str("orders"));
            (topic.topic, forgotten.topic) = (name.clone(), name);
        }
        let mut request = messages::FetchRequest::default()
            .with_max_wait_ms(500)
            .with_min_bytes(1)
            .with_max_bytes(1 << 25)
            .with_isolation_level(1)
            .with_topics(vec![topic]);
        if version >= 7 {
            request =
                request.with_session_id(6).with_session_epoch(2).with_forgotten_topics_data(vec![forgotten]);
        }
        if version >= 11 {
            request.rack_id = StrBytes::from_static_str("r1");
        }
        if version >= 15 {
            request.replica_state = ReplicaState::default().with_replica_id(2.into()).with_replica_epoch(8);
        } else {
            request.replica_id = 2.into();
        }
        let mut bytes = BytesMut::new();
        wire::encode(&request, version, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn every_version_reads_what_the_general_encoder_writes() {
        for version in ApiKey::Fetch.versions() {
            let bytes = encoded(version);
            let request = FetchRequest::decode(version, &bytes).unwrap_or_else(|e| panic!("v{version}: {e}"));
            let topic = if version >= 13 {
                TopicRef::Id(TopicId(Uuid::from_u128(77)))
            } else {
                TopicRef::Name("orders")
            };
            let since = |from: i16, value: i32| if version >= from { value } else { -1 };
            let wanted = Wanted {
                partition: PartitionId(3),
                current_leader_epoch: LeaderEpoch(since(9, 5)),
                fetch_offset: Offset(100),
                last_fetched_epoch: LeaderEpoch(since(12, 4)),
                log_start_offset: Offset(since(5, 9).into()),
                max_bytes: 1 << 20,
            };
            let expected = FetchRequest {
                replica: Some(BrokerId(2)),
                max_wait_ms: 500,
                min_bytes: 1,
                max_bytes: 1 << 25,
                isolation: Some(Isolation::ReadCommitted),
                session_id: if version >= 7 { 6 } else { 0 },
                session_epoch: since(7, 2),
                wanted: vec![(topic, wanted); 2],
                forgotten: if version >= 7 {
                    vec![(topic, PartitionId(1)), (topic, PartitionId(2))]
                } else {
                    vec![]
                },
                rack_id: if version >= 11 { "r1" } else { "" },
            };
            assert_eq!(request, expected, "v{version}");
            for end in 0..bytes.len() {
                assert!(FetchRequest::decode(version, &bytes[..end]).is_err(), "v{version} cut at {end}");
            }
        }
    }
}
