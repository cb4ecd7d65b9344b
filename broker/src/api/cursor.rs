//! A bounded walk over the bytes of one request, for the requests too hot or too exposed for the general decoder:
//! headers, Produce, Fetch. Nothing is copied and nothing is allocated by a length somebody sent.

use std::ops::Range;

use kafkactl_core::names::{TopicId, Uuid};

/// What is wrong with the bytes.
pub(crate) type Malformed = &'static str;

/// A topic as the version of a request names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TopicRef<'a> {
    Name(&'a str),
    Id(TopicId),
}

#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Whether lengths are compact and structures end with tagged fields (KIP-482).
    flexible: bool,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8], flexible: bool) -> Self {
        Self { bytes, position: 0, flexible }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    pub fn set_flexible(&mut self, flexible: bool) {
        self.flexible = flexible;
    }

    pub fn i8(&mut self) -> Result<i8, Malformed> {
        Ok(i8::from_be_bytes(self.array()?))
    }

    pub fn i16(&mut self) -> Result<i16, Malformed> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    pub fn i32(&mut self) -> Result<i32, Malformed> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    pub fn i64(&mut self) -> Result<i64, Malformed> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    pub fn topic_id(&mut self) -> Result<TopicId, Malformed> {
        Ok(TopicId(Uuid::from_bytes(self.array()?)))
    }

    /// A topic, by name or (`by_id`) by id.
    pub fn topic(&mut self, by_id: bool) -> Result<TopicRef<'a>, Malformed> {
        if by_id { self.topic_id().map(TopicRef::Id) } else { self.string().map(TopicRef::Name) }
    }

    pub fn nullable_string(&mut self) -> Result<Option<&'a str>, Malformed> {
        let count = if self.flexible { self.compact_length()? } else { i64::from(self.i16()?) };
        let Some(range) = self.range(count)? else { return Ok(None) };
        std::str::from_utf8(&self.bytes[range]).map(Some).map_err(|_| "a text is not UTF-8")
    }

    pub fn string(&mut self) -> Result<&'a str, Malformed> {
        self.nullable_string()?.ok_or("a text is null that must not be")
    }

    /// A nullable string with a two-byte length whatever the encoding: the client id of a header (J1).
    pub fn rigid_nullable_string(&mut self) -> Result<Option<&'a str>, Malformed> {
        let flexible = std::mem::replace(&mut self.flexible, false);
        let text = self.nullable_string();
        self.flexible = flexible;
        text
    }

    /// Where the bytes lie; `None` for null.
    pub fn nullable_bytes(&mut self) -> Result<Option<Range<usize>>, Malformed> {
        let count = if self.flexible { self.compact_length()? } else { i64::from(self.i32()?) };
        self.range(count)
    }

    /// The number of elements that follow, each at least `element_bytes_min` long; null counts as none.
    pub fn array_count(&mut self, element_bytes_min: usize) -> Result<usize, Malformed> {
        let count = if self.flexible { self.compact_length()? } else { i64::from(self.i32()?) };
        let count = usize::try_from(count.max(0)).map_err(|_| "an array is too long")?;
        if count > (self.bytes.len() - self.position) / element_bytes_min.max(1) {
            return Err("an array is longer than what follows");
        }
        Ok(count)
    }

    /// Walks the tagged fields that end a structure of a flexible version. `field` gets the tag and a cursor over
    /// the field's bytes; it ignores tags it does not know.
    pub fn tagged_fields(
        &mut self,
        mut field: impl FnMut(u32, Cursor<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if !self.flexible {
            return Ok(());
        }
        let count = self.unsigned_varint()?;
        let mut previous = None;
        for _ in 0..count {
            let tag = self.unsigned_varint()?;
            if previous.replace(tag).is_some_and(|previous| previous >= tag) {
                return Err("tags are not in ascending order");
            }
            let bytes = i64::from(self.unsigned_varint()?);
            let range = self.range(bytes)?.unwrap_or_default();
            field(tag, Cursor::new(&self.bytes[range], true))?;
        }
        Ok(())
    }

    pub fn skip_tagged_fields(&mut self) -> Result<(), Malformed> {
        self.tagged_fields(|_, _| Ok(()))
    }

    /// A compact length: one more than the count, 0 for null.
    fn compact_length(&mut self) -> Result<i64, Malformed> {
        Ok(i64::from(self.unsigned_varint()?) - 1)
    }

    fn unsigned_varint(&mut self) -> Result<u32, Malformed> {
        let mut value: u32 = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.array()?;
            if shift == 28 && byte > 0x0f {
                return Err("a varint is too long");
            }
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a varint is too long")
    }

    /// The next `count` bytes; negative is null.
    fn range(&mut self, count: i64) -> Result<Option<Range<usize>>, Malformed> {
        let Ok(count) = usize::try_from(count) else { return Ok(None) };
        let start = self.position;
        if count > self.bytes.len() - start {
            return Err("a length reaches beyond the end");
        }
        self.position += count;
        Ok(Some(start..self.position))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let bytes = self.bytes[self.position..].first_chunk().ok_or("the message ends too early")?;
        self.position += N;
        Ok(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_never_reach_beyond_the_bytes() {
        let huge_rigid = [0x7f, 0xff, 0xff, 0xff];
        let huge_flexible = [0xff, 0xff, 0xff, 0xff, 0x0f];
        for (bytes, flexible) in [(&huge_rigid[..], false), (&huge_flexible[..], true)] {
            assert!(Cursor::new(bytes, flexible).nullable_bytes().is_err());
            assert!(Cursor::new(bytes, flexible).array_count(1).is_err());
        }
        assert!(Cursor::new(&[0x80; 6], true).array_count(1).is_err(), "an endless varint");
        assert!(Cursor::new(&[0xff, 0xff, 0xff, 0xff, 0x1f], true).array_count(1).is_err());
    }

    #[test]
    fn both_encodings_of_null_empty_and_text() {
        let cases: &[(&[u8], bool, Option<&str>)] = &[
            (&[0xff, 0xff], false, None),
            (&[0, 0], false, Some("")),
            (&[0, 2, b'o', b'k'], false, Some("ok")),
            (&[0], true, None),
            (&[1], true, Some("")),
            (&[3, b'o', b'k'], true, Some("ok")),
        ];
        for (bytes, flexible, expected) in cases {
            let mut cursor = Cursor::new(bytes, *flexible);
            assert_eq!(cursor.nullable_string(), Ok(*expected));
            assert_eq!(cursor.position, bytes.len());
        }
        assert!(Cursor::new(&[3, 0xc3, 0x28], true).string().is_err(), "not UTF-8");
    }

    #[test]
    fn tagged_fields_are_walked_in_order() {
        let bytes = [2, 0, 1, 7, 5, 2, 8, 9];
        let mut seen = Vec::new();
        let mut cursor = Cursor::new(&bytes, true);
        cursor
            .tagged_fields(|tag, field| {
                seen.push((tag, field.bytes.to_vec()));
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, [(0, vec![7]), (5, vec![8, 9])]);
        assert!(Cursor::new(&[2, 1, 0, 1, 0], true).skip_tagged_fields().is_err(), "a tag twice");
    }
}
