//! Log lines that may come by the thousand: so many of a kind in a second, the rest is counted and told with the next, or
//! at the end.

use std::num::NonZeroU64;

use parking_lot::Mutex;

/// Lines of one kind in one second.
const LINES_PER_SECOND_MAX: u32 = 10;

/// Lines of one kind.
#[derive(Debug, Default)]
pub(crate) struct LogLines {
    second: Mutex<Second>,
}

#[derive(Debug, Default)]
struct Second {
    number: i64,
    lines: u32,
    left_out: u64,
}

impl LogLines {
    /// `None` when this second has had its lines, else how many were left out since the last one.
    pub fn admit(&self, now_ms: i64) -> Option<u64> {
        let mut second = self.second.lock();
        let number = now_ms / 1000;
        if second.number != number {
            second.number = number;
            second.lines = 0;
        }
        if second.lines == LINES_PER_SECOND_MAX {
            second.left_out += 1;
            return None;
        }
        second.lines += 1;
        Some(std::mem::take(&mut second.left_out))
    }

    /// How many were left out since the last one, where no line follows that could tell; `None` when none was.
    pub fn rest(&self) -> Option<NonZeroU64> {
        NonZeroU64::new(std::mem::take(&mut self.second.lock().left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_as_a_number() {
        let lines = LogLines::default();
        let told: Vec<Option<u64>> = (0..12).map(|_| lines.admit(5_000)).collect();
        assert_eq!(told[..10], [Some(0); 10]);
        assert_eq!(told[10..], [None; 2]);
        assert_eq!(lines.admit(5_999), None);
        assert_eq!(lines.admit(6_000), Some(3));
        assert_eq!((lines.admit(6_001), lines.rest()), (Some(0), None));
    }

    #[test]
    fn what_no_line_tells_is_told_at_the_end() {
        let lines = LogLines::default();
        let told = (0..13).filter(|_| lines.admit(5_000).is_some()).count();
        assert_eq!((told, lines.rest()), (10, NonZeroU64::new(3)));
        assert_eq!(lines.rest(), None);
    }
}
