//! Against scripted brokers on loopback.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;
use crate::client::admin::{Isolation, OffsetSpec};
use crate::client::{Admin, BrokerView};
use crate::names::TopicPartition;
use crate::wire::frame::{FrameDecoder, encode_response};
use crate::wire::messages::api_versions_response::ApiVersion;
use crate::wire::messages::list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse};
use crate::wire::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use crate::wire::messages::{
    ApiVersionsResponse, Encodable, ListOffsetsRequest, ListOffsetsResponse, MetadataResponse,
};
use crate::wire::{RequestHeader, StrBytes, decode_request};

/// A broker that answers every connection by a function of the request; `None` closes the connection.
struct FakeBroker {
    port: u16,
    task: JoinHandle<()>,
}

type Script = dyn Fn(ApiKey, &RequestHeader, Bytes) -> Option<BytesMut> + Send + Sync;

impl FakeBroker {
    async fn start(
        script: impl Fn(ApiKey, &RequestHeader, Bytes) -> Option<BytesMut> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let script: Arc<Script> = Arc::new(script);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, script.clone()));
            }
        });
        Self { port, task }
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint::new("127.0.0.1", self.port)
    }

    /// Closes the listener and every connection.
    async fn stop(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>) {
    let mut inbox = FrameDecoder::new(1 << 20);
    while stream.read_buf(inbox.inbox()).await.is_ok_and(|count| count > 0) {
        while let Some(mut frame) = inbox.next_frame().unwrap() {
            let header = RequestHeader::decode(&mut frame).unwrap();
            let api = ApiKey::from_key(header.api_key).unwrap();
            let answer = match api {
                ApiKey::ApiVersions => Some(framed(api, &header, &api_versions())),
                _ => script(api, &header, frame),
            };
            match answer {
                Some(answer) => stream.write_all(&answer).await.unwrap(),
                None => return,
            }
        }
    }
}

fn api_versions() -> ApiVersionsResponse {
    let ranges = [
        (ApiKey::ApiVersions, 4),
        (ApiKey::Metadata, 12),
        (ApiKey::ListOffsets, 6),
        (ApiKey::FindCoordinator, 4),
    ];
    let ranges = ranges.map(|(api, max)| {
        ApiVersion::default().with_api_key(api.key()).with_min_version(0).with_max_version(max)
    });
    ApiVersionsResponse::default().with_api_keys(ranges.to_vec())
}

fn framed<M: Encodable>(api: ApiKey, header: &RequestHeader, message: &M) -> BytesMut {
    let mut frame = BytesMut::new();
    encode_response(api, header.api_version, header.correlation_id, message, &mut frame).unwrap();
    frame
}

/// A cluster of the given brokers; partition `i` of topic `t` is led by `leaders[i]` in epoch `epoch`.
fn metadata(brokers: &[(i32, u16)], leaders: &[i32], epoch: i32) -> MetadataResponse {
    let brokers = brokers.iter().map(|(id, port)| {
        MetadataResponseBroker::default()
            .with_node_id((*id).into())
            .with_host(StrBytes::from_static_str("127.0.0.1"))
            .with_port(i32::from(*port))
    });
    let partitions = (0..).zip(leaders).map(|(index, leader)| {
        MetadataResponsePartition::default()
            .with_partition_index(index)
            .with_leader_id((*leader).into())
            .with_leader_epoch(epoch)
    });
    let topic = MetadataResponseTopic::default()
        .with_name(Some(StrBytes::from_static_str("t").into()))
        .with_partitions(partitions.collect());
    MetadataResponse::default()
        .with_controller_id((-1).into())
        .with_brokers(brokers.collect())
        .with_topics(vec![topic])
}

/// Answers ListOffsets for the partitions asked: with `code` and the broker's own number as offset.
fn list_offsets(header: &RequestHeader, mut body: Bytes, code: ErrorCode, offset: i64) -> BytesMut {
    let request: ListOffsetsRequest =
        decode_request(ApiKey::ListOffsets, header.api_version, &mut body).unwrap();
    let topics = request.topics.into_iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            ListOffsetsPartitionResponse::default()
                .with_partition_index(partition.partition_index)
                .with_error_code(code.code())
                .with_offset(offset)
        });
        ListOffsetsTopicResponse::default().with_partitions(partitions.collect()).with_name(topic.name)
    });
    framed(ApiKey::ListOffsets, header, &ListOffsetsResponse::default().with_topics(topics.collect()))
}

fn config(bootstrap: Vec<Endpoint>) -> ClientConfig {
    ClientConfig {
        connect_timeout: Duration::from_secs(2),
        request_timeout: Duration::from_secs(2),
        api_timeout: Duration::from_secs(10),
        ..ClientConfig::new(bootstrap)
    }
}

/// An address that refuses connections.
async fn nobody() -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Endpoint::new("127.0.0.1", listener.local_addr().unwrap().port())
}

#[tokio::test]
async fn any_bootstrap_server_will_do() {
    let broker =
        FakeBroker::start(|api, header, _| Some(framed(api, header, &metadata(&[(1, 1)], &[], 0)))).await;
    let client = Client::connect(config(vec![nobody().await, broker.endpoint()])).await.unwrap();
    assert_eq!(client.view().brokers.keys().copied().collect::<Vec<_>>(), [BrokerId(1)]);

    let silent = nobody().await;
    let error = Client::connect(config(vec![silent.clone()])).await.unwrap_err();
    assert!(
        error.to_string().starts_with(&format!("none of the bootstrap servers answers ({silent})")),
        "{error}"
    );
    assert!(error.hint().is_some());
}

/// A dead broker costs all who ask for it at once the time of one attempt.
#[tokio::test]
async fn who_waits_for_an_attempt_shares_its_failure() {
    let broker =
        FakeBroker::start(|api, header, _| Some(framed(api, header, &metadata(&[(1, 1)], &[], 0)))).await;
    let client = Client::connect(config(vec![broker.endpoint()])).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = Endpoint::new("127.0.0.1", listener.local_addr().unwrap().port());
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (client, dead) = (client.clone(), dead.clone());
        asking.spawn(async move { client.endpoint(&dead, Lane::SHARED).await.map(drop) });
    }
    let closing = tokio::spawn(async move {
        let mut attempts = 0;
        while let Ok((stream, _)) = listener.accept().await {
            // All sixteen ask before the first is told no.
            while client.inner.slots.lock().values().map(Arc::strong_count).max() < Some(17) {
                tokio::task::yield_now().await;
            }
            attempts += 1;
            drop(stream);
            if attempts > 1 {
                break;
            }
        }
    });
    while let Some(answer) = asking.join_next().await {
        assert!(answer.unwrap().is_err());
    }
    assert!(!closing.is_finished(), "a second attempt was made");
    closing.abort();
}

/// KIP-899: when every known broker is gone, the bootstrap servers are asked again.
#[tokio::test]
async fn a_cluster_that_moved_is_found_again() {
    let elsewhere = nobody().await;
    let view = metadata(&[(1, elsewhere.port)], &[], 0);
    let first = FakeBroker::start(move |api, header, _| Some(framed(api, header, &view))).await;
    let second =
        FakeBroker::start(|api, header, _| Some(framed(api, header, &metadata(&[(7, 7)], &[], 0)))).await;
    let client = Client::connect(config(vec![first.endpoint(), second.endpoint()])).await.unwrap();
    assert!(client.view().brokers.contains_key(&BrokerId(1)));
    first.stop().await;
    while client.refresh(Topics::None).await.is_err() {}
    assert_eq!(client.view().brokers.keys().copied().collect::<Vec<_>>(), [BrokerId(7)]);
}

/// One request a leader, and again to the new one when it has moved.
#[tokio::test]
async fn questions_follow_the_leader() {
    let ports: Arc<Mutex<Vec<(i32, u16)>>> = Arc::default();
    let moved = Arc::new(AtomicU32::new(0));
    let mut brokers = Vec::new();
    for id in [1, 2] {
        let (known, moved) = (ports.clone(), moved.clone());
        let script = move |api, header: &RequestHeader, body| match api {
            ApiKey::Metadata => {
                let has_moved = moved.load(Ordering::SeqCst) > 0;
                let (leaders, epoch) = if has_moved { ([2, 2], 1) } else { ([1, 2], 0) };
                Some(framed(api, header, &metadata(&known.lock(), &leaders, epoch)))
            }
            // Broker 1 has just lost its partition.
            ApiKey::ListOffsets if id == 1 => {
                moved.fetch_add(1, Ordering::SeqCst);
                Some(list_offsets(header, body, ErrorCode::NotLeaderOrFollower, -1))
            }
            _ => Some(list_offsets(header, body, ErrorCode::None, 20)),
        };
        let broker = FakeBroker::start(script).await;
        ports.lock().push((id, broker.port));
        brokers.push(broker);
    }
    let client = Client::connect(config(vec![brokers[0].endpoint()])).await.unwrap();
    let specs =
        [0, 1].map(|index| (TopicPartition::new("t", index), OffsetSpec::Latest)).into_iter().collect();
    let offsets = Admin::new(&client).list_offsets(specs, Isolation::ReadUncommitted).await;
    let offsets: Vec<i64> = offsets.into_values().map(|listed| listed.unwrap().offset.unwrap().0).collect();
    assert_eq!(offsets, [20, 20]);
    assert_eq!(moved.load(Ordering::SeqCst), 1, "asked once, then its successor");
}

#[tokio::test]
async fn what_does_not_exist_is_said_at_once() {
    let port = Arc::new(AtomicU32::new(0));
    let own_port = port.clone();
    let broker = FakeBroker::start(move |api, header, _| {
        let port = own_port.load(Ordering::SeqCst) as u16;
        Some(framed(api, header, &metadata(&[(1, port)], &[1], 0)))
    })
    .await;
    port.store(u32::from(broker.port), Ordering::SeqCst);
    let client = Client::connect(config(vec![broker.endpoint()])).await.unwrap();
    let partition = TopicPartition::new("t", 5);
    let specs = [(partition.clone(), OffsetSpec::Latest)].into_iter().collect();
    let offsets = Admin::new(&client).list_offsets(specs, Isolation::ReadUncommitted).await;
    let error = offsets[&partition].as_ref().unwrap_err();
    assert!(matches!(error, ClientError::Missing { .. }), "{error}");
    assert_eq!(error.code(), Some(ErrorCode::UnknownTopicOrPartition));
}

/// What hangs up on every question is given up after the configured time, with the reason.
#[tokio::test]
async fn retries_end_with_the_last_reason() {
    let answers = Mutex::new(VecDeque::from([metadata(&[(1, 1)], &[], 0)]));
    let broker = FakeBroker::start(move |api, header, _| {
        answers.lock().pop_front().map(|answer| framed(api, header, &answer))
    })
    .await;
    let config = ClientConfig { api_timeout: Duration::from_millis(400), ..config(vec![broker.endpoint()]) };
    let client = Client::connect(config).await.unwrap();
    let error = Admin::new(&client).list_topics().await.unwrap_err();
    assert!(matches!(&error, ClientError::Deadline { timeout_ms: 400, .. }), "{error}");
    assert!(error.to_string().starts_with("listing topics: not done within 400 ms: "), "{error}");
}

/// Where one partition has no leader, the others are answered, and it is given up when the caller says.
#[tokio::test]
async fn a_partition_without_a_leader_is_given_up_as_soon_as_the_caller_wants() {
    let port = Arc::new(AtomicU32::new(0));
    let own_port = port.clone();
    let broker = FakeBroker::start(move |api, header, body| match api {
        ApiKey::Metadata => {
            let port = own_port.load(Ordering::SeqCst) as u16;
            Some(framed(api, header, &metadata(&[(1, port)], &[1, -1], 0)))
        }
        _ => Some(list_offsets(header, body, ErrorCode::None, 20)),
    })
    .await;
    port.store(u32::from(broker.port), Ordering::SeqCst);
    let client = Client::connect(config(vec![broker.endpoint()])).await.unwrap();
    let partitions = [0, 1].map(|index| TopicPartition::new("t", index));
    let specs = partitions.iter().map(|partition| (partition.clone(), OffsetSpec::Latest)).collect();
    let brief = Admin::new(&client.within(Duration::from_millis(300)));
    let offsets = brief.list_offsets(specs, Isolation::ReadUncommitted).await;
    assert!(offsets[&partitions[0]].is_ok(), "{offsets:?}");
    let error = offsets[&partitions[1]].as_ref().unwrap_err();
    assert!(matches!(error, ClientError::Deadline { timeout_ms: 300, .. }), "{error}");
    assert_eq!(error.root().to_string(), "t-1 has no leader at the moment");
}

#[tokio::test]
async fn coordinators_are_remembered_until_forgotten() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let broker = FakeBroker::start(move |api, header, _| match api {
        ApiKey::FindCoordinator => {
            count.fetch_add(1, Ordering::SeqCst);
            let found = Coordinator::default()
                .with_key(StrBytes::from_static_str("g"))
                .with_node_id(3.into())
                .with_host(StrBytes::from_static_str("there"))
                .with_port(9);
            let response = FindCoordinatorResponse::default().with_coordinators(vec![found]);
            Some(framed(api, header, &response))
        }
        _ => Some(framed(api, header, &metadata(&[(1, 1)], &[], 0))),
    })
    .await;
    let client = Client::connect(config(vec![broker.endpoint()])).await.unwrap();
    for forgotten in [false, false, true] {
        if forgotten {
            client.forget_coordinator(CoordinatorKind::Group, "g");
        }
        assert_eq!(client.coordinator(CoordinatorKind::Group, "g").await.unwrap(), BrokerId(3));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let expected = BrokerView { id: BrokerId(3), endpoint: Endpoint::new("there", 9), rack: None };
    assert_eq!(client.view().brokers[&BrokerId(3)], expected, "where it listens is learned with it");
}
