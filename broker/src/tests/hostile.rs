//! Requests about groups and transactions that no good client sends: each is answered in Kafka's words, soon, and leaves
//! nothing behind.

use std::time::{Duration, Instant};

use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::transactional::{OffsetCommit, PROTOCOLS, Producer, Protocol, error, group_id, start};
use super::*;

/// No request here may take longer, however loaded the machine.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);

/// The longest text of Kafka's wire.
const TEXT_BYTES_MAX: usize = i16::MAX as usize;

fn soon<R>(what: &str, ask: impl FnOnce() -> R) -> R {
    let began = Instant::now();
    let answer = ask();
    assert!(began.elapsed() < ANSWERED_WITHIN, "{what} took {:?}", began.elapsed());
    answer
}

// ---- Groups ---------------------------------------------------------------------------------------------------

fn beat(
    client: &mut Client,
    member: &str,
    change: impl FnOnce(&mut ConsumerGroupHeartbeatRequest),
) -> ErrorCode {
    let mut request = ConsumerGroupHeartbeatRequest::default()
        .with_group_id(group_id("readers"))
        .with_member_id(StrBytes::from_string(member.to_owned()))
        .with_rebalance_timeout_ms(60_000)
        .with_subscribed_topic_names(Some(Vec::new()))
        .with_topic_partitions(Some(Vec::new()));
    change(&mut request);
    let answer: ConsumerGroupHeartbeatResponse = client.ask(ApiKey::ConsumerGroupHeartbeat, 1, &request);
    error(answer.error_code)
}

fn text(text: impl Into<String>) -> Option<StrBytes> {
    Some(StrBytes::from_string(text.into()))
}

fn group_count(broker: &TestBroker) -> usize {
    broker.broker.groups.list().unwrap().len()
}

#[test]
fn heartbeats_that_nobody_means() {
    use ErrorCode::*;
    type Change = fn(&mut ConsumerGroupHeartbeatRequest);
    let cases: [(&str, Change, ErrorCode); 10] = [
        ("no group", |it| it.group_id = group_id(""), InvalidRequest),
        ("no member", |it| it.member_id = StrBytes::default(), InvalidRequest),
        ("an epoch from nowhere", |it| it.member_epoch = i32::MIN, InvalidRequest),
        ("an epoch of a group that is not there", |it| it.member_epoch = i32::MAX, GroupIdNotFound),
        ("leaves a group that is not there", |it| it.member_epoch = -1, GroupIdNotFound),
        ("leaves for now, but is nobody", |it| it.member_epoch = -2, InvalidRequest),
        ("an empty instance", |it| it.instance_id = text(""), InvalidRequest),
        (
            "an assignor nobody has",
            |it| it.server_assignor = text("x".repeat(TEXT_BYTES_MAX)),
            UnsupportedAssignor,
        ),
        ("an expression that is none", |it| it.subscribed_topic_regex = text("["), InvalidRegularExpression),
        (
            "more topics than a record holds",
            |it| {
                let names = (0..100_000).map(|index| TopicName(text(format!("topic-{index}")).unwrap()));
                it.subscribed_topic_names = Some(names.collect());
            },
            UnknownServerError,
        ),
    ];
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    for (what, change, code) in cases {
        assert_eq!(soon(what, || beat(&mut client, "m", change)), code, "{what}");
        assert_eq!(group_count(&broker), 0, "{what} left a group");
    }
    assert_eq!(beat(&mut client, "m", |_| ()), None, "and a good one is served");
}

/// Kafka reads no text of more than 32,767 bytes: whoever sends one is cut off, and nobody else.
#[test]
fn texts_that_are_too_long() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut good = broker.client();
    for bytes in [TEXT_BYTES_MAX + 1, 10 << 20] {
        let request = ConsumerGroupHeartbeatRequest::default()
            .with_group_id(group_id("readers"))
            .with_member_id(StrBytes::from_string("m".repeat(bytes)));
        let mut client = broker.client();
        client.send(ApiKey::ConsumerGroupHeartbeat, 1, &request);
        assert!(client.is_closed(), "{bytes}");
        assert_eq!(beat(&mut good, "good", |_| ()), ErrorCode::None);
    }
}

/// Expressions that take other engines for ever are refused or answered, and others are served meanwhile.
#[test]
fn expressions_of_catastrophic_shape() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    let shapes = [
        "(a*)*b".to_owned(),
        "(a|a)*".repeat(200),
        "(.*)(.*)(.*)(.*)(.*)x".to_owned(),
        "((((a{1000}){1000}){1000}){1000})".to_owned(),
        "(".repeat(30_000),
        format!("{}a{}", "(".repeat(16_000), ")".repeat(16_000)),
        r"\pL".repeat(10_000),
        "[".repeat(32_000),
        "a?".repeat(8_000) + &"a".repeat(8_000),
        "x".repeat(TEXT_BYTES_MAX),
    ];
    for (index, shape) in shapes.into_iter().enumerate() {
        let what = format!("{} … of {} bytes", &shape[..shape.len().min(20)], shape.len());
        let code = soon(&what, || {
            beat(&mut client, &format!("m{index}"), |it| it.subscribed_topic_regex = text(shape))
        });
        assert!(matches!(code, ErrorCode::None | ErrorCode::InvalidRegularExpression), "{what}: {code:?}");
        assert_eq!(soon("another member", || beat(&mut broker.client(), "good", |_| ())), ErrorCode::None);
    }
}

fn join_request(member: StrBytes, metadata: Bytes) -> JoinGroupRequest {
    let protocol = join_group_request::JoinGroupRequestProtocol::default()
        .with_name(StrBytes::from_static_str("range"))
        .with_metadata(metadata);
    JoinGroupRequest::default()
        .with_group_id(group_id("readers"))
        .with_session_timeout_ms(10_000)
        .with_rebalance_timeout_ms(10_000)
        .with_member_id(member)
        .with_protocol_type(StrBytes::from_static_str("consumer"))
        .with_protocols(vec![protocol])
}

#[test]
fn classic_requests_that_nobody_means() {
    use ErrorCode::*;
    type Change = fn(&mut JoinGroupRequest);
    let cases: [(&str, Change, ErrorCode); 8] = [
        ("no group", |it| it.group_id = group_id(""), InvalidGroupId),
        ("no time", |it| it.session_timeout_ms = 0, InvalidSessionTimeout),
        ("less than no time", |it| it.session_timeout_ms = i32::MIN, InvalidSessionTimeout),
        ("all the time in the world", |it| it.session_timeout_ms = i32::MAX, InvalidSessionTimeout),
        ("a member of a group that is not there", |it| it.member_id = text("m").unwrap(), UnknownMemberId),
        ("no protocol type", |it| it.protocol_type = StrBytes::default(), InconsistentGroupProtocol),
        ("no protocols", |it| it.protocols.clear(), InconsistentGroupProtocol),
        (
            "a thousand protocols",
            |it| {
                let protocol = it.protocols.remove(0);
                let named = |index| protocol.clone().with_name(text(format!("p{index}")).unwrap());
                it.protocols = (0..1_000).map(named).collect();
            },
            InconsistentGroupProtocol,
        ),
    ];
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[("group.initial.rebalance.delay.ms", "0")]);
    let mut client = broker.client();
    for (what, change, code) in cases {
        let mut request = join_request(StrBytes::default(), Bytes::from_static(b"x"));
        change(&mut request);
        let answer: JoinGroupResponse = soon(what, || client.ask(ApiKey::JoinGroup, 9, &request));
        assert_eq!(error(answer.error_code), code, "{what}");
        assert_eq!(group_count(&broker), 0, "{what} left a group");
    }
}

/// Metadata of ten megabytes: a group keeps no more than a bound of it, and what no record holds is not stored.
#[test]
fn metadata_of_ten_megabytes() {
    const BYTES: usize = 10 << 20;
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[("group.initial.rebalance.delay.ms", "60000")]);
    let mut refused = 0;
    let mut parked = Vec::new();
    for _ in 0..8 {
        let mut client = broker.client();
        let request = join_request(StrBytes::default(), vec![b'x'; BYTES].into());
        let named: JoinGroupResponse = client.ask(ApiKey::JoinGroup, 9, &request);
        match error(named.error_code) {
            ErrorCode::MemberIdRequired => {}
            ErrorCode::GroupMaxSizeReached => {
                refused += 1;
                continue;
            }
            other => panic!("{other:?}"),
        }
        client.send(ApiKey::JoinGroup, 9, &join_request(named.member_id, vec![b'x'; BYTES].into()));
        // Its join is parked once the next request of the same member is answered.
        parked.push(client);
        let members = broker.broker.groups.clone();
        until("the join is parked", || {
            members
                .describe("readers")
                .is_ok_and(|group| group.is_ok_and(|it| it.members.len() == parked.len()))
        });
    }
    assert_eq!((parked.len(), refused), (6, 2), "64 MiB are the most");

    let mut producer = Producer::started(&broker, "big", Protocol::Implicit);
    let metadata = "m".repeat(TEXT_BYTES_MAX);
    let commit = OffsetCommit { metadata, ..OffsetCommit::default() };
    assert_eq!(producer.commit_offset_as(&commit, 5), ErrorCode::OffsetMetadataTooLarge);
}

/// The limits of a group's size hold however many come, and those who come too late are told soon.
#[test]
fn groups_have_a_greatest_size() {
    const COMING: usize = 2_000;
    const MEMBERS_MAX: usize = 100;
    let directory = tempfile::tempdir().unwrap();
    let limit = MEMBERS_MAX.to_string();
    let broker = start(
        directory.path(),
        &[("group.max.size", limit.as_str()), ("group.consumer.max.size", limit.as_str())],
    );
    let mut client = broker.client();
    let codes: Vec<ErrorCode> = soon("all of them", || {
        (0..COMING).map(|index| beat(&mut client, &format!("m{index}"), |_| ())).collect()
    });
    let told = |code| codes.iter().filter(|&&it| it == code).count();
    assert_eq!(
        (told(ErrorCode::None), told(ErrorCode::GroupMaxSizeReached)),
        (MEMBERS_MAX, COMING - MEMBERS_MAX)
    );
    let described = broker.broker.groups.describe_consumer("readers").unwrap().unwrap();
    assert_eq!(described.members.len(), MEMBERS_MAX);
}

// ---- Transactions ---------------------------------------------------------------------------------------------

fn init(client: &mut Client, change: impl FnOnce(&mut InitProducerIdRequest)) -> ErrorCode {
    let mut request = InitProducerIdRequest::default()
        .with_transactional_id(Some(TransactionalId(StrBytes::from_static_str("copier"))))
        .with_transaction_timeout_ms(60_000)
        .with_producer_id((-1).into())
        .with_producer_epoch(-1);
    change(&mut request);
    let answer: InitProducerIdResponse = client.ask(ApiKey::InitProducerId, 5, &request);
    assert!(answer.error_code == 0 || (answer.producer_id.0, answer.producer_epoch) == (-1, -1));
    error(answer.error_code)
}

#[test]
fn producers_that_are_not_who_they_say() {
    use ErrorCode::*;
    type Change = fn(&mut InitProducerIdRequest);
    let cases: [(&str, Change, ErrorCode); 8] = [
        ("no name", |it| it.transactional_id = Some(TransactionalId::default()), InvalidRequest),
        ("no time", |it| it.transaction_timeout_ms = 0, InvalidTransactionTimeout),
        ("less than no time", |it| it.transaction_timeout_ms = i32::MIN, InvalidTransactionTimeout),
        ("too much time", |it| it.transaction_timeout_ms = 900_001, InvalidTransactionTimeout),
        ("an id without an epoch", |it| it.producer_id = 5.into(), InvalidRequest),
        ("an epoch without an id", |it| it.producer_epoch = 5, InvalidRequest),
        ("a good one", |_| (), None),
        (
            "somebody else",
            |it| (it.producer_id, it.producer_epoch) = (i64::MAX.into(), i16::MAX),
            ProducerFenced,
        ),
    ];
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    for (what, change, code) in cases {
        assert_eq!(soon(what, || init(&mut client, change)), code, "{what}");
    }
    assert_eq!(broker.broker.transactions.list(&Default::default()).unwrap().len(), 1);
}

#[test]
fn partitions_that_cannot_join_a_transaction() {
    use ErrorCode::*;
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut producer = Producer::started(&broker, "copier", Protocol::Announcing);
    for (partitions, codes) in [
        (&[("nowhere", 0), ("orders", 0)][..], &[UnknownTopicOrPartition, OperationNotAttempted][..]),
        (&[("orders", 2)], &[UnknownTopicOrPartition]),
        (&[("orders", -1)], &[UnknownTopicOrPartition]),
        (&[("__consumer_offsets", 0)], &[TopicAuthorizationFailed]),
        (&[("orders", 0), ("orders", 0)], &[None, None]),
    ] {
        assert_eq!(producer.add(partitions, 3), codes, "{partitions:?}");
    }
    let many: Vec<(String, i32)> = (0..50_000).map(|index| (format!("topic-{index}"), index)).collect();
    let many: Vec<(&str, i32)> = many.iter().map(|(topic, partition)| (topic.as_str(), *partition)).collect();
    let codes = soon("fifty thousand partitions", || producer.add(&many, 3));
    assert!(codes.len() == many.len() && codes.iter().all(|&code| code == UnknownTopicOrPartition));
    let known = broker.broker.transactions.describe("copier").unwrap();
    assert_eq!(known.partitions.len(), 1, "nothing of what was refused is kept");

    let good = (producer.id, producer.epoch, producer.name.clone());
    for (id, epoch, name, code) in [
        (good.0 + 1, good.1, "copier", InvalidProducerIdMapping),
        (-1, -1, "copier", InvalidProducerIdMapping),
        (good.0, good.1 + 1, "copier", ProducerFenced),
        (good.0, good.1 - 1, "copier", ProducerFenced),
        (good.0, i16::MIN, "copier", ProducerFenced),
        (good.0, good.1, "stranger", InvalidProducerIdMapping),
    ] {
        (producer.id, producer.epoch, producer.name) = (id, epoch, name.to_owned());
        assert_eq!(producer.add(&[("orders", 1)], 3), [code], "{id} {epoch} {name}");
        assert_eq!(producer.end(true), code, "{id} {epoch} {name}");
    }
    (producer.id, producer.epoch, producer.name) = good;
    assert_eq!(producer.end(true), None);
}

#[test]
fn ends_that_come_twice_or_out_of_turn() {
    use ErrorCode::*;
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    for (protocol, nothing_to_commit, opposite) in [
        (Protocol::Announcing, InvalidTxnState, InvalidTxnState),
        (Protocol::Implicit, InvalidTxnState, InvalidTxnState),
    ] {
        let mut producer = Producer::started(&broker, &format!("{protocol:?}"), protocol);
        assert_eq!(producer.end(true), nothing_to_commit, "{protocol:?}");
        assert_eq!(producer.produce(0, "a"), None);
        let before = (producer.id, producer.epoch);
        assert_eq!(producer.end(true), None);
        until("it is done", || producer.state() == "CompleteCommit");
        let after = (producer.id, producer.epoch);
        (producer.id, producer.epoch) = before;
        assert_eq!(producer.end(true), None, "{protocol:?}: the answer was lost, it asks again");
        assert_eq!((producer.id, producer.epoch), after, "{protocol:?}: and is told the same");
        (producer.id, producer.epoch) = before;
        assert_eq!(producer.end(false), opposite, "{protocol:?}");
    }
}

#[test]
fn records_and_offsets_outside_of_any_transaction() {
    use ErrorCode::*;
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut producer = Producer::started(&broker, "copier", Protocol::Announcing);
    for (version, code) in [(11, TransactionAbortable), (10, InvalidTxnState), (3, InvalidTxnState)] {
        assert_eq!(producer.produce_in(0, "stray", version), code, "produce v{version}");
    }
    for (version, code) in [(4, TransactionAbortable), (3, InvalidTxnState)] {
        let commit = OffsetCommit::default();
        assert_eq!(producer.commit_offset_as(&commit, version), code, "TxnOffsetCommit v{version}");
    }
    assert_eq!(broker.partition("orders", 0).bounds().log_end_offset, kafkactl_core::names::Offset(0));
    let member =
        |member: &'static str, generation| OffsetCommit { member, generation, ..OffsetCommit::default() };
    for (what, commit, code) in [
        ("a generation of no group", member("m", 5), IllegalGeneration),
        ("no group", OffsetCommit { group: "", ..OffsetCommit::default() }, InvalidGroupId),
        ("no topic", OffsetCommit { topic: "nowhere", ..OffsetCommit::default() }, UnknownTopicOrPartition),
        ("nobody in particular", OffsetCommit::default(), None),
        ("a member of a group without members", member("m", 5), UnknownMemberId),
    ] {
        for protocol in PROTOCOLS {
            let mut producer = Producer::started(&broker, &format!("{what} {protocol:?}"), protocol);
            assert_eq!(producer.produce(1, "a"), None);
            let version = if protocol == Protocol::Implicit { 5 } else { 3 };
            if protocol == Protocol::Announcing {
                assert_eq!(producer.add_offsets(commit.group), None, "{what}");
            }
            let told = soon(what, || producer.commit_offset_as(&commit, version));
            assert_eq!(told, code, "{what} {protocol:?}");
            assert_eq!(producer.end(false), None);
        }
    }
}
