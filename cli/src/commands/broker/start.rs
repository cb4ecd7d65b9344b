//! `broker start`: runs a broker until it is told to stop.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafkactl_broker::{ListenAddress, Loggers, RunError, RunningBroker, StartError, StartOptions};
use serde::Serialize;

use super::logging;
use crate::args::broker::{BrokerStartArgs, LogFormat};
use crate::args::shared::{Common, TableArgs};
use crate::commands::broker_settings::Given;
use crate::commands::signals::StopSignals;
use crate::commands::{Outcome, finish};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::Output;

/// Signals so close behind the first are its echo: `timeout` and shells signal a process and then its group.
const SIGNAL_ECHO: Duration = Duration::from_millis(500);

pub fn run(args: &BrokerStartArgs, outer: &Common) -> ExitStatus {
    let local = args.local.or(&outer.local);
    let mut output = Output::standard(&local, &TableArgs::default());
    let outcome = logging::set_up(args, &local).and_then(|loggers| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| CommandError::failed(format!("cannot start a thread: {error}")))?;
        let outcome = runtime.block_on(start_and_wait(args, loggers, &mut output));
        // Whoever asked a second time does not wait for what still runs.
        runtime.shutdown_background();
        outcome
    });
    finish(&mut output, outcome)
}

async fn start_and_wait(args: &BrokerStartArgs, loggers: Arc<Loggers>, out: &mut Output) -> Outcome {
    let began = Instant::now();
    let mut signals = StopSignals::listen()?;
    let mut ready_file = args.ready_file.as_deref().map(ReadyFile::reserve).transpose()?;
    // Held to the end: dropping it removes the directory.
    let ephemeral_dir = ephemeral_dir(args)?;
    let loaded = Given::to_start(args, ephemeral_dir.as_ref().map(tempfile::TempDir::path))?.load()?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let (settings, cluster_id) = (loaded.settings.clone(), args.cluster_id.clone());
    let options = StartOptions { settings, cluster_id, is_ephemeral: args.ephemeral, loggers: Some(loggers) };
    let mut running = kafkactl_broker::start(options)
        .await
        .map_err(|error| start_error(&error, |text| loaded.as_typed(text)))?;
    let ready = Ready::new(&running, began);
    ready_file.as_mut().map(|file| file.write(&ready)).transpose()?;
    ready.announce(args, out)?;

    tokio::select! {
        () = signals.next() => {}
        ended = running.wait() => return stopped(ended),
    }
    tracing::info!(node = ready.node_id, "stopping; a second signal stops at once");
    drop(ready_file);
    running.shutdown();
    tokio::select! {
        ended = running.wait() => stopped(ended),
        () = another(&mut signals, SIGNAL_ECHO) => Err(CommandError::failed("stopped at once: the next start will recover the logs")),
    }
}

fn stopped(ended: Result<(), RunError>) -> Outcome {
    ended.map(|()| ExitStatus::Done).map_err(|error| CommandError::failed(error.to_string()))
}

fn ephemeral_dir(args: &BrokerStartArgs) -> Result<Option<tempfile::TempDir>, CommandError> {
    if !args.ephemeral {
        return Ok(None);
    }
    let dir = tempfile::Builder::new().prefix("kafkactl-").tempdir();
    dir.map(Some).map_err(|error| CommandError::io(std::env::temp_dir(), error))
}

pub const PRIVILEGED_PORT: &str = "ports below 1024 need privileges, as root has them; name a higher port";

/// Why a broker did not start, with a way out where there is one. `as_typed` puts the operator's words in a text.
pub fn start_error(error: &StartError, as_typed: impl Fn(&str) -> String) -> CommandError {
    let hint = match error {
        StartError::Listen { source, .. } if source.kind() == ErrorKind::AddrInUse => {
            Some("another process listens there; --listen names another address, port 0 takes a free one")
        }
        StartError::Listen { source, .. } | StartError::Ops { source, .. }
            if source.kind() == ErrorKind::PermissionDenied =>
        {
            Some(PRIVILEGED_PORT)
        }
        StartError::Directory { source, .. }
            if matches!(source.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) =>
        {
            Some("the broker writes there: give its user the directory, or name another one with --data-dir")
        }
        StartError::Listen { .. } | StartError::NoAddress { .. } => {
            Some("--listen names an address of this machine")
        }
        StartError::Ops { source, .. } if source.kind() == ErrorKind::InvalidInput => {
            return CommandError::usage(error.to_string()).hint("an address has the form HOST:PORT");
        }
        StartError::Ops { .. } => Some("--ops names another address, port 0 takes a free one"),
        StartError::Locked { .. } => Some("stop the other broker, or name another directory with --data-dir"),
        _ => None,
    };
    let error = CommandError::failed(as_typed(&error.to_string()));
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// What a broker that serves has to say about itself.
#[derive(Serialize)]
struct Ready {
    /// Where clients connect, with commas.
    bootstrap: String,
    node_id: i32,
    cluster_id: String,
    /// Where operators' HTTP is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    ops: Option<String>,
    took_ms: u64,
}

impl Ready {
    fn new(running: &RunningBroker, began: Instant) -> Self {
        let addresses: Vec<String> = running.addresses().iter().map(connectable).collect();
        Self {
            bootstrap: addresses.join(","),
            node_id: running.node_id().0,
            cluster_id: running.cluster_id().to_owned(),
            ops: running.ops_address().map(|address| address.to_string()),
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// One line on standard error whatever the log level. An ephemeral broker also prints its address as data, for
    /// scripts that read the first line.
    fn announce(&self, args: &BrokerStartArgs, out: &mut Output) -> Result<(), CommandError> {
        let Self { bootstrap, node_id, cluster_id, ops, took_ms } = self;
        out.say(&match args.log_format {
            LogFormat::Text => {
                let ops = ops.as_ref().map_or(String::new(), |address| format!(", ops http://{address}"));
                format!(
                    "ready: bootstrap {bootstrap}, node {node_id}, cluster {cluster_id}{ops}, in {took_ms} ms"
                )
            }
            LogFormat::Json => serde_json::json!({ "ready": self }).to_string(),
        });
        if args.ephemeral {
            out.write(format!("{bootstrap}\n").as_bytes())?;
            out.flush()?;
        }
        Ok(())
    }
}

/// All interfaces are no address to connect to; this machine's own loopback is one of them.
fn connectable(listening: &ListenAddress) -> String {
    let mut address = listening.address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            std::net::SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address.to_string()
}

/// The file of `--ready-file`; it lives as long as the broker serves.
struct ReadyFile {
    path: PathBuf,
    /// Another name beside `path` until the broker is ready.
    lies_at: PathBuf,
}

impl ReadyFile {
    /// Takes a place for it: a broker that cannot tell that it is ready is not started.
    fn reserve(path: &Path) -> Result<Self, CommandError> {
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let failed = |error| CommandError::io(path, error);
        if path.is_dir() {
            return Err(failed(ErrorKind::IsADirectory.into()));
        }
        fs::write(&new, "").map_err(failed)?;
        Ok(Self { path: path.to_owned(), lies_at: new.into() })
    }

    /// In one step: who sees the file sees all of it.
    fn write(&mut self, ready: &Ready) -> Result<(), CommandError> {
        let written = fs::write(&self.lies_at, format!("{}\n", ready.bootstrap))
            .and_then(|()| fs::rename(&self.lies_at, &self.path));
        written.map_err(|error| CommandError::io(&self.path, error))?;
        self.lies_at.clone_from(&self.path);
        Ok(())
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.lies_at) {
            tracing::warn!(path = %self.lies_at.display(), %error, "cannot remove the ready file");
        }
    }
}

/// Resolves at the next signal that comes later than `echo` from now.
async fn another(signals: &mut StopSignals, echo: Duration) {
    let heard = Instant::now();
    loop {
        signals.next().await;
        if heard.elapsed() > echo {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lacks_rights_hears_what_to_do() {
        let source = || ErrorKind::PermissionDenied.into();
        let listener = "PLAINTEXT://127.0.0.1:80".to_owned();
        for (error, hint) in [
            (StartError::Listen { listener, source: source() }, "below 1024"),
            (StartError::Ops { address: "127.0.0.1:80".to_owned(), source: source() }, "below 1024"),
            (StartError::Directory { directory: "/data".to_owned(), source: source() }, "--data-dir"),
        ] {
            let error = start_error(&error, str::to_owned);
            assert!(error.hint_text().is_some_and(|told| told.contains(hint)), "{error}");
        }
    }
}
