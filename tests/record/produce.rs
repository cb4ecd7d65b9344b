use kafkactl_core::names::{LeaderEpoch, Offset, TopicPartition};
use kafkactl_core::record::validate::{
    ProduceRules, Rejection, RejectionKind, TimestampRule, Validated, only_batch, validate_produce,
};
use kafkactl_core::record::{Batch, Codec, Compression};
use serde_json::{Value, json};

use super::{describe, golden_lines, hex, hex_text};

/// What the golden cases were judged with.
const NOW_MS: i64 = 1_700_000_000_000;
const LEADER_EPOCH: LeaderEpoch = LeaderEpoch(5);
const VERSION: i16 = 13;

/// Kafka stores uncompressed batches whose inner offsets do not count from 0; this broker refuses them, as Kafka does
/// when they are compressed (see `record::validate`).
const REFUSED_HERE: [&str; 5] = [
    "offsets-gap-none",
    "offsets-back-none",
    "offsets-same-none",
    "offsets-negative-none",
    "offset-delta-overflow-none",
];

#[test]
fn batches_from_clients_are_judged_as_kafka_judges_them() {
    let lines = golden_lines("records/produce.jsonl");
    let mut refused_here = Vec::new();
    for line in &lines {
        let name = line["name"].as_str().unwrap();
        let bytes = hex(line["bytes"].as_str().unwrap());
        let verdict = &line["produce"];
        match (produce(&bytes, &rules(&line["topic_config"])), verdict["error"].as_str().unwrap()) {
            (Err(Rejection::InnerOffset { .. }), "NONE") => refused_here.push(name),
            (Ok(stored), "NONE") => check_stored(name, &bytes, &stored, verdict),
            (Err(rejection), error) => check_rejection(name, &rejection, error, verdict),
            (Ok(_), error) => panic!("{name}: accepted, Kafka says {error}"),
        }
    }
    assert_eq!(refused_here, REFUSED_HERE);
    assert!(lines.len() > 200, "only {} cases", lines.len());
}

fn produce<'a>(bytes: &'a [u8], rules: &ProduceRules) -> Result<Validated<'a>, Rejection> {
    let mut validated = validate_produce(&only_batch(bytes, VERSION)?, rules, NOW_MS)?;
    validated.stamp(Offset(0), LEADER_EPOCH);
    Ok(validated)
}

fn check_stored(name: &str, sent: &[u8], stored: &Validated<'_>, verdict: &Value) {
    let bytes = stored.parts().concat();
    let batch = Batch::parse(&bytes).unwrap();
    let header = batch.header();
    assert_eq!(header, stored.header(), "{name}");
    assert!(batch.crc_is_valid(), "{name}");
    assert_eq!(json!(header.base_offset.0), verdict["base_offset"], "{name}");
    assert_eq!(json!(header.last_offset().0), verdict["last_offset"], "{name}");
    assert_eq!(json!(stored.log_append_time_ms().unwrap_or(-1)), verdict["log_append_time"], "{name}");
    let expected = match verdict["stored"].as_str().unwrap() {
        "same" => {
            let mut expected = sent[..header.size_bytes].to_vec();
            expected[12..16].copy_from_slice(&LEADER_EPOCH.0.to_be_bytes());
            expected
        }
        stored => hex(stored),
    };
    if name.starts_with("recompressed") && header.codec() != Ok(Codec::None) {
        // The compressed bytes are the encoder's own.
        same_records(name, &batch, &Batch::parse(&expected).unwrap());
        return;
    }
    assert_eq!(hex_text(&bytes), hex_text(&expected), "{name}");
    assert_eq!(describe(header, batch.crc_is_valid()), verdict["stored_batch"], "{name}");
}

fn same_records(name: &str, ours: &Batch<'_>, theirs: &Batch<'_>) {
    let [ours_header, theirs_header] = [ours.header(), theirs.header()];
    assert_eq!(ours_header.attributes, theirs_header.attributes, "{name}");
    assert_eq!(ours_header.max_timestamp_ms, theirs_header.max_timestamp_ms, "{name}");
    let [ours, theirs] = [ours, theirs].map(|batch| {
        let records = batch.records(1 << 20).unwrap();
        records.iter().map(|record| format!("{:?}", record.unwrap())).collect::<Vec<_>>()
    });
    assert_eq!(ours, theirs, "{name}");
}

fn check_rejection(name: &str, rejection: &Rejection, error: &str, verdict: &Value) {
    let kind = match rejection.kind() {
        RejectionKind::CorruptMessage => "CORRUPT_MESSAGE",
        RejectionKind::InvalidRecord => "INVALID_RECORD",
        RejectionKind::InvalidTimestamp => "INVALID_TIMESTAMP",
        RejectionKind::MessageTooLarge => "MESSAGE_TOO_LARGE",
        RejectionKind::UnsupportedCompressionType => "UNSUPPORTED_COMPRESSION_TYPE",
    };
    match error {
        // Kafka trips over itself here; refusing is what counts.
        "UNKNOWN_SERVER_ERROR" => assert!(["CORRUPT_MESSAGE", "INVALID_RECORD"].contains(&kind), "{name}"),
        error => assert_eq!(kind, error, "{name}: {rejection}"),
    }
    let partition = TopicPartition::new("topic", 0);
    let faults: Vec<Value> = rejection
        .record_faults()
        .iter()
        .map(|fault| json!({"batch_index": fault.index, "message": fault.message(&partition)}))
        .collect();
    let expected = verdict["record_errors"].as_array().cloned().unwrap_or_else(Vec::new);
    assert_eq!(faults, expected, "{name}");
}

fn rules(topic_config: &Value) -> ProduceRules {
    let mut rules = ProduceRules::default();
    let Some(settings) = topic_config.as_object() else { return rules };
    for (key, value) in settings {
        let value = value.as_str().unwrap();
        match (key.as_str(), &mut rules.timestamps) {
            ("message.timestamp.type", timestamps) => {
                assert_eq!(value, "LogAppendTime");
                *timestamps = TimestampRule::LogAppendTime;
            }
            ("message.timestamp.before.max.ms", TimestampRule::CreateTime { before_ms_max, .. }) => {
                *before_ms_max = value.parse().unwrap();
            }
            ("cleanup.policy", _) => rules.is_compacted = value.contains("compact"),
            ("max.message.bytes", _) => rules.message_bytes_max = value.parse().unwrap(),
            ("compression.type", _) => {
                let codec = if value == "uncompressed" { Codec::None } else { value.parse().unwrap() };
                rules.compression = Some(Compression::from(codec));
            }
            other => panic!("setting {other:?}"),
        }
    }
    rules
}
