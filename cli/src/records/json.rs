//! A record as one JSON object. What is written here reads back to the same bytes.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kafkactl_core::record::HeaderRef;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Header, NewRecord, ReadRecord, rfc3339};

/// Bytes as a string where they are UTF-8, else as `{"base64": "…"}`.
pub struct Text<'a>(pub Option<&'a [u8]>);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(bytes) = self.0 else { return serializer.serialize_none() };
        match std::str::from_utf8(bytes) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("base64", &STANDARD.encode(bytes))?;
                map.end()
            }
        }
    }
}

/// [`Text`] read back. Other JSON is refused: a number has more than one spelling, so its bytes would be a guess.
struct TextBytes(Option<Bytes>);

impl<'de> Deserialize<'de> for TextBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = TextBytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, null or {\"base64\": \"…\"}")
    }

    fn visit_unit<E: de::Error>(self) -> Result<TextBytes, E> {
        Ok(TextBytes(None))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<TextBytes, E> {
        Ok(TextBytes(Some(Bytes::copy_from_slice(text.as_bytes()))))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<TextBytes, E> {
        Ok(TextBytes(Some(Bytes::from(text))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TextBytes, A::Error> {
        let Some((key, text)) = map.next_entry::<Cow<'_, str>, Cow<'_, str>>()? else {
            return Err(de::Error::custom("an empty object, expected {\"base64\": \"…\"}"));
        };
        if key != "base64" || map.next_key::<Cow<'_, str>>()?.is_some() {
            return Err(de::Error::custom(
                "an object other than {\"base64\": \"…\"}; write JSON values as strings",
            ));
        }
        match STANDARD.decode(text.as_bytes()) {
            Ok(bytes) => Ok(TextBytes(Some(Bytes::from(bytes)))),
            Err(error) => Err(de::Error::custom(format!("base64: {error}"))),
        }
    }
}

struct HeaderText<'a>(HeaderRef<'a>);

impl Serialize for HeaderText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, value) = self.0;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("key", &Text(Some(key)))?;
        map.serialize_entry("value", &Text(value))?;
        map.end()
    }
}

struct Headers<'a>(&'a [HeaderRef<'a>]);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|&header| HeaderText(header)))
    }
}

impl Serialize for ReadRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(8))?;
        map.serialize_entry("topic", self.topic)?;
        map.serialize_entry("partition", &self.partition)?;
        map.serialize_entry("offset", &self.offset)?;
        map.serialize_entry("timestamp", &rfc3339(self.timestamp_ms))?;
        map.serialize_entry("timestamp_ms", &self.timestamp_ms)?;
        map.serialize_entry("key", &Text(self.key))?;
        map.serialize_entry("value", &Text(self.value))?;
        map.serialize_entry("headers", &Headers(self.headers))?;
        map.end()
    }
}

#[derive(Deserialize)]
struct HeaderLine {
    key: TextBytes,
    value: TextBytes,
}

#[derive(Deserialize)]
struct RecordLine {
    partition: Option<i32>,
    timestamp_ms: Option<i64>,
    timestamp: Option<jiff::Timestamp>,
    #[serde(default = "null")]
    key: TextBytes,
    // Required: a forgotten value must not delete a key of a compacted topic.
    value: TextBytes,
    #[serde(default)]
    headers: Vec<HeaderLine>,
}

fn null() -> TextBytes {
    TextBytes(None)
}

/// Reads one record. Fields that only a read record has (topic, offset) are ignored.
pub fn parse(line: &[u8]) -> Result<NewRecord, String> {
    let line: RecordLine = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let timestamp_ms = line
        .timestamp_ms
        .or_else(|| line.timestamp.map(jiff::Timestamp::as_millisecond))
        // -1 is how a record without a timestamp is printed.
        .filter(|&timestamp_ms| timestamp_ms != -1);
    if timestamp_ms.is_some_and(|timestamp_ms| timestamp_ms < 0) {
        return Err("timestamp_ms is negative".to_owned());
    }
    if line.partition.is_some_and(|partition| partition < 0) {
        return Err("partition is negative".to_owned());
    }
    let headers = line.headers.into_iter().map(|header| {
        let key = header.key.0.ok_or("a header's key is null")?;
        Ok(Header { key, value: header.value.0 })
    });
    Ok(NewRecord {
        partition: line.partition,
        timestamp_ms,
        key: line.key.0,
        value: line.value.0,
        headers: headers.collect::<Result<_, &str>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &'static [u8]) -> Option<Bytes> {
        Some(Bytes::from_static(bytes))
    }

    #[test]
    fn what_is_printed_reads_back() {
        let header = |key: &'static str, value| Header { key: Bytes::from_static(key.as_bytes()), value };
        for (key, value, timestamp_ms, headers) in [
            (None, text(b"plain"), 1_768_471_200_123, vec![]),
            (text(b""), None, 0, vec![]),
            (
                text(b"null"),
                text(b""),
                1,
                vec![header("a", text(b"1")), header("a", text(b"2")), header("b", None)],
            ),
            (
                text(b"\xff\x00"),
                text(b"quote \" \\ \n \x00 \x7f"),
                1,
                vec![header("\u{1f980}", text(b"\xfe"))],
            ),
            (text("na\u{ef}ve \u{2028}".as_bytes()), text(b"{\"base64\":\"AA==\"}"), 1, vec![]),
        ] {
            let borrowed: Vec<HeaderRef<'_>> =
                headers.iter().map(|header: &Header| (&*header.key, header.value.as_deref())).collect();
            let read = ReadRecord {
                topic: "t",
                partition: 3,
                offset: 99,
                timestamp_ms,
                key: key.as_deref(),
                value: value.as_deref(),
                headers: &borrowed,
            };
            let line = serde_json::to_string(&read).unwrap();
            let expected =
                NewRecord { partition: Some(3), timestamp_ms: Some(timestamp_ms), key, value, headers };
            assert_eq!(parse(line.as_bytes()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn the_shape_of_a_record_line() {
        let headers: [HeaderRef<'_>; 1] = [(b"trace", Some(&[255]))];
        let record = ReadRecord {
            topic: "orders",
            partition: 0,
            offset: 7,
            timestamp_ms: 1_768_471_200_123,
            key: Some(b"k"),
            value: None,
            headers: &headers,
        };
        assert_eq!(
            serde_json::to_string(&record).unwrap(),
            "{\"topic\":\"orders\",\"partition\":0,\"offset\":7,\"timestamp\":\"2026-01-15T10:00:00.123Z\",\
             \"timestamp_ms\":1768471200123,\"key\":\"k\",\"value\":null,\
             \"headers\":[{\"key\":\"trace\",\"value\":{\"base64\":\"/w==\"}}]}"
        );
    }

    #[test]
    fn people_write_less() {
        for (line, expected) in [
            ("{\"value\":\"v\"}", NewRecord { value: text(b"v"), ..NewRecord::default() }),
            ("{\"key\":\"k\",\"value\":null}", NewRecord { key: text(b"k"), ..NewRecord::default() }),
            (
                "{\"value\":\"v\",\"timestamp\":\"2026-01-15T10:00:00Z\"}",
                NewRecord {
                    value: text(b"v"),
                    timestamp_ms: Some(1_768_471_200_000),
                    ..NewRecord::default()
                },
            ),
            (
                "{\"value\":\"v\",\"timestamp_ms\":-1}",
                NewRecord { value: text(b"v"), ..NewRecord::default() },
            ),
        ] {
            assert_eq!(parse(line.as_bytes()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn wrong_lines_are_refused() {
        for line in [
            "",
            "v",
            "[]",
            "{}",
            "{\"key\":\"k\"}",
            "{\"value\":1}",
            "{\"value\":{}}",
            "{\"value\":{\"a\":\"b\"}}",
            "{\"value\":{\"base64\":\"AA==\",\"x\":\"y\"}}",
            "{\"value\":{\"base64\":\"*\"}}",
            "{\"value\":[1]}",
            "{\"value\":\"v\",\"partition\":-1}",
            "{\"value\":\"v\",\"timestamp_ms\":-5}",
            "{\"value\":\"v\",\"headers\":[{\"key\":null,\"value\":\"x\"}]}",
            "{\"value\":\"v\"} x",
        ] {
            assert!(parse(line.as_bytes()).is_err(), "{line}");
        }
    }
}
