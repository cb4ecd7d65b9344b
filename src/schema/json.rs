use serde_json::{Map, Value};
use uuid::Uuid;

use super::SchemaError;
use super::sink::{Sink, TaggedFields};
use crate::names::uuid_text;

type Result = std::result::Result<(), SchemaError>;

/// Collects the fields of a message as Kafka's JSON converters do: names in camel case, bytes as base64, UUIDs as
/// Kafka prints them, fields outside the version and tagged fields at their default left out.
pub struct Json(Container);

enum Container {
    Object(Map<String, Value>),
    Array(Vec<Value>),
}

impl Json {
    pub fn object() -> Self {
        Self(Container::Object(Map::new()))
    }

    fn array_of(capacity: usize) -> Self {
        Self(Container::Array(Vec::with_capacity(capacity)))
    }

    pub fn into_value(self) -> Value {
        match self.0 {
            Container::Object(fields) => Value::Object(fields),
            Container::Array(elements) => Value::Array(elements),
        }
    }

    fn put(&mut self, field: &'static str, value: impl Into<Value>) -> Result {
        match &mut self.0 {
            Container::Object(fields) => {
                fields.insert(field.to_owned(), value.into());
            }
            Container::Array(elements) => elements.push(value.into()),
        }
        Ok(())
    }
}

macro_rules! put_values {
    ($($name:ident($type:ty);)*) => {
        $(fn $name(&mut self, field: &'static str, value: $type) -> Result {
            self.put(field, value)
        })*
    };
}

impl Sink for Json {
    put_values! {
        bool(bool);
        int8(i8);
        int16(i16);
        uint16(u16);
        int32(i32);
        uint32(u32);
        int64(i64);
        float64(f64);
        nullable_string(Option<&str>);
    }

    fn uuid(&mut self, field: &'static str, value: Uuid) -> Result {
        self.put(field, uuid_text(&value))
    }

    fn nullable_bytes(&mut self, field: &'static str, value: Option<&[u8]>) -> Result {
        self.put(field, value.map(base64))
    }

    fn nullable_array<T>(
        &mut self,
        field: &'static str,
        elements: Option<&[T]>,
        mut element: impl FnMut(&mut Self, &T) -> Result,
    ) -> Result {
        let Some(elements) = elements else { return self.put(field, Value::Null) };
        let mut array = Self::array_of(elements.len());
        elements.iter().try_for_each(|value| element(&mut array, value))?;
        self.put(field, array.into_value())
    }

    fn structure<T>(
        &mut self,
        field: &'static str,
        value: &T,
        fields: impl FnOnce(&mut Self, &T) -> Result,
    ) -> Result {
        let mut object = Self::object();
        fields(&mut object, value)?;
        self.put(field, object.into_value())
    }

    fn nullable_structure<T>(
        &mut self,
        field: &'static str,
        _null: i8,
        value: Option<&T>,
        fields: impl FnOnce(&mut Self, &T) -> Result,
    ) -> Result {
        match value {
            Some(value) => self.structure(field, value, fields),
            None => self.put(field, Value::Null),
        }
    }

    fn tagged(
        &mut self,
        _tags: &mut TaggedFields,
        _tag: u32,
        write: impl FnOnce(&mut Self) -> Result,
    ) -> Result {
        write(self)
    }

    fn tagged_fields(&mut self, _tags: TaggedFields) {}
}

/// Padded base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .enumerate()
            .fold(0, |bits, (index, &byte)| bits | u32::from(byte) << (16 - 8 * index));
        for index in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * index)) as usize & 63] as char;
            text.push(if index <= chunk.len() { letter } else { '=' });
        }
    }
    text
}
