//! `txn`: what coordinators know of transactions, what partitions know, and what only partitions know.

mod abort;
mod describe;
mod hanging;
mod list;
mod producers;

use kafkactl_core::names::TopicPartition;

use super::session::{self, Session};
use crate::args::shared::Common;
use crate::args::txn::TxnCommand;
use crate::error::CommandError;
use crate::exit::ExitStatus;

pub fn run(command: &TxnCommand, outer: &Common) -> ExitStatus {
    match command {
        TxnCommand::List(args) => session::run(args, outer),
        TxnCommand::Describe(args) => session::run(args, outer),
        TxnCommand::Producers(args) => session::run(args, outer),
        TxnCommand::FindHanging(args) => session::run(args, outer),
        TxnCommand::Abort(args) => session::run(args, outer),
    }
}

/// The partitions of the topics that exist, and what is wrong with the others.
async fn partitions_of(session: &Session, topics: &[String]) -> (Vec<TopicPartition>, Vec<CommandError>) {
    let (mut partitions, mut errors) = (Vec::new(), Vec::new());
    for topic in topics {
        match session.partitions_of(topic).await {
            Ok(found) => partitions.extend(found),
            Err(error) => errors.push(error),
        }
    }
    (partitions, errors)
}
