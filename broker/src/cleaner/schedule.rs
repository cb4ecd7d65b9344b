//! Which log is cleaned next, from values alone (`LogCleanerManager`).

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::log::clean::Cleanable;
use kafkactl_core::names::TopicPartition;

use super::figures::Uncleanable;

/// The first pause after a failure; each further failure doubles it.
const RETRY_FIRST_MS: i64 = 60_000;
const RETRY_MAX_MS: i64 = 3_600_000;

/// What is being cleaned, and what could not be.
///
/// Kafka never cleans a partition again after a failure, until a restart. Here it is set aside for a while: a full disk
/// empties, and a damaged segment goes by retention.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    under_way: BTreeSet<TopicPartition>,
    set_aside: BTreeMap<TopicPartition, SetAside>,
}

#[derive(Debug)]
struct SetAside {
    reason: String,
    since_ms: i64,
    pause_ms: i64,
    retry_at_ms: i64,
}

impl Schedule {
    /// Whether a partition may be cleaned now, if there is something to clean.
    pub fn is_free(&self, partition: &TopicPartition, now_ms: i64) -> bool {
        !self.under_way.contains(partition)
            && self.set_aside.get(partition).is_none_or(|aside| aside.retry_at_ms <= now_ms)
    }

    /// Takes the dirtiest of the logs that are due; it counts as being cleaned until [`Schedule::end`]. All of them
    /// must be free. `C` goes along with a candidate.
    pub fn begin<C>(
        &mut self,
        candidates: impl IntoIterator<Item = (TopicPartition, Cleanable, C)>,
    ) -> Option<(TopicPartition, Cleanable, C)> {
        let due = candidates.into_iter().filter(|(_, cleanable, _)| cleanable.is_due);
        let chosen = due.max_by(|(a_id, a, _), (b_id, b, _)| {
            // Of equals the larger gains more; then names decide, so that nothing else does.
            a.dirty_ratio
                .total_cmp(&b.dirty_ratio)
                .then(a.dirty_bytes.cmp(&b.dirty_bytes))
                .then_with(|| b_id.cmp(a_id))
        })?;
        self.under_way.insert(chosen.0.clone());
        Some(chosen)
    }

    /// A cleaning is over, in peace: whatever was wrong with the partition no longer is.
    pub fn end(&mut self, partition: &TopicPartition) {
        self.under_way.remove(partition);
        self.set_aside.remove(partition);
    }

    /// A cleaning was told to stop: nothing is known.
    pub fn stopped(&mut self, partition: &TopicPartition) {
        self.under_way.remove(partition);
    }

    /// A partition cannot be cleaned. Returns how long it is left alone.
    pub fn fail(&mut self, partition: &TopicPartition, reason: String, now_ms: i64) -> i64 {
        self.under_way.remove(partition);
        let before = self.set_aside.get(partition);
        let pause_ms = before.map_or(RETRY_FIRST_MS, |aside| (aside.pause_ms * 2).min(RETRY_MAX_MS));
        let since_ms = before.map_or(now_ms, |aside| aside.since_ms);
        let retry_at_ms = now_ms.saturating_add(pause_ms);
        self.set_aside.insert(partition.clone(), SetAside { reason, since_ms, pause_ms, retry_at_ms });
        pause_ms
    }

    /// Forgets the failures of partitions that are no longer the cleaner's.
    pub fn keep(&mut self, is_ours: impl Fn(&TopicPartition) -> bool) {
        self.set_aside.retain(|partition, _| is_ours(partition));
    }

    pub fn uncleanable(&self) -> Vec<Uncleanable> {
        let uncleanable = |(partition, aside): (&TopicPartition, &SetAside)| Uncleanable {
            partition: partition.clone(),
            reason: aside.reason.clone(),
            since_ms: aside.since_ms,
            retry_at_ms: aside.retry_at_ms,
        };
        self.set_aside.iter().map(uncleanable).collect()
    }
}

#[cfg(test)]
mod tests {
    use kafkactl_core::names::{Offset, PartitionId, TopicName};

    use super::*;

    fn id(partition: i32) -> TopicPartition {
        TopicPartition { topic: TopicName::new("t"), partition: PartitionId(partition) }
    }

    /// Partition, dirty ratio, dirty bytes, whether it is due.
    type Row = (i32, f64, u64, bool);

    fn begin(schedule: &mut Schedule, rows: &[Row], now_ms: i64) -> Option<i32> {
        let candidates = rows.iter().filter(|row| schedule.is_free(&id(row.0), now_ms));
        let candidates: Vec<_> = candidates
            .map(|&(number, dirty_ratio, dirty_bytes, is_due)| {
                let (first_dirty, first_uncleanable) = (Offset(0), Offset(10));
                let cleanable =
                    Cleanable { first_dirty, first_uncleanable, dirty_bytes, dirty_ratio, is_due };
                (id(number), cleanable, ())
            })
            .collect();
        schedule.begin(candidates).map(|(partition, ..)| partition.partition.0)
    }

    #[test]
    fn the_dirtiest_log_that_is_due_comes_first() {
        let cases: &[(&[Row], Option<i32>)] = &[
            (&[], None),
            (&[(0, 0.4, 10, false)], None),
            (&[(0, 0.6, 10, true), (1, 0.9, 10, true), (2, 0.7, 99, true)], Some(1)),
            // Dirtier, but waiting for min.compaction.lag.ms, or below its own ratio.
            (&[(0, 0.6, 10, true), (1, 0.9, 10, false)], Some(0)),
            // Overdue by max.compaction.lag.ms: in the same order as all others.
            (&[(0, 0.1, 10, true), (1, 0.6, 10, true)], Some(1)),
            (&[(0, 1.0, 10, true), (1, 1.0, 20, true)], Some(1)),
            (&[(5, 1.0, 10, true), (4, 1.0, 10, true), (6, 1.0, 10, true)], Some(4)),
        ];
        for (rows, expected) in cases {
            assert_eq!(begin(&mut Schedule::default(), rows, 0), *expected, "{rows:?}");
        }
    }

    #[test]
    fn a_log_is_cleaned_by_one_thread_at_a_time() {
        let rows: &[Row] = &[(0, 0.9, 10, true), (1, 0.8, 10, true)];
        let mut schedule = Schedule::default();
        assert_eq!(begin(&mut schedule, rows, 0), Some(0));
        assert_eq!(begin(&mut schedule, rows, 0), Some(1));
        assert_eq!(begin(&mut schedule, rows, 0), None);
        schedule.stopped(&id(0));
        assert_eq!(begin(&mut schedule, rows, 0), Some(0));
    }

    #[test]
    fn a_failure_does_not_stop_the_others_and_is_retried_ever_later() {
        let rows: &[Row] = &[(0, 0.9, 10, true), (1, 0.8, 10, true)];
        let mut schedule = Schedule::default();
        let mut now_ms = 1_000;
        let mut pauses_ms = Vec::new();
        for _ in 0..8 {
            assert_eq!(begin(&mut schedule, rows, now_ms), Some(0));
            let pause_ms = schedule.fail(&id(0), "damaged".to_owned(), now_ms);
            assert_eq!(begin(&mut schedule, rows, now_ms + pause_ms - 1), Some(1));
            schedule.end(&id(1));
            now_ms += pause_ms;
            pauses_ms.push(pause_ms);
        }
        assert_eq!(pauses_ms[..3], [60_000, 120_000, 240_000]);
        assert_eq!(pauses_ms[6..], [RETRY_MAX_MS, RETRY_MAX_MS]);
        let expected = Uncleanable {
            partition: id(0),
            reason: "damaged".to_owned(),
            since_ms: 1_000,
            retry_at_ms: now_ms,
        };
        assert_eq!(schedule.uncleanable(), [expected]);

        // Told to stop it has proved nothing; at its end it is clean again.
        assert_eq!(begin(&mut schedule, rows, now_ms), Some(0));
        schedule.stopped(&id(0));
        assert_eq!(schedule.uncleanable().len(), 1);
        assert_eq!(begin(&mut schedule, rows, now_ms), Some(0));
        schedule.end(&id(0));
        assert_eq!(schedule.uncleanable(), []);
        assert_eq!(schedule.fail(&id(0), "again".to_owned(), now_ms), RETRY_FIRST_MS);
    }

    #[test]
    fn failures_of_what_is_gone_are_forgotten() {
        let mut schedule = Schedule::default();
        schedule.fail(&id(0), "damaged".to_owned(), 0);
        schedule.fail(&id(1), "damaged".to_owned(), 0);
        schedule.keep(|partition| *partition == id(1));
        assert_eq!(schedule.uncleanable().len(), 1);
        assert!(schedule.is_free(&id(0), 0) && !schedule.is_free(&id(1), 0));
    }
}
