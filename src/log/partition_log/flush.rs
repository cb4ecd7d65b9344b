//! Making a log durable, and letting go of deleted files: tasks for a thread that may block.

use std::io;
use std::sync::Arc;

use super::Log;
use crate::log::checkpoint::{EPOCHS_FILE, write_epochs_unsynced};
use crate::log::dir::{Dir, LogFile, OpenMode, remove_if_exists};
use crate::log::error::{Context, Result};
use crate::log::names::{SNAPSHOT, offset_file};
use crate::names::Offset;

/// Syncs everything before an offset. To be run without the log's lock; then the log is told how it went.
#[derive(Debug)]
#[must_use]
pub struct FlushTask {
    dir: Arc<dyn Dir>,
    files: Vec<Arc<dyn LogFile>>,
    has_new_names: bool,
    up_to: Offset,
    segments_to: Offset,
    truncations: u64,
}

impl FlushTask {
    /// The records before this offset are durable after it.
    pub fn up_to(&self) -> Offset {
        self.up_to
    }

    /// Errors: the disk failed, and what it holds is unknown: [`Log::poison`] is the only answer.
    pub fn run(&self) -> Result<()> {
        let synced = self.files.iter().try_for_each(|file| file.sync());
        synced.context("sync the files of", "the log", &*self.dir)?;
        if self.has_new_names { self.dir.sync().context("sync", "names", &*self.dir) } else { Ok(()) }
    }
}

/// Files that were renamed away, to be unlinked once no reader can still be on its way to them
/// (`file.delete.delay.ms`).
#[derive(Debug)]
#[must_use]
pub struct DeletedFiles {
    dir: Arc<dyn Dir>,
    names: Vec<String>,
}

impl DeletedFiles {
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn unlink(&self) -> Result<()> {
        let remove = |name: &String| remove_if_exists(&*self.dir, name).context("remove", name, &*self.dir);
        self.names.iter().try_for_each(remove)
    }
}

impl Log {
    /// What must be synced for everything appended so far to be durable; `None` if all of it is.
    pub fn flush_task(&mut self) -> Result<Option<FlushTask>> {
        self.check_writable()?;
        let segments_to = self.active.base_offset();
        if self.flushed_to >= self.end_offset
            && self.segments_synced_to >= segments_to
            && !self.names_are_unsynced
        {
            return Ok(None);
        }
        let mut files = Vec::new();
        for segment in self.sealed.iter().filter(|segment| segment.base_offset() >= self.segments_synced_to) {
            files.extend(segment.files_to_sync(true)?);
        }
        for offset in self.snapshots.offsets().filter(|offset| *offset > self.segments_synced_to) {
            files.extend(self.file_if_exists(&offset_file(offset, SNAPSHOT))?);
        }
        if self.active.size_bytes() > 0 {
            files.extend(self.active.files_to_sync(false)?);
        }
        if self.epochs_are_unsynced {
            files.extend(self.file_if_exists(EPOCHS_FILE)?);
        }
        let has_new_names = self.names_are_unsynced;
        // Whoever changes them from now on says so again.
        self.names_are_unsynced = false;
        self.epochs_are_unsynced = false;
        self.unflushed_since_ms = None;
        Ok(Some(FlushTask {
            dir: self.place.dir.clone(),
            files,
            has_new_names,
            up_to: self.end_offset,
            segments_to,
            truncations: self.truncations,
        }))
    }

    fn file_if_exists(&self, name: &str) -> Result<Option<Arc<dyn LogFile>>> {
        match self.place.dir.open(name, OpenMode::Existing) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            file => file.map(Some).context("open", name, &*self.place.dir),
        }
    }

    /// A [`FlushTask`] succeeded.
    pub fn flushed(&mut self, task: &FlushTask) {
        if task.truncations == self.truncations {
            self.flushed_to = self.flushed_to.max(task.up_to);
            self.segments_synced_to = self.segments_synced_to.max(task.segments_to);
        }
    }

    /// Whether `flush.messages` or `flush.ms` wants a flush now.
    pub fn flush_is_due(&self, now_ms: i64) -> bool {
        let waiting = (self.end_offset.0 - self.flushed_to.0).max(0) as u64;
        if self.config.flush_messages.is_some_and(|messages| waiting >= messages.get()) {
            return true;
        }
        let (Some(since_ms), Some(flush_ms)) = (self.unflushed_since_ms, self.config.flush_ms) else {
            return false;
        };
        // A clock that was set back puts nothing off.
        now_ms < since_ms || now_ms >= since_ms.saturating_add_unsigned(flush_ms)
    }

    /// The files that went since this was last asked.
    pub fn take_deleted(&mut self) -> DeletedFiles {
        DeletedFiles { dir: self.place.dir.clone(), names: std::mem::take(&mut self.deleted) }
    }

    /// Leaves the directory as Kafka leaves a log that is closed: indexes complete, producer state written. Syncing
    /// is left to the caller, who does it for all logs at once.
    pub fn close(mut self) -> Result<()> {
        self.check_writable()?;
        self.snapshots.take(&self.producers)?;
        self.sealed.iter().try_for_each(|segment| segment.drop_damaged_indexes())?;
        self.active.seal()
    }

    /// Stores the leader epochs if they are others than before. Not synced before the next flush: what is lost is
    /// found again in the batches.
    pub(super) fn epochs_changed(&mut self, changed: bool) -> Result<()> {
        if !changed && self.epochs_are_written {
            return Ok(());
        }
        self.check_writable()?;
        self.epochs_are_written = false;
        self.epochs_are_unsynced = true;
        self.names_are_unsynced = true;
        write_epochs_unsynced(&*self.place.dir, self.epochs.entries())?;
        self.epochs_are_written = true;
        Ok(())
    }
}
