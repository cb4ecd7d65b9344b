//! Samplers before a scripted broker on loopback: what they ask, in which order, and what silence does to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use kafkactl_core::client::{Client, ClientConfig, Endpoint};
use kafkactl_core::wire::frame::{FrameDecoder, encode_response};
use kafkactl_core::wire::messages::api_versions_response::ApiVersion;
use kafkactl_core::wire::messages::describe_configs_response::DescribeConfigsResult;
use kafkactl_core::wire::messages::describe_groups_response::DescribedGroup;
use kafkactl_core::wire::messages::list_groups_response::ListedGroup;
use kafkactl_core::wire::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use kafkactl_core::wire::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafkactl_core::wire::messages::offset_fetch_response::OffsetFetchResponseGroup;
use kafkactl_core::wire::messages::{
    ApiVersionsResponse, DescribeConfigsResponse, DescribeGroupsResponse, DescribeLogDirsResponse, Encodable,
    ListGroupsResponse, ListOffsetsRequest, ListOffsetsResponse, MetadataResponse, OffsetFetchResponse,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, RequestHeader, StrBytes, decode_request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::model::snapshot::{Data, Sampler, Snapshot};
use crate::sample::{Interest, SNAPSHOTS_WAITING_MAX, Samplers, impatient};

/// What the broker offers, each up to a version whose answers need little.
const OFFERED: [(ApiKey, i16); 8] = [
    (ApiKey::ApiVersions, 4),
    (ApiKey::Metadata, 12),
    (ApiKey::ListGroups, 4),
    (ApiKey::DescribeGroups, 5),
    (ApiKey::OffsetFetch, 8),
    (ApiKey::ListOffsets, 6),
    (ApiKey::DescribeConfigs, 4),
    (ApiKey::DescribeLogDirs, 4),
];

/// What a request is answered with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Answer {
    Well,
    Refused(ErrorCode),
    Never,
}

type Script = dyn Fn(ApiKey) -> Answer + Send + Sync;

/// A cluster of one broker, one topic and one group, the samplers that poll it, and what both sides saw.
struct Scene {
    asked: mpsc::UnboundedReceiver<ApiKey>,
    told: mpsc::Receiver<Snapshot>,
    samplers: Samplers,
    _server: JoinSet<()>,
}

impl Scene {
    async fn start(script: impl Fn(ApiKey) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, asked) = mpsc::unbounded_channel();
        let script: Arc<Script> = Arc::new(script);
        let mut server = JoinSet::new();
        server.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, port, script.clone(), sender.clone()));
            }
        });
        let client = Client::new(impatient(ClientConfig::new(vec![Endpoint::new("127.0.0.1", port)])));
        let (snapshots, told) = mpsc::channel(SNAPSHOTS_WAITING_MAX);
        let interest = Interest { period: Duration::from_millis(200), ..Interest::default() };
        Self { asked, told, samplers: Samplers::start(&client, interest, &snapshots), _server: server }
    }

    /// The next snapshot of a sampler.
    async fn next_of(&mut self, sampler: Sampler) -> Data {
        loop {
            let snapshot = self.told.recv().await.unwrap();
            if snapshot.data.sampler() == sampler {
                return snapshot.data;
            }
        }
    }
}

async fn serve(mut stream: TcpStream, port: u16, script: Arc<Script>, asked: mpsc::UnboundedSender<ApiKey>) {
    let mut inbox = FrameDecoder::new(1 << 20);
    while stream.read_buf(inbox.inbox()).await.is_ok_and(|count| count > 0) {
        while let Some(mut frame) = inbox.next_frame().unwrap() {
            let header = RequestHeader::decode(&mut frame).unwrap();
            let api = ApiKey::from_key(header.api_key).unwrap();
            if api != ApiKey::ApiVersions && starts_a_poll(api, &header, frame) {
                asked.send(api).unwrap();
            }
            let code = match script(api) {
                Answer::Never => continue,
                Answer::Well => ErrorCode::None,
                Answer::Refused(code) => code,
            };
            stream.write_all(&answer(api, &header, port, code.code())).await.unwrap();
        }
    }
}

/// A poll of the offsets asks for the stable ones first, then for others at once.
fn starts_a_poll(api: ApiKey, header: &RequestHeader, mut body: Bytes) -> bool {
    if api != ApiKey::ListOffsets {
        return true;
    }
    let request: ListOffsetsRequest = decode_request(api, header.api_version, &mut body).unwrap();
    request.isolation_level == 1
}

fn answer(api: ApiKey, header: &RequestHeader, port: u16, code: i16) -> BytesMut {
    match api {
        ApiKey::ApiVersions => framed(api, header, &api_versions()),
        ApiKey::Metadata => framed(api, header, &metadata(port)),
        ApiKey::ListGroups => {
            let group = ListedGroup::default()
                .with_group_id(StrBytes::from_static_str("g").into())
                .with_protocol_type(StrBytes::from_static_str("consumer"))
                .with_group_state(StrBytes::from_static_str("Stable"));
            let groups = if code == 0 { vec![group] } else { vec![] };
            framed(api, header, &ListGroupsResponse::default().with_error_code(code).with_groups(groups))
        }
        ApiKey::DescribeGroups => {
            let id = StrBytes::from_static_str("g").into();
            let group = DescribedGroup::default().with_group_id(id).with_error_code(code);
            let groups = if code == 0 { vec![] } else { vec![group] };
            framed(api, header, &DescribeGroupsResponse::default().with_groups(groups))
        }
        ApiKey::OffsetFetch => {
            let id = StrBytes::from_static_str("g").into();
            let group = OffsetFetchResponseGroup::default().with_group_id(id).with_error_code(code);
            let groups = if code == 0 { vec![] } else { vec![group] };
            framed(api, header, &OffsetFetchResponse::default().with_groups(groups))
        }
        ApiKey::ListOffsets => {
            let partition = ListOffsetsPartitionResponse::default().with_error_code(code);
            let name = StrBytes::from_static_str("t").into();
            let topic = ListOffsetsTopicResponse::default().with_name(name).with_partitions(vec![partition]);
            let topics = if code == 0 { vec![] } else { vec![topic] };
            framed(api, header, &ListOffsetsResponse::default().with_topics(topics))
        }
        ApiKey::DescribeConfigs => {
            let topic = DescribeConfigsResult::default()
                .with_resource_type(2)
                .with_resource_name(StrBytes::from_static_str("t"))
                .with_error_code(code);
            let results = if code == 0 { vec![] } else { vec![topic] };
            framed(api, header, &DescribeConfigsResponse::default().with_results(results))
        }
        ApiKey::DescribeLogDirs => {
            framed(api, header, &DescribeLogDirsResponse::default().with_error_code(code))
        }
        _ => panic!("{api} is not offered"),
    }
}

fn framed<M: Encodable>(api: ApiKey, header: &RequestHeader, message: &M) -> BytesMut {
    let mut frame = BytesMut::new();
    encode_response(api, header.api_version, header.correlation_id, message, &mut frame).unwrap();
    frame
}

fn api_versions() -> ApiVersionsResponse {
    let offered = OFFERED.map(|(api, max)| {
        ApiVersion::default().with_api_key(api.key()).with_min_version(0).with_max_version(max)
    });
    ApiVersionsResponse::default().with_api_keys(offered.to_vec())
}

fn metadata(port: u16) -> MetadataResponse {
    let broker = MetadataResponseBroker::default()
        .with_node_id(1.into())
        .with_host(StrBytes::from_static_str("127.0.0.1"))
        .with_port(port.into());
    let partition = MetadataResponsePartition::default().with_leader_id(1.into());
    let topic = MetadataResponseTopic::default()
        .with_name(Some(StrBytes::from_static_str("t").into()))
        .with_partitions(vec![partition]);
    MetadataResponse::default().with_brokers(vec![broker]).with_topics(vec![topic])
}

/// Asks for polls all the time while one of them waits for an answer: until another sampler has polled often, or the
/// wait is given up.
async fn polls_while(api: ApiKey, sampler: Sampler, other: ApiKey) {
    let is_mute = Arc::new(AtomicBool::new(false));
    let mute = is_mute.clone();
    let script = move |asked| match asked == api && mute.load(Ordering::Relaxed) {
        true => Answer::Never,
        false => Answer::Well,
    };
    let mut scene = Scene::start(script).await;
    // Nothing can be asked before the first metadata; a client that finds its cluster asks more than once.
    scene.next_of(Sampler::Metadata).await;
    is_mute.store(true, Ordering::Relaxed);
    while scene.asked.try_recv().is_ok() {}
    let (mut begun, mut over, mut others, mut is_given_up) = (0, 0, 0, false);
    while others < 6 && !is_given_up {
        let asked = scene.asked.recv().await.unwrap();
        begun += usize::from(asked == api);
        others += usize::from(asked == other);
        // A poll's outcome is sent before the next poll begins.
        while let Ok(snapshot) = scene.told.try_recv() {
            over += usize::from(snapshot.data.sampler() == sampler);
            is_given_up |= matches!(snapshot.data, Data::Failed(_));
        }
        assert!(begun <= over + 1, "{api}: {begun} polls begun, {over} over");
        scene.samplers.refresh();
    }
}

#[tokio::test]
async fn a_sampler_never_has_two_polls_under_way() {
    tokio::join!(
        polls_while(ApiKey::Metadata, Sampler::Metadata, ApiKey::ListGroups),
        polls_while(ApiKey::ListGroups, Sampler::Groups, ApiKey::Metadata),
        polls_while(ApiKey::OffsetFetch, Sampler::Commits, ApiKey::Metadata),
        polls_while(ApiKey::ListOffsets, Sampler::Offsets, ApiKey::Metadata),
        polls_while(ApiKey::DescribeConfigs, Sampler::Configs, ApiKey::ListGroups),
        polls_while(ApiKey::DescribeLogDirs, Sampler::LogDirs, ApiKey::ListGroups),
    );
}

#[tokio::test]
async fn commits_are_read_before_the_ends_they_are_compared_with() {
    let mut scene = Scene::start(|_| Answer::Well).await;
    let of_lag = |api: &ApiKey| {
        matches!(api, ApiKey::ListGroups | ApiKey::DescribeGroups | ApiKey::OffsetFetch | ApiKey::ListOffsets)
    };
    let mut order = Vec::new();
    while order.iter().filter(|api| **api == ApiKey::ListOffsets).count() < 2 {
        tokio::select! {
            Some(asked) = scene.asked.recv() => order.extend(Some(asked).filter(of_lag)),
            Some(_) = scene.told.recv() => {}
        }
    }
    use ApiKey::{DescribeGroups, ListGroups, ListOffsets, OffsetFetch};
    // Nobody looks at the group: its commits are not read again so soon.
    assert_eq!(order, [ListGroups, DescribeGroups, OffsetFetch, ListOffsets, ListGroups, ListOffsets]);
}

#[tokio::test]
async fn what_a_broker_refuses_is_no_empty_answer() {
    let mut scene = Scene::start(|asked| match asked {
        ApiKey::ListGroups => Answer::Refused(ErrorCode::InvalidRequest),
        ApiKey::DescribeLogDirs => Answer::Refused(ErrorCode::KafkaStorageError),
        _ => Answer::Well,
    })
    .await;
    for (sampler, code) in
        [(Sampler::Groups, "(INVALID_REQUEST)"), (Sampler::LogDirs, "(KAFKA_STORAGE_ERROR)")]
    {
        match scene.next_of(sampler).await {
            Data::Failed(failed) => {
                assert!(failed.error.starts_with("broker 1: ") && failed.error.ends_with(code), "{failed:?}");
            }
            seen => panic!("{seen:?}, and not {code}"),
        }
    }
}

#[tokio::test]
async fn a_coordinator_that_loads_has_answered() {
    for code in [ErrorCode::CoordinatorLoadInProgress, ErrorCode::CoordinatorNotAvailable] {
        let mut scene = Scene::start(move |asked| match asked {
            ApiKey::ListGroups => Answer::Refused(code),
            _ => Answer::Well,
        })
        .await;
        match scene.next_of(Sampler::Groups).await {
            Data::Groups(groups) => {
                assert_eq!((groups.loading, groups.silent), (vec![1], vec![]));
                assert!(groups.latency_ms.contains_key(&1));
            }
            seen => panic!("{seen:?}"),
        }
    }
}

#[tokio::test]
async fn what_the_principal_may_not_see_is_told_as_such() {
    let mut scene = Scene::start(|asked| match asked {
        ApiKey::DescribeLogDirs => Answer::Refused(ErrorCode::ClusterAuthorizationFailed),
        ApiKey::DescribeConfigs => Answer::Refused(ErrorCode::TopicAuthorizationFailed),
        ApiKey::DescribeGroups | ApiKey::OffsetFetch => Answer::Refused(ErrorCode::GroupAuthorizationFailed),
        _ => Answer::Well,
    })
    .await;
    let mut refused = Vec::new();
    while refused.len() < 4 {
        let told = match scene.told.recv().await.unwrap().data {
            Data::LogDirs(dirs) if dirs.is_refused => ("log dirs", Vec::new()),
            Data::Configs(configs) => ("configs", configs.refused),
            Data::Groups(groups) => ("groups", groups.refused),
            Data::Commits(commits) => ("commits", commits.refused),
            Data::Failed(failed) => panic!("{failed:?}"),
            _ => continue,
        };
        refused.extend((!refused.contains(&told)).then_some(told));
    }
    refused.sort();
    let named = |name: &str| vec![name.to_owned()];
    let expected =
        [("commits", named("g")), ("configs", named("t")), ("groups", named("g")), ("log dirs", vec![])];
    assert_eq!(refused, expected);
}

#[tokio::test]
async fn records_that_nobody_may_read_are_no_empty_topic() {
    let mut scene = Scene::start(|asked| match asked {
        ApiKey::ListOffsets => Answer::Refused(ErrorCode::TopicAuthorizationFailed),
        _ => Answer::Well,
    })
    .await;
    scene.next_of(Sampler::Metadata).await;
    scene.samplers.watch(Interest { topic: Some("t".to_owned()), ..Interest::default() });
    match scene.next_of(Sampler::Records).await {
        Data::Failed(failed) => assert_eq!(failed.error, "not authorized to read \"t\""),
        seen => panic!("{seen:?}"),
    }
}
