use std::collections::BTreeMap;

/// What the clients did and saw, in the order in which it was known.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub events: Vec<Event>,
    /// Everything in the log at the end, by partition: offsets ascending, values.
    pub log: BTreeMap<i32, Vec<(i64, u64)>>,
    /// The same as readers of committed records see it.
    pub committed: BTreeMap<i32, Vec<(i64, u64)>>,
    /// Times the broker was killed and stopped.
    pub kills: usize,
    pub pauses: usize,
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
        let acked = |event: &Event| matches!(event, Event::Answered { outcome: Outcome::Done(_), .. });
        format!(
            "{} kills, {} pauses, {} sent, {} acknowledged, {} polled, {} commits, {} restarts of readers",
            self.kills,
            self.pauses,
            count(|event| matches!(event, Event::Sent { .. })),
            count(acked),
            count(|event| matches!(event, Event::Polled { .. })),
            count(|event| matches!(event, Event::CommitAcked { .. })),
            count(|event| matches!(event, Event::Began { .. })),
        )
    }
}
