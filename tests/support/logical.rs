//! Records in the form of `logical.json`. Include with `#[path]`.

use kafkactl_core::record::{BatchHeader, RecordView, TimestampType};
use serde_json::{Value, json};

pub fn record_json(header: &BatchHeader, record: RecordView<'_>) -> Value {
    let timestamp_type = match header.timestamp_type() {
        TimestampType::None => "NoTimestampType",
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    };
    let epoch = header.partition_leader_epoch.0;
    let mut value = json!({
        "offset": record.offset.0,
        "timestamp": record.timestamp_ms,
        "timestamp_type": timestamp_type,
        "leader_epoch": (epoch >= 0).then_some(epoch),
        "key": text_of(record.key),
        "value": text_of(record.value),
    });
    let headers: Vec<_> =
        record.headers.map(|(name, value)| json!([text_of(Some(name)), text_of(value)])).collect();
    if !headers.is_empty() {
        value["headers"] = headers.into();
    }
    value
}

/// Offsets in a row as pairs of first and last.
pub fn ranges_of(records: &[Value]) -> Value {
    let mut ranges: Vec<[i64; 2]> = Vec::new();
    for offset in records.iter().map(|record| record["offset"].as_i64().unwrap()) {
        match ranges.last_mut() {
            Some([_, last]) if *last + 1 == offset => *last = offset,
            _ => ranges.push([offset, offset]),
        }
    }
    json!(ranges)
}

fn text_of(bytes: Option<&[u8]>) -> Value {
    let Some(bytes) = bytes else { return Value::Null };
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|c| c.is_control()) => json!(text),
        _ => json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() }),
    }
}
