//! Reading a shard back from its partition's log.

use std::collections::BTreeSet;

use kafkactl_core::names::{Offset, ProducerId};
use kafkactl_core::record::{Batch, ControlType, RecordError};
use kafkactl_core::schema::SchemaError;

use super::shard::Shard;
use super::stored;
use super::turn::Now;

/// Feeds batches to a shard, in the order of the log.
#[derive(Debug)]
pub struct Loader {
    shard: Shard,
    now: Now,
    scratch: Vec<u8>,
    unknown_types: BTreeSet<i64>,
    record_count: u64,
}

/// Why the log of a shard cannot be read. The coordinator stays away rather than serve a part of its groups.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the batch at offset {offset} is damaged: {source}")]
    Batch { offset: Offset, source: RecordError },
    #[error("the record at offset {offset} cannot be read: {source}")]
    Record { offset: Offset, source: SchemaError },
}

impl Loader {
    pub fn new(now: Now) -> Self {
        Self {
            shard: Shard::new(),
            now,
            scratch: Vec::new(),
            unknown_types: BTreeSet::new(),
            record_count: 0,
        }
    }

    /// Takes in one batch. Records of types that Kafka 4.3 does not know are left alone.
    pub fn batch(&mut self, batch: &Batch<'_>) -> Result<(), LoadError> {
        let header = *batch.header();
        let damaged = |source| LoadError::Batch { offset: header.base_offset, source };
        let producer = if header.is_transactional() { header.producer_id } else { ProducerId::NONE };
        let mut scratch = std::mem::take(&mut self.scratch);
        for record in batch.records_in(&mut scratch, BATCH_BYTES_MAX).map_err(damaged)? {
            let record = record.map_err(damaged)?;
            self.record_count += 1;
            if header.is_control() {
                match ControlType::of_key(record.key).map_err(damaged)? {
                    Some(ControlType::Commit) => self.shard.replay_marker(producer, true),
                    Some(ControlType::Abort) => self.shard.replay_marker(producer, false),
                    _ => {}
                }
                continue;
            }
            let Some(key) = record.key else { continue };
            match stored::decode(key, record.value) {
                Ok(change) => self.shard.replay(self.now, record.offset, producer, change),
                Err(SchemaError::UnknownType { id, .. }) => drop(self.unknown_types.insert(id)),
                Err(source) => return Err(LoadError::Record { offset: record.offset, source }),
            }
        }
        self.scratch = scratch;
        Ok(())
    }

    /// The shard, which the caller tells that it is loaded.
    pub fn finish(self) -> Loaded {
        Loaded { shard: self.shard, record_count: self.record_count, unknown_types: self.unknown_types }
    }
}

/// What was read.
#[derive(Debug)]
pub struct Loaded {
    pub shard: Shard,
    pub record_count: u64,
    /// Types of records that were left alone.
    pub unknown_types: BTreeSet<i64>,
}

/// Most bytes that one batch of the log may inflate to.
const BATCH_BYTES_MAX: usize = 256 << 20;
