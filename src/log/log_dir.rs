//! A log directory: one of `log.dirs`, with a sub-directory for each replica and its checkpoints beside them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checkpoint::{
    CleanShutdown, MetaProperties, OffsetCheckpoint, read_offsets_or_none, write_offsets,
};
use super::dir::{Dir, DirLock, EntryKind, OpenMode, Space};
use super::error::{Context, LogError, Result};
use super::names::{PartitionDir, delete_dir_name, stray_dir_name};
use super::partition_log::OpenOptions;
use crate::names::{Offset, TopicPartition, Uuid};

/// Keeps other processes out of a log directory.
const LOCK_FILE: &str = ".lock";

/// An open log directory. Dropping it lets other processes in.
#[derive(Debug)]
pub struct LogDir {
    root: Arc<dyn Dir>,
    meta: Option<MetaProperties>,
    clean_shutdown: Option<CleanShutdown>,
    recovery_points: BTreeMap<TopicPartition, Offset>,
    log_starts: BTreeMap<TopicPartition, Offset>,
    high_watermarks: BTreeMap<TopicPartition, Offset>,
    cleaned: BTreeMap<TopicPartition, Offset>,
    _lock: DirLock,
}

/// Where the logs of a directory stood when they were closed.
#[derive(Debug, Clone, Default)]
pub struct ClosedOffsets {
    pub ends: BTreeMap<TopicPartition, Offset>,
    /// Only of logs that start past their first segment's first offset.
    pub starts: BTreeMap<TopicPartition, Offset>,
    pub high_watermarks: BTreeMap<TopicPartition, Offset>,
}

/// A sub-directory that holds a replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionEntry {
    pub name: String,
    pub kind: PartitionDir,
}

impl LogDir {
    /// Takes the lock and reads what the last process left. Its mark of a clean stop is removed, durably, before
    /// anything is changed: it must not vouch for a process that dies later.
    ///
    /// Errors: [`LogError::Locked`]; [`LogError::Foreign`] for a directory of an unknown version. A damaged
    /// checkpoint is as good as none, since recovery then looks at more.
    pub fn open(root: Arc<dyn Dir>) -> Result<Self> {
        let dir = root.path().display().to_string();
        let lock =
            root.lock(LOCK_FILE).context("lock", LOCK_FILE, &*root)?.ok_or(LogError::Locked { dir })?;
        let meta = MetaProperties::read(&*root)?;
        let clean_shutdown = CleanShutdown::read(&*root)?;
        if clean_shutdown.is_some() {
            CleanShutdown::remove(&*root)?;
        }
        for checkpoint in OffsetCheckpoint::ALL {
            let name = checkpoint.file_name();
            root.open(name, OpenMode::Create).context("create", name, &*root)?;
        }
        let offsets = |checkpoint| read_offsets_or_none(&*root, checkpoint);
        Ok(Self {
            recovery_points: offsets(OffsetCheckpoint::RecoveryPoint)?,
            log_starts: offsets(OffsetCheckpoint::LogStart)?,
            high_watermarks: offsets(OffsetCheckpoint::HighWatermark)?,
            cleaned: offsets(OffsetCheckpoint::Cleaner)?,
            root,
            meta,
            clean_shutdown,
            _lock: lock,
        })
    }

    pub fn root(&self) -> &Arc<dyn Dir> {
        &self.root
    }

    /// Whose directory it is; `None` before it was formatted.
    pub fn meta(&self) -> Option<&MetaProperties> {
        self.meta.as_ref()
    }

    pub fn write_meta(&mut self, meta: MetaProperties) -> Result<()> {
        meta.write(&*self.root)?;
        self.meta = Some(meta);
        Ok(())
    }

    /// How the last process left it; `None` if it did not stop cleanly.
    pub fn clean_shutdown(&self) -> Option<CleanShutdown> {
        self.clean_shutdown
    }

    /// The checkpointed high watermark, as of when the directory was opened.
    pub fn high_watermark(&self, partition: &TopicPartition) -> Option<Offset> {
        self.high_watermarks.get(partition).copied()
    }

    /// Up to where the log was cleaned, as of when the directory was opened.
    pub fn cleaned_to(&self, partition: &TopicPartition) -> Option<Offset> {
        self.cleaned.get(partition).copied()
    }

    /// How to open a partition's log after what the last process left.
    pub fn open_options(&self, partition: &TopicPartition, now_ms: i64) -> OpenOptions {
        let offset = |offsets: &BTreeMap<_, Offset>| offsets.get(partition).copied().unwrap_or(Offset(0));
        OpenOptions {
            is_clean: self.clean_shutdown.is_some(),
            recovery_point: offset(&self.recovery_points),
            start_offset: offset(&self.log_starts),
            cleaned_to: self.cleaned_to(partition),
            now_ms,
            ..OpenOptions::default()
        }
    }

    /// The replicas here, whatever became of them, by name.
    pub fn partitions(&self) -> Result<Vec<PartitionEntry>> {
        let entries = self.root.entries().context("list", "partitions", &*self.root)?;
        let directories = entries.into_iter().filter(|entry| entry.kind == EntryKind::Directory);
        let mut partitions: Vec<_> = directories
            .filter_map(|entry| {
                let kind = PartitionDir::parse(&entry.name)?;
                Some(PartitionEntry { name: entry.name, kind })
            })
            .collect();
        partitions.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(partitions)
    }

    /// The directory of a replica, made if it is new.
    pub fn partition(&self, partition: &TopicPartition) -> Result<Arc<dyn Dir>> {
        self.child(&partition.to_string())
    }

    pub fn child(&self, name: &str) -> Result<Arc<dyn Dir>> {
        self.root.child(name).context("open", name, &*self.root)
    }

    /// Renames a replica's directory so that it counts as deleted; returns the new name, for [`LogDir::remove`].
    pub fn mark_deleted(&self, partition: &TopicPartition, id: Uuid) -> Result<String> {
        self.rename(&partition.to_string(), delete_dir_name(partition, id))
    }

    /// Sets a replica aside that the metadata does not know.
    pub fn mark_stray(&self, partition: &TopicPartition, id: Uuid) -> Result<String> {
        self.rename(&partition.to_string(), stray_dir_name(partition, id))
    }

    fn rename(&self, from: &str, to: String) -> Result<String> {
        self.root.rename(from, &to).context("rename", from, &*self.root)?;
        self.root.sync().context("sync", "names", &*self.root)?;
        Ok(to)
    }

    /// Removes a sub-directory with all that is in it.
    pub fn remove(&self, name: &str) -> Result<()> {
        self.root.remove_child(name).context("remove", name, &*self.root)
    }

    pub fn write_offsets(
        &self,
        checkpoint: OffsetCheckpoint,
        offsets: &BTreeMap<TopicPartition, Offset>,
    ) -> Result<()> {
        write_offsets(&*self.root, checkpoint, offsets)
    }

    pub fn space(&self) -> Result<Space> {
        self.root.space().context("measure", "the volume", &*self.root)
    }

    /// Makes everything below durable in one go, for many small changes at once.
    pub fn sync_all(&self) -> Result<()> {
        self.root.sync_all().context("sync", "everything", &*self.root)
    }

    /// Marks a clean stop, once every log was closed: the last thing a process does. Everything is synced before a
    /// checkpoint says so, and the checkpoints before the mark.
    pub fn close(self, broker_epoch: i64, offsets: &ClosedOffsets) -> Result<()> {
        self.sync_all()?;
        self.write_offsets(OffsetCheckpoint::RecoveryPoint, &offsets.ends)?;
        self.write_offsets(OffsetCheckpoint::LogStart, &offsets.starts)?;
        self.write_offsets(OffsetCheckpoint::HighWatermark, &offsets.high_watermarks)?;
        CleanShutdown::new(broker_epoch).write(&*self.root)
    }
}
