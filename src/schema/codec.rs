//! The primitives of Kafka's schema language (`org.apache.kafka.common.protocol.{Readable, Writable}`).
//!
//! A message version is rigid (two-byte string lengths, four-byte counts) or flexible (KIP-482: varint lengths
//! plus one, tagged fields at the end of every structure); reader and writer carry which.
//! Nothing here allocates by a declared length: a length is compared with the bytes that remain first.

use bytes::{Buf, BufMut, Bytes, TryGetError};
use uuid::Uuid;

use super::SchemaError;
use super::sink::{Sink, TaggedFields};

/// Longest text of a message; Kafka refuses longer ones in both encodings.
pub const STRING_BYTES_MAX: usize = i16::MAX as usize;

/// The byte in place of a structure that is null; before one that is there stands a 1.
pub const NULL_STRUCTURE: i8 = -1;

/// The same in a tagged field.
pub const NULL_TAGGED_STRUCTURE: i8 = 0;

/// Most bytes or elements of a field.
const COUNT_MAX: usize = i32::MAX as usize - 1;

type Result<T> = std::result::Result<T, SchemaError>;

/// What a text field is decoded to.
pub trait Text: Sized {
    /// `None` when `bytes` are not UTF-8.
    fn from_utf8(bytes: Bytes) -> Option<Self>;
    fn as_str(&self) -> &str;
}

impl Text for String {
    fn from_utf8(bytes: Bytes) -> Option<Self> {
        String::from_utf8(bytes.into()).ok()
    }

    fn as_str(&self) -> &str {
        self
    }
}

/// Reads the fields of one message, in order.
pub struct Reader<'a, B> {
    input: &'a mut B,
    flexible: bool,
}

macro_rules! read_numbers {
    ($($name:ident -> $type:ty = $get:ident;)*) => {
        $(pub fn $name(&mut self) -> Result<$type> {
            self.input.$get().map_err(truncated)
        })*
    };
}

impl<'a, B: Buf> Reader<'a, B> {
    pub fn new(input: &'a mut B, flexible: bool) -> Self {
        Self { input, flexible }
    }

    read_numbers! {
        int8 -> i8 = try_get_i8;
        int16 -> i16 = try_get_i16;
        uint16 -> u16 = try_get_u16;
        int32 -> i32 = try_get_i32;
        uint32 -> u32 = try_get_u32;
        int64 -> i64 = try_get_i64;
        float64 -> f64 = try_get_f64;
    }

    /// Any byte but zero is true, as in Java.
    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.int8()? != 0)
    }

    pub fn uuid(&mut self) -> Result<Uuid> {
        self.input.try_get_u128().map(Uuid::from_u128).map_err(truncated)
    }

    pub fn uvarint(&mut self) -> Result<u32> {
        read_uvarint(self.input)
    }

    pub fn string<T: Text>(&mut self) -> Result<T> {
        self.nullable_string()?.ok_or(SchemaError::UnexpectedNull)
    }

    pub fn nullable_string<T: Text>(&mut self) -> Result<Option<T>> {
        let length =
            if self.flexible { self.compact_length()? } else { signed_length(self.int16()?.into())? };
        let Some(length) = length else { return Ok(None) };
        if length > STRING_BYTES_MAX {
            return Err(SchemaError::TooLong { length, max: STRING_BYTES_MAX });
        }
        T::from_utf8(self.take(length)?).map(Some).ok_or(SchemaError::InvalidUtf8)
    }

    pub fn bytes<T: From<Bytes>>(&mut self) -> Result<T> {
        self.nullable_bytes()?.ok_or(SchemaError::UnexpectedNull)
    }

    pub fn nullable_bytes<T: From<Bytes>>(&mut self) -> Result<Option<T>> {
        let Some(length) = self.count()? else { return Ok(None) };
        Ok(Some(self.take(length)?.into()))
    }

    pub fn array<T>(&mut self, element: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.nullable_array(element)?.ok_or(SchemaError::UnexpectedNull)
    }

    /// Every element takes at least a byte, so that a count beyond the remaining bytes is refused at once; memory
    /// then grows with the elements that are there, not with the count.
    pub fn nullable_array<T>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(count) = self.count()? else { return Ok(None) };
        let remaining = self.input.remaining();
        if count > remaining {
            return Err(SchemaError::Truncated { needed: count, remaining });
        }
        let mut elements = Vec::with_capacity(count.min(remaining / size_of::<T>().max(1) + 1));
        for _ in 0..count {
            elements.push(element(self)?);
        }
        Ok(Some(elements))
    }

    /// A structure behind the byte that says whether it is there; `null` is [`NULL_STRUCTURE`] or
    /// [`NULL_TAGGED_STRUCTURE`].
    pub fn nullable_structure<T>(
        &mut self,
        null: i8,
        fields: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Option<T>> {
        match self.int8()? {
            flag if flag == null => Ok(None),
            1 => fields(self).map(Some),
            flag => Err(SchemaError::BadStructureFlag { flag }),
        }
    }

    /// The tagged fields that end a structure; nothing in a rigid version. `field` reads a tag that it knows and
    /// answers whether it did; others are skipped.
    pub fn tagged_fields(&mut self, mut field: impl FnMut(&mut Self, u32) -> Result<bool>) -> Result<()> {
        if !self.flexible {
            return Ok(());
        }
        for _ in 0..self.uvarint()? {
            let tag = self.uvarint()?;
            let size = self.uvarint()? as usize;
            let before = self.input.remaining();
            if size > before {
                return Err(SchemaError::Truncated { needed: size, remaining: before });
            }
            if !field(self, tag)? {
                self.input.advance(size);
            }
            let taken = before - self.input.remaining();
            if taken != size {
                return Err(SchemaError::TagSizeMismatch { tag, size, taken });
            }
        }
        Ok(())
    }

    /// The length of a text; `None` for null.
    fn string_length(&mut self) -> Result<Option<usize>> {
        let length =
            if self.flexible { self.compact_length()? } else { signed_length(self.int16()?.into())? };
        match length {
            Some(length) if length > STRING_BYTES_MAX => {
                Err(SchemaError::TooLong { length, max: STRING_BYTES_MAX })
            }
            length => Ok(length),
        }
    }

    /// The length of bytes or the number of elements; `None` for null.
    pub(crate) fn count(&mut self) -> Result<Option<usize>> {
        if self.flexible { self.compact_length() } else { signed_length(self.int32()?) }
    }

    fn compact_length(&mut self) -> Result<Option<usize>> {
        Ok(self.uvarint()?.checked_sub(1).map(|length| length as usize))
    }

    fn take(&mut self, length: usize) -> Result<Bytes> {
        let remaining = self.input.remaining();
        if length > remaining {
            return Err(SchemaError::Truncated { needed: length, remaining });
        }
        Ok(self.input.copy_to_bytes(length))
    }
}

/// Reading without copying or keeping.
impl<'b> Reader<'_, &'b [u8]> {
    pub(crate) fn slice(&mut self, length: usize) -> Result<&'b [u8]> {
        let remaining = self.input.len();
        self.input.split_off(..length).ok_or(SchemaError::Truncated { needed: length, remaining })
    }

    pub(crate) fn nullable_str(&mut self) -> Result<Option<&'b str>> {
        let Some(length) = self.string_length()? else { return Ok(None) };
        std::str::from_utf8(self.slice(length)?).map(Some).map_err(|_| SchemaError::InvalidUtf8)
    }
}

/// Writes the fields of one message, in order.
pub struct Writer<'a> {
    output: &'a mut Vec<u8>,
    flexible: bool,
}

impl<'a> Writer<'a> {
    pub fn new(output: &'a mut Vec<u8>, flexible: bool) -> Self {
        Self { output, flexible }
    }

    fn count(&mut self, count: Option<usize>) -> Result<()> {
        match count {
            Some(length) if length > COUNT_MAX => {
                return Err(SchemaError::TooLong { length, max: COUNT_MAX });
            }
            Some(count) if self.flexible => write_uvarint(self.output, count as u32 + 1),
            Some(count) => self.output.put_i32(count as i32),
            None if self.flexible => write_uvarint(self.output, 0),
            None => self.output.put_i32(-1),
        }
        Ok(())
    }
}

macro_rules! write_numbers {
    ($($name:ident($type:ty) = $put:ident;)*) => {
        $(fn $name(&mut self, _field: &'static str, value: $type) -> Result<()> {
            self.output.$put(value);
            Ok(())
        })*
    };
}

impl Sink for Writer<'_> {
    write_numbers! {
        int8(i8) = put_i8;
        int16(i16) = put_i16;
        uint16(u16) = put_u16;
        int32(i32) = put_i32;
        uint32(u32) = put_u32;
        int64(i64) = put_i64;
        float64(f64) = put_f64;
    }

    fn bool(&mut self, _field: &'static str, value: bool) -> Result<()> {
        self.output.put_u8(value.into());
        Ok(())
    }

    fn uuid(&mut self, _field: &'static str, value: Uuid) -> Result<()> {
        self.output.put_u128(value.as_u128());
        Ok(())
    }

    fn nullable_string(&mut self, _field: &'static str, value: Option<&str>) -> Result<()> {
        let length = value.map(str::len);
        match length {
            Some(length) if length > STRING_BYTES_MAX => {
                return Err(SchemaError::TooLong { length, max: STRING_BYTES_MAX });
            }
            _ if self.flexible => self.count(length)?,
            Some(length) => self.output.put_i16(length as i16),
            None => self.output.put_i16(-1),
        }
        self.output.put_slice(value.unwrap_or("").as_bytes());
        Ok(())
    }

    fn nullable_bytes(&mut self, _field: &'static str, value: Option<&[u8]>) -> Result<()> {
        self.count(value.map(<[u8]>::len))?;
        self.output.put_slice(value.unwrap_or(&[]));
        Ok(())
    }

    fn nullable_array<T>(
        &mut self,
        _field: &'static str,
        elements: Option<&[T]>,
        mut element: impl FnMut(&mut Self, &T) -> Result<()>,
    ) -> Result<()> {
        self.count(elements.map(<[T]>::len))?;
        elements.unwrap_or(&[]).iter().try_for_each(|value| element(self, value))
    }

    fn structure<T>(
        &mut self,
        _field: &'static str,
        value: &T,
        fields: impl FnOnce(&mut Self, &T) -> Result<()>,
    ) -> Result<()> {
        fields(self, value)
    }

    fn nullable_structure<T>(
        &mut self,
        _field: &'static str,
        null: i8,
        value: Option<&T>,
        fields: impl FnOnce(&mut Self, &T) -> Result<()>,
    ) -> Result<()> {
        self.output.put_i8(if value.is_some() { 1 } else { null });
        value.map_or(Ok(()), |value| fields(self, value))
    }

    fn tagged(
        &mut self,
        tags: &mut TaggedFields,
        tag: u32,
        write: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let start = self.output.len();
        write(self)?;
        tags.0.push((tag, self.output.split_off(start)));
        Ok(())
    }

    /// Nothing in a rigid version.
    fn tagged_fields(&mut self, mut tags: TaggedFields) {
        if !self.flexible {
            return;
        }
        tags.0.sort_unstable_by_key(|(tag, _)| *tag);
        write_uvarint(self.output, tags.0.len() as u32);
        for (tag, value) in tags.0 {
            write_uvarint(self.output, tag);
            write_uvarint(self.output, value.len() as u32);
            self.output.extend_from_slice(&value);
        }
    }
}

const UVARINT_BYTES_MAX: usize = 5;

/// An unsigned varint of at most five bytes. Bits beyond the 32nd are dropped, as in Java.
pub fn read_uvarint(input: &mut impl Buf) -> Result<u32> {
    let mut value = 0;
    for index in 0..UVARINT_BYTES_MAX {
        let byte = input.try_get_u8().map_err(truncated)?;
        value |= u32::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(SchemaError::VarintTooLong { bytes_max: UVARINT_BYTES_MAX })
}

pub fn write_uvarint(output: &mut impl BufMut, mut value: u32) {
    while value >= 0x80 {
        output.put_u8(value as u8 | 0x80);
        value >>= 7;
    }
    output.put_u8(value as u8);
}

/// Minus one is null; anything below is refused.
fn signed_length(length: i32) -> Result<Option<usize>> {
    match length {
        -1 => Ok(None),
        length => usize::try_from(length).map(Some).map_err(|_| SchemaError::NegativeLength { length }),
    }
}

fn truncated(error: TryGetError) -> SchemaError {
    SchemaError::Truncated { needed: error.requested, remaining: error.available }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// The rows of a golden table about unsigned varints.
    fn golden_rows(file: &str) -> Vec<Vec<String>> {
        let table = std::fs::read_to_string(format!("tests/golden/hash/{file}")).unwrap();
        let rows = table.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        rows.filter(|row| row[0] == "unsigned_varint").collect()
    }

    #[test]
    fn varints_are_kafkas() {
        let rows = golden_rows("varints.tsv");
        assert!(rows.len() > 100);
        for row in rows {
            let (value, bytes): (i64, _) = (row[1].parse().unwrap(), unhex(&row[2]));
            let mut written = Vec::new();
            write_uvarint(&mut written, value as u32);
            assert_eq!(written, bytes, "{value}");
            assert_eq!(read_uvarint(&mut &bytes[..]), Ok(value as u32));
        }
    }

    #[test]
    fn broken_varints_are_refused_as_in_kafka() {
        for row in golden_rows("varint-errors.tsv") {
            let bytes = unhex(&row[1]);
            let mut input = &bytes[..];
            match (read_uvarint(&mut input), row[2].as_str()) {
                (Ok(value), expected) => assert_eq!(format!("{value} rest {}", input.len()), expected),
                (Err(SchemaError::Truncated { .. }), expected) => assert!(expected.contains("Underflow")),
                (Err(_), expected) => assert!(expected.contains("too long"), "{expected}"),
            }
        }
    }

    #[test]
    fn counts_beyond_the_remaining_bytes_are_refused_at_once() {
        for (flexible, bytes) in [(false, &b"\x7f\xff\xff\xff\0\0"[..]), (true, b"\xff\xff\xff\xff\x0f\0\0")]
        {
            let mut input = bytes;
            let mut elements = 0;
            let read = Reader::new(&mut input, flexible).array(|reader| {
                elements += 1;
                reader.int8()
            });
            assert!(matches!(read, Err(SchemaError::Truncated { remaining: 2, .. })), "{read:?}");
            assert_eq!(elements, 0);
        }
    }

    #[test]
    fn texts_are_bounded_both_ways() {
        let mut output = Vec::new();
        let text = "x".repeat(STRING_BYTES_MAX + 1);
        for flexible in [false, true] {
            assert!(Writer::new(&mut output, flexible).string("", &text).is_err());
            assert_eq!(output, b"");
        }
        write_uvarint(&mut output, text.len() as u32 + 1);
        output.extend_from_slice(text.as_bytes());
        let read: Result<String> = Reader::new(&mut &output[..], true).string();
        assert!(matches!(read, Err(SchemaError::TooLong { .. })), "{read:?}");
    }

    #[test]
    fn a_known_tagged_field_takes_its_size_exactly() {
        let read = |bytes: &'static [u8]| {
            Reader::new(&mut &*bytes, true).tagged_fields(|reader, tag| match tag {
                0 => reader.int16().map(|_| true),
                _ => Ok(false),
            })
        };
        assert_eq!(read(b"\x02\x00\x02ab\x07\x01c"), Ok(()));
        let mismatch = SchemaError::TagSizeMismatch { tag: 0, size: 3, taken: 2 };
        assert_eq!(read(b"\x01\x00\x03abc"), Err(mismatch));
        assert!(matches!(read(b"\x01\x07\x03ab"), Err(SchemaError::Truncated { .. })));
    }
}
