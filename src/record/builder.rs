use crate::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};

use super::error::{RecordError, Result};
use super::header::{BatchHeader, at, attribute};
use super::{Codec, Compression, stamp, varint};

/// What a new batch says about itself apart from its records. The default is what a plain producer sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchFields {
    pub base_offset: Offset,
    pub partition_leader_epoch: LeaderEpoch,
    pub compression: Compression,
    /// Makes the batch LogAppendTime as of then; otherwise it is CreateTime.
    pub log_append_time_ms: Option<i64>,
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    pub base_sequence: i32,
    pub is_transactional: bool,
    pub is_control: bool,
    pub delete_horizon_ms: Option<i64>,
}

impl Default for BatchFields {
    fn default() -> Self {
        Self {
            base_offset: Offset(0),
            partition_leader_epoch: LeaderEpoch::NONE,
            compression: Compression::default(),
            log_append_time_ms: None,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: -1,
            is_transactional: false,
            is_control: false,
            delete_horizon_ms: None,
        }
    }
}

impl BatchFields {
    /// The fields of an existing batch, to build another in its place (compaction, recompression).
    ///
    /// Errors: [`RecordError::UnknownCodec`].
    pub fn of(header: &BatchHeader) -> Result<Self> {
        let is_log_append_time = header.attributes & attribute::LOG_APPEND_TIME != 0;
        Ok(Self {
            base_offset: header.base_offset,
            partition_leader_epoch: header.partition_leader_epoch,
            compression: header.codec()?.into(),
            log_append_time_ms: is_log_append_time.then_some(header.max_timestamp_ms),
            producer_id: header.producer_id,
            producer_epoch: header.producer_epoch,
            base_sequence: header.base_sequence,
            is_transactional: header.is_transactional(),
            is_control: header.is_control(),
            delete_horizon_ms: header.delete_horizon_ms(),
        })
    }

    /// A batch without records, which keeps a producer's last sequence, or the end of what was compacted (E15).
    pub fn empty_batch(&self, last_offset_delta: i32, max_timestamp_ms: i64) -> Vec<u8> {
        let mut batch = vec![0; BatchHeader::BYTES];
        let totals = Totals { last_offset_delta, record_count: 0, base_timestamp_ms: -1, max_timestamp_ms };
        self.write_header(&mut batch, &totals);
        batch
    }

    fn attributes(&self) -> i16 {
        let bit = |on: bool, bit: i16| if on { bit } else { 0 };
        i16::from(self.compression.codec.id())
            | bit(self.log_append_time_ms.is_some(), attribute::LOG_APPEND_TIME)
            | bit(self.is_transactional, attribute::TRANSACTIONAL)
            | bit(self.is_control, attribute::CONTROL)
            | bit(self.delete_horizon_ms.is_some(), attribute::DELETE_HORIZON)
    }

    /// Fills in the header in front of the records that are already in `batch`.
    pub(super) fn write_header(&self, batch: &mut [u8], totals: &Totals) {
        let length = (batch.len() - BatchHeader::OVERHEAD_BYTES) as u32;
        let header = &mut batch[..BatchHeader::BYTES];
        let mut put = |at: usize, field: &[u8]| header[at..at + field.len()].copy_from_slice(field);
        put(0, &self.base_offset.0.to_be_bytes());
        put(at::LENGTH, &length.to_be_bytes());
        put(at::LEADER_EPOCH, &self.partition_leader_epoch.0.to_be_bytes());
        put(at::MAGIC, &[2]);
        put(at::ATTRIBUTES, &self.attributes().to_be_bytes());
        put(at::LAST_OFFSET_DELTA, &totals.last_offset_delta.to_be_bytes());
        put(at::BASE_TIMESTAMP, &totals.base_timestamp_ms.to_be_bytes());
        let max_timestamp_ms = self.log_append_time_ms.unwrap_or(totals.max_timestamp_ms);
        put(at::MAX_TIMESTAMP, &max_timestamp_ms.to_be_bytes());
        put(at::PRODUCER_ID, &self.producer_id.0.to_be_bytes());
        put(at::PRODUCER_EPOCH, &self.producer_epoch.0.to_be_bytes());
        put(at::BASE_SEQUENCE, &self.base_sequence.to_be_bytes());
        put(at::RECORD_COUNT, &totals.record_count.to_be_bytes());
        stamp::checksum(batch);
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Totals {
    pub last_offset_delta: i32,
    pub record_count: i32,
    pub base_timestamp_ms: i64,
    pub max_timestamp_ms: i64,
}

/// Builds one batch of magic 2, record by record.
///
/// ```
/// use kafkactl_core::record::{BatchBuilder, BatchFields};
/// let mut builder = BatchBuilder::new(BatchFields::default());
/// builder.append(1_700_000_000_000, Some(b"key"), Some(b"value"), []);
/// let batch = builder.finish().unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct BatchBuilder {
    fields: BatchFields,
    /// Room for the header, then the records, uncompressed.
    buffer: Vec<u8>,
    /// One record without its length, which stands in front but is known last.
    record: Vec<u8>,
    totals: Option<Totals>,
}

/// A record's header as [`BatchBuilder::append`] takes it.
pub type HeaderRef<'a> = (&'a [u8], Option<&'a [u8]>);

impl BatchBuilder {
    /// More than this needs no batch to refuse it: the length of one is 32 bits, signed.
    pub const BYTES_MAX: usize = i32::MAX as usize;

    pub fn new(fields: BatchFields) -> Self {
        Self { fields, buffer: vec![0; BatchHeader::BYTES], record: Vec::new(), totals: None }
    }

    /// Appends a record at the next offset.
    pub fn append<'h>(
        &mut self,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: impl IntoIterator<Item = HeaderRef<'h>, IntoIter: ExactSizeIterator>,
    ) {
        let offset_delta = self.totals.map_or(0, |totals| totals.last_offset_delta + 1);
        let totals = self.totals.get_or_insert_with(|| Totals {
            last_offset_delta: 0,
            record_count: 0,
            base_timestamp_ms: self.fields.delete_horizon_ms.unwrap_or(timestamp_ms),
            max_timestamp_ms: timestamp_ms,
        });
        totals.last_offset_delta = offset_delta;
        totals.record_count += 1;
        totals.max_timestamp_ms = totals.max_timestamp_ms.max(timestamp_ms);

        let record = &mut self.record;
        record.clear();
        // Attributes: no bit of them is in use.
        record.push(0);
        varint::put_i64(record, timestamp_ms.wrapping_sub(totals.base_timestamp_ms));
        varint::put_i32(record, offset_delta);
        put_nullable(record, key);
        put_nullable(record, value);
        let headers = headers.into_iter();
        varint::put_i32(record, headers.len() as i32);
        for (key, value) in headers {
            put_nullable(record, Some(key));
            put_nullable(record, value);
        }
        varint::put_i32(&mut self.buffer, record.len() as i32);
        self.buffer.extend_from_slice(record);
    }

    pub fn fields(&self) -> &BatchFields {
        &self.fields
    }

    pub fn record_count(&self) -> i32 {
        self.totals.map_or(0, |totals| totals.record_count)
    }

    pub fn is_empty(&self) -> bool {
        self.totals.is_none()
    }

    /// Bytes of the batch as it stands, before compression.
    pub fn size_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// -1 without records.
    pub fn max_timestamp_ms(&self) -> i64 {
        self.totals.map_or(-1, |totals| totals.max_timestamp_ms)
    }

    /// Sets what an idempotent producer knows only when it sends.
    pub fn set_producer(&mut self, id: ProducerId, epoch: ProducerEpoch, base_sequence: i32) {
        self.fields.producer_id = id;
        self.fields.producer_epoch = epoch;
        self.fields.base_sequence = base_sequence;
    }

    /// The batch as it goes over the wire and to disk.
    ///
    /// Errors: [`RecordError::Compress`], and [`RecordError::RecordCount`] without a record or with more bytes than
    /// a batch can hold.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let declared = self.record_count();
        let totals = self.totals.ok_or(RecordError::RecordCount { declared, reason: "no record" })?;
        if self.fields.compression.codec != Codec::None {
            let records = self.buffer.split_off(BatchHeader::BYTES);
            self.fields.compression.compress(&records, &mut self.buffer)?;
        }
        if self.buffer.len() > Self::BYTES_MAX {
            return Err(RecordError::RecordCount { declared, reason: "more bytes than a batch can" });
        }
        self.fields.write_header(&mut self.buffer, &totals);
        Ok(self.buffer)
    }
}

fn put_nullable(output: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => varint::put_i32(output, -1),
        Some(bytes) => {
            varint::put_i32(output, bytes.len() as i32);
            output.extend_from_slice(bytes);
        }
    }
}

/// Bytes a record takes before compression, for those who must know before they append
/// (`DefaultRecord.sizeInBytes`).
pub fn record_bytes<'h>(
    offset_delta: i32,
    timestamp_delta_ms: i64,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: impl IntoIterator<Item = HeaderRef<'h>, IntoIter: ExactSizeIterator>,
) -> usize {
    let nullable = |bytes: Option<&[u8]>| match bytes {
        None => 1,
        Some(bytes) => varint::bytes_of_i32(bytes.len() as i32) + bytes.len(),
    };
    let headers = headers.into_iter();
    let body_bytes = 1
        + varint::bytes_of_i64(timestamp_delta_ms)
        + varint::bytes_of_i32(offset_delta)
        + nullable(key)
        + nullable(value)
        + varint::bytes_of_i32(headers.len() as i32)
        + headers.map(|(key, value)| nullable(Some(key)) + nullable(value)).sum::<usize>();
    varint::bytes_of_i32(body_bytes as i32) + body_bytes
}
