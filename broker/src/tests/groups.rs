//! Groups over a socket: Kafka's own exchanges on Kafka's own directory, and the life of a group from its first join
//! to another start of the broker.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kafkactl_core::names::BrokerId;
use kafkactl_core::record::batches;
use kafkactl_core::schema::metadata::{PartitionChangeRecord, RemoveTopicRecord, UnfenceBrokerRecord};
use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{self, ApiKey, ErrorCode, ResponseHeader, StrBytes};
use serde_json::Value;

use super::*;
use crate::cluster::MetadataLoader;

fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(path)
}

/// A broker on a copy of a directory that Kafka left, with the metadata Kafka left in it.
fn on_kafkas_directory(case: &str, copy: &Path) -> TestBroker {
    for entry in std::fs::read_dir(golden("dirs").join(case)).unwrap() {
        let entry = entry.unwrap();
        let to = copy.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            for file in std::fs::read_dir(entry.path()).unwrap() {
                let file = file.unwrap();
                std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
            }
        } else {
            std::fs::copy(entry.path(), &to).unwrap();
        }
    }
    let mut loader = MetadataLoader::default();
    let bytes = std::fs::read(copy.join("__cluster_metadata-0/00000000000000000000.log")).unwrap();
    batches(&bytes).for_each(|batch| loader.batch(&batch.unwrap()).unwrap());
    let mut image = loader.newest().clone();
    let mut delta = MetadataDelta { is_whole: true, ..MetadataDelta::default() };
    come_back(&mut image, &mut delta);
    let directory = Arc::new(RealDir::open(copy).unwrap());
    loaded(TestBroker::start_knowing(directory, (image, delta), &[("group.initial.rebalance.delay.ms", "0")]))
}

/// What the controller writes when a node that had stopped is back: it serves, and leads all it has.
fn come_back(image: &mut MetadataImage, delta: &mut MetadataDelta) {
    let mut records = vec![MetadataRecord::UnfenceBroker(UnfenceBrokerRecord {
        id: NODE,
        epoch: image.brokers[&BrokerId(NODE)].epoch.0,
    })];
    for topic in image.topics.sorted() {
        records.extend(topic.partitions.keys().map(|partition| {
            MetadataRecord::PartitionChange(PartitionChangeRecord {
                topic_id: topic.id.0,
                partition_id: partition.0,
                isr: Some(vec![NODE]),
                leader: NODE,
                ..PartitionChangeRecord::default()
            })
        }));
    }
    records.into_iter().for_each(|record| image.replay(record, delta).unwrap());
}

/// An answer that can be compared: where Kafka's hash order shows, sorted.
fn comparable(api: ApiKey, version: i16, frame: &[u8]) -> String {
    let mut frame = Bytes::copy_from_slice(frame);
    let header = ResponseHeader::decode(api, version, &mut frame).unwrap();
    fn body<M: Decodable>(api: ApiKey, version: i16, frame: &mut Bytes) -> M {
        wire::decode_response(api, version, frame).unwrap()
    }
    let text = match api {
        ApiKey::ListGroups => {
            let mut body: ListGroupsResponse = body(api, version, &mut frame);
            body.groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
            format!("{body:?}")
        }
        ApiKey::DescribeGroups => {
            let mut body: DescribeGroupsResponse = body(api, version, &mut frame);
            body.groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
            format!("{body:?}")
        }
        ApiKey::DeleteGroups => {
            let mut body: DeleteGroupsResponse = body(api, version, &mut frame);
            body.results.sort_by(|a, b| a.group_id.cmp(&b.group_id));
            format!("{body:?}")
        }
        ApiKey::OffsetFetch => {
            let mut body: OffsetFetchResponse = body(api, version, &mut frame);
            for topic in &mut body.topics {
                topic.partitions.sort_by_key(|partition| partition.partition_index);
            }
            for topic in body.groups.iter_mut().flat_map(|group| &mut group.topics) {
                topic.partitions.sort_by_key(|partition| partition.partition_index);
            }
            body.topics.sort_by(|a, b| a.name.cmp(&b.name));
            for group in &mut body.groups {
                group.topics.sort_by(|a, b| (&a.name, a.topic_id).cmp(&(&b.name, b.topic_id)));
            }
            format!("{body:?}")
        }
        _ => format!("{frame:?}"),
    };
    format!("{header:?} {text}")
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The APIs of the classic half: what others ask of groups of newer kinds is not served.
const CLASSIC: &[ApiKey] = &[
    ApiKey::DeleteGroups,
    ApiKey::DescribeGroups,
    ApiKey::FindCoordinator,
    ApiKey::Heartbeat,
    ApiKey::JoinGroup,
    ApiKey::LeaveGroup,
    ApiKey::ListGroups,
    ApiKey::OffsetCommit,
    ApiKey::OffsetDelete,
    ApiKey::OffsetFetch,
    ApiKey::SyncGroup,
];

#[test]
fn kafkas_exchanges_about_groups_go_the_same_way_here() {
    let copy = tempfile::tempdir().unwrap();
    let broker = on_kafkas_directory("groups", copy.path());
    let lines =
        BufReader::new(GzDecoder::new(std::fs::File::open(golden("live/groups.jsonl.gz")).unwrap())).lines();
    let mut compared = 0;
    for line in lines {
        let exchange: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let name = exchange["name"].as_str().unwrap();
        let Some(api) = ApiKey::from_key(exchange["key"].as_i64().unwrap() as i16) else { continue };
        if !CLASSIC.contains(&api) || name == "find-share-coordinator" {
            continue;
        }
        let version = exchange["version"].as_i64().unwrap() as i16;
        let request = from_hex(exchange["request_frame"].as_str().unwrap());
        let expected = from_hex(exchange["response_frame"].as_str().unwrap());
        let mut client = broker.client();
        client.send_raw(&[&(request.len() as u32).to_be_bytes()[..], &request].concat());
        let ours = client.receive_frame().unwrap_or_else(|| panic!("{name} v{version}: closed"));
        assert_eq!(
            comparable(api, version, &ours),
            comparable(api, version, &expected),
            "{name} v{version}: {}",
            exchange["request"]
        );
        compared += 1;
    }
    assert!(compared > 280, "only {compared} exchanges compared");
}

const TOPICS: &[Topic<'_>] =
    &[("__consumer_offsets", 3, &[("cleanup.policy", "compact")]), ("orders", 2, &[])];

/// A member of the group "readers" on a connection of its own.
struct Member {
    client: Client,
    id: StrBytes,
    generation: i32,
}

impl Member {
    /// Says it wants to join; the first answer names the member.
    fn new(broker: &TestBroker) -> Self {
        let mut member = Self { client: broker.client(), id: StrBytes::default(), generation: -1 };
        let answer: JoinGroupResponse = member.client.ask(ApiKey::JoinGroup, 9, &member.join_request());
        assert_eq!(answer.error_code, ErrorCode::MemberIdRequired.code());
        assert!(answer.member_id.starts_with("test-"), "{}", answer.member_id);
        member.id = answer.member_id;
        member
    }

    fn join_request(&self) -> JoinGroupRequest {
        let protocol = join_group_request::JoinGroupRequestProtocol::default()
            .with_name(StrBytes::from_static_str("range"))
            .with_metadata(Bytes::from_static(b"\0\x01\0\0\0\x01\0\x06orders\xff\xff\xff\xff\0\0\0\0"));
        JoinGroupRequest::default()
            .with_group_id(readers())
            .with_session_timeout_ms(10_000)
            .with_rebalance_timeout_ms(10_000)
            .with_member_id(self.id.clone())
            .with_protocol_type(StrBytes::from_static_str("consumer"))
            .with_protocols(vec![protocol])
    }

    fn send_join(&mut self) -> i32 {
        let request = self.join_request();
        self.client.send(ApiKey::JoinGroup, 9, &request)
    }

    fn joined(&mut self, correlation_id: i32) -> JoinGroupResponse {
        let answer: JoinGroupResponse = self.client.receive(ApiKey::JoinGroup, 9, correlation_id);
        assert_eq!(answer.error_code, 0);
        self.generation = answer.generation_id;
        answer
    }

    fn send_sync(&mut self, assignments: &[(&StrBytes, &'static str)]) -> i32 {
        let assignments = assignments.iter().map(|(member, assignment)| {
            sync_group_request::SyncGroupRequestAssignment::default()
                .with_member_id((*member).clone())
                .with_assignment(Bytes::from_static(assignment.as_bytes()))
        });
        let request = SyncGroupRequest::default()
            .with_group_id(readers())
            .with_generation_id(self.generation)
            .with_member_id(self.id.clone())
            .with_protocol_type(Some(StrBytes::from_static_str("consumer")))
            .with_protocol_name(Some(StrBytes::from_static_str("range")))
            .with_assignments(assignments.collect());
        self.client.send(ApiKey::SyncGroup, 5, &request)
    }

    fn synced(&mut self, correlation_id: i32) -> Bytes {
        let answer: SyncGroupResponse = self.client.receive(ApiKey::SyncGroup, 5, correlation_id);
        assert_eq!(answer.error_code, 0);
        answer.assignment
    }

    fn heartbeat(&mut self) -> i16 {
        let request = HeartbeatRequest::default()
            .with_group_id(readers())
            .with_generation_id(self.generation)
            .with_member_id(self.id.clone());
        self.client.ask::<_, HeartbeatResponse>(ApiKey::Heartbeat, 4, &request).error_code
    }

    fn commit(&mut self, offset: i64) -> i16 {
        let partition = offset_commit_request::OffsetCommitRequestPartition {
            committed_offset: offset,
            committed_metadata: Some(StrBytes::from_static_str("ü")),
            ..Default::default()
        };
        let topic = offset_commit_request::OffsetCommitRequestTopic {
            topic_id: topic_id("orders").0,
            partitions: vec![partition],
            ..Default::default()
        };
        let request = OffsetCommitRequest {
            group_id: readers(),
            generation_id_or_member_epoch: self.generation,
            member_id: self.id.clone(),
            topics: vec![topic],
            ..Default::default()
        };
        let answer: OffsetCommitResponse = self.client.ask(ApiKey::OffsetCommit, 10, &request);
        answer.topics[0].partitions[0].error_code
    }
}

fn readers() -> GroupId {
    GroupId(StrBytes::from_static_str("readers"))
}

fn committed(client: &mut Client) -> Vec<(i32, i64, String)> {
    let group = offset_fetch_request::OffsetFetchRequestGroup {
        group_id: readers(),
        topics: None,
        ..Default::default()
    };
    let request = OffsetFetchRequest { groups: vec![group], require_stable: true, ..Default::default() };
    let mut answer: OffsetFetchResponse = client.ask(ApiKey::OffsetFetch, 8, &request);
    let group = answer.groups.remove(0);
    assert_eq!(group.error_code, 0);
    let partitions = group.topics.into_iter().flat_map(|topic| topic.partitions);
    partitions.map(|it| (it.partition_index, it.committed_offset, it.metadata.unwrap().to_string())).collect()
}

/// Two members on `broker`, each with its assignment: the leader and the follower.
fn stable_group(broker: &TestBroker) -> (Member, Member) {
    let (mut leader, mut follower) = (Member::new(broker), Member::new(broker));
    let (first, second) = (leader.send_join(), follower.send_join());
    let (joined, also_joined) = (leader.joined(first), follower.joined(second));
    // Their requests raced each other.
    if joined.leader != leader.id {
        std::mem::swap(&mut leader, &mut follower);
    }
    let member_counts = [joined.members.len(), also_joined.members.len()];
    assert_eq!((&joined.leader, member_counts.iter().sum()), (&leader.id, 2));
    let waiting = follower.send_sync(&[]);
    let leading =
        leader.send_sync(&[(&leader.id.clone(), "first half"), (&follower.id.clone(), "second half")]);
    assert_eq!(leader.synced(leading), "first half");
    assert_eq!(follower.synced(waiting), "second half");
    (leader, follower)
}

fn loaded(broker: TestBroker) -> TestBroker {
    while broker.broker.groups.list() == Err(ErrorCode::CoordinatorLoadInProgress) {
        std::thread::yield_now();
    }
    broker
}

#[test]
fn a_group_outlives_its_broker() {
    let directory = tempfile::tempdir().unwrap();
    let settings = [("group.initial.rebalance.delay.ms", "50")];
    let broker = loaded(TestBroker::start_with(directory.path(), TOPICS, &settings));
    let (mut leader, mut follower) = stable_group(&broker);
    assert_eq!((leader.commit(17), follower.commit(18)), (0, 0));
    drop(broker);

    let broker = loaded(TestBroker::start_with(directory.path(), TOPICS, &settings));
    leader.client = broker.client();
    follower.client = broker.client();
    assert_eq!((leader.heartbeat(), follower.heartbeat()), (0, 0));
    let sync = follower.send_sync(&[]);
    assert_eq!(follower.synced(sync), "second half");
    assert_eq!(committed(&mut leader.client), [(0, 18, "ü".to_owned())]);
    assert_eq!(leader.commit(19), 0);
}

#[test]
fn a_parked_join_does_not_hold_up_other_connections() {
    let directory = tempfile::tempdir().unwrap();
    let broker = loaded(TestBroker::start_with(
        directory.path(),
        TOPICS,
        &[("group.initial.rebalance.delay.ms", "0")],
    ));
    let mut first = Member::new(&broker);
    let join = first.send_join();
    first.joined(join);
    let sync = first.send_sync(&[(&first.id.clone(), "all")]);
    assert_eq!(first.synced(sync), "all");
    let mut second = Member::new(&broker);
    let parked = second.send_join();
    while first.heartbeat() != ErrorCode::RebalanceInProgress.code() {
        std::thread::yield_now();
    }
    assert_eq!(first.commit(1), 0);
    let rejoin = first.send_join();
    assert_eq!(first.joined(rejoin).members.len(), 2);
    assert_eq!(second.joined(parked).generation_id, 2);
}

#[test]
fn a_deleted_topic_takes_its_offsets_along() {
    let directory = tempfile::tempdir().unwrap();
    let broker = loaded(TestBroker::start_with(
        directory.path(),
        TOPICS,
        &[("group.initial.rebalance.delay.ms", "0")],
    ));
    let mut member = Member::new(&broker);
    let join = member.send_join();
    member.joined(join);
    let sync = member.send_sync(&[]);
    member.synced(sync);
    assert_eq!(member.commit(5), 0);
    let mut image = (*broker.broker.metadata.image()).clone();
    let mut delta = MetadataDelta::default();
    let removal = MetadataRecord::RemoveTopic(RemoveTopicRecord { topic_id: topic_id("orders").0 });
    image.replay(removal, &mut delta).unwrap();
    broker.apply_image((image, delta));
    assert_eq!(committed(&mut member.client), []);
}
