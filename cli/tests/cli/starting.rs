//! How `broker start` begins and ends, and why it refuses to.

use std::path::Path;
use std::process::Stdio;

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

/// `timeout` and shells signal a process and then its group.
#[test]
fn the_echo_of_a_signal_does_not_cut_a_stop_short() {
    for _ in 0..5 {
        let broker = Broker::start_with(&[]);
        broker.signal(rustix::process::Signal::TERM);
        assert_eq!(broker.stop(), Some(0));
    }
}

/// Every topic has its line, or is counted by a later one: the last ones by that of the stop.
#[test]
fn lines_that_were_left_out_are_counted_at_the_stop() {
    let broker = Broker::start_with(&["--log-level", "info"]);
    let names: Vec<String> = (0..50).map(|number| format!("topic-{number}")).collect();
    let names = names.iter().map(String::as_str);
    broker.run(&["topic", "create"].into_iter().chain(names).collect::<Vec<_>>()).ok();
    broker.signal(rustix::process::Signal::TERM);
    let log = broker.ended().stderr;
    let lines = log.lines().filter(|line| line.contains("topic created") || line.contains("topic_created"));
    let counted = |line: &str| {
        let own = u64::from(line.contains("topic created"));
        let (_, left_out) = line.rsplit_once("left_out=").expect("each says how many were left out");
        own + left_out.parse::<u64>().expect("a number")
    };
    assert_eq!(lines.map(counted).sum::<u64>(), 50, "{log}");
}

#[test]
fn a_log_that_is_turned_off_says_so() {
    let broker = Broker::start_with(&["--log-level", "info"]);
    let set = |level: &str| broker.run(&["broker", "config", "set", "1", "--loggers", level]);
    set("nosuchmodule=DEBUG").code(2).stderr_has("there are root, kafkactl_broker");
    set("root=OFF").ok();
    broker.signal(rustix::process::Signal::TERM);
    let log = broker.ended().stderr;
    assert!(log.contains("log levels change filter=off") && !log.contains("stopping"), "{log}");
    let home = tempfile::tempdir().unwrap();
    let unknown = ["--ephemeral", "--log-level", "nosuchmodule=debug"];
    refused(home.path(), &unknown).code(2).stderr_has("there are root, kafkactl_broker");
}

#[test]
fn a_terminal_that_goes_away_ends_it_cleanly() {
    let broker = Broker::start();
    let dir = broker.data_dir();
    broker.signal(rustix::process::Signal::HUP);
    assert_eq!(broker.stop(), Some(0));
    assert!(!dir.exists(), "temporary data goes away");
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
    run(taken, b"")
        .code(1)
        .stderr_has(&format!("cannot listen on {}: ", broker.bootstrap()))
        .stderr_has("port 0 takes a free one");
    refused(home.path(), &["--data-dir", "other", "--ops", broker.bootstrap()]).code(1).stderr_has("--ops");
    refused(home.path(), &["--data-dir", "other", "--ready-file", "none/ready"])
        .code(5)
        .stderr_has("none/ready");
    assert!(!home.path().join("other").exists(), "nothing is formatted for a start that fails");
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
    let done =
        run(unknown, b"").code(1).stderr_has("server.properties: line 2: unknown setting no.such.setting");
    let first: Value = serde_json::from_str(done.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(first["level"], "WARN");
}

#[test]
fn a_directory_keeps_its_node_id_unless_another_is_given() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    for flags in [&["--node-id", "7"][..], &[]] {
        assert_eq!(Broker::start_on(&data, flags).stop(), Some(0));
        let properties = std::fs::read_to_string(data.join("meta.properties")).unwrap();
        assert!(properties.contains("node.id=7\n"), "{properties}");
    }
    let file = home.path().join("server.properties");
    std::fs::write(&file, "node.id=8\n").unwrap();
    for other in [["--node-id", "8"], ["--set", "node.id=8"], ["--config", file.to_str().unwrap()]] {
        refused(home.path(), &[&["--data-dir", "data"][..], &other].concat())
            .code(1)
            .stderr_has("belongs to node 7, not to 8");
    }
}

#[test]
fn data_of_a_newer_program_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("meta.properties");
    let newer = "version=2\ncluster.id=a\nnode.id=1\n";
    std::fs::write(&file, newer).unwrap();
    refused(home.path(), &["--data-dir", "."]).code(1).stderr_has("meta.properties").stderr_has("newer");
    assert_eq!(std::fs::read_to_string(file).unwrap(), newer);
}

#[test]
fn too_few_open_files_are_named_with_a_way_out() {
    let home = tempfile::tempdir().unwrap();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -n 100 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_kafkactl")]);
    shell.args(["broker", "start", "--listen", "127.0.0.1:0", "--data-dir", "data"]);
    shell.current_dir(home.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    run(shell, b"").code(1).stdout("").stderr_has("the limit is 100").stderr_has("ulimit -n");
    assert!(!home.path().join("data").exists(), "nothing was begun");
}

#[test]
fn a_full_disk_refuses_records_until_there_is_room() {
    let home = tempfile::tempdir().unwrap();
    let disk = home.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let Some(broker) = Broker::start_on_small_disk(&disk) else {
        println!("skipped: this user may not mount a small disk");
        return;
    };
    for topic in ["kept", "filler"] {
        broker.run(&["topic", "create", topic, "-P", "1", "-R", "1"]).ok();
    }
    broker.run_with(&["produce", "kept"], b"before\n").ok();
    let line = [vec![b'x'; 500_000], vec![b'\n']].concat();
    let full = broker.run_within("5s", &["produce", "filler"], &line.repeat(60));
    assert_ne!(full.code, Some(0), "{full:#?}");
    assert!(full.stderr.contains("KAFKA_STORAGE_ERROR"), "{full:#?}");
    broker.run(&["consume", "kept"]).ok().stdout_has("before");
    broker.run(&["topic", "delete", "filler", "--yes"]).ok();
    broker.run_with(&["produce", "kept"], b"after\n").ok();
    broker.run(&["consume", "kept"]).ok().stdout_has("after");
    assert_eq!(broker.stop(), Some(0));
}
