//! `demo`: a whole cluster for a moment, and nothing of it afterwards.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::kafkactl::{Done, command, run};
use crate::pty::Terminal;

#[track_caller]
fn assert_nothing_is_left(home: &Path) {
    let left: Vec<_> = std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn without_a_terminal_it_tells_what_happens_and_ends_with_a_summary() {
    let home = tempfile::tempdir().unwrap();
    let mut demo = command(home.path());
    demo.args(["demo", "--duration", "8s", "-o", "json"]).env("TMPDIR", home.path());
    let done =
        run(demo, b"").ok().stderr_has("group search-index: reads orders").stderr_has("broker on 127.0.0.1:");
    let summary = done.json()["items"][0].clone();
    let row = |list: &str, name: &str| {
        let rows = summary[format!("{list}s")].as_array().unwrap();
        rows.iter().find(|row| row[list] == name).unwrap_or_else(|| panic!("{name} in {done:#?}")).clone()
    };
    let orders = row("topic", "orders");
    assert!(orders["records"].as_i64() > Some(0), "{orders}");
    assert!(orders["hottest_percent"].as_i64() > Some(50), "{orders}");
    let lag = |group: &str| row("group", group)["lag"].as_i64();
    assert!(
        lag("search-index") > lag("shipping"),
        "one reads {orders} slowly, the other keeps up: {summary}"
    );
    let stopped = row("group", "nightly-report");
    assert_eq!((&stopped["members"], &stopped["verdict"]), (&0.into(), &"STOP".into()), "{stopped}");
    assert_nothing_is_left(home.path());
}

#[test]
fn an_interrupted_demo_still_sums_up_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut child =
        command(home.path()).args(["demo", "-o", "json"]).env("TMPDIR", home.path()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    lines.find(|line| line.contains("nightly-report: reads")).expect("it tells what is planned");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let rest: Vec<String> = lines.collect();
    let done = Done::from(child.wait_with_output().unwrap()).ok();
    assert_eq!(done.json()["kind"], Value::from("DemoSummary"));
    assert!(rest.last().is_some_and(|line| line.contains("its data removed")), "{rest:?}");
    assert_nothing_is_left(home.path());
}

#[test]
fn on_a_terminal_it_opens_the_dashboard() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::kafkactl(home.path(), &["demo"]);
    terminal.wait_for("demo on 127.0.0.1:");
    terminal.wait_for("search-index");
    let text = terminal.text();
    let address = text.split("demo on ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
    TcpStream::connect(address).expect("the broker is there for others too");
    terminal.press("8");
    terminal.wait_for("orders-0");
    terminal.press("q");
    let left = terminal.ends_clean();
    assert_eq!(left.code, 0, "{left:?}");
    assert!(left.text.contains("its data removed"), "{left:?}");
    assert!(TcpStream::connect(address).is_err(), "the broker has gone");
    assert_nothing_is_left(home.path());
}

#[test]
fn a_terminal_demo_ends_by_itself_when_told_to() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::kafkactl(home.path(), &["demo", "--duration", "1s"]);
    assert_eq!(terminal.ends_clean().code, 0);
    assert_nothing_is_left(home.path());
}
