//! Compaction, as far as it needs the log (E12, E15).

use std::ops::Range;
use std::sync::Arc;

use super::Log;
use crate::log::clean::{
    CleanTask, Cleanable, CleanedSegments, LastOfProducer, LogBounds, SegmentAge, cleanable,
};
use crate::log::error::Result;
use crate::log::names::{CLEANED, SWAP};
use crate::log::segment::Segment;
use crate::names::Offset;

impl Log {
    /// What cleaning would cover now. `cleaned_to` is as checkpointed.
    pub fn cleanable(
        &self,
        last_stable_offset: Offset,
        cleaned_to: Option<Offset>,
        now_ms: i64,
    ) -> Result<Cleanable> {
        let ages: Result<Vec<_>> = self.sealed.iter().map(|segment| age_of(segment)).collect();
        let bounds = LogBounds {
            start_offset: self.start_offset,
            last_stable_offset,
            end_offset: self.end_offset,
            active_base_offset: self.active.base_offset(),
            cleaned_to,
        };
        Ok(cleanable(&ages?, &bounds, now_ms, &self.config))
    }

    /// The cleaning itself, to be run without the log's lock.
    pub fn clean_task(&self, cleanable: Cleanable) -> CleanTask {
        let ends = self.sealed.iter().skip(1).map(|next| next.base_offset());
        let ends = ends.chain([self.active.base_offset()]);
        let covered = self.sealed.iter().zip(ends).take_while(|(_, end)| *end <= cleanable.first_uncleanable);
        let (segments, ends): (Vec<_>, Vec<_>) = covered.map(|(segment, end)| (segment.clone(), end)).unzip();
        let last_of = |entry: &super::ProducerEntry| LastOfProducer {
            last_offset: entry.batches().last().map(|batch| batch.last_offset),
            epoch: entry.epoch,
        };
        CleanTask {
            place: self.place.with_suffix(CLEANED),
            config: self.config.clone(),
            segments_end: ends.last().copied().unwrap_or(self.start_offset),
            segments,
            cleanable,
            producers: self.producers.iter().map(|entry| (entry.producer_id, last_of(entry))).collect(),
            truncations: self.truncations,
        }
    }

    /// Puts cleaned segments in place of the old ones, whose files [`Log::take_deleted`] then gives out. Says whether
    /// all of them could be used: not where the log lost segments meanwhile.
    ///
    /// A crash at any point leaves the old segments or the new ones (E5). After an error the log is poisoned, since
    /// its files are half way in between; a restart finishes the swap.
    pub fn finish_cleaning(&mut self, cleaned: CleanedSegments, now_ms: i64) -> Result<bool> {
        self.check_writable()?;
        let mut all_used = true;
        for group in cleaned.groups {
            let first = self.sealed.partition_point(|segment| segment.base_offset() < group.base_offset);
            let old = self.sealed.get(first..first + group.replaces.len()).unwrap_or_default();
            let is_same = old.iter().map(|segment| segment.base_offset()).eq(group.replaces.iter().copied());
            if cleaned.truncations != self.truncations || group.replaces.is_empty() || !is_same {
                Segment::remove_files(&self.place.with_suffix(CLEANED), group.base_offset)?;
                all_used = false;
                continue;
            }
            let replaced = first..first + group.replaces.len();
            if let Err(error) = self.swap(replaced, group.base_offset, group.size_bytes, now_ms) {
                self.poison(format!("cleaned segments are half in place: {error}"));
                return Err(error);
            }
        }
        Ok(all_used)
    }

    fn swap(
        &mut self,
        replaced: Range<usize>,
        base_offset: Offset,
        size_bytes: u64,
        now_ms: i64,
    ) -> Result<()> {
        self.names_are_unsynced = true;
        let swap = self.place.with_suffix(SWAP);
        Segment::move_files(&self.place.with_suffix(CLEANED), &swap, base_offset)?;
        let fresh = Arc::new(Segment::existing(&self.place, base_offset, size_bytes, now_ms));
        let old: Vec<_> = self.sealed.splice(replaced, [fresh]).collect();
        for segment in &old {
            self.deleted.extend(segment.mark_deleted()?);
            // The snapshot at the base of the new segment is as good as before.
            if segment.base_offset() != base_offset {
                self.deleted.extend(self.snapshots.mark_deleted(segment.base_offset())?);
            }
        }
        Segment::move_files(&swap, &self.place, base_offset)
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
