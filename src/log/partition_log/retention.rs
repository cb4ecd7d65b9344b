//! Which old segments go (E9, E10), as a pure plan, and letting them go.

use super::Log;
use crate::log::config::LogConfig;
use crate::log::error::Result;
use crate::log::segment::Segment;
use crate::names::Offset;

/// What retention needs to know of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentFacts {
    pub base_offset: Offset,
    /// The next segment's base offset, or the end of the log.
    pub end_offset: Offset,
    pub size_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetentionReason {
    /// All its records lie before the start of the log.
    LogStart,
    /// `retention.bytes`.
    Size,
    /// `retention.ms`.
    Time,
}

/// The oldest segments, to be deleted, each with its reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetentionPlan {
    pub doomed: Vec<RetentionReason>,
}

/// Decides from the oldest segment on: first by log start, then by size, then by time, each until one must stay.
/// No segment goes that reaches the high watermark, and the newest only if there are records in it.
/// `timestamp_ms(i)` gives the largest timestamp of segment `i`, and is asked only where it matters.
pub fn plan_retention<E>(
    segments: &[SegmentFacts],
    start_offset: Offset,
    high_watermark: Offset,
    now_ms: i64,
    config: &LogConfig,
    timestamp_ms: impl Fn(usize) -> Result<i64, E>,
) -> Result<RetentionPlan, E> {
    let mut plan = RetentionPlan::default();
    let may_go = |index: usize, segment: &SegmentFacts| {
        let is_newest = index + 1 == segments.len();
        high_watermark >= segment.end_offset && !(is_newest && segment.size_bytes == 0)
    };
    let rest = |plan: &RetentionPlan| segments.iter().enumerate().skip(plan.doomed.len());

    for (index, segment) in rest(&plan.clone()) {
        let is_past = index + 1 < segments.len() && segment.end_offset <= start_offset;
        if !(is_past && may_go(index, segment)) {
            break;
        }
        plan.doomed.push(RetentionReason::LogStart);
    }
    if !config.delete {
        return Ok(plan);
    }
    if let Some(limit) = config.retention_bytes {
        let total: u64 = rest(&plan).map(|(_, segment)| segment.size_bytes).sum();
        let mut excess = total.saturating_sub(limit);
        for (index, segment) in rest(&plan.clone()) {
            if total < limit || segment.size_bytes > excess || !may_go(index, segment) {
                break;
            }
            excess -= segment.size_bytes;
            plan.doomed.push(RetentionReason::Size);
        }
    }
    if let Some(limit) = config.retention_ms {
        for (index, segment) in rest(&plan.clone()) {
            if !may_go(index, segment) || !is_older(timestamp_ms(index)?, now_ms, limit) {
                break;
            }
            plan.doomed.push(RetentionReason::Time);
        }
    }
    Ok(plan)
}

fn is_older(timestamp_ms: i64, now_ms: i64, limit_ms: u64) -> bool {
    u64::try_from(now_ms.saturating_sub(timestamp_ms)).is_ok_and(|age_ms| age_ms > limit_ms)
}

impl Log {
    /// What retention would delete now.
    pub fn plan_retention(&self, high_watermark: Offset, now_ms: i64) -> Result<RetentionPlan> {
        let segments: Vec<_> = self.segments().collect();
        let end_of =
            |index: usize| segments.get(index + 1).map_or(self.end_offset, |next| next.base_offset());
        let facts_of = |(index, segment): (usize, &&Segment)| SegmentFacts {
            base_offset: segment.base_offset(),
            end_offset: end_of(index),
            size_bytes: segment.size_bytes(),
        };
        let facts: Vec<_> = segments.iter().enumerate().map(facts_of).collect();
        let timestamp_ms = |index: usize| segments[index].retention_timestamp_ms();
        plan_retention(&facts, self.start_offset, high_watermark, now_ms, &self.config, timestamp_ms)
    }

    /// Deletes the segments of a plan made under the same lock: renames their files, which [`Log::take_deleted`] then
    /// gives out, and moves the log start past them. Needs no room on the disk, but for a new active segment; without
    /// that the old one stays.
    ///
    /// Errors: a file cannot be renamed; the segments before it are gone.
    pub fn apply_retention(&mut self, plan: &RetentionPlan, now_ms: i64) -> Result<()> {
        let count = plan.doomed.len();
        if count == 0 {
            return Ok(());
        }
        self.check_writable()?;
        if count > self.sealed.len() {
            match self.roll_at(self.end_offset, now_ms) {
                Err(error) if error.is_disk_full() && !self.sealed.is_empty() => {}
                rolled => rolled?,
            }
        }
        let doomed = self.sealed[..count.min(self.sealed.len())].to_vec();
        let mut gone = 0;
        let renamed = doomed.iter().try_for_each(|segment| {
            self.mark_deleted([&**segment])?;
            gone += 1;
            Ok(())
        });
        self.sealed.drain(..gone);
        let first = self.segments().next().map_or(self.end_offset, |segment| segment.base_offset());
        self.advance_start(first)?;
        renamed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_000_000;

    /// Segments as (size, largest timestamp); each holds ten offsets, the newest may be empty.
    struct Case<'a> {
        segments: &'a [(u64, i64)],
        start: i64,
        high_watermark: i64,
        retention_bytes: Option<u64>,
        retention_ms: Option<u64>,
        delete: bool,
    }

    const QUIET: Case<'static> = Case {
        segments: &[],
        start: 0,
        high_watermark: 1000,
        retention_bytes: None,
        retention_ms: None,
        delete: true,
    };

    fn check(case: &Case<'_>, expected: &[RetentionReason]) {
        let facts: Vec<_> = (0..case.segments.len() as i64)
            .zip(case.segments)
            .map(|(index, (size_bytes, _))| SegmentFacts {
                base_offset: Offset(index * 10),
                end_offset: Offset(index * 10 + if *size_bytes == 0 { 0 } else { 10 }),
                size_bytes: *size_bytes,
            })
            .collect();
        let config = LogConfig {
            retention_bytes: case.retention_bytes,
            retention_ms: case.retention_ms,
            delete: case.delete,
            ..LogConfig::default()
        };
        let timestamp_ms = |index: usize| Ok::<_, ()>(case.segments[index].1);
        let (start, high_watermark) = (Offset(case.start), Offset(case.high_watermark));
        let plan = plan_retention(&facts, start, high_watermark, NOW_MS, &config, timestamp_ms).unwrap();
        assert_eq!(plan.doomed, expected);
    }

    /// E9, rule by rule.
    #[test]
    fn plans() {
        use RetentionReason::{LogStart, Size, Time};
        let old = NOW_MS - 100;
        let four: &[(u64, i64)] = &[(100, old), (100, old), (100, NOW_MS), (50, NOW_MS)];
        check(&QUIET, &[]);
        check(&Case { segments: four, ..QUIET }, &[]);
        // Log start: whole segments before it, even where nothing is deleted by policy.
        check(&Case { segments: four, start: 19, ..QUIET }, &[LogStart]);
        check(&Case { segments: four, start: 20, delete: false, ..QUIET }, &[LogStart, LogStart]);
        check(&Case { segments: four, start: 40, ..QUIET }, &[LogStart, LogStart, LogStart]);
        // Size: at least so much stays.
        check(&Case { segments: four, retention_bytes: Some(350), ..QUIET }, &[]);
        check(&Case { segments: four, retention_bytes: Some(249), ..QUIET }, &[Size]);
        check(&Case { segments: four, retention_bytes: Some(150), ..QUIET }, &[Size, Size]);
        check(&Case { segments: four, retention_bytes: Some(0), ..QUIET }, &[Size; 4]);
        check(&Case { segments: four, retention_bytes: Some(0), delete: false, ..QUIET }, &[]);
        // Time: older than the limit, until one is not.
        check(&Case { segments: four, retention_ms: Some(100), ..QUIET }, &[]);
        check(&Case { segments: four, retention_ms: Some(99), ..QUIET }, &[Time, Time]);
        let future: &[(u64, i64)] = &[(100, NOW_MS + 1), (100, old), (100, old)];
        check(&Case { segments: future, retention_ms: Some(0), ..QUIET }, &[]);
        // All of it may go, but an empty newest segment stays.
        let all_old: &[(u64, i64)] = &[(100, old), (100, old)];
        check(&Case { segments: all_old, retention_ms: Some(1), ..QUIET }, &[Time, Time]);
        let newest_empty: &[(u64, i64)] = &[(100, old), (0, old)];
        check(&Case { segments: newest_empty, retention_ms: Some(1), ..QUIET }, &[Time]);
        // Nothing that some replica may not have.
        check(&Case { segments: all_old, retention_ms: Some(1), high_watermark: 19, ..QUIET }, &[Time]);
        // One after the other.
        let mixed =
            Case { segments: four, start: 10, retention_bytes: Some(150), retention_ms: Some(1), ..QUIET };
        check(&mixed, &[LogStart, Size]);
    }
}
