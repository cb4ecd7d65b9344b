//! `demo`: a whole cluster for a moment, and nothing of it afterwards.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::kafkactl::{Done, command, run};
use crate::pty::Terminal;

#[track_caller]
fn assert_nothing_is_left(home: &Path) {
    let left: Vec<_> = std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A demo without a terminal, and what it tells from the first line of the plan's last group on.
fn telling(home: &Path, words: &[&str]) -> (Child, impl Iterator<Item = String>) {
    let mut demo = command(home);
    let mut child = demo.args(["demo", "-o", "json"]).args(words).env("TMPDIR", home).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    lines.find(|line| line.contains("nightly-report: reads")).expect("it tells what is planned");
    (child, lines)
}

#[test]
fn without_a_terminal_it_tells_what_happens_and_an_interrupt_ends_it_with_a_summary() {
    let home = tempfile::tempdir().unwrap();
    // Longer than any machine takes to see the group leave; the interrupt comes as soon as it is seen.
    let (child, mut lines) = telling(home.path(), &["--duration", "300s"]);
    let is_stopped = |line: &String| line.contains("nightly-report") && line.ends_with("STOP");
    lines.find(is_stopped).expect("the group that left is called stopped");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let last = lines.last().expect("it says how it ended");
    assert!(last.contains("its data removed"), "{last}");

    let done = Done::from(child.wait_with_output().unwrap()).ok();
    let summary = done.json()["items"][0].clone();
    let row = |list: &str, name: &str| {
        let rows = summary[format!("{list}s")].as_array().unwrap();
        rows.iter().find(|row| row[list] == name).unwrap_or_else(|| panic!("{name} in {done:#?}")).clone()
    };
    let orders = row("topic", "orders");
    assert!(orders["records"].as_i64() > Some(0), "{orders}");
    assert!(orders["hottest_percent"].as_i64() > Some(50), "{orders}");
    let stopped = row("group", "nightly-report");
    assert_eq!((&stopped["members"], &stopped["verdict"]), (&0.into(), &"STOP".into()), "{stopped}");
    for group in ["billing", "shipping", "search-index"] {
        assert_eq!(row("group", group)["members"], 1, "{summary}");
    }
    assert_nothing_is_left(home.path());
}

#[test]
fn without_a_terminal_it_ends_by_itself() {
    let home = tempfile::tempdir().unwrap();
    let (child, lines) = telling(home.path(), &["--duration", "1s"]);
    assert!(lines.last().is_some_and(|line| line.contains("its data removed")));
    let done = Done::from(child.wait_with_output().unwrap()).ok();
    assert_eq!(done.json()["kind"], Value::from("DemoSummary"));
    assert_nothing_is_left(home.path());
}

#[test]
fn its_two_tables_are_no_csv() {
    let home = tempfile::tempdir().unwrap();
    let mut demo = command(home.path());
    demo.args(["demo", "-o", "csv", "--duration", "1s"]).env("TMPDIR", home.path());
    run(demo, b"").code(2).stdout("").stderr_has("demo prints two tables, and csv is one");
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

/// There is no terminal to give back, and nobody to tell.
#[test]
fn a_terminal_that_is_closed_ends_it_cleanly() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::kafkactl(home.path(), &["demo"]);
    terminal.wait_for("search-index");
    assert_eq!(terminal.close(), 0);
    assert_nothing_is_left(home.path());
}

#[test]
fn a_terminal_demo_ends_by_itself_when_told_to() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::kafkactl(home.path(), &["demo", "--duration", "1s"]);
    assert_eq!(terminal.ends_clean().code, 0);
    assert_nothing_is_left(home.path());
}
