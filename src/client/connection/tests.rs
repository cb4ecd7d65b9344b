//! Against a scripted broker at the other end of a pipe.

use tokio::io::DuplexStream;

use super::*;
use crate::wire::frame::encode_response;
use crate::wire::messages::api_versions_response::ApiVersion;
use crate::wire::messages::{MetadataRequest, MetadataResponse};

/// The broker's end: reads requests, writes what the test tells it to.
struct FakeBroker {
    stream: DuplexStream,
    inbox: FrameDecoder,
}

impl FakeBroker {
    async fn request(&mut self) -> (RequestHeader, Bytes) {
        loop {
            if let Some(mut frame) = self.inbox.next_frame().unwrap() {
                return (RequestHeader::decode(&mut frame).unwrap(), frame);
            }
            assert_ne!(self.stream.read_buf(self.inbox.inbox()).await.unwrap(), 0, "the client closed");
        }
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    async fn answer_api_versions(&mut self) {
        let (header, _) = self.request().await;
        assert_eq!(header.api_key, ApiKey::ApiVersions.key());
        let answer =
            frame_of(ApiKey::ApiVersions, header.api_version, header.correlation_id, &api_versions(0));
        self.write(&answer).await;
    }
}

fn api_versions(error: i16) -> ApiVersionsResponse {
    let range = |api: ApiKey, min, max| {
        ApiVersion::default().with_api_key(api.key()).with_min_version(min).with_max_version(max)
    };
    ApiVersionsResponse::default()
        .with_error_code(error)
        .with_api_keys(vec![range(ApiKey::ApiVersions, 0, 3), range(ApiKey::Metadata, 0, 12)])
}

fn frame_of<M: crate::wire::messages::Encodable>(
    api: ApiKey,
    version: i16,
    id: i32,
    message: &M,
) -> BytesMut {
    let mut frame = BytesMut::new();
    encode_response(api, version, id, message, &mut frame).unwrap();
    frame
}

fn config() -> ClientConfig {
    ClientConfig { request_timeout: Duration::from_secs(2), ..ClientConfig::new(vec![]) }
}

fn pipe() -> (DuplexStream, FakeBroker) {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    (ours, FakeBroker { stream: theirs, inbox: FrameDecoder::new(1 << 20) })
}

async fn connected() -> (Connection, FakeBroker) {
    connected_with(config()).await
}

async fn connected_with(config: ClientConfig) -> (Connection, FakeBroker) {
    let (ours, mut broker) = pipe();
    let endpoint = Endpoint::new("fake", 1);
    let (connection, ()) =
        tokio::join!(Connection::start(&endpoint, &config, ours), broker.answer_api_versions());
    (connection.unwrap(), broker)
}

fn metadata(cluster: &str) -> MetadataResponse {
    MetadataResponse::default().with_cluster_id(Some(StrBytes::from_string(cluster.to_owned())))
}

#[tokio::test]
async fn negotiation_falls_back_to_what_the_broker_names() {
    let (ours, mut broker) = pipe();
    let endpoint = Endpoint::new("fake", 1);
    let config = config();
    let script = async {
        let (header, _) = broker.request().await;
        assert_eq!((header.api_version, header.client_id.as_deref()), (4, Some("kafkactl")));
        let refusal = api_versions(ErrorCode::UnsupportedVersion.code());
        broker.write(&frame_of(ApiKey::ApiVersions, 0, header.correlation_id, &refusal)).await;
        let (header, _) = broker.request().await;
        assert_eq!(header.api_version, 3);
        broker.write(&frame_of(ApiKey::ApiVersions, 3, header.correlation_id, &api_versions(0))).await;
    };
    let (connection, ()) = tokio::join!(Connection::start(&endpoint, &config, ours), script);
    let connection = connection.unwrap();
    assert_eq!(connection.version_of::<MetadataRequest>().unwrap(), 12);
    let error = connection.version_within::<MetadataRequest>(13, 13).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake:1 does not offer Metadata in any version that can do this (it offers 0 to 12)"
    );
}

/// The first bytes that an HTTP server, a TLS listener of Apache Kafka and something else say to a client of Kafka's.
#[tokio::test]
async fn what_is_no_broker_is_called_by_its_name() {
    for (bytes, found) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], Some(Found::Http)),
        (&[21, 3, 3, 0, 2, 2, 80][..], Some(Found::Tls)),
        (&b"SSH-2.0-OpenSSH_9.6\r\n"[..], None),
    ] {
        let (ours, mut broker) = pipe();
        let endpoint = Endpoint::new("fake", 1);
        let config = config();
        let script = async {
            broker.request().await;
            broker.write(bytes).await;
        };
        let (connection, ()) = tokio::join!(Connection::start(&endpoint, &config, ours), script);
        match (connection.unwrap_err(), found) {
            (error @ ClientError::NotABroker { found, .. }, Some(expected)) => {
                assert_eq!((found, error.hint()), (expected, Some(expected.hint())));
            }
            (ClientError::Disconnected { .. }, None) => {}
            (error, expected) => panic!("{error}, and not {expected:?}"),
        }
    }
}

#[tokio::test]
async fn a_controller_is_no_broker() {
    let (ours, mut broker) = pipe();
    let (endpoint, config) = (Endpoint::new("fake", 1), config());
    let script = async {
        let (header, _) = broker.request().await;
        let keys = [ApiKey::ApiVersions, ApiKey::Vote, ApiKey::DescribeCluster]
            .map(|api| ApiVersion::default().with_api_key(api.key()).with_min_version(0).with_max_version(1));
        let offered = ApiVersionsResponse::default().with_api_keys(keys.to_vec());
        broker
            .write(&frame_of(ApiKey::ApiVersions, header.api_version, header.correlation_id, &offered))
            .await;
    };
    let (connection, ()) = tokio::join!(Connection::start(&endpoint, &config, ours), script);
    let error = connection.unwrap().into_broker().unwrap_err();
    assert_eq!(error.to_string(), "fake:1 is no listener for Kafka's clients: it is a controller's");
}

#[tokio::test]
async fn requests_are_pipelined_and_answered_in_order() {
    let (connection, mut broker) = connected().await;
    let script = async {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(broker.request().await.0.correlation_id);
        }
        let mut all = BytesMut::new();
        for id in ids {
            all.extend(frame_of(ApiKey::Metadata, 12, id, &metadata(&format!("c{id}"))));
        }
        for byte in all.chunks(7) {
            broker.write(byte).await;
        }
    };
    let request = MetadataRequest::default();
    let (a, b, c, ()) =
        tokio::join!(connection.call(&request), connection.call(&request), connection.call(&request), script);
    let names: Vec<String> = [a, b, c].map(|answer| answer.unwrap().cluster_id.unwrap().to_string()).to_vec();
    assert_eq!(names, ["c1", "c2", "c3"]);
}

/// Every hostile answer fails the request and closes the connection.
#[tokio::test]
async fn hostile_answers_close_the_connection() {
    let wrong_id = frame_of(ApiKey::Metadata, 12, 99, &metadata("c")).to_vec();
    let mut garbage = frame_of(ApiKey::Metadata, 12, 1, &metadata("c")).to_vec();
    garbage.truncate(12);
    garbage[..4].copy_from_slice(&8i32.to_be_bytes());
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("wrong correlation id", wrong_id, "the answer to request 99 came"),
        ("negative length", (-5i32).to_be_bytes().to_vec(), "negative"),
        ("huge length", i32::MAX.to_be_bytes().to_vec(), "exceeds the limit"),
        ("empty frame", 0i32.to_be_bytes().to_vec(), "header"),
        ("cut body", garbage, "cannot be read"),
        ("cut stream", b"\0\0\0\x10abc".to_vec(), "the broker closed it"),
    ];
    for (name, bytes, expected) in cases {
        let (connection, mut broker) = connected().await;
        let request = MetadataRequest::default();
        let script = async {
            broker.request().await;
            broker.write(&bytes).await;
            broker.stream.shutdown().await.unwrap();
        };
        let (answer, ()) = tokio::join!(connection.call(&request), script);
        let error = answer.unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
        connection.shared.outgoing.closed().await;
        assert!(connection.is_closed(), "{name}");
        let error = connection.call(&request).await.unwrap_err();
        assert!(error.is_retriable(), "{name}: {error}");
    }
}

#[tokio::test]
async fn an_unasked_answer_closes_the_connection() {
    let (connection, mut broker) = connected().await;
    broker.write(&frame_of(ApiKey::Metadata, 12, 1, &metadata("c"))).await;
    connection.shared.outgoing.closed().await;
    assert!(connection.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_fails_everything_that_waits() {
    let (connection, mut broker) = connected().await;
    let request = MetadataRequest::default();
    let impatient = connection.call(&request);
    let patient = connection.call_version(&request, 12, Duration::from_secs(60));
    let script = async {
        broker.request().await;
        broker.request().await;
    };
    let (late, other, ()) = tokio::join!(impatient, patient, script);
    assert_eq!(late.unwrap_err().to_string(), "fake:1 did not answer Metadata within 2000 ms");
    assert!(other.unwrap_err().to_string().contains("closed"));
    assert!(connection.is_closed());
}

#[tokio::test]
async fn what_was_queued_is_answered_after_the_handle_is_gone() {
    let (connection, mut broker) = connected().await;
    let answer = connection.enqueue(&MetadataRequest::default(), 12, Duration::from_secs(2)).await.unwrap();
    drop(connection);
    let id = broker.request().await.0.correlation_id;
    broker.write(&frame_of(ApiKey::Metadata, 12, id, &metadata("c"))).await;
    assert_eq!(answer.wait().await.unwrap().cluster_id.as_deref(), Some("c"));
    assert_eq!(broker.stream.read(&mut [0]).await.unwrap(), 0, "then the client closes");
}
