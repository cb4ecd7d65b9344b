//! `demo`: a broker in this process, clients at work on it, and the dashboard above. Nothing of it stays.

mod story;
mod workload;

use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use kafkactl_broker::{RunningBroker, StartOptions};
use kafkactl_core::client::{Client, ClientConfig, Endpoint};
use kafkactl_core::settings::{BrokerSettings, Properties};
use kafkactl_tui::sample::impatient;
use kafkactl_tui::{Options, Setup, Source};
use tempfile::TempDir;

use super::broker::start_error;
use super::session::stop_signal;
use super::top::{self, Dress};
use super::{Outcome, finish, log_to_stderr};
use crate::args::demo::DemoArgs;
use crate::args::shared::{Common, TableArgs};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Format, Output};
use workload::Workload;

/// How long it runs where nobody can quit it.
const DURATION: Duration = Duration::from_secs(20);
/// The cluster is small and near: it is asked often, so that there is something to see soon.
const POLL_PERIOD: Duration = Duration::from_millis(500);

pub fn run(args: &DemoArgs, outer: &Common) -> ExitStatus {
    let local = args.local.or(&outer.local);
    let common = Common { local: local.clone(), connect: outer.connect.clone() };
    let mut output = Output::standard(&local, &TableArgs::default());
    let on_terminal = !args.batch && local.output.is_none() && top::has_terminal();
    if !on_terminal {
        log_to_stderr(&local);
    }
    let outcome = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let outcome = runtime.block_on(start_and_show(args, &common, on_terminal, &mut output));
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(CommandError::failed(format!("cannot start a thread: {error}"))),
    };
    finish(&mut output, outcome)
}

/// Whatever ends it, the broker is stopped and its directory removed.
async fn start_and_show(args: &DemoArgs, common: &Common, on_terminal: bool, out: &mut Output) -> Outcome {
    if out.format == Format::Csv {
        return Err(CommandError::usage("demo prints two tables, and csv is one")
            .hint("-o json or -o jsonl prints both"));
    }
    let stop = stop_signal()?;
    let cluster = Cluster::start().await?;
    let duration = args.duration.or((!on_terminal).then_some(DURATION));
    let end = async {
        tokio::select! {
            () = stop => {}
            () = after(duration) => {}
        }
    };
    let shown = if on_terminal {
        show(args, common, &cluster, end).await
    } else {
        out.note(&format!(
            "broker on {} in {} ms, its data in {}; `kafkactl -b {0} top` shows it too",
            cluster.bootstrap,
            cluster.took_ms,
            cluster.data_dir().display(),
        ));
        tell(&cluster, end, out).await
    };
    let stopped = cluster.stop().await;
    let status = shown?;
    stopped?;
    out.note(
        "the demo's broker is stopped and its data removed; `kafkactl broker start` starts one that stays",
    );
    Ok(status)
}

/// Without a duration, never.
async fn after(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}

/// The dashboard, until the operator quits or the end comes.
async fn show(args: &DemoArgs, common: &Common, cluster: &Cluster, end: impl Future<Output = ()>) -> Outcome {
    let mut workload = Workload::start(&cluster.client()).await?;
    let Dress { theme, overrides, background_is_light } = top::dress(&args.look, common)?;
    let setup = Setup {
        cluster_name: format!("demo on {}", cluster.bootstrap),
        connect: vec!["-b".to_owned(), cluster.bootstrap.to_string()],
        period: POLL_PERIOD,
        theme,
        ascii: args.look.ascii,
        keys: overrides.keys.clone(),
        may_act: true,
        message: top::complaint(&overrides),
        ..Setup::default()
    };
    let options = Options {
        source: Source::Cluster(cluster.config()),
        setup,
        overrides,
        count_max: None,
        record: None,
        anonymize: false,
        mouse: !args.look.no_mouse,
        data_dir: Some(cluster.data_dir().to_owned()),
        contexts: top::contexts(common.connect.clone()),
        background_is_light,
    };
    tokio::select! {
        outcome = kafkactl_tui::run_terminal(options) => outcome.map_err(top::command_error)?,
        error = workload.failure() => return Err(error),
        () = end => {}
    }
    Ok(ExitStatus::Done)
}

/// What happens, line by line, and at the end what it came to.
async fn tell(cluster: &Cluster, end: impl Future<Output = ()>, out: &mut Output) -> Outcome {
    let client = cluster.client();
    let mut workload = Workload::start(&client).await?;
    for line in workload::plan() {
        out.note(&line);
    }
    let seen = tokio::select! {
        seen = story::follow(&client, POLL_PERIOD, end, out) => seen,
        error = workload.failure() => return Err(error),
    };
    out.print(story::summary(&seen)?)
}

/// One node in this process, on a free port of loopback, its data in a temporary directory.
struct Cluster {
    running: RunningBroker,
    bootstrap: Endpoint,
    dir: TempDir,
    took_ms: u128,
}

impl Cluster {
    async fn start() -> Result<Self, CommandError> {
        let began = Instant::now();
        let dir = tempfile::Builder::new().prefix("kafkactl-demo-").tempdir();
        let dir = dir.map_err(|error| CommandError::io(std::env::temp_dir(), error))?;
        let log_dirs = dir.path().to_str().ok_or_else(|| {
            CommandError::failed(format!("{}: a data directory's path is UTF-8", dir.path().display()))
        })?;
        let settings = [
            ("node.id", "1"),
            ("listeners", "PLAINTEXT://127.0.0.1:0"),
            ("log.dirs", log_dirs),
            ("group.initial.rebalance.delay.ms", "0"),
            ("offsets.topic.num.partitions", "4"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (settings, _) = BrokerSettings::load(&Properties::default(), &settings)
            .map_err(|error| CommandError::failed(error.to_string()))?;
        let options = StartOptions { settings, cluster_id: None, is_ephemeral: true, loggers: None };
        let running =
            kafkactl_broker::start(options).await.map_err(|error| start_error(&error, str::to_owned))?;
        let address = running.addresses().first().map(|listening| listening.address);
        let address = address.ok_or_else(|| CommandError::failed("the broker has no listener"))?;
        let bootstrap = Endpoint::new(&address.ip().to_string(), address.port());
        Ok(Self { running, bootstrap, dir, took_ms: began.elapsed().as_millis() })
    }

    fn config(&self) -> ClientConfig {
        ClientConfig::new(vec![self.bootstrap.clone()])
    }

    fn client(&self) -> Client {
        Client::new(impatient(self.config()))
    }

    fn data_dir(&self) -> &Path {
        self.dir.path()
    }

    async fn stop(mut self) -> Result<(), CommandError> {
        self.running.shutdown();
        self.running.wait().await.map_err(|error| CommandError::failed(error.to_string()))?;
        let path = self.dir.path().to_owned();
        self.dir.close().map_err(|error| CommandError::io(path, error))
    }
}
