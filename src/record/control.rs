//! Control batches: transaction markers (KIP-98), and what KRaft writes about itself (KIP-595, KIP-630, KIP-853).

use super::builder::{BatchBuilder, BatchFields};
use super::error::{RecordError, Result};

/// What a control record is about: the second half of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum ControlType {
    Abort = 0,
    Commit = 1,
    LeaderChange = 2,
    SnapshotHeader = 3,
    SnapshotFooter = 4,
    KRaftVersion = 5,
    KRaftVoters = 6,
}

impl ControlType {
    const ALL: [ControlType; 7] = [
        ControlType::Abort,
        ControlType::Commit,
        ControlType::LeaderChange,
        ControlType::SnapshotHeader,
        ControlType::SnapshotFooter,
        ControlType::KRaftVersion,
        ControlType::KRaftVoters,
    ];

    /// Reads a control record's key; `None` for a type that a later Kafka added, which readers skip.
    ///
    /// Errors: [`RecordError::Control`].
    pub fn of_key(key: Option<&[u8]>) -> Result<Option<Self>> {
        let [version, kind] =
            int16_pair(key).ok_or(RecordError::Control("its key is not version and type"))?;
        if version < 0 {
            return Err(RecordError::Control("its key has a negative version"));
        }
        Ok(Self::ALL.into_iter().find(|known| *known as i16 == kind))
    }

    /// The key of a control record of this type.
    pub fn key(self) -> [u8; 4] {
        let [high, low] = (self as i16).to_be_bytes();
        [0, 0, high, low]
    }
}

/// The value of a transaction marker (`EndTxnMarker`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndTransactionMarker {
    pub version: i16,
    pub coordinator_epoch: i32,
}

impl EndTransactionMarker {
    /// Errors: [`RecordError::Control`].
    pub fn read(value: Option<&[u8]>) -> Result<Self> {
        let damaged = RecordError::Control("a transaction marker is not version and coordinator epoch");
        let (version, rest) = value.and_then(|value| value.split_first_chunk()).ok_or(damaged.clone())?;
        let epoch = rest.first_chunk().ok_or(damaged)?;
        Ok(Self { version: i16::from_be_bytes(*version), coordinator_epoch: i32::from_be_bytes(*epoch) })
    }

    /// Version 0, which Kafka 4.3 writes.
    pub fn value(coordinator_epoch: i32) -> [u8; 6] {
        let [a, b, c, d] = coordinator_epoch.to_be_bytes();
        [0, 0, a, b, c, d]
    }
}

/// The marker that ends a producer's transaction in a partition.
///
/// Of `fields` the producer id and epoch, base offset and leader epoch count; the rest is as markers have it.
pub fn end_transaction_batch(
    fields: BatchFields,
    timestamp_ms: i64,
    commit: bool,
    coordinator_epoch: i32,
) -> Result<Vec<u8>> {
    let kind = if commit { ControlType::Commit } else { ControlType::Abort };
    let fields = BatchFields { is_transactional: true, base_sequence: -1, ..fields };
    control_batch(fields, timestamp_ms, kind, &EndTransactionMarker::value(coordinator_epoch))
}

/// A batch of one control record.
pub fn control_batch(
    fields: BatchFields,
    timestamp_ms: i64,
    kind: ControlType,
    value: &[u8],
) -> Result<Vec<u8>> {
    let mut builder = BatchBuilder::new(BatchFields { is_control: true, ..fields });
    builder.append(timestamp_ms, Some(&kind.key()), Some(value), []);
    builder.finish()
}

fn int16_pair(bytes: Option<&[u8]>) -> Option<[i16; 2]> {
    let [a, b, c, d, ..] = bytes? else { return None };
    Some([i16::from_be_bytes([*a, *b]), i16::from_be_bytes([*c, *d])])
}
