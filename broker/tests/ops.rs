//! The port for operators, asked by a plain HTTP client.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use kafkactl_broker::{Levels, Loggers, RunningBroker, StartOptions, start};
use kafkactl_core::client::admin::{CommittedOffset, Committer, NewTopic};
use kafkactl_core::client::producer::{Producer, ProducerConfig, Record};
use kafkactl_core::client::{Admin, Client, ClientConfig, Endpoint};
use kafkactl_core::names::{LeaderEpoch, Offset, TopicName, TopicPartition};
use kafkactl_core::settings::{BrokerSettings, Properties};
use kafkactl_core::wire::StrBytes;
use kafkactl_core::wire::messages::describe_configs_request::DescribeConfigsResource;
use kafkactl_core::wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use kafkactl_core::wire::messages::{DescribeConfigsRequest, IncrementalAlterConfigsRequest};

const NODE_ID: &str = "7";

async fn started(directory: &Path, loggers: Option<Arc<Loggers>>) -> RunningBroker {
    let pairs = [
        ("log.dirs", directory.display().to_string()),
        ("listeners", "PLAINTEXT://127.0.0.1:0".to_owned()),
        ("ops.listen", "127.0.0.1:0".to_owned()),
        ("node.id", NODE_ID.to_owned()),
    ];
    let pairs: Vec<(String, String)> = pairs.map(|(key, value)| (key.to_owned(), value)).into();
    let settings = BrokerSettings::load(&Properties::default(), &pairs).unwrap().0;
    start(StartOptions { settings, cluster_id: None, is_ephemeral: false, loggers }).await.unwrap()
}

/// Status and body.
async fn ask(
    address: SocketAddr,
    method: &'static str,
    path: &'static str,
    body: &'static str,
) -> (u16, String) {
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: ops\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    });
    asked.await.unwrap()
}

/// The value of a sample, by its name with labels.
fn sample(text: &str, name: &str) -> f64 {
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
    line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).rsplit_once(' ').unwrap().1.parse().unwrap()
}

async fn client(broker: &RunningBroker) -> Client {
    let bootstrap = Endpoint::parse_list(&broker.addresses()[0].address.to_string()).unwrap();
    Client::connect(ClientConfig::new(bootstrap)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_follow_what_clients_do() {
    let directory = tempfile::tempdir().unwrap();
    let mut broker = started(directory.path(), None).await;
    let ops = broker.ops_address().unwrap();
    let client = client(&broker).await;
    let admin = Admin::new(&client);
    let orders = TopicName::new("orders");
    let new = NewTopic { partition_count: 2, replication_factor: 1, ..NewTopic::default() };
    admin.create_topics(&BTreeMap::from([(orders.clone(), new)]), false).await.unwrap();
    let producer = Producer::new(&client, ProducerConfig::default()).unwrap();
    let partition = TopicPartition::new(orders.clone(), 0);
    for _ in 0..10 {
        let record = Record { partition: Some(partition.partition), ..Record::new(&orders, b"value") };
        producer.send(&record).await.unwrap();
    }
    producer.close().await.unwrap();
    let committed =
        CommittedOffset { offset: Offset(4), leader_epoch: LeaderEpoch::NONE, metadata: String::new() };
    let offsets = BTreeMap::from([(partition, committed)]);
    admin.commit_group_offsets("billing", &Committer::outsider(), &offsets).await.unwrap();
    let missing = admin.delete_topics(&[TopicName::new("missing")]).await.unwrap();
    assert!(missing.values().all(Result::is_err));

    let (status, text) = ask(ops, "GET", "/metrics", "").await;
    assert_eq!(status, 200);
    for (name, expected) in [
        ("kafka_topic_records_in_total{topic=\"orders\"}", 10.0),
        ("kafka_log_end_offset{topic=\"orders\",partition=\"0\"}", 10.0),
        ("kafka_log_end_offset{topic=\"orders\",partition=\"1\"}", 0.0),
        ("kafka_group_lag_records{group=\"billing\",topic=\"orders\",partition=\"0\"}", 6.0),
        ("kafka_groups{type=\"classic\",state=\"Empty\"}", 1.0),
        ("kafka_group_state{group=\"billing\",type=\"classic\",state=\"Empty\"}", 1.0),
        ("kafka_metadata_errors_total{during=\"write\"}", 0.0),
        ("kafka_request_errors_total{api=\"DeleteTopics\",error=\"UNKNOWN_TOPIC_OR_PARTITION\"}", 1.0),
        ("kafka_cluster_brokers", 1.0),
        ("kafka_cluster_offline_partitions", 0.0),
        ("kafka_controller_active", 1.0),
        ("kafka_requests_parked{api=\"Produce\"}", 0.0),
    ] {
        assert_eq!(sample(&text, name), expected, "{name}");
    }
    let lag_s = sample(&text, "kafka_group_lag_seconds{group=\"billing\",topic=\"orders\",partition=\"0\"}");
    assert!((0.0..60.0).contains(&lag_s), "{lag_s}");
    let produced = sample(&text, "kafka_request_total_seconds_count{api=\"Produce\"}");
    assert!(produced >= 1.0, "{text}");
    assert_eq!(sample(&text, "kafka_request_total_seconds_bucket{le=\"+Inf\",api=\"Produce\"}"), produced);
    // The topic, the offsets topic, and the topic that is not there.
    for name in ["kafka_controller_queue_seconds", "kafka_controller_processing_seconds"] {
        assert!(sample(&text, &format!("{name}_count")) >= 3.0, "{name} in {text}");
    }
    assert!(sample(&text, "kafka_quorum_commit_seconds_count") >= 2.0, "{text}");
    let loads = sample(&text, "kafka_coordinator_load_seconds_count{coordinator=\"group\"}");
    assert_eq!(loads, 50.0, "partitions of the offsets topic");
    assert!([2.0, 3.0].contains(&sample(&text, "kafka_broker_state")), "{text}");
    lint(&text);
    assert_eq!(families(&text), documented());
    let log_end = "kafka_quorum_log_end_offset";
    let text = loop {
        let (_, later) = ask(ops, "GET", "/metrics", "").await;
        if sample(&later, log_end) > sample(&text, log_end) {
            break later;
        }
    };
    assert_eq!(
        sample(&text, "kafka_metadata_applied_offset"),
        sample(&text, log_end) - 1.0,
        "records that change nothing are applied too"
    );
    broker.shutdown();
    broker.wait().await.unwrap();
    assert!(TcpStream::connect(ops).is_err());
}

/// Lets Prometheus' own tool judge a scrape, where there is one.
fn lint(text: &str) {
    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut promtool) = promtool.spawn() else {
        eprintln!("left out: promtool is not installed; it comes with Debian's package prometheus");
        return;
    };
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let judged = promtool.wait_with_output().unwrap();
    let said = [judged.stdout, judged.stderr].concat();
    assert!(judged.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

/// Type and meaning of every metric, by its name.
type Families = BTreeMap<String, (String, String)>;

fn families(text: &str) -> Families {
    let lines =
        |start: &'static str| text.lines().filter_map(move |line| line.strip_prefix(start)?.split_once(' '));
    let kinds: BTreeMap<&str, &str> = lines("# TYPE ").collect();
    let of = |(name, help): (&str, &str)| {
        (name.to_owned(), (kinds[name].to_owned(), help.trim_end_matches('.').to_owned()))
    };
    lines("# HELP ").map(of).collect()
}

/// As docs/metrics.md says of a broker.
fn documented() -> Families {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
    let text = std::fs::read_to_string(path).unwrap();
    let of_a_broker = text.split_once("\n## The exporter").unwrap().0;
    let rows = of_a_broker.lines().filter_map(|line| line.strip_prefix("| `"));
    let of = |row: &str| {
        let cells: Vec<&str> = row.split(" | ").collect();
        (cells[0].trim_end_matches('`').to_owned(), (cells[1].to_owned(), cells[3].to_owned()))
    };
    rows.map(of).collect()
}

/// Levels that are put in force by noting them.
fn loggers() -> (Arc<Loggers>, Arc<Mutex<Vec<String>>>) {
    let in_force = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&in_force);
    let put_in_force = move |levels: &Levels| {
        noted.lock().unwrap().push(levels.to_string());
        Ok(())
    };
    (Arc::new(Loggers::new("info".parse().unwrap(), Box::new(put_in_force))), in_force)
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_the_look_inside_answer() {
    let directory = tempfile::tempdir().unwrap();
    let (loggers, in_force) = loggers();
    let broker = started(directory.path(), Some(loggers)).await;
    let ops = broker.ops_address().unwrap();
    assert_eq!(ask(ops, "GET", "/healthz", "").await, (200, "ok\n".to_owned()));
    assert_eq!(ask(ops, "GET", "/readyz", "").await, (200, "ok\n".to_owned()));
    assert_eq!(ask(ops, "GET", "/debug/log-level", "").await, (200, "info\n".to_owned()));
    for nonsense in ["loud", "", " \n", "nosuchmodule=debug", "info,kafka.server.KafkaApis=debug"] {
        assert_eq!(ask(ops, "PUT", "/debug/log-level", nonsense).await.0, 400, "{nonsense:?}");
    }
    assert_eq!(ask(ops, "PUT", "/debug/log-level", "debug\n").await, (200, "debug\n".to_owned()));
    let group = "kafkactl_broker::group=debug";
    assert_eq!(ask(ops, "PUT", "/debug/log-level", group).await, (200, format!("off,{group}\n")));
    let (_, told) = ask(ops, "PUT", "/debug/log-level", "nosuchmodule=debug").await;
    assert!(told.contains("nosuchmodule; there are root, kafkactl_broker, kafkactl_core"), "{told}");
    assert_eq!(*in_force.lock().unwrap(), ["debug", &format!("off,{group}")]);
    for path in ["/debug", "/debug/"] {
        let (status, text) = ask(ops, "GET", path, "").await;
        let below: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(
            (status, &below[..]),
            (200, &["/debug/broker", "/debug/settings", "/debug/log-level"][..])
        );
    }
    let (status, text) = ask(ops, "GET", "/debug/broker", "").await;
    assert_eq!(status, 200);
    assert!(text.contains(broker.cluster_id()), "{text}");
    let (status, text) = ask(ops, "GET", "/debug/settings", "").await;
    assert!(status == 200 && text.contains("ops.listen"), "{text}");
    assert_eq!(ask(ops, "GET", "/nowhere", "").await.0, 404);
    assert_eq!(ask(ops, "POST", "/metrics", "").await.0, 405);
}

/// Kafka's number of the resource BROKER_LOGGER.
const BROKER_LOGGER: i8 = 8;
/// Operations of IncrementalAlterConfigs.
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;

/// Levels by logger, as DescribeConfigs tells them.
async fn levels_told(client: &Client, broker: &str) -> Result<BTreeMap<String, String>, i16> {
    let resource = DescribeConfigsResource::default()
        .with_resource_type(BROKER_LOGGER)
        .with_resource_name(StrBytes::from_string(broker.to_owned()))
        .with_configuration_keys(None);
    let request = DescribeConfigsRequest::default().with_resources(vec![resource]);
    let answer = client.any_broker().await.unwrap().call(&request).await.unwrap();
    let result = &answer.results[0];
    if result.error_code != 0 {
        return Err(result.error_code);
    }
    let levels = result.configs.iter().map(|config| {
        assert!(!config.read_only && !config.is_sensitive && config.synonyms.is_empty());
        assert_eq!(config.config_source, 6, "{}", config.name);
        (config.name.to_string(), config.value.as_ref().unwrap().to_string())
    });
    Ok(levels.collect())
}

/// The error code of one change.
async fn change_level(client: &Client, logger: &str, operation: i8, level: &str) -> i16 {
    let text = |text: &str| StrBytes::from_string(text.to_owned());
    let config = AlterableConfig::default()
        .with_name(text(logger))
        .with_config_operation(operation)
        .with_value(Some(text(level)));
    let resource = AlterConfigsResource::default()
        .with_resource_type(BROKER_LOGGER)
        .with_resource_name(text(NODE_ID))
        .with_configs(vec![config]);
    let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
    client.any_broker().await.unwrap().call(&request).await.unwrap().responses[0].error_code
}

#[tokio::test(flavor = "multi_thread")]
async fn log_levels_are_configs_of_kafkas_loggers() {
    let directory = tempfile::tempdir().unwrap();
    let (loggers, in_force) = loggers();
    let broker = started(directory.path(), Some(loggers)).await;
    let client = client(&broker).await;
    let levels = levels_told(&client, NODE_ID).await.unwrap();
    assert_eq!((&*levels["root"], &*levels["kafkactl_core::log"]), ("INFO", "INFO"));
    let (invalid_request, invalid_config) = (42, 40);
    for (logger, operation, level, code) in [
        // With Kafka's dots between the parts.
        ("kafkactl_core.log", SET, "DEBUG", 0),
        ("root", SET, "WARN", 0),
        ("kafkactl_core::log", SET, "LOUD", invalid_config),
        ("kafka.server.KafkaApis", SET, "DEBUG", invalid_config),
        ("kafkactl_core::log", APPEND, "DEBUG", invalid_request),
        ("root", DELETE, "", invalid_request),
    ] {
        assert_eq!(
            change_level(&client, logger, operation, level).await,
            code,
            "{logger} {operation} {level}"
        );
    }
    let levels = levels_told(&client, NODE_ID).await.unwrap();
    assert_eq!((&*levels["root"], &*levels["kafkactl_core::log"]), ("WARN", "DEBUG"));
    assert_eq!(change_level(&client, "kafkactl_core::log", DELETE, "").await, 0);
    assert_eq!(
        *in_force.lock().unwrap(),
        ["info,kafkactl_core::log=debug", "warn,kafkactl_core::log=debug", "warn"]
    );
    assert_eq!(levels_told(&client, "8").await, Err(invalid_request));
    assert_eq!(levels_told(&client, "").await, Err(invalid_request));
}
