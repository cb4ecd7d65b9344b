use super::super::machine::{Machine, NotTaken};
use super::super::{ProducerConfig, Record, TransactionConfig};
use super::*;
use crate::client::admin::Committer;
use crate::client::{ClusterView, Scope};
use crate::names::{LeaderEpoch, Offset, TopicName};
use crate::wire::StrBytes;
use crate::wire::messages::MetadataResponse;
use crate::wire::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};

const FIRST: (ProducerId, ProducerEpoch) = (ProducerId(7), ProducerEpoch(0));
const SECOND: (ProducerId, ProducerEpoch) = (ProducerId(7), ProducerEpoch(1));

/// A machine that has initialized transactions, and a clock.
struct World {
    machine: Transactions,
    protocol: Protocol,
    now: Instant,
}

fn partition() -> TopicPartition {
    TopicPartition::new("t", 0)
}

fn offsets() -> GroupOffsets {
    let group = GroupMetadata { group_id: "g".to_owned(), committer: Committer::outsider() };
    let at = CommittedOffset { offset: Offset(5), leader_epoch: LeaderEpoch(0), metadata: String::new() };
    GroupOffsets { group, offsets: BTreeMap::from([(partition(), at)]) }
}

fn refusal(code: ErrorCode) -> ClientError {
    ClientError::refused("x", code, None)
}

impl World {
    fn ready(protocol: Protocol) -> Self {
        let machine = Transactions::new("tx".to_owned());
        let mut world = Self { machine, protocol, now: Instant::now() };
        world.machine.init().unwrap();
        assert_eq!(world.asked(), Some(Request::Init));
        world.grant(Request::Init, Some(FIRST));
        assert!(matches!(world.machine.settled(), Some(Ok(()))));
        world
    }

    fn open(protocol: Protocol) -> Self {
        let mut world = Self::ready(protocol);
        world.machine.begin().unwrap();
        world
    }

    /// The next request while no batch is under way.
    fn asked(&mut self) -> Option<Request> {
        self.machine.poll(self.now, false).map(|ask| ask.request)
    }

    fn grant(&mut self, request: Request, producer: Option<(ProducerId, ProducerEpoch)>) {
        let told = Told { producer, protocol: self.protocol };
        self.machine.answered(self.now, request, Ok(told), 0.5);
    }

    fn refuse(&mut self, request: Request, code: ErrorCode) {
        self.machine.answered(self.now, request, Err(refusal(code)), 0.5);
    }

    /// Grants whatever is asked until nothing more is.
    fn grant_all(&mut self) -> Vec<Request> {
        let mut asked = Vec::new();
        while let Some(request) = self.asked() {
            let producer = match (&request, self.protocol) {
                (Request::Init, _) | (Request::End(_), Protocol::V2) => Some(SECOND),
                _ => None,
            };
            self.grant(request.clone(), producer);
            asked.push(request);
        }
        asked
    }
}

#[test]
fn the_first_protocol_tells_before_it_writes() {
    let mut world = World::open(Protocol::V1);
    world.machine.write_to(&partition());
    assert!(!world.machine.may_send(&partition()));
    assert_eq!(world.grant_all(), [Request::AddPartitions(vec![partition()])]);
    assert!(world.machine.may_send(&partition()));
    let number = world.machine.send_offsets(offsets()).unwrap();
    assert!(world.machine.offsets_settled(number).is_none());
    let group_id = "g".to_owned();
    assert_eq!(world.grant_all(), [Request::AddOffsets { group_id }, Request::CommitOffsets(offsets())]);
    assert!(matches!(world.machine.offsets_settled(number), Some(Ok(()))));
    world.machine.end(End::Commit).unwrap();
    assert_eq!(world.grant_all(), [Request::End(End::Commit)]);
    assert!(matches!(world.machine.settled(), Some(Ok(()))));
    assert_eq!(world.machine.producer(), Some(FIRST));
    // The next transaction tells anew.
    world.machine.begin().unwrap();
    world.machine.write_to(&partition());
    assert_eq!(world.asked(), Some(Request::AddPartitions(vec![partition()])));
}

#[test]
fn the_second_protocol_only_tells_the_end() {
    let mut world = World::open(Protocol::V2);
    world.machine.write_to(&partition());
    assert!(world.machine.may_send(&partition()));
    world.machine.send_offsets(offsets()).unwrap();
    assert_eq!(world.grant_all(), [Request::CommitOffsets(offsets())]);
    world.machine.end(End::Commit).unwrap();
    assert_eq!(world.grant_all(), [Request::End(End::Commit)]);
    assert_eq!(world.machine.producer(), Some(SECOND));
}

#[test]
fn an_empty_transaction_is_nobodys_business() {
    for protocol in [Protocol::V1, Protocol::V2] {
        for end in [End::Commit, End::Abort] {
            let mut world = World::open(protocol);
            world.machine.end(end).unwrap();
            assert_eq!(world.grant_all(), []);
            assert!(matches!(world.machine.settled(), Some(Ok(()))));
        }
    }
}

#[test]
fn the_end_waits_for_the_batches() {
    let mut world = World::open(Protocol::V2);
    world.machine.write_to(&partition());
    world.machine.end(End::Commit).unwrap();
    assert_eq!(world.machine.poll(world.now, true), None);
    assert_eq!(world.asked(), Some(Request::End(End::Commit)));
    assert_eq!(world.asked(), None, "one request at a time");
}

#[test]
fn what_passes_is_asked_again_after_a_pause() {
    for (code, pause_ms) in [
        (ErrorCode::NotCoordinator, 100),
        (ErrorCode::CoordinatorLoadInProgress, 100),
        (ErrorCode::ConcurrentTransactions, 20),
    ] {
        let mut world = World::open(Protocol::V1);
        world.machine.write_to(&partition());
        let request = world.asked().unwrap();
        world.refuse(request.clone(), code);
        assert_eq!(world.asked(), None);
        let due = world.now + std::time::Duration::from_millis(pause_ms);
        assert_eq!(world.machine.next_deadline(), Some(due));
        world.now = due;
        assert_eq!(world.asked(), Some(request), "{code:?}");
    }
}

#[test]
fn a_lost_batch_leaves_nothing_but_abort() {
    for (protocol, expected) in [
        (Protocol::V1, vec![Request::End(End::Abort), Request::Init]),
        (Protocol::V2, vec![Request::End(End::Abort)]),
    ] {
        let mut world = World::open(protocol);
        world.machine.write_to(&partition());
        world.grant_all();
        world.machine.batch_failed(&refusal(ErrorCode::OutOfOrderSequenceNumber));
        for outcome in [world.machine.check_open(), world.machine.end(End::Commit), world.machine.begin()] {
            assert!(matches!(outcome, Err(ClientError::MustAbort { .. })), "{outcome:?}");
        }
        world.machine.end(End::Abort).unwrap();
        assert_eq!(world.grant_all(), expected);
        assert!(matches!(world.machine.settled(), Some(Ok(()))));
        assert_eq!(world.machine.producer(), Some(SECOND));
        world.machine.begin().unwrap();
    }
}

#[test]
fn a_commit_that_lost_a_batch_fails_and_can_be_aborted() {
    let mut world = World::open(Protocol::V2);
    world.machine.write_to(&partition());
    world.machine.end(End::Commit).unwrap();
    world.machine.batch_failed(&refusal(ErrorCode::TransactionAbortable));
    assert!(matches!(world.machine.settled(), Some(Err(ClientError::MustAbort { .. }))));
    world.machine.end(End::Abort).unwrap();
    assert_eq!(world.grant_all(), [Request::End(End::Abort)]);
}

#[test]
fn whoever_is_fenced_is_out() {
    for code in [ErrorCode::ProducerFenced, ErrorCode::InvalidProducerEpoch] {
        let mut world = World::open(Protocol::V2);
        world.machine.write_to(&partition());
        world.machine.end(End::Commit).unwrap();
        let request = world.asked().unwrap();
        world.refuse(request, code);
        for outcome in
            [world.machine.settled().unwrap(), world.machine.end(End::Abort), world.machine.begin()]
        {
            assert_eq!(outcome.unwrap_err().code(), Some(ErrorCode::ProducerFenced));
        }
        assert_eq!(world.asked(), None);
    }
}

#[test]
fn an_epoch_that_batches_find_too_old_is_settled_by_the_end() {
    let mut world = World::open(Protocol::V2);
    world.machine.write_to(&partition());
    world.machine.batch_failed(&refusal(ErrorCode::InvalidProducerEpoch));
    world.machine.end(End::Abort).unwrap();
    let request = world.asked().unwrap();
    world.refuse(request, ErrorCode::ProducerFenced);
    assert!(world.machine.fatal().is_some());
}

#[test]
fn a_consumer_that_lost_its_place_aborts_the_transaction() {
    let mut world = World::open(Protocol::V2);
    let number = world.machine.send_offsets(offsets()).unwrap();
    let request = world.asked().unwrap();
    world.refuse(request, ErrorCode::IllegalGeneration);
    let outcome = world.machine.offsets_settled(number).unwrap();
    assert!(matches!(outcome, Err(ClientError::MustAbort { .. })));
}

/// Whether the coordinator took the partition is unknown: an end could be refused, so a new epoch ends it.
#[test]
fn an_abort_amid_repetitions_asks_for_a_new_epoch() {
    let mut world = World::open(Protocol::V1);
    world.machine.write_to(&partition());
    let request = world.asked().unwrap();
    world.refuse(request, ErrorCode::NotCoordinator);
    world.machine.end(End::Abort).unwrap();
    world.now += std::time::Duration::from_secs(1);
    assert_eq!(world.grant_all(), [Request::Init]);
    assert!(matches!(world.machine.settled(), Some(Ok(()))));
}

#[test]
fn the_cluster_may_learn_the_second_protocol_meanwhile() {
    let mut world = World::open(Protocol::V1);
    world.machine.write_to(&partition());
    world.grant_all();
    world.machine.end(End::Commit).unwrap();
    let request = world.asked().unwrap();
    world.protocol = Protocol::V2;
    world.grant(request, None);
    assert_eq!(world.grant_all(), [Request::Init]);
    assert_eq!(world.machine.protocol(), Protocol::V2);
}

#[test]
fn an_end_that_took_too_long_may_be_asked_for_again() {
    let mut world = World::open(Protocol::V2);
    world.machine.write_to(&partition());
    world.machine.end(End::Commit).unwrap();
    assert!(world.machine.settled().is_none());
    world.machine.end(End::Commit).unwrap();
    assert!(world.machine.end(End::Abort).is_err());
    world.grant_all();
    world.machine.end(End::Commit).unwrap();
    assert!(matches!(world.machine.settled(), Some(Ok(()))));
    assert!(world.machine.end(End::Commit).is_err(), "it has been told");
}

#[test]
fn orders_out_of_turn_are_refused() {
    let mut fresh = Transactions::new("tx".to_owned());
    assert!(fresh.begin().is_err());
    assert!(fresh.check_open().is_err());
    assert!(fresh.end(End::Commit).is_err());
    let mut world = World::ready(Protocol::V2);
    assert!(world.machine.init().is_err());
    assert!(world.machine.end(End::Abort).is_err());
    world.machine.begin().unwrap();
    assert!(world.machine.begin().is_err());
}

/// The machine of the producer around it, with a cluster of broker 1 that leads partition 0 of `t`.
fn producer(protocol: Protocol, now: Instant) -> (Machine, ClusterView) {
    let mut view = ClusterView::default();
    let broker = MetadataResponseBroker::default()
        .with_node_id(1.into())
        .with_host(StrBytes::from_static_str("b"))
        .with_port(1);
    let partition = MetadataResponsePartition::default().with_leader_id(1.into());
    let topic = MetadataResponseTopic::default()
        .with_name(Some(StrBytes::from_static_str("t").into()))
        .with_partitions(vec![partition]);
    view.apply(&MetadataResponse::default().with_brokers(vec![broker]).with_topics(vec![topic]), Scope::All);
    let config =
        ProducerConfig { transactions: Some(TransactionConfig::new("tx")), ..ProducerConfig::default() };
    let mut machine = Machine::new(config);
    machine.learn(view.topic("t").unwrap());
    machine.transactions.as_mut().unwrap().init().unwrap();
    let ask = machine.poll(now, &view).transaction.unwrap();
    machine.transaction_answered(now, ask.request, Ok(Told { producer: Some(FIRST), protocol }), 0.5);
    machine.transactions.as_mut().unwrap().begin().unwrap();
    (machine, view)
}

#[test]
fn batches_leave_when_the_coordinator_knows_their_partition() {
    let now = Instant::now();
    let (mut machine, view) = producer(Protocol::V1, now);
    let topic = TopicName::new("t");
    machine.append(&Record::new(&topic, b"v"), 0, now, || 0).unwrap();
    machine.hurry();
    let plan = machine.poll(now, &view);
    assert!(plan.sends.is_empty());
    let ask = plan.transaction.unwrap();
    machine.transaction_answered(now, ask.request, Ok(Told { producer: None, protocol: Protocol::V1 }), 0.5);
    let plan = machine.poll(now, &view);
    assert_eq!(plan.sends.len(), 1);
    assert_eq!(plan.sends[0].protocol, Some(Protocol::V1));
}

#[test]
fn an_abort_drops_what_waits_and_sends_nothing_of_it() {
    let now = Instant::now();
    let (mut machine, view) = producer(Protocol::V2, now);
    let topic = TopicName::new("t");
    machine.append(&Record::new(&topic, b"v"), 0, now, || 0).unwrap();
    machine.transactions.as_mut().unwrap().end(End::Abort).unwrap();
    machine.drop_waiting();
    let plan = machine.poll(now, &view);
    assert!(plan.sends.is_empty());
    assert_eq!(plan.transaction.unwrap().request, Request::End(End::Abort));
    assert_eq!(machine.stats().failed, 1);
    let refused = machine.append(&Record::new(&topic, b"v"), 0, now, || 0);
    assert!(matches!(refused, Err(NotTaken::Never(ClientError::Invalid { .. }))));
}
