//! `kafkactl exporter` on a broker of our own, which then goes away; and lag in seconds, for it and for the dashboard.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use crate::broker::Broker;
use crate::kafkactl::{command, kafkactl, run};

/// Longer than anything here takes on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);
const HOUR_S: u64 = 3_600;

struct Exporter {
    child: Child,
    /// `host:port` of its pages.
    address: String,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Exporter {
    fn start(home: &Path, bootstrap: &str) -> Self {
        let mut command = command(home);
        command.args(["exporter", "-b", bootstrap, "--listen", "127.0.0.1:0", "-d", "1s"]);
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let address = line.strip_prefix("ready: http://").and_then(|rest| rest.split_once('/'));
        Self { address: address.unwrap_or_else(|| panic!("{line}")).0.to_owned(), child, stderr }
    }

    /// Status and body.
    fn ask(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: exporter\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Asks until the answer is as wanted.
    #[track_caller]
    fn wait(&self, path: &str, is_so: impl Fn(u16, &str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let (status, body) = self.ask(path);
            if is_so(status, &body) {
                return body;
            }
            assert!(Instant::now() < end, "{path} still says {status} {body}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it with TERM: how it ended, and what it said.
    fn stop(mut self) -> (Option<i32>, String) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let code = self.child.wait().unwrap().code();
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (code, said)
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn sample(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// A topic `orders` whose ten records are an hour old, and a group that stands at the fifth.
fn broker_with_lag() -> Broker {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let written_ms = (now - Duration::from_secs(HOUR_S)).as_millis() as u64;
    let line =
        |number: u64| format!("{}\n", json!({"value": number.to_string(), "timestamp_ms": written_ms}));
    let records: String = (0..10).map(line).collect();
    broker.run_with(&["produce", "orders", "--input", "jsonl"], records.as_bytes()).ok();
    let commit = b"{\"topic\":\"orders\",\"partition\":0,\"offset\":4}\n";
    broker.run_with(&["group", "offsets", "import", "billing", "--yes"], commit).ok();
    broker
}

#[test]
fn it_tells_lag_and_when_it_no_longer_knows() {
    let broker = broker_with_lag();
    let home = tempfile::tempdir().unwrap();
    let exporter = Exporter::start(home.path(), broker.bootstrap());
    exporter.wait("/readyz", |status, _| status == 200);
    // The record where the group stands tells its age: the ends were sampled for a moment only.
    let lag_seconds = "kafka_group_lag_seconds{group=\"billing\",topic=\"orders\",partition=\"0\"}";
    let page = exporter.wait("/metrics", |_, page| sample(page, lag_seconds).is_some());
    let lag_s = sample(&page, lag_seconds).unwrap();
    assert!((HOUR_S as f64..24.0 * HOUR_S as f64).contains(&lag_s), "{lag_s}");
    for (name, expected) in [
        ("kafka_group_lag_records{group=\"billing\",topic=\"orders\",partition=\"0\"}", 6.0),
        ("kafka_group_committed_offset{group=\"billing\",topic=\"orders\",partition=\"0\"}", 4.0),
        ("kafka_log_end_offset{topic=\"orders\",partition=\"0\"}", 10.0),
        ("kafka_groups{type=\"classic\",state=\"Empty\"}", 1.0),
        ("kafka_cluster_brokers", 1.0),
        ("kafka_exporter_up{sampler=\"offsets\"}", 1.0),
    ] {
        assert_eq!(sample(&page, name), Some(expected), "{name} in {page}");
    }
    assert_eq!(exporter.ask("/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(exporter.ask("/nowhere").0, 404);

    assert_eq!(broker.stop(), Some(0));
    let why = exporter.wait("/readyz", |status, _| status == 503);
    assert!(why.contains(" not known: "), "{why}");
    assert_eq!(exporter.ask("/healthz").0, 200);
    let page = exporter.wait("/metrics", |_, page| !page.contains("kafka_group_lag_records"));
    assert_eq!(sample(&page, "kafka_exporter_up{sampler=\"metadata\"}"), Some(0.0), "{page}");
    let (code, said) = exporter.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("not answered sampler=\"metadata\""), "{said}");
}

#[test]
fn the_dashboard_asks_a_record_that_lies_before_its_time() {
    let broker = broker_with_lag();
    let mut batch = command(broker.data_dir().as_path());
    batch.args([
        "top",
        "-b",
        broker.bootstrap(),
        "--batch",
        "-o",
        "jsonl",
        "--screen",
        "groups",
        "-d",
        "500ms",
    ]);
    let mut child = batch.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // One refresh may come before the record has.
    let rows = lines.filter_map(|line| Some(serde_json::from_str::<Value>(&line).ok()?["items"][0].clone()));
    let told = rows.map(|row| row["time_lag_ms"].clone()).find(|lag| !lag.is_null());
    child.kill().unwrap();
    child.wait().unwrap();
    let lag_ms = told.expect("it ended before it knew").as_f64().unwrap();
    assert!(lag_ms >= (HOUR_S * 1_000) as f64, "{lag_ms}");
}

#[test]
fn what_cannot_be_served_is_said() {
    let home = tempfile::tempdir().unwrap();
    for (words, code, told) in [
        (&["--listen", "127.0.0.1:0", "-b", "127.0.0.1:1"][..], 3, "127.0.0.1:1"),
        (&["-d", "10ms"], 2, "--interval"),
        (&["--listen", "nowhere"], 2, "nowhere"),
        (&["--isolation", "none"], 2, "--isolation"),
    ] {
        kafkactl(&[&["exporter"], words].concat()).code(code).stdout("").stderr_has(told);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut second = command(home.path());
    second.args(["exporter", "--listen", &address]);
    run(second, b"").code(1).stderr_has(&address).stderr_has("port 0 takes a free one");
}
