use super::checkpoint::EpochStart;
use super::error::EpochEnd;
use crate::names::{LeaderEpoch, Offset};

/// Which leader epoch started where in a log (`LeaderEpochFileCache`). Both numbers ascend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Epochs {
    starts: Vec<EpochStart>,
}

impl Epochs {
    /// From stored entries, of which the later ones win.
    pub fn from_entries(entries: impl IntoIterator<Item = EpochStart>) -> Self {
        let mut epochs = Self::default();
        for entry in entries {
            epochs.assign(entry.epoch, entry.start_offset);
        }
        epochs
    }

    pub fn entries(&self) -> &[EpochStart] {
        &self.starts
    }

    pub fn latest(&self) -> Option<LeaderEpoch> {
        self.starts.last().map(|entry| entry.epoch)
    }

    /// Notes that `epoch` starts at `start_offset`; whatever contradicts that goes. Says whether anything changed.
    pub fn assign(&mut self, epoch: LeaderEpoch, start_offset: Offset) -> bool {
        if epoch.0 < 0 || start_offset.0 < 0 {
            return false;
        }
        if self.starts.last().is_some_and(|last| last.epoch == epoch && last.start_offset <= start_offset) {
            return false;
        }
        while self.starts.last().is_some_and(|last| last.epoch >= epoch || last.start_offset >= start_offset)
        {
            self.starts.pop();
        }
        self.starts.push(EpochStart { epoch, start_offset });
        true
    }

    /// Where `epoch`, or the last one before it, ends (B19); `None` if that cannot be told.
    pub fn end_of(&self, epoch: LeaderEpoch, log_end_offset: Offset) -> Option<EpochEnd> {
        let latest = self.latest().filter(|_| epoch.0 >= 0)?;
        if epoch == latest {
            return Some(EpochEnd { epoch, end_offset: log_end_offset });
        }
        let next = self.starts.partition_point(|entry| entry.epoch <= epoch);
        let end_offset = self.starts.get(next)?.start_offset;
        let epoch = next.checked_sub(1).map_or(epoch, |floor| self.starts[floor].epoch);
        Some(EpochEnd { epoch, end_offset })
    }

    /// The epoch of the record at `offset`, as far as known.
    pub fn epoch_at(&self, offset: Offset) -> Option<LeaderEpoch> {
        let next = self.starts.partition_point(|entry| entry.start_offset <= offset);
        next.checked_sub(1).map(|floor| self.starts[floor].epoch)
    }

    /// Forgets epochs that start at or past `end_offset`. Says whether anything changed.
    pub fn truncate_end(&mut self, end_offset: Offset) -> bool {
        let kept = self.starts.partition_point(|entry| entry.start_offset < end_offset);
        let changed = kept < self.starts.len();
        self.starts.truncate(kept);
        changed
    }

    /// Forgets epochs that ended before `start_offset`; the one it lies in starts there from now on. Says whether
    /// anything changed.
    pub fn truncate_start(&mut self, start_offset: Offset) -> bool {
        let before = self.starts.partition_point(|entry| entry.start_offset <= start_offset);
        if before == 0 || (before == 1 && self.starts[0].start_offset == start_offset) {
            return false;
        }
        self.starts.drain(..before - 1);
        self.starts[0].start_offset = start_offset;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(entries: &[(i32, i64)]) -> Epochs {
        Epochs::from_entries(entries.iter().map(|&(epoch, start)| start_of(epoch, start)))
    }

    fn start_of(epoch: i32, start: i64) -> EpochStart {
        EpochStart { epoch: LeaderEpoch(epoch), start_offset: Offset(start) }
    }

    fn entries(epochs: &Epochs) -> Vec<(i32, i64)> {
        epochs.entries().iter().map(|entry| (entry.epoch.0, entry.start_offset.0)).collect()
    }

    #[test]
    fn a_newer_assignment_wins() {
        for (assigned, expected, changed) in [
            ((3, 30), vec![(0, 0), (1, 10), (3, 30)], true),
            ((1, 12), vec![(0, 0), (1, 10)], false),
            ((1, 5), vec![(0, 0), (1, 5)], true),
            ((2, 10), vec![(0, 0), (2, 10)], true),
            ((0, 20), vec![(0, 20)], true),
            ((-1, 20), vec![(0, 0), (1, 10)], false),
        ] {
            let mut epochs = epochs(&[(0, 0), (1, 10)]);
            assert_eq!(epochs.assign(LeaderEpoch(assigned.0), Offset(assigned.1)), changed, "{assigned:?}");
            assert_eq!(entries(&epochs), expected, "{assigned:?}");
        }
    }

    /// B19, case by case.
    #[test]
    fn ends_of_epochs() {
        let epochs = epochs(&[(2, 10), (4, 20), (7, 35)]);
        for (asked, expected) in [
            (-1, None),
            (7, Some((7, 50))),
            (8, None),
            (1, Some((1, 10))),
            (2, Some((2, 20))),
            (3, Some((2, 20))),
            (4, Some((4, 35))),
            (6, Some((4, 35))),
        ] {
            let end = epochs.end_of(LeaderEpoch(asked), Offset(50));
            assert_eq!(end.map(|end| (end.epoch.0, end.end_offset.0)), expected, "epoch {asked}");
        }
        assert_eq!(Epochs::default().end_of(LeaderEpoch(0), Offset(0)), None);
    }

    #[test]
    fn truncation_at_either_end() {
        for (start, expected, changed) in [
            (5, vec![(2, 10), (4, 20)], false),
            (10, vec![(2, 10), (4, 20)], false),
            (15, vec![(2, 15), (4, 20)], true),
            (20, vec![(4, 20)], true),
            (90, vec![(4, 90)], true),
        ] {
            let mut epochs = epochs(&[(2, 10), (4, 20)]);
            assert_eq!(epochs.truncate_start(Offset(start)), changed, "start {start}");
            assert_eq!(entries(&epochs), expected, "start {start}");
        }
        for (end, expected) in [(30, vec![(2, 10), (4, 20)]), (20, vec![(2, 10)]), (10, vec![]), (0, vec![])]
        {
            let mut epochs = epochs(&[(2, 10), (4, 20)]);
            assert_eq!(epochs.truncate_end(Offset(end)), expected.len() < 2, "end {end}");
            assert_eq!(entries(&epochs), expected, "end {end}");
        }
    }
}
