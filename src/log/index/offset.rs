use super::super::names::OFFSET_INDEX;
use super::{Entry, absolute, field, relative};
use crate::names::Offset;

/// `.index`: a batch's last offset, and where in the log file the batch starts (`OffsetIndex`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetEntry {
    pub offset: Offset,
    pub position: u32,
}

impl Entry for OffsetEntry {
    const BYTES: usize = 8;
    const SUFFIX: &'static str = OFFSET_INDEX;

    fn put(&self, base_offset: Offset, into: &mut Vec<u8>) {
        into.extend(relative(self.offset, base_offset));
        into.extend(self.position.to_be_bytes());
    }

    fn take(bytes: &[u8], base_offset: Offset) -> Self {
        Self { offset: absolute(field(bytes, 0), base_offset), position: u32::from_be_bytes(field(bytes, 4)) }
    }

    fn precedes(&self, next: &Self) -> bool {
        self.offset < next.offset && self.position < next.position
    }

    fn is_plausible(&self, base_offset: Offset) -> bool {
        self.offset >= base_offset && i32::try_from(self.position).is_ok()
    }

    fn offset(&self) -> Offset {
        self.offset
    }
}
