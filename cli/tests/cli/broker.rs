//! A broker of our own on a free port, stopped when dropped.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use tempfile::TempDir;

use crate::kafkactl::{Done, command, run};

const START: [&str; 6] = ["broker", "start", "--listen", "127.0.0.1:0", "--log-level", "warn"];

pub struct Broker {
    child: Child,
    /// Collects what it says on standard error.
    log: Option<JoinHandle<String>>,
    bootstrap: String,
    home: TempDir,
}

impl Broker {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(flags: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = command(home.path());
        let level = if flags.contains(&"--log-level") { &[][..] } else { &["--log-level", "warn"] };
        command
            .args(["broker", "start", "--ephemeral"])
            .args(level)
            .args(["--set", "group.initial.rebalance.delay.ms=0", "--set", "auto.create.topics.enable=false"])
            .args(flags)
            .env("TMPDIR", home.path());
        Self::spawn(command, home)
    }

    /// Starts on a directory that outlives it.
    pub fn start_on(dir: &Path, flags: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = command(home.path());
        command.args(START).arg("--data-dir").arg(dir).args(flags);
        Self::spawn(command, home)
    }

    /// Starts on several directories; the metadata log is in the first.
    pub fn start_on_all(dirs: &[&Path]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = command(home.path());
        let dirs: Vec<_> = dirs.iter().map(|dir| dir.to_str().unwrap()).collect();
        let metadata_dir = format!("metadata.log.dir={}", dirs[0]);
        command.args(START).args(["--set", &format!("log.dirs={}", dirs.join(",")), "--set", &metadata_dir]);
        Self::spawn(command, home)
    }

    /// Starts on a file system of 24 MB in memory that this broker alone sees; `None` where that is not permitted.
    pub fn start_on_small_disk(dir: &Path) -> Option<Self> {
        let mount = "mount -t tmpfs -o size=24m tmpfs \"$0\"";
        let in_namespace = |script: &str| {
            let mut command = Command::new("unshare");
            command.args(["-m", "sh", "-c", script]).arg(dir);
            command
        };
        in_namespace(mount).output().ok().filter(|output| output.status.success())?;
        let mut command = in_namespace(&format!("{mount} && exec \"$@\""));
        command.arg(env!("CARGO_BIN_EXE_kafkactl")).args(START).arg("--data-dir").arg(dir);
        // What is deleted goes at once.
        command.args(["--set", "log.segment.delete.delay.ms=0"]).stdin(Stdio::null());
        Some(Self::spawn(command, tempfile::tempdir().unwrap()))
    }

    fn spawn(mut command: Command, home: TempDir) -> Self {
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("kafkactl starts");
        let mut lines = BufReader::new(child.stderr.take().expect("standard error is piped")).lines();
        let bootstrap = lines.by_ref().map(Result::unwrap).find_map(|line| {
            eprintln!("{line}");
            let (bootstrap, _) = line.strip_prefix("ready: bootstrap ")?.split_once(',')?;
            Some(bootstrap.to_owned())
        });
        let bootstrap = bootstrap.expect("the broker ended before it was ready");
        // A full pipe would stop the broker.
        let log = std::thread::spawn(move || {
            let lines = lines.map_while(Result::ok).inspect(|line| eprintln!("{line}"));
            lines.collect::<Vec<_>>().join("\n")
        });
        Self { child, log: Some(log), bootstrap, home }
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
        self.run_within("60s", words, input)
    }

    pub fn run_within(&self, timeout: &str, words: &[&str], input: &[u8]) -> Done {
        let mut command = command(self.home.path());
        command.args(["--bootstrap", &self.bootstrap, "--timeout", timeout]).args(words);
        run(command, input)
    }

    /// Waits until it has ended by itself; what it said since it was ready is its standard error.
    pub fn ended(mut self) -> Done {
        let code = self.child.wait().expect("the broker ends").code();
        let stderr = self.log.take().map(|log| log.join().unwrap()).unwrap_or_default();
        Done { code, stdout: String::new(), stderr }
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
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
