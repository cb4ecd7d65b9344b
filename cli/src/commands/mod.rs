//! One file per verb or noun: plain functions from settled arguments and an output handle to an exit status.

mod broker;
mod broker_settings;
mod cluster;
mod completion;
mod configs;
mod confirm;
mod consume;
mod context;
mod demo;
mod exporter;
mod group;
mod positions;
mod produce;
mod segment;
mod session;
mod signals;
mod storage;
mod top;
mod topic;
mod txn;
mod version;

use tracing_subscriber::EnvFilter;

use crate::args::shared::{LocalArgs, TableArgs};
use crate::args::{Cli, Noun};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::Output;

/// What every command comes to.
type Outcome = Result<ExitStatus, CommandError>;

pub fn run(cli: Cli) -> ExitStatus {
    let outer = &cli.common;
    match cli.noun {
        Noun::Broker(command) => broker::run(&command, outer),
        Noun::Topic(command) => topic::run(&command, outer),
        Noun::Produce(args) => session::run(&*args, outer),
        Noun::Consume(args) => session::run(&*args, outer),
        Noun::Top(args) => top::run(&args, outer),
        Noun::Exporter(args) => exporter::run(&args, outer),
        Noun::Demo(args) => demo::run(&args, outer),
        Noun::Group(command) => group::run(&command, outer),
        Noun::Txn(command) => txn::run(&command, outer),
        Noun::Cluster(command) => cluster::run(&command, outer),
        Noun::Storage(command) => storage::run(&command, outer),
        Noun::Segment(command) => segment::run(&command, outer),
        Noun::Context(command) => context::run(command, outer),
        Noun::Completion(args) => completion::run(&args),
        Noun::Version(local) => local_command(&local.or(&outer.local), &TableArgs::default(), version::run),
    }
}

/// Runs a command that needs no cluster.
fn local_command(
    local: &LocalArgs,
    table: &TableArgs,
    command: impl FnOnce(&mut Output) -> Outcome,
) -> ExitStatus {
    log_to_stderr(local);
    let mut output = Output::standard(local, table);
    let outcome = command(&mut output);
    finish(&mut output, outcome)
}

/// How a help text ends that was printed like this.
pub fn printed(printed: std::io::Result<()>) -> ExitStatus {
    let mut output = Output::standard(&LocalArgs::default(), &TableArgs::default());
    finish(&mut output, printed.map(|()| ExitStatus::Done).map_err(CommandError::output))
}

/// Tells the failure, if there is one, and gives the status.
fn finish(output: &mut Output, outcome: Outcome) -> ExitStatus {
    let outcome = outcome.and_then(|status| output.flush().map(|()| status));
    outcome.unwrap_or_else(|error| {
        output.error(&error);
        error.status()
    })
}

/// What the libraries have to say: warnings, or with `-v` more.
fn log_to_stderr(local: &LocalArgs) {
    let level = match (local.quiet, local.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, 2) => "debug",
        (false, _) => "trace",
    };
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new(level)).with_writer(std::io::stderr);
    // It fails only when a subscriber is set already, which then does the same.
    let _ = subscriber.with_ansi(false).without_time().try_init();
}
