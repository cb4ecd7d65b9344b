//! `broker start`: runs a broker in the foreground until a signal ends it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Instant;

use kafkactl_broker::{RunningBroker, StartError, StartOptions};
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};
use tracing_subscriber::EnvFilter;

use super::settings::{Loaded, load};
use crate::args::broker::{BrokerStartArgs, LogFormat};
use crate::args::shared::{Common, TableArgs};
use crate::commands::{Outcome, finish};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::Output;

pub fn run(args: &BrokerStartArgs, outer: &Common) -> ExitStatus {
    let began = Instant::now();
    let mut output = Output::standard(&args.local.or(&outer.local), &TableArgs::default());
    let outcome = log_to_stderr(args).and_then(|()| serve(args, began, &mut output));
    finish(&mut output, outcome)
}

fn log_to_stderr(args: &BrokerStartArgs) -> Result<(), CommandError> {
    let filter = EnvFilter::try_new(&args.log_level)
        .map_err(|error| CommandError::usage(format!("--log-level {}: {error}", args.log_level)))?;
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // It fails only when a subscriber is set already, which then does the same.
    let _ = match args.log_format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    Ok(())
}

fn serve(args: &BrokerStartArgs, began: Instant, output: &mut Output) -> Outcome {
    let ephemeral = match args.ephemeral {
        true => Some(tempfile::tempdir().map_err(|error| CommandError::io(std::env::temp_dir(), error))?),
        false => None,
    };
    let Loaded { settings, warnings, .. } = load(args, ephemeral.as_ref().map(|dir| dir.path()))?;
    for warning in warnings {
        warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::failed(format!("cannot start threads: {error}")))?;
    runtime.block_on(async {
        let options = StartOptions { settings, cluster_id: args.cluster_id.clone() };
        let broker = kafkactl_broker::start(options).await.map_err(refused)?;
        let bootstrap: Vec<String> = broker.addresses().iter().map(|it| it.address.to_string()).collect();
        let bootstrap = bootstrap.join(",");
        info!(
            node = broker.node_id().0,
            cluster = broker.cluster_id(),
            bootstrap,
            ready_ms = began.elapsed().as_millis() as u64,
            "ready"
        );
        if args.ephemeral {
            output.write(format!("{bootstrap}\n").as_bytes())?;
            output.flush()?;
        }
        let ready = args.ready_file.as_deref().map(|path| ReadyFile::write(path, &bootstrap)).transpose()?;
        until_told(&broker).await?;
        drop(ready);
        broker.shutdown();
        broker.wait().await;
        Ok(ExitStatus::Done)
    })
}

/// Waits for the first signal. A second one, while the broker stops, ends the process at once.
async fn until_told(broker: &RunningBroker) -> Result<(), CommandError> {
    let listen = |kind| signal(kind).map_err(|error| CommandError::failed(format!("signals: {error}")));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    info!(node = broker.node_id().0, "stopping; a second signal stops at once");
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        process::exit(ExitStatus::Failed as i32);
    });
    Ok(())
}

/// Says why there is no broker, and what helps.
fn refused(error: StartError) -> CommandError {
    let hint = match &error {
        StartError::Locked { .. } => Some("stop the process that uses it, or give another --data-dir"),
        StartError::Listen { .. } => Some("another process may use the port; give another --listen"),
        StartError::NoAddress { .. } => Some("check the host name of the listener"),
        _ => None,
    };
    let failed = CommandError::failed(error.to_string());
    match hint {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}

/// Tells scripts that the broker serves, and where; gone when it stops to.
struct ReadyFile(PathBuf);

impl ReadyFile {
    /// Appears whole or not at all.
    fn write(path: &Path, bootstrap: &str) -> Result<Self, CommandError> {
        let failed = |error| CommandError::io(path, error);
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(parent).map_err(failed)?;
        writeln!(file, "{bootstrap}").map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(Self(path.to_path_buf()))
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            warn!(%error, path = %self.0.display(), "cannot remove the ready file");
        }
    }
}
