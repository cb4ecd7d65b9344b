//! Commits and looks at commits that nobody means.

use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::super::transactional::{error, group_id, start, topic_name};
use super::*;

/// Commits partitions of one topic; one code each.
fn commit(
    client: &mut Client,
    (topic, partitions): (&str, &[i32]),
    change: impl FnOnce(&mut OffsetCommitRequest),
) -> Vec<i16> {
    let partition = |&index| offset_commit_request::OffsetCommitRequestPartition {
        partition_index: index,
        committed_offset: 5,
        committed_metadata: text("m"),
        ..Default::default()
    };
    let topic = offset_commit_request::OffsetCommitRequestTopic {
        name: topic_name(topic),
        partitions: partitions.iter().map(partition).collect(),
        ..Default::default()
    };
    let mut request = OffsetCommitRequest {
        group_id: group_id("readers"),
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    };
    change(&mut request);
    let answer: OffsetCommitResponse = client.ask(ApiKey::OffsetCommit, 9, &request);
    answer.topics.iter().flat_map(|topic| &topic.partitions).map(|it| it.error_code).collect()
}

#[test]
fn commits_that_nobody_means() {
    use ErrorCode::*;
    type Change = fn(&mut OffsetCommitRequest);
    let metadata = |bytes| named("m".repeat(bytes));
    let (long, longest) = (metadata(4_097), metadata(TEXT_BYTES_MAX));
    let cases: [(&str, Change, ErrorCode); 5] = [
        ("no group", |it| it.group_id = group_id(""), None),
        ("an epoch of a group that is not there", |it| it.generation_id_or_member_epoch = 5, GroupIdNotFound),
        ("the last epoch", |it| it.generation_id_or_member_epoch = i32::MAX, GroupIdNotFound),
        ("a member without an epoch", |it| it.member_id = named("m"), None),
        ("a good one", |_| (), None),
    ];
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    for (what, change, code) in cases {
        let codes = soon(&broker, what, || commit(&mut client, ("orders", &[0]), change));
        assert_eq!(codes, [code.code()], "{what}");
    }
    for (what, metadata) in [("long metadata", long), ("the longest metadata", longest)] {
        let codes = soon(&broker, what, || {
            commit(&mut client, ("orders", &[0]), |it| {
                it.topics[0].partitions[0].committed_metadata = Some(metadata);
            })
        });
        assert_eq!(codes, [OffsetMetadataTooLarge.code()], "{what}");
    }
    let many: Vec<i32> = (0..MANY as i32).collect();
    let codes = soon(&broker, "an unknown topic", || commit(&mut client, ("nowhere", &many), |_| ()));
    all_are(codes, MANY, UnknownTopicOrPartition);
    let codes =
        soon(&broker, "one partition, often", || commit(&mut client, ("orders", &vec![0; MANY]), |_| ()));
    all_are(codes, MANY, UnknownServerError);
}

/// Commits of a consumer group and of a classic one by those who are not, or no longer, its members.
#[test]
fn commits_of_strangers() {
    use ErrorCode::*;
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    assert_eq!(super::consumers::beat(&mut client, "m", |_| ()), None);
    for (what, member, epoch, code) in [
        ("a stranger", "x", 1, UnknownMemberId),
        ("an epoch to come", "m", i32::MAX, StaleMemberEpoch),
        ("an epoch before all", "m", i32::MIN, StaleMemberEpoch),
        ("nobody", "", -1, UnknownMemberId),
    ] {
        let told = soon(&broker, what, || {
            commit(&mut client, ("orders", &[0]), |it| {
                (it.member_id, it.generation_id_or_member_epoch) = (named(member), epoch);
            })
        });
        assert_eq!(told, [code.code()], "{what}");
        let code = if epoch < 0 && member.is_empty() { None } else { code };
        let fetched = soon(&broker, what, || {
            fetch(&mut client, 9, |it| {
                (it.member_id, it.member_epoch) = (Some(named(member)).filter(|it| !it.is_empty()), epoch);
            })
        });
        assert_eq!(error(fetched.groups[0].error_code), code, "{what} looks");
    }
}

fn fetch(
    client: &mut Client,
    version: i16,
    change: impl FnOnce(&mut offset_fetch_request::OffsetFetchRequestGroup),
) -> OffsetFetchResponse {
    let mut group = offset_fetch_request::OffsetFetchRequestGroup {
        group_id: group_id("readers"),
        member_epoch: -1,
        topics: Option::None,
        ..Default::default()
    };
    change(&mut group);
    client.ask(
        ApiKey::OffsetFetch,
        version,
        &OffsetFetchRequest { groups: vec![group], ..Default::default() },
    )
}

/// A short request may not ask for a long answer: what is named again is not told in full again.
#[test]
fn one_commit_asked_for_a_hundred_thousand_times() {
    const METADATA_BYTES: usize = 4_000;
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    let codes = commit(&mut client, ("orders", &[0]), |it| {
        it.topics[0].partitions[0].committed_metadata = text("m".repeat(METADATA_BYTES));
    });
    assert_eq!(codes, [0]);
    let topic = |partitions: Vec<i32>| offset_fetch_request::OffsetFetchRequestTopics {
        name: topic_name("orders"),
        partition_indexes: partitions,
        ..Default::default()
    };
    let answer = soon(&broker, "one partition, often", || {
        fetch(&mut client, 9, |it| it.topics = Some(vec![topic(vec![0; MANY])]))
    });
    let partitions = &answer.groups[0].topics[0].partitions;
    assert!(partitions.len() == MANY && partitions.iter().all(|it| it.committed_offset == 5));
    let told: usize = partitions.iter().map(|it| it.metadata.as_ref().map_or(0, |text| text.len())).sum();
    assert_eq!(told, METADATA_BYTES);
    let answer = soon(&broker, "one topic, often", || {
        fetch(&mut client, 9, |it| it.topics = Some(vec![topic(vec![0]); MANY]))
    });
    assert_eq!(answer.groups[0].topics.len(), MANY);

    let group = offset_fetch_request::OffsetFetchRequestGroup {
        group_id: group_id("readers"),
        member_epoch: -1,
        topics: Option::None,
        ..Default::default()
    };
    let request = OffsetFetchRequest { groups: vec![group; MANY], ..Default::default() };
    let answer: OffsetFetchResponse =
        soon(&broker, "one group, often", || client.ask(ApiKey::OffsetFetch, 9, &request));
    assert_eq!(answer.groups[0].topics[0].partitions[0].committed_offset, 5);
    all_are(answer.groups[1..].iter().map(|it| it.error_code), MANY - 1, ErrorCode::InvalidRequest);
}

#[test]
fn deletions_of_what_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let mut client = broker.client();
    let mut delete = |what: &str, group: &str, topic: &str| -> OffsetDeleteResponse {
        let partition = |index| {
            offset_delete_request::OffsetDeleteRequestPartition::default().with_partition_index(index)
        };
        let topic = offset_delete_request::OffsetDeleteRequestTopic::default()
            .with_name(topic_name(topic))
            .with_partitions((0..MANY as i32).map(partition).collect());
        let request = OffsetDeleteRequest::default().with_group_id(group_id(group)).with_topics(vec![topic]);
        soon(&broker, what, || client.ask(ApiKey::OffsetDelete, 0, &request))
    };
    assert_eq!(error(delete("no group", "", "orders").error_code), ErrorCode::InvalidGroupId);
    assert_eq!(error(delete("an unknown group", "nobody", "orders").error_code), ErrorCode::GroupIdNotFound);
    assert_eq!(commit(&mut broker.client(), ("orders", &[0]), |_| ()), [0]);
    let answer = delete("an unknown topic", "readers", "nowhere");
    let codes = answer.topics.iter().flat_map(|topic| &topic.partitions).map(|it| it.error_code);
    all_are(codes, MANY, ErrorCode::UnknownTopicOrPartition);
    let before = broker.offsets_written();
    let answer = delete_repeated(&broker, &mut broker.client());
    let codes = answer.topics.iter().flat_map(|topic| &topic.partitions).map(|it| it.error_code);
    all_are(codes, MANY, ErrorCode::None);
    assert_eq!(broker.offsets_written(), before + 1, "one tombstone is enough");
}

fn delete_repeated(broker: &TestBroker, client: &mut Client) -> OffsetDeleteResponse {
    let partition = offset_delete_request::OffsetDeleteRequestPartition::default();
    let topic = offset_delete_request::OffsetDeleteRequestTopic::default()
        .with_name(topic_name("orders"))
        .with_partitions(vec![partition; MANY]);
    let request = OffsetDeleteRequest::default().with_group_id(group_id("readers")).with_topics(vec![topic]);
    soon(broker, "one partition, often", || client.ask(ApiKey::OffsetDelete, 0, &request))
}

impl TestBroker {
    /// How many records the logs of groups hold.
    fn offsets_written(&self) -> i64 {
        (0..3).map(|index| self.partition("__consumer_offsets", index).bounds().log_end_offset.0).sum()
    }
}
