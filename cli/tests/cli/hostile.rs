//! Input, positions and outputs that cannot work: each is said in one line with the right status, and none panics.

use std::fs::{self, OpenOptions};
use std::process::Stdio;

use crate::broker::Broker;
use crate::kafkactl::{Done, command, kafkactl, run};

/// A broker with an empty topic `t` of two partitions.
fn broker() -> Broker {
    let broker = Broker::start();
    broker.run(&["topic", "create", "t", "-P", "2", "-R", "1"]).ok();
    broker
}

fn records(broker: &Broker) -> usize {
    broker.run(&["consume", "t", "-o", "jsonl"]).ok().stdout.lines().count()
}

#[test]
fn input_that_is_wrong_is_named() {
    let broker = broker();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let produce = |words: &[&str]| broker.run(&[&["produce", "t"], words].concat());
    let missing = folder.path().join("missing");
    produce(&[missing.to_str().unwrap()]).code(5).stderr_has("missing: No such file");
    produce(&[folder.path().to_str().unwrap()]).code(2).stderr_has("Is a directory");
    for (name, bytes, reason) in [
        ("cut", &b"{\"value\":\"a\"}\n{\"value\":"[..], "cut:2: "),
        ("number", b"{\"value\":1}\n", "number:1: "),
        ("text", b"\nhello\n", "text:2: "),
        ("latin1", b"{\"value\":\"\xe9\"}\n", "latin1:1: "),
        ("nested", &[b'['; 100_000], "nested:1: "),
        ("nowhere", b"{\"value\":\"a\",\"partition\":7}\n", "t-7"),
    ] {
        let done = produce(&[&file(name, bytes), "--input", "jsonl"]);
        assert!(matches!(done.code, Some(2 | 5)) && done.stderr.contains(reason), "{name}: {done:#?}");
    }
    assert_eq!(records(&broker), 1, "what came before the fault was written");
}

#[test]
fn bytes_of_any_kind_come_back_as_they_went_in() {
    let broker = broker();
    broker.run_with(&["produce", "t"], b"").ok();
    assert_eq!(records(&broker), 0, "nothing in, nothing written");
    let garbage: Vec<u8> = (0..=255).rev().cycle().take(3_000).filter(|&byte| byte != b'\n').collect();
    for (index, input) in ["lines", "raw"].into_iter().enumerate() {
        broker.run_with(&["produce", "t", "--input", input, "-p", "0"], &garbage).ok();
        let at = index.to_string();
        let exact = ["consume", "t", "-p", "0", "--from", &at, "--format", "%S %v{hex}"];
        let hex: String = garbage.iter().map(|byte| format!("{byte:02x}")).collect();
        broker.run(&exact).ok().stdout(&format!("{} {hex}", garbage.len()));
    }
}

#[test]
fn positions_that_mean_nothing_are_refused() {
    let broker = broker();
    broker.run_with(&["produce", "t", "-p", "0"], b"a\nb\nc\n").ok();
    let consume = |words: &[&str]| broker.run(&[&["consume", "t"], words].concat());
    for words in [
        &["--from", "yesterday"][..],
        &["--from", ""],
        &["--from", "9223372036854775808"],
        &["--from", "end-99999999999999999999"],
        &["--from", "start+-1"],
        &["--from", "@tomorrow"],
        &["--from", "@-99999999999999y"],
        &["--from", "@99999999999999999999"],
        &["--from", "0:1,0:2"],
        &["--from=-5"],
        &["--to", "committed"],
        &["-p", "3-1"],
        &["-p", "0-2147483647"],
        &["-n", "-1"],
        &["--tail", "18446744073709551616"],
    ] {
        let done = consume(words).code(2).stdout("");
        assert!(!done.stderr.is_empty(), "{words:?}");
    }
    consume(&["--from", "7:start"]).code(5).stderr_has("partitions 0 to 1");
    for (words, values) in [
        (&["--from", "9223372036854775807"][..], ""),
        (&["--from", "end-9223372036854775807"], "a\nb\nc\n"),
        (&["--from", "start+9223372036854775807"], ""),
        (&["-p", "0", "--from", "2", "--to", "1"], ""),
        (&["-p", "0", "--from", "1", "--to", "9223372036854775807"], "b\nc\n"),
        (&["--from", "@-99999y"], "a\nb\nc\n"),
        (&["--tail", "18446744073709551615"], "a\nb\nc\n"),
        (&["-n", "0"], ""),
    ] {
        let done = consume(words).ok();
        assert_eq!(done.stdout, values, "{words:?}");
    }
    consume(&["-n", "1", "-p", "0", "--to", "1"]).ok().stdout("a\n");
    consume(&["-p", "0", "--to", "1"]).ok().stderr_has("after 1 record\n");
}

/// Runs with standard output at a device that is always full.
fn on_full_device(broker: &Broker, words: &[&str]) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    command.args(["--bootstrap", broker.bootstrap()]).args(words);
    command.stdout(OpenOptions::new().write(true).open("/dev/full").unwrap());
    run(command, b"a\n")
}

#[test]
fn output_that_cannot_be_written_is_said() {
    let broker = broker();
    broker.run_with(&["produce", "t"], b"a\n").ok();
    for words in [
        &["--help"][..],
        &["topic", "list"],
        &["topic", "list", "-o", "json"],
        &["consume", "t"],
        &["consume", "t", "-o", "json"],
        &["produce", "t", "--report"],
        &["completion", "bash"],
    ] {
        let done = on_full_device(&broker, words);
        assert_eq!(done.code, Some(1), "{words:?}: {done:#?}");
        assert!(done.stderr.contains("standard output: No space left"), "{words:?}: {done:#?}");
    }
    let start = ["broker", "start", "--ephemeral", "--ready-file", "/nonexistent/ready"];
    kafkactl(&start).code(5).stdout("").stderr_has("/nonexistent/ready");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for (place, code) in [("file/ready", 1), (".", 2)] {
        let mut start = command(folder.path());
        start.args(["broker", "start", "--listen", "127.0.0.1:0", "--ready-file", place]);
        run(start, b"").code(code).stdout("").stderr_has(&format!("error: {place}: "));
        assert!(!folder.path().join("kafkactl-data").exists(), "nothing is formatted");
    }
}

/// Programs that start others open the null device for reading as well: what goes there was asked for, and counts.
#[test]
fn records_that_are_thrown_away_are_committed() {
    let broker = broker();
    broker.run_with(&["produce", "t"], b"a\n").ok();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "exec \"$0\" \"$@\" 1<>/dev/null", env!("CARGO_BIN_EXE_kafkactl")]);
    shell.args(["--bootstrap", broker.bootstrap(), "consume", "t", "-g", "g", "--commit"]);
    shell.stderr(Stdio::piped());
    run(shell, b"").ok();
    broker.run(&["group", "lag", "g", "--fail-over", "0"]).ok();
}

#[test]
fn a_reader_that_has_enough_ends_the_command_quietly() {
    let broker = broker();
    let lines = [vec![b'x'; 1_000], vec![b'\n']].concat().repeat(1_000);
    broker.run_with(&["produce", "t", "-p", "0"], &lines).ok();
    for words in [&["consume", "t"][..], &["consume", "t", "--follow"], &["--help"]] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path());
        command.args(["--bootstrap", broker.bootstrap()]).args(words).stdin(Stdio::null());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let done = Done::from(child.wait_with_output().unwrap()).ok();
        assert_eq!(done.stderr, "", "{words:?}");
    }
}
