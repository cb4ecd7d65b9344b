use crate::record::RecordError;
use crate::record::header::{BatchHeader, TimestampType};
use crate::record::view::{RawRecord, RecordIter};

use super::rejection::{FaultReason, RECORD_FAULTS_MAX, RecordFault, RecordShape, Rejection};
use super::{ProduceRules, TimestampRule};

/// One pass over the records of a batch, without copying any.
pub(super) struct Walk<'r> {
    pub header: &'r BatchHeader,
    pub rules: &'r ProduceRules,
    pub now_ms: i64,
}

/// How a record's own length field is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parser {
    /// It must fit what follows.
    Strict,
    /// It is not looked at, as Kafka skips through compressed records that it stores as they are
    /// (`DefaultRecord.readPartiallyFrom`).
    Skipping,
}

/// What the walk saw, once no record is at fault.
pub(super) struct Findings {
    /// The largest of the records' timestamps; -1 when none has one.
    pub max_timestamp_ms: i64,
    first_odd_offset: Option<(i32, i32)>,
}

impl Findings {
    /// Inner offsets must count 0, 1, 2 … (A13).
    pub fn check_offsets(&self) -> Result<(), Rejection> {
        match self.first_odd_offset {
            None => Ok(()),
            Some((index, offset_delta)) => Err(Rejection::InnerOffset { index, offset_delta }),
        }
    }
}

impl<'r> Walk<'r> {
    /// `records` are the bytes after the header, decompressed.
    pub fn run(&self, records: &[u8], parser: Parser) -> Result<Findings, Rejection> {
        let mut rest = records;
        let mut faults = Faults::default();
        let mut findings = Findings { max_timestamp_ms: -1, first_odd_offset: None };
        for index in 0..self.header.record_count {
            let record = match parser {
                Parser::Strict => RawRecord::take(&mut rest),
                Parser::Skipping => RawRecord::take_skipping(&mut rest),
            };
            let record =
                record.map_err(|reason| Rejection::Unreadable(RecordError::Record { index, reason }))?;
            let timestamp_ms = record.timestamp_ms(self.header);
            findings.max_timestamp_ms = findings.max_timestamp_ms.max(timestamp_ms);
            if record.offset_delta != index && findings.first_odd_offset.is_none() {
                findings.first_odd_offset = Some((index, record.offset_delta));
            }
            if let Some(reason) = self.fault(&record, timestamp_ms, parser) {
                faults.push(RecordFault { index, reason });
            }
        }
        crate::record::view::check_end(self.header.record_count, rest).map_err(Rejection::Unreadable)?;
        if faults.kept.is_empty() { Ok(findings) } else { Err(Rejection::Records(faults.kept)) }
    }

    /// The same records as views.
    pub fn views<'s>(&self, records: &'s [u8]) -> RecordIter<'s> {
        RecordIter::new(*self.header, records)
    }

    #[inline]
    fn fault(&self, record: &RawRecord<'_>, timestamp_ms: i64, parser: Parser) -> Option<FaultReason> {
        if self.rules.is_compacted && record.key.is_none() {
            return Some(FaultReason::NullKey);
        }
        let offset = || self.header.base_offset.0.wrapping_add(i64::from(record.offset_delta));
        match self.rules.timestamps {
            TimestampRule::CreateTime { before_ms_max, after_ms_max } if timestamp_ms != -1 => {
                // Differences wrap as in Java, so that the same extreme timestamps are refused.
                let age_ms = self.now_ms.wrapping_sub(timestamp_ms);
                (age_ms > before_ms_max || age_ms.wrapping_neg() > after_ms_max).then(|| {
                    FaultReason::Timestamp {
                        timestamp_ms,
                        offset: offset(),
                        min_ms: self.now_ms.wrapping_sub(before_ms_max),
                        max_ms: self.now_ms.wrapping_add(after_ms_max),
                    }
                })
            }
            _ if self.header.timestamp_type() == TimestampType::LogAppendTime => {
                Some(FaultReason::LogAppendTime(RecordShape {
                    offset: offset(),
                    timestamp_ms,
                    key_bytes: record.key.map(<[u8]>::len),
                    value_bytes: record.value.map(<[u8]>::len),
                    is_compressed: parser == Parser::Skipping,
                }))
            }
            _ => None,
        }
    }
}

/// The first faults; one about a timestamp always among them, because it decides the error code (A11).
#[derive(Default)]
struct Faults {
    kept: Vec<RecordFault>,
}

impl Faults {
    fn push(&mut self, fault: RecordFault) {
        if self.kept.len() < RECORD_FAULTS_MAX {
            self.kept.push(fault);
        } else if fault.reason != FaultReason::NullKey {
            self.kept[RECORD_FAULTS_MAX - 1] = fault;
        }
    }
}
