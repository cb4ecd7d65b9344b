use std::ops::Range;
use std::sync::Arc;

use super::filter::{Filter, Scratch};
use super::offset_map::OffsetMap;
use super::source::{Checks, Source};
use super::task::CleanTask;
use super::transactions::PassingTransactions;
use super::writer::Writer;
use super::{CleanLimits, Pace};
use crate::log::error::Result;
use crate::log::index::AbortedTxn;
use crate::log::segment::Segment;
use crate::names::Offset;

/// A cleaning that knows the latest offset of every dirty key, and goes over the log from its start on.
#[derive(Debug)]
pub struct Cleaning {
    task: CleanTask,
    map: OffsetMap,
    transactions: PassingTransactions,
    /// Segments changed since keep the tombstones of their old message sets.
    legacy_horizon_ms: i64,
    now_ms: i64,
    write_bytes: usize,
    /// Of the segments that are cleaned, those that were.
    done: usize,
    count: usize,
    scratch: Scratch,
    report: CleanReport,
}

/// What a cleaning got done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CleanReport {
    /// Records before it have been cleaned.
    pub cleaned_to: Offset,
    pub bytes_before: u64,
    pub bytes_after: u64,
}

/// How a cleaning goes on.
#[derive(Debug)]
pub enum Step {
    /// To be put in place before the next step.
    Replace(CleanedSegment),
    Done(CleanReport),
    /// As told; what is in place is good.
    Stopped,
}

/// A new segment, complete and synced, that waits to take the place of old ones.
#[derive(Debug)]
pub struct CleanedSegment {
    pub(in crate::log) base_offset: Offset,
    pub(in crate::log) size_bytes: u64,
    pub(in crate::log) replaces: Replaced,
}

/// What a cleaned segment was made of: it must not take the place of anything else.
#[derive(Debug)]
pub(crate) struct Replaced {
    pub segments: Vec<Arc<Segment>>,
    /// Of the log, when the cleaning began.
    pub truncations: u64,
}

impl Cleaning {
    pub(super) fn new(
        task: CleanTask,
        map: OffsetMap,
        aborted: Vec<AbortedTxn>,
        limits: &CleanLimits,
        now_ms: i64,
    ) -> Result<Self> {
        let cleaned_to = map.latest_offset().plus(1);
        let starts_before =
            |offset: Offset| task.sources.partition_point(|source| source.segment.base_offset() < offset);
        let legacy_horizon_ms = match starts_before(task.cleanable.first_dirty) {
            0 => 0,
            clean => {
                let modified_ms = task.sources[clean - 1].segment.modified_ms()?;
                modified_ms.saturating_sub_unsigned(task.config.delete_retention_ms)
            }
        };
        Ok(Self {
            count: starts_before(cleaned_to),
            transactions: PassingTransactions::new(aborted),
            legacy_horizon_ms,
            now_ms,
            write_bytes: limits.write_bytes,
            done: 0,
            scratch: Scratch::default(),
            report: CleanReport { cleaned_to, bytes_before: 0, bytes_after: 0 },
            task,
            map,
        })
    }

    /// Writes the next segment, out of as many old ones as one may hold.
    ///
    /// Errors: a file cannot be read or written, or holds what cannot be read (E16). What this step wrote is removed,
    /// and what earlier steps did is good.
    pub fn step(&mut self, pace: &mut Pace<'_>) -> Result<Step> {
        if self.done == self.count {
            return Ok(Step::Done(self.report));
        }
        let group = self.done..self.group_end(self.done)?;
        let base_offset = self.task.sources[group.start].segment.base_offset();
        let cleaned = match self.clean(group.clone(), pace) {
            Ok(Some(cleaned)) => cleaned,
            other => {
                let removed = Segment::remove_files(&self.task.place, base_offset);
                other?;
                return removed.map(|()| Step::Stopped);
            }
        };
        self.done = group.end;
        let segments: Vec<_> = self.task.sources[group].iter().map(|source| source.segment.clone()).collect();
        self.report.bytes_before += segments.iter().map(|segment| segment.size_bytes()).sum::<u64>();
        self.report.bytes_after += cleaned.size_bytes();
        Ok(Step::Replace(CleanedSegment {
            base_offset,
            size_bytes: cleaned.size_bytes(),
            replaces: Replaced { segments, truncations: self.task.truncations },
        }))
    }

    /// How many segments from `from` on become one: as many as fit the limits of a segment (E15).
    fn group_end(&self, from: usize) -> Result<usize> {
        let config = &self.task.config;
        let first = &self.task.sources[from].segment;
        let mut bytes = first.size_bytes();
        let mut index_bytes = first.index_bytes()?;
        let mut to = from + 1;
        while to < self.count {
            let next = &self.task.sources[to];
            bytes += next.segment.size_bytes();
            let more = next.segment.index_bytes()?;
            index_bytes = [index_bytes[0] + more[0], index_bytes[1] + more[1]];
            let is_in_reach = i32::try_from(next.end_offset.0 - 1 - first.base_offset().0).is_ok();
            if bytes > u64::from(config.segment_bytes)
                || index_bytes.iter().any(|bytes| *bytes > u64::from(config.segment_index_bytes))
                || !(is_in_reach || next.segment.size_bytes() == 0)
            {
                break;
            }
            to += 1;
        }
        Ok(to)
    }

    /// Writes and syncs one segment; `None` if told to stop.
    fn clean(&mut self, group: Range<usize>, pace: &mut Pace<'_>) -> Result<Option<Segment>> {
        let task = &self.task;
        let sources = &task.sources[group];
        let (Some(first), Some(last)) = (sources.first(), sources.last()) else { return Ok(None) };
        let fresh = Segment::create(&task.place, first.segment.base_offset(), self.now_ms)?;
        let mut writer = Writer::new(fresh, &task.config, self.write_bytes)?;
        for source in sources {
            // What filled the map was checked a moment ago.
            let filled_the_map = source.segment.base_offset() >= task.cleanable.first_dirty
                && source.end_offset <= self.map.latest_offset().plus(1);
            let checks = if filled_the_map { Checks::Order } else { Checks::All };
            let filter = Filter {
                map: &self.map,
                producers: &task.producers,
                first_uncleanable: task.cleanable.first_uncleanable,
                now_ms: self.now_ms,
                delete_retention_ms: task.config.delete_retention_ms,
                keeps_legacy_tombstones: source.segment.modified_ms()? > self.legacy_horizon_ms,
            };
            let passing = &mut (&mut self.transactions, &mut self.scratch);
            if !clean_into((source, checks), &filter, passing, &mut writer, pace)? {
                return Ok(None);
            }
        }
        let mut cleaned = writer.finish()?;
        cleaned.seal()?;
        cleaned.sync_as_of(last.segment.modified_ms()?)?;
        Ok(Some(cleaned))
    }
}

/// Says whether it was let finish.
fn clean_into(
    (source, checks): (&Source, Checks),
    filter: &Filter<'_>,
    (transactions, scratch): &mut (&mut PassingTransactions, &mut Scratch),
    writer: &mut Writer<'_>,
    pace: &mut Pace<'_>,
) -> Result<bool> {
    let mut batches = source.batches(source.segment.base_offset(), checks)?;
    while let Some((position, batch)) = batches.next()? {
        let (aborted, written) = writer.append(|output| {
            filter
                .pass(&batch, transactions, scratch, output)
                .map_err(|error| source.segment.corrupt(format!("batch at byte {position}: {error}")))
        })?;
        if let Some(aborted) = aborted {
            writer.append_aborted(aborted);
        }
        if !pace(batch.bytes().len() + written) {
            return Ok(false);
        }
    }
    Ok(true)
}
