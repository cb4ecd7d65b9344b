use bytes::Bytes;

use super::*;
use crate::client::Scope;
use crate::client::admin::{EpochEnd, ListedOffset};
use crate::names::Uuid;
use crate::record::{BatchBuilder, BatchFields};
use crate::wire::StrBytes;
use crate::wire::messages::MetadataResponse;
use crate::wire::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};

/// A machine, a clock, and a cluster of brokers 1 and 2 with topic `t`.
struct World {
    machine: Machine,
    view: ClusterView,
    now: Instant,
}

fn config() -> ConsumerConfig {
    ConsumerConfig { report_end: true, reset: Some(OffsetSpec::Earliest), ..ConsumerConfig::default() }
}

fn partition(id: i32) -> TopicPartition {
    TopicPartition::new("t", id)
}

impl World {
    /// Leaders and their epochs, by partition.
    fn new(config: ConsumerConfig, leaders: &[(i32, i32)]) -> Self {
        let machine = Machine::new(config, Duration::from_secs(300));
        let mut world = Self { machine, view: ClusterView::default(), now: Instant::now() };
        world.set_leaders(leaders);
        world
    }

    /// Reading partition 0 from `offset`, led by broker 1.
    fn reading(config: ConsumerConfig, offset: i64) -> Self {
        let mut world = Self::new(config, &[(1, 0)]);
        world.assign(&[(0, StartAt::Offset(Offset(offset)))]);
        world
    }

    fn set_leaders(&mut self, leaders: &[(i32, i32)]) {
        let broker = |id: i32| {
            MetadataResponseBroker::default()
                .with_node_id(id.into())
                .with_host(StrBytes::from_static_str("b"))
                .with_port(id)
        };
        let partitions = (0..).zip(leaders).map(|(index, (leader, epoch))| {
            MetadataResponsePartition::default()
                .with_partition_index(index)
                .with_leader_id((*leader).into())
                .with_leader_epoch(*epoch)
        });
        let topic = MetadataResponseTopic::default()
            .with_name(Some(StrBytes::from_static_str("t").into()))
            .with_topic_id(Uuid::from_u128(1))
            .with_partitions(partitions.collect());
        let response =
            MetadataResponse::default().with_brokers(vec![broker(1), broker(2)]).with_topics(vec![topic]);
        self.view.apply(&response, Scope::Asked);
    }

    fn assign(&mut self, starts: &[(i32, StartAt)]) {
        let starts = starts.iter().map(|(id, start)| (partition(*id), *start)).collect();
        self.machine.assign(&starts);
    }

    fn poll(&mut self) -> Plan {
        self.machine.poll(self.now, &self.view)
    }

    /// The offset that each broker is asked for, of each partition.
    fn fetches(&mut self) -> Vec<(i32, i32, i64)> {
        let plan = self.poll();
        let each = plan.fetches.iter().flat_map(|(broker, wanted)| {
            wanted.iter().map(|(partition, wanted)| (broker.0, partition.partition.0, wanted.offset.0))
        });
        each.collect()
    }

    /// `broker` answers a fetch of partition 0.
    fn answer(&mut self, broker: i32, offset: i64, outcome: Result<FetchedData, ClientError>) {
        let fetched = Fetched {
            partition: partition(0),
            offset: Offset(offset),
            leader_epoch: LeaderEpoch(0),
            outcome,
        };
        self.machine.fetched(self.now, BrokerId(broker), Ok(vec![fetched]), 0.5);
    }

    fn fail(&mut self, broker: i32, offset: i64, code: ErrorCode) {
        self.answer(broker, offset, Err(ClientError::refused("t-0", code, None)));
    }

    /// What the reader gets: ranges of offsets, ends, errors.
    fn take(&mut self) -> Option<String> {
        Some(match self.machine.take()? {
            Ok(Event::Records(records)) => format!("{}..{}", records.from, records.next_offset),
            Ok(Event::End { offset, .. }) => format!("end {offset}"),
            Ok(event) => format!("{event:?}"),
            Err(error) => error.to_string(),
        })
    }
}

/// `count` records from `offset`, written under epoch 0, of a log that ends at `high_watermark`.
fn data(offset: i64, count: i64, high_watermark: i64) -> Result<FetchedData, ClientError> {
    let mut builder = BatchBuilder::new(BatchFields {
        base_offset: Offset(offset),
        partition_leader_epoch: LeaderEpoch(0),
        ..BatchFields::default()
    });
    (0..count).for_each(|_| builder.append(0, None, Some(b"v"), []));
    let bytes = if count == 0 { Bytes::new() } else { builder.finish().unwrap().into() };
    let marks = Marks {
        high_watermark: Offset(high_watermark),
        last_stable_offset: Offset(high_watermark),
        log_start_offset: Offset(0),
    };
    let records = PartitionRecords::new(
        &partition(0),
        Offset(offset),
        marks,
        bytes,
        Isolation::ReadUncommitted,
        Vec::new(),
    );
    Ok(FetchedData { marks, preferred_replica: None, records: records.unwrap() })
}

#[test]
fn the_next_fetch_goes_out_before_the_last_is_read() {
    let mut world = World::reading(config(), 5);
    assert_eq!(world.fetches(), [(1, 0, 5)]);
    assert_eq!(world.fetches(), [], "one fetch a broker");
    world.answer(1, 5, data(5, 3, 10));
    assert_eq!(world.fetches(), [(1, 0, 8)]);
    assert_eq!(world.machine.position(&partition(0)).unwrap().offset, Some(Offset(5)));
    assert_eq!(world.take().as_deref(), Some("5..8"));
    assert_eq!(world.machine.position(&partition(0)).unwrap().offset, Some(Offset(8)));
    assert_eq!(world.take(), None);
}

#[test]
fn prefetching_is_bounded() {
    let mut world = World::reading(ConsumerConfig { prefetch_bytes: 1, ..config() }, 0);
    world.fetches();
    world.answer(1, 0, data(0, 1, 10));
    assert_eq!(world.fetches(), [], "what waits must be taken first");
    world.take();
    assert_eq!(world.fetches(), [(1, 0, 1)]);
}

#[test]
fn processed_is_what_the_reader_came_back_from() {
    let mut world = World::reading(config(), 0);
    world.fetches();
    world.answer(1, 0, data(0, 4, 4));
    world.take();
    let offset = |world: &World, processed| world.machine.positions(processed)[&partition(0)].offset.0;
    assert_eq!((offset(&world, true), offset(&world, false)), (0, 4));
    world.machine.processed();
    assert_eq!(offset(&world, true), 4);
}

#[test]
fn ends_are_told_once_and_after_the_records() {
    let mut world = World::reading(config(), 0);
    world.fetches();
    world.answer(1, 0, data(0, 2, 2));
    assert_eq!(world.take().as_deref(), Some("0..2"));
    assert_eq!(world.take().as_deref(), Some("end 2"));
    world.fetches();
    world.answer(1, 2, data(2, 0, 2));
    assert_eq!(world.take(), None, "nothing new");
    world.fetches();
    world.answer(1, 2, data(2, 1, 3));
    assert_eq!(world.take().as_deref(), Some("2..3"));
    assert_eq!(world.take().as_deref(), Some("end 3"));
}

#[test]
fn starts_are_looked_up() {
    let mut world = World::new(config(), &[(1, 0), (1, 0)]);
    world.assign(&[(0, StartAt::Committed), (1, StartAt::Spec(OffsetSpec::Timestamp(7)))]);
    let plan = world.poll();
    let (_, committed_token) = plan.committed[0];
    let (_, spec, reset_token) = plan.resets[0];
    assert_eq!(spec, OffsetSpec::Timestamp(7));
    let again = world.poll();
    assert!(again.committed.is_empty() && again.resets.is_empty(), "asked once");

    let committed =
        CommittedOffset { offset: Offset(40), leader_epoch: LeaderEpoch::NONE, metadata: String::new() };
    world.machine.committed_found(world.now, &partition(0), committed_token, Ok(Some(committed)), 0.5);
    let nothing = ListedOffset { offset: None, timestamp_ms: None, leader_epoch: LeaderEpoch::NONE };
    world.machine.reset_found(world.now, &partition(1), reset_token, Ok(nothing), 0.5);
    let plan = world.poll();
    assert_eq!(plan.resets[0].1, OffsetSpec::Latest, "no record that late: from the end on");
    assert_eq!(plan.fetches[0].1[&partition(0)].offset, Offset(40));
}

#[test]
fn a_group_without_offset_starts_by_the_rule() {
    for (reset, expected) in
        [(Some(OffsetSpec::Earliest), None), (None, Some("offset 0 of t-0 does not exist"))]
    {
        let mut world = World::new(ConsumerConfig { reset, ..config() }, &[(1, 0)]);
        world.assign(&[(0, StartAt::Committed)]);
        let (_, token) = world.poll().committed[0];
        world.machine.committed_found(world.now, &partition(0), token, Ok(None), 0.5);
        match expected {
            None => assert_eq!(world.poll().resets[0].1, OffsetSpec::Earliest),
            Some(text) => assert!(world.take().unwrap().starts_with(text)),
        }
    }
}

#[test]
fn answers_to_old_questions_are_void() {
    let mut world = World::new(config(), &[(1, 0)]);
    world.assign(&[(0, StartAt::Spec(OffsetSpec::Earliest))]);
    let (_, _, token) = world.poll().resets[0];
    assert!(world.machine.seek(&partition(0), StartAt::Offset(Offset(9))));
    let found = ListedOffset { offset: Some(Offset(1)), timestamp_ms: None, leader_epoch: LeaderEpoch(0) };
    world.machine.reset_found(world.now, &partition(0), token, Ok(found), 0.5);
    assert_eq!(world.fetches(), [(1, 0, 9)]);
    world.machine.seek(&partition(0), StartAt::Offset(Offset(20)));
    world.answer(1, 9, data(9, 1, 30));
    assert_eq!(world.take(), None, "records of the place it left");
    assert_eq!(world.fetches(), [(1, 0, 20)]);
}

#[test]
fn an_offset_that_does_not_exist_is_reset_or_told() {
    let mut world = World::reading(config(), 99);
    world.fetches();
    world.fail(1, 99, ErrorCode::OffsetOutOfRange);
    assert_eq!(world.poll().resets[0].1, OffsetSpec::Earliest);

    let mut world = World::reading(ConsumerConfig { reset: None, ..config() }, 99);
    world.fetches();
    world.fail(1, 99, ErrorCode::OffsetOutOfRange);
    assert!(world.take().unwrap().starts_with("offset 99 of t-0 does not exist"));
    world.now += Duration::from_secs(10);
    assert_eq!(world.fetches(), [], "until the reader moves it");
    world.machine.seek(&partition(0), StartAt::Offset(Offset(1)));
    assert_eq!(world.fetches(), [(1, 0, 1)]);
}

/// KIP-392: the nearest replica is read from until it cannot serve, or the advice is old.
#[test]
fn another_replica_is_read_from_when_told() {
    let mut world = World::reading(config(), 0);
    world.fetches();
    world.answer(
        1,
        0,
        data(0, 0, 10).map(|data| FetchedData { preferred_replica: Some(BrokerId(2)), ..data }),
    );
    assert_eq!(world.fetches(), [(2, 0, 0)]);
    world.fail(2, 0, ErrorCode::OffsetOutOfRange);
    assert!(world.poll().resets.is_empty(), "only the leader's word counts");
    world.now += Duration::from_secs(1);
    assert_eq!(world.fetches(), [(1, 0, 0)]);

    world.answer(
        1,
        0,
        data(0, 0, 10).map(|data| FetchedData { preferred_replica: Some(BrokerId(2)), ..data }),
    );
    world.now += Duration::from_secs(300);
    assert_eq!(world.fetches(), [(1, 0, 0)]);
}

#[test]
fn a_moved_leader_is_looked_for_after_a_pause() {
    let mut world = World::reading(config(), 0);
    world.fetches();
    world.fail(1, 0, ErrorCode::NotLeaderOrFollower);
    let plan = world.poll();
    assert_eq!(plan.refresh, [TopicName::new("t")]);
    assert!(plan.fetches.is_empty());
    assert_eq!(plan.next_deadline, Some(world.now + Duration::from_millis(100)));
    world.set_leaders(&[(2, 1)]);
    world.machine.refreshed(world.now, true, 0.5);
    world.now += Duration::from_millis(100);
    assert_eq!(world.fetches(), [(2, 0, 0)]);
}

#[test]
fn an_unreachable_broker_is_asked_again_after_a_pause() {
    let mut world = World::reading(config(), 0);
    world.fetches();
    let error = ClientError::UnknownBroker { broker: BrokerId(1) };
    world.machine.fetched(world.now, BrokerId(1), Err(error), 0.5);
    let plan = world.poll();
    assert!(plan.fetches.is_empty());
    assert_eq!(plan.refresh.len(), 1);
    world.now += Duration::from_millis(100);
    assert_eq!(world.fetches(), [(1, 0, 0)]);
    assert_eq!(world.take(), None, "it may pass: the reader need not know");
}

#[test]
fn what_does_not_pass_is_told() {
    let mut world = World::reading(config(), 0);
    world.fetches();
    world.fail(1, 0, ErrorCode::TopicAuthorizationFailed);
    assert!(world.take().unwrap().contains("TOPIC_AUTHORIZATION_FAILED"));
    for _ in 0..100 {
        world.now += Duration::from_secs(2);
        world.fetches();
        world.fail(1, 0, ErrorCode::CorruptMessage);
    }
    let told = std::iter::from_fn(|| world.take()).count();
    assert_eq!(told, ERRORS_WAITING_MAX, "a reader that does not read errors is not drowned in them");
}

/// KIP-320: under a new leader the position is checked before anything is fetched.
#[test]
fn a_new_leader_must_have_what_was_read() {
    let end = |epoch: i32, offset: i64| {
        Ok(EpochEnd { leader_epoch: LeaderEpoch(epoch), end_offset: Offset(offset) })
    };
    for (name, reset, answer, fetches, told) in [
        ("still there", config().reset, end(0, 8), vec![(2, 0, 4)], None),
        ("nothing known", config().reset, end(-1, -1), vec![(2, 0, 4)], None),
        ("cut off", config().reset, end(0, 2), vec![(2, 0, 2)], None),
        ("cut off, no rule", None, end(0, 2), vec![], Some("offset 4 of t-0 does not exist")),
    ] {
        let mut world = World::reading(ConsumerConfig { reset, report_end: false, ..config() }, 0);
        world.fetches();
        world.answer(1, 0, data(0, 4, 4));
        world.take();
        world.set_leaders(&[(2, 1)]);
        let plan = world.poll();
        assert!(plan.fetches.is_empty(), "{name}");
        let (_, epoch, token) = plan.validations[0].clone();
        assert_eq!(epoch, LeaderEpoch(0));
        world.machine.validated(world.now, &partition(0), token, LeaderEpoch(1), answer, 0.5);
        assert_eq!(world.fetches(), fetches, "{name}");
        assert!(world.take().as_deref().map(|text| &text[..30]) == told, "{name}");
    }
}

#[test]
fn a_paused_partition_keeps_its_place() {
    let mut world = World::reading(config(), 0);
    world.fetches();
    world.answer(1, 0, data(0, 2, 9));
    world.take();
    world.fetches();
    world.answer(1, 2, data(2, 2, 9));
    world.machine.set_paused(&partition(0), true);
    assert_eq!(world.take(), None);
    assert_eq!(world.fetches(), []);
    world.machine.set_paused(&partition(0), false);
    assert_eq!(world.fetches(), [(1, 0, 2)], "what was dropped is fetched again");
}

#[test]
fn assigning_keeps_the_place_of_what_stays() {
    let mut world = World::new(config(), &[(1, 0), (1, 0)]);
    let start = StartAt::Offset(Offset(0));
    world.assign(&[(0, start), (1, start)]);
    world.fetches();
    world.answer(1, 0, data(0, 2, 9));
    world.assign(&[(0, start)]);
    assert_eq!(world.fetches(), [(1, 0, 2)]);
    assert_eq!(world.take().as_deref(), Some("0..2"));
    world.assign(&[(1, start)]);
    assert_eq!(world.machine.assignment(), [partition(1)]);
    assert!(world.machine.position(&partition(0)).is_none());
    assert!(!world.machine.seek(&partition(0), start));
}
