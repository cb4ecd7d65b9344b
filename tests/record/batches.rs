use kafkactl_core::names::Offset;
use kafkactl_core::record::{
    Batch, BatchBuilder, BatchFields, BatchHeader, Codec, Headers, RecordError, RecordView, batches, rebuild,
};
use serde_json::{Value, json};

use super::{describe, golden_lines, hex, hex_text};

const OUTPUT_BYTES_MAX: usize = 1 << 20;

#[test]
fn batches_read_as_kafka_reads_them() {
    let mut compared = 0;
    for line in golden_lines("records/batches.jsonl") {
        let bytes = hex(line["bytes"].as_str().unwrap());
        let mut scratch = Vec::new();
        let read: Vec<Value> = batches(&bytes)
            .map(|batch| {
                let batch = batch.unwrap();
                let mut described = describe(batch.header(), batch.crc_is_valid());
                let records: Vec<_> =
                    batch.records_in(&mut scratch, OUTPUT_BYTES_MAX).unwrap().map(Result::unwrap).collect();
                if let ([first, ..], 0 | 1) = (&records[..], batch.header().magic) {
                    // Only the messages inside a wrapper tell where it begins.
                    described["base_offset"] = first.offset.0.into();
                }
                described["records"] =
                    records.iter().map(|record| describe_record(record, batch.header().magic)).collect();
                described
            })
            .collect();
        assert_eq!(json!(read), line["batches"], "{}", line["name"]);
        compared += read.len();
    }
    assert!(compared > 60, "only {compared} batches compared");
}

#[test]
fn uncompressed_batches_are_built_to_the_same_bytes() {
    let mut rebuilt = 0;
    for line in golden_lines("records/batches.jsonl") {
        let bytes = hex(line["bytes"].as_str().unwrap());
        for batch in batches(&bytes).map(Result::unwrap) {
            if batch.header().magic == 2 && batch.header().codec() == Ok(Codec::None) {
                assert_eq!(hex_text(&again(&batch)), hex_text(batch.bytes()), "{}", line["name"]);
                rebuilt += 1;
            }
        }
    }
    assert!(rebuilt > 20, "only {rebuilt} batches rebuilt");
}

/// The batch out of its fields and records.
fn again(batch: &Batch<'_>) -> Vec<u8> {
    let header = batch.header();
    let fields = BatchFields::of(header).unwrap();
    if header.record_count == 0 {
        return fields.empty_batch(header.last_offset_delta, header.max_timestamp_ms);
    }
    // A LogAppendTime batch hides the timestamps its producer gave; reading it as CreateTime shows them.
    let mut bytes = batch.bytes().to_vec();
    kafkactl_core::record::stamp::create_time(&mut bytes, header.max_timestamp_ms);
    let records = Batch::parse(&bytes).unwrap().records(OUTPUT_BYTES_MAX).unwrap();
    let mut rebuilt = b"before".to_vec();
    rebuild(header, records.iter(), header.delete_horizon_ms(), &mut rebuilt).unwrap();
    assert!(rebuilt.starts_with(b"before"));
    rebuilt.drain(..b"before".len());
    if header.record_count == header.last_offset_delta + 1 && header.delete_horizon_ms().is_none() {
        let mut builder = BatchBuilder::new(fields);
        for record in &records {
            let RecordView { timestamp_ms, key, value, headers, .. } = record.unwrap();
            builder.append(timestamp_ms, key, value, headers);
        }
        assert_eq!(hex_text(&builder.finish().unwrap()), hex_text(&rebuilt));
    }
    rebuilt
}

fn describe_record(record: &RecordView<'_>, magic: i8) -> Value {
    let nullable = |bytes: Option<&[u8]>| bytes.map(hex_text);
    let mut described = json!({
        "offset": record.offset.0,
        "timestamp": record.timestamp_ms,
        "key": nullable(record.key),
        "value": nullable(record.value),
    });
    if magic == 2 {
        described["sequence"] = record.sequence.into();
    }
    if !record.headers.is_empty() {
        let text = |(key, value)| json!([std::str::from_utf8(key).unwrap(), nullable(value)]);
        described["headers"] = record.headers.map(text).collect();
    }
    described
}

#[test]
fn a_batch_cut_short_ends_the_iteration_and_damage_is_an_error() {
    let whole = one_record_batch();
    let mut twice = [whole.as_slice(), &whole].concat();
    for cut in 0..whole.len() {
        let mut iterator = batches(&twice[..whole.len() + cut]);
        assert!(iterator.next().unwrap().is_ok());
        assert!(iterator.next().is_none(), "cut at {cut}");
        assert_eq!(iterator.position(), whole.len());
    }
    twice[whole.len() + 16] = 3;
    let results: Vec<_> =
        batches(&twice).map(|batch| batch.map(|batch| batch.header().base_offset)).collect();
    assert_eq!(results, [Ok(Offset(0)), Err(RecordError::Magic(3))]);
}

#[test]
fn lengths_below_the_header_are_refused() {
    let mut bytes = one_record_batch();
    for (magic, min) in [(0, 14), (1, 22), (2, 49)] {
        bytes[16] = magic;
        for length in [i32::MIN, -1, 0, min - 1] {
            bytes[8..12].copy_from_slice(&length.to_be_bytes());
            let refused = RecordError::BatchSize { size: length, min, magic: magic as i8 };
            assert_eq!(BatchHeader::read(&bytes).unwrap_err(), refused);
        }
    }
}

#[test]
fn headers_are_an_ordered_multimap() {
    let given: [(&[u8], Option<&[u8]>); 4] =
        [(b"a", Some(b"1")), (b"b", None), (b"a", Some(b"2")), (b"", Some(b""))];
    let mut builder = BatchBuilder::new(BatchFields::default());
    builder.append(0, None, None, given);
    let batch = builder.finish().unwrap();
    let records = Batch::parse(&batch).unwrap().records(0).unwrap();
    let headers: Headers<'_> = records.iter().next().unwrap().unwrap().headers;
    assert_eq!(headers.collect::<Vec<_>>(), given);
    assert_eq!(headers.last(b"a"), Some(Some(b"2".as_slice())));
    assert_eq!(headers.last(b"b"), Some(None));
    assert_eq!(headers.last(b"c"), None);
}

fn one_record_batch() -> Vec<u8> {
    let mut builder = BatchBuilder::new(BatchFields::default());
    builder.append(1_700_000_000_000, Some(b"key"), Some(b"value"), []);
    builder.finish().unwrap()
}
