//! Snapshots of the metadata log: `<end offset>-<epoch>.checkpoint`, and `bootstrap.checkpoint` (KIP-630, KIP-853).
//!
//! Record batches: one of control records (header, and the voters from `kraft.version` 1 on), those of the image, one
//! with the footer. Offsets count from 0 within the file.

use kafkactl_core::log::dir::{Dir, EntryKind, OpenMode, read_file, remove_if_exists};
use kafkactl_core::names::{LeaderEpoch, Offset};
use kafkactl_core::record::control::control_batch;
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, ControlType, batches};
use kafkactl_core::schema;
use kafkactl_core::schema::control::{KRaftVersionRecord, SnapshotFooterRecord, SnapshotHeaderRecord};
use kafkactl_core::schema::metadata::MetadataRecord;

use super::MetadataLogError;
use crate::cluster::features::MetadataVersion;
use crate::cluster::image::encode_record;
use crate::cluster::loader::{MetadataLoader, QuorumRecords};

/// Largest snapshot that is read. A million partitions take a tenth of it.
const SNAPSHOT_BYTES_MAX: u64 = 1 << 30;
/// Size from which a batch of a snapshot is full.
const BATCH_BYTES: usize = 1 << 20;

const SUFFIX: &str = ".checkpoint";
const PART_SUFFIX: &str = ".checkpoint.part";
const DELETED_SUFFIX: &str = ".checkpoint.deleted";

/// Which snapshot: all records before `end`, the last of them of `epoch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId {
    pub end: Offset,
    pub epoch: LeaderEpoch,
}

/// The snapshot that formatting writes: voters alone.
pub const BOOTSTRAP_SNAPSHOT: SnapshotId = SnapshotId { end: Offset(0), epoch: LeaderEpoch(0) };

impl SnapshotId {
    pub fn file_name(self) -> String {
        format!("{:020}-{:010}{SUFFIX}", self.end.0, self.epoch.0)
    }

    pub fn parse(file_name: &str) -> Option<Self> {
        let (end, epoch) = file_name.strip_suffix(SUFFIX)?.split_once('-')?;
        let is_number =
            |text: &str, digits| text.len() == digits && text.bytes().all(|it| it.is_ascii_digit());
        if !is_number(end, 20) || !is_number(epoch, 10) {
            return None;
        }
        Some(Self { end: Offset(end.parse().ok()?), epoch: LeaderEpoch(epoch.parse().ok()?) })
    }
}

/// The snapshots in a directory with their sizes, oldest first. Half-written and deleted ones are removed.
pub fn snapshots(dir: &dyn Dir) -> Result<Vec<(SnapshotId, u64)>, MetadataLogError> {
    let mut found = Vec::new();
    for entry in dir.entries().map_err(|error| MetadataLogError::io("list", dir, "", error))? {
        if entry.name.ends_with(PART_SUFFIX) || entry.name.ends_with(DELETED_SUFFIX) {
            remove_if_exists(dir, &entry.name)
                .map_err(|error| MetadataLogError::io("remove", dir, &entry.name, error))?;
        } else if let (Some(id), EntryKind::File { size_bytes }) =
            (SnapshotId::parse(&entry.name), entry.kind)
        {
            found.push((id, size_bytes));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Reads a snapshot, or a `bootstrap.checkpoint`, into a loader.
pub fn read(dir: &dyn Dir, file_name: &str) -> Result<Option<MetadataLoader>, MetadataLogError> {
    let mut loader = MetadataLoader::default();
    let is_there = for_each_batch(dir, file_name, |batch| {
        loader.batch(batch).map_err(|source| MetadataLogError::load(dir, file_name, source))
    })?;
    Ok(is_there.then_some(loader))
}

/// The records of a `bootstrap.checkpoint`, in order; `None` where there is no such file.
pub fn read_records(dir: &dyn Dir, file_name: &str) -> Result<Option<Vec<MetadataRecord>>, MetadataLogError> {
    let damaged = |source| MetadataLogError::record(dir, file_name, source);
    let mut records = Vec::new();
    let is_there = for_each_batch(dir, file_name, |batch| {
        if batch.header().is_control() {
            return Ok(());
        }
        for record in &batch.records(BATCH_BYTES).map_err(damaged)? {
            let value = record.map_err(damaged)?.value.unwrap_or_default();
            records.push(MetadataRecord::decode(value)?);
        }
        Ok(())
    })?;
    Ok(is_there.then_some(records))
}

/// Gives every batch of a file, checked; says whether the file is there.
fn for_each_batch(
    dir: &dyn Dir,
    file_name: &str,
    mut take: impl FnMut(&Batch<'_>) -> Result<(), MetadataLogError>,
) -> Result<bool, MetadataLogError> {
    let bytes = read_file(dir, file_name, SNAPSHOT_BYTES_MAX)
        .map_err(|error| MetadataLogError::io("read", dir, file_name, error))?;
    let Some(bytes) = bytes else { return Ok(false) };
    let damaged = |source| MetadataLogError::record(dir, file_name, source);
    let mut batches = batches(&bytes);
    for batch in batches.by_ref() {
        let batch = batch.map_err(damaged)?;
        batch.check_crc().map_err(damaged)?;
        take(&batch)?;
    }
    if batches.position() != bytes.len() {
        let reason = format!("it ends in the middle of the batch at byte {}", batches.position());
        return Err(MetadataLogError::damaged(dir, file_name, reason));
    }
    Ok(true)
}

/// What a snapshot says.
pub struct SnapshotContents<'a> {
    pub records: &'a [MetadataRecord],
    pub version: MetadataVersion,
    pub quorum: &'a QuorumRecords,
    /// When the last record in it was written.
    pub last_timestamp_ms: i64,
    pub now_ms: i64,
    pub epoch: LeaderEpoch,
}

/// The bytes of a snapshot file.
pub fn encode(contents: &SnapshotContents<'_>) -> Result<Vec<u8>, MetadataLogError> {
    let mut file = Vec::new();
    let mut next_offset = Offset(0);
    let fields = |base_offset| BatchFields {
        base_offset,
        partition_leader_epoch: contents.epoch,
        ..BatchFields::default()
    };
    let now_ms = contents.now_ms;
    let header =
        SnapshotHeaderRecord { version: 0, last_contained_log_timestamp: contents.last_timestamp_ms };
    let mut controls = vec![(ControlType::SnapshotHeader, value_of(&header)?)];
    controls.extend(quorum_controls(contents.quorum)?);
    let mut builder = BatchBuilder::new(BatchFields { is_control: true, ..fields(next_offset) });
    for (kind, value) in &controls {
        builder.append(now_ms, Some(&kind.key()), Some(value), []);
    }
    next_offset = next_offset.plus(i64::from(builder.record_count()));
    file.extend(builder.finish()?);

    let mut records = contents.records.iter().peekable();
    while records.peek().is_some() {
        let mut builder = BatchBuilder::new(fields(next_offset));
        while let Some(record) = records.next_if(|_| builder.size_bytes() < BATCH_BYTES) {
            builder.append(now_ms, None, Some(&encode_record(record, contents.version)?), []);
        }
        next_offset = next_offset.plus(i64::from(builder.record_count()));
        file.extend(builder.finish()?);
    }
    let footer = value_of(&SnapshotFooterRecord { version: 0 })?;
    file.extend(control_batch(fields(next_offset), now_ms, ControlType::SnapshotFooter, &footer)?);
    Ok(file)
}

/// The control records that say who votes; none while that stands in the settings.
pub fn quorum_controls(quorum: &QuorumRecords) -> Result<Vec<(ControlType, Vec<u8>)>, MetadataLogError> {
    let Some(voters) = &quorum.voters else { return Ok(Vec::new()) };
    let version = KRaftVersionRecord { version: 0, k_raft_version: quorum.kraft_version };
    Ok(vec![
        (ControlType::KRaftVersion, value_of(&version)?),
        (ControlType::KRaftVoters, value_of(&voters.record())?),
    ])
}

/// Writes a file so that it is there as a whole or not at all.
pub fn write(dir: &dyn Dir, file_name: &str, bytes: &[u8]) -> Result<(), MetadataLogError> {
    let part = format!("{file_name}.part");
    let written = || {
        let file = dir.open(&part, OpenMode::Truncate)?;
        file.write_all_at(bytes, 0)?;
        file.sync()?;
        dir.rename(&part, file_name)?;
        dir.sync()
    };
    written().map_err(|error| MetadataLogError::io("write", dir, file_name, error))
}

fn value_of<M: schema::Message>(message: &M) -> Result<Vec<u8>, MetadataLogError> {
    let mut value = Vec::new();
    schema::encode(message, 0, &mut value)?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_offset_and_epoch() {
        let id = SnapshotId { end: Offset(173), epoch: LeaderEpoch(3) };
        assert_eq!(id.file_name(), "00000000000000000173-0000000003.checkpoint");
        assert_eq!(SnapshotId::parse(&id.file_name()), Some(id));
        for name in
            ["bootstrap.checkpoint", "1-1.checkpoint", "00000000000000000173-0000000003.checkpoint.part"]
        {
            assert_eq!(SnapshotId::parse(name), None, "{name}");
        }
    }
}
