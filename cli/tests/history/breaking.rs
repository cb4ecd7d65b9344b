//! A layer between what was recorded and the checker that spoils the record, one way per class of finding.

use rand::Rng;
use rand::rngs::StdRng;

use super::check::Class;
use super::history::{Event, History, Kind, Outcome, Producer};

/// Ways to do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// One for each class, in what producers without transactions, readers and groups see.
    Plain(Class),
    /// A record of an aborted transaction counts.
    AbortedCounts,
    /// One that asked for committed records reads one of an aborted transaction.
    AbortedIsRead,
    /// One record of a committed transaction does not count.
    HalfCommitted,
    /// A transaction's records count, its offsets do not.
    OffsetsForgotten,
    /// A copy is there twice.
    CopiedTwice,
    /// Two copies have changed places.
    CopiesSwapped,
    /// A member of a group begins before what the group had committed.
    MemberGoesBack,
    /// A member of a group begins behind what the group had committed.
    MemberSkips,
}

pub const FAULTS: [Fault; 17] = [
    Fault::Plain(Class::LostWrite),
    Fault::Plain(Class::Duplicate),
    Fault::Plain(Class::AbortedRead),
    Fault::Plain(Class::TornRead),
    Fault::Plain(Class::InconsistentOffset),
    Fault::Plain(Class::Reordered),
    Fault::Plain(Class::NonMonotonicPoll),
    Fault::Plain(Class::PollSkip),
    Fault::Plain(Class::WrongCommit),
    Fault::AbortedCounts,
    Fault::AbortedIsRead,
    Fault::HalfCommitted,
    Fault::OffsetsForgotten,
    Fault::CopiedTwice,
    Fault::CopiesSwapped,
    Fault::MemberGoesBack,
    Fault::MemberSkips,
];

impl Fault {
    /// What the checker has to call it.
    pub fn class(self) -> Class {
        match self {
            Self::Plain(class) => class,
            Self::AbortedCounts | Self::AbortedIsRead => Class::AbortedRead,
            Self::HalfCommitted | Self::OffsetsForgotten => Class::TornRead,
            Self::CopiedTwice => Class::Duplicate,
            Self::CopiesSwapped => Class::Reordered,
            Self::MemberGoesBack => Class::WrongCommit,
            Self::MemberSkips => Class::PollSkip,
        }
    }
}

/// `history` as it would be had the cluster done wrong in this way; `None` if too little has happened for that.
pub fn broken(history: &History, fault: Fault, random: &mut StdRng) -> Option<History> {
    let mut history = history.clone();
    match fault {
        Fault::Plain(class) => break_plain(&mut history, class, random)?,
        Fault::AbortedCounts => {
            let (partition, offset, value) = aborted_record(&history)?;
            let committed = history.committed.entry(partition).or_default();
            let at = committed.partition_point(|(before, _)| *before < offset);
            committed.insert(at, (offset, value));
        }
        Fault::AbortedIsRead => {
            let (partition, offset, value) = aborted_record(&history)?;
            let reader = *history.committed_readers.first()?;
            history.events.push(Event::Polled { reader, partition, offset, value });
        }
        Fault::HalfCommitted => {
            let mut ended = history.events.iter();
            let value = ended.find_map(|event| match event {
                Event::Ended { values, outcome: Outcome::Done(_) } if values.len() > 1 => values.first(),
                _ => None,
            });
            let value = *value?;
            history.committed.values_mut().for_each(|records| records.retain(|(_, of)| *of != value));
        }
        Fault::OffsetsForgotten => {
            history
                .copies
                .iter_mut()
                .find_map(|copies| copies.read.values_mut().next())
                .map(|read| *read = 0)?;
        }
        Fault::CopiedTwice => {
            let copies = output(&mut history)?;
            let (end, value) = (copies.last()?.0 + 1, copies.first()?.1);
            copies.push((end, value));
        }
        Fault::CopiesSwapped => {
            let copies = output(&mut history)?;
            let (first, last) = (copies.first()?.1, copies.last()?.1);
            copies.first_mut()?.1 = last;
            copies.last_mut()?.1 = first;
        }
        Fault::MemberGoesBack => *resumed(&mut history)? = 0,
        Fault::MemberSkips => {
            let at = (0..history.events.len())
                .find_map(|at| first_of_two_polls(&history.events[at..]).map(|it| at + it));
            history.events.remove(at?);
        }
    }
    Some(history)
}

/// Numbers of readers that are members of groups begin here.
const FIRST_MEMBER: u32 = 100;

/// Where a member that begins with the first of `events` polls first, if it polls again.
fn first_of_two_polls(events: &[Event]) -> Option<usize> {
    let Event::Began { reader, partition, .. } = events[0] else { return None };
    if reader < FIRST_MEMBER {
        return None;
    }
    let is_its = |event: &Event| match event {
        Event::Polled { reader: by, partition: of, .. } | Event::Began { reader: by, partition: of, .. } => {
            (*by, *of) == (reader, partition)
        }
        _ => false,
    };
    let mut its = (1..events.len()).filter(|&at| is_its(&events[at]));
    let (first, second) = (its.next()?, its.next()?);
    let are_polls = [first, second].iter().all(|&at| matches!(events[at], Event::Polled { .. }));
    are_polls.then_some(first)
}

/// A record that lies in the log and never counted, with its place.
fn aborted_record(history: &History) -> Option<(i32, i64, u64)> {
    let aborted = history.events.iter().filter_map(|event| match event {
        Event::Ended { values, outcome: Outcome::Failed } => Some(values),
        _ => None,
    });
    let aborted: std::collections::HashSet<u64> = aborted.flatten().copied().collect();
    let mut written = history.log.iter().flat_map(|(partition, records)| {
        records.iter().map(move |(offset, value)| (*partition, *offset, *value))
    });
    written.find(|(.., value)| aborted.contains(value))
}

/// What one of the groups has copied, more than one record.
fn output(history: &mut History) -> Option<&mut Vec<(i64, u64)>> {
    let places: Vec<i32> =
        history.copies.iter().flat_map(|copies| copies.inputs.clone().map(|it| it + copies.base)).collect();
    let copied = history.committed.iter_mut().filter(|(partition, _)| places.contains(partition));
    copied
        .map(|(_, records)| records)
        .find(|records| records.first().map(|(_, value)| value) != records.last().map(|(_, value)| value))
}

/// Where a member began in a partition of which its group had committed something.
fn resumed(history: &mut History) -> Option<&mut i64> {
    let mut acked = std::collections::HashSet::new();
    history.events.iter_mut().find_map(|event| match event {
        Event::CommitAcked { group, partition, offset } if *offset > 0 => {
            acked.insert((*group, *partition));
            None
        }
        Event::Restored { group, partition, offset } if acked.contains(&(*group, *partition)) => Some(offset),
        _ => None,
    })
}

fn break_plain(history: &mut History, class: Class, random: &mut StdRng) -> Option<()> {
    let acked = acked_once(history);
    let (partition, value) = acked[random.random_range(0..acked.len())];
    match class {
        Class::LostWrite => drop_record(history, partition, value),
        Class::Duplicate => {
            let end = history.log[&partition].last().map_or(0, |(offset, _)| offset + 1);
            append(history, partition, end, value);
        }
        Class::AbortedRead => history.events.push(Event::Answered { value, outcome: Outcome::Failed }),
        Class::TornRead => {
            let producer = Producer { id: u32::MAX, kind: Kind::Transactional };
            history.events.push(Event::Sent { producer, partition, value: u64::MAX });
            let values = vec![value, u64::MAX];
            history.events.push(Event::Ended { values, outcome: Outcome::Unknown });
        }
        Class::InconsistentOffset => {
            let polled = pick(history, random, |event| matches!(event, Event::Polled { .. }))?;
            if let Event::Polled { value, .. } = polled {
                *value ^= 1 << 63;
            }
        }
        Class::Reordered => reorder(history),
        Class::NonMonotonicPoll => {
            let polled = pick(history, random, |event| matches!(event, Event::Polled { .. }))?.clone();
            let at = history.events.iter().position(|event| *event == polled)?;
            history.events.insert(at + 1, polled);
        }
        Class::PollSkip => {
            let in_a_row = history.events.iter().enumerate().position(|(at, event)| {
                let Event::Polled { reader, partition, .. } = *event else { return false };
                let same = |event: &&Event| match **event {
                    Event::Polled { reader: by, partition: of, .. }
                    | Event::Began { reader: by, partition: of, .. } => (by, of) == (reader, partition),
                    _ => false,
                };
                matches!(history.events[at + 1..].iter().find(same), Some(Event::Polled { .. }))
            });
            history.events.remove(in_a_row?);
        }
        Class::WrongCommit => {
            let restored = pick(history, random, |event| matches!(event, Event::Restored { .. }))?;
            if let Event::Restored { offset, .. } = restored {
                *offset += 1 << 40;
            }
        }
    }
    Some(())
}

/// Acknowledged values of producers that write once, with their partitions.
fn acked_once(history: &History) -> Vec<(i32, u64)> {
    let acked = history.events.iter().filter_map(|event| match event {
        Event::Answered { value, outcome: Outcome::Done(_) } => Some(*value),
        _ => None,
    });
    let acked: std::collections::HashSet<u64> = acked.collect();
    let sent = history.events.iter().filter_map(|event| match event {
        Event::Sent { producer, partition, value } if producer.kind == Kind::Idempotent => {
            Some((*partition, *value))
        }
        _ => None,
    });
    sent.filter(|(_, value)| acked.contains(value)).collect()
}

fn drop_record(history: &mut History, partition: i32, value: u64) {
    for log in [&mut history.log, &mut history.committed] {
        log.entry(partition).or_default().retain(|(_, of)| *of != value);
    }
}

fn append(history: &mut History, partition: i32, offset: i64, value: u64) {
    for log in [&mut history.log, &mut history.committed] {
        log.entry(partition).or_default().push((offset, value));
    }
}

/// Two records of one producer change places.
fn reorder(history: &mut History) {
    let mut last = std::collections::BTreeMap::new();
    let acked: std::collections::HashSet<(i32, u64)> = acked_once(history).into_iter().collect();
    let pair = history.events.iter().find_map(|event| match event {
        Event::Sent { producer, partition, value } if acked.contains(&(*partition, *value)) => {
            last.insert((*producer, *partition), *value).map(|before| (*partition, before, *value))
        }
        _ => None,
    });
    let (partition, earlier, later) = pair.expect("a producer sent twice");
    for log in [&mut history.log, &mut history.committed] {
        for (_, value) in log.entry(partition).or_default() {
            *value = match *value {
                value if value == earlier => later,
                value if value == later => earlier,
                value => value,
            };
        }
    }
}

fn pick<'a>(
    history: &'a mut History,
    random: &mut StdRng,
    wanted: impl Fn(&Event) -> bool,
) -> Option<&'a mut Event> {
    let mut found: Vec<&mut Event> = history.events.iter_mut().filter(|event| wanted(event)).collect();
    (!found.is_empty()).then(|| found.swap_remove(random.random_range(0..found.len())))
}
