//! A hundred thousand members of one group: no request takes a time that matters, whatever the group's size.

use std::time::Instant as Wall;

use super::consumer::Beat;
use super::*;
use crate::tests::meter::Meter;

const MEMBERS: usize = 100_000;
/// For all of them, however loaded the machine.
const ALL_WITHIN: Duration = Duration::from_secs(30);
/// For one target assignment for all of them.
const ONE_WITHIN: Duration = Duration::from_secs(10);
/// For each member, while nothing happens.
const BYTES_PER_MEMBER_MAX: usize = 3_000;
/// For each member, while one target is made for all.
const ASSIGNING_BYTES_PER_MEMBER_MAX: usize = 3_000;
/// For a heartbeat, whatever the size of its group.
const HEARTBEAT_BYTES_MAX: usize = 64 << 10;
/// Records of one decision, which stand in one batch of at most a megabyte.
const RECORDS_AT_ONCE_MAX: usize = 3_000;

#[test]
fn of_consumers() {
    let meter = Meter::started();
    meter.attach();
    let mut bench = Bench::with_topics(&[("orders", 1_000)]);
    let began = Wall::now();
    for index in 0..MEMBERS {
        bench.beat(Beat::join(&format!("m{index}"), &["orders"])).unwrap();
        // The log is not what is looked at.
        bench.log.clear();
    }
    assert!(began.elapsed() < ALL_WITHIN, "joining took {:?}", began.elapsed());
    let bytes = usize::try_from(meter.live_bytes()).unwrap() / MEMBERS;
    assert!(bytes < BYTES_PER_MEMBER_MAX, "a member takes {bytes} bytes");
    bench.pass_ms(1_000);
    let began = Wall::now();
    let (reply, peak_bytes) = meter.peak_bytes(|| bench.beat(Beat::of("m0", 2)).unwrap());
    assert_eq!(reply.epoch, 2, "it gives up what others are to have");
    assert!(began.elapsed() < ONE_WITHIN, "assigning took {:?}", began.elapsed());
    let bytes = peak_bytes / MEMBERS;
    assert!(bytes < ASSIGNING_BYTES_PER_MEMBER_MAX, "assigning took {bytes} bytes a member");
    bench.log.clear();
    let began = Wall::now();
    for index in 1..MEMBERS {
        let beat = Beat::of(&format!("m{index}"), 2);
        let (_, peak_bytes) = meter.peak_bytes(|| bench.beat(beat).unwrap());
        assert!(peak_bytes < HEARTBEAT_BYTES_MAX, "a heartbeat took {peak_bytes} bytes");
        bench.log.clear();
    }
    assert!(began.elapsed() < ALL_WITHIN, "a round of heartbeats took {:?}", began.elapsed());
    let began = Wall::now();
    bench.now.at += Duration::from_millis(bench.settings.consumer_session_timeout_ms as u64);
    while bench.turn(|shard, turn| shard.expire(turn)) {
        assert!(bench.log.len() < RECORDS_AT_ONCE_MAX, "{} records do not fit one batch", bench.log.len());
        bench.log.clear();
    }
    assert!(began.elapsed() < ALL_WITHIN, "removing took {:?}", began.elapsed());
    assert!(bench.shard.describe_consumer(GROUP, &bench.settings).unwrap().members.is_empty());
}

#[test]
fn of_classic_members() {
    let meter = Meter::started();
    meter.attach();
    let mut bench = Bench::new();
    let began = Wall::now();
    let tickets: Vec<Ticket> = (0..MEMBERS).map(|_| bench.join(Join { version: 3, ..Join::new() })).collect();
    while tickets.iter().any(|ticket| bench.is_parked(*ticket)) {
        bench.pass_ms(1_000);
    }
    let members: Vec<String> =
        tickets.into_iter().map(|ticket| bench.join_reply(ticket).member.to_string()).collect();
    assert!(began.elapsed() < ALL_WITHIN, "joining took {:?}", began.elapsed());
    bench.log.clear();
    let bytes = usize::try_from(meter.live_bytes()).unwrap() / MEMBERS;
    assert!(bytes < BYTES_PER_MEMBER_MAX, "a member takes {bytes} bytes");
    let began = Wall::now();
    for member in &members {
        let (beaten, peak_bytes) = meter.peak_bytes(|| bench.heartbeat(member, 1));
        assert_eq!(beaten, Ok(()));
        assert!(peak_bytes < HEARTBEAT_BYTES_MAX, "a heartbeat took {peak_bytes} bytes");
    }
    assert!(began.elapsed() < ALL_WITHIN, "a round of heartbeats took {:?}", began.elapsed());
    let began = Wall::now();
    bench.pass_ms(20 * 60 * 1_000);
    assert!(began.elapsed() < ALL_WITHIN, "removing took {:?}", began.elapsed());
    assert_eq!(bench.state(), "Empty");
}
