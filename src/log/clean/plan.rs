use crate::log::config::LogConfig;
use crate::names::Offset;

/// What planning needs to know of a segment that is not active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentAge {
    pub base_offset: Offset,
    pub size_bytes: u64,
    /// As retention sees it.
    pub max_timestamp_ms: i64,
    /// Of the first batch; `None` if it has none.
    pub first_timestamp_ms: Option<i64>,
}

/// Where a log stands.
#[derive(Debug, Clone, Copy)]
pub struct LogBounds {
    pub start_offset: Offset,
    pub last_stable_offset: Offset,
    pub end_offset: Offset,
    pub active_base_offset: Offset,
    /// Up to where it was cleaned; as a checkpoint of another life said, perhaps.
    pub cleaned_to: Option<Offset>,
}

/// What cleaning a log would cover (E12).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cleanable {
    /// Records from here on have not been cleaned.
    pub first_dirty: Offset,
    /// Where the first segment begins that must stay as it is: segments are cleaned as a whole or not at all.
    pub first_uncleanable: Offset,
    pub dirty_bytes: u64,
    /// Of the bytes that cleaning would read, those that are dirty.
    pub dirty_ratio: f64,
    /// The ratio is past `min.cleanable.dirty.ratio`, or a record has waited for `max.compaction.lag.ms`.
    pub is_due: bool,
}

/// Decides from values alone. `segments` are those before the active one, oldest first.
pub fn cleanable(segments: &[SegmentAge], bounds: &LogBounds, now_ms: i64, config: &LogConfig) -> Cleanable {
    let is_inside = |offset: &Offset| (bounds.start_offset..=bounds.end_offset).contains(offset);
    let first_dirty = bounds.cleaned_to.filter(is_inside).unwrap_or(bounds.start_offset);
    let first_of_dirty = match first_dirty < bounds.active_base_offset {
        true => segments.partition_point(|segment| segment.base_offset <= first_dirty).saturating_sub(1),
        false => segments.len(),
    };
    let dirty = &segments[first_of_dirty..];

    let is_too_young = |segment: &&SegmentAge| {
        let lag_ms = config.min_compaction_lag_ms;
        lag_ms > 0 && age_ms(now_ms, segment.max_timestamp_ms).is_none_or(|age_ms| age_ms < lag_ms)
    };
    let first_young = dirty.iter().find(is_too_young).map(|segment| segment.base_offset);
    let must_stay = bounds
        .last_stable_offset
        .min(bounds.active_base_offset)
        .min(first_young.unwrap_or(bounds.active_base_offset))
        .max(first_dirty);
    let end = if must_stay < bounds.active_base_offset {
        segments.partition_point(|segment| segment.base_offset <= must_stay).saturating_sub(1)
    } else {
        segments.len()
    };
    let first_uncleanable = segments.get(end).map_or(bounds.active_base_offset, |next| next.base_offset);
    let bytes = |from: usize, to: usize| -> u64 {
        segments.get(from..to).unwrap_or_default().iter().map(|segment| segment.size_bytes).sum()
    };
    let clean_until = segments.partition_point(|segment| segment.base_offset < first_dirty).min(end);
    let (clean_bytes, dirty_bytes) = (bytes(0, clean_until), bytes(first_of_dirty, end));
    let total_bytes = clean_bytes + dirty_bytes;
    let dirty_ratio = if total_bytes == 0 { 0.0 } else { dirty_bytes as f64 / total_bytes as f64 };

    let has_waited = |segment: &SegmentAge| {
        let first_ms = segment.first_timestamp_ms.filter(|first_ms| *first_ms > 0);
        first_ms
            .and_then(|first_ms| age_ms(now_ms, first_ms))
            .is_some_and(|age| age > config.max_compaction_lag_ms)
    };
    let is_overdue = dirty_bytes > 0 && dirty.iter().any(has_waited);
    let is_due = total_bytes > 0 && (is_overdue || dirty_ratio > config.min_cleanable_dirty_ratio);
    Cleanable { first_dirty, first_uncleanable, dirty_bytes, dirty_ratio, is_due }
}

/// `None` for a time in the future.
fn age_ms(now_ms: i64, then_ms: i64) -> Option<u64> {
    u64::try_from(now_ms.saturating_sub(then_ms)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_000_000;

    fn segments(ages_ms: &[i64]) -> Vec<SegmentAge> {
        let segment = |(index, age_ms): (usize, &i64)| SegmentAge {
            base_offset: Offset(index as i64 * 10),
            size_bytes: 100,
            max_timestamp_ms: NOW_MS - age_ms,
            first_timestamp_ms: Some(NOW_MS - age_ms - 5),
        };
        ages_ms.iter().enumerate().map(segment).collect()
    }

    fn bounds(segments: &[SegmentAge]) -> LogBounds {
        let active = Offset(segments.len() as i64 * 10);
        LogBounds {
            start_offset: Offset(0),
            last_stable_offset: active.plus(5),
            end_offset: active.plus(5),
            active_base_offset: active,
            cleaned_to: None,
        }
    }

    #[test]
    fn what_is_covered() {
        let old = segments(&[500, 400, 300, 200]);
        let config = LogConfig { min_cleanable_dirty_ratio: 0.5, ..LogConfig::default() };
        let check = |bounds: LogBounds, config: &LogConfig| {
            let plan = cleanable(&old, &bounds, NOW_MS, config);
            (plan.first_dirty.0, plan.first_uncleanable.0, plan.dirty_bytes, plan.is_due)
        };
        let all = bounds(&old);
        assert_eq!(check(all, &config), (0, 40, 400, true));
        // Half of it was cleaned: that is not more than the ratio asks.
        assert_eq!(check(LogBounds { cleaned_to: Some(Offset(20)), ..all }, &config), (20, 40, 200, false));
        assert_eq!(check(LogBounds { cleaned_to: Some(Offset(10)), ..all }, &config), (10, 40, 300, true));
        // Checkpoints from another life.
        assert_eq!(check(LogBounds { cleaned_to: Some(Offset(900)), ..all }, &config), (0, 40, 400, true));
        let moved = LogBounds { start_offset: Offset(15), cleaned_to: Some(Offset(10)), ..all };
        assert_eq!(check(moved, &config).0, 15);
        // An open transaction, and records that are too young.
        assert_eq!(check(LogBounds { last_stable_offset: Offset(25), ..all }, &config), (0, 20, 200, true));
        assert_eq!(check(LogBounds { last_stable_offset: Offset(5), ..all }, &config), (0, 0, 0, false));
        let waits = LogBounds { last_stable_offset: Offset(5), cleaned_to: Some(Offset(30)), ..all };
        assert_eq!(check(waits, &config), (30, 30, 0, false));
        // Everything was cleaned, and the active segment has grown since.
        assert_eq!(check(LogBounds { cleaned_to: Some(Offset(40)), ..all }, &config), (40, 40, 0, false));
        let lag = LogConfig { min_compaction_lag_ms: 350, ..config.clone() };
        assert_eq!(check(all, &lag), (0, 20, 200, true));
        // Too little is dirty, but it has waited for long.
        let late = LogConfig { max_compaction_lag_ms: 250, ..config.clone() };
        assert_eq!(check(LogBounds { cleaned_to: Some(Offset(30)), ..all }, &late), (30, 40, 100, false));
        assert_eq!(check(LogBounds { cleaned_to: Some(Offset(20)), ..all }, &late), (20, 40, 200, true));
        assert!(!cleanable(&[], &bounds(&[]), NOW_MS, &config).is_due);
    }
}
