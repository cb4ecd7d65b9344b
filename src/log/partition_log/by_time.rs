//! Finding records by time: in sealed segments without the lock, in the active one under it.

use std::sync::Arc;

use super::Log;
use crate::log::error::Result;
use crate::log::segment::{Segment, TimestampedOffset};
use crate::names::Offset;

/// Which record is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeQuery {
    /// The first at or after the log start whose timestamp, in milliseconds, is this or later (B21).
    AtOrAfter(i64),
    /// That with the largest timestamp of all (KIP-734).
    Latest,
}

/// A search that needs the log now and then only: [`Log::search`] and [`TimeSearch::run`] take turns until the first
/// says that it is over.
#[derive(Debug)]
pub struct TimeSearch {
    query: TimeQuery,
    /// To be looked through next; they do not change any more.
    segments: Vec<Arc<Segment>>,
    /// All segments before this offset are done, or in `segments`.
    next: Offset,
    log_start: Offset,
    found: Option<TimestampedOffset>,
}

impl TimeSearch {
    pub fn new(query: TimeQuery) -> Self {
        Self { query, segments: Vec::new(), next: Offset(0), log_start: Offset(0), found: None }
    }

    /// Looks through the segments that the log has named, without the log.
    pub fn run(&mut self) -> Result<()> {
        let segments = std::mem::take(&mut self.segments);
        match self.query {
            TimeQuery::AtOrAfter(_) => segments.iter().try_for_each(|segment| self.look_at(segment)),
            TimeQuery::Latest => {
                let mut latest: Option<(i64, &Segment)> = None;
                for segment in &segments {
                    let Some(entry) = segment.max_timestamp()? else { continue };
                    if latest.is_none_or(|(timestamp_ms, _)| entry.timestamp_ms > timestamp_ms) {
                        latest = Some((entry.timestamp_ms, segment));
                    }
                }
                latest.map_or(Ok(()), |(_, segment)| self.look_at(segment))
            }
        }
    }

    /// What was found, once the search is over.
    pub fn found(&self) -> Option<TimestampedOffset> {
        self.found
    }

    fn look_at(&mut self, segment: &Segment) -> Result<()> {
        match (self.query, self.found) {
            (TimeQuery::AtOrAfter(_), Some(_)) => {}
            // The record that makes the segment qualify may lie before the log start.
            (TimeQuery::AtOrAfter(timestamp_ms), None) => {
                if segment.retention_timestamp_ms()? >= timestamp_ms {
                    self.found = segment.find_timestamp(timestamp_ms, self.log_start)?;
                }
            }
            (TimeQuery::Latest, found) => {
                let known_ms = found.map_or(i64::MIN, |found| found.timestamp_ms);
                if segment.max_timestamp()?.is_some_and(|entry| entry.timestamp_ms > known_ms) {
                    self.found = segment.find_max_timestamp()?;
                }
            }
        }
        Ok(())
    }
}

impl Log {
    /// Goes on with a search; says whether it is over, or there are segments to [run](TimeSearch::run) through.
    pub fn search(&self, search: &mut TimeSearch) -> Result<bool> {
        search.log_start = self.start_offset;
        let begun = self.sealed.partition_point(|segment| segment.base_offset() < search.next);
        // The log may have been replaced by one whose segments begin elsewhere: one that goes on behind what was
        // searched is searched again.
        let end = self.sealed.get(begun).map_or(self.active.base_offset(), |segment| segment.base_offset());
        let done = if end > search.next { begun.saturating_sub(1) } else { begun };
        if done < self.sealed.len() {
            search.segments = self.sealed[done..].to_vec();
            search.next = self.active.base_offset();
            return Ok(false);
        }
        search.look_at(&self.active)?;
        Ok(true)
    }

    /// A whole search.
    pub fn find_by_time(&self, query: TimeQuery) -> Result<Option<TimestampedOffset>> {
        let mut search = TimeSearch::new(query);
        while !self.search(&mut search)? {
            search.run()?;
        }
        Ok(search.found())
    }
}
