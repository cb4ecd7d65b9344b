//! Which rows find room on a page, so that it stays small however many topics, partitions and groups there are.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// What is left of a page. Kinds of rows take of it one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    left_bytes: usize,
}

/// What the headings of rows take, and what [`Format::Prometheus`](super::Format) adds to headings.
const HEADINGS_BYTES: usize = 8 * 1024;

impl Room {
    /// Of a page that may have `bytes_max` and has `written_bytes`.
    pub(super) fn behind(written_bytes: usize, bytes_max: usize) -> Self {
        Self { left_bytes: bytes_max.saturating_sub(written_bytes + HEADINGS_BYTES) }
    }

    /// What a kind of rows may take, in bytes: half, so that those behind it find room too.
    pub fn share(self) -> usize {
        self.left_bytes / 2
    }

    /// What the last kind of rows may take, in bytes.
    pub fn rest(self) -> usize {
        self.left_bytes
    }

    pub fn take(&mut self, bytes: usize) {
        self.left_bytes = self.left_bytes.saturating_sub(bytes);
    }
}

/// Something that has lines of its own on a page, such as a partition of a group.
pub trait Row {
    /// What matters more is greater. No two rows of a page are equal.
    fn weigh(&self, other: &Self) -> Ordering;

    /// Bytes of its lines, at most.
    fn page_bytes(&self) -> usize;
}

/// The rows that matter most, as many as find room; holds no others. Which ones these are does not depend on the order
/// in which they come.
#[derive(Debug)]
pub struct Chosen<R> {
    room_bytes: usize,
    used_bytes: usize,
    kept: BinaryHeap<Reverse<Weighed<R>>>,
    /// The greatest that found no room: nothing smaller gets any.
    turned_away: Option<Weighed<R>>,
    left_out: usize,
}

impl<R: Row> Chosen<R> {
    pub fn new(room_bytes: usize) -> Self {
        Self { room_bytes, used_bytes: 0, kept: BinaryHeap::new(), turned_away: None, left_out: 0 }
    }

    pub fn add(&mut self, row: R) {
        let row = Weighed(row);
        if self.turned_away.as_ref().is_some_and(|turned_away| row < *turned_away) {
            self.left_out += 1;
            return;
        }
        self.used_bytes += row.0.page_bytes();
        self.kept.push(Reverse(row));
        while self.used_bytes > self.room_bytes
            && let Some(Reverse(least)) = self.kept.pop()
        {
            self.used_bytes -= least.0.page_bytes();
            self.left_out += 1;
            self.turned_away = Some(least);
        }
    }

    /// Bytes that the rows take, at most.
    pub fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// Rows that found no room.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// In no order.
    pub fn rows(&self) -> impl Iterator<Item = &R> {
        self.kept.iter().map(|Reverse(Weighed(row))| row)
    }
}

#[derive(Debug)]
struct Weighed<R>(R);

impl<R: Row> Ord for Weighed<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.weigh(&other.0)
    }
}

impl<R: Row> PartialOrd for Weighed<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: Row> PartialEq for Weighed<R> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<R: Row> Eq for Weighed<R> {}

/// Bytes of a label with its comma, the text as it is escaped.
pub(super) fn label_bytes(name: &str, text: &str) -> usize {
    let escaped = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n')).count();
    name.len() + "=\"\",".len() + text.len() + escaped
}

/// Bytes of a line beside its name and its labels: braces, the space, the value and the end.
pub(super) fn value_bytes(value: i64) -> usize {
    "{} -\n".len() + digits(value)
}

pub(super) fn digits(value: i64) -> usize {
    value.unsigned_abs().checked_ilog10().map_or(1, |power| power as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Sized {
        weight: u32,
        bytes: usize,
    }

    impl Row for Sized {
        fn weigh(&self, other: &Self) -> Ordering {
            self.weight.cmp(&other.weight)
        }

        fn page_bytes(&self) -> usize {
            self.bytes
        }
    }

    fn weights(rows: &[(u32, usize)], room_bytes: usize) -> (Vec<u32>, usize, usize) {
        let mut chosen = Chosen::new(room_bytes);
        for &(weight, bytes) in rows {
            chosen.add(Sized { weight, bytes });
        }
        let mut kept: Vec<u32> = chosen.rows().map(|row| row.weight).collect();
        kept.sort_unstable();
        (kept, chosen.left_out(), chosen.used_bytes())
    }

    #[test]
    fn the_weightiest_find_room_in_whatever_order_they_come() {
        let mut rows = vec![(5, 10), (4, 30), (3, 10), (2, 1), (1, 1)];
        let cases: [(usize, &[u32]); 6] = [
            (0, &[]),
            (9, &[]),
            (10, &[5]),
            // The next is too long; the shorter ones behind it matter less.
            (39, &[5]),
            (50, &[3, 4, 5]),
            (52, &[1, 2, 3, 4, 5]),
        ];
        for _ in 0..rows.len() {
            rows.rotate_left(1);
            for reversed in [false, true] {
                let rows: Vec<_> = if reversed { rows.iter().rev().copied().collect() } else { rows.clone() };
                for (room_bytes, expected) in cases {
                    let (kept, left_out, used_bytes) = weights(&rows, room_bytes);
                    assert_eq!((&*kept, left_out), (expected, 5 - expected.len()), "{rows:?}, {room_bytes}");
                    assert!(used_bytes <= room_bytes, "{used_bytes}");
                }
            }
        }
    }

    #[test]
    fn each_kind_leaves_half_to_those_behind_it() {
        let mut room = Room::behind(1_000, 1_000 + HEADINGS_BYTES + 100);
        assert_eq!(room.share(), 50);
        room.take(20);
        assert_eq!((room.share(), room.rest()), (40, 80));
        room.take(90);
        assert_eq!(room.rest(), 0);
        assert_eq!(Room::behind(10, 5).rest(), 0);
    }
}
