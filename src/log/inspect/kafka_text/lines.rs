use std::fmt::Write;

use super::DumpOptions;
use crate::log::inspect::decode::{Decoder, control_text};
use crate::log::producer::ProducerEntry;
use crate::record::{Batch, BatchHeader, RecordError, RecordView, TimestampType};

/// A batch's line.
pub(super) fn batch(batch: &Batch<'_>, position: u64) -> Result<String, RecordError> {
    let header = batch.header();
    let mut line = if header.magic >= 2 {
        format!(
            "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} \
             producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} isControl: {} deleteHorizonMs: {}",
            header.base_offset,
            header.last_offset(),
            header.record_count,
            header.base_sequence,
            header.last_sequence(),
            header.producer_id,
            header.producer_epoch,
            header.partition_leader_epoch,
            header.is_transactional(),
            header.is_control(),
            optional_long(header.delete_horizon_ms()),
        )
    } else {
        format!("offset: {}", header.last_offset())
    };
    let _infallible = write!(
        line,
        " position: {position} {}: {} size: {} magic: {} compresscodec: {} crc: {} isvalid: {}",
        timestamp_type(header),
        header.max_timestamp_ms,
        header.size_bytes,
        header.magic,
        header.codec()?.name(),
        header.crc,
        batch.crc_is_valid(),
    );
    Ok(line)
}

/// A record's line.
pub(super) fn record(header: &BatchHeader, record: &RecordView<'_>, options: &DumpOptions) -> String {
    let size = |bytes: Option<&[u8]>| bytes.map_or(-1, |bytes| bytes.len() as i64);
    let mut line = format!(
        "| offset: {} {}: {} keySize: {} valueSize: {}",
        record.offset,
        timestamp_type(header),
        record.timestamp_ms,
        size(record.key),
        size(record.value),
    );
    if header.magic >= 2 {
        let keys: Vec<_> = record.headers.map(|(key, _)| String::from_utf8_lossy(key)).collect();
        line += &format!(" sequence: {} headerKeys: [{}]", record.sequence, keys.join(","));
    } else if let Ok(message) = Batch::parse(record.bytes) {
        line += &format!(" isValid: {} crc: {}", message.crc_is_valid(), message.header().crc);
    }
    if header.is_control() {
        line.push(' ');
        line += &control_text(record).unwrap_or_else(|error| format!("controlType: UNKNOWN ({error})"));
    } else if options.with_data {
        push_data(&mut line, record, options.decoder);
    }
    line
}

fn push_data(line: &mut String, record: &RecordView<'_>, decoder: Decoder) {
    let (key, value) = match decoder.decode(record) {
        Ok(None) => {
            let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            (text(record.key), text(record.value))
        }
        Ok(Some(decoded)) => {
            let value = decoded.value.map(|value| value.to_string());
            let is_keyed = decoded.key.is_some();
            let value = value.or_else(|| is_keyed.then(|| "<DELETE>".to_owned()));
            (decoded.key.map(|key| key.to_string()), value)
        }
        Err(error) if decoder == Decoder::Metadata => {
            (None, Some(format!("Error at {}, skipping. {error}", record.offset)))
        }
        Err(error) => (Some(format!("Error at offset {}, skipping. {error}", record.offset)), None),
    };
    for (name, text) in [("key", key), ("payload", value)] {
        if let Some(text) = text {
            let _infallible = write!(line, " {name}: {text}");
        }
    }
}

/// A producer's line in a snapshot.
pub(super) fn producer(producer: &ProducerEntry) -> String {
    let mut line = format!(
        "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {} lastTimestamp: {}",
        producer.producer_id,
        producer.epoch,
        producer.coordinator_epoch,
        optional_long(producer.transaction_first_offset.map(|offset| offset.0)),
        producer.last_timestamp_ms
    );
    if let Some(batch) = producer.batches().first() {
        line += &format!(
            " firstSequence: {} lastSequence: {} lastOffset: {} offsetDelta: {} timestamp: {}",
            batch.first_sequence(),
            batch.last_sequence,
            batch.last_offset,
            batch.offset_delta,
            batch.timestamp_ms
        );
    }
    line
}

fn timestamp_type(header: &BatchHeader) -> &'static str {
    match header.timestamp_type() {
        TimestampType::None => "NoTimestampType",
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    }
}

/// As Java shows an `OptionalLong`.
fn optional_long(value: Option<i64>) -> String {
    value.map_or_else(|| "OptionalLong.empty".to_owned(), |value| format!("OptionalLong[{value}]"))
}
