//! `group`: a file per verb; what a lag is stands in `lag_of`.

mod clone;
mod commits;
mod delete;
mod describe;
mod lag;
mod lag_of;
mod list;
mod members;
mod offsets;
mod reset;

use super::session;
use crate::args::group::{GroupCommand, GroupOffsetsCommand};
use crate::args::shared::Common;
use crate::exit::ExitStatus;

pub fn run(command: &GroupCommand, outer: &Common) -> ExitStatus {
    match command {
        GroupCommand::List(args) => session::run(args, outer),
        GroupCommand::Describe(args) => session::run(args, outer),
        GroupCommand::Members(args) => session::run(args, outer),
        GroupCommand::Lag(args) => session::run(args, outer),
        GroupCommand::Reset(args) => session::run(args, outer),
        GroupCommand::Clone(args) => session::run(args, outer),
        GroupCommand::Delete(args) => session::run(args, outer),
        GroupCommand::Offsets(GroupOffsetsCommand::Export(args)) => session::run(args, outer),
        GroupCommand::Offsets(GroupOffsetsCommand::Import(args)) => session::run(args, outer),
        GroupCommand::Offsets(GroupOffsetsCommand::Delete(args)) => session::run(args, outer),
    }
}
