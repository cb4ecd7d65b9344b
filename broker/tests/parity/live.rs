//! Plays requests that Apache Kafka was sent to our broker, on a copy of the same directory, and compares the answers.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use flate2::read::GzDecoder;
use kafkactl_core::wire::{ApiKey, ErrorCode};
use serde::Deserialize;
use serde_json::Value;

use crate::case::{Case, golden};
use crate::message_json::Messages;
use crate::node::{Advertised, FREE_PORTS, Node};
use crate::verdict::Verdicts;

/// Longer than any wait a recorded request asks for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// `listeners` of the recorded broker.
const RECORDED_PORTS: &str = "PLAINTEXT://127.0.0.1:49001,CONTROLLER://127.0.0.1:49011";

/// Arrays whose order follows Java's hashes or chance: compared as sets.
const UNORDERED: &[(ApiKey, &str)] = &[
    (ApiKey::ListTransactions, "transactionStates"),
    (ApiKey::ConsumerGroupDescribe, "groups"),
    (ApiKey::ConsumerGroupDescribe, "topicPartitions"),
    (ApiKey::CreatePartitions, "results"),
    (ApiKey::CreateTopics, "topics"),
    (ApiKey::DeleteGroups, "results"),
    (ApiKey::DeleteRecords, "partitions"),
    (ApiKey::DeleteRecords, "topics"),
    (ApiKey::DescribeConfigs, "configs"),
    (ApiKey::DescribeGroups, "groups"),
    (ApiKey::DescribeProducers, "activeProducers"),
    (ApiKey::ElectLeaders, "replicaElectionResults"),
    (ApiKey::ListConfigResources, "configResources"),
    (ApiKey::ListGroups, "groups"),
    (ApiKey::Metadata, "topics"),
    (ApiKey::OffsetFetch, "partitions"),
];

/// A text of our own: whether there is one, and an empty one or not, is Kafka's.
const WORDS: &str = "errorMessage";

#[test]
fn plain_exchanges_are_answered_as_kafka_answers() {
    play("plain");
}

#[test]
fn group_exchanges_are_answered_as_kafka_answers() {
    play("groups");
}

#[test]
fn config_exchanges_are_answered_as_kafka_answers() {
    play("config");
}

#[test]
fn transaction_exchanges_are_answered_as_kafka_answers() {
    play("transactions");
}

/// One connection to Kafka.
#[derive(Deserialize)]
struct Exchange {
    name: String,
    #[serde(rename = "key")]
    api_key: Option<i16>,
    version: Option<i16>,
    request_frame: String,
    /// Absent when it names a directory of the machine that Kafka ran on.
    response_frame: Option<String>,
    response: Option<Value>,
    /// Kafka closed the connection.
    #[serde(default)]
    closed: bool,
    /// Paths in the answer that differed when Kafka was asked twice.
    #[serde(default)]
    volatile: Vec<String>,
}

fn play(name: &'static str) {
    let case = Case::copy(name);
    let node = Node::start(&case, Advertised::Recorded).unwrap();
    wait_for_groups(node.address());
    let directory = case.folder.path().to_str().unwrap().to_owned();
    let places =
        [(directory, format!("DIR/live/{name}")), (FREE_PORTS.to_owned(), RECORDED_PORTS.to_owned())];
    let judge = Judge { messages: Messages::load(), places };
    let mut verdicts = Verdicts::default();
    let file = fs::File::open(golden(&format!("live/{name}.jsonl.gz"))).unwrap();
    for line in BufReader::new(GzDecoder::new(file)).lines() {
        let exchange: Exchange = serde_json::from_str(&line.unwrap()).unwrap();
        let answer = send(&bytes_of(&exchange.request_frame), node.address());
        verdicts.add(format!("live/{name}/{}", exchange.name), judge.compare(&exchange, answer.as_deref()));
    }
    node.stop();
    verdicts.settle(&format!("live/{name}/"));
}

/// Asks on a connection of its own; `None` when the broker closes it.
fn send(request: &[u8], address: SocketAddr) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(ANSWER_TIMEOUT)).unwrap();
    stream.write_all(&i32::try_from(request.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(request).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut response = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut response).unwrap();
    Some(response)
}

/// Kafka had read its groups when it was asked.
fn wait_for_groups(address: SocketAddr) {
    let list_groups = [&[0, 16, 0, 0][..], &[0; 4], &[0xff; 2]].concat();
    let is_loading =
        |answer: Vec<u8>| answer[4..6] == ErrorCode::CoordinatorLoadInProgress.code().to_be_bytes();
    while send(&list_groups, address).is_some_and(is_loading) {
        std::thread::yield_now();
    }
}

/// Whether an answer is Kafka's: the same bytes, or the same but for what differs from run to run.
struct Judge {
    messages: Messages,
    /// Where our broker keeps its data and listens, and where Kafka did.
    places: [(String, String); 2],
}

impl Judge {
    fn compare(&self, exchange: &Exchange, answer: Option<&[u8]>) -> Result<(), String> {
        let Some(answer) = answer else {
            return if exchange.closed { Ok(()) } else { Err("closed, Kafka answers".to_owned()) };
        };
        if exchange.closed {
            return Err("answered, Kafka closes".to_owned());
        }
        let expected_frame = exchange.response_frame.as_deref().map(bytes_of);
        if expected_frame.as_deref() == Some(answer) {
            return Ok(());
        }
        let (Some(key), Some(version), Some(expected)) =
            (exchange.api_key, exchange.version, &exchange.response)
        else {
            return Err(format!("{answer:02x?}, Kafka {expected_frame:02x?}"));
        };
        let api = ApiKey::from_key(key).unwrap();
        let body_at = if api.response_header_version(version) >= 1 { 5 } else { 4 };
        let (header, body) = answer.split_at_checked(body_at).ok_or("no whole header")?;
        if expected_frame.is_some_and(|frame| frame[..body_at] != *header) {
            return Err(format!("header {header:02x?}"));
        }
        let found = self.messages.json(&format!("{}Response", api.name()), version, body)?;
        let places = self.places.iter();
        let found = places.fold(found.to_string(), |text, (ours, kafkas)| text.replace(ours, kafkas));
        let found = serde_json::from_str(&found).unwrap();
        let (found, expected) = (exchange.stable(api, found), exchange.stable(api, expected.clone()));
        if found != expected {
            return Err(format!("v{version}\n    Kafka {expected}\n    found {found}"));
        }
        // Record bytes are not in the JSON.
        if api == ApiKey::Fetch && exchange.volatile.is_empty() {
            return Err(format!("v{version}: other record bytes"));
        }
        Ok(())
    }
}

impl Exchange {
    /// An answer without what differs from run to run.
    fn stable(&self, api: ApiKey, mut answer: Value) -> Value {
        for path in &self.volatile {
            let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
            remove(&mut answer, &steps);
        }
        normalize(api, &mut answer);
        answer
    }
}

fn remove(value: &mut Value, path: &[&str]) {
    match (value, path) {
        (Value::Object(object), [last]) => {
            object.remove(*last);
        }
        (Value::Object(object), [step, rest @ ..]) => {
            if let Some(inner) = object.get_mut(*step) {
                remove(inner, rest);
            }
        }
        (Value::Array(elements), ["*", rest @ ..]) => elements.iter_mut().for_each(|it| remove(it, rest)),
        _ => {}
    }
}

/// Makes two answers of `api` equal that mean the same.
fn normalize(api: ApiKey, value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.sort_keys();
            for (name, value) in object {
                normalize(api, value);
                match value {
                    Value::String(text) if name == WORDS && !text.is_empty() => *text = "words".to_owned(),
                    Value::Array(elements) if UNORDERED.contains(&(api, name.as_str())) => {
                        elements.sort_by_cached_key(Value::to_string);
                    }
                    _ => {}
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|it| normalize(api, it)),
        _ => {}
    }
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
