//! The format of `.snapshot` files (`ProducerSnapshot.json`, version 1).

use super::{ProducerEntry, RecentBatch};
use crate::names::{Offset, ProducerEpoch, ProducerId};

const VERSION: i16 = 1;
const HEADER_BYTES: usize = 10;
const ENTRY_BYTES: usize = 46;
/// Where the bytes start that the checksum covers.
const CHECKED_FROM: usize = 6;

pub(crate) fn encode<'a>(entries: impl ExactSizeIterator<Item = &'a ProducerEntry>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + entries.len() * ENTRY_BYTES);
    bytes.extend(VERSION.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend((entries.len() as i32).to_be_bytes());
    for entry in entries {
        let last = entry.batches().last();
        bytes.extend(entry.producer_id.0.to_be_bytes());
        bytes.extend(entry.epoch.0.to_be_bytes());
        bytes.extend(entry.last_sequence().to_be_bytes());
        bytes.extend(last.map_or(-1, |batch| batch.last_offset.0).to_be_bytes());
        bytes.extend(last.map_or(0, |batch| batch.offset_delta).to_be_bytes());
        bytes.extend(entry.last_timestamp_ms.to_be_bytes());
        bytes.extend(entry.coordinator_epoch.to_be_bytes());
        bytes.extend(entry.transaction_first_offset.map_or(-1, |offset| offset.0).to_be_bytes());
    }
    let crc = crc32c::crc32c(&bytes[CHECKED_FROM..]);
    bytes[2..CHECKED_FROM].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// Reads what [`encode`] or Kafka wrote; the error says what is wrong with the file.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<ProducerEntry>, String> {
    let Some((header, body)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Err(format!("{} bytes hold no header", bytes.len()));
    };
    let mut header = Fields(header);
    let version = i16::from_be_bytes(header.take());
    if version != VERSION {
        return Err(format!("version {version} is unknown"));
    }
    let stored = u32::from_be_bytes(header.take());
    let computed = crc32c::crc32c(&bytes[CHECKED_FROM..]);
    if stored != computed {
        return Err(format!("its checksum is {computed}, it says {stored}"));
    }
    let count = i32::from_be_bytes(header.take());
    if usize::try_from(count).ok().and_then(|count| count.checked_mul(ENTRY_BYTES)) != Some(body.len()) {
        return Err(format!("{count} entries do not fill {} bytes", body.len()));
    }
    Ok(body.chunks_exact(ENTRY_BYTES).map(decode_entry).collect())
}

fn decode_entry(bytes: &[u8]) -> ProducerEntry {
    let mut fields = Fields(bytes);
    let mut entry = ProducerEntry::new(ProducerId(i64::from_be_bytes(fields.take())));
    entry.epoch = ProducerEpoch(i16::from_be_bytes(fields.take()));
    let last_sequence = i32::from_be_bytes(fields.take());
    let last_offset = Offset(i64::from_be_bytes(fields.take()));
    let offset_delta = i32::from_be_bytes(fields.take());
    entry.last_timestamp_ms = i64::from_be_bytes(fields.take());
    entry.coordinator_epoch = i32::from_be_bytes(fields.take());
    let first = Offset(i64::from_be_bytes(fields.take()));
    entry.transaction_first_offset = (first.0 >= 0).then_some(first);
    if last_offset.0 >= 0 {
        let timestamp_ms = entry.last_timestamp_ms;
        entry.add_batch(RecentBatch { last_sequence, last_offset, offset_delta, timestamp_ms });
    }
    entry
}

/// Takes fixed fields from the front of bytes whose length was checked.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut field = [0; N];
        field.copy_from_slice(&self.0[..N]);
        self.0 = &self.0[N..];
        field
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Nothing read back differs, and no damage goes unnoticed or panics.
        #[test]
        fn round_trip(ids in proptest::collection::vec(any::<(i64, i16, i32, i64, i64, i32)>(), 0..20), at in any::<usize>()) {
            let entries: Vec<_> = ids.iter().map(|&(id, epoch, sequence, offset, first, coordinator)| {
                let mut entry = ProducerEntry::new(ProducerId(id));
                entry.epoch = ProducerEpoch(epoch);
                entry.last_timestamp_ms = first;
                entry.coordinator_epoch = coordinator;
                entry.transaction_first_offset = (first >= 0).then_some(Offset(first));
                if offset >= 0 {
                    let batch = RecentBatch { last_sequence: sequence, last_offset: Offset(offset), offset_delta: 3, timestamp_ms: first };
                    entry.add_batch(batch);
                }
                entry
            }).collect();
            let mut bytes = encode(entries.iter());
            prop_assert_eq!(decode(&bytes).unwrap(), entries);
            let at = at % bytes.len();
            bytes[at] ^= 0x40;
            prop_assert!(decode(&bytes).is_err());
            prop_assert!(decode(&bytes[..at]).is_err());
        }

        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
