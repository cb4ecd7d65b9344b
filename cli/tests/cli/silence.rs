//! `top` before clusters that do not answer, stop answering, or refuse.

use std::io::{BufRead, BufReader, Lines};
use std::net::TcpListener;
use std::process::{Child, ChildStdout};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::broker::Broker;
use crate::kafkactl::{command, kafkactl};
use crate::pty::Terminal;

/// A running `top --batch -o jsonl`.
struct Watched {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    _home: TempDir,
}

impl Watched {
    fn start(broker: &Broker) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = command(home.path());
        command.args(["-b", broker.bootstrap(), "--timeout", "1s", "top", "--batch", "-o", "jsonl"]);
        let mut child = command.args(["-d", "300ms", "--screen", "topics"]).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, _home: home }
    }

    /// The next line that is as wanted.
    fn line(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let mut lines = self.lines.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap());
        lines.find(is_wanted).expect("it goes on")
    }

    fn stop(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn errors(document: &Value) -> Vec<&str> {
    let errors = document["errors"].as_array().into_iter().flatten();
    errors.filter_map(|error| error["sampler"].as_str()).collect()
}

#[test]
fn a_listener_that_never_answers_is_unreachable() {
    // The kernel accepts for it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    for words in [&["top"][..], &["top", "--once"], &["top", "-o", "jsonl"]] {
        let words = [&["-b", &address, "--timeout", "300ms"], words].concat();
        kafkactl(&words).code(3).stdout("").stderr_has("did not answer ApiVersions within 300 ms");
    }
    let home = tempfile::tempdir().unwrap();
    let left = Terminal::kafkactl(home.path(), &["-b", &address, "--timeout", "300ms", "top"]).ends_clean();
    assert!(left.code == 3 && left.text.contains("did not answer ApiVersions"), "{left:?}");
}

/// A listener for TLS or SASL closes the connection of who speaks neither.
#[test]
fn a_listener_that_hangs_up_says_what_it_may_want() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    kafkactl(&["-b", &address, "--timeout", "5s", "top", "--once"]).code(3).stderr_has("TLS or SASL");
}

#[test]
fn the_last_good_rows_stay_and_age_while_a_broker_hangs() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "3"]).ok();
    broker.run_with(&["produce", "orders"], b"1\n2\n3\n").ok();
    let mut top = Watched::start(&broker);
    let is_good = |line: &Value| line["kind"] == "Top" && errors(line).is_empty();
    let good = top.line(|line| is_good(line) && line["items"][0]["in_s"].is_number());
    assert_eq!(good["items"][0]["topic"], "orders");
    broker.signal(Signal::STOP);
    top.line(|line| line["event"] == "disconnected");
    let old = top.line(|line| line["data_age_ms"].as_i64() > Some(1_500));
    assert_eq!(old["items"][0]["topic"], "orders", "{old}");
    assert_eq!(old["summary"]["brokers_silent"], serde_json::json!([1]), "{old}");
    let failing = errors(&old);
    assert!(["metadata", "offsets"].iter().all(|sampler| failing.contains(sampler)), "{old}");
    let older = top.line(|line| line["data_age_ms"].as_i64() > old["data_age_ms"].as_i64());
    assert_eq!(older["items"][0]["parts"], 3, "{older}");
    broker.signal(Signal::CONT);
    top.line(|line| line["event"] == "reconnected");
    let back = top.line(is_good);
    assert!(back["data_age_ms"].as_i64() < old["data_age_ms"].as_i64(), "{back}");
    assert_eq!(back["summary"]["brokers_silent"], serde_json::json!([]), "{back}");
    top.stop();
}
