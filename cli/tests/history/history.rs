use std::collections::{BTreeMap, BTreeSet};

/// What the clients did and saw, in the order in which it was known.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub events: Vec<Event>,
    /// Everything in the log at the end, by partition: offsets ascending, values.
    pub log: BTreeMap<i32, Vec<(i64, u64)>>,
    /// The same as readers of committed records see it.
    pub committed: BTreeMap<i32, Vec<(i64, u64)>>,
    /// Readers that asked for committed records only.
    pub committed_readers: BTreeSet<u32>,
    pub copies: Vec<Copies>,
    /// Times the broker was killed and stopped.
    pub kills: usize,
    pub pauses: usize,
}

/// What a group has copied in transactions: partition `p` to partition `base + p`.
#[derive(Debug, Clone, Default)]
pub struct Copies {
    pub inputs: std::ops::Range<i32>,
    pub base: i32,
    /// How far the group has come, by the partition it reads, when all was over.
    pub read: BTreeMap<i32, i64>,
}

/// Tells copies from all else.
const COPY: u64 = 1 << 62;
/// Of the values that are not copies.
const VALUE_BITS: u32 = 40;

/// What is written for `value` in the transaction of this number; no two transactions write the same.
pub fn copy_of(value: u64, transaction: u64) -> u64 {
    COPY | transaction << VALUE_BITS | value
}

/// What a copy was made of.
pub fn original_of(copy: u64) -> u64 {
    copy & ((1 << VALUE_BITS) - 1)
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A record is handed to a producer; values are unique.
    Sent {
        producer: Producer,
        partition: i32,
        value: u64,
    },
    Answered {
        value: u64,
        outcome: Outcome,
    },
    /// A transaction has ended.
    Ended {
        values: Vec<u64>,
        outcome: Outcome,
    },
    /// A reader begins at `offset`, wherever it was before.
    Began {
        reader: u32,
        partition: i32,
        offset: i64,
    },
    Polled {
        reader: u32,
        partition: i32,
        offset: i64,
        value: u64,
    },
    CommitSent {
        group: u32,
        partition: i32,
        offset: i64,
    },
    CommitAcked {
        group: u32,
        partition: i32,
        offset: i64,
    },
    /// What the group was told that it has committed; 0 for nothing.
    Restored {
        group: u32,
        partition: i32,
        offset: i64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Producer {
    pub id: u32,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// May write twice what it repeats.
    Plain,
    Idempotent,
    Transactional,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With the offset, when the broker told it. Of a transaction: committed.
    Done(Option<i64>),
    /// Definitely not, and never will be.
    Failed,
    /// Perhaps.
    Unknown,
}

impl History {
    pub fn summary(&self) -> String {
        let count = |wanted: fn(&Event) -> bool| self.events.iter().filter(|event| wanted(event)).count();
        let records = |of: &BTreeMap<i32, Vec<(i64, u64)>>| of.values().map(Vec::len).sum::<usize>();
        let acked = |event: &Event| matches!(event, Event::Answered { outcome: Outcome::Done(_), .. });
        let ended = |wanted: fn(&Outcome) -> bool| {
            self.events
                .iter()
                .filter(|event| matches!(event, Event::Ended { outcome, .. } if wanted(outcome)))
                .count()
        };
        format!(
            "{} kills, {} pauses, {} sent, {} acknowledged, {} polled, {} commits, {} restarts of readers, \
             transactions: {} committed, {} aborted, {} unknown, {} records of the aborted in the log",
            self.kills,
            self.pauses,
            count(|event| matches!(event, Event::Sent { .. })),
            count(acked),
            count(|event| matches!(event, Event::Polled { .. })),
            count(|event| matches!(event, Event::CommitAcked { .. })),
            count(|event| matches!(event, Event::Began { .. })),
            ended(|outcome| matches!(outcome, Outcome::Done(_))),
            ended(|outcome| *outcome == Outcome::Failed),
            ended(|outcome| *outcome == Outcome::Unknown),
            records(&self.log) - records(&self.committed),
        )
    }
}
