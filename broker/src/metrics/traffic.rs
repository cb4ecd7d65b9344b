//! What goes in and out by topic. A partition holds its topic's figures, so that a request looks nothing up.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kafkactl_core::names::TopicName;
use kafkactl_core::wire::ErrorCode;
use parking_lot::Mutex;

use super::page::Page;

/// Topics with figures of their own; the rest share one row.
pub const TOPICS_MAX: usize = 2_000;
/// The label of that row: no topic can be called so.
pub const OTHERS: &str = "(others)";

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
#[derive(Debug, Default)]
pub(crate) struct Traffics {
    by_topic: Mutex<HashMap<TopicName, Arc<Traffic>>>,
    others: Arc<Traffic>,
}

impl Traffics {
    /// The figures of a topic, for a partition to hold.
    pub fn of(&self, topic: &TopicName) -> Arc<Traffic> {
        let mut by_topic = self.by_topic.lock();
        match by_topic.get(topic) {
            Some(traffic) => Arc::clone(traffic),
            None if by_topic.len() >= TOPICS_MAX => Arc::clone(&self.others),
            None => Arc::clone(by_topic.entry(topic.clone()).or_default()),
        }
    }

    /// Writes every topic; those without a partition here are forgotten.
    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        let mut rows: Vec<(TopicName, Arc<Traffic>)> = {
            let mut by_topic = self.by_topic.lock();
            by_topic.retain(|_, traffic| Arc::strong_count(traffic) > 1);
            by_topic.iter().map(|(topic, traffic)| (topic.clone(), Arc::clone(traffic))).collect()
        };
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        if Arc::strong_count(&self.others) > 1 {
            rows.push((OTHERS.into(), Arc::clone(&self.others)));
        }
        for (name, help, figure) in FIGURES {
            let counted = rows.iter().map(|(topic, traffic)| {
                ([("topic", topic.as_str())], figure(traffic).load(Ordering::Relaxed))
            });
            page.counters(name, help, counted)?;
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

const FIGURES: [(&str, &str, Figure); 8] = [
    ("kafka_topic_records_in", "Records appended by producers and coordinators", |traffic| {
        &traffic.records_in
    }),
    ("kafka_topic_bytes_in", "Bytes of the batches appended by producers and coordinators", |traffic| {
        &traffic.bytes_in
    }),
    ("kafka_topic_bytes_out", "Bytes of records sent to consumers", |traffic| &traffic.bytes_out),
    ("kafka_topic_replication_bytes_out", "Bytes of records sent to followers", |traffic| {
        &traffic.replication_bytes_out
    }),
    ("kafka_topic_produces", "Batches that clients asked to append", |traffic| &traffic.produces),
    ("kafka_topic_fetches", "Answers about a partition to consumers and followers", |traffic| {
        &traffic.fetches
    }),
    ("kafka_topic_fetch_failures", "Answers about a partition that are errors", |traffic| {
        &traffic.failed_fetches
    }),
    ("kafka_topic_bytes_rejected", "Bytes of batches that were too large", |traffic| &traffic.bytes_rejected),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Format, expose, registry_of};

    #[test]
    fn topics_beyond_the_bound_share_a_row() {
        let traffics = Traffics::default();
        let held: Vec<Arc<Traffic>> =
            (0..TOPICS_MAX + 2).map(|number| traffics.of(&TopicName::new(&format!("t{number}")))).collect();
        assert!(Arc::ptr_eq(&held[TOPICS_MAX], &held[TOPICS_MAX + 1]));
        assert!(!Arc::ptr_eq(&held[0], &held[1]));
        assert!(Arc::ptr_eq(&held[0], &traffics.of(&TopicName::new("t0"))));
    }

    #[test]
    fn topics_without_a_partition_make_room() {
        let traffics = Arc::new(Traffics::default());
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
            ("fetch_failures_total{topic=\"kept\"}", 0),
        ] {
            assert!(text.contains(&format!("kafka_topic_{name} {value}\n")), "{name} in {text}");
        }
        assert!(!text.contains("gone") && !text.contains("corrupt"), "{text}");
        assert_eq!(traffics.by_topic.lock().len(), 1);
    }
}
