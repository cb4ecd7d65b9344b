//! `exporter`: lag and the state of any Kafka cluster for Prometheus, seen as the dashboard sees them.

mod figures;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kafkactl_broker::metrics::{Format, registry_of, write_process};
use kafkactl_broker::ops::{self, Operated, OpsServer};
use kafkactl_core::client::Client;
use kafkactl_tui::model::cluster::Cluster;
use kafkactl_tui::model::snapshot::{Sampler, Snapshot};
use kafkactl_tui::sample::{Interest, SNAPSHOTS_WAITING_MAX, Samplers, impatient, now_ms};
use kafkactl_tui::screens::problems;
use tokio::sync::mpsc;
use tracing::{info, warn};

use self::figures::{View, written};
use super::broker::PRIVILEGED_PORT;
use super::session::{client_config, stop_signal};
use super::{Outcome, finish, log_to_stderr};
use crate::args::exporter::ExporterArgs;
use crate::args::shared::{Common, TableArgs};
use crate::context::file::surroundings;
use crate::context::settle;
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::Output;

/// Polls more often than this would load the cluster.
const INTERVAL_MIN: Duration = Duration::from_secs(1);
/// Less often, and a scrape would tell of another time.
const INTERVAL_MAX: Duration = Duration::from_secs(3600);
/// Figures of the whole come however large they are: some 6,000 bytes of one broker. Rows need room behind them.
const PAGE_BYTES_MIN: usize = 65_536;
/// What has to be known before anybody should ask.
const READY: [Sampler; 4] = [Sampler::Metadata, Sampler::Groups, Sampler::Commits, Sampler::Offsets];

pub fn run(args: &ExporterArgs, outer: &Common) -> ExitStatus {
    let common = args.common.or(outer);
    log_to_stderr(&common.local);
    let mut output = Output::standard(&common.local, &TableArgs::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(export(args, &common, &mut output)),
        Err(error) => Err(CommandError::failed(format!("cannot start: {error}"))),
    };
    finish(&mut output, outcome)
}

/// Serves until INT or TERM. Wrong addresses and rights end it at once; a cluster that goes away later does not.
async fn export(args: &ExporterArgs, common: &Common, out: &mut Output) -> Outcome {
    if !(INTERVAL_MIN..=INTERVAL_MAX).contains(&args.interval) {
        return Err(CommandError::usage("--interval: from 1s to 1h"));
    }
    if args.page_bytes < PAGE_BYTES_MIN {
        return Err(CommandError::usage(format!("--page-bytes: not below {PAGE_BYTES_MIN}")));
    }
    let settings = settle(&common.connect, &surroundings(common.connect.config.as_deref())?)?;
    let config = impatient(client_config(&settings)?);
    let listener = OpsServer::bind(&args.listen).await.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => CommandError::usage(format!("--listen {}: {error}", args.listen)),
        kind => CommandError::failed(format!("cannot listen on {}: {error}", args.listen)).hint(match kind {
            io::ErrorKind::PermissionDenied => PRIVILEGED_PORT,
            _ => "--listen names another address, port 0 takes a free one",
        }),
    })?;
    Client::connect(config.clone()).await?;
    let cluster = Cluster { isolation: args.isolation.into(), ..Cluster::default() };
    let exporter = Arc::new(Exporter::new(cluster, args));
    let server = OpsServer::start(listener, ops::router(Arc::clone(&exporter)))
        .map_err(|error| CommandError::failed(format!("cannot serve: {error}")))?;
    out.say(&format!("ready: http://{}/metrics", server.address()));
    let stop = stop_signal()?;
    tokio::select! {
        () = exporter.follow(Client::new(config), args.interval) => {
            return Err(CommandError::failed("the cluster is no longer asked"));
        }
        () = stop => {}
    }
    server.close().await;
    Ok(ExitStatus::Done)
}

/// The cluster as it was last seen.
struct Exporter {
    cluster: Arc<Mutex<Cluster>>,
    started_ms: i64,
    period_ms: i64,
    page_bytes_max: usize,
}

impl Exporter {
    fn new(cluster: Cluster, args: &ExporterArgs) -> Self {
        Self {
            cluster: Arc::new(Mutex::new(cluster)),
            started_ms: now_ms(),
            period_ms: args.interval.as_millis() as i64,
            page_bytes_max: args.page_bytes,
        }
    }

    /// Takes in what the samplers see, for as long as they poll.
    async fn follow(&self, client: Client, period: Duration) {
        let mut interest = Interest { period, ..Interest::default() };
        let (sender, mut snapshots) = mpsc::channel(SNAPSHOTS_WAITING_MAX);
        let samplers = Samplers::start(&client, interest.clone(), &sender);
        drop(sender);
        while let Some(snapshot) = snapshots.recv().await {
            let sampler = snapshot.data.sampler();
            self.take_in(snapshot);
            let cluster = lock(&self.cluster);
            match sampler {
                // Every group is asked at every poll.
                Sampler::Groups => {
                    interest.groups = cluster.groups.keys().map(ToString::to_string).collect();
                    samplers.watch(interest.clone());
                }
                Sampler::Offsets => samplers.look_up(cluster.places_without_time(cluster.groups.values())),
                _ => {}
            }
        }
    }

    /// Also says when a sampler is no longer answered, what is refused, and when that is over.
    fn take_in(&self, snapshot: Snapshot) {
        let sampler = snapshot.data.sampler();
        let mut cluster = lock(&self.cluster);
        let error = |cluster: &Cluster| cluster.health.get(&sampler)?.error.clone();
        let (before, refused) = (error(&cluster), problems::refusal(&cluster.refused));
        cluster.apply(snapshot);
        match problems::refusal(&cluster.refused) {
            Some(refusal) if refused.as_ref() != Some(&refusal) => warn!("{refusal}"),
            None if refused.is_some() => info!("nothing is refused any more"),
            _ => {}
        }
        match (before, error(&cluster)) {
            (None, Some(error)) => warn!(sampler = sampler.name(), %error, "not answered"),
            (Some(_), None) => info!(sampler = sampler.name(), "answered again"),
            _ => {}
        }
    }
}

fn lock(cluster: &Mutex<Cluster>) -> MutexGuard<'_, Cluster> {
    cluster.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Operated for Exporter {
    fn scrape(&self, format: Format) -> Result<String, fmt::Error> {
        let (started_ms, period_ms, page_bytes_max) = (self.started_ms, self.period_ms, self.page_bytes_max);
        let mut written = written(&self.cluster, now_ms(), period_ms, page_bytes_max)?;
        written.add(&registry_of(move |page| write_process(page, started_ms)))?;
        written.finish(format)
    }

    /// A restart would mend nothing: what can be ill is the cluster.
    fn check_health(&self) -> Result<(), String> {
        Ok(())
    }

    /// Ready while what it shows is fresh.
    fn check_readiness(&self) -> Result<(), String> {
        let cluster = lock(&self.cluster);
        let view = View { cluster: &cluster, now_ms: now_ms(), period_ms: self.period_ms };
        READY.into_iter().try_for_each(|sampler| view.check(sampler))
    }
}
