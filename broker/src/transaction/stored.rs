//! Transactions as the records of `__transaction_state`, in the versions Kafka 4.3 writes (`TransactionLog`).

use std::collections::BTreeSet;
use std::sync::Arc;

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{ProducerEpoch, ProducerId, TopicName, TopicPartition};
use kafkactl_core::schema::SchemaError;
use kafkactl_core::schema::transaction::transaction_log_value::PartitionsSchema;
use kafkactl_core::schema::transaction::{
    TransactionLogKey, TransactionLogValue, TransactionRecord as Schema,
};

use super::state::{Producer, Transaction, TransactionState, TransactionalId};

/// One record: a transactional id and what became of it, `None` for a tombstone.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionRecord {
    pub id: TransactionalId,
    pub value: Option<Transaction>,
}

/// Why a record cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    #[error(transparent)]
    Schema(#[from] SchemaError),
    #[error("transactional id {id} has state {state}, which does not exist")]
    State { id: TransactionalId, state: i8 },
}

/// Key and value; no value is a tombstone. The value's version follows the finalized `transaction.version`: tagged
/// fields came with 1.
///
/// Errors: a text longer than its length field.
pub fn encode(
    record: &TransactionRecord,
    version: TransactionVersion,
) -> Result<(Vec<u8>, Option<Vec<u8>>), SchemaError> {
    let key = TransactionLogKey { transactional_id: record.id.to_string() };
    let value_version = i16::from(version > TransactionVersion::V0);
    Schema::TransactionLog(key, record.value.as_ref().map(|value| log_value(value, value_version)))
        .encode(value_version)
}

/// Errors: a damaged record, or one of a version unknown to Kafka 4.3.
pub fn decode(key: &[u8], value: Option<&[u8]>) -> Result<TransactionRecord, StoredError> {
    let Schema::TransactionLog(key, value) = Schema::decode(key, value)?;
    let id = TransactionalId::from(key.transactional_id);
    let value = value.map(|value| transaction(&id, value)).transpose()?;
    Ok(TransactionRecord { id, value })
}

fn log_value(transaction: &Transaction, value_version: i16) -> TransactionLogValue {
    let topics = transaction.partitions.iter().collect::<Vec<_>>();
    let partitions = topics.chunk_by(|a, b| a.topic == b.topic).map(|topic| PartitionsSchema {
        topic: topic[0].topic.to_string(),
        partition_ids: topic.iter().map(|it| it.partition.0).collect(),
    });
    let is_empty = transaction.state == TransactionState::Empty;
    TransactionLogValue {
        producer_id: transaction.producer.id.0,
        producer_epoch: transaction.producer.epoch.0,
        transaction_timeout_ms: transaction.timeout_ms,
        transaction_status: transaction.state as i8,
        transaction_partitions: (!is_empty).then(|| partitions.collect()),
        transaction_last_update_timestamp_ms: transaction.last_update_timestamp_ms,
        transaction_start_timestamp_ms: transaction.start_timestamp_ms,
        ..tagged_fields(transaction, value_version)
    }
}

/// What version 0 has no room for.
fn tagged_fields(transaction: &Transaction, value_version: i16) -> TransactionLogValue {
    if value_version == 0 {
        return TransactionLogValue::default();
    }
    TransactionLogValue {
        previous_producer_id: transaction.previous_producer_id.0,
        next_producer_id: transaction.next_producer_id.0,
        client_transaction_version: transaction.client_version.0,
        ..TransactionLogValue::default()
    }
}

fn transaction(id: &TransactionalId, value: TransactionLogValue) -> Result<Transaction, StoredError> {
    let state = TransactionState::of_number(value.transaction_status)
        .ok_or_else(|| StoredError::State { id: Arc::clone(id), state: value.transaction_status })?;
    let mut partitions = BTreeSet::new();
    for topic in value.transaction_partitions.into_iter().flatten() {
        let name = TopicName::new(&topic.topic);
        partitions
            .extend(topic.partition_ids.into_iter().map(|index| TopicPartition::new(name.clone(), index)));
    }
    Ok(Transaction {
        producer: Producer { id: ProducerId(value.producer_id), epoch: ProducerEpoch(value.producer_epoch) },
        previous_producer_id: ProducerId(value.previous_producer_id),
        next_producer_id: ProducerId(value.next_producer_id),
        last_epoch: ProducerEpoch::NONE,
        timeout_ms: value.transaction_timeout_ms,
        state,
        partitions,
        start_timestamp_ms: value.transaction_start_timestamp_ms,
        last_update_timestamp_ms: value.transaction_last_update_timestamp_ms,
        client_version: TransactionVersion(value.client_transaction_version),
    })
}
