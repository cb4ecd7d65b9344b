//! Tells a torn tail of the metadata log from damage in its middle.
//!
//! Opening a log cuts it at the first bad batch. At the end that is what a crash leaves, and nobody was told that it
//! was written. In the middle it would take committed records along, and with them topics: there the log is refused.

use kafkactl_core::log::dir::{Dir, EntryKind, read_file};
use kafkactl_core::names::Offset;
use kafkactl_core::record::{Batch, BatchHeader, batches};

use super::MetadataLogError;

/// Largest segment that is looked at.
const SEGMENT_BYTES_MAX: u64 = 4 << 30;

/// Refuses a log in which a damaged batch at or after `from` is followed by a whole one.
pub fn refuse_damaged_middle(dir: &dyn Dir, from: Offset) -> Result<(), MetadataLogError> {
    let entries = dir.entries().map_err(|error| MetadataLogError::io("list", dir, "", error))?;
    let mut segments: Vec<(Offset, String)> = entries
        .into_iter()
        .filter(|entry| matches!(entry.kind, EntryKind::File { .. }))
        .filter_map(|entry| {
            let base = entry.name.strip_suffix(".log")?.parse().ok()?;
            Some((Offset(base), entry.name))
        })
        .collect();
    segments.sort();
    let first = segments.partition_point(|(base, _)| *base <= from).saturating_sub(1);
    for (index, (_, name)) in segments.iter().enumerate().skip(first) {
        let bytes = read_file(dir, name, SEGMENT_BYTES_MAX)
            .map_err(|error| MetadataLogError::io("read", dir, name, error))?
            .unwrap_or_default();
        let Some((position, next_offset)) = first_damage(&bytes) else { continue };
        let is_followed = index + 1 < segments.len() || whole_batch_after(&bytes[position..], next_offset);
        if is_followed {
            let reason = format!("the batch at byte {position} is damaged and whole ones follow it");
            return Err(MetadataLogError::damaged(dir, name, reason));
        }
    }
    Ok(())
}

/// Where the first bad batch is, and which offset it should have begun with.
fn first_damage(bytes: &[u8]) -> Option<(usize, Offset)> {
    let mut position = 0;
    let mut next_offset = Offset(0);
    for batch in batches(bytes) {
        match batch {
            Ok(batch) if batch.crc_is_valid() && batch.header().base_offset >= next_offset => {
                position += batch.bytes().len();
                next_offset = batch.header().next_offset();
            }
            _ => return Some((position, next_offset)),
        }
    }
    (position < bytes.len()).then_some((position, next_offset))
}

fn whole_batch_after(bytes: &[u8], damaged: Offset) -> bool {
    const MAGIC_AT: usize = 16;
    (1..bytes.len().saturating_sub(BatchHeader::BYTES)).any(|at| {
        let rest = &bytes[at..];
        rest[MAGIC_AT] == 2
            && Batch::parse(rest)
                .is_ok_and(|batch| batch.header().base_offset > damaged && batch.crc_is_valid())
    })
}
