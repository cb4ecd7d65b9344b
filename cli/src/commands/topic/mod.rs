//! `topic`: a file per verb.

mod add_partitions;
mod config;
mod create;
mod delete;
mod describe;
mod list;
mod offsets;
mod trim;

use super::session;
use crate::args::shared::Common;
use crate::args::topic::{TopicCommand, TopicConfigCommand};
use crate::exit::ExitStatus;

pub fn run(command: &TopicCommand, outer: &Common) -> ExitStatus {
    match command {
        TopicCommand::List(args) => session::run(args, outer),
        TopicCommand::Describe(args) => session::run(args, outer),
        TopicCommand::Create(args) => session::run(args, outer),
        TopicCommand::Delete(args) => session::run(args, outer),
        TopicCommand::Config(TopicConfigCommand::Get(args)) => session::run(args, outer),
        TopicCommand::Config(TopicConfigCommand::Set(args)) => session::run(args, outer),
        TopicCommand::Config(TopicConfigCommand::Unset(args)) => session::run(args, outer),
        TopicCommand::AddPartitions(args) => session::run(args, outer),
        TopicCommand::Offsets(args) => session::run(args, outer),
        TopicCommand::Trim(args) => session::run(args, outer),
    }
}
