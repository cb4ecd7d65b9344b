//! A broker of our own on a free port, stopped when dropped.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use tempfile::TempDir;

use crate::kafkactl::{Done, command, run};

pub struct Broker {
    child: Child,
    bootstrap: String,
    home: TempDir,
}

impl Broker {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(flags: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut child = command(home.path())
            .args(["broker", "start", "--ephemeral", "--log-level", "warn"])
            .args(["--set", "group.initial.rebalance.delay.ms=0", "--set", "auto.create.topics.enable=false"])
            .args(flags)
            .env("TMPDIR", home.path())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("kafkactl starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("standard output is piped");
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the broker ended before it was ready");
        Self { child, bootstrap: line.trim().to_owned(), home }
    }

    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// The temporary directory that holds the data.
    pub fn data_dir(&self) -> PathBuf {
        let entries = std::fs::read_dir(self.home.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut dirs = entries.filter(|path| path.join("meta.properties").exists());
        dirs.next().expect("the broker has a data directory")
    }

    /// Runs kafkactl against this broker.
    pub fn run(&self, words: &[&str]) -> Done {
        self.run_with(words, b"")
    }

    pub fn run_with(&self, words: &[&str], input: &[u8]) -> Done {
        let mut command = command(self.home.path());
        command.args(["--bootstrap", &self.bootstrap, "--timeout", "60s"]).args(words);
        run(command, input)
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("the broker runs");
    }

    /// Ends it with TERM and gives back how it ended.
    pub fn stop(mut self) -> Option<i32> {
        self.signal(rustix::process::Signal::TERM);
        let status = self.child.wait().expect("the broker ends");
        status.code()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.signal(rustix::process::Signal::KILL);
            let _ = self.child.wait();
        }
    }
}
