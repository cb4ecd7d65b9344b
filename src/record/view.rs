use std::borrow::Cow;

use crate::names::Offset;

use super::batch::Batch;
use super::codec::lz4::HeaderChecksum;
use super::error::{RecordError, Result};
use super::header::{BatchHeader, TimestampType};
use super::legacy::{self, LegacyRecords};
use super::{Codec, varint};

/// One record, where it lies: in the batch, or in the decompressed copy of it.
#[derive(Debug, Clone, Copy)]
pub struct RecordView<'a> {
    pub offset: Offset,
    /// The batch's when it is LogAppendTime; -1 in message sets of magic 0.
    pub timestamp_ms: i64,
    /// -1 without a producer.
    pub sequence: i32,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: Headers<'a>,
    /// The record as stored, uncompressed, its own length field included: a whole message in magic 0 and 1.
    pub bytes: &'a [u8],
}

/// The headers of one record in their order: the same key may come more than once.
///
/// Keys should be UTF-8, but nothing on the way checks that, so they are bytes here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    count: usize,
    rest: &'a [u8],
}

impl<'a> Batch<'a> {
    /// The records of this batch; decompresses them when they are compressed, into at most `output_bytes_max`.
    ///
    /// The checksum is not looked at ([`Batch::check_crc`]). Errors: those of [`Codec::decompress`]; damaged
    /// records come as errors from the iteration.
    pub fn records(&self, output_bytes_max: usize) -> Result<Records<'a>> {
        let codec = self.header().codec()?;
        let body = if codec == Codec::None {
            Cow::Borrowed(self.body()?)
        } else {
            let mut decompressed = Vec::new();
            self.decompress(codec, &mut decompressed, output_bytes_max)?;
            Cow::Owned(decompressed)
        };
        Ok(Records { header: *self.header(), body })
    }

    /// As [`Batch::records`], but decompresses into `scratch`, for callers that read many batches.
    pub fn records_in<'s>(&self, scratch: &'s mut Vec<u8>, output_bytes_max: usize) -> Result<RecordIter<'s>>
    where
        'a: 's,
    {
        let codec = self.header().codec()?;
        if codec == Codec::None {
            return Ok(RecordIter::new(*self.header(), self.body()?));
        }
        scratch.clear();
        self.decompress(codec, scratch, output_bytes_max)?;
        Ok(RecordIter::new(*self.header(), scratch))
    }

    fn decompress(&self, codec: Codec, output: &mut Vec<u8>, output_bytes_max: usize) -> Result<()> {
        let lz4_header = match self.header().magic {
            0 => HeaderChecksum::Ignore,
            _ => HeaderChecksum::Check,
        };
        codec.decompress_with(lz4_header, self.body()?, output, output_bytes_max)
    }

    /// What holds the records: everything after the header (magic 2), the value of a compressed wrapper, or the one
    /// uncompressed message itself (magic 0 and 1).
    fn body(&self) -> Result<&'a [u8]> {
        match (self.header().magic, self.header().codec()?) {
            (2, _) => Ok(self.body_v2()),
            (_, Codec::None) => Ok(self.bytes()),
            _ => legacy::wrapper_value(self.bytes()),
        }
    }
}

/// The records of one batch, decompressed if need be. Iterate over `&records`.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    header: BatchHeader,
    body: Cow<'a, [u8]>,
}

impl Records<'_> {
    pub fn iter(&self) -> RecordIter<'_> {
        RecordIter::new(self.header, &self.body)
    }

    /// Bytes of the records once decompressed.
    pub fn uncompressed_bytes(&self) -> usize {
        self.body.len()
    }
}

impl<'r> IntoIterator for &'r Records<'_> {
    type Item = Result<RecordView<'r>>;
    type IntoIter = RecordIter<'r>;

    fn into_iter(self) -> RecordIter<'r> {
        self.iter()
    }
}

/// Gives each record once; the first damage is the last item. Also an error: bytes left over after the records
/// that the header declares, or too few of them.
#[derive(Debug, Clone)]
pub struct RecordIter<'r> {
    layout: Layout<'r>,
}

#[derive(Debug, Clone)]
enum Layout<'r> {
    Current { header: BatchHeader, rest: &'r [u8], index: i32 },
    Legacy(LegacyRecords<'r>),
    Ended,
}

impl<'r> RecordIter<'r> {
    pub(super) fn new(header: BatchHeader, body: &'r [u8]) -> Self {
        let layout = match header.magic {
            2 => Layout::Current { header, rest: body, index: 0 },
            _ => Layout::Legacy(LegacyRecords::new(&header, body)),
        };
        Self { layout }
    }
}

impl<'r> Iterator for RecordIter<'r> {
    type Item = Result<RecordView<'r>>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = match &mut self.layout {
            Layout::Current { header, rest, index } if *index < header.record_count => {
                let at = *index;
                *index += 1;
                RawRecord::take(rest)
                    .map(|record| record.view(header))
                    .map_err(|reason| RecordError::Record { index: at, reason })
                    .map(Some)
            }
            Layout::Current { header, rest, .. } => check_end(header.record_count, rest).map(|()| None),
            Layout::Legacy(records) => records.next().transpose(),
            Layout::Ended => Ok(None),
        };
        if !matches!(item, Ok(Some(_))) {
            self.layout = Layout::Ended;
        }
        item.transpose()
    }
}

/// Checks what is left once the declared number of records has been taken.
pub(super) fn check_end(declared: i32, rest: &[u8]) -> Result<()> {
    if declared < 0 {
        return Err(RecordError::RecordCount { declared, reason: "no count below zero" });
    }
    if !rest.is_empty() {
        return Err(RecordError::RecordCount { declared, reason: "more than that" });
    }
    Ok(())
}

/// One record of magic 2 as its batch holds it: everything relative to the header.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawRecord<'a> {
    pub timestamp_delta_ms: i64,
    pub offset_delta: i32,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: Headers<'a>,
    pub bytes: &'a [u8],
}

impl<'a> RawRecord<'a> {
    /// Takes one record off the front of `input`. The error says what is wrong with it.
    #[inline]
    pub fn take(input: &mut &'a [u8]) -> Result<Self, &'static str> {
        let start = *input;
        let body_bytes = varint::take_i32(input).map_err(|_| "its length")?;
        let mut body = take_bytes(input, body_bytes).ok_or("its length exceeds the batch")?;
        let record = Self::take_body(&mut body)?;
        if !body.is_empty() {
            return Err("bytes follow its headers");
        }
        Ok(Self { bytes: &start[..start.len() - input.len()], ..record })
    }

    /// As [`take`](Self::take), but goes by the lengths inside the record alone.
    pub fn take_skipping(input: &mut &'a [u8]) -> Result<Self, &'static str> {
        let start = *input;
        if varint::take_i32(input).map_err(|_| "its length")? < 0 {
            return Err("its length is negative");
        }
        let record = Self::take_body(input)?;
        Ok(Self { bytes: &start[..start.len() - input.len()], ..record })
    }

    /// All fields but [`bytes`](Self::bytes), which the caller knows.
    #[inline]
    fn take_body(body: &mut &'a [u8]) -> Result<Self, &'static str> {
        // The attributes byte has no bits in use.
        let [_attributes, rest @ ..] = *body else { return Err("it is empty") };
        *body = rest;
        let timestamp_delta_ms = varint::take_i64(body).map_err(|_| "its timestamp")?;
        let offset_delta = varint::take_i32(body).map_err(|_| "its offset")?;
        let key = take_nullable(body).ok_or("its key")?;
        let value = take_nullable(body).ok_or("its value")?;
        let headers = Headers::take(body)?;
        Ok(Self { timestamp_delta_ms, offset_delta, key, value, headers, bytes: &[] })
    }

    /// The timestamp readers see.
    #[inline]
    pub fn timestamp_ms(&self, header: &BatchHeader) -> i64 {
        match header.timestamp_type() {
            TimestampType::LogAppendTime => header.max_timestamp_ms,
            _ => header.base_timestamp_ms.wrapping_add(self.timestamp_delta_ms),
        }
    }

    #[inline]
    fn view(self, header: &BatchHeader) -> RecordView<'a> {
        RecordView {
            offset: Offset(header.base_offset.0.wrapping_add(i64::from(self.offset_delta))),
            timestamp_ms: self.timestamp_ms(header),
            sequence: header.sequence(self.offset_delta),
            key: self.key,
            value: self.value,
            headers: self.headers,
            bytes: self.bytes,
        }
    }
}

impl<'a> Headers<'a> {
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The value of the last header with this key, as Kafka's `Headers.lastHeader`.
    pub fn last(self, key: &[u8]) -> Option<Option<&'a [u8]>> {
        self.filter(|(name, _)| *name == key).last().map(|(_, value)| value)
    }

    /// Takes the headers off the front of `input` and checks each, so that iteration cannot fail.
    #[inline]
    fn take(input: &mut &'a [u8]) -> Result<Self, &'static str> {
        let count = varint::take_i32(input).map_err(|_| "its header count")?;
        if count == 0 {
            return Ok(Self::default());
        }
        let count = usize::try_from(count).map_err(|_| "its header count is negative")?;
        let all = *input;
        for _ in 0..count {
            take_header(input).ok_or("a header of it")?;
        }
        Ok(Self { count, rest: &all[..all.len() - input.len()] })
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        self.count = self.count.checked_sub(1)?;
        take_header(&mut self.rest)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl ExactSizeIterator for Headers<'_> {}

fn take_header<'a>(input: &mut &'a [u8]) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    let key_bytes = varint::take_i32(input).ok()?;
    let key = take_bytes(input, key_bytes)?;
    Some((key, take_nullable(input)?))
}

/// Bytes behind a varint length; a negative one means null. `None` when they are not there.
#[inline]
fn take_nullable<'a>(input: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    match varint::take_i32(input).ok()? {
        ..0 => Some(None),
        length => take_bytes(input, length).map(Some),
    }
}

#[inline]
fn take_bytes<'a>(input: &mut &'a [u8], length: i32) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at_checked(usize::try_from(length).ok()?)?;
    *input = rest;
    Some(taken)
}
