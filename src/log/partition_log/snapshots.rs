//! The producer snapshots of a log, and how its producer state comes back from them (`ProducerStateManager`,
//! `UnifiedLog.rebuildProducerState`; E6, A20).

use std::collections::BTreeSet;
use std::sync::Arc;

use tracing::warn;

use crate::log::dir::{Dir, OpenMode, read_file, remove_if_exists};
use crate::log::error::{Context, Result};
use crate::log::names::{DELETED, SNAPSHOT, offset_file};
use crate::log::producer::{Producers, decode_snapshot, encode_snapshot};
use crate::log::segment::{Segment, read_batch};
use crate::names::Offset;
use crate::record::Batch;

/// A million producers fit many times over.
const SNAPSHOT_BYTES_MAX: u64 = 1 << 30;

#[derive(Debug)]
pub(super) struct Snapshots {
    dir: Arc<dyn Dir>,
    offsets: BTreeSet<Offset>,
    /// The state as of here need not be written again.
    covered: Offset,
}

impl Snapshots {
    pub fn new(dir: Arc<dyn Dir>, offsets: BTreeSet<Offset>) -> Self {
        Self { dir, offsets, covered: Offset(0) }
    }

    pub fn offsets(&self) -> impl Iterator<Item = Offset> {
        self.offsets.iter().copied()
    }

    /// Writes the state, unless there is nothing new. Not synced: a snapshot that is lost is made again.
    pub fn take(&mut self, producers: &Producers) -> Result<()> {
        let offset = producers.end_offset();
        if offset <= self.covered {
            return Ok(());
        }
        let name = offset_file(offset, SNAPSHOT);
        let bytes = encode_snapshot(producers.in_snapshot_order().into_iter());
        let file = self.dir.open(&name, OpenMode::Truncate).context("create", &name, &*self.dir)?;
        file.write_all_at(&bytes, 0).context("write", &name, &*self.dir)?;
        self.offsets.insert(offset);
        self.covered = offset;
        Ok(())
    }

    /// Writes the state even if some of its offset was written before.
    pub fn take_anew(&mut self, producers: &Producers) -> Result<()> {
        self.covered = Offset(-1);
        self.take(producers)
    }

    pub fn remove(&mut self, offset: Offset) -> Result<()> {
        let name = offset_file(offset, SNAPSHOT);
        self.offsets.remove(&offset);
        remove_if_exists(&*self.dir, &name).context("remove", &name, &*self.dir)
    }

    /// Renames the snapshot of a segment that goes; returns its new name, if there was one.
    pub fn mark_deleted(&mut self, offset: Offset) -> Result<Option<String>> {
        if !self.offsets.remove(&offset) {
            return Ok(None);
        }
        let name = offset_file(offset, SNAPSHOT);
        let new_name = format!("{name}{DELETED}");
        match self.dir.rename(&name, &new_name) {
            Ok(()) => Ok(Some(new_name)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("rename", &name, &*self.dir),
        }
    }

    /// Removes snapshots that no segment starts at, but for the newest if it is newer than every segment.
    pub fn remove_strays(&mut self, segments: &[Offset]) -> Result<()> {
        let newest = self.offsets.last().copied();
        let is_kept = |offset: &Offset| {
            segments.contains(offset)
                || (Some(*offset) == newest && segments.last().is_none_or(|last| offset > last))
        };
        let strays: Vec<_> = self.offsets.iter().filter(|offset| !is_kept(offset)).copied().collect();
        strays.into_iter().try_for_each(|offset| self.remove(offset))
    }

    /// The log start moved: the state there is as good as written.
    pub fn start_moved(&mut self, start_offset: Offset) {
        self.covered = self.offsets.last().copied().unwrap_or(start_offset);
    }

    pub fn clear(&mut self) -> Result<()> {
        let all: Vec<_> = self.offsets.iter().copied().collect();
        self.covered = Offset(0);
        all.into_iter().try_for_each(|offset| self.remove(offset))
    }

    /// Reads the newest snapshot that is whole into empty `producers`; damaged ones are removed.
    fn load_newest(&mut self, producers: &mut Producers, start_offset: Offset, now_ms: i64) -> Result<()> {
        while let Some(offset) = self.offsets.last().copied() {
            let name = offset_file(offset, SNAPSHOT);
            let bytes =
                read_file(&*self.dir, &name, SNAPSHOT_BYTES_MAX).context("read", &name, &*self.dir)?;
            match decode_snapshot(&bytes.unwrap_or_default()) {
                Ok(entries) => {
                    entries.into_iter().for_each(|entry| producers.load(entry, now_ms));
                    producers.set_end_offset(offset);
                    self.covered = offset;
                    return Ok(());
                }
                Err(reason) => {
                    warn!(dir = %self.dir.path().display(), file = name, reason, "removed a damaged snapshot");
                    self.remove(offset)?;
                }
            }
        }
        producers.set_end_offset(start_offset);
        self.covered = start_offset;
        Ok(())
    }
}

/// What producer state is rebuilt from.
pub(super) struct Rebuild<'a> {
    /// All segments up to the end, in order.
    pub segments: &'a [&'a Segment],
    pub start_offset: Offset,
    /// The state is wanted as of here.
    pub end_offset: Offset,
    pub now_ms: i64,
    /// The log was closed cleanly; if there is no snapshot at all then, an older version wrote it and there are
    /// no producers.
    pub is_clean: bool,
}

impl Rebuild<'_> {
    /// Brings `producers` to the state at the wanted end: from the newest usable snapshot and the records after it.
    /// Snapshots past the end, or not past the start, are removed.
    pub fn run(&self, producers: &mut Producers, snapshots: &mut Snapshots) -> Result<()> {
        if snapshots.offsets.is_empty() && self.is_clean {
            let offsets =
                self.segments[self.segments.len().saturating_sub(2)..].iter().map(|s| s.base_offset());
            for offset in offsets.chain([self.end_offset]) {
                producers.set_end_offset(offset);
                snapshots.take(producers)?;
            }
            return Ok(());
        }
        let had_none = producers.is_empty() && producers.end_offset() >= self.end_offset;
        self.reload(producers, snapshots)?;
        if self.end_offset > producers.end_offset() && !had_none {
            self.replay(producers, snapshots)?;
        }
        producers.set_end_offset(self.end_offset);
        snapshots.take(producers)
    }

    fn reload(&self, producers: &mut Producers, snapshots: &mut Snapshots) -> Result<()> {
        let outside = |offset: &Offset| *offset > self.end_offset || *offset <= self.start_offset;
        let gone: Vec<_> = snapshots.offsets().filter(outside).collect();
        gone.into_iter().try_for_each(|offset| snapshots.remove(offset))?;
        if producers.end_offset() == self.end_offset {
            snapshots.start_moved(self.start_offset);
            return Ok(());
        }
        producers.clear();
        snapshots.load_newest(producers, self.start_offset, self.now_ms)
    }

    fn replay(&self, producers: &mut Producers, snapshots: &mut Snapshots) -> Result<()> {
        let count = self.segments.len();
        for (index, segment) in self.segments.iter().enumerate() {
            let next_base = self.segments.get(index + 1).map_or(Offset(i64::MAX), |next| next.base_offset());
            if next_base <= producers.end_offset() || segment.base_offset() >= self.end_offset {
                continue;
            }
            let from = segment.base_offset().max(producers.end_offset()).max(self.start_offset);
            producers.set_end_offset(from);
            if index + 2 >= count {
                snapshots.take(producers)?;
            }
            replay_segment(segment, from, self.end_offset, producers)?;
        }
        Ok(())
    }
}

fn replay_segment(segment: &Segment, from: Offset, end: Offset, producers: &mut Producers) -> Result<()> {
    let Some(first) = segment.locate(from)? else { return Ok(()) };
    let file = segment.file()?;
    let mut headers = segment.headers(first.position)?;
    while let Some(found) = headers.next().map_err(|error| segment.scan_error(error))? {
        if found.header.last_offset() >= end {
            break;
        }
        if found.header.is_control() {
            let bytes = read_batch(&*file, &found).map_err(|error| segment.scan_error(error.into()))?;
            let replayed = Batch::parse(&bytes).and_then(|batch| producers.replay(&batch).map(drop));
            replayed
                .map_err(|error| segment.corrupt(format!("batch at byte {}: {error}", found.position)))?;
        } else {
            producers.replay_data(&found.header);
        }
    }
    Ok(())
}
