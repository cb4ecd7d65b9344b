//! Cutting a log at either end.

use super::Log;
use super::snapshots::Rebuild;
use crate::log::error::{LogError, Result};
use crate::log::segment::Segment;
use crate::names::Offset;

impl Log {
    /// Drops every batch that reaches `offset` or lies after it, as a follower does that has diverged.
    ///
    /// The caller checkpoints [`Log::recovery_point_before_truncation`] first: a crash must not find the recovery
    /// point past the cut, or what is appended after the cut would not be recovered. So with
    /// [`Log::cleaned_to`], at most `offset` then. After an error part of it may be done: the log is poisoned.
    pub fn truncate_to(&mut self, offset: Offset, now_ms: i64) -> Result<()> {
        self.check_writable()?;
        let done = if offset >= self.end_offset {
            // An epoch may have been noted for records that never came.
            self.truncate_epochs_end(self.end_offset)
        } else if self.segments().next().is_some_and(|first| first.base_offset() > offset) {
            self.truncate_fully(offset, now_ms)
        } else {
            self.truncate_within(offset, now_ms)
        };
        self.poison_on_error(done)
    }

    /// The recovery point to checkpoint before [`Log::truncate_to`]: in the segment that is cut.
    pub fn recovery_point_before_truncation(&self, offset: Offset) -> Offset {
        self.recovery_point().min(offset.plus(-1)).max(Offset(0))
    }

    /// Drops everything; the next record gets `offset`, as on a follower that is too far behind.
    pub fn truncate_fully_and_start_at(&mut self, offset: Offset, now_ms: i64) -> Result<()> {
        self.check_writable()?;
        let done = self.truncate_fully(offset, now_ms);
        self.poison_on_error(done)
    }

    fn poison_on_error(&mut self, done: Result<()>) -> Result<()> {
        if let Err(error) = &done {
            self.poison(format!("truncation failed half way: {error}"));
        }
        done
    }

    fn truncate_within(&mut self, offset: Offset, now_ms: i64) -> Result<()> {
        self.tail.clear();
        self.forget_from(offset);
        let kept = self.sealed.partition_point(|segment| segment.base_offset() <= offset);
        if self.active.base_offset() > offset {
            let behind = self.sealed.split_off(kept);
            // Newest first: a crash in between must not leave a hole.
            self.mark_active_deleted()?;
            self.mark_deleted(behind.iter().rev().map(|segment| &**segment))?;
            self.reopen_last_sealed(now_ms);
        }
        self.active.truncate_to(offset, now_ms)?;
        self.end_offset = offset;
        self.flushed_to = self.flushed_to.min(offset);
        self.segments_synced_to = self.segments_synced_to.min(self.active.base_offset());
        self.start_offset = self.start_offset.min(offset);
        self.truncate_epochs_end(offset)?;
        self.rebuild_producers(now_ms)
    }

    fn truncate_fully(&mut self, offset: Offset, now_ms: i64) -> Result<()> {
        self.tail.clear();
        self.forget_from(offset);
        let sealed = std::mem::take(&mut self.sealed);
        self.mark_active_deleted()?;
        self.mark_deleted(sealed.iter().rev().map(|segment| &**segment))?;
        self.active = Segment::create(&self.place, offset, now_ms)?;
        self.end_offset = offset;
        self.start_offset = offset;
        self.flushed_to = offset;
        self.segments_synced_to = offset;
        self.truncate_epochs_end(Offset(0))?;
        self.producers.clear();
        self.snapshots.clear()?;
        self.producers.set_end_offset(offset);
        self.rebuild_producers(now_ms)
    }

    /// What was flushed or cleaned before says nothing about what is appended from `offset` on.
    fn forget_from(&mut self, offset: Offset) {
        self.truncations += 1;
        self.cleaned_to = self.cleaned_to.map(|cleaned_to| cleaned_to.min(offset));
    }

    /// The newest sealed segment takes appends again. Readers may still hold it, so it is opened anew.
    fn reopen_last_sealed(&mut self, now_ms: i64) {
        if let Some(last) = self.sealed.pop() {
            let (base_offset, size_bytes) = (last.base_offset(), last.size_bytes());
            self.active = Segment::existing(&self.place, base_offset, size_bytes, now_ms);
        }
    }

    fn truncate_epochs_end(&mut self, offset: Offset) -> Result<()> {
        let changed = self.epochs.truncate_end(offset);
        self.epochs_changed(changed)
    }

    fn rebuild_producers(&mut self, now_ms: i64) -> Result<()> {
        let segments: Vec<_> = self.sealed.iter().map(|segment| &**segment).chain([&self.active]).collect();
        let rebuild = Rebuild {
            segments: &segments,
            start_offset: self.start_offset,
            end_offset: self.end_offset,
            now_ms,
            is_clean: false,
        };
        rebuild.run(&mut self.producers, &mut self.snapshots)
    }

    /// Moves the start of the log forward; records before it are no longer read, and whole segments go with the next
    /// retention check (E11). Says whether it moved. Needs no room on the disk.
    pub fn advance_start(&mut self, offset: Offset) -> Result<bool> {
        if offset > self.end_offset {
            let (start, end) = (self.start_offset, self.end_offset);
            return Err(LogError::OffsetOutOfRange { requested: offset, start, end });
        }
        if offset <= self.start_offset {
            return Ok(false);
        }
        self.check_writable()?;
        self.start_offset = offset;
        self.flushed_to = self.flushed_to.max(offset);
        let changed = self.epochs.truncate_start(offset);
        match self.epochs_changed(changed) {
            // Whoever reads the old file drops what lies before the start; the next change writes it.
            Err(error) if error.is_disk_full() => {}
            stored => stored?,
        }
        if self.producers.end_offset() < offset {
            self.producers.set_end_offset(offset);
        }
        self.snapshots.start_moved(offset);
        Ok(true)
    }

    /// Renames the files of segments, and the snapshots at their base, so that they count as gone.
    pub(super) fn mark_deleted<'s>(&mut self, segments: impl IntoIterator<Item = &'s Segment>) -> Result<()> {
        self.names_are_unsynced = true;
        for segment in segments {
            self.deleted.extend(segment.mark_deleted()?);
            self.deleted.extend(self.snapshots.mark_deleted(segment.base_offset())?);
        }
        Ok(())
    }

    fn mark_active_deleted(&mut self) -> Result<()> {
        self.names_are_unsynced = true;
        self.deleted.extend(self.active.mark_deleted()?);
        let base_offset = self.active.base_offset();
        self.deleted.extend(self.snapshots.mark_deleted(base_offset)?);
        Ok(())
    }
}
