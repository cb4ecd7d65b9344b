//! The record room against what Apache Kafka 4.3.1 wrote and decided (`tests/golden/README.md`).

#[path = "../support/allocation.rs"]
mod allocation;
mod batches;
mod hash;
mod produce;
mod properties;

use serde_json::Value;

/// The lines of a golden file, each an object.
fn golden_lines(path: &str) -> Vec<Value> {
    golden_text(path).lines().map(|line| serde_json::from_str(line).expect("golden JSON")).collect()
}

fn golden_text(path: &str) -> String {
    let path = format!("{}/tests/golden/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "odd hex {text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How Kafka's own description of a batch names these fields (`batches.jsonl`, `stored_batch`).
fn describe(header: &kafkactl_core::record::BatchHeader, crc_is_valid: bool) -> Value {
    use kafkactl_core::record::TimestampType;
    let timestamp_type = match header.timestamp_type() {
        TimestampType::None => "NO_TIMESTAMP_TYPE",
        TimestampType::CreateTime => "CREATE_TIME",
        TimestampType::LogAppendTime => "LOG_APPEND_TIME",
    };
    let mut description = serde_json::json!({
        "magic": header.magic,
        "base_offset": header.base_offset.0,
        "last_offset": header.last_offset().0,
        "size": header.size_bytes,
        "codec": header.codec().expect("a known codec").name(),
        "timestamp_type": timestamp_type,
        "max_timestamp": header.max_timestamp_ms,
        "valid": crc_is_valid,
    });
    if header.magic == 2 {
        let fields = [
            ("crc", i64::from(header.crc)),
            ("leader_epoch", i64::from(header.partition_leader_epoch.0)),
            ("count", i64::from(header.record_count)),
            ("producer_id", header.producer_id.0),
            ("producer_epoch", i64::from(header.producer_epoch.0)),
            ("base_sequence", i64::from(header.base_sequence)),
            ("last_sequence", i64::from(header.last_sequence())),
        ];
        for (name, number) in fields {
            description[name] = number.into();
        }
        description["transactional"] = header.is_transactional().into();
        description["control"] = header.is_control().into();
        description["base_timestamp"] = header.base_timestamp_ms.into();
        if let Some(horizon_ms) = header.delete_horizon_ms() {
            description["delete_horizon"] = horizon_ms.into();
        }
    }
    description
}
