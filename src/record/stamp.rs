//! Changes to a batch's header in place.
//!
//! Base offset and leader epoch lie outside the checksum; the timestamp fields lie inside, so changing them costs
//! one more pass over the batch. All functions take a whole batch of magic 2 and change nothing shorter than its
//! header.

use crate::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};

use super::header::{BatchHeader, at, attribute};

/// What the leader writes into every batch it appends (A15).
pub fn offset_and_epoch(batch: &mut [u8], base_offset: Offset, epoch: LeaderEpoch) {
    let Some(header) = header_of(batch) else { return };
    put(header, 0, base_offset.0.to_be_bytes());
    put(header, at::LEADER_EPOCH, epoch.0.to_be_bytes());
}

/// Marks the batch LogAppendTime, as of `now_ms`: the records' own timestamps stay in the bytes, unread (A14).
pub fn log_append_time(batch: &mut [u8], now_ms: i64) {
    let Some(header) = header_of(batch) else { return };
    set_attribute(header, attribute::LOG_APPEND_TIME, true);
    put(header, at::MAX_TIMESTAMP, now_ms.to_be_bytes());
    checksum(batch);
}

/// Marks the batch CreateTime with the largest timestamp of its records.
pub fn create_time(batch: &mut [u8], max_timestamp_ms: i64) {
    let Some(header) = header_of(batch) else { return };
    set_attribute(header, attribute::LOG_APPEND_TIME, false);
    put(header, at::MAX_TIMESTAMP, max_timestamp_ms.to_be_bytes());
    checksum(batch);
}

/// Writes who produced the batch and where it stands in their sequence, as an idempotent producer does when it
/// starts a new epoch with batches it has built already.
pub fn producer(batch: &mut [u8], id: ProducerId, epoch: ProducerEpoch, base_sequence: i32) {
    let Some(header) = header_of(batch) else { return };
    put(header, at::PRODUCER_ID, id.0.to_be_bytes());
    put(header, at::PRODUCER_EPOCH, epoch.0.to_be_bytes());
    put(header, at::BASE_SEQUENCE, base_sequence.to_be_bytes());
    checksum(batch);
}

/// Writes the checksum of the batch as it stands.
pub fn checksum(batch: &mut [u8]) {
    let Some(covered) = batch.get(at::ATTRIBUTES..) else { return };
    let crc = crc32c::crc32c(covered);
    put(batch, at::CRC, crc.to_be_bytes());
}

fn header_of(batch: &mut [u8]) -> Option<&mut [u8]> {
    batch.get_mut(..BatchHeader::BYTES)
}

/// As Kafka does, this clears the bits that have no meaning yet.
fn set_attribute(header: &mut [u8], bit: i16, on: bool) {
    let attributes = i16::from_be_bytes([header[at::ATTRIBUTES], header[at::ATTRIBUTES + 1]]);
    let attributes = attribute::KNOWN & if on { attributes | bit } else { attributes & !bit };
    put(header, at::ATTRIBUTES, attributes.to_be_bytes());
}

fn put<const N: usize>(bytes: &mut [u8], at: usize, field: [u8; N]) {
    bytes[at..at + N].copy_from_slice(&field);
}
