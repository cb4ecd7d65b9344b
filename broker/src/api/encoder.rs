//! Writes the replies that are too hot for the general encoder, Produce's and Fetch's, primitive by primitive.

use bytes::{BufMut, BytesMut};
use kafkactl_core::names::TopicId;

use super::Reply;

/// A reply's memory under way. Lengths and tags take the form of the version.
#[derive(Debug)]
pub(crate) struct Encoder {
    bytes: BytesMut,
    flexible: bool,
}

impl Encoder {
    /// At the start of a reply's body.
    pub fn reply(flexible: bool) -> Self {
        Self { bytes: Reply::head(), flexible }
    }

    /// At the start of a tagged field, which is flexible by nature.
    pub fn field() -> Self {
        Self { bytes: BytesMut::new(), flexible: true }
    }

    /// What was written since the last call.
    pub fn take(&mut self) -> BytesMut {
        self.bytes.split()
    }

    pub fn i16(&mut self, value: i16) {
        self.bytes.put_i16(value);
    }

    pub fn i32(&mut self, value: i32) {
        self.bytes.put_i32(value);
    }

    pub fn i64(&mut self, value: i64) {
        self.bytes.put_i64(value);
    }

    pub fn topic_id(&mut self, id: TopicId) {
        self.bytes.put_slice(id.0.as_bytes());
    }

    pub fn string(&mut self, text: &str) {
        if self.flexible {
            self.varint(text.len() + 1);
        } else {
            self.bytes.put_i16(text.len() as i16);
        }
        self.bytes.put_slice(text.as_bytes());
    }

    pub fn nullable_string(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None if self.flexible => self.bytes.put_u8(0),
            None => self.bytes.put_i16(-1),
        }
    }

    /// The count of an array or the length of bytes; what it counts follows.
    pub fn count(&mut self, count: usize) {
        if self.flexible { self.varint(count + 1) } else { self.bytes.put_i32(count as i32) }
    }

    /// An array that is null.
    pub fn null_array(&mut self) {
        if self.flexible { self.bytes.put_u8(0) } else { self.bytes.put_i32(-1) }
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.put_slice(bytes);
    }

    /// The tagged fields that end a structure, by ascending tag.
    pub fn tags(&mut self, fields: &[(u8, Encoder)]) {
        if !self.flexible {
            return;
        }
        self.varint(fields.len());
        for (tag, field) in fields {
            self.bytes.put_u8(*tag);
            self.varint(field.bytes.len());
            self.bytes.put_slice(&field.bytes);
        }
    }

    fn varint(&mut self, mut value: usize) {
        while value >= 0x80 {
            self.bytes.put_u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.put_u8(value as u8);
    }
}
