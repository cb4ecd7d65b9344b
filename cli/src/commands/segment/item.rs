//! Batches and records as lines and as JSON.

use std::fmt::Write;

use kafkactl_core::log::inspect::{Decoded, Decoder, control_text};
use kafkactl_core::record::{Batch, BatchHeader, Codec, HeaderRef, RecordView, TimestampType};
use serde::{Serialize, Serializer};

use crate::records::json::Text;
use crate::records::{ReadRecord, rfc3339};

/// Bytes that outlive what they were read from.
#[derive(Debug, Clone)]
pub struct Shown(Option<Vec<u8>>);

impl Shown {
    pub fn of(bytes: Option<&[u8]>) -> Self {
        Self(bytes.map(<[u8]>::to_vec))
    }

    pub fn bytes(&self) -> Option<&[u8]> {
        self.0.as_deref()
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Text(self.bytes()).serialize(serializer)
    }
}

/// `null`, a quoted string, or hexadecimal digits of what is no UTF-8: never to be mistaken for one another.
pub fn text(bytes: Option<&[u8]>) -> String {
    let Some(bytes) = bytes else { return "null".to_owned() };
    match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::Value::from(text).to_string(),
        Err(_) => bytes.iter().fold("0x".to_owned(), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        }),
    }
}

#[derive(Debug, Serialize)]
pub struct BatchItem {
    r#type: &'static str,
    file: String,
    position: u64,
    base_offset: i64,
    last_offset: i64,
    size_bytes: usize,
    magic: i8,
    /// Null when the bits name none that is known.
    codec: Option<&'static str>,
    record_count: i32,
    timestamp_type: &'static str,
    base_timestamp_ms: i64,
    max_timestamp_ms: i64,
    leader_epoch: i32,
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
    last_sequence: i32,
    transactional: bool,
    control: bool,
    delete_horizon_ms: Option<i64>,
    crc: u32,
    crc_is_valid: bool,
}

impl BatchItem {
    pub fn of(batch: &Batch<'_>, position: u64, file: &str) -> Self {
        let header = batch.header();
        Self {
            r#type: "batch",
            file: file.to_owned(),
            position,
            base_offset: header.base_offset.0,
            last_offset: header.last_offset().0,
            size_bytes: header.size_bytes,
            magic: header.magic,
            codec: header.codec().ok().map(Codec::name),
            record_count: header.record_count,
            timestamp_type: match header.timestamp_type() {
                TimestampType::None => "none",
                TimestampType::CreateTime => "create",
                TimestampType::LogAppendTime => "log-append",
            },
            base_timestamp_ms: header.base_timestamp_ms,
            max_timestamp_ms: header.max_timestamp_ms,
            leader_epoch: header.partition_leader_epoch.0,
            producer_id: header.producer_id.0,
            producer_epoch: header.producer_epoch.0,
            base_sequence: header.base_sequence,
            last_sequence: header.last_sequence(),
            transactional: header.is_transactional(),
            control: header.is_control(),
            delete_horizon_ms: header.delete_horizon_ms(),
            crc: header.crc,
            crc_is_valid: batch.crc_is_valid(),
        }
    }

    /// One line; what is as usual is left out.
    pub fn line(&self) -> String {
        let mut line = format!("batch {}-{} at {}: ", self.base_offset, self.last_offset, self.position);
        if self.magic >= 2 {
            let plural = if self.record_count == 1 { "" } else { "s" };
            line += &format!("{} record{plural}, ", self.record_count);
        }
        line += &format!("{} bytes, {}", self.size_bytes, self.codec.unwrap_or("unknown codec"));
        if let Some(time) = rfc3339(self.max_timestamp_ms) {
            line += &format!(", {time}");
        }
        if self.timestamp_type == "log-append" {
            line += " (log append time)";
        }
        match self.magic {
            2 => line += &format!(", epoch {}", self.leader_epoch),
            magic => line += &format!(", magic {magic}"),
        }
        if self.producer_id >= 0 {
            line += &format!(", producer {} epoch {}", self.producer_id, self.producer_epoch);
        }
        if self.base_sequence >= 0 {
            line += &format!(" sequence {}-{}", self.base_sequence, self.last_sequence);
        }
        for (is_so, word) in [(self.transactional, "transactional"), (self.control, "control")] {
            if is_so {
                line += &format!(", {word}");
            }
        }
        if let Some(horizon) = self.delete_horizon_ms.and_then(rfc3339) {
            line += &format!(", delete horizon {horizon}");
        }
        if !self.crc_is_valid {
            line += ", CHECKSUM WRONG";
        }
        line
    }
}

/// A record with what only a segment shows: the same object that `consume` prints and `produce` reads, and more.
#[derive(Serialize)]
pub struct RecordItem<'r> {
    #[serde(flatten)]
    record: ReadRecord<'r>,
    sequence: i32,
    /// What a control record says.
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded_key: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded_value: Option<serde_json::Value>,
    /// Why a record could not be decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    decode_error: Option<String>,
}

impl<'r> RecordItem<'r> {
    pub fn of(
        partition: (&'r str, i32),
        header: &BatchHeader,
        record: &RecordView<'r>,
        headers: &'r [HeaderRef<'r>],
        decoder: Decoder,
    ) -> Self {
        let mut item = Self {
            record: ReadRecord {
                topic: partition.0,
                partition: partition.1,
                offset: record.offset.0,
                timestamp_ms: record.timestamp_ms,
                key: record.key,
                value: record.value,
                headers,
            },
            sequence: record.sequence,
            control: None,
            decoded_key: None,
            decoded_value: None,
            decode_error: None,
        };
        if header.is_control() {
            match control_text(record) {
                Ok(text) => item.control = Some(text),
                Err(error) => item.decode_error = Some(error.to_string()),
            }
            return item;
        }
        match decoder.decode(record) {
            Ok(None) => {}
            Ok(Some(Decoded { key, value })) => (item.decoded_key, item.decoded_value) = (key, value),
            Err(error) => item.decode_error = Some(error.to_string()),
        }
        item
    }

    pub fn line(&self) -> String {
        let record = &self.record;
        let time = rfc3339(record.timestamp_ms).unwrap_or_else(|| "-".to_owned());
        let mut line = format!("  {} {time} ", record.offset);
        if let Some(control) = &self.control {
            return line + control;
        }
        let decoded = |value: &Option<serde_json::Value>, bytes| match value {
            Some(value) => value.to_string(),
            None => text(bytes),
        };
        line += &decoded(&self.decoded_key, record.key);
        line += " = ";
        line += &decoded(&self.decoded_value, record.value);
        for (key, value) in record.headers {
            let _infallible =
                write!(line, " {}:{}", String::from_utf8_lossy(key).escape_debug(), text(*value));
        }
        if let Some(error) = &self.decode_error {
            let _infallible = write!(line, " (not decoded: {error})");
        }
        line
    }
}
