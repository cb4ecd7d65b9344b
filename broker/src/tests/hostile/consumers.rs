//! Heartbeats of KIP-848 that nobody means, and groups that are too large.

use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::super::transactional::{error, group_id, start};
use super::*;

pub(super) fn beat(
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
        assert_eq!(soon(&broker, what, || beat(&mut client, "m", change)), code, "{what}");
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
        let code = within(&broker, REGEX_BYTES_MAX, &what, || {
            beat(&mut client, &format!("m{index}"), |it| it.subscribed_topic_regex = text(shape))
        });
        assert!(matches!(code, ErrorCode::None | ErrorCode::InvalidRegularExpression), "{what}: {code:?}");
        assert_eq!(
            soon(&broker, "another member", || beat(&mut broker.client(), "good", |_| ())),
            ErrorCode::None
        );
    }
}

/// One member is there; others say that they are it, that it is elsewhere, or that they are somebody.
#[test]
fn members_that_are_not_who_they_say() {
    use ErrorCode::*;
    type Change = fn(&mut ConsumerGroupHeartbeatRequest);
    let cases: [(&str, &str, Change, ErrorCode); 11] = [
        ("a later epoch", "m", |it| it.member_epoch = i32::MAX, FencedMemberEpoch),
        ("somebody else", "x", |it| it.member_epoch = 1, UnknownMemberId),
        ("somebody else leaves", "x", |it| it.member_epoch = -1, UnknownMemberId),
        (
            "somebody else leaves for now",
            "x",
            |it| (it.member_epoch, it.instance_id) = (-2, text("i")),
            UnknownMemberId,
        ),
        (
            "an instance that nobody is",
            "m",
            |it| (it.member_epoch, it.instance_id) = (1, text("i")),
            UnknownMemberId,
        ),
        ("a static member", "s", |it| it.instance_id = text("taken"), None),
        ("one whose instance is taken", "t", |it| it.instance_id = text("taken"), UnreleasedInstanceId),
        (
            "one who goes by a taken instance",
            "t",
            |it| (it.member_epoch, it.instance_id) = (1, text("taken")),
            FencedInstanceId,
        ),
        ("no time to rebalance", "n", |it| it.rebalance_timeout_ms = -1, InvalidRequest),
        ("partitions before it has joined", "n", |it| it.topic_partitions = Some(owned(1)), InvalidRequest),
        (
            "a hundred thousand partitions before it has joined",
            "n",
            |it| it.topic_partitions = Some(owned(MANY)),
            InvalidRequest,
        ),
    ];
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    assert_eq!(beat(&mut client, "m", |_| ()), None);
    for (what, member, change, code) in cases {
        assert_eq!(soon(&broker, what, || beat(&mut client, member, change)), code, "{what}");
    }
    let epoch = broker.broker.groups.describe_consumer("readers").unwrap().unwrap().epoch;
    let claims = soon(&broker, "partitions that it never got", || {
        beat(&mut client, "m", |it| (it.member_epoch, it.topic_partitions) = (epoch, Some(owned(MANY))))
    });
    assert!(matches!(claims, None | FencedMemberEpoch), "{claims:?}");
    let members = broker.broker.groups.describe_consumer("readers").unwrap().unwrap().members;
    assert_eq!(members.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["m", "s"]);
}

fn owned(count: usize) -> Vec<consumer_group_heartbeat_request::TopicPartitions> {
    vec![
        consumer_group_heartbeat_request::TopicPartitions::default()
            .with_topic_id(topic_id("nowhere").0)
            .with_partitions((0..count as i32).collect()),
    ]
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
    let codes: Vec<ErrorCode> = soon(&broker, "all of them", || {
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

#[test]
fn descriptions_of_a_hundred_thousand_groups() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    for index in 0..100 {
        beat(&mut client, &format!("{}{index}", "m".repeat(10_000)), |_| ());
    }
    let mut described = |what: &str, ids: Vec<GroupId>| {
        let request = ConsumerGroupDescribeRequest::default().with_group_ids(ids);
        let answer: ConsumerGroupDescribeResponse =
            soon(&broker, what, || client.ask(ApiKey::ConsumerGroupDescribe, 1, &request));
        answer.groups
    };
    let strangers = described("strangers", (0..MANY).map(|index| group_id(&format!("g{index}"))).collect());
    all_are(strangers.iter().map(|it| it.error_code), MANY, ErrorCode::GroupIdNotFound);
    let mut same = described("the same again and again", vec![group_id("readers"); MANY]);
    assert_eq!(same.remove(0).members.len(), 100);
    all_are(same.iter().map(|it| it.error_code), MANY - 1, ErrorCode::InvalidRequest);
}
