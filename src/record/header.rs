use crate::names::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};

use super::Codec;
use super::error::{RecordError, Result};

/// The header of one batch, read once and then plain numbers.
///
/// Magic 2 has all fields. For message sets of magic 0 and 1 the fields they lack hold Kafka's "none" (-1), and
/// [`base_offset`](Self::base_offset) equals the last offset: what lies before it only a decompressed wrapper tells
/// ([`Batch::records`](super::Batch::records)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    pub base_offset: Offset,
    /// Bytes of the whole batch, the 12 of offset and length included.
    pub size_bytes: usize,
    pub partition_leader_epoch: LeaderEpoch,
    pub magic: i8,
    /// As stored: CRC-32C of everything after it (magic 2), CRC-32 (magic 0 and 1).
    pub crc: u32,
    pub attributes: i16,
    pub last_offset_delta: i32,
    /// With [`delete_horizon_ms`](Self::delete_horizon_ms) this field holds the horizon.
    pub base_timestamp_ms: i64,
    pub max_timestamp_ms: i64,
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    pub base_sequence: i32,
    pub record_count: i32,
}

/// Where the timestamps of a batch's records come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampType {
    /// Magic 0 has no timestamps.
    None,
    CreateTime,
    LogAppendTime,
}

impl BatchHeader {
    /// Bytes of a header of magic 2, and of a batch without records.
    pub const BYTES: usize = 61;
    /// Base offset and length: what the length field does not count.
    pub const OVERHEAD_BYTES: usize = 12;
    /// Bytes up to and with the magic, which says how the rest is laid out.
    pub const PREFIX_BYTES: usize = 17;

    /// Reads the header at the front of `bytes`; the rest of the batch need not be there.
    ///
    /// Errors: [`RecordError::Truncated`] with fewer bytes than the header has, [`RecordError::Magic`],
    /// [`RecordError::BatchSize`]. The checksum is not looked at.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        require(bytes, Self::PREFIX_BYTES)?;
        let length = i32::from_be_bytes(field(bytes, at::LENGTH));
        let magic = bytes[at::MAGIC] as i8;
        let (header_bytes, length_min) = match magic {
            0 => (18, 14),
            1 => (26, 22),
            2 => (Self::BYTES, (Self::BYTES - Self::OVERHEAD_BYTES) as i32),
            _ => return Err(RecordError::Magic(magic)),
        };
        if length < length_min {
            return Err(RecordError::BatchSize { size: length, min: length_min, magic });
        }
        require(bytes, header_bytes)?;
        let size_bytes = Self::OVERHEAD_BYTES + length as usize;
        Ok(if magic == 2 {
            Self::read_v2(bytes, size_bytes)
        } else {
            Self::read_legacy(bytes, size_bytes, magic)
        })
    }

    fn read_v2(bytes: &[u8], size_bytes: usize) -> Self {
        Self {
            base_offset: Offset(i64::from_be_bytes(field(bytes, 0))),
            size_bytes,
            partition_leader_epoch: LeaderEpoch(i32::from_be_bytes(field(bytes, at::LEADER_EPOCH))),
            magic: 2,
            crc: u32::from_be_bytes(field(bytes, at::CRC)),
            attributes: i16::from_be_bytes(field(bytes, at::ATTRIBUTES)),
            last_offset_delta: i32::from_be_bytes(field(bytes, at::LAST_OFFSET_DELTA)),
            base_timestamp_ms: i64::from_be_bytes(field(bytes, at::BASE_TIMESTAMP)),
            max_timestamp_ms: i64::from_be_bytes(field(bytes, at::MAX_TIMESTAMP)),
            producer_id: ProducerId(i64::from_be_bytes(field(bytes, at::PRODUCER_ID))),
            producer_epoch: ProducerEpoch(i16::from_be_bytes(field(bytes, at::PRODUCER_EPOCH))),
            base_sequence: i32::from_be_bytes(field(bytes, at::BASE_SEQUENCE)),
            record_count: i32::from_be_bytes(field(bytes, at::RECORD_COUNT)),
        }
    }

    fn read_legacy(bytes: &[u8], size_bytes: usize, magic: i8) -> Self {
        let timestamp_ms = if magic == 1 { i64::from_be_bytes(field(bytes, 18)) } else { -1 };
        Self {
            base_offset: Offset(i64::from_be_bytes(field(bytes, 0))),
            size_bytes,
            partition_leader_epoch: LeaderEpoch::NONE,
            magic,
            crc: u32::from_be_bytes(field(bytes, 12)),
            attributes: i16::from(bytes[17]),
            last_offset_delta: 0,
            base_timestamp_ms: timestamp_ms,
            max_timestamp_ms: timestamp_ms,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: -1,
            record_count: -1,
        }
    }

    /// Bytes of the batch that hold records, compressed or not.
    pub fn records_bytes(&self) -> usize {
        self.size_bytes.saturating_sub(match self.magic {
            2 => Self::BYTES,
            // Of a wrapper its value, of a plain message all.
            _ => 0,
        })
    }

    pub fn last_offset(&self) -> Offset {
        Offset(self.base_offset.0.wrapping_add(i64::from(self.last_offset_delta)))
    }

    /// The offset of whatever follows this batch.
    pub fn next_offset(&self) -> Offset {
        Offset(self.last_offset().0.wrapping_add(1))
    }

    /// Errors: [`RecordError::UnknownCodec`].
    pub fn codec(&self) -> Result<Codec> {
        Codec::from_id((self.attributes & attribute::CODEC) as u8)
    }

    pub fn timestamp_type(&self) -> TimestampType {
        match (self.magic, self.attributes & attribute::LOG_APPEND_TIME) {
            (0, _) => TimestampType::None,
            (_, 0) => TimestampType::CreateTime,
            _ => TimestampType::LogAppendTime,
        }
    }

    pub fn is_transactional(&self) -> bool {
        self.magic >= 2 && self.attributes & attribute::TRANSACTIONAL != 0
    }

    /// Transaction markers and KRaft's own records; clients never see them as data.
    pub fn is_control(&self) -> bool {
        self.magic >= 2 && self.attributes & attribute::CONTROL != 0
    }

    /// Until when the tombstones or the marker in this batch are kept (KIP-534).
    pub fn delete_horizon_ms(&self) -> Option<i64> {
        (self.magic >= 2 && self.attributes & attribute::DELETE_HORIZON != 0)
            .then_some(self.base_timestamp_ms)
    }

    pub fn has_producer_id(&self) -> bool {
        self.producer_id.0 > ProducerId::NONE.0
    }

    /// -1 without a producer's sequence, as in control batches.
    pub fn last_sequence(&self) -> i32 {
        self.sequence(self.last_offset_delta)
    }

    /// The sequence of the record at `offset_delta`: 2^31-1 is followed by 0.
    pub(super) fn sequence(&self, offset_delta: i32) -> i32 {
        match self.base_sequence {
            -1 => -1,
            base => base.wrapping_add(offset_delta) & i32::MAX,
        }
    }
}

/// Where the fields of magic 2 lie.
pub(super) mod at {
    pub const LENGTH: usize = 8;
    pub const LEADER_EPOCH: usize = 12;
    pub const MAGIC: usize = 16;
    pub const CRC: usize = 17;
    pub const ATTRIBUTES: usize = 21;
    pub const LAST_OFFSET_DELTA: usize = 23;
    pub const BASE_TIMESTAMP: usize = 27;
    pub const MAX_TIMESTAMP: usize = 35;
    pub const PRODUCER_ID: usize = 43;
    pub const PRODUCER_EPOCH: usize = 51;
    pub const BASE_SEQUENCE: usize = 53;
    pub const RECORD_COUNT: usize = 57;
}

/// Bits of the attributes field.
pub(super) mod attribute {
    pub const CODEC: i16 = 0x07;
    pub const LOG_APPEND_TIME: i16 = 0x08;
    pub const TRANSACTIONAL: i16 = 0x10;
    pub const CONTROL: i16 = 0x20;
    pub const DELETE_HORIZON: i16 = 0x40;
    pub const KNOWN: i16 = 0x7f;
}

fn require(bytes: &[u8], needed_bytes: usize) -> Result<()> {
    if bytes.len() < needed_bytes {
        return Err(RecordError::Truncated { needed_bytes, present_bytes: bytes.len() });
    }
    Ok(())
}

/// The `N` bytes at `at`, which the caller knows to be there.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[at..at + N]);
    field
}
