//! `broker start`: from flags and files to a running broker, and its orderly end.

mod explain;
mod logging;
mod start;

pub use start::start_error;

use crate::args::broker::BrokerCommand;
use crate::args::shared::Common;
use crate::exit::ExitStatus;

pub fn run(command: &BrokerCommand, outer: &Common) -> ExitStatus {
    match command {
        BrokerCommand::Start(args) if args.explain.is_some() => explain::run(args, outer),
        BrokerCommand::Start(args) => start::run(args, outer),
    }
}
