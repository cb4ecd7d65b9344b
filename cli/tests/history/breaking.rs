//! A layer between what was recorded and the checker that spoils the record, one way per class of finding.

use rand::Rng;
use rand::rngs::StdRng;

use super::check::Class;
use super::history::{Event, History, Kind, Outcome, Producer};

pub const FAULTS: [Class; 9] = [
    Class::LostWrite,
    Class::Duplicate,
    Class::AbortedRead,
    Class::TornRead,
    Class::InconsistentOffset,
    Class::Reordered,
    Class::NonMonotonicPoll,
    Class::PollSkip,
    Class::WrongCommit,
];

/// `history` as it would be had the cluster done wrong in this way.
pub fn broken(history: &History, fault: Class, random: &mut StdRng) -> History {
    let mut history = history.clone();
    let acked = acked_once(&history);
    let (partition, value) = acked[random.random_range(0..acked.len())];
    match fault {
        Class::LostWrite => drop_record(&mut history, partition, value),
        Class::Duplicate => {
            let end = history.log[&partition].last().map_or(0, |(offset, _)| offset + 1);
            append(&mut history, partition, end, value);
        }
        Class::AbortedRead => history.events.push(Event::Answered { value, outcome: Outcome::Failed }),
        Class::TornRead => {
            let producer = Producer { id: u32::MAX, kind: Kind::Transactional };
            history.events.push(Event::Sent { producer, partition, value: u64::MAX });
            let values = vec![value, u64::MAX];
            history.events.push(Event::Ended { values, outcome: Outcome::Unknown });
        }
        Class::InconsistentOffset => {
            let polled = pick(&mut history, random, |event| matches!(event, Event::Polled { .. }));
            if let Event::Polled { value, .. } = polled {
                *value ^= 1 << 63;
            }
        }
        Class::Reordered => reorder(&mut history),
        Class::NonMonotonicPoll => {
            let polled = pick(&mut history, random, |event| matches!(event, Event::Polled { .. })).clone();
            let at = history.events.iter().position(|event| *event == polled).expect("it was picked");
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
            history.events.remove(in_a_row.expect("a reader polled twice in a row"));
        }
        Class::WrongCommit => {
            let restored = pick(&mut history, random, |event| matches!(event, Event::Restored { .. }));
            if let Event::Restored { offset, .. } = restored {
                *offset += 1 << 40;
            }
        }
    }
    history
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

fn pick<'a>(history: &'a mut History, random: &mut StdRng, wanted: impl Fn(&Event) -> bool) -> &'a mut Event {
    let mut found: Vec<&mut Event> = history.events.iter_mut().filter(|event| wanted(event)).collect();
    assert!(!found.is_empty(), "the run was too short to be spoiled");
    let at = random.random_range(0..found.len());
    found.swap_remove(at)
}
