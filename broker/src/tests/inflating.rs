//! Batches that inflate far wait for one another, and nobody else waits for them.

use bytes::Bytes;
use kafkactl_core::record::Codec;
use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::ProduceResponse;

use super::producing::{produce, request};
use super::{BLOCKING_THREADS, TestBroker, batch, compressed, until};
use crate::partition::InflatingTurn;

const VERSION: i16 = 11;

/// A batch that inflates to more than is looked at in passing.
fn bomb() -> Bytes {
    compressed(&["0".repeat(5 << 20).as_str()], Codec::Zstd)
}

#[test]
fn requests_that_wait_for_their_turn_hold_no_thread_and_keep_their_order() {
    const SENDERS: usize = 2 * BLOCKING_THREADS;
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("bombs", 1, &[]), ("small", 1, &[])]);
    let taken = broker.runtime.block_on(InflatingTurn::wait());
    let mut senders: Vec<_> = (0..SENDERS).map(|_| broker.client()).collect();
    let bomb = bomb();
    for client in &mut senders {
        for records in [bomb.clone(), batch(&["behind"])] {
            client.send(ApiKey::Produce, VERSION, &request("bombs", 0, records, VERSION, -1));
        }
    }
    until("all of them wait", || broker.broker.metrics.requests.parked(ApiKey::Produce) == SENDERS as i64);
    for _ in 0..10 {
        assert_eq!(produce(&mut broker.client(), "small", 0, batch(&["a"])).error_code, 0);
    }
    assert_eq!(broker.partition("bombs", 0).bounds().log_end_offset.0, 0);
    drop(taken);
    for client in &mut senders {
        let [first, second] = [1, 2].map(|id| {
            let mut answer: ProduceResponse = client.receive(ApiKey::Produce, VERSION, id);
            answer.responses[0].partition_responses.remove(0)
        });
        assert_eq!((first.error_code, second.error_code), (0, 0));
        assert!(first.base_offset < second.base_offset);
    }
}

#[test]
fn the_batches_of_a_request_keep_their_places_around_those_that_wait() {
    let directory = tempfile::tempdir().unwrap();
    let broker = TestBroker::start(directory.path(), &[("t", 4, &[])]);
    let mut client = broker.client();
    let mut whole = request("t", 0, batch(&["a"]), VERSION, -1);
    for (partition, records) in [(1, bomb()), (9, bomb()), (2, batch(&["b", "c"])), (3, bomb())] {
        let other = request("t", partition, records, VERSION, -1);
        whole.topic_data[0].partition_data.extend(other.topic_data[0].partition_data.clone());
    }
    let answer: ProduceResponse = client.ask(ApiKey::Produce, VERSION, &whole);
    let told: Vec<(i32, bool)> =
        answer.responses[0].partition_responses.iter().map(|it| (it.index, it.error_code == 0)).collect();
    assert_eq!(told, [(0, true), (1, true), (9, false), (2, true), (3, true)]);
    let ends = [0, 1, 2, 3].map(|partition| broker.partition("t", partition).bounds().log_end_offset.0);
    assert_eq!(ends, [1, 1, 2, 1]);
}
