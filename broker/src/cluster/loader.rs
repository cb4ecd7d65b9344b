//! Reads batches of the metadata log, or of a snapshot, into an image.
//!
//! Records between BeginTransaction and EndTransaction count once the end is read, or not at all (KIP-868): images
//! given out before that do not hold them.

use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::record::{Batch, ControlType, RecordError, RecordView};
use kafkactl_core::schema::control::{KRaftVersionRecord, VotersRecord};
use kafkactl_core::schema::metadata::MetadataRecord;
use kafkactl_core::schema::{self, SchemaError};

use super::image::{MetadataDelta, MetadataImage, ReplayError};
use super::quorum::VoterSet;

/// Most bytes that the records of one batch may inflate to. Kafka's batches are at most 8 MiB and uncompressed.
const BATCH_BYTES_MAX: usize = 64 << 20;

/// An image in the making.
#[derive(Debug, Clone, Default)]
pub struct MetadataLoader {
    image: MetadataImage,
    delta: MetadataDelta,
    /// What to return to when the open transaction is aborted, and what to show until it ends.
    transaction: Option<(MetadataImage, MetadataDelta)>,
    quorum: QuorumRecords,
}

/// What control records said last about the quorum itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuorumRecords {
    pub kraft_version: i16,
    /// `None` while the voters stand in the settings (`kraft.version` 0).
    pub voters: Option<VoterSet>,
}

/// Why a metadata log or snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("metadata batch at offset {offset}: {source}")]
    Batch { offset: Offset, source: RecordError },
    #[error("metadata record at offset {offset}: {source}")]
    Record { offset: Offset, source: RecordError },
    #[error("metadata record at offset {offset} has no value")]
    NoValue { offset: Offset },
    #[error("metadata record at offset {offset}: {source}")]
    Schema { offset: Offset, source: SchemaError },
    #[error("metadata record at offset {offset}: {source}")]
    Replay { offset: Offset, source: ReplayError },
}

impl MetadataLoader {
    /// Takes in one batch, whose checksum must have been looked at.
    pub fn batch(&mut self, batch: &Batch<'_>) -> Result<(), LoadError> {
        let header = *batch.header();
        let broken = |source| LoadError::Batch { offset: header.base_offset, source };
        let mut offset = header.base_offset;
        let mut scratch = Vec::new();
        for record in batch.records_in(&mut scratch, BATCH_BYTES_MAX).map_err(broken)? {
            let record = record.map_err(|source| LoadError::Record { offset, source })?;
            if header.is_control() {
                self.control_record(offset, &record)?;
            } else {
                self.record(offset, &record)?;
            }
            offset = offset.plus(1);
        }
        self.advance(header.last_offset(), header.partition_leader_epoch);
        Ok(())
    }

    /// Takes in one decoded record that lies at an offset.
    pub fn replay(&mut self, offset: Offset, record: MetadataRecord) -> Result<(), LoadError> {
        let failed = |source| LoadError::Replay { offset, source };
        let name = record.name();
        match record {
            MetadataRecord::BeginTransaction(_) if self.transaction.is_none() => {
                self.transaction = Some((self.image.clone(), self.delta.clone()));
            }
            MetadataRecord::EndTransaction(_) if self.transaction.is_some() => self.transaction = None,
            MetadataRecord::AbortTransaction(_) => match self.transaction.take() {
                Some((image, delta)) => (self.image, self.delta) = (image, delta),
                None => return Err(failed(ReplayError::Transaction { record: name })),
            },
            record => self.image.replay(record, &mut self.delta).map_err(failed)?,
        }
        Ok(())
    }

    /// Says that everything up to an offset has been taken in.
    pub fn advance(&mut self, offset: Offset, epoch: LeaderEpoch) {
        self.image.offset = offset;
        self.image.epoch = epoch;
    }

    /// The image with every record so far, those of an open transaction too: what the controller decides on.
    pub fn newest(&self) -> &MetadataImage {
        &self.image
    }

    /// The image as others may see it, and what changed since this was last asked; `None` when nothing did.
    pub fn take(&mut self) -> Option<(MetadataImage, MetadataDelta)> {
        match &mut self.transaction {
            None if self.delta.is_empty() => None,
            None => Some((self.image.clone(), std::mem::take(&mut self.delta))),
            Some((_, delta)) if delta.is_empty() => None,
            // `self.delta` keeps this part too: listing a change twice does no harm, losing one would.
            Some((image, delta)) => Some((image.clone(), std::mem::take(delta))),
        }
    }

    pub fn quorum(&self) -> &QuorumRecords {
        &self.quorum
    }

    /// Whether something changed that [`MetadataLoader::take`] has not given out. No-op records change nothing.
    pub fn has_news(&self) -> bool {
        self.is_in_transaction() || !self.delta.is_empty()
    }

    /// Whether records wait for the end of their transaction.
    pub fn is_in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    fn record(&mut self, offset: Offset, record: &RecordView<'_>) -> Result<(), LoadError> {
        let value = record.value.ok_or(LoadError::NoValue { offset })?;
        let record = MetadataRecord::decode(value).map_err(|source| LoadError::Schema { offset, source })?;
        self.replay(offset, record)
    }

    fn control_record(&mut self, offset: Offset, record: &RecordView<'_>) -> Result<(), LoadError> {
        let kind = ControlType::of_key(record.key).map_err(|source| LoadError::Record { offset, source })?;
        let value = record.value.ok_or(LoadError::NoValue { offset })?;
        let failed = |source| LoadError::Schema { offset, source };
        match kind {
            Some(ControlType::KRaftVersion) => {
                let record: KRaftVersionRecord = schema::decode(value, 0).map_err(failed)?;
                self.quorum.kraft_version = record.k_raft_version;
            }
            Some(ControlType::KRaftVoters) => {
                let record: VotersRecord = schema::decode(value, 0).map_err(failed)?;
                self.quorum.voters = Some(VoterSet::of_record(&record));
            }
            // Who led, and where a snapshot begins and ends, changes nothing in the image.
            _ => {}
        }
        Ok(())
    }
}
