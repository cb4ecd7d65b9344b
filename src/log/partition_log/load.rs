//! Opening a log: cleaning up what a crash left, recovering what was not flushed, and bringing the state back
//! (`LogLoader`; E4, E5, E6).

use std::sync::Arc;

use tracing::warn;

use super::leftovers::{Files, Present};
use super::snapshots::{Rebuild, Snapshots};
use super::tail::Tail;
use super::{Log, Shared};
use crate::log::checkpoint::{EPOCHS_FILE, EpochStart, read_epochs};
use crate::log::config::LogConfig;
use crate::log::dir::Dir;
use crate::log::epochs::Epochs;
use crate::log::error::{LogError, Result};
use crate::log::producer::Producers;
use crate::log::segment::{Place, Recovered, Segment};
use crate::names::Offset;

/// What the log's files do not say.
#[derive(Debug, Clone, Copy)]
pub struct OpenOptions {
    /// The last process closed the log: nothing is scanned.
    pub is_clean: bool,
    /// As checkpointed: everything before it is on stable storage.
    pub recovery_point: Offset,
    /// As checkpointed; 0 if the log starts with its first segment.
    pub start_offset: Offset,
    /// As checkpointed; `None` if it was never cleaned.
    pub cleaned_to: Option<Offset>,
    pub now_ms: i64,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: u64,
    /// Any number; it spreads the rolling of segments (`segment.jitter.ms`).
    pub jitter_seed: u64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            is_clean: false,
            recovery_point: Offset(0),
            start_offset: Offset(0),
            cleaned_to: None,
            now_ms: 0,
            producer_expiration_ms: 86_400_000,
            jitter_seed: 0,
        }
    }
}

/// What opening a log had to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// Segments that were read from end to end.
    pub recovered_segments: usize,
    /// Bytes that were no whole, true batch.
    pub cut_bytes: u64,
    /// Segments that lay behind a cut.
    pub removed_segments: usize,
}

impl Log {
    /// Opens the log in `dir`, which may be empty.
    ///
    /// Errors: the files cannot be read or written, or contradict each other in a way that recovery does not mend.
    pub fn open(
        dir: Arc<dyn Dir>,
        config: Arc<LogConfig>,
        shared: &Shared,
        options: OpenOptions,
    ) -> Result<(Log, RecoveryReport)> {
        let place = Place::new(&shared.files, &dir);
        let files = Files::tidy(&place)?;
        let mut loader = Loader::new(place, config, shared, options, files)?;
        loader.mend_indexes()?;
        if !options.is_clean {
            loader.recover_unflushed()?;
        }
        let end_offset = loader.find_end()?;
        loader.into_log(end_offset)
    }
}

struct Loader<'a> {
    place: Place,
    config: Arc<LogConfig>,
    shared: &'a Shared,
    options: OpenOptions,
    segments: Vec<Segment>,
    /// Segments whose indexes are missing, by place in `segments`.
    unindexed: Vec<usize>,
    snapshots: Snapshots,
    /// As the file has them, and as they are.
    stored_epochs: Vec<EpochStart>,
    epochs: Epochs,
    /// The first segment whose indexes were built anew, and are not synced.
    recovered_from: Option<Offset>,
    deleted: Vec<String>,
    report: RecoveryReport,
}

impl<'a> Loader<'a> {
    fn new(
        place: Place,
        config: Arc<LogConfig>,
        shared: &'a Shared,
        options: OpenOptions,
        files: Files,
    ) -> Result<Self> {
        let segment_of = |(base_offset, present): (&Offset, &Present)| {
            Segment::existing(&place, *base_offset, present.size_bytes, options.now_ms)
        };
        let segments: Vec<_> = files.segments.iter().map(segment_of).collect();
        let presents = files.segments.values().enumerate();
        let unindexed =
            presents.filter(|(_, present)| !present.has_indexes()).map(|(index, _)| index).collect();
        let stored_epochs = stored_epochs(&*place.dir)?;
        let epochs = match stored_epochs[..] {
            [] => epochs_of_batches(&segments)?,
            _ => Epochs::from_entries(stored_epochs.iter().copied()),
        };
        let snapshots = Snapshots::new(place.dir.clone(), files.snapshots);
        Ok(Self {
            place,
            config,
            shared,
            options,
            segments,
            unindexed,
            snapshots,
            stored_epochs,
            epochs,
            recovered_from: None,
            deleted: Vec::new(),
            report: RecoveryReport::default(),
        })
    }

    /// Rebuilds what a clean stop should have left. Where recovery walks anyway, it need not be done here.
    fn mend_indexes(&mut self) -> Result<()> {
        let recovery_walks_from =
            if self.options.is_clean { self.segments.len() } else { self.first_unflushed() };
        for index in 0..recovery_walks_from {
            let segment = &self.segments[index];
            let damage = match segment.check_txn_index() {
                _ if self.unindexed.contains(&index) => "an index file is missing".to_owned(),
                Ok(()) => continue,
                Err(LogError::Corrupt { file, reason, .. }) => format!("{file}: {reason}"),
                Err(error) => return Err(error),
            };
            warn!(dir = %self.place.dir.path().display(), segment = %segment.base_offset(), damage, "rebuilding indexes");
            self.recover(index)?;
        }
        Ok(())
    }

    /// The segment that holds the recovery point, or the first one after it.
    fn first_unflushed(&self) -> usize {
        let after =
            self.segments.partition_point(|segment| segment.base_offset() <= self.options.recovery_point);
        after.saturating_sub(1)
    }

    /// Walks over every segment that may not have reached the disk; the first cut ends the log.
    fn recover_unflushed(&mut self) -> Result<()> {
        for index in self.first_unflushed()..self.segments.len() {
            let recovered = self.recover(index)?;
            let next_base = self.segments.get(index + 1).map(Segment::base_offset);
            // A segment that starts within this one was truncated away once, and came back with the crash.
            if recovered.cut_bytes > 0 || next_base.is_some_and(|next| next < recovered.end_offset) {
                let behind = self.segments.split_off(index + 1);
                return self.remove(behind);
            }
        }
        Ok(())
    }

    /// Recovers one segment, with the producer state as of its start.
    fn recover(&mut self, index: usize) -> Result<Recovered> {
        let (before, rest) = self.segments.split_at_mut(index);
        let segment = &mut rest[0];
        let before: Vec<&Segment> = before.iter().collect();
        let mut producers = Producers::new(self.options.producer_expiration_ms);
        let rebuild = Rebuild {
            segments: &before,
            start_offset: self.options.start_offset,
            end_offset: segment.base_offset(),
            now_ms: self.options.now_ms,
            is_clean: false,
        };
        rebuild.run(&mut producers, &mut self.snapshots)?;
        let recovered = segment.recover(&mut producers, &mut self.epochs, &self.config)?;
        self.snapshots.take(&producers)?;
        let base_offset = segment.base_offset();
        self.recovered_from = Some(self.recovered_from.map_or(base_offset, |first| first.min(base_offset)));
        self.report.recovered_segments += 1;
        self.report.cut_bytes += recovered.cut_bytes;
        Ok(recovered)
    }

    fn remove(&mut self, segments: Vec<Segment>) -> Result<()> {
        self.report.removed_segments += segments.len();
        for segment in &segments {
            let base_offset = segment.base_offset();
            warn!(dir = %self.place.dir.path().display(), segment = %base_offset, "removed a segment behind a cut");
            self.deleted.extend(segment.mark_deleted()?);
            self.deleted.extend(self.snapshots.mark_deleted(base_offset)?);
        }
        Ok(())
    }

    /// The end of the log. There is at least one segment afterwards.
    fn find_end(&mut self) -> Result<Offset> {
        let start_offset = self.options.start_offset;
        if let Some(end_offset) = self.last_next_offset()? {
            if end_offset >= start_offset {
                return Ok(end_offset);
            }
            warn!(dir = %self.place.dir.path().display(), %end_offset, %start_offset, "the log ends before it starts");
            let all = std::mem::take(&mut self.segments);
            self.remove(all)?;
            self.epochs = Epochs::default();
            self.snapshots.clear()?;
        }
        let fresh = Segment::create(&self.place, start_offset, self.options.now_ms)?;
        self.segments.push(fresh);
        Ok(start_offset)
    }

    /// Where the last segment ends. If it is not what a clean stop leaves, it is recovered after all.
    fn last_next_offset(&mut self) -> Result<Option<Offset>> {
        let Some(last) = self.segments.last() else { return Ok(None) };
        match last.next_offset() {
            Err(LogError::Corrupt { reason, .. }) if self.options.is_clean => {
                warn!(dir = %self.place.dir.path().display(), reason, "the log was not closed as its marker says");
            }
            Ok(_) if last.needs_new_indexes() => {}
            end_offset => return end_offset.map(Some),
        }
        self.recover(self.segments.len() - 1)?;
        self.segments.last().map(Segment::next_offset).transpose()
    }

    fn into_log(mut self, end_offset: Offset) -> Result<(Log, RecoveryReport)> {
        let options = self.options;
        let first = self.segments.first().map_or(end_offset, Segment::base_offset);
        let start_offset = options.start_offset.max(first);
        if !options.is_clean && end_offset > start_offset && self.epochs.epoch_at(start_offset).is_none() {
            self.epochs = epochs_of_batches(&self.segments)?;
        }
        self.epochs.truncate_start(options.start_offset);
        self.epochs.truncate_end(end_offset);
        let epochs_changed = self.epochs.entries() != self.stored_epochs;

        let bases: Vec<_> = self.segments.iter().map(Segment::base_offset).collect();
        self.snapshots.remove_strays(&bases)?;
        let mut producers = Producers::new(options.producer_expiration_ms);
        let segments: Vec<&Segment> = self.segments.iter().collect();
        let rebuild = Rebuild {
            segments: &segments,
            start_offset,
            end_offset,
            now_ms: options.now_ms,
            is_clean: options.is_clean,
        };
        rebuild.run(&mut producers, &mut self.snapshots)?;

        let active = self
            .segments
            .pop()
            .map_or_else(|| Segment::create(&self.place, end_offset, options.now_ms), Ok)?;
        let flushed_to = if options.is_clean { end_offset } else { options.recovery_point.min(end_offset) };
        let flushed_to = flushed_to.max(start_offset);
        let segments_synced_to =
            self.recovered_from.unwrap_or(active.base_offset()).min(active.base_offset());
        let mut log = Log {
            place: self.place,
            config: self.config,
            sealed: self.segments.into_iter().map(Arc::new).collect(),
            active,
            start_offset,
            end_offset,
            flushed_to,
            segments_synced_to,
            truncations: 0,
            cleaned_to: options.cleaned_to,
            unflushed_since_ms: (flushed_to < end_offset).then_some(options.now_ms),
            producers,
            snapshots: self.snapshots,
            epochs: self.epochs,
            names_are_unsynced: true,
            epochs_are_written: !epochs_changed,
            epochs_are_unsynced: false,
            tail: Tail::new(self.shared.tails.clone()),
            deleted: self.deleted,
            jitter_seed: options.jitter_seed,
            poisoned: None,
        };
        log.epochs_changed(epochs_changed)?;
        Ok((log, self.report))
    }
}

/// The leader epochs in the file; none if it is damaged or gone.
fn stored_epochs(dir: &dyn Dir) -> Result<Vec<EpochStart>> {
    match read_epochs(dir) {
        Err(LogError::Corrupt { reason, .. }) => {
            warn!(dir = %dir.path().display(), file = EPOCHS_FILE, reason, "taking the epochs from the batches");
            Ok(Vec::new())
        }
        stored => stored,
    }
}

/// The leader epochs that the batches themselves name.
fn epochs_of_batches(segments: &[Segment]) -> Result<Epochs> {
    let mut epochs = Epochs::default();
    for segment in segments {
        let mut headers = segment.headers(0)?;
        // Damage is recovery's business: it carries the epochs on from here.
        while let Ok(Some(found)) = headers.next() {
            if epochs.latest().is_none_or(|latest| found.header.partition_leader_epoch > latest) {
                epochs.assign(found.header.partition_leader_epoch, found.header.base_offset);
            }
        }
    }
    Ok(epochs)
}
