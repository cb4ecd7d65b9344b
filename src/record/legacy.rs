//! Message sets of magic 0 and 1, read-only: what brokers before 0.11 left in old directories.
//!
//! One message is `offset i64, length i32, crc u32, magic i8, attributes i8, [timestamp i64], key, value` with
//! 32-bit lengths before key and value. A compressed wrapper is a message whose value holds such messages; its
//! offset is that of the last one. Inside, magic 0 has absolute offsets and magic 1 offsets from 0 (KIP-31);
//! a wrapper stamped by the broker overrides the timestamps inside (KIP-32).

use crate::names::Offset;

use super::Codec;
use super::batch::Batch;
use super::error::{RecordError, Result};
use super::header::{BatchHeader, TimestampType, attribute};
use super::view::{Headers, RecordView};

/// The messages of one plain message or of one decompressed wrapper.
#[derive(Debug, Clone)]
pub(super) struct LegacyRecords<'r> {
    rest: &'r [u8],
    index: i32,
    wrapper: Option<Wrapper>,
}

#[derive(Debug, Clone)]
struct Wrapper {
    magic: i8,
    /// What to add to the offsets inside; `None` when that could not be worked out.
    base_offset: Option<i64>,
    timestamp_ms: Option<i64>,
}

impl<'r> LegacyRecords<'r> {
    /// `body` is the message itself when the header names no codec, else the decompressed value.
    pub fn new(header: &BatchHeader, body: &'r [u8]) -> Self {
        let wrapper = (header.codec() != Ok(Codec::None)).then(|| Wrapper {
            magic: header.magic,
            base_offset: if header.magic == 0 { Some(0) } else { base_offset_within(header, body) },
            timestamp_ms: (header.timestamp_type() == TimestampType::LogAppendTime)
                .then_some(header.max_timestamp_ms),
        });
        Self { rest: body, index: 0, wrapper }
    }

    pub fn next(&mut self) -> Option<Result<RecordView<'r>>> {
        if self.rest.is_empty() && self.index > 0 {
            return None;
        }
        let index = self.index;
        self.index += 1;
        Some(self.take().map_err(|reason| RecordError::Record { index, reason }))
    }

    fn take(&mut self) -> Result<RecordView<'r>, &'static str> {
        if self.rest.is_empty() {
            return Err("its wrapper holds no message");
        }
        let batch = Batch::parse(self.rest).map_err(|_| "its length or magic")?;
        self.rest = &self.rest[batch.bytes().len()..];
        let header = batch.header();
        let mut offset = header.base_offset.0;
        let mut timestamp_ms = header.max_timestamp_ms;
        if let Some(wrapper) = &self.wrapper {
            if header.magic != wrapper.magic {
                return Err("its magic differs from its wrapper's");
            }
            if header.codec() != Ok(Codec::None) {
                return Err("it is compressed inside a compressed wrapper");
            }
            let base_offset = wrapper.base_offset.ok_or("the last offset of its wrapper")?;
            offset = offset.wrapping_add(base_offset);
            timestamp_ms = wrapper.timestamp_ms.unwrap_or(timestamp_ms);
        }
        let (key, value) = key_and_value(batch.bytes(), header.magic).ok_or("its key or value")?;
        let bytes = batch.bytes();
        let headers = Headers::default();
        Ok(RecordView { offset: Offset(offset), timestamp_ms, sequence: -1, key, value, headers, bytes })
    }
}

/// Appends a message out of a compressed wrapper as one that stands for itself, with the offset and the timestamp it
/// has in there.
///
/// Errors: `message` is none of magic 0 or 1.
pub fn standalone_message(
    wrapper: &BatchHeader,
    message: &RecordView<'_>,
    output: &mut Vec<u8>,
) -> Result<()> {
    let header = BatchHeader::read(message.bytes)?;
    if header.magic >= 2 {
        return Err(RecordError::Magic(header.magic));
    }
    let start = output.len();
    output.extend_from_slice(message.bytes);
    let bytes = &mut output[start..];
    bytes[..8].copy_from_slice(&message.offset.0.to_be_bytes());
    if header.magic == 1 {
        bytes[17] |= (wrapper.attributes & attribute::LOG_APPEND_TIME) as u8;
        bytes[18..26].copy_from_slice(&message.timestamp_ms.to_be_bytes());
    }
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[16..]);
    bytes[12..16].copy_from_slice(&crc.sum().to_be_bytes());
    Ok(())
}

/// The bytes a compressed wrapper holds.
pub(super) fn wrapper_value(message: &[u8]) -> Result<&[u8]> {
    let magic = BatchHeader::read(message)?.magic;
    let damaged = RecordError::Record { index: 0, reason: "a compressed wrapper without a value" };
    key_and_value(message, magic).and_then(|(_, value)| value).ok_or(damaged)
}

/// Offsets in a wrapper of magic 1 count from its first message; the wrapper's own offset is the last one's.
fn base_offset_within(header: &BatchHeader, body: &[u8]) -> Option<i64> {
    let mut rest = body;
    let mut last_relative = None;
    while !rest.is_empty() {
        let batch = Batch::parse(rest).ok()?;
        last_relative = Some(batch.header().base_offset.0);
        rest = &rest[batch.bytes().len()..];
    }
    last_relative.map(|relative| header.base_offset.0.wrapping_sub(relative))
}

type Nullable<'a> = Option<&'a [u8]>;

fn key_and_value(message: &[u8], magic: i8) -> Option<(Nullable<'_>, Nullable<'_>)> {
    let mut rest = message.get(if magic == 0 { 18 } else { 26 }..)?;
    let key = take_nullable(&mut rest)?;
    let value = take_nullable(&mut rest)?;
    rest.is_empty().then_some((key, value))
}

fn take_nullable<'a>(input: &mut &'a [u8]) -> Option<Nullable<'a>> {
    let (length, rest) = input.split_first_chunk()?;
    *input = rest;
    match i32::from_be_bytes(*length) {
        ..0 => Some(None),
        length => {
            let (taken, rest) = input.split_at_checked(usize::try_from(length).ok()?)?;
            *input = rest;
            Some(Some(taken))
        }
    }
}
