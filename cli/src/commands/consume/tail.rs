//! The latest records of several partitions.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use bytes::Bytes;
use kafkactl_core::record::HeaderRef;

use crate::records::{Header, ReadRecord};

/// Holds the `count` latest of the records offered, by time, then topic, partition and offset.
#[derive(Debug)]
pub struct Tail {
    count: usize,
    /// The earliest on top.
    records: BinaryHeap<Reverse<OwnedRecord>>,
}

/// A record that outlives the fetch that brought it.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnedRecord {
    timestamp_ms: i64,
    topic: String,
    partition: i32,
    offset: i64,
    key: Option<Bytes>,
    value: Option<Bytes>,
    headers: Vec<Header>,
}

impl Tail {
    pub fn new(count: usize) -> Self {
        Self { count, records: BinaryHeap::new() }
    }

    pub fn offer(&mut self, record: &ReadRecord<'_>) {
        let order = (record.timestamp_ms, record.topic, record.partition, record.offset);
        if self.records.len() == self.count {
            match self.records.peek() {
                Some(Reverse(earliest)) if earliest.order() < order => drop(self.records.pop()),
                _ => return,
            }
        }
        self.records.push(Reverse(OwnedRecord::new(record)));
    }

    /// Earliest first.
    pub fn into_records(self) -> Vec<OwnedRecord> {
        let mut records: Vec<OwnedRecord> = self.records.into_iter().map(|Reverse(record)| record).collect();
        records.sort();
        records
    }
}

impl OwnedRecord {
    fn new(record: &ReadRecord<'_>) -> Self {
        let headers = record.headers.iter().map(|(key, value)| Header {
            key: Bytes::copy_from_slice(key),
            value: value.map(Bytes::copy_from_slice),
        });
        Self {
            timestamp_ms: record.timestamp_ms,
            topic: record.topic.to_owned(),
            partition: record.partition,
            offset: record.offset,
            key: record.key.map(Bytes::copy_from_slice),
            value: record.value.map(Bytes::copy_from_slice),
            headers: headers.collect(),
        }
    }

    fn order(&self) -> (i64, &str, i32, i64) {
        (self.timestamp_ms, &self.topic, self.partition, self.offset)
    }

    pub fn header_refs(&self) -> Vec<HeaderRef<'_>> {
        self.headers.iter().map(|header| (&*header.key, header.value.as_deref())).collect()
    }

    pub fn borrowed<'a>(&'a self, headers: &'a [HeaderRef<'a>]) -> ReadRecord<'a> {
        ReadRecord {
            topic: &self.topic,
            partition: self.partition,
            offset: self.offset,
            timestamp_ms: self.timestamp_ms,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers,
        }
    }
}

impl PartialOrd for OwnedRecord {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OwnedRecord {
    /// By place and time; two records of one place are the same record.
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_kept_in_order_of_time() {
        let mut tail = Tail::new(3);
        for (partition, offset, timestamp_ms) in
            [(0, 0, 10), (0, 1, 40), (1, 0, 20), (1, 1, 30), (1, 2, 30), (0, 2, 5)]
        {
            tail.offer(&ReadRecord {
                topic: "t",
                partition,
                offset,
                timestamp_ms,
                key: None,
                value: None,
                headers: &[],
            });
        }
        let kept: Vec<(i32, i64)> =
            tail.into_records().iter().map(|record| (record.partition, record.offset)).collect();
        assert_eq!(kept, [(1, 1), (1, 2), (0, 1)]);
    }

    #[test]
    fn a_tail_of_nothing_keeps_nothing() {
        let record = ReadRecord {
            topic: "t",
            partition: 0,
            offset: 0,
            timestamp_ms: 1,
            key: None,
            value: None,
            headers: &[],
        };
        let mut tail = Tail::new(0);
        tail.offer(&record);
        assert!(tail.into_records().is_empty());
    }
}
