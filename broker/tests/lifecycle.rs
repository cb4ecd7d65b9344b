//! Brokers are started, stopped, killed and refused through the crate's front door.

use std::net::TcpStream;
use std::path::Path;

use kafkactl_broker::{RunningBroker, StartError, StartOptions, start};
use kafkactl_core::settings::{BrokerSettings, Properties};

fn options(directory: &Path, more: &[(&str, &str)]) -> StartOptions {
    let mut pairs = vec![
        ("log.dirs".to_owned(), directory.display().to_string()),
        ("listeners".to_owned(), "PLAINTEXT://127.0.0.1:0".to_owned()),
    ];
    pairs.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    let settings = BrokerSettings::load(&Properties::default(), &pairs).unwrap().0;
    StartOptions { settings, cluster_id: None, is_ephemeral: false, loggers: None }
}

async fn started(directory: &Path) -> RunningBroker {
    start(options(directory, &[])).await.unwrap()
}

async fn stop(mut broker: RunningBroker) {
    broker.shutdown();
    broker.wait().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_directory_formats_itself_and_stays_what_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let broker = started(directory.path()).await;
    let cluster = broker.cluster_id().to_owned();
    assert_eq!(cluster.len(), 22);
    TcpStream::connect(broker.addresses()[0].address).unwrap();
    stop(broker).await;
    let broker = started(directory.path()).await;
    assert_eq!(broker.cluster_id(), cluster);
    stop(broker).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_broker_leaves_its_port_and_its_marker() {
    let directory = tempfile::tempdir().unwrap();
    let marker = directory.path().join(".kafka_cleanshutdown");
    let broker = started(directory.path()).await;
    let address = broker.addresses()[0].address;
    assert!(!marker.exists());
    stop(broker).await;
    assert!(marker.exists());
    assert!(TcpStream::connect(address).is_err());
}

/// The reason a start is refused.
async fn refused(options: StartOptions) -> StartError {
    match start(options).await {
        Ok(_) => panic!("the broker started"),
        Err(error) => error,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_has_one_broker() {
    let directory = tempfile::tempdir().unwrap();
    let broker = started(directory.path()).await;
    let error = refused(options(directory.path(), &[])).await;
    assert!(matches!(error, StartError::Locked { .. }), "{error}");
    stop(broker).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_has_one_listener() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let broker = started(first.path()).await;
    let taken = format!("PLAINTEXT://{}", broker.addresses()[0].address);
    let error = refused(options(second.path(), &[("listeners", &taken)])).await;
    assert!(matches!(&error, StartError::Listen { .. }) && error.to_string().contains(&taken), "{error}");
    stop(broker).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_directories_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("thesis.tex"), "years of work").unwrap();
    let error = refused(options(directory.path(), &[])).await;
    assert!(error.to_string().contains("thesis.tex"), "{error}");

    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("meta.properties"), "version=2\ncluster.id=a\nnode.id=1\n").unwrap();
    let error = refused(options(directory.path(), &[])).await;
    assert!(error.to_string().contains("newer"), "{error}");

    let directory = tempfile::tempdir().unwrap();
    stop(started(directory.path()).await).await;
    let error = refused(options(directory.path(), &[("node.id", "7")])).await;
    assert!(error.to_string().contains("node 1, not to 7"), "{error}");
    let other = StartOptions { cluster_id: Some("another".to_owned()), ..options(directory.path(), &[]) };
    let error = refused(other).await;
    assert!(error.to_string().contains("another"), "{error}");
}
