//! `segment`: the files of partitions, without a broker and beside one.

mod dump;
mod find;
mod index;
mod item;
mod list;
mod stats;
mod target;
mod verify;

use kafkactl_core::log::inspect::InspectError;

use super::local_command;
use crate::args::segment::SegmentCommand;
use crate::args::shared::{Common, TableArgs};
use crate::error::CommandError;
use crate::exit::ExitStatus;

pub fn run(command: &SegmentCommand, outer: &Common) -> ExitStatus {
    let outer = &outer.local;
    match command {
        SegmentCommand::Dump(args) => {
            local_command(&args.local.or(outer), &TableArgs::default(), |out| dump::run(args, out))
        }
        SegmentCommand::Verify(args) => {
            local_command(&args.local.or(outer), &args.table, |out| verify::run(args, out))
        }
        SegmentCommand::Stats(args) => {
            local_command(&args.local.or(outer), &args.table, |out| stats::run(args, out))
        }
        SegmentCommand::List(args) => {
            local_command(&args.local.or(outer), &args.table, |out| list::run(args, out))
        }
        SegmentCommand::Index(args) => {
            local_command(&args.local.or(outer), &args.table, |out| index::run(args, out))
        }
        SegmentCommand::Find(args) => {
            local_command(&args.local.or(outer), &args.table, |out| find::run(args, out))
        }
    }
}

/// Damage is what a check finds, and a missing directory a thing that does not exist.
impl From<InspectError> for CommandError {
    fn from(error: InspectError) -> Self {
        match error {
            InspectError::Io { path, source } => CommandError::io(path, source),
            InspectError::NoPartition(path) => {
                CommandError::not_found("partition", path.display().to_string())
            }
            InspectError::UnknownKind(_) => CommandError::usage(error.to_string()),
            error => CommandError::check_failed(error.to_string()).hint("`segment verify` shows all damage"),
        }
    }
}
