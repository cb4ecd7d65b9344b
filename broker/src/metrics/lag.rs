//! How groups stand and how far they lie behind, under one set of names for a broker's own figures and for those of
//! other clusters.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::page::{Page, PartitionLabels};
use super::room::{Chosen, Row, label_bytes, value_bytes};

/// A group with a longer id, in bytes, gets no rows: one of them would take the room of a hundred others.
const GROUP_ID_BYTES_MAX: usize = 255;
/// A time of lag takes no more, in bytes.
const SECONDS_BYTES: usize = 24;

/// One partition that a group has committed an offset of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LagRow {
    pub group: String,
    pub topic: String,
    pub partition: i32,
    pub committed: i64,
    /// Offsets between what is committed and the high watermark. Never negative; compaction and transaction markers
    /// count.
    pub lag: i64,
    /// Offsets that retention deleted before they were read.
    pub expired: i64,
}

impl LagRow {
    fn key(&self) -> (&str, &str, i32) {
        (&self.group, &self.topic, self.partition)
    }

    fn labels(&self) -> PartitionLabels<'_> {
        PartitionLabels { group: Some(&self.group), topic: &self.topic, partition: self.partition }
    }
}

/// The larger lag matters more, then the earlier name.
impl Row for LagRow {
    fn weigh(&self, other: &Self) -> Ordering {
        self.lag.cmp(&other.lag).then_with(|| other.key().cmp(&self.key()))
    }

    fn page_bytes(&self) -> usize {
        let labels = self.labels().bytes();
        let line = |name: &str, value| name.len() + labels + value_bytes(value);
        let expired = if self.expired > 0 { line(EXPIRED.0, self.expired) } else { 0 };
        let seconds = SECONDS.0.len() + labels + SECONDS_BYTES;
        line(COMMITTED.0, self.committed) + line(LAG.0, self.lag) + seconds + expired
    }
}

/// What a group is and does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StateRow {
    group: String,
    kind: String,
    state: String,
    /// Of all its partitions.
    lag: i64,
}

impl StateRow {
    fn labels(&self) -> [(&'static str, &str); 3] {
        [("group", &self.group), ("type", &self.kind), ("state", &self.state)]
    }
}

impl Row for StateRow {
    fn weigh(&self, other: &Self) -> Ordering {
        self.lag.cmp(&other.lag).then_with(|| other.group.cmp(&self.group))
    }

    fn page_bytes(&self) -> usize {
        let labels = self.labels().iter().map(|(name, text)| label_bytes(name, text)).sum::<usize>();
        STATE.0.len() + labels + value_bytes(1)
    }
}

const STATE: (&str, &str) = ("kafka_group_state", "What a group is doing; always 1");
const COMMITTED: (&str, &str) = ("kafka_group_committed_offset", "Offset a group has committed");
const LAG: (&str, &str) = ("kafka_group_lag_records", "Offsets a group lies behind the high watermark");
const SECONDS: (&str, &str) = ("kafka_group_lag_seconds", "Age of the oldest record a group has not read");
const EXPIRED: (&str, &str) = ("kafka_group_expired_records", "Offsets deleted before a group had read them");

/// Groups and their partitions: those that lie furthest behind, as many as find room.
#[derive(Debug)]
pub struct GroupRows {
    /// How many groups there are by type and state.
    counts: BTreeMap<(String, String), i64>,
    states: Chosen<StateRow>,
    lags: Chosen<LagRow>,
    /// Of groups whose ids are too long.
    unnameable: usize,
}

impl GroupRows {
    /// Takes at most `room_bytes`: a quarter for the groups, the rest for their partitions.
    pub fn new(room_bytes: usize) -> Self {
        Self {
            counts: BTreeMap::new(),
            states: Chosen::new(room_bytes / 4),
            lags: Chosen::new(room_bytes - room_bytes / 4),
            unnameable: 0,
        }
    }

    /// A group, and those of its partitions whose lag is known.
    pub fn add(
        &mut self,
        group: &str,
        kind: &str,
        state: &str,
        partitions: impl IntoIterator<Item = LagRow>,
    ) {
        *self.counts.entry((kind.to_owned(), state.to_owned())).or_default() += 1;
        if group.len() > GROUP_ID_BYTES_MAX {
            self.unnameable += 1 + partitions.into_iter().count();
            return;
        }
        let mut lag = 0_i64;
        for partition in partitions {
            lag = lag.saturating_add(partition.lag);
            self.lags.add(partition);
        }
        let (group, kind, state) = (group.to_owned(), kind.to_owned(), state.to_owned());
        self.states.add(StateRow { group, kind, state, lag });
    }

    pub fn used_bytes(&self) -> usize {
        self.states.used_bytes() + self.lags.used_bytes()
    }

    /// Writes how many groups there are and what each does.
    pub fn write_states(&self, help: &str, page: &mut Page<'_>) -> std::fmt::Result {
        let counts = self.counts.iter();
        let counts = counts.map(|((kind, state), count)| ([("type", &**kind), ("state", &**state)], *count));
        page.gauges("kafka_groups", help, counts)?;
        let mut states: Vec<&StateRow> = self.states.rows().collect();
        states.sort_unstable_by_key(|row| &row.group);
        page.gauges(STATE.0, STATE.1, states.into_iter().map(|row| (row.labels(), 1_i64)))?;
        let left_out = self.states.left_out() + self.lags.left_out() + self.unnameable;
        page.gauge("kafka_group_rows_left_out", "Groups and their partitions without room", left_out as i64)
    }

    /// Writes lag. `seconds` says how long the oldest unread record has been in the log; 0 without lag, `None` when it
    /// cannot be told.
    pub fn write_lag(
        &self,
        seconds: impl Fn(&LagRow) -> Option<f64>,
        page: &mut Page<'_>,
    ) -> std::fmt::Result {
        let mut rows: Vec<&LagRow> = self.lags.rows().collect();
        rows.sort_unstable_by_key(|row| row.key());
        let of = |value: fn(&LagRow) -> i64| rows.iter().map(move |row| (row.labels(), value(row)));
        page.gauges(COMMITTED.0, COMMITTED.1, of(|row| row.committed))?;
        page.gauges(LAG.0, LAG.1, of(|row| row.lag))?;
        let known = rows.iter().filter_map(|row| Some((row.labels(), seconds(row)?)));
        page.gauges(SECONDS.0, SECONDS.1, known)?;
        let expired = rows.iter().filter(|row| row.expired > 0);
        page.gauges(EXPIRED.0, EXPIRED.1, expired.map(|row| (row.labels(), row.expired)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::metrics::{Format, expose, registry_of};

    fn row(group: &str, partition: i32, lag: i64) -> LagRow {
        let expired = i64::from(partition) % 2;
        LagRow { group: group.to_owned(), topic: "orders".to_owned(), partition, committed: -1, lag, expired }
    }

    fn page(rows: GroupRows) -> String {
        let rows = Arc::new(rows);
        let registry = registry_of(move |page| {
            rows.write_states("Groups", page)?;
            rows.write_lag(|row| Some(row.lag as f64 / 1e3), page)
        });
        expose(&[&registry], Format::Prometheus).unwrap()
    }

    fn lines(page: &str) -> usize {
        page.lines().filter(|line| !line.starts_with('#')).map(|line| line.len() + 1).sum()
    }

    #[test]
    fn the_largest_lags_find_room_and_ties_go_by_name() {
        let room_bytes = 6_000;
        let pages = [false, true].map(|is_reversed| {
            let mut rows = GroupRows::new(room_bytes);
            let mut groups = ["idle \"quoted\"\n", "ties", "behind"];
            if is_reversed {
                groups.reverse();
            }
            for group in groups {
                let lag = |number: i32| match group {
                    "behind" => 1_000 + i64::from(number),
                    "ties" => 7,
                    _ => 0,
                };
                let partitions = (0..10).map(|number| row(group, number, lag(number)));
                let partitions: Vec<_> =
                    if is_reversed { partitions.rev().collect() } else { partitions.collect() };
                rows.add(group, "classic", "Empty", partitions);
            }
            assert!(rows.used_bytes() <= room_bytes);
            let used_bytes = rows.used_bytes();
            let page = page(rows);
            // What is counted is what is written, but for the few lines that are always there.
            assert!(lines(&page) <= used_bytes + 100, "{used_bytes} {page}");
            page
        });
        assert_eq!(pages[0], pages[1]);
        let told: Vec<&str> =
            pages[0].lines().filter_map(|line| line.strip_prefix("kafka_group_lag_records{")).collect();
        let (behind, ties) = told.split_at(10);
        assert!(behind.iter().all(|line| line.starts_with("group=\"behind\"")), "{told:?}");
        assert!(!ties.is_empty() && ties.len() < 10, "{told:?}");
        for (number, line) in ties.iter().enumerate() {
            assert!(
                line.starts_with(&format!("group=\"ties\",topic=\"orders\",partition=\"{number}\"")),
                "{line}"
            );
        }
        let left_out = format!("kafka_group_rows_left_out {}\n", 30 - told.len());
        assert!(pages[0].contains(&left_out), "{left_out} in {}", pages[0]);
        assert!(pages[0].contains("kafka_groups{type=\"classic\",state=\"Empty\"} 3\n"), "{}", pages[0]);
    }

    #[test]
    fn ids_of_kilobytes_are_counted_only() {
        let mut rows = GroupRows::new(1 << 20);
        let long = "g".repeat(GROUP_ID_BYTES_MAX + 1);
        rows.add(&long, "consumer", "Stable", (0..3).map(|number| row(&long, number, 1)));
        rows.add("short", "consumer", "Stable", [row("short", 0, 1)]);
        let page = page(rows);
        assert!(!page.contains(&long));
        for line in [
            "kafka_group_rows_left_out 4\n",
            "kafka_groups{type=\"consumer\",state=\"Stable\"} 2\n",
            "kafka_group_state{group=\"short\",type=\"consumer\",state=\"Stable\"} 1\n",
        ] {
            assert!(page.contains(line), "{line} in {page}");
        }
    }
}
