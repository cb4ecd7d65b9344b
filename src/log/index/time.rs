use super::super::names::TIME_INDEX;
use super::{Entry, absolute, field, relative};
use crate::names::Offset;

/// `.timeindex`: the largest timestamp so far, and the last offset of the batch that has it (`TimeIndex`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeEntry {
    pub timestamp_ms: i64,
    pub offset: Offset,
}

impl Entry for TimeEntry {
    const BYTES: usize = 12;
    const SUFFIX: &'static str = TIME_INDEX;

    fn put(&self, base_offset: Offset, into: &mut Vec<u8>) {
        into.extend(self.timestamp_ms.to_be_bytes());
        into.extend(relative(self.offset, base_offset));
    }

    fn take(bytes: &[u8], base_offset: Offset) -> Self {
        Self {
            timestamp_ms: i64::from_be_bytes(field(bytes, 0)),
            offset: absolute(field(bytes, 8), base_offset),
        }
    }

    fn precedes(&self, next: &Self) -> bool {
        self.timestamp_ms < next.timestamp_ms && self.offset < next.offset
    }

    fn is_plausible(&self, base_offset: Offset) -> bool {
        self.offset >= base_offset && self.timestamp_ms >= 0
    }

    fn offset(&self) -> Offset {
        self.offset
    }
}
