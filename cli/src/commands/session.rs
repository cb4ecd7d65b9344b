//! Commands that talk to a cluster: settings, connection, time limit, repetition.

use std::future::Future;
use std::time::Duration;

use kafkactl_core::client::{Admin, Client, ClientConfig, Endpoint};

use super::{Outcome, finish, log_to_stderr};
use crate::args::shared::{ChangeArgs, Common, DestroyArgs, ReadArgs, TableArgs};
use crate::commands::signals::StopSignals;
use crate::context::file::surroundings;
use crate::context::{self, ClientSettings, Protect, settle};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::Output;

/// A connected cluster and how the operator wants it treated.
pub struct Session {
    pub client: Client,
    pub admin: Admin,
    pub settings: ClientSettings,
}

/// How long a table waits for partitions that have no leader: an election that goes on takes less, and what lasts
/// longer is told.
const PARTITION_PATIENCE: Duration = Duration::from_secs(3);

impl Session {
    /// The same session for questions about many partitions, of which some may have nobody to answer.
    pub fn impatient(&self) -> Self {
        let client = self.client.within(PARTITION_PATIENCE);
        Self { admin: Admin::new(&client), client, settings: self.settings.clone() }
    }

    /// Refuses what changes anything on a read-only context.
    pub fn may_change(&self) -> Result<(), CommandError> {
        match (self.settings.protect, &self.settings.context) {
            (Protect::Readonly, Some(context)) => {
                Err(CommandError::refused(format!("context \"{}\" is read-only", context.value))
                    .hint("its `protect` in kafkactl.toml says so; --dry-run shows what would be done"))
            }
            _ => Ok(()),
        }
    }
}

/// How long a command may take, and whether it is repeated.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// `--timeout` limits the whole command.
    Once,
    /// Runs until it ends by itself or is told to; `--timeout` limits single calls.
    Streaming,
    /// Again and again until told to stop; `--timeout` limits each round.
    Every(Duration),
}

/// What a command was given besides its own arguments.
pub struct Options<'a> {
    pub common: &'a Common,
    pub table: Option<&'a TableArgs>,
    pub pace: Pace,
}

impl<'a> From<&'a Common> for Options<'a> {
    fn from(common: &'a Common) -> Self {
        Self { common, table: None, pace: Pace::Once }
    }
}

impl<'a> From<&'a ReadArgs> for Options<'a> {
    fn from(args: &'a ReadArgs) -> Self {
        let pace = args.watch.watch.map_or(Pace::Once, Pace::Every);
        Self { common: &args.common, table: Some(&args.table), pace }
    }
}

impl<'a> From<&'a ChangeArgs> for Options<'a> {
    fn from(args: &'a ChangeArgs) -> Self {
        Self { table: Some(&args.table), ..(&args.common).into() }
    }
}

impl<'a> From<&'a DestroyArgs> for Options<'a> {
    fn from(args: &'a DestroyArgs) -> Self {
        Self { table: Some(&args.table), ..(&args.common).into() }
    }
}

/// A command on a connected cluster; implemented by its arguments.
pub trait ClusterCommand {
    fn options(&self) -> Options<'_>;

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome;
}

/// Connects and runs a command; `outer` are the options given before the noun.
pub fn run(command: &impl ClusterCommand, outer: &Common) -> ExitStatus {
    let options = command.options();
    let common = options.common.or(outer);
    log_to_stderr(&common.local);
    let table = options.table.cloned().unwrap_or_default();
    let mut output = Output::standard(&common.local, &table);
    // A thread of its own for heartbeats and the like: output may stand still while somebody reads it in a pager.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(connect_and_run(command, &common, &mut output)),
        Err(error) => Err(CommandError::failed(format!("cannot start: {error}"))),
    };
    finish(&mut output, outcome)
}

async fn connect_and_run(command: &impl ClusterCommand, common: &Common, output: &mut Output) -> Outcome {
    let settings = settle(&common.connect, &surroundings(common.connect.config.as_deref())?)?;
    let config = client_config(&settings)?;
    let limit = settings.timeout;
    let session = within(limit, async {
        let client = Client::connect(config).await?;
        Ok(Session { admin: Admin::new(&client), client, settings })
    })
    .await?;
    match command.options().pace {
        Pace::Once => within(limit, command.run(&session, output)).await,
        Pace::Streaming => command.run(&session, output).await,
        Pace::Every(interval) => watch(interval, limit, &session, command, output).await,
    }
}

/// Rounds until INT or TERM. A failure of the first round ends it; later ones are told and lived through, so that
/// a rolling restart can be watched.
async fn watch(
    interval: Duration,
    limit: Option<Duration>,
    session: &Session,
    command: &impl ClusterCommand,
    output: &mut Output,
) -> Outcome {
    let stop = stop_signal()?;
    tokio::pin!(stop);
    let mut is_first = true;
    loop {
        if output.is_terminal {
            output.write(CLEAR_SCREEN)?;
        }
        tokio::select! {
            round = within(limit, command.run(session, output)) => match round {
                Err(error) if is_first || error.is_quiet() => return Err(error),
                Err(error) => output.error(&error),
                Ok(_) => {}
            },
            () = &mut stop => return Ok(ExitStatus::Done),
        }
        is_first = false;
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = &mut stop => return Ok(ExitStatus::Done),
        }
    }
}

/// Home, then erase to the end.
const CLEAR_SCREEN: &[u8] = b"\x1b[H\x1b[2J";

/// Resolves at the first INT, TERM or HUP.
pub fn stop_signal() -> Result<impl Future<Output = ()>, CommandError> {
    let mut signals = StopSignals::listen()?;
    Ok(async move { signals.next().await })
}

/// The client's own limits are as long, and tell what was waited for: they get a moment to come first.
const TIMEOUT_GRACE: Duration = Duration::from_millis(100);

async fn within<T>(
    limit: Option<Duration>,
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let Some(limit) = limit else { return work.await };
    match tokio::time::timeout(limit + TIMEOUT_GRACE, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(CommandError::timeout(format!(
            "not done within {} (--timeout)",
            humantime::format_duration(limit)
        ))),
    }
}

pub fn client_config(settings: &ClientSettings) -> Result<ClientConfig, CommandError> {
    let bootstrap = Endpoint::parse_list(settings.text(context::BOOTSTRAP_SERVERS))?;
    let mut config = ClientConfig::new(bootstrap);
    config.client_id = settings.text(context::CLIENT_ID).to_owned();
    config.rack = Some(settings.text(context::CLIENT_RACK).to_owned()).filter(|rack| !rack.is_empty());
    config.request_timeout = settings.millis(context::REQUEST_TIMEOUT_MS)?;
    if let Some(limit) = settings.timeout {
        config.connect_timeout = config.connect_timeout.min(limit);
        config.request_timeout = config.request_timeout.min(limit);
        config.api_timeout = config.api_timeout.min(limit);
    }
    Ok(config)
}
