//! What goes in and out by topic. A partition holds its topic's figures, so that a request looks nothing up.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kafkactl_core::names::TopicName;
use kafkactl_core::wire::ErrorCode;
use parking_lot::Mutex;

use super::page::Page;

/// The label of what topics share that have no figures of their own: no topic can be called so.
pub const OTHERS: &str = "(others)";
/// Lines that most topics come to; failures have more.
const TOPIC_LINES: usize = 8;
/// About what such a line takes beside the topic's name, in bytes.
const TOPIC_LINE_BYTES: usize = 50;

/// What a topic takes of a page, in bytes.
fn topic_bytes(topic: &str) -> usize {
    TOPIC_LINES * (topic.len() + TOPIC_LINE_BYTES)
}

/// What topics may take of a page of `bytes_max`: half. Counters cannot come and go with the room that is left at a
/// scrape, so a topic has its own from when it is first seen, or shares.
#[derive(Debug, Clone, Copy)]
pub struct TopicRoom {
    left_bytes: usize,
}

impl TopicRoom {
    pub fn of_page(bytes_max: usize) -> Self {
        Self { left_bytes: bytes_max / 2 }
    }

    /// Says whether there is room for one more topic, which takes it.
    pub fn admit(&mut self, topic: &str) -> bool {
        let left_bytes = self.left_bytes.checked_sub(topic_bytes(topic));
        self.left_bytes = left_bytes.unwrap_or(self.left_bytes);
        left_bytes.is_some()
    }

    fn forget(&mut self, topic: &str) {
        self.left_bytes += topic_bytes(topic);
    }
}

/// The traffic of one topic.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    records_in: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    replication_bytes_out: AtomicU64,
    produces: AtomicU64,
    fetches: AtomicU64,
    bytes_rejected: AtomicU64,
    failed_produces: [AtomicU64; ProduceFailure::ALL.len()],
    failed_fetches: AtomicU64,
}

/// Why a client's batch was not appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProduceFailure {
    /// Larger than `max.message.bytes` or a segment.
    TooLarge,
    /// Not what its checksum says, or no batch at all.
    Corrupt,
    /// A record or timestamp that the topic does not take, such as one without a key in a compacted topic.
    Invalid,
    /// Out of the order of its producer or transaction.
    Sequence,
    /// Nothing is wrong with the batch.
    Other,
}

impl ProduceFailure {
    const ALL: [(Self, &'static str); 5] = [
        (Self::TooLarge, "too_large"),
        (Self::Corrupt, "corrupt"),
        (Self::Invalid, "invalid"),
        (Self::Sequence, "sequence"),
        (Self::Other, "other"),
    ];

    fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge => Self::TooLarge,
            ErrorCode::CorruptMessage => Self::Corrupt,
            ErrorCode::InvalidRecord
            | ErrorCode::InvalidTimestamp
            | ErrorCode::UnsupportedCompressionType => Self::Invalid,
            ErrorCode::OutOfOrderSequenceNumber
            | ErrorCode::InvalidProducerEpoch
            | ErrorCode::InvalidTxnState => Self::Sequence,
            _ => Self::Other,
        }
    }
}

impl Traffic {
    /// A client asks for an append.
    pub fn produced(&self) {
        self.produces.fetch_add(1, Ordering::Relaxed);
    }

    pub fn appended(&self, records: i32, bytes: usize) {
        self.records_in.fetch_add(u64::try_from(records).unwrap_or(0), Ordering::Relaxed);
        self.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A client's batch is not appended.
    pub fn refused(&self, bytes: usize, code: ErrorCode) {
        let failure = ProduceFailure::of(code);
        self.failed_produces[failure as usize].fetch_add(1, Ordering::Relaxed);
        if failure == ProduceFailure::TooLarge {
            self.bytes_rejected.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }

    /// A fetch is answered: with bytes on their way to a consumer or to a follower, or with an error.
    pub fn fetched(&self, bytes: usize, by_follower: bool, error: ErrorCode) {
        self.fetches.fetch_add(1, Ordering::Relaxed);
        let counter = if by_follower { &self.replication_bytes_out } else { &self.bytes_out };
        counter.fetch_add(bytes as u64, Ordering::Relaxed);
        if !error.is_none() {
            self.failed_fetches.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The traffic of all topics.
#[derive(Debug)]
pub(crate) struct Traffics {
    named: Mutex<Named>,
    others: Arc<Traffic>,
}

#[derive(Debug)]
struct Named {
    by_topic: HashMap<TopicName, Arc<Traffic>>,
    room: TopicRoom,
}

impl Traffics {
    pub fn new(room: TopicRoom) -> Self {
        let named = Named { by_topic: HashMap::new(), room };
        Self { named: Mutex::new(named), others: Arc::default() }
    }

    /// The figures of a topic, for a partition to hold.
    pub fn of(&self, topic: &TopicName) -> Arc<Traffic> {
        let Named { by_topic, room } = &mut *self.named.lock();
        match by_topic.get(topic) {
            Some(traffic) => Arc::clone(traffic),
            None if !room.admit(topic.as_str()) => Arc::clone(&self.others),
            None => Arc::clone(by_topic.entry(topic.clone()).or_default()),
        }
    }

    /// Whether a topic's figures are those that it shares with others.
    pub fn are_shared(&self, traffic: &Arc<Traffic>) -> bool {
        Arc::ptr_eq(traffic, &self.others)
    }

    /// Writes every topic; those without a partition here are forgotten.
    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        let mut rows: Vec<(TopicName, Arc<Traffic>)> = {
            let Named { by_topic, room } = &mut *self.named.lock();
            by_topic.retain(|topic, traffic| {
                let is_held = Arc::strong_count(traffic) > 1;
                if !is_held {
                    room.forget(topic.as_str());
                }
                is_held
            });
            by_topic.iter().map(|(topic, traffic)| (topic.clone(), Arc::clone(traffic))).collect()
        };
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        if Arc::strong_count(&self.others) > 1 {
            rows.push((OTHERS.into(), Arc::clone(&self.others)));
        }
        for (name, help, figure, is_rare) in FIGURES {
            let counted = rows.iter().map(|(topic, traffic)| {
                ([("topic", topic.as_str())], figure(traffic).load(Ordering::Relaxed))
            });
            page.counters(name, help, counted.filter(|(_, count)| !is_rare || *count > 0))?;
        }
        let failed = rows.iter().flat_map(|(topic, traffic)| {
            let failed = ProduceFailure::ALL.iter().zip(&traffic.failed_produces);
            let failed = failed.map(|((_, reason), count)| (*reason, count.load(Ordering::Relaxed)));
            // Most topics never have any.
            let failed = failed.filter(|(_, count)| *count > 0);
            failed.map(|(reason, count)| ([("topic", topic.as_str()), ("reason", reason)], count))
        });
        page.counters("kafka_topic_produce_failures", "Batches of clients that were not appended", failed)
    }
}

type Figure = fn(&Traffic) -> &AtomicU64;

/// Name, help, and whether most topics never have any: those have a row from the first on.
const FIGURES: [(&str, &str, Figure, bool); 8] = [
    (
        "kafka_topic_records_in",
        "Records appended by producers and coordinators",
        |traffic| &traffic.records_in,
        false,
    ),
    (
        "kafka_topic_bytes_in",
        "Bytes of the batches appended by producers and coordinators",
        |traffic| &traffic.bytes_in,
        false,
    ),
    ("kafka_topic_bytes_out", "Bytes of records sent to consumers", |traffic| &traffic.bytes_out, false),
    (
        "kafka_topic_replication_bytes_out",
        "Bytes of records sent to followers",
        |traffic| &traffic.replication_bytes_out,
        true,
    ),
    ("kafka_topic_produces", "Batches that clients asked to append", |traffic| &traffic.produces, false),
    (
        "kafka_topic_fetches",
        "Answers about a partition to consumers and followers",
        |traffic| &traffic.fetches,
        false,
    ),
    (
        "kafka_topic_fetch_failures",
        "Answers about a partition that are errors",
        |traffic| &traffic.failed_fetches,
        true,
    ),
    (
        "kafka_topic_bytes_rejected",
        "Bytes of batches that were too large",
        |traffic| &traffic.bytes_rejected,
        true,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Format, expose, registry_of};

    #[test]
    fn topics_beyond_the_bound_share_a_row() {
        let room = TopicRoom::of_page(2 * (topic_bytes("t0") + topic_bytes("t1")));
        let traffics = Arc::new(Traffics::new(room));
        let of = |topic: &str| traffics.of(&TopicName::new(topic));
        let held = ["t0", "t1", "t2", "t3"].map(of);
        assert!(traffics.are_shared(&held[2]) && Arc::ptr_eq(&held[2], &held[3]));
        assert!(!traffics.are_shared(&held[1]) && Arc::ptr_eq(&held[0], &of("t0")));
        held.iter().for_each(|traffic| traffic.appended(1, 10));
        let written = Arc::clone(&traffics);
        let text = expose(&[&registry_of(move |page| written.write(page))], Format::Prometheus).unwrap();
        assert!(text.contains("kafka_topic_records_in_total{topic=\"(others)\"} 2\n"), "{text}");
        assert!(text.contains("kafka_topic_records_in_total{topic=\"t0\"} 1\n"), "{text}");
    }

    #[test]
    fn topics_without_a_partition_make_room() {
        let room = TopicRoom::of_page(2 * topic_bytes("kept") + 2 * topic_bytes("gone"));
        let traffics = Arc::new(Traffics::new(room));
        let kept = traffics.of(&TopicName::new("kept"));
        kept.appended(3, 100);
        kept.refused(2_000, ErrorCode::MessageTooLarge);
        kept.refused(10, ErrorCode::OutOfOrderSequenceNumber);
        kept.fetched(50, false, ErrorCode::None);
        drop(traffics.of(&TopicName::new("gone")));
        let written = Arc::clone(&traffics);
        let text = expose(&[&registry_of(move |page| written.write(page))], Format::Prometheus).unwrap();
        assert!(text.contains("kafka_topic_records_in_total{topic=\"kept\"} 3"), "{text}");
        for (name, value) in [
            ("bytes_rejected_total{topic=\"kept\"}", 2_000),
            ("produce_failures_total{topic=\"kept\",reason=\"sequence\"}", 1),
            ("bytes_out_total{topic=\"kept\"}", 50),
        ] {
            assert!(text.contains(&format!("kafka_topic_{name} {value}\n")), "{name} in {text}");
        }
        for absent in ["gone", "corrupt", "fetch_failures_total{"] {
            assert!(!text.contains(absent), "{absent} in {text}");
        }
        assert!(!traffics.are_shared(&traffics.of(&TopicName::new("next"))), "its room is free again");
    }
}
