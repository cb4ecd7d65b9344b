//! A partition's part in transactions: asking before the first batch of one, and the marker at its end.

use std::sync::Arc;

use kafkactl_core::log::{TransactionVersion, VerificationGuard};
use kafkactl_core::names::{LeaderEpoch, ProducerEpoch, ProducerId};
use kafkactl_core::record::validate::{Origin, Rejection, validate_produce};
use kafkactl_core::record::{Batch, BatchFields, RecordError, control};

use super::append::{Acks, Appended, Terms};
use super::error::PartitionError;
use super::partition::Partition;

/// What ends a producer's transaction in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionEnd {
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    /// The leader epoch of the partition that keeps the transaction: a late coordinator is fenced by it.
    pub coordinator_epoch: i32,
    pub is_commit: bool,
    /// Under which version of the protocol the transaction ended (F12, KIP-1228).
    pub version: TransactionVersion,
}

impl TransactionEnd {
    /// The marker as a batch of one control record.
    pub fn batch(&self, timestamp_ms: i64) -> Result<Vec<u8>, RecordError> {
        let fields = BatchFields {
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            ..BatchFields::default()
        };
        control::end_transaction_batch(fields, timestamp_ms, self.is_commit, self.coordinator_epoch)
    }
}

impl Partition {
    /// Begins to wait for the coordinator's word on a transactional batch that starts with `sequence`; `None` if the
    /// producer's transaction is open here already (F7). `is_implicit`: the coordinator is asked to add the partition, not whether it knows it.
    pub fn start_verification(
        &self,
        id: ProducerId,
        epoch: ProducerEpoch,
        sequence: i32,
        is_implicit: bool,
        now_ms: i64,
    ) -> Result<Option<VerificationGuard>, PartitionError> {
        let mut core = self.lock();
        self.check_leader(&core, LeaderEpoch::NONE)?;
        Ok(core.log(&self.id)?.start_verification(id, epoch, sequence, is_implicit, now_ms))
    }

    /// Appends the marker of a transaction's end. `epoch` as in [`Partition::append_internal`]; -1 for any.
    pub fn append_end(
        self: &Arc<Self>,
        end: &TransactionEnd,
        epoch: LeaderEpoch,
        now_ms: i64,
    ) -> Result<Appended, PartitionError> {
        let config = self.config();
        let rejected = |rejection| PartitionError::Rejected { partition: self.id.clone(), rejection };
        let bytes = end.batch(now_ms).map_err(|error| rejected(Rejection::Unreadable(error)))?;
        let batch = Batch::parse(&bytes).map_err(|error| rejected(Rejection::Unreadable(error)))?;
        let rules = config.log.produce_rules(Origin::Coordinator);
        let validated = validate_produce(&batch, &rules, now_ms).map_err(rejected)?;
        let terms = Terms {
            origin: Origin::Coordinator,
            expected_epoch: epoch,
            acks: Acks::All,
            now_ms,
            transaction_version: end.version,
            ..Terms::default()
        };
        self.append_validated(validated, &terms, &config)
    }
}
