//! Compaction, as far as it needs the log (E12, E15).

use std::sync::Arc;

use super::Log;
use crate::log::clean::{
    CleanTask, Cleanable, CleanedSegment, LastRecord, LogBounds, SegmentAge, Source, cleanable,
};
use crate::log::config::LogConfig;
use crate::log::error::Result;
use crate::log::names::{CLEANED, SWAP};
use crate::log::segment::Segment;
use crate::names::Offset;

/// What must be known of a log to tell whether it should be cleaned.
#[derive(Debug)]
pub struct CleaningCandidate {
    sealed: Vec<Arc<Segment>>,
    bounds: LogBounds,
    config: Arc<LogConfig>,
}

impl CleaningCandidate {
    /// What cleaning would cover now. Looks into files, so the log's lock should not be held.
    pub fn cleanable(&self, now_ms: i64) -> Result<Cleanable> {
        let ages: Result<Vec<_>> = self.sealed.iter().map(|segment| age_of(segment)).collect();
        Ok(cleanable(&ages?, &self.bounds, now_ms, &self.config))
    }
}

impl Log {
    /// Up to where records have been cleaned; `None` if they never were.
    pub fn cleaned_to(&self) -> Option<Offset> {
        self.cleaned_to
    }

    pub fn cleaning_candidate(&mut self, high_watermark: Offset) -> CleaningCandidate {
        let bounds = LogBounds {
            start_offset: self.start_offset,
            last_stable_offset: self.last_stable_offset(high_watermark),
            end_offset: self.end_offset,
            active_base_offset: self.active.base_offset(),
            cleaned_to: self.cleaned_to,
        };
        CleaningCandidate { sealed: self.sealed.clone(), bounds, config: self.config.clone() }
    }

    /// The cleaning itself, to be run without the log's lock.
    pub fn clean_task(&self, cleanable: Cleanable) -> Result<CleanTask> {
        let ends = self.sealed.iter().skip(1).map(|next| next.base_offset());
        let ends = ends.chain([self.active.base_offset()]);
        let count = self.sealed.partition_point(|it| it.base_offset() < cleanable.first_uncleanable);
        let source =
            |(segment, end_offset): (&Arc<Segment>, Offset)| Source { segment: segment.clone(), end_offset };
        let mut aborted_last = Vec::new();
        self.active.collect_aborted(Offset(0), cleanable.first_uncleanable, &mut aborted_last)?;
        let last_of = |entry: &super::ProducerEntry| LastRecord {
            data_offset: entry.batches().last().map(|batch| batch.last_offset),
            epoch: entry.epoch,
        };
        Ok(CleanTask {
            place: self.place.with_suffix(CLEANED),
            config: self.config.clone(),
            sources: self.sealed.iter().zip(ends).take(count).map(source).collect(),
            later: self.sealed[count..].to_vec(),
            aborted_last,
            cleanable,
            producers: self.producers.iter().map(|entry| (entry.producer_id, last_of(entry))).collect(),
            truncations: self.truncations,
        })
    }

    /// Puts a cleaned segment in place of the old ones, whose files [`Log::take_deleted`] then gives out. Says whether
    /// it could be used: not if the log lost records or segments meanwhile; then the cleaning is to be given up.
    ///
    /// A crash at any point leaves the old segments or the new one (E5). After an error the log is poisoned, since
    /// its files are half way in between; a restart finishes the swap.
    pub fn replace_segments(&mut self, cleaned: CleanedSegment, now_ms: i64) -> Result<bool> {
        self.check_writable()?;
        let CleanedSegment { base_offset, size_bytes, replaces } = cleaned;
        let first = self.sealed.partition_point(|segment| segment.base_offset() < base_offset);
        let replaced = first..first + replaces.segments.len();
        let is_same =
            |old: &[Arc<Segment>]| old.iter().zip(&replaces.segments).all(|(a, b)| Arc::ptr_eq(a, b));
        if replaces.truncations != self.truncations || !self.sealed.get(replaced.clone()).is_some_and(is_same)
        {
            Segment::remove_files(&self.place.with_suffix(CLEANED), base_offset)?;
            return Ok(false);
        }
        let fresh = Segment::existing(&self.place, base_offset, size_bytes, now_ms);
        self.sealed.splice(replaced, [Arc::new(fresh)]);
        // What was cleaned away must not be served from memory.
        self.tail.forget_before(self.active.base_offset());
        if let Err(error) = self.swap(&replaces.segments, base_offset) {
            self.poison(format!("a cleaned segment is half in place: {error}"));
            return Err(error);
        }
        Ok(true)
    }

    fn swap(&mut self, old: &[Arc<Segment>], base_offset: Offset) -> Result<()> {
        self.names_are_unsynced = true;
        let swap = self.place.with_suffix(SWAP);
        Segment::move_files(&self.place.with_suffix(CLEANED), &swap, base_offset)?;
        for segment in old {
            self.deleted.extend(segment.mark_deleted()?);
            // The snapshot at the base of the new segment is as good as before.
            if segment.base_offset() != base_offset {
                self.deleted.extend(self.snapshots.mark_deleted(segment.base_offset())?);
            }
        }
        Segment::move_files(&swap, &self.place, base_offset)
    }

    /// A cleaning is done and its segments are in place. The caller syncs the directory before it checkpoints
    /// [`Log::cleaned_to`]: a tombstone counts on older values being gone.
    pub fn cleaned(&mut self, cleaned_to: Offset) {
        self.cleaned_to = Some(cleaned_to.min(self.end_offset));
    }
}

fn age_of(segment: &Segment) -> Result<SegmentAge> {
    Ok(SegmentAge {
        base_offset: segment.base_offset(),
        size_bytes: segment.size_bytes(),
        max_timestamp_ms: segment.retention_timestamp_ms()?,
        first_timestamp_ms: segment.first_batch_timestamp_ms()?,
    })
}
