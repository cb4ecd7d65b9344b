//! A broker process that is killed, stopped and started again on the same data.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use kafkactl_core::client::Endpoint;
use rand::Rng;
use rand::rngs::StdRng;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

pub struct Broker {
    child: Child,
    port: u16,
    /// Where clients are told that it listens.
    advertised: u16,
    settings: Vec<String>,
    home: TempDir,
}

/// Short times, so that many members and transactions come to an end in a run.
const SETTINGS: [&str; 8] = [
    "auto.create.topics.enable=false",
    "group.initial.rebalance.delay.ms=0",
    "group.min.session.timeout.ms=1000",
    "group.consumer.min.session.timeout.ms=1000",
    "group.consumer.session.timeout.ms=2500",
    "group.consumer.min.heartbeat.interval.ms=100",
    "group.consumer.heartbeat.interval.ms=200",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms=500",
];

/// How long a broker runs between two faults.
const CALM_MS: std::ops::Range<u64> = 200..1_200;
/// How long it stands still.
const PAUSE_MS: std::ops::Range<u64> = 50..1_500;

/// A restart after a kill reads little; a machine under load is slow.
const READY_TIMEOUT: Duration = Duration::from_secs(30);

impl Broker {
    pub fn start() -> Self {
        let port = free_port();
        Self::start_at(port, port, Vec::new())
    }

    /// Clients are told to come to another port, of whoever stands before it. It is soon ready for little work.
    pub fn start_behind(advertised: u16) -> Self {
        let few = ["offsets.topic.num.partitions=1", "transaction.state.log.num.partitions=1"];
        let elsewhere = format!("advertised.listeners=PLAINTEXT://127.0.0.1:{advertised}");
        let settings = few.map(str::to_owned).into_iter().chain([elsewhere]);
        Self::start_at(free_port(), advertised, settings.collect())
    }

    fn start_at(port: u16, advertised: u16, settings: Vec<String>) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { child: spawn(&home, port, &settings), port, advertised, settings, home }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::new("127.0.0.1", self.advertised)
    }

    /// One fault and the calm before it. Says whether it was a kill.
    pub async fn trouble(&mut self, random: &mut StdRng) -> bool {
        tokio::time::sleep(Duration::from_millis(random.random_range(CALM_MS))).await;
        let kills = random.random_bool(0.5);
        if kills {
            self.signal(Signal::KILL);
            self.child.wait().expect("the broker ends");
            self.child = spawn(&self.home, self.port, &self.settings);
        } else {
            self.signal(Signal::STOP);
            tokio::time::sleep(Duration::from_millis(random.random_range(PAUSE_MS))).await;
            self.signal(Signal::CONT);
        }
        kills
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the broker runs");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        // Its end was asked for with what cannot be refused.
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn spawn(home: &TempDir, port: u16, settings: &[String]) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kafkactl"))
        .args([
            "broker",
            "start",
            "--log-level",
            "error",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--data-dir",
        ])
        .arg(home.path().join("data"))
        .args(SETTINGS.into_iter().chain(settings.iter().map(String::as_str)).flat_map(|it| ["--set", it]))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kafkactl starts");
    let lines = BufReader::new(child.stderr.take().expect("standard error is piped")).lines();
    let (ready, is_ready) = mpsc::channel();
    // Reads on after the line that matters, or a broker with much to say would wait for its reader.
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            match line.starts_with("ready:") {
                // Nobody waits any more when it comes too late.
                true => drop(ready.send(())),
                false => eprintln!("{line}"),
            }
        }
    });
    if is_ready.recv_timeout(READY_TIMEOUT).is_err() {
        // Whether it has ended by itself or not: it must not outlive the test.
        let _ = child.kill();
        panic!("the broker is not ready after {READY_TIMEOUT:?}");
    }
    child
}
