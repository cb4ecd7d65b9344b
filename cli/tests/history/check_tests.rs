use super::check::{Class, check};
use super::history::{Copies, Event, History, Kind, Outcome, Producer, copy_of};

const PLAIN: Producer = Producer { id: 1, kind: Kind::Plain };
const ONCE: Producer = Producer { id: 2, kind: Kind::Idempotent };
const TXN: Producer = Producer { id: 3, kind: Kind::Transactional };

fn sent(producer: Producer, value: u64, outcome: Outcome) -> [Event; 2] {
    [Event::Sent { producer, partition: 0, value }, Event::Answered { value, outcome }]
}

fn polled(offset: i64, value: u64) -> Event {
    Event::Polled { reader: 9, partition: 0, offset, value }
}

/// What is wrong with events on a partition that holds `log` in the end, all of it committed.
fn found(events: impl IntoIterator<Item = Event>, log: &[(i64, u64)]) -> Vec<Class> {
    found_in(events, log, log)
}

fn found_in(
    events: impl IntoIterator<Item = Event>,
    log: &[(i64, u64)],
    committed: &[(i64, u64)],
) -> Vec<Class> {
    let history = History {
        events: events.into_iter().collect(),
        log: [(0, log.to_vec())].into(),
        committed: [(0, committed.to_vec())].into(),
        ..History::default()
    };
    check(&history).iter().map(|finding| finding.class()).collect()
}

const ACKED: Outcome = Outcome::Done(None);

#[test]
fn writes() {
    for (producer, outcome, log, expected) in [
        (ONCE, ACKED, &[(0, 7)][..], vec![]),
        (ONCE, Outcome::Done(Some(0)), &[(0, 7)], vec![]),
        (ONCE, ACKED, &[], vec![Class::LostWrite]),
        (ONCE, Outcome::Unknown, &[], vec![]),
        (ONCE, Outcome::Unknown, &[(0, 7)], vec![]),
        (ONCE, Outcome::Failed, &[(0, 7)], vec![Class::AbortedRead]),
        (ONCE, Outcome::Failed, &[], vec![]),
        (ONCE, ACKED, &[(0, 7), (5, 7)], vec![Class::Duplicate]),
        (ONCE, Outcome::Unknown, &[(0, 7), (5, 7)], vec![Class::Duplicate]),
        (PLAIN, ACKED, &[(0, 7), (5, 7)], vec![]),
        (PLAIN, ACKED, &[], vec![Class::LostWrite]),
        (ONCE, Outcome::Done(Some(0)), &[(0, 8), (1, 7)], vec![Class::InconsistentOffset]),
    ] {
        assert_eq!(found(sent(producer, 7, outcome), log), expected, "{producer:?} {outcome:?} {log:?}");
    }
}

#[test]
fn order_of_writes() {
    let both = |producer| [sent(producer, 1, ACKED), sent(producer, 2, ACKED)].concat();
    assert_eq!(found(both(ONCE), &[(0, 1), (1, 2)]), []);
    assert_eq!(found(both(ONCE), &[(0, 2), (1, 1)]), [Class::Reordered]);
}

#[test]
fn transactions_count_whole_or_not_at_all() {
    let ended = |outcome| {
        let records = [sent(TXN, 1, Outcome::Unknown), sent(TXN, 2, Outcome::Unknown)].concat();
        let end = Event::Ended { values: vec![1, 2], outcome };
        records.into_iter().chain([end]).collect::<Vec<_>>()
    };
    let log = [(0, 1), (1, 2)];
    for (outcome, committed, expected) in [
        (ACKED, &log[..], vec![]),
        (ACKED, &log[..1], vec![Class::TornRead]),
        (ACKED, &[], vec![Class::LostWrite]),
        (Outcome::Failed, &[], vec![]),
        (Outcome::Failed, &log, vec![Class::AbortedRead]),
        (Outcome::Failed, &log[1..], vec![Class::AbortedRead]),
        (Outcome::Unknown, &[], vec![]),
        (Outcome::Unknown, &log, vec![]),
        (Outcome::Unknown, &log[1..], vec![Class::TornRead]),
    ] {
        assert_eq!(found_in(ended(outcome), &log, committed), expected, "{outcome:?} {committed:?}");
    }
}

#[test]
fn polls_go_on_where_they_were() {
    let began = |offset| Event::Began { reader: 9, partition: 0, offset };
    let log = [(0, 10), (1, 11), (4, 12)];
    for (events, expected) in [
        (vec![polled(0, 10), polled(1, 11), polled(4, 12)], vec![]),
        (vec![polled(0, 10), polled(0, 10)], vec![Class::NonMonotonicPoll]),
        (vec![polled(1, 11), polled(0, 10)], vec![Class::PollSkip, Class::NonMonotonicPoll]),
        (vec![polled(0, 10), polled(4, 12)], vec![Class::PollSkip]),
        (vec![began(4), polled(4, 12), began(0), polled(0, 10)], vec![]),
        (vec![began(1), polled(4, 12)], vec![Class::PollSkip]),
        (vec![polled(0, 99)], vec![Class::InconsistentOffset]),
    ] {
        assert_eq!(found(events.clone(), &log), expected, "{events:?}");
    }
}

#[test]
fn commits_are_what_was_committed() {
    let sent = |offset| Event::CommitSent { group: 5, partition: 0, offset };
    let acked = |offset| Event::CommitAcked { group: 5, partition: 0, offset };
    let restored = |offset| Event::Restored { group: 5, partition: 0, offset };
    for (events, expected) in [
        (vec![restored(0)], vec![]),
        (vec![sent(3), acked(3), restored(3)], vec![]),
        (vec![sent(3), acked(3), restored(0)], vec![Class::WrongCommit]),
        (vec![sent(3), restored(3)], vec![]),
        (vec![sent(3), restored(0)], vec![]),
        (vec![restored(4)], vec![Class::WrongCommit]),
        (vec![sent(3), acked(3), sent(6), restored(3)], vec![]),
        (vec![sent(3), acked(3), sent(6), acked(6), restored(3)], vec![Class::WrongCommit]),
    ] {
        assert_eq!(found(events.clone(), &[]), expected, "{events:?}");
    }
}

#[test]
fn readers_of_committed_records_see_nothing_else() {
    let log = [(0, 10), (1, 11)];
    for (committed, expected) in [(&log[..], vec![]), (&log[..1], vec![Class::AbortedRead])] {
        let history = History {
            events: vec![polled(0, 10), polled(1, 11)],
            log: [(0, log.to_vec())].into(),
            committed: [(0, committed.to_vec())].into(),
            committed_readers: [9].into(),
            ..History::default()
        };
        let found: Vec<Class> = check(&history).iter().map(|finding| finding.class()).collect();
        assert_eq!(found, expected, "{committed:?}");
    }
}

#[test]
fn copies_are_what_was_read_once_and_in_order() {
    let input = [(0, 1), (1, 2), (4, 3)];
    let copied =
        |values: &[u64]| values.iter().zip(7..).map(|(value, at)| (at, copy_of(*value, at as u64))).collect();
    for (read, output, expected) in [
        (5, &[1, 2, 3][..], vec![]),
        (2, &[1, 2], vec![]),
        (0, &[], vec![]),
        (5, &[1, 3], vec![Class::LostWrite]),
        (5, &[1, 2, 2, 3], vec![Class::Duplicate]),
        (5, &[2, 1, 3], vec![Class::Reordered]),
        (2, &[1, 2, 3], vec![Class::TornRead]),
        (2, &[], vec![Class::LostWrite, Class::LostWrite]),
        (2, &[1, 2, 9], vec![Class::AbortedRead]),
    ] {
        let history = History {
            committed: [(0, input.to_vec()), (1, copied(output))].into(),
            copies: vec![Copies { inputs: 0..1, base: 1, read: [(0, read)].into() }],
            ..History::default()
        };
        let found: Vec<Class> = check(&history).iter().map(|finding| finding.class()).collect();
        assert_eq!(found, expected, "{read} {output:?}");
    }
}
