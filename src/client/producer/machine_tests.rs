use std::time::Duration;

use super::super::Acks;
use super::super::batch::BatchSequence;
use super::*;
use crate::client::Scope;
use crate::names::{Offset, PartitionId, Uuid};
use crate::wire::messages::MetadataResponse;
use crate::wire::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use crate::wire::{ErrorCode, StrBytes};

/// A machine, a clock, and a cluster of broker 1 that leads every partition of topic `t`.
struct World {
    machine: Machine,
    view: ClusterView,
    now: Instant,
}

const VALUE: [u8; 100] = [b'v'; 100];

impl World {
    fn new(config: ProducerConfig, leaders: &[i32]) -> Self {
        let mut world =
            Self { machine: Machine::new(config), view: ClusterView::default(), now: Instant::now() };
        world.set_leaders(leaders);
        world.machine.learn(world.view.topic("t").unwrap());
        world
    }

    /// With a producer id, if the settings want one.
    fn ready(config: ProducerConfig, leaders: &[i32]) -> Self {
        let mut world = Self::new(config, leaders);
        if let ProducerState::Wanted(_) = world.machine.producer {
            world.give_id(7);
        }
        world
    }

    fn give_id(&mut self, id: i64) {
        self.machine.producer_id_answered(self.now, Ok((ProducerId(id), ProducerEpoch(0))), 0.5);
    }

    fn set_leaders(&mut self, leaders: &[i32]) {
        let broker = |id: i32| {
            MetadataResponseBroker::default()
                .with_node_id(id.into())
                .with_host(StrBytes::from_static_str("b"))
                .with_port(id)
        };
        let partitions = (0..).zip(leaders).map(|(index, leader)| {
            MetadataResponsePartition::default().with_partition_index(index).with_leader_id((*leader).into())
        });
        let topic = MetadataResponseTopic::default()
            .with_name(Some(StrBytes::from_static_str("t").into()))
            .with_topic_id(Uuid::from_u128(1))
            .with_partitions(partitions.collect());
        let response =
            MetadataResponse::default().with_brokers(vec![broker(1), broker(2)]).with_topics(vec![topic]);
        self.view.apply(&response, Scope::Asked);
    }

    fn append(&mut self, partition: i32) -> Result<Receipt, NotTaken> {
        let topic = TopicName::new("t");
        let record = Record { partition: Some(PartitionId(partition)), ..Record::new(&topic, &VALUE) };
        self.machine.append(&record, 0, self.now, || 0).map(|(receipt, _)| receipt)
    }

    fn poll(&mut self) -> Plan {
        self.machine.poll(self.now, &self.view)
    }

    fn pass(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
    }

    fn answer(&mut self, sent: SendOut, answer: Result<i64, ErrorCode>) {
        let answers = sent.batches.into_iter().map(|(queue, mut batch)| {
            batch.seal().unwrap();
            let answer = match answer {
                Ok(base) => Ok(Stored { base_offset: Some(Offset(base)), log_append_time_ms: None }),
                Err(code) => Err(Failure::from(ClientError::refused("t", code, None))),
            };
            (queue, batch, answer)
        });
        self.machine.answered(self.now, sent.leader, answers.collect(), 0.5);
    }
}

/// One record a batch, sent at once.
fn single(idempotence: bool) -> ProducerConfig {
    ProducerConfig { idempotence, batch_bytes: 1, linger: Duration::ZERO, ..ProducerConfig::default() }
}

fn sequences(plan: &Plan) -> Vec<(i64, i16, i32)> {
    plan.sends
        .iter()
        .flat_map(|send| &send.batches)
        .map(|(_, batch)| batch.sequence.unwrap())
        .map(|BatchSequence { id, epoch, base }| (id.0, epoch.0, base))
        .collect()
}

fn outcome(receipt: &Receipt) -> Option<Result<Option<i64>, String>> {
    let wait = std::pin::pin!(receipt.clone().wait());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match wait.poll(&mut context) {
        std::task::Poll::Ready(Ok(delivery)) => Some(Ok(delivery.offset.map(|offset| offset.0))),
        std::task::Poll::Ready(Err(error)) => Some(Err(error.to_string())),
        std::task::Poll::Pending => None,
    }
}

#[test]
fn a_batch_leaves_when_full_or_late_or_hurried() {
    let config = ProducerConfig {
        idempotence: false,
        batch_bytes: 400,
        linger: Duration::from_millis(5),
        ..ProducerConfig::default()
    };
    let mut world = World::ready(config.clone(), &[1]);
    world.append(0).unwrap();
    let plan = world.poll();
    assert!(plan.sends.is_empty());
    assert_eq!(plan.next_deadline, Some(world.now + Duration::from_millis(5)));
    world.pass(5);
    assert_eq!(world.poll().sends.len(), 1);

    let mut world = World::ready(config.clone(), &[1]);
    for _ in 0..4 {
        world.append(0).unwrap();
    }
    let plan = world.poll();
    assert_eq!(plan.sends.len(), 1, "a following batch has begun, so the first waits no longer");
    assert_eq!(plan.sends[0].batches[0].1.record_count, 2);

    let mut world = World::ready(config, &[1]);
    world.append(0).unwrap();
    world.machine.hurry();
    assert_eq!(world.poll().sends.len(), 1);
}

#[test]
fn receipts_tell_the_offset_of_their_record() {
    let mut world =
        World::ready(ProducerConfig { linger: Duration::ZERO, ..ProducerConfig::default() }, &[1]);
    let receipts = [world.append(0).unwrap(), world.append(0).unwrap()];
    let sent = world.poll().sends.remove(0);
    assert_eq!(outcome(&receipts[1]), None);
    world.answer(sent, Ok(40));
    assert_eq!(outcome(&receipts[0]), Some(Ok(Some(40))));
    assert_eq!(outcome(&receipts[1]), Some(Ok(Some(41))));
    assert_eq!(world.machine.buffered_bytes, 0);
    assert!(world.machine.incomplete().is_empty());
}

#[test]
fn nothing_is_sent_before_the_producer_id_is_known() {
    let mut world = World::new(single(true), &[1]);
    assert!(!world.poll().ask_producer_id, "no record, no question");
    world.append(0).unwrap();
    let plan = world.poll();
    assert!(plan.ask_producer_id && plan.sends.is_empty());
    assert!(!world.poll().ask_producer_id, "asked once at a time");
    let loading = ClientError::refused("id", ErrorCode::CoordinatorLoadInProgress, None);
    world.machine.producer_id_answered(world.now, Err(loading), 0.5);
    let plan = world.poll();
    assert!(!plan.ask_producer_id);
    assert_eq!(plan.next_deadline, Some(world.now + Duration::from_millis(100)));
    world.pass(100);
    assert!(world.poll().ask_producer_id);
    world.give_id(7);
    assert_eq!(sequences(&world.poll()), [(7, 0, 0)]);
}

#[test]
fn a_refused_producer_id_fails_what_waits_and_what_comes() {
    let mut world = World::new(single(true), &[1]);
    let receipt = world.append(0).unwrap();
    world.poll();
    let refusal = ClientError::refused("producer id", ErrorCode::ClusterAuthorizationFailed, None);
    world.machine.producer_id_answered(world.now, Err(refusal), 0.5);
    world.poll();
    assert!(outcome(&receipt).unwrap().unwrap_err().contains("CLUSTER_AUTHORIZATION_FAILED"));
    assert!(matches!(world.append(0), Err(NotTaken::Never(_))));
}

/// J25: when the first of several fails, those behind it fail too, and all go again in order, one by one until the
/// broker is past them, under the sequences they had.
#[test]
fn order_and_sequences_survive_retries() {
    let mut world = World::ready(single(true), &[1]);
    let receipts: Vec<Receipt> = (0..3).map(|_| world.append(0).unwrap()).collect();
    let plan = world.poll();
    assert_eq!(sequences(&plan), [(7, 0, 0), (7, 0, 1), (7, 0, 2)]);
    let errors = [
        ErrorCode::NotLeaderOrFollower,
        ErrorCode::OutOfOrderSequenceNumber,
        ErrorCode::OutOfOrderSequenceNumber,
    ];
    for (sent, error) in plan.sends.into_iter().zip(errors) {
        world.answer(sent, Err(error));
        assert!(world.poll().sends.is_empty(), "nothing overtakes the first");
    }
    world.append(0).unwrap();
    world.pass(100);
    for sequence in 0..2 {
        let plan = world.poll();
        assert_eq!(sequences(&plan), [(7, 0, sequence)]);
        world.answer(plan.sends.into_iter().next().unwrap(), Ok(i64::from(sequence)));
    }
    let plan = world.poll();
    assert_eq!(sequences(&plan), [(7, 0, 2), (7, 0, 3)], "a new record may follow the last repetition");
    for (sent, base) in plan.sends.into_iter().zip(2..) {
        world.answer(sent, Ok(base));
    }
    assert_eq!(outcome(&receipts[2]), Some(Ok(Some(2))));
    assert_eq!(world.machine.stats().retries, 3);
}

/// KIP-360: when the broker has lost track, the epoch rises and sequences start over; other partitions follow when
/// they have nothing out.
#[test]
fn a_lost_sequence_starts_a_new_epoch() {
    let mut world = World::ready(single(true), &[1, 1]);
    world.append(0).unwrap();
    let stored = world.poll().sends.remove(0);
    world.answer(stored, Ok(0));
    world.append(0).unwrap();
    world.append(0).unwrap();
    world.append(1).unwrap();
    let mut plan = world.poll();
    assert_eq!(sequences(&plan), [(7, 0, 1), (7, 0, 0), (7, 0, 2)]);
    let mut second = plan.sends.pop().unwrap();
    let mut first = plan.sends.pop().unwrap();
    assert_eq!((first.batches.len(), second.batches.len()), (2, 1));
    let other = SendOut { leader: first.leader, protocol: None, batches: vec![first.batches.pop().unwrap()] };
    world.answer(first, Err(ErrorCode::OutOfOrderSequenceNumber));
    assert!(world.poll().sends.is_empty(), "the other batch is still out");
    second.leader = BrokerId(1);
    world.answer(second, Err(ErrorCode::OutOfOrderSequenceNumber));
    world.append(1).unwrap();
    let plan = world.poll();
    assert_eq!(sequences(&plan), [(7, 1, 0), (7, 0, 1)], "repetitions go one by one");
    world.answer(other, Ok(0));
    for sent in plan.sends {
        world.answer(sent, Ok(5));
    }
    world.append(1).unwrap();
    assert_eq!(
        sequences(&world.poll()),
        [(7, 1, 1), (7, 1, 0)],
        "partition 1 adopts the epoch once it is idle"
    );
}

#[test]
fn a_failed_batch_leaves_no_gap_in_the_sequences() {
    let mut world = World::ready(single(true), &[1]);
    let refused = world.append(0).unwrap();
    world.append(0).unwrap();
    let mut plan = world.poll();
    let second = plan.sends.pop().unwrap();
    world.answer(plan.sends.pop().unwrap(), Err(ErrorCode::InvalidRecord));
    assert!(outcome(&refused).unwrap().unwrap_err().contains("INVALID_RECORD"));
    world.answer(second, Err(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(sequences(&world.poll()), [(7, 1, 0)]);
}

#[test]
fn used_up_epochs_and_strangers_need_a_new_id() {
    let mut world = World::ready(single(true), &[1]);
    world.append(0).unwrap();
    let sent = world.poll().sends.remove(0);
    world.answer(sent, Err(ErrorCode::InvalidProducerEpoch));
    assert!(world.poll().ask_producer_id);
    world.give_id(8);
    assert_eq!(sequences(&world.poll()), [(8, 0, 0)]);

    let mut world = World::new(single(true), &[1]);
    world.machine.producer_id_answered(world.now, Ok((ProducerId(7), ProducerEpoch(i16::MAX))), 0.5);
    world.append(0).unwrap();
    let sent = world.poll().sends.remove(0);
    world.answer(sent, Err(ErrorCode::OutOfOrderSequenceNumber));
    assert!(world.poll().ask_producer_id);
}

#[test]
fn records_are_given_up_after_the_delivery_timeout() {
    let config = ProducerConfig { delivery_timeout: Duration::from_secs(2), ..single(true) };
    let mut world = World::ready(config.clone(), &[-1]);
    let receipt = world.append(0).unwrap();
    let plan = world.poll();
    assert_eq!(plan.refresh, [TopicName::new("t")], "nobody leads: ask again");
    assert_eq!(plan.next_deadline, Some(world.now + Duration::from_secs(2)));
    world.pass(2_000);
    world.poll();
    let text = outcome(&receipt).unwrap().unwrap_err();
    assert_eq!(text, "records for t-0: not done within 2000 ms: t-0 has no leader at the moment");
    assert_eq!((world.machine.stats().failed, world.machine.buffered_bytes), (1, 0));

    let mut world = World::ready(config.clone(), &[1]);
    let refused = world.append(0).unwrap();
    let sent = world.poll().sends.remove(0);
    world.answer(sent, Err(ErrorCode::KafkaStorageError));
    world.pass(2_000);
    world.poll();
    let text = outcome(&refused).unwrap().unwrap_err();
    assert!(text.ends_with("(KAFKA_STORAGE_ERROR)"), "the last answer is the reason: {text}");

    let mut world = World::ready(config, &[1]);
    let late = world.append(0).unwrap();
    let sent = world.poll().sends.remove(0);
    world.pass(2_000);
    world.poll();
    assert_eq!(outcome(&late), None, "what is out may still be answered");
    world.answer(sent, Err(ErrorCode::NotEnoughReplicas));
    assert!(outcome(&late).unwrap().is_err());
    world.append(0).unwrap();
    assert_eq!(
        sequences(&world.poll()),
        [(7, 1, 0)],
        "whether it was stored is unknown, so its sequence is not reused"
    );
}

#[test]
fn refreshes_pause_while_a_leader_is_missing() {
    let mut world = World::ready(single(true), &[-1]);
    world.append(0).unwrap();
    assert_eq!(world.poll().refresh.len(), 1);
    assert!(world.poll().refresh.is_empty(), "one at a time");
    world.machine.refreshed(world.now, &world.view, true, 0.5);
    let plan = world.poll();
    assert!(plan.refresh.is_empty());
    assert_eq!(plan.next_deadline, Some(world.now + Duration::from_millis(100)));
    world.pass(100);
    assert_eq!(world.poll().refresh.len(), 1);
    world.set_leaders(&[2]);
    world.machine.refreshed(world.now, &world.view, true, 0.5);
    assert_eq!(world.poll().sends[0].leader, BrokerId(2));
}

#[test]
fn the_buffer_is_bounded_and_comes_free_again() {
    let mut world = World::ready(ProducerConfig { buffer_bytes: 500, ..single(true) }, &[1]);
    let mut taken = 0;
    while world.append(0).is_ok() {
        taken += 1;
    }
    assert_eq!(taken, 2);
    assert!(matches!(world.append(0), Err(NotTaken::Full)));
    let sent = world.poll().sends.remove(0);
    world.answer(sent, Ok(0));
    assert!(world.append(0).is_ok());
    let topic = TopicName::new("t");
    let huge = [0; 500];
    let record = Record::new(&topic, &huge);
    assert!(matches!(
        world.machine.append(&record, 0, world.now, || 0),
        Err(NotTaken::Never(ClientError::RecordTooLarge { .. }))
    ));
}

#[test]
fn a_batch_too_large_is_split_until_it_fits() {
    let config = ProducerConfig { linger: Duration::ZERO, ..ProducerConfig::default() };
    let mut world = World::ready(config, &[1]);
    let receipts: Vec<Receipt> = (0..3).map(|_| world.append(0).unwrap()).collect();
    let sent = world.poll().sends.remove(0);
    world.answer(sent, Err(ErrorCode::MessageTooLarge));
    let plan = world.poll();
    assert_eq!(sequences(&plan), [(7, 0, 0)], "the halves are repetitions: one at a time");
    world.answer(plan.sends.into_iter().next().unwrap(), Ok(10));
    let sent = world.poll().sends.remove(0);
    assert_eq!(sent.batches[0].1.sequence.unwrap().base, 1);
    world.answer(sent, Err(ErrorCode::MessageTooLarge));
    for base in [11, 12] {
        let sent = world.poll().sends.remove(0);
        world.answer(sent, Ok(base));
    }
    let offsets: Vec<_> = receipts.iter().map(|receipt| outcome(receipt).unwrap().unwrap()).collect();
    assert_eq!(offsets, [Some(10), Some(11), Some(12)]);
    assert_eq!(world.machine.buffered_bytes, 0);
}

#[test]
fn without_idempotence_order_is_kept_by_waiting() {
    let mut world = World::ready(single(false), &[1]);
    world.append(0).unwrap();
    world.append(0).unwrap();
    let mut plan = world.poll();
    assert_eq!(plan.sends.len(), 1);
    world.answer(plan.sends.remove(0), Err(ErrorCode::NotEnoughReplicas));
    world.pass(100);
    let sent = world.poll().sends.remove(0);
    world.answer(sent, Ok(0));
    assert_eq!(world.poll().sends.len(), 1);

    let mut world = World::ready(ProducerConfig { acks: Acks::None, ..single(false) }, &[1]);
    world.append(0).unwrap();
    world.append(0).unwrap();
    assert_eq!(world.poll().sends.len(), 2, "what nobody answers cannot be waited for");
}

#[test]
fn requests_in_flight_are_bounded_per_broker() {
    let mut world = World::ready(single(true), &[1, 2]);
    for _ in 0..9 {
        world.append(0).unwrap();
    }
    world.append(1).unwrap();
    let plan = world.poll();
    let to = |leader: i32| plan.sends.iter().filter(|send| send.leader == BrokerId(leader)).count();
    assert_eq!((to(1), to(2)), (5, 1));
}
