//! Requests about transactions that no good client sends.

use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::super::transactional::{OffsetCommit, PROTOCOLS, Producer, Protocol, error, start};
use super::*;

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
        assert_eq!(soon(&broker, what, || init(&mut client, change)), code, "{what}");
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
    let many: Vec<(String, i32)> = (0..MANY as i32).map(|index| (format!("topic-{index}"), index)).collect();
    let many: Vec<(&str, i32)> = many.iter().map(|(topic, partition)| (topic.as_str(), *partition)).collect();
    let codes = soon(&broker, "a hundred thousand partitions", || producer.add(&many, 3));
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

/// Before the first group there is no topic that keeps offsets.
#[test]
fn offsets_that_no_topic_keeps_yet() {
    use ErrorCode::*;
    let cases = [
        ("true", 3, CoordinatorNotAvailable),
        ("false", 3, NotCoordinator),
        ("false", 5, CoordinatorNotAvailable),
    ];
    for (verifies, version, code) in cases {
        let directory = tempfile::tempdir().unwrap();
        let settings = [("transaction.partition.verification.enable", verifies)];
        let broker = TestBroker::start_with(directory.path(), &[("orders", 1, &[])], &settings);
        let mut producer = Producer::new(&broker, "copier", Protocol::Announcing);
        (producer.id, producer.epoch) = (7, 0);
        let told = producer.commit_offset_as(&OffsetCommit::default(), version);
        assert_eq!(told, code, "v{version}, {verifies}");
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
            let told = soon(&broker, what, || producer.commit_offset_as(&commit, version));
            assert_eq!(told, code, "{what} {protocol:?}");
            assert_eq!(producer.end(false), None);
        }
    }
}

/// Offsets announced for a group, and ends, by producers that are not who they say, under the protocol of today.
#[test]
fn fenced_producers_announce_and_end_nothing() {
    use ErrorCode::*;
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut producer = Producer::started(&broker, "copier", Protocol::Implicit);
    assert_eq!(producer.produce(0, "a"), None);
    let good = (producer.id, producer.epoch);
    for (id, epoch, code) in [
        (good.0, good.1 + 1, ProducerFenced),
        (good.0, i16::MAX, ProducerFenced),
        (good.0, i16::MIN, ProducerFenced),
        (good.0, -1, ProducerFenced),
        (good.0 + 1, good.1, InvalidProducerIdMapping),
        (i64::MAX, good.1, InvalidProducerIdMapping),
        (-1, -1, InvalidProducerIdMapping),
    ] {
        (producer.id, producer.epoch) = (id, epoch);
        assert_eq!(soon(&broker, "an end", || producer.end(true)), code, "end of {id} {epoch}");
        assert_eq!(
            soon(&broker, "offsets", || producer.add_offsets("copy")),
            code,
            "offsets of {id} {epoch}"
        );
        let told = soon(&broker, "a commit", || producer.commit_offset("copy", 1));
        let old_name = if code == ProducerFenced { InvalidProducerEpoch } else { code };
        assert!([code, old_name].contains(&told), "commit of {id} {epoch}: {told:?}");
    }
    (producer.id, producer.epoch) = good;
    let known = broker.broker.transactions.describe("copier").unwrap();
    assert_eq!(known.partitions.len(), 1, "nothing of what was refused is kept");
    assert_eq!(producer.end(true), None);
}

/// What brokers ask each other, a hundred thousand times in one request.
#[test]
fn a_hundred_thousand_transactions_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    let topic = add_partitions_to_txn_request::AddPartitionsToTxnTopic::default()
        .with_name(super::super::transactional::topic_name("orders"))
        .with_partitions(vec![0]);
    let asked = |index: usize| {
        add_partitions_to_txn_request::AddPartitionsToTxnTransaction::default()
            .with_transactional_id(TransactionalId(named(format!("t{index}"))))
            .with_verify_only(index.is_multiple_of(2))
            .with_topics(vec![topic.clone()])
    };
    let request = AddPartitionsToTxnRequest::default().with_transactions((0..MANY).map(asked).collect());
    let answer: AddPartitionsToTxnResponse =
        soon(&broker, "additions", || client.ask(ApiKey::AddPartitionsToTxn, 5, &request));
    let partitions = answer.results_by_transaction.iter().flat_map(|it| &it.topic_results);
    let codes = partitions.flat_map(|it| &it.results_by_partition).map(|it| it.partition_error_code);
    all_are(codes, MANY, ErrorCode::InvalidProducerIdMapping);

    let producer = Producer::started(&broker, "copier", Protocol::Implicit);
    let mut describe = |what: &str, ids: Vec<TransactionalId>| {
        let request = DescribeTransactionsRequest::default().with_transactional_ids(ids);
        let answer: DescribeTransactionsResponse =
            soon(&broker, what, || client.ask(ApiKey::DescribeTransactions, 0, &request));
        answer.transaction_states
    };
    let strangers =
        describe("strangers", (0..MANY).map(|it| TransactionalId(named(format!("t{it}")))).collect());
    all_are(strangers.iter().map(|it| it.error_code), MANY, ErrorCode::TransactionalIdNotFound);
    let same = describe("one, often", vec![TransactionalId(named(producer.name.clone())); MANY]);
    assert_eq!((same[0].error_code, same[0].producer_id.0), (0, producer.id));
    all_are(same[1..].iter().map(|it| it.error_code), MANY - 1, ErrorCode::InvalidRequest);
}

#[test]
fn lists_with_filters_that_nobody_means() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    Producer::started(&broker, "copier", Protocol::Implicit);
    let mut client = broker.client();
    let mut list = |what: &str, change: &dyn Fn(&mut ListTransactionsRequest)| {
        let mut request = ListTransactionsRequest::default().with_duration_filter(-1);
        change(&mut request);
        let answer: ListTransactionsResponse =
            within(&broker, REGEX_BYTES_MAX, what, || client.ask(ApiKey::ListTransactions, 2, &request));
        (error(answer.error_code), answer.transaction_states.len(), answer.unknown_state_filters.len())
    };
    assert_eq!(list("all", &|_| ()), (ErrorCode::None, 1, 0));
    let names: Vec<StrBytes> = (0..MANY).map(|index| named(format!("State{index}"))).collect();
    assert_eq!(list("states", &|it| it.state_filters = names.clone()), (ErrorCode::None, 0, MANY));
    let ids: Vec<ProducerId> = (500_000..).take(MANY).map(ProducerId).collect();
    assert_eq!(list("ids", &|it| it.producer_id_filters = ids.clone()), (ErrorCode::None, 0, 0));
    assert_eq!(list("time", &|it| it.duration_filter = i64::MAX), (ErrorCode::None, 0, 0));
    for shape in [
        "(",
        "tx*+q",
        "a{1001}",
        "(?x)a",
        "(a{1000}){1000}",
        "a)(b",
        &"(".repeat(TEXT_BYTES_MAX),
        &r"\pL".repeat(10_000),
    ] {
        let told = list("a pattern", &|it| it.transactional_id_pattern = text(shape));
        assert_eq!(told, (ErrorCode::InvalidRegularExpression, 0, 0), "{shape}");
    }
    for (shape, count) in [("(a*)*b", 0), ("(c|c)opier", 1), ("cop", 0), ("cop.*", 1), (r"\Qcop\Eier", 1)] {
        let told = list("a pattern", &|it| it.transactional_id_pattern = text(shape));
        assert_eq!(told, (ErrorCode::None, count, 0), "{shape}");
    }
}
