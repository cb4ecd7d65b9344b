//! Judges a history. Pure: the same history always gives the same findings.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::copies;
use super::history::{Event, History, Kind, Outcome, Producer};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Acknowledged, and not in the log.
    LostWrite { partition: i32, value: u64 },
    /// In the log more than once, though its producer is idempotent.
    Duplicate { partition: i32, value: u64, offsets: Vec<i64> },
    /// Seen, though it definitely failed or its transaction was aborted.
    AbortedRead { value: u64 },
    /// Some records of a transaction count and others do not.
    TornRead { seen: u64, missing: u64 },
    /// Two values at one offset.
    InconsistentOffset { partition: i32, offset: i64, values: (u64, u64) },
    /// A producer's later record lies before an earlier one.
    Reordered { partition: i32, earlier: u64, later: u64 },
    /// A reader went back, or saw the same twice.
    NonMonotonicPoll { reader: u32, partition: i32, before: i64, after: i64 },
    /// A reader jumped over a record that is in the log.
    PollSkip { reader: u32, partition: i32, offset: i64 },
    /// A group was told of a commit that nobody made, or of one older than the last that was acknowledged.
    WrongCommit { group: u32, partition: i32, told: i64, acked: i64 },
}

/// The kinds of [`Finding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    LostWrite,
    Duplicate,
    AbortedRead,
    TornRead,
    InconsistentOffset,
    Reordered,
    NonMonotonicPoll,
    PollSkip,
    WrongCommit,
}

impl Class {
    pub const ALL: [Self; 9] = [
        Self::LostWrite,
        Self::Duplicate,
        Self::AbortedRead,
        Self::TornRead,
        Self::InconsistentOffset,
        Self::Reordered,
        Self::NonMonotonicPoll,
        Self::PollSkip,
        Self::WrongCommit,
    ];
}

impl Finding {
    pub fn class(&self) -> Class {
        match self {
            Self::LostWrite { .. } => Class::LostWrite,
            Self::Duplicate { .. } => Class::Duplicate,
            Self::AbortedRead { .. } => Class::AbortedRead,
            Self::TornRead { .. } => Class::TornRead,
            Self::InconsistentOffset { .. } => Class::InconsistentOffset,
            Self::Reordered { .. } => Class::Reordered,
            Self::NonMonotonicPoll { .. } => Class::NonMonotonicPoll,
            Self::PollSkip { .. } => Class::PollSkip,
            Self::WrongCommit { .. } => Class::WrongCommit,
        }
    }
}

/// Everything that is wrong with a history (K3).
pub fn check(history: &History) -> Vec<Finding> {
    let facts = Facts::of(history);
    let mut findings = Vec::new();
    facts.writes(&mut findings);
    facts.transactions(&mut findings);
    copies::check(history, &mut findings);
    offsets(history, &facts, &mut findings);
    polls(history, &mut findings);
    commits(history, &mut findings);
    findings
}

/// What is known of each value.
struct Facts<'a> {
    history: &'a History,
    sent: HashMap<u64, (Producer, i32)>,
    /// In the order of sending.
    order: BTreeMap<(Producer, i32), Vec<u64>>,
    outcomes: HashMap<u64, Outcome>,
    at: HashMap<u64, Vec<i64>>,
}

impl<'a> Facts<'a> {
    fn of(history: &'a History) -> Self {
        let mut facts = Self {
            history,
            sent: HashMap::new(),
            order: BTreeMap::new(),
            outcomes: HashMap::new(),
            at: HashMap::new(),
        };
        for event in &history.events {
            match event {
                Event::Sent { producer, partition, value } => {
                    facts.sent.insert(*value, (*producer, *partition));
                    facts.order.entry((*producer, *partition)).or_default().push(*value);
                }
                Event::Answered { value, outcome } => drop(facts.outcomes.insert(*value, *outcome)),
                _ => {}
            }
        }
        for (offset, value) in history.log.values().flatten() {
            facts.at.entry(*value).or_default().push(*offset);
        }
        facts
    }

    fn writes(&self, findings: &mut Vec<Finding>) {
        for (value, (producer, partition)) in &self.sent {
            let offsets = self.at.get(value).map_or(&[][..], Vec::as_slice);
            match self.outcomes.get(value) {
                Some(Outcome::Done(_)) if offsets.is_empty() => {
                    findings.push(Finding::LostWrite { partition: *partition, value: *value })
                }
                Some(Outcome::Failed) if !offsets.is_empty() => {
                    findings.push(Finding::AbortedRead { value: *value })
                }
                _ => {}
            }
            if offsets.len() > 1 && producer.kind == Kind::Idempotent {
                let offsets = offsets.to_vec();
                findings.push(Finding::Duplicate { partition: *partition, value: *value, offsets });
            }
        }
        for ((producer, partition), values) in &self.order {
            let placed = values.iter().filter_map(|value| Some((*value, *self.at.get(value)?.first()?)));
            let placed: Vec<(u64, i64)> = placed.collect();
            for pair in placed.windows(2).filter(|pair| pair[1].1 < pair[0].1) {
                // What a plain producer repeats may come after what it sent later; what a transactional one writes
                // again lies in the log from before, aborted.
                if producer.kind == Kind::Idempotent {
                    let (earlier, later) = (pair[0].0, pair[1].0);
                    findings.push(Finding::Reordered { partition: *partition, earlier, later });
                }
            }
        }
    }

    fn transactions(&self, findings: &mut Vec<Finding>) {
        let visible: HashSet<u64> =
            self.history.committed.values().flatten().map(|(_, value)| *value).collect();
        for event in &self.history.events {
            let Event::Ended { values, outcome } = event else { continue };
            let seen = values.iter().find(|value| visible.contains(value));
            let missing = values.iter().find(|value| !visible.contains(value));
            match (outcome, seen, missing) {
                (Outcome::Failed, Some(seen), _) => findings.push(Finding::AbortedRead { value: *seen }),
                (_, Some(seen), Some(missing)) => {
                    findings.push(Finding::TornRead { seen: *seen, missing: *missing })
                }
                (Outcome::Done(_), None, Some(missing)) => {
                    let partition = self.sent.get(missing).map_or(-1, |(_, partition)| *partition);
                    findings.push(Finding::LostWrite { partition, value: *missing });
                }
                _ => {}
            }
        }
    }
}

/// Whatever anybody saw at an offset is the same value.
fn offsets(history: &History, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<(i32, i64), u64> = HashMap::new();
    let mut see = |partition: i32, offset: i64, value: u64| {
        let first = *seen.entry((partition, offset)).or_insert(value);
        if first != value {
            let values = (first, value);
            findings.push(Finding::InconsistentOffset { partition, offset, values });
        }
    };
    for (partition, records) in history.log.iter().chain(&history.committed) {
        records.iter().for_each(|(offset, value)| see(*partition, *offset, *value));
    }
    for event in &history.events {
        match event {
            Event::Polled { partition, offset, value, .. } => see(*partition, *offset, *value),
            Event::Answered { value, outcome: Outcome::Done(Some(offset)) } => {
                if let Some((_, partition)) = facts.sent.get(value) {
                    see(*partition, *offset, *value);
                }
            }
            _ => {}
        }
    }
}

/// Readers see what readers of committed records see at the end, in order and without holes, and those that ask for
/// committed records see nothing else.
fn polls(history: &History, findings: &mut Vec<Finding>) {
    let visible: BTreeMap<i32, BTreeSet<i64>> = history
        .committed
        .iter()
        .map(|(partition, records)| (*partition, records.iter().map(|(offset, _)| *offset).collect()))
        .collect();
    // The offset from which a reader must go on.
    let mut next: HashMap<(u32, i32), i64> = HashMap::new();
    for event in &history.events {
        match *event {
            Event::Began { reader, partition, offset } => drop(next.insert((reader, partition), offset)),
            Event::Polled { reader, partition, offset, value } => {
                let is_visible = visible.get(&partition).is_some_and(|offsets| offsets.contains(&offset));
                if history.committed_readers.contains(&reader) && !is_visible {
                    findings.push(Finding::AbortedRead { value });
                }
                let expected = next.insert((reader, partition), offset + 1).unwrap_or(0);
                if offset < expected {
                    let before = expected - 1;
                    findings.push(Finding::NonMonotonicPoll { reader, partition, before, after: offset });
                } else if let Some(skipped) =
                    visible.get(&partition).and_then(|offsets| offsets.range(expected..offset).next())
                {
                    findings.push(Finding::PollSkip { reader, partition, offset: *skipped });
                }
            }
            _ => {}
        }
    }
}

fn commits(history: &History, findings: &mut Vec<Finding>) {
    let mut acked: HashMap<(u32, i32), i64> = HashMap::new();
    let mut sent: HashMap<(u32, i32), BTreeSet<i64>> = HashMap::new();
    for event in &history.events {
        match *event {
            Event::CommitSent { group, partition, offset } => {
                sent.entry((group, partition)).or_default().insert(offset);
            }
            Event::CommitAcked { group, partition, offset } => {
                acked.insert((group, partition), offset);
            }
            Event::Restored { group, partition, offset } => {
                let acked = acked.get(&(group, partition)).copied().unwrap_or(0);
                let was_sent = sent.get(&(group, partition)).is_some_and(|sent| sent.contains(&offset));
                if offset < acked || offset > 0 && !was_sent {
                    findings.push(Finding::WrongCommit { group, partition, told: offset, acked });
                }
            }
            _ => {}
        }
    }
}
