use super::builder::{BatchFields, Totals};
use super::error::{RecordError, Result};
use super::header::BatchHeader;
use super::view::RecordView;
use super::{BatchBuilder, Codec, varint};

/// Appends to `output` the batch of this header with only these of its records (`MemoryRecords.filterTo`). The
/// offsets it spans and its sequences stay; timestamps count from the delete horizon, or from the first record left.
///
/// `staying` are records of magic 2 in their order. Errors: one of them is damaged, there is none, or they cannot be
/// compressed; `output` then ends in a part of a batch.
pub fn rebuild<'r>(
    header: &BatchHeader,
    staying: impl Iterator<Item = Result<RecordView<'r>>>,
    delete_horizon_ms: Option<i64>,
    output: &mut Vec<u8>,
) -> Result<()> {
    let fields = BatchFields { delete_horizon_ms, ..BatchFields::of(header)? };
    let start = output.len();
    output.resize(start + BatchHeader::BYTES, 0);
    let totals = if fields.compression.codec == Codec::None {
        put_records(header, &fields, staying, output)?
    } else {
        let mut records = Vec::new();
        let totals = put_records(header, &fields, staying, &mut records)?;
        fields.compression.compress(&records, output)?;
        totals
    };
    let batch = &mut output[start..];
    if batch.len() > BatchBuilder::BYTES_MAX {
        let declared = totals.record_count;
        return Err(RecordError::RecordCount { declared, reason: "more bytes than a batch can" });
    }
    fields.write_header(batch, &totals);
    Ok(())
}

fn put_records<'r>(
    header: &BatchHeader,
    fields: &BatchFields,
    staying: impl Iterator<Item = Result<RecordView<'r>>>,
    output: &mut Vec<u8>,
) -> Result<Totals> {
    let mut totals: Option<Totals> = None;
    for record in staying {
        let record = record?;
        let totals = totals.get_or_insert_with(|| Totals {
            last_offset_delta: header.last_offset_delta,
            record_count: 0,
            base_timestamp_ms: fields.delete_horizon_ms.unwrap_or(record.timestamp_ms),
            max_timestamp_ms: record.timestamp_ms,
        });
        put_record(&record, totals.base_timestamp_ms, output)
            .map_err(|_| RecordError::Record { index: totals.record_count, reason: "its length" })?;
        totals.record_count += 1;
        totals.max_timestamp_ms = totals.max_timestamp_ms.max(record.timestamp_ms);
    }
    totals.ok_or(RecordError::RecordCount { declared: 0, reason: "no record" })
}

/// Everything behind the timestamp is relative to what stays, so it is copied as it is.
fn put_record(record: &RecordView<'_>, base_timestamp_ms: i64, output: &mut Vec<u8>) -> Result<()> {
    /// Of a record's attributes no bit is in use.
    const ATTRIBUTES: u8 = 0;
    let mut rest = record.bytes;
    varint::take_i32(&mut rest)?;
    rest = rest.get(size_of_val(&ATTRIBUTES)..).ok_or(RecordError::Varint)?;
    varint::take_i64(&mut rest)?;
    let timestamp_delta_ms = record.timestamp_ms.wrapping_sub(base_timestamp_ms);
    let body_bytes = size_of_val(&ATTRIBUTES) + varint::bytes_of_i64(timestamp_delta_ms) + rest.len();
    varint::put_i32(output, body_bytes as i32);
    output.push(ATTRIBUTES);
    varint::put_i64(output, timestamp_delta_ms);
    output.extend_from_slice(rest);
    Ok(())
}
