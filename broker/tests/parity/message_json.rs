//! Reads any RPC body into the JSON that Kafka's own converters print, straight from the message definitions.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::notation::{self, Field, Message, Versions};

/// The definitions of every body.
pub struct Messages {
    by_name: HashMap<String, Message>,
}

impl Messages {
    /// Reads the definitions that the core's bodies and shapes are generated from.
    pub fn load() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/wire/definitions");
        let mut by_name = HashMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let messages = notation::parse(&text).unwrap().messages;
            by_name.extend(messages.into_iter().map(|message| (message.name.clone(), message)));
        }
        Self { by_name }
    }

    /// A body as JSON; an error says what does not fit.
    pub fn json(&self, name: &str, version: i16, body: &[u8]) -> Result<Value, String> {
        let message = self.by_name.get(name).ok_or_else(|| format!("no definition of {name}"))?;
        let flexible = message.flexible_from.is_some_and(|first| version >= first);
        let mut reader = Reader { message, version, flexible, rest: body };
        let value = reader.structure(0)?;
        if reader.rest.is_empty() { Ok(value) } else { Err(format!("{} bytes left over", reader.rest.len())) }
    }
}

struct Reader<'a> {
    message: &'a Message,
    version: i16,
    flexible: bool,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn structure(&mut self, index: usize) -> Result<Value, String> {
        let message = self.message;
        let fields = &message.structs[index].fields;
        let mut object = Map::new();
        for field in fields.iter() {
            if field.tag.is_some() || !self.holds(field.versions) {
                continue;
            }
            object.insert(camel(&field.name), self.field(field)?);
        }
        if self.flexible {
            for _ in 0..self.varint()? {
                let tag = self.varint()? as u32;
                let bytes = self.varint()? as usize;
                let after = self.rest.get(bytes..).ok_or("tagged field cut short")?;
                let field = fields.iter().find(|field| field.tag == Some(tag) && self.holds(field.versions));
                if let Some(field) = field {
                    object.insert(camel(&field.name), self.field(field)?);
                }
                self.rest = after;
            }
        }
        Ok(Value::Object(object))
    }

    fn holds(&self, versions: Versions) -> bool {
        versions.first <= self.version && self.version <= versions.last
    }

    fn field(&mut self, field: &Field) -> Result<Value, String> {
        if !field.is_array {
            return self.element(field);
        }
        let count =
            if self.flexible { self.varint()? as i64 - 1 } else { i64::from(self.number::<4>()? as i32) };
        if count < 0 {
            return Ok(Value::Null);
        }
        (0..count).map(|_| self.element(field)).collect::<Result<_, _>>().map(Value::Array)
    }

    fn element(&mut self, field: &Field) -> Result<Value, String> {
        if let Some(index) = self.message.structs.iter().position(|each| each.name == field.type_name) {
            let nullable = field.nullable.is_some_and(|versions| self.holds(versions)) && !field.is_array;
            if nullable && self.number::<1>()? as i8 == -1 {
                return Ok(Value::Null);
            }
            return self.structure(index);
        }
        Ok(match field.type_name.as_str() {
            "bool" => json!(self.number::<1>()? != 0),
            "int8" => json!(self.number::<1>()? as i8),
            "int16" => json!(self.number::<2>()? as i16),
            "uint16" => json!(self.number::<2>()?),
            "int32" | "broker_id" => json!(self.number::<4>()? as i32),
            "uint32" => json!(self.number::<4>()?),
            "int64" | "producer_id" => json!(self.number::<8>()? as i64),
            "float64" => json!(f64::from_bits(self.number::<8>()?)),
            "uuid" => json!(base64_of(self.take(16)?, b"-_")),
            "bytes" => self.bytes()?.map_or(Value::Null, |bytes| json!(base64_of(bytes, b"+/"))),
            // Record bytes are compared with the whole frame.
            "records" => self.bytes()?.map_or(Value::Null, |_| json!("")),
            _ => self.string()?.map_or(Value::Null, |text| json!(text)),
        })
    }

    fn string(&mut self) -> Result<Option<&'a str>, String> {
        let length =
            if self.flexible { self.varint()? as i64 - 1 } else { i64::from(self.number::<2>()? as i16) };
        self.text(length)?
            .map(|text| std::str::from_utf8(text).map_err(|error| error.to_string()))
            .transpose()
    }

    fn bytes(&mut self) -> Result<Option<&'a [u8]>, String> {
        let length =
            if self.flexible { self.varint()? as i64 - 1 } else { i64::from(self.number::<4>()? as i32) };
        self.text(length)
    }

    fn text(&mut self, length: i64) -> Result<Option<&'a [u8]>, String> {
        usize::try_from(length).ok().map(|length| self.take(length)).transpose()
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("body cut short")?;
        self.rest = rest;
        Ok(taken)
    }

    fn number<const BYTES: usize>(&mut self) -> Result<u64, String> {
        Ok(self.take(BYTES)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn varint(&mut self) -> Result<u64, String> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.number::<1>()?;
            number |= (byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("varint of more than five bytes".to_owned())
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| text + &word[..1].to_uppercase() + &word[1..])
}

/// Base64 with the last two letters given: padded for bytes, bare for UUIDs.
fn base64_of(bytes: &[u8], last: &[u8; 2]) -> String {
    let letter = |index: u32| match index {
        0..26 => b'A' + index as u8,
        26..52 => b'a' + index as u8 - 26,
        52..62 => b'0' + index as u8 - 52,
        _ => last[index as usize - 62],
    };
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        (0..=chunk.len()).for_each(|index| text.push(letter(bits >> (18 - 6 * index) & 63) as char));
        if last == b"+/" {
            (chunk.len()..3).for_each(|_| text.push('='));
        }
    }
    text
}
