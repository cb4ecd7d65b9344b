use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{AtPath, InspectError, Result};
use crate::log::LogError;
use crate::log::checkpoint::{EPOCHS_FILE, EpochStart, PARTITION_METADATA_FILE, read_epochs, read_topic_id};
use crate::log::dir::{Dir, EntryKind, ReadOnlyDir};
use crate::log::names::{PartitionDir, parse_offset_file};
use crate::names::{Offset, TopicId};

/// What a file of a partition is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    Log,
    /// A snapshot of the metadata log, or what a cluster was formatted with.
    Checkpoint,
    OffsetIndex,
    TimeIndex,
    TxnIndex,
    ProducerSnapshot,
}

impl FileKind {
    /// By the last suffix, but for `.deleted`, which files that wait for their removal have behind it.
    pub fn of_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        match name.strip_suffix(".deleted").unwrap_or(name).rsplit_once('.')?.1 {
            "log" => Some(Self::Log),
            "checkpoint" => Some(Self::Checkpoint),
            "index" => Some(Self::OffsetIndex),
            "timeindex" => Some(Self::TimeIndex),
            "txnindex" => Some(Self::TxnIndex),
            "snapshot" => Some(Self::ProducerSnapshot),
            _ => None,
        }
    }
}

/// The files of one segment. Sizes are those at the time of listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFiles {
    pub base_offset: Offset,
    pub log: PathBuf,
    pub log_bytes: u64,
    pub offset_index: Option<PathBuf>,
    pub time_index: Option<PathBuf>,
    pub txn_index: Option<PathBuf>,
    /// The producers as of the base offset.
    pub snapshot: Option<PathBuf>,
}

/// A partition's directory and what lies in it.
#[derive(Debug, Clone)]
pub struct PartitionFiles {
    pub path: PathBuf,
    /// The directory's name: `topic-0`, also with `-delete`, `-future` or `-stray` behind it.
    pub name: String,
    pub topic_id: Option<TopicId>,
    /// In the order of their offsets.
    pub segments: Vec<SegmentFiles>,
    /// Snapshots without a segment of that base: the newest, written when the log was closed.
    pub other_snapshots: Vec<PathBuf>,
    /// Snapshots of a metadata log.
    pub checkpoints: Vec<PathBuf>,
    pub epochs: Vec<EpochStart>,
    /// Files that wait for their removal, or that nothing here knows.
    pub others: Vec<String>,
    /// What could not be read of the small files beside the segments, and why.
    pub faults: Vec<(PathBuf, String)>,
}

impl PartitionFiles {
    /// Errors: [`InspectError::NoPartition`] when neither the name nor the content is a partition's.
    pub fn read(path: &Path) -> Result<Self> {
        let dir = ReadOnlyDir::new(path);
        let mut files = Self::empty(path);
        let mut by_offset: BTreeMap<Offset, BTreeMap<FileKind, (PathBuf, u64)>> = BTreeMap::new();
        let mut entries = dir.entries().at_path(path)?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in entries {
            let EntryKind::File { size_bytes } = entry.kind else { continue };
            let file = path.join(&entry.name);
            match (parse_offset_file(&entry.name), FileKind::of_path(&file)) {
                (_, Some(FileKind::Checkpoint)) => files.checkpoints.push(file),
                (Some((offset, suffix)), Some(kind)) if !suffix.ends_with(".deleted") => {
                    by_offset.entry(offset).or_default().insert(kind, (file, size_bytes));
                }
                _ if [EPOCHS_FILE, PARTITION_METADATA_FILE].contains(&entry.name.as_str()) => {}
                _ => files.others.push(entry.name),
            }
        }
        if by_offset.is_empty() && files.checkpoints.is_empty() && PartitionDir::parse(&files.name).is_none()
        {
            return Err(InspectError::NoPartition(path.to_owned()));
        }
        for (base_offset, kinds) in by_offset {
            files.add(base_offset, kinds);
        }
        files.epochs = files.read_small(EPOCHS_FILE, read_epochs(&dir));
        files.topic_id = files.read_small(PARTITION_METADATA_FILE, read_topic_id(&dir));
        Ok(files)
    }

    /// A log, or a snapshot of the metadata log, as a partition of that file alone. A snapshot holds a whole state: its
    /// offsets start at 0 whatever its name says.
    pub fn of_log(path: &Path, log_bytes: u64) -> Self {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let base_offset = match FileKind::of_path(path) {
            Some(FileKind::Log) => base_offset_of(path).unwrap_or(Offset(0)),
            _ => Offset(0),
        };
        let mut files = Self::empty(parent);
        files.add(base_offset, BTreeMap::from([(FileKind::Log, (path.to_owned(), log_bytes))]));
        files
    }

    fn empty(path: &Path) -> Self {
        // A partition given as `.` has its name only in full.
        let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Self {
            path: path.to_owned(),
            name: dir_name(&full),
            topic_id: None,
            segments: Vec::new(),
            other_snapshots: Vec::new(),
            checkpoints: Vec::new(),
            epochs: Vec::new(),
            others: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn add(&mut self, base_offset: Offset, mut kinds: BTreeMap<FileKind, (PathBuf, u64)>) {
        let mut take = |kind| kinds.remove(&kind).map(|(file, _)| file);
        let [offset_index, time_index, txn_index, snapshot] =
            [FileKind::OffsetIndex, FileKind::TimeIndex, FileKind::TxnIndex, FileKind::ProducerSnapshot]
                .map(&mut take);
        match kinds.remove(&FileKind::Log) {
            Some((log, log_bytes)) => self.segments.push(SegmentFiles {
                base_offset,
                log,
                log_bytes,
                offset_index,
                time_index,
                txn_index,
                snapshot,
            }),
            None => {
                self.other_snapshots.extend(snapshot);
                let orphans = [offset_index, time_index, txn_index].into_iter().flatten();
                self.others.extend(orphans.map(|path| dir_name(&path)));
            }
        }
    }

    fn read_small<T: Default>(&mut self, name: &str, read: Result<T, LogError>) -> T {
        read.unwrap_or_else(|error| {
            self.faults.push((self.path.join(name), error.to_string()));
            T::default()
        })
    }

    /// The segment that holds `offset`, or the first one after it.
    pub fn segment_of(&self, offset: Offset) -> Option<&SegmentFiles> {
        let after = self.segments.partition_point(|segment| segment.base_offset <= offset);
        self.segments.get(after.saturating_sub(1))
    }
}

/// Partitions below a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionRoot {
    pub path: PathBuf,
    pub name: String,
}

/// The partitions in `path`: itself if it is one, else its sub-directories that are, by name.
pub fn partition_roots(path: &Path) -> Result<Vec<PartitionRoot>> {
    let entries = ReadOnlyDir::new(path).entries().at_path(path)?;
    let root = |path: PathBuf| PartitionRoot { name: dir_name(&path), path };
    let full = path.canonicalize().at_path(path)?;
    let has_log = entries.iter().any(|entry| entry.name.ends_with(".log"));
    if has_log || PartitionDir::parse(&dir_name(&full)).is_some() {
        return Ok(vec![PartitionRoot { path: path.to_owned(), name: dir_name(&full) }]);
    }
    let mut roots: Vec<_> = entries
        .into_iter()
        .filter(|entry| entry.kind == EntryKind::Directory && PartitionDir::parse(&entry.name).is_some())
        .map(|entry| root(path.join(entry.name)))
        .collect();
    if roots.is_empty() {
        return Err(InspectError::NoPartition(path.to_owned()));
    }
    roots.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(roots)
}

/// The offset that a file's name starts with.
pub(super) fn base_offset_of(path: &Path) -> Option<Offset> {
    parse_offset_file(path.file_name()?.to_str()?).map(|(offset, _)| offset)
}

fn dir_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
