use super::super::names::TXN_INDEX;
use super::{Entry, field};
use crate::names::{Offset, ProducerId};

/// `.txnindex`: an aborted transaction (`AbortedTxn`), in the order of their markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortedTxn {
    pub producer_id: ProducerId,
    pub first_offset: Offset,
    /// The offset of the abort marker.
    pub last_offset: Offset,
    /// The last stable offset right after the marker was written.
    pub last_stable_offset: Offset,
}

const VERSION: i16 = 0;

impl Entry for AbortedTxn {
    const BYTES: usize = 34;
    const SUFFIX: &'static str = TXN_INDEX;

    fn put(&self, _: Offset, into: &mut Vec<u8>) {
        into.extend(VERSION.to_be_bytes());
        into.extend(self.producer_id.0.to_be_bytes());
        into.extend(self.first_offset.0.to_be_bytes());
        into.extend(self.last_offset.0.to_be_bytes());
        into.extend(self.last_stable_offset.0.to_be_bytes());
    }

    fn take(bytes: &[u8], _: Offset) -> Self {
        // An entry of a version nobody knows shows as one that is not plausible.
        let known = i16::from_be_bytes(field(bytes, 0)) == VERSION;
        Self {
            producer_id: if known {
                ProducerId(i64::from_be_bytes(field(bytes, 2)))
            } else {
                ProducerId::NONE
            },
            first_offset: Offset(i64::from_be_bytes(field(bytes, 10))),
            last_offset: Offset(i64::from_be_bytes(field(bytes, 18))),
            last_stable_offset: Offset(i64::from_be_bytes(field(bytes, 26))),
        }
    }

    fn precedes(&self, next: &Self) -> bool {
        self.last_offset < next.last_offset
    }

    fn is_plausible(&self, base_offset: Offset) -> bool {
        self.producer_id.0 >= 0
            && self.first_offset.0 >= 0
            && self.first_offset <= self.last_offset
            && self.last_offset >= base_offset
            && self.last_stable_offset <= self.last_offset.plus(1)
    }

    fn offset(&self) -> Offset {
        self.last_offset
    }
}
