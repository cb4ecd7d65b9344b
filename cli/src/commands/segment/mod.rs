//! `segment`: the files of partitions, without a broker and beside one.

mod dump;
mod find;
mod index;
mod item;
mod list;
mod stats;
mod target;
#[cfg(test)]
mod tests;
mod verify;

use kafkactl_core::log::inspect::InspectError;

use super::{Outcome, local_command};
use crate::args::segment::SegmentCommand;
use crate::args::shared::{Common, TableArgs};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::Output;

/// What a partition is told by, beside the name of its directory.
const SEGMENT_NAMES: &str =
    "a segment's log is named by its first offset in 20 digits, as in 00000000000000000000.log";

pub fn run(command: &SegmentCommand, outer: &Common) -> ExitStatus {
    let none = TableArgs::default();
    let (local, table) = match command {
        SegmentCommand::Dump(args) => (&args.local, &none),
        SegmentCommand::Verify(args) => (&args.local, &args.table),
        SegmentCommand::Stats(args) => (&args.local, &args.table),
        SegmentCommand::List(args) => (&args.local, &args.table),
        SegmentCommand::Index(args) => (&args.local, &args.table),
        SegmentCommand::Find(args) => (&args.local, &args.table),
    };
    local_command(&local.or(&outer.local), table, |out| self::command(command, out))
}

fn command(command: &SegmentCommand, out: &mut Output) -> Outcome {
    match command {
        SegmentCommand::Dump(args) => dump::run(args, out),
        SegmentCommand::Verify(args) => verify::run(args, out),
        SegmentCommand::Stats(args) => stats::run(args, out),
        SegmentCommand::List(args) => list::run(args, out),
        SegmentCommand::Index(args) => index::run(args, out),
        SegmentCommand::Find(args) => find::run(args, out),
    }
}

/// Damage is what a check finds, and a missing directory a thing that does not exist.
impl From<InspectError> for CommandError {
    fn from(error: InspectError) -> Self {
        match error {
            InspectError::Io { path, source } => CommandError::io(path, source),
            InspectError::NoPartition(path) => {
                CommandError::not_found("partition", path.display().to_string()).hint(SEGMENT_NAMES)
            }
            InspectError::UnknownKind(_) => CommandError::usage(error.to_string()),
            error => CommandError::check_failed(error.to_string()).hint("`segment verify` shows all damage"),
        }
    }
}
