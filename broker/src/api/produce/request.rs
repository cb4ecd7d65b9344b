//! A Produce request, v3–v13, as places in its bytes: the records are stamped where they lie.

use std::ops::Range;

use kafkactl_core::names::PartitionId;
use kafkactl_core::wire::ApiKey;

use crate::api::cursor::{Cursor, Malformed, TopicRef};

#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProduceRequest<'a> {
    pub transactional_id: Option<&'a str>,
    pub acks: i16,
    pub timeout_ms: i32,
    pub batches: Vec<ProducedBatch<'a>>,
}

/// What one partition gets: exactly one batch, if the client keeps the rules (A3).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProducedBatch<'a> {
    pub topic: TopicRef<'a>,
    pub partition: PartitionId,
    /// Where the records lie in the body; empty for null.
    pub records: Range<usize>,
}

impl<'a> ProduceRequest<'a> {
    pub fn decode(version: i16, body: &'a [u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(body, ApiKey::Produce.is_flexible(version));
        let transactional_id = cursor.nullable_string()?;
        let acks = cursor.i16()?;
        let timeout_ms = cursor.i32()?;
        let mut batches = Vec::new();
        for _ in 0..cursor.array_count(3)? {
            let topic = cursor.topic(version >= 13)?;
            // The shortest partition: index and a compact null.
            let partitions = cursor.array_count(4 + 1)?;
            for _ in 0..partitions {
                let partition = PartitionId(cursor.i32()?);
                let records = cursor.nullable_bytes()?.unwrap_or_default();
                cursor.skip_tagged_fields()?;
                batches.push(ProducedBatch { topic, partition, records });
            }
            cursor.skip_tagged_fields()?;
        }
        cursor.skip_tagged_fields()?;
        Ok(Self { transactional_id, acks, timeout_ms, batches })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::{Bytes, BytesMut};
    use kafkactl_core::names::{TopicId, Uuid};
    use kafkactl_core::wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
    use kafkactl_core::wire::{self, StrBytes, messages};

    #[test]
    fn every_version_reads_what_the_general_encoder_writes() {
        for version in ApiKey::Produce.versions() {
            let records = [Some(Bytes::from_static(b"batch")), None];
            let partitions = records
                .iter()
                .enumerate()
                .map(|(index, records)| {
                    PartitionProduceData::default().with_index(index as i32).with_records(records.clone())
                })
                .collect();
            let mut topic = TopicProduceData::default().with_partition_data(partitions);
            if version >= 13 {
                topic.topic_id = Uuid::from_u128(7);
            } else {
                topic.name = messages::TopicName(StrBytes::from_static_str("orders"));
            }
            let request = messages::ProduceRequest::default()
                .with_transactional_id(Some(StrBytes::from_static_str("tx").into()))
                .with_acks(-1)
                .with_timeout_ms(1500)
                .with_topic_data(vec![topic]);
            let mut bytes = BytesMut::new();
            wire::encode(&request, version, &mut bytes).unwrap();

            let decoded =
                ProduceRequest::decode(version, &bytes).unwrap_or_else(|e| panic!("v{version}: {e}"));
            assert_eq!((decoded.transactional_id, decoded.acks, decoded.timeout_ms), (Some("tx"), -1, 1500));
            let topic = if version >= 13 {
                TopicRef::Id(TopicId(Uuid::from_u128(7)))
            } else {
                TopicRef::Name("orders")
            };
            let [first, second] = &decoded.batches[..] else { panic!("{decoded:?}") };
            assert_eq!((first.topic, first.partition), (topic, PartitionId(0)));
            assert_eq!(&bytes[first.records.clone()], b"batch");
            assert_eq!((second.partition, second.records.is_empty()), (PartitionId(1), true));
            for end in 0..bytes.len() {
                assert!(ProduceRequest::decode(version, &bytes[..end]).is_err(), "v{version} cut at {end}");
            }
        }
    }
}
