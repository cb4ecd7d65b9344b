use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::base_offset_of;
use super::{AtPath, InspectError, Result};
use crate::log::dir::{Dir, LogFile, OpenMode, ReadOnlyDir, read_file};
use crate::log::index::Entry;
use crate::log::producer::{ProducerEntry, decode_snapshot};
use crate::log::segment::{ScanError, WholeBatches};
use crate::names::Offset;
use crate::record::Batch;

/// What the records of one batch may take once decompressed; a batch that inflates to more counts as damaged.
pub const RECORDS_BYTES_MAX: usize = 512 << 20;

/// Larger index and snapshot files than this are not Kafka's.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// Reads the batches of a `.log` or `.checkpoint` file one after the other.
pub struct LogReader {
    path: PathBuf,
    batches: WholeBatches,
    position: u64,
    size_bytes: u64,
}

impl LogReader {
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_at(path, 0)
    }

    /// Starts at `position`, where a batch should begin. What is appended from now on is not seen.
    pub fn open_at(path: &Path, position: u64) -> Result<Self> {
        let file = open(path)?;
        let size_bytes = file.size_bytes().at_path(path)?;
        let batches = WholeBatches::new(file, position, size_bytes);
        Ok(Self { path: path.to_owned(), batches, position, size_bytes })
    }

    /// The next batch and where it begins; `None` at the end, or at a batch that is not all there
    /// ([`LogReader::trailing_bytes`]).
    ///
    /// Errors: [`InspectError::Damaged`] where no batch can begin.
    pub fn next_batch(&mut self) -> Result<Option<(u64, Batch<'_>)>> {
        match self.batches.next() {
            Ok(None) => Ok(None),
            Ok(Some((position, batch))) => {
                self.position = position + batch.bytes().len() as u64;
                Ok(Some((position, batch)))
            }
            Err(ScanError::Io(source)) => Err(InspectError::Io { path: self.path.clone(), source }),
            Err(ScanError::Damaged { position, reason }) => {
                Err(InspectError::Damaged { path: self.path.clone(), position, reason })
            }
        }
    }

    /// Where the last batch given ends.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The size of the file when it was opened.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Bytes after the last batch given.
    pub fn trailing_bytes(&self) -> u64 {
        self.size_bytes.saturating_sub(self.position)
    }
}

/// An index file as it lies on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFile<E> {
    pub base_offset: Offset,
    pub size_bytes: u64,
    /// The entries that were written. Slots behind them were preallocated: they look like one of the base offset, which
    /// only the first entry can be.
    pub entries: Vec<E>,
    /// Whether even the first entry is but the zeros of a preallocated slot. Kafka's tool shows it as an entry.
    pub is_blank: bool,
    /// What the last whole slot of the file holds, be it written or not.
    pub last_slot: Option<E>,
}

#[allow(private_bounds)]
impl<E: Entry> IndexFile<E> {
    pub fn read(path: &Path) -> Result<Self> {
        let base_offset = base_offset_of(path).ok_or_else(|| InspectError::UnknownKind(path.to_owned()))?;
        let bytes = read_bounded(path)?;
        let slots = bytes.chunks_exact(E::BYTES).map(|slot| E::take(slot, base_offset));
        let last_slot = slots.clone().next_back();
        let is_written = |(number, slot): &(usize, E)| *number == 0 || slot.offset() != base_offset;
        let entries = slots.enumerate().take_while(is_written).map(|(_, entry)| entry).collect();
        let is_blank = bytes.len() > E::BYTES && bytes[..E::BYTES].iter().all(|&byte| byte == 0);
        Ok(Self { base_offset, size_bytes: bytes.len() as u64, entries, is_blank, last_slot })
    }
}

impl<E> IndexFile<E> {
    /// The entries that somebody wrote.
    pub fn written(&self) -> &[E] {
        if self.is_blank { &[] } else { &self.entries }
    }
}

/// The producers of a `.snapshot` file.
pub fn read_snapshot(path: &Path) -> Result<Vec<ProducerEntry>> {
    let bytes = read_bounded(path)?;
    decode_snapshot(&bytes).map_err(|reason| InspectError::Damaged {
        path: path.to_owned(),
        position: 0,
        reason,
    })
}

fn open(path: &Path) -> Result<Arc<dyn LogFile>> {
    let (dir, name) = split(path)?;
    dir.open(&name, OpenMode::Existing).at_path(path)
}

fn read_bounded(path: &Path) -> Result<Vec<u8>> {
    let (dir, name) = split(path)?;
    let bytes = read_file(&dir, &name, FILE_BYTES_MAX).at_path(path)?;
    bytes.ok_or(std::io::ErrorKind::NotFound.into()).at_path(path)
}

fn split(path: &Path) -> Result<(ReadOnlyDir, String)> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| InspectError::UnknownKind(path.to_owned()))?.to_owned();
    if fs::metadata(path).at_path(path)?.is_dir() {
        return Err(InspectError::UnknownKind(path.to_owned()));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok((ReadOnlyDir::new(parent.unwrap_or(Path::new("."))), name))
}
