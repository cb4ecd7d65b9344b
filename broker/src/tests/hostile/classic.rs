//! Requests of classic groups that nobody means.

use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::super::transactional::{OffsetCommit, Producer, Protocol, error, group_id, start};
use super::*;

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
        let answer: JoinGroupResponse = soon(&broker, what, || client.ask(ApiKey::JoinGroup, 9, &request));
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

/// A member of a stable group of one, in generation 1.
fn stable_one(broker: &TestBroker) -> StrBytes {
    let mut client = broker.client();
    let named: JoinGroupResponse =
        client.ask(ApiKey::JoinGroup, 9, &join_request(StrBytes::default(), Bytes::from_static(b"x")));
    let joined: JoinGroupResponse =
        client.ask(ApiKey::JoinGroup, 9, &join_request(named.member_id.clone(), Bytes::from_static(b"x")));
    assert_eq!((error(joined.error_code), joined.generation_id), (ErrorCode::None, 1));
    assert_eq!(sync(&mut client, &named.member_id, |_| ()), ErrorCode::None);
    named.member_id
}

fn sync(client: &mut Client, member: &StrBytes, change: impl FnOnce(&mut SyncGroupRequest)) -> ErrorCode {
    let mut request = SyncGroupRequest::default()
        .with_group_id(group_id("readers"))
        .with_generation_id(1)
        .with_member_id(member.clone())
        .with_protocol_type(text("consumer"))
        .with_protocol_name(text("range"));
    change(&mut request);
    let answer: SyncGroupResponse = client.ask(ApiKey::SyncGroup, 5, &request);
    error(answer.error_code)
}

fn assignments(count: usize, bytes: usize) -> Vec<sync_group_request::SyncGroupRequestAssignment> {
    let assignment = |index: usize| {
        sync_group_request::SyncGroupRequestAssignment::default()
            .with_member_id(named(format!("m{index}")))
            .with_assignment(vec![b'x'; bytes].into())
    };
    (0..count).map(assignment).collect()
}

#[test]
fn syncs_that_nobody_means() {
    use ErrorCode::*;
    type Change = fn(&mut SyncGroupRequest);
    let cases: [(&str, Change, ErrorCode); 11] = [
        ("no group", |it| it.group_id = group_id(""), InvalidGroupId),
        ("another group", |it| it.group_id = group_id("nowhere"), UnknownMemberId),
        ("a stranger", |it| it.member_id = named("x"), UnknownMemberId),
        ("nobody", |it| it.member_id = StrBytes::default(), UnknownMemberId),
        ("an instance that nobody is", |it| it.group_instance_id = text("i"), UnknownMemberId),
        ("a generation to come", |it| it.generation_id = i32::MAX, IllegalGeneration),
        ("a generation before all", |it| it.generation_id = i32::MIN, IllegalGeneration),
        ("another protocol", |it| it.protocol_name = text("sticky"), InconsistentGroupProtocol),
        ("another protocol type", |it| it.protocol_type = text("connect"), InconsistentGroupProtocol),
        ("no protocol", |it| it.protocol_name = Option::None, InconsistentGroupProtocol),
        ("assignments for strangers", |it| it.assignments = assignments(MANY, 1), None),
    ];
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[("group.initial.rebalance.delay.ms", "0")]);
    let member = stable_one(&broker);
    let mut client = broker.client();
    for (what, change, code) in cases {
        assert_eq!(soon(&broker, what, || sync(&mut client, &member, change)), code, "{what}");
    }
    let described = broker.broker.groups.describe("readers").unwrap().unwrap();
    assert_eq!((described.state, described.members.len()), ("Stable", 1));
}

/// What a leader assigns is stored; what no record holds is refused, and the group goes on.
#[test]
fn an_assignment_of_ten_megabytes() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[("group.initial.rebalance.delay.ms", "0")]);
    let mut client = broker.client();
    let join = |client: &mut Client, member: StrBytes| -> JoinGroupResponse {
        client.ask(ApiKey::JoinGroup, 9, &join_request(member, Bytes::from_static(b"x")))
    };
    let member = join(&mut client, StrBytes::default()).member_id;
    assert_eq!(join(&mut client, member.clone()).generation_id, 1);
    let told = soon(&broker, "an assignment", || {
        sync(&mut client, &member, |it| {
            it.assignments = assignments(1, 10 << 20);
            it.assignments[0].member_id = member.clone();
        })
    });
    assert_eq!(told, ErrorCode::UnknownServerError);
    let again = join(&mut client, member.clone());
    assert_eq!(error(again.error_code), ErrorCode::None);
    let told = sync(&mut client, &member, |it| it.generation_id = again.generation_id);
    assert_eq!(told, ErrorCode::None);
}

#[test]
fn heartbeats_of_strangers() {
    use ErrorCode::*;
    type Change = fn(&mut HeartbeatRequest);
    let cases: [(&str, Change, ErrorCode); 8] = [
        ("no group", |it| it.group_id = group_id(""), InvalidGroupId),
        ("another group", |it| it.group_id = group_id("nowhere"), UnknownMemberId),
        ("a stranger", |it| it.member_id = named("x".repeat(TEXT_BYTES_MAX)), UnknownMemberId),
        ("nobody", |it| it.member_id = StrBytes::default(), UnknownMemberId),
        ("an instance that nobody is", |it| it.group_instance_id = text("i"), UnknownMemberId),
        ("a generation to come", |it| it.generation_id = i32::MAX, IllegalGeneration),
        ("a generation before all", |it| it.generation_id = -1, IllegalGeneration),
        ("a good one", |_| (), None),
    ];
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[("group.initial.rebalance.delay.ms", "0")]);
    let member = stable_one(&broker);
    let mut client = broker.client();
    for (what, change, code) in cases {
        let mut request = HeartbeatRequest::default()
            .with_group_id(group_id("readers"))
            .with_member_id(member.clone())
            .with_generation_id(1);
        change(&mut request);
        let answer: HeartbeatResponse = soon(&broker, what, || client.ask(ApiKey::Heartbeat, 4, &request));
        assert_eq!(error(answer.error_code), code, "{what}");
    }
}

#[test]
fn a_hundred_thousand_strangers_leave() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[("group.initial.rebalance.delay.ms", "0")]);
    let member = stable_one(&broker);
    let mut client = broker.client();
    let mut leave = |what: &str, group: &str, ids: Vec<StrBytes>| -> LeaveGroupResponse {
        let identity = |id| leave_group_request::MemberIdentity::default().with_member_id(id);
        let request = LeaveGroupRequest::default()
            .with_group_id(group_id(group))
            .with_members(ids.into_iter().map(identity).collect());
        soon(&broker, what, || client.ask(ApiKey::LeaveGroup, 5, &request))
    };
    let strangers: Vec<StrBytes> = (0..MANY).map(|index| named(format!("m{index}"))).collect();
    let answer = leave("strangers", "readers", strangers.clone());
    assert_eq!(error(answer.error_code), ErrorCode::None);
    all_are(answer.members.iter().map(|it| it.error_code), MANY, ErrorCode::UnknownMemberId);
    let answer = leave("strangers of no group", "nowhere", strangers);
    all_are(answer.members.iter().map(|it| it.error_code), MANY, ErrorCode::UnknownMemberId);
    let answer = leave("one, often", "readers", vec![member; MANY]);
    assert_eq!(error(answer.members[0].error_code), ErrorCode::None);
    all_are(answer.members[1..].iter().map(|it| it.error_code), MANY - 1, ErrorCode::UnknownMemberId);
    assert_eq!(error(leave("no group", "", Vec::new()).error_code), ErrorCode::InvalidGroupId);
}

/// Lists of a hundred thousand groups, and one large group named so often.
#[test]
fn a_hundred_thousand_groups() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[("group.initial.rebalance.delay.ms", "60000")]);
    let mut client = broker.client();
    let member = client
        .ask::<_, JoinGroupResponse>(ApiKey::JoinGroup, 9, &join_request(StrBytes::default(), Bytes::new()))
        .member_id;
    let mut joining = broker.client();
    joining.send(ApiKey::JoinGroup, 9, &join_request(member, vec![b'x'; 1 << 20].into()));
    until("the join is parked", || {
        broker.broker.groups.describe("readers").is_ok_and(|it| it.is_ok_and(|it| it.members.len() == 1))
    });
    let strangers: Vec<GroupId> = (0..MANY).map(|index| group_id(&format!("g{index}"))).collect();
    let mut describe = |what: &str, groups: Vec<GroupId>| {
        let request = DescribeGroupsRequest::default().with_groups(groups);
        let answer: DescribeGroupsResponse =
            soon(&broker, what, || client.ask(ApiKey::DescribeGroups, 6, &request));
        answer.groups
    };
    let described = describe("strangers", strangers.clone());
    all_are(described.iter().map(|it| it.error_code), MANY, ErrorCode::GroupIdNotFound);
    let mut described = describe("the same again and again", vec![group_id("readers"); MANY]);
    assert_eq!(described.remove(0).members.len(), 1);
    all_are(described.iter().map(|it| it.error_code), MANY - 1, ErrorCode::InvalidRequest);

    let request = DeleteGroupsRequest::default().with_groups_names(strangers);
    let answer: DeleteGroupsResponse =
        soon(&broker, "deleting", || client.ask(ApiKey::DeleteGroups, 2, &request));
    all_are(answer.results.iter().map(|it| it.error_code), MANY, ErrorCode::GroupIdNotFound);
    let keys = (0..MANY).map(|index| named(format!("g{index}"))).collect();
    let request = FindCoordinatorRequest::default().with_key_type(9).with_coordinator_keys(keys);
    let answer: FindCoordinatorResponse =
        soon(&broker, "looking for", || client.ask(ApiKey::FindCoordinator, 6, &request));
    all_are(answer.coordinators.iter().map(|it| it.error_code), MANY, ErrorCode::InvalidRequest);
}
