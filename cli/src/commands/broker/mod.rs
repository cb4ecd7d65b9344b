//! `broker`: from flags and files to a running broker and its orderly end; settings of those that run.

mod config;
mod explain;
mod logging;
mod start;

pub use start::{PRIVILEGED_PORT, start_error};

use super::session;
use crate::args::broker::{BrokerCommand, BrokerConfigCommand};
use crate::args::shared::Common;
use crate::exit::ExitStatus;

pub fn run(command: &BrokerCommand, outer: &Common) -> ExitStatus {
    match command {
        BrokerCommand::Start(args) if args.explain.is_some() => explain::run(args, outer),
        BrokerCommand::Start(args) => start::run(args, outer),
        BrokerCommand::Config(BrokerConfigCommand::Get(args)) => session::run(args, outer),
        BrokerCommand::Config(BrokerConfigCommand::Set(args)) => session::run(args, outer),
        BrokerCommand::Config(BrokerConfigCommand::Unset(args)) => session::run(args, outer),
    }
}
