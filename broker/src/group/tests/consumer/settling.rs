//! How soon a group that has changed is settled again.

use std::time::Instant as Wall;

use super::reader::{Reader, settle};
use super::*;

const READERS: i32 = 10;
const PARTITIONS: i32 = 900;
/// From the last heartbeat that is needed to the end.
const SETTLED_WITHIN: Duration = Duration::from_secs(1);

/// Ten members that come at once share 900 partitions, then one leaves: a few rounds of heartbeats settle it, and a
/// round takes no time worth speaking of.
#[test]
fn ten_members_with_900_partitions_settle_at_once() {
    let mut bench = Bench::with_topics(&[("orders", PARTITIONS)]);
    let mut readers: Vec<Reader> =
        (0..READERS).map(|index| Reader::new(&format!("m{index}"), &["orders"])).collect();
    let began = Wall::now();
    // One round to join, one with the target for all, one to give up, one to take, one to say so.
    let rounds = settle(&mut bench, &mut readers, 1_000, 5);
    check_shares(&readers);
    readers.pop().unwrap().leave(&mut bench);
    let more = settle(&mut bench, &mut readers, 1_000, 3);
    check_shares(&readers);
    let round = began.elapsed() / (rounds + more) as u32;
    assert!(round < SETTLED_WITHIN, "a round takes {round:?}");
}

fn check_shares(readers: &[Reader]) {
    let counts: Vec<usize> = readers.iter().map(|reader| count_of(&reader.owned)).collect();
    assert_eq!(counts, vec![PARTITIONS as usize / readers.len(); readers.len()]);
}
