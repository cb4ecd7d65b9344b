//! How `broker start` begins and ends, and why it refuses to.

use std::path::Path;

use serde_json::Value;

use crate::broker::Broker;
use crate::kafkactl::{Done, command, run};

/// A start that fails before it serves.
fn refused(home: &Path, words: &[&str]) -> Done {
    let mut command = command(home);
    command.args(["broker", "start", "--listen", "127.0.0.1:0"]).args(words);
    run(command, b"")
}

#[test]
fn a_ready_file_names_the_address_while_the_broker_serves() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("ready");
    let broker = Broker::start_with(&["--ready-file", file.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{}\n", broker.bootstrap()));
    assert_eq!(broker.stop(), Some(0));
    assert!(!file.exists());
}

#[test]
fn what_is_in_use_is_named_with_a_way_out() {
    let home = tempfile::tempdir().unwrap();
    let broker = Broker::start();
    let dir = broker.data_dir();
    refused(home.path(), &["--data-dir", dir.to_str().unwrap()])
        .code(1)
        .stdout("")
        .stderr_has("hint: stop the other broker");
    let listen = ["--data-dir", "other", "--listen", broker.bootstrap()];
    let mut taken = command(home.path());
    taken.args(["broker", "start"]).args(listen);
    run(taken, b"").code(1).stderr_has(broker.bootstrap()).stderr_has("port 0 takes a free one");
    assert_eq!(broker.stop(), Some(0));
    assert!(!dir.exists(), "temporary data goes away");
}

#[test]
fn settings_warn_or_are_refused_by_name_and_line() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("server.properties");
    let config = ["--config", path.to_str().unwrap(), "--data-dir", "data"];
    std::fs::write(&path, "node.id=1\nnum.partitions = many\n").unwrap();
    refused(home.path(), &config).code(2).stderr_has("server.properties: line 2: num.partitions");
    refused(home.path(), &["--data-dir", "data", "--set", "log.segment.bytes=-1"])
        .code(2)
        .stderr_has("log.segment.bytes");
    refused(home.path(), &["--data-dir", "/dev/null/data"]).code(1).stderr_has("/dev/null/data");
    // The listener that is taken ends the start after the settings were read.
    std::fs::write(&path, "node.id=1\nno.such.setting=1\nlisteners=PLAINTEXT://203.0.113.1:1\n").unwrap();
    let mut unknown = command(home.path());
    unknown.args(["broker", "start", "--log-format", "json"]).args(config);
    let done = run(unknown, b"").code(1).stderr_has("no.such.setting");
    let first: Value = serde_json::from_str(done.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(first["level"], "WARN");
}
