//! Requests about groups and transactions that no good client sends: each is answered in Kafka's words, soon, without
//! much memory, and leaves nothing behind.

mod classic;
mod consumers;
mod directories;
mod markers;
mod offsets;
mod reassignments;
mod transactions;

use std::time::{Duration, Instant};

use kafkactl_core::wire::{ErrorCode, StrBytes};

use super::client::sent_bytes;
use super::*;

/// No request here may take longer, however loaded the machine.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// Most memory for a request, whatever it says.
const BYTES_MAX: usize = 8 << 20;
/// Most memory for a request that brings a regular expression: while it is compiled, and for those remembered.
const REGEX_BYTES_MAX: usize = 96 << 20;
/// And for each of its bytes: the frame, what it is decoded to, the answer, and both while they grow.
const BYTES_PER_BYTE_MAX: usize = 64;

/// The longest text of Kafka's wire.
const TEXT_BYTES_MAX: usize = i16::MAX as usize;

/// As many things as a hostile request names.
const MANY: usize = 100_000;

/// Asks something; the answer must come soon and may not cost the broker much memory.
fn soon<R>(broker: &TestBroker, what: &str, ask: impl FnOnce() -> R) -> R {
    within(broker, BYTES_MAX, what, ask)
}

/// As [`soon`], for something that may take a certain memory.
fn within<R>(broker: &TestBroker, bytes_max: usize, what: &str, ask: impl FnOnce() -> R) -> R {
    let (began, sent_before) = (Instant::now(), sent_bytes());
    let (answer, peak_bytes) = broker.meter.peak_bytes(ask);
    assert!(began.elapsed() < ANSWERED_WITHIN, "{what} took {:?}", began.elapsed());
    let bytes_max = bytes_max + BYTES_PER_BYTE_MAX * (sent_bytes() - sent_before);
    assert!(peak_bytes <= bytes_max, "{what} took {peak_bytes} bytes of memory, {bytes_max} are allowed");
    answer
}

fn text(text: impl Into<String>) -> Option<StrBytes> {
    Some(named(text))
}

fn named(text: impl Into<String>) -> StrBytes {
    StrBytes::from_string(text.into())
}

fn group_count(broker: &TestBroker) -> usize {
    broker.broker.groups.list().unwrap().len()
}

/// That all of `codes`, as many as were asked for, are this one.
fn all_are(codes: impl IntoIterator<Item = i16>, count: usize, code: ErrorCode) {
    let codes: Vec<i16> = codes.into_iter().collect();
    assert_eq!(codes.len(), count);
    assert_eq!(codes.iter().find(|&&it| it != code.code()), None);
}
