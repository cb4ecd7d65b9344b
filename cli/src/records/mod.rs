//! Records as text: what `consume` prints and `produce` reads.

pub mod format;
pub mod input;
pub mod json;

use bytes::Bytes;
use kafkactl_core::record::HeaderRef;

/// A header to be written: Kafka keeps their order, and equal keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub key: Bytes,
    pub value: Option<Bytes>,
}

/// A record to be written. What is `None` is left to the producer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewRecord {
    pub partition: Option<i32>,
    pub timestamp_ms: Option<i64>,
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    pub headers: Vec<Header>,
}

/// A record that was read.
#[derive(Debug, Clone, Copy)]
pub struct ReadRecord<'a> {
    pub topic: &'a str,
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [HeaderRef<'a>],
}

/// RFC 3339 in UTC with milliseconds; `None` for what no calendar has, such as Kafka's -1 for "no timestamp".
pub fn rfc3339(timestamp_ms: i64) -> Option<String> {
    if timestamp_ms < 0 {
        return None;
    }
    let timestamp = jiff::Timestamp::from_millisecond(timestamp_ms).ok()?;
    Some(format!("{timestamp:.3}"))
}
