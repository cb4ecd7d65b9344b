//! What the leader checks before it appends a batch from a client, and what it changes in it (A3, A9 to A14;
//! `ProduceRequest.validateRecords`, `UnifiedLog.append`, `LogValidator`).
//!
//! The bytes given are never changed: of a batch that is kept as it is only the 61 bytes of its header are copied and
//! stamped, and header and records go to disk in one vectored write. A batch is built anew only when the topic's
//! `compression.type` asks for another codec.
//!
//! One difference to Kafka: inner offsets that do not count 0, 1, 2 … are refused whether the batch is compressed or
//! not. Kafka stores such a batch as it is when uncompressed, and readers then see offsets twice or past the end.

mod rejection;
mod walk;

use std::cell::RefCell;

use crate::names::{LeaderEpoch, Offset};

use super::header::{BatchHeader, TimestampType, at, attribute};
use super::{Batch, BatchBuilder, BatchFields, Codec, Compression, RecordError, batches};

pub use rejection::{FaultReason, RECORD_FAULTS_MAX, RecordFault, RecordShape, Rejection, RejectionKind};
use walk::{Findings, Parser, Walk};

/// What a topic's settings say about appending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProduceRules {
    /// `max.message.bytes`: of the batch as sent, and again as recompressed.
    pub message_bytes_max: usize,
    /// `cleanup.policy` contains `compact`.
    pub is_compacted: bool,
    pub timestamps: TimestampRule,
    /// `compression.type` and its level; `None` is `producer`.
    pub compression: Option<Compression>,
    pub origin: Origin,
    /// What a batch may inflate to while its records are looked at.
    pub decompressed_bytes_max: usize,
}

/// `message.timestamp.type`, with the range that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampRule {
    /// `message.timestamp.before.max.ms` and `message.timestamp.after.max.ms`.
    CreateTime {
        before_ms_max: i64,
        after_ms_max: i64,
    },
    LogAppendTime,
}

/// Who wrote the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Client,
    /// The broker's own coordinators: trusted with control batches and sequences.
    Coordinator,
}

impl Default for ProduceRules {
    /// Kafka 4.3's defaults (A12).
    fn default() -> Self {
        Self {
            message_bytes_max: 1_048_588,
            is_compacted: false,
            timestamps: TimestampRule::CreateTime { before_ms_max: i64::MAX, after_ms_max: 3_600_000 },
            compression: None,
            origin: Origin::Client,
            decompressed_bytes_max: DECOMPRESSED_BYTES_MAX,
        }
    }
}

/// The most that any batch may inflate to. `max.message.bytes` does not bound that, and Kafka has no bound at all.
pub const DECOMPRESSED_BYTES_MAX: usize = 128 << 20;

/// What a thread keeps of the room it decompressed into.
const SCRATCH_BYTES_KEPT: usize = 4 << 20;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The one batch that a produce request of `version` must hold for a partition (A3). Bytes after it that are no whole
/// batch are dropped without a word, as Kafka does.
pub fn only_batch(records: &[u8], version: i16) -> Result<Batch<'_>, Rejection> {
    const ZSTD_VERSION_MIN: i16 = 7;
    let mut batches = batches(records);
    let batch = batches.next().ok_or(Rejection::NoBatch)?.map_err(Rejection::Damaged)?;
    if batch.header().magic != 2 {
        return Err(Rejection::OldMagic(batch.header().magic));
    }
    if version < ZSTD_VERSION_MIN && batch.header().codec() == Ok(Codec::Zstd) {
        return Err(Rejection::ZstdTooNew(version));
    }
    match batches.next() {
        None => Ok(batch),
        Some(Ok(_)) => Err(Rejection::ManyBatches),
        Some(Err(error)) => Err(Rejection::Damaged(error)),
    }
}

/// Checks `batch` as `rules` say, at `now_ms`, and gives what to store. Offsets are still to be stamped.
pub fn validate_produce<'a>(
    batch: &Batch<'a>,
    rules: &ProduceRules,
    now_ms: i64,
) -> Result<Validated<'a>, Rejection> {
    check_header(batch, rules)?;
    let header = batch.header();
    let source = header.codec().map_err(Rejection::Unreadable)?;
    let target = match rules.compression {
        Some(compression) if !(header.is_control() && source == Codec::None) => compression,
        _ => source.into(),
    };
    let walk = Walk { header, rules, now_ms };
    if source == Codec::None && target.codec == Codec::None {
        let findings = walk.run(batch.body_v2(), Parser::Strict)?;
        findings.check_offsets()?;
        return Ok(Validated::in_place(batch, rules, now_ms, &findings));
    }
    SCRATCH.with_borrow_mut(|scratch| {
        let validated = if source == target.codec {
            let records = decompress(batch, source, rules, scratch)?;
            let findings = walk.run(records, Parser::Skipping)?;
            findings.check_offsets().map(|()| Validated::in_place(batch, rules, now_ms, &findings))
        } else {
            recompress(batch, source, target, &walk, scratch)
        };
        scratch.clear();
        scratch.shrink_to(SCRATCH_BYTES_KEPT);
        validated
    })
}

fn check_header(batch: &Batch<'_>, rules: &ProduceRules) -> Result<(), Rejection> {
    let header = batch.header();
    let is_client = rules.origin == Origin::Client;
    if is_client && header.base_offset != Offset(0) {
        return Err(Rejection::BaseOffset(header.base_offset.0));
    }
    check_size(header.size_bytes, rules)?;
    batch.check_crc().map_err(Rejection::Damaged)?;
    if !is_client {
        return Ok(());
    }
    let (last_offset_delta, record_count) = (header.last_offset_delta, header.record_count);
    if record_count <= 0 || last_offset_delta != record_count - 1 {
        return Err(Rejection::RecordCount { last_offset_delta, record_count });
    }
    if header.is_control() {
        return Err(Rejection::ControlFromClient);
    }
    if header.has_producer_id() && header.base_sequence < 0 {
        let (base_sequence, producer_id) = (header.base_sequence, header.producer_id.0);
        return Err(Rejection::Sequence { base_sequence, producer_id });
    }
    Ok(())
}

fn check_size(size_bytes: usize, rules: &ProduceRules) -> Result<(), Rejection> {
    let max_bytes = rules.message_bytes_max;
    if size_bytes > max_bytes { Err(Rejection::TooLarge { size_bytes, max_bytes }) } else { Ok(()) }
}

fn decompress<'s>(
    batch: &Batch<'_>,
    codec: Codec,
    rules: &ProduceRules,
    scratch: &'s mut Vec<u8>,
) -> Result<&'s [u8], Rejection> {
    scratch.clear();
    codec.decompress(batch.body_v2(), scratch, rules.decompressed_bytes_max).map_err(
        |error| match error {
            RecordError::DecompressedSize { codec, max_bytes } => {
                Rejection::InflatesTooLarge { codec, max_bytes }
            }
            error => Rejection::Unreadable(error),
        },
    )?;
    Ok(scratch)
}

/// Builds the batch anew with the topic's codec: `LogValidator.buildRecordsAndAssignOffsets` (A13).
fn recompress<'a>(
    batch: &Batch<'a>,
    source: Codec,
    target: Compression,
    walk: &Walk<'_>,
    scratch: &mut Vec<u8>,
) -> Result<Validated<'a>, Rejection> {
    let header = batch.header();
    let records = match source {
        Codec::None => batch.body_v2(),
        _ => decompress(batch, source, walk.rules, scratch)?,
    };
    // Offsets are counted anew below, so any will do here.
    walk.run(records, Parser::Strict)?;
    let log_append_time_ms = (walk.rules.timestamps == TimestampRule::LogAppendTime).then_some(walk.now_ms);
    let fields = BatchFields::of(header).map_err(Rejection::Unreadable)?;
    let mut builder = BatchBuilder::new(BatchFields {
        base_offset: Offset(0),
        compression: target,
        log_append_time_ms,
        delete_horizon_ms: None,
        ..fields
    });
    for record in walk.views(records) {
        let record = record.map_err(Rejection::Unreadable)?;
        builder.append(record.timestamp_ms, record.key, record.value, record.headers);
    }
    let bytes = builder.finish().map_err(Rejection::Unreadable)?;
    check_size(bytes.len(), walk.rules)?;
    Validated::rebuilt(bytes, log_append_time_ms)
}

/// A batch fit to be appended: its header, to be stamped, and its records.
#[derive(Debug, Clone)]
pub struct Validated<'a> {
    header: BatchHeader,
    head: [u8; BatchHeader::BYTES],
    body: Body<'a>,
    log_append_time_ms: Option<i64>,
}

#[derive(Debug, Clone)]
enum Body<'a> {
    /// The records as they were sent.
    Kept(&'a [u8]),
    /// A whole batch, of which the header's place is not used.
    Rebuilt(Vec<u8>),
}

impl<'a> Validated<'a> {
    /// Keeps the records' bytes; writes timestamp type and max timestamp if they differ, and then the checksum.
    fn in_place(batch: &Batch<'a>, rules: &ProduceRules, now_ms: i64, findings: &Findings) -> Self {
        let log_append_time_ms = (rules.timestamps == TimestampRule::LogAppendTime).then_some(now_ms);
        let mut validated = Self {
            header: *batch.header(),
            head: [0; BatchHeader::BYTES],
            body: Body::Kept(batch.body_v2()),
            log_append_time_ms,
        };
        validated.head.copy_from_slice(&batch.bytes()[..BatchHeader::BYTES]);
        let timestamp_type = match log_append_time_ms {
            Some(_) => TimestampType::LogAppendTime,
            None => TimestampType::CreateTime,
        };
        let max_timestamp_ms = log_append_time_ms.unwrap_or(findings.max_timestamp_ms);
        let header = &validated.header;
        if header.timestamp_type() != timestamp_type || header.max_timestamp_ms != max_timestamp_ms {
            validated.restamp(timestamp_type, max_timestamp_ms);
        }
        validated
    }

    fn rebuilt(bytes: Vec<u8>, log_append_time_ms: Option<i64>) -> Result<Self, Rejection> {
        let header = BatchHeader::read(&bytes).map_err(Rejection::Unreadable)?;
        let mut head = [0; BatchHeader::BYTES];
        head.copy_from_slice(&bytes[..BatchHeader::BYTES]);
        Ok(Self { header, head, body: Body::Rebuilt(bytes), log_append_time_ms })
    }

    /// As Kafka does, this clears the attribute bits that have no meaning yet.
    fn restamp(&mut self, timestamp_type: TimestampType, max_timestamp_ms: i64) {
        let mut attributes = self.header.attributes & attribute::KNOWN & !attribute::LOG_APPEND_TIME;
        if timestamp_type == TimestampType::LogAppendTime {
            attributes |= attribute::LOG_APPEND_TIME;
        }
        self.put(at::ATTRIBUTES, attributes.to_be_bytes());
        self.put(at::MAX_TIMESTAMP, max_timestamp_ms.to_be_bytes());
        let crc = crc32c::crc32c_append(crc32c::crc32c(&self.head[at::ATTRIBUTES..]), self.records());
        self.put(at::CRC, crc.to_be_bytes());
        self.header = BatchHeader { attributes, max_timestamp_ms, crc, ..self.header };
    }

    /// Writes what the leader knows only under its lock. Outside the checksum, so this costs nothing.
    pub fn stamp(&mut self, base_offset: Offset, epoch: LeaderEpoch) {
        self.put(0, base_offset.0.to_be_bytes());
        self.put(at::LEADER_EPOCH, epoch.0.to_be_bytes());
        self.header = BatchHeader { base_offset, partition_leader_epoch: epoch, ..self.header };
    }

    /// The header as it stands.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The batch to store, in two parts.
    pub fn parts(&self) -> [&[u8]; 2] {
        [&self.head, self.records()]
    }

    fn records(&self) -> &[u8] {
        match &self.body {
            Body::Kept(records) => records,
            Body::Rebuilt(batch) => &batch[BatchHeader::BYTES..],
        }
    }

    pub fn size_bytes(&self) -> usize {
        self.header.size_bytes
    }

    /// What a LogAppendTime topic answers; `None` with CreateTime.
    pub fn log_append_time_ms(&self) -> Option<i64> {
        self.log_append_time_ms
    }

    fn put<const N: usize>(&mut self, at: usize, field: [u8; N]) {
        self.head[at..at + N].copy_from_slice(&field);
    }
}
